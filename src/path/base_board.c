/* SPDX-License-Identifier: MIT
 *
 * base_board.c - the oracle of a checkerboard.
 *
 * Its density given x is a sum over cells of products of one factor a
 * coordinate, and a cell is legal when row and column have equal parity, so
 * with E, O the sums over even and odd intervals of a coordinate
 *
 *     p_t(x) area = E_1 E_2 + O_1 O_2
 *
 * and the means are the means of the two terms, in the same proportion:
 * 2 grid intervals instead of grid^2 cells.  Slopes are those of mixtures
 * (dist/dist.h), first of intervals, then of the two terms.
 */
#include <math.h>

#include "kern/dmath.h"
#include "path/oracle.h"

/* Even or odd intervals of one coordinate: their mass is mass exp(-shift), the
 * means under it, and how these move with x where that was asked for. */
typedef struct strip {
    trunc_cell cell;
    double jz, jq;
} strip;

/* Intervals of less than this share do not move a slope. */
#define NEGLECT 1e-17

/* beta > 0 where slopes are wanted of the strip, else 0. */
static void strip_add(strip *s, const trunc_at *at, double lo, double x,
                      const trunc_cell *cell, bool slopes)
{
    trunc_cell *sum = &s->cell;
    double f;

    if (cell->shift >= sum->shift) {
        const double w = cell->mass * ito__exp(sum->shift - cell->shift);

        sum->mass += w;
        f = w / sum->mass;
    } else {
        sum->mass = cell->mass + sum->mass * ito__exp(cell->shift - sum->shift);
        sum->shift = cell->shift;
        f = cell->mass / sum->mass;
    }
    if (slopes && f > NEGLECT) {
        const double dz = cell->z - sum->z, de = cell->e - sum->e;
        const double apart = -f * (1.0 - f) * de / at->beta;
        double jz, jq;

        ito__trunc_slope(at, lo, x, cell, &jz, &jq);
        s->jz += f * (jz - s->jz) + apart * dz;
        s->jq += f * (jq - s->jq) + apart * de / at->beta;
    }
    sum->z += f * (cell->z - sum->z);
    sum->e += f * (cell->e - sum->e);
}

/* One coordinate.  A board of one cell has no odd interval. */
static void strips_of(const board *b, const trunc_at *at, double x, bool slopes,
                      strip out[2])
{
    double mills[2] = { -1.0, -1.0 };

    out[0] = out[1] = (strip){ .cell = { .shift = HUGE_VAL } };
    for (size_t i = 0; i < b->grid; i++) {
        const double lo = (double)i * at->width - b->scale;
        const trunc_cell cell = ito__trunc_cell(at, lo, x, mills);
        strip *s = &out[i % 2];

        if (i >= 2) {
            strip_add(s, at, lo, x, &cell, slopes);
        } else {
            s->cell = cell;
            if (slopes)
                ito__trunc_slope(at, lo, x, &cell, &s->jz, &s->jq);
        }
        mills[0] = mills[1];
        mills[1] = -1.0;
    }
}

