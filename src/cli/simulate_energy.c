/* SPDX-License-Identifier: MIT
 *
 * simulate_energy.c - `ito simulate --sampler`: draws from exp(-U / T) with
 * their diagnostics; U is the energy of a system or of a trained model.
 */
#include "cli/simulate_energy.h"

#include <ito/energy.h>
#include <ito/flow.h>
#include <ito/plot.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/simulate.h"
#include "cli/suffix.h"
#include "cli/system_options.h"

sampler_options sampler_args;

/* What is sampled. */
typedef struct source {
    ito_system *system; /* or NULL: */
    ito_flow *flow;
    ito_field of_model;
    ito_energy energy;
    const double *start; /* or NULL */
    double *numbers;     /* those of --start */
    sampler_name *names;
} source;

/* --- options -------------------------------------------------------------- */

/* What is meant by --energy: a model file or an oracle. */
static int names_model(const char *energy)
{
    const char *at;

    if (!energy)
        return 0;
    at = strrchr(energy, '@');
    return strncmp(energy, "oracle:", 7) == 0 ||
           has_suffix(energy, ".safetensors") ||
           (at && at - energy > 12 && !strncmp(at - 12, ".safetensors", 12));
}

/* The options that have no meaning here. */
static const char *foreign_option(void)
{
    const struct {
        const void *value;
        const char *name;
    } others[] = {
        { &simulate_args.t, "--time" },
        { &simulate_args.steps, "--steps" },
        { &simulate_args.method, "--method" },
        { &simulate_args.rtol, "--rtol" },
        { &simulate_args.atol, "--atol" },
        { &simulate_args.theta, "--theta" },
        { &simulate_args.tree, "--tree" },
        { &simulate_args.real, "--double" },
        { &simulate_args.first, "--first" },
        { &simulate_args.bounds, "--bounds" },
        { &simulate_args.no_bridge, "--no-bridge" },
        { &simulate_args.bad, "--bad" },
        { &simulate_args.paths, "--paths" },
        { &simulate_args.every, "--every" },
        { &simulate_args.keep, "--keep" },
        { &simulate_args.frames, "--frames" },
        { &simulate_args.hist, "--hist" },
        { &simulate_args.bins, "--bins" },
        { &simulate_args.limits, "--limits" },
        { &simulate_args.quantiles, "--quantiles" },
        { &simulate_args.save, "--save" },
        { &simulate_args.stop, "--stop" },
        { &simulate_args.resume, "--continue" },
        { &simulate_args.animate, "--animate" },
        { &simulate_args.kde, "--kde" },
        { &simulate_args.check, "--check" },
        { &simulate_args.mem, "--mem" },
        { &system_args.gamma, "--gamma" },
        { &system_args.no_noise, "--no-noise" },
        { &system_args.drift, "--drift" },
    };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (opt_given(others[i].value))
            return others[i].name;
    return NULL;
}

static int check_without(void)
{
    const struct {
        const void *value;
        const char *name;
    } ours[] = {
        { &sampler_args.warmup, "--warmup" },
        { &sampler_args.draws, "--draws" },
        { &sampler_args.thin, "--thin" },
        { &sampler_args.temperatures, "--temperatures" },
        { &sampler_args.hottest, "--hottest" },
        { &sampler_args.spread, "--spread" },
    };

    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        if (opt_given(ours[i].value)) {
            (void)cmd_usage("%s belongs to --sampler", ours[i].name);
            return -1;
        }
    if (!names_model(system_args.energy))
        return 0;
    (void)cmd_usage("--energy %.100s: the energy of a model is sampled with "
                    "--sampler",
                    system_args.energy);
    return -1;
}

/* 0, or -1 after a usage error. */
static int check_source(void)
{
    if (!names_model(system_args.energy))
        return system_options_check() == 0 ? 0 : -1;
    if (!system_args.name && !system_args.diffusion && !system_args.set.count)
        return 0;
    (void)cmd_usage("--energy %.100s is a model; a system, --diffusion and "
                    "--set do not go with it",
                    system_args.energy);
    return -1;
}

