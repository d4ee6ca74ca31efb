/* SPDX-License-Identifier: MIT
 *
 * draw.c - how rows of the built-in distributions are drawn.
 *
 * A row uses addressed numbers of its own id: uniforms of components 0 to 2
 * (which mode, where on it) and normals from component NORMAL on.  There is
 * no rejection, so drawing takes the same time for every row.  Angles go
 * through the kernels' sincos and all else is + - * in float or double, so
 * the bits are the same everywhere.  Constants: the labs of MIT 6.S184 for
 * gmm, gmm-random, moons, circles and checkerboard; the TorchCFM code for
 * 8gaussians and scurve.
 */
#include "dist/kinds.h"

#include <math.h>

#include "rng/noise.h"

#define NORMAL    8         /* first component of normals */
#define NARROW    16        /* dimensions that fit there */
#define WIDE_MODE 0xffffffu /* component that chooses the mode beyond that */
#define PI        3.14159265358979323846

/* Uniforms and normals of one component for the rows of a chunk. */
static void uniforms(const dist_draw *d, size_t comp, float *u)
{
    ito__uniform_comp(d->kern, d->at, d->id0, d->n, comp, u);
}

static void normals(const dist_draw *d, size_t comp, float *z)
{
    ito__normal_comp(d->kern, d->at, d->id0, d->n, NORMAL + comp, z);
}

/* floor(u count), below count. */
static size_t choose(float u, size_t count)
{
    return size_min((size_t)((double)u * (double)count), count - 1);
}

static size_t choose_mode(const ito_dist *dist, float u)
{
    const size_t modes = dist->modes.modes;
    size_t k = 0;

    if (!dist->cdf)
        return choose(u, modes);
    while (k + 1 < modes && u >= dist->cdf[k])
        k++;
    return k;
}

/* The number that chooses the mode of each row: beside the normals or, where
 * these start from component 0, out of a block that no normal has. */
static void choose_modes(const dist_draw *d, float *u)
{
    uint32_t word[4];

    if (d->dist->dim <= NARROW) {
        uniforms(d, 0, u);
        return;
    }
    for (size_t i = 0; i < d->n; i++) {
        ito__philox_block(d->at, d->id0 + i, WIDE_MODE, word);
        u[i] = ((float)(word[0] >> 8) + 0.5f) * 0x1p-24f;
    }
}

void ito__draw_modes(const dist_draw *d)
{
    const ito_dist *dist = d->dist;
    const size_t dim = dist->dim;
    float u[DIST_CHUNK], z[DIST_CHUNK];

    choose_modes(d, u);
    if (dim > NARROW)
        ito__normal_rows(d->kern, d->at, d->id0, d->n, dim, d->out, d->ld);
    for (size_t c = 0; c < dim; c++) {
        if (dim <= NARROW)
            normals(d, c, z);
        for (size_t i = 0; i < d->n; i++) {
            const size_t k = choose_mode(dist, u[i]);
            float *x = d->out + i * d->ld + c;

            *x = dist->mean[k * dim + c] +
                 dist->std[k] * (dim <= NARROW ? z[i] : *x);
        }
    }
}

/* x = m_k + L_k n for normals n that stand in a row of out. */
static void put_full(const ito_dist *dist, size_t k, float *x)
{
    const size_t dim = dist->dim;
    const float *l = dist->factor + k * dim * dim;

    for (size_t c = dim; c-- > 0;) {
        float sum = 0.0f;

        for (size_t j = 0; j <= c; j++)
            sum += l[c * dim + j] * x[j];
        x[c] = dist->mean[k * dim + c] + sum;
    }
}

/* Normals as ito__draw_modes or, for one mode, as ito__draw_gaussian. */
void ito__draw_full(const dist_draw *d)
{
    const ito_dist *dist = d->dist;
    const size_t dim = dist->dim;
    const bool narrow = dim <= NARROW && dist->modes.modes > 1;
    float u[DIST_CHUNK], z[DIST_CHUNK];

    choose_modes(d, u);
    if (!narrow)
        ito__normal_rows(d->kern, d->at, d->id0, d->n, dim, d->out, d->ld);
    for (size_t c = 0; narrow && c < dim; c++) {
        normals(d, c, z);
        for (size_t i = 0; i < d->n; i++)
            d->out[i * d->ld + c] = z[i];
    }
    for (size_t i = 0; i < d->n; i++)
        put_full(dist, choose_mode(dist, u[i]), d->out + i * d->ld);
}

