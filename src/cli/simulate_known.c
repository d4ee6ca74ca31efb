/* SPDX-License-Identifier: MIT
 *
 * simulate_known.c - what the pictures of a run show beside its paths: exact
 * moments and densities, the stationary density of a Langevin process, the
 * field, histograms of all particles.
 */
#include "cli/simulate_known.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"

#define BARS_MIN 12
#define BARS_MAX 60
#define REACH    0.5 /* of the limits of a system: how far pictures go beyond */
#define MARGIN   0.2 /* beyond the paths, where nothing else is known */

ito_paths known_paths(const known *g, size_t frames)
{
    const kept_paths *kept = &g->s->kept;

    return (ito_paths){ .n = kept->keep,
                        .dim = kept->dim,
                        .frames = frames,
                        .t = kept->t,
                        .f64 = kept->values,
                        .names = g->names };
}

ito_cloud known_frame(const known *g, size_t frame)
{
    const kept_paths *kept = &g->s->kept;

    return (ito_cloud){ .n = kept->keep,
                        .dim = kept->dim,
                        .f64 = kept->values + frame * kept->keep * kept->dim,
                        .names = g->names };
}

/* Whether all kept particles start at one point. */
static int starts_at_a_point(const kept_paths *k)
{
    for (size_t i = 1; i < k->keep; i++)
        if (memcmp(k->values + i * k->dim, k->values,
                   k->dim * sizeof(*k->values)) != 0)
            return 0;
    return 1;
}

ito_status known_window(const known *g, size_t c, double w[2])
{
    const kept_paths *k = &g->s->kept;
    const int formula = strcmp(ito_system_spec(g->s->system), "formula") == 0;
    const int given = simulate_args.limits.count > 0;
    const ito_cloud all = { .n = k->keep * k->frames,
                            .dim = k->dim,
                            .f64 = k->values };
    const ito_status rc = ito_plot_limits(g->ctx, &all, c, w);
    double room;

    if (rc != ITO_OK)
        return rc;
    room = MARGIN * (w[1] - w[0]);
    if (formula && !given) { /* whose hints are a guess */
        w[0] -= room;
        w[1] += room;
    } else if (g->s->lo[c] < g->s->hi[c]) {
        /* what runs away must not make the rest too small to see */
        const double lo = g->s->lo[c], hi = g->s->hi[c];
        const double most = given ? 0.0 : REACH * (hi - lo);

        w[0] = fmin(lo, fmax(w[0], lo - most));
        w[1] = fmax(hi, fmin(w[1], hi + most));
    }
    return ITO_OK;
}

/* Mean and deviation of component 0 at the kept times, where there is a
 * closed form. */
static ito_status find_moments(known *g)
{
    const kept_paths *k = &g->s->kept;
    ito_status rc = ITO_OK;

    if (!(ito_system_exact(g->s->system) & ITO_EXACT_MOMENTS) ||
        !starts_at_a_point(k))
        return ITO_OK;
    g->mean = malloc(2 * k->frames * sizeof(*g->mean));
    if (!g->mean)
        return cmd_fail(ITO_ENOMEM, "%zu moments", k->frames);
    g->sd = g->mean + k->frames;
    for (size_t f = 0; f < k->frames && rc == ITO_OK; f++) {
        double mean = 0.0, cov = 0.0;

        rc = ito_system_moments(g->ctx, g->s->system, k->values, k->t[f], &mean,
                                &cov);
        g->mean[f] = mean;
        g->sd[f] = sqrt(fmax(cov, 0.0));
    }
    return rc;
}

/* Mean and deviation of all particles, where they were gathered. */
static ito_status find_all_moments(known *g)
{
    const simulation *s = g->s;
    const size_t n = s->moving ? s->moving_count : 0;
    const size_t dim = s->field->dim;
    const size_t rows = dim < KNOWN_ROWS ? dim : KNOWN_ROWS;
    ito_status rc = ITO_OK;

    if (n == 0)
        return ITO_OK;
    g->t = malloc((1 + 2 * rows) * n * sizeof(*g->t));
    if (!g->t)
        return cmd_fail(ITO_ENOMEM, "%zu moments", n);
    g->all_mean = g->t + n;
    g->all_sd = g->all_mean + rows * n;
    g->count = n;
    for (size_t f = 0; f < n && rc == ITO_OK; f++) {
        ito_moments m;

        rc = ito_ensemble_moments(g->ctx, s->moving, f, &m);
        for (size_t c = 0; c < rows && rc == ITO_OK; c++) {
            g->t[f] = m.t;
            g->all_mean[c * n + f] = m.mean[c];
            g->all_sd[c * n + f] = sqrt(fmax(m.cov[c * dim + c], 0.0));
        }
    }
    return rc;
}

