/* SPDX-License-Identifier: MIT
 *
 * tile.c - the memory of one tile, and calling a field on it.
 */
#include "solve/tile.h"

#include <string.h>

#define ALIGN       64
#define PAD         32    /* particles, see ito_tile */
#define TILE_BYTES  32768 /* the states of a step fit in L1, about */
#define TILE_MIN    64    /* particles, component-major */
#define TILE_MAX    4096
#define WIDE_ROWS   128       /* rows, WIDE */
#define WIDE_VALUES (1 << 16) /* values of a WIDE state, if more than a row */

static void *carve_dirty(carver *c, size_t bytes)
{
    const size_t at = c->used;

    c->used = size_round_up(size_add(c->used, bytes), ALIGN);
    return c->base ? c->base + at : NULL;
}

void *ito__carve(carver *c, size_t bytes)
{
    void *p = carve_dirty(c, bytes);

    if (p)
        memset(p, 0, bytes);
    return p;
}

/* The number type in which the field is called for a state of type `own`. */
static const state_ops *call_type(const ito_field *field, const state_ops *own)
{
    const unsigned types = field->dtypes ? field->dtypes : ITO_F32;

    if ((types & (unsigned)own->dtype) != 0)
        return own;
    return (types & ITO_F64) != 0 ? &ito__state_f64 : &ito__state_f32;
}

static ito_status check_field(ito_ctx *ctx, const char *what,
                              const ito_field *field)
{
    const char *name = field->name ? field->name : "without a name";

    if (!field->drift)
        return ito__fail(ctx, ITO_EARG, "%s: field %s has no drift", what,
                         name);
    if (field->dim == 0)
        return ito__fail(ctx, ITO_EARG, "%s: field %s has dimension 0", what,
                         name);
    if (field->dtypes > (ITO_F32 | ITO_F64))
        return ito__fail(ctx, ITO_EARG,
                         "%s: field %s: number types %#x; or "
                         "together ITO_F32 and ITO_F64",
                         what, name, field->dtypes);
    return ITO_OK;
}

ito_status ito__tile_plan(ito_ctx *ctx, const char *what,
                          const ito_field *field, ito_dtype dtype,
                          tile_plan *plan)
{
    ito_status rc;

    if (!field)
        return ito__fail(ctx, ITO_EARG, "%s: there is no field", what);
    if ((rc = check_field(ctx, what, field)) != ITO_OK)
        return rc;
    *plan = (tile_plan){ .field = field, .ops = ito__state_ops(dtype) };
    if (!plan->ops)
        return ito__fail(ctx, ITO_EARG,
                         "%s: number type %d; take ITO_F32 or "
                         "ITO_F64",
                         what, (int)dtype);
    plan->call = call_type(field, plan->ops);
    plan->wide = (field->flags & ITO_FIELD_WIDE) != 0;
    plan->comps = plan->wide ? 1 : field->dim;
    plan->outs = field->dim;
    return ITO_OK;
}

/* Small systems: what a step touches fits in cache.  Rows: enough to feed a
 * matrix product, few enough for images. */
static size_t good_rows(const tile_plan *plan, size_t n, size_t threads)
{
    const size_t dim = size_max(plan->field->dim, 1);
    const size_t states = plan->states ? plan->states : 4;
    const size_t step_bytes =
        size_max(size_mul(states * plan->ops->bytes, dim), 1);
    size_t rows = plan->field->tile_pref;

    if (rows == 0 && plan->wide)
        rows = size_min(WIDE_ROWS, WIDE_VALUES / dim);
    else if (rows == 0)
        rows = size_min(TILE_MAX, TILE_BYTES / step_bytes);
    rows = size_max(rows, plan->wide ? 1 : TILE_MIN);
    /* a few tiles for each thread, that all may work */
    if (threads > 1)
        rows = size_min(rows, size_ceil_div(n, 2 * threads));
    return rows;
}

ito_status ito__tile_size(ito_ctx *ctx, const char *what, tile_plan *plan,
                          size_t rows, size_t n, size_t threads)
{
    const ito_field *field = plan->field;

    rows = rows ? rows : good_rows(plan, n, threads);
    rows = size_max(1, size_min(rows, n));
    plan->rows = plan->wide ? rows : size_round_up(rows, PAD);
    plan->values = size_mul(plan->rows, field->dim);
    if (field->scratch_bytes)
        plan->scratch_bytes = field->scratch_bytes(field->user, plan->rows);
    if (plan->values == SIZE_MAX || plan->scratch_bytes == SIZE_MAX)
        return ito__fail(ctx, ITO_ENOMEM,
                         "%s: a tile of %zu particles of %zu "
                         "values is too big; set a smaller tile",
                         what, plan->rows, field->dim);
    return ITO_OK;
}

static void **carve_block(carver *c, const tile_plan *plan, size_t comps,
                          size_t value_bytes)
{
    const size_t pointers = plan->wide ? 1 : comps;
    const size_t values = size_mul(plan->rows, comps);
    void **at = ito__carve(c, size_mul(pointers, sizeof(*at)));
    void *block = ito__carve(c, size_mul(values, value_bytes));

    if (at)
        at[0] = block;
    return at;
}

void **ito__state_carve(carver *c, const tile_plan *plan)
{
    return carve_block(c, plan, plan->field->dim, plan->ops->bytes);
}

