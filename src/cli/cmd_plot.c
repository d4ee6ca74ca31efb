/* SPDX-License-Identifier: MIT
 *
 * cmd_plot.c - `ito plot`: pictures of data, samples and models.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/data_options.h"
#include "cli/pictures.h"
#include "cli/term.h"

#define ROWS      10000 /* of a built-in set or a model */
#define TIMES_MAX 16

static struct {
    const char *what, *first, *second, *out, *numbers, *title, *solver;
    opt_list times;
    size_t count, steps, bins, grid, most;
    double width, dpi;
    int look, log;
} args;

static const opt options[] = {
    ARG("WHAT", &args.what,
        "samples, pairs, trajectories, field, flow, warp or loss"),
    ARG("INPUT", &args.first,
        "samples, pairs: data (a table or a built-in set); else a model, or "
        "oracle:NAME for the exact field of a built-in set"),
    OPTARG("SAMPLES", &args.second,
           "samples, pairs: a table, a built-in set or a model"),
    STRING('o', "out", "FILE", &args.out, "write here: .png, .svg, .pdf"),
    STRING(0, "numbers", "FILE", &args.numbers,
           "write the numbers behind the picture here: .csv, .csv.gz"),
    GROUP("look"),
    CHOICE(0, "look", "default|density|scatter", &args.look,
           "how points are drawn [density from 2000 on]"),
    FLAG(0, "log", &args.log, "logarithmic colours; logarithmic loss"),
    SIZE(0, "bins", &args.bins, "cells along x [what suits the points]"),
    SIZE(0, "most", &args.most, "pairs: columns at most, up to 12 [8]"),
    STRING(0, "title", "TEXT", &args.title, "title of the figure"),
    POSITIVE(0, "width", &args.width, "inches [7, or what suits]"),
    POSITIVE(0, "dpi", &args.dpi, "dots per inch of a PNG [200]"),
    GROUP("what is computed"),
    SIZE('n', "count", &args.count,
         "points [200 trajectories, 20000 in a cloud, 10000 rows]"),
    LIST(0, "times", "T,...", &args.times,
         "field, flow, warp: times from 0 (noise) to 1 (data) [four]"),
    SIZE(0, "grid", &args.grid,
         "field: arrows along an axis; warp: lines along one [17]"),
    STRING(0, "solver", "NAME", &args.solver,
           "euler, midpoint, heun or rk4 [heun]"),
    SIZE(0, "steps", &args.steps, "steps from noise to data [100]"),
    SEED_OPTION,
    DATA_OPTIONS,
    JSON_OPTION,
    COMMON_OPTIONS,
    END,
};

static ito_plot_opts plot_opts(void)
{
    return (ito_plot_opts){ .title = args.title,
                            .width = 72.0 * args.width,
                            .dpi = args.dpi,
                            .look = (ito_look)args.look,
                            .log = args.log,
                            .bins = args.bins,
                            .columns = args.most };
}

/* The time options as numbers; 0, or the exit code of a usage error. */
static int read_times(double t[TIMES_MAX])
{
    if (args.times.count > TIMES_MAX)
        return cmd_usage("--times: %zu times; at most %d", args.times.count,
                         TIMES_MAX);
    for (size_t k = 0; k < args.times.count; k++) {
        char *end;

        t[k] = strtod(args.times.item[k], &end);
        if (*end || end == args.times.item[k] || !(t[k] >= 0.0 && t[k] <= 1.0))
            return cmd_usage("--times: '%.40s' is not a time from 0 to 1",
                             args.times.item[k]);
    }
    return 0;
}

static int is_model(const char *name)
{
    const char *const suffix = ".safetensors";
    const size_t n = strlen(name), m = strlen(suffix);

    return n > m && strcmp(name + n - m, suffix) == 0;
}

/* A table, rows of a built-in set, or samples of a model. */
static ito_status read_rows(ito_ctx *ctx, const char *name,
                            const ito_table_opts *how, ito_table **out)
{
    const size_t rows = args.count ? args.count : ROWS;
    const ito_sample_opts o = { .solve = { .method = args.solver,
                                           .steps = args.steps },
                                .seed = common.seed };
    ito_model *model = NULL;
    ito_status rc;

    if (!is_model(name))
        return ito_data_read(ctx, name, how, rows, common.seed, out);
    rc = ito_model_load(ctx, name, &model);
    if (rc == ITO_OK)
        rc = ito_model_sample(ctx, model, &o, rows, out);
    ito_model_free(model);
    return rc;
}

static ito_status draw_tables(ito_ctx *ctx, int pairs,
                              const ito_table_opts *how, ito_figure **figure)
{
    const ito_plot_opts o = plot_opts();
    ito_table *data = NULL, *samples = NULL;
    ito_status rc = read_rows(ctx, args.first, how, &data);

    if (rc == ITO_OK && args.second)
        rc = read_rows(ctx, args.second, how, &samples);
    if (rc == ITO_OK)
        rc = picture_tables(ctx, data, samples, pairs, &o, figure);
    ito_table_free(data);
    ito_table_free(samples);
    return rc;
}

