/* SPDX-License-Identifier: MIT
 *
 * kern.h - the table of kernels: pure arithmetic on pointers.
 *
 * Every kernel is written once, in the vocabulary of simd_<isa>.h, and
 * compiled once per instruction set into a constant table.  All tables give
 * the same bits: element-wise kernels apply one operation sequence to body
 * and tail, fma is explicit, reductions keep ITO_LANES partial sums added in
 * one fixed tree, and a matrix product is one chain of fma over k for each
 * output, starting from the bias, from zero or from the output itself.
 *
 * Kernels neither fail nor allocate nor thread.  Arrays need no alignment.
 * Unless said otherwise an output may be the same array as an input, but
 * must not overlap it in part.
 */
#ifndef ITO_KERN_KERN_H
#define ITO_KERN_KERN_H

#include <ito/act.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kern/map.h"

/* A part of a kernel: always inlined, so that constant arguments stay so. */
#if defined(__GNUC__)
#define ITO_INLINE static inline __attribute__((always_inline))
#else
#define ITO_INLINE static inline
#endif

/* Partial sums of a reduction, whatever the register width. */
#define ITO_LANES 32

/*
 * The number type of networks.  The tests alone build the networks a second
 * time with double (and the plain table written with the C library's exp),
 * to compare gradients with finite differences at full precision.
 */
#ifndef ITO_REAL
#define ITO_REAL float
#endif
typedef ITO_REAL real;

#define ITO__IS_float  0
#define ITO__IS_double 1
#define ITO__IS_(type) ITO__IS_##type
#define ITO__IS(type)  ITO__IS_(type)
#if ITO__IS(ITO_REAL)
#define ITO_REAL_IS_DOUBLE 1
#endif

/* The tables of this build beside plain C. */
#if defined(__GNUC__) && !defined(ITO_REAL_IS_DOUBLE)
#if defined(__x86_64__)
#define ITO_KERN_X86 1
#elif defined(__aarch64__)
#define ITO_KERN_NEON 1
#endif
#endif

/*
 * C = start + A B, then y = act(C).
 *
 *     A  m x k, element (i, p) at a[i * a_row + p * a_col]
 *     B  k x n, either raw, element (p, j) at b[p * b_row + j * b_col], or
 *        packed by pack_b (packed = true; b_row and b_col are not read)
 *     C  m x n, element (i, j) at c[i * c_row + j]
 *
 * The chain over p = 0 .. k-1 starts from bias[j] if bias is given, else
 * from C if accumulate, else from zero.  After it C holds act(z), z being the
 * end of the chain, and deriv (if given, laid out as C) act'(z).
 * work: gemm_work(m, n, k) reals of scratch, private to the call.
 */
typedef struct ito_gemm {
    size_t m, n, k;
    const real *a;
    size_t a_row, a_col;
    const real *b;
    size_t b_row, b_col;
    bool packed;
    real *c;
    size_t c_row;
    const real *bias;
    bool accumulate;
    ito_act act;
    real *deriv;
    real *work;
} ito_gemm;

/* Matrix products of one precision.  packed_b is the size of a packed k x n
 * operand, in reals. */
typedef struct ito_products {
    size_t (*packed_b)(size_t k, size_t n);
    void (*pack_b)(size_t k, size_t n, const real *b, size_t b_row,
                   size_t b_col, real *out);
    size_t (*gemm_work)(size_t m, size_t n, size_t k);
    void (*gemm)(const ito_gemm *g);
} ito_products;

/*
 * Images, channels last, and their convolution with size x size weights:
 *
 *     x  rows x h x w x in        W  size x size x in x out
 *     y  rows x oh x ow x out,    oh = (h + 2 pad - size) / stride + 1
 *
 *     z(i, j, o) = bias(o) + sum over ky, kx, c of W(ky, kx, c, o)
 *                  x(i stride + ky - pad, j stride + kx - pad, c)
 *
 * x being zero outside of the image.  `winograd` allows Winograd's F(4x4,
 * 3x3) for size 3, stride 1, pad 1; it is taken where it is faster.
 */
typedef struct ito_conv_shape {
    size_t h, w, in, out;
    size_t size, stride, pad;
    bool winograd;
} ito_conv_shape;

/* One run of a convolution, forward (x to y), backward to x (dz to dx) or to
 * the weights (x and dz to grad, which is set).  work: conv_work reals. */
typedef struct ito_conv_run {
    const ito_conv_shape *s;
    size_t rows;
    const real *packed; /* by conv_pack; not for the weights */
    const real *x;
    real *y;
    const real *bias; /* NULL for none */
    ito_act act;      /* y = act(z) */
    real *deriv;      /* NULL, or act'(z) as y */
    const real *dz;
    real *dx;
    bool accumulate; /* add to y before the activation, or to dx */
    /* NULL, or what z is added to last, without activation: an image as y, or
     * one vector of channels for each image. */
    const real *beside;
    bool beside_vector;
    real *grad;
    real *work;
} ito_conv_run;