void **ito__block_carve(carver *c, const tile_plan *plan, size_t comps)
{
    return carve_block(c, plan, comps, plan->ops->bytes);
}

void ito__tile_carve(carver *c, const tile_plan *plan, tile_work *work)
{
    tile_work w = { .plan = plan };

    w.tile.dim = plan->field->dim;
    w.tile.flags = plan->field->flags;
    w.tile.cond_dim = plan->field->cond_dim;
    if (plan->scratch_bytes > 0)
        w.tile.scratch =
            (plan->wide ? carve_dirty : ito__carve)(c, plan->scratch_bytes);
    if (plan->call != plan->ops) {
        const size_t bytes = plan->call->bytes;

        w.in = carve_block(c, plan, plan->field->dim, bytes);
        w.out = carve_block(c, plan, plan->outs, bytes);
        if (plan->field->vjp)
            w.in2 = carve_block(c, plan, plan->field->dim, bytes);
    }
    if (work)
        *work = w;
}

size_t ito__tile_values(const tile_work *work)
{
    return work->tile.npad * work->tile.dim;
}

state_shape ito__tile_shape(const tile_work *work)
{
    return (state_shape){ work->tile.n, work->tile.npad, work->tile.dim,
                          work->plan->wide };
}

static void point(const tile_work *work, void **at, size_t comps,
                  size_t value_bytes)
{
    char *block;

    if (!at || work->plan->wide)
        return;
    block = at[0];
    for (size_t c = 1; c < comps; c++)
        at[c] = block + c * work->tile.npad * value_bytes;
}

void ito__state_point(const tile_work *work, void **at)
{
    point(work, at, work->tile.dim, work->plan->ops->bytes);
}

void ito__block_point(const tile_work *work, void **at, size_t comps)
{
    point(work, at, comps, work->plan->ops->bytes);
}

void ito__tile_begin(tile_work *work, size_t n, uint64_t id0, const float *cond)
{
    const tile_plan *plan = work->plan;

    assert(n > 0 && n <= plan->rows);
    work->tile.n = n;
    work->tile.npad = plan->wide ? n : size_round_up(n, PAD);
    work->tile.id0 = id0;
    work->tile.cond = cond;
    point(work, work->in, work->tile.dim, plan->call->bytes);
    point(work, work->in2, work->tile.dim, plan->call->bytes);
    point(work, work->out, plan->outs, plan->call->bytes);
}

void ito__tile_load(const tile_work *work, const void *rows, void **at)
{
    const ito_tile *tile = &work->tile;
    const state_ops *ops = work->plan->ops;

    if (work->plan->wide)
        memcpy(at[0], rows, tile->n * tile->dim * ops->bytes);
    else
        ops->pack(tile->n, tile->npad, tile->dim, rows, at);
}

void ito__tile_store(const tile_work *work, void *const *at, void *rows)
{
    const ito_tile *tile = &work->tile;
    const state_ops *ops = work->plan->ops;

    if (work->plan->wide)
        memcpy(rows, at[0], tile->n * tile->dim * ops->bytes);
    else
        ops->unpack(tile->n, tile->dim, (const void *const *)at, rows);
}

/* Convert a whole state to the type of the field's calls. */
static void convert_in(const tile_work *work, void *const *x, void **in)
{
    const tile_plan *plan = work->plan;
    const size_t count = ito__tile_values(work);

    if (plan->call->dtype == ITO_F32)
        plan->ops->to_f32(count, x[0], in[0]);
    else
        plan->ops->to_f64(count, x[0], in[0]);
}

/* Convert the first `outs` components of a result back. */
static void convert_out(const tile_work *work, void *const *out, size_t outs)
{
    const tile_plan *plan = work->plan;
    const size_t count =
        plan->wide ? work->tile.n * outs : work->tile.npad * outs;

    if (plan->call->dtype == ITO_F32)
        plan->ops->from_f32(count, work->out[0], out[0]);
    else
        plan->ops->from_f64(count, work->out[0], out[0]);
}

int ito__tile_eval(tile_work *work, ito_eval_fn fn, void *const *x,
                   void *const *out, size_t outs)
{
    const tile_plan *plan = work->plan;
    ito_tile *tile = &work->tile;
    int rc;

    tile->dtype = plan->call->dtype;
    if (!work->in) {
        tile->x = (const void *const *)x;
        return fn(plan->field->user, tile, out);
    }
    convert_in(work, x, work->in);
    tile->x = (const void *const *)work->in;
    rc = fn(plan->field->user, tile, work->out);
    if (rc == 0)
        convert_out(work, out, outs);
    return rc;
}

int ito__tile_vjp(tile_work *work, void *const *x, void *const *v,
                  void *const *out)
{
    const tile_plan *plan = work->plan;
    ito_tile *tile = &work->tile;
    int rc;

    tile->dtype = plan->call->dtype;
    if (!work->in) {
        tile->x = (const void *const *)x;
        return plan->field->vjp(plan->field->user, tile, (const void *const *)v,
                                out);
    }
    convert_in(work, x, work->in);
    convert_in(work, v, work->in2);
    tile->x = (const void *const *)work->in;
    rc = plan->field->vjp(plan->field->user, tile,
                          (const void *const *)work->in2, work->out);
    if (rc == 0)
        convert_out(work, out, tile->dim);
    return rc;
}
