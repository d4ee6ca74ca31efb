/* SPDX-License-Identifier: MIT
 *
 * energy_sample.c - ito_energy_sample: what is asked for, the memory, and the
 * order of the work: warm up, draw, report.
 */
#include <math.h>
#include <string.h>

#include "sim/energy_run.h"

#define GROUP_ROWS  64   /* rows of a tile, about */
#define ROUND_STEPS 64   /* steps between two looks at whether to stop */
#define RUNGS_MAX   1024 /* of tempering */
#define STAGES_MAX  65535
#define CHAINS_MAX  ((size_t)1 << 40)

/* --- what is asked for ---------------------------------------------------- */

static size_t or_else(size_t value, size_t otherwise)
{
    return value ? value : otherwise;
}

static void fill_options(const ito_energy_opts *opts, double T,
                         ito_energy_opts *o)
{
    const bool anneal = opts->sampler == ITO_SAMPLER_ANNEAL;
    const bool temper = opts->sampler == ITO_SAMPLER_TEMPERING;

    *o = *opts;
    o->chains = or_else(o->chains, anneal ? 1000 : 4);
    o->warmup = or_else(o->warmup, 1000);
    o->draws = or_else(o->draws, anneal ? 1 : 1000);
    o->thin = or_else(o->thin, 1);
    o->temperatures = or_else(o->temperatures, anneal ? 100 : temper ? 8 : 1);
    if (o->hottest == 0.0)
        o->hottest = temper ? 50.0 * T : T;
    if (o->accept == 0.0)
        o->accept = 0.574;
    if (o->spread == 0.0)
        o->spread = 1.0;
}

static bool positive(double x)
{
    return x > 1e-100 && x < 1e100;
}

static ito_status check_numbers(ito_ctx *ctx, const ito_energy_opts *o,
                                double T)
{
    if ((int)o->sampler < ITO_SAMPLER_MALA ||
        (int)o->sampler > ITO_SAMPLER_TEMPERING)
        return ito__fail(ctx, ITO_EARG, "energy: there is no sampler %d",
                         (int)o->sampler);
    if (!positive(T))
        return ito__fail(ctx, ITO_EARG,
                         "energy: temperature %g; it must be positive", T);
    if (!positive(o->spread) || !(o->accept > 0.0 && o->accept < 1.0))
        return ito__fail(ctx, ITO_EARG,
                         "energy: spread %g, accept %g; a spread is positive, "
                         "acceptance between 0 and 1",
                         o->spread, o->accept);
    if (o->step != 0.0 && !positive(o->step))
        return ito__fail(ctx, ITO_EARG, "energy: step %g; it must be positive",
                         o->step);
    if (o->chains > CHAINS_MAX ||
        size_add(size_mul(o->draws, o->thin), size_mul(3, o->warmup)) >=
            UINT32_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "energy: %zu chains of %zu draws, each %zu steps, "
                         "after %zu; there may be 2^32 steps",
                         o->chains, o->draws, o->thin, o->warmup);
    return ITO_OK;
}

static ito_status check_ladder(ito_ctx *ctx, const ito_energy_opts *given,
                               const ito_energy_opts *o, double T)
{
    const bool anneal = o->sampler == ITO_SAMPLER_ANNEAL;
    const bool temper = o->sampler == ITO_SAMPLER_TEMPERING;

    if (!anneal && !temper && (given->temperatures || given->hottest != 0.0))
        return ito__fail(ctx, ITO_EARG,
                         "energy: temperatures and hottest belong to anneal "
                         "and tempering");
    if (temper && (o->temperatures < 2 || o->temperatures > RUNGS_MAX))
        return ito__fail(ctx, ITO_EARG,
                         "energy: %zu temperatures; tempering takes 2 to %d",
                         o->temperatures, RUNGS_MAX);
    if (anneal && (o->temperatures > STAGES_MAX || o->warmup > 1u << 30))
        return ito__fail(ctx, ITO_EARG,
                         "energy: %zu stages, %zu steps; there may be %d "
                         "stages and 2^30 steps",
                         o->temperatures, o->warmup, STAGES_MAX);
    if (!positive(o->hottest) || o->hottest < T ||
        (temper && !(o->hottest > T)))
        return ito__fail(ctx, ITO_EARG,
                         "energy: the hottest temperature is %g and T %g; it "
                         "must be the higher one",
                         o->hottest, T);
    return ITO_OK;
}

