/* SPDX-License-Identifier: MIT
 *
 * test_objective.c - predictions, losses and times of training: conversions
 * against the mixtures that they stand for, weights, what is refused.
 */
#include "flow/objective.h"

#include <ito/net.h>
#include <ito/oracle.h>

#include "check.h"
#include "flow/time_law.h"
#include "kern/dmath.h"

static ito_ctx *ctx;

static const char *const paths[] = { "linear", "sqrt", "cosine", "vp",
                                     "poly:p=1.5" };

static objective make(const char *path, quantity predict, quantity loss)
{
    objective o;
    ito_path p;

    CHECK_OK(ctx, ito_path_parse(ctx, path, &p));
    o = ito__objective_plain(&p);
    o.predict = predict;
    o.loss = loss;
    o.data_std = 1.7;
    return o;
}

/* What a quantity is, written down once more: the table of objective.h. */
static void mixture(const objective *o, quantity q, double t, double ab[2])
{
    const ito_coef k = ito_path_coef(&o->path, t);
    const double s = o->data_std;
    const double v = k.alpha * k.alpha * s * s + k.beta * k.beta;
    const double table[QUANTITIES][2] = {
        [QUANTITY_VELOCITY] = { k.alphadot, k.betadot },
        [QUANTITY_NOISE] = { 0.0, 1.0 },
        [QUANTITY_DATA] = { 1.0, 0.0 },
        [QUANTITY_SCORE] = { 0.0, -1.0 / k.beta },
        [QUANTITY_V] = { -k.beta, k.alpha },
        [QUANTITY_EDM] = { k.beta / (s * sqrt(v)), -k.alpha * s / sqrt(v) },
    };

    ab[0] = table[q][0];
    ab[1] = table[q][1];
}

/* Every prediction tells every other: of z and e the map makes what the
 * other is, at times that need no gap. */
TEST(every_prediction_becomes_every_other)
{
    const double z = 1.3, e = -0.7;

    for (size_t p = 0; p < COUNT(paths); p++)
        for (int from = 0; from < QUANTITIES; from++)
            for (int to = 0; to < QUANTITIES; to++)
                for (double t = 0.01; t < 0.99; t += 0.0612) {
                    const objective o =
                        make(paths[p], (quantity)from, (quantity)from);
                    const objective_map k =
                        ito__objective_map(&o, (quantity)to, t);
                    const ito_coef c = ito_path_coef(&o.path, t);
                    double in[2], out[2], want;

                    mixture(&o, (quantity)from, t, in);
                    mixture(&o, (quantity)to, t, out);
                    want = out[0] * z + out[1] * e;
                    CHECK_NEAR(k.t, t, 0.0);
                    CHECK_NEAR(k.p * (c.alpha * z + c.beta * e) +
                                   k.q * (in[0] * z + in[1] * e),
                               want, 1e-10 * (1.0 + fabs(want)) / t);
                }
}

/* Whatever is predicted and wanted, the map is finite at the ends and leaves
 * nothing out but a gap of 1/256. */
TEST(maps_are_finite_at_the_ends)
{
    for (size_t p = 0; p < COUNT(paths); p++)
        for (int from = 0; from < QUANTITIES; from++)
            for (int to = 0; to < QUANTITIES; to++)
                for (int end = 0; end < 2; end++) {
                    const objective o =
                        make(paths[p], (quantity)from, (quantity)from);
                    const objective_map k =
                        ito__objective_map(&o, (quantity)to, (double)end);

                    CHECK(isfinite(k.p) && isfinite(k.q));
                    CHECK_NEAR(k.t, (double)end, 0.00390625);
                }
}

TEST(a_velocity_on_the_linear_path_needs_no_gap)
{
    const objective o = make("linear", QUANTITY_VELOCITY, QUANTITY_VELOCITY);
    const objective_map k = ito__objective_map(&o, QUANTITY_VELOCITY, 1.0);
    const objective_map d = ito__objective_map(&o, QUANTITY_DATA, 1.0);

    CHECK(k.p == 0.0 && k.q == 1.0 && k.t == 1.0 && k.in == 1.0);
    CHECK(d.p == 1.0 && d.q == 0.0 && d.t == 1.0);
}

/* The weight is the square of what the loss's error is to the network's. */
TEST(weights_turn_one_loss_into_another)
{
    const double z = 0.4, e = 1.1, wrong = 0.25;

    for (int from = 0; from < QUANTITIES; from++)
        for (int to = 0; to < QUANTITIES; to++) {
            const objective o = make("cosine", (quantity)from, (quantity)to);
            const double t = 0.37;
            const ito_coef c = ito_path_coef(&o.path, t);
            const objective_at at = ito__objective_at(&o, t);
            const objective_map k = ito__objective_map(&o, (quantity)to, t);
            const double x = c.alpha * z + c.beta * e;
            const double target = at.a * z + at.b * e;
            double ab[2], far;

            mixture(&o, (quantity)to, t, ab);
            far = k.p * x + k.q * (target + wrong) - (ab[0] * z + ab[1] * e);
            CHECK_REL(at.weight * wrong * wrong, far * far, 1e-9);
        }
}

