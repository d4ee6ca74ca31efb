/* SPDX-License-Identifier: MIT
 *
 * glyphs.c - images of the digits 0 to 9, drawn as strokes of a pen.
 *
 * A digit has a few shapes, each a list of strokes, each stroke points in a
 * box of 100 x 100 that a Catmull-Rom spline joins.  An image draws, from
 * addressed uniforms of its own id: the digit, the shape, the size along both
 * axes, slant, turn and place, the radius of the pen, and a smooth warp
 *
 *     x += sum_k a_k B_k(u, v),   u, v in [-1, 1] over the box,
 *     B = u^2, u v, v^2, u^3, u^2 v, u v^2, v^3 with their means taken out,
 *
 * so strokes that meet still meet.  A pixel is the part of it that the pen
 * covers, by its distance d to the nearest segment: r + 1/2 - d in pixels, cut
 * to [0, 1].  Only + - * / and sqrt beside dmath.h, so the bytes are the same
 * everywhere.
 */
#include <math.h>
#include <string.h>

#include "dist/kinds.h"
#include "kern/dmath.h"
#include "rng/noise.h"

#define DIGITS   10
#define POINTS   40  /* of a shape, marks included */
#define BASIS    7   /* of the warp */
#define PIECES   6   /* segments between two points */
#define END      255 /* an end of a stroke */
#define NUMBERS  64  /* uniforms of an image */
#define SIDE_MAX 64

typedef struct point {
    unsigned char x, y;
} point;

typedef struct shape {
    unsigned char digit;
    point at[POINTS]; /* strokes, each ended by END; ended by END twice */
} shape;

#define UP       \
    {            \
        END, END \
    }

/* clang-format off */
static const shape shapes[] = {
    { 0, { {52,2},{26,10},{10,35},{10,64},{25,91},{52,98},{80,88},{92,60},
           {90,33},{75,9},{50,2}, UP } },
    { 0, { {62,6},{36,4},{14,24},{8,55},{20,88},{48,98},{76,86},{90,56},
           {84,22},{62,4},{46,9}, UP } },
    { 1, { {52,2},{50,34},{49,66},{48,98}, UP } },
    { 1, { {30,22},{42,12},{53,2}, UP, {53,2},{53,36},{52,70},{51,98}, UP } },
    { 1, { {66,3},{58,33},{48,66},{38,98}, UP } },
    { 2, { {12,26},{24,6},{50,1},{76,10},{82,32},{66,56},{38,78},{10,97}, UP,
           {10,97},{36,94},{64,95},{92,95}, UP } },
    { 2, { {14,24},{30,4},{58,2},{80,18},{74,46},{50,74},{24,92},{12,84},
           {26,74},{46,84},{68,96},{92,92}, UP } },
    { 3, { {12,14},{34,2},{62,3},{78,17},{70,36},{38,47}, UP,
           {38,47},{70,53},{87,71},{74,91},{44,98},{10,88}, UP } },
    { 3, { {14,4},{46,4},{80,4}, UP, {80,4},{62,24},{42,42}, UP,
           {42,42},{72,48},{86,68},{72,92},{40,98},{10,88}, UP } },
    { 4, { {46,2},{34,28},{22,46},{8,64}, UP, {8,64},{36,63},{64,62},{94,61},
           UP, {70,34},{69,56},{67,78},{66,98}, UP } },
    { 4, { {16,4},{13,26},{16,48},{40,52},{62,48},{78,38}, UP,
           {84,2},{80,34},{76,66},{72,98}, UP } },
    { 4, { {66,2},{46,26},{26,46},{8,64}, UP, {8,64},{36,64},{64,63},{94,62},
           UP, {66,2},{66,34},{65,66},{64,98}, UP } },
    { 5, { {84,3},{62,4},{40,4},{24,5}, UP, {24,5},{20,24},{18,44}, UP,
           {18,44},{44,37},{74,46},{86,68},{72,92},{40,98},{10,88}, UP } },
    { 5, { {30,6},{24,26},{20,44}, UP, {20,44},{46,40},{72,50},{80,72},
           {62,94},{34,97},{12,86}, UP, {30,6},{50,6},{70,4},{90,3}, UP } },
    { 6, { {70,3},{44,20},{22,46},{13,72},{28,94},{56,98},{80,86},{82,64},
           {60,50},{34,58},{16,76}, UP } },
    { 6, { {52,2},{34,26},{20,54},{20,80},{38,97},{64,94},{76,74},{62,58},
           {40,62},{24,78}, UP } },
    { 7, { {8,8},{34,6},{62,5},{90,4}, UP, {90,4},{74,32},{58,62},{44,98},
           UP } },
    { 7, { {10,8},{36,6},{62,6},{88,4}, UP, {88,4},{72,32},{56,62},{44,98},
           UP, {30,52},{46,50},{62,49},{80,48}, UP } },
    { 7, { {12,22},{14,6}, UP, {14,6},{40,7},{64,6},{88,6}, UP,
           {88,6},{66,36},{52,66},{46,98}, UP } },
    { 8, { {76,14},{50,1},{24,14},{28,36},{52,49},{78,66},{80,88},{50,99},
           {22,88},{22,66},{48,49},{72,34},{78,17},{64,4}, UP } },
    { 8, { {50,2},{26,10},{24,32},{50,46},{74,32},{74,10},{50,2}, UP,
           {50,46},{22,58},{16,82},{48,98},{82,84},{78,58},{50,46}, UP } },
    { 9, { {82,26},{66,6},{36,5},{18,24},{24,46},{50,53},{74,42},{83,22},
           UP, {83,22},{80,48},{76,74},{70,98}, UP } },
    { 9, { {84,20},{62,3},{34,8},{20,28},{32,48},{60,46},{80,24}, UP,
           {80,24},{82,52},{74,80},{52,97},{28,90}, UP } },
};
/* clang-format on */

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

