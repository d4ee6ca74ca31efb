/* SPDX-License-Identifier: MIT
 *
 * independent.c - brownian and ou: any number of components, each by itself.
 *
 *     dx = theta (mu - x) dt + sigma dW
 *     mean mu + (x - mu) e^(-theta t),
 *     variance sigma^2 (1 - e^(-2 theta t)) / (2 theta), sigma^2 t for theta 0
 *
 * (Uhlenbeck and Ornstein, Physical Review 36, 1930); brownian is theta = 0.
 */
#include <math.h>
#include <string.h>

#include "kern/dmath.h"
#include "sim/system_parts.h"

#define LOG_2PI 1.83787706640934548356

/* Both systems as one: s->value is theta, mu, sigma, dim; brownian's are put
 * in these places when it is built. */
enum { THETA, MU, SIGMA, DIM };

static void fill(const ito_tile *tile, size_t comps, double value,
                 void *const *out)
{
    for (size_t c = 0; c < comps; c++)
        for (size_t i = 0; i < tile->npad; i++) {
            if (tile->dtype == ITO_F64)
                ((double *)out[c])[i] = value;
            else
                ((float *)out[c])[i] = (float)value;
        }
}

static int drift(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;

    if (s->value[THETA] == 0.0) {
        fill(tile, tile->dim, 0.0, out);
        return 0;
    }
    for (size_t c = 0; c < tile->dim; c++) {
        if (tile->dtype == ITO_F64)
            s->kern->f64->native(ITO_NATIVE_OU, s->value, tile->npad,
                                 tile->x + c, out + c);
        else
            s->kern->native(ITO_NATIVE_OU, s->value, tile->npad, tile->x + c,
                            out + c);
    }
    return 0;
}

static int diffusion(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;

    fill(tile, tile->dim, s->value[SIGMA], out);
    return 0;
}

static int jacobian(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;

    fill(tile, tile->dim * tile->dim, 0.0, out);
    for (size_t c = 0; c < tile->dim; c++)
        fill(tile, 1, -s->value[THETA], out + c * tile->dim + c);
    return 0;
}

static int divergence(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;

    fill(tile, 1, -s->value[THETA] * (double)tile->dim, out);
    return 0;
}

/* sum_c theta / 2 (x_c - mu)^2, summed in double. */
static int potential(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;
    const double half = 0.5 * s->value[THETA], mu = s->value[MU];

    for (size_t i = 0; i < tile->npad; i++) {
        double sum = 0.0;

        for (size_t c = 0; c < tile->dim; c++) {
            const double d = (tile->dtype == ITO_F64
                                  ? ((const double *)tile->x[c])[i]
                                  : (double)((const float *)tile->x[c])[i]) -
                             mu;

            sum += d * d;
        }
        if (tile->dtype == ITO_F64)
            ((double *)out[0])[i] = half * sum;
        else
            ((float *)out[0])[i] = (float)(half * sum);
    }
    return 0;
}

/* "dx = theta*(mu-x) dt + sigma dW", one line a component, or one line for all
 * of many. */
static void write_equation(const ito_system *s, text *t)
{
    const size_t dim = s->field.dim, lines = dim <= 3 ? dim : 1;
    const bool drifts = s->value[THETA] != 0.0;

    for (size_t c = 0; c < lines; c++) {
        const char *name = dim <= 3 ? s->names + c * SYSTEM_NAME : "xc";

        ito__text_add(t, "%sd%s =", c ? "\n" : "", name);
        if (drifts && s->value[MU] == 0.0)
            ito__text_add(t, " -theta*%s dt", name);
        else if (drifts)
            ito__text_add(t, " theta*(mu-%s) dt", name);
        if (s->value[SIGMA] == 0.0)
            ito__text_add(t, "%s", drifts ? "" : " 0");
        else if (dim == 1)
            ito__text_add(t, "%s sigma dW", drifts ? " +" : "");
        else if (dim <= 3)
            ito__text_add(t, "%s sigma dW%zu", drifts ? " +" : "", c + 1);
        else
            ito__text_add(t, "%s sigma dWc", drifts ? " +" : "");
    }
    if (dim > 3)
        ito__text_add(t, ", c = 1 .. %zu", dim);
}

static void set_field(ito_system *s)
{
    const double theta = s->value[THETA], sigma = s->value[SIGMA];
    ito_field *f = &s->field;

    f->name = s->kind->info.name;
    f->dtypes = ITO_F32 | ITO_F64;
    f->flags =
        ITO_FIELD_REENTRANT | ITO_FIELD_ROW_INVARIANT | ITO_FIELD_TIMELESS;
    f->dim = (size_t)s->value[DIM];
    f->drift = drift;
    f->divergence = divergence;
    f->jacobian = f->dim <= SYSTEM_JACOBIAN ? jacobian : NULL;
    f->potential = potential;
    f->user = s;
    if (theta != 0.0) {
        s->native = (native_field){ .which = ITO_NATIVE_OU,
                                    .each = true,
                                    .v = s->value,
                                    .drift = drift,
                                    .user = s };
        f->reserved[0] = &s->native;
    }
    if (sigma != 0.0) {
        f->noise = ITO_NOISE_ADDITIVE;
        f->calculus = ITO_CALCULUS_ITO;
        f->diffusion = diffusion;
        f->flags |= ITO_FIELD_CONSTANT_NOISE;
    }
    s->exact = ITO_EXACT_MOMENTS;
    if (sigma == 0.0)
        s->exact |= ITO_EXACT_FLOW;
    else
        s->exact |= ITO_EXACT_DENSITY;
    if (sigma != 0.0 && theta == 0.0)
        s->exact |= ITO_EXACT_PATH;
    if (sigma != 0.0 && theta > 0.0)
        s->exact |= ITO_EXACT_STATIONARY;
}

