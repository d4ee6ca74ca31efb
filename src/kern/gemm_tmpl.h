/* SPDX-License-Identifier: MIT
 *
 * gemm_tmpl.h - the matrix product of kern.h: packed_b, pack_b, gemm_work and
 * gemm, for every instruction set.
 *
 * The loops follow Goto and van de Geijn, "Anatomy of high-performance matrix
 * multiplication", ACM TOMS 34(3), 2008, with the operands exchanged: a block
 * of B stays in the second-level cache as panels of GEMM_NR columns, the rows
 * of A that one tile needs stay in the first.
 *
 *     for blocks of columns              GEMM_BLOCK numbers of B
 *       for blocks of p                  at most GEMM_KC
 *         pack the block of B            unless packed or better left alone
 *         for tiles of rows              at most GEMM_MR, of equal height
 *           pack the rows of A           where their stride is bad for caches
 *           for panels                   gemm_tile.h
 *           activation                   on these rows, still in cache
 *
 * A block of p after the first starts from C, whose store and reload are
 * exact, so that every output is one chain of fma over p in any blocking.
 *
 * Few columns (n <= GEMM_THIN) would leave most lanes of a register empty.
 * There C' = B' A' is computed instead: the lanes are rows of A.  The product
 * a b is the same number as b a, so this does not show either.
 *
 * Included after vec_act and vec_act_grad (act_tmpl.h).
 */
#ifndef ITO_KERN_GEMM_TMPL_H
#define ITO_KERN_GEMM_TMPL_H

#include "kern/gemm_tile.h"

#include "kern/gemm_pack.h"

/* Most steps of p in one block: rows of A and a panel of B in cache.  Fewer
 * where A is transposed and not packed, so that all its rows of a block are
 * in cache. */
#define GEMM_KC        384
#define GEMM_KC_TURNED 192

/* An operand that the tile can read where it is (B by rows, A by columns) is
 * copied only when read at least so often; measured on Zen 4.  The wider the
 * registers the more work there is for each line that is read. */
#if SIMD_WIDTH == 16
#define GEMM_AS_IS   512
#define GEMM_A_AS_IS 4096
#else
#define GEMM_AS_IS   128
#define GEMM_A_AS_IS 128
#endif

/* Most numbers of B in one block: 640 KiB of a second-level cache; less where
 * A is read as it is, column by column. */
#define GEMM_BLOCK       (160 * 1024)
#define GEMM_BLOCK_AS_IS (64 * 1024)

/* Most steps of p in one block of a thin product: its panel in 16 KiB. */
#define GEMM_THIN_KC 128

/* Tiles whose rows are turned together, so many steps at a time: what is
 * read of a line of memory is read before the line is lost. */
#define GEMM_TURN_TILES 4
#define GEMM_TURN_STEPS 32

/* Scratch is used from the next boundary of a cache line on. */
#define GEMM_ALIGN 64

/* The sizes of the blocks. */
typedef struct gemm_plan {
    size_t kc; /* steps of p */
    size_t nc; /* columns, all or a multiple of GEMM_NR */
} gemm_plan;

/* Blocks of at most `most` steps, of nearly equal size, a multiple of 8 unless
 * there is but one, and of `block` numbers. */
static gemm_plan gemm_blocks(size_t n, size_t k, size_t most, size_t block)
{
    gemm_plan plan = { .kc = k, .nc = n };

    if (k > most) {
        const size_t count = (k + most - 1) / most;

        plan.kc = ((k + count - 1) / count + 7) / 8 * 8;
    }
    if (plan.kc * gemm_width(n) > block)
        plan.nc = block / plan.kc / GEMM_NR * GEMM_NR;
    return plan;
}

