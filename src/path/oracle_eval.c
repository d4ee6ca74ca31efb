/* SPDX-License-Identifier: MIT
 *
 * oracle_eval.c - what an oracle knows of particles at one time.
 *
 * oracle.h has the formulas.  Parts of p_init with the same std share what is
 * prepared for a time.  The field of a path whose betadot is infinite at t = 1
 * is looked at 2^-36 before it where p_init has a mean: it is infinite there.
 */
#include <math.h>
#include <string.h>

#include "kern/dmath.h"
#include "path/oracle.h"

#define SHY 0x1p-36

static size_t starts_of(const ito_oracle *o)
{
    return o->start ? o->start->modes : 1;
}

static double std_of(const ito_oracle *o, size_t j)
{
    return o->start ? o->start->stds[j] : 1.0;
}

/* The first part of p_init that has the std of part j. */
static size_t first_like(const ito_oracle *o, size_t j)
{
    size_t k = 0;

    while (std_of(o, k) != std_of(o, j))
        k++;
    return k;
}

static size_t align(size_t bytes)
{
    return size_round_up(bytes, 64);
}

size_t ito__oracle_bytes(const ito_oracle *o)
{
    const size_t starts = starts_of(o);
    const size_t group = size_mul(o->group, o->dim);
    const size_t doubles =
        size_add(size_add(size_mul(3, group), o->group), size_mul(6, o->dim));
    size_t prepared = 0;

    for (size_t j = 0; j < starts; j++)
        if (first_like(o, j) == j)
            prepared = size_add(prepared, o->base->doubles(o));
    return size_add(align(size_mul(starts, sizeof(moment))),
                    size_mul(size_add(doubles, prepared), sizeof(double)));
}

void ito__oracle_at(const ito_oracle *o, double t, oracle_use use,
                    void *scratch, oracle_at *out)
{
    const size_t starts = starts_of(o), group = o->group * o->dim;
    double *p =
        (double *)(void *)((char *)scratch + align(starts * sizeof(moment)));

    *out = (oracle_at){
        .o = o,
        .coef = o->path.at(&o->path, t),
        .starts = starts,
        .at = scratch,
        .x = p,
        .one = { .z = p + group, .e = p + 2 * group, .logp = p + 3 * group },
        .row = p + 3 * group + o->group
    };
    if (use != USE_DENSITY && o->moved && !(out->coef.betadot > -HUGE_VAL))
        out->coef = o->path.at(&o->path, t - SHY);
    p += 3 * group + o->group + 6 * o->dim;
    for (size_t j = 0; j < starts; j++) {
        const size_t like = first_like(o, j);

        if (like < j) {
            out->at[j] = out->at[like];
            continue;
        }
        out->at[j] = (moment){ .alpha = out->coef.alpha,
                               .beta = out->coef.beta * std_of(o, j) };
        o->base->prepare(o, use == USE_SLOPES, p, &out->at[j]);
        p += o->base->doubles(o);
    }
}

/* The wanted vector of one particle from what part j of the base knows, in
 * place of its e. */
static void combine(const oracle_at *at, size_t j, want what, const double *z,
                    double *e)
{
    const ito_oracle *o = at->o;
    const double s = std_of(o, j);
    const ito_coef *c = &at->coef;
    const bool gone = !(c->betadot > -HUGE_VAL); /* e is 0, if not has_q */
    const double *mean =
        o->start && o->moved ? o->start->means + j * o->dim : NULL;

    for (size_t k = 0; k < o->dim; k++) {
        double value = -e[k];

        if (what == WANT_DATA)
            value = z[k];
        else if (what == WANT_FIELD && o->base->has_q)
            value = c->alphadot * z[k] + c->beta_betadot * s * s * e[k];
        else if (what == WANT_FIELD)
            value = c->alphadot * z[k] + (gone ? 0.0 : c->betadot * s * e[k]);
        if (what == WANT_FIELD && mean)
            value += c->betadot * mean[k];
        e[k] = value;
    }
}

