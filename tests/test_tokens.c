/* SPDX-License-Identifier: MIT
 *
 * test_tokens.c - what attention, patches, positions and resampling compute,
 * against their formulas.  Gradients: double_layers.c.
 */
#include <ito/layer.h>

#include "check.h"

#define ROWS 2

static ito_ctx *ctx;

/* x of h x w x c, as a node of a new graph. */
static ito_node image(ito_graph **g, size_t h, size_t w, size_t c)
{
    const size_t shape[3] = { h, w, c };
    ito_node x;

    CHECK_OK(ctx, ito_graph_new(ctx, g));
    CHECK_OK(ctx, ito_graph_input(ctx, *g, ITO_INPUT_X, h * w * c, &x));
    CHECK_OK(ctx, ito_graph_reshape(ctx, *g, x, shape, &x));
    return x;
}

/* Finish the graph at y and run it on ROWS rows; frees the graph. */
static void infer(ito_graph *g, ito_node y, const float *params, const float *x,
                  float *out)
{
    const ito_batch in = { .rows = ROWS, .x = x };
    ito_weights *w;
    ito_plan *plan;
    float *work;

    CHECK_OK(ctx, ito_graph_finish(ctx, g, y));
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
    ito_graph_free(g);
}

static void fill(size_t n, float *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (float)t_normal();
}

enum { TOKENS = 37, CHANNELS = 12, HEADS = 3, SIZE = CHANNELS / HEADS };

/* softmax(q k' / sqrt(SIZE)) v of one row in double. */
static void attention(const float *x, double *y)
{
    for (size_t h = 0; h < HEADS; h++)
        for (size_t i = 0; i < TOKENS; i++) {
            double p[TOKENS], sum = 0.0;

            for (size_t j = 0; j < TOKENS; j++) {
                double s = 0.0;

                for (size_t c = h * SIZE; c < (h + 1) * SIZE; c++)
                    s += (double)x[i * 3 * CHANNELS + c] *
                         (double)x[j * 3 * CHANNELS + CHANNELS + c];
                p[j] = exp(s / sqrt((double)SIZE));
                sum += p[j];
            }
            for (size_t c = h * SIZE; c < (h + 1) * SIZE; c++) {
                double v = 0.0;

                for (size_t j = 0; j < TOKENS; j++)
                    v += p[j] / sum *
                         (double)x[j * 3 * CHANNELS + 2 * CHANNELS + c];
                y[i * CHANNELS + c] = v;
            }
        }
}

TEST(attention_is_its_formula)
{
    static float x[ROWS * TOKENS * 3 * CHANNELS], y[ROWS * TOKENS * CHANNELS];
    static double want[TOKENS * CHANNELS];
    ito_graph *g;
    ito_node n = image(&g, TOKENS, 1, 3 * CHANNELS);

    fill(COUNT(x), x);
    CHECK_OK(ctx, ito_graph_attention(ctx, g, n, HEADS, &n));
    infer(g, n, NULL, x, y);
    for (size_t r = 0; r < ROWS; r++) {
        attention(x + r * TOKENS * 3 * CHANNELS, want);
        for (size_t i = 0; i < COUNT(want); i++)
            CHECK_NEAR((double)y[r * COUNT(want) + i], want[i], 3e-6);
    }
}

/* Values that are all 1 come out as 1, however large the scores are. */
TEST(rows_of_attention_sum_to_one)
{
    static float x[ROWS * TOKENS * 3 * CHANNELS], y[ROWS * TOKENS * CHANNELS];
    ito_graph *g;
    ito_node n = image(&g, TOKENS, 1, 3 * CHANNELS);

    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = i % (3 * CHANNELS) < 2 * CHANNELS ? 30.0f * (float)t_normal()
                                                 : 1.0f;
    CHECK_OK(ctx, ito_graph_attention(ctx, g, n, HEADS, &n));
    infer(g, n, NULL, x, y);
    for (size_t i = 0; i < COUNT(y); i++)
        CHECK_NEAR((double)y[i], 1.0, 1e-6);
}

