/* SPDX-License-Identifier: MIT
 *
 * cmd_plot.c - `ito plot`: pictures of data, samples, models and paths.
 *
 * A kind of picture is a row of kinds[]: what it takes, which options it
 * knows, and what draws it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/data_options.h"
#include "cli/image_options.h"
#include "cli/pictures.h"
#include "cli/real_rows.h"
#include "cli/term.h"

#define ROWS      10000 /* of a built-in set or a model */
#define NAMES_MAX 8

static struct {
    const char *what, *first, *second, *out, *numbers, *title, *solver, *sigma;
    const char *z, *limits, *span, *clock, *from;
    opt_list times, show, also, vary, set;
    size_t count, steps, bins, grid, most, lines;
    double width, dpi, arrow;
    int look, log, of;
} args;

static const opt options[] = {
    ARG("WHAT", &args.what,
        "samples, pairs, images, density, trajectories, field, score, flow, "
        "path, panels, residual, warp, loss or systems"),
    ARG("INPUT", &args.first,
        "samples, pairs: data (a table or a built-in set); images: images, a "
        "model of them or glyphs; density: a built-in set; systems: a named "
        "system; else a model, or oracle:NAME for the exact field of a "
        "built-in set"),
    OPTARG("SECOND", &args.second,
           "samples, pairs: a table, a built-in set or a model; field, score, "
           "flow: a second row; path, panels: whose score the noise of "
           "--sigma takes [that of the flow]"),
    STRING('o', "out", "FILE", &args.out, "write here: .png, .svg, .pdf"),
    STRING(0, "numbers", "FILE", &args.numbers,
           "write the numbers behind the picture here: .csv, .csv.gz"),
    GROUP("look"),
    CHOICE(0, "look", "default|density|scatter", &args.look,
           "how points are drawn [density from 2000 on]"),
    FLAG(0, "log", &args.log, "logarithmic colours; logarithmic loss"),
    SIZE(0, "bins", &args.bins, "cells along x [what suits the points]"),
    STRING(0, "limits", "LO:HI[,LO:HI]", &args.limits,
           "density, path, panels, residual: limits of both axes, or of x and "
           "of y [what is needed]"),
    SIZE(0, "most", &args.most, "pairs: columns at most, up to 12 [8]"),
    POSITIVE(0, "arrow", &args.arrow,
             "field, score: length, in units of the axes, of an arrow that "
             "stands for 1 [what suits each panel]"),
    STRING(0, "title", "TEXT", &args.title, "title of the figure"),
    POSITIVE(0, "width", &args.width, "inches [7, or what suits]"),
    POSITIVE(0, "dpi", &args.dpi, "dots per inch of a PNG [200]"),
    GROUP("what is computed"),
    SIZE('n', "count", &args.count,
         "points [10 paths of systems, 200 trajectories, 1000 in panels, "
         "20000 in a cloud, 10000 rows]"),
    LIST(0, "times", "T,...", &args.times,
         "times from 0 (noise) to 1 (data) [three to five]"),
    SIZE(0, "grid", &args.grid,
         "field, score: arrows along an axis [17]; warp: lines along one [17]; "
         "density [200], residual [64]: cells"),
    STRING(0, "solver", "NAME", &args.solver,
           "a method [heun; given one z euler; with --sigma euler-maruyama]"),
    SIZE(0, "steps", &args.steps,
         "steps from noise to data [100; with --sigma 250]"),
    STRING(0, "sigma", "FORM", &args.sigma,
           "noise on the way, as in `ito sample`; residual: of the SDE with "
           "the score and without it"),
    MANY(0, "also", "NAME", &args.also,
         "density: one more set, a column each; may be repeated"),
    GROUP("path and panels"),
    CHOICE(0, "of", "both|conditional|marginal", &args.of,
           "given one data point z, over all data, or both [both]"),
    STRING(0, "z", "X,Y", &args.z, "the data point [the first of the seed]"),
    LIST(0, "show", "truth,solved,paths", &args.show,
         "which columns of panels, or rows of path [all]"),
    SIZE(0, "lines", &args.lines, "panels: paths that are drawn [30]"),
    GROUP("systems: paths of one component, a panel for each value"),
    MANY(0, "vary", "NAME=V,...", &args.vary,
         "values of a parameter, a column each; given twice, rows and columns"),
    MANY(0, "set", "NAME=FORMULA", &args.set,
         "set a parameter by a formula in those that vary"),
    STRING(0, "span", "FORMULA", &args.span,
           "end of the time, a formula in them [the system's own]"),
    STRING(0, "clock", "FORMULA", &args.clock,
           "draw over the time multiplied by this formula in them [1]"),
    STRING(0, "from", "LO:HI", &args.from,
           "starts, evenly from LO to HI [the system's own]"),
    SEED_OPTION,
    DATA_OPTIONS,
    IMAGE_OPTIONS,
    JSON_OPTION,
    COMMON_OPTIONS,
    END,
};

