/* SPDX-License-Identifier: MIT
 *
 * likelihood.c - log densities under a flow, twice: by n steps and by 2n.
 */
#include <ito/likelihood.h>
#include <math.h>
#include <string.h>

#include "flow/augment.h"
#include "flow/flow.h"
#include "flow/guidance.h"
#include "flow/probe_interval.h"
#include "kern/dmath.h"
#include "solve/quadrature.h"

#define STEPS_DEFAULT 32
#define LIMIT_DEFAULT 0.01
#define COARSER       20.0 /* the tolerance that a value is compared with */
#define PROBES_MAX    64
#define LOG_2PI       1.83787706640934548356
#define LOG_2         0.69314718055994530942

/* One call; constant but for the arrays. */
typedef struct job {
    ito_ctx *ctx;
    const ito_flow *flow;
    ito_logp_opts o;
    bool forward;
    size_t n, dim, sums; /* components, integrals of a row */
    guidance field_of;   /* what samples of a model follow */
    augment field;
    float *cond;   /* conditions made here, or NULL */
    double *state; /* n x (dim + sums), of a solve of both; else NULL */
    double *sum;   /* n x sums: the integrals */
    double *ends;  /* n x dim: x_0 of a backward, x_1 of a forward way */
    double *base;  /* n: log p_0(x_0) */
} job;

/* ---- the density of the start ---- */

static ito_status start_density(const job *j, const double *x0)
{
    const ito_model *m = j->flow->model;
    const ito_dist *init = m ? m->from : ito_oracle_init(j->flow->oracle);
    const double std = m ? 1.0 : ito_path_coef(j->flow->path, 0.0).beta;
    const double norm = -(double)j->dim * (0.5 * LOG_2PI + ito__log(std));

    if (m && !m->obj.normal && !init)
        return ito__fail(j->ctx, ITO_EUNFIT,
                         "likelihood: the model starts from rows of a table, "
                         "which have no density");
    if (init)
        return ito_dist_logp(j->ctx, init, j->n, x0, j->base);
    for (size_t i = 0; i < j->n; i++) {
        double sum = 0.0;

        for (size_t c = 0; c < j->dim; c++)
            sum += x0[i * j->dim + c] * x0[i * j->dim + c];
        j->base[i] = norm - 0.5 * sum / (std * std);
    }
    return ITO_OK;
}

/* ---- one solve ---- */

static bool row_is_finite(const double *row, size_t count)
{
    double sum = 0.0;

    for (size_t c = 0; c < count; c++)
        sum += row[c] - row[c];
    return sum == 0.0;
}

/* x by itself, with steps of its own choosing; the integrals are quadratures
 * along it. */
static ito_status solve_apart(job *j, const double *x, ito_problem problem,
                              const ito_solve_opts *how)
{
    const quadrature q = { .count = j->sums,
                           .fn = ito__augment_rates,
                           .sums = j->sum };

    problem.field = &j->field.plain;
    memcpy(j->ends, x, j->n * j->dim * sizeof(*x));
    return ito__solve_quadrature(j->ctx, &problem, j->ends, how, NULL, &q);
}

/* The pair of x and the integrals. */
static ito_status solve_pair(job *j, const double *x, ito_problem problem,
                             const ito_solve_opts *how)
{
    const size_t dim = j->dim, cols = dim + j->sums;
    ito_status rc;

    problem.field = &j->field.field;
    if (!j->state) /* kept for the second solve */
        j->state = ito__alloc(
            j->ctx, size_mul(size_mul(j->n + 1, cols), sizeof(*j->state)));
    if (!j->state)
        return ito__fail(j->ctx, ITO_ENOMEM, "likelihood of %zu rows", j->n);
    for (size_t i = 0; i < j->n; i++) {
        memcpy(j->state + i * cols, x + i * dim, dim * sizeof(*x));
        memset(j->state + i * cols + dim, 0, j->sums * sizeof(*x));
    }
    rc = ito_solve(j->ctx, &problem, j->state, how, NULL);
    for (size_t i = 0; rc == ITO_OK && i < j->n; i++) {
        const double *row = j->state + i * cols;

        memcpy(j->ends + i * dim, row, dim * sizeof(*row));
        memcpy(j->sum + i * j->sums, row + dim, j->sums * sizeof(*row));
    }
    return rc;
}

