/* SPDX-License-Identifier: MIT
 *
 * simulate_start.c - `ito simulate --start`: a point, a built-in
 * distribution, or the rows of a file.
 */
#include <ito/start.h>
#include <ito/table.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/simulate.h"

struct start {
    double *rows; /* count x dim */
    ito_dist *dist;
    ito_start_rows at_rows;
    ito_start_draws at_draws;
};

void start_free(struct start *start)
{
    if (!start)
        return;
    ito_dist_free(start->dist);
    free(start->rows);
    free(start);
}

/* The column that holds a component: by its name, else by its place. */
static const ito_column *column_of(const simulation *s, const ito_table *table,
                                   size_t c)
{
    const size_t cols = ito_table_cols(table);

    for (size_t j = 0; j < cols; j++) {
        const ito_column *column = ito_table_column(table, j);

        if (strcmp(column->name, ito_system_component(s->system, c)) == 0)
            return column;
    }
    return cols == s->field->dim ? ito_table_column(table, c) : NULL;
}

static ito_status take_rows(simulation *s, const ito_table *table,
                            const char *path)
{
    const size_t rows = ito_table_rows(table), dim = s->field->dim;

    s->start->rows = malloc((rows * dim + 1) * sizeof(double));
    if (!s->start->rows)
        return cmd_fail(ITO_ENOMEM, "%s: %zu rows", path, rows);
    for (size_t c = 0; c < dim; c++) {
        const ito_column *column = column_of(s, table, c);

        if (!column)
            return cmd_fail(ITO_EARG,
                            "--start %s: no column %s, and %zu columns for "
                            "%zu components",
                            path, ito_system_component(s->system, c),
                            ito_table_cols(table), dim);
        if (column->kind != ITO_COLUMN_NUMBER)
            return cmd_fail(ITO_EARG, "--start %s: column %s holds texts", path,
                            column->name);
        for (size_t i = 0; i < rows; i++)
            s->start->rows[i * dim + c] = column->number[i];
    }
    if (!simulate_args.count)
        s->problem.n = rows;
    s->start->at_rows = (ito_start_rows){ s->start->rows, rows };
    return ITO_OK;
}

static ito_status start_from_file(ito_ctx *ctx, simulation *s, const char *path)
{
    ito_table *table;
    ito_status rc = ito_table_read(ctx, path, NULL, &table);

    if (rc == ITO_OK)
        rc = take_rows(s, table, path);
    ito_table_free(table);
    return rc;
}

static ito_status start_from_dist(ito_ctx *ctx, simulation *s, const char *spec)
{
    struct start *start = s->start;
    ito_status rc = ito_dist_open(ctx, spec, &start->dist);

    if (rc != ITO_OK)
        return rc;
    if (ito_dist_dim(start->dist) != s->field->dim)
        return cmd_fail(ITO_EARG,
                        "--start %s has %zu components and the system %zu",
                        spec, ito_dist_dim(start->dist), s->field->dim);
    start->at_draws = (ito_start_draws){
        .ctx = ctx,
        .dist = start->dist,
        .at = { .seed = common.seed },
    };
    s->problem.init = ito_start_at_draws;
    s->problem.init_arg = &start->at_draws;
    return ITO_OK;
}

static ito_status start_at_point(simulation *s, const char *text, size_t count)
{
    const size_t dim = s->field->dim;

    if (count && count != dim)
        return cmd_fail(ITO_EARG,
                        "--start %.100s: %zu numbers for %zu components", text,
                        count, dim);
    s->start->rows = malloc(dim * sizeof(double));
    if (!s->start->rows)
        return cmd_fail(ITO_ENOMEM, "%zu components", dim);
    if (count)
        opt_numbers(text, ',', s->start->rows, dim);
    else
        memcpy(s->start->rows, s->hint->start, dim * sizeof(double));
    s->start->at_rows = (ito_start_rows){ s->start->rows, 1 };
    return ITO_OK;
}

ito_status simulation_start(ito_ctx *ctx, simulation *s)
{
    const char *text = simulate_args.start;
    const size_t numbers = text ? opt_numbers(text, ',', NULL, 0) : 0;
    ito_status rc;

    s->start = calloc(1, sizeof(*s->start));
    if (!s->start)
        return cmd_fail(ITO_ENOMEM, "the start");
    s->problem.init = ito_start_at_rows;
    s->problem.init_arg = &s->start->at_rows;
    if (!text || numbers)
        rc = start_at_point(s, text, numbers);
    else if (strcspn(text, "./") < strcspn(text, ":") || !strcmp(text, "-"))
        rc = start_from_file(ctx, s, text);
    else
        rc = start_from_dist(ctx, s, text);
    return rc;
}
