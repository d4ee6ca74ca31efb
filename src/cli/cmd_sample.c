/* SPDX-License-Identifier: MIT
 *
 * cmd_sample.c - `ito sample`: draw points from a trained model.
 */
#include <ito/model.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/term.h"

static struct {
    const char *model, *out, *solver, *trajectory, *label, *weak;
    opt_list given;
    size_t count, steps, every;
    double guidance, guide_from, guide_to;
    uint64_t first;
    int raw;
} args = { .out = "-", .count = 1000, .every = 1, .guide_to = 1.0 };

static const opt options[] = {
    ARG("MODEL", &args.model, "trained model"),
    SIZE('n', "count", &args.count, "rows to draw [1000]"),
    STRING('o', "out", "FILE", &args.out,
           "write here: .csv, .tsv, .npy; `-` is CSV on standard output [-]"),
    SEED_OPTION,
    STRING(0, "solver", "NAME", &args.solver,
           "euler, midpoint, heun or rk4 [heun]"),
    SIZE(0, "steps", &args.steps, "steps from noise to data [50]"),
    GROUP("conditions"),
    STRING(0, "label", "NAME", &args.label,
           "draw with this label; `all`: each in turn [none]"),
    MANY(0, "given", "COLUMN=VALUE", &args.given,
         "draw rows that have this value; may be repeated"),
    DOUBLE(0, "guidance", &args.guidance,
           "w of (1 - w) f(none) + w f(conditions) [1]"),
    DOUBLE(0, "guide-from", &args.guide_from, "guide from this time on [0]"),
    DOUBLE(0, "guide-to", &args.guide_to, "guide up to this time [1]"),
    STRING(0, "weak", "MODEL", &args.weak,
           "guide away from this weaker model instead"),
    GROUP("output"),
    U64(0, "first", &args.first, "number of the first row [0]"),
    FLAG(0, "raw", &args.raw, "coordinates of the model, not columns"),
    STRING(0, "trajectory", "FILE", &args.trajectory,
           "write every state on the way here: id, t, coordinates"),
    SIZE(0, "every", &args.every, "every so many steps of it [1]"),
    JSON_OPTION,
    COMMON_OPTIONS,
    END,
};

/* A table of `rows` rows whose columns are `cols` arrays one after another;
 * names are extra[0..], then x, y or c1, c2, ... */
static ito_status write_columns(ito_ctx *ctx, const char *path, size_t rows,
                                size_t cols, const double *values, int path_id)
{
    ito_column *columns = calloc(cols, sizeof(*columns));
    char(*names)[24] = calloc(cols, sizeof(*names));
    const size_t first = path_id ? 2 : 0;
    ito_table *table = NULL;
    ito_status rc;

    if (!columns || !names) {
        free(columns);
        free(names);
        return cmd_fail(ITO_ENOMEM, "%zu columns", cols);
    }
    for (size_t j = 0; j < cols; j++) {
        if (j < first)
            snprintf(names[j], sizeof(names[j]), "%s", j ? "t" : "id");
        else if (cols - first == 2)
            snprintf(names[j], sizeof(names[j]), "%s", j > first ? "y" : "x");
        else
            snprintf(names[j], sizeof(names[j]), "c%zu", j - first + 1);
        columns[j] = (ito_column){ .name = names[j],
                                   .kind = ITO_COLUMN_NUMBER,
                                   .number = values + j * rows };
    }
    rc = ito_table_build(ctx, rows, cols, columns, &table);
    if (rc == ITO_OK)
        rc = ito_table_write(ctx, path, table);
    ito_table_free(table);
    free(columns);
    free(names);
    return rc;
}

/* frames x n x dim floats as rows id, t, coordinates, by id, then by time. */
static ito_status write_trajectory(ito_ctx *ctx, const float *x, size_t frames,
                                   size_t n, size_t dim, const double *t)
{
    const size_t rows = frames * n;
    double *v = calloc(rows + 1, (dim + 2) * sizeof(*v));
    ito_status rc;

    if (!v)
        return cmd_fail(ITO_ENOMEM, "trajectories of %zu rows", n);
    for (size_t i = 0; i < n; i++) {
        for (size_t f = 0; f < frames; f++) {
            const size_t row = i * frames + f;

            v[row] = (double)(args.first + i);
            v[rows + row] = t[f];
            for (size_t c = 0; c < dim; c++)
                v[(c + 2) * rows + row] = (double)x[(f * n + i) * dim + c];
        }
    }
    rc = write_columns(ctx, args.trajectory, rows, dim + 2, v, 1);
    free(v);
    return rc;
}

