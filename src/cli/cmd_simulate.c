/* SPDX-License-Identifier: MIT
 *
 * cmd_simulate.c - `ito simulate`: ensembles of paths of any ODE or SDE.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/simulate.h"
#include "cli/simulate_check.h"
#include "cli/simulate_energy.h"
#include "cli/system_options.h"
#include "cli/term.h"

simulate_options simulate_args = { .keep = 200 };

static const opt options[] = {
    SYSTEM_OPTIONS,
    GROUP("particles and time"),
    SIZE('n', "count", &simulate_args.count,
         "particles, as in 1e6 [10000; the rows of a --start file]"),
    STRING(0, "start", "X", &simulate_args.start,
           "a point `1,0`, a built-in distribution `gaussian:std=2`, or a "
           "file of rows [the system's own]"),
    DOUBLE('t', "time", &simulate_args.t,
           "end of the span from 0; below 0 runs backwards [the system's own]"),
    SIZE(0, "steps", &simulate_args.steps, "equal steps [the system's own]"),
    POSITIVE(0, "step-length", &simulate_args.h, "length of a step instead"),
    STRING(0, "method", "NAME", &simulate_args.method,
           "see --list-methods [what suits the system]"),
    FLAG(0, "list-methods", &simulate_args.list_methods,
         "list the methods, with their orders and what they fit"),
    POSITIVE(0, "rtol", &simulate_args.rtol,
             "adaptive steps to this relative tolerance"),
    POSITIVE(0, "atol", &simulate_args.atol,
             "and this absolute tolerance [rtol / 1000]"),
    POSITIVE(0, "theta", &simulate_args.theta,
             "weight of the new point in the method theta"),
    FLAG(0, "tree", &simulate_args.tree,
         "noise from the Brownian tree: the same path for 2^k steps, any k"),
    FLAG(0, "double", &simulate_args.real, "states in double precision"),
    SEED_OPTION,
    U64(0, "first", &simulate_args.first, "number of the first particle [0]"),
    GROUP("space"),
    MANY(0, "bounds", "NAME:KIND:LO:HI", &simulate_args.bounds,
         "edges of a component, KIND periodic, reflect or absorb; LO or HI "
         "may be empty"),
    FLAG(0, "no-bridge", &simulate_args.no_bridge,
         "look for absorption at the ends of steps alone"),
    CHOICE(0, "bad", "fail|freeze|keep", &simulate_args.bad,
           "what to do with a particle that is no longer finite [fail]"),
    GROUP("results"),
    STRING('o', "out", "FILE", &simulate_args.out,
           "states at the end, a row a particle: .csv, .tsv, .npy, `-`"),
    STRING(0, "paths", "FILE", &simulate_args.paths,
           "states on the way: id, t, components"),
    SIZE(0, "every", &simulate_args.every,
         "every so many steps of --paths [1]"),
    SIZE(0, "keep", &simulate_args.keep,
         "particles in --paths and in pictures of paths [200]"),
    SIZE(0, "frames", &simulate_args.frames,
         "moments after the start for which statistics are printed [5]"),
    STRING(0, "hist", "FILE", &simulate_args.hist,
           "histograms of every component at these moments"),
    SIZE(0, "bins", &simulate_args.bins, "bins of a histogram [200]"),
    MANY(0, "limits", "LO:HI", &simulate_args.limits,
         "limits of histograms and pictures, or NAME:LO:HI for one component "
         "[the system's own]"),
    LIST(0, "quantiles", "P,...", &simulate_args.quantiles,
         "print these quantiles of the last moment, as in .05,.5,.95"),
    JSON_OPTION,
    STRING(0, "save", "FILE", &simulate_args.save,
           "write the run here (.safetensors) so that it can go on"),
    SIZE(0, "stop", &simulate_args.stop, "stop after so many steps [all]"),
    STRING(0, "continue", "FILE", &simulate_args.resume,
           "go on with a saved run; give its options again"),
    GROUP("pictures"),
    STRING(0, "plot", "FILE", &simulate_args.plot,
           "draw what was simulated: .png, .svg, .pdf"),
    STRING(0, "numbers", "FILE", &simulate_args.numbers,
           "write the numbers behind the picture here: .csv, .csv.gz"),
    STRING(0, "animate", "FILE", &simulate_args.animate,
           "the same as a moving picture: .png (APNG, plays in browsers)"),
    FLAG(0, "kde", &simulate_args.kde,
         "beside particles over a density, their own density by a kernel"),
    STRING(0, "title", "TEXT", &simulate_args.title, "title of the figure"),
    POSITIVE(0, "dpi", &simulate_args.dpi,
             "dots per inch of a .png [200; moving 110]"),
    GROUP("draws from exp(-U/T) in place of paths"),
    SAMPLER_OPTIONS,
    GROUP("other"),
    FLAG(0, "check", &simulate_args.check,
         "compare the methods with closed forms and published tables; of all "
         "problems, or of the one named"),
    BYTES(0, "mem", &simulate_args.mem,
          "refuse to take more memory than this [no limit]"),
    COMMON_OPTIONS,
    END,
};

static int check_usage(void)
{
    if (simulate_args.steps && simulate_args.h > 0.0)
        return cmd_usage("--steps and --step-length: give one of them");
    if (opt_given(&simulate_args.t) && simulate_args.t == 0.0)
        return cmd_usage("--time 0: a span of no length");
    if (common.json && simulate_args.out && !strcmp(simulate_args.out, "-"))
        return cmd_usage("-o - and --json both want standard output");
    if (simulate_args.atol > 0.0 && simulate_args.h > 0.0)
        return cmd_usage("--step-length: adaptive steps choose their own");
    if (simulation_pictures_check() != 0)
        return EXIT_USAGE;
    if (simulate_args.stop && !simulate_args.save && !simulate_args.out)
        return cmd_usage("--stop without --save or -o: nothing would be left");
    return system_options_check();
}

/* What is about to happen, in two lines. */
static void announce(ito_ctx *ctx, const simulation *s)
{
    const char *calculus = s->field->noise == ITO_NOISE_NONE ||
                                   s->field->noise == ITO_NOISE_ADDITIVE
                               ? ""
                           : s->field->calculus == ITO_CALCULUS_ITO
                               ? " (Ito)"
                               : " (Stratonovich)";

    term_say("%s%s", ito_system_equation(s->system), calculus);
    term_say("%zu particles to t = %g, kernels %s, threads %zu", s->problem.n,
             s->problem.t1, ito_cpu(ctx), ito_threads(ctx));
}

