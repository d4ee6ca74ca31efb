/* SPDX-License-Identifier: MIT
 *
 * between.c - a solve one step at a time, and what is done between steps.
 *
 *     corrector  N Langevin steps at the time reached,
 *                x += k^2 / 2 grad log p_t(x) + k z,   k = k(t)
 *                which keep p_t and draw what strayed back to it (predictor
 *                and corrector of Song et al., arXiv:2011.13456; their signal
 *                to noise ratio r is k = 2 r beta, for noise of N(0, I))
 *     passes     where coordinates are known: a step is taken several times,
 *                each from where the path's own noise leads back to,
 *                x_t = q x_t' + sqrt(beta_t^2 - q^2 beta_t'^2) z,
 *                q = alpha_t / alpha_t', with new noise of the known
 *                coordinates (RePaint: Lugmayr et al., arXiv:2201.09865)
 *     start      there, too, the way begins where alpha / beta passes NEAR_SNR,
 *                with noise on a sample that fits (candidates.c)
 *
 * Noise: of Langevin step j after step i (dW, stream 1, step i N + j); of pass
 * j of step i (CHURN, step i M + j, stream 0 of known coordinates, 1 of the
 * way back), its own noise in stream j + 1.
 */
#include <math.h>
#include <string.h>

#include "flow/candidates.h"
#include "flow/cells.h"
#include "flow/sigma.h"
#include "flow/steered.h"
#include "rng/noise.h"
#include "solve/run.h"

#define NEAR_SNR 2.0

#define STREAM_CORRECT 1
#define STREAM_BACK    1
#define STREAM_PASS    1 /* pass k > 0 of a step: its noise */

/* Langevin dynamics at one time of a flow. */
typedef struct langevin {
    const ito_field *flow;
    double t, kick;
} langevin;

typedef struct job {
    ito_ctx *ctx;
    const steering *s;
    const ito_problem *problem;
    const ito_solve_opts *how;
    size_t steps;
    size_t first;             /* step that is the first to be taken */
    float *x, *start, *noise; /* n x dim; noise where there are passes */
    size_t *next;             /* frames that each sink has had */
    ito_solve_stats stats;
} job;

static double time_of(const job *j, size_t point)
{
    const ito_problem *p = j->problem;

    if (j->how->grid)
        return j->how->grid[point];
    return point == j->steps
               ? p->t1
               : p->t0 + (p->t1 - p->t0) * (double)point / (double)j->steps;
}

/* ---- Langevin steps ---- */

static int langevin_drift(void *user, const ito_tile *tile, void *const *out)
{
    const langevin *l = user;
    const cells to = cells_of(tile, out);
    ito_tile part = *tile;
    int rc;

    part.t = l->t;
    rc = l->flow->score(l->flow->user, &part, out);
    for (size_t i = 0; rc == 0 && i < tile->npad; i++)
        for (size_t c = 0; c < tile->dim; c++)
            cells_put(&to, i, c,
                      0.5 * l->kick * l->kick * cells_get(&to, i, c));
    return rc;
}

static int langevin_noise(void *user, const ito_tile *tile, void *const *out)
{
    const langevin *l = user;
    const cells to = cells_of(tile, out);

    for (size_t i = 0; i < tile->npad; i++)
        for (size_t c = 0; c < tile->dim; c++)
            cells_put(&to, i, c, l->kick);
    return 0;
}

static size_t langevin_scratch(void *user, size_t rows)
{
    const ito_field *f = ((const langevin *)user)->flow;

    return f->scratch_bytes ? f->scratch_bytes(f->user, rows) : 0;
}

static ito_field langevin_field(langevin *l)
{
    return (ito_field){ .name = l->flow->name,
                        .dtypes = l->flow->dtypes,
                        .flags = l->flow->flags &
                                 (ITO_FIELD_REENTRANT | ITO_FIELD_WIDE |
                                  ITO_FIELD_ROW_INVARIANT),
                        .dim = l->flow->dim,
                        .noise = ITO_NOISE_ADDITIVE,
                        .calculus = ITO_CALCULUS_ITO,
                        .drift = langevin_drift,
                        .diffusion = langevin_noise,
                        .scratch_bytes = langevin_scratch,
                        .tile_pref = l->flow->tile_pref,
                        .cond_dim = l->flow->cond_dim,
                        .user = l };
}

