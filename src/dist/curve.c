/* SPDX-License-Identifier: MIT
 *
 * curve.c - curves in the plane with isotropic normal noise, seen through
 * x = alpha z + beta e.
 *
 * The density is an integral over the curve, int N(x; c(a), s^2 I) w(a) da.
 * It is cut into panels no longer than s with 16 Gauss-Legendre points each
 * (Davis and Rabinowitz, Methods of Numerical Integration, 2.7), so it is a
 * mixture of normals at those points and everything about mixtures holds: the
 * score is the exact gradient of the log density, and a path needs no more
 * points.  Within 20 s of the curve the relative error of the density is
 * below 1e-10; it grows beyond, where log p < -200, but log p stays right to
 * 1e-3 of itself however far out.
 *
 * Blocks of points whose terms are all more than 42 below the largest (e^-42 =
 * 6e-19) are left out of the sums.
 */
#include <math.h>

#include "dist/kinds.h"
#include "kern/dmath.h"

#define LOG_2PI    1.83787706640934548356
#define PI         3.14159265358979323846
#define NODES      16
#define PANELS_MAX 32768 /* of all pieces together */
#define NEGLECT    42.0
#define BLOCK      64

/* A point of a curve at parameter a, before scale and offset, and its weight
 * (the density of a, up to a factor). */
typedef void (*curve_fn)(const ito_dist *dist, size_t piece, double a,
                         double point[2], double *weight);

/* Pieces on which the curve is smooth, each of parameters [lo, hi]; `speed` is
 * the most that a point moves with a. */
typedef struct curve_shape {
    void (*draw)(const dist_draw *d); /* the kind that it belongs to */
    curve_fn at;
    size_t pieces;
    double lo, hi;
    int noise, scale, offset; /* parameters; offset -1: none */
} curve_shape;

static void moon_at(const ito_dist *dist, size_t piece, double a,
                    double point[2], double *weight)
{
    const double c = ito__cos(a), s = ito__sin(a);

    (void)dist;
    point[0] = piece == 0 ? c : 1.0 - c;
    point[1] = piece == 0 ? s : 0.5 - s;
    *weight = 1.0;
}

/* r = sqrt(U), so r has density 2 r. */
static void spiral_at(const ito_dist *dist, size_t piece, double r,
                      double point[2], double *weight)
{
    const double b = 2.0 * PI * dist->value[SPIRAL_TURNS] * r;
    const double arm = piece == 0 ? r : -r;

    point[0] = arm * ito__cos(b);
    point[1] = arm * ito__sin(b);
    *weight = r;
}

static void roll_at(const ito_dist *dist, size_t piece, double a,
                    double point[2], double *weight)
{
    const double r = a / (4.5 * PI);

    (void)dist;
    (void)piece;
    point[0] = r * ito__cos(a);
    point[1] = r * ito__sin(a);
    *weight = 1.0;
}

/* Two pieces: the curvature jumps at a = 0. */
static void scurve_at(const ito_dist *dist, size_t piece, double a,
                      double point[2], double *weight)
{
    const double sign = piece == 0 ? 1.0 : -1.0;

    (void)dist;
    point[0] = sign * ito__sin(a);
    point[1] = sign * (ito__cos(a) - 1.0);
    *weight = 1.0;
}

static const curve_shape shapes[] = {
    { ito__draw_moons, moon_at, 2, 0.0, PI, MOONS_NOISE, MOONS_SCALE,
      MOONS_OFFSET },
    { ito__draw_spiral, spiral_at, 2, 0.0, 1.0, SPIRAL_NOISE, SPIRAL_SCALE,
      -1 },
    { ito__draw_swissroll, roll_at, 1, 1.5 * PI, 4.5 * PI, ROLL_NOISE,
      ROLL_SCALE, -1 },
    { ito__draw_scurve, scurve_at, 2, 0.0, 1.5 * PI, ROLL_NOISE, ROLL_SCALE,
      -1 },
};

