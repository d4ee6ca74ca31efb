/* SPDX-License-Identifier: MIT
 *
 * test_assign.c - the assignment problem against brute force, closed forms
 * and the theorem on random costs.
 */
#include <ito/metric.h>

#include "check.h"

static ito_ctx *ctx;

/* A bijection: every column once. */
static void check_bijection(size_t n, const uint32_t *to)
{
    unsigned char *seen = calloc(n, 1);

    CHECK(seen != NULL);
    for (size_t i = 0; i < n; i++) {
        CHECK(to[i] < n);
        CHECK(!seen[to[i]]);
        seen[to[i]] = 1;
    }
    free(seen);
}

static double cost_of(size_t n, const float *cost, const uint32_t *p)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += (double)cost[i * n + p[i]];
    return sum;
}

static void swap(uint32_t *a, uint32_t *b)
{
    const uint32_t t = *a;

    *a = *b;
    *b = t;
}

/* The next permutation in lexicographic order; 0 after the last. */
static int next_permutation(size_t n, uint32_t *p)
{
    size_t i = n - 1, j = n - 1;

    while (i > 0 && p[i - 1] >= p[i])
        i--;
    if (i == 0)
        return 0;
    while (p[j] <= p[i - 1])
        j--;
    swap(&p[j], &p[i - 1]);
    for (size_t lo = i, hi = n - 1; lo < hi; lo++, hi--)
        swap(&p[lo], &p[hi]);
    return 1;
}

static double brute_force(size_t n, const float *cost)
{
    uint32_t p[8];
    double low = HUGE_VAL;

    for (size_t i = 0; i < n; i++)
        p[i] = (uint32_t)i;
    do {
        low = fmin(low, cost_of(n, cost, p));
    } while (next_permutation(n, p));
    return low;
}

TEST(every_small_problem_is_solved_as_brute_force_solves_it)
{
    float cost[64];
    uint32_t to[8];
    double sum;

    for (size_t n = 1; n <= 8; n++)
        for (int trial = 0; trial < (n < 7 ? 200 : 10); trial++) {
            /* every third problem is full of ties, one has negative costs */
            for (size_t i = 0; i < n * n; i++)
                cost[i] = trial % 3 == 0 ? (float)(t_rand() % 4)
                                         : 100.0f * t_uniform();
            CHECK_OK(ctx, ito_assign(ctx, n, cost, to, &sum));
            check_bijection(n, to);
            CHECK_NEAR(sum, brute_force(n, cost), 1e-9);
            CHECK_NEAR(sum, cost_of(n, cost, to), 1e-9);
        }
}

/*
 * The Hungarian algorithm in its plainest O(n^3) form, as a second opinion:
 * rows are added one by one, u and v are the dual prices, way[j] is the
 * column before j on the alternating path.  Index 0 stands for "none".
 */
static double hungarian(size_t n, const float *cost)
{
    enum { MAX = 101 };
    double u[MAX] = { 0 }, v[MAX] = { 0 }, low[MAX], sum = 0.0;
    size_t row[MAX] = { 0 }, way[MAX] = { 0 };

    CHECK(n < MAX);
    for (size_t i = 1; i <= n; i++) {
        unsigned char used[MAX] = { 0 };
        size_t j = 0;

        row[0] = i;
        for (size_t k = 0; k <= n; k++)
            low[k] = HUGE_VAL;
        do {
            double delta = HUGE_VAL;
            size_t next = 0;

            used[j] = 1;
            for (size_t k = 1; k <= n; k++) {
                const double c =
                    (double)cost[(row[j] - 1) * n + k - 1] - u[row[j]] - v[k];

                if (!used[k] && c < low[k]) {
                    low[k] = c;
                    way[k] = j;
                }
                if (!used[k] && low[k] < delta) {
                    delta = low[k];
                    next = k;
                }
            }
            for (size_t k = 0; k <= n; k++) {
                if (used[k]) {
                    u[row[k]] += delta;
                    v[k] -= delta;
                } else {
                    low[k] -= delta;
                }
            }
            j = next;
        } while (row[j] != 0);
        for (; j != 0; j = way[j])
            row[j] = row[way[j]];
    }
    for (size_t k = 1; k <= n; k++)
        sum += (double)cost[(row[k] - 1) * n + k - 1];
    return sum;
}

TEST(larger_problems_agree_with_the_hungarian_algorithm)
{
    static float cost[100 * 100];
    uint32_t to[100];
    double sum;

    for (int trial = 0; trial < 60; trial++) {
        const size_t n = 20 + t_rand() % 81;
        float x[200];

        for (size_t i = 0; i < 2 * n; i++)
            x[i] = (float)floor(6.0 * t_normal());
        /* few levels, continuous, squared distances of lattice points */
        for (size_t i = 0; i < n * n; i++) {
            const float e = x[i / n] - x[n + i % n];

            cost[i] = trial % 3 == 0   ? (float)(t_rand() % 5)
                      : trial % 3 == 1 ? t_uniform()
                                       : e * e;
        }
        CHECK_OK(ctx, ito_assign(ctx, n, cost, to, &sum));
        check_bijection(n, to);
        CHECK_NEAR(sum, hungarian(n, cost), 1e-9 * (1.0 + fabs(sum)));
    }
}