/* A pen on an image: places in pixels. */
typedef struct pen {
    float *out;
    size_t side;
    double radius;
    double a[4], b[2]; /* box to pixels: a q + b */
    double warp[2 * BASIS];
} pen;

/* The numbers of an image: uniforms in (0, 1). */
static void numbers(const dist_draw *d, size_t i, double u[NUMBERS])
{
    for (uint32_t k = 0; k < NUMBERS / 4; k++) {
        uint32_t word[4];

        ito__philox_block(d->at, d->id0 + i, k, word);
        for (int j = 0; j < 4; j++)
            u[4 * k + (uint32_t)j] = ((double)word[j] + 0.5) * 0x1p-32;
    }
}

/* Mean 0, variance 1, within +-3.5: the sum of four uniforms. */
static double bell(const double *u)
{
    return (u[0] + u[1] + u[2] + u[3] - 2.0) * 1.7320508075688772;
}

static size_t digit_of(const double *u)
{
    return size_min((size_t)(u[0] * DIGITS), DIGITS - 1);
}

/* One of the shapes of the digit. */
static const shape *shape_of(const double *u)
{
    const size_t digit = digit_of(u);
    size_t first = 0, count = 0;

    while (shapes[first].digit != digit)
        first++;
    while (first + count < SHAPES && shapes[first + count].digit == digit)
        count++;
    return &shapes[first + size_min((size_t)(u[1] * (double)count), count - 1)];
}

/* How this image is written. */
static void hold_pen(const ito_dist *dist, const double *u, pen *p)
{
    const double side = (double)p->side;
    const double vary = dist->value[GLYPHS_VARIETY];
    const double turn = 0.10 * vary * bell(u + 4);
    const double slant = 0.05 + 0.22 * vary * bell(u + 8);
    const double wide = side * 0.44 * (1.0 + 0.16 * vary * bell(u + 12));
    const double high = side * 0.68 * (1.0 + 0.06 * vary * bell(u + 16));
    const double c = ito__cos(turn), s = ito__sin(turn);

    /* the box around 0, slanted, scaled, turned, put in the middle */
    p->a[0] = wide * c;
    p->a[1] = -high * slant * c - high * s;
    p->a[2] = wide * s;
    p->a[3] = -high * slant * s + high * c;
    p->b[0] = side * (0.5 + 0.025 * vary * (2.0 * u[2] - 1.0));
    p->b[1] = side * (0.5 + 0.025 * vary * (2.0 * u[3] - 1.0));
    p->radius = dist->value[GLYPHS_THICKNESS] * side * 0.042 *
                (1.0 + 0.24 * vary * bell(u + 20));
    p->radius = fmax(p->radius, 0.35);
    for (size_t k = 0; k < 2 * BASIS; k++)
        p->warp[k] = (k < 3 || (k >= BASIS && k < BASIS + 3) ? 0.10 : 0.07) *
                     vary * (2.0 * u[24 + k] - 1.0);
}

/* A point of the box, in pixels. */
static void to_pixels(const pen *p, double x, double y, double out[2])
{
    const double u = (x - 50.0) / 50.0, v = (y - 50.0) / 50.0;
    const double basis[BASIS] = {
        u * u - 0.35,       u * v,
        v * v - 0.4,        u * (u * u - 0.5),
        v * (u * u - 0.35), u * (v * v - 0.4),
        v * (v * v - 0.5),
    };
    double qx = 0.5 * u, qy = 0.5 * v;

    for (size_t k = 0; k < BASIS; k++) {
        qx += p->warp[k] * basis[k];
        qy += p->warp[BASIS + k] * basis[k];
    }
    out[0] = p->a[0] * qx + p->a[1] * qy + p->b[0];
    out[1] = p->a[2] * qx + p->a[3] * qy + p->b[1];
}