static size_t gemm_work(size_t m, size_t n, size_t k)
{
    const size_t slack = GEMM_ALIGN / sizeof(real);
    const size_t kc = gemm_blocks(n, k, GEMM_KC, GEMM_BLOCK).kc;

    (void)m;
    if (n <= GEMM_THIN)
        return gemm_min(k, GEMM_THIN_KC) * GEMM_NR + slack;
    return gemm_min(kc * gemm_width(n), GEMM_BLOCK) +
           GEMM_TURN_TILES * GEMM_A_WIDTH * (kc + GEMM_A_GAP) + slack;
}

/* The first place of the scratch on a cache line. */
static real *gemm_scratch(real *work)
{
    const size_t over = (size_t)((uintptr_t)work % GEMM_ALIGN);

    return over ? work + (GEMM_ALIGN - over) / sizeof(real) : work;
}

/*
 * What differs between products of reals and of words of two bf16
 * (gemm_pairs.h): a step of p is so many numbers, and how they are copied; k
 * of the copies counts numbers.
 */
typedef struct gemm_way {
    size_t step;
    const gemm_tile_fn (*tiles)[GEMM_MR];
    void (*panel)(size_t k, size_t n, const real *b, size_t b_row, size_t b_col,
                  real *out);
    void (*rows_copied)(size_t k, size_t mr, const real *a, size_t a_row,
                        real *out);
    void (*rows_turned)(size_t k, size_t mr, const real *a, size_t a_row,
                        size_t a_col, real *out);
} gemm_way;

/* One block of columns and of p, as panels. */
typedef struct gemm_block {
    const gemm_way *way;
    size_t j, n;       /* first column, columns */
    size_t p, k;       /* first step, steps */
    size_t steps;      /* of all blocks */
    size_t first, len; /* first number of p, numbers */
    const real *b;     /* the first panel */
    size_t b_next;     /* from panel to panel */
    size_t b_row;      /* from row to row within a panel */
    const real *last;  /* the last panel, if it is narrower; else NULL */
    size_t last_row;   /* from row to row within it */
    const real *start; /* where the chains of the first row start */
    size_t start_row;  /* from row to row of the starts */
    size_t start_col;  /* 1, or 0 where all start from zero */
    real *a;           /* room for rows of A */
    bool pack_a;       /* whether to use it */
    real *turned;      /* rows of the tile, if they are turned */
} gemm_block;

/* Point to the panels of a block in packed B. */
static void gemm_block_packed(const ito_gemm *g, gemm_block *s)
{
    const size_t whole = s->n - s->n % GEMM_NR;
    const size_t width = gemm_width(s->n - whole);

    s->b = g->b + s->j * s->steps + s->p * GEMM_NR;
    s->b_next = s->steps * GEMM_NR;
    s->b_row = GEMM_NR;
    s->last = width ? g->b + (s->j + whole) * s->steps + s->p * width : NULL;
    s->last_row = width;
}

/* Point to the panels of a block in raw B, or pack them into room. */
static void gemm_block_raw(const ito_gemm *g, gemm_block *s, real *room)
{
    const size_t whole = s->n - s->n % GEMM_NR, rest = s->n - whole;
    const real *const b = g->b + s->first * g->b_row + s->j * g->b_col;

    s->b_row = GEMM_NR;
    if (s->way->step == 1 && g->b_col == 1 &&
        (g->m <= GEMM_AS_IS || g->b_row == GEMM_NR)) {
        s->b = b;
        s->b_next = GEMM_NR;
        s->b_row = g->b_row;
    } else {
        for (size_t j = 0; j < whole; j += GEMM_NR)
            s->way->panel(s->len, GEMM_NR, b + j * g->b_col, g->b_row, g->b_col,
                          room + j * s->k);
        s->b = room;
        s->b_next = GEMM_NR * s->k;
    }
    s->last = NULL;
    if (rest) {
        s->way->panel(s->len, rest, b + whole * g->b_col, g->b_row, g->b_col,
                      room + whole * s->k);
        s->last = room + whole * s->k;
        s->last_row = gemm_width(rest);
    }
}

