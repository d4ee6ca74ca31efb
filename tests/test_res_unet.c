/* SPDX-License-Identifier: MIT
 *
 * test_res_unet.c - the residual U-Net: what it starts from, its parameters,
 * refusals.  Gradients, bits and rows: double_layers.c, test_layers.c.
 */
#include <ito/net.h>

#include "check.h"
#include "ctx/ctx.h"

static ito_ctx *ctx;

/* Parameters of the network by hand: groups of 8 channels have a norm with
 * gamma and beta, the led norm has none. */
static size_t conv(size_t in, size_t out)
{
    return 9 * in * out + out;
}

static size_t linear(size_t in, size_t out)
{
    return in * out + out;
}

static size_t block(size_t in, size_t out, size_t embed)
{
    return 2 * in + conv(in, out) + linear(embed, 2 * out) + conv(out, out) +
           (in == out ? 0 : linear(in, out));
}

TEST(the_usual_network_has_the_parameters_of_its_blocks)
{
    const ito_res_unet u = { .h = 28, .w = 28, .c = 1, .labels = 11 };
    const size_t e = 128;
    const size_t lead = linear(33, e) + linear(e, e) + 11 * e;
    const size_t down =
        conv(1, 32) + block(32, 64, e) + block(64, 64, e) + block(64, 128, e);
    const size_t middle =
        2 * block(128, 128, e) + 2 * 128 + linear(128, 384) + linear(128, 128);
    const size_t up = block(128, 64, e) + linear(64, 64) + block(64, 64, e) +
                      block(64, 32, e) + linear(32, 32);
    const size_t end = 2 * 32 + conv(32, 1);
    ito_graph *g;

    CHECK_OK(ctx, ito_res_unet_build(ctx, &u, &g));
    CHECK(ito_graph_params(g) == lead + down + middle + up + end);
    CHECK(ito_graph_running(g) == 0);
    ito_graph_free(g);
}

static float *room(size_t n)
{
    float *p = aligned_alloc(64, (n / 16 + 1) * 64);

    CHECK(p != NULL);
    for (size_t i = 0; i < n; i++)
        p[i] = (float)t_normal();
    return p;
}

TEST(the_output_starts_from_zero)
{
    const ito_res_unet u = { .h = 8, .w = 8, .c = 2, .labels = 3 };
    const float t[2] = { 0.1F, 0.9F }, cond[2] = { 0.0F, 2.0F };
    float *params, *work, *x;
    const float *y;
    ito_graph *g;
    ito_plan *plan;
    ito_weights *w;

    CHECK_OK(ctx, ito_res_unet_build(ctx, &u, &g));
    CHECK_OK(ctx, ito_graph_plan(ctx, g, 2, ITO_MODE_INFER, &plan));
    CHECK_OK(ctx, ito_weights_new(ctx, g, &w));
    params = room(ito_graph_params(g));
    work = room(ito_plan_floats(plan));
    x = room(2 * 128);
    ito_graph_init(ctx, g, ITO_INIT_UNIFORM, 1, params);
    ito_weights_pack(ctx, w, params);
    y = ito_plan_infer(plan, w, work,
                       &(ito_batch){ .rows = 2, .x = x, .t = t, .cond = cond });
    for (size_t i = 0; i < 256; i++)
        CHECK(y[i] == 0.0F);
    free(params);
    free(work);
    free(x);
    ito_weights_free(w);
    ito_plan_free(plan);
    ito_graph_free(g);
}

TEST(levels_end_where_sides_are_odd)
{
    ito_res_unet u = { .h = 18, .w = 20, .c = 1 };
    const size_t e = 128;
    const size_t two = conv(1, 32) + block(32, 64, e) + 2 * block(64, 64, e) +
                       2 * 64 + linear(64, 192) + linear(64, 64) +
                       block(64, 32, e) + linear(32, 32) + 2 * 32 + conv(32, 1);
    ito_graph *g;

    CHECK_OK(ctx, ito_res_unet_build(ctx, &u, &g));
    CHECK(ito_graph_params(g) == linear(33, e) + linear(e, e) + two);
    ito_graph_free(g);
    u.h = 17;
    CHECK_OK(ctx, ito_res_unet_build(ctx, &u, &g));
    ito_graph_free(g);
}

TEST(sizes_that_do_not_fit_are_refused)
{
    const ito_res_unet good = { .h = 16, .w = 16, .c = 1 };
    ito_res_unet u = good;
    ito_graph *g;

    u.h = 18;
    u.levels = 3;
    CHECK_FAILS(ctx, ito_res_unet_build(ctx, &u, &g), ITO_EARG,
                "multiples of 4, at most 4096; pad them");
    CHECK(g == NULL);
    u = good;
    u.levels = 9;
    CHECK(ito_res_unet_build(ctx, &u, &g) == ITO_EARG);
    u = good;
    u.labels = 1;
    CHECK(ito_res_unet_build(ctx, &u, &g) == ITO_EARG);
    u = good;
    u.c = 0;
    CHECK(ito_res_unet_build(ctx, &u, &g) == ITO_EARG);
    u = good;
    u.channels[0] = 8;
    u.levels = 2; /* the second has no channels */
    CHECK(ito_res_unet_build(ctx, &u, &g) == ITO_EARG);
    u = good;
    u.dropout = 1.0;
    CHECK(ito_res_unet_build(ctx, &u, &g) == ITO_EARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_usual_network_has_the_parameters_of_its_blocks),
        RUN(the_output_starts_from_zero),
        RUN(levels_end_where_sides_are_odd),
        RUN(sizes_that_do_not_fit_are_refused),
    };
    int failed;

    if (ito_open(&ctx, NULL) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}
