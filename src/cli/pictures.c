/* SPDX-License-Identifier: MIT
 *
 * pictures.c - the pictures of data and models.
 */
#include "cli/pictures.h"

#include <ito/source.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"

#define STEPS     64 /* of the solver; times of pictures are multiples */
#define ARROWS    21 /* on a side */
#define TIMES_MAX 16

void points_free(points *p)
{
    for (size_t j = 0; p->names && j < p->cloud.dim; j++)
        free(p->names[j]);
    free(p->names);
    free(p->rows);
    *p = (points){ .rows = NULL };
}

static char *copy_text(const char *s)
{
    const size_t bytes = strlen(s) + 1;
    char *copy = malloc(bytes);

    return copy ? memcpy(copy, s, bytes) : NULL;
}

/* Room for n x dim numbers with names. */
static int points_room(points *p, size_t n, size_t dim)
{
    const int fits = n <= SIZE_MAX / sizeof(double) / (dim + 1);

    *p = (points){ .cloud = { .n = n, .dim = dim } };
    p->rows = fits ? malloc((n * dim + 1) * sizeof(*p->rows)) : NULL;
    p->names = calloc(dim, sizeof(*p->names));
    p->cloud.f64 = p->rows;
    p->cloud.names = (const char *const *)p->names;
    return p->rows && p->names;
}

ito_status points_of_table(const ito_table *table, const char *where,
                           points *out)
{
    const size_t n = ito_table_rows(table), cols = ito_table_cols(table);
    size_t dim = 0, c = 0;

    *out = (points){ .rows = NULL };
    for (size_t j = 0; j < cols; j++)
        dim += ito_table_column(table, j)->kind == ITO_COLUMN_NUMBER;
    if (dim == 0)
        return cmd_fail(ITO_EUNFIT, "%s: no column of numbers to draw", where);
    if (!points_room(out, n, dim))
        return cmd_fail(ITO_ENOMEM, "%s: %zu rows", where, n);
    for (size_t j = 0; j < cols; j++) {
        const ito_column *column = ito_table_column(table, j);

        if (column->kind != ITO_COLUMN_NUMBER)
            continue;
        for (size_t i = 0; i < n; i++)
            out->rows[i * dim + c] = column->number[i];
        if (!(out->names[c++] = copy_text(column->name)))
            return cmd_fail(ITO_ENOMEM, "%s: names", where);
    }
    return ITO_OK;
}

ito_status points_read(ito_ctx *ctx, const char *data, size_t n, points *out)
{
    ito_table *table;
    ito_status rc;

    *out = (points){ .rows = NULL };
    rc = ito_data_read(ctx, data, NULL, n, common.seed, &table);
    if (rc != ITO_OK)
        return rc;
    rc = points_of_table(table, data, out);
    ito_table_free(table);
    return rc;
}

ito_status points_sample(ito_ctx *ctx, const ito_model *model, size_t n,
                         points *out)
{
    const ito_sample_opts o = { .seed = common.seed };
    ito_table *table;
    ito_status rc;

    *out = (points){ .rows = NULL };
    rc = ito_model_sample(ctx, model, &o, n, &table);
    if (rc != ITO_OK)
        return rc;
    rc = points_of_table(table, "samples", out);
    ito_table_free(table);
    return rc;
}

/* Names of coordinates: those of the columns where each has one. */
static void coordinate_names(const ito_model *model, const char **names,
                             size_t dim)
{
    const ito_schema *schema = ito_model_schema(model);

    for (size_t j = 0; j < dim; j++)
        names[j] = ito_schema_name(schema, j);
}

/* States of n particles at chosen points of STEPS equal steps. */
static ito_status states_at(ito_ctx *ctx, const ito_model *model, size_t n,
                            const size_t *at, size_t count, float *rows)
{
    ito_store store = { .rows = rows, .n = n };
    const ito_sink sink = {
        .fn = ito_store_frame, .arg = &store, .at = at, .at_count = count
    };
    const ito_sample_opts o = { .solve = { .steps = STEPS },
                                .seed = common.seed,
                                .sinks = &sink,
                                .sink_count = 1 };

    return ito_model_sample_rows(ctx, model, &o, n, NULL);
}

ito_status picture_trajectories(ito_ctx *ctx, const ito_model *model, size_t n,
                                const points *data, const ito_plot_opts *opts,
                                ito_figure **out)
{
    const size_t dim = ito_model_dim(model);
    const int plain = ito_schema_cols(ito_model_schema(model)) == dim;
    float *rows = malloc(n * dim * (STEPS + 1) * sizeof(*rows) + 1);
    const char **names = calloc(dim, sizeof(*names));
    size_t at[STEPS + 1];
    double t[STEPS + 1];
    ito_status rc;

    for (size_t k = 0; k <= STEPS; k++) {
        at[k] = k;
        t[k] = (double)k / STEPS;
    }
    if (rows && names) {
        const ito_paths paths = { .n = n,
                                  .dim = dim,
                                  .frames = STEPS + 1,
                                  .t = t,
                                  .f32 = rows,
                                  .names = plain ? names : NULL };

        coordinate_names(model, names, plain ? dim : 0);
        rc = states_at(ctx, model, n, at, STEPS + 1, rows);
        if (rc == ITO_OK)
            rc = ito_plot_trajectories(ctx, &paths, data ? &data->cloud : NULL,
                                       opts, out);
    } else {
        rc = cmd_fail(ITO_ENOMEM, "%zu trajectories", n);
    }
    free(rows);
    free(names);
    return rc;
}

