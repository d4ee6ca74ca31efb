/* SPDX-License-Identifier: MIT
 *
 * gemm_tile.h - the inner tile of the matrix product: a few rows of C times
 * a few registers of columns, kept in registers through a run of p.
 *
 *     c(i, j) = start(i, j) + sum over p of a(i, p) b(p, j)
 *
 * Each output is one chain of fma in order of p, so neither the height nor
 * the width of the tile shows in the result.  The sizes are those that fill
 * the register file of the instruction set: accumulators, one row of B and
 * one broadcast element of A.  The tile is written once, for constant sizes,
 * and instantiated for every height and width.
 *
 * Included by gemm_tmpl.h, after a vocabulary (simd_<isa>.h).
 */
#ifndef ITO_KERN_GEMM_TILE_H
#define ITO_KERN_GEMM_TILE_H

#if SIMD_WIDTH == 16 /* 28 of 32 registers of 16 floats */
#define GEMM_MR 14
#define GEMM_NV 2
#elif SIMD_WIDTH == 8 /* 12 of 16 registers of 8 floats */
#define GEMM_MR 6
#define GEMM_NV 2
#elif SIMD_WIDTH == 4 /* 16 of 32 registers of 4 floats */
#define GEMM_MR 8
#define GEMM_NV 2
#else
#define GEMM_MR 4
#define GEMM_NV 4
#endif

/* Columns of a tile, which is the width of a panel of packed B. */
#define GEMM_NR (GEMM_NV * SIMD_WIDTH)

/* Numbers of a cache line. */
#define GEMM_LINE (64 / sizeof(real))

#if defined(__clang__)
#define GEMM_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define GEMM_UNROLL _Pragma("GCC unroll 16")
#else
#define GEMM_UNROLL
#endif

/* Bring the cache line at p into the second level. */
#if defined(__GNUC__)
#define GEMM_INLINE   static inline __attribute__((always_inline))
#define GEMM_FETCH(p) __builtin_prefetch((p), 0, 2)
#else
#define GEMM_INLINE   static inline
#define GEMM_FETCH(p) (void)(p)
#endif

#ifdef ITO_REAL_IS_DOUBLE
#define v_fma_pair v_fma /* there are no words of two */
#elif !defined(SIMD_PAIRS)
/* c + a b for words of two bf16 each: the odd one of a pair first, each by
 * fma. */
GEMM_INLINE vf v_fma_pair(vf a, vf b, vf c)
{
    const vi odd = vi_set1(0xffff0000u);

    c = v_fma(v_float(vi_and(v_bits(a), odd)), v_float(vi_and(v_bits(b), odd)),
              c);
    return v_fma(v_float(vi_shl(v_bits(a), 16)), v_float(vi_shl(v_bits(b), 16)),
                 c);
}
#endif

/*
 * What a tile works on.  Element (i, p) of A is a[i * a_row + p * a_col];
 * rows of B, of the start and of C hold whole registers and are b_row,
 * start_row and c_row apart.  start_row = 0 repeats one row, a bias.
 *
 * Meanwhile the lines of memory that the next block will read are fetched:
 * each step of p one of A and as many of B as a row of the tile has.  Steps
 * of 0 stay on one line, which costs nothing.
 */
typedef struct gemm_tile {
    size_t k;
    const real *a;
    size_t a_row, a_col;
    const real *b;
    size_t b_row;
    const real *start;
    size_t start_row;
    real *c;
    size_t c_row;
    const real *a_next;
    size_t a_step;
    const real *b_next;
    size_t b_step;
} gemm_tile;

/* The tile of mr rows and nv registers; both are constants where it is used,
 * so that all loops over them unroll and x lives in registers.  pairs: of
 * words of two numbers (gemm_pairs.h). */
GEMM_INLINE void gemm_tile_run(size_t mr, size_t nv, bool pairs, size_t a_row,
                               const gemm_tile *t)
{
    const real *a = t->a, *b = t->b;
    const size_t a_col = t->a_col, b_row = t->b_row, c_row = t->c_row;
    real *const c = t->c;
    const real *a_next = t->a_next, *b_next = t->b_next;
    const size_t a_step = t->a_step, b_step = t->b_step;
    vf x[GEMM_MR][GEMM_NV];

    GEMM_UNROLL
    for (size_t i = 0; i < mr; i++) {
        GEMM_UNROLL
        for (size_t v = 0; v < nv; v++)
            x[i][v] = v_load(t->start + i * t->start_row + v * SIMD_WIDTH);
    }
    for (size_t p = t->k; p > 0; p--) {
        vf y[GEMM_NV];

        GEMM_UNROLL
        for (size_t v = 0; v < nv; v++)
            y[v] = v_load(b + v * SIMD_WIDTH);
        GEMM_UNROLL
        for (size_t i = 0; i < mr; i++) {
            const vf s = v_set1(a[i * a_row]);

            GEMM_UNROLL
            for (size_t v = 0; v < nv; v++)
                x[i][v] = pairs ? v_fma_pair(s, y[v], x[i][v])
                                : v_fma(s, y[v], x[i][v]);
        }
        a += a_col;
        b += b_row;
        GEMM_FETCH(a_next);
        GEMM_FETCH(b_next);
        if (nv * SIMD_WIDTH > GEMM_LINE)
            GEMM_FETCH(b_next + GEMM_LINE);
        a_next += a_step;
        b_next += b_step;
    }
    GEMM_UNROLL
    for (size_t i = 0; i < mr; i++) {
        GEMM_UNROLL
        for (size_t v = 0; v < nv; v++)
            v_store(c + i * c_row + v * SIMD_WIDTH, x[i][v]);
    }
}

