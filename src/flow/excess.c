/* SPDX-License-Identifier: MIT
 *
 * excess.c - how far a trained field is from the exact one.
 *
 * A loss on the quantity Q is (det Q / det velocity)^2 times that on the
 * velocity (objective.h), so one exact velocity u* gives the floor of all.
 */
#include "flow/excess.h"

#include <ito/oracle.h>
#include <math.h>

#include "rng/noise.h"

#define ROWS 16384
#define ROWS_FEW \
    1024 /* of more than DIM_MANY coordinates, or where the
                            exact field is an integral: it takes long */
#define DIM_MANY    64
#define MEASURE     2  /* stream: neither training nor validation */
#define FIT_AT_MOST 64 /* rows of one run of the network */

/* The draws, and what is measured on them. */
typedef struct draws {
    size_t rows, dim;
    float *t, *z, *e, *xt, *u; /* u of the model */
    double *times, *x, *exact;
    double *lost;  /* a row's share of the floor */
    double *error; /* a row's |u - u*|^2 */
} draws;

static bool make(ito_ctx *ctx, draws *d)
{
    const size_t n = d->rows, cells = size_mul(n, d->dim);

    d->t = ito__arena_get(ctx, n * sizeof(*d->t));
    d->z = ito__arena_get(ctx, size_mul(cells, sizeof(*d->z)));
    d->e = ito__arena_get(ctx, size_mul(cells, sizeof(*d->e)));
    d->xt = ito__arena_get(ctx, size_mul(cells, sizeof(*d->xt)));
    d->u = ito__arena_get(ctx, size_mul(cells, sizeof(*d->u)));
    d->times = ito__arena_get(ctx, n * sizeof(*d->times));
    d->x = ito__arena_get(ctx, size_mul(cells, sizeof(*d->x)));
    d->exact = ito__arena_get(ctx, size_mul(cells, sizeof(*d->exact)));
    d->lost = ito__arena_get(ctx, n * sizeof(*d->lost));
    d->error = ito__arena_get(ctx, n * sizeof(*d->error));
    return d->t && d->z && d->e && d->xt && d->u && d->times && d->x &&
           d->exact && d->lost && d->error;
}

static void fill(const ito_trainer *t, draws *d)
{
    const ito_kern *kern = t->ctx->kern;
    const time_law law = { .lo = t->obj.lo, .hi = t->obj.hi };
    const time_batch batch = { .total = d->rows, .stride = 1 };
    ito_noise at = { .seed = t->o.seed,
                     .stream = MEASURE,
                     .purpose = ITO_FOR_TIME };

    ito__time_rows(kern, &law, &at, &batch, 0, d->rows, d->t);
    at.purpose = ITO_FOR_NOISE;
    if (t->o.from)
        ito__dist_rows(kern, t->o.from->dist, &at, 0, d->rows, d->e, d->dim);
    else
        ito__normal_rows(kern, &at, 0, d->rows, d->dim, d->e, d->dim);
    at.purpose = ITO_FOR_ROWS;
    ito__dist_rows(kern, t->source->dist, &at, 0, d->rows, d->z, d->dim);
    for (size_t i = 0; i < d->rows; i++) {
        const ito_coef k = ito_path_coef(&t->obj.path, (double)d->t[i]);

        d->times[i] = (double)d->t[i];
        for (size_t c = i * d->dim; c < (i + 1) * d->dim; c++) {
            d->xt[c] =
                (float)(k.alpha * (double)d->z[c] + k.beta * (double)d->e[c]);
            d->x[c] = (double)d->xt[c];
        }
    }
}

/* Rows begin .. end - 1: the model's velocity.  Times differ from row to row,
 * so the network is run here and not through the field. */
static void run_model(const ito_model *m, const draws *d, float *in,
                      float *work, size_t begin, size_t end)
{
    const size_t dim = d->dim, n = end - begin;
    const ito_batch b = { .rows = n, .x = in, .t = in + n * dim };
    objective_map k[FIT_AT_MOST];
    const float *y;

    for (size_t i = 0; i < n; i++) {
        const double t = (double)d->t[begin + i];

        k[i] = ito__objective_map(&m->obj, QUANTITY_VELOCITY, t);
        in[n * dim + i] = (float)k[i].t;
        for (size_t c = 0; c < dim; c++)
            in[i * dim + c] = (float)k[i].in * d->xt[(begin + i) * dim + c];
    }
    y = ito_plan_infer(m->plan, m->weights, work, &b);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < dim; c++) {
            const size_t at = (begin + i) * dim + c;

            d->u[at] =
                (float)(k[i].p * d->x[at] + k[i].q * (double)y[i * dim + c]);
        }
}