/* The first pixel that a span from x - reach on can touch, and one past the
 * last. */
static size_t low(double x, size_t side)
{
    const double f = floor(x);

    return f <= 0.0 ? 0 : size_min((size_t)f, side);
}

/* Draw the segment from q to r. */
static void segment(const pen *p, const double q[2], const double r[2])
{
    const double dx = r[0] - q[0], dy = r[1] - q[1];
    const double square = dx * dx + dy * dy, reach = p->radius + 0.5;
    const size_t x0 = low(fmin(q[0], r[0]) - reach, p->side);
    const size_t x1 = low(fmax(q[0], r[0]) + reach + 1.0, p->side);
    const size_t y0 = low(fmin(q[1], r[1]) - reach, p->side);
    const size_t y1 = low(fmax(q[1], r[1]) + reach + 1.0, p->side);

    for (size_t y = y0; y < y1; y++)
        for (size_t x = x0; x < x1; x++) {
            const double px = (double)x + 0.5 - q[0];
            const double py = (double)y + 0.5 - q[1];
            double t = square > 0.0 ? (px * dx + py * dy) / square : 0.0;
            double ex, ey, ink;

            t = fmin(fmax(t, 0.0), 1.0);
            ex = px - t * dx;
            ey = py - t * dy;
            ink = fmin(reach - sqrt(ex * ex + ey * ey), 1.0);
            if (2.0 * ink - 1.0 > (double)p->out[y * p->side + x])
                p->out[y * p->side + x] = (float)(2.0 * ink - 1.0);
        }
}

/* The spline through points 1 and 2 at s in [0, 1]. */
static double spline(const double x[4], double s)
{
    return x[1] + 0.5 * s *
                      (x[2] - x[0] +
                       s * (2.0 * x[0] - 5.0 * x[1] + 4.0 * x[2] - x[3] +
                            s * (3.0 * (x[1] - x[2]) + x[3] - x[0])));
}

/* Draw a stroke of n points. */
static void stroke(const pen *p, const point *at, size_t n)
{
    double from[2], to[2];

    to_pixels(p, at[0].x, at[0].y, from);
    for (size_t i = 0; i + 1 < n; i++) {
        double x[4], y[4];

        for (size_t k = 0; k < 4; k++) {
            const size_t j = size_min(i + k > 0 ? i + k - 1 : 0, n - 1);

            x[k] = at[j].x;
            y[k] = at[j].y;
        }
        for (size_t k = 1; k <= PIECES; k++) {
            const double s = (double)k / PIECES;

            to_pixels(p, spline(x, s), spline(y, s), to);
            segment(p, from, to);
            memcpy(from, to, sizeof(from));
        }
    }
}

static void draw_one(const dist_draw *d, size_t i)
{
    const size_t side = (size_t)d->dist->value[GLYPHS_SIZE];
    pen p = { .out = d->out + i * d->ld, .side = side };
    double u[NUMBERS];
    const shape *s;
    size_t at = 0;

    numbers(d, i, u);
    s = shape_of(u);
    hold_pen(d->dist, u, &p);
    for (size_t k = 0; k < side * side; k++)
        p.out[k] = -1.0F;
    while (at < POINTS && s->at[at].y > 0) {
        size_t n = 0;

        while (s->at[at + n].x != END)
            n++;
        stroke(&p, s->at + at, n);
        at += n + 1;
    }
}

void ito__draw_glyphs(const dist_draw *d)
{
    for (size_t i = 0; i < d->n; i++)
        draw_one(d, i);
}

void ito__label_glyphs(const dist_draw *d, uint32_t *out)
{
    for (size_t i = 0; i < d->n; i++) {
        uint32_t word[4];
        double u;

        ito__philox_block(d->at, d->id0 + i, 0, word);
        u = ((double)word[0] + 0.5) * 0x1p-32;
        out[i] = (uint32_t)digit_of(&u);
    }
}

ito_status ito__build_glyphs(ito_ctx *ctx, ito_dist *dist)
{
    const size_t side = (size_t)dist->value[GLYPHS_SIZE];

    (void)ctx;
    assert(side <= SIDE_MAX);
    dist->dim = side * side;
    return ITO_OK;
}

size_t ito__glyphs_classes(const ito_dist *dist)
{
    (void)dist;
    return DIGITS;
}

static const char *lacks(const ito_dist *dist)
{
    (void)dist;
    return "digits are drawn, not given by a formula";
}

const dist_form ito__form_glyphs = { .lacks = lacks };

int ito_dist_image(const ito_dist *dist, size_t size[3])
{
    if (dist->kind->draw != ito__draw_glyphs)
        return 0;
    size[0] = size[1] = (size_t)dist->value[GLYPHS_SIZE];
    size[2] = 1;
    return 1;
}
