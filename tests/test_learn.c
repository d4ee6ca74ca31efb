/* SPDX-License-Identifier: MIT
 *
 * test_learn.c - the loss of a classifier against its formula and its slopes,
 * steps of Adam against those worked out by hand, and a small convolutional
 * classifier that learns what the two tell it, in a loop of a program's own.
 */
#include <ito/layer.h>
#include <ito/learn.h>

#include "check.h"

static float *make(size_t n)
{
    float *p = aligned_alloc(64, (n * sizeof(*p) / 64 + 1) * 64);

    CHECK(p != NULL);
    memset(p, 0, n * sizeof(*p));
    return p;
}

static double formula(size_t rows, size_t n, const size_t *label,
                      const double *y)
{
    double loss = 0.0;

    for (size_t r = 0; r < rows; r++) {
        double sum = 0.0;

        for (size_t k = 0; k < n; k++)
            sum += exp(y[r * n + k]);
        loss += (log(sum) - y[r * n + label[r]]) / (double)rows;
    }
    return loss;
}

TEST(cross_entropy_and_its_gradient_follow_the_formula)
{
    const size_t label[3] = { 1, 3, 0 };
    float y[12];
    double exact[12], loss;
    ito_ctx *ctx;

    CHECK(ito_open(&ctx, NULL) == ITO_OK);
    for (size_t i = 0; i < 12; i++)
        exact[i] = (double)(y[i] = 4.0F * t_uniform());
    CHECK_OK(ctx, ito_cross_entropy(ctx, 3, 4, label, y, &loss));
    CHECK_REL(loss, formula(3, 4, label, exact), 1e-12);
    for (size_t i = 0; i < 12; i++) {
        const double h = 1e-5, keep = exact[i];
        double up, down;

        exact[i] = keep + h;
        up = formula(3, 4, label, exact);
        exact[i] = keep - h;
        down = formula(3, 4, label, exact);
        exact[i] = keep;
        CHECK_NEAR(y[i], (up - down) / (2.0 * h), 1e-7);
    }
    ito_close(ctx);
}

/* Numbers whose exponentials are no floats. */
TEST(cross_entropy_of_far_numbers_is_finite)
{
    const size_t label[1] = { 0 }, wrong[1] = { 2 };
    float y[2] = { -1000.0F, 3000.0F }, bad[2] = { 0.0F, NAN };
    double loss;
    ito_ctx *ctx;

    CHECK(ito_open(&ctx, NULL) == ITO_OK);
    CHECK_OK(ctx, ito_cross_entropy(ctx, 1, 2, label, y, &loss));
    CHECK(loss == 4000.0 && y[0] == -1.0F && y[1] == 1.0F);
    CHECK(ito_cross_entropy(ctx, 1, 2, label, bad, &loss) == ITO_ENONFINITE);
    CHECK_FAILS(ctx, ito_cross_entropy(ctx, 1, 2, wrong, y, NULL), ITO_EARG,
                "label 2 of row 0: below 2");
    CHECK(ito_cross_entropy(ctx, 0, 2, label, y, NULL) == ITO_EARG);
    CHECK(y[0] == -1.0F);
    ito_close(ctx);
}

/* w = 1, gradients 2, -1, 1/2 at a rate of 0.01, with decay 0 and 0.1. */
TEST(adam_takes_the_steps_worked_out_by_hand)
{
    static const float gradient[3] = { 2.0F, -1.0F, 0.5F };
    static const double want[2][3] = {
        { 0.99000000004999999975, 0.98733662967024313578,
          0.98393233821389424718 },
        { 0.98900000004999999975, 0.98534762967019313578,
          0.98095799058417405404 },
    };
    ito_ctx *ctx;
    ito_graph *g;
    ito_node x, y;

    CHECK(ito_open(&ctx, NULL) == ITO_OK);
    CHECK_OK(ctx, ito_graph_new(ctx, &g));
    CHECK_OK(ctx, ito_graph_input(ctx, g, ITO_INPUT_X, 1, &x));
    CHECK_OK(ctx, ito_graph_linear(ctx, g, x, 1, ITO_ACT_NONE, &y));
    CHECK_OK(ctx, ito_graph_finish(ctx, g, y));
    for (size_t k = 0; k < 2; k++) {
        const ito_adam_opts o = { .rate = 0.01, .decay = k ? 0.1 : 0.0 };
        float w[2] = { 1.0F, 1.0F }, m[2] = { 0 }, v[2] = { 0 };
        ito_adam_state s = { .w = w, .m = m, .v = v };

        for (size_t i = 0; i < 3; i++) {
            float grad[2] = { gradient[i], 0.0F };

            CHECK_OK(ctx, ito_adam_step(ctx, g, &o, 8, grad, &s));
            CHECK_NEAR(w[0], want[k][i], 1e-6);
        }
        CHECK(s.step == 3);
        CHECK(ito_adam_step(ctx, g, &o, 0, w, &s) == ITO_EARG);
    }
    ito_graph_free(g);
    ito_close(ctx);
}

