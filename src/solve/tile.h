/* SPDX-License-Identifier: MIT
 *
 * tile.h - the memory of one tile, and calling a field on it.
 *
 * A tile's states are blocks of values with an array of pointers to their
 * components.  A field that does not know the state's number type is called
 * on converted copies, so nothing else ever asks which types it has.
 */
#ifndef ITO_SOLVE_TILE_H
#define ITO_SOLVE_TILE_H

#include <ito/field.h>

#include "ctx/ctx.h"
#include "solve/state.h"

/* A block of memory that is handed out in pieces; with base NULL it only
 * counts, so that one function both sizes and places.  Pieces are zero, since
 * padding must be numbers, but for the scratch of WIDE fields, which have no
 * padding: most of that a run may never touch. */
typedef struct carver {
    char *base;
    size_t used; /* sticks at SIZE_MAX */
} carver;

/* The next piece, on a 64-byte boundary; NULL while counting. */
void *ito__carve(carver *c, size_t bytes);

/* How a field is called on tiles of a state of one type; shared, constant. */
typedef struct tile_plan {
    const ito_field *field;
    const state_ops *ops;  /* of the state */
    const state_ops *call; /* of the field's calls */
    bool wide;
    size_t comps;  /* pointers a state has: dim, or 1 if wide */
    size_t states; /* that a step touches, about; 0 = 4 */
    size_t outs;   /* most components that a result has; at least dim */
    size_t rows;   /* most particles of a tile */
    size_t values; /* most values of a state, padding included */
    size_t scratch_bytes;
} tile_plan;

/* Check field and type and fill a plan.  what: name of the call, for text. */
ito_status ito__tile_plan(ito_ctx *ctx, const char *what,
                          const ito_field *field, ito_dtype dtype,
                          tile_plan *plan);
/* Fix the most particles a tile has: `rows`, or 0 for a good choice for n
 * particles on `threads` threads. */
ito_status ito__tile_size(ito_ctx *ctx, const char *what, tile_plan *plan,
                          size_t rows, size_t n, size_t threads);

/* The work memory of one worker. */
typedef struct tile_work {
    const tile_plan *plan;
    ito_tile tile; /* as the field sees it, but for dtype and x */
    void **in;     /* converted input, NULL when the types agree */
    void **in2;    /* converted second input of vjp */
    void **out;    /* converted output */
} tile_work;

void ito__tile_carve(carver *c, const tile_plan *plan, tile_work *work);

/* A state: pointers and their block, to be pointed before use. */
void **ito__state_carve(carver *c, const tile_plan *plan);
/* The same with `comps` components a particle. */
void **ito__block_carve(carver *c, const tile_plan *plan, size_t comps);
/* Values a state of the current tile holds, and its shape. */
size_t ito__tile_values(const tile_work *work);
state_shape ito__tile_shape(const tile_work *work);

/* Make the tile n particles of ids from id0; points the conversion states.
 * at: all other states in use, each to be given to ito__state_point. */
void ito__tile_begin(tile_work *work, size_t n, uint64_t id0,
                     const float *cond);
void ito__state_point(const tile_work *work, void **at);
void ito__block_point(const tile_work *work, void **at, size_t comps);

/* Copy rows in or out; in also fills the padding. */
void ito__tile_load(const tile_work *work, const void *rows, void **at);
void ito__tile_store(const tile_work *work, void *const *at, void *rows);

/* Call the field: x to out, `outs` <= plan->outs components of it.  Tile
 * members t, h, step, stage have been set. */
int ito__tile_eval(tile_work *work, ito_eval_fn fn, void *const *x,
                   void *const *out, size_t outs);
int ito__tile_vjp(tile_work *work, void *const *x, void *const *v,
                  void *const *out);

#endif /* ITO_SOLVE_TILE_H */
