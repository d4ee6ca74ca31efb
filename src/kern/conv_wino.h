/* SPDX-License-Identifier: MIT
 *
 * conv_wino.h - convolution 3 x 3 with stride 1 and padding 1 by Winograd's
 * F(4x4, 3x3): a quarter of the multiplications (wino_steps.h).
 *
 * The image is cut into tiles of 4 x 4 outputs, the tiles of all images into
 * blocks.  Of a block
 *
 *     V(p)  tiles x in    the transformed pieces, 36 numbers p of each
 *     M(p)  tiles x out   = V(p) U(p), a matrix product for each p
 *
 * and y the transform of M, with bias and activation while it is in cache.
 * U is the transformed kernel, packed once for many blocks.  Backward to x is
 * the same with the kernel turned around and in and out exchanged.  Backward
 * to the weights
 *
 *     dU(p) = sum over tiles of V(p)' D(p),   D = A dz A',   dW = G' dU G
 *
 * is one chain of fma over the tiles of all images in order.  A tile's result
 * depends on nothing but the tile, so blocks do not show.
 *
 * Errors relative to the root mean square of the result: some 1e-6 (values),
 * 1e-5 (weights), against 1e-7 of the direct form.
 *
 * Included by conv_tmpl.h.
 */
#ifndef ITO_KERN_CONV_WINO_H
#define ITO_KERN_CONV_WINO_H

#include "kern/conv_direct.h"

#include "kern/wino_steps.h"

/* Numbers of V and M of a block, which stay in cache. */
#define WINO_BLOCK (256 * 1024)
#define WINO_MOST  112 /* tiles of a block */
#define WINO_LEAST 70

/* Rows of V and M hold whole registers of every table; the 36 parts start in
 * different sets of a cache. */
#define WINO_ROW 16
#define WINO_GAP 16

#if defined(__GNUC__)
#define WINO_FETCH(p) __builtin_prefetch((p), 0, 3)
#else
#define WINO_FETCH(p) (void)(p)
#endif

/* Where the parts of a block lie. */
typedef struct wino_block {
    size_t count;     /* tiles that fit */
    size_t row, part; /* of the tensor of `in` channels */
    size_t out_row, out_part;
} wino_block;

static inline size_t wino_round(size_t c)
{
    return (c + WINO_ROW - 1) / WINO_ROW * WINO_ROW;
}

static wino_block wino_sizes(size_t in, size_t out)
{
    wino_block b = { .row = wino_round(in), .out_row = wino_round(out) };

    b.count = WINO_BLOCK / WINO_SIDES / (b.row + b.out_row);
    b.count -= b.count % GEMM_MR;
    b.count = gemm_min(conv_max(b.count, WINO_LEAST), WINO_MOST);
    b.part = b.count * b.row + WINO_GAP;
    b.out_part = b.count * b.out_row + WINO_GAP;
    return b;
}

/* The tiles of a block when there are so many: blocks of equal size. */
static inline size_t wino_each(size_t tiles, const wino_block *b)
{
    const size_t blocks = (tiles + b->count - 1) / b->count;

    return blocks ? (tiles + blocks - 1) / blocks : 1;
}

/* Whether the direct form is the slower one. */
static bool conv_is_wino(const ito_conv_shape *s)
{
    const size_t tiles = ((s->h + 3) / 4) * ((s->w + 3) / 4);

    return s->winograd && s->size == 3 && s->stride == 1 && s->pad == 1 &&
           s->in >= 16 && s->out >= 16 && 8 * tiles <= s->h * s->w;
}

static size_t wino_packed(const ito_conv_shape *s)
{
    return WINO_SIDES * (packed_b(s->in, s->out) + packed_b(s->out, s->in)) +
           9 * conv_max(s->in, s->out) * GEMM_NR;
}

/* Transform a panel of k rows and n columns of all nine weights, each panel
 * of `width` at w, one after the other, to the panels at out, part apart. */
static void wino_pack_panel(size_t k, size_t width, const real *w, real *out,
                            size_t part)
{
    for (size_t at = 0; at < k * width; at += SIMD_WIDTH) {
        vf g[9], u[WINO_SIDES];

        GEMM_UNROLL
        for (size_t i = 0; i < 9; i++)
            g[i] = v_load(w + i * k * width + at);
        wino_kernel_2d(u, g);
        wino_store_all(out + at, part, u);
    }
}

