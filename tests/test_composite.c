/* SPDX-License-Identifier: MIT
 *
 * test_composite.c - sums of fields: identities of guidance, what a sum
 * offers, what does not fit together.
 */
#include <ito/composite.h>

#include "ctx/ctx.h"
#include "guided.h"

#define N 77

static ito_ctx *ctx;
static three d5;
static double x[N * 2];

static void fill_x(void)
{
    const ito_noise at = { .seed = 2 };
    float noise[N * 2];

    CHECK_OK(ctx, ito_noise_normal(ctx, &at, 0, N, 2, noise));
    for (size_t i = 0; i < N * 2; i++)
        x[i] = 1.5 * (double)noise[i];
}

static void eval(const ito_field *f, ito_part part, double t, double *out)
{
    const ito_rows_at at = { .t = t, .dtype = ITO_F64 };

    CHECK_OK(ctx, ito_field_eval(ctx, f, part, &at, N, x, out));
}

static ito_composite *guided(double w)
{
    const ito_term terms[] = {
        { .field = ito_oracle_field(d5.none), .weight = 1.0 - w },
        { .field = ito_oracle_field(d5.label), .weight = w },
    };
    ito_composite *sum;

    CHECK_OK(ctx, ito_composite_open(ctx, terms, 2, &sum));
    return sum;
}

TEST(guidance_of_strength_0_and_1_is_one_of_its_parts)
{
    for (int w = 0; w < 2; w++) {
        ito_composite *sum = guided(w);
        const ito_oracle *part = w ? d5.label : d5.none;
        double got[N * 2], want[N * 2];

        for (double t = 0.0; t <= 1.0; t += 0.25) {
            eval(ito_composite_field(sum), ITO_PART_DRIFT, t, got);
            eval(ito_oracle_field(part), ITO_PART_DRIFT, t, want);
            CHECK_SAME(got, want, N * 2);
        }
        ito_composite_free(sum);
    }
}

/* (1 - w) f + w f is f, whatever w. */
TEST(weights_that_add_to_one_let_a_common_field_through)
{
    const ito_field *f = ito_oracle_field(d5.none);
    const ito_term terms[] = { { .field = f, .weight = -2.5 },
                               { .field = f, .weight = 3.5 } };
    double got[N * 2], want[N * 2];
    ito_composite *sum;

    CHECK_OK(ctx, ito_composite_open(ctx, terms, 2, &sum));
    eval(ito_composite_field(sum), ITO_PART_DRIFT, 0.4, got);
    eval(f, ITO_PART_DRIFT, 0.4, want);
    for (size_t i = 0; i < N * 2; i++)
        CHECK_NEAR(got[i], want[i], 1e-12 * (1.0 + fabs(want[i])));
    ito_composite_free(sum);
}

/* The guided score is the score that belongs to the guided field: converting
 * one gives the other (course B4). */
TEST(guided_field_and_guided_score_belong_together)
{
    ito_composite *sum = guided(2.5);
    ito_along along = { .t = 0.3,
                        .dim = 2,
                        .dtype = ITO_F64,
                        .from = ITO_PREDICT_VELOCITY,
                        .to = ITO_PREDICT_SCORE };
    double u[N * 2], s[N * 2], got[N * 2];

    eval(ito_composite_field(sum), ITO_PART_DRIFT, along.t, u);
    eval(ito_composite_field(sum), ITO_PART_SCORE, along.t, s);
    CHECK_OK(ctx, ito_convert(ctx, &along, N, x, u, got));
    for (size_t i = 0; i < N * 2; i++)
        CHECK_NEAR(got[i], s[i], 1e-10 * (1.0 + fabs(s[i])));
    ito_composite_free(sum);
}

/* u(x | y) - u(x) = b_t grad log p_t(y | x), b_t = beta W / alpha; the
 * gradient of log p(x | y) - log p(x) by central differences. */
