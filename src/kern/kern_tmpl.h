/* SPDX-License-Identifier: MIT
 *
 * kern_tmpl.h - every kernel, and the table of them.
 *
 * Included once by each kern_<isa>.c after its vocabulary.
 */
#ifndef ITO_KERN_KERN_TMPL_H
#define ITO_KERN_KERN_TMPL_H

#include "kern/math_tmpl.h"

#include "kern/act_tmpl.h"
#include "kern/philox_tmpl.h"
#include "kern/vec_tmpl.h"

#include "kern/gemm_tmpl.h"

#define KERN_CAT_(a, b) a##b
#define KERN_CAT(a, b)  KERN_CAT_(a, b)
#define KERN_STR_(a)    #a
#define KERN_STR(a)     KERN_STR_(a)

const ito_kern KERN_CAT(ito__kern_, SIMD_NAME) = {
    .name = KERN_STR(SIMD_NAME),
    .axpy = vec_axpy,
    .lincomb = vec_lincomb,
    .add = vec_add,
    .sub = vec_sub,
    .mul = vec_mul,
    .muladd = vec_muladd,
    .scale = vec_scale,
    .lerp = vec_lerp,
    .dot = vec_dot,
    .sum = vec_sum,
    .sumsq = vec_sumsq,
    .all_finite = vec_all_finite,
    .colsum = vec_colsum,
    .exp = vec_exp,
    .log = vec_log,
    .tanh = vec_tanh,
    .sincos = vec_sincos,
    .act = vec_act,
    .act_grad = vec_act_grad,
    .packed_b = packed_b,
    .pack_b = pack_b,
    .gemm_work = gemm_work,
    .gemm = gemm,
    .adam = vec_adam,
    .normals = vec_normals,
    .uniforms = vec_uniforms,
    .words = vec_words,
};

#endif /* ITO_KERN_KERN_TMPL_H */