/* One function for each height and width; a_row = 1 (packed or transposed A)
 * apart, because the addresses of its rows are then constants. */
#define GEMM_TILE(mr, nv)                                 \
    static void gemm_tile_##mr##_##nv(const gemm_tile *t) \
    {                                                     \
        if (t->a_row == 1)                                \
            gemm_tile_run(mr, nv, false, 1, t);           \
        else                                              \
            gemm_tile_run(mr, nv, false, t->a_row, t);    \
    }
#define PAIR_TILE(mr, nv)                                 \
    static void pair_tile_##mr##_##nv(const gemm_tile *t) \
    {                                                     \
        if (t->a_row == 1)                                \
            gemm_tile_run(mr, nv, true, 1, t);            \
        else                                              \
            gemm_tile_run(mr, nv, true, t->a_row, t);     \
    }

/* clang-format off */
#if GEMM_MR == 14
#define GEMM_HEIGHTS(X, nv)                                         \
    X(1, nv) X(2, nv) X(3, nv) X(4, nv) X(5, nv) X(6, nv) X(7, nv)  \
    X(8, nv) X(9, nv) X(10, nv) X(11, nv) X(12, nv) X(13, nv) X(14, nv)
#elif GEMM_MR == 8
#define GEMM_HEIGHTS(X, nv) \
    X(1, nv) X(2, nv) X(3, nv) X(4, nv) X(5, nv) X(6, nv) X(7, nv) X(8, nv)
#elif GEMM_MR == 6
#define GEMM_HEIGHTS(X, nv) \
    X(1, nv) X(2, nv) X(3, nv) X(4, nv) X(5, nv) X(6, nv)
#else
#define GEMM_HEIGHTS(X, nv) X(1, nv) X(2, nv) X(3, nv) X(4, nv)
#endif

#if GEMM_NV == 2
#define GEMM_WIDTHS(X) GEMM_HEIGHTS(X, 1) GEMM_HEIGHTS(X, 2)
#else
#define GEMM_WIDTHS(X) \
    GEMM_HEIGHTS(X, 1) GEMM_HEIGHTS(X, 2) GEMM_HEIGHTS(X, 3) GEMM_HEIGHTS(X, 4)
#endif
/* clang-format on */

GEMM_WIDTHS(GEMM_TILE)

/* The same functions by number: entry [nv - 1][mr - 1]. */
typedef void (*gemm_tile_fn)(const gemm_tile *t);
#define GEMM_NAME(mr, nv) [(nv)-1][(mr)-1] = gemm_tile_##mr##_##nv,
static const gemm_tile_fn gemm_tiles[GEMM_NV][GEMM_MR] = { GEMM_WIDTHS(
    GEMM_NAME) };

#ifndef ITO_REAL_IS_DOUBLE
GEMM_WIDTHS(PAIR_TILE)
#define PAIR_NAME(mr, nv) [(nv)-1][(mr)-1] = pair_tile_##mr##_##nv,
static const gemm_tile_fn pair_tiles[GEMM_NV][GEMM_MR] = { GEMM_WIDTHS(
    PAIR_NAME) };
#endif

/* A tile of mr rows and nr columns, 1 <= nr <= GEMM_NR.  Columns that do not
 * fill their register go through a buffer, never beyond the edge of C. */
static void gemm_tile_any(const gemm_tile_fn tiles[GEMM_NV][GEMM_MR], size_t mr,
                          size_t nr, const gemm_tile *t)
{
    const size_t nv = (nr + SIMD_WIDTH - 1) / SIMD_WIDTH;
    real buf[GEMM_MR * GEMM_NR];
    gemm_tile in = *t;

    if (nr % SIMD_WIDTH == 0) {
        tiles[nv - 1][mr - 1](t);
        return;
    }
    for (size_t i = 0; i < mr; i++)
        for (size_t j = 0; j < nr; j += SIMD_WIDTH)
            v_store(buf + i * GEMM_NR + j,
                    v_load_n(t->start + i * t->start_row + j,
                             nr - j < SIMD_WIDTH ? nr - j : SIMD_WIDTH));
    in.start = in.c = buf;
    in.start_row = in.c_row = GEMM_NR;
    tiles[nv - 1][mr - 1](&in);
    for (size_t i = 0; i < mr; i++)
        for (size_t j = 0; j < nr; j += SIMD_WIDTH)
            v_store_n(t->c + i * t->c_row + j, v_load(buf + i * GEMM_NR + j),
                      nr - j < SIMD_WIDTH ? nr - j : SIMD_WIDTH);
}

#endif /* ITO_KERN_GEMM_TILE_H */