TEST(guidance_follows_the_gradient_of_the_label_given_the_point)
{
    const double t = 0.45, h = 1e-5;
    double u[2][N * 2], up[2][N], down[2][N], keep;
    const ito_oracle *both[2] = { d5.none, d5.label };
    const ito_coef k = ito_path_coef(ito_path_at(0), t);

    for (size_t p = 0; p < 2; p++)
        eval(ito_oracle_field(both[p]), ITO_PART_DRIFT, t, u[p]);
    for (size_t c = 0; c < 2; c++) {
        for (size_t i = 0; i < N; i++)
            x[2 * i + c] += h;
        for (size_t p = 0; p < 2; p++)
            eval(ito_oracle_field(both[p]), ITO_PART_LOG_DENSITY, t, up[p]);
        for (size_t i = 0; i < N; i++)
            x[2 * i + c] -= 2.0 * h;
        for (size_t p = 0; p < 2; p++)
            eval(ito_oracle_field(both[p]), ITO_PART_LOG_DENSITY, t, down[p]);
        for (size_t i = 0; i < N; i++)
            x[2 * i + c] += h;
        for (size_t i = 0; i < N; i++) {
            keep =
                ((up[1][i] - up[0][i]) - (down[1][i] - down[0][i])) / (2.0 * h);
            CHECK_NEAR(u[1][2 * i + c] - u[0][2 * i + c],
                       k.beta_w / k.alpha * keep, 1e-6 * (1.0 + fabs(keep)));
        }
    }
}

TEST(a_sum_offers_divergence_and_vjp_where_its_parts_do)
{
    ito_composite *sum = guided(3.0);
    const ito_field *f = ito_composite_field(sum);
    const ito_field *first = ito_oracle_field(d5.none);

    CHECK((f->divergence != NULL) == (first->divergence != NULL));
    CHECK((f->vjp != NULL) == (first->vjp != NULL));
    CHECK(f->score && !f->log_density && f->cond_dim == 0);
    CHECK(f->dtypes == (ITO_F32 | ITO_F64));
    CHECK_OK(ctx, ito_field_check(ctx, f, &(ito_box){ .t0 = 0.1, .t1 = 0.9 }));
    ito_composite_free(sum);
}

/* u + sigma^2 / 2 s: the drift of the SDE extension. */
static double half_square(void *sigma, double t)
{
    const double s = *(const double *)sigma * (1.0 - t);

    return 0.5 * s * s;
}

TEST(the_sde_extension_is_a_sum)
{
    const ito_field *f = ito_oracle_field(d5.none);
    double sigma = 2.0, got[N * 2], u[N * 2], s[N * 2];
    const ito_term terms[] = {
        { .field = f, .weight = 1.0 },
        { .field = f,
          .score = 1,
          .weight_fn = half_square,
          .weight_arg = &sigma },
    };
    ito_composite *sum;

    CHECK_OK(ctx, ito_composite_open(ctx, terms, 2, &sum));
    CHECK(!ito_composite_field(sum)->score);
    eval(ito_composite_field(sum), ITO_PART_DRIFT, 0.5, got);
    eval(f, ITO_PART_DRIFT, 0.5, u);
    eval(f, ITO_PART_SCORE, 0.5, s);
    for (size_t i = 0; i < N * 2; i++)
        CHECK_NEAR(got[i], u[i] + 0.5 * s[i], 1e-12 * (1.0 + fabs(got[i])));
    ito_composite_free(sum);
}

/* ---- conditions ---- */

/* Rows: out = x times the condition. */
static int times_condition(void *user, const ito_tile *tile, void *const *out)
{
    const float *in = tile->x[0];
    float *to = out[0];

    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        for (size_t c = 0; c < tile->dim; c++)
            to[i * tile->dim + c] = in[i * tile->dim + c] * tile->cond[i];
    return 0;
}

TEST(a_part_may_be_given_another_condition)
{
    const ito_field f = { .name = "times",
                          .flags = ITO_FIELD_WIDE | ITO_FIELD_REENTRANT |
                                   ITO_FIELD_ROW_INVARIANT,
                          .dim = 2,
                          .drift = times_condition,
                          .cond_dim = 1 };
    const float none = 10.0F;
    const ito_term terms[] = { { .field = &f, .weight = 2.0, .none = &none },
                               { .field = &f, .weight = 1.0 } };
    float rows[N * 2], cond[N], got[N * 2];
    const ito_rows_at at = { .cond = cond };
    ito_composite *sum;

    for (size_t i = 0; i < N; i++) {
        cond[i] = (float)i;
        rows[2 * i] = 1.0F;
        rows[2 * i + 1] = -1.0F;
    }
    CHECK_OK(ctx, ito_composite_open(ctx, terms, 2, &sum));
    CHECK(ito_composite_field(sum)->cond_dim == 1);
    CHECK_OK(ctx, ito_field_eval(ctx, ito_composite_field(sum), ITO_PART_DRIFT,
                                 &at, N, rows, got));
    for (size_t i = 0; i < N; i++) {
        CHECK(got[2 * i] == 20.0F + (float)i);
        CHECK(got[2 * i + 1] == -20.0F - (float)i);
    }
    ito_composite_free(sum);
    CHECK_OK(ctx, ito_composite_open(ctx, terms, 1, &sum));
    CHECK(ito_composite_field(sum)->cond_dim == 0);
    ito_composite_free(sum);
}

