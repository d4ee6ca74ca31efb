/* SPDX-License-Identifier: MIT
 *
 * kern64_tmpl.h - the kernels in double, and the table of them.
 *
 * Included once by each kern64_<isa>.c after its vocabulary.
 */
#ifndef ITO_KERN_KERN64_TMPL_H
#define ITO_KERN_KERN64_TMPL_H

#include "kern/math64_tmpl.h"

#include "kern/bisect_tmpl.h"
#include "kern/draw64_tmpl.h"
#include "kern/map_tmpl.h"
#include "kern/vec_tmpl.h"

#define MIXTURE ito_mix64
#define RK_STEP ito_rk64
#define EM_STEP ito_em64
#include "kern/em_tmpl.h"
#include "kern/mixture_tmpl.h"
#include "kern/native_tmpl.h"

#define KERN_CAT_(a, b) a##b
#define KERN_CAT(a, b)  KERN_CAT_(a, b)

const ito_kern64 KERN_CAT(ito__kern64_, SIMD_NAME) = {
    .axpy = vec_axpy,
    .lincomb = vec_lincomb,
    .add = vec_add,
    .sub = vec_sub,
    .mul = vec_mul,
    .muladd = vec_muladd,
    .scale = vec_scale,
    .all_finite = vec_all_finite,
    .exp = vec_exp,
    .log = vec_log,
    .tanh = vec_tanh,
    .sincos = vec_sincos,
    .map = vec_map,
    .bisect = vec_bisect,
    .mixture = vec_mixture,
    .normals = vec_normals,
    .uniforms = vec_uniforms,
    .em = vec_em,
    .native = vec_native,
    .native_rk = vec_native_rk,
};

#endif /* ITO_KERN_KERN64_TMPL_H */
