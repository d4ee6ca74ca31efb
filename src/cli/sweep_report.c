/* SPDX-License-Identifier: MIT
 *
 * sweep_report.c - what `ito sweep` found, as a table, a picture, JSON and
 * words.
 */
#include "cli/sweep_report.h"

#include <ito/plot.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/term.h"

/* ---- as a table ---- */

enum { BUDGET, RTOL, STEPS, CALLS, VALUE, ERROR, FLOOR, FLOOR_ERROR, NUMBERS };
enum { LINE, SOLVER, SIGMA, GRID, LAST, MEASURE, TEXTS };

static const char *const number_names[NUMBERS] = {
    "budget", "rtol", "steps", "calls", "value", "error", "floor", "floor_error"
};
static const char *const text_names[TEXTS] = { "line", "solver",    "sigma",
                                               "grid", "last_step", "measure" };

/* A column of the table that a number is put into; what is not known is 0:
 * errors of a single seed, the floor of `error`. */
static double known(double x)
{
    return isnan(x) ? 0.0 : x;
}

static void fill_row(const sweep_found *f, const ito_sweep_point *p, size_t m,
                     size_t row, double *const *number, const char ***text)
{
    const ito_sweep_score *s = &p->score[m];
    const double values[NUMBERS] = {
        [BUDGET] = (double)p->budget, [RTOL] = p->rtol,
        [STEPS] = (double)p->steps,   [CALLS] = (double)p->calls,
        [VALUE] = s->value,           [ERROR] = known(s->error),
        [FLOOR] = known(s->floor),    [FLOOR_ERROR] = known(s->floor_error)
    };
    const char *const texts[TEXTS] = { [LINE] = f->lines->label[p->line],
                                       [SOLVER] = f->lines->solver[p->line],
                                       [SIGMA] = f->lines->sigma[p->line],
                                       [GRID] = f->lines->grid[p->line],
                                       [LAST] = f->lines->last[p->line],
                                       [MEASURE] = ito_sweep_measure_name(m) };

    for (size_t c = 0; c < NUMBERS; c++)
        number[c][row] = values[c];
    for (size_t c = 0; c < TEXTS; c++)
        text[c][row] = texts[c];
}

/* Points that diverged and measures that a line does not have are no rows. */
static size_t fill_rows(const sweep_found *f, double *const *number,
                        const char ***text)
{
    size_t rows = 0;

    for (size_t p = 0; p < f->points; p++)
        for (size_t i = 0; i < f->measures; i++) {
            const size_t m = f->measure[i];

            if (!isfinite(f->point[p].score[m].value))
                continue;
            if (number)
                fill_row(f, &f->point[p], m, rows, number, text);
            rows++;
        }
    return rows;
}

ito_status sweep_write(ito_ctx *ctx, const sweep_found *f, const char *path)
{
    const size_t rows = fill_rows(f, NULL, NULL);
    double *number[NUMBERS];
    const char **text[TEXTS];
    columns table;
    ito_status rc = columns_new(&table, rows, NUMBERS + TEXTS);

    for (size_t c = 0; c < TEXTS; c++)
        text[c] = calloc(rows + 1, sizeof(*text[c]));
    for (size_t c = 0; rc == ITO_OK && c < TEXTS; c++)
        if (!text[c])
            rc = cmd_fail(ITO_ENOMEM, "a table of %zu rows", rows);
    for (size_t c = 0; rc == ITO_OK && c < NUMBERS; c++)
        number[c] = columns_add(&table, number_names[c]);
    if (rc == ITO_OK)
        (void)fill_rows(f, number, text);
    for (size_t c = 0; rc == ITO_OK && c < TEXTS; c++)
        rc = columns_add_texts(&table, text_names[c], text[c]);
    if (rc == ITO_OK)
        rc = columns_write(ctx, &table, path);
    columns_free(&table);
    for (size_t c = 0; c < TEXTS; c++)
        free(text[c]);
    return rc;
}

/* ---- as a picture ---- */

/* The points of line l as x, y, error; how many. */
static size_t fill_series(const sweep_found *f, size_t l, double *x, double *y,
                          double *error)
{
    const size_t m = f->measure[0];
    size_t n = 0;

    for (size_t p = 0; p < f->points; p++) {
        const ito_sweep_score *s = &f->point[p].score[m];

        if (f->point[p].line != l || !isfinite(s->value))
            continue;
        x[n] = (double)f->point[p].calls;
        y[n] = s->value;
        error[n++] = known(s->error);
    }
    return n;
}

static const char *axis_name(size_t measure)
{
    static const char *const names[ITO_SWEEP_MEASURES] = {
        [ITO_METRIC_SLICED_W2] = "sliced W2 distance to true rows",
        [ITO_METRIC_ENERGY] = "energy distance to true rows",
        [ITO_METRIC_KS] = "Kolmogorov-Smirnov distance",
        [ITO_METRIC_W1] = "W1 distance of the columns",
        [ITO_METRIC_CORRELATION] = "difference of correlations",
        [ITO_METRIC_EXACT_W2] = "W2 distance to true rows",
        [ITO_SWEEP_ERROR] = "distance to the accurate solution",
        [ITO_SWEEP_SHARES] = "error of the shares of the modes",
        [ITO_SWEEP_SPREAD] = "error of the spread of the modes",
    };

    return names[measure];
}

