/* SPDX-License-Identifier: MIT
 *
 * density_setup.c - `ito density`: system, grid, start and moments from the
 * options.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/density_run.h"
#include "cli/system_options.h"

#define CELLS_1D   400
#define CELLS_2D   128
#define FRAMES     5
#define SPEC_BYTES 512

/* --- grid -------------------------------------------------------------- */

/* CELLS, LO:HI or LO:HI:CELLS */
static ito_status read_axis(const char *text, ito_density_axis *axis)
{
    double v[3];
    const size_t n = opt_numbers(text, ':', v, 3);
    const double cells = n == 1 ? v[0] : n == 3 ? v[2] : 3.0;

    if (n < 1 || n > 3)
        return cmd_fail(ITO_EARG,
                        "--grid %.100s: write LO:HI:CELLS, LO:HI or CELLS for "
                        "each axis",
                        text);
    if (!(cells >= 3.0 && cells <= 1e15 && floor(cells) == cells))
        return cmd_fail(ITO_EARG,
                        "--grid %.100s: %g cells; a whole number from 3 on",
                        text, cells);
    if (n > 1 && !(v[0] < v[1]))
        return cmd_fail(ITO_EARG,
                        "--grid %.100s: the axis is empty; LO below "
                        "HI",
                        text);
    if (n > 1) {
        axis->lo = v[0];
        axis->hi = v[1];
    }
    if (n != 2)
        axis->cells = (size_t)cells;
    return ITO_OK;
}

static ito_status read_edge(const char *item, const char *word, size_t bytes,
                            ito_edge *edge)
{
    static const char kinds[] = "open|periodic|reflect|absorb";
    size_t length;
    const char *kind;

    for (size_t i = 0; (kind = opt_choice_at(kinds, i, &length)); i++)
        if (length == bytes && memcmp(kind, word, bytes) == 0) {
            *edge = (ito_edge)i; /* the order of ito_edge */
            return ITO_OK;
        }
    return cmd_fail(ITO_EARG,
                    "--boundary %.100s: an edge is open, reflect, absorb or "
                    "periodic",
                    item);
}

/* KIND or LOWER:UPPER */
static ito_status read_edges(const char *item, ito_density_axis *axis)
{
    const size_t first = strcspn(item, ":");
    const char *const second = item[first] ? item + first + 1 : item;
    ito_status rc = read_edge(item, item, first, &axis->lower);

    return rc != ITO_OK ? rc
                        : read_edge(item, second, strlen(second), &axis->upper);
}

static ito_status make_grid(ito_ctx *ctx, density_run *run)
{
    const opt_list *grid = &density_args.grid, *edges = &density_args.boundary;
    const size_t dim = run->field->dim;
    ito_status rc = ITO_OK;

    if (dim > 2)
        return cmd_fail(ITO_EUNFIT,
                        "the system has %zu components and a grid 1 or 2 "
                        "axes; `ito simulate` moves particles instead",
                        dim);
    if (grid->count > 0 && grid->count != dim)
        return cmd_fail(ITO_EARG, "--grid: %zu axes for %zu components",
                        grid->count, dim);
    if (edges->count > 1 && edges->count != dim)
        return cmd_fail(ITO_EARG, "--boundary: %zu axes for %zu components",
                        edges->count, dim);
    run->what = (ito_density_problem){ .field = run->field,
                                       .no_potential = density_args.face_drift,
                                       .mem_limit = density_args.mem };
    for (size_t c = 0; c < dim && rc == ITO_OK; c++) {
        ito_density_axis *axis = &run->what.axes[c];

        axis->lo = run->hint->lo[c];
        axis->hi = run->hint->hi[c];
        axis->cells = dim == 1 ? CELLS_1D : CELLS_2D;
        if (grid->count > 0)
            rc = read_axis(grid->item[c], axis);
        if (rc == ITO_OK && edges->count > 0)
            rc = read_edges(edges->item[edges->count > 1 ? c : 0], axis);
    }
    return rc == ITO_OK ? ito_density_open(ctx, &run->what, &run->p) : rc;
}

/* --- start ------------------------------------------------------------- */

/* normal:MEAN,..:STD,.. with one number for all axes or one an axis */
static ito_status read_normal(density_run *run, const char *text)
{
    const size_t dim = run->field->dim, n = strcspn(text, ":");
    char mean[128];
    double *to[2] = { run->mean, run->std };
    const char *part[2] = { mean, text + n + 1 };

    if (!text[n] || n >= sizeof(mean))
        return cmd_fail(ITO_EARG,
                        "--start normal:%.100s: write normal:MEAN:STD, with "
                        "commas between axes",
                        text);
    memcpy(mean, text, n);
    mean[n] = '\0';
    for (size_t k = 0; k < 2; k++) {
        const size_t count = opt_numbers(part[k], ',', to[k], 2);

        if (count != dim && count != 1)
            return cmd_fail(ITO_EARG,
                            "--start normal:%.100s: '%.60s' is not one number, "
                            "or one an axis",
                            text, part[k]);
        if (count == 1)
            to[k][1] = to[k][0];
    }
    for (size_t c = 0; c < dim; c++)
        if (!(run->std[c] > 0.0))
            return cmd_fail(ITO_EARG,
                            "--start normal:%.100s: the standard deviation "
                            "must be above 0",
                            text);
    run->start.mean = run->mean;
    run->start.std = run->std;
    return ITO_OK;
}