/* What the options come to, for all kinds. */
static double times[FRAMES_MAX], z[2];
static motion how;
static family systems;
static ito_table_opts reading;
static ito_image_opts looking;
static char columns[4]; /* of "tsp" */

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

/* --- drawing ------------------------------------------------------------- */

/* A table, rows of a built-in set, or samples of a model. */
static ito_status read_rows(ito_ctx *ctx, const char *name, ito_table **out)
{
    const size_t rows = args.count ? args.count : ROWS;
    const ito_sample_opts o = { .solve = { .method = args.solver,
                                           .steps = args.steps },
                                .seed = common.seed };

    if (is_model(name))
        return model_rows(ctx, name, &o, rows, out);
    return ito_data_read(ctx, name, &reading, rows, common.seed, out);
}

static ito_status draw_tables(ito_ctx *ctx, ito_figure **figure)
{
    const ito_plot_opts o = plot_opts();
    const int pairs = strcmp(args.what, "pairs") == 0;
    ito_table *data = NULL, *samples = NULL;
    ito_status rc = read_rows(ctx, args.first, &data);

    if (rc == ITO_OK && args.second)
        rc = read_rows(ctx, args.second, &samples);
    if (rc == ITO_OK)
        rc = picture_tables(ctx, data, samples, pairs, &o, figure);
    ito_table_free(data);
    ito_table_free(samples);
    return rc;
}

static ito_status draw_flow(ito_ctx *ctx, ito_figure **figure)
{
    const ito_plot_opts o = plot_opts();
    const int score = strcmp(args.what, "score") == 0;
    const arrow_kind arrows = { .part = score ? ITO_PART_SCORE : ITO_PART_DRIFT,
                                .scale = args.arrow };
    const int bare = strcmp(args.what, "flow") == 0;
    mover m[FLOWS_MAX];
    ito_status rc;

    memset(m, 0, sizeof(m));
    rc = mover_open(ctx, args.first, &m[0]);
    if (rc == ITO_OK && args.second)
        rc = mover_open(ctx, args.second, &m[1]);
    if (rc == ITO_OK)
        rc = picture_flow(ctx, m, args.second ? 2 : 1, &how,
                          bare ? NULL : &arrows, &o, figure);
    mover_close(&m[0]);
    mover_close(&m[1]);
    return rc;
}

