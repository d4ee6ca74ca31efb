/* SPDX-License-Identifier: MIT
 *
 * steered.c - a flow led by an energy, or to values that are known, and
 * corrected on the way.
 */
#include "flow/steered.h"

#include <math.h>
#include <string.h>

#include "ctx/ctx.h"
#include "flow/completion.h"
#include "rng/noise.h"

/* Noise of a Langevin step over beta, where it is not given. */
#define KICK "0.5*beta"

#define PASSES_MAX 10000

/* What a network's Jacobian is trusted to, in units of that of N(0, I). */
#define DAMP 0.1

static bool is_adaptive(const ito_solve_opts *how)
{
    return how->rtol > 0.0 || how->atol > 0.0;
}

static ito_status lead(ito_ctx *ctx, steering *s)
{
    const ito_guide_opts how = { .energy = s->o->energy,
                                 .strength = s->o->energy_strength,
                                 .way = s->o->energy_way,
                                 .path = s->path };
    ito_status rc = ito_guide_open(ctx, s->field, &how, &s->guide);

    if (rc == ITO_OK)
        s->field = ito_guide_field(s->guide);
    return rc;
}

/* ---- known coordinates ---- */

static ito_status check_known(ito_ctx *ctx, const float *known, size_t n,
                              size_t dim, uint64_t id0)
{
    for (size_t i = 0; i < n * dim; i++)
        if (isinf(known[i]))
            return ito__fail(ctx, ITO_EARG,
                             "inpainting: row %llu has an infinite coordinate "
                             "%zu",
                             (unsigned long long)(id0 + i / dim), i % dim + 1);
    return ITO_OK;
}

/* Conditions of the flow, what is known, and the noise samples start from. */
static void fill_cond(ito_ctx *ctx, const steering *s, const ito_problem *p)
{
    const size_t dim = s->paint.flow.dim, own = s->paint.flow.cond_dim;
    const size_t cols = s->paint.field.cond_dim;
    const ito_noise at = { .seed = s->o->seed };

    for (size_t i = 0; i < p->n; i++) {
        float *row = s->cond + i * cols;

        if (p->cond)
            memcpy(row, p->cond + i * own, own * sizeof(*row));
        memcpy(row + own, s->known + i * dim, dim * sizeof(*row));
    }
    if (p->n > 0)
        ito__normal_rows(ctx->kern, &at, p->id0, p->n, dim, s->cond + own + dim,
                         cols);
}

/* What the cells of a table say. */
static ito_status read_cells(ito_ctx *ctx, const sample_flow *flow, steering *s,
                             size_t n)
{
    const size_t dim = s->field->dim;

    if (s->o->known)
        return ito__fail(ctx, ITO_EARG,
                         "inpainting: what is known is given as coordinates "
                         "and as cells: give one of them");
    s->own_known =
        ito__alloc(ctx, size_mul(size_mul(n + 1, dim), sizeof(float)));
    if (!s->own_known)
        return ito__fail(ctx, ITO_ENOMEM, "inpainting of %zu rows", n);
    s->known = s->own_known;
    return ito__completion_known(ctx, flow->schema, s->o, dim, n, s->own_known);
}

static ito_status know(ito_ctx *ctx, const sample_flow *flow, steering *s,
                       ito_problem *problem)
{
    ito_status rc;

    if (s->o->energy)
        return ito__fail(ctx, ITO_EUNFIT,
                         "inpainting and guidance by an energy do not go "
                         "together: an energy may hold coordinates by itself");
    if (s->o->cells && (rc = read_cells(ctx, flow, s, problem->n)) != ITO_OK)
        return rc;
    rc = check_known(ctx, s->known, problem->n, s->field->dim, problem->id0);
    if (rc == ITO_OK)
        rc = ito__inpaint(ctx, s->field, s->path, flow->schema ? DAMP : 0.0,
                          &s->paint);
    if (rc != ITO_OK)
        return rc;
    s->cond = ito__alloc(
        ctx, size_mul(size_mul(problem->n + 1, s->paint.field.cond_dim),
                      sizeof(*s->cond)));
    if (!s->cond)
        return ito__fail(ctx, ITO_ENOMEM, "inpainting of %zu rows", problem->n);
    fill_cond(ctx, s, problem);
    s->field = &s->paint.field;
    s->passes = s->o->passes ? s->o->passes : ITO__PASSES;
    s->candidates = s->o->candidates ? s->o->candidates : ITO__CANDIDATES;
    problem->cond = s->cond;
    return ITO_OK;
}

