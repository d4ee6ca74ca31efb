/* SPDX-License-Identifier: MIT
 *
 * cmd_density.c - `ito density`: the density of an SDE on a grid, by the
 * equation of Fokker and Planck.
 */
#include <ito/table.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/density_run.h"
#include "cli/system_options.h"
#include "cli/term.h"

#define NEGATIVE 1e-9 /* negative mass that a user should know of */

density_options density_args;

static const opt options[] = {
    SYSTEM_OPTIONS,
    GROUP("grid and time"),
    LIST(0, "grid", "LO:HI:CELLS,...", &density_args.grid,
         "limits and cells of each axis; LO:HI or CELLS alone will do [where "
         "the system lives; 400 cells, or 128 x 128]"),
    LIST(0, "boundary", "KIND,...", &density_args.boundary,
         "open (nothing passes), absorb or periodic, of all axes or of each; "
         "LOWER:UPPER where the ends differ [open]"),
    STRING(0, "start", "X", &density_args.start,
           "a point `1,0`, normal:MEAN:STD, a built-in distribution, uniform "
           "or stationary [the system's own point]"),
    POSITIVE('t', "time", &density_args.t,
             "end of the span from 0 [the system's own]"),
    SIZE(0, "frames", &density_args.frames,
         "moments after the start that are printed and written [5]"),
    LIST(0, "times", "T,...", &density_args.times, "these moments instead"),
    SIZE(0, "steps", &density_args.steps,
         "steps over the whole span [one cell at the mean drift each, at "
         "least 64 to every moment]"),
    STRING(0, "method", "NAME", &density_args.method,
           "see --list-methods [tr-bdf2]"),
    FLAG(0, "list-methods", &density_args.list_methods, "list the methods"),
    FLAG(0, "face-drift", &density_args.face_drift,
         "make the fluxes of the drift even where there is an energy"),
    GROUP("results"),
    STRING('o', "out", "FILE", &density_args.out,
           "centres and densities, a row a cell and a column a moment: .csv, "
           ".tsv, .npy, `-`"),
    FLAG(0, "stationary", &density_args.stationary,
         "the stationary density, without going through time"),
    FLAG(0, "rate", &density_args.rate,
         "the smallest rate of decay (one axis), without going through time"),
    STRING(0, "compare", "FILE", &density_args.compare,
           "chi-squared test of these particles against the last moment"),
    JSON_OPTION,
    GROUP("pictures"),
    STRING(0, "plot", "FILE", &density_args.files.plot,
           "draw the density over time: .png, .svg, .pdf"),
    STRING(0, "numbers", "FILE", &density_args.files.numbers,
           "write the numbers behind the picture here: .csv, .csv.gz"),
    STRING(0, "animate", "FILE", &density_args.files.animate,
           "the same as a moving picture: .png (APNG, plays in browsers)"),
    STRING(0, "title", "TEXT", &density_args.files.title,
           "title of the figure"),
    POSITIVE(0, "dpi", &density_args.files.dpi,
             "dots per inch of a .png [200; moving 110]"),
    GROUP("other"),
    BYTES(0, "mem", &density_args.mem, "refuse larger grids [2G]"),
    COMMON_OPTIONS,
    END,
};

static int check_usage(void)
{
    const int still = density_args.stationary || density_args.rate;

    if (density_args.times.count && density_args.frames)
        return cmd_usage("--times and --frames: give one of them");
    if (density_args.times.count && opt_given(&density_args.t))
        return cmd_usage("--times and --time: the last of --times is the end");
    if (still && (density_args.times.count || opt_given(&density_args.t)))
        return cmd_usage("%s: there is no time to go through",
                         density_args.rate ? "--rate" : "--stationary");
    if (density_args.stationary && density_args.start)
        return cmd_usage("--stationary and --start: give one of them");
    if (common.json && density_args.out && !strcmp(density_args.out, "-"))
        return cmd_usage("-o - and --json both want standard output");
    if (density_files_check(&density_args.files) != 0)
        return EXIT_USAGE;
    return system_options_check();
}

/* What is about to happen. */
static void announce(const density_run *run)
{
    const ito_field *f = run->field;
    const int varies =
        f->noise != ITO_NOISE_NONE && f->noise != ITO_NOISE_ADDITIVE;

    term_say("%s%s", ito_system_equation(run->system),
             !varies                           ? ""
             : f->calculus == ITO_CALCULUS_ITO ? " (Ito)"
                                               : " (Stratonovich)");
    for (size_t c = 0; c < f->dim; c++)
        term_say("%s from %g to %g in %zu cells",
                 ito_system_component(run->system, c), run->what.axes[c].lo,
                 run->what.axes[c].hi, run->what.axes[c].cells);
}

