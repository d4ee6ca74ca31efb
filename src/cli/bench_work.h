/* SPDX-License-Identifier: MIT
 *
 * bench_work.h - the standard workloads of `ito bench`.
 */
#ifndef CLI_BENCH_WORK_H
#define CLI_BENCH_WORK_H

#include <ito/ctx.h>

/** The most repeats. */
#define BENCH_REPEATS 100

/** How much is done; the hash of a result depends on n and steps. */
typedef struct bench_size {
    size_t n;       /* particles, rows or numbers */
    size_t steps;   /* of a simulation */
    size_t repeats; /* 1 to BENCH_REPEATS; median and best are taken */
} bench_size;

/** What a workload came to. */
typedef struct bench_result {
    double ns, best_ns; /* nanoseconds a unit */
    double gflops;      /* 10^9 floating-point operations a second, 0: not
                           counted */
    uint64_t hash;      /* of the bits of the result */
} bench_result;

typedef struct bench_work bench_work;

/** The i-th workload, or NULL past the end. */
const bench_work *bench_work_at(size_t i);
/** Its name, what a unit is, and a line for people. */
const char *bench_work_name(const bench_work *work);
const char *bench_work_unit(const bench_work *work);
const char *bench_work_text(const bench_work *work);

/** Prepare a workload, run it once unmeasured, then `repeats` times. */
ito_status bench_work_run(ito_ctx *ctx, const bench_work *work,
                          const bench_size *size, bench_result *out);

#endif /* CLI_BENCH_WORK_H */