/* All panels: element (row, col) of tap i at w[i tap + row b_row + col b_col],
 * or of tap 8 - i where turned. */
static void wino_pack_one(size_t k, size_t n, const real *w, bool turned,
                          real *room, real *out)
{
    const size_t tap = k * n, part = packed_b(k, n);

    for (size_t j = 0; j < n; j += GEMM_NR) {
        const size_t cols = gemm_min(n - j, GEMM_NR), width = gemm_width(cols);

        for (size_t i = 0; i < 9; i++)
            gemm_panel(k, cols,
                       turned ? w + (8 - i) * tap + j * k : w + i * tap + j,
                       turned ? 1 : n, turned ? k : 1, room + i * k * width);
        wino_pack_panel(k, width, room, out + j * k, part);
    }
}

static void wino_pack(const ito_conv_shape *s, const real *w, real *out)
{
    const size_t forth = WINO_SIDES * packed_b(s->in, s->out);
    const size_t back = WINO_SIDES * packed_b(s->out, s->in);
    real *const room = out + forth + back;

    wino_pack_one(s->in, s->out, w, false, room, out);
    wino_pack_one(s->out, s->in, w, true, room, out + forth);
}

/* Scratch of the products, then V and M, zeros for what is outside of the
 * image, and dU. */
static size_t wino_work(const ito_conv_shape *s)
{
    const wino_block b = wino_sizes(s->in, s->out);
    size_t product = gemm_work(b.count, s->out, s->in);

    product = conv_max(product, gemm_work(b.count, s->in, s->out));
    product = conv_max(product, gemm_work(s->in, s->out, b.count));
    return product + WINO_SIDES * (b.part + b.out_part + s->in * s->out) +
           conv_max(s->in, s->out) + WINO_ROW;
}

/* Tensors of images that are cut into tiles. */
typedef struct wino_image {
    size_t h, w, c;
    size_t down, across; /* tiles of an image */
} wino_image;

static wino_image wino_image_of(const ito_conv_shape *s, size_t c)
{
    return (wino_image){ s->h, s->w, c, (s->h + 3) / 4, (s->w + 3) / 4 };
}

/* The places of a piece of `side` x side whose first is (i0, j0) of image r,
 * `none` where outside; i0 and j0 may be -1, wrapped. */
static void wino_places(const wino_image *m, const real *x, size_t t,
                        size_t side, size_t shift, const real *none,
                        const real **place)
{
    const size_t per = m->down * m->across, r = t / per;
    const size_t i0 = t % per / m->across * 4 - shift;
    const size_t j0 = t % per % m->across * 4 - shift;
    const real *const image = x + r * m->h * m->w * m->c;

    for (size_t i = 0; i < side; i++)
        for (size_t j = 0; j < side; j++)
            place[i * side + j] =
                i0 + i < m->h && j0 + j < m->w
                    ? image + ((i0 + i) * m->w + j0 + j) * m->c
                    : none;
}

/* d[p] = the channels from k on of place p, side * side of them. */
ITO_INLINE void wino_load(vf *d, const size_t side, const real *const *place,
                          size_t k, size_t c)
{
    if (k + SIMD_WIDTH <= c)
        WINO_ALL(side, d[p] = v_load(place[p] + k));
    else
        WINO_ALL(side, d[p] = v_load_n(place[p] + k, c - k));
}

/* V of one tile: row to, parts `part` apart.  Meanwhile the places of the
 * next tile that this one does not have are fetched. */
static void wino_tile_in(size_t c, const real *const place[WINO_SIDES],
                         const real *const next[WINO_SIDES], real *to,
                         size_t part)
{
    for (size_t k = 0; k < c; k += SIMD_WIDTH) {
        vf d[WINO_SIDES], v[WINO_SIDES];

        GEMM_UNROLL
        for (size_t i = 0; i < 6; i++) {
            GEMM_UNROLL
            for (size_t j = 2; j < 6; j++)
                WINO_FETCH(next[6 * i + j] + k);
        }
        wino_load(d, 6, place, k, c);
        wino_in_2d(v, d);
        wino_store_all(to + k, part, v);
    }
}

