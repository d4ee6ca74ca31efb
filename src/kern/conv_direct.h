/* SPDX-License-Identifier: MIT
 *
 * conv_direct.h - convolution as matrix products that read the image where
 * it is (implicit GEMM): any size, stride and padding.
 *
 * Of an image with its border of zeros, P places wide, the outputs of a row i
 * that kernel row ky contributes to are one product
 *
 *     z(i, j, :) += A(j, :) W(ky),   A(j, :) = x(i stride + ky, j stride ..)
 *
 * whose rows A(j, :) are size * in numbers side by side, stride * in apart:
 * they overlap, and nothing is copied but the border.  So the chain of fma of
 * an output runs over ky, kx, c in order.  Backward to x the same products
 * the other way, dz(i) W(ky)', are added to the padded image in order of i,
 * ky, j; backward to W the chain runs over rows, i, j in order.
 *
 * A convolution of 1 x 1 with stride 1 is one product of all places.
 *
 * Included by conv_tmpl.h.
 */
#ifndef ITO_KERN_CONV_DIRECT_H
#define ITO_KERN_CONV_DIRECT_H

#include "kern/gemm_tmpl.h"

static inline size_t conv_out_h(const ito_conv_shape *s)
{
    return (s->h + 2 * s->pad - s->size) / s->stride + 1;
}

static inline size_t conv_out_w(const ito_conv_shape *s)
{
    return (s->w + 2 * s->pad - s->size) / s->stride + 1;
}

/* Numbers of a row and of the whole of an image with its border. */
static inline size_t conv_row(const ito_conv_shape *s)
{
    return (s->w + 2 * s->pad) * s->in;
}

static inline size_t conv_padded(const ito_conv_shape *s)
{
    return (s->h + 2 * s->pad) * conv_row(s);
}

static inline bool conv_is_product(const ito_conv_shape *s)
{
    return s->size == 1 && s->stride == 1 && s->pad == 0;
}