/* Bars of four directions in 8 x 8 images, with noise. */
static void draw(size_t label, float *x)
{
    const size_t at = 1 + t_rand() % 6;

    for (size_t i = 0; i < 8; i++)
        for (size_t j = 0; j < 8; j++) {
            const size_t line[4] = { i, j, (i + j) % 8, (i + 8 - j) % 8 };

            x[8 * i + j] =
                (line[label] == at ? 1.0F : 0.0F) + 0.4F * t_uniform();
        }
}

static ito_graph *classifier(ito_ctx *ctx)
{
    const size_t shape[3] = { 8, 8, 1 };
    const ito_conv first = { .channels = 16 };
    const ito_conv second = { .channels = 16, .act = ITO_ACT_RELU };
    const ito_norm norm = { .kind = ITO_NORM_BATCH };
    ito_graph *g;
    ito_node x;

    CHECK_OK(ctx, ito_graph_new(ctx, &g));
    CHECK_OK(ctx, ito_graph_input(ctx, g, ITO_INPUT_X, 64, &x));
    CHECK_OK(ctx, ito_graph_reshape(ctx, g, x, shape, &x));
    CHECK_OK(ctx, ito_graph_conv(ctx, g, x, &first, &x));
    CHECK_OK(ctx, ito_graph_norm(ctx, g, x, &norm, &x));
    CHECK_OK(ctx, ito_graph_act(ctx, g, x, ITO_ACT_RELU, &x));
    CHECK_OK(ctx, ito_graph_conv(ctx, g, x, &second, &x));
    CHECK_OK(ctx, ito_graph_mean(ctx, g, x, &x));
    CHECK_OK(ctx, ito_graph_linear(ctx, g, x, 4, ITO_ACT_NONE, &x));
    CHECK_OK(ctx, ito_graph_finish(ctx, g, x));
    return g;
}

#define ROWS 64

typedef struct task {
    float x[ROWS * 64];
    size_t label[ROWS];
} task;

static void draw_task(task *t)
{
    for (size_t r = 0; r < ROWS; r++) {
        t->label[r] = t_rand() % 4;
        draw(t->label[r], t->x + r * 64);
    }
}

static size_t right(const float *y, const size_t *label)
{
    size_t count = 0;

    for (size_t r = 0; r < ROWS; r++) {
        size_t best = 0;

        for (size_t k = 1; k < 4; k++)
            best = y[4 * r + k] > y[4 * r + best] ? k : best;
        count += best == label[r];
    }
    return count;
}

TEST(a_small_classifier_learns)
{
    const ito_adam_opts o = { .rate = 1e-2 };
    ito_ctx *ctx;
    ito_graph *g;
    ito_plan *plan;
    ito_weights *w;
    ito_adam_state s = { 0 };
    task *t = malloc(sizeof(*t));
    float *grad, *work, y[ROWS * 4];
    double loss = 0.0;

    CHECK(t && ito_open(&ctx, NULL) == ITO_OK);
    g = classifier(ctx);
    CHECK_OK(ctx, ito_graph_plan(ctx, g, ROWS, ITO_MODE_TRAIN, &plan));
    CHECK_OK(ctx, ito_weights_new(ctx, g, &w));
    s.w = make(ito_graph_params(g));
    s.m = make(ito_graph_params(g));
    s.v = make(ito_graph_params(g));
    grad = make(ito_graph_params(g));
    work = make(ito_plan_floats(plan));
    ito_graph_init(ctx, g, ITO_INIT_HE, 1, s.w);
    for (size_t i = 0; i < 150; i++) {
        const ito_batch in = { .rows = ROWS, .x = t->x };

        draw_task(t);
        ito_weights_pack(ctx, w, s.w);
        memcpy(y, ito_plan_forward(plan, w, work, &in), sizeof(y));
        CHECK_OK(ctx, ito_cross_entropy(ctx, ROWS, 4, t->label, y, &loss));
        ito_plan_backward(plan, w, work, &in, y, grad, NULL);
        CHECK_OK(ctx, ito_adam_step(ctx, g, &o, ROWS, grad, &s));
    }
    CHECK(loss < 0.2);
    draw_task(t);
    ito_weights_pack(ctx, w, s.w);
    memcpy(
        y,
        ito_plan_infer(plan, w, work, &(ito_batch){ .rows = ROWS, .x = t->x }),
        sizeof(y));
    CHECK(right(y, t->label) >= ROWS * 9 / 10);
    free(t);
    free(s.w);
    free(s.m);
    free(s.v);
    free(grad);
    free(work);
    ito_weights_free(w);
    ito_plan_free(plan);
    ito_graph_free(g);
    ito_close(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(cross_entropy_and_its_gradient_follow_the_formula),
        RUN(cross_entropy_of_far_numbers_is_finite),
        RUN(adam_takes_the_steps_worked_out_by_hand),
        RUN(a_small_classifier_learns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
