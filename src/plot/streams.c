/* SPDX-License-Identifier: MIT
 *
 * streams.c - evenly spaced streamlines (Jobard and Lefer, Creating
 * Evenly-Spaced Streamlines of Arbitrary Density, 1997).
 *
 * Lines start at distance d to the left and right of lines that exist, and
 * grow both ways until they leave the rectangle, reach a point where the field
 * vanishes, or come nearer than d/2 to a line (another, or their own earlier
 * part).  All of it happens on the unit square, to which the rectangle is
 * scaled; lines follow the direction of the field by the midpoint rule with
 * steps of d/7.  Points are found by a grid of cells of side d.
 */
#include "plot/streams.h"

#include <math.h>
#include <string.h>

#define SPACING    0.045
#define TEST_SHARE 0.5   /* of d: nearer than this a line ends */
#define STEP_SHARE 0.15  /* of d */
#define SHORTEST   2.5   /* times d: shorter lines are left out */
#define SEEDS      24    /* a side, of the grid of last seeds */
#define STILL      1e-9  /* of the largest speed: here the field vanishes */
#define STEPS_MAX  20000 /* of a line, one way */
#define NONE       SIZE_MAX

/* A point of a line; `at` counts steps from its seed, backwards below 0. */
typedef struct dot {
    double x, y;
    size_t line, next;
    long at;
} dot;

typedef struct finder {
    ito_ctx *ctx;
    const ito_raster *u, *v;
    double d, step, still;
    size_t side;  /* cells along the square */
    size_t *head; /* side x side: the newest dot of a cell */
    dot *dots;
    size_t n, room;
    size_t lines;
    size_t *first; /* lines + 1: the first dot of each, forward part first */
    size_t line_room;
    ito_status rc;
} finder;

/* The value of one component at a point, bilinear between the centres. */
static double value_at(const ito_raster *r, double x, double y)
{
    const double most_x = (double)(r->nx - 1), most_y = (double)(r->ny - 1);
    double gx = x * (double)r->nx - 0.5, gy = y * (double)r->ny - 0.5;
    const double *v;
    size_t i, j;
    double fx, fy;

    gx = gx > 0.0 ? gx < most_x ? gx : most_x : 0.0;
    gy = gy > 0.0 ? gy < most_y ? gy : most_y : 0.0;
    i = size_min((size_t)gx, r->nx - 2);
    j = size_min((size_t)gy, r->ny - 2);
    fx = gx - (double)i;
    fy = gy - (double)j;
    v = r->value + j * r->nx + i;
    return (1.0 - fy) * ((1.0 - fx) * v[0] + fx * v[1]) +
           fy * ((1.0 - fx) * v[r->nx] + fx * v[r->nx + 1]);
}

/* The direction of the field on the unit square; false where it vanishes. */
static bool direction(const finder *f, double x, double y, double out[2])
{
    const double u = value_at(f->u, x, y) / (f->u->x_hi - f->u->x_lo);
    const double v = value_at(f->v, x, y) / (f->u->y_hi - f->u->y_lo);
    const double most = fabs(u) > fabs(v) ? fabs(u) : fabs(v);
    double len;

    if (!(most > f->still))
        return false;
    len = sqrt(u / most * (u / most) + v / most * (v / most));
    out[0] = u / most / len;
    out[1] = v / most / len;
    return true;
}

static double largest_speed(const finder *f)
{
    const double wx = f->u->x_hi - f->u->x_lo, wy = f->u->y_hi - f->u->y_lo;
    double most = 0.0;

    for (size_t i = 0; i < f->u->nx * f->u->ny; i++) {
        const double u = fabs(f->u->value[i] / wx);
        const double v = fabs(f->v->value[i] / wy);

        most = u > most ? u : most;
        most = v > most ? v : most;
    }
    return most;
}

static bool inside(double x, double y)
{
    return x >= 0.0 && x <= 1.0 && y >= 0.0 && y <= 1.0;
}

static size_t cell_of(const finder *f, double v)
{
    return size_min((size_t)(v / f->d), f->side - 1);
}

/* True when a dot in this cell is nearer than `least`; those of the line
 * `own` count from `apart` steps on. */