TEST(a_sum_without_weight_is_zero)
{
    const ito_term term = { .field = ito_oracle_field(d5.none) };
    ito_composite *sum;
    double got[N * 2];

    CHECK_OK(ctx, ito_composite_open(ctx, &term, 1, &sum));
    eval(ito_composite_field(sum), ITO_PART_DRIFT, 0.5, got);
    for (size_t i = 0; i < N * 2; i++)
        CHECK(got[i] == 0.0);
    ito_composite_free(sum);
}

TEST(parts_that_do_not_fit_together_are_refused)
{
    const ito_field *f = ito_oracle_field(d5.none);
    ito_field other[5];
    ito_term terms[2] = { { .field = f, .weight = 1.0 }, { .weight = 1.0 } };
    ito_composite *sum;
    static const char *const words[] = { "components", "layout", "noise",
                                         "number type", "score" };

    for (size_t i = 0; i < 5; i++)
        other[i] = *f;
    other[0].dim = 3;
    other[1].flags |= ITO_FIELD_WIDE;
    other[2].noise = ITO_NOISE_ADDITIVE;
    other[3].dtypes = ITO_F32;
    other[4].score = NULL;
    for (size_t i = 0; i < 5; i++) {
        ito_field strict = *f;

        strict.dtypes = i == 3 ? ITO_F64 : f->dtypes;
        terms[0].field = &strict;
        terms[1].field = &other[i];
        terms[1].score = i == 4;
        CHECK_FAILS(ctx, ito_composite_open(ctx, terms, 2, &sum), ITO_EUNFIT,
                    words[i]);
        CHECK(!sum);
    }
    terms[0].field = f;
    terms[1] = (ito_term){ .field = f, .weight = (double)NAN };
    CHECK_FAILS(ctx, ito_composite_open(ctx, terms, 2, &sum), ITO_EARG,
                "weight");
    terms[1] = (ito_term){ .field = NULL };
    CHECK_FAILS(ctx, ito_composite_open(ctx, terms, 2, &sum), ITO_EARG,
                "no field");
    CHECK_FAILS(ctx, ito_composite_open(ctx, terms, 0, &sum), ITO_EARG,
                "parts");
    CHECK_FAILS(ctx, ito_composite_open(ctx, terms, 9, &sum), ITO_EARG,
                "parts");
}

/* Course B4, class 0: distance of the mean from its mode and deviations. */
TEST(guided_samples_of_exact_fields_have_the_published_moments)
{
    static const double rows[][4] = { { 1.0, 0.000, 0.200, 0.199 },
                                      { 2.0, 0.166, 0.143, 0.168 },
                                      { 5.0, 0.411, 0.110, 0.148 } };
    static float points[2 * 3000];

    for (size_t i = 0; i < COUNT(rows); i++) {
        double got[3];

        three_sample(ctx, &d5, rows[i][0], 500, 3000, points);
        three_measure(points, 3000, got);
        CHECK_NEAR(got[0], rows[i][1], 0.02);
        CHECK_NEAR(got[1], rows[i][2], 0.015);
        CHECK_NEAR(got[2], rows[i][3], 0.015);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(guidance_of_strength_0_and_1_is_one_of_its_parts),
        RUN(weights_that_add_to_one_let_a_common_field_through),
        RUN(guided_field_and_guided_score_belong_together),
        RUN(guidance_follows_the_gradient_of_the_label_given_the_point),
        RUN(a_sum_offers_divergence_and_vjp_where_its_parts_do),
        RUN(the_sde_extension_is_a_sum),
        RUN(a_part_may_be_given_another_condition),
        RUN(a_sum_without_weight_is_zero),
        RUN(parts_that_do_not_fit_together_are_refused),
        RUN(guided_samples_of_exact_fields_have_the_published_moments),
    };
    int failed;

    if (ito_open(&ctx, &(ito_ctx_opts){ .threads = 2 }) != ITO_OK)
        return 1;
    three_open(ctx, &d5);
    fill_x();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    three_close(&d5);
    ito_close(ctx);
    return failed;
}
