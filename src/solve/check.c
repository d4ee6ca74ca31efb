/* SPDX-License-Identifier: MIT
 *
 * check.c - ito_field_check: does a field keep its promises?
 *
 * A batch of points is evaluated once as a whole and then again in tiles of
 * awkward sizes at other places, and reversed; rows are compared bit for bit.
 * Guards around outputs and scratch show writes that go astray, a fill
 * pattern shows outputs that were not written.  Derivatives are compared with
 * central differences of the drift in the number type of the calls.
 */
#include <math.h>
#include <string.h>

#include "rng/noise.h"
#include "solve/field_check.h"

#define GUARD 64   /* bytes beside outputs and scratch */
#define FILL  0xa5 /* what they hold */
#define TIMES 3    /* times tried */

size_t ito__check_sigma(const ito_field *field)
{
    return size_mul(field->dim, field->noise_dim ? field->noise_dim : 1);
}

size_t ito__check_sigma_deriv(const ito_field *field)
{
    return size_mul(ito__check_sigma(field),
                    field->noise_dim ? field->noise_dim : 1);
}

static bool all_fill(const char *p, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if ((unsigned char)p[i] != FILL)
            return false;
    return true;
}

/* Values of one output component of the current tile. */
static size_t component_values(const check *k, size_t outs)
{
    return k->plan.wide ? k->work.tile.n * outs : k->work.tile.npad;
}

/* Fill outputs, scratch and their guards, and point the outputs. */
void ito__check_prepare(check *k)
{
    memset(k->guarded, FILL, k->blocks * k->block_bytes);
    memset(k->scratch, FILL, k->plan.scratch_bytes + 2 * GUARD);
    for (size_t c = 0; c < k->blocks; c++)
        k->out[c] = k->guarded + c * k->block_bytes + GUARD;
}

ito_status ito__check_broken(const check *k, const char *what, const char *part)
{
    return ito__fail(k->ctx, ITO_EUNFIT,
                     "field %s: %s %s (tile of %zu, t = %g)", k->name, part,
                     what, k->work.tile.n, k->work.tile.t);
}

/* Look at everything that one call may not have touched. */
ito_status ito__check_look(const check *k, size_t outs, const char *part)
{
    const size_t used = component_values(k, outs) * k->plan.ops->bytes;
    const size_t comps = k->plan.wide ? 1 : outs;
    const size_t live =
        (k->plan.wide ? k->work.tile.n * outs : k->work.tile.n) *
        k->plan.ops->bytes;

    if (memcmp(k->x[0], k->y[0],
               ito__tile_values(&k->work) * k->plan.ops->bytes) != 0)
        return ito__check_broken(k, "changes its input", part);
    if (!all_fill(k->scratch, GUARD) ||
        !all_fill(k->scratch + GUARD + k->plan.scratch_bytes, GUARD))
        return ito__check_broken(k, "writes outside its scratch", part);
    for (size_t c = 0; c < k->blocks; c++) {
        const char *block = k->guarded + c * k->block_bytes;
        const size_t body = c < comps ? used : 0;

        if (!all_fill(block, GUARD) ||
            !all_fill(block + GUARD + body, k->block_bytes - GUARD - body))
            return ito__check_broken(k, "writes outside its output", part);
        if (c < comps && all_fill(block + GUARD, live))
            return ito__check_broken(k, "does not write its output", part);
    }
    return ITO_OK;
}

ito_status ito__check_refused(const check *k, const char *part, int rc)
{
    ito_errinfo at = ito__nowhere();

    at.t = k->work.tile.t;
    return ito__fail_at(k->ctx, ITO_ECALLBACK, &at,
                        "field %s: %s returned %d at t = %g", k->name, part, rc,
                        k->work.tile.t);
}

