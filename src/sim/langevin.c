/* SPDX-License-Identifier: MIT
 *
 * langevin.c - Langevin dynamics on a built-in distribution p:
 *
 *     dx = sigma^2 / 2 grad log p(x) dt + sigma sqrt(temperature) dW,
 *
 * whose stationary density is p^(1 / temperature) up to a constant (MIT
 * 6.S184, lab 1, equation 9).  For a mixture of N(m_k, C_k I) with weights w_k
 *
 *     grad log p = sum_k r_k (m_k - x) / C_k,
 *     r = softmax of log w_k - d/2 log(2 pi C_k) - |x - m_k|^2 / (2 C_k),
 *
 * which a kernel computes in the number type of the state.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dist/dist.h"
#include "sim/system_parts.h"

#define LOG2_E 1.44269504088896340736

/* Places of the parameters. */
enum { SIGMA, TEMPERATURE };

/*
 * The target, in the form that the kernels want, in double and in float.
 */
struct langevin {
    ito_mix f32;
    ito_mix64 f64;
};

static double half_square(const ito_system *s)
{
    return 0.5 * s->value[SIGMA] * s->value[SIGMA];
}

static int drift(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;
    const double *x64[ITO_MIX_DIM];
    const float *x32[ITO_MIX_DIM];
    double *out64[ITO_MIX_DIM];
    float *out32[ITO_MIX_DIM];

    for (size_t c = 0; c < tile->dim; c++) {
        x64[c] = tile->x[c];
        x32[c] = tile->x[c];
        out64[c] = out[c];
        out32[c] = out[c];
    }
    if (tile->dtype == ITO_F64)
        s->kern->f64->mixture(tile->npad, &s->langevin->f64, x64, out64, NULL);
    else
        s->kern->mixture(tile->npad, &s->langevin->f32, x32, out32, NULL);
    return 0;
}

/* -sigma^2 / 2 log p, of which the drift is minus the gradient. */
static int potential(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;
    const double *x64[ITO_MIX_DIM];
    const float *x32[ITO_MIX_DIM];

    for (size_t c = 0; c < tile->dim; c++) {
        x64[c] = tile->x[c];
        x32[c] = tile->x[c];
    }
    if (tile->dtype == ITO_F64) {
        s->kern->f64->mixture(tile->npad, &s->langevin->f64, x64, NULL, out[0]);
        s->kern->f64->scale(tile->npad, -half_square(s), out[0], out[0]);
    } else {
        s->kern->mixture(tile->npad, &s->langevin->f32, x32, NULL, out[0]);
        s->kern->scale(tile->npad, (float)-half_square(s), out[0], out[0]);
    }
    return 0;
}

static double noise_size(const ito_system *s)
{
    return s->value[SIGMA] * sqrt(s->value[TEMPERATURE]);
}

static int diffusion(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;
    const double sigma = noise_size(s);

    for (size_t c = 0; c < tile->dim; c++)
        for (size_t i = 0; i < tile->npad; i++) {
            if (tile->dtype == ITO_F64)
                ((double *)out[c])[i] = sigma;
            else
                ((float *)out[c])[i] = (float)sigma;
        }
    return 0;
}

static ito_status open_target(ito_ctx *ctx, ito_system *s)
{
    char message[ITO_ERRMSG_MAX];
    ito_status rc = ito_dist_open(ctx, s->word, &s->target);

    if (rc != ITO_OK) { /* a name that is not ours went on to the target */
        snprintf(message, sizeof(message), "%s", ito_errmsg(ctx));
        return ito__fail(ctx, rc,
                         "system langevin: %.380s; its own parameters are: "
                         "target sigma temperature",
                         message);
    }
    if (!ito__dist_modes(s->target))
        return ito__fail(ctx, ITO_EUNFIT,
                         "system langevin: %s has no score in closed form; "
                         "gaussian, gmm, gmm-random and 8gaussians have one",
                         ito_dist_name(s->target));
    if (ito_dist_dim(s->target) > ITO_MIX_DIM)
        return ito__fail(ctx, ITO_EARG,
                         "system langevin: a target of %zu components; there "
                         "may be %d",
                         ito_dist_dim(s->target), ITO_MIX_DIM);
    return ITO_OK;
}

/* inv, curve and log2w of a target, see ito_mix64: 3 x modes. */
static void find_terms(const ito_modes *m, double *inv)
{
    double *curve = inv + m->modes, *log2w = curve + m->modes;
    ito_modes_at at;

    ito__modes_at(m, 1.0, 0.0, inv, &at); /* 1 / C_k, then log0 at curve */
    for (size_t k = 0; k < m->modes; k++) {
        log2w[k] = LOG2_E * at.log0[k];
        curve[k] = -0.5 * LOG2_E * inv[k];
    }
}