/* Pictures of one mover. */
static ito_status draw_mover(ito_ctx *ctx, ito_figure **figure)
{
    mover score;
    const path_view view = { .of = (path_of)args.of,
                             .z = args.z ? z : NULL,
                             .columns = columns[0] ? columns : NULL,
                             .lines = args.lines,
                             .score = args.second ? &score : NULL };
    const ito_plot_opts o = plot_opts();
    mover m;
    ito_status rc;

    memset(&score, 0, sizeof(score));
    rc = mover_open(ctx, args.first, &m);
    if (rc == ITO_OK && args.second)
        rc = mover_open(ctx, args.second, &score);
    if (rc == ITO_OK && strcmp(args.what, "loss") == 0)
        rc = picture_loss(ctx, &m, &o, figure);
    else if (rc == ITO_OK && strcmp(args.what, "trajectories") == 0)
        rc = picture_trajectories(ctx, &m, &how, &o, figure);
    else if (rc == ITO_OK && strcmp(args.what, "warp") == 0)
        rc = picture_warp(ctx, &m, &how, &o, figure);
    else if (rc == ITO_OK && strcmp(args.what, "residual") == 0)
        rc = picture_residual(ctx, &m, &how, &o, figure);
    else if (rc == ITO_OK && strcmp(args.what, "path") == 0)
        rc = picture_path(ctx, &m, &how, &view, &o, figure);
    else if (rc == ITO_OK)
        rc = picture_panels(ctx, &m, &how, &view, &o, figure);
    mover_close(&m);
    mover_close(&score);
    return rc;
}

static ito_status draw_density(ito_ctx *ctx, ito_figure **figure)
{
    const ito_plot_opts o = plot_opts();
    const char *name[NAMES_MAX];

    if (args.also.count >= NAMES_MAX)
        return cmd_fail(ITO_EARG, "--also: %zu sets; at most %d in all",
                        args.also.count + 1, NAMES_MAX);
    name[0] = args.first;
    for (size_t i = 0; i < args.also.count; i++)
        name[i + 1] = args.also.item[i];
    return picture_densities(ctx, name, args.also.count + 1, &how, &o, figure);
}

static ito_status draw_systems(ito_ctx *ctx, ito_figure **figure)
{
    const ito_plot_opts o = plot_opts();

    return picture_systems(ctx, &systems, &how, &o, figure);
}

static ito_status draw_images(ito_ctx *ctx, ito_figure **figure)
{
    const ito_plot_opts o = plot_opts();

    return picture_images(ctx, args.first, &looking, &how, &o, figure);
}

/* --- kinds --------------------------------------------------------------- */

/* Options that some kinds know and others do not. */
enum {
    KNOWS_TIMES = 1u,
    KNOWS_GRID = 2u,
    KNOWS_SIGMA = 4u,
    KNOWS_ARROW = 8u,
    KNOWS_LIMITS = 16u,
    KNOWS_PATH = 32u,
    KNOWS_ALSO = 64u,
    KNOWS_FAMILY = 128u
};

typedef struct plot_kind {
    const char *name;
    int inputs; /* at most */
    unsigned knows;
    ito_status (*draw)(ito_ctx *ctx, ito_figure **figure);
} plot_kind;

#define MOVING (KNOWS_TIMES | KNOWS_SIGMA)
#define PATHS  (MOVING | KNOWS_LIMITS | KNOWS_PATH)

static const plot_kind kinds[] = {
    { "samples", 2, 0, draw_tables },
    { "pairs", 2, 0, draw_tables },
    { "images", 1, 0, draw_images },
    { "density", 1, KNOWS_GRID | KNOWS_LIMITS | KNOWS_ALSO, draw_density },
    { "trajectories", 1, KNOWS_SIGMA, draw_mover },
    { "field", 2, MOVING | KNOWS_GRID | KNOWS_ARROW, draw_flow },
    { "score", 2, MOVING | KNOWS_GRID | KNOWS_ARROW, draw_flow },
    { "flow", 2, MOVING, draw_flow },
    { "path", 2, PATHS, draw_mover },
    { "panels", 2, PATHS, draw_mover },
    { "residual", 1, MOVING | KNOWS_GRID | KNOWS_LIMITS, draw_mover },
    { "warp", 1, KNOWS_TIMES | KNOWS_GRID, draw_mover },
    { "loss", 1, 0, draw_mover },
    { "systems", 1, KNOWS_FAMILY, draw_systems },
};