/* --- what the field offers ------------------------------------------------ */

static ito_status check_field(ito_ctx *ctx, const ito_energy *e)
{
    const ito_field *f = e->field;

    if (!f || f->dim == 0)
        return ito__fail(ctx, ITO_EARG, "energy: there is no field");
    if (f->cond_dim > 0)
        return ito__fail(ctx, ITO_EUNFIT,
                         "energy: field %s wants conditions; an energy is "
                         "sampled without",
                         f->name ? f->name : "");
    if (!isfinite(e->t))
        return ito__fail(ctx, ITO_EARG, "energy: t = %g", e->t);
    return ITO_OK;
}

/* sigma^2 / 2 of constant noise that is the same in all components. */
static ito_status own_temperature(ito_ctx *ctx, const ito_energy *e, double *T)
{
    const ito_field *f = e->field;
    const ito_rows_at at = { .t = e->t, .dtype = ITO_F64 };
    const ito_mark mark = ito__arena_mark(ctx);
    double *x, *sigma;
    ito_status rc = ITO_OK;

    *T = 1.0;
    if (f->noise == ITO_NOISE_NONE || !f->potential)
        return ITO_OK;
    x = ito__arena_get(ctx, size_mul(f->dim, sizeof(*x)));
    sigma = ito__arena_get(ctx, size_mul(f->dim, sizeof(*sigma)));
    if (!x || !sigma)
        rc = ito__fail(ctx, ITO_ENOMEM, "energy: %zu components", f->dim);
    else if (f->noise == ITO_NOISE_ADDITIVE && f->noise_dim == 0) {
        memset(x, 0, f->dim * sizeof(*x));
        rc = ito_field_eval(ctx, f, ITO_PART_DIFFUSION, &at, 1, x, sigma);
        for (size_t c = 1; rc == ITO_OK && c < f->dim; c++)
            if (sigma[c] != sigma[0])
                sigma[0] = 0.0;
    } else {
        sigma[0] = 0.0;
    }
    if (rc == ITO_OK && !(sigma[0] > 0.0))
        rc = ito__fail(ctx, ITO_EUNFIT,
                       "energy: the noise of field %s is not one constant for "
                       "all components, so exp(-U / T) is not its stationary "
                       "density; say which temperature is meant",
                       f->name ? f->name : "");
    if (rc == ITO_OK)
        *T = 0.5 * sigma[0] * sigma[0];
    ito__arena_release(ctx, mark);
    return rc;
}

static ito_status choose_parts(ito_ctx *ctx, const ito_energy *e, energy_run *s)
{
    const ito_field *f = e->field;

    s->t = e->t;
    s->T = e->temperature;
    if (f->log_density && f->score) {
        s->energy_fn = f->log_density;
        s->force_fn = f->score;
        s->sign = -1.0;
        s->T = s->T == 0.0 ? 1.0 : s->T;
        return ITO_OK;
    }
    s->energy_fn = f->potential;
    s->force_fn = f->drift;
    s->sign = 1.0;
    if (!f->potential)
        return ito__fail(ctx, ITO_EUNFIT,
                         "energy: field %s has no potential and no log "
                         "density with a score",
                         f->name ? f->name : "");
    return s->T == 0.0 ? own_temperature(ctx, e, &s->T) : ITO_OK;
}

/* --- memory --------------------------------------------------------------- */

static void *doubles(carver *c, size_t n)
{
    return ito__carve(c, size_mul(n, sizeof(double)));
}

static void carve_group(carver *c, const energy_run *s, size_t i,
                        energy_group *out)
{
    energy_group g = { .first = i * s->group_size };
    const size_t rows = size_mul(s->group_size, s->rungs);

    g.count = size_min(s->group_size, s->chains - g.first);
    g.rows = g.count * s->rungs;
    g.x = ito__state_carve(c, &s->plan);
    g.force = ito__state_carve(c, &s->plan);
    g.y = ito__state_carve(c, &s->plan);
    g.force_y = ito__state_carve(c, &s->plan);
    g.out = ito__block_carve(c, &s->plan, 1);
    g.z = doubles(c, size_mul(rows, s->dim));
    g.u = doubles(c, rows);
    g.U = doubles(c, rows);
    g.U_y = doubles(c, rows);
    g.eta = doubles(c, rows);
    g.search = ito__carve(c, size_mul(rows, sizeof(*g.search)));
    g.alpha = doubles(c, rows);
    g.accept_sum = doubles(c, rows);
    g.swap_sum = doubles(c, rows);
    g.swap_count = doubles(c, rows);
    g.trip = ito__carve(c, size_mul(rows, sizeof(*g.trip)));
    if (out)
        *out = g;
}