/* ---- all of it ---- */

static ito_status check(ito_ctx *ctx, const steering *s, bool normal)
{
    const ito_sample_opts *o = s->o;

    if ((o->energy || o->known || o->cells) && !normal)
        return ito__fail(ctx, ITO_EUNFIT,
                         "%s: the flow does not start from N(0, I), so that "
                         "its field does not tell the denoised point",
                         o->energy ? "guidance by an energy" : "inpainting");

    if (o->correct > 0 && !s->field->score)
        return ito__fail(ctx, ITO_EUNFIT,
                         "corrector: %s has no score, so there are no Langevin "
                         "steps",
                         s->field->name);
    if ((o->correct > 0 || o->passes > 1) && is_adaptive(&o->solve))
        return ito__fail(ctx, ITO_EARG,
                         "%s: between steps of its own length nothing can be "
                         "done: take fixed steps",
                         o->correct > 0 ? "corrector" : "inpainting in passes");
    if (o->passes > PASSES_MAX)
        return ito__fail(ctx, ITO_EARG, "%zu passes over a step: at most %d",
                         o->passes, PASSES_MAX);
    if (o->passes > 1 && !o->known && !o->cells)
        return ito__fail(ctx, ITO_EARG,
                         "%zu passes over a step: of inpainting, and no "
                         "coordinate is known",
                         o->passes);
    return ITO_OK;
}

ito_status ito__steering_begin(ito_ctx *ctx, const sample_flow *flow,
                               const ito_sample_opts *o, ito_problem *problem,
                               steering *s)
{
    ito_status rc;

    *s = (steering){
        .o = o, .path = flow->path, .field = problem->field, .known = o->known
    };
    rc = check(ctx, s, flow->normal);
    if (rc == ITO_OK && (o->known || o->cells))
        rc = know(ctx, flow, s, problem);
    if (rc == ITO_OK && o->energy)
        rc = lead(ctx, s);
    if (rc == ITO_OK && o->correct > 0 && !o->correct_step)
        rc = ito_sigma_parse(ctx, KICK, s->path, &s->kick);
    problem->field = s->field;
    return rc;
}

/* A failure whose cause is the energy says so. */
static ito_status blame(ito_ctx *ctx, const steering *s, ito_status rc)
{
    const ito_errinfo at = *ito_errinfo_get(ctx);

    if ((rc != ITO_ENONFINITE && rc != ITO_ESTEPS) || !s->guide ||
        !ito_guide_failed(s->guide))
        return rc;
    return ito__fail_at(ctx, ITO_ENONFINITE, &at,
                        "guidance by an energy: its gradient is not finite for "
                        "row %lld near t = %g",
                        (long long)at.particle, at.t);
}

ito_status ito__steering_solve(ito_ctx *ctx, steering *s,
                               const ito_problem *problem,
                               const ito_solve_opts *how, float *x)
{
    const size_t dim = s->field->dim;
    ito_status rc;

    if (s->o->correct > 0 || (s->cond && !is_adaptive(how)))
        rc = ito__between(ctx, s, problem, how, x);
    else
        rc = ito_solve(ctx, problem, x, how, s->o->stats);
    for (size_t i = 0; rc == ITO_OK && s->cond && x && i < problem->n * dim;
         i++)
        if (!isnan(s->known[i]))
            x[i] = s->known[i];
    return rc == ITO_OK ? rc : blame(ctx, s, rc);
}

void ito__steering_end(ito_ctx *ctx, steering *s)
{
    ito_guide_free(s->guide);
    ito_sigma_free(s->kick);
    ito__free(ctx, s->cond);
    ito__free(ctx, s->own_known);
}