/* Store the density as moment i. */
static void keep(density_run *run, size_t i)
{
    const double *mass = ito_density_mass(run->p);
    const double volume = ito_density_volume(run->p);

    for (size_t k = 0; k < run->cells; k++)
        run->values[i * run->cells + k] = mass[k] / volume;
    ito_density_summarise(run->p, &run->summary[i]);
}

static int pictures(void)
{
    return density_args.files.plot || density_args.files.animate;
}

/* The part of --steps that one span of many gets. */
static size_t steps_of(const density_run *run, size_t i)
{
    const double share = (run->t[i] - run->t[i - 1]) / run->t[run->frames - 1];
    const double steps = ceil(share * (double)density_args.steps - 1e-9);

    return density_args.steps == 0 ? 0 : steps < 1.0 ? 1 : (size_t)steps;
}

static void add_stats(ito_density_stats *all, const ito_density_stats *one)
{
    all->steps += one->steps;
    all->solves += one->solves;
    all->min_density = fmin(all->min_density, one->min_density);
    all->negative_mass = fmax(all->negative_mass, one->negative_mass);
    all->stiffness = fmax(all->stiffness, one->stiffness);
}

static ito_status evolve(ito_ctx *ctx, density_run *run)
{
    term_bar bar;
    ito_status rc = ITO_OK;

    term_bar_begin(&bar, "evolving", 0, run->frames - 1);
    for (size_t i = 1; i < run->frames && rc == ITO_OK; i++) {
        const ito_density_opts how = { .method = density_args.method,
                                       .steps = steps_of(run, i),
                                       .each = pictures() ? density_film_each
                                                          : NULL,
                                       .each_arg = &run->film };
        ito_density_stats one;

        rc = ito_density_advance(ctx, run->p, run->t[i], &how, &one);
        if (rc != ITO_OK)
            break;
        add_stats(&run->done, &one);
        keep(run, i);
        term_bar_update(&bar, i, NULL);
    }
    if (rc == ITO_OK)
        term_bar_end(&bar, run->frames - 1, NULL);
    return rc;
}

/* --- comparison -------------------------------------------------------- */

/* The column of a component: by its name, else by its place. */
static const ito_column *column_of(const density_run *run,
                                   const ito_table *table, size_t c)
{
    const size_t cols = ito_table_cols(table);

    for (size_t j = 0; j < cols; j++) {
        const ito_column *column = ito_table_column(table, j);

        if (strcmp(column->name, ito_system_component(run->system, c)) == 0)
            return column;
    }
    return cols == run->field->dim ? ito_table_column(table, c) : NULL;
}

/* The rows of a table as points; *out is to be freed. */
static ito_status points_of(const density_run *run, const ito_table *table,
                            double **out)
{
    const size_t rows = ito_table_rows(table), dim = run->field->dim;

    *out = malloc((rows * dim + 1) * sizeof(double));
    if (!*out)
        return cmd_fail(ITO_ENOMEM, "%zu particles", rows);
    for (size_t c = 0; c < dim; c++) {
        const ito_column *column = column_of(run, table, c);

        if (!column || column->kind != ITO_COLUMN_NUMBER)
            return cmd_fail(ITO_EARG,
                            "--compare %.100s: no column %s of numbers, and "
                            "%zu columns for %zu components",
                            density_args.compare,
                            ito_system_component(run->system, c),
                            ito_table_cols(table), dim);
        for (size_t i = 0; i < rows; i++)
            (*out)[i * dim + c] = column->number[i];
    }
    return ITO_OK;
}

static ito_status compare(ito_ctx *ctx, density_run *run)
{
    uint64_t *cells = calloc(run->cells, sizeof(*cells));
    ito_density_counts counts = { .cells = cells };
    ito_table *table = NULL;
    double *x = NULL;
    ito_status rc;

    if (!cells)
        return cmd_fail(ITO_ENOMEM, "%zu cells", run->cells);
    rc = ito_table_read(ctx, density_args.compare, NULL, &table);
    if (rc == ITO_OK)
        rc = points_of(run, table, &x);
    if (rc == ITO_OK)
        rc = ito_density_count(ctx, run->p, ito_table_rows(table), ITO_F64, x,
                               cells, &counts.outside);
    if (rc == ITO_OK)
        rc = ito_density_compare(ctx, run->p, &counts, 0.0, &run->fit);
    ito_table_free(table);
    free(x);
    free(cells);
    return rc;
}