void ito__label_modes(const dist_draw *d, uint32_t *out)
{
    float u[DIST_CHUNK];

    choose_modes(d, u);
    for (size_t i = 0; i < d->n; i++)
        out[i] = (uint32_t)choose_mode(d->dist, u[i]);
}

void ito__draw_gaussian(const dist_draw *d)
{
    const ito_dist *dist = d->dist;

    ito__normal_rows(d->kern, d->at, d->id0, d->n, dist->dim, d->out, d->ld);
    for (size_t i = 0; i < d->n; i++)
        for (size_t c = 0; c < dist->dim; c++) {
            float *x = d->out + i * d->ld + c;

            *x = dist->mean[c] + dist->std[0] * *x;
        }
}

/* x = (x + noise z) scale + offset for the two coordinates, x given by rows
 * of px and py. */
static void put_points(const dist_draw *d, const float *px, const float *py,
                       float noise, const float place[2])
{
    float z[DIST_CHUNK];

    for (size_t c = 0; c < 2; c++) {
        const float *p = c == 0 ? px : py;

        normals(d, c, z);
        for (size_t i = 0; i < d->n; i++)
            d->out[i * d->ld + c] = (p[i] + noise * z[i]) * place[0] + place[1];
    }
}

void ito__draw_moons(const dist_draw *d)
{
    const double *value = d->dist->value;
    const float place[2] = { (float)value[MOONS_SCALE],
                             (float)value[MOONS_OFFSET] };
    float u[DIST_CHUNK], a[DIST_CHUNK], s[DIST_CHUNK], c[DIST_CHUNK];

    uniforms(d, 0, u);
    uniforms(d, 1, a);
    for (size_t i = 0; i < d->n; i++)
        a[i] *= (float)PI;
    d->kern->sincos(d->n, a, s, c);
    for (size_t i = 0; i < d->n; i++)
        if (u[i] > 0.5f) {
            c[i] = 1.0f - c[i];
            s[i] = 0.5f - s[i];
        }
    put_points(d, c, s, (float)value[MOONS_NOISE], place);
}

/* The outer moon or the first arm is 0. */
void ito__label_halves(const dist_draw *d, uint32_t *out)
{
    const bool moons = d->dist->kind->draw == ito__draw_moons;
    float u[DIST_CHUNK];

    uniforms(d, 0, u);
    for (size_t i = 0; i < d->n; i++)
        out[i] = moons ? u[i] > 0.5f : !(u[i] < 0.5f);
}

/* Points on circles of radius[k], k chosen evenly among `count`. */
static void draw_circle(const dist_draw *d, size_t count, const float *radius,
                        double scale, double noise)
{
    const float place[2] = { (float)scale, 0.0f };
    float u[DIST_CHUNK], a[DIST_CHUNK], s[DIST_CHUNK], c[DIST_CHUNK];

    uniforms(d, 0, u);
    uniforms(d, 1, a);
    for (size_t i = 0; i < d->n; i++)
        a[i] *= (float)(2.0 * PI);
    d->kern->sincos(d->n, a, s, c);
    for (size_t i = 0; i < d->n; i++) {
        const float r = radius[choose(u[i], count)];

        c[i] *= r;
        s[i] *= r;
    }
    put_points(d, c, s, (float)noise, place);
}

void ito__draw_circles(const dist_draw *d)
{
    const double *value = d->dist->value;
    const float radius[2] = { 1.0f, (float)value[CIRCLES_FACTOR] };

    draw_circle(d, 2, radius, value[CIRCLES_SCALE], value[CIRCLES_NOISE]);
}

void ito__draw_rings(const dist_draw *d)
{
    const double *value = d->dist->value;
    const size_t rings = (size_t)value[RINGS_RINGS];
    float radius[64];

    assert(rings >= 1 && rings <= 64);
    for (size_t k = 0; k < rings; k++)
        radius[k] = (float)((double)(k + 1) / (double)rings);
    draw_circle(d, rings, radius, value[RINGS_SCALE], value[RINGS_NOISE]);
}

void ito__label_rings(const dist_draw *d, uint32_t *out)
{
    const bool circles = d->dist->kind->draw == ito__draw_circles;
    const size_t count = circles ? 2 : (size_t)d->dist->value[RINGS_RINGS];
    float u[DIST_CHUNK];

    uniforms(d, 0, u);
    for (size_t i = 0; i < d->n; i++)
        out[i] = (uint32_t)choose(u[i], count);
}

