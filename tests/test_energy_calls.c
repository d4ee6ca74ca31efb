/* SPDX-License-Identifier: MIT
 *
 * test_energy_calls.c - ito_energy_sample as a call: the same bytes for any
 * threads and kernels, bad input, failures, lack of memory, warnings.
 */
#include "check.h"

#include "counting.h"
#include "energy_draws.h"

/* --- the same bytes ------------------------------------------------------- */

static void same_draws(const ito_draws *p, const ito_draws *q)
{
    const ito_draws_info *a = ito_draws_get(p), *b = ito_draws_get(q);
    const size_t n = a->chains * a->draws;

    CHECK(a->chains == b->chains && a->draws == b->draws);
    CHECK_SAME(a->x, b->x, n * a->dim);
    CHECK_SAME(a->energy, b->energy, n);
    if (a->log_weight)
        CHECK_SAME(a->log_weight, b->log_weight, a->chains);
    for (size_t c = 0; c <= a->dim; c++)
        CHECK_SAME(&a->stats[c].mean, &b->stats[c].mean, 9);
    CHECK(a->round_trips == b->round_trips && a->evals == b->evals);
}

TEST(the_bytes_do_not_depend_on_threads_or_kernels)
{
    static const ito_energy_opts how[] = {
        { .chains = 70, .draws = 40, .warmup = 60, .thin = 3 },
        { .sampler = ITO_SAMPLER_LANGEVIN, .chains = 5, .draws = 90 },
        { .sampler = ITO_SAMPLER_TEMPERING, .chains = 11, .draws = 70 },
        { .sampler = ITO_SAMPLER_ANNEAL, .chains = 130, .draws = 4 },
    };

    for (size_t i = 0; i < COUNT(how); i++) {
        ito_system *s = formula(ctx, GAUSS "+cos(3*x)*exp(-y^2)", 1.0);
        ito_draws *first = sampled(ctx, ito_system_field(s), &how[i]);

        for (size_t k = 0; k < 8; k++) {
            const char *cpu = k < 3 ? NULL : ito_cpu_at(k - 3, NULL);
            const ito_ctx_opts o = { .threads = 1 + k % 3, .cpu = cpu };
            ito_system *again;
            ito_draws *draws;
            ito_ctx *other;

            if (k >= 3 && !cpu)
                break;
            if (ito_open(&other, &o) != ITO_OK) {
                ito_close(other);
                continue;
            }
            again = formula(other, GAUSS "+cos(3*x)*exp(-y^2)", 1.0);
            draws = sampled(other, ito_system_field(again), &how[i]);
            same_draws(first, draws);
            ito_draws_free(draws);
            ito_system_free(again);
            ito_close(other);
        }
        ito_draws_free(first);
        ito_system_free(s);
    }
}

/* --- what goes wrong ------------------------------------------------------ */

