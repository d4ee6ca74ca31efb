/* SPDX-License-Identifier: MIT
 *
 * cells.h - values of a tile's states by particle and component, whatever
 * their layout and number type: for what a network or an oracle outweighs.
 */
#ifndef ITO_FLOW_CELLS_H
#define ITO_FLOW_CELLS_H

#include <ito/field.h>
#include <stdbool.h>

#include "base/size.h"

/* A state: dim values of each particle. */
typedef struct cells {
    void *const *at; /* as ito_tile.x has it */
    size_t dim;
    bool wide;
    ito_dtype dtype;
} cells;

/* A state laid out as those of a tile. */
static inline cells cells_of(const ito_tile *tile, void *const *at)
{
    return (cells){ .at = at,
                    .dim = tile->dim,
                    .wide = (tile->flags & ITO_FIELD_WIDE) != 0,
                    .dtype = tile->dtype };
}

static inline double cells_get(const cells *s, size_t i, size_t c)
{
    const void *from = s->at[s->wide ? 0 : c];
    const size_t k = s->wide ? i * s->dim + c : i;

    return s->dtype == ITO_F64 ? ((const double *)from)[k]
                               : (double)((const float *)from)[k];
}

static inline void cells_put(const cells *s, size_t i, size_t c, double value)
{
    void *to = s->at[s->wide ? 0 : c];
    const size_t k = s->wide ? i * s->dim + c : i;

    if (s->dtype == ITO_F64)
        ((double *)to)[k] = value;
    else
        ((float *)to)[k] = (float)value;
}

/* The input of a tile. */
static inline double cells_x(const ito_tile *tile, size_t i, size_t c)
{
    const bool wide = (tile->flags & ITO_FIELD_WIDE) != 0;
    const void *from = tile->x[wide ? 0 : c];
    const size_t k = wide ? i * tile->dim + c : i;

    return tile->dtype == ITO_F64 ? ((const double *)from)[k]
                                  : (double)((const float *)from)[k];
}

/* Bytes of one state of up to `rows` particles in any layout and type, and of
 * the pointers to its components; multiples of 64. */
static inline size_t cells_bytes(size_t rows, size_t dim)
{
    return size_round_up(
        size_mul(size_mul(size_round_up(rows, 32), dim), sizeof(double)), 64);
}

static inline size_t cells_pointers(size_t dim)
{
    return size_round_up(size_mul(dim, sizeof(void *)), 64);
}

/* A state in cells_bytes of memory at `base`, its pointers at `pointers`. */
static inline cells cells_in(const ito_tile *like, void *pointers, char *base)
{
    const size_t bytes =
        like->dtype == ITO_F64 ? sizeof(double) : sizeof(float);
    void **at = pointers;

    for (size_t c = 0; c < like->dim; c++)
        at[c] = base + c * like->npad * bytes;
    return cells_of(like, at);
}

#endif /* ITO_FLOW_CELLS_H */