/* --- the run ----------------------------------------------------------- */

static void tell(const density_run *run)
{
    if (run->inside < 1.0 - 1e-6)
        term_say("only %.4f of the start lies on the grid; it was scaled to 1",
                 run->inside);
    if (run->done.steps)
        term_say("%s: %zu steps, D dt / h^2 = %.3g", run->method,
                 run->done.steps, run->done.stiffness);
    if (run->done.negative_mass > NEGATIVE)
        term_say("the density was negative on the way (mass %.2g); more "
                 "--steps or --method be make it positive",
                 run->done.negative_mass);
}

static ito_status compute(ito_ctx *ctx, density_run *run)
{
    ito_status rc = ITO_OK;

    if (density_args.rate)
        rc = ito_density_rate(ctx, run->p, 0.0, &run->rate);
    if (rc == ITO_OK)
        rc = ito_density_set(ctx, run->p, &run->start, &run->inside);
    if (rc != ITO_OK)
        return rc;
    keep(run, 0);
    if (pictures()) {
        run->film.t0 = run->t[0];
        run->film.t1 = run->t[run->frames - 1];
        rc = density_film_take(&run->film, run->p);
    }
    if (rc == ITO_OK && run->frames > 1)
        rc = evolve(ctx, run);
    if (rc == ITO_OK && density_args.compare)
        rc = compare(ctx, run);
    return rc;
}

static ito_status density(ito_ctx *ctx, density_run *run)
{
    ito_status rc = density_make(ctx, run);

    if (rc != ITO_OK)
        return rc;
    announce(run);
    if ((rc = compute(ctx, run)) != ITO_OK)
        return rc;
    tell(run);
    if (pictures()) {
        for (size_t c = 0; c < run->field->dim; c++)
            run->film.names[c] = ito_system_component(run->system, c);
        rc = density_film_write(ctx, &run->film, &density_args.files);
        if (rc != ITO_OK)
            return rc;
    }
    if (density_args.out &&
        (rc = density_write(ctx, run, density_args.out)) != ITO_OK)
        return rc;
    if (!density_args.out || strcmp(density_args.out, "-") != 0)
        density_print(run);
    return ITO_OK;
}

static int run_density(void)
{
    density_run run = { 0 };
    ito_ctx *ctx;
    ito_status rc;
    int usage;

    if (system_args.list || density_args.list_methods) {
        if (system_args.list)
            system_options_list();
        if (density_args.list_methods)
            density_list_methods();
        return EXIT_OK;
    }
    if ((usage = check_usage()) != 0)
        return usage;
    rc = cmd_open(&ctx);
    if (rc == ITO_OK)
        rc = density(ctx, &run);
    density_film_free(&run.film);
    density_free(&run);
    return cmd_close(ctx, rc);
}

const command command_density = {
    .name = "density",
    .summary = "the density of an SDE on a grid, by Fokker-Planck",
    .about =
        "Moves the density of dX = u(t, X) dt + sigma(t, X) dW on a grid of "
        "one or two axes. The system is given as for `ito simulate`: a named "
        "one (--list) or formulas, --drift and --diffusion, or --energy.\n"
        "\n"
        "The table shows, for each moment, the mass (less than 1 only where an "
        "edge absorbs: then it is the probability of not having left), mean "
        "and standard deviation, and the smallest density, which should not be "
        "below 0. Mass is conserved and, with an energy and constant noise, "
        "the equilibrium is exact on any grid.\n"
        "\n"
        "--stationary and --rate give where the density goes and how fast. "
        "--compare tests particles, for example those of `ito simulate -o`, "
        "against the last moment. The diffusion must be diagonal.",
    .examples =
        "ito density ou --start 2 -t 3 -o density.csv\n"
        "ito density --energy 'x^4/4-x^2/2' --temperature 0.25 --grid "
        "-4:4:400 -t 10\n"
        "ito density --energy 'x^4/4-x^2/2' --temperature 0.1 --rate\n"
        "ito density --drift '-x-2*y; -y+2*x' --diffusion 1 --start 2,0\n"
        "ito density brownian --grid -1:1:200 --boundary absorb -t 1\n"
        "ito density ou --start 2 -t 3 --compare particles.csv\n"
        "ito density ou --start 2 -t 3 --plot density.png\n",
    .options = options,
    .run = run_density,
};
