/* SPDX-License-Identifier: MIT
 *
 * laws.c - log densities and scores of single laws and of the checkerboard.
 *
 *     uniform       -d log(hi - lo) inside, closed below and open above
 *     laplace       independent: -d log(2 b) - sum |x_c - m| / b
 *     student-t     one radius for all components:
 *                   G(nu + d) - G(nu) - d/2 log(nu pi s^2)
 *                   - (nu + d)/2 log(1 + |x|^2 / (nu s^2)),
 *                   G(a) = log Gamma(a / 2)
 *     funnel        v = x_1 of N(0, sigma^2), the others of N(0, e^v)
 *                   (Neal, Slice sampling, Annals of Statistics 31, 2003)
 *     checkerboard  -log(area of the cells) on them; no score, as the density
 *                   has steps
 */
#include <math.h>

#include "dist/kinds.h"
#include "kern/dmath.h"

#define LOG_2PI 1.83787706640934548356
#define PI      3.14159265358979323846
#define V_MAX   600.0 /* beyond it, the funnel is as at it */

static size_t no_bytes(const ito_dist *dist)
{
    (void)dist;
    return 0;
}

static void no_prepare(const ito_dist *dist, void *memory)
{
    (void)dist;
    (void)memory;
}

/* log Gamma(x), x > 0: Stirling's series (Abramowitz and Stegun 6.1.41) from
 * 12 on, to which the recurrence leads; absolute error 1e-14 max(1, value). */
static double log_gamma(double x)
{
    double down = 1.0, y, sum;

    while (x < 12.0) {
        down *= x;
        x += 1.0;
    }
    y = 1.0 / (x * x);
    sum = 1.0 / 156.0;
    sum = sum * y - 691.0 / 360360.0;
    sum = sum * y + 1.0 / 1188.0;
    sum = sum * y - 1.0 / 1680.0;
    sum = sum * y + 1.0 / 1260.0;
    sum = sum * y - 1.0 / 360.0;
    sum = sum * y + 1.0 / 12.0;
    return (x - 0.5) * ito__log(x) - x + 0.5 * LOG_2PI + sum / x -
           ito__log(down);
}

static double uniform_at(const ito_dist *dist, void *memory, const double *x,
                         double *score, double *work)
{
    const double lo = dist->value[UNIFORM_LO], hi = dist->value[UNIFORM_HI];

    (void)memory;
    (void)score;
    (void)work;
    for (size_t c = 0; c < dist->dim; c++)
        if (!(x[c] >= lo && x[c] < hi))
            return -HUGE_VAL;
    return -(double)dist->dim * ito__log(hi - lo);
}

static double laplace_at(const ito_dist *dist, void *memory, const double *x,
                         double *score, double *work)
{
    const double mean = dist->value[LAPLACE_MEAN];
    const double inv = 1.0 / dist->value[LAPLACE_SCALE];
    double sum = 0.0;

    (void)memory;
    (void)work;
    for (size_t c = 0; c < dist->dim; c++) {
        const double d = x[c] - mean;

        sum += fabs(d);
        if (score)
            score[c] = d > 0.0 ? -inv : d < 0.0 ? inv : 0.0;
    }
    return -(double)dist->dim * ito__log(2.0 / inv) - sum * inv;
}

static size_t student_bytes(const ito_dist *dist)
{
    (void)dist;
    return sizeof(double);
}

/* The part of log p that x does not enter. */
static void student_prepare(const ito_dist *dist, void *memory)
{
    const double d = (double)dist->dim, df = dist->value[STUDENT_DF];
    const double s = dist->value[STUDENT_SCALE];
    double *log0 = memory;

    *log0 = log_gamma(0.5 * (df + d)) - log_gamma(0.5 * df) -
            0.5 * d * ito__log(df * PI * s * s);
}

static double student_at(const ito_dist *dist, void *memory, const double *x,
                         double *score, double *work)
{
    const double df = dist->value[STUDENT_DF], s = dist->value[STUDENT_SCALE];
    const double half = 0.5 * (df + (double)dist->dim), width = df * s * s;
    const double *log0 = memory;
    double sum = 0.0;

    (void)work;
    for (size_t c = 0; c < dist->dim; c++)
        sum += x[c] * x[c];
    for (size_t c = 0; score && c < dist->dim; c++)
        score[c] = -2.0 * half * x[c] / (width + sum);
    return *log0 - half * ito__log1p(sum / width);
}

static double funnel_at(const ito_dist *dist, void *memory, const double *x,
                        double *score, double *work)
{
    const double sigma = dist->value[FUNNEL_SIGMA], d = (double)dist->dim;
    const double v = x[0] < -V_MAX ? -V_MAX : x[0] > V_MAX ? V_MAX : x[0];
    const double inv = ito__exp(-v), u = x[0] / sigma;
    double sum = 0.0;

    (void)memory;
    (void)work;
    for (size_t c = 1; c < dist->dim; c++) {
        sum += x[c] * x[c] * inv;
        if (score)
            score[c] = -x[c] * inv;
    }
    if (score)
        score[0] = -u / sigma - 0.5 * (d - 1.0) + 0.5 * sum;
    return -0.5 * (d * LOG_2PI + u * u + (d - 1.0) * v + sum) - ito__log(sigma);
}

/* The cells are closed below, open above. */
static double board_at(const ito_dist *dist, void *memory, const double *x,
                       double *score, double *work)
{
    const double n = dist->value[BOARD_GRID];
    const double scale = dist->value[BOARD_SCALE], width = 2.0 * scale / n;
    const double cells = floor((n * n + 1.0) / 2.0);
    const double i = floor((x[0] + scale) / width);
    const double j = floor((x[1] + scale) / width);

    (void)memory;
    (void)score;
    (void)work;
    if (!(i >= 0.0 && i < n && j >= 0.0 && j < n) ||
        ((size_t)i + (size_t)j) % 2 != 0)
        return -HUGE_VAL;
    return -ito__log(cells * width * width);
}

const dist_form ito__form_uniform = {
    .bytes = no_bytes, .prepare = no_prepare, .at = uniform_at, .no_score = true
};
const dist_form ito__form_laplace = { .bytes = no_bytes,
                                      .prepare = no_prepare,
                                      .at = laplace_at };
const dist_form ito__form_student = { .bytes = student_bytes,
                                      .prepare = student_prepare,
                                      .at = student_at };
const dist_form ito__form_funnel = { .bytes = no_bytes,
                                     .prepare = no_prepare,
                                     .at = funnel_at };
const dist_form ito__form_board = {
    .bytes = no_bytes, .prepare = no_prepare, .at = board_at, .no_score = true
};
