/* SPDX-License-Identifier: MIT
 *
 * slow_likelihood.c - log densities at length: trained networks whose density
 * has the integral 1, the same network in double, densities of a table in its
 * own units, and the interval of the probes on more covariances.
 */
#include <ito/likelihood.h>
#include <ito/train.h>

#include "check.h"
#include "flow/model.h"
#include "kern/dmath.h"
#include "probe_cover.h"

#define WIDTH 64
#define DEPTH 3

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

static ito_model *train(const ito_source *source, size_t steps)
{
    const ito_mlp mlp = { .width = WIDTH, .depth = DEPTH, .plain = 1 };
    const ito_train_opts o = { .mlp = &mlp, .steps = steps, .batch = 512 };
    ito_trainer *t;
    ito_model *m;

    CHECK_OK(ctx, ito_trainer_new(ctx, source, &o, &t));
    CHECK_OK(ctx, ito_trainer_run(ctx, t, SIZE_MAX));
    CHECK_OK(ctx, ito_trainer_finish(ctx, t, &m));
    ito_trainer_free(t);
    return m;
}

static ito_model *train_set(const char *set, const char *label, size_t steps)
{
    const ito_source_opts so = { .label = label };
    ito_source *source;
    ito_model *m;

    CHECK_OK(ctx, ito_source_open(ctx, set, &so, &source));
    m = train(source, steps);
    ito_source_free(source);
    return m;
}

/* ---- integrals ---- */

/* Of exp(log p) over the square of half-width r about 0, by the midpoint rule
 * of step h, whose error for densities this smooth vanishes. */
static double integral(const ito_flow *flow, const ito_logp_opts *o, double r,
                       double h)
{
    const size_t side = (size_t)(2.0 * r / h), n = side * side;
    double *x = calloc(2 * n, sizeof(*x)), sum = 0.0;
    ito_logp_row *out = malloc(n * sizeof(*out));

    for (size_t i = 0; i < n; i++) {
        x[2 * i] = -r + h * ((double)(i / side) + 0.5);
        x[2 * i + 1] = -r + h * ((double)(i % side) + 0.5);
    }
    CHECK_OK(ctx, ito_logp_rows(ctx, flow, o, n, x, NULL, out));
    for (size_t i = 0; i < n; i++)
        sum += exp(out[i].value) * h * h;
    free(out);
    free(x);
    return sum;
}

TEST(densities_of_trained_networks_have_the_integral_1)
{
    static const struct {
        const char *set;
        double r, h;
    } sets[] = { { "gmm:modes=3,scale=2,std=0.5", 6.0, 0.05 },
                 { "moons:scale=1", 3.0, 0.02 } };
    const ito_logp_opts o = { .rtol = 1e-5, .once = 1 };

    for (size_t k = 0; k < sizeof(sets) / sizeof(sets[0]); k++) {
        ito_model *m = train_set(sets[k].set, NULL, 1500);
        ito_flow *flow;
        double one;

        CHECK_OK(ctx, ito_flow_of_model(ctx, m, &flow));
        one = integral(flow, &o, sets[k].r, sets[k].h);
        print_message("%s: %.6f\n", sets[k].set, one);
        CHECK_NEAR(one, 1.0, 0.005);
        ito_flow_free(flow);
        ito_model_free(m);
    }
}

TEST(a_guided_field_has_a_density_too)
{
    ito_model *m = train_set("gmm:modes=3,scale=2,std=0.5", "mode", 800);
    const ito_sample_opts as = { .label = "1", .guide = 1.0 };
    const ito_logp_opts o = { .rtol = 1e-5, .once = 1, .as = &as };
    ito_flow *flow;
    double one;

    CHECK_OK(ctx, ito_flow_of_model(ctx, m, &flow));
    one = integral(flow, &o, 6.0, 0.05);
    print_message("guided: %.6f\n", one);
    CHECK_NEAR(one, 1.0, 0.005);
    ito_flow_free(flow);
    ito_model_free(m);
}

/* ---- the same network in double ---- */