ito_status sweep_draw(ito_ctx *ctx, const sweep_found *f, const char *path)
{
    const size_t lines = f->lines->count, m = f->measure[0];
    double *v = calloc(3 * f->points + 1, sizeof(*v));
    ito_series *series = calloc(lines, sizeof(*series));
    ito_tradeoff t = { .series = series,
                       .count = lines,
                       .floor = known(f->point[0].score[m].floor),
                       .floor_error = known(f->point[0].score[m].floor_error),
                       .floor_label = "true rows",
                       .x_label = "field calls a sample",
                       .y_label = axis_name(m) };
    const ito_plot_opts how = { .title = f->title };
    ito_figure *figure = NULL;
    size_t at = 0;
    ito_status rc = v && series ? ITO_OK : ITO_ENOMEM;

    if (rc != ITO_OK)
        (void)cmd_fail(rc, "a picture of %zu points", f->points);
    for (size_t l = 0; rc == ITO_OK && l < lines; l++) {
        double *x = v + 3 * at;
        size_t count = 0;

        for (size_t p = 0; p < f->points; p++)
            count += f->point[p].line == l;
        series[l] = (ito_series){ .label = f->lines->label[l],
                                  .x = x,
                                  .y = x + count,
                                  .error = x + 2 * count };
        series[l].n = fill_series(f, l, x, x + count, x + 2 * count);
        at += count;
    }
    if (rc == ITO_OK)
        rc = ito_plot_sweep(ctx, &t, &how, &figure);
    if (rc == ITO_OK)
        rc = ito_figure_write(ctx, figure, path);
    ito_figure_free(figure);
    free(series);
    free(v);
    return rc;
}

/* ---- as JSON ---- */

static void json_text(const char *name, const char *text)
{
    printf("\"%s\": ", name);
    term_json_string(stdout, text);
    fputs(", ", stdout);
}

static void json_number(const char *name, double value, const char *end)
{
    printf("\"%s\": ", name);
    term_json_number(stdout, value);
    fputs(end, stdout);
}

static void json_point(const sweep_found *f, const ito_sweep_point *p)
{
    fputs("{", stdout);
    json_text("line", f->lines->label[p->line]);
    json_text("solver", f->lines->solver[p->line]);
    json_text("sigma", f->lines->sigma[p->line]);
    json_text("grid", f->lines->grid[p->line]);
    json_text("last_step", f->lines->last[p->line]);
    json_number("budget", (double)p->budget, ", ");
    json_number("rtol", p->rtol, ", ");
    json_number("steps", (double)p->steps, ", ");
    json_number("calls", (double)p->calls, ", ");
    json_text("status",
              p->status == ITO_OK ? "ok" : ito_status_text(p->status));
    fputs("\"measures\": {", stdout);
    for (size_t i = 0; i < f->measures; i++) {
        const ito_sweep_score *s = &p->score[f->measure[i]];

        printf("%s\"%s\": {", i ? ", " : "",
               ito_sweep_measure_name(f->measure[i]));
        json_number("value", s->value, ", ");
        json_number("error", s->error, ", ");
        json_number("floor", s->floor, ", ");
        json_number("floor_error", s->floor_error, "}");
    }
    fputs("}}", stdout);
}

void sweep_json(const sweep_found *f)
{
    printf("{\"samples\": %zu, \"seeds\": %zu, \"points\": [", f->samples,
           f->seeds);
    for (size_t p = 0; p < f->points; p++) {
        fputs(p ? ",\n" : "\n", stdout);
        json_point(f, &f->point[p]);
    }
    fputs("\n]}\n", stdout);
}

/* ---- in words ---- */

static const double *values_of(const sweep_found *f, size_t p)
{
    return f->values + (p * ITO_SWEEP_MEASURES + f->measure[0]) * f->seeds;
}

/* Whether point p is within two standard errors of the best, by the seeds'
 * differences: both started from the same noise. */
static int as_good(const sweep_found *f, size_t p, size_t best)
{
    const double *a = values_of(f, p), *b = values_of(f, best);
    const double n = (double)f->seeds;
    double sum = 0.0, square = 0.0;

    for (size_t k = 0; k < f->seeds; k++)
        sum += a[k] - b[k];
    for (size_t k = 0; k < f->seeds; k++)
        square += (a[k] - b[k] - sum / n) * (a[k] - b[k] - sum / n);
    return f->seeds > 1 && sum / n <= 2.0 * sqrt(square / (n * (n - 1.0)));
}

static void say_budget(const sweep_found *f, size_t budget)
{
    const size_t m = f->measure[0];
    size_t best = f->points, close = 0;
    char more[512] = "";

    for (size_t p = 0; p < f->points; p++)
        if (f->point[p].budget == budget &&
            isfinite(f->point[p].score[m].value) &&
            (best == f->points ||
             f->point[p].score[m].value < f->point[best].score[m].value))
            best = p;
    if (best == f->points)
        return;
    for (size_t p = 0; p < f->points; p++) {
        const size_t n = strlen(more);

        if (p == best || f->point[p].budget != budget ||
            !isfinite(f->point[p].score[m].value) || !as_good(f, p, best))
            continue;
        (void)snprintf(
            more + n, sizeof(more) - n, "%s%s",
            close++ ? "; " : ", as good: ", f->lines->label[f->point[p].line]);
    }
    term_say("%6zu calls: %s, %s %.5g (error %.2g, true rows %.5g)%s", budget,
             f->lines->label[f->point[best].line], ito_sweep_measure_name(m),
             f->point[best].score[m].value,
             known(f->point[best].score[m].error),
             known(f->point[best].score[m].floor), more);
}

void sweep_say(const sweep_found *f)
{
    for (size_t p = 0; p < f->points; p++)
        if (f->point[p].status != ITO_OK)
            term_say("ito sweep: %s diverged at %zu calls",
                     f->lines->label[f->point[p].line], f->point[p].calls);
    for (size_t i = 0; i < f->how->call_count; i++)
        say_budget(f, f->how->calls[i]);
}
