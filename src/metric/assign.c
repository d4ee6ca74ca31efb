/* SPDX-License-Identifier: MIT
 *
 * assign.c - the linear assignment problem and the exact W2 distance.
 *
 * The algorithm of Jonker & Volgenant, A shortest augmenting path algorithm
 * for dense and sparse linear assignment problems, Computing 38 (1987) 325.
 * Columns carry prices v; an assignment is optimal when every row i sits on
 * a column of least reduced cost c(i, j) - v(j).  Three quick phases assign
 * most rows:
 *
 *     column reduction      v(j) = min over i of c(i, j)
 *     reduction transfer    lower v of a column that its row need not share
 *     augmenting row        a free row takes its best column, lowers the
 *     reduction, twice      price to the second best, frees the old owner
 *
 * and each row still free is placed by a shortest augmenting path (Dijkstra
 * over columns).  Costs are float, prices double; every comparison goes over
 * indices upwards, so ties fall the same way everywhere.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "metric/measure.h"

#define NONE UINT32_MAX

typedef struct lap {
    size_t n;
    const float *cost; /* n x n */
    double *v;         /* prices of columns */
    double *dist;      /* Dijkstra: distance to a column */
    uint32_t *to;      /* column of a row */
    uint32_t *from;    /* row of a column */
    uint32_t *free;    /* rows without a column */
    uint32_t *list;    /* columns: ready, then to scan, then the rest */
    uint32_t *pred;    /* row before a column on the path */
    size_t free_count;
} lap;

size_t ito__assign_bytes(size_t n)
{
    return size_mul(n, 2 * sizeof(double) + 4 * sizeof(uint32_t));
}

static void reduce_columns(lap *s)
{
    const size_t n = s->n;

    for (size_t j = 0; j < n; j++)
        s->v[j] = DBL_MAX;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if ((double)s->cost[i * n + j] < s->v[j]) {
                s->v[j] = (double)s->cost[i * n + j];
                s->from[j] = (uint32_t)i;
            }
    /* list[i] counts the columns that have their least cost in row i. */
    memset(s->list, 0, n * sizeof(*s->list));
    for (size_t j = n; j-- > 0;) {
        const uint32_t i = s->from[j];

        if (s->list[i]++ == 0)
            s->to[i] = (uint32_t)j;
        else
            s->from[j] = NONE;
    }
}

/* The least reduced cost of row i over all columns but `skip`. */
static double least(const lap *s, size_t i, size_t skip)
{
    const float *c = s->cost + i * s->n;
    double low = DBL_MAX;

    for (size_t j = 0; j < s->n; j++) {
        const double h = (double)c[j] - s->v[j];

        if (h < low && j != skip)
            low = h;
    }
    return low;
}

static void transfer(lap *s)
{
    s->free_count = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->list[i] == 0)
            s->free[s->free_count++] = (uint32_t)i;
        else if (s->list[i] == 1 && s->n > 1)
            s->v[s->to[i]] -= least(s, i, s->to[i]);
    }
}

/* The two least reduced costs of row i and their columns. */
typedef struct best {
    double u1, u2;
    uint32_t j1, j2;
} best;

static best two_best(const lap *s, size_t i)
{
    const float *c = s->cost + i * s->n;
    best b = { .u1 = DBL_MAX, .u2 = DBL_MAX, .j1 = NONE, .j2 = NONE };

    for (size_t j = 0; j < s->n; j++) {
        const double h = (double)c[j] - s->v[j];

        if (h >= b.u2)
            continue;
        if (h < b.u1) {
            b.u2 = b.u1;
            b.j2 = b.j1;
            b.u1 = h;
            b.j1 = (uint32_t)j;
        } else {
            b.u2 = h;
            b.j2 = (uint32_t)j;
        }
    }
    return b;
}

/*
 * Every free row takes its best column.  An owner that is driven out by a
 * strictly lower price is treated next; on a tie, or when the price falls by
 * less than its last bit, it waits for the next phase, which is what ends
 * the loop.  `patience` bounds the work where prices creep.
 */
static void reduce_rows(lap *s)
{
    const size_t pass = s->free_count;
    size_t patience = 8 * s->n, k = 0;

    s->free_count = 0;
    while (k < pass) {
        const uint32_t i = s->free[k++];
        best b = two_best(s, i);
        const double price = s->v[b.j1] - (b.u2 - b.u1);
        const bool lower = price < s->v[b.j1];
        uint32_t owner = s->from[b.j1];

        if (lower) {
            s->v[b.j1] = price;
        } else if (owner != NONE) {
            b.j1 = b.j2;
            owner = s->from[b.j1];
        }
        s->to[i] = b.j1;
        s->from[b.j1] = i;
        if (owner == NONE)
            continue;
        if (lower && patience > 0) {
            patience--;
            s->free[--k] = owner;
        } else {
            s->free[s->free_count++] = owner;
        }
    }
}