/* The field (u, div u) of the network 3 -> WIDTH x DEPTH -> 2 of (x, y, t). */
static int exact_net(void *user, const ito_tile *tile, void *const *out)
{
    const ito_model *m = user;

    for (size_t i = 0; i < tile->npad; i++) {
        double h[WIDTH], d[2][WIDTH], y[WIDTH], e[2][WIDTH];
        const float *p = m->params;
        size_t in = 3, cols;

        for (size_t c = 0; c < 2; c++) {
            h[c] = ((const double *)tile->x[c])[i];
            d[0][c] = c == 0 ? 1.0 : 0.0;
            d[1][c] = c == 1 ? 1.0 : 0.0;
        }
        h[2] = tile->t;
        d[0][2] = d[1][2] = 0.0;
        for (size_t l = 0; l <= DEPTH; l++, in = cols) {
            cols = l < DEPTH ? WIDTH : 2;
            for (size_t j = 0; j < cols; j++) {
                double a = (double)p[in * cols + j], g[2] = { 0.0, 0.0 };
                double s;

                for (size_t k = 0; k < in; k++) {
                    a += h[k] * (double)p[k * cols + j];
                    g[0] += d[0][k] * (double)p[k * cols + j];
                    g[1] += d[1][k] * (double)p[k * cols + j];
                }
                s = 1.0 / (1.0 + ito__exp(-a));
                y[j] = l < DEPTH ? a * s : a;
                for (size_t v = 0; v < 2; v++)
                    e[v][j] = (l < DEPTH ? s + a * s * (1.0 - s) : 1.0) * g[v];
            }
            memcpy(h, y, sizeof(h));
            memcpy(d, e, sizeof(d));
            p += in * cols + cols;
        }
        ((double *)out[0])[i] = h[0];
        ((double *)out[1])[i] = h[1];
        ((double *)out[2])[i] = d[0][0] + d[1][1];
    }
    return 0;
}

/* log p of n points by that field. */
static void exact_logp(ito_model *m, size_t n, const double *x, double *logp)
{
    const ito_field field = { .name = "network in double",
                              .dtypes = ITO_F64,
                              .flags =
                                  ITO_FIELD_REENTRANT | ITO_FIELD_ROW_INVARIANT,
                              .dim = 3,
                              .drift = exact_net,
                              .user = m };
    const ito_problem problem = {
        .field = &field, .t0 = 1.0, .t1 = 0.0, .n = n, .dtype = ITO_F64
    };
    const ito_solve_opts how = { .method = "dopri5",
                                 .rtol = 1e-9,
                                 .atol = 1e-9 };
    double *s = malloc(3 * n * sizeof(*s));

    for (size_t i = 0; i < n; i++) {
        s[3 * i] = x[2 * i];
        s[3 * i + 1] = x[2 * i + 1];
        s[3 * i + 2] = 0.0;
    }
    CHECK_OK(ctx, ito_solve(ctx, &problem, s, &how, NULL));
    for (size_t i = 0; i < n; i++)
        logp[i] = s[3 * i + 2] - 1.83787706640934548 -
                  0.5 * (s[3 * i] * s[3 * i] + s[3 * i + 1] * s[3 * i + 1]);
    free(s);
}

/* Points of the set, and how they compare with the network in double. */
TEST(values_are_those_of_the_network_in_double)
{
    enum { N = 400 };
    static const ito_logp_opts how[] = { { .rtol = 1e-5 },
                                         { .steps = 32 },
                                         { .steps = 8 } };
    ito_model *m = train_set("moons:scale=1", NULL, 1500);
    static double x[2 * N], exact[N];
    static ito_logp_row out[N];
    ito_table *table;
    ito_flow *flow;

    CHECK_OK(ctx, ito_flow_of_model(ctx, m, &flow));
    CHECK_OK(ctx, ito_data_read(ctx, "moons:scale=1", NULL, N, 5, &table));
    for (size_t i = 0; i < 2 * (size_t)N; i++)
        x[i] = ito_table_column(table, i % 2)->number[i / 2];
    ito_table_free(table);
    exact_logp(m, N, x, exact);
    for (size_t k = 0; k < sizeof(how) / sizeof(how[0]); k++) {
        double worst = 0.0;
        size_t above = 0;

        CHECK_OK(ctx, ito_logp_rows(ctx, flow, &how[k], N, x, NULL, out));
        for (size_t i = 0; i < N; i++) {
            const double error = fabs(out[i].value - exact[i]);

            worst = fmax(worst, error);
            above += out[i].step_error + 1e-5 >= error;
        }
        print_message("%zu: worst %.2g; estimate above in %zu of %d\n", k,
                      worst, above, N);
        CHECK((double)above >= 0.95 * N);
        if (k < 2)
            CHECK_NEAR(worst, 0.0, 0.02);
    }
    ito_flow_free(flow);
    ito_model_free(m);
}

