/* SPDX-License-Identifier: MIT
 *
 * lines.c - implicit steps along the lines of one axis.
 *
 * Cell i of a line loses mass at rate l_i + r_(i+1) and gains r_i m_(i-1) +
 * l_(i+1) m_(i+1), so (I - c G) u = m is tridiagonal.  Columns of I - c G sum
 * to 1 plus what leaves, and with that the pivots of the elimination (Thomas)
 * need no subtraction (Grassmann, Taksar and Heyman, Oper. Res. 33 (1985)
 * 1107):
 *
 *     s_0 = 1 + c l_0,  pivot_i = s_i + c r_(i+1),
 *     s_(i+1) = 1 + c l_(i+1) s_i / pivot_i
 *     forward   u_i = (m_i + c r_i u_(i-1)) / pivot_i
 *     backward  u_i += c l_(i+1) / pivot_i u_(i+1)
 *
 * so nothing cancels: m >= 0 gives u >= 0 and mass is kept to rounding.
 *
 * On a ring the last cell is set apart: with q what a unit of mass there
 * gives the others, T q = (c r_0, 0, ..., 0, c l_(n-1)), and T y = m,
 *
 *     u_(n-1) = (m_(n-1) + c r_(n-1) y_(n-2) + c l_0 y_0) / (1 + sum q)
 *     u_i = y_i + q_i u_(n-1)
 *
 * Every rule of time is made of such solutions alone, S = (I - c G)^-1:
 *
 *     be       m' = S m                                c = tau
 *     cn       v = S m,  m' = v + (v - m)              c = tau / 2
 *     tr-bdf2  v = S m,  m' = S (v + sqrt 2 (v - m))   c = tau (1 - 1/sqrt 2)
 *
 * the last because with gamma = 2 - sqrt 2 both stages have the same c.
 * Written so, the weights of m and v have the sum 1 whatever their rounding.
 */
#include <math.h>
#include <string.h>

#include "pde/grid.h"

#define SQRT2 1.41421356237309504880

double ito__pde_coefficient(pde_step step)
{
    switch (step) {
    case PDE_TR_BDF2: return 1.0 - 1.0 / SQRT2;
    case PDE_CN: return 0.5;
    default: return 1.0;
    }
}

/* The loops over lanes come in two versions, so that each has a fixed length:
 * `w` is a constant wherever these are expanded. */
#if defined(__GNUC__)
#define EXPAND static inline __attribute__((always_inline))
#else
#define EXPAND static inline
#endif

/* The factors of one block. */
typedef struct strip {
    size_t n; /* cells that the tridiagonal part has */
    double *inv, *down, *up, *ring, *close;
} strip;

static strip strip_of(const pde_axis *a, size_t block)
{
    const pde_factor *f = &a->factor;
    const size_t at = block * a->n * a->lanes;

    return (strip){ .n = a->periodic ? a->n - 1 : a->n,
                    .inv = f->inv + at,
                    .down = f->down + at,
                    .up = f->up + at,
                    .ring = a->periodic ? f->ring + at : NULL,
                    .close =
                        a->periodic ? f->close + 3 * block * a->lanes : NULL };
}

/* r, l: rates of the block's faces, (n + 1) x w */
EXPAND void eliminate(const strip *s, double c, const double *r,
                      const double *l, size_t w)
{
    double rest[PDE_LANES];

    for (size_t j = 0; j < w; j++)
        rest[j] = 1.0 + c * l[j];
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < w; j++) {
            const size_t k = i * w + j;
            const double inv = 1.0 / (rest[j] + c * r[k + w]);

            s->inv[k] = inv;
            s->down[k] = i > 0 ? c * r[k] * inv : 0.0;
            s->up[k] = c * l[k + w] * inv;
            rest[j] = 1.0 + c * l[k + w] * (rest[j] * inv);
        }
}

/* u: n x w, in place */
EXPAND void tridiagonal(const strip *s, double *u, size_t w)
{
    for (size_t j = 0; j < w; j++)
        u[j] *= s->inv[j];
    for (size_t k = w; k < s->n * w; k += w)
        for (size_t j = 0; j < w; j++)
            u[k + j] = u[k + j] * s->inv[k + j] + s->down[k + j] * u[k + j - w];
    for (size_t k = (s->n - 1) * w; k > 0; k -= w)
        for (size_t j = 0; j < w; j++)
            u[k - w + j] += s->up[k - w + j] * u[k + j];
}

EXPAND void close_ring(const strip *s, double c, const double *r,
                       const double *l, size_t w)
{
    const size_t last = s->n * w; /* the cell set apart */

    memset(s->ring, 0, last * sizeof(double));
    for (size_t j = 0; j < w; j++) {
        s->ring[j] = c * r[j];
        s->ring[last - w + j] = c * l[last + j];
    }
    tridiagonal(s, s->ring, w);
    for (size_t j = 0; j < w; j++) {
        double sum = 1.0;

        for (size_t i = 0; i < s->n; i++)
            sum += s->ring[i * w + j];
        s->close[j] = 1.0 / sum;
        s->close[w + j] = c * r[last + j];
        s->close[2 * w + j] = c * l[j];
    }
}

EXPAND void solve(const strip *s, double *u, size_t w)
{
    const size_t last = s->n * w;

    tridiagonal(s, u, w);
    if (!s->ring)
        return;
    for (size_t j = 0; j < w; j++)
        u[last + j] = (u[last + j] + s->close[w + j] * u[last - w + j] +
                       s->close[2 * w + j] * u[j]) *
                      s->close[j];
    for (size_t k = 0; k < last; k += w)
        for (size_t j = 0; j < w; j++)
            u[k + j] += s->ring[k + j] * u[last + j];
}