static double clamp(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

/* Area of the legal cells. */
static double area_of(const board *b)
{
    const double width = 2.0 * b->scale / (double)b->grid;
    const size_t cells = (b->grid * b->grid + 1) / 2;

    return (double)cells * width * width;
}

/*
 * The limit at beta = 0: the data themselves.  On a legal cell E[z | x] is
 * x / alpha; elsewhere it is the nearest legal point, and there is no mass.
 */
static double at_end(const board *b, const double x[2], double z[2])
{
    const double width = 2.0 * b->scale / (double)b->grid;
    double best = HUGE_VAL;

    for (size_t i = 0; i < b->grid; i++)
        for (size_t j = i % 2; j < b->grid; j += 2) {
            const double lo[2] = { (double)i * width - b->scale,
                                   (double)j * width - b->scale };
            const double z0 = clamp(x[0], lo[0], lo[0] + width);
            const double z1 = clamp(x[1], lo[1], lo[1] + width);
            const double d =
                (x[0] - z0) * (x[0] - z0) + (x[1] - z1) * (x[1] - z1);

            if (d >= best)
                continue;
            best = d;
            z[0] = z0;
            z[1] = z1;
        }
    return best > 0.0 ? -HUGE_VAL : -ito__log(area_of(b));
}

/* The strips of both coordinates, s[coordinate][parity], and the share of the
 * even term; returns log p. */
static double weigh(const board *b, const trunc_at *at, const double x[2],
                    bool slopes, strip s[2][2], double *share)
{
    double even, odd, shift, gap;

    strips_of(b, at, x[0], slopes, s[0]);
    strips_of(b, at, x[1], slopes, s[1]);
    /* masses of the two parities, both times exp(shift) */
    even = s[0][0].cell.mass * s[1][0].cell.mass;
    odd = s[0][1].cell.mass * s[1][1].cell.mass;
    shift = s[0][0].cell.shift + s[1][0].cell.shift;
    gap = s[0][1].cell.shift + s[1][1].cell.shift - shift;
    if (gap >= 0.0) {
        odd *= ito__exp(-gap);
    } else {
        even *= ito__exp(gap);
        shift += gap;
    }
    *share = even / (even + odd);
    return ito__log((even + odd) / area_of(b)) - shift;
}

/* x is kept from where squares overflow. */
static void board_moments(const ito_oracle *o, const moment *at, want what,
                          size_t n, const double *x, const known *out)
{
    for (size_t i = 0; i < n; i++) {
        const double y[2] = { clamp(x[2 * i], -1e100, 1e100),
                              clamp(x[2 * i + 1], -1e100, 1e100) };
        double *z = out->z + 2 * i, *e = out->e + 2 * i, r;
        strip s[2][2];

        if (at->beta <= 0.0) {
            out->logp[i] = at_end(&o->board, y, z);
            e[0] = e[1] = 0.0;
            continue;
        }
        out->logp[i] = weigh(&o->board, &at->trunc, y, false, s, &r);
        for (size_t c = 0; c < 2; c++) {
            const trunc_cell *even = &s[c][0].cell, *odd = &s[c][1].cell;

            z[c] = odd->z + r * (even->z - odd->z);
            e[c] = odd->e + r * (even->e - odd->e);
            if (what == WANT_SCORE)
                e[c] /= at->beta;
        }
    }
}

/* At beta = 0, E[z | x] moves with a coordinate that lies inside. */
static double slope_at_end(const ito_oracle *o, const double x[2],
                           const ito_slope *s)
{
    double z[2] = { 0.0, 0.0 }, trace = 0.0;

    at_end(&o->board, x, z);
    for (size_t c = 0; c < 2; c++) {
        const double own = z[c] == x[c] ? s->cz : 0.0;

        trace += own;
        if (s->v)
            s->vj[c] = own * s->v[c];
    }
    return trace;
}

static double board_slope(const ito_oracle *o, const moment *at,
                          const double *x, const ito_slope *s)
{
    const double y[2] = { clamp(x[0], -1e100, 1e100),
                          clamp(x[1], -1e100, 1e100) };
    strip strips[2][2];
    double share, trace = 0.0;

    if (at->beta <= 0.0)
        return slope_at_end(o, y, s);
    weigh(&o->board, &at->trunc, y, true, strips, &share);
    for (size_t c = 0; s->v && c < 2; c++)
        s->vj[c] = 0.0;
    for (size_t k = 0; k < 2; k++) {
        const double r = k == 0 ? share : 1.0 - share;
        double along = 0.0;

        if (r < NEGLECT)
            continue;
        for (size_t c = 0; c < 2; c++) {
            const strip *t = &strips[c][k];
            const double q = t->cell.e / at->beta;
            const double f =
                s->cz * (t->cell.z - s->z[c]) + s->cq * (q - s->q[c]);

            trace += r * (s->cz * t->jz + s->cq * t->jq + f * (s->q[c] - q));
            along += s->v ? f * s->v[c] : 0.0;
        }
        for (size_t c = 0; s->v && c < 2; c++) {
            const strip *t = &strips[c][k];
            const double q = t->cell.e / at->beta;

            s->vj[c] += r * ((s->cz * t->jz + s->cq * t->jq) * s->v[c] +
                             along * (s->q[c] - q));
        }
    }
    return trace;
}

static size_t board_doubles(const ito_oracle *o)
{
    (void)o;
    return 0;
}

static void board_prepare(const ito_oracle *o, bool slopes, double *memory,
                          moment *at)
{
    (void)slopes;
    (void)memory;
    if (at->beta > 0.0)
        at->trunc = ito__trunc_at(at->alpha, at->beta,
                                  2.0 * o->board.scale / (double)o->board.grid);
}

const oracle_base ito__base_board = { .doubles = board_doubles,
                                      .prepare = board_prepare,
                                      .moments = board_moments,
                                      .slope = board_slope };
