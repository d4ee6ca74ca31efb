/* SPDX-License-Identifier: MIT
 *
 * distinct.c - sort a column and count its different values.
 *
 * The sort is a merge sort from the bottom up: n log n on any input, no
 * recursion, and its scratch is the context's memory, which the C library's
 * qsort would not promise.
 */
#include "data/distinct.h"

/* Merge the sorted runs [a, mid) and [mid, end) of `from` into `to`. */
static void merge(const double *from, double *to, size_t a, size_t mid,
                  size_t end)
{
    size_t b = mid;

    for (size_t k = a; k < end; k++) {
        if (a < mid && (b >= end || from[a] <= from[b]))
            to[k] = from[a++];
        else
            to[k] = from[b++];
    }
}

/* Sort a[0 .. n-1] with scratch b; returns the one that holds the result. */
static double *sort(size_t n, double *a, double *b)
{
    for (size_t run = 1; run < n; run *= 2) {
        double *swap = a;

        for (size_t i = 0; i < n; i += 2 * run)
            merge(a, b, i, size_min(i + run, n), size_min(i + 2 * run, n));
        a = b;
        b = swap;
    }
    return a;
}

ito_status ito__distinct_new(ito_ctx *ctx, size_t rows, const double *x,
                             distinct *out)
{
    double *work, *sorted;

    assert(rows > 0);
    *out = (distinct){ .rows = rows };
    out->value = ito__alloc(ctx, size_mul(rows, sizeof(*out->value)));
    out->times = ito__alloc(ctx, size_mul(rows, sizeof(*out->times)));
    work = ito__alloc(ctx, size_mul(rows, 2 * sizeof(*work)));
    if (!out->value || !out->times || !work) {
        ito__free(ctx, work);
        return ito__fail(ctx, ITO_ENOMEM, "no memory to sort %zu values", rows);
    }
    for (size_t i = 0; i < rows; i++)
        work[i] = x[i] + 0.0; /* -0 becomes 0 */
    sorted = sort(rows, work, work + rows);
    for (size_t i = 0; i < rows; i++) {
        if (i == 0 || sorted[i] != sorted[i - 1]) {
            out->value[out->count] = sorted[i];
            out->times[out->count++] = 0;
        }
        out->times[out->count - 1]++;
    }
    ito__free(ctx, work);
    return ITO_OK;
}

void ito__distinct_free(ito_ctx *ctx, distinct *d)
{
    ito__free(ctx, d->value);
    ito__free(ctx, d->times);
    *d = (distinct){ 0 };
}

size_t ito__distinct_find(const distinct *d, double x)
{
    size_t low = 0, high = d->count;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;

        if (d->value[mid] < x)
            low = mid + 1;
        else
            high = mid;
    }
    return low < d->count && d->value[low] == x ? low : d->count;
}