/* Data of standard deviation s: input and target of edm have variance 1. */
TEST(edm_has_variance_1_at_every_time)
{
    for (size_t p = 0; p < COUNT(paths); p++)
        for (double t = 0.0; t <= 1.0; t += 0.125) {
            const objective o = make(paths[p], QUANTITY_EDM, QUANTITY_EDM);
            const objective_at at = ito__objective_at(&o, t);
            const double s = o.data_std;

            CHECK_NEAR(at.a * at.a * s * s + at.b * at.b, 1.0, 1e-12);
            CHECK_NEAR((at.alpha * at.alpha * s * s + at.beta * at.beta) *
                           at.in * at.in,
                       1.0, 1e-12);
        }
}

TEST(losses_that_are_infinite_are_refused_or_cut)
{
    objective o = make("linear", QUANTITY_VELOCITY, QUANTITY_VELOCITY);

    CHECK_OK(ctx, ito__objective_times(ctx, &o, 0.0));
    CHECK(o.lo == 0.0 && o.hi == 1.0);
    CHECK_OK(ctx, ito__objective_times(ctx, &o, 0.01));
    CHECK(o.lo == 0.0 && o.hi == 0.99);
    CHECK_FAILS(ctx, ito__objective_times(ctx, &o, 0.5), ITO_EARG, "cut");
    CHECK_FAILS(ctx, ito__objective_times(ctx, &o, -0.1), ITO_EARG, "cut");
    CHECK_FAILS(ctx, ito__objective_times(ctx, &o, (double)NAN), ITO_EARG,
                "cut");
    o = make("sqrt", QUANTITY_VELOCITY, QUANTITY_VELOCITY);
    CHECK_OK(ctx, ito__objective_times(ctx, &o, 0.0));
    CHECK(o.lo == 0.0 && o.hi == 1.0 - ITO__CUT);
    o = make("vp", QUANTITY_EDM, QUANTITY_VELOCITY);
    CHECK_OK(ctx, ito__objective_times(ctx, &o, 0.0));
    CHECK(o.hi == 1.0 - ITO__CUT);
    o = make("linear", QUANTITY_SCORE, QUANTITY_SCORE);
    CHECK_FAILS(ctx, ito__objective_times(ctx, &o, 0.0), ITO_EUNFIT,
                "take loss noise");
    CHECK_OK(ctx, ito__objective_times(ctx, &o, 0.02));
    CHECK(o.lo == 0.0 && o.hi == 0.98);
    o = make("sqrt", QUANTITY_SCORE, QUANTITY_SCORE);
    CHECK_FAILS(ctx, ito__objective_times(ctx, &o, 0.0), ITO_EUNFIT, "cut");
    o = make("linear", QUANTITY_SCORE, QUANTITY_NOISE);
    CHECK_OK(ctx, ito__objective_times(ctx, &o, 0.0));
    CHECK(o.lo == 0.0 && o.hi == 1.0);
    o = make("linear", QUANTITY_NOISE, QUANTITY_VELOCITY);
    CHECK_FAILS(ctx, ito__objective_times(ctx, &o, 0.0), ITO_EUNFIT,
                "noise does not fit loss flow");
    CHECK_OK(ctx, ito__objective_times(ctx, &o, 0.02));
    CHECK(o.lo == 0.02 && o.hi == 1.0);
    o = make("linear", QUANTITY_DATA, QUANTITY_VELOCITY);
    CHECK_FAILS(ctx, ito__objective_times(ctx, &o, 0.0), ITO_EUNFIT, "t = 1");
}

/* ---- laws of the time ---- */

#define N 4096

static void draw_times(const char *text, double lo, double hi, float *t)
{
    const ito_noise at = { .seed = 3, .purpose = ITO_FOR_TIME };
    const time_batch batch = { .total = N, .stride = 1597 };
    time_law law;

    CHECK_OK(ctx, ito__time_law(ctx, text, &law));
    law.lo = lo;
    law.hi = hi;
    ito__time_rows(&ito__kern_c, &law, &at, &batch, 0, N, t);
    for (size_t i = 0; i < N; i++)
        CHECK(t[i] >= (float)lo && t[i] <= (float)hi);
}