static const struct {
    unsigned known;
    const void *value;
    const char *name;
} shy[] = {
    { KNOWS_TIMES, &args.times, "times" },
    { KNOWS_GRID, &args.grid, "grid" },
    { KNOWS_SIGMA, &args.sigma, "sigma" },
    { KNOWS_ARROW, &args.arrow, "arrow" },
    { KNOWS_LIMITS, &args.limits, "limits" },
    { KNOWS_PATH, &args.of, "of" },
    { KNOWS_PATH, &args.z, "z" },
    { KNOWS_PATH, &args.show, "show" },
    { KNOWS_PATH, &args.lines, "lines" },
    { KNOWS_ALSO, &args.also, "also" },
    { KNOWS_FAMILY, &args.vary, "vary" },
    { KNOWS_FAMILY, &args.set, "set" },
    { KNOWS_FAMILY, &args.span, "span" },
    { KNOWS_FAMILY, &args.clock, "clock" },
    { KNOWS_FAMILY, &args.from, "from" },
};

/* --- reading options ----------------------------------------------------- */

/* The time options as numbers; 0, or the exit code of a usage error. */
static int read_times(void)
{
    if (args.times.count > FRAMES_MAX)
        return cmd_usage("--times: %zu times; at most %d", args.times.count,
                         FRAMES_MAX);
    for (size_t k = 0; k < args.times.count; k++) {
        const char *const text = args.times.item[k];

        if (opt_number(text, &times[k]) != 0 ||
            !(times[k] >= 0.0 && times[k] <= 1.0))
            return cmd_usage("--times: '%.40s' is not a time from 0 to 1",
                             text);
    }
    return 0;
}

/* LO:HI for both axes, or one for each. */
static int read_limits(void)
{
    const char *const text = args.limits;
    const char *const comma = text ? strchr(text, ',') : NULL;
    char first[80];
    double *const w = how.limits;

    if (!text)
        return 0;
    snprintf(first, sizeof(first), "%.*s",
             comma ? (int)(comma - text) : (int)strlen(text), text);
    if (opt_numbers(first, ':', w, 2) != 2 ||
        opt_numbers(comma ? comma + 1 : first, ':', w + 2, 2) != 2 ||
        !(w[0] < w[1]) || !(w[2] < w[3]))
        return cmd_usage("--limits: '%.80s' is not LO:HI or LO:HI,LO:HI", text);
    return 0;
}

/* The words of --show as letters. */
static int read_show(void)
{
    static const char *const words[] = { "truth", "solved", "paths" };
    const size_t most = strcmp(args.what, "path") == 0 ? 2 : 3;
    size_t used = 0;

    for (size_t k = 0; k < args.show.count; k++) {
        size_t i = 0;

        while (i < most && strcmp(args.show.item[k], words[i]) != 0)
            i++;
        if (i == most || strchr(columns, words[i][0]))
            return cmd_usage("--show: '%.40s'; give truth, solved%s, each once",
                             args.show.item[k], most == 3 ? ", paths" : "");
        columns[used++] = words[i][0];
    }
    return 0;
}

static int read_rest(void)
{
    if (args.z && opt_numbers(args.z, ',', z, 2) != 2)
        return cmd_usage("--z: '%.40s' is not X,Y", args.z);
    if (args.z && args.of == OF_MARGINAL)
        return cmd_usage("--z has no meaning for --of marginal");
    if (args.from && opt_numbers(args.from, ':', systems.from, 2) != 2)
        return cmd_usage("--from: '%.40s' is not LO:HI", args.from);
    how.n = args.count;
    how.steps = args.steps;
    how.grid = args.grid;
    how.solver = args.solver;
    how.sigma = args.sigma;
    how.seed = common.seed;
    how.times = times;
    how.time_count = args.times.count;
    systems.system = args.first;
    systems.set = &args.set;
    systems.vary = &args.vary;
    systems.span = args.span;
    systems.clock = args.clock;
    systems.has_from = args.from != NULL;
    return 0;
}

/* The kind that is asked for; NULL after a usage error. */
static const plot_kind *find_kind(void)
{
    const size_t count = sizeof(kinds) / sizeof(kinds[0]);
    size_t k = 0;

    while (k < count && strcmp(args.what, kinds[k].name) != 0)
        k++;
    if (k < count)
        return &kinds[k];
    cmd_usage("cannot plot '%.40s'; give samples, pairs, images, density, "
              "trajectories, field, score, flow, path, panels, residual, warp, "
              "loss or systems",
              args.what);
    return NULL;
}

