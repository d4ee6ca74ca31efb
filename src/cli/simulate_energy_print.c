/* SPDX-License-Identifier: MIT
 *
 * simulate_energy_print.c - what `ito simulate --sampler` prints: the
 * diagnostics of draws as a table or as JSON, warnings on standard error.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/simulate.h"
#include "cli/simulate_energy.h"
#include "cli/term.h"

static const char *sampler_word(char buffer[16])
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

static void print_stats(const sampler_name *names, const ito_draws_info *d)
{
    int width = 9;

    for (size_t c = 0; c < d->dim; c++)
        width = (int)strlen(names[c]) > width ? (int)strlen(names[c]) : width;
    printf("%-*s %12s %10s %12s %8s %9s %9s %10s %10s %10s\n", width,
           "component", "mean", "+-", "sd", "R-hat", "ESS bulk", "ESS tail",
           "5 %", "median", "95 %");
    for (size_t c = 0; c <= d->dim; c++) {
        const ito_chain_stats *t = &d->stats[c];
        char rhat[16];

        printf("%-*s %12.6g %10.2g %12.6g %8s %9.0f %9.0f", width,
               c < d->dim ? names[c] : "energy", t->mean, t->mean_se, t->sd,
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

static void print_json(const sampler_name *names, const ito_draws_info *d)
{
    char name[16];

    printf("{\"sampler\":");
    term_json_string(stdout, sampler_word(name));
    printf(",\"chains\":%zu,\"draws\":%zu,\"seed\":%llu,\"evals\":%llu",
           d->chains, d->draws, (unsigned long long)common.seed,
           (unsigned long long)d->evals);
    json_number("temperature", d->temperature);
    json_number("step", d->step);
    json_number("accept", d->accept);
    printf(",\"noise_spec\":%d,\"components\":[", ITO_NOISE_SPEC);
    for (size_t c = 0; c <= d->dim; c++) {
        printf(c ? "," : "");
        json_stats(c < d->dim ? names[c] : "energy", &d->stats[c]);
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

void sampler_print(const sampler_name *names, const ito_draws_info *d)
{
    char name[16];

    for (size_t i = 0; i < d->warning_count; i++)
        term_error("warning: %s", d->warnings[i]);
    if (simulate_args.out && !strcmp(simulate_args.out, "-"))
        return;
    if (common.json) {
        print_json(names, d);
        return;
    }
    printf("%s: %zu chains, %zu draws of each from exp(-U/%.4g); step %.4g, "
           "%.1f per cent of the moves accepted\n\n",
           sampler_word(name), d->chains, d->draws, d->temperature, d->step,
           100.0 * d->accept);
    print_stats(names, d);
    print_ladder(d);
}
