/* SPDX-License-Identifier: MIT
 *
 * cmd_logp.c - `ito logp`: the log density of each row of data under a model.
 */
#include <float.h>
#include <ito/likelihood.h>
#include <ito/source.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/data_options.h"
#include "cli/term.h"

enum { UNITS_MODEL, UNITS_COLUMNS };

static struct {
    const char *model, *data, *out, *solver, *noise, *label;
    size_t steps, probes, rows;
    double rtol, limit, guidance, guide_from, guide_to;
    int units, once;
} args = { .out = "-", .limit = 0.01, .guide_to = 1.0 };

static const opt options[] = {
    ARG("MODEL", &args.model, "trained model, or oracle:DATA[@PATH[@INIT]]"),
    ARG("DATA", &args.data, "rows: a file, or a built-in set"),
    STRING('o', "out", "FILE", &args.out,
           "write here: .csv, .tsv, .npy; `-` is CSV on standard output [-]"),
    SIZE('n', "count", &args.rows, "rows of a built-in set [10000]"),
    SEED_OPTION,
    STRING(0, "solver", "NAME", &args.solver,
           "a method [rk4; with --rtol dopri5]"),
    SIZE(0, "steps", &args.steps,
         "steps N; the value is by 2 N, its error from both [32]"),
    POSITIVE(0, "rtol", &args.rtol,
             "adaptive steps with this relative tolerance"),
    SIZE(0, "probes", &args.probes,
         "estimate the trace by so many probes [exact up to 16 coordinates, "
         "else 16]"),
    POSITIVE(0, "limit", &args.limit,
             "flag rows whose error of steps is above this [0.01]"),
    FLAG(0, "once", &args.once,
         "the finer solve alone: half the time, and no error of steps"),
    CHOICE(0, "units", "model|columns", &args.units,
           "density over coordinates of the model, or over the columns in "
           "their own units [model]"),
    STRING(0, "noise", "FILE", &args.noise,
           "write the noise that leads to each row here"),
    JSON_OPTION,
    GROUP("conditions"),
    STRING(0, "label", "NAME", &args.label,
           "given this label [each row's own, where DATA have the column]"),
    DOUBLE(0, "guidance", &args.guidance,
           "under the field (1 - w) f(none) + w f(label) [1]"),
    DOUBLE(0, "guide-from", &args.guide_from, "guide from this time on [0]"),
    DOUBLE(0, "guide-to", &args.guide_to, "guide up to this time [1]"),
    DATA_OPTIONS,
    COMMON_OPTIONS,
    END,
};

/* The rows in coordinates of the flow. */
typedef struct rows {
    size_t n, dim;
    double *x, *noise;
    float *cond;   /* conditions of the rows, or NULL */
    double *slope; /* what takes a density to the columns, or NULL */
    ito_logp_row *out;
} rows;

static void free_rows(rows *r)
{
    free(r->x);
    free(r->noise);
    free(r->cond);
    free(r->slope);
    free(r->out);
}

/* Columns of numbers, in their order: what an oracle takes. */
static ito_status read_numbers(const ito_table *table, rows *r)
{
    if (ito_table_cols(table) < r->dim)
        return cmd_fail(ITO_EARG, "%s has %zu columns, %s wants %zu", args.data,
                        ito_table_cols(table), args.model, r->dim);
    for (size_t c = 0; c < r->dim; c++) {
        const ito_column *column = ito_table_column(table, c);

        if (column->kind != ITO_COLUMN_NUMBER)
            return cmd_fail(ITO_EARG, "%s: column %s is no number", args.data,
                            column->name);
        for (size_t i = 0; i < r->n; i++)
            r->x[i * r->dim + c] = column->number[i];
    }
    return ITO_OK;
}

/* Coordinates of the model, and how they change with the columns. */
static ito_status encode(ito_ctx *ctx, const ito_model *model,
                         const ito_table *table, rows *r)
{
    const ito_noise at = { .seed = common.seed, .purpose = ITO_FOR_CODING };
    const ito_schema *schema = ito_model_schema(model);
    float *x = calloc(r->n + 1, r->dim * sizeof(*x));
    ito_status rc;

    if (!x)
        return cmd_fail(ITO_ENOMEM, "%zu rows", r->n);
    rc = ito_schema_encode(ctx, schema, table, &at, x);
    for (size_t i = 0; rc == ITO_OK && i < r->n * r->dim; i++)
        r->x[i] = (double)x[i];
    if (rc == ITO_OK && args.units == UNITS_COLUMNS) {
        r->slope = calloc(r->n + 1, sizeof(*r->slope));
        rc = r->slope
                 ? ito_schema_log_slope(ctx, schema, table, r->n, x, r->slope)
                 : cmd_fail(ITO_ENOMEM, "%zu rows", r->n);
    }
    free(x);
    return rc;
}

