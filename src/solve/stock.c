/* SPDX-License-Identifier: MIT
 *
 * stock.c - the ready-made start and sink of ito/solve.h.
 */
#include <ito/solve.h>
#include <string.h>

#include "ctx/ctx.h"
#include "rng/noise.h"

#define NARROW_DIM 32 /* from here on noise is addressed by rows */

int ito_store_frame(void *store, const ito_frame *frame)
{
    const ito_store *s = store;
    const size_t bytes =
        frame->dtype == ITO_F64 ? sizeof(double) : sizeof(float);
    char *rows = s->rows;
    uint64_t row;

    if (frame->id0 < s->id0 || frame->id0 - s->id0 + frame->n > s->n)
        return -1;
    row = frame->index * (uint64_t)s->n + (frame->id0 - s->id0);
    memcpy(rows + (size_t)row * frame->dim * bytes, frame->rows,
           frame->n * frame->dim * bytes);
    return 0;
}

/* x = mean + std z, each rounded once; z are the n normals at x or beside. */
static void place(const ito_start *start, const ito_tile *tile, size_t c,
                  const float *z, size_t z_step, void *x, size_t x_step)
{
    const double std = start->std > 0.0 ? start->std : 1.0;
    const double mean = start->mean ? start->mean[c] : 0.0;

    if (tile->dtype == ITO_F64) {
        double *out = x;

        for (size_t i = 0; i < tile->n; i++)
            out[i * x_step] = mean + std * (double)z[i * z_step];
    } else {
        float *out = x;

        for (size_t i = 0; i < tile->n; i++)
            out[i * x_step] = (float)(mean + std * (double)z[i * z_step]);
    }
}

int ito_start_normal(void *arg, const ito_tile *tile, void *const *x)
{
    const ito_start *start = arg;
    const ito_kern *kern = start->ctx->kern;
    const size_t dim = tile->dim;
    const bool wide = (tile->flags & ITO_FIELD_WIDE) != 0;
    const size_t bytes =
        tile->dtype == ITO_F64 ? sizeof(double) : sizeof(float);
    float *z = tile->scratch;

    if (!wide && dim < NARROW_DIM) {
        for (size_t c = 0; c < dim; c++) {
            ito__normal_comp(kern, &start->at, tile->id0, tile->n, c, z);
            place(start, tile, c, z, 1, x[c], 1);
        }
        return 0;
    }
    ito__normal_rows(kern, &start->at, tile->id0, tile->n, dim, z, dim);
    for (size_t c = 0; c < dim; c++)
        place(start, tile, c, z + c, dim,
              wide ? (char *)x[0] + c * bytes : (char *)x[c], wide ? dim : 1);
    return 0;
}