/* One step of Adam or AdamW on a slice of the parameters (see adam below). */
typedef struct ito_adam {
    real beta1, beta2; /* decay rates of the moments */
    real rate;         /* learning rate / (1 - beta1^t) */
    real v_scale;      /* 1 / (1 - beta2^t) */
    real eps;
    real decay;   /* 1 - lr * weight decay; 1 for none */
    real g_scale; /* the gradient is multiplied by this first (clipping) */
} ito_adam;

/*
 * A run of Philox 4x32-10 blocks.  Group q covers blocks b = 0..7 with
 *
 *     counter  (c0, c1 as one 64-bit number + 8 q + b, c2, c3) or, if wide,
 *              (c0, c1, c2, c3 + 8 q + b)
 *     key      (k0, k1)
 *
 * and gives 32 numbers: number r comes from block b = (r & 15) >> 1, with
 * w = r & 1 and half = r >> 4 (simulation noise layout, Salmon et al. 2011).
 */
typedef struct ito_philox {
    uint32_t key[2];
    uint32_t ctr[4];
    bool wide;
} ito_philox;

/* A step of Euler and Maruyama: z = x + h f + g W with W = scale Z, where Z
 * are the normals of a run of groups; g is g_all where the array is NULL.
 * Two fma: z = g W + (h f + x). */
typedef struct ito_em {
    real h, scale, g_all;
    const real *x, *f, *g;
    real *z;
} ito_em;
typedef struct ito_em64 {
    double h, scale, g_all;
    const double *x, *f, *g;
    double *z;
} ito_em64;

/* Drifts of named systems, at most four parameters; formulas in
 * native_tmpl.h.  One component (of any number, call by call), two, or three
 * for lorenz. */
typedef enum ito_native {
    ITO_NATIVE_OU,
    ITO_NATIVE_SCALED,
    ITO_NATIVE_DOUBLE_WELL,
    ITO_NATIVE_LINEAR,
    ITO_NATIVE_ROTATION,
    ITO_NATIVE_LORENZ,
    ITO_NATIVE_VAN_DER_POL,
    ITO_NATIVE_LOTKA_VOLTERRA
} ito_native;

/* A step of an explicit Runge-Kutta method for such a drift: stage s is
 * evaluated at x + sum over j < used[s] of a[s][j] k[from[s][j]], by fma in
 * order of j; row `stages` is the result. */
#define ITO_RK_STAGES 6 /* the most that a kernel takes */
typedef struct ito_rk {
    size_t stages;
    size_t used[ITO_RK_STAGES + 1];
    unsigned char from[ITO_RK_STAGES + 1][ITO_RK_STAGES];
    real a[ITO_RK_STAGES + 1][ITO_RK_STAGES];
} ito_rk;
typedef struct ito_rk64 {
    size_t stages;
    size_t used[ITO_RK_STAGES + 1];
    unsigned char from[ITO_RK_STAGES + 1][ITO_RK_STAGES];
    double a[ITO_RK_STAGES + 1][ITO_RK_STAGES];
} ito_rk64;

/* A mixture of isotropic normals: mode k has mean m_k and variance v_k, and
 *
 *     inv[k] = 1 / v_k      curve[k] = -log2(e) / (2 v_k)
 *     log2w[k] = log2(weight) - dim/2 log2(2 pi v_k)
 *
 * so that a term of the density is 2^(log2w + curve |x - m|^2).  The score is
 * multiplied by `scale`. */
#define ITO_MIX_DIM 32 /* the most components a kernel takes */
typedef struct ito_mix {
    size_t modes, dim;
    const real *means; /* modes x dim */
    const real *inv, *curve, *log2w;
    real scale;
} ito_mix;
typedef struct ito_mix64 {
    size_t modes, dim;
    const double *means;
    const double *inv, *curve, *log2w;
    double scale;
} ito_mix64;

/* The kernels of simulation in double, for states of that type; each as its
 * namesake in ito_kern, with the same promise of the same bits. */