/* Each row's own label, unless one is given to all. */
static ito_status read_labels(ito_ctx *ctx, const ito_model *model,
                              const ito_table *table, rows *r)
{
    const size_t cols = ito_model_field(model)->cond_dim;

    if (cols == 0 || args.label)
        return ITO_OK;
    r->cond = calloc(r->n + 1, cols * sizeof(*r->cond));
    if (!r->cond)
        return cmd_fail(ITO_ENOMEM, "%zu rows", r->n);
    return ito_model_conditions_of(ctx, model, table, r->cond);
}

static ito_status read_rows(ito_ctx *ctx, const ito_flow *flow,
                            const ito_table_opts *how, rows *r)
{
    const ito_model *model = ito_flow_model(flow);
    ito_table *table = NULL;
    ito_status rc;

    if (model && ito_schema_image(ito_model_schema(model)))
        return cmd_fail(ITO_EUNFIT,
                        "%s is a model of images: their pixels take few "
                        "values, and many of them one, so that they have no "
                        "density; judge samples by ito eval",
                        args.model);
    rc = ito_data_read(ctx, args.data, how, args.rows, common.seed, &table);
    if (rc != ITO_OK)
        return rc;
    r->n = ito_table_rows(table);
    r->dim = ito_flow_dim(flow);
    r->x = calloc(r->n + 1, r->dim * sizeof(*r->x));
    r->noise = calloc(r->n + 1, r->dim * sizeof(*r->noise));
    r->out = calloc(r->n + 1, sizeof(*r->out));
    if (!r->x || !r->noise || !r->out)
        rc = cmd_fail(ITO_ENOMEM, "%zu rows", r->n);
    else if (model)
        rc = encode(ctx, model, table, r);
    else
        rc = read_numbers(table, r);
    if (rc == ITO_OK && model)
        rc = read_labels(ctx, model, table, r);
    ito_table_free(table);
    return rc;
}

/* To the columns' own units. */
static void change_units(rows *r)
{
    for (size_t i = 0; r->slope && i < r->n; i++) {
        r->out[i].value += r->slope[i];
        r->out[i].lo += r->slope[i];
        r->out[i].hi += r->slope[i];
    }
}

/* ---- writing ---- */

/* Tables hold finite numbers: what is infinite becomes the largest of them. */
static double finite(double x)
{
    return x > DBL_MAX ? DBL_MAX : x < -DBL_MAX ? -DBL_MAX : x;
}

/* With --once there is no error of steps, and nothing is flagged by it. */
static ito_status write_values(ito_ctx *ctx, const rows *r)
{
    columns t;
    ito_status rc = columns_new(&t, r->n, 7);

    if (rc == ITO_OK) {
        double *const logp = columns_add(&t, "logp");
        double *const step = args.once ? NULL : columns_add(&t, "step_error");
        double *const probe = columns_add(&t, "probe_error");
        double *const lo = columns_add(&t, "lo");
        double *const hi = columns_add(&t, "hi");
        double *const flagged = args.once ? NULL : columns_add(&t, "flagged");
        double *const bits = columns_add(&t, "bits");

        for (size_t i = 0; i < r->n; i++) {
            const ito_logp_row *row = &r->out[i];

            logp[i] = finite(row->value);
            probe[i] = row->probe_error;
            lo[i] = finite(row->lo);
            hi[i] = finite(row->hi);
            bits[i] = finite(ito_logp_bits(row->value, r->dim));
            if (!step || !flagged)
                continue; /* --once */
            step[i] = finite(row->step_error);
            flagged[i] = row->flagged;
        }
        rc = columns_write(ctx, &t, args.out);
    }
    columns_free(&t);
    return rc;
}

static ito_status write_noise(ito_ctx *ctx, const rows *r)
{
    char(*names)[24] = calloc(r->dim + 1, sizeof(*names));
    columns t;
    ito_status rc = columns_new(&t, r->n, r->dim);

    if (!names)
        rc = cmd_fail(ITO_ENOMEM, "%zu columns", r->dim);
    for (size_t c = 0; rc == ITO_OK && c < r->dim; c++) {
        double *x;

        snprintf(names[c], sizeof(names[c]), "c%zu", c + 1);
        x = columns_add(&t, names[c]);
        for (size_t i = 0; i < r->n; i++)
            x[i] = r->noise[i * r->dim + c];
    }
    if (rc == ITO_OK)
        rc = columns_write(ctx, &t, args.noise);
    columns_free(&t);
    free(names);
    return rc;
}

/* What has been measured, of the rows that have a density. */
typedef struct summary {
    double mean, error, worst;
    size_t rows, flagged, outside; /* outside: of density 0 */
} summary;

static summary sum_up(const rows *r)
{
    summary s = { 0 };
    double sum = 0.0, square = 0.0;

    for (size_t i = 0; i < r->n; i++) {
        s.flagged += r->out[i].flagged ? 1 : 0;
        if (r->out[i].value == -HUGE_VAL)
            continue;
        s.rows++;
        sum += r->out[i].value;
        s.worst = fmax(s.worst, r->out[i].step_error);
    }
    s.outside = r->n - s.rows;
    s.mean = s.rows > 0 ? sum / (double)s.rows : -HUGE_VAL;
    for (size_t i = 0; i < r->n; i++)
        if (r->out[i].value != -HUGE_VAL)
            square += (r->out[i].value - s.mean) * (r->out[i].value - s.mean);
    s.error = sqrt(square / fmax((double)s.rows * ((double)s.rows - 1.0), 1.0));
    return s;
}

