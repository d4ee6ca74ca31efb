/* SPDX-License-Identifier: MIT
 *
 * cmd_sweep.c - `ito sweep`: quality of samples against field calls.
 */
#include <ito/sweep.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/data_options.h"
#include "cli/real_rows.h"
#include "cli/suffix.h"
#include "cli/sweep_report.h"
#include "cli/term.h"

#define BUDGETS_MAX 64

static struct {
    const char *model, *data, *out, *numbers, *title, *calls, *rtol;
    sweep_choice choice;
    opt_list measures;
    size_t count, seeds, draws;
    int raw;
} args = { .out = "-", .count = 2000, .seeds = 5, .draws = 5 };

static const opt options[] = {
    ARG("MODEL", &args.model,
        "trained model, or oracle:DATA[@PATH[@INIT]], the exact field"),
    OPTARG("DATA", &args.data,
           "true rows that the model has not seen: a file or a built-in set "
           "[the set it was trained on, drawn afresh]"),
    STRING('o', "out", "FILE", &args.out,
           "write here: a picture (.png, .svg, .pdf) or the table (.csv, "
           ".tsv); `-` is CSV on standard output [-]"),
    STRING(0, "numbers", "FILE", &args.numbers,
           "write the table here, beside a picture"),
    STRING(0, "title", "TEXT", &args.title, "title of the picture"),
    GROUP("what is tried"),
    LIST(0, "solver", "A,B", &args.choice.solvers,
         "methods [euler, midpoint, heun, rk4; with noise heun]"),
    MANY(0, "sigma", "FORM", &args.choice.sigmas,
         "noise on the way, as of `ito sample`; may be repeated [none]"),
    LIST(0, "grid", "A,B", &args.choice.grids,
         "uniform, end, both, karras [uniform]"),
    LIST(0, "last-step", "A,B", &args.choice.lasts,
         "with noise: noise, mean, flow [noise]"),
    STRING(0, "calls", "A,B", &args.calls,
           "field calls a sample may take [10,20,40,60,100,200]"),
    STRING(0, "rtol", "A,B", &args.rtol,
           "adaptive steps too, where a solver has them"),
    GROUP("how it is measured"),
    LIST(0, "measure", "A,B", &args.measures,
         "sliced_w2, energy, ks, w1, correlation, exact_w2, error (against an "
         "accurate solver), shares, spread (of the modes of a mixture); the "
         "first is drawn [sliced_w2]"),
    SIZE('n', "count", &args.count, "samples of a seed [2000]"),
    SIZE(0, "seeds", &args.seeds, "seeds, counted from --seed on [5]"),
    SEED_OPTION,
    FLAG(0, "raw", &args.raw, "numbers as they are, not normal scores"),
    SIZE(0, "draws", &args.draws,
         "draws of true rows a seed, as `ito eval` "
         "[5]"),
    DATA_OPTIONS,
    JSON_OPTION,
    COMMON_OPTIONS,
    END,
};

/* What the options came to. */
typedef struct plan {
    size_t calls[BUDGETS_MAX];
    double rtol[BUDGETS_MAX];
    size_t measure[ITO_SWEEP_MEASURES];
    size_t measures;
    ito_sweep_opts how;
    term_bar bar;
} plan;

static int read_calls(plan *p)
{
    const char *const text = args.calls ? args.calls : "10,20,40,60,100,200";
    double v[BUDGETS_MAX];
    const size_t n = opt_numbers(text, ',', v, BUDGETS_MAX);

    if (n == 0 || n > BUDGETS_MAX)
        return cmd_usage("--calls %.60s: write up to %d whole numbers, as in "
                         "10,20,40",
                         text, BUDGETS_MAX);
    for (size_t i = 0; i < n; i++) {
        if (!(v[i] >= 1.0 && v[i] <= 1e9) || (double)(size_t)v[i] != v[i])
            return cmd_usage("--calls: %g is not a whole number from 1 to 1e9",
                             v[i]);
        p->calls[i] = (size_t)v[i];
    }
    p->how.calls = p->calls;
    p->how.call_count = n;
    return 0;
}

