/* SPDX-License-Identifier: MIT
 *
 * test_energy_model.c - a network that is the gradient of an energy, trained
 * by denoising score matching: its energy is minus the exact log density but
 * for a constant, and can be sampled.
 *
 * Score matching sees gradients where there are data, so energies agree
 * within and between modes that touch; between modes far apart a difference
 * is the integral of a gradient that no data taught.
 */
#include "check.h"

#include <ito/energy.h>
#include <ito/oracle.h>
#include <ito/train.h>

#define DATA "gmm:modes=3,scale=2.5,std=1"
#define N    2000

static ito_ctx *ctx;
static ito_model *model;
static ito_oracle *oracle;

static int set_up(void **state)
{
    const ito_potential net = {
        .units = 64, .width = 32, .depth = 1, .act = ITO_ACT_TANH
    };
    const ito_train_opts o = {
        .potential = &net, .steps = 4000, .batch = 256, .seed = 4
    };
    const ito_source_opts from = { .seed = 2 };
    ito_source *source = NULL;
    ito_trainer *t = NULL;

    (void)state;
    if (ito_open(&ctx, NULL) != ITO_OK ||
        ito_oracle_open(ctx, DATA, &oracle) != ITO_OK ||
        ito_source_open(ctx, DATA, &from, &source) != ITO_OK ||
        ito_trainer_new(ctx, source, &o, &t) != ITO_OK ||
        ito_trainer_run(ctx, t, SIZE_MAX) != ITO_OK ||
        ito_trainer_finish(ctx, t, &model) != ITO_OK) {
        print_error("%s\n", ctx ? ito_errmsg(ctx) : "no context");
        return 1;
    }
    ito_trainer_free(t);
    ito_source_free(source);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ito_model_free(model);
    ito_oracle_free(oracle);
    ito_close(ctx);
    return 0;
}

/* N points of p_t. */
static void draw_points(double t, float *x)
{
    ito_dist *dist;
    const ito_noise at = { .seed = 77, .purpose = ITO_FOR_USER };

    CHECK_OK(ctx, ito_dist_open(ctx, DATA, &dist));
    CHECK_OK(ctx, ito_dist_sample(ctx, dist, &at, 0, N, x));
    t_seed = 31;
    for (size_t i = 0; i < 2 * N; i++)
        x[i] = (float)(t * (double)x[i] + (1.0 - t) * t_normal());
    ito_dist_free(dist);
}

TEST(energies_are_log_densities_but_for_a_constant)
{
    static const double times[] = { 0.3, 0.6, 0.9 };
    static const double limits[] = { 0.06, 0.15, 0.25 }; /* nats */
    float *x = malloc(2 * N * sizeof(*x)), *p = malloc(N * sizeof(*p));
    double *e = malloc(N * sizeof(*e));

    CHECK(x && p && e);
    for (size_t k = 0; k < COUNT(times); k++) {
        const ito_rows_at at = { .t = times[k] };
        double mean = 0.0, rms = 0.0, level = 0.0, spread = 0.0;

        draw_points(at.t, x);
        CHECK_OK(ctx, ito_model_energy(ctx, model, &at, N, x, e));
        CHECK_OK(ctx, ito_field_eval(ctx, ito_oracle_field(oracle),
                                     ITO_PART_LOG_DENSITY, &at, N, x, p));
        for (size_t i = 0; i < N; i++) {
            mean += (e[i] + (double)p[i]) / (double)N;
            level += (double)p[i] / (double)N;
        }
        for (size_t i = 0; i < N; i++) {
            const double d = e[i] + (double)p[i] - mean;

            rms += d * d / (double)N;
            spread += ((double)p[i] - level) * ((double)p[i] - level) / N;
        }
        CHECK(sqrt(rms) < limits[k] && sqrt(spread) > 0.8);
    }
    free(e);
    free(p);
    free(x);
}

TEST(the_field_of_the_energy_is_that_energy_and_its_score)
{
    float *x = malloc(2 * N * sizeof(*x)), *u = malloc(N * sizeof(*u));
    float *s = malloc(2 * N * sizeof(*s)), *g = malloc(2 * N * sizeof(*g));
    double *e = malloc(N * sizeof(*e));
    const ito_rows_at at = { .t = 0.7 };
    ito_field f;

    CHECK(x && u && s && g && e);
    draw_points(at.t, x);
    CHECK_OK(ctx, ito_model_energy_field(ctx, model, &f));
    CHECK_OK(ctx, ito_field_eval(ctx, &f, ITO_PART_POTENTIAL, &at, N, x, u));
    CHECK_OK(ctx, ito_model_energy(ctx, model, &at, N, x, e));
    CHECK_OK(ctx, ito_field_eval(ctx, &f, ITO_PART_DRIFT, &at, N, x, g));
    CHECK_OK(ctx, ito_field_eval(ctx, ito_model_field(model), ITO_PART_SCORE,
                                 &at, N, x, s));
    CHECK_SAME(g, s, 2 * N);
    for (size_t i = 0; i < N; i++)
        CHECK(u[i] == (float)e[i]);
    CHECK(ito_model_energy_field(NULL, model, &f) == ITO_EARG);
    CHECK_FAILS(ctx, ito_model_energy_field(ctx, NULL, &f), ITO_EARG, "NULL");
    free(e);
    free(g);
    free(s);
    free(u);
    free(x);
}

static ito_draws *drawn(const ito_field *field)
{
    const ito_energy energy = { .field = field, .t = 0.9 };
    const ito_energy_opts how = { .sampler = ITO_SAMPLER_TEMPERING,
                                  .chains = 8,
                                  .temperatures = 4,
                                  .hottest = 10.0,
                                  .draws = 2000,
                                  .spread = 2.0,
                                  .seed = 3 };
    ito_draws *d = NULL;

    CHECK_OK(ctx, ito_energy_sample(ctx, &energy, &how, &d));
    return d;
}

/* Draws by the learned energy and by the exact one have the same moments, up
 * to what the energies differ. */
TEST(its_draws_are_those_of_the_data)
{
    ito_field f;
    ito_draws *learned, *exact;

    CHECK_OK(ctx, ito_model_energy_field(ctx, model, &f));
    learned = drawn(&f);
    exact = drawn(ito_oracle_field(oracle));
    for (size_t c = 0; c < 2; c++) {
        const ito_chain_stats a = ito_draws_get(learned)->stats[c];
        const ito_chain_stats b = ito_draws_get(exact)->stats[c];

        CHECK(a.rhat < 1.03);
        CHECK_NEAR(a.mean, b.mean, 0.25 + 5.0 * (a.mean_se + b.mean_se));
        CHECK_REL(a.sd, b.sd, 0.1);
    }
    ito_draws_free(learned);
    ito_draws_free(exact);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(energies_are_log_densities_but_for_a_constant),
        RUN(the_field_of_the_energy_is_that_energy_and_its_score),
        RUN(its_draws_are_those_of_the_data),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