/* Evaluate on `n` rows, with guards; results as rows to `result`. */
ito_status ito__check_call(check *k, ito_eval_fn fn, size_t outs,
                           const char *part, const char *rows,
                           const float *cond, size_t n, char *result)
{
    ito_status rc;
    int back;

    ito__tile_begin(&k->work, n, 0, cond);
    ito__state_point(&k->work, k->x);
    ito__state_point(&k->work, k->y);
    ito__tile_load(&k->work, rows, k->x);
    memcpy(k->y[0], k->x[0], ito__tile_values(&k->work) * k->plan.ops->bytes);
    ito__check_prepare(k);
    back = ito__tile_eval(&k->work, fn, k->x, k->out, outs);
    if (back != 0)
        return ito__check_refused(k, part, back);
    if ((rc = ito__check_look(k, outs, part)) != ITO_OK)
        return rc;
    if (k->plan.wide)
        memcpy(result, k->out[0], n * outs * k->plan.ops->bytes);
    else
        k->plan.ops->unpack(n, outs, (const void *const *)k->out, result);
    return ITO_OK;
}

double ito__check_value(const check *k, const char *rows, size_t i)
{
    return k->plan.ops->dtype == ITO_F64
               ? ((const double *)(const void *)rows)[i]
               : (double)((const float *)(const void *)rows)[i];
}

/* Rows begin, begin +- 1, ... of the points, as a tile of their own. */
static ito_status compare(check *k, ito_eval_fn fn, size_t outs,
                          const char *part, size_t begin, size_t n, bool down)
{
    const size_t bytes = k->plan.ops->bytes, dim = k->field->dim;
    const size_t conds = k->field->cond_dim;
    ito_status rc;

    for (size_t i = 0; i < n; i++) {
        const size_t from = down ? begin - i : begin + i;

        memcpy(k->some + i * dim * bytes, k->rows + from * dim * bytes,
               dim * bytes);
        if (conds > 0)
            memcpy(k->cond_some + i * conds, k->cond + from * conds,
                   conds * sizeof(*k->cond));
    }
    rc = ito__check_call(k, fn, outs, part, k->some,
                         conds ? k->cond_some : NULL, n, k->again);
    for (size_t i = 0; rc == ITO_OK && i < n; i++) {
        const size_t from = down ? begin - i : begin + i;

        if (memcmp(k->again + i * outs * bytes, k->first + from * outs * bytes,
                   outs * bytes) != 0 &&
            (k->field->flags & ITO_FIELD_ROW_INVARIANT) != 0)
            return ito__check_broken(
                k, "gives a row another result in other company", part);
    }
    return rc;
}

/* One part of the field: finite, guarded, the same in all tiles. */
static ito_status check_part(check *k, ito_eval_fn fn, size_t outs,
                             const char *part)
{
    static const size_t sizes[] = { 1, 15, 16, 17, 31, 32, 33, 63, 65 };
    const size_t count = CHECK_POINTS * outs;
    ito_errinfo at = ito__nowhere();
    ito_status rc = ito__check_call(k, fn, outs, part, k->rows,
                                    k->field->cond_dim ? k->cond : NULL,
                                    CHECK_POINTS, k->first);

    for (size_t i = 0; rc == ITO_OK && i < count; i++) {
        at.value = ito__check_value(k, k->first, i);
        if (isfinite(at.value))
            continue;
        at.particle = (int64_t)(i / outs);
        at.component = (int64_t)(i % outs);
        at.t = k->work.tile.t;
        return ito__fail_at(k->ctx, ITO_ENONFINITE, &at,
                            "field %s: %s is not "
                            "finite at point %zu, component %zu, t = %g",
                            k->name, part, i / outs, i % outs, at.t);
    }
    for (size_t s = 0; rc == ITO_OK && s < sizeof(sizes) / sizeof(*sizes); s++)
        rc = compare(k, fn, outs, part, s, sizes[s], false);
    if (rc == ITO_OK)
        rc = compare(k, fn, outs, part, CHECK_POINTS - 1, CHECK_POINTS, true);
    return rc;
}

