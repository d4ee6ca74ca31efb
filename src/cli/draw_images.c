/* SPDX-License-Identifier: MIT
 *
 * draw_images.c - images that a model draws.
 */
#include "cli/draw_images.h"

#include <stdlib.h>

#include "cli/cmd.h"

ito_status draw_model_images(ito_ctx *ctx, const ito_model *model,
                             const ito_sample_opts *o, size_t n,
                             ito_images **out)
{
    ito_sample_opts all = *o;
    float *x = calloc(n + 1, ito_model_dim(model) * sizeof(*x));
    ito_status rc;

    *out = NULL;
    if (!x)
        return cmd_fail(ITO_ENOMEM, "%zu images", n);
    if (!all.label && ito_model_labels(model) > 0)
        all.label = "all";
    rc = ito_model_sample_rows(ctx, model, &all, n, x);
    if (rc == ITO_OK)
        rc = ito_model_images(ctx, model, &all, n, x, out);
    free(x);
    return rc;
}