typedef struct ito_kern64 {
    void (*axpy)(size_t n, double a, const double *x, double *y);
    void (*lincomb)(size_t n, double *z, const double *x, size_t m,
                    const double *a, const double *const *y);
    void (*add)(size_t n, const double *x, const double *y, double *z);
    void (*sub)(size_t n, const double *x, const double *y, double *z);
    void (*mul)(size_t n, const double *x, const double *y, double *z);
    void (*muladd)(size_t n, const double *x, const double *y, double *z);
    void (*scale)(size_t n, double a, const double *x, double *y);
    bool (*all_finite)(size_t n, const double *x);
    void (*exp)(size_t n, const double *x, double *y);
    void (*log)(size_t n, const double *x, double *y);
    void (*tanh)(size_t n, const double *x, double *y);
    void (*sincos)(size_t n, const double *x, double *s, double *c);
    void (*map)(size_t n, const ito_map_step *steps, size_t count,
                const double *const *in, double *const *out);
    void (*bisect)(size_t n, double length, const double *const z[2], double *w,
                   double *h, double *const second[2]);
    void (*mixture)(size_t n, const ito_mix64 *m, const double *const *x,
                    double *const *score, double *logp);
    /* 16 numbers a group: number r comes from block r & 7, with half = r >> 3
     * (ito/noise.h has the formulas); tails of normals to 8.57. */
    void (*normals)(size_t groups, const ito_philox *p, double *out);
    void (*uniforms)(size_t groups, const ito_philox *p, double *out);
    void (*em)(size_t groups, const ito_philox *p, const ito_em64 *step);
    void (*native)(ito_native which, const double *v, size_t n,
                   const void *const *x, void *const *out);
    void (*native_rk)(ito_native which, const double *v, size_t n,
                      const ito_rk64 *rk, const void *const *x,
                      void *const *out);
} ito_kern64;

