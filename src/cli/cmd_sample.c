/* SPDX-License-Identifier: MIT
 *
 * cmd_sample.c - `ito sample`: draw points from a trained model or an oracle.
 */
#include <ito/extension.h>
#include <ito/flow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/image_options.h"
#include "cli/sample_film.h"
#include "cli/sample_images.h"
#include "cli/sample_logp.h"
#include "cli/sample_steer.h"
#include "cli/term.h"

static struct {
    const char *model, *out, *solver, *trajectory, *label, *weak, *sigma;
    opt_list given;
    size_t count, steps, every;
    double guidance, guide_from, guide_to, rtol;
    uint64_t first;
    int raw, logp, grid, last, precision;
} args = { .out = "-", .count = 1000, .every = 1, .guide_to = 1.0 };

static const opt options[] = {
    ARG("MODEL", &args.model,
        "trained model, or oracle:DATA[@PATH[@INIT]], the exact field"),
    SIZE('n', "count", &args.count,
         "rows to draw [1000; with --film 10, with --animate 100, with counts "
         "of labels these]"),
    STRING('o', "out", "FILE", &args.out,
           "write here: .csv, .tsv, .npy; images also .png, a grid, .idx, or "
           "folder/; `-` is CSV on standard output [-; with --film or "
           "--animate nothing]"),
    SEED_OPTION,
    STRING(0, "solver", "NAME", &args.solver,
           "a method [rk4, of images midpoint; with noise or where something "
           "else leads heun]"),
    SIZE(0, "steps", &args.steps,
         "steps from noise to data [as many as make 60 field calls, of images "
         "20, with noise 200; where something else leads too, 100 and 250]"),
    CHOICE(0, "grid", "uniform|end|both|karras", &args.grid,
           "how steps are spread over the time [uniform]"),
    POSITIVE(0, "rtol", &args.rtol,
             "adaptive steps with this relative tolerance"),
    CHOICE(0, "precision", "f32|bf16", &args.precision,
           "of the network's matrix products [f32]"),
    GROUP("noise on the way"),
    STRING(0, "sigma", "FORM", &args.sigma,
           "dX = (u + sigma^2/2 score) dt + sigma dW: none, constant, beta, "
           "sqrt, sine, cosine, kl, NAME:FACTOR, or a formula in t, alpha, "
           "beta [none]"),
    CHOICE(0, "last-step", "noise|mean|flow", &args.last,
           "with noise, its mean, or a step without sigma [noise]"),
    GROUP("conditions"),
    STRING(0, "label", "NAME[:COUNT],...", &args.label,
           "draw with this label, or with so many rows of each; `all`: each in "
           "turn [none]"),
    EACH_OPTION,
    MANY(0, "given", "COLUMN=VALUE", &args.given,
         "draw rows that have this value; may be repeated"),
    DOUBLE(0, "guidance", &args.guidance,
           "w of (1 - w) f(none) + w f(conditions) [1]"),
    DOUBLE(0, "guide-from", &args.guide_from, "guide from this time on [0]"),
    DOUBLE(0, "guide-to", &args.guide_to, "guide up to this time [1]"),
    STRING(0, "weak", "MODEL", &args.weak,
           "guide away from this weaker model instead"),
    STEER_OPTIONS,
    KNOWN_IMAGE_OPTIONS,
    GROUP("output"),
    BETWEEN_OPTION,
    U64(0, "first", &args.first, "number of the first row [0]"),
    FLAG(0, "logp", &args.logp,
         "columns logp and logp_error: log densities in coordinates of the "
         "model; the way is solved in double by N and 2 N steps [32 of rk4; "
         "with --rtol dopri5]"),
    FLAG(0, "raw", &args.raw, "coordinates of the model, not columns"),
    STRING(0, "trajectory", "FILE", &args.trajectory,
           "write every state on the way here: id, t, coordinates"),
    SIZE(0, "every", &args.every, "every so many steps of it [1]"),
    FILM_OPTIONS,
    JSON_OPTION,
    COMMON_OPTIONS,
    END,
};

/* A table of `rows` rows whose columns are `cols` arrays one after another;
 * names are id and t of a trajectory, then x, y or c1, c2, ... */
static ito_status make_table(ito_ctx *ctx, size_t rows, size_t cols,
                             const double *values, int path_id,
                             ito_table **table)
{
    ito_column *columns = calloc(cols, sizeof(*columns));
    char(*names)[24] = calloc(cols, sizeof(*names));
    const size_t first = path_id ? 2 : 0;
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
    rc = ito_table_build(ctx, rows, cols, columns, table);
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
    ito_table *table = NULL;
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
    rc = make_table(ctx, rows, dim + 2, v, 1, &table);
    if (rc == ITO_OK)
        rc = ito_table_write(ctx, args.trajectory, table);
    ito_table_free(table);
    free(v);
    return rc;
}

