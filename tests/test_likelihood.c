/* SPDX-License-Identifier: MIT
 *
 * test_likelihood.c - log densities under exact flows against closed forms.
 */
#include <ito/likelihood.h>

#include "check.h"

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

/* ---- the interval of the probes ---- */

#define WIDE_DIM 20

/* Covariances of WIDE_DIM coordinates, from weak to strong correlation. */
typedef void covariance(double *cov);

static void neighbours(double *cov)
{
    for (size_t a = 0; a < WIDE_DIM; a++)
        for (size_t b = 0; b < WIDE_DIM; b++)
            cov[a * WIDE_DIM + b] = a == b                     ? 1.0
                                    : a + 1 == b || b + 1 == a ? 0.35
                                                               : 0.0;
}

static void all_alike(double *cov)
{
    for (size_t a = 0; a < WIDE_DIM; a++)
        for (size_t b = 0; b < WIDE_DIM; b++)
            cov[a * WIDE_DIM + b] = a == b ? 1.0 : 0.5;
}

/* G G' / columns + floor of the diagonal, G of normals. */
static void product(double *cov, size_t columns, double floor)
{
    float g[WIDE_DIM * 2 * WIDE_DIM];

    CHECK(columns <= 2 * WIDE_DIM);
    CHECK_OK(ctx, ito_noise_normal(ctx, &(ito_noise){ .seed = 8 }, 0, WIDE_DIM,
                                   columns, g));
    for (size_t a = 0; a < WIDE_DIM; a++)
        for (size_t b = 0; b < WIDE_DIM; b++) {
            double sum = a == b ? floor : 0.0;

            for (size_t c = 0; c < columns; c++)
                sum += (double)g[a * columns + c] * (double)g[b * columns + c] /
                       (double)columns;
            cov[a * WIDE_DIM + b] = sum;
        }
}

static void random_strong(double *cov)
{
    product(cov, WIDE_DIM + 4, 0.0);
}

static void two_factors(double *cov)
{
    product(cov, 2, 0.4);
}

/* How many of n rows of N(0, cov) have their density in the interval. */
static size_t covered_rows(covariance *fill, const ito_logp_opts *o, size_t n)
{
    double cov[WIDE_DIM * WIDE_DIM];
    double *x = malloc(n * WIDE_DIM * sizeof(*x));
    double *logp = malloc(n * sizeof(*logp));
    float *z = malloc(n * WIDE_DIM * sizeof(*z));
    ito_logp_row *out = malloc(n * sizeof(*out));
    ito_oracle *oracle;
    size_t covered = 0;
    ito_dist *dist;
    ito_flow *flow;

    fill(cov);
    CHECK_OK(ctx, ito_dist_open_gaussian(ctx, WIDE_DIM, NULL, cov, &dist));
    CHECK_OK(ctx, ito_oracle_of(ctx, dist, NULL, &oracle));
    CHECK_OK(ctx, ito_flow_of_oracle(ctx, oracle, &flow));
    CHECK_OK(ctx,
             ito_dist_sample(ctx, dist, &(ito_noise){ .seed = 2 }, 0, n, z));
    for (size_t i = 0; i < n * WIDE_DIM; i++)
        x[i] = (double)z[i];
    CHECK_OK(ctx, ito_dist_logp(ctx, dist, n, x, logp));
    CHECK_OK(ctx, ito_logp_rows(ctx, flow, o, n, x, NULL, out));
    for (size_t i = 0; i < n; i++) {
        CHECK(out[i].probe_error > 0.0);
        CHECK(out[i].step_error < 0.05 * out[i].probe_error);
        covered += logp[i] >= out[i].lo && logp[i] <= out[i].hi;
    }
    free(out);
    free(logp);
    free(z);
    free(x);
    ito_flow_free(flow);
    ito_oracle_free(oracle);
    ito_dist_free(dist);
    return covered;
}

TEST(the_probe_interval_covers_in_93_to_97_percent_of_2000_rows)
{
    static covariance *const all[] = { neighbours, all_alike, random_strong,
                                       two_factors };
    const ito_logp_opts o = { .steps = 8, .probes = 16, .seed = 4 };

    for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
        const size_t covered = covered_rows(all[k], &o, 2000);

        print_message("%zu of 2000 rows\n", covered);
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
    double x[4] = { 0.0, NAN, 0.0, 0.0 };
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
