/* SPDX-License-Identifier: MIT
 *
 * test_exact_sum.c - sums without rounding: against integers, against known
 * cancellations, in any order, over the whole range of double.
 */
#include "check.h"

#include "base/exact_sum.h"

/* A double with random bits and an exponent within [-span, span]. */
static double any_double(int span)
{
    const double m =
        (double)(((uint64_t)t_rand() << 21) ^ t_rand()) * 0x1p-53 + 0.5;
    const int e = (int)(t_rand() % (uint32_t)(2 * span + 1)) - span;

    return ldexp(t_rand() & 1 ? -m : m, e);
}

static double sum_of(size_t n, const double *x)
{
    exact_sum sum = { 0 };

    for (size_t i = 0; i < n; i++)
        ito__exact_add(&sum, x[i]);
    return ito__exact_value(&sum);
}

TEST(integers_add_up_exactly)
{
    exact_sum sum = { 0 };
    int64_t want = 0;

    for (int i = 0; i < 100000; i++) {
        const int64_t v = (int64_t)(((uint64_t)t_rand() << 20) ^ t_rand()) -
                          (INT64_C(1) << 51);

        want += v;
        ito__exact_add(&sum, (double)v);
    }
    CHECK(ito__exact_value(&sum) == (double)want); /* rounded once, both */
}

TEST(cancellation_loses_nothing)
{
    const double big[] = { 1e308, 1.0, -1e308, 0x1p-1074, -1.0 };
    const double half[] = { 1.0, 0x1p-53 };
    const double more[] = { 1.0, 0x1p-53, 0x1p-1074 };
    const double odd[] = { 1.0 + 0x1p-52, 0x1p-53 };
    const double over[] = { 0x1.fffffffffffffp1023, 0x1p970 };
    const double back[] = { 0x1.fffffffffffffp1023, 0x1p1000, -0x1p1001 };

    CHECK(sum_of(COUNT(big), big) == 0x1p-1074);
    CHECK(sum_of(COUNT(half), half) == 1.0); /* a tie goes to even */
    CHECK(sum_of(COUNT(more), more) == 1.0 + 0x1p-52);
    CHECK(sum_of(COUNT(odd), odd) == 1.0 + 0x1p-51);
    CHECK(sum_of(COUNT(over), over) == HUGE_VAL);
    CHECK(sum_of(COUNT(back), back) == 0x1.fffffffffffffp1023 - 0x1p1000);
    CHECK(sum_of(0, big) == 0.0);
}

TEST(single_values_come_back_as_they_were)
{
    const double edge[] = { 0x1p-1074,
                            -0x1p-1074,
                            0x1.8p-1073,
                            0x1p-1022,
                            0x0.fffffffffffffp-1022,
                            0x1.fffffffffffffp1023,
                            -0x1.fffffffffffffp1023,
                            1.0,
                            -0.1 };

    for (size_t i = 0; i < COUNT(edge); i++)
        CHECK(sum_of(1, edge + i) == edge[i]);
    for (int i = 0; i < 10000; i++) {
        const double x = any_double(1000);

        CHECK(sum_of(1, &x) == x);
    }
}

TEST(subnormals_add_as_integers)
{
    exact_sum sum = { 0 };
    int64_t want = 0;

    for (int i = 0; i < 1000; i++) {
        const int64_t v = (int64_t)t_rand() - (INT64_C(1) << 31);

        want += v;
        ito__exact_add(&sum, ldexp((double)v, -1074));
    }
    CHECK(ito__exact_value(&sum) == ldexp((double)want, -1074));
}

TEST(two_terms_round_as_the_machine_rounds)
{
    for (int i = 0; i < 100000; i++) {
        const double x[2] = { any_double(40), any_double(40) };

        CHECK(sum_of(2, x) == x[0] + x[1]);
    }
}

TEST(order_parts_and_merging_never_show)
{
    static double x[6000], y[6000 + 3];
    exact_sum parts[3] = { { { 0 }, 0, 0, 0, 0 } }, all = { 0 };
    double want;

    for (int span = 2; span < 1000; span *= 3) {
        for (size_t i = 0; i < COUNT(x); i++)
            x[i] = any_double(span);
        want = sum_of(COUNT(x), x);
        memset(parts, 0, sizeof(parts));
        memset(&all, 0, sizeof(all));
        for (size_t i = COUNT(x); i-- > 0;)
            ito__exact_add(&parts[t_rand() % 3], x[i]);
        for (size_t i = 0; i < 3; i++)
            ito__exact_merge(&all, &parts[i]);
        CHECK(ito__exact_value(&all) == want);
        memset(&all, 0, sizeof(all));
        for (size_t begin = 0; begin < COUNT(x);) {
            size_t n = 1 + t_rand() % 700, kept;

            n = n < COUNT(x) - begin ? n : COUNT(x) - begin;
            memcpy(y, x + begin, n * sizeof(*x));
            kept = ito__exact_reduce(n, y);
            CHECK(kept <= n + 3);
            for (size_t i = 0; i < kept; i++)
                ito__exact_add(&all, y[i]);
            begin += n;
        }
        CHECK(ito__exact_value(&all) == want);
    }
}

TEST(a_batch_of_like_values_becomes_few)
{
    static double x[4096 + 3];
    size_t kept;

    for (size_t i = 0; i < 4096; i++)
        x[i] = t_normal();
    kept = ito__exact_reduce(4096, x);
    CHECK(kept <= 6);
    for (size_t i = 0; i < 4096; i++)
        x[i] = 0.0;
    CHECK(ito__exact_reduce(4096, x) == 0);
    for (size_t i = 0; i < 4096; i++)
        x[i] = 0x1p-1074;
    kept = ito__exact_reduce(4096, x);
    CHECK(sum_of(kept, x) == 4096 * 0x1p-1074);
    for (size_t i = 0; i < 4096; i++) /* the worst case of a slice's sum */
        x[i] = 0x1.fffffffffffffp-1;
    kept = ito__exact_reduce(4096, x);
    CHECK(sum_of(kept, x) == 4096 * 0x1.fffffffffffffp-1);
}

TEST(what_is_not_finite_is_kept_aside)
{
    exact_sum sum = { 0 }, other = { 0 };

    ito__exact_add(&sum, 1.0);
    ito__exact_add(&other, HUGE_VAL);
    ito__exact_merge(&sum, &other);
    CHECK(ito__exact_value(&sum) == HUGE_VAL);
    ito__exact_add(&sum, -HUGE_VAL);
    CHECK(isnan(ito__exact_value(&sum)));
    memset(&sum, 0, sizeof(sum));
    ito__exact_add(&sum, -HUGE_VAL);
    CHECK(ito__exact_value(&sum) == -HUGE_VAL);
    ito__exact_add(&sum, (double)NAN);
    CHECK(isnan(ito__exact_value(&sum)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(integers_add_up_exactly),
        RUN(cancellation_loses_nothing),
        RUN(single_values_come_back_as_they_were),
        RUN(subnormals_add_as_integers),
        RUN(two_terms_round_as_the_machine_rounds),
        RUN(order_parts_and_merging_never_show),
        RUN(a_batch_of_like_values_becomes_few),
        RUN(what_is_not_finite_is_kept_aside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
