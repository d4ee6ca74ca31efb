/* SPDX-License-Identifier: MIT
 *
 * oracle.c - exact marginal fields of mixtures and checkerboards.
 *
 * Everything is made of the two posterior means E[z | x] and E[e | x]:
 *
 *     u = alphadot E[z | x] + betadot E[e | x],   score = -E[e | x] / beta
 *
 * which need no division by alpha or beta where these vanish.  For a mixture
 * see dist/dist.h.  The checkerboard's density given x is a sum over cells of
 * products of one factor a coordinate, and a cell is legal when row and
 * column have equal parity, so with E, O the sums over even and odd intervals
 * of a coordinate
 *
 *     p_t(x) area = E_1 E_2 + O_1 O_2
 *
 * and the means are the means of the two terms, in the same proportion:
 * 2 grid intervals instead of grid^2 cells.
 */
#include <ito/oracle.h>
#include <math.h>

#include "ctx/ctx.h"
#include "dist/dist.h"
#include "kern/dmath.h"
#include "path/trunc.h"

struct ito_oracle {
    ito_ctx *ctx;
    const ito_dist *dist;
    ito_dist *own; /* the distribution, where the oracle opened it */
    const ito_path *path;
    const ito_modes *modes; /* NULL: a checkerboard */
    size_t grid;
    double scale;
    ito_field field;
};

/* Which of the three a call is for. */
typedef enum want { WANT_FIELD, WANT_SCORE, WANT_LOGP } want;

/* What is known of a particle: log density, E[z | x], and E[e | x] or, for a
 * score, that over beta. */
typedef struct moments {
    double logp;
    double *z, *e;
} moments;

/* What is the same for all particles at one time. */
typedef struct moment {
    ito_coef coef;
    ito_modes_at modes; /* of a mixture */
    trunc_at board;     /* of a checkerboard; beta = 0 at the end */
} moment;

/* Even or odd intervals of one coordinate: their mass is mass exp(-shift), and
 * the means under it. */
typedef trunc_cell strip;

static void strip_add(strip *s, const trunc_cell *cell)
{
    double f;

    if (cell->shift >= s->shift) {
        const double w = cell->mass * ito__exp(s->shift - cell->shift);

        s->mass += w;
        f = w / s->mass;
    } else {
        s->mass = cell->mass + s->mass * ito__exp(cell->shift - s->shift);
        s->shift = cell->shift;
        f = cell->mass / s->mass;
    }
    s->z += f * (cell->z - s->z);
    s->e += f * (cell->e - s->e);
}

/* One coordinate.  A board of one cell has no odd interval. */
static void strips_of(const ito_oracle *o, const trunc_at *at, double x,
                      strip out[2])
{
    double mills[2] = { -1.0, -1.0 };

    out[0] = out[1] = (strip){ .shift = HUGE_VAL };
    for (size_t i = 0; i < o->grid; i++) {
        const double lo = (double)i * at->width - o->scale;
        const trunc_cell cell = ito__trunc_cell(at, lo, x, mills);

        if (i < 2)
            out[i] = cell;
        else
            strip_add(&out[i % 2], &cell);
        mills[0] = mills[1];
        mills[1] = -1.0;
    }
}

