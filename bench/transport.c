/* SPDX-License-Identifier: MIT
 *
 * transport.c - four transports of the plane, beside published figures.
 *
 *     transport [paper | ours [SEEDS [FIRST [THREADS]]]]
 *
 * The protocol of Tong et al., "Simulation-free Schroedinger bridges via score
 * and flow matching" (arXiv:2307.03672), Table 2 and appendix F, for
 * independent coupling (I-CFM): a perceptron of three layers of 64, SELU, of
 * [x t]; AdamW at 1e-3 with weight decay 1e-5; 10 000 rows of the source and
 * of the target, 1000 epochs of batches of 512; 100 Euler steps from 10 000
 * other rows of the source; and then
 *
 *     W2    exact, between the ends and 10 000 other rows of the target
 *     NPE   |E int |v|^2 dt - W2^2(source, target)| / W2^2(source, target)
 *
 * `paper` keeps to that, with PyTorch's first weights, no average, no decay.
 * `ours` takes our defaults for what a recipe may choose: learning rate and its
 * decay, average of the weights, bound of the gradient, stratified times.
 *
 * The paper does not print the constants of its sets.  These are the sets of
 * the authors' code (conditional-flow-matching) whose path energy is the
 * published one, which tells them apart:
 *
 *     8gaussians   at radius 5, of *variance* sqrt(0.1)
 *     moons        noise 0.05, times 2, the first coordinate minus 1
 *     scurve       noise 0.05, times 1.5
 *     moons->8gaussians   larger ones: moons of noise 0.1, all numbers together
 *                  brought to mean 0 and std 7; modes at radius 12, of std 1.5
 *
 * The W2 of source and target is the root mean square of four blocks of BLOCK
 * test rows: all 10 000 at once take minutes each and differ by less than
 * one per cent.  The floor is the W2 of two sets of 10 000 true rows, of
 * FLOORS seeds.
 */
#include <ito/act.h>
#include <ito/dist.h>
#include <ito/metric.h>
#include <ito/train.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOONS     "moons:scale=2,noise=0.05"
#define WIDE      "moons:scale=1,noise=0.1"
#define ROWS      10000
#define BLOCK     1500
#define EULER     100
#define SEEDS_MAX 16
#define FLOORS    3

/* Which rows; each is drawn from a seed of its own. */
enum { TRAIN, TEST, OTHER };

/* A transport, and what the paper has for it: mean, sd. */
typedef struct transport {
    const char *name, *from, *to;
    double w2[2], npe[2];
} transport;

static const transport transports[] = {
    { "N->8gaussians",
      "gaussian",
      "8gaussians",
      { .373, .103 },
      { .202, .055 } },
    { "moons->8gaussians",
      WIDE,
      "8gaussians:scale=12,std=1.5",
      { 1.557, .407 },
      { 2.680, .292 } },
    { "N->moons", "gaussian", MOONS, { .178, .014 }, { .891, .120 } },
    { "N->scurve", "gaussian", "scurve", { .242, .141 }, { .856, .031 } },
};

#define COUNT (sizeof(transports) / sizeof(transports[0]))

static ito_ctx *ctx;

static void need(ito_status rc)
{
    if (rc == ITO_OK)
        return;
    fprintf(stderr, "transport: %s\n", ito_errmsg(ctx));
    exit(1);
}

static float *room(size_t n)
{
    float *p = malloc(n * sizeof(*p));

    if (!p)
        exit(1);
    return p;
}

/* Mean 0 and this standard deviation, of all numbers together. */
static void standardise(float *x, double std)
{
    double sum = 0.0, square = 0.0, mean;

    for (size_t i = 0; i < 2 * ROWS; i++)
        sum += (double)x[i];
    mean = sum / (2 * ROWS);
    for (size_t i = 0; i < 2 * ROWS; i++)
        square += ((double)x[i] - mean) * ((double)x[i] - mean);
    std /= sqrt(square / (2 * ROWS));
    for (size_t i = 0; i < 2 * ROWS; i++)
        x[i] = (float)(((double)x[i] - mean) * std);
}

