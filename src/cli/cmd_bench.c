/* SPDX-License-Identifier: MIT
 *
 * cmd_bench.c - `ito bench`: how fast this machine does the standard
 * workloads, on one thread and on all, with a hash of each result.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/bench_work.h"
#include "cli/cmd.h"
#include "cli/term.h"

static struct {
    size_t n, steps, repeats;
    opt_list only;
} args = { .n = 131072, .steps = 100, .repeats = 7 };

static const opt options[] = {
    SIZE('n', "count", &args.n, "particles, rows or numbers [131072]"),
    SIZE(0, "steps", &args.steps, "steps of a simulation [100]"),
    SIZE(0, "repeats", &args.repeats,
         "measurements, of which the median is printed [7]"),
    LIST(0, "only", "NAME,...", &args.only, "these workloads alone"),
    JSON_OPTION,
    COMMON_OPTIONS,
    END,
};

/* The most workloads of one call. */
#define WORKS_MAX 32

/* One workload on one thread and on all. */
typedef struct pair {
    const bench_work *work;
    bench_result one, all;
} pair;

static int wanted(const bench_work *work)
{
    for (size_t i = 0; i < args.only.count; i++)
        if (strcmp(args.only.item[i], bench_work_name(work)) == 0)
            return 1;
    return args.only.count == 0;
}

/* Every name of --only is that of a workload. */
static int check_names(void)
{
    for (size_t i = 0; i < args.only.count; i++) {
        size_t j = 0;

        while (bench_work_at(j) && strcmp(bench_work_name(bench_work_at(j)),
                                          args.only.item[i]) != 0)
            j++;
        if (!bench_work_at(j))
            return cmd_usage("--only %s: there is no such workload; ito bench "
                             "lists them",
                             args.only.item[i]);
    }
    if (args.repeats > BENCH_REPEATS)
        return cmd_usage("--repeats %zu: at most %d", args.repeats,
                         BENCH_REPEATS);
    return EXIT_OK;
}

static void print_hash(uint64_t hash)
{
    printf("%016" PRIx64, hash);
}

static void print_pair(const pair *p, size_t threads)
{
    printf("%-12s %9.3f", bench_work_name(p->work), p->one.ns);
    if (threads > 1)
        printf(" %9.3f %5.2f", p->all.ns, p->one.ns / p->all.ns);
    if (p->one.gflops > 0.0)
        printf(" %8.1f  ", threads > 1 ? p->all.gflops : p->one.gflops);
    else
        printf(" %8s  ", "");
    print_hash(p->one.hash);
    printf("  %s: %s\n", bench_work_unit(p->work), bench_work_text(p->work));
}

static void print_head(ito_ctx *ctx)
{
    const size_t threads = ito_threads(ctx);

    printf("ito %s, kernels %s; nanoseconds a unit, median of %zu\n",
           ito_version(), ito_cpu(ctx), args.repeats);
    printf("%-12s %9s", "workload", "1 thread");
    if (threads > 1)
        printf(" %7zu t. %5s", threads, "gain");
    printf(" %8s  %-16s  unit: what\n", "GFLOP/s", "hash");
}

static void print_result_json(const char *name, const bench_result *r)
{
    printf("\"%s\": {\"ns\": ", name);
    term_json_number(stdout, r->ns);
    printf(", \"best_ns\": ");
    term_json_number(stdout, r->best_ns);
    printf(", \"gflops\": ");
    term_json_number(stdout, r->gflops);
    printf("}");
}

static void print_pair_json(const pair *p, size_t threads, int first)
{
    printf("%s{\"name\": ", first ? "" : ", ");
    term_json_string(stdout, bench_work_name(p->work));
    printf(", \"unit\": ");
    term_json_string(stdout, bench_work_unit(p->work));
    printf(", ");
    print_result_json("one", &p->one);
    if (threads > 1) {
        printf(", ");
        print_result_json("all", &p->all);
    }
    printf(", \"hash\": \"");
    print_hash(p->one.hash);
    printf("\"}");
}

/* Run a workload by both contexts; the results must be the same. */
static ito_status run_pair(ito_ctx *all, ito_ctx *one, pair *p)
{
    const bench_size size = { args.n, args.steps, args.repeats };
    ito_status rc;

    term_say("%s", bench_work_name(p->work));
    rc = bench_work_run(one, p->work, &size, &p->one);
    if (rc != ITO_OK && ito_errmsg(one)[0])
        return cmd_fail(rc, "%s", ito_errmsg(one));
    if (rc != ITO_OK || ito_threads(all) == 1)
        return rc;
    rc = bench_work_run(all, p->work, &size, &p->all);
    if (rc == ITO_OK && p->all.hash != p->one.hash)
        return cmd_fail(ITO_EUNFIT,
                        "%s: %zu threads give %016" PRIx64 ", one gives "
                        "%016" PRIx64 "; this is a bug, please report it",
                        bench_work_name(p->work), ito_threads(all), p->all.hash,
                        p->one.hash);
    return rc;
}

static void print_json(ito_ctx *ctx, const pair *pairs, size_t count)
{
    printf("{\"version\": \"%s\", \"cpu\": \"%s\", \"threads\": %zu, "
           "\"n\": %zu, \"steps\": %zu, \"workloads\": [",
           ito_version(), ito_cpu(ctx), ito_threads(ctx), args.n, args.steps);
    for (size_t i = 0; i < count; i++)
        print_pair_json(&pairs[i], ito_threads(ctx), i == 0);
    printf("]}\n");
}

static ito_status run_all(ito_ctx *all, ito_ctx *one)
{
    static pair pairs[WORKS_MAX];
    ito_status rc = ITO_OK;
    size_t done = 0;

    for (size_t i = 0; rc == ITO_OK && bench_work_at(i); i++) {
        pair *p = &pairs[done];

        p->work = bench_work_at(i);
        if (!wanted(p->work))
            continue;
        rc = run_pair(all, one, p);
        if (rc == ITO_OK && !common.json) {
            if (done == 0)
                print_head(all);
            print_pair(p, ito_threads(all));
        }
        done++;
    }
    if (rc == ITO_OK && common.json)
        print_json(all, pairs, done);
    return rc;
}

static int run(void)
{
    ito_ctx *all, *one = NULL;
    ito_status rc;
    const int usage = check_names();

    if (usage != EXIT_OK)
        return usage;
    rc = cmd_open(&all);
    if (rc == ITO_OK) {
        const ito_ctx_opts o = { .threads = 1,
                                 .cpu = ito_cpu(all),
                                 .cancel = term_interrupted };

        rc = ito_open(&one, &o);
        if (rc == ITO_OK)
            rc = run_all(all, one);
        ito_close(one);
    }
    return cmd_close(all, rc);
}

const command command_bench = {
    .name = "bench",
    .summary = "measure this machine on the standard workloads",
    .about =
        "Runs noise, simulations, training and sampling on one thread and on "
        "all, and prints nanoseconds a unit with a hash of each result. The "
        "hash is the same for any number of threads and any kernels, on every "
        "machine; a difference is a bug and makes the command fail.\n\n"
        "Times are medians; quote them from a machine that does nothing else.",
    .examples = "ito bench\n"
                "ito bench --only ou-f32,formula --threads 1 --cpu avx2\n"
                "ito bench --json\n",
    .options = options,
    .run = run,
};