int sampler_check(void)
{
    const char *foreign;

    if (!opt_given(&sampler_args.sampler))
        return check_without();
    foreign = foreign_option();
    if (foreign)
        (void)cmd_usage("%s does not go with --sampler", foreign);
    else if (common.json && simulate_args.out &&
             !strcmp(simulate_args.out, "-"))
        (void)cmd_usage("-o - and --json both want standard output");
    else if (simulate_args.plot && sampler_args.sampler == ITO_SAMPLER_ANNEAL)
        (void)cmd_usage("--plot: annealed draws have weights; write both with "
                        "-o");
    else if (simulation_pictures_check() == 0 && check_source() == 0)
        return 1;
    return -1;
}

/* --- what is sampled ------------------------------------------------------ */

/* MODEL[@t] in two parts; the copy is to be freed. */
static ito_status split_time(const char *energy, char **name, double *t)
{
    const size_t bytes = strlen(energy) + 1;
    char *at;

    *name = malloc(bytes);
    if (!*name)
        return cmd_fail(ITO_ENOMEM, "--energy");
    memcpy(*name, energy, bytes);
    at = strrchr(*name, '@');
    *t = 1.0;
    if (at && opt_number(at + 1, t) == 0)
        *at = '\0';
    if (!(*t >= 0.0 && *t <= 1.0))
        return cmd_fail(ITO_EARG, "--energy %.100s: a time from 0 to 1",
                        energy);
    return ITO_OK;
}

static ito_status open_model(ito_ctx *ctx, source *s)
{
    char *name = NULL;
    ito_status rc = split_time(system_args.energy, &name, &s->energy.t);

    if (rc == ITO_OK)
        rc = ito_flow_open(ctx, name, &s->flow);
    free(name);
    if (rc != ITO_OK)
        return rc;
    s->energy.field = ito_flow_field(s->flow);
    s->energy.temperature = system_args.temperature;
    if (!ito_flow_model(s->flow))
        return ITO_OK;
    s->energy.field = &s->of_model;
    return ito_model_energy_field(ctx, ito_flow_model(s->flow), &s->of_model);
}

static ito_status open_system(ito_ctx *ctx, source *s)
{
    ito_status rc = system_options_open(ctx, &s->system);

    if (rc != ITO_OK)
        return rc;
    s->energy.field = ito_system_field(s->system);
    s->start = ito_system_hint(s->system)->start;
    return ITO_OK;
}

static ito_status make_names(source *s)
{
    const size_t dim = s->energy.field->dim;

    s->names = calloc(dim, sizeof(*s->names));
    if (!s->names)
        return cmd_fail(ITO_ENOMEM, "%zu components", dim);
    for (size_t c = 0; c < dim; c++) {
        if (s->system)
            snprintf(s->names[c], sizeof(sampler_name), "%s",
                     ito_system_component(s->system, c));
        else if (dim <= 3)
            snprintf(s->names[c], sizeof(sampler_name), "%c", "xyz"[c]);
        else
            snprintf(s->names[c], sizeof(sampler_name), "x%zu", c + 1);
    }
    return ITO_OK;
}

static ito_status take_start(source *s)
{
    const char *text = simulate_args.start;
    const size_t dim = s->energy.field->dim;
    const size_t count = text ? opt_numbers(text, ',', NULL, 0) : 0;

    if (!text)
        return ITO_OK;
    if (count != dim)
        return cmd_fail(ITO_EARG,
                        "--start %.100s: with --sampler it is %zu numbers, a "
                        "point about which chains start; --spread says how far",
                        text, dim);
    s->numbers = malloc(dim * sizeof(*s->numbers));
    if (!s->numbers)
        return cmd_fail(ITO_ENOMEM, "%zu components", dim);
    opt_numbers(text, ',', s->numbers, dim);
    s->start = s->numbers;
    return ITO_OK;
}

static ito_status open_source(ito_ctx *ctx, source *s)
{
    ito_status rc = names_model(system_args.energy) ? open_model(ctx, s)
                                                    : open_system(ctx, s);

    if (rc == ITO_OK)
        rc = make_names(s);
    return rc == ITO_OK ? take_start(s) : rc;
}

