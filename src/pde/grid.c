/* SPDX-License-Identifier: MIT
 *
 * grid.c - making a density, and what it looks like.
 */
#include "pde/grid.h"

#include <math.h>
#include <string.h>

#define DEFAULT_LIMIT ((size_t)1 << 31)
#define MIN_CELLS     3

static const char *const axis_names[] = { "first", "second" };

static ito_status check_axis(ito_ctx *ctx, const ito_density_axis *a, size_t c)
{
    const char *const name = axis_names[c];
    const double far = pde_max(fabs(a->lo), fabs(a->hi));

    if (!isfinite(a->lo) || !isfinite(a->hi) || !(a->lo < a->hi) ||
        !isfinite(a->hi - a->lo))
        return ito__fail(ctx, ITO_EARG,
                         "density: the %s axis from %g to %g is empty; give "
                         "finite limits, lo < hi",
                         name, a->lo, a->hi);
    if (a->cells < MIN_CELLS)
        return ito__fail(ctx, ITO_EARG,
                         "density: the %s axis has %zu cells, at least %d are "
                         "needed",
                         name, a->cells, MIN_CELLS);
    if ((int)a->lower < ITO_EDGE_OPEN || (int)a->lower > ITO_EDGE_ABSORB ||
        (int)a->upper < ITO_EDGE_OPEN || (int)a->upper > ITO_EDGE_ABSORB)
        return ito__fail(ctx, ITO_EARG,
                         "density: the %s axis has an unknown edge", name);
    if ((a->lower == ITO_EDGE_PERIODIC) != (a->upper == ITO_EDGE_PERIODIC))
        return ito__fail(ctx, ITO_EARG,
                         "density: only one end of the %s axis is periodic; "
                         "both must be",
                         name);
    if (far + (a->hi - a->lo) / (double)a->cells <= far)
        return ito__fail(ctx, ITO_EARG,
                         "density: cells of the %s axis are smaller than the "
                         "distance of doubles near %g",
                         name, far);
    return ITO_OK;
}

/* Whether sigma depends on the state. */
static bool varies(const ito_field *f)
{
    return f->noise != ITO_NOISE_NONE && f->noise != ITO_NOISE_ADDITIVE;
}

static ito_status check_field(ito_ctx *ctx, const ito_density_problem *p)
{
    const ito_field *f = p->field;
    const char *name;

    if (!f || !f->drift)
        return ito__fail(ctx, ITO_EARG, "density: there is no field");
    name = f->name ? f->name : "";
    if (f->dim < 1 || f->dim > 2)
        return ito__fail(ctx, ITO_EUNFIT,
                         "density: field %s has %zu components, a grid has 1 "
                         "or 2 axes; simulate particles instead",
                         name, f->dim);
    if (f->cond_dim > 0 && !p->cond)
        return ito__fail(ctx, ITO_EARG,
                         "density: field %s wants %zu conditions", name,
                         f->cond_dim);
    for (size_t c = 0; p->diffusivity && c < f->dim; c++)
        if (!(p->diffusivity[c] >= 0.0) || !isfinite(p->diffusivity[c]))
            return ito__fail(ctx, ITO_EARG,
                             "density: the diffusivity of the %s axis is %g; "
                             "it must be finite and not negative",
                             axis_names[c], p->diffusivity[c]);
    if (p->diffusivity || f->noise == ITO_NOISE_NONE)
        return ITO_OK;
    if (!f->diffusion)
        return ito__fail(ctx, ITO_EARG,
                         "density: field %s has noise and no "
                         "diffusion",
                         name);
    if (varies(f) && f->calculus != ITO_CALCULUS_ITO &&
        f->calculus != ITO_CALCULUS_STRATONOVICH)
        return ito__fail(ctx, ITO_EUNFIT,
                         "density: the diffusion of field %s depends on the "
                         "state; say whether it is meant in the calculus of "
                         "Ito or Stratonovich",
                         name);
    if (varies(f) && f->calculus == ITO_CALCULUS_STRATONOVICH && f->dim == 2 &&
        f->noise_dim > 0 && !f->diffusion_deriv)
        return ito__fail(ctx, ITO_EUNFIT,
                         "density: the Stratonovich diffusion of field %s is "
                         "a matrix without derivatives; write it in Ito's "
                         "calculus",
                         name);
    return ITO_OK;
}

static void set_axis(ito_density *d, const ito_density_axis *a, size_t c)
{
    pde_axis *const x = &d->axis[c];

    *x = (pde_axis){ .lo = a->lo,
                     .hi = a->hi,
                     .h = (a->hi - a->lo) / (double)a->cells,
                     .n = a->cells,
                     .lower = a->lower,
                     .upper = a->upper,
                     .periodic = a->lower == ITO_EDGE_PERIODIC };
}

/* The next `count` doubles of the block, on a 64-byte boundary; *used sticks
 * at SIZE_MAX. */
static double *carve(char *base, size_t *used, size_t count)
{
    const size_t bytes = size_round_up(size_mul(count, sizeof(double)), 64);
    char *const p = base ? base + *used : NULL;

    *used = size_add(*used, bytes);
    return (double *)(void *)p;
}

