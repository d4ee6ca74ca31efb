/* SPDX-License-Identifier: MIT
 *
 * measure.h - what the metrics share: clouds of points and their distances.
 *
 * A cloud holds its points component after component, so that one point is
 * compared with CLOUD_LANES points at a time by loops that every compiler
 * turns into vector code; sums are plain float additions in a fixed order,
 * hence the same bits everywhere.
 */
#ifndef ITO_METRIC_MEASURE_H
#define ITO_METRIC_MEASURE_H

#include <ito/metric.h>

#include "base/tree_sum.h"
#include "ctx/ctx.h"

/* Points handled together; leading dimensions are multiples of it. */
#define CLOUD_LANES 64

/* Rows of the energy distance, and rows that ask in the copy check. */
#define ENERGY_ROWS 4096
#define COPY_ROWS   32768

/* The largest assignment problem: a cost matrix of 1 GiB. */
#define ASSIGN_MAX 16384

/* The largest coordinate: squares of differences must stay finite. */
#define COORDINATE_MAX 1e15

/* The coordinates of one column: first .. first + width - 1. */
typedef struct span {
    size_t first, width;
    ito_column_kind kind;
} span;

/*
 * n points of dim coordinates: coordinate c of point i at x[c * ld + i], ld
 * a multiple of CLOUD_LANES.  What lies between n and ld is finite.
 */
typedef struct cloud {
    size_t n, dim, ld;
    float *x;
    size_t cols;
    const span *col; /* cols spans, borrowed */
} cloud;

/* Floats that a cloud of n points needs, and the cloud made of them. */
size_t ito__cloud_floats(size_t n, size_t dim);
cloud ito__cloud_make(size_t n, size_t dim, float *x);

/* d[l] = |a_i - b_(j + l)|^2 for l < CLOUD_LANES; j a multiple of it. */
static inline void cloud_squares(const cloud *a, size_t i, const cloud *b,
                                 size_t j, float d[CLOUD_LANES])
{
    const float *p = a->x + i, *q = b->x + j;

    for (size_t l = 0; l < CLOUD_LANES; l++)
        d[l] = 0.0f;
    for (size_t c = 0; c < a->dim; c++, p += a->ld, q += b->ld) {
        const float v = *p;

        for (size_t l = 0; l < CLOUD_LANES; l++) {
            const float e = q[l] - v;

            d[l] += e * e;
        }
    }
}

/* Two samples that can be compared: sizes, finite, at most `bound`. */
ito_status ito__check_points(ito_ctx *ctx, const ito_points *a,
                             const ito_points *b, float bound);

/* Two samples of at least two points each, none beyond COORDINATE_MAX. */
ito_status ito__check_samples(ito_ctx *ctx, const ito_points *a,
                              const ito_points *b);

/* Two sets of points as clouds, each coordinate a column. */
typedef struct clouds {
    cloud a, b;
    span *col;
    float *x;
} clouds;

ito_status ito__clouds_make(ito_ctx *ctx, const ito_points *a,
                            const ito_points *b, clouds *s);
void ito__clouds_free(ito_ctx *ctx, clouds *s);

/* Sort upwards; tmp holds n values. */
void ito__sort_floats(size_t n, float *x, float *tmp);
void ito__sort_doubles(size_t n, double *x, double *tmp);

/* Distances of two sorted samples of the line: the sup of |F - G|, and the
 * mean of |a - b| or (a - b)^2 under the monotone coupling. */
double ito__line_ks(size_t n, const float *a, size_t m, const float *b);
double ito__line_w1(size_t n, const float *a, size_t m, const float *b);
double ito__line_w2_squared(size_t n, const float *a, size_t m, const float *b);

/* The metrics, each on two clouds of equal columns. */
ito_status ito__sliced_w2(ito_ctx *ctx, const cloud *a, const cloud *b,
                          double *out);
ito_status ito__energy(ito_ctx *ctx, const cloud *a, const cloud *b,
                       double *out);
ito_status ito__correlation(ito_ctx *ctx, const cloud *a, const cloud *b,
                            double *out);
/* ks[j] and w1[j] for every column j. */
ito_status ito__marginals(ito_ctx *ctx, const cloud *a, const cloud *b,
                          double *ks, double *w1);
/* out[k] for pairs a[k], b[k], k < count, solved side by side; equal n. */
ito_status ito__exact_w2(ito_ctx *ctx, size_t count, const cloud *a,
                         const cloud *b, double *out);
ito_status ito__copies(ito_ctx *ctx, const cloud *data, const cloud *fake,
                       uint64_t seed, ito_copies *out);

/* The assignment itself, callable from workers.  work: assign_bytes(n). */
size_t ito__assign_bytes(size_t n);
double ito__assign(size_t n, const float *cost, uint32_t *to, void *work);

/* Which rows a draw takes: row i of `set` under a keyed bijection of n. */
enum { SET_REAL, SET_FAKE, SET_COPY_REAL, SET_COPY_FAKE };
uint64_t ito__pick(uint64_t seed, unsigned set, size_t draw, size_t n,
                   size_t i);

#endif /* ITO_METRIC_MEASURE_H */
