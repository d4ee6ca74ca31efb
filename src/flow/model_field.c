/* SPDX-License-Identifier: MIT
 *
 * model_field.c - a trained network as a field.
 *
 * The network's output y at (in x, t) is what it was trained to predict, and
 * the velocity and the score are
 *
 *     u = p x + q y        grad log p_t = p' x + q' y
 *
 * with coefficients of the path at t (objective.h).  With J the Jacobian of
 * the network, vjp(v) = p v + q in J'v, and the divergence is p d + q in tr J,
 * the trace taken exactly by d backward passes.  Where y = -grad E is a
 * gradient (op_potential.c), u = -grad U with
 *
 *     U = -p |x|^2 / 2 + (q / in) E(in x)
 *
 * and minus log p_t is the same with p', q', but for a constant.  The
 * energy's last sums are in double.
 *
 * A tile of any size goes through the network m->rows rows at a time; rows do
 * not depend on their companions, so the tile never shows.
 */
#include <string.h>

#include "flow/model.h"

/* The scratch of a tile. */
typedef struct scratch {
    float *t;    /* the time, for every row */
    float *x;    /* rows x dim: in x */
    float *v;    /* rows x dim: what a gradient starts from */
    float *dx;   /* rows x dim: a gradient */
    float *none; /* rows of no conditions, where the tile has none */
    float *work; /* of the plans */
} scratch;

static size_t block(const ito_model *m)
{
    return m->rows * m->field.dim;
}

static size_t scratch_bytes(void *user, size_t rows)
{
    const ito_model *m = user;
    const size_t work =
        size_max(ito_plan_floats(m->plan), ito_plan_floats(m->vjp_plan));

    (void)rows;
    return size_mul(sizeof(float),
                    size_add(size_add(m->rows, work),
                             size_add(size_mul(3, block(m)),
                                      size_mul(m->rows, m->field.cond_dim))));
}

static scratch carve(const ito_model *m, const ito_tile *tile, double t)
{
    scratch s = { .t = tile->scratch };

    s.x = s.t + m->rows;
    s.v = s.x + block(m);
    s.dx = s.v + block(m);
    s.none = s.dx + block(m);
    s.work = s.none + m->rows * m->field.cond_dim;
    for (size_t i = 0; !tile->cond && i < m->rows; i++)
        ito__conditions_none(&m->cond, s.none + i * m->field.cond_dim);
    for (size_t i = 0; i < m->rows; i++)
        s.t[i] = (float)t;
    return s;
}

/* What the network is given of rows i .. i + rows - 1 of a tile. */
static ito_batch batch_of(const ito_model *m, const ito_tile *tile,
                          const scratch *s, double in, size_t i)
{
    const size_t dim = tile->dim, rows = size_min(m->rows, tile->n - i);
    const float *x = (const float *)tile->x[0] + i * dim;
    ito_batch b = { .rows = rows, .x = x, .t = s->t, .cond = s->none };

    if (tile->cond)
        b.cond = tile->cond + i * tile->cond_dim;
    if (in != 1.0) {
        m->ctx->kern->scale(rows * dim, (float)in, x, s->x);
        b.x = s->x;
    }
    return b;
}

/* out = p x + q y; for p = 0 and q = 1 y itself. */
static void mix(const ito_kern *kern, size_t n, const objective_map *k,
                const float *x, const float *y, float *out)
{
    if (k->p == 0.0 && k->q == 1.0) {
        memcpy(out, y, n * sizeof(*out));
        return;
    }
    kern->scale(n, (float)k->p, x, out);
    kern->axpy(n, (float)k->q, y, out);
}

static int evaluate(const ito_model *m, const ito_tile *tile, quantity want,
                    float *out)
{
    const objective_map k = ito__objective_map(&m->obj, want, tile->t);
    const scratch s = carve(m, tile, k.t);
    const float *x = tile->x[0];
    const size_t dim = tile->dim;

    for (size_t i = 0; i < tile->n; i += m->rows) {
        const ito_batch in = batch_of(m, tile, &s, k.in, i);
        const float *y = ito_plan_infer(m->plan, m->weights, s.work, &in);

        mix(m->ctx->kern, in.rows * dim, &k, x + i * dim, y, out + i * dim);
    }
    return 0;
}

static int drift(void *user, const ito_tile *tile, void *const *out)
{
    return evaluate(user, tile, QUANTITY_VELOCITY, out[0]);
}

static int score(void *user, const ito_tile *tile, void *const *out)
{
    return evaluate(user, tile, QUANTITY_SCORE, out[0]);
}