/* Place all arrays; with a NULL base only count. */
static size_t place(ito_density *d, char *base)
{
    size_t used = 0, longest = 0;

    d->mass = carve(base, &used, d->cells);
    for (size_t c = 0; c < d->dim; c++) {
        pde_axis *const a = &d->axis[c];
        const size_t row = size_mul(a->blocks, a->lanes);
        const size_t cells = size_mul(row, a->n);
        const size_t faces = size_mul(row, size_add(a->n, 1));

        a->right = carve(base, &used, faces);
        a->left = carve(base, &used, faces);
        a->factor.inv = carve(base, &used, cells);
        a->factor.down = carve(base, &used, cells);
        a->factor.up = carve(base, &used, cells);
        if (a->periodic) {
            a->factor.ring = carve(base, &used, cells);
            a->factor.close = carve(base, &used, size_mul(3, row));
        }
        longest = size_max(longest, size_mul(a->n, a->lanes));
    }
    d->work_doubles = size_round_up(size_mul(2, longest), 8);
    d->work = carve(base, &used, size_mul(d->ctx->threads, d->work_doubles));
    d->blocks = (pde_block *)carve(
        base, &used,
        size_mul(d->axis[0].blocks, sizeof(pde_block) / sizeof(double)));
    return used;
}

/* Everything but memory, from a checked problem. */
static void describe(ito_ctx *ctx, const ito_density_problem *p, ito_density *d)
{
    const ito_field *f = p->field;

    *d = (ito_density){ .ctx = ctx,
                        .field = f,
                        .cond = p->cond,
                        .dim = f->dim,
                        .cells = 1,
                        .volume = 1.0 };
    d->is_given = p->diffusivity != NULL;
    /* A second-order field's potential is not that of its drift. */
    d->use_potential = f->potential && !p->no_potential && !f->second_order;
    for (size_t c = 0; c < d->dim; c++) {
        set_axis(d, &p->axes[c], c);
        d->given[c] = p->diffusivity ? p->diffusivity[c] : 0.0;
        d->cells = size_mul(d->cells, d->axis[c].n);
        d->volume *= d->axis[c].h;
    }
    for (size_t c = 0; c < d->dim; c++) {
        pde_axis *const a = &d->axis[c];

        a->lines = d->dim == 1 ? 1 : d->axis[1 - c].n;
        a->lanes = d->dim == 1 ? 1 : PDE_LANES;
        a->blocks = size_ceil_div(a->lines, a->lanes);
    }
    d->bytes =
        size_add(size_add(place(d, NULL), ito__pde_rates_bytes(d)), sizeof(*d));
}

static ito_status check_problem(ito_ctx *ctx, const ito_density_problem *p,
                                ito_density *d)
{
    ito_status rc;

    if (!p)
        return ito__fail(ctx, ITO_EARG, "density: there is no problem");
    if ((rc = check_field(ctx, p)) != ITO_OK)
        return rc;
    for (size_t c = 0; c < p->field->dim; c++)
        if ((rc = check_axis(ctx, &p->axes[c], c)) != ITO_OK)
            return rc;
    describe(ctx, p, d);
    return ITO_OK;
}

/* The largest number of cells, the same along every axis, that fits. */
static size_t largest_grid(ito_ctx *ctx, const ito_density_problem *p,
                           size_t limit)
{
    ito_density_problem q = *p;
    size_t lo = 0, hi = limit;

    while (hi - lo > 1) { /* lo fits, hi does not */
        const size_t cells = lo + (hi - lo) / 2;
        ito_density d;

        q.axes[0].cells = q.axes[1].cells = cells;
        describe(ctx, &q, &d);
        if (d.bytes <= limit)
            lo = cells;
        else
            hi = cells;
    }
    return lo;
}

static ito_status check_limit(ito_ctx *ctx, const ito_density_problem *p,
                              const ito_density *d)
{
    const size_t limit = p->mem_limit ? p->mem_limit : DEFAULT_LIMIT;
    const size_t fits = d->bytes > limit ? largest_grid(ctx, p, limit) : 0;
    const char *const more = d->bytes == SIZE_MAX ? "more than " : "";

    if (d->bytes <= limit)
        return ITO_OK;
    if (d->dim == 1)
        return ito__fail(ctx, ITO_ERANGE,
                         "density: grid too large for memory: %zu cells need "
                         "%s%zu bytes, the limit is %zu; the largest grid "
                         "that fits has %zu cells",
                         d->cells, more, d->bytes, limit, fits);
    return ito__fail(ctx, ITO_ERANGE,
                     "density: grid too large for memory: %zu x %zu cells need "
                     "%s%zu bytes, the limit is %zu; the largest square grid "
                     "that fits has %zu x %zu cells",
                     d->axis[0].n, d->axis[1].n, more, d->bytes, limit, fits,
                     fits);
}

