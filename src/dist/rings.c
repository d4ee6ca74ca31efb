/* SPDX-License-Identifier: MIT
 *
 * rings.c - circles with isotropic normal noise, seen through
 * x = alpha z + beta e.
 *
 * A circle of radius R whose noise has variance s^2 becomes one of radius
 * alpha R and variance C = alpha^2 s^2 + beta^2.  With rho = |x|, the angle
 * around it given x is von Mises with concentration k = rho alpha R / C
 * (Mardia and Jupp, Directional Statistics, 3.5.4), hence
 *
 *     p(x) = 1 / (2 pi C) exp(-(rho - alpha R)^2 / (2 C)) I0(k) exp(-k)
 *     E[c | x] = R A(k) x / rho,   A = I1 / I0,   c the point on the circle
 *     E[z | x] = E[c | x] + alpha s^2 q,   q = (x - alpha E[c | x]) / C
 *
 * Bessel functions by their power series, whose terms are all positive, below
 * 30 and by their asymptotic one beyond (Abramowitz and Stegun 9.6.10, 9.7.1).
 */
#include <math.h>

#include "dist/kinds.h"
#include "kern/dmath.h"

#define LOG_2PI 1.83787706640934548356
#define SERIES  30.0 /* the least term of the other one is 1e-27 there */

/* I_n(k) sqrt(2 pi k) exp(-k) for k >= 30, mu = 4 n^2. */
static double asymptotic(double mu, double k)
{
    double term = 1.0, sum = 1.0;

    for (int m = 1; m <= 24; m++) {
        const double odd = 2.0 * m - 1.0;

        term *= (odd * odd - mu) / (8.0 * m * k);
        sum += term;
        if (fabs(term) < 1e-18)
            break;
    }
    return sum;
}

/* I0(k) and I1(k) / k for k < 30. */
static void series(double k, double *i0, double *i1)
{
    const double y = 0.25 * k * k;
    double a = 1.0, b = 0.5;

    *i0 = a;
    *i1 = b;
    for (int m = 1; m <= 100; m++) {
        a *= y / ((double)m * m);
        b *= y / ((double)m * (m + 1));
        *i0 += a;
        *i1 += b;
        if (a < 1e-18 * *i0)
            break;
    }
}

double ito__bessel_log(double k)
{
    double i0, i1;

    if (k >= SERIES)
        return ito__log(asymptotic(0.0, k)) - 0.5 * (LOG_2PI + ito__log(k));
    series(k, &i0, &i1);
    return ito__log(i0) - k;
}

double ito__bessel_ratio(double k)
{
    double i0, i1;

    if (k >= SERIES)
        return asymptotic(4.0, k) / asymptotic(0.0, k) / k;
    series(k, &i0, &i1);
    return i1 / i0;
}

ito_rings_at ito__rings_at(const ito_rings *rings, double alpha, double beta)
{
    const double as = alpha * rings->s, c = as * as + beta * beta;
    const double n = (double)rings->count;

    return (ito_rings_at){ .rings = rings,
                           .alpha = alpha,
                           .c = c,
                           .log0 = -LOG_2PI - ito__log(c) - ito__log(n) };
}

/* Log of circle k's part of the density. */
static double term_of(const ito_rings_at *at, size_t k, double rho)
{
    const double r = at->alpha * at->rings->radius[k], d = rho - r;

    return at->log0 - 0.5 * d * d / at->c + ito__bessel_log(rho / at->c * r);
}

/* Given circle k, E[c | x] = gain x. */
static double gain_of(const ito_rings_at *at, size_t k, double rho)
{
    const double radius = at->rings->radius[k];
    const double slope = at->alpha * radius / at->c;

    return radius * slope * ito__bessel_ratio(rho * slope);
}

double ito__rings_moments(const ito_rings_at *at, const double *x_in, double *z,
                          double *q)
{
    const double rho = sqrt(x_in[0] * x_in[0] + x_in[1] * x_in[1]);
    const double as2 = at->alpha * at->rings->s * at->rings->s;
    double top = term_of(at, 0, rho), sum = 1.0, gain = 0.0;

    if (z)
        gain = gain_of(at, 0, rho);
    for (size_t k = 1; k < at->rings->count; k++) {
        const double term = term_of(at, k, rho);
        const double f = term > top ? ito__exp(top - term) : 1.0;
        const double w = term > top ? 1.0 : ito__exp(term - top);

        top = term > top ? term : top;
        sum = f * sum + w;
        if (z)
            gain = f * gain + w * gain_of(at, k, rho);
    }
    gain /= sum;
    for (size_t c = 0; z && c < 2; c++) {
        q[c] = (x_in[c] - at->alpha * gain * x_in[c]) / at->c;
        z[c] = gain * x_in[c] + as2 * q[c];
    }
    return top + ito__log(sum);
}