static int read_rtol(plan *p)
{
    const size_t n =
        args.rtol ? opt_numbers(args.rtol, ',', p->rtol, BUDGETS_MAX) : 0;

    if (args.rtol && (n == 0 || n > BUDGETS_MAX))
        return cmd_usage("--rtol %.60s: write up to %d numbers, as in "
                         "1e-2,1e-3",
                         args.rtol, BUDGETS_MAX);
    for (size_t i = 0; i < n; i++)
        if (!(p->rtol[i] > 0.0 && p->rtol[i] <= 1.0))
            return cmd_usage("--rtol: %g is not above 0 and at most 1",
                             p->rtol[i]);
    p->how.rtol = p->rtol;
    p->how.rtol_count = n;
    args.choice.adaptive = n > 0;
    return 0;
}

static int read_measures(plan *p)
{
    for (size_t i = 0; i < args.measures.count; i++) {
        const char *const name = args.measures.item[i];
        size_t m = 0;

        while (m < ITO_SWEEP_MEASURES &&
               strcmp(ito_sweep_measure_name(m), name) != 0)
            m++;
        if (m == ITO_SWEEP_MEASURES)
            return cmd_usage("--measure: there is no '%.60s'", name);
        if (!(p->how.measures >> m & 1u))
            p->measure[p->measures++] = m;
        p->how.measures |= 1u << m;
    }
    if (p->measures == 0) {
        p->measure[p->measures++] = ITO_METRIC_SLICED_W2;
        p->how.measures = 1u << ITO_METRIC_SLICED_W2;
    }
    return 0;
}

static int check_files(void)
{
    if (common.json && strcmp(args.out, "-") == 0 && opt_given(&args.out))
        return cmd_usage("--json and -o -: both go to standard output");
    if (args.numbers && !is_picture(args.out))
        return cmd_usage("--numbers goes with a picture (-o FILE.png); -o "
                         "writes the table itself");
    if (args.numbers && is_picture(args.numbers))
        return cmd_usage("--numbers %.60s: a table, .csv or .tsv",
                         args.numbers);
    return 0;
}

/* The name of the true rows: as given, or what the flow leads to. */
static ito_status data_name(ito_ctx *ctx, const ito_flow *flow, char name[256])
{
    const ito_model *model = ito_flow_model(flow);
    const ito_dist *dist = NULL;
    ito_model_record record;
    ito_status rc = ITO_OK;

    name[0] = '\0';
    if (args.data) {
        (void)snprintf(name, 256, "%s", args.data);
        return ITO_OK;
    }
    if (model) {
        rc = ito_model_record_get(ctx, model, &record);
        if (rc == ITO_OK)
            (void)snprintf(name, 256, "%s", record.set);
    } else {
        dist = ito_oracle_dist(ito_flow_oracle(flow));
        if (dist)
            (void)snprintf(name, 256, "%s", ito_dist_spec(dist));
    }
    if (rc == ITO_OK && !name[0])
        return cmd_fail(ITO_EARG,
                        "%s does not say what its data are: name rows that it "
                        "has not seen",
                        args.model);
    return rc;
}

static int show(void *arg, size_t done, size_t total)
{
    plan *p = arg;

    if (done == 1)
        term_bar_begin(&p->bar, "sweeping", 0, total);
    term_bar_update(&p->bar, done, NULL);
    return 0;
}

static ito_status write_all(ito_ctx *ctx, const sweep_found *f)
{
    const int picture = is_picture(args.out);
    ito_status rc = ITO_OK;

    if (picture)
        rc = sweep_draw(ctx, f, args.out);
    else if (!common.json || opt_given(&args.out))
        rc = sweep_write(ctx, f, args.out);
    if (rc == ITO_OK && args.numbers)
        rc = sweep_write(ctx, f, args.numbers);
    if (rc != ITO_OK)
        return rc;
    if (common.json)
        sweep_json(f);
    sweep_say(f);
    return ITO_OK;
}

