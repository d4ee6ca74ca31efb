/* SPDX-License-Identifier: MIT
 *
 * cmd_logp.c - `ito logp`: the log density of each row of data under a model.
 */
#include <ito/likelihood.h>
#include <ito/source.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/term.h"

static struct {
    const char *model, *data, *out, *solver, *noise;
    size_t steps, probes, rows;
    double rtol, limit;
} args = { .out = "-", .limit = 0.01 };

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
         "estimate the trace by so many probes [exact up to 16 coordinates]"),
    POSITIVE(0, "limit", &args.limit,
             "flag rows whose error of steps is above this [0.01]"),
    STRING(0, "noise", "FILE", &args.noise,
           "write the noise that leads to each row here"),
    JSON_OPTION,
    COMMON_OPTIONS,
    END,
};

/* The rows in coordinates of the flow. */
typedef struct rows {
    size_t n, dim;
    double *x, *noise;
    ito_logp_row *out;
} rows;

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

static ito_status encode(ito_ctx *ctx, const ito_model *model,
                         const ito_table *table, rows *r)
{
    const ito_noise at = { .seed = common.seed, .purpose = ITO_FOR_CODING };
    float *x = calloc(r->n + 1, r->dim * sizeof(*x));
    ito_status rc;

    if (!x)
        return cmd_fail(ITO_ENOMEM, "%zu rows", r->n);
    rc = ito_schema_encode(ctx, ito_model_schema(model), table, &at, x);
    for (size_t i = 0; rc == ITO_OK && i < r->n * r->dim; i++)
        r->x[i] = (double)x[i];
    free(x);
    return rc;
}

static ito_status read_rows(ito_ctx *ctx, const ito_flow *flow, rows *r)
{
    const ito_model *model = ito_flow_model(flow);
    ito_table *table = NULL;
    ito_status rc;

    rc = ito_data_read(ctx, args.data, NULL, args.rows, common.seed, &table);
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
    ito_table_free(table);
    return rc;
}

/* ---- writing ---- */

enum { LOGP, STEP_ERROR, PROBE_ERROR, LO, HI, FLAGGED, BITS, COLS };

static ito_status write_values(ito_ctx *ctx, const rows *r)
{
    static const char *const names[COLS] = {
        "logp", "step_error", "probe_error", "lo", "hi", "flagged", "bits"
    };
    double *v = calloc(r->n + 1, COLS * sizeof(*v));
    ito_column columns[COLS];
    ito_table *table = NULL;
    ito_status rc;

    if (!v)
        return cmd_fail(ITO_ENOMEM, "%zu rows", r->n);
    for (size_t i = 0; i < r->n; i++) {
        const ito_logp_row *row = &r->out[i];
        const double values[COLS] = { [LOGP] = row->value,
                                      [STEP_ERROR] = row->step_error,
                                      [PROBE_ERROR] = row->probe_error,
                                      [LO] = row->lo,
                                      [HI] = row->hi,
                                      [FLAGGED] = row->flagged,
                                      [BITS] =
                                          ito_logp_bits(row->value, r->dim) };

        for (size_t c = 0; c < COLS; c++)
            v[c * r->n + i] = values[c];
    }
    for (size_t c = 0; c < COLS; c++)
        columns[c] = (ito_column){ .name = names[c],
                                   .kind = ITO_COLUMN_NUMBER,
                                   .number = v + c * r->n };
    rc = ito_table_build(ctx, r->n, COLS, columns, &table);
    if (rc == ITO_OK)
        rc = ito_table_write(ctx, args.out, table);
    ito_table_free(table);
    free(v);
    return rc;
}