static ito_status correct(job *j, size_t step)
{
    const steering *s = j->s;
    const size_t count = s->o->correct;
    const ito_sigma *form = s->o->correct_step ? s->o->correct_step : s->kick;
    langevin l = { .flow = s->field, .t = time_of(j, step + 1) };
    ito_field field;
    ito_problem p = { .field = &field,
                      .t1 = (double)count,
                      .n = j->problem->n,
                      .id0 = j->problem->id0,
                      .cond = j->problem->cond,
                      .seed = j->problem->seed,
                      .stream = STREAM_CORRECT };
    const ito_solve_opts how = { .method = "euler-maruyama",
                                 .steps = count,
                                 .step0 = (uint64_t)step * count };
    ito_solve_stats stats;
    ito_status rc;

    l.kick = ito_sigma_value(form, l.t);
    if (!(l.kick > 0.0))
        return ITO_OK;
    field = langevin_field(&l);
    rc = ito_solve(j->ctx, &p, j->x, &how, &stats);
    j->stats.evals += stats.evals;
    return rc;
}

/* ---- known coordinates ---- */

static float *cond_of(const job *j, size_t i)
{
    const inpaint *p = &j->s->paint;

    return j->s->cond + i * p->field.cond_dim + p->flow.cond_dim;
}

/* Where known coordinates are at a time. */
static void hold(const job *j, double t, float *x)
{
    const ito_coef at = ito_path_coef(j->s->path, t);

    if (j->s->cond)
        ito__steering_hold(j->s, j->problem->n, at.alpha, at.beta, x);
}

/* New noise for known coordinates. */
static void renew(const job *j, uint64_t number)
{
    const ito_noise at = { .seed = j->problem->seed,
                           .step = (uint32_t)number,
                           .purpose = ITO_FOR_CHURN };

    ito__steering_renew(j->ctx, j->s, j->problem, &at);
}

/* From the end of a step back to its beginning. */
static void go_back(const job *j, size_t step, uint64_t number)
{
    const ito_coef from = ito_path_coef(j->s->path, time_of(j, step + 1));
    const ito_coef to = ito_path_coef(j->s->path, time_of(j, step));
    const size_t dim = j->s->field->dim;
    const double q = to.alpha / from.alpha;
    const double left = to.beta * to.beta - q * q * from.beta * from.beta;
    const double std = sqrt(fmax(left, 0.0));
    const ito_noise at = { .seed = j->problem->seed,
                           .stream = STREAM_BACK,
                           .step = (uint32_t)number,
                           .purpose = ITO_FOR_CHURN };

    ito__normal_rows(j->ctx->kern, &at, j->problem->id0, j->problem->n, dim,
                     j->noise, dim);
    for (size_t i = 0; i < j->problem->n * dim; i++)
        j->x[i] = (float)(q * (double)j->x[i] + std * (double)j->noise[i]);
}

/* ---- steps ---- */

static ito_status one_step(job *j, size_t step, size_t pass)
{
    const bool begin = step == 0 && pass == 0; /* else x is there */
    const ito_sink first = { .fn = ito_store_frame,
                             .arg = &(ito_store){ .rows = j->start,
                                                  .n = j->problem->n,
                                                  .id0 = j->problem->id0 },
                             .at = &(size_t){ 0 },
                             .at_count = 1 };
    ito_problem p = *j->problem;
    ito_solve_opts how = *j->how;
    ito_solve_stats stats;
    ito_status rc;

    how.begin = step;
    how.end = step + 1;
    p.sinks = &first;
    p.sink_count = begin && j->start ? 1 : 0;
    if (!begin)
        p.init = NULL;
    if (pass > 0)
        p.stream = (uint32_t)(STREAM_PASS + pass);
    rc = ito_solve(j->ctx, &p, j->x, &how, &stats);
    j->stats.evals += stats.evals;
    j->stats.tiles = stats.tiles;
    j->stats.method = stats.method;
    return rc;
}

/* Show the sinks the state at a point. */
static ito_status show(job *j, size_t point, const float *x)
{
    const ito_problem *p = j->problem;
    ito_frame frame = { .step = point,
                        .t = time_of(j, point),
                        .id0 = p->id0,
                        .n = p->n,
                        .dim = p->field->dim,
                        .dtype = ITO_F32,
                        .rows = x };

    for (size_t k = 0; p->n > 0 && k < p->sink_count; k++) {
        const ito_sink *sink = &p->sinks[k];
        int rc;

        if (ito__sink_point(sink, j->steps, j->next[k]) != point)
            continue;
        frame.index = j->next[k]++;
        rc = sink->fn(sink->arg, &frame);
        if (rc != 0)
            return ito__fail(j->ctx, ITO_ECALLBACK,
                             "sample: a sink returned %d at t = %g, step %zu",
                             rc, frame.t, point);
    }
    return ITO_OK;
}

/* ---- where known coordinates let rows start ---- */

