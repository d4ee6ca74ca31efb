/* SPDX-License-Identifier: MIT
 *
 * test_dit.c - the transformer of images: its parameters counted by hand, its
 * first output, its symmetries.
 */
#include <ito/net.h>

#include "check.h"

#define SIDE 28
#define DIM  (SIDE * SIDE)
#define ROWS 2

static ito_ctx *ctx;

static const ito_dit standard = { .h = SIDE, .w = SIDE, .c = 1, .labels = 11 };

TEST(parameters_are_as_counted_by_hand)
{
    const size_t w = 256, tokens = 49, square = 16, features = 1 + 32 + 64;
    const size_t block = (w * 6 * w + 6 * w) + (w * 3 * w + 3 * w) +
                         (w * w + w) + (w * 4 * w + 4 * w) + (4 * w * w + w);
    const size_t want = (square * w + w) + tokens * w + 11 * 64 +
                        (features * w + w) + (w * w + w) + 6 * block +
                        (w * 2 * w + 2 * w) + (w * square + square);
    ito_graph *g;

    CHECK_OK(ctx, ito_dit_build(ctx, &standard, &g));
    CHECK(ito_graph_params(g) == want);
    CHECK(ito_graph_input_cols(g, ITO_INPUT_X) == DIM);
    CHECK(ito_graph_input_cols(g, ITO_INPUT_COND) == 1);
    CHECK(ito_graph_output_cols(g) == DIM);
    ito_graph_free(g);
}

/* The output of a graph on ROWS images. */
static void infer(const ito_graph *g, const float *params, const float *x,
                  const float *labels, float *out)
{
    static const float t[ROWS] = { 0.25f, 0.75f };
    const ito_batch in = { .rows = ROWS, .x = x, .t = t, .cond = labels };
    ito_weights *w;
    ito_plan *plan;
    float *work;

    CHECK_OK(ctx, ito_graph_plan(ctx, g, ROWS, ITO_MODE_INFER, &plan));
    CHECK_OK(ctx, ito_weights_new(ctx, g, &w));
    ito_weights_pack(ctx, w, params);
    work = aligned_alloc(64, (ito_plan_floats(plan) / 16 + 1) * 64);
    CHECK(work != NULL);
    memcpy(out, ito_plan_infer(plan, w, work, &in),
           ROWS * ito_graph_output_cols(g) * sizeof(*out));
    free(work);
    ito_weights_free(w);
    ito_plan_free(plan);
}

/* adaLN-Zero: nothing comes out at first, and once the last layers are not
 * zero, what comes out does not know the blocks: they are identities. */
TEST(every_block_is_the_identity_at_first)
{
    static float x[ROWS * DIM], y[ROWS * DIM], z[ROWS * DIM];
    static const float labels[ROWS] = { 3.0f, 10.0f };
    float *outputs[2] = { y, z };

    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = (float)t_normal();
    for (size_t k = 0; k < 2; k++) {
        ito_dit d = standard;
        float *params, biggest = 0.0f;
        ito_graph *g;
        ito_slice s;
        size_t last = 0;

        d.depth = k ? 1 : 3;
        CHECK_OK(ctx, ito_dit_build(ctx, &d, &g));
        params = calloc(ito_graph_params(g), sizeof(*params));
        CHECK(params != NULL);
        ito_graph_init(ctx, g, ITO_INIT_UNIFORM, 1, params);
        infer(g, params, x, labels, outputs[k]);
        for (size_t i = 0; i < COUNT(y); i++)
            CHECK_NEAR((double)outputs[k][i], 0.0, 0.0);
        /* the same parameters in both, whatever stands between */
        while (ito_graph_slice(g, last, &s) == 0) {
            const size_t n = s.shape[0] * s.shape[1];

            if (strcmp(s.name, "positions0.table") == 0 ||
                strncmp(s.name, "linear0.", 8) == 0 ||
                strncmp(s.name, "linear1.", 8) == 0 ||
                strncmp(s.name, "linear2.", 8) == 0)
                for (size_t i = 0; i < n; i++)
                    params[s.offset + i] = (float)(i % 7) * 0.01f - 0.03f;
            last++;
        }
        CHECK(ito_graph_slice(g, last - 2, &s) == 0);
        for (size_t i = 0; i < s.shape[0] * s.shape[1]; i++)
            params[s.offset + i] = (float)(i % 5) * 0.1f - 0.2f;
        infer(g, params, x, labels, outputs[k]);
        for (size_t i = 0; i < COUNT(y); i++)
            biggest = fmaxf(biggest, fabsf(outputs[k][i]));
        CHECK(biggest > 0.01f);
        free(params);
        ito_graph_free(g);
    }
    CHECK_SAME(y, z, COUNT(y));
}