/* The parts that a field with noise has, and the Jacobian. */
static ito_status check_noise_at(check *k)
{
    const ito_field *f = k->field;
    ito_status rc = ITO_OK;

    if (f->jacobian)
        rc = check_part(k, f->jacobian, size_mul(f->dim, f->dim), "jacobian");
    if (rc == ITO_OK && f->jacobian)
        rc = ito__check_jacobian(k);
    if (rc != ITO_OK || !f->diffusion)
        return rc;
    rc = check_part(k, f->diffusion, ito__check_sigma(f), "diffusion");
    if (rc == ITO_OK && f->diffusion_deriv)
        rc = check_part(k, f->diffusion_deriv, ito__check_sigma_deriv(f),
                        "diffusion_deriv");
    return rc == ITO_OK ? ito__check_noise(k) : rc;
}

static ito_status check_at(check *k)
{
    const ito_field *f = k->field;
    ito_status rc = check_part(k, f->drift, f->dim, "drift");

    if (rc == ITO_OK && f->divergence)
        rc = check_part(k, f->divergence, 1, "divergence");
    if (rc == ITO_OK && f->divergence)
        rc = ito__check_divergence(k);
    if (rc == ITO_OK && f->vjp)
        rc = ito__check_vjp(k);
    if (rc == ITO_OK && f->score)
        rc = check_part(k, f->score, f->dim, "score");
    if (rc == ITO_OK && f->log_density)
        rc = check_part(k, f->log_density, 1, "log density");
    if (rc == ITO_OK && f->score && f->log_density)
        rc = ito__check_score(k);
    if (rc == ITO_OK && f->potential)
        rc = check_part(k, f->potential, 1, "potential");
    return rc == ITO_OK ? check_noise_at(k) : rc;
}

/* Points uniform in the box, conditions uniform in (0, 1). */
static void scatter(check *k, const ito_box *box, float *u)
{
    const size_t dim = k->field->dim, conds = k->field->cond_dim;
    ito_noise at = { .seed = box->seed, .purpose = ITO_FOR_USER };

    ito__uniform_rows(k->ctx->kern, &at, 0, CHECK_POINTS, dim, u, dim);
    for (size_t i = 0; i < CHECK_POINTS * dim; i++) {
        const double lo = box->lo ? box->lo[i % dim] : -1.0;
        const double hi = box->hi ? box->hi[i % dim] : 1.0;
        const double x = lo + (hi - lo) * (double)u[i];

        if (k->plan.ops->dtype == ITO_F64)
            ((double *)(void *)k->rows)[i] = x;
        else
            ((float *)(void *)k->rows)[i] = (float)x;
    }
    at.step = 1;
    if (conds > 0)
        ito__uniform_rows(k->ctx->kern, &at, 0, CHECK_POINTS, conds, k->cond,
                          conds);
}

/* Room for results and sums, by what the field offers. */
static void use_outs(check *k)
{
    const ito_field *f = k->field;
    size_t outs = f->dim;

    if (f->diffusion)
        outs = size_max(outs, ito__check_sigma(f));
    if (f->diffusion && f->diffusion_deriv)
        outs = size_max(outs, ito__check_sigma_deriv(f));
    if (f->jacobian)
        outs = size_max(outs, size_mul(f->dim, f->dim));
    k->plan.outs = outs;
    k->blocks = k->plan.wide ? 1 : outs;
    k->sums_count = f->diffusion && f->noise > ITO_NOISE_ADDITIVE
                        ? ito__check_sigma_deriv(f)
                        : 1;
}

