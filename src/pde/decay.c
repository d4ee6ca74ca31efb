/* SPDX-License-Identifier: MIT
 *
 * decay.c - the smallest rate of decay of one axis, by inverse iteration.
 *
 * With pi the equilibrium of the inner faces and m = pi g, what crosses face f
 * is F_f = c_f (g_(f-1) - g_f), c_f = right_f pi_(f-1) = left_f pi_f, so
 * -G m = b is solved by two running sums: of b, which gives F, and of F / c,
 * which gives g.  At an edge that lets nothing through F = 0; at an absorbing
 * one c is its rate times pi, and g = 0 behind it.  Without an absorbing edge
 * b has sum 0, and g is fixed by the same.
 *
 * The matrix is symmetric in the scalar product sum pi g g', so the quotient
 *
 *     lambda = (g, g) / (g, A^-1 g)
 *
 * (Rayleigh) converges with the square of the vector.  Sums run from the
 * ends towards the middle, each in the direction in which nothing cancels:
 * a rate that is exponentially small is as exact as any other.
 */
#include <math.h>

#include "kern/dmath.h"
#include "pde/grid.h"

#define MAX_ROUNDS 20000
#define SETTLED    4e-15

typedef struct ladder {
    size_t n;
    size_t middle;     /* faces below it are summed from the left */
    double *pi;        /* n */
    double *c;         /* n + 1 conductances; 0 at closed edges */
    double *g, *b, *F; /* n, n, n + 1 */
    double *T;         /* n + 1: sums of b from the right */
    bool lower, upper; /* absorbing */
} ladder;

static void make_ladder(const pde_axis *a, const double *w, ladder *s)
{
    double top = 0.0, sum = 0.0, half = 0.0;

    s->pi[0] = 0.0;
    for (size_t i = 1; i < a->n; i++) {
        s->pi[i] = s->pi[i - 1] + w[i];
        top = s->pi[i] > top ? s->pi[i] : top;
    }
    for (size_t i = 0; i < a->n; i++) {
        s->pi[i] = ito__exp(s->pi[i] - top);
        sum += s->pi[i];
    }
    for (s->middle = 0; s->middle < a->n && half < 0.5 * sum; s->middle++)
        half += s->pi[s->middle];
    for (size_t f = 1; f < a->n; f++)
        s->c[f] =
            w[f] > 0.0 ? a->left[f] * s->pi[f] : a->right[f] * s->pi[f - 1];
    s->c[0] = s->lower ? a->left[0] * s->pi[0] : 0.0;
    s->c[a->n] = s->upper ? a->right[a->n] * s->pi[a->n - 1] : 0.0;
}

/* Sums of b: F_f of those before face f, T_f of those behind it. */
static void sums(ladder *s)
{
    s->F[0] = s->T[s->n] = 0.0;
    for (size_t f = 1; f <= s->n; f++)
        s->F[f] = s->F[f - 1] + s->b[f - 1];
    for (size_t f = s->n; f > 0; f--)
        s->T[f - 1] = s->T[f] + s->b[f - 1];
}

/* F / c, nothing where there is no flux. */
static double over(double F, double c)
{
    return F == 0.0 ? 0.0 : F / c;
}

/* Fluxes without an absorbing edge, or with one. */
static void fluxes(ladder *s)
{
    double left = 0.0, right = 0.0, all = 0.0, x, y;

    sums(s);
    if (s->lower && s->upper) {
        for (size_t f = 0; f <= s->n; f++) {
            all += 1.0 / s->c[f];
            left += s->F[f] / s->c[f];
            right += s->T[f] / s->c[f];
        }
        x = left / all; /* leaves through the lower edge */
        y = right / all;
        for (size_t f = 0; f <= s->n; f++)
            s->F[f] = f < s->middle ? s->F[f] - x : y - s->T[f];
        return;
    }
    for (size_t f = 0; f <= s->n; f++)
        if (s->lower || (!s->upper && f >= s->middle))
            s->F[f] = -s->T[f];
}