/* The parts one after another, with the largest log density so far. */
static void mix(const oracle_at *at, want what, size_t n, const double *x,
                double *logp, double *out)
{
    const ito_oracle *o = at->o;
    const size_t dim = o->dim;
    double *top = at->row, *sum = at->row + 1; /* groups are of 1 then */

    assert(n == 1);
    *top = -HUGE_VAL;
    *sum = 0.0;
    for (size_t c = 0; out && c < dim; c++)
        out[c] = 0.0;
    for (size_t j = 0; j < at->starts; j++) {
        const double *mean = o->start->means + j * dim;
        double term, f = 1.0, w = 1.0;

        for (size_t c = 0; c < dim; c++)
            at->x[c] = x[c] - at->coef.beta * mean[c];
        o->base->moments(o, &at->at[j], what, n, at->x, &at->one);
        term = at->one.logp[0] + o->start->logw[j];
        if (j == 0 || term > *top) {
            f = j == 0 ? 0.0 : ito__exp(*top - term);
            *top = term;
        } else {
            w = *top > -HUGE_VAL ? ito__exp(term - *top) : 0.0;
        }
        *sum = f * *sum + w;
        if (!out)
            continue;
        combine(at, j, what, at->one.z, at->one.e);
        for (size_t c = 0; c < dim; c++)
            out[c] = f * out[c] + w * at->one.e[c];
    }
    for (size_t c = 0; out && c < dim; c++)
        out[c] /= *sum;
    if (logp)
        *logp = *top + ito__log(*sum);
}

void ito__oracle_eval(const oracle_at *at, want what, size_t n, const double *x,
                      double *logp, double *out)
{
    const ito_oracle *o = at->o;

    if (at->starts > 1 || o->moved) {
        mix(at, what, n, x, logp, what == WANT_LOGP ? NULL : out);
        return;
    }
    o->base->moments(o, at->at, what, n, x, &at->one);
    for (size_t i = 0; i < n; i++) {
        const size_t k = i * o->dim;

        if (logp)
            logp[i] = at->one.logp[i];
        if (what == WANT_LOGP)
            continue;
        combine(at, 0, what, at->one.z + k, at->one.e + k);
        memcpy(out + k, at->one.e + k, o->dim * sizeof(*out));
    }
}

/* Part j at x: log p_j with its weight; z and q stay in at->one. */
static double part_at(const oracle_at *at, size_t j, const double *x)
{
    const ito_oracle *o = at->o;

    for (size_t c = 0; c < o->dim; c++)
        at->x[c] = x[c];
    for (size_t c = 0; o->moved && c < o->dim; c++)
        at->x[c] -= at->coef.beta * o->start->means[j * o->dim + c];
    o->base->moments(o, &at->at[j], WANT_SCORE, 1, at->x, &at->one);
    return at->one.logp[0] + (o->start ? o->start->logw[j] : 0.0);
}

/* P z + Q y; q_beta = Q beta, which is finite where Q = betadot is not (no
 * part has a mean then). */
typedef struct aim {
    double p, q, q_beta;
} aim;

/* Its mean in part j, of which at->one knows z and q. */
static double aim_of(const oracle_at *at, size_t j, size_t c, const aim *a)
{
    const ito_oracle *o = at->o;
    const double s = std_of(o, j);
    double value = a->p * at->one.z[c] + a->q_beta * s * s * at->one.e[c];

    if (o->moved)
        value += a->q * o->start->means[j * o->dim + c];
    return value;
}

/* rho_j: weights of the parts; log p of their sum. */
static double log_all(const oracle_at *at, const double *x)
{
    double top = -HUGE_VAL, sum = 0.0;

    if (at->starts == 1)
        return part_at(at, 0, x);
    for (size_t j = 0; j < at->starts; j++) {
        const double term = part_at(at, j, x);

        if (j > 0 && term <= top) {
            sum += top > -HUGE_VAL ? ito__exp(term - top) : 0.0;
            continue;
        }
        sum = j == 0 ? 1.0 : 1.0 + sum * ito__exp(top - term);
        top = term;
    }
    return top + ito__log(sum);
}