static ito_status draw_motion(ito_ctx *ctx, const double *times,
                              ito_figure **figure)
{
    const ito_plot_opts o = plot_opts();
    const motion how = { .n = args.count,
                         .steps = args.steps,
                         .grid = args.grid,
                         .solver = args.solver,
                         .seed = common.seed,
                         .times = times,
                         .time_count = args.times.count };
    mover m;
    ito_status rc = mover_open(ctx, args.first, &m);

    if (rc == ITO_OK && strcmp(args.what, "loss") == 0)
        rc = picture_loss(ctx, &m, &o, figure);
    else if (rc == ITO_OK && strcmp(args.what, "trajectories") == 0)
        rc = picture_trajectories(ctx, &m, &how, &o, figure);
    else if (rc == ITO_OK && strcmp(args.what, "warp") == 0)
        rc = picture_warp(ctx, &m, &how, &o, figure);
    else if (rc == ITO_OK)
        rc = picture_flow(ctx, &m, &how, strcmp(args.what, "field") == 0, &o,
                          figure);
    mover_close(&m);
    return rc;
}

/* Usage errors, found before anything is read; 0 or an exit code. */
static int check_usage(int *tables)
{
    static const char *const kinds[] = { "samples", "pairs", "trajectories",
                                         "field",   "flow",  "warp",
                                         "loss" };
    const size_t count = sizeof(kinds) / sizeof(kinds[0]);
    size_t k = 0;

    while (k < count && strcmp(args.what, kinds[k]) != 0)
        k++;
    if (k == count)
        return cmd_usage("cannot plot '%.40s'; give samples, pairs, "
                         "trajectories, field, flow, warp or loss",
                         args.what);
    *tables = k < 2;
    if (args.second && !*tables)
        return cmd_usage("'%.100s': %s takes one input", args.second,
                         args.what);
    if (!args.out)
        return cmd_usage("no -o FILE: where should the picture go?");
    if (strcmp(args.out, "-") == 0)
        return cmd_usage("a picture needs a file name, not -");
    return 0;
}

static int run(void)
{
    const double began = term_clock();
    ito_figure *figure = NULL;
    ito_table_opts how;
    double times[TIMES_MAX];
    int tables = 0, usage;
    ito_ctx *ctx;
    ito_status rc;

    if ((usage = check_usage(&tables)) != 0 ||
        (usage = read_times(times)) != 0 ||
        (usage = data_table_opts(&how)) != 0)
        return usage;
    rc = cmd_open(&ctx);
    if (rc == ITO_OK)
        rc = tables ? draw_tables(ctx, strcmp(args.what, "pairs") == 0, &how,
                                  &figure)
                    : draw_motion(ctx, times, &figure);
    if (rc == ITO_OK)
        rc = ito_figure_write(ctx, figure, args.out);
    if (rc == ITO_OK && args.numbers)
        rc = ito_figure_data(ctx, figure, args.numbers);
    if (rc == ITO_OK && common.json) {
        printf("{\"out\": ");
        term_json_string(stdout, args.out);
        printf(", \"seconds\": ");
        term_json_number(stdout, term_clock() - began);
        printf("}\n");
    }
    ito_figure_free(figure);
    return cmd_close(ctx, rc);
}

const command command_plot = {
    .name = "plot",
    .summary = "draw data, samples, trajectories, fields and losses",
    .about =
        "samples puts data and samples side by side over their first two "
        "columns (--columns chooses others); pairs shows every pair of "
        "columns, the data as a density under contours that hold 30, 60 and "
        "90 per cent of the samples.\n\n"
        "trajectories follows points from noise to data, field shows the "
        "vector field over their density at chosen times, flow the density "
        "alone, warp a grid of lines over the noise as the flow carries it, "
        "loss the training. Models of a table are drawn in their own "
        "coordinates, before the columns are decoded.\n\n"
        "--numbers writes what is drawn as CSV, to draw it elsewhere: a row a "
        "mark, with panel, layer, kind and coordinates. "
        "The file name tells the kind: .png, .svg or .pdf. Equal calls give "
        "equal files on one machine.",
    .examples =
        "ito plot samples data.csv samples.csv -o samples.pdf\n"
        "ito plot pairs houses.csv houses.safetensors -o pairs.png\n"
        "ito plot field m.safetensors --times 0,0.5,0.9 -o field.svg\n"
        "ito plot trajectories oracle:8gaussians -o exact.png\n"
        "ito plot warp oracle:checkerboard -o warp.png --numbers warp.csv\n",
    .options = options,
    .run = run,
};