static void print_json(const rows *r, const summary *s)
{
    printf("{\"rows\": %zu, \"logp\": ", r->n);
    term_json_number(stdout, s->mean);
    printf(", \"error\": ");
    term_json_number(stdout, s->error);
    printf(", \"bits\": ");
    term_json_number(stdout, ito_logp_bits(s->mean, r->dim));
    if (!args.once) {
        printf(", \"worst_step_error\": ");
        term_json_number(stdout, s->worst);
        printf(", \"flagged\": %zu", s->flagged);
    }
    printf(", \"outside\": %zu}\n", s->outside);
}

static void report(const ito_flow *flow, const rows *r)
{
    const summary s = sum_up(r);

    if (common.json)
        print_json(r, &s);
    if (common.quiet)
        return;
    fprintf(stderr,
            "ito logp: %zu rows: mean %.6g nats (standard error %.2g), %.6g "
            "bits per dimension, in %s\n",
            s.rows, s.mean, s.error, ito_logp_bits(s.mean, r->dim),
            ito_flow_model(flow) && args.units == UNITS_MODEL
                ? "coordinates of the model (encoded columns)"
                : "the columns' own units");
    if (s.outside > 0)
        fprintf(stderr,
                "ito logp: %zu rows are not among these, their density is 0: "
                "they have values that the model never makes, or their way "
                "left the finite numbers (these are flagged)\n",
                s.outside);
    if (s.flagged > 0 && !args.once)
        fprintf(stderr,
                "ito logp: %zu rows are flagged: their error of steps is above "
                "%g, at worst %.2g; take more --steps\n",
                s.flagged, args.limit, s.worst);
}

static ito_status work(ito_ctx *ctx, const ito_flow *flow,
                       const ito_table_opts *how, rows *r)
{
    const ito_sample_opts as = {
        .label = args.label,
        .guide = opt_given(&args.guidance) ? args.guidance - 1.0 : 0.0,
        .guide_lo = args.guide_from,
        .guide_hi = args.guide_to,
    };
    ito_logp_opts o = { .method = args.solver,
                        .steps = args.steps,
                        .rtol = args.rtol,
                        .probes = args.probes,
                        .seed = common.seed,
                        .limit = args.limit,
                        .once = args.once,
                        .as = &as };
    ito_status rc;

    rc = read_rows(ctx, flow, how, r);
    o.cond = r->cond;
    if (rc == ITO_OK)
        rc = ito_logp_rows(ctx, flow, &o, r->n, r->x, r->noise, r->out);
    if (rc != ITO_OK)
        return rc;
    change_units(r);
    rc = write_values(ctx, r);
    if (rc == ITO_OK && args.noise)
        rc = write_noise(ctx, r);
    if (rc == ITO_OK)
        report(flow, r);
    return rc;
}

static int run(void)
{
    rows r = { 0 };
    ito_flow *flow = NULL;
    ito_table_opts how;
    ito_ctx *ctx;
    ito_status rc;
    int bad;

    if (common.json && strcmp(args.out, "-") == 0)
        return cmd_usage("--json needs -o FILE: both go to standard output");
    if ((bad = data_table_opts(&how)) != 0)
        return bad;
    rc = cmd_open(&ctx);
    if (rc == ITO_OK)
        rc = ito_flow_open(ctx, args.model, &flow);
    if (rc == ITO_OK)
        rc = work(ctx, flow, &how, &r);
    ito_flow_free(flow);
    free_rows(&r);
    return cmd_close(ctx, rc);
}

const command command_logp = {
    .name = "logp",
    .summary = "the log density of each row of data under a model",
    .about = "Carries every row back to noise along the model's field, "
             "together with the integral of the field's divergence, and "
             "writes its log density in nats.\n\nstep_error is the difference "
             "between N and 2 N steps, probe_error the standard error over "
             "--probes (0: the trace is exact), lo and hi their 95 % interval. "
             " Rows whose step_error is above --limit are flagged.\n\nOf a "
             "table it is the density of the encoded row, over coordinates of "
             "the model; with --units columns that of the row itself, which "
             "has one where every column is of numbers and no value is shared "
             "by many rows.  Coordinates of texts and of shared values are of "
             "one model's making: such numbers compare densities of that "
             "encoding alone.  Where the density is 0, logp is the least "
             "finite number.\n\nUnder a model with labels it is the density "
             "given the row's own label, or given --label.  Columns that could "
             "be given (ito train --given) are not: the density is of all "
             "columns together.",
    .examples = "ito logp m.safetensors new.csv -o logp.csv\n"
                "ito logp m.safetensors new.csv --units columns -o nats.csv\n"
                "ito logp three.safetensors new.csv --label 0 -o given0.csv\n"
                "ito logp oracle:moons moons -n 1000 -o exact.csv\n",
    .options = options,
    .run = run,
};