/* Row by row, noise of a time on the samples z. */
static void put_noise(const job *j, double t, const float *z, float *x)
{
    const ito_coef at = ito_path_coef(j->s->path, t);
    const size_t dim = j->s->field->dim;

    for (size_t i = 0; i < j->problem->n; i++) {
        const float *e = cond_of(j, i) + dim;

        for (size_t c = 0; c < dim; c++)
            x[i * dim + c] = (float)(at.alpha * (double)z[i * dim + c] +
                                     at.beta * (double)e[c]);
    }
    hold(j, t, x);
}

/* Start at the first point of enough signal, if there are candidates. */
static ito_status start_near(job *j)
{
    const inpaint *paint = &j->s->paint;
    const ito_mark mark = ito__arena_mark(j->ctx);
    ito_status rc;
    float *z;

    if (!j->s->cond || j->s->candidates < 2 || paint->flow.cond_dim > 0 ||
        j->problem->n == 0)
        return ITO_OK;
    while (j->first < j->steps) {
        const ito_coef at = ito_path_coef(j->s->path, time_of(j, j->first));

        if (at.alpha >= NEAR_SNR * at.beta)
            break;
        j->first++;
    }
    if (j->first == 0 || j->first == j->steps) {
        j->first = 0;
        return ITO_OK;
    }
    z = ito__arena_get(
        j->ctx, size_mul(size_mul(j->problem->n, paint->flow.dim), sizeof(*z)));
    if (!z)
        return ito__fail(j->ctx, ITO_ENOMEM, "inpainting of %zu rows",
                         j->problem->n);
    rc =
        ito__candidates(j->ctx, paint, j->problem, j->how, j->s->candidates, z);
    for (size_t i = 0; rc == ITO_OK && i <= j->first; i++) {
        put_noise(j, time_of(j, i), z, j->x);
        rc = show(j, i, j->x);
    }
    ito__arena_release(j->ctx, mark);
    return rc;
}

static ito_status go(job *j)
{
    const size_t passes = j->s->cond ? j->s->passes : 1;
    ito_status rc = start_near(j);

    for (size_t i = j->first; rc == ITO_OK && i < j->steps; i++) {
        for (size_t k = 0; rc == ITO_OK && k < passes; k++) {
            const uint64_t number = (uint64_t)i * passes + k;

            if (k > 0)
                go_back(j, i, number);
            if (number > 0 && passes > 1)
                renew(j, number);
            rc = one_step(j, i, k);
        }
        if (rc == ITO_OK && i == 0 && j->start) {
            hold(j, time_of(j, 0), j->start);
            rc = show(j, 0, j->start);
        }
        if (rc == ITO_OK && j->s->o->correct > 0)
            rc = correct(j, i);
        hold(j, time_of(j, i + 1), j->x);
        if (rc == ITO_OK)
            rc = show(j, i + 1, j->x);
    }
    return rc;
}

static ito_status find_memory(job *j, bool own_x)
{
    const ito_problem *p = j->problem;
    const size_t bytes =
        size_mul(size_mul(p->n + 1, p->field->dim), sizeof(float));
    const bool passes = j->s->cond && j->s->passes > 1;

    if (own_x)
        j->x = ito__arena_get(j->ctx, bytes);
    if (p->sink_count > 0)
        j->start = ito__arena_get(j->ctx, bytes);
    if (passes)
        j->noise = ito__arena_get(j->ctx, bytes);
    j->next =
        ito__arena_get(j->ctx, size_mul(p->sink_count + 1, sizeof(*j->next)));
    if (!j->x || !j->next || (p->sink_count > 0 && !j->start) ||
        (passes && !j->noise))
        return ito__fail(j->ctx, ITO_ENOMEM, "%zu samples step by step", p->n);
    memset(j->next, 0, (p->sink_count + 1) * sizeof(*j->next));
    return ITO_OK;
}

ito_status ito__between(ito_ctx *ctx, const steering *s,
                        const ito_problem *problem, const ito_solve_opts *how,
                        float *x)
{
    const ito_mark mark = ito__arena_mark(ctx);
    const size_t most = size_max(s->o->correct, s->passes);
    job j = { .ctx = ctx, .s = s, .problem = problem, .how = how, .x = x };
    ito_status rc;

    j.steps =
        how->grid && how->grid_count > 0 ? how->grid_count - 1 : how->steps;
    if (size_mul(j.steps + 1, most) > UINT32_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "sample: %zu steps with %zu more after each are too "
                         "many",
                         j.steps, most);
    rc = find_memory(&j, x == NULL);
    if (rc == ITO_OK)
        rc = go(&j);
    ito__arena_release(ctx, mark);
    if (rc == ITO_OK && s->o->stats) {
        j.stats.steps = j.steps;
        j.stats.t = time_of(&j, j.steps);
        j.stats.step = j.steps;
        *s->o->stats = j.stats;
    }
    return rc;
}