/* ROWS rows of a set; `which` of a seed. */
static float *rows_of(const char *set, uint64_t seed, unsigned which)
{
    const ito_noise at = { .seed = 1000 * seed + which,
                           .purpose = ITO_FOR_ROWS };
    float *x = room(2 * ROWS);
    ito_dist *dist;

    need(ito_dist_open(ctx, set, &dist));
    need(ito_dist_sample(ctx, dist, &at, 0, ROWS, x));
    ito_dist_free(dist);
    for (size_t i = 0; strcmp(set, MOONS) == 0 && i < ROWS; i++)
        x[2 * i] -= 1.0F;
    if (strcmp(set, WIDE) == 0)
        standardise(x, 7.0);
    return x;
}

static double w2(const float *a, const float *b, size_t n)
{
    const ito_points p = { a, n, 2 }, q = { b, n, 2 };
    double out = 0.0;

    need(ito_distance(ctx, ITO_METRIC_EXACT_W2, &p, &q, &out));
    return out;
}

/* Row k of block b is the test row 4 k + b, so that a block has its share of
 * sets that come in an order. */
static double w2_of_blocks(const float *a, const float *b)
{
    float *p = room(2 * BLOCK), *q = room(2 * BLOCK);
    double sum = 0.0;

    for (size_t block = 0; block < 4; block++) {
        double w;

        for (size_t k = 0; k < BLOCK; k++) {
            const size_t row = (k * ROWS / BLOCK + block) % ROWS;

            memcpy(p + 2 * k, a + 2 * row, 2 * sizeof(*p));
            memcpy(q + 2 * k, b + 2 * row, 2 * sizeof(*q));
        }
        w = w2(p, q, BLOCK);
        sum += w * w / 4.0;
    }
    free(p);
    free(q);
    return sqrt(sum);
}

static ito_source *source_of(const float *x, uint64_t seed,
                             const ito_source *like)
{
    const ito_source_opts opts = { .scale = ITO_SCALE_NONE,
                                   .valid_fraction = -1.0,
                                   .seed = seed,
                                   .like = like };
    double *v = malloc(2 * ROWS * sizeof(*v));
    ito_column columns[2] = { { .name = "x" }, { .name = "y" } };
    ito_source *source;
    ito_table *table;

    if (!v)
        exit(1);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < 2; j++)
            v[j * ROWS + i] = (double)x[2 * i + j];
    columns[0].number = v;
    columns[1].number = v + ROWS;
    need(ito_table_build(ctx, ROWS, 2, columns, &table));
    need(ito_source_from_table(ctx, table, &opts, &source));
    ito_table_free(table);
    free(v);
    return source;
}

static ito_model *train(const float *from, const float *to, uint64_t seed,
                        int ours)
{
    const ito_mlp mlp = {
        .width = 64, .depth = 3, .act = ITO_ACT_SELU, .plain = 1
    };
    ito_source *target = source_of(to, seed, NULL);
    ito_source *start = source_of(from, seed + 1, target);
    ito_train_opts opts = { .mlp = &mlp,
                            .from = start,
                            .epochs = 1000,
                            .batch = 512,
                            .optimizer = ITO_OPTIMIZER_ADAMW,
                            .weight_decay = 1e-5,
                            .seed = seed };
    ito_trainer *trainer;
    ito_model *model;

    if (!ours) {
        opts.lr = 1e-3;
        opts.rate = ITO_RATE_CONSTANT;
        opts.warmup = 1;
        opts.clip = -1.0;
        opts.ema = -1.0;
        opts.time_law = "uniform";
    }
    need(ito_trainer_new(ctx, target, &opts, &trainer));
    need(ito_trainer_run(ctx, trainer, SIZE_MAX));
    need(ito_trainer_finish(ctx, trainer, &model));
    ito_trainer_free(trainer);
    ito_source_free(start);
    ito_source_free(target);
    return model;
}

/* Move x in EULER steps; the mean of int |v|^2 dt along the way, which for
 * steps h v is the sum of |step|^2 / h. */
