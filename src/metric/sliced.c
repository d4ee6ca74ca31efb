/* SPDX-License-Identifier: MIT
 *
 * sliced.c - the sliced 2-Wasserstein distance.
 *
 *     SW2(A, B)^2 = mean over directions theta of W2(theta.A, theta.B)^2
 *
 * Rabin, Peyre, Delon & Bernot, Wasserstein barycenter and its application
 * to texture mixing, SSVM 2011.  The directions are uniform on the sphere,
 * normals divided by their length, and always the same for one dimension:
 * they hang on no seed, so that values of two runs may be compared.
 */
#include <math.h>
#include <string.h>

#include "metric/measure.h"
#include "rng/noise.h"

#define DIRECTIONS 256

/* Points projected together, so that the sums stay in cache. */
#define BLOCK 1024

typedef struct sliced {
    const ito_kern *kern;
    const cloud *a, *b;
    const float *theta; /* DIRECTIONS x dim */
    float *scratch;
    size_t stride;
    const float **column; /* dim pointers a worker */
    double *w2;           /* DIRECTIONS squared distances */
} sliced;

/* out[i] = theta . a_i, one chain of fma over the components. */
static void project(const sliced *s, const cloud *a, const float *theta,
                    const float **column, float *out)
{
    memset(out, 0, a->n * sizeof(*out));
    for (size_t i = 0; i < a->n; i += BLOCK) {
        for (size_t c = 0; c < a->dim; c++)
            column[c] = a->x + c * a->ld + i;
        s->kern->lincomb(size_min(BLOCK, a->n - i), out + i, out + i, a->dim,
                         theta, column);
    }
}

static void sliced_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const sliced *s = arg;
    const cloud *a = s->a, *b = s->b;
    const float **column = s->column + worker * a->dim;
    float *x = s->scratch + worker * s->stride, *y = x + a->n;
    float *tmp = y + b->n;

    for (size_t k = begin; k < end; k++) {
        const float *theta = s->theta + k * a->dim;

        project(s, a, theta, column, x);
        project(s, b, theta, column, y);
        ito__sort_floats(a->n, x, tmp);
        ito__sort_floats(b->n, y, tmp);
        s->w2[k] = ito__line_w2_squared(a->n, x, b->n, y);
    }
}

/* The fixed directions, each of length 1. */
static void directions(const ito_kern *kern, size_t dim, float *theta)
{
    const ito_noise at = { .purpose = ITO_FOR_METRICS };

    ito__normal_rows(kern, &at, 0, DIRECTIONS, dim, theta, dim);
    for (size_t k = 0; k < DIRECTIONS; k++) {
        float *t = theta + k * dim;
        double square = 0.0, scale;

        for (size_t c = 0; c < dim; c++)
            square += (double)t[c] * (double)t[c];
        scale = 1.0 / sqrt(square);
        for (size_t c = 0; c < dim; c++)
            t[c] = (float)((double)t[c] * scale);
    }
}

ito_status ito__sliced_w2(ito_ctx *ctx, const cloud *a, const cloud *b,
                          double *out)
{
    const size_t most = size_max(a->n, b->n);
    double w2[DIRECTIONS];
    sliced s = { .kern = ctx->kern, .a = a, .b = b, .w2 = w2 };
    float *theta;

    s.stride = size_add(size_add(a->n, b->n), most);
    theta =
        ito__alloc(ctx, size_mul(size_mul(DIRECTIONS, a->dim), sizeof(*theta)));
    s.scratch = ito__alloc(
        ctx, size_mul(size_mul(ctx->threads, s.stride), sizeof(float)));
    s.column = ito__alloc(
        ctx, size_mul(size_mul(ctx->threads, a->dim), sizeof(*s.column)));
    if (theta && s.scratch && s.column) {
        directions(ctx->kern, a->dim, theta);
        s.theta = theta;
        ito__for(ctx, DIRECTIONS, 4, sliced_chunk, &s);
        *out = sqrt(ito__tree_sum(DIRECTIONS, w2) / DIRECTIONS);
    }
    ito__free(ctx, s.column);
    ito__free(ctx, s.scratch);
    ito__free(ctx, theta);
    if (!s.theta)
        return ito__fail(ctx, ITO_ENOMEM, "eval: sliced_w2 of %zu rows", most);
    return ITO_OK;
}
