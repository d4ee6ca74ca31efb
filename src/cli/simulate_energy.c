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
#include "cli/term.h"

#define NAME_BYTES 24

sampler_options sampler_args;

/* What is sampled. */
typedef struct source {
    ito_system *system; /* or NULL: */
    ito_flow *flow;
    ito_field of_model;
    ito_energy energy;
    const double *start; /* or NULL */
    double *numbers;     /* those of --start */
    char (*names)[NAME_BYTES];
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
    else if (simulation_pictures_check() == 0 &&
             (names_model(system_args.energy) || system_options_check() == 0))
        return 1;
    return -1;
}

/* --- what is sampled ------------------------------------------------------ */

/* MODEL[@t] in two parts; the copy is to be freed. */
static ito_status split_time(const char *energy, char **name, double *t)
{
    char *at;

    *name = malloc(strlen(energy) + 1);
    if (!*name)
        return cmd_fail(ITO_ENOMEM, "--energy");
    strcpy(*name, energy);
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
    ito_status rc;

    if (system_args.name || system_args.diffusion || system_args.set.count)
        return cmd_fail(ITO_EARG,
                        "--energy %.100s is a model; a system, --diffusion and "
                        "--set do not go with it",
                        system_args.energy);
    rc = split_time(system_args.energy, &name, &s->energy.t);
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
            snprintf(s->names[c], NAME_BYTES, "%s",
                     ito_system_component(s->system, c));
        else if (dim <= 3)
            snprintf(s->names[c], NAME_BYTES, "%c", "xyz"[c]);
        else
            snprintf(s->names[c], NAME_BYTES, "x%zu", c + 1);
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
            chain[r] = (double)(r / d->draws);
            draw[r] = (double)(r % d->draws);
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

/* --- the result ----------------------------------------------------------- */

static const char *sampler_name(char buffer[16])
{
    size_t bytes = 0;
    const char *word =
        opt_choice_at(SAMPLERS, (size_t)sampler_args.sampler, &bytes);

    snprintf(buffer, 16, "%.*s", (int)bytes, word);
    return buffer;
}

static const char *rhat_text(double rhat, char buffer[16])
{
    if (isfinite(rhat))
        snprintf(buffer, 16, "%.4f", rhat);
    else
        snprintf(buffer, 16, "-");
    return buffer;
}

static void print_stats(const source *s, const ito_draws_info *d)
{
    int width = 9;

    for (size_t c = 0; c < d->dim; c++)
        width =
            (int)strlen(s->names[c]) > width ? (int)strlen(s->names[c]) : width;
    printf("%-*s %12s %10s %12s %8s %9s %9s %10s %10s %10s\n", width,
           "component", "mean", "+-", "sd", "R-hat", "ESS bulk", "ESS tail",
           "5 %", "median", "95 %");
    for (size_t c = 0; c <= d->dim; c++) {
        const ito_chain_stats *t = &d->stats[c];
        char rhat[16];

        printf("%-*s %12.6g %10.2g %12.6g %8s %9.0f %9.0f", width,
               c < d->dim ? s->names[c] : "energy", t->mean, t->mean_se, t->sd,
               rhat_text(t->rhat, rhat), t->ess_bulk, t->ess_tail);
        if (d->log_weight) /* quantiles would need the weights */
            printf(" %10s %10s %10s\n", "-", "-", "-");
        else
            printf(" %10.4g %10.4g %10.4g\n", t->q05, t->median, t->q95);
    }
}

static void print_ladder(const ito_draws_info *d)
{
    if (d->rung_count < 2)
        return;
    if (d->log_weight) {
        printf("\nlog Z = %.6g +- %.2g, Z the integral of exp(-U/T); the "
               "weights are worth %.0f of %zu chains\n",
               d->log_z, d->log_z_se, d->weight_ess, d->chains);
        return;
    }
    printf("\n%12s %10s %9s %9s\n", "temperature", "step", "accepted",
           "swapped");
    for (size_t j = 0; j < d->rung_count; j++) {
        const ito_rung *r = &d->rungs[j];

        printf("%12.6g %10.4g %9.3f", r->temperature, r->step, r->accept);
        if (j + 1 < d->rung_count)
            printf(" %9.3f\n", r->swap);
        else
            printf(" %9s\n", "-");
    }
    printf("%llu round trips from the coldest to the hottest and back\n",
           (unsigned long long)d->round_trips);
}

static void json_number(const char *name, double value)
{
    printf(",\"%s\":", name);
    term_json_number(stdout, value);
}

static void json_stats(const char *name, const ito_chain_stats *t)
{
    printf("{\"name\":");
    term_json_string(stdout, name);
    json_number("mean", t->mean);
    json_number("mean_se", t->mean_se);
    json_number("sd", t->sd);
    json_number("rhat", t->rhat);
    json_number("ess_bulk", t->ess_bulk);
    json_number("ess_tail", t->ess_tail);
    json_number("q05", t->q05);
    json_number("median", t->median);
    json_number("q95", t->q95);
    printf("}");
}

static void json_rungs(const ito_draws_info *d)
{
    printf(",\"rungs\":[");
    for (size_t j = 0; j < d->rung_count; j++) {
        const ito_rung *r = &d->rungs[j];

        printf("%s{\"temperature\":", j ? "," : "");
        term_json_number(stdout, r->temperature);
        json_number("reference", r->reference);
        json_number("step", r->step);
        json_number("accept", r->accept);
        json_number("swap", r->swap);
        printf("}");
    }
    printf("]");
}

static void print_json(const source *s, const ito_draws_info *d)
{
    char name[16];

    printf("{\"sampler\":");
    term_json_string(stdout, sampler_name(name));
    printf(",\"chains\":%zu,\"draws\":%zu,\"seed\":%llu,\"evals\":%llu",
           d->chains, d->draws, (unsigned long long)common.seed,
           (unsigned long long)d->evals);
    json_number("temperature", d->temperature);
    json_number("step", d->step);
    json_number("accept", d->accept);
    printf(",\"noise_spec\":%d,\"components\":[", ITO_NOISE_SPEC);
    for (size_t c = 0; c <= d->dim; c++) {
        printf(c ? "," : "");
        json_stats(c < d->dim ? s->names[c] : "energy", &d->stats[c]);
    }
    printf("]");
    json_rungs(d);
    if (d->log_weight) {
        json_number("log_z", d->log_z);
        json_number("log_z_se", d->log_z_se);
        json_number("weight_ess", d->weight_ess);
    } else {
        printf(",\"round_trips\":%llu", (unsigned long long)d->round_trips);
    }
    printf(",\"warnings\":[");
    for (size_t i = 0; i < d->warning_count; i++) {
        printf(i ? "," : "");
        term_json_string(stdout, d->warnings[i]);
    }
    printf("]}\n");
}

static void print_result(const source *s, const ito_draws_info *d)
{
    char name[16];

    for (size_t i = 0; i < d->warning_count; i++)
        term_error("warning: %s", d->warnings[i]);
    if (simulate_args.out && !strcmp(simulate_args.out, "-"))
        return;
    if (common.json) {
        print_json(s, d);
        return;
    }
    printf("%s: %zu chains, %zu draws of each from exp(-U/%.4g); step %.4g, "
           "%.1f per cent of the moves accepted\n\n",
           sampler_name(name), d->chains, d->draws, d->temperature, d->step,
           100.0 * d->accept);
    print_stats(s, d);
    print_ladder(d);
}

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
        print_result(&s, ito_draws_get(draws));
    ito_draws_free(draws);
    close_source(&s);
    return rc;
}