static inline size_t conv_max(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* W(ky) for the forward products, then W(ky)' for the backward ones. */
static size_t direct_packed(const ito_conv_shape *s)
{
    const size_t k = s->size * s->in;

    return s->size * (packed_b(k, s->out) + packed_b(s->out, k));
}

static void direct_pack(const ito_conv_shape *s, const real *weights, real *out)
{
    const size_t k = s->size * s->in;
    const size_t forth = packed_b(k, s->out), back = packed_b(s->out, k);

    for (size_t ky = 0; ky < s->size; ky++) {
        const real *const w = weights + ky * k * s->out;

        pack_b(k, s->out, w, s->out, 1, out + ky * forth);
        pack_b(s->out, k, w, 1, s->out, out + s->size * forth + ky * back);
    }
}

/* The products' scratch, a padded image, a row of products. */
static size_t direct_work(const ito_conv_shape *s)
{
    const size_t k = s->size * s->in, w = conv_out_w(s);
    size_t product = gemm_work(w, s->out, k);

    product = conv_max(product, gemm_work(w, k, s->out));
    product = conv_max(product, gemm_work(k, s->out, w));
    if (conv_is_product(s))
        return conv_max(product, gemm_work(k, s->out, s->h * s->w));
    return product + conv_padded(s) + w * k;
}

/* Image r with its border. */
static const real *direct_image(const ito_conv_run *c, size_t r, real *room)
{
    const ito_conv_shape *const s = c->s;
    const size_t row = s->w * s->in, wide = conv_row(s);
    const real *const x = c->x + r * s->h * row;

    if (s->pad == 0)
        return x;
    memset(room, 0, conv_padded(s) * sizeof(*room));
    for (size_t i = 0; i < s->h; i++)
        memcpy(room + (i + s->pad) * wide + s->pad * s->in, x + i * row,
               row * sizeof(*room));
    return room;
}

/* Output row i of one image, from its padded copy. */
static void direct_row(const ito_conv_run *c, const real *image, size_t at,
                       size_t i)
{
    const ito_conv_shape *const s = c->s;
    const size_t k = s->size * s->in, place = packed_b(k, s->out);
    ito_gemm g = { .m = conv_out_w(s),
                   .n = s->out,
                   .k = k,
                   .a_row = s->stride * s->in,
                   .a_col = 1,
                   .packed = true,
                   .c = c->y + at,
                   .c_row = s->out,
                   .bias = c->bias,
                   .accumulate = c->accumulate,
                   .work = c->work };

    for (size_t ky = 0; ky < s->size; ky++) {
        g.a = image + (i * s->stride + ky) * conv_row(s);
        g.b = c->packed + ky * place;
        if (ky + 1 == s->size) {
            g.act = c->act;
            g.deriv = c->deriv ? c->deriv + at : NULL;
        }
        gemm(&g);
        g.bias = NULL;
        g.accumulate = true;
    }
}

/* z of `count` places from `at` on, of image r, with what stands beside. */
static void direct_beside(const ito_conv_run *c, size_t r, size_t at,
                          size_t count)
{
    const size_t out = c->s->out;

    if (c->beside && !c->beside_vector)
        vec_add(count * out, c->y + at, c->beside + at, c->y + at);
    for (size_t j = 0; c->beside && c->beside_vector && j < count; j++)
        vec_add(out, c->y + at + j * out, c->beside + r * out,
                c->y + at + j * out);
}

static void direct_forward(const ito_conv_run *c)
{
    const ito_conv_shape *const s = c->s;
    const size_t h = conv_out_h(s), row = conv_out_w(s) * s->out;
    real *const room = c->work + direct_work(s) - conv_padded(s);

    if (conv_is_product(s)) {
        const ito_gemm g = { .m = c->rows * s->h * s->w,
                             .n = s->out,
                             .k = s->in,
                             .a = c->x,
                             .a_row = s->in,
                             .a_col = 1,
                             .b = c->packed,
                             .packed = true,
                             .c = c->y,
                             .c_row = s->out,
                             .bias = c->bias,
                             .accumulate = c->accumulate,
                             .act = c->act,
                             .deriv = c->deriv,
                             .work = c->work };

        gemm(&g);
        for (size_t r = 0; r < c->rows; r++)
            direct_beside(c, r, r * h * row, s->h * s->w);
        return;
    }
    for (size_t r = 0; r < c->rows; r++) {
        const real *const image = direct_image(c, r, room);

        for (size_t i = 0; i < h; i++) {
            direct_row(c, image, (r * h + i) * row, i);
            direct_beside(c, r, (r * h + i) * row, row / s->out);
        }
    }
}

/* The part of a padded gradient inside of the border, to dx of image r. */
static void direct_crop(const ito_conv_run *c, size_t r, const real *image)
{
    const ito_conv_shape *const s = c->s;
    const size_t row = s->w * s->in;

    for (size_t i = 0; i < s->h; i++) {
        const real *const from =
            image + (i + s->pad) * conv_row(s) + s->pad * s->in;
        real *const to = c->dx + (r * s->h + i) * row;

        if (c->accumulate)
            vec_add(row, from, to, to);
        else
            memcpy(to, from, row * sizeof(*to));
    }
}

/* The contributions of row i of dz to the padded gradient. */
static void direct_row_back(const ito_conv_run *c, const real *dz, size_t i,
                            real *image, real *products)
{
    const ito_conv_shape *const s = c->s;
    const size_t k = s->size * s->in, w = conv_out_w(s);
    const real *const back = c->packed + s->size * packed_b(k, s->out);
    ito_gemm g = { .m = w,
                   .n = k,
                   .k = s->out,
                   .a = dz,
                   .a_row = s->out,
                   .a_col = 1,
                   .packed = true,
                   .c = products,
                   .c_row = k,
                   .work = c->work };

    for (size_t ky = 0; ky < s->size; ky++) {
        real *const to = image + (i * s->stride + ky) * conv_row(s);

        g.b = back + ky * packed_b(s->out, k);
        gemm(&g);
        for (size_t j = 0; j < w; j++) {
            real *const at = to + j * s->stride * s->in;

            vec_add(k, products + j * k, at, at);
        }
    }
}

static void direct_dx(const ito_conv_run *c)
{
    const ito_conv_shape *const s = c->s;
    const size_t h = conv_out_h(s), row = conv_out_w(s) * s->out;
    real *const image = c->work + direct_work(s) - conv_padded(s);
    real *const products = image - conv_out_w(s) * s->size * s->in;

    if (conv_is_product(s)) {
        const ito_gemm g = { .m = c->rows * s->h * s->w,
                             .n = s->in,
                             .k = s->out,
                             .a = c->dz,
                             .a_row = s->out,
                             .a_col = 1,
                             .b = c->packed + packed_b(s->in, s->out),
                             .packed = true,
                             .c = c->dx,
                             .c_row = s->in,
                             .accumulate = c->accumulate,
                             .work = c->work };

        gemm(&g);
        return;
    }
    for (size_t r = 0; r < c->rows; r++) {
        memset(image, 0, conv_padded(s) * sizeof(*image));
        for (size_t i = 0; i < h; i++)
            direct_row_back(c, c->dz + (r * h + i) * row, i, image, products);
        direct_crop(c, r, image);
    }
}

/* dW += of `count` places in turn, a_col apart in x. */
static void direct_outer(const ito_conv_run *c, const real *x, const real *dz,
                         size_t count, real *to)
{
    const ito_conv_shape *const s = c->s;
    const ito_gemm g = { .m = s->size * s->in,
                         .n = s->out,
                         .k = count,
                         .a = x,
                         .a_row = 1,
                         .a_col = s->stride * s->in,
                         .b = dz,
                         .b_row = s->out,
                         .b_col = 1,
                         .c = to,
                         .c_row = s->out,
                         .accumulate = true,
                         .work = c->work };

    gemm(&g);
}

static void direct_dw(const ito_conv_run *c)
{
    const ito_conv_shape *const s = c->s;
    const size_t h = conv_out_h(s), w = conv_out_w(s);
    const size_t part = s->size * s->in * s->out;
    real *const room = c->work + direct_work(s) - conv_padded(s);

    memset(c->grad, 0, s->size * part * sizeof(*c->grad));
    for (size_t r = 0; conv_is_product(s) && r < c->rows; r++)
        direct_outer(c, c->x + r * h * w * s->in, c->dz + r * h * w * s->out,
                     h * w, c->grad);
    for (size_t r = 0; !conv_is_product(s) && r < c->rows; r++) {
        const real *const image = direct_image(c, r, room);

        for (size_t i = 0; i < h; i++)
            for (size_t ky = 0; ky < s->size; ky++)
                direct_outer(c, image + (i * s->stride + ky) * conv_row(s),
                             c->dz + (r * h + i) * w * s->out, w,
                             c->grad + ky * part);
    }
}

#endif /* ITO_KERN_CONV_DIRECT_H */