/* The exact density of component 0 at the end, where there is one. */
static ito_status find_curve(known *g)
{
    const kept_paths *k = &g->s->kept;
    double w[2];
    ito_status rc;

    if (!(ito_system_exact(g->s->system) & ITO_EXACT_DENSITY) ||
        !starts_at_a_point(k))
        return ITO_OK;
    if ((rc = known_window(g, 0, w)) != ITO_OK)
        return rc;
    g->curve_x = malloc(2 * KNOWN_CURVE * sizeof(*g->curve_x));
    if (!g->curve_x)
        return cmd_fail(ITO_ENOMEM, "a density");
    g->curve_y = g->curve_x + KNOWN_CURVE;
    for (size_t i = 0; i < KNOWN_CURVE; i++)
        g->curve_x[i] = w[0] + (w[1] - w[0]) * ((double)i + 0.5) / KNOWN_CURVE;
    rc = ito_system_logp(g->ctx, g->s->system, k->values, k->t[k->frames - 1],
                         KNOWN_CURVE, g->curve_x, g->curve_y);
    for (size_t i = 0; i < KNOWN_CURVE; i++)
        g->curve_y[i] = exp(g->curve_y[i]);
    return rc;
}

/* Bins that become one bar, so that the bars that hold particles number about
 * the root of the particles. */
static size_t bins_a_bar(const uint64_t *counts, size_t bins, uint64_t n)
{
    const double root = sqrt((double)n);
    const double want = fmin(fmax(root, BARS_MIN), BARS_MAX);
    size_t first = bins, last = 0;

    for (size_t i = 0; i < bins; i++)
        if (counts[i] > 0) {
            first = first < i ? first : i;
            last = i;
        }
    return first < bins ? (size_t)ceil((double)(last - first + 1) / want) : 0;
}

/* The histogram of component c at the end, of all particles. */
static ito_status find_bars(known *g, size_t c)
{
    const simulation *s = g->s;
    const double width = (s->hi[c] - s->lo[c]) / (double)s->bins;
    uint64_t *const counts = malloc(s->bins * sizeof(*counts));
    uint64_t out[2], inside = 0;
    double *const height = g->height + c * s->bins;
    size_t each = 0, n = 0;
    ito_status rc;

    if (!counts)
        return cmd_fail(ITO_ENOMEM, "%zu bins", s->bins);
    rc =
        ito_ensemble_histogram(g->ctx, s->stats, s->frames - 1, c, counts, out);
    for (size_t i = 0; rc == ITO_OK && i < s->bins; i++)
        inside += counts[i];
    /* where limits cut much away, the kept paths tell more */
    if (rc == ITO_OK && inside > 20 * (out[0] + out[1]))
        each = bins_a_bar(counts, s->bins, inside);
    for (size_t i = 0; each > 0 && i + each <= s->bins; i += each, n++) {
        uint64_t sum = 0;

        for (size_t j = 0; j < each; j++)
            sum += counts[i + j];
        height[n] = (double)sum /
                    ((double)(inside + out[0] + out[1]) * width * (double)each);
    }
    g->bars[c] = (ito_bars){ .n = n,
                             .lo = s->lo[c],
                             .hi = s->lo[c] + width * (double)(n * each),
                             .height = height };
    free(counts);
    return rc;
}

static ito_status find_all_bars(known *g)
{
    const simulation *s = g->s;
    ito_status rc = ITO_OK;

    if (s->bins == 0)
        return ITO_OK;
    g->height = malloc(KNOWN_ROWS * s->bins * sizeof(*g->height));
    if (!g->height)
        return cmd_fail(ITO_ENOMEM, "histograms");
    for (size_t c = 0; c < KNOWN_ROWS && c < s->field->dim && rc == ITO_OK; c++)
        rc = find_bars(g, c);
    return rc;
}

/* The centres of n x n cells over the window, as rows of two. */
static double *centres(const known *g, size_t n)
{
    double *const at = malloc(2 * n * n * sizeof(*at));

    for (size_t i = 0; at && i < n * n; i++) {
        const double px = ((double)(i % n) + 0.5) / (double)n;
        const size_t row = i / n;
        const double py = ((double)row + 0.5) / (double)n;

        at[2 * i] = g->x[0] + (g->x[1] - g->x[0]) * px;
        at[2 * i + 1] = g->y[0] + (g->y[1] - g->y[0]) * py;
    }
    return at;
}

/* D of a noise that is one constant in both components; 0 where it is not. */
static double diffusivity(const known *g)
{
    const ito_field *const f = g->s->field;
    const ito_rows_at at = { .dtype = ITO_F64 };
    const double x[4] = { g->x[0], g->y[0], g->x[1], g->y[1] };
    double s[4];

    if (f->noise != ITO_NOISE_ADDITIVE || f->noise_dim != 0 ||
        !(f->flags & ITO_FIELD_CONSTANT_NOISE) || f->second_order ||
        ito_field_eval(g->ctx, f, ITO_PART_DIFFUSION, &at, 2, x, s) != ITO_OK)
        return 0.0;
    return s[0] == s[1] ? 0.5 * s[0] * s[0] : 0.0;
}