/* A row whose way was lost gets the end 0 and integrals of -inf. */
static void mark_lost(job *j)
{
    for (size_t i = 0; i < j->n; i++) {
        double *end = j->ends + i * j->dim, *sum = j->sum + i * j->sums;

        if (row_is_finite(end, j->dim) && row_is_finite(sum, j->sums))
            continue;
        memset(end, 0, j->dim * sizeof(*end));
        for (size_t c = 0; c < j->sums; c++)
            sum[c] = -HUGE_VAL;
    }
}

static bool is_dense(const char *name)
{
    const ito_method *m = ito_method_find(name);

    return m && (m->flags & ITO_METHOD_DENSE) != 0;
}

/*
 * Carry x to the other end by `steps` steps, or with a tolerance, and leave
 * there the end, the base density and the integrals.
 */
static ito_status carry(job *j, const double *x, size_t steps, double rtol)
{
    const ito_problem problem = { .t0 = j->forward ? 0.0 : 1.0,
                                  .t1 = j->forward ? 1.0 : 0.0,
                                  .n = j->n,
                                  .dtype = ITO_F64,
                                  .id0 = j->o.id0,
                                  .cond = j->o.cond };
    ito_solve_opts how = { .method = j->o.method,
                           .steps = steps,
                           .rtol = rtol,
                           .atol = rtol, /* the integrals start from 0 */
                           .bad = rtol > 0.0 ? ITO_BAD_FAIL : ITO_BAD_KEEP };
    ito_status rc;

    if (!how.method)
        how.method = rtol > 0.0 ? "dopri5" : "rk4";
    if (rtol > 0.0 && is_dense(how.method))
        rc = solve_apart(j, x, problem, &how);
    else
        rc = solve_pair(j, x, problem, &how);
    if (rc != ITO_OK)
        return rc;
    mark_lost(j);
    return start_density(j, j->forward ? x : j->ends);
}

/* ---- values ---- */

static ito_logp_row value_of(const job *j, size_t i)
{
    const double *sum = j->sum + i * j->sums;
    ito_logp_row r = { .value = -HUGE_VAL, .lo = -HUGE_VAL, .hi = -HUGE_VAL };
    probe_interval in;

    if (sum[0] == -HUGE_VAL)
        return r;
    in = ito__probe_interval(sum, j->sums);
    r.value = j->base[i] + (j->forward ? -in.mean : in.mean);
    r.lo = j->base[i] + (j->forward ? -in.hi : in.lo);
    r.hi = j->base[i] + (j->forward ? -in.lo : in.hi);
    r.probe_error = in.error;
    return r;
}

static void compare(const job *j, ito_logp_row *out)
{
    const double limit = j->o.limit > 0.0 ? j->o.limit : LIMIT_DEFAULT;

    for (size_t i = 0; i < j->n; i++) {
        const double coarse = j->o.once ? 0.0 : out[i].value;

        out[i] = value_of(j, i);
        if (!j->o.once)
            out[i].step_error = fabs(out[i].value - coarse);
        else if (out[i].value == -HUGE_VAL)
            out[i].step_error = HUGE_VAL;
        if (!(out[i].step_error <= limit)) /* NaN of two infinities too */
            out[i].flagged = 1;
        if (!(out[i].step_error - out[i].step_error == 0.0))
            out[i].step_error = HUGE_VAL;
    }
}

static ito_status check(const job *j, const double *x, const void *out)
{
    const ito_logp_opts *o = &j->o;

    if (j->n > 0 && (!x || !out))
        return ito__fail(j->ctx, ITO_EARG, "likelihood: a NULL argument");
    if (!(o->rtol >= 0.0) || !(o->limit >= 0.0) || o->probes == 1 ||
        o->probes > PROBES_MAX || o->steps > SIZE_MAX / 2)
        return ito__fail(j->ctx, ITO_EARG,
                         "likelihood: rtol %g, limit %g, %zu probes: not "
                         "negative; 2 to %d probes, or 0",
                         o->rtol, o->limit, o->probes, PROBES_MAX);
    for (size_t i = 0; i < j->n * j->dim; i++)
        if (!(x[i] - x[i] == 0.0))
            return ito__fail(j->ctx, ITO_EARG,
                             "likelihood: component %zu of row %zu is not "
                             "finite",
                             i % j->dim, i / j->dim);
    return ITO_OK;
}