static bool cell_is_near(const finder *f, size_t cell, const dot *p,
                         double least, long apart)
{
    for (size_t i = f->head[cell]; i != NONE; i = f->dots[i].next) {
        const dot *q = &f->dots[i];
        const double dx = q->x - p->x, dy = q->y - p->y;
        const long steps = q->at > p->at ? q->at - p->at : p->at - q->at;

        if (q->line == p->line && steps <= apart)
            continue;
        if (dx * dx + dy * dy < least * least)
            return true;
    }
    return false;
}

static bool is_near(const finder *f, const dot *p, double least)
{
    const long apart = (long)(1.5 / STEP_SHARE);
    const size_t cx = cell_of(f, p->x), cy = cell_of(f, p->y);
    const size_t x_lo = cx > 0 ? cx - 1 : 0, y_lo = cy > 0 ? cy - 1 : 0;

    for (size_t y = y_lo; y <= size_min(cy + 1, f->side - 1); y++)
        for (size_t x = x_lo; x <= size_min(cx + 1, f->side - 1); x++)
            if (cell_is_near(f, y * f->side + x, p, least, apart))
                return true;
    return false;
}

static void add_dot(finder *f, const dot *p)
{
    const size_t cell = cell_of(f, p->y) * f->side + cell_of(f, p->x);

    if (f->n == f->room) {
        const size_t room = f->room ? 2 * f->room : 1024;
        dot *grown = ito__realloc(f->ctx, f->dots, f->room * sizeof(*grown),
                                  size_mul(room, sizeof(*grown)));

        if (!grown) {
            f->rc = ito__fail(f->ctx, ITO_ENOMEM, "plot: streamlines");
            return;
        }
        f->dots = grown;
        f->room = room;
    }
    f->dots[f->n] = *p;
    f->dots[f->n].next = f->head[cell];
    f->head[cell] = f->n++;
}

/* Take back the dots from `n` on, the newest first. */
static void drop_dots(finder *f, size_t n)
{
    while (f->n > n) {
        const dot *p = &f->dots[--f->n];

        f->head[cell_of(f, p->y) * f->side + cell_of(f, p->x)] = p->next;
    }
}

/* Go from p one way (sign 1 or -1) as far as the line may. */
static void grow(finder *f, dot p, double sign)
{
    const double h = sign * f->step;

    for (long k = 0; k < STEPS_MAX && f->rc == ITO_OK; k++) {
        double a[2], b[2];

        if (!direction(f, p.x, p.y, a) ||
            !inside(p.x + 0.5 * h * a[0], p.y + 0.5 * h * a[1]) ||
            !direction(f, p.x + 0.5 * h * a[0], p.y + 0.5 * h * a[1], b))
            return;
        if (a[0] * b[0] + a[1] * b[1] < 0.0) /* across a point of rest */
            return;
        p.x += h * b[0];
        p.y += h * b[1];
        p.at += sign > 0.0 ? 1 : -1;
        if (!inside(p.x, p.y) || is_near(f, &p, TEST_SHARE * f->d))
            return;
        add_dot(f, &p);
    }
}

/* Keep the dots from `first` on as a line. */
static void keep_line(finder *f, size_t first)
{
    if (f->lines + 2 > f->line_room) {
        const size_t room = f->line_room ? 2 * f->line_room : 64;
        size_t *grown =
            ito__realloc(f->ctx, f->first, f->line_room * sizeof(*grown),
                         size_mul(room, sizeof(*grown)));

        if (!grown) {
            f->rc = ito__fail(f->ctx, ITO_ENOMEM, "plot: streamlines");
            return;
        }
        f->first = grown;
        f->line_room = room;
    }
    f->first[f->lines++] = first;
    f->first[f->lines] = f->n;
}

/* Try a line through a seed. */
static void try_seed(finder *f, double x, double y)
{
    const dot seed = { .x = x, .y = y, .line = f->lines };
    const size_t first = f->n;
    double unused[2];

    if (f->rc != ITO_OK || !inside(x, y) || !direction(f, x, y, unused) ||
        is_near(f, &seed, f->d))
        return;
    add_dot(f, &seed);
    grow(f, seed, 1.0);
    grow(f, seed, -1.0);
    if (f->rc == ITO_OK && (double)(f->n - first) * STEP_SHARE >= SHORTEST)
        keep_line(f, first);
    else
        drop_dots(f, first);
}

