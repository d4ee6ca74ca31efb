/* SPDX-License-Identifier: MIT
 *
 * The quantile map of a column: its knots, its atoms, and that it is its own
 * inverse.  The oracle is the empirical distribution itself, counted here.
 */
#include "check.h"

#include "data/quantile.h"
#include "kern/dmath.h"

#define N 20000

static double column[N];

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static quantile_map fit(ito_ctx *ctx, size_t n, const double *x)
{
    quantile_map q;
    distinct d;

    CHECK_OK(ctx, ito__distinct_new(ctx, n, x, &d));
    CHECK_OK(ctx, ito__quantile_fit(ctx, &d, &q));
    ito__distinct_free(ctx, &d);
    return q;
}

static ito_ctx *opened(void)
{
    ito_ctx *ctx = NULL;

    CHECK_OK(ctx, ito_open(&ctx, NULL));
    return ctx;
}

/* What quantile.h says of knots. */
static void check_knots(const quantile_map *q)
{
    CHECK(q->knots >= 2 && q->knots <= QUANTILE_KNOTS);
    CHECK_NEAR(q->rank[0], 0.0, 0.0);
    CHECK_NEAR(q->rank[q->knots - 1], 2.0 * (double)q->rows, 0.0);
    for (size_t k = 1; k < q->knots; k++) {
        CHECK(q->rank[k] >= q->rank[k - 1] && q->x[k] >= q->x[k - 1]);
        CHECK(q->rank[k] > q->rank[k - 1] || q->x[k] > q->x[k - 1]);
        CHECK_NEAR(q->rank[k], floor(q->rank[k]), 0.0);
    }
}

/* The largest distance between the distribution of the n values of x and the
 * map's; x is sorted.  The map's F(v) is the end of the share of v. */
static double distance(const quantile_map *q, size_t n, double *x)
{
    double worst = 0.0, low, high;

    qsort(x, n, sizeof(*x), ascending);
    for (size_t i = 0; i < n; i++) {
        if (i + 1 < n && x[i + 1] == x[i])
            continue;
        ito__quantile_share(q, x[i], &low, &high);
        worst = fmax(worst, fabs(high - (double)(i + 1) / (double)n));
    }
    return worst;
}

/* u in the share of x decodes to x. */
static void check_inverse(const quantile_map *q, double x, double tol)
{
    double low, high;

    ito__quantile_share(q, x, &low, &high);
    CHECK(low >= 0.0 && low <= high && high <= 1.0);
    for (int i = 1; i < 8; i++)
        CHECK_NEAR(ito__quantile_value(q, low + (high - low) * i / 8.0), x,
                   tol);
}

TEST(distinct_values_are_sorted_and_counted)
{
    ito_ctx *ctx = opened();
    distinct d;

    for (size_t n = 1; n < 70; n++) {
        size_t total = 0;

        for (size_t i = 0; i < n; i++)
            column[i] = (double)(t_rand() % 11) - 5.0;
        column[0] = -0.0;
        CHECK_OK(ctx, ito__distinct_new(ctx, n, column, &d));
        for (size_t k = 0; k < d.count; k++) {
            size_t times = 0;

            for (size_t i = 0; i < n; i++)
                times += column[i] == d.value[k];
            CHECK(times == d.times[k]);
            CHECK(k == 0 || d.value[k] > d.value[k - 1]);
            CHECK(!signbit(d.value[k]) || d.value[k] < 0.0);
            CHECK(ito__distinct_find(&d, d.value[k]) == k);
            total += times;
        }
        CHECK(total == n);
        CHECK(ito__distinct_find(&d, 0.5) == d.count);
        CHECK(ito__distinct_find(&d, 99.0) == d.count);
        ito__distinct_free(ctx, &d);
    }
    ito_close(ctx);
}