typedef struct ito_kern {
    const char *name;
    const ito_kern64 *f64;    /* NULL in the double build of the tests */
    const ito_products *bf16; /* operands rounded to bf16 (gemm_pairs.h); NULL
                                 in the double build of the tests */

    /* y = a x + y, by fma. */
    void (*axpy)(size_t n, real a, const real *x, real *y);
    /* z = x + sum over j < m of a[j] y[j], by fma in order of j. */
    void (*lincomb)(size_t n, real *z, const real *x, size_t m, const real *a,
                    const real *const *y);
    void (*add)(size_t n, const real *x, const real *y, real *z);
    void (*sub)(size_t n, const real *x, const real *y, real *z);
    void (*mul)(size_t n, const real *x, const real *y, real *z);
    /* z = x y + z, by fma. */
    void (*muladd)(size_t n, const real *x, const real *y, real *z);
    /* y = a x. */
    void (*scale)(size_t n, real a, const real *x, real *y);
    /* y += a (x - y): a moving average, by fma. */
    void (*lerp)(size_t n, real a, const real *x, real *y);

    /* Reductions over ITO_LANES lanes; sums in double unless said. */
    real (*dot)(size_t n, const real *x, const real *y); /* in real, by fma */
    double (*sum)(size_t n, const real *x);
    double (*sumsq)(size_t n, const real *x);
    bool (*all_finite)(size_t n, const real *x);
    /* out[j] = start of out[j] + x[0][j] + x[1][j] + ..., rows in order;
     * x is rows x cols with stride ld.  Gradient of a bias. */
    void (*colsum)(size_t rows, size_t cols, const real *x, size_t ld,
                   real *out);
    /* sum[j] += y[i][j], dot[j] += x[i][j] y[i][j] in double, rows in order;
     * x and y are rows x cols.  What normalisation needs. */
    void (*colsums)(size_t rows, size_t cols, const real *x, const real *y,
                    double *sum, double *dot);
    /* y[i][j] = a[j] x[i][j] + b[j], by fma. */
    void (*affine)(size_t rows, size_t cols, const real *x, const real *a,
                   const real *b, real *y);
    /* z[i][j] = by[0][j] x[i][j] + by[1][j] y[i][j] + by[2][j], two fma, the
     * first the last; or, add, z plus that. */
    void (*affine2)(size_t rows, size_t cols, const real *x, const real *y,
                    const real *const by[3], bool add, real *z);
    /* Of each row y = (x - m) s, s = 1 / sqrt(v + eps), which goes to scale,
     * m its mean and v its variance; not center: m = 0. */
    void (*rownorm)(size_t rows, size_t cols, double eps, bool center,
                    const real *x, real *y, real *scale);
    /* g = s (g - mean(g) - y mean(g y)) of each row; not center: without
     * mean(g). */
    void (*rownorm_grad)(size_t rows, size_t cols, bool center, const real *y,
                         const real *scale, real *g);

    /* Elementary functions; errors stated in math_tmpl.h. */
    void (*exp)(size_t n, const real *x, real *y);
    void (*log)(size_t n, const real *x, real *y);
    void (*tanh)(size_t n, const real *x, real *y);
    void (*sincos)(size_t n, const real *x, real *s, real *c);
    /* Run the steps over blocks of n elements, n a multiple of ITO_LANES:
     * in[p] is the array (or number) of place p, out[p] the same array where
     * p is written.  NULL in the double build of the tests. */
    void (*map)(size_t n, const ito_map_step *steps, size_t count,
                const real *const *in, real *const *out);
    /* y = act(x); and, for training, also d = act'(x). */
    void (*act)(size_t n, ito_act act, const real *x, real *y);
    void (*act_grad)(size_t n, ito_act act, const real *x, real *y, real *d);

    /* Each row of rows x cols numbers, cols at least 1: x = exp(scale x) over
     * its sum, scale > 0; and, p being that, dp = scale p (dp - p.dp). */
    void (*softmax)(size_t rows, size_t cols, real scale, real *x);
    void (*softmax_grad)(size_t rows, size_t cols, real scale, const real *p,
                         real *dp);

    /* Matrix products.  packed_b is the size of a packed k x n operand. */
    size_t (*packed_b)(size_t k, size_t n);
    void (*pack_b)(size_t k, size_t n, const real *b, size_t b_row,
                   size_t b_col, real *out);
    size_t (*gemm_work)(size_t m, size_t n, size_t k);
    void (*gemm)(const ito_gemm *g);

    /* Convolutions; each output a fixed sequence of operations that depends
     * on the shape alone. */
    size_t (*conv_packed)(const ito_conv_shape *s);
    void (*conv_pack)(const ito_conv_shape *s, const real *weights, real *out);
    size_t (*conv_work)(const ito_conv_shape *s);
    void (*conv)(const ito_conv_run *c);
    void (*conv_dx)(const ito_conv_run *c);
    void (*conv_dw)(const ito_conv_run *c);

    /* g' = g_scale g; m = beta1 m + (1 - beta1) g'; v = beta2 v + (1 - beta2)
     * g'^2; w = decay w - rate m / (sqrt(v_scale v) + eps). */
    void (*adam)(size_t n, const ito_adam *s, const real *g, real *w, real *m,
                 real *v);

    /* Increments w over steps of that length, with areas h, are cut in
     * halves by the normals z[0], z[1]: the first halves take their place,
     * the second ones go to second[0] (increments) and second[1] (areas). */
    void (*bisect)(size_t n, double length, const real *const z[2], real *w,
                   real *h, real *const second[2]);

    /* score[c][i] and logp[i], i < n, of a mixture at x[c][i]; either may be
     * NULL.  Where all terms of the density are below 2^-1e37 the modes count
     * alike.  A NaN in x gives NaN. */
    void (*mixture)(size_t n, const ito_mix *m, const real *const *x,
                    real *const *score, real *logp);

    /* 32 numbers a group: standard normals by Box-Muller (in f32 u has 32
     * bits, tails to 6.76), uniforms strictly inside (0, 1), raw words. */
    void (*normals)(size_t groups, const ito_philox *p, real *out);
    void (*uniforms)(size_t groups, const ito_philox *p, real *out);
    void (*words)(size_t groups, const ito_philox *p, uint32_t *out);
    void (*em)(size_t groups, const ito_philox *p, const ito_em *step);
    /* out[c] = component c of a drift with parameters v at x[c], n numbers
     * each, n a multiple of ITO_LANES; out overlaps nothing of x. */
    void (*native)(ito_native which, const double *v, size_t n,
                   const void *const *x, void *const *out);
    /* The state after a whole step; otherwise as native. */
    void (*native_rk)(ito_native which, const double *v, size_t n,
                      const ito_rk *rk, const void *const *x, void *const *out);
} ito_kern;

extern const ito_kern ito__kern_c;
extern const ito_kern ito__kern_avx2;
extern const ito_kern ito__kern_avx512;
extern const ito_kern ito__kern_neon;

extern const ito_products ito__bf16_c;
extern const ito_products ito__bf16_avx2;
extern const ito_products ito__bf16_avx512;
extern const ito_products ito__bf16_avx512_bf16;
extern const ito_products ito__bf16_neon;

extern const ito_kern64 ito__kern64_c;
extern const ito_kern64 ito__kern64_avx2;
extern const ito_kern64 ito__kern64_avx512;
extern const ito_kern64 ito__kern64_neon;

/* The table of that name, or the best for NULL; NULL when this build does
 * not hold it or this machine cannot run it. */
const ito_kern *ito__kern_find(const char *name);

/* The table with its products in bf16, by instructions where this machine
 * has them (*native, may be NULL). */
ito_kern ito__kern_bf16(const ito_kern *kern, bool *native);

/* The i-th table of this build, best last, NULL past the end; *runs_here
 * (may be NULL) tells whether this machine runs it. */
const ito_kern *ito__kern_at(size_t i, bool *runs_here);

#endif /* ITO_KERN_KERN_H */