/*
 * One Dijkstra.  list[0 .. ready) are columns whose distance is final,
 * list[ready .. scan_end) are at the least distance, waiting to be scanned,
 * the rest are farther.
 */
typedef struct front {
    size_t ready, scan_end, last;
    double low;
} front;

static void swap_to(uint32_t *list, size_t k, size_t to)
{
    const uint32_t j = list[k];

    list[k] = list[to];
    list[to] = j;
}

/* Bring the columns of least distance forward; a free one, or NONE. */
static uint32_t next_nearest(lap *s, front *f)
{
    f->last = f->ready;
    f->low = s->dist[s->list[f->ready]];
    f->scan_end = f->ready + 1;
    for (size_t k = f->scan_end; k < s->n; k++) {
        const double d = s->dist[s->list[k]];

        if (d > f->low)
            continue;
        if (d < f->low) {
            f->scan_end = f->ready;
            f->low = d;
        }
        swap_to(s->list, k, f->scan_end++);
    }
    for (size_t k = f->ready; k < f->scan_end; k++)
        if (s->from[s->list[k]] == NONE)
            return s->list[k];
    return NONE;
}

/* Scan the row of one column at the least distance; a free column reached
 * at that distance, or NONE. */
static uint32_t scan(lap *s, front *f)
{
    const uint32_t at = s->list[f->ready++];
    const uint32_t i = s->from[at];
    const float *c = s->cost + (size_t)i * s->n;
    const double base = (double)c[at] - s->v[at] - f->low;

    for (size_t k = f->scan_end; k < s->n; k++) {
        const uint32_t j = s->list[k];
        const double d = (double)c[j] - s->v[j] - base;

        if (d >= s->dist[j])
            continue;
        s->dist[j] = d;
        s->pred[j] = i;
        if (d > f->low)
            continue;
        if (s->from[j] == NONE)
            return j;
        swap_to(s->list, k, f->scan_end++);
    }
    return NONE;
}

/* The end of a shortest path from a free row to a free column. */
static uint32_t find_path(lap *s, uint32_t row)
{
    const float *c = s->cost + (size_t)row * s->n;
    uint32_t end = NONE;
    front f = { 0 };

    for (size_t j = 0; j < s->n; j++) {
        s->dist[j] = (double)c[j] - s->v[j];
        s->pred[j] = row;
        s->list[j] = (uint32_t)j;
    }
    while (end == NONE) {
        if (f.ready == f.scan_end)
            end = next_nearest(s, &f);
        if (end == NONE)
            end = scan(s, &f);
    }
    for (size_t k = 0; k < f.last; k++) {
        const uint32_t j = s->list[k];

        s->v[j] += s->dist[j] - f.low;
    }
    return end;
}

static void augment(lap *s, uint32_t row)
{
    uint32_t j = find_path(s, row), i, next;

    do {
        i = s->pred[j];
        s->from[j] = i;
        next = s->to[i];
        s->to[i] = j;
        j = next;
    } while (i != row);
}

double ito__assign(size_t n, const float *cost, uint32_t *to, void *work)
{
    lap s = { .n = n, .cost = cost, .v = work, .to = to };
    double sum;

    assert(n > 0 && n < NONE);
    s.dist = s.v + n;
    s.from = (uint32_t *)(s.dist + n);
    s.free = s.from + n;
    s.list = s.free + n;
    s.pred = s.list + n;
    memset(to, 0xff, n * sizeof(*to));
    reduce_columns(&s);
    transfer(&s);
    for (int pass = 0; pass < 2 && n > 1; pass++)
        reduce_rows(&s);
    for (size_t k = 0; k < s.free_count; k++)
        augment(&s, s.free[k]);
    for (size_t i = 0; i < n; i++)
        s.dist[i] = (double)cost[i * n + to[i]];
    sum = ito__tree_sum(n, s.dist);
    return sum;
}

ito_status ito_assign(ito_ctx *ctx, size_t n, const float *cost, uint32_t *to,
                      double *sum)
{
    double total;
    void *work;

    if (!ctx)
        return ITO_EARG;
    if (!cost || !to || n == 0 || n > ASSIGN_MAX)
        return ito__fail(ctx, ITO_EARG, "assign: %zu rows, need 1 to %d", n,
                         ASSIGN_MAX);
    if (!ctx->kern->all_finite(n * n, cost))
        return ito__fail(ctx, ITO_ENONFINITE,
                         "assign: a cost is not a finite number");
    work = ito__alloc(ctx, ito__assign_bytes(n));
    if (!work)
        return ito__fail(ctx, ITO_ENOMEM, "assign: %zu rows", n);
    total = ito__assign(n, cost, to, work);
    ito__free(ctx, work);
    if (sum)
        *sum = total;
    return ITO_OK;
}