/* Squares of 4 x 4 in the reverse order. */
static void reverse_squares(const float *x, float *y)
{
    const size_t wide = SIDE / 4, last = wide - 1;

    for (size_t i = 0; i < SIDE; i++)
        for (size_t j = 0; j < SIDE; j++) {
            const size_t down = (last - i / 4) * 4 + i % 4;
            const size_t right = (last - j / 4) * 4 + j % 4;

            y[down * SIDE + right] = x[i * SIDE + j];
        }
}

/* Without positions tokens are a set: those that change places change the
 * places of what comes out, up to the order of sums in the attention. */
TEST(tokens_without_positions_have_no_order)
{
    static float x[ROWS * DIM], turned[ROWS * DIM];
    static float y[ROWS * DIM], z[ROWS * DIM], want[DIM];
    static const float labels[ROWS] = { 3.0f, 10.0f };

    for (int form = 0; form < 2; form++) {
        const ito_dit d = { .h = SIDE,
                            .w = SIDE,
                            .c = 1,
                            .width = 32,
                            .depth = 2,
                            .labels = 11,
                            .standard = form };
        ito_graph *g;
        ito_slice s;
        float *params;

        CHECK_OK(ctx, ito_dit_build(ctx, &d, &g));
        params = calloc(ito_graph_params(g), sizeof(*params));
        CHECK(params != NULL);
        for (size_t i = 0; i < ito_graph_params(g); i++)
            params[i] = 0.2f * (float)t_normal();
        for (size_t i = 0; ito_graph_slice(g, i, &s) == 0; i++)
            if (strcmp(s.name, "positions0.table") == 0)
                memset(params + s.offset, 0,
                       s.shape[0] * s.shape[1] * sizeof(*params));
        for (size_t i = 0; i < COUNT(x); i++)
            x[i] = turned[i] = (float)t_normal();
        reverse_squares(x, turned);
        infer(g, params, x, labels, y);
        infer(g, params, turned, labels, z);
        reverse_squares(y, want);
        for (size_t i = 0; i < DIM; i++)
            CHECK_NEAR(z[i], want[i], 1e-4);
        CHECK(fabsf(z[0] - y[0]) > 0.01f);
        free(params);
        ito_graph_free(g);
    }
}

TEST(sizes_that_do_not_fit_are_refused)
{
    ito_graph *g;
    ito_dit d = standard;

    d.patch = 5;
    CHECK(ito_dit_build(ctx, &d, &g) == ITO_EUNFIT && !g);
    CHECK(strstr(ito_errmsg(ctx), "squares of 5") != NULL);
    d = standard;
    d.heads = 3;
    CHECK(ito_dit_build(ctx, &d, &g) == ITO_EARG && !g);
    d = standard;
    d.w = 0;
    CHECK(ito_dit_build(ctx, &d, &g) == ITO_EARG && !g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(parameters_are_as_counted_by_hand),
        RUN(every_block_is_the_identity_at_first),
        RUN(tokens_without_positions_have_no_order),
        RUN(sizes_that_do_not_fit_are_refused),
    };
    int failed;

    if (ito_open(&ctx, NULL) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}