TEST(decimal_places_are_those_that_were_written)
{
    static const struct {
        double x[3];
        int k;
    } cases[] = {
        { { 1, 2, -3 }, 0 },
        { { 0.5, 2, 3 }, 1 },
        { { 1, 37.88, -122.23 }, 2 },
        { { 0.1, 0.2, 0.3 }, 1 },
        { { 0.00266337, 126.201, 71.3 }, 8 },
        { { 1.197191424, 0, 0 }, 9 },
        { { 1.0 / 3.0, 0, 0 }, DECIMALS_NONE },
        { { 0.1 + 0.2, 0, 0 }, DECIMALS_NONE },
        { { 1e-10, 0, 0 }, DECIMALS_NONE },
        { { 1.7e15, 3, 4 }, 0 },
        { { 1.7e15, 0.001, 4 }, DECIMALS_NONE },
        { { 1e300, 1, 2 }, DECIMALS_NONE },
        { { 12345678.25, 0.5, 1 }, 2 },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        const int k = ito__decimals_of(3, cases[i].x);

        if (k != cases[i].k)
            check_fail(__FILE__, __LINE__, "case %zu: %d, not %d", i, k,
                       cases[i].k);
        for (size_t j = 0; j < 3; j++) { /* its own values are kept */
            const double kept = ito__decimals_round(k, cases[i].x[j]);

            CHECK_SAME(&kept, &cases[i].x[j], 1);
        }
    }
    CHECK_NEAR(ito__decimals_round(2, 0.12345), 0.12, 0.0);
    CHECK_NEAR(ito__decimals_round(2, -0.12345), -0.12, 0.0);
    CHECK_NEAR(ito__decimals_round(0, 2.5), 3.0, 0.0);
    CHECK(!signbit(ito__decimals_round(0, -0.25)));
    CHECK_NEAR(ito__decimals_round(9, 1e300), 1e300, 0.0);
    CHECK_NEAR(ito__decimals_edge(2, 0.12, 1), 0.125, 1e-17);
    CHECK_NEAR(ito__decimals_edge(2, 0.12, -1), 0.115, 1e-17);
}

TEST(a_continuous_column_keeps_its_distribution)
{
    ito_ctx *ctx = opened();
    quantile_map q;

    for (size_t i = 0; i < N; i++) /* log-normal: a long tail */
        column[i] = exp(t_normal());
    q = fit(ctx, N, column);
    check_knots(&q);
    CHECK(q.knots > 900);
    CHECK(q.decimals == DECIMALS_NONE);
    CHECK(distance(&q, N, column) < 0.001);
    for (size_t i = 0; i < N; i++) /* one row has du = 5e-5 */
        check_inverse(&q, column[i], 1e-9 * column[N - 1]);
    /* the far tail has knots of its own: its last rows are told apart */
    CHECK(q.x[q.knots - 4] > column[N - 8]);
    ito__quantile_free(ctx, &q);
    ito_close(ctx);
}

TEST(few_rows_are_all_knots)
{
    ito_ctx *ctx = opened();
    quantile_map q;
    double low, high;

    for (size_t i = 0; i < 150; i++)
        column[i] = t_normal();
    q = fit(ctx, 150, column);
    check_knots(&q);
    qsort(column, 150, sizeof(*column), ascending);
    for (size_t i = 0; i < 150; i++) {
        ito__quantile_share(&q, column[i], &low, &high);
        CHECK(low > (double)i / 150.0 - 1e-12);
        CHECK(high < (double)(i + 1) / 150.0 + 1e-12);
        CHECK_NEAR(ito__quantile_value(&q, low), column[i], 1e-12);
    }
    /* the ends are their own middle: (n - 1/2) / n */
    ito__quantile_share(&q, column[0], &low, &high);
    CHECK_NEAR(low, 0.5 / 150.0, 1e-12);
    ito__quantile_share(&q, column[149], &low, &high);
    CHECK_NEAR(high, 149.5 / 150.0, 1e-12);
    ito__quantile_free(ctx, &q);
    ito_close(ctx);
}

