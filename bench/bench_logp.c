/* SPDX-License-Identifier: MIT
 *
 * bench_logp.c - log densities of points of a plane under a trained network.
 *
 *     bench_logp FOLDER [THREADS [CPU [POINTS [REPEATS]]]]
 *
 * The network is 3 -> 256 x 3 -> 2 with SiLU, trained on moons; the first run
 * leaves it in FOLDER, with the points and their values, for
 * bench/peers/torch_logp.py.  Adaptive dopri5 at 1e-5, the exact trace: once,
 * and as `ito logp` does it, with a second solve at 2e-4 for the error of
 * steps.  Prints the median seconds of a call and a hash of the values.
 */
#include <ito/likelihood.h>
#include <ito/source.h>
#include <ito/train.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SET "moons:scale=1"

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

static void need(ito_ctx *ctx, ito_status rc)
{
    if (rc == ITO_OK)
        return;
    fprintf(stderr, "bench_logp: %s\n", ito_errmsg(ctx));
    exit(1);
}

static void *room(size_t bytes)
{
    void *p = calloc(bytes, 1);

    if (!p)
        exit(1);
    return p;
}

static void train(ito_ctx *ctx, const char *path)
{
    const ito_mlp mlp = { .width = 256, .depth = 3, .plain = 1 };
    const ito_train_opts o = { .mlp = &mlp, .batch = 1024, .steps = 1500 };
    ito_source *source;
    ito_trainer *t;
    ito_model *m;

    need(ctx, ito_source_open(ctx, SET, NULL, &source));
    need(ctx, ito_trainer_new(ctx, source, &o, &t));
    need(ctx, ito_trainer_run(ctx, t, SIZE_MAX));
    need(ctx, ito_trainer_finish(ctx, t, &m));
    need(ctx, ito_model_save(ctx, m, path));
    ito_model_free(m);
    ito_trainer_free(t);
    ito_source_free(source);
}

/* n rows of two columns, or of one where y is NULL. */
static void write_table(ito_ctx *ctx, const char *path, size_t n,
                        const double *x, const double *y)
{
    const ito_column columns[2] = {
        { .name = "x", .kind = ITO_COLUMN_NUMBER, .number = x },
        { .name = "y", .kind = ITO_COLUMN_NUMBER, .number = y },
    };
    ito_table *table;

    need(ctx, ito_table_build(ctx, n, y ? 2 : 1, columns, &table));
    need(ctx, ito_table_write(ctx, path, table));
    ito_table_free(table);
}

static uint64_t hash(size_t n, const ito_logp_row *rows)
{
    uint64_t h = 14695981039346656037u;

    for (size_t i = 0; i < n; i++) {
        const unsigned char *byte = (const unsigned char *)&rows[i].value;

        for (size_t b = 0; b < sizeof(rows[i].value); b++)
            h = (h ^ byte[b]) * 1099511628211u;
    }
    return h;
}

/* Median and least seconds of a call, and the processor's mean. */
static void time_calls(ito_ctx *ctx, const ito_flow *flow,
                       const ito_logp_opts *o, size_t n, const double *x,
                       size_t repeats, ito_logp_row *rows)
{
    double *seconds = room(repeats * sizeof(*seconds));
    const clock_t began = clock();

    for (size_t k = 0; k < repeats; k++) {
        const double from = now();

        need(ctx, ito_logp_rows(ctx, flow, o, n, x, NULL, rows));
        seconds[k] = now() - from;
    }
    qsort(seconds, repeats, sizeof(*seconds), by_value);
    printf("\"seconds%s\": %.4f, \"best%s\": %.4f, \"cpu_seconds%s\": %.4f, ",
           o->once ? "" : "_with_error", seconds[repeats / 2],
           o->once ? "" : "_with_error", seconds[0],
           o->once ? "" : "_with_error",
           (double)(clock() - began) / CLOCKS_PER_SEC / (double)repeats);
    free(seconds);
}

static void measure(ito_ctx *ctx, const ito_flow *flow, size_t n,
                    const double *x, size_t repeats, ito_logp_row *rows)
{
    const ito_logp_opts once = { .rtol = 1e-5, .once = 1 };
    const ito_logp_opts twice = { .rtol = 1e-5 };
    double error = 0.0;

    printf("{\"points\": %zu, \"threads\": %zu, \"cpu\": \"%s\", ", n,
           ito_threads(ctx), ito_cpu(ctx));
    time_calls(ctx, flow, &once, n, x, repeats, rows);
    time_calls(ctx, flow, &twice, n, x, repeats, rows);
    for (size_t i = 0; i < n; i++)
        error = rows[i].step_error > error ? rows[i].step_error : error;
    printf("\"worst_step_error\": %.2g, \"hash\": \"%016llx\"}\n", error,
           (unsigned long long)hash(n, rows));
}

static size_t argument(int argc, char **argv, int i, size_t otherwise)
{
    return argc > i ? (size_t)strtoul(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    const ito_ctx_opts co = { .threads = argument(argc, argv, 2, 2),
                              .cpu = argc > 3 ? argv[3] : NULL };
    const size_t n = argument(argc, argv, 4, 10000);
    char path[3][512];
    ito_logp_row *rows;
    double *x, *columns;
    ito_table *table;
    ito_flow *flow;
    ito_ctx *ctx;
    FILE *file;

    if (argc < 2 || ito_open(&ctx, &co) != ITO_OK)
        return 1;
    x = room(2 * n * sizeof(*x));
    columns = room(2 * n * sizeof(*x));
    rows = room(n * sizeof(*rows));
    snprintf(path[0], sizeof(path[0]), "%s/logp.safetensors", argv[1]);
    snprintf(path[1], sizeof(path[1]), "%s/points.npy", argv[1]);
    snprintf(path[2], sizeof(path[2]), "%s/logp.npy", argv[1]);
    if ((file = fopen(path[0], "rb")) != NULL)
        fclose(file);
    else
        train(ctx, path[0]);
    need(ctx, ito_data_read(ctx, SET, NULL, n, 1, &table));
    for (size_t i = 0; i < 2 * n; i++)
        x[i] = ito_table_column(table, i % 2)->number[i / 2];
    need(ctx, ito_flow_open(ctx, path[0], &flow));
    measure(ctx, flow, n, x, argument(argc, argv, 5, 5), rows);
    for (size_t i = 0; i < n; i++) {
        columns[i] = x[2 * i];
        columns[n + i] = x[2 * i + 1];
    }
    write_table(ctx, path[1], n, columns, columns + n);
    for (size_t i = 0; i < n; i++)
        columns[i] = rows[i].value;
    write_table(ctx, path[2], n, columns, NULL);
    ito_flow_free(flow);
    ito_table_free(table);
    ito_close(ctx);
    free(rows);
    free(columns);
    free(x);
    return 0;
}