/* --- the law of a component --- */

static double variance(const ito_system *s, double t)
{
    const double theta = s->value[THETA], sigma = s->value[SIGMA];

    if (theta == 0.0)
        return sigma * sigma * t;
    if (isinf(t))
        return sigma * sigma / (2.0 * theta);
    return -sigma * sigma * ito__expm1(-2.0 * theta * t) / (2.0 * theta);
}

/* The mean of one component. */
static double mean_of(const ito_system *s, double x, double t)
{
    const double theta = s->value[THETA], mu = s->value[MU];

    if (theta == 0.0)
        return x;
    return isinf(t) ? mu : mu + (x - mu) * ito__exp(-theta * t);
}

/* Where the law lives by the end: four standard deviations around. */
static ito_status set_hints(ito_ctx *ctx, ito_system *s)
{
    const size_t dim = s->field.dim;
    const double sigma = s->value[SIGMA], t1 = s->kind->t1;
    const double start = s->value[THETA] != 0.0 ? s->value[MU] + 2.0 : 0.0;
    const double end = mean_of(s, start, t1);
    const double reach = fmax(4.0 * sqrt(variance(s, t1)), 1.0);
    double *v = ito__alloc(ctx, size_mul(3 * dim, sizeof(*v)));

    if (!v)
        return ito__fail(ctx, ITO_ENOMEM, "system: no memory");
    s->hint_values = v;
    for (size_t c = 0; c < dim; c++) {
        v[c] = start;
        v[dim + c] = fmin(start, end) - reach;
        v[2 * dim + c] = fmax(start, end) + reach;
    }
    s->hints =
        (ito_system_hints){ .start = v,
                            .t1 = t1,
                            .steps = s->kind->steps,
                            .method = sigma != 0.0 ? "euler-maruyama" : "rk4",
                            .lo = v + dim,
                            .hi = v + 2 * dim };
    return ITO_OK;
}

ito_status ito__build_ou(ito_ctx *ctx, ito_system *s)
{
    text t = { .ctx = ctx };
    ito_status rc;

    set_field(s);
    s->rates = ito__alloc(ctx, size_mul(s->field.dim, sizeof(*s->rates)));
    if (!s->rates)
        return ito__fail(ctx, ITO_ENOMEM, "system: no memory");
    for (size_t c = 0; c < s->field.dim; c++)
        s->rates[c] = -s->value[THETA];
    s->field.rates = s->rates;
    if ((rc = ito__system_names(ctx, s, NULL)) != ITO_OK)
        return rc;
    write_equation(s, &t);
    s->equation = t.at;
    if (t.failed)
        return ito__fail(ctx, ITO_ENOMEM, "system: no memory");
    return set_hints(ctx, s);
}

ito_status ito__build_brownian(ito_ctx *ctx, ito_system *s)
{
    const double sigma = s->value[0], dim = s->value[1];

    s->value[THETA] = s->value[MU] = 0.0;
    s->value[SIGMA] = sigma;
    s->value[DIM] = dim;
    return ito__build_ou(ctx, s);
}

/* --- closed forms --------------------------------------------------------- */

void ito__independent_moments(const ito_system *s, const double *x, double t,
                              double *mean, double *cov)
{
    const size_t dim = s->field.dim;

    for (size_t c = 0; c < dim; c++)
        mean[c] = mean_of(s, x[c], t);
    if (!cov)
        return;
    memset(cov, 0, dim * dim * sizeof(*cov));
    for (size_t c = 0; c < dim; c++)
        cov[c * dim + c] = variance(s, t);
}

void ito__independent_path(const ito_system *s, const double *x, size_t n,
                           const double *W, double *out)
{
    const size_t dim = s->field.dim;

    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < dim; c++)
            out[i * dim + c] = x[c] + s->value[SIGMA] * W[i * dim + c];
}

ito_status ito__independent_logp(ito_ctx *ctx, const ito_system *s,
                                 const double *x, double t, size_t n,
                                 const double *y, double *logp)
{
    const size_t dim = s->field.dim;
    const double var = variance(s, t);
    double head;

    if (!(var > 0.0 && var < HUGE_VAL))
        return ito__fail(ctx, ITO_ERANGE,
                         "system %s: at t = %g its variance is %g, so there is "
                         "no density",
                         s->spec, t, var);
    head = -0.5 * (double)dim * (LOG_2PI + ito__log(var));
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;

        for (size_t c = 0; c < dim; c++) {
            const double d =
                y[i * dim + c] - mean_of(s, x && !isinf(t) ? x[c] : 0.0, t);

            sum += d * d;
        }
        logp[i] = head - 0.5 * sum / var;
    }
    return ITO_OK;
}
