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
#include "kern/bisect_tmpl.h"
#include "kern/draw_tmpl.h"
#include "kern/learn_tmpl.h"
#include "kern/norm_tmpl.h"
#include "kern/softmax_tmpl.h"

#define MIXTURE ito_mix
#define RK_STEP ito_rk
#define EM_STEP ito_em
#include "kern/mixture_tmpl.h"
#include "kern/native_tmpl.h"

#include "kern/conv_tmpl.h"
#include "kern/em_tmpl.h"
#include "kern/gemm_tmpl.h"
#include "kern/words_tmpl.h"

#define KERN_CAT_(a, b) a##b
#define KERN_CAT(a, b)  KERN_CAT_(a, b)
#ifndef ITO_REAL_IS_DOUBLE
#include "kern/gemm_pairs.h"
#define MAP_KERN64 KERN_CAT(ito__kern64_, SIMD_NAME)
#include "kern/map_tmpl.h"
#endif

#define KERN_STR_(a) #a
#define KERN_STR(a)  KERN_STR_(a)

const ito_kern KERN_CAT(ito__kern_, SIMD_NAME) = {
    .name = KERN_STR(SIMD_NAME),
#ifndef ITO_REAL_IS_DOUBLE
    .f64 = &KERN_CAT(ito__kern64_, SIMD_NAME),
    .bf16 = &KERN_CAT(ito__bf16_, SIMD_NAME),
    .map = vec_map,
#endif
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
    .colsums = vec_colsums,
    .affine = vec_affine,
    .affine2 = vec_affine2,
    .rownorm = vec_rownorm,
    .rownorm_grad = vec_rownorm_grad,
    .exp = vec_exp,
    .log = vec_log,
    .tanh = vec_tanh,
    .sincos = vec_sincos,
    .act = vec_act,
    .act_grad = vec_act_grad,
    .softmax = vec_softmax,
    .softmax_grad = vec_softmax_grad,
    .packed_b = packed_b,
    .pack_b = pack_b,
    .gemm_work = gemm_work,
    .gemm = gemm,
    .conv_packed = conv_packed,
    .conv_pack = conv_pack,
    .conv_work = conv_work,
    .conv = conv_forward,
    .conv_dx = conv_dx,
    .conv_dw = conv_dw,
    .adam = vec_adam,
    .bisect = vec_bisect,
    .mixture = vec_mixture,
    .normals = vec_normals,
    .uniforms = vec_uniforms,
    .em = vec_em,
    .native = vec_native,
    .native_rk = vec_native_rk,
    .words = vec_words,
};

#endif /* ITO_KERN_KERN_TMPL_H */