TEST(bad_input_is_refused)
{
    const double nowhere = (double)NAN;
    const struct {
        ito_energy_opts how;
        const char *words;
    } rows[] = {
        { { .sampler = (ito_sampler)9 }, "no sampler 9" },
        { { .temperatures = 4 }, "belong to" },
        { { .sampler = ITO_SAMPLER_LANGEVIN, .hottest = 4 }, "belong to" },
        { { .sampler = ITO_SAMPLER_TEMPERING, .temperatures = 1 }, "2 to" },
        { { .sampler = ITO_SAMPLER_TEMPERING, .temperatures = 9999 }, "2 to" },
        { { .sampler = ITO_SAMPLER_TEMPERING, .hottest = 0.5 }, "higher" },
        { { .sampler = ITO_SAMPLER_TEMPERING, .hottest = 1.0 }, "higher" },
        { { .sampler = ITO_SAMPLER_ANNEAL, .temperatures = 99999 }, "stages" },
        { { .step = -1.0 }, "step -1" },
        { { .step = (double)NAN }, "step" },
        { { .spread = -2.0 }, "spread" },
        { { .accept = 1.0 }, "accept" },
        { { .start = &nowhere }, "start 1" },
        { { .draws = (size_t)1 << 33 }, "2^32" },
        { { .warmup = SIZE_MAX / 2 }, "2^32" },
    };
    ito_system *s = formula(ctx, "x^2/2", 1.0);
    ito_system *none = NULL;
    ito_energy energy = { .field = ito_system_field(s) };
    ito_field bare = *energy.field;
    ito_draws *d = NULL;

    for (size_t i = 0; i < COUNT(rows); i++) {
        CHECK_FAILS(ctx, ito_energy_sample(ctx, &energy, &rows[i].how, &d),
                    ITO_EARG, rows[i].words);
        CHECK(d == NULL);
    }
    CHECK(ito_energy_sample(NULL, &energy, NULL, &d) == ITO_EARG);
    CHECK_FAILS(ctx, ito_energy_sample(ctx, &energy, NULL, NULL), ITO_EARG,
                "NULL");
    CHECK_FAILS(ctx, ito_energy_sample(ctx, NULL, NULL, &d), ITO_EARG, "NULL");
    energy.temperature = -1.0;
    CHECK_FAILS(ctx, ito_energy_sample(ctx, &energy, NULL, &d), ITO_EARG,
                "temperature -1");
    energy = (ito_energy){ 0 };
    CHECK_FAILS(ctx, ito_energy_sample(ctx, &energy, NULL, &d), ITO_EARG,
                "no field");
    energy.field = &bare;
    bare.potential = NULL;
    CHECK_FAILS(ctx, ito_energy_sample(ctx, &energy, NULL, &d), ITO_EUNFIT,
                "no potential");
    bare = *ito_system_field(s);
    bare.cond_dim = 2;
    CHECK_FAILS(ctx, ito_energy_sample(ctx, &energy, NULL, &d), ITO_EUNFIT,
                "conditions");
    CHECK_OK(ctx, ito_system_formula(ctx,
                                     &(ito_formulas){ .energy = "x^2 + y^2",
                                                      .diffusion = "1; 2" },
                                     &none));
    energy.field = ito_system_field(none);
    CHECK_FAILS(ctx, ito_energy_sample(ctx, &energy, NULL, &d), ITO_EUNFIT,
                "which temperature");
    energy.temperature = 1.0;
    CHECK_OK(ctx, ito_energy_sample(ctx, &energy, NULL, &d));
    ito_draws_free(d);
    ito_draws_free(NULL);
    CHECK(ito_draws_get(NULL) == NULL);
    ito_system_free(none);
    ito_system_free(s);
}

TEST(states_that_are_not_finite_are_reported)
{
    const double start = -1.0;
    const ito_energy_opts off = { .start = &start, .spread = 0.01 };
    const ito_energy_opts far = { .sampler = ITO_SAMPLER_LANGEVIN,
                                  .step = 1.0,
                                  .spread = 10.0 };
    ito_system *s = formula(ctx, "x - log(x)", 1.0);
    ito_system *steep = formula(ctx, "x^4", 1.0);
    ito_energy energy = { .field = ito_system_field(s) };
    ito_draws *d = NULL;

    CHECK_FAILS(ctx, ito_energy_sample(ctx, &energy, &off, &d), ITO_ENONFINITE,
                "where chain 0 starts");
    energy.field = ito_system_field(steep);
    CHECK_FAILS(ctx, ito_energy_sample(ctx, &energy, &far, &d), ITO_ENONFINITE,
                "ran away");
    CHECK(d == NULL);
    ito_system_free(steep);
    ito_system_free(s);
}

static int broken(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    (void)out;
    return tile->step == 7 ? -3 : 0;
}

static int stop_soon(void *arg)
{
    return ++*(int *)arg > 5;
}