static double share_of(const oracle_at *at, size_t j, double term, double all)
{
    if (at->starts == 1)
        return 1.0;
    return all > -HUGE_VAL ? ito__exp(term - all) : (double)(j == 0);
}

/* Means over the parts of P z + Q y and of q; returns log p. */
static double find_means(const oracle_at *at, const aim *a, const double *x,
                         double *f, double *q)
{
    const size_t dim = at->o->dim;
    const double all = log_all(at, x);

    for (size_t c = 0; c < dim; c++)
        f[c] = q[c] = 0.0;
    for (size_t j = 0; j < at->starts; j++) {
        const double r = share_of(at, j, part_at(at, j, x), all);

        for (size_t c = 0; c < dim; c++) {
            f[c] += r * aim_of(at, j, c, a);
            q[c] += r * at->one.e[c];
        }
    }
    return all;
}

double ito__oracle_slope(const oracle_at *at, const double *x, const double *v,
                         double *vj)
{
    const ito_oracle *o = at->o;
    const size_t dim = o->dim;
    const aim u = { at->coef.alphadot, at->coef.betadot,
                    at->coef.beta_betadot };
    double *f = at->row, *q = f + dim, *vp = q + dim, trace = 0.0;
    const double all = find_means(at, &u, x, f, q);

    for (size_t c = 0; v && c < dim; c++)
        vj[c] = 0.0;
    for (size_t j = 0; j < at->starts; j++) {
        const double s = std_of(o, j);
        const double r = share_of(at, j, part_at(at, j, x), all);
        const ito_slope ask = { .cz = u.p,
                                .cq = u.q_beta * s * s,
                                .logp = at->one.logp[0],
                                .z = at->one.z,
                                .q = at->one.e,
                                .v = v,
                                .vj = vp };
        double along = 0.0;

        if (r == 0.0)
            continue;
        trace += r * o->base->slope(o, &at->at[j], at->x, &ask);
        for (size_t c = 0; at->starts > 1 && c < dim; c++) {
            const double d = aim_of(at, j, c, &u) - f[c];

            trace += r * d * (q[c] - at->one.e[c]);
            along += v ? d * v[c] : 0.0;
        }
        for (size_t c = 0; v && c < dim; c++)
            vj[c] += r * (vp[c] + along * (q[c] - at->one.e[c]));
    }
    return trace;
}

/* Given part j, P z + Q y moves with z alone: by P - Q alpha / beta, and
 * Var z = (beta s)^2 / alpha dE[z]/dx. */
double ito__oracle_variance(const oracle_at *at, const double target[2],
                            const double *x)
{
    const ito_oracle *o = at->o;
    const size_t dim = o->dim;
    const aim a = { target[0], target[1], target[1] * at->coef.beta };
    const double gain = target[0] * at->coef.beta - target[1] * at->coef.alpha;
    double *f = at->row, *q = f + dim, sum = 0.0;
    const double all = find_means(at, &a, x, f, q);

    for (size_t j = 0; j < at->starts; j++) {
        const double s = std_of(o, j);
        const double r = share_of(at, j, part_at(at, j, x), all);
        const ito_slope ask = {
            .cz = 1.0, .logp = at->one.logp[0], .z = at->one.z, .q = at->one.e
        };
        double apart = 0.0;

        if (r == 0.0)
            continue;
        for (size_t c = 0; c < dim; c++) {
            const double d = aim_of(at, j, c, &a) - f[c];

            apart += d * d;
        }
        sum += r * (apart + gain * gain * s * s / at->coef.alpha *
                                o->base->slope(o, &at->at[j], at->x, &ask));
    }
    return sum;
}