TEST(stratified_times_take_one_of_each_stratum)
{
    static float t[N];
    static char seen[N];

    draw_times("stratified", 0.0, 1.0, t);
    for (size_t i = 0; i < N; i++)
        seen[(size_t)fminf(t[i] * N, N - 1)]++;
    for (size_t i = 0; i < N; i++)
        CHECK(seen[i] == 1);
}

TEST(uniform_times_are_uniform)
{
    static float t[N];
    double mean = 0.0, square = 0.0;

    draw_times("uniform", 0.0, 0.5, t);
    for (size_t i = 0; i < N; i++) {
        mean += 2.0 * (double)t[i] / N;
        square += 4.0 * (double)t[i] * (double)t[i] / N;
    }
    CHECK_STAT(mean, 0.5, sqrt(1.0 / 12.0 / N), 5);
    CHECK_STAT(square, 1.0 / 3.0, sqrt(4.0 / 45.0 / N), 5);
}

/* logit(t) has the mean and the deviation that were asked for. */
TEST(logit_normal_times_are_so)
{
    static float t[N];
    double mean = 0.0, square = 0.0;

    draw_times("logit-normal:1.2,0.8", 0.0, 1.0, t);
    for (size_t i = 0; i < N; i++) {
        const double u = (double)t[i], y = log(u / (1.0 - u));

        mean += y / N;
        square += y * y / N;
    }
    CHECK_NEAR(mean, 1.2, 1e-3); /* stratified: better than chance */
    CHECK_NEAR(sqrt(square - mean * mean), 0.8, 2e-3);
}

TEST(laws_come_back_from_their_text_and_nonsense_is_refused)
{
    static const char *const bad[] = {
        "",
        "logit-normal:",
        "logit-normal:1",
        "logit-normal:1,0",
        "logit-normal:1,-1",
        "logit-normal:x,1",
        "logit-normal:1,1,1",
        "logit-normal:99,1",
        "logit-normal:nan,1",
        "stratifie",
    };
    time_law law, again;
    char text[80];

    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK_FAILS(ctx, ito__time_law(ctx, bad[i], &law), ITO_EARG,
                    "time law");
    CHECK_OK(ctx, ito__time_law(ctx, "logit-normal:-0.1,1.25", &law));
    ito__time_law_text(&law, text, sizeof(text));
    CHECK_STR(text, "logit-normal:-0.1,1.25");
    CHECK_OK(ctx, ito__time_law(ctx, text, &again));
    CHECK(again.mean == law.mean && again.std == law.std);
    CHECK_OK(ctx, ito__time_law(ctx, NULL, &law));
    ito__time_law_text(&law, text, sizeof(text));
    CHECK_STR(text, "stratified");
}

/* ---- the theorem behind all of it (course N3) ---- */

#define BATCHES 64
#define ROWS    256

/* A network of random weights, rows on a path to the mixture, the exact
 * field there. */
typedef struct problem {
    const ito_field *exact;
    ito_part part; /* drift, or score: then times end at 0.9, where -e / beta
                      still has a mean square */
    ito_graph *g;
    ito_weights *w;
    ito_plan *plan;
    float *params, *work, *grad;
    float z[ROWS * 2], e[ROWS * 2], x[ROWS * 2], target[ROWS * 2], t[ROWS];
    float u[ROWS * 2], dy[ROWS * 2];
} problem;

static void draw_batch(problem *p, const ito_dist *dist, uint32_t step)
{
    const objective o = ito__objective_plain(NULL);
    const objective_rows rows = { .n = ROWS,
                                  .dim = 2,
                                  .t = p->t,
                                  .z = p->z,
                                  .e = p->e,
                                  .xt = p->x,
                                  .in = p->x,
                                  .target = p->target };
    const float last = p->part == ITO_PART_SCORE ? 0.9F : 1.0F;
    double times[ROWS];
    ito_rows_at at = { .times = times };
    ito_noise noise = { .seed = 8, .step = step, .purpose = ITO_FOR_TIME };

    CHECK_OK(ctx, ito_noise_uniform(ctx, &noise, 0, ROWS, 1, p->t));
    for (size_t i = 0; i < ROWS; i++)
        p->t[i] *= last;
    noise.purpose = ITO_FOR_NOISE;
    CHECK_OK(ctx, ito_noise_normal(ctx, &noise, 0, ROWS, 2, p->e));
    noise.purpose = ITO_FOR_ROWS;
    CHECK_OK(ctx, ito_dist_sample(ctx, dist, &noise, 0, ROWS, p->z));
    ito__objective_rows(&o, &rows);
    for (size_t i = 0; i < ROWS; i++)
        times[i] = (double)p->t[i];
    for (size_t i = 0; p->part == ITO_PART_SCORE && i < ROWS * 2; i++)
        p->target[i] = -p->e[i] / (1.0F - p->t[i / 2]);
    CHECK_OK(ctx,
             ito_field_eval(ctx, p->exact, p->part, &at, ROWS, p->x, p->u));
}

