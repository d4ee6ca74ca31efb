/* SPDX-License-Identifier: MIT
 *
 * state.c - the two number types of a state.
 *
 * Float goes through the kernel table (explicit fma, the same bits in every
 * table); double is plain C, a product and a sum each rounded, which is the
 * same everywhere because the build forbids contraction.
 */
#include "solve/state.h"

#include <math.h>
#include <string.h>

#include "solve/method.h"

#define VALUE   float
#define NAME(f) f##_f32
#include "solve/state_tmpl.h"
#undef VALUE
#undef NAME

#define VALUE   double
#define NAME(f) f##_f64
#include "solve/state_tmpl.h"
#undef VALUE
#undef NAME

static void lincomb_f32(const ito_kern *kern, size_t count, void *z,
                        const void *x, size_t m, const double *a,
                        void *const *y)
{
    float af[ITO_STAGES_MAX];
    const float *yf[ITO_STAGES_MAX];

    for (size_t j = 0; j < m; j++) {
        af[j] = (float)a[j];
        yf[j] = y[j];
    }
    kern->lincomb(count, z, x, m, af, yf);
}

static void lincomb_f64(const ito_kern *kern, size_t count, void *z,
                        const void *x, size_t m, const double *a,
                        void *const *y)
{
    double *out = z;

    (void)kern;
    if (z != x)
        memcpy(z, x, count * sizeof(*out));
    for (size_t j = 0; j < m; j++) {
        const double *yj = y[j];

        for (size_t i = 0; i < count; i++)
            out[i] += a[j] * yj[i];
    }
}

static bool all_finite_f32(const ito_kern *kern, size_t count, const void *x)
{
    return kern->all_finite(count, x);
}

/* x - x is 0 for a finite x and NaN else; NaN stays in the sum. */
static bool all_finite_f64(const ito_kern *kern, size_t count, const void *x)
{
    const double *in = x;
    double sum = 0.0;

    (void)kern;
    for (size_t i = 0; i < count; i++)
        sum += in[i] - in[i];
    return sum == 0.0;
}

#define OPS(type, suffix)                                                   \
    {                                                                       \
        .bytes = sizeof(type), .pack = pack_##suffix, .pad = pad_##suffix,  \
        .unpack = unpack_##suffix, .lincomb = lincomb_##suffix,             \
        .all_finite = all_finite_##suffix, .first_bad = first_bad_##suffix, \
        .to_f32 = to_f32_##suffix, .from_f32 = from_f32_##suffix,           \
        .to_f64 = to_f64_##suffix, .from_f64 = from_f64_##suffix,           \
        .dtype = DTYPE_##suffix                                             \
    }
#define DTYPE_f32 ITO_F32
#define DTYPE_f64 ITO_F64

const state_ops ito__state_f32 = OPS(float, f32);
const state_ops ito__state_f64 = OPS(double, f64);

const state_ops *ito__state_ops(ito_dtype dtype)
{
    switch ((int)dtype) {
    case 0:
    case ITO_F32: return &ito__state_f32;
    case ITO_F64: return &ito__state_f64;
    default: return NULL;
    }
}