/* Twice, the finer way last; or that alone. */
static ito_status run(job *j, const double *x, double *ends, ito_logp_row *out)
{
    const size_t steps = j->o.steps ? j->o.steps : STEPS_DEFAULT;
    const bool fixed = j->o.rtol == 0.0;
    ito_status rc = ITO_OK;

    if (!j->o.once)
        rc = fixed ? carry(j, x, steps, 0.0)
                   : carry(j, x, 0, COARSER * j->o.rtol);
    if (rc != ITO_OK)
        return rc;
    for (size_t i = 0; !j->o.once && i < j->n; i++)
        out[i] = value_of(j, i);
    rc = fixed ? carry(j, x, 2 * steps, 0.0) : carry(j, x, 0, j->o.rtol);
    if (rc != ITO_OK)
        return rc;
    compare(j, out);
    if (ends)
        memcpy(ends, j->ends, j->n * j->dim * sizeof(*ends));
    return ITO_OK;
}

/* ---- whose density ---- */

/* Those of opts.cond, or those that samples as `as` have. */
static ito_status make_conditions(job *j, const ito_sample_opts *as)
{
    const ito_model *m = j->flow->model;
    const size_t cols = m->field.cond_dim;
    ito_sample_opts o = *as;

    o.seed = j->o.seed;
    o.id0 = j->o.id0;
    if (cols == 0) /* says what is wrong where conditions are given */
        return ito_model_conditions(j->ctx, m, &o, 0, NULL);
    if (j->o.cond)
        return ITO_OK;
    j->cond =
        ito__alloc(j->ctx, size_mul(size_mul(j->n + 1, cols), sizeof(float)));
    if (!j->cond)
        return ito__fail(j->ctx, ITO_ENOMEM, "conditions of %zu rows", j->n);
    j->o.cond = j->cond;
    return ito_model_conditions(j->ctx, m, &o, j->n, j->cond);
}

/* Has every row a label?  And no column given, which would have no density. */
static ito_status look_at_conditions(const job *j, bool *labelled)
{
    const conditions *c = &j->flow->model->cond;
    const size_t cols = ito__conditions_cols(c), first = c->label.count > 0;

    *labelled = first > 0;
    for (size_t i = 0; cols > 0 && j->o.cond && i < j->n; i++) {
        const float *row = j->o.cond + i * cols;

        if (first > 0 && !(row[0] < (float)c->label.count))
            *labelled = false;
        for (size_t k = 0; k < c->given; k++)
            if (row[first + c->given + k] != 0.0F)
                return ito__fail(
                    j->ctx, ITO_EUNFIT,
                    "likelihood: a column that is given has one value, and so "
                    "no density; leave it out, or give a label");
    }
    return ITO_OK;
}

static ito_status choose_field(job *j, const ito_field **field)
{
    const ito_sample_opts none = { 0 }, *as = j->o.as ? j->o.as : &none;
    const ito_model *m = j->flow->model;
    bool labelled;
    ito_status rc;

    *field = j->flow->field;
    if (as->sigma && !ito_sigma_is_zero(as->sigma))
        return ito__fail(j->ctx, ITO_EUNFIT,
                         "likelihood: with noise on the way (sigma) a sample "
                         "has no density along it; leave sigma out");
    if (as->noise)
        return ito__fail(j->ctx, ITO_EUNFIT,
                         "likelihood: samples start from noise of their own "
                         "ids here: give rows that exist, or leave noise out");
    if (as->energy || as->known || as->cells || as->correct > 0)
        return ito__fail(j->ctx, ITO_EUNFIT,
                         "likelihood: nobody knows the density of samples that "
                         "an energy, known coordinates or Langevin steps "
                         "steered");
    if (!m && (as->label || as->given_count > 0 || as->guide != 0.0))
        return ito__fail(j->ctx, ITO_EUNFIT,
                         "likelihood: an oracle takes no labels, given columns "
                         "or guidance");
    if (!m)
        return ITO_OK;
    rc = make_conditions(j, as);
    if (rc == ITO_OK)
        rc = look_at_conditions(j, &labelled);
    if (rc == ITO_OK)
        rc = ito__guidance_open(j->ctx, m, as, labelled, false, &j->field_of);
    if (rc == ITO_OK)
        *field = j->field_of.field;
    return rc;
}

static void free_job(job *j)
{
    ito__guidance_close(j->ctx, &j->field_of);
    ito__free(j->ctx, j->cond);
    ito__free(j->ctx, j->state);
    ito__free(j->ctx, j->sum);
    ito__free(j->ctx, j->ends);
    ito__free(j->ctx, j->base);
}