/* Point the tile to mr rows of A from row i on, packing them if asked. */
static void gemm_tile_a(const ito_gemm *g, const gemm_block *s, size_t i,
                        size_t mr, gemm_tile *t)
{
    t->a = g->a + i * g->a_row + s->first * g->a_col;
    t->a_row = g->a_row;
    t->a_col = g->a_col;
    if (!s->pack_a)
        return;
    if (g->a_col == 1) {
        s->way->rows_copied(s->len, mr, t->a, g->a_row, s->a);
        t->a_row = s->k + GEMM_A_GAP;
        t->a = s->a;
    } else {
        t->a_row = 1;
        t->a_col = GEMM_A_WIDTH;
        t->a = s->turned;
    }
}

/* Apply the activation to n numbers at c in place, its derivative to d. */
static void gemm_act(size_t n, ito_act act, real *c, real *d)
{
    if (d)
        vec_act_grad(n, act, c, c, d);
    else if (act != ITO_ACT_NONE)
        vec_act(n, act, c, c);
}

/* Let the tile of column j fetch rows of A that the next tile needs, from row
 * i on, two of them a panel. */
static void gemm_fetch_rows(const ito_gemm *g, const gemm_block *s, size_t i,
                            size_t j, gemm_tile *t)
{
    const size_t step = s->way->step, r = i + 2 * (j / GEMM_NR);

    if (g->a_col == 1 && r < i + GEMM_MR && r + 1 < g->m) {
        t->a_next = g->a + r * g->a_row + s->first;
        t->b_next = t->a_next + g->a_row;
        t->a_step = t->b_step = step;
    }
}

/* What the tile of row i and column j of a block fetches: for the next block
 * of p its own columns of A and rows of B, once each, or rows of A for the
 * next tiles. */
static void gemm_tile_next(const ito_gemm *g, const gemm_block *s, size_t i,
                           size_t mr, size_t j, gemm_tile *t)
{
    const size_t p = s->p + s->k;
    const bool as_is = !s->pack_a && g->a_row == 1;

    t->a_next = t->a;
    t->b_next = t->b;
    t->a_step = t->b_step = 0;
    if (!as_is)
        gemm_fetch_rows(g, s, i + mr, j, t);
    if (s->way->step > 1 || p == s->steps)
        return;
    if (j == 0 && as_is) {
        t->a_next = g->a + i + p * g->a_col;
        t->a_step = g->a_col;
    }
    if (i == 0 && !g->packed && g->b_col == 1) {
        t->b_next = g->b + p * g->b_row + s->j + j;
        t->b_step = g->b_row;
    }
}

/* The tiles of rows i .. i + mr - 1 of one block. */
static void gemm_block_rows(const ito_gemm *g, const gemm_block *s, size_t i,
                            size_t mr)
{
    const gemm_tile_fn run = s->way->tiles[GEMM_NV - 1][mr - 1];
    const size_t whole = s->n - s->n % GEMM_NR;
    const real *const start = s->start + i * s->start_row;
    real *const c = g->c + i * g->c_row + s->j;
    gemm_tile t = { .k = s->k,
                    .b_row = s->b_row,
                    .start_row = s->start_row,
                    .c_row = g->c_row };

    gemm_tile_a(g, s, i, mr, &t);
    for (size_t j = 0; j < whole; j += GEMM_NR) {
        t.b = s->b + j / GEMM_NR * s->b_next;
        t.start = start + j * s->start_col;
        t.c = c + j;
        gemm_tile_next(g, s, i, mr, j, &t);
        run(&t);
    }
    if (s->last) {
        t.b = s->last;
        t.b_row = s->last_row;
        t.start = start + whole * s->start_col;
        t.c = c + whole;
        gemm_tile_next(g, s, i, mr, whole, &t);
        gemm_tile_any(s->way->tiles, mr, s->n - whole, &t);
    }
    if (s->p + s->k == s->steps && (g->act != ITO_ACT_NONE || g->deriv))
        for (size_t r = 0; r < mr; r++)
            gemm_act(s->n, g->act, c + r * g->c_row,
                     g->deriv ? g->deriv + (i + r) * g->c_row + s->j : NULL);
}

