/* SPDX-License-Identifier: MIT
 *
 * way.c - the probability path behind a mover.
 *
 * The conditional field u_t(x | z) is that of the oracle of the one point z,
 * whatever the points start from: alphadot z + betadot (x - alpha z) / beta.
 */
#include "cli/way.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"

#define START_STREAM 1 /* of draws of p_init, beside those of the data */

/* The sets that a model was trained on and starts from. */
static ito_status open_record(ito_ctx *ctx, way *w)
{
    ito_model_record record;
    ito_status rc = ito_model_record_get(ctx, w->m->model, &record);

    if (rc == ITO_OK && !record.set[0])
        return cmd_fail(ITO_EUNFIT,
                        "%s: trained on rows that were given; the exact path "
                        "is known for built-in sets drawn afresh",
                        w->m->title);
    if (rc == ITO_OK && strcmp(record.from, "rows") == 0)
        return cmd_fail(ITO_EUNFIT,
                        "%s: starts from the rows of a table; the exact path "
                        "is known for built-in sets drawn afresh",
                        w->m->title);
    if (rc == ITO_OK)
        rc = ito_dist_open(ctx, record.set, &w->own_data);
    if (rc == ITO_OK && record.from[0])
        rc = ito_dist_open(ctx, record.from, &w->own_init);
    w->data = w->own_data;
    w->init = w->own_init;
    return rc;
}

ito_status way_open(ito_ctx *ctx, const mover *m, way *out)
{
    *out = (way){ .m = m, .path = ito_flow_path(m->flow) };
    if (m->field->dim != 2)
        return cmd_fail(ITO_EARG,
                        "%s has %zu coordinates; these pictures show 2",
                        m->title, m->field->dim);
    if (m->model) {
        const ito_status rc = open_record(ctx, out);

        if (rc != ITO_OK)
            return rc;
    } else {
        out->data = ito_oracle_dist(m->oracle);
        out->init = ito_oracle_init(m->oracle);
    }
    if (!out->data || ito_dist_rows(out->data) > 0)
        return cmd_fail(ITO_EUNFIT,
                        "%s is a fixed set of points, of which no new ones can "
                        "be drawn",
                        m->title);
    return ITO_OK;
}

void way_close(way *w)
{
    ito_dist_free(w->own_data);
    ito_dist_free(w->own_init);
    memset(w, 0, sizeof(*w));
}

ito_status way_oracle(ito_ctx *ctx, const way *w, ito_oracle **own,
                      const ito_oracle **out)
{
    ito_status rc = ITO_OK;

    *own = NULL;
    *out = w->m->oracle;
    if (w->m->oracle)
        return ITO_OK;
    rc = ito_oracle_between(ctx, w->init, w->data, w->path, own);
    *out = *own;
    return rc;
}

/* n rows of p_init into e. */
static ito_status draw_init(ito_ctx *ctx, const way *w, const ito_noise *at,
                            size_t n, float *e)
{
    if (w->init)
        return ito_dist_sample(ctx, w->init, at, 0, n, e);
    return ito_noise_normal(ctx, at, 0, n, 2, e);
}

ito_status way_samples(ito_ctx *ctx, const way *w, const motion *how,
                       const float *z, frames *f)
{
    float *const data = malloc(2 * f->n * sizeof(*data));
    ito_status rc = ITO_OK;

    if (!data)
        return cmd_fail(ITO_ENOMEM, "%zu points", f->n);
    for (size_t k = 0; k < f->count && rc == ITO_OK; k++) {
        const uint32_t step = (uint32_t)f->at[k];
        const ito_noise rows = { .seed = how->seed, .step = step };
        const ito_noise noise = { .seed = how->seed,
                                  .stream = START_STREAM,
                                  .step = step,
                                  .purpose = ITO_FOR_NOISE };
        const ito_along along = { .path = w->path, .t = f->t[k], .dim = 2 };
        float *const x = f->x + 2 * k * f->n;

        for (size_t i = 0; z && i < 2 * f->n; i++)
            data[i] = z[i % 2];
        if (!z)
            rc = ito_dist_sample(ctx, w->data, &rows, 0, f->n, data);
        if (rc == ITO_OK)
            rc = draw_init(ctx, w, &noise, f->n, x);
        if (rc == ITO_OK)
            rc = ito_path_points(ctx, &along, f->n, data, x, x);
    }
    free(data);
    return rc;
}