static ito_status run_models(ito_ctx *ctx, const ito_model *m, const draws *d)
{
    float *in = ito__arena_get(
        ctx, size_mul(FIT_AT_MOST * sizeof(*in), size_add(d->dim, 1)));
    float *work =
        ito__arena_get(ctx, size_mul(ito_plan_floats(m->plan), sizeof(*work)));

    if (!in || !work)
        return ito__fail(ctx, ITO_ENOMEM, "excess loss");
    for (size_t i = 0; i < d->rows; i += FIT_AT_MOST)
        run_model(m, d, in, work, i, size_min(i + FIT_AT_MOST, d->rows));
    return ITO_OK;
}

static void compare(const ito_trainer *t, const draws *d)
{
    objective o = t->obj;

    o.predict = QUANTITY_VELOCITY;
    for (size_t i = 0; i < d->rows; i++) {
        const objective_at at = ito__objective_at(&o, d->times[i]);
        double lost = 0.0, error = 0.0;

        for (size_t c = i * d->dim; c < (i + 1) * d->dim; c++) {
            const double target =
                at.a * (double)d->z[c] + at.b * (double)d->e[c];
            const double far = (double)d->u[c] - d->exact[c];

            lost += (target - d->exact[c]) * (target - d->exact[c]);
            error += far * far;
        }
        d->lost[i] = at.weight * lost;
        d->error[i] = error;
    }
}

static double mean(const double *x, size_t begin, size_t end)
{
    double sum = 0.0;

    for (size_t i = begin; i < end; i++)
        sum += x[i];
    return sum / (double)(end - begin);
}

static void summarise(const draws *d, excess *out)
{
    const double n = (double)d->rows;
    size_t begin = 0;
    double var = 0.0;

    out->floor = mean(d->lost, 0, d->rows);
    out->mean = mean(d->error, 0, d->rows);
    for (size_t i = 0; i < d->rows; i++)
        var += (d->lost[i] - out->floor) * (d->lost[i] - out->floor);
    out->floor_se = sqrt(var / n / n);
    for (size_t b = 0; b < EXCESS_BINS; b++) {
        const size_t end = d->rows * (b + 1) / EXCESS_BINS;

        out->at[b] = mean(d->error, begin, end);
        begin = end;
    }
}

static bool is_quick(const ito_trainer *t)
{
    const ito_dist *dist = t->source->dist;
    size_t grid;
    double scale;

    return t->dim <= DIM_MANY &&
           (ito__dist_modes(dist) || ito__dist_board(dist, &grid, &scale));
}

/* The floor of the usual losses is known better than from draws of the
 * target. */
static ito_status find_floor(ito_ctx *ctx, const ito_trainer *t,
                             const ito_oracle *oracle, size_t count,
                             excess *out)
{
    const ito_floor_opts o = { .t_lo = t->obj.lo,
                               .t_hi = t->obj.hi,
                               .draws = count };
    ito_floor floor;
    ito_status rc;

    if (t->obj.loss == QUANTITY_EDM)
        return ITO_OK;
    rc = ito_oracle_loss_floor(ctx, oracle, (ito_predict)t->obj.loss, &o,
                               &floor);
    if (rc == ITO_EUNFIT || rc == ITO_ERANGE)
        return ITO_OK;
    if (rc == ITO_OK) {
        out->floor = floor.value;
        out->floor_se = floor.error;
    }
    return rc;
}

static ito_status measure(ito_ctx *ctx, const ito_trainer *t,
                          const ito_model *m, const ito_oracle *oracle,
                          excess *out)
{
    draws d = { .rows = is_quick(t) ? ROWS : ROWS_FEW, .dim = t->dim };
    ito_rows_at at = { .dtype = ITO_F64 };
    ito_status rc;

    if (!make(ctx, &d))
        return ito__fail(ctx, ITO_ENOMEM, "excess loss on %zu rows", d.rows);
    fill(t, &d);
    at.times = d.times;
    rc = ito_field_eval(ctx, ito_oracle_field(oracle), ITO_PART_DRIFT, &at,
                        d.rows, d.x, d.exact);
    if (rc == ITO_OK)
        rc = run_models(ctx, m, &d);
    if (rc != ITO_OK)
        return rc;
    compare(t, &d);
    summarise(&d, out);
    rc = find_floor(ctx, t, oracle, d.rows, out);
    out->known = isfinite(out->floor) && isfinite(out->mean);
    return rc;
}

ito_status ito__excess(ito_ctx *ctx, const ito_trainer *t, const ito_model *m,
                       excess *out)
{
    const ito_mark mark = ito__arena_mark(ctx);
    ito_oracle *oracle = NULL;
    ito_status rc;

    *out = (excess){ .known = false };
    if (!t->source->dist || (t->o.from && !t->o.from->dist) ||
        m->field.cond_dim > 0)
        return ITO_OK;
    rc = ito_oracle_between(ctx, t->o.from ? t->o.from->dist : NULL,
                            t->source->dist, &t->obj.path, &oracle);
    if (rc == ITO_EUNFIT)
        return ITO_OK;
    if (rc == ITO_OK)
        rc = measure(ctx, t, m, oracle, out);
    ito_oracle_free(oracle);
    ito__arena_release(ctx, mark);
    return rc;
}
