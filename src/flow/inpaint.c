/* SPDX-License-Identifier: MIT
 *
 * inpaint.c - a flow in which some coordinates are known, or means of pixels.
 *
 * With z_K = y known, the field of the other coordinates is that of the
 * posterior of z given x_t and y.  The posterior given x_t alone has mean D and
 * covariance Sigma = beta^2 / alpha J_D, J_D the Jacobian of D; were it normal,
 * the mean of z_U given y too would be
 *
 *     D_U + Sigma_UK Sigma_KK^-1 (y - D_K) = D_U + (J_D' w)_U,
 *     (J_D')_KK w = y - D_K
 *
 * (Tweedie moment projection: Boys et al., arXiv:2310.06721; with Sigma_KK
 * replaced by that of N(0, I) it is the gradient of Song et al., PiGDM, and for
 * flows of Pokle et al., arXiv:2310.04432).  So
 *
 *     u_U += W / beta (J_D' w)_U      s_U += alpha / beta^2 (J_D' w)_U
 *
 * and known coordinates go along x_K = alpha y + beta e, from their noise to y.
 * For normal data of any covariance this is exact.  w is found by conjugate
 * gradients, a vjp of the flow each: as many as known coordinates, at most
 * SOLVE_MAX.  A network knows J_D to some error, which the inverse would make
 * large where known coordinates tell the same (levels of one column), so its
 * (J_D')_KK gets damp alpha / (alpha^2 + beta^2) on the diagonal, damp times
 * the J_D of N(0, I).
 *
 * Where the means y = A z of blocks of b pixels are known, K is the space of
 * images that are constant on every block and U what is orthogonal to it: A A'
 * = I / b, so P = b A'A projects on K, each pixel becoming the mean of its
 * block, and all of the above holds with P and I - P in place of choosing
 * coordinates, A^+ y = b A'y, y on every pixel of its block, in place of y.
 *
 * Scratch of a tile: four states with their pointers, the flow's conditions,
 * what conjugate gradients keep of a particle, and a row (doubles); then the
 * flow's.
 */
#include "flow/inpaint.h"

#include <math.h>
#include <string.h>

#include "flow/cells.h"
#include "path/path.h"

#define SOLVE_MAX 8
#define START_GAP (1.0 / 256.0)
#define LINE      64

enum { POINT, FLOW, FROM, SLOPE, STATES };

/* Conjugate gradients of one particle. */
typedef struct search {
    double rr;    /* |residual|^2 */
    double first; /* the same at the beginning */
    size_t left;  /* steps it may still take */
} search;

typedef struct layout {
    size_t states, cond, searches, vectors, flow, total;
} layout;

/* One evaluation. */
typedef struct job {
    const inpaint *p;
    ito_tile tile; /* as the flow sees it */
    const ito_tile *from;
    cells state[STATES];
    search *search;
    double *r, *d, *jw; /* rows of dim: residual, direction, J_D' w */
    double *one;        /* one row */
    double a, b;        /* D = a x + b u */
    double damp;        /* added to the diagonal of J_D' */
    ito_coef at;
} job;

static layout lay_out(const inpaint *p, size_t rows)
{
    const size_t dim = p->flow.dim;
    layout l = { .states = 0 };

    l.cond =
        size_mul(STATES, size_add(cells_pointers(dim), cells_bytes(rows, dim)));
    l.searches = size_add(
        l.cond,
        size_round_up(size_mul(size_mul(rows, p->flow.cond_dim), sizeof(float)),
                      LINE));
    l.vectors = size_add(l.searches,
                         size_round_up(size_mul(rows, sizeof(search)), LINE));
    l.flow = size_add(
        l.vectors,
        size_round_up(size_mul(size_mul(size_add(size_mul(rows, 3), 1), dim),
                               sizeof(double)),
                      LINE));
    l.total = size_add(l.flow, p->flow.scratch_bytes
                                   ? p->flow.scratch_bytes(p->flow.user, rows)
                                   : 0);
    return l;
}

static size_t scratch_bytes(void *user, size_t rows)
{
    return lay_out(user, rows).total;
}

/* What particle i is to end in; its noise follows dim values further. */
static const float *known(const job *j, size_t i)
{
    return j->from->cond + i * j->from->cond_dim + j->p->flow.cond_dim;
}