/* Seeds beside all lines, those that come new included. */
static void seed_beside(finder *f, size_t *next)
{
    for (; *next < f->lines && f->rc == ITO_OK; ++*next)
        for (size_t i = f->first[*next]; i < f->first[*next + 1]; i++) {
            const dot p = f->dots[i];
            const double d = 1.0001 * f->d;
            double a[2];

            if (!direction(f, p.x, p.y, a))
                continue;
            try_seed(f, p.x - d * a[1], p.y + d * a[0]);
            try_seed(f, p.x + d * a[1], p.y - d * a[0]);
        }
}

static void find_all(finder *f)
{
    size_t next = 0;

    try_seed(f, 0.5, 0.5);
    seed_beside(f, &next);
    for (size_t k = 0; k < (size_t)SEEDS * SEEDS; k++) {
        const size_t ix = k % SEEDS, iy = k / SEEDS;

        try_seed(f, ((double)ix + 0.5) / SEEDS, ((double)iy + 0.5) / SEEDS);
        seed_beside(f, &next);
    }
}

/* One line in the direction of the field: its backward part turned round,
 * then its forward part. */
static void copy_line(const finder *f, size_t line, streams *out)
{
    const size_t first = f->first[line], last = f->first[line + 1];
    size_t back = first, at = first;

    while (back < last && f->dots[back].at >= 0)
        back++;
    for (size_t i = last; i > back; i--, at++) {
        out->x[at] = f->dots[i - 1].x;
        out->y[at] = f->dots[i - 1].y;
    }
    for (size_t i = first; i < back; i++, at++) {
        out->x[at] = f->dots[i].x;
        out->y[at] = f->dots[i].y;
    }
}

static ito_status copy_out(const finder *f, streams *out)
{
    const ito_raster *r = f->u;

    out->n = f->n;
    out->lines = f->lines;
    out->start =
        ito__alloc(f->ctx, size_mul(f->lines + 1, sizeof(*out->start)));
    out->x = ito__alloc(f->ctx, size_mul(f->n + 1, 2 * sizeof(*out->x)));
    if (!out->start || !out->x)
        return ito__fail(f->ctx, ITO_ENOMEM, "plot: streamlines");
    out->y = out->x + f->n;
    out->start[0] = 0;
    for (size_t k = 0; k < f->lines; k++) {
        copy_line(f, k, out);
        out->start[k + 1] = f->first[k + 1];
    }
    for (size_t i = 0; i < f->n; i++) {
        out->x[i] = r->x_lo + out->x[i] * (r->x_hi - r->x_lo);
        out->y[i] = r->y_lo + out->y[i] * (r->y_hi - r->y_lo);
    }
    return ITO_OK;
}

ito_status ito__streams_find(ito_ctx *ctx, const ito_raster *u,
                             const ito_raster *v, double spacing, streams *out)
{
    const double d = spacing > 0.0 ? spacing : SPACING;
    finder f = { .ctx = ctx,
                 .u = u,
                 .v = v,
                 .d = d,
                 .step = STEP_SHARE * d,
                 .side = (size_t)(1.0 / d) + 1 };

    *out = (streams){ .n = 0 };
    f.still = STILL * largest_speed(&f);
    f.head = ito__alloc(ctx, f.side * f.side * sizeof(*f.head));
    if (!f.head)
        return ito__fail(ctx, ITO_ENOMEM, "plot: streamlines");
    for (size_t i = 0; i < f.side * f.side; i++)
        f.head[i] = NONE;
    find_all(&f);
    if (f.rc == ITO_OK)
        f.rc = copy_out(&f, out);
    ito__free(ctx, f.head);
    ito__free(ctx, f.dots);
    ito__free(ctx, f.first);
    if (f.rc != ITO_OK)
        ito__streams_free(ctx, out);
    return f.rc;
}

void ito__streams_free(ito_ctx *ctx, streams *s)
{
    ito__free(ctx, s->start);
    ito__free(ctx, s->x);
    *s = (streams){ .n = 0 };
}
