/* SPDX-License-Identifier: MIT
 *
 * native.c - loops in C for drifts of named systems that are called most.
 *
 * They are to rounding what the formulas of the table say; a test compares
 * them.  Only + - * are used, so that every compiler gives the same bits.
 */
#include "sim/system_parts.h"

#define T       float
#define NAME(x) x##_f32
#include "sim/native_tmpl.h"
#undef T
#undef NAME
#define T       double
#define NAME(x) x##_f64
#include "sim/native_tmpl.h"
#undef T
#undef NAME

#define BOTH(x)          \
    {                    \
        x##_f32, x##_f64 \
    }

const native ito__native_gbm = { BOTH(gbm_drift), BOTH(gbm_diffusion) };
const native ito__native_double_well = { .drift = BOTH(double_well_drift) };
const native ito__native_linear = { .drift = BOTH(linear_drift) };
const native ito__native_rotation = { .drift = BOTH(rotation_drift) };
const native ito__native_lorenz = { .drift = BOTH(lorenz_drift) };
const native ito__native_van_der_pol = { .drift = BOTH(van_der_pol_drift) };
const native ito__native_lotka_volterra = { .drift =
                                                BOTH(lotka_volterra_drift) };