static ito_status raw_table(ito_ctx *ctx, const float *x, size_t n, size_t dim,
                            ito_table **table)
{
    double *v = calloc(n, dim * sizeof(*v));
    ito_status rc;

    if (!v)
        return cmd_fail(ITO_ENOMEM, "%zu rows", n);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < dim; c++)
            v[c * n + i] = (double)x[i * dim + c];
    rc = make_table(ctx, n, dim, v, 0, table);
    free(v);
    return rc;
}

/* logp: densities and errors of the rows, or NULL. */
static ito_status write_samples(ito_ctx *ctx, const ito_flow *flow,
                                const ito_sample_opts *o, const float *x,
                                const double *logp)
{
    const ito_model *model = ito_flow_model(flow);
    ito_table *table = NULL;
    ito_status rc;

    if (!args.out)
        return ITO_OK;
    if (model && !args.raw && !logp &&
        (ito_schema_image(ito_model_schema(model)) || is_images_name(args.out)))
        return sample_images_write(ctx, model, o, args.count, x, args.out);
    rc = args.raw || !model
             ? raw_table(ctx, x, args.count, ito_flow_dim(flow), &table)
             : ito_model_decode(ctx, model, o, args.count, x, &table);
    if (rc == ITO_OK && logp)
        rc = sample_logp_add(ctx, logp, &table);
    if (rc == ITO_OK)
        rc = ito_table_write(ctx, args.out, table);
    ito_table_free(table);
    return rc;
}

/* Say once where steps of this noise are too long.  A single data point is
 * the hardest case; real data have some width.  Without a score there is no
 * noise: drawing will say so. */
static ito_status warn_unstable(ito_ctx *ctx, const ito_flow *flow,
                                const ito_sample_opts *o)
{
    const size_t n = o->solve.grid ? o->solve.grid_count - 1 : o->solve.steps;
    ito_stability s;
    ito_status rc;

    if (!o->sigma || !ito_flow_field(flow)->score || args.rtol > 0.0 ||
        common.quiet)
        return ITO_OK;
    rc = ito_sigma_stability(ctx, o->sigma, NULL, 0.0, o->solve.grid, n, &s);
    if (rc == ITO_OK && s.unstable > 0)
        fprintf(stderr,
                "ito sample: %zu of %zu steps, from t = %.4g on, are too long "
                "for this sigma where the data are finer than %.2g: take more "
                "steps, --grid end, or --sigma beta\n",
                s.unstable, n, s.first_t, s.least_std);
    return rc;
}

/* The steps, and with --grid their times (freed by the caller). */
static ito_status choose_steps(ito_ctx *ctx, const ito_flow *flow,
                               ito_sample_opts *o, double **times)
{
    const int seen = film_args.film || film_args.animate;
    const ito_model *model = ito_flow_model(flow);
    size_t steps;
    ito_status rc;

    *times = NULL;
    o->solve.steps = args.steps;
    ito_sample_defaults(model ? ito_model_schema(model) : NULL, o);
    if (args.rtol > 0.0 && args.steps == 0 && seen)
        o->solve.steps = 10; /* times at which they are seen */
    steps = o->solve.steps;
    if (args.grid == ITO_GRID_UNIFORM)
        return ITO_OK;
    *times = steps < SIZE_MAX / sizeof(**times)
                 ? calloc(steps + 1, sizeof(**times))
                 : NULL;
    if (!*times)
        return cmd_fail(ITO_ENOMEM, "a grid of %zu steps", steps);
    rc = ito_grid_fill(ctx, (ito_grid_kind)args.grid, ito_flow_path(flow),
                       steps, *times);
    o->solve.grid = *times;
    o->solve.grid_count = steps + 1;
    return rc;
}