/* V of the tiles t .. t + count - 1. */
static void wino_block_in(const wino_image *m, const real *x, size_t t,
                          size_t count, const real *none, real *v,
                          const wino_block *b)
{
    const real *place[2][WINO_SIDES];

    wino_places(m, x, t, 6, 1, none, place[0]);
    for (size_t i = 0; i < count; i++) {
        const real **const here = place[i % 2], **const next = place[1 - i % 2];

        wino_places(m, x, i + 1 < count ? t + i + 1 : t + i, 6, 1, none, next);
        wino_tile_in(m->c, here, next, v + i * b->row, b->part);
    }
}

/* D of one tile. */
static void wino_tile_spread(size_t c, const real *const place[16], real *to,
                             size_t part)
{
    for (size_t k = 0; k < c; k += SIMD_WIDTH) {
        vf y[16], v[WINO_SIDES];

        wino_load(y, 4, place, k, c);
        wino_spread_2d(v, y);
        wino_store_all(to + k, part, v);
    }
}

/* Where a tile of the output goes. */
typedef struct wino_target {
    real *y, *deriv;
    size_t rows, cols; /* places inside of the image, at most 4 each */
    size_t row, c;     /* numbers from row to row, channels */
    const real *bias;
    const real *beside; /* NULL, or that of the first place */
    size_t beside_row, beside_col;
    ito_act act;
    bool accumulate;
} wino_target;

/* The channels k .. k + n - 1 of a tile; whole: they fill a register, which
 * is a constant where this is used. */
ITO_INLINE void wino_store(const wino_target *t, size_t k, bool whole, size_t n,
                           const vf y[16])
{
    vf bias = v_zero();

    if (t->bias)
        bias = whole ? v_load(t->bias + k) : v_load_n(t->bias + k, n);
    for (size_t i = 0; i < t->rows; i++)
        for (size_t j = 0; j < t->cols; j++) {
            real *const to = t->y + i * t->row + j * t->c + k;
            vf z = v_add(y[4 * i + j], bias);

            if (t->accumulate)
                z = v_add(whole ? v_load(to) : v_load_n(to, n), z);
            if (t->beside) {
                const real *const from =
                    t->beside + i * t->beside_row + j * t->beside_col + k;

                z = v_add(z, whole ? v_load(from) : v_load_n(from, n));
            }
            if (whole)
                v_store(to, z);
            else
                v_store_n(to, z, n);
        }
}

/* One tile of the output from row `from` of M. */
static void wino_tile_out(const wino_target *t, const real *from, size_t part)
{
    for (size_t k = 0; k < t->c; k += SIMD_WIDTH) {
        vf m[WINO_SIDES], y[16];

        WINO_ALL(6, m[p] = v_load(from + p * part + k));
        wino_out_2d(y, m);
        if (k + SIMD_WIDTH <= t->c)
            wino_store(t, k, true, SIMD_WIDTH, y);
        else
            wino_store(t, k, false, t->c - k, y);
    }
    for (size_t i = 0; t->act != ITO_ACT_NONE && i < t->rows; i++)
        gemm_act(t->cols * t->c, t->act, t->y + i * t->row,
                 t->deriv ? t->deriv + i * t->row : NULL);
}

static void wino_put(const wino_image *m, size_t t, const real *from,
                     size_t part, const ito_conv_run *c, real *y)
{
    const size_t per = m->down * m->across;
    const size_t i = t % per / m->across * 4, j = t % per % m->across * 4;
    const size_t at = ((t / per * m->h + i) * m->w + j) * m->c;
    wino_target to = { .y = y + at,
                       .deriv = c->deriv ? c->deriv + at : NULL,
                       .rows = gemm_min(m->h - i, 4),
                       .cols = gemm_min(m->w - j, 4),
                       .row = m->w * m->c,
                       .c = m->c,
                       .bias = c->bias,
                       .act = c->act,
                       .accumulate = c->accumulate };

    if (c->beside) {
        to.beside = c->beside + (c->beside_vector ? t / per * m->c : at);
        to.beside_row = c->beside_vector ? 0 : to.row;
        to.beside_col = c->beside_vector ? 0 : m->c;
    }
    wino_tile_out(&to, from, part);
}