static double clamp(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

/* Area of the legal cells. */
static double board_area(const ito_oracle *o)
{
    const double width = 2.0 * o->scale / (double)o->grid;
    const size_t cells = (o->grid * o->grid + 1) / 2;

    return (double)cells * width * width;
}

/*
 * The limit at beta = 0: the data themselves.  On a legal cell E[z | x] is x;
 * elsewhere it is the nearest legal point, and there is no mass.
 */
static void board_at_end(const ito_oracle *o, const double *x, moments *m)
{
    const double width = 2.0 * o->scale / (double)o->grid;
    double best = HUGE_VAL;

    for (size_t i = 0; i < o->grid; i++)
        for (size_t j = i % 2; j < o->grid; j += 2) {
            const double lo[2] = { (double)i * width - o->scale,
                                   (double)j * width - o->scale };
            const double z0 = clamp(x[0], lo[0], lo[0] + width);
            const double z1 = clamp(x[1], lo[1], lo[1] + width);
            const double d =
                (x[0] - z0) * (x[0] - z0) + (x[1] - z1) * (x[1] - z1);

            if (d >= best)
                continue;
            best = d;
            m->z[0] = z0;
            m->z[1] = z1;
        }
    m->e[0] = m->e[1] = 0.0;
    m->logp = best > 0.0 ? -HUGE_VAL : -ito__log(board_area(o));
}

/* Both coordinates; x is kept from where squares overflow. */
static void board_moments(const ito_oracle *o, const trunc_at *at, want what,
                          const double *x_in, moments *m)
{
    const double x[2] = { clamp(x_in[0], -1e100, 1e100),
                          clamp(x_in[1], -1e100, 1e100) };
    strip s[2][2];
    double even, odd, shift, gap, r;

    if (at->beta <= 0.0) {
        board_at_end(o, x, m);
        return;
    }
    strips_of(o, at, x[0], s[0]);
    strips_of(o, at, x[1], s[1]);
    /* masses of the two parities, both times exp(shift) */
    even = s[0][0].mass * s[1][0].mass;
    odd = s[0][1].mass * s[1][1].mass;
    shift = s[0][0].shift + s[1][0].shift;
    gap = s[0][1].shift + s[1][1].shift - shift;
    if (gap >= 0.0) {
        odd *= ito__exp(-gap);
    } else {
        even *= ito__exp(gap);
        shift += gap;
    }
    r = even / (even + odd);
    for (size_t c = 0; c < 2; c++) {
        m->z[c] = s[c][1].z + r * (s[c][0].z - s[c][1].z);
        m->e[c] = s[c][1].e + r * (s[c][0].e - s[c][1].e);
        if (what == WANT_SCORE)
            m->e[c] /= at->beta;
    }
    if (what == WANT_LOGP)
        m->logp = ito__log((even + odd) / board_area(o)) - shift;
}

/* Log density and means of one particle.  A mixture gives E[e | x] / beta. */
static void find_moments(const ito_oracle *o, const moment *at, want what,
                         const double *x, moments *m)
{
    if (!o->modes) {
        board_moments(o, &at->board, what, x, m);
        return;
    }
    m->logp = ito__modes_moments(&at->modes, x, m->z, m->e);
    for (size_t c = 0; what == WANT_FIELD && c < o->modes->dim; c++)
        m->e[c] *= at->coef.beta;
}

static double load(const ito_tile *tile, size_t c, size_t i)
{
    return tile->dtype == ITO_F64 ? ((const double *)tile->x[c])[i]
                                  : (double)((const float *)tile->x[c])[i];
}

static void store(const ito_tile *tile, void *out, size_t i, double value)
{
    if (tile->dtype == ITO_F64)
        ((double *)out)[i] = value;
    else
        ((float *)out)[i] = (float)value;
}

/* scratch: x, z, e of one particle, then the mixture at this time. */
static int evaluate(const ito_oracle *o, const ito_tile *tile, want what,
                    void *const *out)
{
    const size_t dim = tile->dim;
    double *x = tile->scratch;
    moments m = { .z = x + dim, .e = x + 2 * dim };
    moment at = { .coef = o->path->at(tile->t) };

    if (!(tile->t >= 0.0 && tile->t <= 1.0))
        return 1; /* the path ends there */
    if (o->modes)
        ito__modes_at(o->modes, at.coef.alpha, at.coef.beta, x + 3 * dim,
                      &at.modes);
    else if (at.coef.beta > 0.0)
        at.board = ito__trunc_at(at.coef.alpha, at.coef.beta,
                                 2.0 * o->scale / (double)o->grid);
    for (size_t i = 0; i < tile->n; i++) {
        for (size_t c = 0; c < dim; c++)
            x[c] = load(tile, c, i);
        find_moments(o, &at, what, x, &m);
        if (what == WANT_LOGP)
            store(tile, out[0], i, m.logp);
        for (size_t c = 0; what != WANT_LOGP && c < dim; c++)
            store(tile, out[c], i,
                  what == WANT_SCORE
                      ? -m.e[c]
                      : at.coef.alphadot * m.z[c] + at.coef.betadot * m.e[c]);
    }
    return 0;
}

static int drift(void *user, const ito_tile *tile, void *const *out)
{
    return evaluate(user, tile, WANT_FIELD, out);
}

static int score(void *user, const ito_tile *tile, void *const *out)
{
    return evaluate(user, tile, WANT_SCORE, out);
}

static int log_density(void *user, const ito_tile *tile, void *const *out)
{
    return evaluate(user, tile, WANT_LOGP, out);
}

static size_t scratch_bytes(void *user, size_t rows)
{
    const ito_oracle *o = user;
    const size_t modes = o->modes ? o->modes->modes : 0;

    (void)rows;
    return (3 * o->field.dim + 2 * modes) * sizeof(double);
}

ito_status ito_oracle_of(ito_ctx *ctx, const ito_dist *dist,
                         const ito_path *path, ito_oracle **out)
{
    ito_oracle *o;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!dist)
        return ito__fail(ctx, ITO_EARG, "oracle: there is no distribution");
    o = ito__calloc(ctx, 1, sizeof(*o));
    if (!o)
        return ito__fail(ctx, ITO_ENOMEM, "oracle: no memory");
    o->ctx = ctx;
    o->dist = dist;
    o->path = path ? path : ito_path_at(0);
    o->modes = ito__dist_modes(dist);
    if (!o->modes && !ito__dist_board(dist, &o->grid, &o->scale)) {
        ito__free(ctx, o);
        return ito__fail(ctx, ITO_EUNFIT,
                         "oracle: the field of %s has no "
                         "closed form; gaussian, gmm, gmm-random, 8gaussians "
                         "and checkerboard have one",
                         ito_dist_name(dist));
    }
    o->field =
        (ito_field){ .name = ito_dist_name(dist),
                     .dtypes = ITO_F32 | ITO_F64,
                     .flags = ITO_FIELD_REENTRANT | ITO_FIELD_ROW_INVARIANT,
                     .dim = ito_dist_dim(dist),
                     .drift = drift,
                     .score = score,
                     .log_density = log_density,
                     .scratch_bytes = scratch_bytes,
                     .user = o };
    *out = o;
    return ITO_OK;
}

ito_status ito_oracle_open(ito_ctx *ctx, const char *spec, ito_oracle **out)
{
    ito_oracle *oracle = NULL;
    ito_dist *dist = NULL;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    rc = ito_dist_open(ctx, spec, &dist);
    if (rc == ITO_OK)
        rc = ito_oracle_of(ctx, dist, NULL, &oracle);
    if (oracle)
        oracle->own = dist;
    else
        ito_dist_free(dist);
    *out = oracle;
    return rc;
}

void ito_oracle_free(ito_oracle *oracle)
{
    if (!oracle)
        return;
    ito_dist_free(oracle->own);
    ito__free(oracle->ctx, oracle);
}

const ito_field *ito_oracle_field(const ito_oracle *oracle)
{
    return &oracle->field;
}

const ito_dist *ito_oracle_dist(const ito_oracle *oracle)
{
    return oracle->dist;
}