TEST(values_stay_within_the_column)
{
    ito_ctx *ctx = opened();
    quantile_map q;
    double low, high;

    for (size_t i = 0; i < 1000; i++)
        column[i] = 3.0 + fabs(t_normal());
    q = fit(ctx, 1000, column);
    qsort(column, 1000, sizeof(*column), ascending);
    CHECK_NEAR(ito__quantile_value(&q, 0.0), column[0], 0.0);
    CHECK_NEAR(ito__quantile_value(&q, 1e-300), column[0], 0.0);
    CHECK_NEAR(ito__quantile_value(&q, 1.0), column[999], 0.0);
    ito__quantile_share(&q, -1e300, &low, &high);
    CHECK_NEAR(ito__quantile_value(&q, low), column[0], 1e-12);
    ito__quantile_share(&q, 1e300, &low, &high);
    CHECK_NEAR(ito__quantile_value(&q, high), column[999], 1e-12);
    ito__quantile_free(ctx, &q);
    ito_close(ctx);
}

TEST(an_atom_owns_its_share)
{
    ito_ctx *ctx = opened();
    quantile_map q;
    double low, high;
    size_t zeros = 0, caps = 0;

    for (size_t i = 0; i < N; i++) { /* zero-inflated, capped at 2.5 */
        const double x = exp(t_normal()) - 1.0 / 3.0;

        column[i] = x < 0.5 ? 0.0 : x > 2.5 ? 2.5 : x;
        zeros += x < 0.5;
        caps += x > 2.5;
    }
    q = fit(ctx, N, column);
    check_knots(&q);
    ito__quantile_share(&q, 0.0, &low, &high);
    CHECK_NEAR(low, 0.0, 0.0);
    CHECK_NEAR(high, (double)zeros / N, 1e-15);
    check_inverse(&q, 0.0, 0.0);
    ito__quantile_share(&q, 2.5, &low, &high);
    CHECK_NEAR(high, 1.0, 0.0);
    CHECK_NEAR(low, 1.0 - (double)caps / N, 1e-15);
    check_inverse(&q, 2.5, 0.0);
    CHECK(distance(&q, N, column) < 0.001);
    /* nothing is made in the gap between the atom and the rest */
    for (int i = 0; i < 100000; i++) {
        const double x = ito__quantile_value(&q, t_open01());

        CHECK(x == 0.0 || x > 0.49);
    }
    /* a value in the gap is coded at its border */
    ito__quantile_share(&q, 0.25, &low, &high);
    CHECK_NEAR(low, (double)zeros / N, 1e-15);
    CHECK_NEAR(high, (double)zeros / N, 1e-15);
    ito__quantile_free(ctx, &q);
    ito_close(ctx);
}

TEST(half_a_per_cent_makes_an_atom)
{
    ito_ctx *ctx = opened();
    quantile_map q;
    double low, high;

    for (size_t i = 0; i < 4000; i++) /* 0.7 in 20 rows, 0.2 in 19 */
        column[i] = i < 20 ? 0.7 + 1e-12 : i < 39 ? 0.2 + 1e-12 : t_open01();
    q = fit(ctx, 4000, column);
    ito__quantile_share(&q, column[0], &low, &high);
    CHECK_NEAR(high - low, 0.005, 1e-12);
    ito__quantile_share(&q, column[20], &low, &high);
    CHECK_NEAR(high - low, 0.0, 1e-12);
    ito__quantile_free(ctx, &q);
    ito_close(ctx);
}

