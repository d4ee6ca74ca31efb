/* SPDX-License-Identifier: MIT
 *
 * bench_sim.c - the speed of simulations.
 *
 *     bench_sim CASE [PARTICLES [STEPS [THREADS [CPU [TILE [REPEATS]]]]]]
 *
 * The counterpart of bench/peers/sde_particles.py.  Cases:
 *
 *     ou, ou64        Euler-Maruyama on dx = -x dt + dW, the named system, in
 *                     float and double
 *     callback        the same with a drift and a diffusion in C, float
 *     formula         the same as formulas, float
 *     langevin        Langevin dynamics on five modes in the plane, float
 *     lorenz, lorenz64  equal steps of dopri5 on Lorenz' system
 *
 * Prints one line of JSON: nanoseconds a component and step (lorenz: a
 * particle and step) of the whole machine, median and best of the repeats,
 * particle-steps a second, and a hash of the final states, which is the same
 * for any number of threads, tile and kernels.
 */
#include <ito/solve.h>
#include <ito/system.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct job {
    const char *name;
    const char *system; /* NULL: formulas or callbacks */
    const char *method;
    double h;
    ito_dtype dtype;
    bool formula;
} job;

static const job jobs[] = {
    { "ou", "ou", "euler-maruyama", 0.01, ITO_F32, false },
    { "ou64", "ou", "euler-maruyama", 0.01, ITO_F64, false },
    { "callback", NULL, "euler-maruyama", 0.01, ITO_F32, false },
    { "formula", NULL, "euler-maruyama", 0.01, ITO_F32, true },
    { "langevin", "langevin:target=gmm,modes=5,scale=3,std=0.5",
      "euler-maruyama", 0.01, ITO_F32, false },
    { "lorenz", "lorenz", "dopri5", 0.005, ITO_F32, false },
    { "lorenz64", "lorenz", "dopri5", 0.005, ITO_F64, false },
};

#define JOBS (sizeof(jobs) / sizeof(jobs[0]))

/* A plain loop, which a compiler makes into vectors (at -O3). */
static int drift(void *user, const ito_tile *tile, void *const *out)
{
    const float *const x = tile->x[0];
    float *const o = out[0];

    (void)user;
    for (size_t i = 0; i < tile->npad; i++)
        o[i] = 0.0f - x[i];
    return 0;
}

static int diffusion(void *user, const ito_tile *tile, void *const *out)
{
    float *const o = out[0];

    (void)user;
    for (size_t i = 0; i < tile->npad; i++)
        o[i] = 1.0f;
    return 0;
}

static const ito_field callbacks = {
    .name = "callback",
    .flags = ITO_FIELD_REENTRANT | ITO_FIELD_ROW_INVARIANT |
             ITO_FIELD_TIMELESS | ITO_FIELD_CONSTANT_NOISE,
    .dim = 1,
    .noise = ITO_NOISE_ADDITIVE,
    .drift = drift,
    .diffusion = diffusion,
};

static double now(void)
{
    struct timespec t;

    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Fowler, Noll and Vo's FNV-1a. */
static unsigned long long hash_of(const void *p, size_t bytes)
{
    const unsigned char *const at = p;
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < bytes; i++)
        h = (h ^ at[i]) * UINT64_C(0x100000001b3);
    return h;
}

static _Noreturn void fail(const ito_ctx *ctx)
{
    fprintf(stderr, "bench_sim: %s\n", ctx ? ito_errmsg(ctx) : "no context");
    exit(1);
}

static ito_status open_system(ito_ctx *ctx, const job *j, ito_system **out)
{
    const ito_formulas f = { .drift = "-theta*(x-mu)",
                             .diffusion = "sigma",
                             .params = (ito_param[]){ { "theta", 1.0 },
                                                      { "mu", 0.0 },
                                                      { "sigma", 1.0 } },
                             .param_count = 3 };

    if (j->system)
        return ito_system_open(ctx, j->system, ITO_CALCULUS_UNSET, out);
    return j->formula ? ito_system_formula(ctx, &f, out) : ITO_OK;
}

/* Starts that differ, so that chaos shows. */
static void fill(const job *j, size_t values, void *x)
{
    for (size_t i = 0; i < values; i++) {
        const double v = 1.0 + (double)(i % 1000) * 1e-3;

        if (j->dtype == ITO_F64)
            ((double *)x)[i] = v;
        else
            ((float *)x)[i] = (float)v;
    }
}

static size_t argument(int argc, char **argv, int i, size_t otherwise)
{
    return argc > i ? (size_t)strtod(argv[i], NULL) : otherwise;
}

static const job *find(const char *name)
{
    for (size_t i = 0; i < JOBS; i++)
        if (strcmp(jobs[i].name, name) == 0)
            return &jobs[i];
    fprintf(stderr, "bench_sim: no case %s\n", name);
    exit(1);
}

int main(int argc, char **argv)
{
    const job *const j = find(argc > 1 ? argv[1] : "ou");
    const ito_ctx_opts co = { .threads = argument(argc, argv, 4, 1),
                              .cpu = argc > 5 ? argv[5] : NULL };
    ito_problem p = { .n = argument(argc, argv, 2, 262144),
                      .dtype = j->dtype,
                      .seed = 1 };
    ito_solve_opts o = { .method = j->method,
                         .steps = argument(argc, argv, 3, 200),
                         .tile = argument(argc, argv, 6, 0) };
    const size_t repeats = argument(argc, argv, 7, 9);
    double *const ns = malloc((repeats + 1) * sizeof(*ns));
    ito_system *system = NULL;
    size_t values, bytes, each;
    ito_ctx *ctx;
    void *x;

    if (!ns || ito_open(&ctx, &co) != ITO_OK)
        fail(NULL);
    if (open_system(ctx, j, &system) != ITO_OK)
        fail(ctx);
    p.field = system ? ito_system_field(system) : &callbacks;
    p.t1 = j->h * (double)o.steps;
    values = p.n * p.field->dim;
    bytes = values * (j->dtype == ITO_F64 ? sizeof(double) : sizeof(float));
    x = malloc(bytes + 1);
    if (!x)
        fail(NULL);
    each = strcmp(j->method, "dopri5") == 0 ? p.n : values;
    for (size_t i = 0; i <= repeats; i++) { /* the first is not counted */
        double from;

        fill(j, values, x);
        from = now();
        if (ito_solve(ctx, &p, x, &o, NULL) != ITO_OK)
            fail(ctx);
        ns[i] = (now() - from) * 1e9 / (double)each / (double)o.steps;
    }
    qsort(ns + 1, repeats, sizeof(*ns), by_value);
    printf("{\"case\": \"%s\", \"threads\": %zu, \"cpu\": \"%s\", \"n\": %zu, "
           "\"dim\": %zu, \"steps\": %zu, \"ns\": %.4f, \"best_ns\": %.4f, "
           "\"particle_steps_per_s\": %.4g, \"hash\": \"%016llx\"}\n",
           j->name, ito_threads(ctx), ito_cpu(ctx), p.n, p.field->dim, o.steps,
           ns[1 + repeats / 2], ns[1],
           1e9 * (double)p.n / ns[1 + repeats / 2] / (double)each,
           hash_of(x, bytes));
    ito_system_free(system);
    free(x);
    free(ns);
    ito_close(ctx);
    return 0;
}