static ito_status sweep(ito_ctx *ctx, const ito_flow *flow,
                        const ito_table *data, const sweep_lines *lines,
                        plan *p)
{
    sweep_found f = { .lines = lines,
                      .how = &p->how,
                      .measure = p->measure,
                      .measures = p->measures,
                      .seeds = args.seeds,
                      .samples = args.count,
                      .title = args.title };
    ito_status rc;

    p->how.lines = lines->line;
    p->how.line_count = lines->count;
    rc = ito_sweep_plan(ctx, flow, &p->how, NULL, &f.points);
    if (rc != ITO_OK)
        return rc;
    f.point = calloc(f.points, sizeof(*f.point));
    f.values =
        args.seeds < SIZE_MAX / sizeof(double) / ITO_SWEEP_MEASURES / f.points
            ? calloc(f.points * ITO_SWEEP_MEASURES * args.seeds,
                     sizeof(*f.values))
            : NULL;
    if (!f.point || !f.values)
        rc = cmd_fail(ITO_ENOMEM, "%zu points of %zu seeds", f.points,
                      args.seeds);
    else
        rc = ito_sweep_run(ctx, flow, data, &p->how, f.point, f.values);
    if (p->bar.total > 0)
        term_bar_end(&p->bar, f.points * args.seeds, NULL);
    if (rc == ITO_OK)
        rc = write_all(ctx, &f);
    free(f.values);
    free(f.point);
    return rc;
}

static ito_status work(ito_ctx *ctx, const ito_table_opts *table, plan *p)
{
    sweep_lines lines = { 0 };
    ito_table *data = NULL;
    ito_flow *flow = NULL;
    char name[256];
    ito_status rc;

    rc = ito_flow_open(ctx, args.model, &flow);
    if (rc == ITO_OK)
        rc = sweep_lines_make(ctx, flow, &args.choice, &lines);
    if (rc == ITO_OK)
        rc = data_name(ctx, flow, name);
    if (rc == ITO_OK)
        rc = real_rows(ctx, name, table, args.count, &data);
    if (rc == ITO_OK)
        rc = sweep(ctx, flow, data, &lines, p);
    ito_table_free(data);
    sweep_lines_free(&lines);
    ito_flow_free(flow);
    return rc;
}

static int run(void)
{
    static plan p;
    ito_table_opts table;
    ito_ctx *ctx;
    ito_status rc;
    int usage = data_table_opts(&table);

    usage = usage ? usage : check_files();
    usage = usage ? usage : read_calls(&p);
    usage = usage ? usage : read_rtol(&p);
    usage = usage ? usage : read_measures(&p);
    if (usage)
        return usage;
    p.how.n = args.count;
    p.how.seeds = args.seeds;
    p.how.seed = common.seed;
    p.how.eval = (ito_eval_opts){ .raw = args.raw, .draws = args.draws };
    p.how.progress = show;
    p.how.progress_arg = &p;
    rc = cmd_open(&ctx);
    if (rc == ITO_OK)
        rc = work(ctx, &table, &p);
    return cmd_close(ctx, rc);
}

const command command_sweep = {
    .name = "sweep",
    .summary = "draw quality of samples against steps, solvers and noise",
    .about =
        "Samples MODEL with every solver, form of noise, time grid and last "
        "step that were asked for and fit together, under every budget of "
        "field calls, and measures how far the samples are from true rows, "
        "beside the floor: what true rows score themselves.\n\nWithin a seed "
        "all start from the same noise and are compared with the same rows, "
        "so differences are less noisy than values. The measures are those of "
        "`ito eval`: with --seeds 1 they are what `ito sample` and `ito eval` "
        "with the same --seed print.\n\nA field call is one evaluation of "
        "what moves a sample: of the field, or of field and score where there "
        "is noise. Adaptive steps count the calls of the sample that needed "
        "most.\n\nThe last lines say which way is best at each budget and "
        "which are no worse within two standard errors of the difference.",
    .examples =
        "ito sweep m.safetensors -o solvers.png\n"
        "ito sweep m.safetensors --sigma none --sigma beta --sigma kl "
        "-o noise.pdf\n"
        "ito sweep oracle:moons --grid uniform,both --measure error\n"
        "ito sweep houses.safetensors new.csv --solver dopri5 --rtol 1e-2 "
        "--json\n",
    .options = options,
    .run = run,
};
