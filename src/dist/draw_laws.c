/* SPDX-License-Identifier: MIT
 *
 * draw_laws.c - how rows of single laws are drawn: uniform, Laplace, Student,
 * Neal's funnel.
 *
 * Normals and uniforms start at component 0; the radius of a Student's row
 * comes from blocks that no component has.  Uniforms have 23 bits, so a
 * Laplace component ends at 16.6 scales, where 1e-7 of its mass is left.
 */
#include <math.h>

#include "dist/kinds.h"
#include "kern/dmath.h"
#include "rng/noise.h"

#define GAMMA_COMP 0xf00000u /* first component of the gamma's blocks */
#define TRIALS     64        /* one in e^100 rows needs more */

void ito__draw_uniform(const dist_draw *d)
{
    const float lo = (float)d->dist->value[UNIFORM_LO];
    const float hi = (float)d->dist->value[UNIFORM_HI];
    const size_t dim = d->dist->dim;

    ito__uniform_rows(d->kern, d->at, d->id0, d->n, dim, d->out, d->ld);
    for (size_t i = 0; i < d->n; i++)
        for (size_t c = 0; c < dim; c++) {
            float *x = d->out + i * d->ld + c;
            const float y = lo + (hi - lo) * *x;

            *x = y < hi ? y : lo; /* rounding may reach hi */
        }
}

/* The inverse of the distribution function on either side. */
void ito__draw_laplace(const dist_draw *d)
{
    const double mean = d->dist->value[LAPLACE_MEAN];
    const double scale = d->dist->value[LAPLACE_SCALE];
    const size_t dim = d->dist->dim;

    ito__uniform_rows(d->kern, d->at, d->id0, d->n, dim, d->out, d->ld);
    for (size_t i = 0; i < d->n; i++)
        for (size_t c = 0; c < dim; c++) {
            float *x = d->out + i * d->ld + c;
            const double u = (double)*x;
            const double side =
                u < 0.5 ? ito__log(2.0 * u) : -ito__log(2.0 * (1.0 - u));

            *x = (float)(mean + scale * side);
        }
}

static double open01(uint32_t word)
{
    return ((double)word + 0.5) * 0x1p-32;
}

/*
 * A gamma number of shape a >= 1 and scale 1 (Marsaglia and Tsang, A simple
 * method for generating gamma variables, ACM TOMS 26, 2000): a try fails once
 * in twenty or more, and the last one stands.
 */
static double gamma_number(const ito_noise *at, uint64_t id, double a)
{
    const double d = a - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    double v = 1.0;

    for (uint32_t k = 0; k < TRIALS; k++) {
        uint32_t word[4];
        double x, u;

        ito__philox_block(at, id, GAMMA_COMP + k, word);
        x = ito__normal_quantile(open01(word[0]));
        u = open01(word[1]);
        v = 1.0 + c * x;
        if (v <= 0.0) {
            v = 1.0;
            continue;
        }
        v = v * v * v;
        if (ito__log(u) < 0.5 * x * x + d - d * v + d * ito__log(v))
            break;
    }
    return d * v;
}

/* chi^2 of df degrees of freedom over df; below shape 1 by a power of a
 * uniform number (same paper, section 6). */
static double chi_over_df(const ito_noise *at, uint64_t id, double df)
{
    const double a = 0.5 * df;
    uint32_t word[4];
    double g;

    if (a >= 1.0)
        return gamma_number(at, id, a) / a;
    ito__philox_block(at, id, GAMMA_COMP + TRIALS, word);
    g = gamma_number(at, id, a + 1.0);
    return g * ito__pow(open01(word[0]), 1.0 / a) / a;
}

void ito__draw_student(const dist_draw *d)
{
    const double df = d->dist->value[STUDENT_DF];
    const double scale = d->dist->value[STUDENT_SCALE];
    const size_t dim = d->dist->dim;

    ito__normal_rows(d->kern, d->at, d->id0, d->n, dim, d->out, d->ld);
    for (size_t i = 0; i < d->n; i++) {
        const double chi = chi_over_df(d->at, d->id0 + i, df);
        /* a float must hold the row: 1e30 is beyond any use */
        const double width = chi > 1e-50 ? scale / sqrt(chi) : scale * 1e25;

        for (size_t c = 0; c < dim; c++) {
            float *x = d->out + i * d->ld + c;

            *x = (float)(width * (double)*x);
        }
    }
}

void ito__draw_funnel(const dist_draw *d)
{
    const double sigma = d->dist->value[FUNNEL_SIGMA];
    const size_t dim = d->dist->dim;

    ito__normal_rows(d->kern, d->at, d->id0, d->n, dim, d->out, d->ld);
    for (size_t i = 0; i < d->n; i++) {
        float *x = d->out + i * d->ld;
        const double v = sigma * (double)x[0];
        const double width = ito__exp(0.5 * (v < 150.0 ? v : 150.0));

        x[0] = (float)v;
        for (size_t c = 1; c < dim; c++)
            x[c] = (float)(width * (double)x[c]);
    }
}