/* One step on a packed block u; v is work memory of the same size. */
EXPAND void advance(const strip *s, pde_step step, size_t count, double *u,
                    double *v, size_t w)
{
    if (step == PDE_BE) {
        solve(s, u, w);
        return;
    }
    memcpy(v, u, count * sizeof(*v));
    solve(s, v, w);
    if (step == PDE_CN) {
        for (size_t k = 0; k < count; k++)
            u[k] = v[k] + (v[k] - u[k]);
        return;
    }
    for (size_t k = 0; k < count; k++)
        u[k] = v[k] + SQRT2 * (v[k] - u[k]);
    solve(s, u, w);
}

static void advance_one(const strip *s, pde_step step, size_t n, double *u,
                        double *v)
{
    advance(s, step, n, u, v, 1);
}

static void advance_lanes(const strip *s, pde_step step, size_t n, double *u,
                          double *v)
{
    advance(s, step, n * PDE_LANES, u, v, PDE_LANES);
}

/* Between a grid and a packed block: lines of the first axis are rows, those
 * of the second columns.  Lanes without a line are 0. */
static void pack(const ito_density *d, size_t axis, size_t block,
                 const double *grid, double *u)
{
    const pde_axis *a = &d->axis[axis];
    const size_t w = a->lanes, first = block * w, nx = d->axis[0].n;
    const size_t live = size_min(w, a->lines - first);

    if (live < w)
        memset(u, 0, a->n * w * sizeof(*u));
    if (axis == 0) {
        for (size_t j = 0; j < live; j++)
            for (size_t i = 0; i < a->n; i++)
                u[i * w + j] = grid[(first + j) * nx + i];
        return;
    }
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < live; j++)
            u[i * w + j] = grid[i * nx + first + j];
}

static void unpack(const ito_density *d, size_t axis, size_t block,
                   const double *u, double *grid)
{
    const pde_axis *a = &d->axis[axis];
    const size_t w = a->lanes, first = block * w, nx = d->axis[0].n;
    const size_t live = size_min(w, a->lines - first);

    if (axis == 0) {
        for (size_t j = 0; j < live; j++)
            for (size_t i = 0; i < a->n; i++)
                grid[(first + j) * nx + i] = u[i * w + j];
        return;
    }
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < live; j++)
            grid[i * nx + first + j] = u[i * w + j];
}

/* Work on all blocks of an axis. */
typedef struct sweep {
    ito_density *d;
    size_t axis;
    pde_step step;
    bool note;
    double c;
    double *grid;
} sweep;

static size_t grain_of(const pde_axis *a)
{
    return size_max(1, 4096 / (a->n * a->lanes));
}

static void run(const sweep *s, ito_pool_fn fn)
{
    const pde_axis *a = &s->d->axis[s->axis];
    sweep copy = *s;

    ito__for(s->d->ctx, a->blocks, grain_of(a), fn, &copy);
}

static void note_block(const sweep *s, size_t block, const double *u)
{
    const pde_axis *a = &s->d->axis[s->axis];
    const size_t live = size_min(a->lanes, a->lines - block * a->lanes);
    pde_block r = { .min = HUGE_VAL };

    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < live; j++) {
            const double m = u[i * a->lanes + j];

            r.min = m < r.min ? m : r.min;
            r.negative += m < 0.0 ? -m : 0.0;
        }
    s->d->blocks[block] = r;
}

static void step_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const sweep *s = arg;
    const pde_axis *a = &s->d->axis[s->axis];
    double *u = s->d->work + worker * s->d->work_doubles;
    double *v = u + a->n * a->lanes;

    for (size_t block = begin; block < end; block++) {
        const strip f = strip_of(a, block);

        pack(s->d, s->axis, block, s->grid, u);
        if (a->lanes == 1)
            advance_one(&f, s->step, a->n, u, v);
        else
            advance_lanes(&f, s->step, a->n, u, v);
        if (s->note)
            note_block(s, block, u);
        unpack(s->d, s->axis, block, u, s->grid);
    }
}

void ito__pde_lines(ito_density *d, size_t axis, pde_step step, bool note)
{
    const sweep s = {
        .d = d, .axis = axis, .step = step, .note = note, .grid = d->mass
    };

    run(&s, step_chunk);
}

void ito__pde_solve(ito_density *d, size_t axis, double *u)
{
    const sweep s = { .d = d, .axis = axis, .step = PDE_BE, .grid = u };

    run(&s, step_chunk);
}

EXPAND void factor_block(const pde_axis *a, size_t block, double c, size_t w)
{
    const strip s = strip_of(a, block);
    const double *r = a->right + block * (a->n + 1) * w;
    const double *l = a->left + block * (a->n + 1) * w;

    eliminate(&s, c, r, l, w);
    if (a->periodic)
        close_ring(&s, c, r, l, w);
}

static void factor_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const sweep *s = arg;
    const pde_axis *a = &s->d->axis[s->axis];

    (void)worker;
    for (size_t block = begin; block < end; block++) {
        if (a->lanes == 1)
            factor_block(a, block, s->c, 1);
        else
            factor_block(a, block, s->c, PDE_LANES);
    }
}

void ito__pde_factor(ito_density *d, size_t axis, double c)
{
    const sweep s = { .d = d, .axis = axis, .c = c };
    pde_factor *f = &d->axis[axis].factor;

    if (f->version == d->version && f->c == c)
        return;
    run(&s, factor_chunk);
    f->version = d->version;
    f->c = c;
}
