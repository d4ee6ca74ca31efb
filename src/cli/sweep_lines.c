/* SPDX-License-Identifier: MIT
 *
 * sweep_lines.c - the lines of `ito sweep`.
 */
#include "cli/sweep_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/term.h"

/* Where nothing is said of solvers. */
static const char *const usual_solvers[] = { "euler", "midpoint", "heun",
                                             "rk4" };
static const char *const usual_noisy[] = { "heun" };
static const char *const usual_sigma[] = { "none" };
static const char *const usual_grid[] = { "uniform" };
static const char *const last_names[] = { "noise", "mean", "flow" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* One of several lists of texts: the option's, or the usual. */
typedef struct texts {
    const char *const *item;
    size_t count;
} texts;

static texts or_usual(const opt_list *list, const char *const *usual, size_t n)
{
    if (list->count > 0)
        return (texts){ list->item, list->count };
    return (texts){ usual, n };
}

static texts solvers_for(const sweep_choice *choice, const ito_sigma *sigma)
{
    if (sigma)
        return or_usual(&choice->solvers, usual_noisy, COUNT(usual_noisy));
    return or_usual(&choice->solvers, usual_solvers, COUNT(usual_solvers));
}

static int last_find(const char *name)
{
    for (size_t i = 0; i < COUNT(last_names); i++)
        if (strcmp(last_names[i], name) == 0)
            return (int)i;
    return -1;
}

static ito_status check_names(const sweep_choice *choice)
{
    for (size_t i = 0; i < choice->solvers.count; i++)
        if (!ito_method_find(choice->solvers.item[i]))
            return cmd_fail(ITO_EARG,
                            "--solver: there is no method '%.60s'; `ito "
                            "simulate --list-methods` lists them",
                            choice->solvers.item[i]);
    for (size_t i = 0; i < choice->grids.count; i++)
        if (ito_grid_find(choice->grids.item[i]) < 0)
            return cmd_fail(ITO_EARG,
                            "--grid '%.60s': uniform, end, both or karras",
                            choice->grids.item[i]);
    for (size_t i = 0; i < choice->lasts.count; i++)
        if (last_find(choice->lasts.item[i]) < 0)
            return cmd_fail(ITO_EARG,
                            "--last-step '%.60s': noise, mean or flow",
                            choice->lasts.item[i]);
    return ITO_OK;
}

/* A line with the texts that it was made of. */
typedef struct candidate {
    ito_sweep_line line;
    const char *solver, *sigma, *grid, *last;
} candidate;

/* Solver, form of noise and what is unusual; with noise the usual solver does
 * not show. */
static void put_label(const candidate *c, char label[96])
{
    const int usual = c->line.sigma && strcmp(c->solver, usual_noisy[0]) == 0;

    (void)snprintf(label, 96, "%.24s%s%s%.28s%s%.8s%s%.8s",
                   usual ? "" : c->solver, c->line.adaptive ? " adaptive" : "",
                   c->line.sigma && !usual ? ", " : "",
                   c->line.sigma ? c->sigma : "",
                   c->line.grid != ITO_GRID_UNIFORM ? ", " : "",
                   c->line.grid != ITO_GRID_UNIFORM ? c->grid : "",
                   c->line.last != ITO_LAST_NOISE ? ", last " : "",
                   c->line.last != ITO_LAST_NOISE ? c->last : "");
}

/* Append a line if it fits, else say why not. */
static ito_status add(ito_ctx *ctx, const ito_flow *flow, const candidate *c,
                      sweep_lines *out)
{
    const ito_status rc = ito_sweep_fits(ctx, flow, &c->line);
    char label[96];

    put_label(c, label);
    if (rc == ITO_EUNFIT)
        term_say("ito sweep: %s is left out: %s", label, ito_errmsg(ctx));
    if (rc != ITO_OK)
        return rc == ITO_EUNFIT ? ITO_OK : rc;
    out->line[out->count] = c->line;
    out->solver[out->count] = c->solver;
    out->sigma[out->count] = c->line.sigma ? c->sigma : "none";
    out->grid[out->count] = c->grid;
    out->last[out->count] = c->last;
    memcpy(out->label[out->count], label, sizeof(label));
    out->count++;
    return ITO_OK;
}

/* Grids and last steps of one solver with one form of noise; the last step
 * shows with noise alone. */
static ito_status add_solver(ito_ctx *ctx, const ito_flow *flow,
                             const sweep_choice *choice, candidate c,
                             sweep_lines *out)
{
    const texts grids = or_usual(&choice->grids, usual_grid, 1);
    const texts lasts = or_usual(&choice->lasts, last_names, 1);
    const size_t last_count = c.line.sigma ? lasts.count : 1;
    const ito_method *method = ito_method_find(c.solver);
    ito_status rc = ITO_OK;

    for (size_t g = 0; rc == ITO_OK && g < grids.count; g++)
        for (size_t k = 0; rc == ITO_OK && k < last_count; k++) {
            c.grid = grids.item[g];
            c.last = c.line.sigma ? lasts.item[k] : last_names[0];
            c.line.grid = (ito_grid_kind)ito_grid_find(c.grid);
            c.line.last = (ito_last_step)last_find(c.last);
            rc = add(ctx, flow, &c, out);
        }
    if (rc != ITO_OK || !choice->adaptive ||
        !(method->flags & ITO_METHOD_ADAPTIVE))
        return rc;
    c.grid = usual_grid[0];
    c.last = last_names[0];
    c.line.grid = ITO_GRID_UNIFORM;
    c.line.last = ITO_LAST_NOISE;
    c.line.adaptive = 1;
    return add(ctx, flow, &c, out);
}

static ito_status take(size_t most, size_t sigmas, sweep_lines *out)
{
    out->line = calloc(most, sizeof(*out->line));
    out->solver = calloc(most, sizeof(*out->solver));
    out->sigma = calloc(most, sizeof(*out->sigma));
    out->grid = calloc(most, sizeof(*out->grid));
    out->last = calloc(most, sizeof(*out->last));
    out->label = calloc(most, sizeof(*out->label));
    out->own = calloc(sigmas, sizeof(*out->own));
    if (!out->line || !out->solver || !out->sigma || !out->grid || !out->last ||
        !out->label || !out->own)
        return cmd_fail(ITO_ENOMEM, "%zu lines", most);
    out->sigma_count = sigmas;
    return ITO_OK;
}

ito_status sweep_lines_make(ito_ctx *ctx, const ito_flow *flow,
                            const sweep_choice *choice, sweep_lines *out)
{
    const texts sigmas = or_usual(&choice->sigmas, usual_sigma, 1);
    const size_t solvers = choice->solvers.count + COUNT(usual_solvers);
    const size_t ways = (choice->grids.count + 1) * (choice->lasts.count + 1);
    ito_status rc = check_names(choice);

    *out = (sweep_lines){ 0 };
    if (rc == ITO_OK)
        rc = take(sigmas.count * solvers * (ways + 1), sigmas.count, out);
    for (size_t s = 0; rc == ITO_OK && s < sigmas.count; s++) {
        candidate c = { .sigma = sigmas.item[s] };
        texts list;

        rc = ito_sigma_parse(ctx, c.sigma, ito_flow_path(flow), &out->own[s]);
        if (rc != ITO_OK)
            return rc;
        c.line.sigma = ito_sigma_is_zero(out->own[s]) ? NULL : out->own[s];
        list = solvers_for(choice, c.line.sigma);
        for (size_t i = 0; rc == ITO_OK && i < list.count; i++) {
            c.solver = c.line.method = list.item[i];
            rc = add_solver(ctx, flow, choice, c, out);
        }
    }
    if (rc == ITO_OK && out->count == 0)
        return cmd_fail(ITO_EUNFIT, "no solver fits what was asked for");
    return rc;
}

void sweep_lines_free(sweep_lines *lines)
{
    for (size_t i = 0; i < lines->sigma_count; i++)
        ito_sigma_free(lines->own[i]);
    free(lines->own);
    free(lines->label);
    free(lines->last);
    free(lines->grid);
    free(lines->sigma);
    free(lines->solver);
    free(lines->line);
    *lines = (sweep_lines){ 0 };
}