/* Turn the rows of A from row i on that the tiles from q on need; `more` of
 * all tiles have a row more than the others. */
static void gemm_turn_rows(const ito_gemm *g, const gemm_block *s, size_t i,
                           size_t q, size_t tiles)
{
    const size_t low = g->m / tiles, more = g->m % tiles;
    const size_t count = gemm_min(tiles - q, GEMM_TURN_TILES);
    const size_t chunk = GEMM_TURN_STEPS * s->way->step;

    for (size_t p = 0; p < s->len; p += chunk) {
        const real *a = g->a + i * g->a_row + (s->first + p) * g->a_col;
        real *out = s->a + p / s->way->step * GEMM_A_WIDTH;

        for (size_t r = q; r < q + count; r++) {
            const size_t mr = low + (r < more);

            s->way->rows_turned(gemm_min(s->len - p, chunk), mr, a, g->a_row,
                                g->a_col, out);
            a += mr * g->a_row;
            out += s->k * GEMM_A_WIDTH;
        }
    }
}

/* All tiles of one block, of nearly equal height. */
static void gemm_block_run(const ito_gemm *g, gemm_block *s)
{
    const size_t tiles = (g->m + GEMM_MR - 1) / GEMM_MR;
    const size_t low = g->m / tiles, more = g->m % tiles;

    for (size_t i = 0, q = 0; q < tiles; q++) {
        const size_t mr = low + (q < more);

        if (s->pack_a && g->a_col != 1) {
            if (q % GEMM_TURN_TILES == 0)
                gemm_turn_rows(g, s, i, q, tiles);
            s->turned = s->a + q % GEMM_TURN_TILES * s->k * GEMM_A_WIDTH;
        }
        gemm_block_rows(g, s, i, mr);
        i += mr;
    }
}

/* Whether rows of A are worth packing: where many panels share them, and if
 * they are contiguous, or what is turned are, only if they are so far apart
 * that they fall into the same few sets of a cache. */
static bool gemm_wants_a(const ito_gemm *g, const gemm_way *way)
{
    if (way->step > 1)
        return true;
    if (g->n <= GEMM_NR || g->k < GEMM_LINE)
        return false;
    if (g->a_col == 1)
        return g->a_row * sizeof(real) % 4096 == 0;
    return g->a_row != 1 || g->n > GEMM_A_AS_IS ||
           g->a_col * sizeof(real) % 4096 == 0;
}

/* Where the chains of a block start. */
static void gemm_block_start(const ito_gemm *g, gemm_block *s)
{
    static const real zero[GEMM_NR] = { 0 };

    s->start = g->c + s->j;
    s->start_row = g->c_row;
    s->start_col = 1;
    if (s->p > 0)
        return;
    if (g->bias) {
        s->start = g->bias + s->j;
        s->start_row = 0;
    } else if (!g->accumulate) {
        s->start = zero;
        s->start_row = s->start_col = 0;
    }
}

/* The product by panels. */
static void gemm_wide(const ito_gemm *g, const gemm_way *way)
{
    const size_t steps = (g->k + way->step - 1) / way->step;
    const bool pack_a = gemm_wants_a(g, way);
    const gemm_plan plan =
        g->a_col == 1 || pack_a
            ? gemm_blocks(g->n, steps, GEMM_KC, GEMM_BLOCK)
            : gemm_blocks(g->n, steps, GEMM_KC_TURNED, GEMM_BLOCK_AS_IS);
    real *const room = gemm_scratch(g->work);
    gemm_block s = { .way = way,
                     .steps = steps,
                     .a = room + plan.kc * gemm_width(plan.nc),
                     .pack_a = pack_a };

    for (s.j = 0; s.j < g->n; s.j += s.n) {
        s.n = gemm_min(g->n - s.j, plan.nc);
        s.p = 0;
        do { /* once if k = 0 */
            s.k = gemm_min(steps - s.p, plan.kc);
            s.first = s.p * way->step;
            s.len = gemm_min(s.k * way->step, g->k - s.first);
            gemm_block_start(g, &s);
            if (g->packed)
                gemm_block_packed(g, &s);
            else
                gemm_block_raw(g, &s, room);
            gemm_block_run(g, &s);
            s.p += s.k;
        } while (s.p < steps);
    }
}