/* Place everything; with a NULL base only count. */
static void place(carver *c, energy_run *s)
{
    const size_t ladder = size_max(s->rungs, s->o.temperatures);

    s->work = ito__carve(c, size_mul(s->threads, sizeof(*s->work)));
    for (size_t i = 0; i < s->threads; i++)
        ito__tile_carve(c, &s->plan, s->work ? &s->work[i] : NULL);
    s->group = ito__carve(c, size_mul(s->groups, sizeof(*s->group)));
    for (size_t i = 0; i < s->groups && c->used != SIZE_MAX; i++)
        carve_group(c, s, i, s->group ? &s->group[i] : NULL);
    s->rung = ito__carve(c, size_mul(s->rungs, sizeof(*s->rung)));
    s->search = ito__carve(c, size_mul(s->rungs, sizeof(*s->search)));
    s->ladder = ito__carve(c, size_mul(ladder, sizeof(*s->ladder)));
    s->barrier = doubles(c, s->rungs);
    s->start = doubles(c, s->dim);
}

static ito_status make_run(energy_run *s, const ito_energy *e, char **block)
{
    ito_ctx *ctx = s->ctx;
    carver c = { 0 };
    ito_status rc;

    s->dim = e->field->dim;
    s->chains = s->o.chains;
    s->rungs = s->o.sampler == ITO_SAMPLER_TEMPERING ? s->o.temperatures : 1;
    s->group_size = size_max(1, GROUP_ROWS / size_max(1, s->rungs));
    s->group_size = size_max(1, size_min(s->chains, s->group_size));
    s->groups = size_ceil_div(s->chains, s->group_size);
    s->threads = e->field->flags & ITO_FIELD_REENTRANT ? ctx->threads : 1;
    rc = ito__tile_plan(ctx, "energy", e->field, ITO_F64, &s->plan);
    if (rc == ITO_OK)
        rc = ito__tile_size(ctx, "energy", &s->plan, s->group_size * s->rungs,
                            s->group_size * s->rungs, s->threads);
    if (rc != ITO_OK)
        return rc;
    place(&c, s);
    *block = ito__alloc(ctx, c.used);
    if (!*block)
        return ito__fail(ctx, ITO_ENOMEM,
                         "energy: %zu chains of %zu replicas of %zu components",
                         s->chains, s->rungs, s->dim);
    c = (carver){ .base = *block };
    place(&c, s);
    for (size_t i = 0; s->o.start && i < s->dim; i++) {
        if (!isfinite(s->o.start[i]))
            return ito__fail(ctx, ITO_EARG, "energy: start %zu is %g", i + 1,
                             s->o.start[i]);
        s->start[i] = s->o.start[i];
    }
    return ITO_OK;
}

void ito_draws_free(ito_draws *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->info.warning_count; i++)
        ito__free(d->ctx, d->warnings[i]);
    ito__free(d->ctx, d->x);
    ito__free(d->ctx, d->energy);
    ito__free(d->ctx, d->log_weight);
    ito__free(d->ctx, d->rungs);
    ito__free(d->ctx, d->stats);
    ito__free(d->ctx, d->warnings);
    ito__free(d->ctx, d);
}

