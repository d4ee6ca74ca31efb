/* SPDX-License-Identifier: MIT
 *
 * bench_work.c - the standard workloads: noise, simulations, a small network.
 *
 * A workload is opened, run once unmeasured, and run again and again from the
 * same start; the hash of what it leaves must be the same every time, for any
 * number of threads and any kernels.
 */
#include "cli/bench_work.h"

#include <ito/noise.h>
#include <ito/solve.h>
#include <ito/system.h>
#include <ito/train.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/term.h"

#define WIDTH 128 /* of the network */
#define DEPTH 3
#define BATCH 2048
#define EULER 20  /* steps of sampling */
#define ROWS  256 /* samples that stand for a trained network */

typedef struct run run;

struct bench_work {
    const char *name, *unit, *text;
    ito_status (*open)(ito_ctx *ctx, run *r);
    ito_status (*work)(ito_ctx *ctx, run *r);
    /* makes the result where work does not; NULL: it does */
    ito_status (*leave)(ito_ctx *ctx, run *r);
    const char *spec, *method; /* of a simulation */
    ito_dtype dtype;
    double h;
};

/* A workload under way. */
struct run {
    const bench_work *work;
    bench_size size;
    size_t units; /* of one run */
    double flops; /* a unit */
    void *x;      /* the result */
    size_t bytes; /* of it */
    ito_system *system;
    const ito_field *field;
    ito_source *source;
    ito_trainer *trainer;
    ito_model *model;
};

static void close_run(run *r)
{
    ito_system_free(r->system);
    ito_model_free(r->model);
    ito_trainer_free(r->trainer);
    ito_source_free(r->source);
    free(r->x);
}

static ito_status make_result(run *r, size_t count)
{
    const bool f64 = r->work->dtype == ITO_F64;

    r->bytes = count * (f64 ? sizeof(double) : sizeof(float));
    r->x = calloc(count + 1, sizeof(double));
    return r->x ? ITO_OK
                : cmd_fail(ITO_ENOMEM, "no memory for %zu numbers", count);
}

/* --- noise --------------------------------------------------------------- */

static ito_status open_noise(ito_ctx *ctx, run *r)
{
    (void)ctx;
    r->units = r->size.n;
    return make_result(r, r->size.n);
}

static ito_status run_noise(ito_ctx *ctx, run *r)
{
    const ito_noise at = { .seed = 1, .purpose = ITO_FOR_USER };

    if (r->work->dtype == ITO_F64)
        return ito_noise_normal64(ctx, &at, 0, r->size.n, 1, r->x);
    return ito_noise_normal(ctx, &at, 0, r->size.n, 1, r->x);
}

/* --- simulations --------------------------------------------------------- */

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

static ito_status open_states(run *r)
{
    const size_t dim = r->field->dim;

    r->units = r->size.n * r->size.steps;
    if (r->field->noise != ITO_NOISE_NONE)
        r->units *= dim;
    return make_result(r, r->size.n * dim);
}

static ito_status open_named(ito_ctx *ctx, run *r)
{
    ito_status rc =
        ito_system_open(ctx, r->work->spec, ITO_CALCULUS_UNSET, &r->system);

    if (rc != ITO_OK)
        return rc;
    r->field = ito_system_field(r->system);
    return open_states(r);
}

static ito_status open_formula(ito_ctx *ctx, run *r)
{
    const ito_param params[] = { { "theta", 1.0 }, { "sigma", 1.0 } };
    const ito_formulas f = { .drift = r->work->spec,
                             .diffusion = "sigma",
                             .params = params,
                             .param_count = 2 };
    ito_status rc = ito_system_formula(ctx, &f, &r->system);

    if (rc != ITO_OK)
        return rc;
    r->field = ito_system_field(r->system);
    return open_states(r);
}

static ito_status open_callback(ito_ctx *ctx, run *r)
{
    (void)ctx;
    r->field = &callbacks;
    return open_states(r);
}

/* Starts that differ, so that chaos shows. */
static ito_status run_simulation(ito_ctx *ctx, run *r)
{
    const bench_work *w = r->work;
    const ito_problem p = { .field = r->field,
                            .t1 = w->h * (double)r->size.steps,
                            .n = r->size.n,
                            .dtype = w->dtype,
                            .seed = 1 };
    const ito_solve_opts o = { .method = w->method, .steps = r->size.steps };
    double *const x64 = r->x;
    float *const x32 = r->x;

    for (size_t i = 0; i < r->size.n * r->field->dim; i++) {
        const double v = 1.0 + (double)(i % 1000) * 1e-3;

        if (w->dtype == ITO_F64)
            x64[i] = v;
        else
            x32[i] = (float)v;
    }
    return ito_solve(ctx, &p, r->x, &o, NULL);
}

/* --- a small network ----------------------------------------------------- */

/* Training steps of one run. */
static size_t train_steps(const run *r)
{
    return r->size.steps / 10 + 1;
}

static ito_status open_training(ito_ctx *ctx, run *r)
{
    const ito_mlp mlp = { .width = WIDTH, .depth = DEPTH, .plain = 1 };
    const ito_train_opts o = {
        .mlp = &mlp, .batch = BATCH, .steps = 1000000, .valid_every = 1000000
    };
    ito_status rc = ito_source_open(ctx, "moons", NULL, &r->source);

    return rc == ITO_OK ? ito_trainer_new(ctx, r->source, &o, &r->trainer) : rc;
}

/* Multiplications and additions for one row forward. */
static double network_flops(void)
{
    const double width = WIDTH;

    return 2.0 * (3.0 * width + (DEPTH - 1) * width * width + 2.0 * width);
}