static double move(const ito_model *model, float *x)
{
    const ito_solve_opts how = { .method = "euler", .steps = EULER };
    float *all = room((size_t)2 * ROWS * (EULER + 1));
    ito_store store = { .rows = all, .n = ROWS };
    const ito_sink sink = { .fn = ito_store_frame, .arg = &store, .every = 1 };
    const ito_problem problem = { .field = ito_model_field(model),
                                  .t1 = 1.0,
                                  .n = ROWS,
                                  .sinks = &sink,
                                  .sink_count = 1 };
    double sum = 0.0;

    need(ito_solve(ctx, &problem, x, &how, NULL));
    for (size_t i = 0; i < (size_t)2 * ROWS * EULER; i++) {
        const double step = (double)all[i + 2 * ROWS] - (double)all[i];

        sum += step * step * EULER;
    }
    free(all);
    return sum / ROWS;
}

/* W2 of two sets of true rows. */
static double floor_of(const transport *tr, uint64_t seed)
{
    float *y = rows_of(tr->to, seed + 100, TEST);
    float *other = rows_of(tr->to, seed + 100, OTHER);
    const double out = w2(y, other, ROWS);

    free(y);
    free(other);
    return out;
}

/* W2 and NPE of one transport and seed. */
static void run(const transport *tr, uint64_t seed, int ours, double out[2])
{
    float *from = rows_of(tr->from, seed, TRAIN);
    float *to = rows_of(tr->to, seed + 100, TRAIN);
    float *x = rows_of(tr->from, seed, TEST);
    float *y = rows_of(tr->to, seed + 100, TEST);
    const clock_t begin = clock();
    ito_model *model = train(from, to, seed, ours);
    const clock_t trained = clock();
    const double between = w2_of_blocks(x, y);
    const double energy = move(model, x);

    out[0] = w2(x, y, ROWS);
    out[1] = fabs(energy - between * between) / (between * between);
    fprintf(stderr,
            "%s seed %d: W2 %.3f NPE %.3f; CPU: training %.0f s, "
            "metrics %.0f s\n",
            tr->name, (int)seed, out[0], out[1],
            (double)(trained - begin) / CLOCKS_PER_SEC,
            (double)(clock() - trained) / CLOCKS_PER_SEC);
    ito_model_free(model);
    free(from);
    free(to);
    free(x);
    free(y);
}

/* Mean and sd (n - 1) of component k of n pairs. */
static void spread(double (*v)[2], size_t n, size_t k, double out[2])
{
    double sum = 0.0, sq = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += v[i][k];
    out[0] = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        sq += (v[i][k] - out[0]) * (v[i][k] - out[0]);
    out[1] = n > 1 ? sqrt(sq / (double)(n - 1)) : 0.0;
}

static const char *met(const double ours[2], const double paper[2])
{
    return ours[0] <= paper[0] + paper[1] ? "met" : "NOT MET";
}

static void print_row(const transport *tr, uint64_t first, size_t seeds,
                      int ours)
{
    double v[SEEDS_MAX][2], floors[FLOORS][2], w[2], npe[2], base[2];

    for (size_t k = 0; k < seeds; k++)
        run(tr, first + k, ours, v[k]);
    for (size_t k = 0; k < FLOORS; k++)
        floors[k][0] = floor_of(tr, first + k);
    spread(v, seeds, 0, w);
    spread(v, seeds, 1, npe);
    spread(floors, FLOORS, 0, base);
    printf("| %s | %.3f ± %.3f | %.3f ± %.3f | %.3f ± %.3f | %s | "
           "%.3f ± %.3f | %.3f ± %.3f | %s |\n",
           tr->name, tr->w2[0], tr->w2[1], w[0], w[1], base[0], base[1],
           met(w, tr->w2), tr->npe[0], tr->npe[1], npe[0], npe[1],
           met(npe, tr->npe));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    const int ours = argc > 1 && strcmp(argv[1], "ours") == 0;
    size_t seeds = argc > 2 ? strtoul(argv[2], NULL, 10) : 5;
    const uint64_t first = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
    const ito_ctx_opts opts = {
        .threads = argc > 4 ? (size_t)strtoul(argv[4], NULL, 10) : 0
    };

    seeds = seeds < 1 ? 1 : seeds > SEEDS_MAX ? SEEDS_MAX : seeds;
    need(ito_open(&ctx, &opts));
    printf("| transport | W2 published | ours | floor | | NPE published | "
           "ours | |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < COUNT; i++)
        print_row(&transports[i], first, seeds, ours);
    ito_close(ctx);
    return 0;
}