/* ---- units ---- */

TEST(a_normal_table_has_its_density_in_its_own_units)
{
    enum { N = 8000 };
    static double a[N], b[N];
    static float z[2 * N];
    static double slope[N], rows[2 * N];
    static ito_logp_row out[N];
    const ito_column columns[] = {
        { .name = "a", .kind = ITO_COLUMN_NUMBER, .number = a },
        { .name = "b", .kind = ITO_COLUMN_NUMBER, .number = b },
    };
    const ito_source_opts so = { .scale = ITO_SCALE_STANDARD };
    const ito_noise at = { .seed = 1, .purpose = ITO_FOR_CODING };
    const ito_schema *schema;
    double apart = 0.0;
    ito_source *source;
    ito_table *table;
    ito_model *m;
    ito_flow *flow;

    CHECK_OK(ctx, ito_noise_normal(ctx, &(ito_noise){ .seed = 3 }, 0, N, 2, z));
    for (size_t i = 0; i < N; i++) {
        a[i] = 100.0 + 30.0 * (double)z[2 * i];
        b[i] = 0.02 * (0.6 * (double)z[2 * i] + 0.8 * (double)z[2 * i + 1]);
    }
    CHECK_OK(ctx, ito_table_build(ctx, N, 2, columns, &table));
    CHECK_OK(ctx, ito_source_from_table(ctx, table, &so, &source));
    m = train(source, 2500);
    ito_source_free(source);
    schema = ito_model_schema(m);
    CHECK_OK(ctx, ito_flow_of_model(ctx, m, &flow));
    CHECK_OK(ctx, ito_schema_encode(ctx, schema, table, &at, z));
    CHECK_OK(ctx, ito_schema_log_slope(ctx, schema, table, N, z, slope));
    for (size_t i = 0; i < 2 * (size_t)N; i++)
        rows[i] = (double)z[i];
    CHECK_OK(ctx, ito_logp_rows(ctx, flow, NULL, N, rows, NULL, out));
    for (size_t i = 0; i < N; i++) {
        const double u = (a[i] - 100.0) / 30.0, v = b[i] / 0.02;
        const double q = (u * u - 1.2 * u * v + v * v) / 0.64;
        const double exact =
            -1.83787706640934548 - 0.5 * q - log(30.0 * 0.02 * sqrt(0.64));

        apart += (exact - out[i].value - slope[i]) / N;
    }
    print_message("mean log density too low by %.4f nats\n", apart);
    CHECK_NEAR(apart, 0.0, 0.02);
    ito_flow_free(flow);
    ito_model_free(m);
    ito_table_free(table);
}

/* ---- probes ---- */

TEST(the_probe_interval_covers_weak_and_factor_correlations)
{
    static covariance *const all[] = { neighbours, two_factors };
    const ito_logp_opts o = { .steps = 3, .probes = 16, .seed = 6, .once = 1 };

    for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
        const size_t covered = covered_rows(ctx, all[k], &o, 2000);

        CHECK(covered >= 1860 && covered <= 1940);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(densities_of_trained_networks_have_the_integral_1),
        RUN(a_guided_field_has_a_density_too),
        RUN(values_are_those_of_the_network_in_double),
        RUN(a_normal_table_has_its_density_in_its_own_units),
        RUN(the_probe_interval_covers_weak_and_factor_correlations),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