static job begin(const inpaint *p, const ito_tile *tile)
{
    const size_t dim = tile->dim, cols = p->flow.cond_dim;
    const layout l = lay_out(p, tile->n);
    char *base = tile->scratch, *block = base + STATES * cells_pointers(dim);
    float *cond = (float *)(void *)(base + l.cond);
    job j = { .p = p, .tile = *tile, .from = tile };

    j.tile.flags = p->flow.flags;
    j.tile.cond_dim = cols;
    j.tile.cond = cols > 0 ? cond : NULL;
    for (size_t i = 0; cols > 0 && i < tile->n; i++)
        memcpy(cond + i * cols, tile->cond + i * tile->cond_dim,
               cols * sizeof(*cond));
    for (size_t s = 0; s < STATES; s++)
        j.state[s] = cells_in(&j.tile, base + s * cells_pointers(dim),
                              block + s * cells_bytes(tile->n, dim));
    j.tile.x = (const void *const *)j.state[POINT].at;
    j.tile.scratch = base + l.flow;
    j.search = (search *)(void *)(base + l.searches);
    j.r = (double *)(void *)(base + l.vectors);
    j.d = j.r + tile->n * dim;
    j.jw = j.d + tile->n * dim;
    j.one = j.jw + tile->n * dim;
    return j;
}

/* The point at time t: the state, known coordinates on their way. */
static void place(job *j, double t)
{
    const ito_coef at = ito_path_coef(&j->p->path, t);
    const size_t dim = j->tile.dim;

    j->tile.t = t;
    for (size_t i = 0; i < j->tile.npad; i++) {
        const size_t row = size_min(i, j->tile.n - 1);

        for (size_t c = 0; c < dim; c++)
            j->one[c] = cells_x(j->from, row, c);
        ito__inpaint_hold(j->p, known(j, row), at.alpha, at.beta, j->one);
        for (size_t c = 0; c < dim; c++)
            cells_put(&j->state[POINT], i, c, j->one[c]);
    }
}

/* ---- conjugate gradients ---- */

/* Residuals y - D_K of u at the point. */
static void start(job *j, const cells *u)
{
    const size_t dim = j->tile.dim;

    memset(j->jw, 0, j->tile.n * dim * sizeof(*j->jw));
    for (size_t i = 0; i < j->tile.n; i++) {
        const float *y = known(j, i);
        double *r = j->r + i * dim;
        search s = { .left = ito__inpaint_count(j->p, y, j->p->most) };

        for (size_t c = 0; c < dim; c++) {
            const double x = cells_get(&j->state[POINT], i, c);

            r[c] = (double)y[c] - (j->a * x + j->b * cells_get(u, i, c));
        }
        ito__inpaint_known(j->p, y, r);
        for (size_t c = 0; c < dim; c++)
            s.rr += r[c] * r[c];
        s.first = s.rr;
        if (!(s.rr > 0.0))
            s.left = 0;
        j->search[i] = s;
        memcpy(j->d + i * dim, r, dim * sizeof(*r));
    }
}

/* Step `now` of particle i, whose J_u' d is in SLOPE. */
static void advance(job *j, size_t i)
{
    const size_t dim = j->tile.dim;
    const float *y = known(j, i);
    double *r = j->r + i * dim, *d = j->d + i * dim, *jw = j->jw + i * dim;
    double djd = 0.0, dd = 0.0, rr = 0.0, step;
    const double damp = j->damp;
    search *s = &j->search[i];

    for (size_t c = 0; c < dim; c++) {
        djd += d[c] * (j->a * d[c] + j->b * cells_get(&j->state[SLOPE], i, c));
        dd += d[c] * d[c];
    }
    djd += damp * dd;
    s->left--;
    if (!(djd > 1e-12 * dd)) { /* no more is known of this direction */
        s->left = 0;
        return;
    }
    step = s->rr / djd;
    for (size_t c = 0; c < dim; c++) {
        j->one[c] = j->a * d[c] + j->b * cells_get(&j->state[SLOPE], i, c);
        jw[c] += step * j->one[c];
    }
    ito__inpaint_known(j->p, y, j->one);
    for (size_t c = 0; c < dim; c++) {
        r[c] -= step * (j->one[c] + damp * d[c]);
        rr += r[c] * r[c];
    }
    if (!(rr > 1e-24 * s->first))
        s->left = 0;
    for (size_t c = 0; c < dim; c++)
        d[c] = r[c] + rr / s->rr * d[c];
    s->rr = rr;
}

/* J_D' w of all particles. */
static int solve(job *j)
{
    const ito_field *flow = &j->p->flow;
    const size_t dim = j->tile.dim;

    for (size_t k = 0; k < SOLVE_MAX; k++) {
        bool any = false;
        int rc;

        for (size_t i = 0; i < j->tile.n; i++)
            any = any || j->search[i].left > 0;
        if (!any)
            return 0;
        for (size_t i = 0; i < j->tile.npad; i++)
            for (size_t c = 0; c < dim; c++)
                cells_put(&j->state[FROM], i, c,
                          j->d[size_min(i, j->tile.n - 1) * dim + c]);
        rc = flow->vjp(flow->user, &j->tile,
                       (const void *const *)j->state[FROM].at,
                       j->state[SLOPE].at);
        if (rc != 0)
            return rc;
        for (size_t i = 0; i < j->tile.n; i++)
            if (j->search[i].left > 0)
                advance(j, i);
    }
    return 0;
}