static ito_status write_raw(ito_ctx *ctx, const float *x, size_t n, size_t dim)
{
    double *v = calloc(n, dim * sizeof(*v));
    ito_status rc;

    if (!v)
        return cmd_fail(ITO_ENOMEM, "%zu rows", n);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < dim; c++)
            v[c * n + i] = (double)x[i * dim + c];
    rc = write_columns(ctx, args.out, n, dim, v, 0);
    free(v);
    return rc;
}

static ito_status write_samples(ito_ctx *ctx, const ito_model *model,
                                const ito_sample_opts *o, const float *x)
{
    ito_table *table = NULL;
    ito_status rc;

    if (args.raw)
        return write_raw(ctx, x, args.count, ito_model_dim(model));
    rc = ito_model_decode(ctx, model, o, args.count, x, &table);
    if (rc == ITO_OK)
        rc = ito_table_write(ctx, args.out, table);
    ito_table_free(table);
    return rc;
}

/* Draw, keeping frames when a trajectory is wanted. */
static ito_status sample(ito_ctx *ctx, const ito_model *model,
                         const ito_model *weak)
{
    const size_t dim = ito_model_dim(model), n = args.count;
    const size_t steps = args.steps ? args.steps : 50;
    ito_store store = { .n = n, .id0 = args.first };
    ito_sink sink = { .fn = ito_store_frame,
                      .arg = &store,
                      .every = args.every };
    const size_t frames = args.trajectory ? ito_sink_frames(&sink, steps) : 0;
    const ito_sample_opts o = {
        .solve = { .method = args.solver, .steps = steps },
        .seed = common.seed,
        .id0 = args.first,
        .sinks = &sink,
        .sink_count = args.trajectory ? 1 : 0,
        .label = args.label,
        .given = args.given.item,
        .given_count = args.given.count,
        .guide = opt_given(&args.guidance) ? args.guidance - 1.0 : 0.0,
        .guide_lo = args.guide_from,
        .guide_hi = args.guide_to,
        .weak = weak,
    };
    const int fits = n <= SIZE_MAX / sizeof(double) / (dim + 2) / (frames + 1);
    float *x = fits ? calloc(n, dim * sizeof(*x)) : NULL;
    float *path = fits ? calloc(frames * n + 1, dim * sizeof(*path)) : NULL;
    double *t = calloc(frames + 1, sizeof(*t));
    ito_status rc = x && path && t ? ITO_OK : ITO_ENOMEM;

    store.rows = path;
    for (size_t f = 0; t && f < frames; f++)
        t[f] = f + 1 == frames ? 1.0 : (double)(f * args.every) / (double)steps;
    if (rc != ITO_OK)
        (void)cmd_fail(rc, "%zu rows of %zu coordinates do not fit", n, dim);
    if (rc == ITO_OK)
        rc = ito_model_sample_rows(ctx, model, &o, n, x);
    if (rc == ITO_OK && args.trajectory)
        rc = write_trajectory(ctx, path, frames, n, dim, t);
    if (rc == ITO_OK)
        rc = write_samples(ctx, model, &o, x);
    free(x);
    free(path);
    free(t);
    return rc;
}

static int run(void)
{
    ito_model *model = NULL, *weak = NULL;
    ito_ctx *ctx;
    ito_status rc;
    double began = term_clock();

    if (args.weak && !opt_given(&args.guidance))
        return cmd_usage("--weak needs --guidance W");
    if (common.json && strcmp(args.out, "-") == 0)
        return cmd_usage("--json needs -o FILE: both go to standard output");
    rc = cmd_open(&ctx);
    if (rc == ITO_OK)
        rc = ito_model_load(ctx, args.model, &model);
    if (rc == ITO_OK && args.weak)
        rc = ito_model_load(ctx, args.weak, &weak);
    if (rc == ITO_OK)
        rc = sample(ctx, model, weak);
    if (rc == ITO_OK && common.json) {
        printf("{\"out\": ");
        term_json_string(stdout, args.out);
        printf(", \"rows\": %zu, \"seconds\": ", args.count);
        term_json_number(stdout, term_clock() - began);
        printf("}\n");
    }
    ito_model_free(weak);
    ito_model_free(model);
    return cmd_close(ctx, rc);
}

const command command_sample = {
    .name = "sample",
    .summary = "draw points from a trained model",
    .about = "Carries noise to data along the model's field and writes the "
             "rows as a table with the columns that the model was trained "
             "on.\n\nRow i depends on the model, the seed, the solver and i "
             "alone, so rows 1000 to 1031 (--first 1000 -n 32) are what they "
             "are among a million.",
    .examples = "ito sample m.safetensors -n 1000 -o out.csv\n"
                "ito sample m.safetensors -n 20 --trajectory paths.csv -o "
                "ends.csv\n"
                "ito sample three.safetensors --label 0 --guidance 2\n"
                "ito sample houses.safetensors --given rooms=3 -n 500\n",
    .options = options,
    .run = run,
};