/* The log of the stationary density on the cells, up to a constant; 0 where
 * nothing is known of it. */
static int stationary(const known *g, const double *at, double *logp)
{
    const simulation *s = g->s;
    const size_t n = (size_t)KNOWN_GRID * KNOWN_GRID;
    const ito_rows_at when = { .dtype = ITO_F64 };
    double d;

    if (ito_system_exact(s->system) & ITO_EXACT_STATIONARY)
        return ito_system_logp(g->ctx, s->system, s->hint->start, HUGE_VAL, n,
                               at, logp) == ITO_OK;
    if (!s->field->potential || !((d = diffusivity(g)) > 0.0) ||
        ito_field_eval(g->ctx, s->field, ITO_PART_POTENTIAL, &when, n, at,
                       logp) != ITO_OK)
        return 0;
    for (size_t i = 0; i < n; i++)
        logp[i] = -logp[i] / d;
    return 1;
}

/* The stationary density over the window, scaled to mass 1 there. */
static ito_status find_ground(known *g)
{
    const size_t n = (size_t)KNOWN_GRID * KNOWN_GRID;
    const double cell = (g->x[1] - g->x[0]) * (g->y[1] - g->y[0]) / (double)n;
    double top = -HUGE_VAL, sum = 0.0, *at, *p;

    if (g->s->field->noise == ITO_NOISE_NONE)
        return ITO_OK;
    at = centres(g, KNOWN_GRID);
    p = calloc(n, sizeof(*p));
    if (!at || !p) {
        free(at);
        free(p);
        return cmd_fail(ITO_ENOMEM, "a density");
    }
    if (stationary(g, at, p)) {
        for (size_t i = 0; i < n; i++)
            top = fmax(top, p[i]);
        for (size_t i = 0; i < n; i++)
            sum += p[i] = exp(p[i] - top);
    }
    free(at);
    if (!(sum > 0.0)) {
        free(p);
        return ITO_OK;
    }
    for (size_t i = 0; i < n; i++)
        p[i] /= sum * cell;
    g->ground = p;
    return ITO_OK;
}

/* The drift over the window. */
static ito_status find_field(known *g)
{
    const size_t n = (size_t)KNOWN_FIELD * KNOWN_FIELD;
    const ito_rows_at when = { .t = g->s->problem.t0, .dtype = ITO_F64 };
    double *const at = centres(g, KNOWN_FIELD);
    double *const drift = malloc(2 * n * sizeof(*drift));
    ito_status rc = ITO_ENOMEM;

    g->u = malloc(2 * n * sizeof(*g->u));
    if (at && drift && g->u)
        rc = ito_field_eval(g->ctx, g->s->field, ITO_PART_DRIFT, &when, n, at,
                            drift);
    else
        cmd_fail(rc, "a field");
    if (rc == ITO_OK) {
        g->v = g->u + n;
        for (size_t i = 0; i < n; i++) {
            g->u[i] = drift[2 * i];
            g->v[i] = drift[2 * i + 1];
        }
    }
    free(at);
    free(drift);
    return rc;
}

/* Keep one path where all are the same: an ODE from one point. */
static void keep_one(kept_paths *k)
{
    if (!starts_at_a_point(k))
        return;
    for (size_t f = 1; f < k->frames; f++)
        memcpy(k->values + f * k->dim, k->values + f * k->keep * k->dim,
               k->dim * sizeof(*k->values));
    k->keep = 1;
}

ito_status known_find(known *g)
{
    simulation *const s = g->s;
    const size_t dim = s->field->dim;
    ito_status rc = ITO_OK;

    g->names = malloc(dim * sizeof(*g->names));
    if (!g->names)
        return cmd_fail(ITO_ENOMEM, "%zu names", dim);
    for (size_t c = 0; c < dim; c++)
        g->names[c] = ito_system_component(s->system, c);
    if (s->field->noise == ITO_NOISE_NONE)
        keep_one(&s->kept);
    if (dim == 2) {
        if ((rc = known_window(g, 0, g->x)) == ITO_OK &&
            (rc = known_window(g, 1, g->y)) == ITO_OK)
            rc = find_ground(g);
        if (rc != ITO_OK || g->ground)
            return rc;
        if (s->field->noise <= ITO_NOISE_ADDITIVE)
            return find_field(g);
    }
    if (dim == 1 &&
        ((rc = find_moments(g)) != ITO_OK || (rc = find_curve(g)) != ITO_OK))
        return rc;
    if ((rc = find_all_moments(g)) != ITO_OK)
        return rc;
    return find_all_bars(g);
}

void known_free(known *g)
{
    free(g->names);
    free(g->ground);
    free(g->u);
    free(g->mean);
    free(g->curve_x);
    free(g->height);
    free(g->t);
}