/* Where the chains of columns i .. i + mr - 1 of C' start; rows of buf are
 * GEMM_NR apart. */
static void gemm_thin_start(const ito_gemm *g, size_t i, size_t mr, real *buf)
{
    for (size_t j = 0; j < g->n; j++) {
        real *const row = buf + j * GEMM_NR;
        const real first = g->bias ? g->bias[j] : (real)0;

        for (size_t r = 0; r < GEMM_NR; r++)
            row[r] = first;
        if (g->accumulate && !g->bias)
            for (size_t r = 0; r < mr; r++)
                row[r] = g->c[(i + r) * g->c_row + j];
    }
}

/* Rows of buf, GEMM_NR apart, to columns i .. i + mr - 1 of C'. */
static void gemm_thin_store(const ito_gemm *g, size_t i, size_t mr,
                            const real *buf, real *c)
{
    for (size_t r = 0; r < mr; r++)
        for (size_t j = 0; j < g->n; j++)
            c[(i + r) * g->c_row + j] = buf[j * GEMM_NR + r];
}

/* The product for n <= GEMM_THIN columns: tiles of C' in a buffer. */
static void gemm_thin(const ito_gemm *g)
{
    real buf[(GEMM_THIN + 1) * GEMM_NR], der[(GEMM_THIN + 1) * GEMM_NR];
    real *const room = gemm_scratch(g->work);
    gemm_tile t = { .a_row = g->packed ? 1 : g->b_col,
                    .a_col = g->packed ? g->n : g->b_row,
                    .start = buf,
                    .start_row = GEMM_NR,
                    .c = buf,
                    .c_row = GEMM_NR,
                    .a_next = buf,
                    .b_next = buf };

    for (size_t i = 0, mr; i < g->m; i += mr) {
        mr = gemm_min(g->m - i, GEMM_NR);
        gemm_thin_start(g, i, mr, buf);
        for (size_t p = 0; p < g->k; p += t.k) {
            t.k = gemm_min(g->k - p, GEMM_THIN_KC);
            t.a = g->b + p * t.a_col;
            t.b = g->a + i * g->a_row + p * g->a_col;
            t.b_row = g->a_col;
            if (g->a_row != 1 || mr % SIMD_WIDTH != 0) {
                gemm_panel(t.k, mr, t.b, g->a_col, g->a_row, room);
                t.b = room;
                t.b_row = gemm_width(mr);
            }
            gemm_tiles[gemm_width(mr) / SIMD_WIDTH - 1][g->n - 1](&t);
        }
        gemm_act(g->n * GEMM_NR, g->act, buf, g->deriv ? der : NULL);
        gemm_thin_store(g, i, mr, buf, g->c);
        if (g->deriv)
            gemm_thin_store(g, i, mr, der, g->deriv);
    }
}

static void gemm(const ito_gemm *g)
{
    static const gemm_way reals = { .step = 1,
                                    .tiles = gemm_tiles,
                                    .panel = gemm_panel,
                                    .rows_copied = gemm_rows_copied,
                                    .rows_turned = gemm_rows_turned };

    if (g->m == 0 || g->n == 0)
        return;
    if (g->n <= GEMM_THIN)
        gemm_thin(g);
    else
        gemm_wide(g, &reals);
}

#endif /* ITO_KERN_GEMM_TMPL_H */