/* Solve a field from rows of p_init. */
static ito_status solve_field(ito_ctx *ctx, const way *w, const motion *how,
                              const ito_field *field, frames *f)
{
    const double beta = ito_path_coef(w->path, 0.0).beta;
    const ito_noise at = { .seed = how->seed, .stream = START_STREAM };
    ito_store store = { .rows = f->x, .n = f->n };
    const ito_sink sink = {
        .fn = ito_store_frame, .arg = &store, .at = f->at, .at_count = f->count
    };
    const ito_problem problem = { .field = field,
                                  .t1 = 1.0,
                                  .n = f->n,
                                  .dtype = ITO_F32,
                                  .seed = how->seed,
                                  .sinks = &sink,
                                  .sink_count = 1 };
    const ito_solve_opts o = { .method = how->solver  ? how->solver
                                         : how->sigma ? NULL
                                                      : "euler",
                               .steps = motion_steps(how) };
    float *const x = malloc(2 * f->n * sizeof(*x));
    ito_status rc;

    if (!x)
        return cmd_fail(ITO_ENOMEM, "%zu points", f->n);
    rc = draw_init(ctx, w, &at, f->n, x);
    for (size_t i = 0; rc == ITO_OK && i < 2 * f->n; i++)
        x[i] = (float)(beta * (double)x[i]);
    if (rc == ITO_OK)
        rc = ito_solve(ctx, &problem, x, &o, NULL);
    free(x);
    return rc;
}

/* Solve a field with the noise of how->sigma; score NULL = its own. */
static ito_status solve_extended(ito_ctx *ctx, const way *w, const motion *how,
                                 const ito_field *field, const ito_field *score,
                                 frames *f)
{
    ito_extension_opts o = { .score = score };
    ito_extension *extension = NULL;
    ito_sigma *sigma = NULL;
    ito_status rc = ito_sigma_parse(ctx, how->sigma, w->path, &sigma);

    o.sigma = sigma;
    if (rc == ITO_OK)
        rc = ito_extension_open(ctx, field, &o, &extension);
    if (rc == ITO_OK)
        rc = solve_field(ctx, w, how, ito_extension_field(extension), f);
    ito_extension_free(extension);
    ito_sigma_free(sigma);
    return rc;
}

ito_status way_solve(ito_ctx *ctx, const way *w, const motion *how,
                     const float *z, frames *f)
{
    ito_oracle *point = NULL;
    ito_status rc;

    if (how->sigma && w->init)
        return cmd_fail(ITO_EUNFIT,
                        "--sigma: the score of a conditional path is known for "
                        "starts from N(0, I) alone");
    rc = ito_oracle_open_points(ctx, 1, 2, z, w->path, &point);
    if (rc == ITO_OK && how->sigma)
        rc = solve_extended(ctx, w, how, ito_oracle_field(point), NULL, f);
    else if (rc == ITO_OK)
        rc = solve_field(ctx, w, how, ito_oracle_field(point), f);
    ito_oracle_free(point);
    return rc;
}

ito_status way_solve_score(ito_ctx *ctx, const way *w, const motion *how,
                           const ito_field *score, frames *f)
{
    return solve_extended(ctx, w, how, w->m->field, score, f);
}

void window_centres(const double w[4], size_t cells, double *x)
{
    const double hx = (w[1] - w[0]) / (double)cells;
    const double hy = (w[3] - w[2]) / (double)cells;

    for (size_t i = 0; i < cells * cells; i++) {
        const size_t row = i / cells, col = i % cells;

        x[2 * i] = w[0] + hx * ((double)col + 0.5);
        x[2 * i + 1] = w[2] + hy * ((double)row + 0.5);
    }
}

ito_status dist_raster(ito_ctx *ctx, const ito_dist *dist, const double w[4],
                       size_t cells, double *value)
{
    double *const x = calloc(2 * cells * cells, sizeof(*x));
    ito_status rc;

    if (!x)
        return cmd_fail(ITO_ENOMEM, "%zu x %zu cells", cells, cells);
    window_centres(w, cells, x);
    rc = ito_dist_logp(ctx, dist, cells * cells, x, value);
    for (size_t i = 0; rc == ITO_OK && i < cells * cells; i++)
        value[i] = exp(value[i]);
    free(x);
    return rc;
}
