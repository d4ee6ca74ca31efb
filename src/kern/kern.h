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

typedef struct ito_kern {
    const char *name;

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

    /* Elementary functions; errors stated in math_tmpl.h. */
    void (*exp)(size_t n, const real *x, real *y);
    void (*log)(size_t n, const real *x, real *y);
    void (*tanh)(size_t n, const real *x, real *y);
    void (*sincos)(size_t n, const real *x, real *s, real *c);
    /* y = act(x); and, for training, also d = act'(x). */
    void (*act)(size_t n, ito_act act, const real *x, real *y);
    void (*act_grad)(size_t n, ito_act act, const real *x, real *y, real *d);

    /* Matrix products.  packed_b is the size of a packed k x n operand. */
    size_t (*packed_b)(size_t k, size_t n);
    void (*pack_b)(size_t k, size_t n, const real *b, size_t b_row,
                   size_t b_col, real *out);
    size_t (*gemm_work)(size_t m, size_t n, size_t k);
    void (*gemm)(const ito_gemm *g);

    /* g' = g_scale g; m = beta1 m + (1 - beta1) g'; v = beta2 v + (1 - beta2)
     * g'^2; w = decay w - rate m / (sqrt(v_scale v) + eps). */
    void (*adam)(size_t n, const ito_adam *s, const real *g, real *w, real *m,
                 real *v);

    /* 32 numbers a group: standard normals by Box-Muller (in f32 u has 32
     * bits, tails to 6.76), uniforms strictly inside (0, 1), raw words. */
    void (*normals)(size_t groups, const ito_philox *p, real *out);
    void (*uniforms)(size_t groups, const ito_philox *p, real *out);
    void (*words)(size_t groups, const ito_philox *p, uint32_t *out);
} ito_kern;

extern const ito_kern ito__kern_c;
extern const ito_kern ito__kern_avx2;
extern const ito_kern ito__kern_avx512;
extern const ito_kern ito__kern_neon;

/* The table of that name, or the best for NULL; NULL when this build does
 * not hold it or this machine cannot run it. */
const ito_kern *ito__kern_find(const char *name);

/* The i-th table of this build, best last, NULL past the end; *runs_here
 * (may be NULL) tells whether this machine runs it. */
const ito_kern *ito__kern_at(size_t i, bool *runs_here);

#endif /* ITO_KERN_KERN_H */