/* Without positions, tokens in another order give results in that order. */
TEST(attention_does_not_know_the_order_of_tokens)
{
    static float x[ROWS * TOKENS * 3 * CHANNELS], y[ROWS * TOKENS * CHANNELS];
    static float z[ROWS * TOKENS * 3 * CHANNELS], v[ROWS * TOKENS * CHANNELS];
    const size_t in = 3 * CHANNELS, out = CHANNELS;

    fill(COUNT(x), x);
    for (size_t i = 0; i < TOKENS; i++)
        memcpy(z + (i * 5 % TOKENS) * in, x + i * in, in * sizeof(*z));
    for (size_t k = 0; k < 2; k++) {
        ito_graph *g;
        ito_node n = image(&g, TOKENS, 1, in);

        CHECK_OK(ctx, ito_graph_attention(ctx, g, n, HEADS, &n));
        infer(g, n, NULL, k ? z : x, k ? v : y);
    }
    for (size_t i = 0; i < TOKENS; i++)
        for (size_t c = 0; c < out; c++)
            CHECK_NEAR((double)v[(i * 5 % TOKENS) * out + c],
                       (double)y[i * out + c], 2e-6);
}

/* Pixel (y, x, c) goes to token (y/p, x/p), channel (y%p, x%p, c). */
TEST(patches_are_squares_by_rows_and_come_back)
{
    enum { H = 6, W = 4, C = 3, P = 2, N = H * W * C };
    static const size_t size[2] = { H, W };
    static float x[ROWS * N], y[ROWS * N], z[ROWS * N];
    ito_graph *g;
    ito_node n = image(&g, H, W, C);
    size_t shape[3];

    fill(COUNT(x), x);
    CHECK_OK(ctx, ito_graph_patches(ctx, g, n, P, &n));
    CHECK_OK(ctx, ito_graph_shape(ctx, g, n, shape));
    CHECK(shape[0] == 6 && shape[1] == 1 && shape[2] == 12);
    infer(g, n, NULL, x, y);
    for (size_t i = 0; i < N; i++) {
        const size_t row = i / (W * C), col = i / C % W, c = i % C;
        const size_t token = row / P * (W / P) + col / P;
        const size_t in = (row % P * P + col % P) * C + c;

        CHECK_SAME(&y[N + token * P * P * C + in], &x[N + i], 1);
    }
    n = image(&g, H, W, C);
    CHECK_OK(ctx, ito_graph_patches(ctx, g, n, P, &n));
    CHECK_OK(ctx, ito_graph_unpatch(ctx, g, n, P, size, &n));
    infer(g, n, NULL, x, z);
    CHECK_SAME(z, x, COUNT(x));
}

TEST(positions_add_their_table)
{
    static float x[ROWS * 12], y[ROWS * 12], table[12];
    ito_graph *g;
    ito_node n = image(&g, 4, 1, 3);
    ito_slice s;

    fill(COUNT(x), x);
    fill(COUNT(table), table);
    CHECK_OK(ctx, ito_graph_positions(ctx, g, n, &n));
    CHECK(ito_graph_slice(g, 0, &s) == 0);
    CHECK_STR(s.name, "positions0.table");
    CHECK(s.shape[0] == 4 && s.shape[1] == 3);
    infer(g, n, table, x, y);
    for (size_t i = 0; i < COUNT(y); i++)
        CHECK_NEAR((double)y[i], (double)(x[i] + table[i % 12]), 0.0);
}

/* PyTorch's interpolate of 0, 1, 2, 3 (course of MIT 6.S184, lab 3). */
TEST(upsampling_has_the_values_of_half_pixel_centres)
{
    static const float line[ROWS * 4] = { 0, 1, 2, 3, 4, 4, 4, 4 };
    static const float want[8] = { 0,     0.25f, 0.75f, 1.25f,
                                   1.75f, 2.25f, 2.75f, 3 };
    float y[ROWS * 16];
    ito_graph *g;
    ito_node n = image(&g, 1, 4, 1);

    CHECK_OK(ctx, ito_graph_upsample(ctx, g, n, ITO_UPSAMPLE_BILINEAR, &n));
    infer(g, n, NULL, line, y);
    for (size_t i = 0; i < 16; i++) {
        CHECK_NEAR((double)y[i], (double)want[i % 8], 0.0);
        CHECK_NEAR((double)y[16 + i], 4.0, 0.0); /* a constant stays */
    }
    n = image(&g, 4, 1, 1);
    CHECK_OK(ctx, ito_graph_upsample(ctx, g, n, ITO_UPSAMPLE_BILINEAR, &n));
    infer(g, n, NULL, line, y);
    for (size_t i = 0; i < 16; i++)
        CHECK_NEAR((double)y[i], (double)want[i / 2], 0.0);
    n = image(&g, 1, 4, 1);
    CHECK_OK(ctx, ito_graph_upsample(ctx, g, n, ITO_UPSAMPLE_NEAREST, &n));
    infer(g, n, NULL, line, y);
    for (size_t i = 0; i < 16; i++)
        CHECK_NEAR((double)y[i], (double)(i % 8 / 2), 0.0);
}