/* Usage errors, found before anything is read; 0 or an exit code. */
static int check_usage(const plot_kind *kind)
{
    if (args.second && kind->inputs < 2)
        return cmd_usage("'%.100s': %s takes one input", args.second,
                         args.what);
    if (args.second && (kind->knows & KNOWS_PATH) && !args.sigma)
        return cmd_usage("'%.100s': a score is for the noise of --sigma",
                         args.second);
    for (size_t i = 0; i < sizeof(shy) / sizeof(shy[0]); i++)
        if (!(kind->knows & shy[i].known) && opt_given(shy[i].value))
            return cmd_usage("--%s has no meaning for %s", shy[i].name,
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
    const plot_kind *const kind = find_kind();
    ito_figure *figure = NULL;
    ito_ctx *ctx;
    ito_status rc;
    int usage;

    if (!kind)
        return EXIT_USAGE;
    if ((usage = check_usage(kind)) != 0 || (usage = read_times()) != 0 ||
        (usage = read_limits()) != 0 || (usage = read_show()) != 0 ||
        (usage = read_rest()) != 0 ||
        (usage = data_table_opts(&reading)) != 0 ||
        (usage = image_read_opts(&reading, NULL, &looking)) != 0)
        return usage;
    rc = cmd_open(&ctx);
    if (rc == ITO_OK)
        rc = kind->draw(ctx, &figure);
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
    .summary = "draw data, samples, models, paths and what moves them",
    .about =
        "samples puts data and samples side by side over their first two "
        "columns (--columns chooses others); pairs shows every pair of "
        "columns, the data as a density under contours that hold 30, 60 and "
        "90 per cent of the samples; density shows built-in sets, a histogram "
        "of samples above the exact density; images puts images, or samples "
        "of a model of them, on a grid, label by label.\n\n"
        "trajectories follows points from noise to data, field shows the "
        "vector field over their density at chosen times, score the gradient "
        "of the log density, flow the density alone, warp a grid of lines "
        "over the noise as the flow carries it, loss the training. Models of "
        "a table are drawn in their own coordinates, before the columns are "
        "decoded.\n\n"
        "panels and path set exact samples of the probability path, given one "
        "data point z and over all data, beside points that the ODE (or the "
        "SDE of --sigma) carries along: panels as dots and paths, path as "
        "histograms. residual shows how far the field is from moving the exact "
        "density: what is left of the continuity equation, or with --sigma of "
        "the Fokker-Planck equation with the score and without it. They know "
        "the data of an oracle and of a model of a built-in set.\n\n"
        "systems shows paths of a named system of `ito simulate` for several "
        "values of its parameters.\n\n"
        "--numbers writes what is drawn as CSV, to draw it elsewhere: a row a "
        "mark, with panel, layer, kind and coordinates. "
        "The file name tells the kind: .png, .svg or .pdf. Equal calls give "
        "equal files on one machine.",
    .examples =
        "ito plot samples data.csv samples.csv -o samples.pdf\n"
        "ito plot pairs houses.csv houses.safetensors -o pairs.png\n"
        "ito plot density gmm --also circles --also moons -o sets.png\n"
        "ito plot field m.safetensors --times 0,0.5,0.9 -o field.svg\n"
        "ito plot score oracle:gmm m.safetensors -o scores.png\n"
        "ito plot images glyphs -n 60 -o glyphs.png\n"
        "ito plot trajectories oracle:8gaussians -o exact.png\n"
        "ito plot panels oracle:gmm@sqrt --sigma 1 -o panels.png\n"
        "ito plot residual oracle:gmm --sigma 1 -o residual.png\n"
        "ito plot warp oracle:checkerboard -o warp.png --numbers warp.csv\n"
        "ito plot systems ou --vary sigma=0,0.5,2 -n 500 -o ou.png\n",
    .options = options,
    .run = run,
};