static void tell(const simulation *s)
{
    const ito_solve_stats *d = &s->done;

    if (d->accepted)
        term_say("%s: at most %zu steps and %zu evaluations a particle; %llu "
                 "steps of groups accepted, %llu rejected",
                 d->method, d->steps, d->evals, (unsigned long long)d->accepted,
                 (unsigned long long)d->rejected);
    else
        term_say("%s: %zu steps of %g, %zu evaluations a particle", d->method,
                 d->steps, s->problem.t1 / (double)s->how.steps, d->evals);
    if (d->accepted_rate > 0.0)
        term_say("%.1f per cent of the moves were accepted",
                 100.0 * d->accepted_rate);
    if (d->bad)
        term_say("%llu particles were no longer finite and were %s",
                 (unsigned long long)d->bad,
                 s->how.bad == ITO_BAD_KEEP ? "kept" : "frozen");
}

static ito_status simulate(ito_ctx *ctx, simulation *s)
{
    ito_status rc = simulation_make(ctx, s);

    if (rc == ITO_OK)
        rc = simulation_pictures_begin(ctx, s);
    if (rc != ITO_OK)
        return rc;
    announce(ctx, s);
    simulation_progress(s, 1);
    rc = ito_solve(ctx, &s->problem, s->x, &s->how, &s->done);
    if (rc != ITO_OK)
        return rc;
    simulation_progress(s, 0);
    tell(s);
    if ((rc = simulation_write(ctx, s)) != ITO_OK ||
        (rc = simulation_save(ctx, s)) != ITO_OK ||
        (rc = simulation_pictures(ctx, s)) != ITO_OK)
        return rc;
    if (simulate_args.out && !strcmp(simulate_args.out, "-"))
        return ITO_OK;
    return simulation_print(ctx, s);
}

static int run(void)
{
    simulation s = { 0 };
    ito_ctx *ctx;
    ito_status rc;
    int usage, sampler;

    if (system_args.list || simulate_args.list_methods) {
        if (system_args.list)
            system_options_list();
        if (simulate_args.list_methods)
            simulate_list_methods();
        return EXIT_OK;
    }
    if ((sampler = sampler_check()) < 0)
        return EXIT_USAGE;
    if (!sampler && !simulate_args.check && (usage = check_usage()) != 0)
        return usage;
    rc = cmd_open(&ctx);
    if (rc == ITO_OK && sampler)
        return cmd_close(ctx, sampler_run(ctx));
    if (rc == ITO_OK)
        rc = simulate_args.check ? simulate_check(ctx, system_args.name)
                                 : simulate(ctx, &s);
    simulation_free(&s);
    return cmd_close(ctx, rc);
}

const command command_simulate = {
    .name = "simulate",
    .summary = "ensembles of paths of an ODE or SDE",
    .about =
        "Simulates dX = u(t, X) dt + sigma(t, X) dW for many particles at "
        "once. The system is a named one (--list) or is written as formulas: "
        "--drift and --diffusion, or --energy for Langevin dynamics.\n"
        "\n"
        "With --sampler it draws from exp(-U/T) instead, by chains that warm "
        "up, are frozen and say how well they have mixed: R-hat, effective "
        "sample sizes, acceptance. mala is for energies with one well, "
        "tempering for several, anneal also gives log Z.\n"
        "\n"
        "Statistics are printed; states go to files where a file is named. "
        "Without -o, --paths and --save the memory does not depend on the "
        "number of particles. The same seed gives the same bytes for any "
        "number of threads, and particle 1000 alone (--first 1000 -n 1) takes "
        "the path that it takes in a crowd.\n"
        "\n"
        "A diffusion that depends on the state means one process in the sense "
        "of Ito and another in that of Stratonovich, so --calculus must be "
        "given with it. --convert rewrites the equation for methods of the "
        "other kind.",
    .examples =
        "ito simulate ou --set theta=2 -n 1e6 -t 3\n"
        "ito simulate --drift 'x-x^3' --diffusion 0.7 --start 0.5 -n 1e6\n"
        "ito simulate --drift 'y; mu*(1-x^2)*y-x' --set mu=3 --rtol 1e-6\n"
        "ito simulate lorenz --rtol 1e-8 --paths paths.csv --keep 10\n"
        "ito simulate --energy 'x^4/4-x^2/2 + y^2' -n 1e5 -t 20 --hist "
        "hist.csv\n"
        "ito simulate --energy '(x^2-1)^2' --temperature 0.1 --sampler "
        "tempering\n"
        "ito simulate brownian --bounds x:absorb:-1:1 -n 1e6 -t 4\n"
        "ito simulate gbm --method milstein -o end.npy\n"
        "ito simulate ou -n 1e5 --plot ou.png --numbers ou.csv\n"
        "ito simulate van-der-pol --plot phase.svg --animate film.png\n",
    .options = options,
    .run = run,
};