TEST(callbacks_and_cancelling_stop_it)
{
    ito_system *s = formula(ctx, "x^2/2", 1.0);
    ito_field f = *ito_system_field(s);
    const ito_energy energy = { .field = &f };
    ito_draws *d = NULL;
    int asked = 0;
    const ito_ctx_opts o = { .cancel = stop_soon, .cancel_arg = &asked };
    ito_ctx *other;

    f.drift = broken;
    CHECK_FAILS(ctx, ito_energy_sample(ctx, &energy, NULL, &d), ITO_ECALLBACK,
                "returned -3 in step 7");
    f = *ito_system_field(s);
    CHECK_OK(ctx, ito_open(&other, &o));
    CHECK_FAILS(other, ito_energy_sample(other, &energy, NULL, &d),
                ITO_ECANCELLED, "cancelled");
    ito_close(other);
    ito_system_free(s);
}

TEST(running_out_of_memory_is_an_error_wherever_it_happens)
{
    const ito_energy_opts how = { .sampler = ITO_SAMPLER_ANNEAL,
                                  .chains = 3,
                                  .warmup = 4,
                                  .temperatures = 2,
                                  .draws = 2 };
    counter c = { .fail_at = SIZE_MAX };
    const ito_ctx_opts o = { .threads = 1, .alloc = counting, .alloc_arg = &c };
    ito_draws *d = NULL;
    ito_system *s;
    ito_ctx *other;
    size_t before, calls;

    CHECK_OK(ctx, ito_open(&other, &o));
    s = formula(other, "x^2/2 + y^2", 1.0);
    before = c.calls;
    d = sampled(other, ito_system_field(s), &how);
    calls = c.calls - before;
    ito_draws_free(d);
    CHECK(calls > 5);
    for (size_t i = 0; i < calls; i++) {
        const ito_energy energy = { .field = ito_system_field(s) };

        c.fail_at = c.calls + i;
        d = NULL;
        CHECK(ito_energy_sample(other, &energy, &how, &d) == ITO_ENOMEM);
        CHECK(d == NULL);
    }
    c.fail_at = SIZE_MAX;
    ito_system_free(s);
    ito_close(other);
    CHECK(c.out == 0);
}

TEST(warnings_say_what_is_doubtful)
{
    const ito_energy_opts few = { .chains = 1, .draws = 2, .warmup = 100 };
    const ito_energy_opts coarse = { .step = 50.0, .draws = 50 };
    const ito_energy_opts sparse = { .sampler = ITO_SAMPLER_TEMPERING,
                                     .temperatures = 2,
                                     .hottest = 1e6,
                                     .draws = 400 };
    const ito_energy_opts poor = { .sampler = ITO_SAMPLER_ANNEAL,
                                   .chains = 100 };
    ito_draws *d = of_formula("x^2/2", 1.0, &few);

    CHECK(ito_draws_get(d)->warning_count == 1);
    CHECK_HAS(ito_draws_get(d)->warnings[0], "chains of 2 draws");
    CHECK(isinf(ito_draws_get(d)->stats[0].rhat));
    ito_draws_free(d);
    d = of_formula("x^2/2", 1.0, &coarse);
    CHECK_HAS(ito_draws_get(d)->warnings[0], "too long");
    ito_draws_free(d);
    d = of_formula("x^2/2 + y^2/2", 1.0, &sparse);
    CHECK_HAS(ito_draws_get(d)->warnings[ito_draws_get(d)->warning_count - 1],
              "more temperatures");
    ito_draws_free(d);
    d = of_formula("x^2/2", 1.0, &poor);
    CHECK_HAS(ito_draws_get(d)->warnings[0], "weights are worth");
    ito_draws_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_bytes_do_not_depend_on_threads_or_kernels),
        RUN(bad_input_is_refused),
        RUN(states_that_are_not_finite_are_reported),
        RUN(callbacks_and_cancelling_stop_it),
        RUN(running_out_of_memory_is_an_error_wherever_it_happens),
        RUN(warnings_say_what_is_doubtful),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
