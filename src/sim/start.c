/* SPDX-License-Identifier: MIT
 *
 * start.c - ready-made starts of a simulation.
 */
#include <ito/start.h>

#include "ctx/ctx.h"
#include "dist/dist.h"

/* Value (i, c) of a state in either layout and type. */
static void put(const ito_tile *tile, void *const *x, size_t i, size_t c,
                double value)
{
    const bool wide = (tile->flags & ITO_FIELD_WIDE) != 0;
    const size_t at = wide ? i * tile->dim + c : i;

    if (tile->dtype == ITO_F64)
        ((double *)x[wide ? 0 : c])[at] = value;
    else
        ((float *)x[wide ? 0 : c])[at] = (float)value;
}

int ito_start_at_rows(void *arg, const ito_tile *tile, void *const *x)
{
    const ito_start_rows *start = arg;

    for (size_t i = 0; i < tile->n; i++) {
        const size_t row = (size_t)((tile->id0 + i) % start->count);

        for (size_t c = 0; c < tile->dim; c++)
            put(tile, x, i, c, start->rows[row * tile->dim + c]);
    }
    return 0;
}

int ito_start_at_draws(void *arg, const ito_tile *tile, void *const *x)
{
    const ito_start_draws *start = arg;
    const size_t dim = tile->dim;
    float *const rows = tile->scratch; /* n x dim values fit */

    ito__dist_rows(start->ctx->kern, start->dist, &start->at, tile->id0,
                   tile->n, rows, dim);
    for (size_t i = 0; i < tile->n; i++)
        for (size_t c = 0; c < dim; c++)
            put(tile, x, i, c, (double)rows[i * dim + c]);
    return 0;
}