static ito_status take_modes(ito_ctx *ctx, ito_system *s)
{
    const ito_modes *m = ito__dist_modes(s->target);
    const size_t head = size_round_up(sizeof(*s->langevin), 64);
    const size_t modes = m->modes, terms = 3 * modes;
    double *inv;
    float *copy, *means;

    s->langevin = ito__calloc(ctx, 1,
                              head + terms * sizeof(double) +
                                  (terms + modes * m->dim) * sizeof(float));
    if (!s->langevin)
        return ito__fail(ctx, ITO_ENOMEM, "system langevin: no memory");
    inv = (double *)(void *)((char *)s->langevin + head);
    copy = (float *)(void *)(inv + terms);
    means = copy + terms;
    find_terms(m, inv);
    for (size_t i = 0; i < terms; i++)
        copy[i] = (float)inv[i];
    for (size_t i = 0; i < modes * m->dim; i++)
        means[i] = (float)m->means[i];
    s->langevin->f64 = (ito_mix64){ .modes = modes,
                                    .dim = m->dim,
                                    .means = m->means,
                                    .inv = inv,
                                    .curve = inv + modes,
                                    .log2w = inv + 2 * modes,
                                    .scale = half_square(s) };
    s->langevin->f32 = (ito_mix){ .modes = modes,
                                  .dim = m->dim,
                                  .means = means,
                                  .inv = copy,
                                  .curve = copy + modes,
                                  .log2w = copy + 2 * modes,
                                  .scale = (float)half_square(s) };
    return ITO_OK;
}

/* target=NAME first, then ours, then what is the target's. */
static ito_status write_texts(ito_ctx *ctx, ito_system *s)
{
    const char *target = ito_dist_spec(s->target), *own = s->spec;
    const size_t name = strcspn(target, ":");
    text spec = { .ctx = ctx }, equation = { .ctx = ctx };

    ito__text_add(&spec, "langevin:target=%.*s,%s", (int)name, target,
                  own + strlen("langevin:"));
    if (target[name] == ':')
        ito__text_add(&spec, ",%s", target + name + 1);
    ito__text_add(&equation,
                  "dx = sigma^2/2*grad log p(x) dt + sigma%s dW, "
                  "p = %s",
                  s->value[TEMPERATURE] == 1.0 ? "" : "*sqrt(temperature)",
                  target);
    if (spec.failed || equation.failed) {
        ito__free(ctx, spec.at);
        ito__free(ctx, equation.at);
        return ito__fail(ctx, ITO_ENOMEM, "system langevin: no memory");
    }
    ito__free(ctx, s->spec);
    s->spec = spec.at;
    s->equation = equation.at;
    return ITO_OK;
}

/* Limits: all means with four standard deviations around them. */
static ito_status set_hints(ito_ctx *ctx, ito_system *s)
{
    const ito_modes *m = ito__dist_modes(s->target);
    const size_t dim = m->dim;
    const double wide = 4.0 * sqrt(fmax(s->value[TEMPERATURE], 1.0));
    double *v = ito__alloc(ctx, size_mul(3 * dim, sizeof(*v)));

    if (!v)
        return ito__fail(ctx, ITO_ENOMEM, "system langevin: no memory");
    s->hint_values = v;
    for (size_t c = 0; c < dim; c++) {
        double lo = HUGE_VAL, hi = -HUGE_VAL;

        for (size_t k = 0; k < m->modes; k++) {
            const double mean = m->means[k * dim + c], r = wide * m->stds[k];

            lo = fmin(lo, mean - r);
            hi = fmax(hi, mean + r);
        }
        v[c] = 0.0;
        v[dim + c] = fmin(lo, -1.0);
        v[2 * dim + c] = fmax(hi, 1.0);
    }
    s->hints = (ito_system_hints){ .start = v,
                                   .t1 = s->kind->t1,
                                   .steps = s->kind->steps,
                                   .method = "euler-maruyama",
                                   .lo = v + dim,
                                   .hi = v + 2 * dim };
    return ITO_OK;
}

ito_status ito__build_langevin(ito_ctx *ctx, ito_system *s)
{
    ito_field *f = &s->field;
    ito_status rc = open_target(ctx, s);

    if (rc == ITO_OK)
        rc = take_modes(ctx, s);
    if (rc != ITO_OK)
        return rc;
    *f = (ito_field){ .name = "langevin",
                      .dtypes = ITO_F32 | ITO_F64,
                      .flags = ITO_FIELD_REENTRANT | ITO_FIELD_ROW_INVARIANT |
                               ITO_FIELD_TIMELESS | ITO_FIELD_CONSTANT_NOISE,
                      .dim = ito_dist_dim(s->target),
                      .noise = ITO_NOISE_ADDITIVE,
                      .calculus = ITO_CALCULUS_ITO,
                      .drift = drift,
                      .diffusion = diffusion,
                      .potential = potential,
                      .user = s };
    s->exact = ITO_EXACT_STATIONARY;
    if ((rc = ito__system_names(ctx, s, NULL)) != ITO_OK)
        return rc;
    rc = write_texts(ctx, s);
    return rc == ITO_OK ? set_hints(ctx, s) : rc;
}

ito_status ito__langevin_stationary(ito_ctx *ctx, const ito_system *s, size_t n,
                                    const double *y, double *logp)
{
    const ito_status rc = ito_dist_logp(ctx, s->target, n, y, logp);

    for (size_t i = 0; rc == ITO_OK && i < n; i++)
        logp[i] /= s->value[TEMPERATURE];
    return rc;
}