/* g := A^-1 (b / pi). */
static void invert(ladder *s)
{
    const size_t n = s->n;

    fluxes(s);
    if (!s->lower && !s->upper) {
        s->g[0] = 0.0;
        for (size_t f = 1; f < n; f++)
            s->g[f] = s->g[f - 1] - over(s->F[f], s->c[f]);
        return;
    }
    if (s->lower) {
        const size_t last = s->upper ? size_max(s->middle, 1) : n;

        s->g[0] = -over(s->F[0], s->c[0]);
        for (size_t f = 1; f < last; f++)
            s->g[f] = s->g[f - 1] - over(s->F[f], s->c[f]);
        if (!s->upper)
            return;
    }
    s->g[n - 1] = over(s->F[n], s->c[n]);
    for (size_t f = n - 1; f > (s->lower ? size_max(s->middle, 1) : 0); f--)
        s->g[f - 1] = s->g[f] + over(s->F[f], s->c[f]);
}

/* Take the mean from g, where nothing leaves, and scale it. */
static void normalise(ladder *s)
{
    double mean = 0.0, sum = 0.0, top = 0.0;

    for (size_t i = 0; i < s->n; i++) {
        mean += s->pi[i] * s->g[i];
        sum += s->pi[i];
    }
    if (s->lower || s->upper)
        mean = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        s->g[i] -= mean / sum;
        if (s->pi[i] > 0.0 && fabs(s->g[i]) > top)
            top = fabs(s->g[i]);
    }
    for (size_t i = 0; i < s->n; i++)
        s->g[i] /= top;
}

/* One round: (g, g) / (g, A^-1 g), and the new g. */
static double round_of(ladder *s)
{
    double own = 0.0, cross = 0.0;

    for (size_t i = 0; i < s->n; i++) {
        s->b[i] = s->pi[i] * s->g[i];
        own += s->b[i] * s->g[i];
    }
    invert(s);
    for (size_t i = 0; i < s->n; i++)
        if (s->b[i] != 0.0) /* far out, where pi vanishes, g may be anything */
            cross += s->b[i] * s->g[i];
    normalise(s);
    return own / cross;
}

static ito_status iterate(ito_ctx *ctx, ladder *s, double *rate)
{
    double last = -1.0;
    int calm = 0;

    for (size_t i = 0; i < s->n; i++)
        s->g[i] = s->lower || s->upper ? 1.0 : (double)i;
    normalise(s);
    for (int k = 0; k < MAX_ROUNDS; k++) {
        const double now = round_of(s);

        if (!isfinite(now) || now < 0.0)
            return ito__fail(ctx, ITO_ERANGE,
                             "density: the rate is below the range of "
                             "numbers; the barriers are too high");
        calm = fabs(now - last) <= SETTLED * now ? calm + 1 : 0;
        if (calm == 3) {
            *rate = now;
            return ITO_OK;
        }
        last = now;
    }
    return ito__fail(ctx, ITO_ESTEPS,
                     "density: the rate did not settle in %d rounds; the two "
                     "slowest rates are too close",
                     MAX_ROUNDS);
}

static ito_status find(ito_ctx *ctx, ito_density *d, double *rate)
{
    const pde_axis *a = &d->axis[0];
    const size_t n = a->n, room = size_add(n, 1);
    const ito_mark mark = ito__arena_mark(ctx);
    double *p = ito__arena_get(ctx, size_mul(size_mul(7, room), sizeof(*p)));
    ito_status rc;

    if (!p)
        rc = ito__fail(ctx, ITO_ENOMEM, "density: no memory for %zu cells", n);
    else
        rc = ito__pde_slopes(ctx, d, p);
    if (rc == ITO_OK) {
        ladder s = { .n = n,
                     .pi = p + room,
                     .c = p + 2 * room,
                     .g = p + 3 * room,
                     .b = p + 4 * room,
                     .F = p + 5 * room,
                     .T = p + 6 * room,
                     .lower = a->lower == ITO_EDGE_ABSORB,
                     .upper = a->upper == ITO_EDGE_ABSORB };

        make_ladder(a, p, &s);
        rc = iterate(ctx, &s, rate);
    }
    ito__arena_release(ctx, mark);
    return rc;
}

ito_status ito_density_rate(ito_ctx *ctx, ito_density *density, double t,
                            double *rate)
{
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!density || !rate || !isfinite(t))
        return ito__fail(ctx, ITO_EARG, "density: %s",
                         !density ? "there is no density"
                         : !rate  ? "rate is NULL"
                                  : "t is not finite");
    if (density->dim != 1 || density->axis[0].periodic)
        return ito__fail(ctx, ITO_EUNFIT,
                         "density: the rate of decay is found for one axis "
                         "that is not periodic");
    if ((rc = ito__pde_rates(ctx, density, t)) != ITO_OK)
        return rc;
    return find(ctx, density, rate);
}