/* ---- the field ---- */

/* J_D' w at t, or at the nearest time at which D is told; `u` is the flow
 * there if the point is, or NULL. */
static int correct(job *j, double t, const cells *u)
{
    const ito_field *flow = &j->p->flow;
    const double time = fmax(t, j->p->lo);
    double ab[2];
    int rc = 0;

    j->at = ito_path_coef(&j->p->path, time);
    (void)ito__convert_ab(&j->at, ITO_PREDICT_VELOCITY, ITO_PREDICT_DATA, ab);
    j->a = ab[0];
    j->b = ab[1];
    j->damp = j->p->damp * j->at.alpha /
              (j->at.alpha * j->at.alpha + j->at.beta * j->at.beta);
    if (!u || time != t) {
        place(j, time);
        u = &j->state[FLOW];
        rc = flow->drift(flow->user, &j->tile, u->at);
    }
    if (rc != 0)
        return rc;
    start(j, u);
    return solve(j);
}

/* out_U += k J_D' w; what is known of out becomes p y + q e. */
static void put(const job *j, double k, double p, double q, void *const *out)
{
    const cells to = cells_of(&j->tile, out);
    const size_t dim = j->tile.dim;

    for (size_t i = 0; i < j->tile.npad; i++) {
        const size_t row = size_min(i, j->tile.n - 1);

        for (size_t c = 0; c < dim; c++)
            j->one[c] = cells_get(&to, i, c) +
                        (k != 0.0 ? k * j->jw[row * dim + c] : 0.0);
        ito__inpaint_hold(j->p, known(j, row), p, q, j->one);
        for (size_t c = 0; c < dim; c++)
            cells_put(&to, i, c, j->one[c]);
    }
}

static int drift(void *user, const ito_tile *tile, void *const *out)
{
    const inpaint *p = user;
    const ito_coef at = ito_path_coef(&p->path, tile->t);
    job j = begin(p, tile);
    const cells u = cells_of(&j.tile, out);
    double k = 0.0;
    int rc;

    place(&j, tile->t);
    rc = p->flow.drift(p->flow.user, &j.tile, out);
    if (rc == 0 && at.beta > 0.0) {
        rc = correct(&j, tile->t, &u);
        k = j.at.w / j.at.beta;
    }
    if (rc == 0)
        put(&j, k, at.alphadot, at.betadot > -HUGE_VAL ? at.betadot : 0.0, out);
    return rc;
}

/* Known coordinates have none: no noise is meant for them. */
static int score(void *user, const ito_tile *tile, void *const *out)
{
    const inpaint *p = user;
    const ito_coef at = ito_path_coef(&p->path, tile->t);
    job j = begin(p, tile);
    double k = 0.0;
    int rc;

    place(&j, tile->t);
    rc = p->flow.score(p->flow.user, &j.tile, out);
    if (rc == 0 && at.beta > 0.0) {
        rc = correct(&j, tile->t, NULL);
        k = j.at.alpha / (j.at.beta * j.at.beta);
    }
    if (rc == 0)
        put(&j, k, 0.0, 0.0, out);
    return rc;
}

ito_status ito__inpaint(ito_ctx *ctx, const ito_field *flow,
                        const ito_path *path, const inpaint_blocks *blocks,
                        double damp, inpaint *out)
{
    if (flow->noise != ITO_NOISE_NONE || !flow->vjp)
        return ito__fail(ctx, ITO_EUNFIT, "inpainting: %s %s", flow->name,
                         flow->vjp ? "has noise"
                                   : "has no vector-Jacobian product, so it "
                                     "does not tell how coordinates hang "
                                     "together");
    *out = (inpaint){ .ctx = ctx,
                      .flow = *flow,
                      .path = *path,
                      .damp = damp,
                      .most = SOLVE_MAX };
    if (blocks)
        out->blocks = *blocks;
    out->lo = ito_path_coef(path, 0.0).alpha > 0.0 ? 0.0 : START_GAP;
    out->field = (ito_field){
        .name = flow->name,
        .dtypes = flow->dtypes,
        .flags = flow->flags & (ITO_FIELD_REENTRANT | ITO_FIELD_WIDE |
                                ITO_FIELD_ROW_INVARIANT),
        .dim = flow->dim,
        .drift = drift,
        .score = flow->score ? score : NULL,
        .scratch_bytes = scratch_bytes,
        .tile_pref = flow->tile_pref,
        .cond_dim = size_add(flow->cond_dim, size_mul(2, flow->dim)),
        .user = out,
    };
    return ITO_OK;
}