/* Away from the ends both come from one run of the network. */
static int drift_score(void *user, const ito_tile *tile, void *const *u_rows,
                       void *const *s_rows)
{
    const ito_model *m = user;
    const objective_map u =
        ito__objective_map(&m->obj, QUANTITY_VELOCITY, tile->t);
    const objective_map g =
        ito__objective_map(&m->obj, QUANTITY_SCORE, tile->t);
    const scratch s = carve(m, tile, u.t);
    const float *x = tile->x[0];
    const size_t dim = tile->dim;
    float *u_out = u_rows[0], *s_out = s_rows[0];

    if (u.t != g.t) {
        (void)evaluate(m, tile, QUANTITY_VELOCITY, u_out);
        return evaluate(m, tile, QUANTITY_SCORE, s_out);
    }
    for (size_t i = 0; i < tile->n; i += m->rows) {
        const ito_batch in = batch_of(m, tile, &s, u.in, i);
        const float *y = ito_plan_infer(m->plan, m->weights, s.work, &in);
        const size_t n = in.rows * dim, at = i * dim;

        mix(m->ctx->kern, n, &u, x + at, y, u_out + at);
        mix(m->ctx->kern, n, &g, x + at, y, s_out + at);
    }
    return 0;
}

static int vjp(void *user, const ito_tile *tile, const void *const *v_in,
               void *const *out_rows)
{
    const ito_model *m = user;
    const ito_kern *kern = m->ctx->kern;
    const objective_map k =
        ito__objective_map(&m->obj, QUANTITY_VELOCITY, tile->t);
    const scratch s = carve(m, tile, k.t);
    const float *v = v_in[0];
    const size_t dim = tile->dim;
    const bool same =
        (tile->flags & ITO_FIELD_SAME_POINT) != 0 && tile->n <= m->rows;
    float *out = out_rows[0];

    for (size_t i = 0; i < tile->n; i += m->rows) {
        const ito_batch in = batch_of(m, tile, &s, k.in, i);
        const size_t n = in.rows * dim;

        if (!same)
            (void)ito_plan_forward(m->vjp_plan, m->weights, s.work, &in);
        memcpy(s.v, v + i * dim, n * sizeof(*s.v));
        ito_plan_backward(m->vjp_plan, m->weights, s.work, &in, s.v, NULL,
                          s.dx);
        kern->scale(n, (float)k.p, v + i * dim, out + i * dim);
        kern->axpy(n, (float)(k.q * k.in), s.dx, out + i * dim);
    }
    return 0;
}

/* After a forward pass, a backward pass from each unit vector. */
static void traces(const ito_model *m, const scratch *s, const ito_batch *in,
                   double trace[ITO__MODEL_ROWS])
{
    const size_t dim = m->field.dim;

    memset(trace, 0, m->rows * sizeof(*trace));
    for (size_t c = 0; c < dim; c++) {
        memset(s->v, 0, in->rows * dim * sizeof(*s->v));
        for (size_t r = 0; r < in->rows; r++)
            s->v[r * dim + c] = 1.0F;
        ito_plan_backward(m->vjp_plan, m->weights, s->work, in, s->v, NULL,
                          s->dx);
        for (size_t r = 0; r < in->rows; r++)
            trace[r] += (double)s->dx[r * dim + c];
    }
}

/* u receives the drift, or is NULL. */
static int divergences(const ito_model *m, const ito_tile *tile, float *u,
                       float *out)
{
    const objective_map k =
        ito__objective_map(&m->obj, QUANTITY_VELOCITY, tile->t);
    const scratch s = carve(m, tile, k.t);
    double trace[ITO__MODEL_ROWS];
    const float *x = tile->x[0];
    const size_t dim = tile->dim;

    for (size_t i = 0; i < tile->n; i += m->rows) {
        const ito_batch in = batch_of(m, tile, &s, k.in, i);
        const float *y = ito_plan_forward(m->vjp_plan, m->weights, s.work, &in);

        if (u)
            mix(m->ctx->kern, in.rows * dim, &k, x + i * dim, y, u + i * dim);
        traces(m, &s, &in, trace);
        for (size_t r = 0; r < in.rows; r++)
            out[i + r] =
                (float)(k.p * (double)tile->dim + k.q * k.in * trace[r]);
    }
    return 0;
}

static int divergence(void *user, const ito_tile *tile, void *const *out)
{
    return divergences(user, tile, NULL, out[0]);
}

static int drift_divergence(void *user, const ito_tile *tile, void *const *u,
                            void *const *div)
{
    return divergences(user, tile, u[0], div[0]);
}

/* -p |x|^2 / 2 + (q / in) E(in x) */
static void energies(const ito_model *m, const ito_tile *tile, quantity want,
                     double *out)
{
    const objective_map k = ito__objective_map(&m->obj, want, tile->t);
    const scratch s = carve(m, tile, k.t);
    const float *x = tile->x[0];
    const size_t dim = tile->dim;

    for (size_t i = 0; i < tile->n; i += m->rows) {
        const ito_batch in = batch_of(m, tile, &s, k.in, i);

        ito_plan_energy(m->plan, m->weights, s.work, &in, out + i);
        for (size_t r = 0; r < in.rows; r++) {
            double sum = 0.0;

            for (size_t c = 0; c < dim; c++) {
                const double v = (double)x[(i + r) * dim + c];

                sum += v * v;
            }
            out[i + r] = k.q / k.in * out[i + r] - 0.5 * k.p * sum;
        }
    }
}

