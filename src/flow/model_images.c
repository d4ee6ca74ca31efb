/* SPDX-License-Identifier: MIT
 *
 * model_images.c - samples of a model of images, as images.
 */
#include "flow/label_choice.h"
#include "flow/model.h"

ito_status ito_model_images(ito_ctx *ctx, const ito_model *model,
                            const ito_sample_opts *opts, size_t n,
                            const float *x, ito_images **out)
{
    const ito_image_format *f;
    const labels *l;
    ito_image_labels given = { .level_count = 0 };
    uint32_t *code = NULL;
    label_choice choice;
    ito_status rc = ITO_OK;
    ito_mark mark;

    if (!ctx || !out)
        return ITO_EARG;
    mark = ito__arena_mark(ctx);
    *out = NULL;
    if (!model || !x || n == 0)
        return ito__fail(ctx, ITO_EARG, "images: a model and rows of it");
    f = ito_schema_image(model->schema);
    if (!f)
        return ito__fail(ctx, ITO_EUNFIT,
                         "images: the model was trained on a table; write .csv "
                         "or .npy");
    l = &model->cond.label;
    if (opts && opts->label) {
        rc = ito__label_of(ctx, model, opts->label, &choice);
        code = ito__alloc(ctx, size_mul(n, sizeof(*code)));
        if (rc == ITO_OK && !code)
            rc = ito__fail(ctx, ITO_ENOMEM, "labels of %zu samples", n);
        for (size_t i = 0; rc == ITO_OK && i < n; i++)
            code[i] = (uint32_t)ito__label_at(&choice, opts->id0 + i);
        given = (ito_image_labels){ .name = l->column,
                                    .code = code,
                                    .levels = (const char *const *)l->level,
                                    .level_count = l->count };
    }
    if (rc == ITO_OK)
        rc = ito_images_decode(ctx, f, n, x, &given, out);
    ito__free(ctx, code);
    ito__arena_release(ctx, mark);
    return rc;
}
