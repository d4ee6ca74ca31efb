/* SPDX-License-Identifier: MIT
 *
 * test_field.c - fields as the solver sees them: number types, starts,
 * conditions, evaluation on rows, and the check of their promises.
 */
#include "check.h"

#include <ito/field.h>
#include <ito/solve.h>

#include "solve_fields.h"

#define PARTICLES 1000

static float start_rows[3 * PARTICLES];

static void fill_start(void)
{
    t_seed = 5;
    for (size_t i = 0; i < COUNT(start_rows); i++)
        start_rows[i] = t_uniform();
}

/* --- number types ---------------------------------------------------- */

TEST(a_float_field_under_a_double_state_is_converted)
{
    static double x[3 * PARTICLES];
    static float y[3 * PARTICLES];
    ito_problem p = { .field = &narrow, .t1 = 1.0, .n = PARTICLES };

    fill_start();
    memcpy(y, start_rows, sizeof(y));
    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = (double)start_rows[i];
    CHECK_OK(ctx, ito_solve(ctx, &p, y, NULL, NULL));
    p.dtype = ITO_F64;
    CHECK_OK(ctx, ito_solve(ctx, &p, x, NULL, NULL));
    for (size_t i = 0; i < COUNT(x); i++)
        CHECK_NEAR(x[i], y[i], 2e-5);
}

TEST(a_double_field_under_a_float_state_is_converted)
{
    const ito_problem p = { .field = &rotation, .t1 = 1.0, .n = 1 };
    float x[2] = { 1.0f, 0.0f };

    CHECK_OK(ctx,
             ito_solve(ctx, &p, x, &(ito_solve_opts){ .method = "rk4" }, NULL));
    CHECK_NEAR(x[0], cos(turn), 2e-6);
    CHECK_NEAR(x[1], sin(turn), 2e-6);
}

TEST(the_start_is_the_addressed_noise)
{
    static float noise[40 * 50], x[40 * 50];
    ito_start start = { .ctx = ctx, .at = { .seed = 9, .stream = 2 } };
    static const size_t dims[] = { 1, 3, 31, 32, 40 };

    for (size_t k = 0; k < COUNT(dims); k++)
        for (unsigned w = 0; w < 2; w++) {
            ito_field f = w ? wide : narrow;
            ito_problem p = { .field = &f,
                              .n = 50,
                              .id0 = 5,
                              .init = ito_start_normal,
                              .init_arg = &start };

            f.dim = dims[k];
            CHECK_OK(ctx,
                     ito_noise_normal(ctx, &start.at, 5, 50, dims[k], noise));
            CHECK_OK(ctx, ito_solve(ctx, &p, x, NULL, NULL));
            CHECK_SAME(x, noise, 50 * dims[k]);
        }
}

/* --- conditions, evaluation, checks ---------------------------------- */

/* u = cond: a constant speed for each particle. */
static int speed(void *user, const ito_tile *tile, void *const *out)
{
    float *o = out[0];

    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        o[i] = tile->cond[i * tile->cond_dim + 1];
    return 0;
}

TEST(each_particle_has_its_own_conditions)
{
    static float cond[2 * PARTICLES], x[PARTICLES];
    const ito_field f = { .name = "speed",
                          .flags = ITO_FIELD_REENTRANT,
                          .dim = 1,
                          .cond_dim = 2,
                          .drift = speed };
    const ito_problem p = {
        .field = &f, .t1 = 2.0, .n = PARTICLES, .cond = cond
    };

    for (size_t i = 0; i < PARTICLES; i++)
        cond[2 * i + 1] = (float)i;
    CHECK_OK(ctx, ito_solve(ctx, &p, x, &(ito_solve_opts){ .tile = 33 }, NULL));
    for (size_t i = 0; i < PARTICLES; i++)
        CHECK_NEAR(x[i], 2 * i, 1e-2);
}

