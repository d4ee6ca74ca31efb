/* SPDX-License-Identifier: MIT
 *
 * test_likelihood.c - log densities under exact flows against closed forms.
 */
#include <ito/likelihood.h>

#include "check.h"
#include "probe_cover.h"

static ito_ctx *ctx;

static int open_ctx(void **state)
{
    (void)state;
    return ito_open(&ctx, NULL) == ITO_OK ? 0 : -1;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

/* n rows of an oracle's data, in double, with their exact log densities. */
typedef struct rows {
    ito_flow *flow;
    size_t n, dim;
    double *x, *noise, *logp;
    ito_logp_row *out;
} rows;

static void rows_open(rows *r, const char *name, size_t n)
{
    const ito_noise at = { .seed = 21, .purpose = ITO_FOR_ROWS };
    const ito_dist *dist;
    float *x;

    CHECK_OK(ctx, ito_flow_open(ctx, name, &r->flow));
    dist = ito_oracle_dist(ito_flow_oracle(r->flow));
    r->n = n;
    r->dim = ito_flow_dim(r->flow);
    x = malloc(n * r->dim * sizeof(*x));
    r->x = malloc(n * r->dim * sizeof(*r->x));
    r->noise = malloc(n * r->dim * sizeof(*r->noise));
    r->logp = malloc(n * sizeof(*r->logp));
    r->out = calloc(n, sizeof(*r->out));
    CHECK_OK(ctx, ito_dist_sample(ctx, dist, &at, 0, n, x));
    for (size_t i = 0; i < n * r->dim; i++)
        r->x[i] = (double)x[i];
    CHECK_OK(ctx, ito_dist_logp(ctx, dist, n, r->x, r->logp));
    free(x);
}

static void rows_close(rows *r)
{
    ito_flow_free(r->flow);
    free(r->x);
    free(r->noise);
    free(r->logp);
    free(r->out);
}

static double worst(const rows *r)
{
    double most = 0.0;

    for (size_t i = 0; i < r->n; i++)
        most = fmax(most, fabs(r->out[i].value - r->logp[i]));
    return most;
}

TEST(exact_flows_give_log_densities_to_1e_6)
{
    static const char *const names[] = {
        "oracle:gaussian:dim=3", "oracle:gmm:modes=5,scale=10,std=1",
        "oracle:8gaussians", "oracle:gmm:modes=3,scale=2,std=0.5@cosine"
    };
    const ito_logp_opts fixed = { .steps = 150 };
    const ito_logp_opts adaptive = { .rtol = 1e-9 };

    for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
        rows r;

        rows_open(&r, names[k], 12);
        CHECK_OK(ctx,
                 ito_logp_rows(ctx, r.flow, &adaptive, r.n, r.x, NULL, r.out));
        CHECK_NEAR(worst(&r), 0.0, 1e-6);
        CHECK_OK(ctx,
                 ito_logp_rows(ctx, r.flow, &fixed, r.n, r.x, NULL, r.out));
        CHECK_NEAR(worst(&r), 0.0, 1e-6);
        for (size_t i = 0; i < r.n; i++)
            CHECK(!r.out[i].flagged && r.out[i].probe_error == 0.0 &&
                  r.out[i].lo == r.out[i].value);
        rows_close(&r);
    }
}

TEST(the_step_estimate_is_above_the_true_error_in_95_percent_of_rows)
{
    const ito_logp_opts o = { .steps = 24 };
    size_t above = 0;
    rows r;

    rows_open(&r, "oracle:gmm:modes=5,scale=10,std=1", 400);
    CHECK_OK(ctx, ito_logp_rows(ctx, r.flow, &o, r.n, r.x, NULL, r.out));
    for (size_t i = 0; i < r.n; i++)
        above +=
            r.out[i].step_error + 1e-12 >= fabs(r.out[i].value - r.logp[i]);
    print_message("%zu of %zu rows\n", above, r.n);
    CHECK((double)above >= 0.95 * (double)r.n);
    rows_close(&r);
}

TEST(the_probe_interval_covers_in_93_to_97_percent_of_2000_rows)
{
    static covariance *const all[] = { all_alike, random_strong };
    const ito_logp_opts o = { .steps = 3, .probes = 16, .seed = 4, .once = 1 };

    for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
        const size_t covered = covered_rows(ctx, all[k], &o, 2000);

        CHECK(covered >= 1860 && covered <= 1940);
    }
}

TEST(encoding_and_decoding_are_a_round_trip)
{
    const ito_logp_opts o = { .steps = 100 };
    double *back;
    rows r;

    rows_open(&r, "oracle:moons@sqrt", 4);
    back = malloc(r.n * r.dim * sizeof(*back));
    CHECK_OK(ctx, ito_logp_rows(ctx, r.flow, &(ito_logp_opts){ .rtol = 1e-9 },
                                r.n, r.x, r.noise, r.out));
    CHECK_OK(ctx, ito_logp_decode(ctx, r.flow, &(ito_logp_opts){ .rtol = 1e-9 },
                                  r.n, r.noise, back, r.out));
    for (size_t i = 0; i < r.n * r.dim; i++)
        CHECK_NEAR(back[i], r.x[i], 1e-5);
    free(back);
    rows_close(&r);
    /* samples know their density as data do */
    rows_open(&r, "oracle:gmm:modes=3,scale=2,std=0.5", 20);
    CHECK_OK(ctx, ito_logp_sample(ctx, r.flow, &o, r.n, r.x, r.out));
    CHECK_OK(ctx, ito_dist_logp(ctx, ito_oracle_dist(ito_flow_oracle(r.flow)),
                                r.n, r.x, r.logp));
    CHECK_NEAR(worst(&r), 0.0, 1e-6);
    rows_close(&r);
}

TEST(what_is_wrong_is_said)
{
    ito_logp_row out[2];
    double x[4] = { 0.0, (double)NAN, 0.0, 0.0 };
    ito_flow *flow = NULL;

    CHECK_OK(ctx, ito_flow_open(ctx, "oracle:8gaussians", &flow));
    CHECK_FAILS(ctx, ito_logp_rows(ctx, flow, NULL, 2, x, NULL, out), ITO_EARG,
                "component 1 of row 0");
    x[1] = 0.0;
    CHECK_FAILS(ctx,
                ito_logp_rows(ctx, flow, &(ito_logp_opts){ .probes = 1 }, 2, x,
                              NULL, out),
                ITO_EARG, "1 probes");
    CHECK_OK(ctx, ito_logp_rows(ctx, flow, &(ito_logp_opts){ .steps = 1 }, 2, x,
                                NULL, out));
    CHECK(out[0].flagged && out[0].step_error > 0.01);
    CHECK_NEAR(ito_logp_bits(-2.0 * 0.69314718055994531, 2), 1.0, 1e-15);
    ito_flow_free(flow);
    CHECK(ito_flow_open(ctx, "oracle:nothing", &flow) != ITO_OK && !flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(exact_flows_give_log_densities_to_1e_6),
        RUN(the_step_estimate_is_above_the_true_error_in_95_percent_of_rows),
        RUN(the_probe_interval_covers_in_93_to_97_percent_of_2000_rows),
        RUN(encoding_and_decoding_are_a_round_trip),
        RUN(what_is_wrong_is_said),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