TEST(a_column_of_few_values_gives_back_those_alone)
{
    static const double age[] = { 1, 3, 7, 14, 28, 56, 90, 91, 100, 365 };
    static const size_t times[] = { 1, 134, 126, 62, 425, 91, 54, 22, 52, 13 };
    ito_ctx *ctx = opened();
    quantile_map q;
    size_t n = 0;
    double low, high, below = 0.0;

    for (size_t k = 0; k < COUNT(age); k++)
        for (size_t i = 0; i < times[k]; i++)
            column[n++] = age[k];
    q = fit(ctx, n, column);
    check_knots(&q);
    CHECK(q.decimals == 0);
    for (size_t k = 0; k < COUNT(age); k++) {
        ito__quantile_share(&q, age[k], &low, &high);
        CHECK_NEAR(low, below / (double)n, 1e-15);
        below += (double)times[k];
        CHECK_NEAR(high, below / (double)n, 1e-15);
        check_inverse(&q, age[k], 0.0);
    }
    for (int i = 0; i < 10000; i++) {
        const double x = ito__quantile_value(&q, t_open01());

        CHECK(bsearch(&x, age, COUNT(age), sizeof(x), ascending) != NULL);
    }
    ito__quantile_free(ctx, &q);
    ito_close(ctx);
}

TEST(integers_of_many_values_stay_integers)
{
    ito_ctx *ctx = opened();
    quantile_map q;

    for (size_t i = 0; i < N; i++) /* some 600 values, most of them in use */
        column[i] = floor(100.0 * t_normal() + 0.5);
    q = fit(ctx, N, column);
    check_knots(&q);
    CHECK(q.decimals == 0);
    /* no limit is left out: only values beside gaps, in the tails, share out
     * their few rows */
    CHECK(distance(&q, N, column) < 5.0 / N);
    for (size_t i = 0; i < N; i++)
        check_inverse(&q, column[i], 0.0);
    for (int i = 0; i < 10000; i++) {
        const double x = ito__quantile_value(&q, t_open01());

        CHECK_NEAR(x, floor(x), 0.0);
    }
    ito__quantile_free(ctx, &q);
    ito_close(ctx);
}

TEST(the_most_atoms_fit_beside_a_continuous_rest)
{
    ito_ctx *ctx = opened();
    quantile_map q;

    /* 190 atoms of 0.5 %, single values between and around them */
    for (size_t i = 0; i < N; i++)
        column[i] = i < 19000 ? (double)(i / 100) + 0.1 / 3.0
                              : 192.0 * t_open01() - 1.0;
    q = fit(ctx, N, column);
    check_knots(&q);
    for (size_t i = 0; i < 19000; i += 100) {
        double low, high;

        ito__quantile_share(&q, column[i], &low, &high);
        CHECK_NEAR(high - low, 0.005, 1e-12);
        check_inverse(&q, column[i], 0.0);
    }
    CHECK(distance(&q, N, column) < 0.001);
    ito__quantile_free(ctx, &q);
    ito_close(ctx);
}

TEST(two_rows_and_huge_values_work)
{
    static const double cases[][2] = {
        { 0, 1 },      { -1e300, 1e300 },  { 1.0, 1.0 + 2.3e-16 },
        { 0, 5e-324 }, { 4e15, 4e15 + 1 }, { 1.7e15, 1.7e15 + 3 },
    };
    ito_ctx *ctx = opened();

    for (size_t i = 0; i < COUNT(cases); i++) {
        quantile_map q = fit(ctx, 2, cases[i]);

        check_knots(&q);
        for (int k = 0; k <= 100; k++) {
            const double x = ito__quantile_value(&q, k / 100.0);

            CHECK(x >= cases[i][0] && x <= cases[i][1]);
        }
        CHECK_NEAR(ito__quantile_value(&q, 0.0), cases[i][0], 0.0);
        CHECK_NEAR(ito__quantile_value(&q, 1.0), cases[i][1], 0.0);
        ito__quantile_free(ctx, &q);
    }
    ito_close(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(distinct_values_are_sorted_and_counted),
        RUN(decimal_places_are_those_that_were_written),
        RUN(a_continuous_column_keeps_its_distribution),
        RUN(few_rows_are_all_knots),
        RUN(values_stay_within_the_column),
        RUN(an_atom_owns_its_share),
        RUN(half_a_per_cent_makes_an_atom),
        RUN(a_column_of_few_values_gives_back_those_alone),
        RUN(integers_of_many_values_stay_integers),
        RUN(the_most_atoms_fit_beside_a_continuous_rest),
        RUN(two_rows_and_huge_values_work),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