/* sum over rows of |y - target|^2 - |y - u*|^2 and, into grad, its gradient
 * in the parameters: 2 (u* - target) through the network. */
static double difference(problem *p)
{
    const ito_batch in = { .rows = ROWS, .x = p->x, .t = p->t };
    const float *y = ito_plan_forward(p->plan, p->w, p->work, &in);
    double sum = 0.0;

    for (size_t i = 0; i < ROWS * 2; i++) {
        const double a = (double)y[i] - (double)p->target[i];
        const double b = (double)y[i] - (double)p->u[i];

        sum += a * a - b * b;
        p->dy[i] = 2.0F * (p->u[i] - p->target[i]);
    }
    ito_plan_backward(p->plan, p->w, p->work, &in, p->dy, p->grad, NULL);
    return sum / ROWS;
}

/* The difference of the two losses does not depend on the network, and their
 * gradients are the same. */
static void check_theorem(ito_part part)
{
    const ito_mlp shape = { .dim = 2, .width = 8, .depth = 2 };
    double mean[2][2] = { { 0 } }, *slope, *square;
    static problem p;
    ito_oracle *oracle;
    size_t params;

    CHECK_OK(ctx, ito_oracle_open(ctx, "gmm:modes=3,scale=3,std=0.5", &oracle));
    p.exact = ito_oracle_field(oracle);
    p.part = part;
    CHECK_OK(ctx, ito_mlp_build(ctx, &shape, &p.g));
    params = ito_graph_params(p.g);
    CHECK_OK(ctx, ito_weights_new(ctx, p.g, &p.w));
    CHECK_OK(ctx, ito_graph_plan(ctx, p.g, ROWS, ITO_MODE_TRAIN, &p.plan));
    p.params = calloc(params, sizeof(float));
    p.grad = calloc(params, sizeof(float));
    p.work = aligned_alloc(64, (ito_plan_floats(p.plan) / 16 + 1) * 64);
    slope = calloc(params, sizeof(double));
    square = calloc(params, sizeof(double));
    for (uint32_t step = 0; step < BATCHES; step++) {
        double d[2];

        draw_batch(&p, ito_oracle_dist(oracle), step);
        for (uint64_t seed = 0; seed < 2; seed++) {
            ito_graph_init(ctx, p.g, ITO_INIT_HE, seed, p.params);
            ito_weights_pack(ctx, p.w, p.params);
            d[seed] = difference(&p);
        }
        mean[0][0] += (d[0] - d[1]) / BATCHES;
        mean[0][1] += (d[0] - d[1]) * (d[0] - d[1]) / BATCHES;
        mean[1][0] += d[0] / BATCHES;
        for (size_t k = 0; k < params; k++) {
            slope[k] += (double)p.grad[k] / BATCHES;
            square[k] += (double)p.grad[k] * (double)p.grad[k] / BATCHES;
        }
    }
    CHECK(mean[1][0] > 0.3); /* the floor, far from 0 */
    CHECK_STAT(mean[0][0], 0.0, sqrt(mean[0][1] / BATCHES), 5);
    for (size_t k = 0; k < params; k++)
        CHECK_STAT(slope[k], 0.0, sqrt(square[k] / BATCHES) + 1e-30, 5);
    free(p.params);
    free(p.grad);
    free(p.work);
    free(slope);
    free(square);
    ito_plan_free(p.plan);
    ito_weights_free(p.w);
    ito_graph_free(p.g);
    ito_oracle_free(oracle);
}

TEST(conditional_and_marginal_flow_matching_differ_by_a_constant)
{
    check_theorem(ITO_PART_DRIFT);
}

TEST(conditional_and_marginal_score_matching_differ_by_a_constant)
{
    check_theorem(ITO_PART_SCORE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(every_prediction_becomes_every_other),
        RUN(maps_are_finite_at_the_ends),
        RUN(a_velocity_on_the_linear_path_needs_no_gap),
        RUN(weights_turn_one_loss_into_another),
        RUN(edm_has_variance_1_at_every_time),
        RUN(losses_that_are_infinite_are_refused_or_cut),
        RUN(stratified_times_take_one_of_each_stratum),
        RUN(uniform_times_are_uniform),
        RUN(logit_normal_times_are_so),
        RUN(laws_come_back_from_their_text_and_nonsense_is_refused),
        RUN(conditional_and_marginal_flow_matching_differ_by_a_constant),
        RUN(conditional_and_marginal_score_matching_differ_by_a_constant),
    };
    int failed;

    if (ito_open(&ctx, &(ito_ctx_opts){ .threads = 2 }) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}