/* Place all memory; with a NULL base only count. */
static void place(carver *c, check *k, float **u)
{
    const size_t points = size_mul(CHECK_POINTS, k->field->dim);
    const size_t rows = size_mul(points, sizeof(double));
    const size_t results =
        size_mul(size_mul(CHECK_POINTS, k->plan.outs), sizeof(double));
    const size_t conds =
        size_mul(size_mul(CHECK_POINTS, k->field->cond_dim), sizeof(float));
    const size_t values =
        k->plan.wide ? size_mul(k->plan.rows, k->plan.outs) : k->plan.rows;
    tile_work work;

    ito__tile_carve(c, &k->plan, &work);
    k->work = work;
    k->x = ito__state_carve(c, &k->plan);
    k->y = ito__state_carve(c, &k->plan);
    k->v = ito__state_carve(c, &k->plan);
    k->out = ito__carve(c, size_mul(k->blocks, sizeof(void *)));
    k->block_bytes = size_add(size_mul(values, k->plan.ops->bytes), 2 * GUARD);
    k->guarded = ito__carve(c, size_mul(k->blocks, k->block_bytes));
    k->scratch = ito__carve(c, size_add(k->plan.scratch_bytes, 2 * GUARD));
    k->rows = ito__carve(c, rows);
    k->some = ito__carve(c, rows);
    k->first = ito__carve(c, results);
    k->again = ito__carve(c, results);
    k->up = ito__carve(c, results);
    k->down = ito__carve(c, results);
    k->cond = ito__carve(c, conds);
    k->cond_some = ito__carve(c, conds);
    k->sums = ito__carve(
        c, size_mul(size_mul(k->sums_count, 2 * CHECK_POINTS), sizeof(double)));
    *u = ito__carve(c, size_mul(points, sizeof(**u)));
    if (k->scratch && k->plan.scratch_bytes > 0)
        k->work.tile.scratch = k->scratch + GUARD;
}

static ito_status check_box(ito_ctx *ctx, const ito_field *f,
                            const ito_box *box)
{
    for (size_t c = 0; c < f->dim; c++) {
        const double lo = box->lo ? box->lo[c] : -1.0;
        const double hi = box->hi ? box->hi[c] : 1.0;

        if (!(lo <= hi) || !isfinite(lo) || !isfinite(hi))
            return ito__fail(ctx, ITO_EARG,
                             "field_check: component %zu of the "
                             "box runs from %g to %g",
                             c, lo, hi);
    }
    if (!isfinite(box->t0) || !isfinite(box->t1))
        return ito__fail(ctx, ITO_EARG, "field_check: time from %g to %g",
                         box->t0, box->t1);
    return ITO_OK;
}

/* Check with a state of one type that the field takes. */
static ito_status check_type(ito_ctx *ctx, const ito_field *field,
                             const ito_box *box, ito_dtype dtype)
{
    check k = { .ctx = ctx, .field = field };
    char *block;
    float *u;
    carver c = { 0 };
    ito_status rc = ito__tile_plan(ctx, "field_check", field, dtype, &k.plan);

    if (rc == ITO_OK)
        rc = check_box(ctx, k.plan.field, box);
    if (rc == ITO_OK)
        rc = ito__tile_size(ctx, "field_check", &k.plan, CHECK_POINTS,
                            CHECK_POINTS, 1);
    if (rc != ITO_OK)
        return rc;
    k.name = field->name ? field->name : "without a name";
    use_outs(&k);
    place(&c, &k, &u);
    block = ito__alloc(ctx, c.used);
    if (!block)
        return ito__fail(ctx, ITO_ENOMEM, "field_check: no memory");
    c = (carver){ .base = block };
    place(&c, &k, &u);
    scatter(&k, box, u);
    for (size_t i = 0; rc == ITO_OK && i < TIMES; i++) {
        const double t1 = box->t0 == 0.0 && box->t1 == 0.0 ? 1.0 : box->t1;

        k.work.tile.t =
            box->t0 + (t1 - box->t0) * ((double)(2 * i + 1) / (2.0 * TIMES));
        rc = check_at(&k);
    }
    ito__free(ctx, block);
    return rc;
}

ito_status ito_field_check(ito_ctx *ctx, const ito_field *field,
                           const ito_box *box)
{
    const ito_box unit = { 0 };
    tile_plan plan;
    unsigned types;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    rc = ito__tile_plan(ctx, "field_check", field, ITO_F32, &plan);
    if (rc != ITO_OK)
        return rc;
    types = plan.field->dtypes ? plan.field->dtypes : ITO_F32;
    if ((types & ITO_F32) != 0)
        rc = check_type(ctx, plan.field, box ? box : &unit, ITO_F32);
    if (rc == ITO_OK && (types & ITO_F64) != 0)
        rc = check_type(ctx, plan.field, box ? box : &unit, ITO_F64);
    return rc;
}
