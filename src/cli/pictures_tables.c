/* SPDX-License-Identifier: MIT
 *
 * pictures_tables.c - figures of what is there already: tables, and the losses
 * of a training.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/pictures.h"

ito_status picture_loss(ito_ctx *ctx, const mover *m, const ito_plot_opts *opts,
                        ito_figure **out)
{
    const ito_loss_point *train = NULL, *valid = NULL;
    size_t n, k, best = 0;
    ito_loss loss;
    ito_status rc;
    double *v;

    if (!m->model)
        return cmd_fail(ITO_EARG, "an oracle was not trained; give a model");
    n = ito_model_losses(m->model, 0, &train);
    k = ito_model_losses(m->model, 1, &valid);
    v = malloc((2 * (n + k) + 1) * sizeof(*v));
    if (!v)
        return cmd_fail(ITO_ENOMEM, "%zu losses", n + k);
    for (size_t i = 0; i < n; i++) {
        v[i] = train[i].step;
        v[n + i] = train[i].loss;
    }
    for (size_t i = 0; i < k; i++) {
        v[2 * n + i] = valid[i].step;
        v[2 * n + k + i] = valid[i].loss;
        best = valid[i].loss < valid[best].loss ? i : best;
    }
    loss = (ito_loss){ .n = n,
                       .step = v,
                       .train = v + n,
                       .valid_n = k,
                       .valid_step = v + 2 * n,
                       .valid = v + 2 * n + k,
                       .has_best = k > 0,
                       .best_step = k > 0 ? valid[best].step : 0.0 };
    rc = ito_plot_loss(ctx, &loss, opts, out);
    free(v);
    return rc;
}

/* --- figures of tables --------------------------------------------------- */

/* A table as a cloud. */
typedef struct numbers {
    double *x;
    const char **names;
    ito_cloud cloud;
} numbers;

static void numbers_free(numbers *a)
{
    free(a->x);
    free(a->names);
}

static const ito_column *column_named(const ito_table *table, const char *name)
{
    for (size_t j = 0; j < ito_table_cols(table); j++)
        if (strcmp(ito_table_column(table, j)->name, name) == 0)
            return ito_table_column(table, j);
    return NULL;
}

/* The number of a text among the levels of the column `like`, or -1. */
static double level_number(const ito_column *like, const char *text)
{
    for (size_t i = 0; i < like->level_count; i++)
        if (strcmp(like->levels[i], text) == 0)
            return (double)i;
    return -1.0;
}

/* Column j of the cloud from c, whose texts get the numbers that they have in
 * `like`. */
static void fill_column(numbers *a, size_t j, const ito_column *c,
                        const ito_column *like)
{
    const size_t dim = a->cloud.dim;

    for (size_t i = 0; i < a->cloud.n; i++)
        a->x[i * dim + j] = c->kind == ITO_COLUMN_NUMBER
                                ? c->number[i]
                                : level_number(like, c->levels[c->code[i]]);
}

/* The columns of `data` in the rows of `table`. */
static ito_status to_numbers(const ito_table *table, const ito_table *data,
                             numbers *a)
{
    const size_t n = ito_table_rows(table), dim = ito_table_cols(data);

    if (dim > 0 && n <= SIZE_MAX / sizeof(double) / dim) {
        a->x = malloc((n * dim + 1) * sizeof(*a->x));
        a->names = calloc(dim, sizeof(*a->names));
    }
    if (!a->x || !a->names)
        return cmd_fail(ITO_ENOMEM, "%zu rows do not fit", n);
    a->cloud =
        (ito_cloud){ .n = n, .dim = dim, .f64 = a->x, .names = a->names };
    for (size_t j = 0; j < dim; j++) {
        const ito_column *const like = ito_table_column(data, j);
        const ito_column *const c = column_named(table, like->name);

        if (!c)
            return cmd_fail(ITO_EARG, "the samples have no column '%s'",
                            like->name);
        if (c->kind != like->kind)
            return cmd_fail(ITO_EARG,
                            "column '%s' holds numbers in one table and texts "
                            "in the other",
                            like->name);
        a->names[j] = like->name;
        fill_column(a, j, c, like);
    }
    return ITO_OK;
}

ito_status picture_tables(ito_ctx *ctx, const ito_table *data,
                          const ito_table *samples, int pairs,
                          const ito_plot_opts *opts, ito_figure **out)
{
    numbers a = { .x = NULL }, b = { .x = NULL };
    const ito_cloud *second = samples ? &b.cloud : NULL;
    ito_status rc = to_numbers(data, data, &a);

    if (rc == ITO_OK && samples)
        rc = to_numbers(samples, data, &b);
    if (rc == ITO_OK && pairs)
        rc = ito_plot_pairs(ctx, &a.cloud, second, opts, out);
    else if (rc == ITO_OK)
        rc = ito_plot_samples(ctx, &a.cloud, second, opts, out);
    numbers_free(&a);
    numbers_free(&b);
    return rc;
}