/* Draw, keeping frames when a trajectory is wanted. */
static ito_status draw(ito_ctx *ctx, const ito_flow *flow, ito_sample_opts *o)
{
    const size_t dim = ito_flow_dim(flow), n = args.count;
    const size_t steps = o->solve.steps;
    ito_store store = { .n = n, .id0 = args.first };
    ito_sink sinks[3] = {
        { .fn = ito_store_frame, .arg = &store, .every = args.every }
    };
    const size_t first = args.trajectory ? 0 : 1; /* of the sinks */
    const size_t frames = first == 0 ? ito_sink_frames(sinks, steps) : 0;
    const int fits = n <= SIZE_MAX / sizeof(double) / (dim + 2) / (frames + 1);
    float *x = fits ? calloc(n, dim * sizeof(*x)) : NULL;
    float *path = fits ? calloc(frames * n + 1, dim * sizeof(*path)) : NULL;
    double *t = calloc(frames + 1, sizeof(*t));
    ito_status rc = x && path && t ? ITO_OK : ITO_ENOMEM;

    store.rows = path;
    for (size_t f = 0; t && f < frames; f++) {
        const size_t i = f + 1 == frames ? steps : f * args.every;

        t[f] = o->solve.grid ? o->solve.grid[i] : (double)i / (double)steps;
    }
    if (rc != ITO_OK)
        (void)cmd_fail(rc, "%zu rows of %zu coordinates do not fit", n, dim);
    if (rc == ITO_OK)
        rc = warn_unstable(ctx, flow, o);
    if (rc == ITO_OK)
        rc = sample_film_open(ctx, flow, o, n, sinks + 1, &o->sink_count);
    o->sinks = sinks + first;
    o->sink_count += 1 - first;
    if (rc == ITO_OK)
        rc = ito_flow_sample_rows(ctx, flow, o, n, x);
    if (rc == ITO_OK && args.trajectory)
        rc = write_trajectory(ctx, path, frames, n, dim, t);
    if (rc == ITO_OK)
        rc = write_samples(ctx, flow, o, x, NULL);
    if (rc == ITO_OK)
        rc = sample_film_write(ctx, flow, o);
    o->sinks = NULL; /* they end with this call */
    o->sink_count = 0;
    sample_film_close();
    free(x);
    free(path);
    free(t);
    return rc;
}

/* Draw rows that know their log density. */
static ito_status draw_logp(ito_ctx *ctx, const ito_flow *flow,
                            ito_sample_opts *o)
{
    const size_t dim = ito_flow_dim(flow), n = args.count;
    float *x = calloc(n, dim * sizeof(*x));
    double *logp = calloc(n, 2 * sizeof(*logp));
    ito_status rc = ITO_OK;

    o->solve.steps = args.steps;
    if (!x || !logp)
        rc = cmd_fail(ITO_ENOMEM, "%zu rows of %zu coordinates", n, dim);
    if (rc == ITO_OK)
        rc = sample_logp_draw(ctx, flow, o, n, x, logp);
    if (rc == ITO_OK)
        rc = write_samples(ctx, flow, o, x, logp);
    free(x);
    free(logp);
    return rc;
}

static ito_status sample(ito_ctx *ctx, const ito_flow *flow,
                         const ito_model *weak)
{
    ito_sample_opts o = {
        .solve = { .method = args.solver, .rtol = args.rtol },
        .seed = common.seed,
        .id0 = args.first,
        .label = args.label,
        .given = args.given.item,
        .given_count = args.given.count,
        .guide = opt_given(&args.guidance) ? args.guidance - 1.0 : 0.0,
        .guide_lo = args.guide_from,
        .guide_hi = args.guide_to,
        .weak = weak,
        .last = (ito_last_step)args.last,
    };
    const int counted = opt_given(&args.count);
    ito_sigma *sigma = NULL;
    double *times = NULL;
    ito_status rc = ITO_OK;

    if (args.sigma)
        rc = ito_sigma_parse(ctx, args.sigma, ito_flow_path(flow), &sigma);
    o.sigma = sigma && !ito_sigma_is_zero(sigma) ? sigma : NULL;
    if (rc == ITO_OK)
        rc = sample_images_count(ctx, flow, args.label, counted, &args.count);
    if (rc == ITO_OK)
        rc = sample_steer_open(ctx, flow, &o, counted, &args.count);
    if (rc == ITO_OK && !args.logp)
        rc = choose_steps(ctx, flow, &o, &times);
    if (rc == ITO_OK)
        rc = args.logp ? draw_logp(ctx, flow, &o) : draw(ctx, flow, &o);
    free(times);
    sample_steer_close();
    ito_sigma_free(sigma);
    return rc;
}

/* Whether the options fit together; 0, or the exit code of a usage error after
 * saying it. */
static int check(void)
{
    const int counted = opt_given(&args.count);
    const int painted = steer_args.inpaint.count > 0;
    const int seen = film_args.film || film_args.animate;
    int wrong = sample_images_check(args.label, counted, painted);

    if (wrong == 0)
        wrong = sample_steer_check(counted, args.logp);
    if (wrong == 0)
        wrong = sample_film_check();
    if (wrong != 0)
        return wrong;
    if (args.weak && !opt_given(&args.guidance))
        return cmd_usage("--weak needs --guidance W");
    if (args.logp && (args.trajectory || seen || opt_given(&args.grid) ||
                      opt_given(&args.last)))
        return cmd_usage("--logp takes no --trajectory, --film, --animate, "
                         "--grid or --last-step: it solves the way in steps of "
                         "its own");
    if (opt_given(&args.first) && sample_image_args.between.count > 0)
        return cmd_usage("--between names its rows itself: leave --first out");
    if (common.json && strcmp(args.out, "-") == 0 &&
        (!seen || opt_given(&args.out)))
        return cmd_usage("--json needs -o FILE: both go to standard output");
    return 0;
}

