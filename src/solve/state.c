/* SPDX-License-Identifier: MIT
 *
 * state.c - arithmetic on a tile's state.
 *
 * Whole blocks go through the kernel table (explicit fma, the same bits in
 * every table); the rest is plain C, each operation rounded, which is the
 * same everywhere because the build forbids contraction.
 */
#include "solve/state.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "solve/tableau.h"

#define VALUE      float
#define DTYPE      ITO_F32
#define NAME(f)    f##_f32
#define KERN(kern) (kern)
#include "solve/state_tmpl.h"
#undef VALUE
#undef DTYPE
#undef NAME
#undef KERN

#define VALUE      double
#define DTYPE      ITO_F64
#define NAME(f)    f##_f64
#define KERN(kern) ((kern)->f64)
#include "solve/state_tmpl.h"
#undef VALUE
#undef DTYPE
#undef NAME
#undef KERN

const state_ops *ito__state_ops(ito_dtype dtype)
{
    switch ((int)dtype) {
    case 0:
    case ITO_F32: return &ito__state_f32;
    case ITO_F64: return &ito__state_f64;
    default: return NULL;
    }
}