/* Both directions: from x to `ends`. */
static ito_status likelihood(job *j, const double *x, double *ends,
                             ito_logp_row *out)
{
    const ito_field *field;
    ito_status rc;

    j->dim = j->flow->field->dim;
    rc = check(j, x, out);
    if (rc == ITO_OK)
        rc = choose_field(j, &field);
    if (rc == ITO_OK)
        rc = ito__augment(j->ctx, field, j->o.probes, j->o.seed, &j->field);
    if (rc != ITO_OK) {
        free_job(j);
        return rc;
    }
    j->sums = j->field.probes ? j->field.probes : 1;
    j->ends = ito__alloc(
        j->ctx, size_mul(size_mul(j->n + 1, j->dim), sizeof(*j->ends)));
    j->base = ito__alloc(j->ctx, size_mul(j->n + 1, sizeof(*j->base)));
    j->sum = ito__alloc(j->ctx,
                        size_mul(size_mul(j->n + 1, j->sums), sizeof(*j->sum)));
    if (!j->sum || !j->ends || !j->base)
        rc = ito__fail(j->ctx, ITO_ENOMEM, "likelihood of %zu rows", j->n);
    else
        rc = run(j, x, ends, out);
    free_job(j);
    return rc;
}

/* ---- public ---- */

static ito_status open_job(ito_ctx *ctx, const ito_flow *flow,
                           const ito_logp_opts *opts, size_t n, job *j)
{
    if (!ctx)
        return ITO_EARG;
    if (!flow)
        return ito__fail(ctx, ITO_EARG, "likelihood: there is no flow");
    *j = (job){ .ctx = ctx, .flow = flow, .n = n };
    if (opts)
        j->o = *opts;
    return ITO_OK;
}

ito_status ito_logp_rows(ito_ctx *ctx, const ito_flow *flow,
                         const ito_logp_opts *opts, size_t n, const double *x,
                         double *noise, ito_logp_row *out)
{
    job j;
    ito_status rc = open_job(ctx, flow, opts, n, &j);

    return rc == ITO_OK ? likelihood(&j, x, noise, out) : rc;
}

ito_status ito_logp_decode(ito_ctx *ctx, const ito_flow *flow,
                           const ito_logp_opts *opts, size_t n,
                           const double *noise, double *x, ito_logp_row *out)
{
    job j;
    ito_status rc = open_job(ctx, flow, opts, n, &j);

    if (rc == ITO_OK && n > 0 && !x)
        return ito__fail(ctx, ITO_EARG, "likelihood: a NULL argument");
    if (rc != ITO_OK)
        return rc;
    j.forward = true;
    return likelihood(&j, noise, x, out);
}

/* The floats that samples start from. */
static ito_status draw_starts(ito_ctx *ctx, const ito_flow *flow,
                              const ito_logp_opts *o, size_t n, double *x)
{
    const ito_noise at = { .seed = o->seed, .purpose = ITO_FOR_INITIAL };
    const ito_model *m = flow->model;
    const ito_dist *init = m ? m->from : ito_oracle_init(flow->oracle);
    const double std = m ? 1.0 : ito_path_coef(flow->path, 0.0).beta;
    const size_t count = size_mul(n, flow->field->dim);
    float *rows = ito__alloc(ctx, size_mul(count + 1, sizeof(*rows)));
    ito_status rc;

    if (!rows)
        return ito__fail(ctx, ITO_ENOMEM, "likelihood of %zu samples", n);
    rc = init ? ito_dist_sample(ctx, init, &at, o->id0, n, rows)
              : ito_noise_normal(ctx, &at, o->id0, n, flow->field->dim, rows);
    for (size_t i = 0; rc == ITO_OK && i < count; i++)
        x[i] = init ? (double)rows[i] : std * (double)rows[i];
    ito__free(ctx, rows);
    return rc;
}

ito_status ito_logp_sample(ito_ctx *ctx, const ito_flow *flow,
                           const ito_logp_opts *opts, size_t n, double *x,
                           ito_logp_row *out)
{
    const ito_logp_opts none = { 0 };
    ito_status rc;
    job j;

    rc = open_job(ctx, flow, opts, n, &j);
    if (rc != ITO_OK)
        return rc;
    if (n > 0 && (!x || !out))
        return ito__fail(ctx, ITO_EARG, "likelihood: a NULL argument");
    rc = draw_starts(ctx, flow, opts ? opts : &none, n, x);
    return rc == ITO_OK ? ito_logp_decode(ctx, flow, opts, n, x, x, out) : rc;
}

double ito_logp_bits(double value, size_t dim)
{
    return dim > 0 ? -value / ((double)dim * LOG_2) : 0.0;
}