/* Row and column of the k-th cell of equal parity, counted by rows. */
static void find_cell(size_t grid, size_t k, size_t *row, size_t *col)
{
    const size_t even = (grid + 1) / 2; /* cells in an even row */
    const size_t pair = k / grid, rest = k % grid;

    *row = 2 * pair + (rest >= even);
    *col = rest >= even ? 2 * (rest - even) + 1 : 2 * rest;
}

/* A float inside cell `cell`, off its edges by more than rounding. */
static float in_cell(double scale, size_t grid, size_t cell, float u)
{
    const double width = 2.0 * scale / (double)grid;
    const double margin = scale * 0x1p-21;
    const double lo = (double)cell * width - scale;
    double x = lo + (double)u * width;

    x = x > lo + margin ? x : lo + margin;
    x = x < lo + width - margin ? x : lo + width - margin;
    return (float)x;
}

void ito__draw_board(const dist_draw *d)
{
    const size_t grid = (size_t)d->dist->value[BOARD_GRID];
    const double scale = d->dist->value[BOARD_SCALE];
    const size_t cells = (grid * grid + 1) / 2;
    float u[DIST_CHUNK], x[DIST_CHUNK], y[DIST_CHUNK];

    uniforms(d, 0, u);
    uniforms(d, 1, x);
    uniforms(d, 2, y);
    for (size_t i = 0; i < d->n; i++) {
        size_t row, col;

        find_cell(grid, choose(u[i], cells), &row, &col);
        d->out[i * d->ld] = in_cell(scale, grid, row, x[i]);
        d->out[i * d->ld + 1] = in_cell(scale, grid, col, y[i]);
    }
}

void ito__label_board(const dist_draw *d, uint32_t *out)
{
    const size_t grid = (size_t)d->dist->value[BOARD_GRID];
    float u[DIST_CHUNK];

    uniforms(d, 0, u);
    for (size_t i = 0; i < d->n; i++)
        out[i] = (uint32_t)choose(u[i], (grid * grid + 1) / 2);
}

void ito__draw_spiral(const dist_draw *d)
{
    const double *value = d->dist->value;
    const float place[2] = { (float)value[SPIRAL_SCALE], 0.0f };
    const float turn = (float)(2.0 * PI * value[SPIRAL_TURNS]);
    float u[DIST_CHUNK], r[DIST_CHUNK], s[DIST_CHUNK], c[DIST_CHUNK];

    uniforms(d, 0, u);
    uniforms(d, 1, r);
    for (size_t i = 0; i < d->n; i++) {
        r[i] = sqrtf(r[i]);
        s[i] = turn * r[i];
    }
    d->kern->sincos(d->n, s, s, c);
    for (size_t i = 0; i < d->n; i++) {
        const float arm = u[i] < 0.5f ? r[i] : -r[i];

        s[i] *= arm;
        c[i] *= arm;
    }
    put_points(d, c, s, (float)value[SPIRAL_NOISE], place);
}

void ito__draw_swissroll(const dist_draw *d)
{
    const double *value = d->dist->value;
    const float place[2] = { (float)value[ROLL_SCALE], 0.0f };
    float a[DIST_CHUNK], s[DIST_CHUNK], c[DIST_CHUNK];

    uniforms(d, 1, a);
    for (size_t i = 0; i < d->n; i++)
        a[i] = (float)(1.5 * PI) + (float)(3.0 * PI) * a[i];
    d->kern->sincos(d->n, a, s, c);
    for (size_t i = 0; i < d->n; i++) {
        const float r = a[i] * (float)(1.0 / (4.5 * PI));

        s[i] *= r;
        c[i] *= r;
    }
    put_points(d, c, s, (float)value[ROLL_NOISE], place);
}

void ito__draw_scurve(const dist_draw *d)
{
    const double *value = d->dist->value;
    const float place[2] = { (float)value[ROLL_SCALE], 0.0f };
    float a[DIST_CHUNK], s[DIST_CHUNK], c[DIST_CHUNK];

    uniforms(d, 1, a);
    for (size_t i = 0; i < d->n; i++)
        a[i] = (float)(3.0 * PI) * (a[i] - 0.5f);
    d->kern->sincos(d->n, a, s, c);
    for (size_t i = 0; i < d->n; i++)
        c[i] = a[i] < 0.0f ? 1.0f - c[i] : c[i] - 1.0f;
    put_points(d, s, c, (float)value[ROLL_NOISE], place);
}
