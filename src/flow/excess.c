/* SPDX-License-Identifier: MIT
 *
 * excess.c - how far a trained field is from the exact one.
 *
 * A loss on the quantity Q is (det Q / det velocity)^2 times that on the
 * velocity (objective.h), so one exact velocity u* gives the floor of all.
 */
#include "flow/excess.h"

#include <math.h>

#include "rng/noise.h"

/* Few are drawn of more than DIM_MANY coordinates, or where the exact field is
 * an integral: that takes long. */
#define ROWS        16384
#define ROWS_FEW    1024
#define DIM_MANY    64
#define MEASURE     2  /* stream: neither training nor validation */
#define FIT_AT_MOST 64 /* rows of one run of the network */

/* The draws, and what is measured on them. */
typedef struct draws {
    size_t rows, dim;
    float *t, *z, *e, *xt, *u; /* u of the model */
    float *label;              /* NULL: there are none */
    uint32_t *code;            /* the same as dist/ gives them */
    double *times, *x;
    double *exact; /* with the labels */
    double *blind; /* without; exact where there are none */
    double *lost;  /* a row's share of the floor */
    double *error; /* a row's |u - u*|^2 */
} draws;

static bool make_labels(ito_ctx *ctx, draws *d)
{
    d->label = ito__arena_get(ctx, d->rows * sizeof(*d->label));
    d->code = ito__arena_get(ctx, d->rows * sizeof(*d->code));
    d->blind = ito__arena_get(
        ctx, size_mul(size_mul(d->rows, d->dim), sizeof(*d->blind)));
    return d->label && d->code && d->blind;
}

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
    if (d->label) /* an address that has just been drawn from is in range */
        (void)ito_dist_labels(t->ctx, t->source->dist, &at, 0, d->rows,
                              d->code);
    for (size_t i = 0; d->label && i < d->rows; i++)
        d->label[i] = (float)d->code[i];
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
    const ito_batch b = { .rows = n,
                          .x = in,
                          .t = in + n * dim,
                          .cond = d->label ? d->label + begin : NULL };
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
    const double hidden = t->cond.drop;
    objective o = t->obj;

    o.predict = QUANTITY_VELOCITY;
    for (size_t i = 0; i < d->rows; i++) {
        const objective_at at = ito__objective_at(&o, d->times[i]);
        double lost = 0.0, error = 0.0;

        for (size_t c = i * d->dim; c < (i + 1) * d->dim; c++) {
            const double target =
                at.a * (double)d->z[c] + at.b * (double)d->e[c];
            const double far = (double)d->u[c] - d->exact[c];
            const double seen = target - d->exact[c];
            const double blind = target - d->blind[c];

            lost += (1.0 - hidden) * seen * seen + hidden * blind * blind;
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

static ito_status find_exact(ito_ctx *ctx, const exact_fields *e, draws *d)
{
    exact_points p = { .n = d->rows, .dim = d->dim, .t = d->times, .x = d->x };
    ito_status rc = ITO_OK;

    if (d->label)
        rc = ito__exact_velocity(ctx, e, &p, d->blind);
    else
        d->blind = d->exact;
    p.label = d->label;
    return rc == ITO_OK ? ito__exact_velocity(ctx, e, &p, d->exact) : rc;
}

static ito_status measure(ito_ctx *ctx, const ito_trainer *t,
                          const ito_model *m, const exact_fields *e,
                          excess *out)
{
    draws d = { .rows = is_quick(t) ? ROWS : ROWS_FEW, .dim = t->dim };
    ito_floor floor;
    ito_status rc;

    if (!make(ctx, &d) || (e->classes > 0 && !make_labels(ctx, &d)))
        return ito__fail(ctx, ITO_ENOMEM, "excess loss on %zu rows", d.rows);
    fill(t, &d);
    if ((rc = find_exact(ctx, e, &d)) != ITO_OK ||
        (rc = run_models(ctx, m, &d)) != ITO_OK)
        return rc;
    compare(t, &d);
    summarise(&d, out);
    /* known better than from draws of the target, but for some losses */
    rc = ito__exact_floor(ctx, e, &t->obj, d.rows, &floor);
    if (rc == ITO_OK) {
        out->floor = floor.value;
        out->floor_se = floor.error;
    }
    out->known = isfinite(out->floor) && isfinite(out->mean);
    return rc == ITO_EUNFIT || rc == ITO_ERANGE ? ITO_OK : rc;
}

ito_status ito__excess(ito_ctx *ctx, const ito_trainer *t, const ito_model *m,
                       excess *out)
{
    const ito_mark mark = ito__arena_mark(ctx);
    exact_fields e;
    ito_status rc;

    *out = (excess){ .known = false };
    if (!t->source->dist || (t->o.from && !t->o.from->dist))
        return ITO_OK;
    rc = ito__exact_new(ctx, t, &e);
    if (rc == ITO_OK)
        rc = measure(ctx, t, m, &e, out);
    else if (rc == ITO_EUNFIT)
        rc = ITO_OK;
    ito__exact_free(&e);
    ito__arena_release(ctx, mark);
    return rc;
}