/* The field on a grid over the limits of a cloud: rows of x, y, u, v. */
static ito_status arrows_at(ito_ctx *ctx, const ito_model *model,
                            const ito_cloud *cloud, double t, float *arrows)
{
    const ito_rows_at at = { .t = t };
    float x[ARROWS * ARROWS * 2], u[ARROWS * ARROWS * 2];
    double limits[2][2];
    ito_status rc;

    for (size_t j = 0; j < 2; j++) {
        rc = ito_plot_limits(ctx, cloud, j, limits[j]);
        if (rc != ITO_OK)
            return rc;
    }
    for (size_t i = 0; i < (size_t)ARROWS * ARROWS; i++) {
        const size_t cell[2] = { i % ARROWS, i / ARROWS };

        for (size_t j = 0; j < 2; j++) {
            const double share = ((double)cell[j] + 0.5) / ARROWS;

            x[2 * i + j] =
                (float)(limits[j][0] + share * (limits[j][1] - limits[j][0]));
        }
    }
    rc = ito_field_eval(ctx, ito_model_field(model), ITO_PART_DRIFT, &at,
                        (size_t)ARROWS * ARROWS, x, u);
    for (size_t i = 0; rc == ITO_OK && i < (size_t)ARROWS * ARROWS; i++) {
        memcpy(arrows + 4 * i, x + 2 * i, 2 * sizeof(*x));
        memcpy(arrows + 4 * i + 2, u + 2 * i, 2 * sizeof(*u));
    }
    return rc;
}

static ito_status draw_field(ito_ctx *ctx, const ito_model *model,
                             const double *times, size_t count, float *rows,
                             size_t n, const ito_plot_opts *opts,
                             ito_figure **out)
{
    const size_t per_panel = (size_t)ARROWS * ARROWS * 4;
    float *arrows = malloc(count * per_panel * sizeof(*arrows));
    const ito_cloud all = { .n = n * count, .dim = 2, .f32 = rows };
    ito_instant instants[TIMES_MAX];
    const char *names[2];
    ito_status rc = ITO_OK;

    if (!arrows)
        return cmd_fail(ITO_ENOMEM, "arrows");
    coordinate_names(model, names, 2);
    for (size_t k = 0; rc == ITO_OK && k < count; k++) {
        instants[k] = (ito_instant){
            .t = times[k],
            .cloud = { .n = n,
                       .dim = 2,
                       .f32 = rows + k * n * 2,
                       .names = names },
            .arrows = { .n = (size_t)ARROWS * ARROWS,
                        .dim = 4,
                        .f32 = arrows + k * per_panel },
        };
        rc = arrows_at(ctx, model, &all, times[k], arrows + k * per_panel);
    }
    if (rc == ITO_OK)
        rc = ito_plot_field(ctx, instants, count, opts, out);
    free(arrows);
    return rc;
}

ito_status picture_field(ito_ctx *ctx, const ito_model *model,
                         const double *times, size_t count, size_t n,
                         const ito_plot_opts *opts, ito_figure **out)
{
    size_t at[TIMES_MAX];
    float *rows;
    ito_status rc;

    if (ito_model_dim(model) != 2 ||
        ito_schema_cols(ito_model_schema(model)) != 2)
        return cmd_fail(ITO_EUNFIT,
                        "a picture of the field needs 2 coordinates; the model "
                        "has %zu",
                        ito_model_dim(model));
    if (count == 0 || count > TIMES_MAX)
        return cmd_fail(ITO_EARG, "%zu times: 1 to %d", count, TIMES_MAX);
    for (size_t k = 0; k < count; k++) {
        at[k] = (size_t)(times[k] * STEPS + 0.5);
        if (!(times[k] >= 0.0 && times[k] <= 1.0) || (k && at[k] <= at[k - 1]))
            return cmd_fail(ITO_EARG,
                            "times must rise from 0 to 1, 1/%d apart at least",
                            STEPS);
    }
    rows = malloc(count * n * 2 * sizeof(*rows) + 1);
    if (!rows)
        return cmd_fail(ITO_ENOMEM, "%zu particles", n);
    rc = states_at(ctx, model, n, at, count, rows);
    if (rc == ITO_OK)
        rc = draw_field(ctx, model, times, count, rows, n, opts, out);
    free(rows);
    return rc;
}

ito_status picture_loss(ito_ctx *ctx, const ito_model *model,
                        const ito_plot_opts *opts, ito_figure **out)
{
    const ito_loss_point *p[2];
    const size_t n = ito_model_losses(model, 0, &p[0]);
    const size_t m = ito_model_losses(model, 1, &p[1]);
    double *v = malloc(2 * (n + m + 1) * sizeof(*v));
    size_t best = 0;
    ito_loss loss = { .n = n, .valid_n = m, .has_best = m > 0 };
    ito_status rc;

    if (!v)
        return cmd_fail(ITO_ENOMEM, "loss curves");
    for (size_t i = 0; i < n; i++) {
        v[i] = p[0][i].step;
        v[n + i] = p[0][i].loss;
    }
    for (size_t i = 0; i < m; i++) {
        v[2 * n + i] = p[1][i].step;
        v[2 * n + m + i] = p[1][i].loss;
        best = p[1][i].loss < p[1][best].loss ? i : best;
    }
    loss.step = v;
    loss.train = v + n;
    loss.valid_step = v + 2 * n;
    loss.valid = v + 2 * n + m;
    loss.best_step = m > 0 ? p[1][best].step : 0.0;
    rc = ito_plot_loss(ctx, &loss, opts, out);
    free(v);
    return rc;
}