ito_status ito_density_bytes(ito_ctx *ctx, const ito_density_problem *problem,
                             size_t *bytes)
{
    ito_density d;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!bytes)
        return ito__fail(ctx, ITO_EARG, "density: bytes is NULL");
    *bytes = 0;
    if ((rc = check_problem(ctx, problem, &d)) != ITO_OK)
        return rc;
    *bytes = d.bytes;
    return ITO_OK;
}

ito_status ito_density_open(ito_ctx *ctx, const ito_density_problem *problem,
                            ito_density **out)
{
    ito_density plan, *d;
    size_t bytes;
    char *base;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!out)
        return ito__fail(ctx, ITO_EARG, "density: out is NULL");
    *out = NULL;
    if ((rc = check_problem(ctx, problem, &plan)) != ITO_OK ||
        (rc = check_limit(ctx, problem, &plan)) != ITO_OK)
        return rc;
    bytes = place(&plan, NULL);
    base = ito__calloc(ctx, 1, bytes);
    d = ito__alloc(ctx, sizeof(*d));
    if (!base || !d) {
        ito__free(ctx, base);
        ito__free(ctx, d);
        return ito__fail(ctx, ITO_ENOMEM,
                         "density: no memory for a grid of %zu cells (%zu "
                         "bytes)",
                         plan.cells, plan.bytes);
    }
    *d = plan;
    (void)place(d, base);
    *out = d;
    return ITO_OK;
}

void ito_density_free(ito_density *density)
{
    if (!density)
        return;
    ito__free(density->ctx, density->mass); /* the block begins with it */
    ito__free(density->ctx, density);
}

double ito_density_time(const ito_density *density)
{
    return density->t;
}

size_t ito_density_dim(const ito_density *density)
{
    return density->dim;
}

size_t ito_density_cells(const ito_density *density, size_t axis)
{
    if (axis == ITO_DENSITY_ALL)
        return density->cells;
    return axis < density->dim ? density->axis[axis].n : 0;
}

double ito_density_centre(const ito_density *density, size_t axis, size_t i)
{
    const pde_axis *const a = &density->axis[axis < density->dim ? axis : 0];

    return a->lo + ((double)i + 0.5) * a->h;
}

double ito_density_volume(const ito_density *density)
{
    return density->volume;
}

const double *ito_density_mass(const ito_density *density)
{
    return density->mass;
}

void ito_density_marginal(const ito_density *density, size_t axis, double *mass)
{
    const size_t nx = density->axis[0].n;

    if (axis >= density->dim)
        return;
    if (density->dim == 1) {
        memcpy(mass, density->mass, nx * sizeof(*mass));
        return;
    }
    memset(mass, 0, density->axis[axis].n * sizeof(*mass));
    for (size_t j = 0; j < density->axis[1].n; j++)
        for (size_t i = 0; i < nx; i++)
            mass[axis == 0 ? i : j] += density->mass[j * nx + i];
}

/* Neumaier's sum, Z. Angew. Math. Mech. 54 (1974) 39. */
double ito__pde_sum(size_t n, const double *x)
{
    double sum = 0.0, rest = 0.0;

    for (size_t i = 0; i < n; i++) {
        const double s = sum + x[i];

        rest += fabs(sum) >= fabs(x[i]) ? (sum - s) + x[i] : (x[i] - s) + sum;
        sum = s;
    }
    return sum + rest;
}

/* Sums of mass times (1; u, v; u^2, u v, v^2), u and v the distances of the
 * centres from c. */
static void moments(const ito_density *d, const double c[2], double out[6])
{
    const size_t nx = d->axis[0].n;

    memset(out, 0, 6 * sizeof(*out));
    for (size_t k = 0; k < d->cells; k++) {
        const double m = d->mass[k];
        const double u = ito_density_centre(d, 0, k % nx) - c[0];
        const double v =
            d->dim == 2 ? ito_density_centre(d, 1, k / nx) - c[1] : 0.0;

        out[0] += m;
        out[1] += m * u;
        out[2] += m * v;
        out[3] += m * u * u;
        out[4] += m * u * v;
        out[5] += m * v * v;
    }
}

void ito_density_summarise(const ito_density *density, ito_density_summary *out)
{
    double c[2] = { 0.0, 0.0 }, s[6];
    ito_density_summary r = { .t = density->t,
                              .min = HUGE_VAL,
                              .max = -HUGE_VAL };

    for (size_t k = 0; k < density->cells; k++) {
        const double p = density->mass[k] / density->volume;

        r.min = p < r.min ? p : r.min;
        r.max = p > r.max ? p : r.max;
        r.negative_mass += p < 0.0 ? -density->mass[k] : 0.0;
    }
    r.mass = ito__pde_sum(density->cells, density->mass);
    for (int pass = 0; pass < 2; pass++) {
        moments(density, c, s);
        c[0] += s[1] / s[0];
        c[1] += s[2] / s[0];
    }
    for (size_t i = 0; i < 2; i++) {
        r.mean[i] = i < density->dim ? c[i] : 0.0;
        /* about the first centre, which is off by rounding alone */
        for (size_t j = 0; j < 2; j++)
            r.cov[i][j] =
                s[3 + i + j] / s[0] - s[1 + i] / s[0] * (s[1 + j] / s[0]);
    }
    *out = r;
}
