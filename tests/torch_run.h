/* SPDX-License-Identifier: MIT
 *
 * torch_run.h - inputs and outputs of a network in PyTorch, as
 * bench/peers/torch_nets.py writes them, and how far a model is from them.
 *
 * The file holds x and u, rows x channels x height x width, and t and y of
 * each row.
 */
#ifndef TORCH_RUN_H
#define TORCH_RUN_H

#include <ito/model.h>
#include <math.h>
#include <stdlib.h>

#include "data/safetensors.h"

typedef struct torch_run {
    st_file *file;
    size_t rows, channels, height, width;
    const float *x, *t, *y, *u;
} torch_run;

/* Shares of the largest output and of its root mean square. */
typedef struct torch_error {
    double largest, rms;
} torch_error;

static inline ito_status torch_run_open(ito_ctx *ctx, const char *path,
                                        torch_run *run)
{
    static const char *const names[] = { "x", "t", "y", "u" };
    const st_tensor *t[4];
    ito_status rc;

    *run = (torch_run){ .rows = 0 };
    if ((rc = st_open(ctx, path, &run->file)) != ITO_OK)
        return rc;
    for (size_t i = 0; i < 4; i++) {
        t[i] = st_find(run->file, names[i]);
        if (!t[i] || t[i]->dtype != ST_F32 ||
            t[i]->rank != (size_t)(i == 0 || i == 3 ? 4 : 1))
            return ito__fail(ctx, ITO_EFORMAT, "%s: no run of a network", path);
    }
    run->rows = t[0]->shape[0];
    run->channels = t[0]->shape[1];
    run->height = t[0]->shape[2];
    run->width = t[0]->shape[3];
    run->x = t[0]->data;
    run->t = t[1]->data;
    run->y = t[2]->data;
    run->u = t[3]->data;
    return ITO_OK;
}

static inline void torch_run_close(torch_run *run)
{
    st_close(run->file);
}

/* Row r of an array, channels last. */
static inline void torch_run_row(const torch_run *run, const float *from,
                                 size_t r, float *to)
{
    const size_t places = run->height * run->width, c = run->channels;

    for (size_t i = 0; i < places * c; i++)
        to[i] = from[(r * c + i % c) * places + i / c];
}

/* The field of the model at the times and labels of the run. */
static inline ito_status torch_run_compare(ito_ctx *ctx, const ito_model *m,
                                           const torch_run *run,
                                           torch_error *out)
{
    const size_t dim = run->channels * run->height * run->width;
    float *x = malloc(3 * dim * sizeof(*x)), *u = x + dim, *want = u + dim;
    double worst = 0.0, top = 0.0, sum = 0.0, all = 0.0;
    ito_status rc = x ? ITO_OK : ito__fail(ctx, ITO_ENOMEM, "a row");

    for (size_t r = 0; rc == ITO_OK && r < run->rows; r++) {
        const ito_rows_at at = { .t = (double)run->t[r], .cond = run->y + r };

        torch_run_row(run, run->x, r, x);
        torch_run_row(run, run->u, r, want);
        rc = ito_field_eval(ctx, ito_model_field(m), ITO_PART_DRIFT, &at, 1, x,
                            u);
        for (size_t i = 0; rc == ITO_OK && i < dim; i++) {
            const double d = (double)u[i] - (double)want[i];

            worst = fmax(worst, fabs(d));
            top = fmax(top, fabs((double)want[i]));
            sum += d * d;
            all += (double)want[i] * (double)want[i];
        }
    }
    free(x);
    out->largest = worst / top;
    out->rms = sqrt(sum / all);
    return rc;
}

#endif /* TORCH_RUN_H */