static void close_source(source *s)
{
    ito_system_free(s->system);
    ito_flow_free(s->flow);
    free(s->numbers);
    free(s->names);
}

/* --- files ---------------------------------------------------------------- */

/* chain, draw, components, energy and, where there is one, log_weight. */
static ito_status write_draws(ito_ctx *ctx, const source *s,
                              const ito_draws_info *d)
{
    const size_t rows = d->chains * d->draws;
    columns table;
    ito_status rc = columns_new(&table, rows, d->dim + 4);

    if (rc == ITO_OK) {
        double *chain = columns_add(&table, "chain");
        double *draw = columns_add(&table, "draw");

        for (size_t r = 0; r < rows; r++) {
            const size_t i = r / d->draws;

            chain[r] = (double)i;
            draw[r] = (double)(r - i * d->draws);
        }
        for (size_t c = 0; c < d->dim; c++) {
            double *to = columns_add(&table, s->names[c]);

            for (size_t r = 0; r < rows; r++)
                to[r] = d->x[r * d->dim + c];
        }
        memcpy(columns_add(&table, "energy"), d->energy, rows * sizeof(double));
    }
    if (rc == ITO_OK && d->log_weight) {
        double *to = columns_add(&table, "log_weight");

        for (size_t r = 0; r < rows; r++)
            to[r] = d->log_weight[r / d->draws];
    }
    if (rc == ITO_OK)
        rc = columns_write(ctx, &table, simulate_args.out);
    columns_free(&table);
    return rc;
}

static ito_status draw_picture(ito_ctx *ctx, const source *s,
                               const ito_draws_info *d)
{
    const char **names = malloc(d->dim * sizeof(*names));
    const ito_cloud cloud = {
        .n = d->chains * d->draws, .dim = d->dim, .f64 = d->x, .names = names
    };
    const ito_plot_opts look = { .title = simulate_args.title,
                                 .dpi = simulate_args.dpi };
    ito_figure *figure = NULL;
    ito_status rc;

    if (!names)
        return cmd_fail(ITO_ENOMEM, "%zu components", d->dim);
    for (size_t c = 0; c < d->dim; c++)
        names[c] = s->names[c];
    rc = d->dim > 2 ? ito_plot_pairs(ctx, &cloud, NULL, &look, &figure)
                    : ito_plot_samples(ctx, NULL, &cloud, &look, &figure);
    if (rc == ITO_OK)
        rc = ito_figure_write(ctx, figure, simulate_args.plot);
    if (rc == ITO_OK && simulate_args.numbers)
        rc = ito_figure_data(ctx, figure, simulate_args.numbers);
    ito_figure_free(figure);
    free(names);
    return rc;
}

/* --- the work ------------------------------------------------------------- */

ito_status sampler_run(ito_ctx *ctx)
{
    source s = { 0 };
    ito_draws *draws = NULL;
    ito_status rc = open_source(ctx, &s);
    const ito_energy_opts how = {
        .sampler = (ito_sampler)sampler_args.sampler,
        .chains = simulate_args.count,
        .warmup = sampler_args.warmup,
        .draws = sampler_args.draws,
        .thin = sampler_args.thin,
        .temperatures = sampler_args.temperatures,
        .hottest = sampler_args.hottest,
        .step = simulate_args.h,
        .start = s.start,
        .spread = sampler_args.spread,
        .seed = common.seed,
    };

    if (rc == ITO_OK)
        rc = ito_energy_sample(ctx, &s.energy, &how, &draws);
    if (rc == ITO_OK && simulate_args.out)
        rc = write_draws(ctx, &s, ito_draws_get(draws));
    if (rc == ITO_OK && simulate_args.plot)
        rc = draw_picture(ctx, &s, ito_draws_get(draws));
    if (rc == ITO_OK)
        sampler_print((const sampler_name *)s.names, ito_draws_get(draws));
    ito_draws_free(draws);
    close_source(&s);
    return rc;
}
