/* SPDX-License-Identifier: MIT
 *
 * train_pictures.c - grids of samples on the way of a training of images.
 */
#include "cli/train_pictures.h"

#include <ito/image.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cmd.h"

#define EACH    8  /* images of a label */
#define PLAIN   64 /* images without labels */
#define STEPS   10 /* of heun, a third of the usual work: a first look */
#define MOMENTS 10 /* of a training */

/* A grid drawn from a model, from the same noise every time. */
static ito_status draw(ito_ctx *ctx, const ito_model *m, const char *path)
{
    const size_t labels = ito_model_labels(m);
    const size_t n = labels > 0 ? labels * EACH : PLAIN;
    const ito_sample_opts o = { .solve = { .method = "heun", .steps = STEPS },
                                .seed = common.seed,
                                .label = labels > 0 ? "all" : NULL };
    float *x = calloc(n, ito_model_dim(m) * sizeof(*x));
    ito_images *images = NULL;
    ito_status rc;

    if (!x)
        return cmd_fail(ITO_ENOMEM, "%zu images", n);
    rc = ito_model_sample_rows(ctx, m, &o, n, x);
    if (rc == ITO_OK)
        rc = ito_model_images(ctx, m, &o, n, x, &images);
    if (rc == ITO_OK)
        rc = ito_images_write_grid(ctx, path, images, NULL);
    ito_images_free(images);
    free(x);
    return rc;
}

ito_status train_picture(ito_ctx *ctx, const ito_trainer *t, const char *prefix)
{
    char path[4096];
    ito_model *m = NULL;
    ito_progress p;
    ito_status rc;
    int n;

    ito_trainer_progress(t, &p);
    n = snprintf(path, sizeof(path), "%s-%07zu.png", prefix, p.step);
    if (n < 0 || (size_t)n >= sizeof(path))
        return cmd_fail(ITO_EARG, "--pictures: the name is too long");
    rc = ito_trainer_snapshot(ctx, t, &m);
    if (rc == ITO_OK)
        rc = draw(ctx, m, path);
    ito_model_free(m);
    return rc;
}

int train_picture_due(const ito_progress *p)
{
    const size_t s = p->step;

    return s > 0 && MOMENTS * s / p->steps > MOMENTS * (s - 1) / p->steps;
}