static ito_status open_train(ito_ctx *ctx, run *r)
{
    const ito_status rc = open_training(ctx, r);

    r->units = train_steps(r) * BATCH;
    r->flops = 3.0 * network_flops();
    return rc == ITO_OK ? make_result(r, ROWS * 2) : rc;
}

static ito_status run_train(ito_ctx *ctx, run *r)
{
    return ito_trainer_run(ctx, r->trainer, train_steps(r));
}

static ito_status sample(ito_ctx *ctx, run *r, size_t n)
{
    const ito_sample_opts o = { .solve = { .method = "euler",
                                           .steps = EULER } };

    return ito_model_sample_rows(ctx, r->model, &o, n, r->x);
}

/* What training leaves, as samples. */
static ito_status leave_train(ito_ctx *ctx, run *r)
{
    const ito_status rc = ito_trainer_finish(ctx, r->trainer, &r->model);

    return rc == ITO_OK ? sample(ctx, r, ROWS) : rc;
}

/* Rows of one run of sampling. */
static size_t sample_rows(const run *r)
{
    return r->size.n / 16 + 1;
}

static ito_status open_sample(ito_ctx *ctx, run *r)
{
    ito_status rc = open_training(ctx, r);

    r->units = sample_rows(r) * EULER;
    r->flops = network_flops();
    if (rc == ITO_OK)
        rc = ito_trainer_run(ctx, r->trainer, 2);
    if (rc == ITO_OK)
        rc = ito_trainer_finish(ctx, r->trainer, &r->model);
    return rc == ITO_OK ? make_result(r, sample_rows(r) * 2) : rc;
}

static ito_status run_sample(ito_ctx *ctx, run *r)
{
    return sample(ctx, r, sample_rows(r));
}

/* --- the table ----------------------------------------------------------- */

#define EM       "euler-maruyama"
#define NUMBER   "number"
#define VALUE    "value and step"
#define PARTICLE "particle and step"
#define FIVE     "langevin:target=gmm,modes=5,scale=3,std=0.5"

static const bench_work works[] = {
    { "normals-f32", NUMBER, "addressed normals, float", open_noise, run_noise,
      .dtype = ITO_F32 },
    { "normals-f64", NUMBER, "addressed normals, double", open_noise, run_noise,
      .dtype = ITO_F64 },
    { "ou-f32", VALUE, "Euler-Maruyama on Ornstein-Uhlenbeck, float",
      open_named, run_simulation, NULL, "ou", EM, ITO_F32, 0.01 },
    { "ou-f64", VALUE, "the same in double", open_named, run_simulation, NULL,
      "ou", EM, ITO_F64, 0.01 },
    { "callback", VALUE, "ou-f32 by callbacks in C", open_callback,
      run_simulation, NULL, NULL, EM, ITO_F32, 0.01 },
    { "formula", VALUE, "ou-f32 by formulas", open_formula, run_simulation,
      NULL, "theta*(0-x)", EM, ITO_F32, 0.01 },
    { "langevin", VALUE, "Euler-Maruyama on five modes in the plane, float",
      open_named, run_simulation, NULL, FIVE, EM, ITO_F32, 0.01 },
    { "lorenz-f32", PARTICLE, "dopri5 on Lorenz, equal steps, float",
      open_named, run_simulation, NULL, "lorenz", "dopri5", ITO_F32, 0.005 },
    { "lorenz-f64", PARTICLE, "the same in double", open_named, run_simulation,
      NULL, "lorenz", "dopri5", ITO_F64, 0.005 },
    { "train", "row", "training a perceptron 3 x 128 by Adam", open_train,
      run_train, leave_train, .dtype = ITO_F32 },
    { "sample", "row and step", "sampling from it by Euler steps", open_sample,
      run_sample, .dtype = ITO_F32 },
};

const bench_work *bench_work_at(size_t i)
{
    return i < sizeof(works) / sizeof(works[0]) ? &works[i] : NULL;
}

const char *bench_work_name(const bench_work *work)
{
    return work->name;
}

const char *bench_work_unit(const bench_work *work)
{
    return work->unit;
}

const char *bench_work_text(const bench_work *work)
{
    return work->text;
}

/* --- measuring ----------------------------------------------------------- */

/* FNV-1a (Fowler, Noll and Vo) of the bytes of the result. */
static uint64_t hash_of(const run *r)
{
    const unsigned char *const at = r->x;
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < r->bytes; i++)
        h = (h ^ at[i]) * UINT64_C(0x100000001b3);
    return h;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static ito_status measure(ito_ctx *ctx, run *r, bench_result *out)
{
    double ns[BENCH_REPEATS];
    const size_t repeats = r->size.repeats;
    ito_status rc = r->work->work(ctx, r);

    if (rc == ITO_OK && r->work->leave)
        rc = r->work->leave(ctx, r);
    if (rc != ITO_OK)
        return rc;
    out->hash = hash_of(r);
    for (size_t i = 0; i < repeats; i++) {
        const double start = term_clock();

        if ((rc = r->work->work(ctx, r)) != ITO_OK)
            return rc;
        ns[i] = (term_clock() - start) * 1e9 / (double)r->units;
    }
    qsort(ns, repeats, sizeof(*ns), by_value);
    out->best_ns = ns[0];
    out->ns = ns[repeats / 2];
    out->gflops = r->flops / out->ns;
    return ITO_OK;
}

ito_status bench_work_run(ito_ctx *ctx, const bench_work *work,
                          const bench_size *size, bench_result *out)
{
    run r = { .work = work, .size = *size };
    ito_status rc = work->open(ctx, &r);

    if (rc == ITO_OK)
        rc = measure(ctx, &r, out);
    close_run(&r);
    return rc;
}
