/* SPDX-License-Identifier: MIT
 *
 * base_closed.c - oracles of distributions whose formulas are in dist/:
 * mixtures, rings and curves.
 */
#include "path/oracle.h"

/* --- isotropic mixtures -------------------------------------------------- */

static size_t modes_doubles(const ito_oracle *o)
{
    return size_mul(2, o->modes->modes);
}

static void modes_prepare(const ito_oracle *o, bool slopes, double *memory,
                          moment *at)
{
    (void)slopes;
    ito__modes_at(o->modes, at->alpha, at->beta, memory, &at->modes);
}

static void modes_moments(const ito_oracle *o, const moment *at, want what,
                          size_t n, const double *x, const known *out)
{
    for (size_t i = 0; i < n; i++) {
        const size_t k = i * o->dim;

        out->logp[i] = ito__modes_moments(
            &at->modes, x + k, what == WANT_LOGP ? NULL : out->z + k,
            what == WANT_LOGP ? NULL : out->e + k);
    }
}

static double modes_slope(const ito_oracle *o, const moment *at,
                          const double *x, const ito_slope *s)
{
    (void)o;
    return ito__modes_slope(&at->modes, x, s);
}

const oracle_base ito__base_modes = { .has_q = true,
                                      .doubles = modes_doubles,
                                      .prepare = modes_prepare,
                                      .moments = modes_moments,
                                      .slope = modes_slope };

/* --- mixtures of any normals --------------------------------------------- */

static size_t full_doubles(const ito_oracle *o)
{
    return ito__full_doubles(&o->full);
}

static void full_prepare(const ito_oracle *o, bool slopes, double *memory,
                         moment *at)
{
    ito__full_at(&o->full, at->alpha, at->beta, slopes, memory, &at->full);
}

static void full_moments(const ito_oracle *o, const moment *at, want what,
                         size_t n, const double *x, const known *out)
{
    for (size_t i = 0; i < n; i++) {
        const size_t k = i * o->dim;

        out->logp[i] = ito__full_moments(&at->full, x + k,
                                         what == WANT_LOGP ? NULL : out->z + k,
                                         what == WANT_LOGP ? NULL : out->e + k);
    }
}

static double full_slope(const ito_oracle *o, const moment *at, const double *x,
                         const ito_slope *s)
{
    (void)o;
    return ito__full_slope(&at->full, x, s);
}

const oracle_base ito__base_full = { .has_q = true,
                                     .doubles = full_doubles,
                                     .prepare = full_prepare,
                                     .moments = full_moments,
                                     .slope = full_slope };

/* --- rings and curves in the plane --------------------------------------- */

static size_t no_doubles(const ito_oracle *o)
{
    (void)o;
    return 0;
}

static double within(double x)
{
    return x < -1e100 ? -1e100 : x > 1e100 ? 1e100 : x;
}

static void rings_prepare(const ito_oracle *o, bool slopes, double *memory,
                          moment *at)
{
    (void)slopes;
    (void)memory;
    at->rings = ito__rings_at(&o->rings, at->alpha, at->beta);
}

static void rings_moments(const ito_oracle *o, const moment *at, want what,
                          size_t n, const double *x, const known *out)
{
    (void)o;
    for (size_t i = 0; i < n; i++) {
        const double y[2] = { within(x[2 * i]), within(x[2 * i + 1]) };

        out->logp[i] = ito__rings_moments(
            &at->rings, y, what == WANT_LOGP ? NULL : out->z + 2 * i,
            what == WANT_LOGP ? NULL : out->e + 2 * i);
    }
}

static double rings_slope(const ito_oracle *o, const moment *at,
                          const double *x, const ito_slope *s)
{
    const double y[2] = { within(x[0]), within(x[1]) };

    (void)o;
    return ito__rings_slope(&at->rings, y, s);
}

const oracle_base ito__base_rings = { .has_q = true,
                                      .doubles = no_doubles,
                                      .prepare = rings_prepare,
                                      .moments = rings_moments,
                                      .slope = rings_slope };

static void curve_prepare(const ito_oracle *o, bool slopes, double *memory,
                          moment *at)
{
    (void)slopes;
    (void)memory;
    at->curve = ito__curve_at(&o->curve, at->alpha, at->beta);
}

static void curve_moments(const ito_oracle *o, const moment *at, want what,
                          size_t n, const double *x, const known *out)
{
    (void)o;
    for (size_t i = 0; i < n; i++) {
        const double y[2] = { within(x[2 * i]), within(x[2 * i + 1]) };

        out->logp[i] = ito__curve_moments(
            &at->curve, y, what == WANT_LOGP ? NULL : out->z + 2 * i,
            what == WANT_LOGP ? NULL : out->e + 2 * i);
    }
}

static double curve_slope(const ito_oracle *o, const moment *at,
                          const double *x, const ito_slope *s)
{
    const double y[2] = { within(x[0]), within(x[1]) };

    (void)o;
    return ito__curve_slope(&at->curve, y, s);
}

const oracle_base ito__base_curve = { .has_q = true,
                                      .doubles = no_doubles,
                                      .prepare = curve_prepare,
                                      .moments = curve_moments,
                                      .slope = curve_slope };