static int compare(const void *p, const void *q)
{
    const double *a = p, *b = q;

    return (*a > *b) - (*a < *b);
}

TEST(points_of_a_line_are_coupled_in_order)
{
    enum { N = 400 };
    double *x = malloc(2 * N * sizeof(*x)), *y = x + N, sum, want = 0.0;
    float *cost = malloc(N * N * sizeof(*cost));
    uint32_t to[N];

    CHECK(x && cost);
    for (size_t i = 0; i < N; i++) {
        x[i] = (double)(float)t_normal();
        y[i] = (double)(float)(2.0 * t_normal() + 1.0);
    }
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            cost[i * N + j] = (float)((x[i] - y[j]) * (x[i] - y[j]));
    CHECK_OK(ctx, ito_assign(ctx, N, cost, to, &sum));
    check_bijection(N, to);
    qsort(x, N, sizeof(*x), compare);
    qsort(y, N, sizeof(*y), compare);
    for (size_t i = 0; i < N; i++)
        want += (x[i] - y[i]) * (x[i] - y[i]);
    CHECK_REL(sum, want, 1e-6);
    free(cost);
    free(x);
}

/* Machol & Wien (1976): the product matrix, hard for augmenting paths. */
TEST(the_product_matrix_is_assigned_backwards)
{
    enum { N = 150 };
    float *cost = malloc(N * N * sizeof(*cost));
    uint32_t to[N];
    double sum;

    CHECK(cost != NULL);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            cost[i * N + j] = (float)((i + 1) * (j + 1));
    CHECK_OK(ctx, ito_assign(ctx, N, cost, to, &sum));
    for (size_t i = 0; i < N; i++)
        CHECK(to[i] == N - 1 - i);
    CHECK_NEAR(sum, N * (N + 1.0) * (N + 2.0) / 6.0, 1e-6);
    free(cost);
}

/* With independent exponential costs the expected sum is exactly 1 + 1/4 +
 * ... + 1/n^2 (Parisi 1998; Linusson & Waestlund, Nair et al. 2004); its
 * variance is about (4 zeta(2) - 4 zeta(3)) / n. */
TEST(random_exponential_costs_add_up_as_the_theorem_says)
{
    enum { N = 120, TRIALS = 60 };
    float *cost = malloc(N * N * sizeof(*cost));
    uint32_t to[N];
    double sum, mean = 0.0, want = 0.0;

    CHECK(cost != NULL);
    for (int trial = 0; trial < TRIALS; trial++) {
        for (size_t i = 0; i < N * N; i++)
            cost[i] = (float)-log(t_open01());
        CHECK_OK(ctx, ito_assign(ctx, N, cost, to, &sum));
        mean += sum / TRIALS;
    }
    for (int k = 1; k <= N; k++)
        want += 1.0 / ((double)k * k);
    CHECK_STAT(mean, want, sqrt(1.77 / N / TRIALS), 5);
    free(cost);
}

TEST(equal_costs_and_far_apart_costs_are_no_trouble)
{
    enum { N = 90 };
    float *cost = malloc(N * N * sizeof(*cost));
    uint32_t to[N];
    double sum;

    CHECK(cost != NULL);
    for (size_t i = 0; i < N * N; i++)
        cost[i] = 0.1f;
    CHECK_OK(ctx, ito_assign(ctx, N, cost, to, &sum));
    check_bijection(N, to);
    CHECK_NEAR(sum, N * 0.1, 1e-6);
    /* prices near 1e38 swallow differences near 1 */
    for (size_t i = 0; i < N * N; i++)
        cost[i] = t_rand() % 2 ? 1e38f : t_uniform();
    CHECK_OK(ctx, ito_assign(ctx, N, cost, to, &sum));
    check_bijection(N, to);
    CHECK(sum < 1e37);
    free(cost);
}

TEST(bad_problems_are_refused)
{
    float cost[4] = { 1, 2, NAN, 4 };
    uint32_t to[2];

    CHECK_FAILS(ctx, ito_assign(ctx, 2, cost, to, NULL), ITO_ENONFINITE,
                "finite");
    CHECK_FAILS(ctx, ito_assign(ctx, 0, cost, to, NULL), ITO_EARG, "0 rows");
    CHECK_FAILS(ctx, ito_assign(ctx, 1 << 20, cost, to, NULL), ITO_EARG,
                "16384");
    CHECK_FAILS(ctx, ito_assign(ctx, 2, NULL, to, NULL), ITO_EARG, "assign");
    CHECK(ito_assign(NULL, 2, cost, to, NULL) == ITO_EARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(every_small_problem_is_solved_as_brute_force_solves_it),
        RUN(larger_problems_agree_with_the_hungarian_algorithm),
        RUN(points_of_a_line_are_coupled_in_order),
        RUN(the_product_matrix_is_assigned_backwards),
        RUN(random_exponential_costs_add_up_as_the_theorem_says),
        RUN(equal_costs_and_far_apart_costs_are_no_trouble),
        RUN(bad_problems_are_refused),
    };
    int failed;

    if (ito_open(&ctx, NULL) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}