static ito_status write_noise(ito_ctx *ctx, const rows *r)
{
    double *v = calloc(r->n + 1, r->dim * sizeof(*v));
    ito_column *columns = calloc(r->dim, sizeof(*columns));
    char(*names)[24] = calloc(r->dim, sizeof(*names));
    ito_table *table = NULL;
    ito_status rc = v && columns && names ? ITO_OK : ITO_ENOMEM;

    if (rc != ITO_OK)
        (void)cmd_fail(rc, "%zu rows", r->n);
    for (size_t c = 0; rc == ITO_OK && c < r->dim; c++) {
        snprintf(names[c], sizeof(names[c]), "c%zu", c + 1);
        for (size_t i = 0; i < r->n; i++)
            v[c * r->n + i] = r->noise[i * r->dim + c];
        columns[c] = (ito_column){ .name = names[c],
                                   .kind = ITO_COLUMN_NUMBER,
                                   .number = v + c * r->n };
    }
    if (rc == ITO_OK)
        rc = ito_table_build(ctx, r->n, r->dim, columns, &table);
    if (rc == ITO_OK)
        rc = ito_table_write(ctx, args.noise, table);
    ito_table_free(table);
    free(names);
    free(columns);
    free(v);
    return rc;
}

/* Mean over the rows, its standard error, flagged rows. */
static void report(const ito_flow *flow, const rows *r)
{
    double sum = 0.0, square = 0.0, worst = 0.0, mean, error;
    size_t flagged = 0;

    for (size_t i = 0; i < r->n; i++) {
        sum += r->out[i].value;
        worst = fmax(worst, r->out[i].step_error);
        flagged += r->out[i].flagged ? 1 : 0;
    }
    mean = sum / (double)r->n;
    for (size_t i = 0; i < r->n; i++)
        square += (r->out[i].value - mean) * (r->out[i].value - mean);
    error = sqrt(square / ((double)r->n * fmax((double)r->n - 1.0, 1.0)));
    if (common.json) {
        printf("{\"rows\": %zu, \"logp\": ", r->n);
        term_json_number(stdout, mean);
        printf(", \"error\": ");
        term_json_number(stdout, error);
        printf(", \"bits\": ");
        term_json_number(stdout, ito_logp_bits(mean, r->dim));
        printf(", \"worst_step_error\": ");
        term_json_number(stdout, worst);
        printf(", \"flagged\": %zu}\n", flagged);
    }
    if (common.quiet)
        return;
    fprintf(stderr,
            "ito logp: %zu rows: mean %.6g nats (standard error %.2g), %.6g "
            "bits per dimension, in %s\n",
            r->n, mean, error, ito_logp_bits(mean, r->dim),
            ito_flow_model(flow) ? "coordinates of the model (encoded columns)"
                                 : "the data's own coordinates");
    if (flagged > 0)
        fprintf(stderr,
                "ito logp: %zu rows are flagged: their error of steps is above "
                "%g, at worst %.2g; take more --steps\n",
                flagged, args.limit, worst);
}

static ito_status work(ito_ctx *ctx, const ito_flow *flow, rows *r)
{
    const ito_logp_opts o = { .method = args.solver,
                              .steps = args.steps,
                              .rtol = args.rtol,
                              .probes = args.probes,
                              .seed = common.seed,
                              .limit = args.limit };
    ito_status rc;

    if (ito_flow_field(flow)->cond_dim > 0)
        return cmd_fail(ITO_EUNFIT,
                        "%s was trained with conditions, which `ito logp` "
                        "cannot give yet",
                        args.model);
    rc = read_rows(ctx, flow, r);
    if (rc == ITO_OK)
        rc = ito_logp_rows(ctx, flow, &o, r->n, r->x, r->noise, r->out);
    if (rc == ITO_OK)
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
    ito_ctx *ctx;
    ito_status rc;

    if (common.json && strcmp(args.out, "-") == 0)
        return cmd_usage("--json needs -o FILE: both go to standard output");
    rc = cmd_open(&ctx);
    if (rc == ITO_OK)
        rc = ito_flow_open(ctx, args.model, &flow);
    if (rc == ITO_OK)
        rc = work(ctx, flow, &r);
    ito_flow_free(flow);
    free(r.x);
    free(r.noise);
    free(r.out);
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
             " Rows whose step_error is above --limit are flagged.  Of a table "
             "it is the density of the encoded row, in coordinates of the "
             "model.",
    .examples = "ito logp m.safetensors new.csv -o logp.csv\n"
                "ito logp oracle:moons moons -n 1000 -o exact.csv\n",
    .options = options,
    .run = run,
};