/* The shape of a distribution whose form is a curve. */
static const curve_shape *find_shape(const ito_dist *dist)
{
    const curve_shape *found = &shapes[0];

    for (size_t i = 1; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        if (dist->kind->draw == shapes[i].draw)
            found = &shapes[i];
    return found;
}

/* Length of a piece if run at its highest speed. */
static double longest(const ito_dist *dist, const curve_shape *shape)
{
    const double span = shape->hi - shape->lo;
    double turn;

    if (shape->draw != ito__draw_spiral)
        return 1.01 * span;
    turn = 2.0 * PI * dist->value[SPIRAL_TURNS];
    return span * sqrt(1.0 + turn * turn);
}

/* Panels of a piece: at least 8, and none that turns by more than 0.4. */
static double panels_of(const ito_dist *dist, const curve_shape *shape)
{
    const double length = longest(dist, shape);
    const double by_noise = length / dist->value[shape->noise];
    const double by_turn = length / 0.4;

    return floor(by_noise > by_turn ? by_noise : by_turn) + 8.0;
}

size_t ito__curve_points(const ito_dist *dist, const char **why)
{
    const curve_shape *shape = find_shape(dist);
    double panels;

    if (why)
        *why = "it is no curve";
    if (dist->kind->form != &ito__form_curve)
        return 0;
    if (why)
        *why = "the noise is 0";
    if (!(dist->value[shape->noise] > 0.0))
        return 0;
    panels = panels_of(dist, shape) * (double)shape->pieces;
    if (why)
        *why = "the noise is too small beside the length of the curve";
    if (!(panels <= PANELS_MAX))
        return 0;
    return (size_t)panels * NODES;
}

/* The Gauss-Legendre rule on [-1, 1] by Newton's method on the recurrence. */
static void legendre(double *node, double *weight)
{
    for (int i = 0; i < NODES; i++) {
        double x = -ito__cos(PI * (i + 0.75) / (NODES + 0.5)), slope = 1.0;

        for (int round = 0; round < 8; round++) {
            double p = x, before = 1.0;

            for (int n = 2; n <= NODES; n++) {
                const double next =
                    ((2.0 * n - 1.0) * x * p - (n - 1.0) * before) / n;

                before = p;
                p = next;
            }
            slope = NODES * (x * p - before) / (x * x - 1.0);
            x -= p / slope;
        }
        node[i] = x;
        weight[i] = 2.0 / ((1.0 - x * x) * slope * slope);
    }
}

void ito__curve_fill(const ito_dist *dist, double *memory, ito_curve *out)
{
    const curve_shape *shape = find_shape(dist);
    const size_t n = ito__curve_points(dist, NULL);
    const size_t panels = n / NODES / shape->pieces;
    const double step = (shape->hi - shape->lo) / (double)panels;
    const double scale = dist->value[shape->scale];
    const double offset = shape->offset < 0 ? 0.0 : dist->value[shape->offset];
    double node[NODES], weight[NODES], total = 0.0;

    legendre(node, weight);
    for (size_t i = 0; i < n; i++) {
        const size_t piece = i / (panels * NODES), panel = i / NODES % panels;
        const double a =
            shape->lo + step * ((double)panel + 0.5 + 0.5 * node[i % NODES]);
        double point[2], w;

        shape->at(dist, piece, a, point, &w);
        memory[i] = scale * point[0] + offset;
        memory[n + i] = scale * point[1] + offset;
        memory[2 * n + i] = w * weight[i % NODES];
        total += memory[2 * n + i];
    }
    for (size_t i = 0; i < n; i++)
        memory[2 * n + i] = ito__log(memory[2 * n + i] / total);
    *out = (ito_curve){ .kern = dist->ctx->kern->f64,
                        .n = n,
                        .px = memory,
                        .py = memory + n,
                        .logw = memory + 2 * n,
                        .s = dist->value[shape->noise] * scale };
}

ito_curve_at ito__curve_at(const ito_curve *curve, double alpha, double beta)
{
    const double as = alpha * curve->s, c = as * as + beta * beta;

    return (ito_curve_at){
        .curve = curve, .alpha = alpha, .c = c, .log0 = -LOG_2PI - ito__log(c)
    };
}

/* Terms first .. first + n - 1 under the logsumexp, without log0; returns the
 * largest. */
static double terms_of(const ito_curve_at *at, size_t first, size_t n,
                       const double *x, double *term)
{
    const double *px = at->curve->px + first, *py = at->curve->py + first;
    const double *logw = at->curve->logw + first, half = 0.5 / at->c;
    double top = -HUGE_VAL;

    for (size_t i = 0; i < n; i++) {
        const double dx = x[0] - at->alpha * px[i];
        const double dy = x[1] - at->alpha * py[i];

        term[i] = logw[i] - (dx * dx + dy * dy) * half;
    }
    for (size_t i = 0; i < n; i++)
        top = term[i] > top ? term[i] : top;
    return top;
}

/* exp(term - top) of a block; false where none of it counts. */
static bool weights_of(const ito_curve_at *at, size_t first, size_t n,
                       const double *x, double top, double *w)
{
    if (terms_of(at, first, n, x, w) - top < -NEGLECT)
        return false;
    for (size_t i = 0; i < n; i++)
        w[i] -= top;
    at->curve->kern->exp(n, w, w);
    return true;
}

/* Largest term, sum of exp(term - it), and the mean of the points under it. */
static double weigh(const ito_curve_at *at, const double *x, double *sum,
                    double mean[2])
{
    const ito_curve *curve = at->curve;
    double top = -HUGE_VAL, total = 0.0, px = 0.0, py = 0.0, w[BLOCK];

    for (size_t first = 0; first < curve->n; first += BLOCK) {
        const double here =
            terms_of(at, first, size_min(BLOCK, curve->n - first), x, w);

        top = here > top ? here : top;
    }
    for (size_t first = 0; first < curve->n; first += BLOCK) {
        const size_t n = size_min(BLOCK, curve->n - first);

        if (!weights_of(at, first, n, x, top, w))
            continue;
        for (size_t i = 0; i < n; i++) {
            total += w[i];
            px += w[i] * curve->px[first + i];
            py += w[i] * curve->py[first + i];
        }
    }
    *sum = total;
    mean[0] = px / total;
    mean[1] = py / total;
    return top;
}

double ito__curve_moments(const ito_curve_at *at, const double *x, double *z,
                          double *q)
{
    const double gain = at->alpha * at->curve->s * at->curve->s;
    double sum, mean[2];
    const double top = weigh(at, x, &sum, mean);

    for (size_t c = 0; z && c < 2; c++) {
        q[c] = (x[c] - at->alpha * mean[c]) / at->c;
        z[c] = mean[c] + gain * q[c];
    }
    return at->log0 + top + ito__log(sum);
}

/*
 * With K the covariance of the point c given x: dE[c]/dx = alpha K / C,
 * dq/dx = (I - alpha^2 K / C) / C, dz/dx = dE[c]/dx + alpha s^2 dq/dx.
 */
double ito__curve_slope(const ito_curve_at *at, const double *x,
                        const ito_slope *s)
{
    const ito_curve *curve = at->curve;
    const double gain = at->alpha * curve->s * curve->s;
    const double own = (s->cz * gain + s->cq) / at->c;
    double sum, mean[2], k[3] = { 0.0, 0.0, 0.0 }, between, w[BLOCK];
    const double top = weigh(at, x, &sum, mean);

    for (size_t first = 0; first < curve->n; first += BLOCK) {
        const size_t n = size_min(BLOCK, curve->n - first);

        if (!weights_of(at, first, n, x, top, w))
            continue;
        for (size_t i = 0; i < n; i++) {
            const double dx = curve->px[first + i] - mean[0];
            const double dy = curve->py[first + i] - mean[1];

            k[0] += w[i] * dx * dx;
            k[1] += w[i] * dx * dy;
            k[2] += w[i] * dy * dy;
        }
    }
    between = at->alpha / at->c * (s->cz - at->alpha * own);
    for (int j = 0; j < 3; j++)
        k[j] *= between / sum;
    if (s->v) {
        s->vj[0] = own * s->v[0] + k[0] * s->v[0] + k[1] * s->v[1];
        s->vj[1] = own * s->v[1] + k[1] * s->v[0] + k[2] * s->v[1];
    }
    return 2.0 * own + k[0] + k[2];
}

/* --- the density itself -------------------------------------------------- */

static const char *curve_lacks(const ito_dist *dist)
{
    const char *why = NULL;

    return ito__curve_points(dist, &why) > 0 ? NULL : why;
}

static size_t curve_bytes(const ito_dist *dist)
{
    const size_t n = ito__curve_points(dist, NULL);

    return size_add(sizeof(ito_curve), size_mul(3 * n, sizeof(double)));
}

static void curve_prepare(const ito_dist *dist, void *memory)
{
    ito_curve *curve = memory;

    ito__curve_fill(dist, (double *)(void *)(curve + 1), curve);
}

static double curve_density(const ito_dist *dist, void *memory, const double *x,
                            double *score, double *work)
{
    const ito_curve_at at = ito__curve_at(memory, 1.0, 0.0);
    const double logp = ito__curve_moments(&at, x, score ? work : NULL, score);

    (void)dist;
    for (size_t c = 0; score && c < 2; c++)
        score[c] = -score[c];
    return logp;
}

const dist_form ito__form_curve = { .lacks = curve_lacks,
                                    .bytes = curve_bytes,
                                    .prepare = curve_prepare,
                                    .at = curve_density };