static ito_status make_draws(const energy_run *s, ito_draws **out)
{
    ito_ctx *ctx = s->ctx;
    const size_t rows = size_mul(s->chains, s->o.draws);
    const bool anneal = s->o.sampler == ITO_SAMPLER_ANNEAL;
    const size_t rungs = anneal ? s->o.temperatures : s->rungs;
    ito_draws *d = ito__calloc(ctx, 1, sizeof(*d));

    *out = d;
    if (!d)
        return ito__fail(ctx, ITO_ENOMEM, "energy: draws");
    d->ctx = ctx;
    d->x = ito__calloc(ctx, rows, size_mul(s->dim, sizeof(*d->x)));
    d->energy = ito__calloc(ctx, rows, sizeof(*d->energy));
    d->stats = ito__calloc(ctx, s->dim + 1, sizeof(*d->stats));
    d->rungs = ito__calloc(ctx, rungs, sizeof(*d->rungs));
    if (anneal)
        d->log_weight = ito__calloc(ctx, s->chains, sizeof(*d->log_weight));
    if (!d->x || !d->energy || !d->stats || !d->rungs ||
        (anneal && !d->log_weight))
        return ito__fail(ctx, ITO_ENOMEM,
                         "energy: %zu draws of %zu chains of %zu components",
                         s->o.draws, s->chains, s->dim);
    d->info = (ito_draws_info){ .chains = s->chains,
                                .draws = s->o.draws,
                                .dim = s->dim,
                                .x = d->x,
                                .energy = d->energy,
                                .log_weight = d->log_weight,
                                .temperature = s->T,
                                .rung_count = rungs,
                                .rungs = d->rungs,
                                .stats = d->stats };
    return ITO_OK;
}

/* --- the work ------------------------------------------------------------- */

static ito_status draw(energy_run *s, ito_draws *d)
{
    const size_t steps = s->o.draws * s->o.thin;
    const uint32_t end = s->step + (uint32_t)steps;
    ito_status rc = ITO_OK;

    ito__energy_reset(s);
    s->exact = s->o.sampler != ITO_SAMPLER_LANGEVIN;
    s->keep = true;
    s->from = s->step;
    s->to = d;
    while (rc == ITO_OK && s->step < end)
        rc = ito__energy_round(
            s, s->step + (uint32_t)size_min(ROUND_STEPS, end - s->step));
    return rc;
}

static void take_rungs(const energy_run *s, ito_draws *d)
{
    ito_draws_info *info = &d->info;

    info->evals = s->evals;
    info->step = s->rung[0].eta / s->T;
    info->accept = ito__energy_accepted(s, 0);
    for (size_t i = 0; i < s->groups; i++)
        info->round_trips += s->group[i].trips;
    for (size_t j = 0; !d->log_weight && j < s->rungs; j++)
        d->rungs[j] = (ito_rung){ .temperature = 1.0 / s->rung[j].b,
                                  .step = s->rung[j].eta * s->rung[j].b,
                                  .accept = ito__energy_accepted(s, j),
                                  .swap = ito__energy_swapped(s, j) };
}

static ito_status sample(energy_run *s, ito_draws *d)
{
    ito_status rc;

    s->exact = s->o.sampler != ITO_SAMPLER_LANGEVIN || !(s->o.step > 0.0);
    rc = d->log_weight ? ito__energy_anneal(s, d) : ito__energy_warmup(s);
    if (rc == ITO_OK)
        rc = draw(s, d);
    if (rc != ITO_OK)
        return rc;
    take_rungs(s, d);
    return ito__energy_report(s, d);
}

ito_status ito_energy_sample(ito_ctx *ctx, const ito_energy *energy,
                             const ito_energy_opts *opts, ito_draws **out)
{
    const ito_energy_opts zero = { 0 };
    energy_run s = { .ctx = ctx };
    ito_draws *d = NULL;
    char *block = NULL;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!energy || !out)
        return ito__fail(ctx, ITO_EARG, "energy: %s is NULL",
                         energy ? "out" : "energy");
    *out = NULL;
    opts = opts ? opts : &zero;
    rc = check_field(ctx, energy);
    if (rc == ITO_OK)
        rc = choose_parts(ctx, energy, &s);
    if (rc == ITO_OK) {
        fill_options(opts, s.T, &s.o);
        rc = check_numbers(ctx, &s.o, s.T);
    }
    if (rc == ITO_OK)
        rc = check_ladder(ctx, opts, &s.o, s.T);
    if (rc == ITO_OK)
        rc = make_run(&s, energy, &block);
    if (rc == ITO_OK)
        rc = make_draws(&s, &d);
    if (rc == ITO_OK)
        rc = sample(&s, d);
    ito__free(ctx, block);
    if (rc == ITO_OK)
        *out = d;
    else
        ito_draws_free(d);
    return rc;
}

const ito_draws_info *ito_draws_get(const ito_draws *draws)
{
    return draws ? &draws->info : NULL;
}