TEST(a_field_can_be_evaluated_on_rows)
{
    static float x[3 * PARTICLES], u[3 * PARTICLES], v[3 * PARTICLES];
    static double times[PARTICLES];
    ito_rows_at at = { .t = 0.5 };

    fill_start();
    memcpy(x, start_rows, sizeof(x));
    CHECK_OK(ctx, ito_field_eval(ctx, &narrow, ITO_PART_DRIFT, &at, PARTICLES,
                                 x, u));
    CHECK_OK(ctx,
             ito_field_eval(ctx, &wide, ITO_PART_DRIFT, &at, PARTICLES, x, v));
    CHECK_SAME(u, v, COUNT(u));
    CHECK_NEAR(u[0], x[1] * 0.5f - 0.3f * x[0] * x[0] * x[0], 1e-7);
    for (size_t i = 0; i < PARTICLES; i++)
        times[i] = (double)(i / 7) * 0.001;
    at.times = times;
    CHECK_OK(ctx, ito_field_eval(ctx, &narrow, ITO_PART_DRIFT, &at, PARTICLES,
                                 x, u));
    for (size_t i = 0; i < PARTICLES; i++) {
        const float *r = x + 3 * i;

        CHECK_NEAR(u[3 * i + 2],
                   r[0] * (1.0f - (float)times[i]) - 0.3f * r[2] * r[2] * r[2],
                   1e-6);
    }
    CHECK_OK(ctx,
             ito_field_eval(ctx, &narrow, ITO_PART_DRIFT, NULL, 0, NULL, NULL));
    CHECK_FAILS(ctx,
                ito_field_eval(ctx, &narrow, ITO_PART_SCORE, NULL, 1, x, u),
                ITO_EUNFIT, "no score");
    CHECK_FAILS(ctx,
                ito_field_eval(ctx, &narrow, ITO_PART_DRIFT, NULL, 1, x, NULL),
                ITO_EARG, "NULL");
    x[4] = NAN;
    CHECK_FAILS(ctx,
                ito_field_eval(ctx, &narrow, ITO_PART_DRIFT, NULL, 3, x, u),
                ITO_ENONFINITE, "row 1");
}

/* Fields with one fault each. */
static int adds_place(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        ((float *)out[0])[i] = (float)i;
    return 0;
}

static int writes_beyond(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    memset(out[0], 0, (tile->npad + 1) * sizeof(float));
    return 0;
}

static int writes_nothing(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    (void)tile;
    (void)out;
    return 0;
}

static int changes_x(void *user, const ito_tile *tile, void *const *out)
{
    union {
        const void *in;
        float *out;
    } x = { tile->x[0] };

    (void)user;
    memset(out[0], 0, tile->npad * sizeof(float));
    x.out[0] += 1.0f;
    return 0;
}

static int gives_nan(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        ((float *)out[0])[i] = sqrtf(((const float *)tile->x[0])[i]);
    return 0;
}

static int minus_one(void *user, const ito_tile *tile, void *const *out)
{
    const float sign = *(const float *)user;

    for (size_t i = 0; i < tile->n; i++)
        ((float *)out[0])[i] = sign * ((const float *)tile->x[0])[i];
    return 0;
}

static int div_minus_one(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        ((float *)out[0])[i] = -1.0f;
    return 0;
}

static int vjp_minus(void *user, const ito_tile *tile, const void *const *v,
                     void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        ((float *)out[0])[i] = -((const float *)v[0])[i];
    return 0;
}

TEST(a_check_finds_each_kind_of_fault)
{
    static const struct {
        ito_eval_fn drift;
        ito_status status;
        const char *words;
    } rows[] = {
        { adds_place, ITO_EUNFIT, "other company" },
        { writes_beyond, ITO_EUNFIT, "outside its output" },
        { writes_nothing, ITO_EUNFIT, "does not write" },
        { changes_x, ITO_EUNFIT, "changes its input" },
        { gives_nan, ITO_ENONFINITE, "not finite" },
    };
    float sign = -1.0f;
    ito_field f = { .name = "faulty",
                    .flags = ITO_FIELD_ROW_INVARIANT,
                    .dim = 1,
                    .user = &sign };

    for (size_t i = 0; i < COUNT(rows); i++) {
        f.drift = rows[i].drift;
        CHECK_FAILS(ctx, ito_field_check(ctx, &f, NULL), rows[i].status,
                    rows[i].words);
    }
    f.drift = minus_one;
    f.divergence = div_minus_one;
    f.vjp = vjp_minus;
    CHECK_OK(ctx, ito_field_check(ctx, &f, NULL));
    sign = 1.0f;
    CHECK_FAILS(ctx, ito_field_check(ctx, &f, NULL), ITO_EUNFIT, "divergence");
    f.divergence = NULL;
    CHECK_FAILS(ctx, ito_field_check(ctx, &f, NULL), ITO_EUNFIT, "vjp");
    CHECK_FAILS(ctx, ito_field_check(ctx, NULL, NULL), ITO_EARG, "no field");
    f.dtypes = 4;
    CHECK_FAILS(ctx, ito_field_check(ctx, &f, NULL), ITO_EARG, "number types");
    CHECK_OK(ctx, ito_field_check(ctx, &narrow, NULL));
    CHECK_OK(ctx, ito_field_check(ctx, &wide, NULL));
    CHECK_OK(ctx, ito_field_check(ctx, &decay, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_float_field_under_a_double_state_is_converted),
        RUN(a_double_field_under_a_float_state_is_converted),
        RUN(the_start_is_the_addressed_noise),
        RUN(each_particle_has_its_own_conditions),
        RUN(a_field_can_be_evaluated_on_rows),
        RUN(a_check_finds_each_kind_of_fault),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
