/* SPDX-License-Identifier: MIT
 *
 * cmd_plot.c - `ito plot`: pictures of data, samples and models.
 */
#include <stdlib.h>

#include "cli/cmd.h"
#include "cli/pictures.h"
#include "cli/term.h"

enum { SAMPLES, PAIRS, TRAJECTORIES, FIELD, LOSS };

static struct {
    const char *kind, *first, *second, *out, *title;
    size_t count, bins, columns, paths;
    opt_list times;
    double width, dpi;
    int look, log, what;
} args = { .count = 20000 };

static const opt options[] = {
    ARG("WHAT", &args.kind, "samples, pairs, trajectories, field or loss"),
    ARG("FILE", &args.first, "data or samples; for the last three a model"),
    OPTARG("SAMPLES", &args.second,
           "samples to draw beside the data; for "
           "trajectories data to draw behind"),
    STRING('o', "out", "PICTURE", &args.out, "write here: .png, .svg or .pdf"),
    SIZE('n', "count", &args.count,
         "particles of a model, or rows of a built-in set [20000]"),
    LIST(0, "times", "T,T", &args.times, "field: times [0,0.375,0.75,1]"),
    CHOICE(0, "look", "default|density|scatter", &args.look,
           "density or dots [density from 2000 points on]"),
    FLAG(0, "log", &args.log, "logarithmic colours, or loss"),
    SIZE(0, "bins", &args.bins, "cells of a density along x [by the rows]"),
    SIZE(0, "max-columns", &args.columns, "pairs: columns at most [8]"),
    SIZE(0, "paths", &args.paths, "trajectories at most [200]"),
    STRING(0, "title", "TEXT", &args.title, "above the figure"),
    POSITIVE(0, "width", &args.width, "points (1/72 inch) [504]"),
    POSITIVE(0, "dpi", &args.dpi, "dots per inch of a PNG [200]"),
    SEED_OPTION,
    COMMON_OPTIONS,
    END,
};

static ito_plot_opts plot_opts(void)
{
    return (ito_plot_opts){ .title = args.title,
                            .width = args.width,
                            .dpi = args.dpi,
                            .look = (ito_look)args.look,
                            .log = args.log,
                            .bins = args.bins,
                            .columns = args.columns,
                            .paths = args.paths };
}

static ito_status draw_points(ito_ctx *ctx, ito_figure **figure)
{
    const ito_plot_opts o = plot_opts();
    points data, samples = { .rows = NULL };
    ito_status rc;

    rc = points_read(ctx, args.first, args.count, &data);
    if (rc == ITO_OK && args.second)
        rc = points_read(ctx, args.second, args.count, &samples);
    if (rc == ITO_OK) {
        const ito_cloud *beside = args.second ? &samples.cloud : NULL;

        rc = args.what == SAMPLES
                 ? ito_plot_samples(ctx, &data.cloud, beside, &o, figure)
                 : ito_plot_pairs(ctx, &data.cloud, beside, &o, figure);
    }
    points_free(&data);
    points_free(&samples);
    return rc;
}

static ito_status draw_field(ito_ctx *ctx, const ito_model *model,
                             const ito_plot_opts *o, ito_figure **figure)
{
    double times[16] = { 0.0, 0.375, 0.75, 1.0 };
    size_t count = args.times.count ? args.times.count : 4;

    if (count > 16)
        return cmd_fail(ITO_EARG, "--times: at most 16");
    for (size_t k = 0; k < args.times.count; k++) {
        char *end;

        times[k] = strtod(args.times.item[k], &end);
        if (*end != '\0' || end == args.times.item[k])
            return cmd_fail(ITO_EARG, "--times: '%s' is not a number",
                            args.times.item[k]);
    }
    return picture_field(ctx, model, times, count, args.count, o, figure);
}

static ito_status draw_model(ito_ctx *ctx, ito_figure **figure)
{
    const ito_plot_opts o = plot_opts();
    points behind = { .rows = NULL };
    ito_model *model;
    ito_status rc;

    if ((rc = ito_model_load(ctx, args.first, &model)) != ITO_OK)
        return rc;
    if (args.second)
        rc = points_read(ctx, args.second, args.count, &behind);
    if (rc == ITO_OK && args.what == TRAJECTORIES)
        rc = picture_trajectories(ctx, model, args.paths ? args.paths : 200,
                                  args.second ? &behind : NULL, &o, figure);
    else if (rc == ITO_OK && args.what == FIELD)
        rc = draw_field(ctx, model, &o, figure);
    else if (rc == ITO_OK)
        rc = picture_loss(ctx, model, &o, figure);
    points_free(&behind);
    ito_model_free(model);
    return rc;
}

static int run(void)
{
    static const char kinds[] = "samples|pairs|trajectories|field|loss";
    const opt kind = { OPT_CHOICE, 0, "WHAT", kinds, &args.what, "" };
    ito_figure *figure = NULL;
    char error[256];
    ito_ctx *ctx;
    ito_status rc;
    /* the parser wants text that it may change; a choice is only read */
    union {
        const char *in;
        char *out;
    } text = { .in = args.kind };

    if (opt_value(&kind, text.out, error, sizeof(error)) != 0)
        return cmd_usage("WHAT: %s", error);
    if (!args.out)
        return cmd_usage("where to? -o PICTURE.png");
    rc = cmd_open(&ctx);
    if (rc == ITO_OK)
        rc = args.what <= PAIRS ? draw_points(ctx, &figure)
                                : draw_model(ctx, &figure);
    if (rc == ITO_OK)
        rc = ito_figure_write(ctx, figure, args.out);
    ito_figure_free(figure);
    return cmd_close(ctx, rc);
}

const command command_plot = {
    .name = "plot",
    .summary = "draw data, samples and models",
    .about =
        "samples DATA [SAMPLES] draws the first two columns of numbers as "
        "densities or dots, side by side; pairs DATA [SAMPLES] every pair of "
        "columns; trajectories MODEL [DATA] the way of particles from noise to "
        "data; field MODEL the density of particles and the field as arrows at "
        "chosen times; loss MODEL the loss over the training.\n\nPNG, SVG or "
        "PDF, by the suffix of PICTURE.",
    .examples =
        "ito plot samples houses.csv new.csv -o samples.png\n"
        "ito plot pairs houses.csv new.csv -o pairs.pdf\n"
        "ito plot field board.safetensors --times 0,0.5,1 -o field.png\n",
    .options = options,
    .run = run,
};
