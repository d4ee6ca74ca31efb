/* SPDX-License-Identifier: MIT
 *
 * base_points.c - the oracle of a finite set of points: the softmax over all
 * of them, exactly.
 *
 *     p_t(x) = 1/n sum_k N(x; alpha z_k, beta^2 I)
 *     E[z | x] = sum_k r_k z_k,  r = softmax(-|x - alpha z_k|^2 / (2 beta^2))
 *
 * Points are taken in blocks that stay in cache while a group of particles
 * passes over them; each particle carries the largest term so far and rescales
 * its sums when that grows (Milakov and Gimelshein, arXiv:1805.02867), so
 * memory does not grow with n.  At beta = 0 the nearest point is left.
 *
 * Squared distances are 8 partial sums added in one fixed tree.
 */
#include <math.h>

#include "kern/dmath.h"
#include "path/oracle.h"

#define LOG_2PI 1.83787706640934548356
#define BLOCK   128 /* points */
#define LANES   8

static double distance(size_t dim, double alpha, const double *x,
                       const float *z)
{
    double part[LANES] = { 0.0 };
    size_t c = 0;

    for (; c + LANES <= dim; c += LANES)
        for (size_t l = 0; l < LANES; l++) {
            const double d = x[c + l] - alpha * (double)z[c + l];

            part[l] += d * d;
        }
    for (size_t l = 0; c < dim; c++, l++) {
        const double d = x[c] - alpha * (double)z[c];

        part[l] += d * d;
    }
    return ((part[0] + part[4]) + (part[2] + part[6])) +
           ((part[1] + part[5]) + (part[3] + part[7]));
}

/* The sums of one particle, all times exp(top). */
typedef struct sums {
    double top, mass;
    double *z; /* dim values */
} sums;

static void rescale(sums *s, size_t dim, double top)
{
    const double f = s->mass > 0.0 ? ito__exp(s->top - top) : 0.0;

    s->top = top;
    s->mass *= f;
    for (size_t c = 0; c < dim; c++)
        s->z[c] *= f;
}

/* A block of points for one particle, inv = 1 / (2 beta^2). */
static void add_block(const ito_oracle *o, const moment *at, double inv,
                      size_t first, size_t count, const double *x, sums *s)
{
    const points *p = &o->points;
    double weight[BLOCK] = { 0.0 }, top = s->top;

    for (size_t k = 0; k < count; k++) {
        weight[k] =
            -inv * distance(p->dim, at->alpha, x, p->x + (first + k) * p->dim);
        top = weight[k] > top ? weight[k] : top;
    }
    if (top > s->top)
        rescale(s, p->dim, top);
    for (size_t k = 0; k < count; k++)
        weight[k] -= top;
    o->ctx->kern->f64->exp(count, weight, weight);
    for (size_t k = 0; k < count; k++) {
        const float *z = p->x + (first + k) * p->dim;
        const double w = weight[k];

        if (w == 0.0)
            continue;
        s->mass += w;
        for (size_t c = 0; c < p->dim; c++)
            s->z[c] += w * (double)z[c];
    }
}

/* 1 / (2 beta^2), or so large a number that only the nearest point counts. */
static double inverse(double beta)
{
    const double square = 2.0 * beta * beta;

    return square > 1e-100 ? 1.0 / square : 1e100;
}

static double within(double x)
{
    return x < -1e60 ? -1e60 : x > 1e60 ? 1e60 : x;
}

/* work: group x dim of x, then top and mass of each particle. */
static void points_moments(const ito_oracle *o, const moment *at, want what,
                           size_t n, const double *x, const known *out)
{
    const points *p = &o->points;
    const size_t dim = p->dim;
    const double inv = inverse(at->beta);
    double *y = at->work, *state = y + o->group * dim;

    for (size_t i = 0; i < n * dim; i++) {
        y[i] = within(x[i]);
        out->z[i] = 0.0;
    }
    for (size_t i = 0; i < n; i++) {
        state[2 * i] = -HUGE_VAL;
        state[2 * i + 1] = 0.0;
    }
    for (size_t first = 0; first < p->n; first += BLOCK)
        for (size_t i = 0; i < n; i++) {
            sums s = { .top = state[2 * i],
                       .mass = state[2 * i + 1],
                       .z = out->z + i * dim };

            add_block(o, at, inv, first, size_min(BLOCK, p->n - first),
                      y + i * dim, &s);
            state[2 * i] = s.top;
            state[2 * i + 1] = s.mass;
        }
    for (size_t i = 0; i < n; i++) {
        double *z = out->z + i * dim, *e = out->e + i * dim;
        const double mass = state[2 * i + 1], half = 0.5 * (double)dim;

        for (size_t c = 0; c < dim; c++) {
            z[c] /= mass;
            e[c] = at->beta > 0.0
                       ? (y[i * dim + c] - at->alpha * z[c]) / at->beta
                       : 0.0;
            if (what == WANT_SCORE && at->beta > 0.0)
                e[c] /= at->beta;
        }
        out->logp[i] = at->beta > 0.0
                           ? state[2 * i] + ito__log(mass / (double)p->n) -
                                 half * LOG_2PI -
                                 (double)dim * ito__log(at->beta)
                           : -HUGE_VAL;
    }
}

/*
 * dE[z]/dx = alpha K / beta^2 and dq/dx = (I - alpha^2 K / beta^2) / beta^2
 * with K = Var z given x, taken around its known mean.
 */
static double points_slope(const ito_oracle *o, const moment *at,
                           const double *x, const ito_slope *s)
{
    const points *p = &o->points;
    const size_t dim = p->dim;
    const double inv = inverse(at->beta), square = at->beta * at->beta;
    double *y = at->work, trace = 0.0, log0, own, over;

    for (size_t c = 0; c < dim; c++) {
        y[c] = within(x[c]);
        if (s->v)
            s->vj[c] = 0.0;
    }
    if (at->beta <= 0.0)
        return 0.0; /* one point, whatever x */
    log0 = s->logp + ito__log((double)p->n) +
           (double)dim * (0.5 * LOG_2PI + ito__log(at->beta));
    for (size_t k = 0; k < p->n; k++) {
        const float *z = p->x + k * dim;
        const double r = ito__exp(-distance(dim, at->alpha, y, z) * inv - log0);
        double along = 0.0;

        if (r == 0.0)
            continue;
        for (size_t c = 0; c < dim; c++) {
            const double d = (double)z[c] - s->z[c];

            trace += r * d * d;
            along += s->v ? s->v[c] * d : 0.0;
        }
        for (size_t c = 0; s->v && c < dim; c++)
            s->vj[c] += r * along * ((double)z[c] - s->z[c]);
    }
    own = s->cq / square;
    over = at->alpha * (s->cz - at->alpha * own) / square;
    for (size_t c = 0; s->v && c < dim; c++)
        s->vj[c] = own * s->v[c] + over * s->vj[c];
    return (double)dim * own + over * trace;
}

static size_t points_doubles(const ito_oracle *o)
{
    return size_mul(o->group, size_add(o->points.dim, 2));
}

static void points_prepare(const ito_oracle *o, bool slopes, double *memory,
                           moment *at)
{
    (void)o;
    (void)slopes;
    at->work = memory;
}

const oracle_base ito__base_points = { .doubles = points_doubles,
                                       .prepare = points_prepare,
                                       .moments = points_moments,
                                       .slope = points_slope };