/* The same in float, of any rows. */
static int float_energies(const ito_model *m, const ito_tile *tile,
                          quantity want, float *out)
{
    double e[ITO__MODEL_ROWS];

    for (size_t i = 0; i < tile->n; i += m->rows) {
        const float *x = (const float *)tile->x[0] + i * tile->dim;
        const void *const at[1] = { x };
        ito_tile part = *tile;

        part.n = part.npad = size_min(m->rows, tile->n - i);
        part.x = at;
        part.cond = tile->cond ? tile->cond + i * tile->cond_dim : NULL;
        energies(m, &part, want, e);
        for (size_t r = 0; r < part.n; r++)
            out[i + r] = (float)e[r];
    }
    return 0;
}

static int potential(void *user, const ito_tile *tile, void *const *out)
{
    return float_energies(user, tile, QUANTITY_VELOCITY, out[0]);
}

static int energy(void *user, const ito_tile *tile, void *const *out)
{
    return float_energies(user, tile, QUANTITY_SCORE, out[0]);
}

ito_field ito__model_field(ito_model *m)
{
    const size_t dim = ito_schema_dim(m->schema);

    return (ito_field){
        .name = "model",
        .dtypes = ITO_F32,
        .flags = ITO_FIELD_REENTRANT | ITO_FIELD_WIDE | ITO_FIELD_ROW_INVARIANT,
        .dim = dim,
        .drift = drift,
        .vjp = vjp,
        .divergence = dim <= ITO__TRACE_MAX ? divergence : NULL,
        .score = m->obj.normal ? score : NULL,
        .drift_score = m->obj.normal ? drift_score : NULL,
        .drift_divergence = dim <= ITO__TRACE_MAX ? drift_divergence : NULL,
        .potential = ito_graph_has_energy(m->graph) ? potential : NULL,
        .scratch_bytes = scratch_bytes,
        .tile_pref = m->rows,
        .cond_dim = ito__conditions_cols(&m->cond),
        .user = m,
    };
}

ito_status ito_model_energy_field(ito_ctx *ctx, const ito_model *m,
                                  ito_field *out)
{
    const ito_field *bare;

    if (!ctx)
        return ITO_EARG;
    if (!m || !out)
        return ito__fail(ctx, ITO_EARG, "energy: model or out is NULL");
    bare = ito_model_unconditional(m);
    if (!m->field.potential || !m->obj.normal)
        return ito__fail(ctx, ITO_EUNFIT,
                         "energy: the model's network is not the gradient of "
                         "an energy; train with a potential");
    *out = bare ? *bare : m->field;
    out->drift = out->score;
    out->potential = energy;
    out->drift_score = NULL;
    out->drift_divergence = NULL;
    out->divergence = NULL;
    out->vjp = NULL;
    return ITO_OK;
}

ito_status ito_model_energy(ito_ctx *ctx, const ito_model *m,
                            const ito_rows_at *at, size_t n, const float *x,
                            double *out)
{
    ito_tile tile = { .n = n,
                      .npad = n,
                      .dim = m->field.dim,
                      .flags = m->field.flags,
                      .dtype = ITO_F32,
                      .t = at ? at->t : 1.0,
                      .cond = at ? at->cond : NULL,
                      .cond_dim = m->field.cond_dim };
    const void *const rows[1] = { x };
    const ito_mark mark = ito__arena_mark(ctx);

    if (!m->field.potential || !m->obj.normal)
        return ito__fail(ctx, ITO_EUNFIT,
                         "energy: the model's network is not the gradient of "
                         "an energy; train with a potential");
    if (n > 0 && (!x || !out || (tile.cond_dim > 0 && !tile.cond)))
        return ito__fail(ctx, ITO_EARG, "energy: rows or conditions are NULL");
    if (!(tile.t >= 0.0 && tile.t <= 1.0) || (at && at->times))
        return ito__fail(ctx, ITO_EARG, "energy: t = %g: one time from 0 to 1",
                         tile.t);
    tile.x = rows;
    tile.scratch =
        ito__arena_get(ctx, m->field.scratch_bytes(m->field.user, m->rows));
    if (!tile.scratch)
        return ito__fail(ctx, ITO_ENOMEM, "energy of %zu rows", n);
    energies(m, &tile, QUANTITY_SCORE, out);
    ito__arena_release(ctx, mark);
    for (size_t i = 0; i < n; i++)
        if (!(out[i] - out[i] == 0.0))
            return ito__fail(ctx, ITO_ENONFINITE,
                             "energy: of row %zu it is not finite", i);
    return ITO_OK;
}
