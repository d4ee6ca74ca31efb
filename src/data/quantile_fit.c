/* SPDX-License-Identifier: MIT
 *
 * quantile_fit.c - from the values of a column to the knots of its quantile
 * map; quantile.h says what is an atom and where knots stand.
 *
 * The candidates are walked through twice: once to count them, once to keep
 * all, or those that fit.
 */
#include <math.h>

#include "data/quantile.h"
#include "kern/dmath.h"

/* A column being fitted. */
typedef struct column_fit {
    const distinct *d;
    int decimals;
    bool all_atoms;
} column_fit;

/* Knots being chosen. */
typedef struct knot_list {
    double *rank, *x;               /* NULL: count alone */
    size_t count;                   /* kept so far */
    size_t forced;                  /* of these, must be kept */
    size_t candidates;              /* met so far */
    double last_rank, last_x;       /* the candidate before */
    size_t slots;                   /* cells of the grid; 0: keep all */
    double last_slot, rows2, z_max; /* see slot_of */
} knot_list;

static bool is_atom(const column_fit *f, size_t i)
{
    const size_t times = f->d->times[i];

    return f->all_atoms ||
           (times >= 2 && times >= size_ceil_div(f->d->rows, QUANTILE_ATOM));
}

/* The end of value i's part of the values, side -1 below it or 1 above. */
static double part_end(const column_fit *f, size_t i, int side)
{
    const double *v = f->d->value;
    const size_t last = f->d->count - 1;
    const bool at_end = i == (side < 0 ? 0 : last);
    const bool at_start = i == (side < 0 ? last : 0);
    const size_t near = at_end ? i : side < 0 ? i - 1 : i + 1;
    const size_t far = at_start ? i : side < 0 ? i + 1 : i - 1;
    double end, stop;

    if (is_atom(f, i))
        return v[i];
    if (!at_end && !is_atom(f, near))
        return ito__decimals_between(f->decimals, v[i], v[near]);
    if (!at_start && !is_atom(f, far))
        end = ito__decimals_beyond(f->decimals, v[i], v[far]);
    else
        end = ito__decimals_edge(f->decimals, v[i], side);
    if (at_end)
        return end;
    stop = ito__decimals_edge(f->decimals, v[near], -side);
    return (side < 0 ? end < stop : end > stop) ? stop : end;
}

/* The cell of the grid that a rank lies in; see quantile.h. */
static double slot_of(const knot_list *k, double rank)
{
    const double u = rank / k->rows2;
    const double z = ito__normal_quantile(u) / k->z_max;

    return floor((u / 2.0 + (z + 1.0) / 4.0) * (double)k->slots);
}

static void offer(knot_list *k, double rank, double x, bool forced)
{
    if (k->candidates > 0 && rank == k->last_rank && x == k->last_x)
        return;
    k->candidates++;
    k->last_rank = rank;
    k->last_x = x;
    if (!forced && k->slots > 0) {
        const double slot = slot_of(k, rank);

        if (slot == k->last_slot)
            return;
        k->last_slot = slot;
    }
    if (k->rank) {
        k->rank[k->count] = rank;
        k->x[k->count] = x;
    }
    k->count++;
    k->forced += forced;
}

static void walk(const column_fit *f, knot_list *k)
{
    const size_t last = f->d->count - 1;
    size_t below = 0;

    for (size_t i = 0; i <= last; i++) {
        const size_t above = below + f->d->times[i];
        const bool atom = is_atom(f, i);

        offer(k, 2.0 * (double)below, part_end(f, i, -1),
              atom || i == 0 || is_atom(f, i - 1));
        offer(k, 2.0 * (double)above, part_end(f, i, 1),
              atom || i == last || is_atom(f, i + 1));
        below = above;
    }
}

ito_status ito__quantile_fit(ito_ctx *ctx, const distinct *d, quantile_map *out)
{
    const double rows2 = 2.0 * (double)d->rows;
    column_fit f = { .d = d };
    knot_list counted = { 0 };
    knot_list kept = { .last_slot = -1.0, .rows2 = rows2 };
    ito_status rc;

    assert(d->count > 1);
    f.decimals = ito__decimals_of(d->count, d->value);
    f.all_atoms =
        d->count <= QUANTILE_ATOM && d->count <= d->rows / QUANTILE_DISCRETE;
    *out = (quantile_map){ .rows = d->rows,
                           .min = d->value[0],
                           .max = d->value[d->count - 1],
                           .decimals = f.decimals };
    walk(&f, &counted);
    rc = ito__quantile_room(ctx, out, size_min(counted.count, QUANTILE_KNOTS));
    if (rc != ITO_OK)
        return rc;
    if (counted.count > QUANTILE_KNOTS) {
        assert(counted.forced < QUANTILE_KNOTS);
        kept.slots = QUANTILE_KNOTS - counted.forced;
        kept.z_max = -ito__normal_quantile(1.0 / rows2);
    }
    kept.rank = out->rank;
    kept.x = out->x;
    walk(&f, &kept);
    assert(kept.count <= out->knots);
    out->knots = kept.count;
    return ITO_OK;
}