/* A built-in distribution; a gaussian has as many components as there are. */
static ito_status read_dist(ito_ctx *ctx, density_run *run, const char *text)
{
    const size_t dim = run->field->dim;
    char spec[SPEC_BYTES];
    const int plain = strncmp(text, "gaussian", 8) == 0 &&
                      (text[8] == '\0' || text[8] == ':') &&
                      !strstr(text, "dim=");
    const int n = snprintf(spec, sizeof(spec), plain ? "%s%cdim=%zu" : "%s",
                           text, text[strcspn(text, ":")] ? ',' : ':', dim);
    ito_status rc;

    if (n < 0 || (size_t)n >= sizeof(spec))
        return cmd_fail(ITO_EARG, "--start %.100s...: too long", text);
    if ((rc = ito_dist_open(ctx, spec, &run->dist)) != ITO_OK)
        return rc;
    if (ito_dist_dim(run->dist) != dim)
        return cmd_fail(ITO_EARG,
                        "--start %s has %zu components and the system %zu",
                        text, ito_dist_dim(run->dist), dim);
    run->start.mean = NULL;
    run->start.dist = run->dist;
    return ITO_OK;
}

static ito_status make_start(ito_ctx *ctx, density_run *run)
{
    const char *text = density_args.start;
    const size_t dim = run->field->dim;
    size_t numbers;

    if (density_args.stationary || (text && !strcmp(text, "stationary"))) {
        run->start.stationary = 1;
        return ITO_OK;
    }
    if (text && !strcmp(text, "uniform"))
        return ITO_OK;
    if (text && strncmp(text, "normal:", 7) == 0)
        return read_normal(run, text + 7);
    run->start.mean = run->mean;
    if (!text) {
        memcpy(run->mean, run->hint->start, dim * sizeof(double));
        return ITO_OK;
    }
    numbers = opt_numbers(text, ',', run->mean, 2);
    if (numbers == 0)
        return read_dist(ctx, run, text);
    if (numbers != dim)
        return cmd_fail(ITO_EARG,
                        "--start %.100s: %zu numbers for %zu components", text,
                        numbers, dim);
    return ITO_OK;
}

/* --- moments ----------------------------------------------------------- */

/* --times, or --frames equal spans up to --time. */
static ito_status make_times(density_run *run)
{
    const opt_list *list = &density_args.times;
    const double end = density_args.t > 0.0 ? density_args.t : run->hint->t1;
    const size_t frames = density_args.frames ? density_args.frames : FRAMES;
    const int still = density_args.stationary || density_args.rate;
    const size_t later = still ? 0 : list->count ? list->count : frames;

    run->frames = later + 1;
    if (run->frames > SIZE_MAX / sizeof(double) / run->cells)
        return cmd_fail(ITO_ENOMEM, "%zu moments", later);
    run->t = calloc(run->frames, sizeof(*run->t));
    run->summary = calloc(run->frames, sizeof(*run->summary));
    run->values = calloc(run->frames * run->cells, sizeof(double));
    if (!run->t || !run->summary || !run->values)
        return cmd_fail(ITO_ENOMEM, "%zu moments of %zu cells", later,
                        run->cells);
    for (size_t i = 1; i < run->frames; i++) {
        run->t[i] = end * (double)i / (double)later;
        if (list->count == 0)
            continue;
        if (opt_number(list->item[i - 1], &run->t[i]) != 0 ||
            !(run->t[i] > run->t[i - 1]))
            return cmd_fail(ITO_EARG,
                            "--times: '%.60s' is not a number above the one "
                            "before",
                            list->item[i - 1]);
    }
    return ITO_OK;
}

ito_status density_make(ito_ctx *ctx, density_run *run)
{
    ito_status rc = system_options_open(ctx, &run->system);

    if (rc != ITO_OK)
        return rc;
    run->field = ito_system_field(run->system);
    run->hint = ito_system_hint(run->system);
    run->method = density_args.method ? density_args.method
                                      : ito_density_method_at(0)->name;
    if ((rc = make_grid(ctx, run)) != ITO_OK ||
        (rc = make_start(ctx, run)) != ITO_OK)
        return rc;
    run->cells = ito_density_cells(run->p, ITO_DENSITY_ALL);
    return make_times(run);
}

void density_free(density_run *run)
{
    ito_density_free(run->p);
    ito_dist_free(run->dist);
    ito_system_free(run->system);
    free(run->t);
    free(run->summary);
    free(run->values);
    *run = (density_run){ 0 };
}