/* y = conv(x) for x of `in` channels and y of `out`, with packed kernels. */
static void wino_run(const ito_conv_run *c, size_t in, size_t out,
                     const real *x, const real *packed, real *y)
{
    const ito_conv_shape *const s = c->s;
    const wino_image from = wino_image_of(s, in), to = wino_image_of(s, out);
    const size_t tiles = c->rows * from.down * from.across;
    const wino_block b = wino_sizes(in, out);
    const size_t each = wino_each(tiles, &b);
    real *const v = gemm_scratch(c->work), *const m = v + WINO_SIDES * b.part;
    real *const none = m + WINO_SIDES * b.out_part;
    ito_gemm g = { .n = out,
                   .k = in,
                   .a_row = b.row,
                   .a_col = 1,
                   .packed = true,
                   .c_row = b.out_row,
                   .work = none + conv_max(in, out) };

    memset(none, 0, in * sizeof(*none));
    for (size_t t = 0; t < tiles; t += g.m) {
        g.m = gemm_min(tiles - t, each);
        wino_block_in(&from, x, t, g.m, none, v, &b);
        for (size_t p = 0; p < WINO_SIDES; p++) {
            g.a = v + p * b.part;
            g.b = packed + p * packed_b(in, out);
            g.c = m + p * b.out_part;
            gemm(&g);
        }
        for (size_t i = 0; i < g.m; i++)
            wino_put(&to, t + i, m + i * b.out_row, b.out_part, c, y);
    }
}

static void wino_forward(const ito_conv_run *c)
{
    wino_run(c, c->s->in, c->s->out, c->x, c->packed, c->y);
}

static void wino_dx(const ito_conv_run *c)
{
    const ito_conv_run back = {
        .s = c->s, .rows = c->rows, .accumulate = c->accumulate, .work = c->work
    };

    wino_run(&back, c->s->out, c->s->in, c->dz,
             c->packed + WINO_SIDES * packed_b(c->s->in, c->s->out), c->dx);
}

/* dW = G' dU G. */
static void wino_weights(const ito_conv_shape *s, const real *du, real *grad)
{
    const size_t n = s->in * s->out;

    for (size_t k = 0; k < n; k += SIMD_WIDTH) {
        const size_t m = gemm_min(n - k, SIMD_WIDTH);
        vf u[WINO_SIDES], w[9];

        WINO_ALL(6, u[p] = v_load_n(du + p * n + k, m));
        wino_gather_2d(w, u);
        WINO_ALL(3, v_store_n(grad + p * n + k, w[p], m));
    }
}

/* V and D of the tiles t .. t + count - 1. */
static void wino_both(const ito_conv_run *c, const wino_block *b, size_t t,
                      size_t count, real *v, const real *none)
{
    const wino_image x = wino_image_of(c->s, c->s->in);
    const wino_image z = wino_image_of(c->s, c->s->out);
    real *const d = v + WINO_SIDES * b->part;

    wino_block_in(&x, c->x, t, count, none, v, b);
    for (size_t i = 0; i < count; i++) {
        const real *place[WINO_SIDES];

        wino_places(&z, c->dz, t + i, 4, 0, none, place);
        wino_tile_spread(z.c, place, d + i * b->out_row, b->out_part);
    }
}

static void wino_dw(const ito_conv_run *c)
{
    const ito_conv_shape *const s = c->s;
    const size_t in = s->in, out = s->out;
    const size_t tiles = c->rows * ((s->h + 3) / 4) * ((s->w + 3) / 4);
    const wino_block b = wino_sizes(in, out);
    const size_t each = wino_each(tiles, &b);
    real *const v = gemm_scratch(c->work), *const d = v + WINO_SIDES * b.part;
    real *const none = d + WINO_SIDES * b.out_part;
    real *const du = none + conv_max(in, out);
    ito_gemm g = { .m = in,
                   .n = out,
                   .a_row = 1,
                   .a_col = b.row,
                   .b_row = b.out_row,
                   .b_col = 1,
                   .c_row = out,
                   .work = du + WINO_SIDES * in * out };

    memset(none, 0, conv_max(in, out) * sizeof(*none));
    memset(du, 0, WINO_SIDES * in * out * sizeof(*du));
    for (size_t t = 0; t < tiles; t += g.k) {
        g.k = gemm_min(tiles - t, each);
        wino_both(c, &b, t, g.k, v, none);
        g.accumulate = true;
        for (size_t p = 0; p < WINO_SIDES; p++) {
            g.a = v + p * b.part;
            g.b = d + p * b.out_part;
            g.c = du + p * in * out;
            gemm(&g);
        }
    }
    wino_weights(s, du, c->grad);
}

#endif /* ITO_KERN_CONV_WINO_H */