/*
 * Given circle k, d(gain x)/dx has the slope of R A(k) along x and gain across
 * it, A' = 1 - A / k - A^2; then dq/dx = (I - alpha that) / C and
 * dz/dx = that + alpha s^2 dq/dx.
 */
double ito__rings_slope(const ito_rings_at *at, const double *x,
                        const ito_slope *s)
{
    const double rho = sqrt(x[0] * x[0] + x[1] * x[1]);
    const double as2 = at->alpha * at->rings->s * at->rings->s;
    const double n[2] = { rho > 0.0 ? x[0] / rho : 1.0,
                          rho > 0.0 ? x[1] / rho : 0.0 };
    double trace = 0.0;

    for (size_t c = 0; s->v && c < 2; c++)
        s->vj[c] = 0.0;
    for (size_t k = 0; k < at->rings->count; k++) {
        const double radius = at->rings->radius[k];
        const double slope = at->alpha * radius / at->c;
        const double ratio = ito__bessel_ratio(rho * slope);
        const double a = ratio * rho * slope;
        const double across = radius * slope * ratio;
        const double along = radius * slope * (1.0 - ratio - a * a);
        const double r = ito__exp(term_of(at, k, rho) - s->logp);
        const double q_across = (1.0 - at->alpha * across) / at->c;
        const double q_along = (1.0 - at->alpha * along) / at->c;
        const double fa = s->cz * (across + as2 * q_across) + s->cq * q_across;
        const double fl = s->cz * (along + as2 * q_along) + s->cq * q_along;
        double f[2], g[2], vn = 0.0, vf = 0.0;

        for (size_t c = 0; c < 2; c++) {
            const double q = (x[c] - at->alpha * across * x[c]) / at->c;
            const double z = across * x[c] + as2 * q;

            f[c] = s->cz * (z - s->z[c]) + s->cq * (q - s->q[c]);
            g[c] = s->q[c] - q;
            vn += s->v ? s->v[c] * n[c] : 0.0;
            vf += s->v ? s->v[c] * f[c] : 0.0;
        }
        trace += r * (fa + fl + f[0] * g[0] + f[1] * g[1]);
        for (size_t c = 0; s->v && c < 2; c++)
            s->vj[c] += r * (fa * s->v[c] + (fl - fa) * vn * n[c] + vf * g[c]);
    }
    return trace;
}

void ito__circles_rings(const ito_dist *dist, ito_rings *out)
{
    const double *value = dist->value;

    if (dist->kind->draw == ito__draw_circles) {
        const double scale = value[CIRCLES_SCALE];

        *out = (ito_rings){ .count = 2,
                            .radius = { scale, value[CIRCLES_FACTOR] * scale },
                            .s = value[CIRCLES_NOISE] * scale };
        return;
    }
    *out = (ito_rings){ .count = (size_t)value[RINGS_RINGS],
                        .s = value[RINGS_NOISE] * value[RINGS_SCALE] };
    assert(out->count >= 1 && out->count <= ITO_RINGS_MAX);
    for (size_t k = 0; k < out->count; k++)
        out->radius[k] =
            value[RINGS_SCALE] * (double)(k + 1) / (double)out->count;
}

bool ito__dist_rings(const ito_dist *dist, ito_rings *rings)
{
    if (dist->kind->form != &ito__form_rings)
        return false;
    ito__circles_rings(dist, rings);
    return rings->s > 0.0;
}

/* --- the density itself -------------------------------------------------- */

static const char *rings_lack(const ito_dist *dist)
{
    ito_rings rings;

    return ito__dist_rings(dist, &rings) ? NULL : "the noise is 0";
}

static size_t rings_bytes(const ito_dist *dist)
{
    (void)dist;
    return sizeof(ito_rings);
}

static void rings_prepare(const ito_dist *dist, void *memory)
{
    ito__circles_rings(dist, memory);
}

static double rings_density(const ito_dist *dist, void *memory, const double *x,
                            double *score, double *work)
{
    const ito_rings_at at = ito__rings_at(memory, 1.0, 0.0);
    const double logp = ito__rings_moments(&at, x, score ? work : NULL, score);

    (void)dist;
    for (size_t c = 0; score && c < 2; c++)
        score[c] = -score[c];
    return logp;
}

const dist_form ito__form_rings = { .lacks = rings_lack,
                                    .bytes = rings_bytes,
                                    .prepare = rings_prepare,
                                    .at = rings_density };