/* What a film wants where it is not said. */
static void choose_output(void)
{
    const size_t rows = sample_film_rows();

    if (rows > 0 && !opt_given(&args.out))
        args.out = NULL;
    if (rows > 0 && !opt_given(&args.count))
        args.count = rows;
}

static void print_json(double seconds)
{
    printf("{\"out\": ");
    if (args.out)
        term_json_string(stdout, args.out);
    else
        printf("null");
    printf(", \"rows\": %zu, \"seconds\": ", args.count);
    term_json_number(stdout, seconds);
    printf("}\n");
}

static ito_status use_bf16(ito_ctx *ctx, ito_flow *flow, ito_model *weak)
{
    ito_status rc = ito_flow_precision(ctx, flow, ITO_PRECISION_BF16);

    if (rc == ITO_OK && weak)
        rc = ito_model_precision(ctx, weak, ITO_PRECISION_BF16);
    if (rc == ITO_OK)
        cmd_say_bf16(ctx);
    return rc;
}

static int run(void)
{
    ito_model *weak = NULL;
    ito_flow *flow = NULL;
    ito_ctx *ctx;
    ito_status rc;
    double began = term_clock();
    const int wrong = check();

    if (wrong != 0)
        return wrong;
    choose_output();
    rc = cmd_open(&ctx);
    if (rc == ITO_OK)
        rc = ito_flow_open(ctx, args.model, &flow);
    if (rc == ITO_OK && args.weak)
        rc = ito_model_load(ctx, args.weak, &weak);
    if (rc == ITO_OK && args.precision)
        rc = use_bf16(ctx, flow, weak);
    if (rc == ITO_OK)
        rc = sample(ctx, flow, weak);
    if (rc == ITO_OK && common.json)
        print_json(term_clock() - began);
    ito_model_free(weak);
    ito_flow_free(flow);
    return cmd_close(ctx, rc);
}

const command command_sample = {
    .name = "sample",
    .summary = "draw points from a trained model or an oracle",
    .about =
        "Carries noise to data along the model's field and writes the "
        "rows as a table with the columns that the model was trained "
        "on.\n\nRow i depends on the model, the seed, the solver and i "
        "alone, so rows 1000 to 1031 (--first 1000 -n 32) are what they "
        "are among a million.\n\nWith --sigma the way is random and the "
        "densities along it are the same, as far as field and score are "
        "exact; the form may be chosen after training.\n\nAny model can be "
        "asked for rows that have given values (--inpaint), also one "
        "that was not trained for that (--given), and led by an energy "
        "(--guide-energy); docs/book/sample.md says how far both are "
        "right.\n\nWith --logp the "
        "samples are those of the same noise, carried in double by 2 N "
        "steps, and logp_error is the difference to N steps (and the "
        "standard error of the probes, above 16 coordinates).",
    .examples = "ito sample m.safetensors -n 1000 -o out.csv\n"
                "ito sample m.safetensors -n 20 --trajectory paths.csv -o "
                "ends.csv\n"
                "ito sample m.safetensors --sigma 1.5*beta --steps 400\n"
                "ito sample oracle:moons@cosine --rtol 1e-6 -o exact.csv\n"
                "ito sample three.safetensors --label 0 --guidance 2\n"
                "ito sample m.safetensors --guide-energy '2*(x-1)^2' -n 500\n"
                "ito sample houses.safetensors --inpaint rooms=3 -n 500\n"
                "ito sample houses.safetensors --inpaint holes.csv -o full.csv"
                "\n"
                "ito sample m.safetensors --logp -n 100 -o known.csv\n"
                "ito sample houses.safetensors --given rooms=3 -n 500\n"
                "ito sample m.safetensors --label 3:50,8:50 -o grid.png\n"
                "ito sample m.safetensors --label all --film way.png\n"
                "ito sample m.safetensors --label 4 --between 0,1 "
                "--between 2,3 -o strip.png\n"
                "ito sample m.safetensors --inpaint test.idx --hole "
                "7,7,14,14 -n 50 -o full.png\n"
                "ito sample m.safetensors --upscale small.png -n 10 -o "
                "large.png\n",
    .options = options,
    .run = run,
};