TEST(pooling_takes_squares)
{
    static const float x[ROWS * 8] = { 1, 2, 3, 4, 5, 6, -7, 8 };
    float y[ROWS * 2];
    ito_graph *g;
    ito_node n = image(&g, 2, 4, 1);

    CHECK_OK(ctx, ito_graph_pool(ctx, g, n, ITO_POOL_MEAN, &n));
    infer(g, n, NULL, x, y);
    CHECK_NEAR((double)y[0], 3.5, 0.0);
    CHECK_NEAR((double)y[1], 2.0, 0.0);
    n = image(&g, 2, 4, 1);
    CHECK_OK(ctx, ito_graph_pool(ctx, g, n, ITO_POOL_MAX, &n));
    infer(g, n, NULL, x, y);
    CHECK_NEAR((double)y[0], 6.0, 0.0);
    CHECK_NEAR((double)y[1], 8.0, 0.0);
    n = image(&g, 2, 2, 2);
    CHECK_OK(ctx, ito_graph_mean(ctx, g, n, &n));
    infer(g, n, NULL, x, y);
    CHECK_NEAR((double)y[0], 0.5, 1e-7);
    CHECK_NEAR((double)y[1], 5.0, 1e-7);
}

TEST(shapes_that_do_not_fit_are_refused)
{
    static const size_t size[2] = { 4, 4 };
    ito_graph *g;
    ito_node x = image(&g, 3, 4, 6), y;

    CHECK(ito_graph_attention(ctx, g, x, 0, &y) == ITO_EARG);
    CHECK(ito_graph_attention(ctx, g, x, 4, &y) == ITO_EARG);
    CHECK(ito_graph_patches(ctx, g, x, 2, &y) == ITO_EARG);
    CHECK(ito_graph_patches(ctx, g, x, 0, &y) == ITO_EARG);
    CHECK(ito_graph_unpatch(ctx, g, x, 2, size, &y) == ITO_EARG);
    CHECK(ito_graph_pool(ctx, g, x, ITO_POOL_MAX, &y) == ITO_EARG);
    CHECK(ito_graph_upsample(ctx, g, x, (ito_upsample)7, &y) == ITO_EARG);
    ito_graph_free(g);
}

/* cos and sin of w_j s t, w_j = 10000^(-j / k), of times up to 1 and a
 * scale of 1000: angles in float, whose last bit is 3e-5. */
TEST(sinusoids_are_cosines_before_sines)
{
    enum { COUNT_OF = 5, SCALE = 1000 };
    float x[ROWS] = { 0.25F, -1.0F }, out[ROWS * 2 * COUNT_OF];
    ito_graph *g;
    ito_node t = image(&g, 1, 1, 1);

    CHECK(ito_graph_sinusoids(ctx, g, t, 0, SCALE, &t) == ITO_EARG);
    CHECK(ito_graph_sinusoids(ctx, g, t, COUNT_OF, 0, &t) == ITO_EARG);
    CHECK(ito_graph_sinusoids(ctx, g, t, COUNT_OF, 100001, &t) == ITO_EARG);
    CHECK_OK(ctx, ito_graph_sinusoids(ctx, g, t, COUNT_OF, SCALE, &t));
    infer(g, t, x, x, out);
    for (size_t r = 0; r < ROWS; r++)
        for (size_t j = 0; j < COUNT_OF; j++) {
            const double w = pow(10000.0, -(double)j / COUNT_OF);
            const float *y = out + r * 2 * COUNT_OF;

            CHECK_NEAR(y[j], cos(w * SCALE * (double)x[r]), 1e-4);
            CHECK_NEAR(y[COUNT_OF + j], sin(w * SCALE * (double)x[r]), 1e-4);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(sinusoids_are_cosines_before_sines),
        RUN(attention_is_its_formula),
        RUN(rows_of_attention_sum_to_one),
        RUN(attention_does_not_know_the_order_of_tokens),
        RUN(patches_are_squares_by_rows_and_come_back),
        RUN(positions_add_their_table),
        RUN(upsampling_has_the_values_of_half_pixel_centres),
        RUN(pooling_takes_squares),
        RUN(shapes_that_do_not_fit_are_refused),
    };
    int failed;

    if (ito_open(&ctx, NULL) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}
