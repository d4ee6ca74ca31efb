/* SPDX-License-Identifier: MIT
 *
 * test_kern64.c - the kernels in double: every table against the C table bit
 * for bit (of a NaN only that it is one), elementary functions against long
 * double, and the layout of normals and uniforms against plain formulas.
 *
 * Lengths run through every remainder of the register width.  What follows
 * an array is NaN, which must neither change nor reach a result.
 */
#include "check.h"

#include "kern/kern.h"

#define N_MAX (3 * ITO_LANES + 5)
#define ROOM  (N_MAX + 16)

#define INF   ((double)INFINITY)
#define NOT_A ((double)NAN)

/* The arrays that a kernel may read and write. */
typedef struct work {
    double x[ROOM], y[ROOM], z[ROOM], w[ROOM];
    bool result;
} work;

typedef struct job {
    const char *name;
    void (*run)(const ito_kern64 *k, size_t n, work *b);
} job;

static double rare(void)
{
    static const double values[] = {
        0.0,       -0.0,     INF,        -INF,   NOT_A,  1e-310,
        -4e-324,   1.79e308, -1.79e308,  709.7,  -708.5, -745.0,
        0x1p-1022, 1.0,      -1.0,       1e5,    1.1e5,  350.5,
        0x1p53,    0.707106, 1.41421356, -350.5, 1e200,  -1e200,
    };

    return values[t_rand() % COUNT(values)];
}

/* A double whose sign, exponent and fraction are random. */
static double any_double(void)
{
    const uint64_t bits = (uint64_t)t_rand() << 32 | t_rand();
    double x;

    memcpy(&x, &bits, sizeof(x));
    return x;
}

/* Numbers of many sizes; if `wild` some are infinite, NaN or subnormal. */
static void fill(double *p, size_t n, bool wild)
{
    for (size_t i = 0; i < ROOM; i++) {
        if (i >= n)
            p[i] = NOT_A;
        else if (wild && t_rand() % 4 == 0)
            p[i] = t_rand() % 2 ? rare() : any_double();
        else
            p[i] = ldexp(2.0 * t_open01() - 1.0, (int)(t_rand() % 14) - 7);
    }
}

static void fill_work(work *b, size_t n, bool wild)
{
    fill(b->x, n, wild);
    fill(b->y, n, wild);
    fill(b->z, n, wild);
    fill(b->w, n, wild);
    b->result = false;
}

/* --- one line a kernel --------------------------------------------------- */

static void job_axpy(const ito_kern64 *k, size_t n, work *b)
{
    k->axpy(n, 0.7, b->x, b->y);
}

static void job_lincomb(const ito_kern64 *k, size_t n, work *b)
{
    const double a[3] = { 0.3, -1.7, 2.5 };
    const double *const y[3] = { b->y, b->z, b->x };

    k->lincomb(n, b->x, b->x, 3, a, y);
    k->lincomb(n, b->w, b->y, 0, a, y);
}

/* All numbers of terms that solvers have; the output is the last term. */
static void job_lincomb_many(const ito_kern64 *k, size_t n, work *b)
{
    const double a[13] = { 0.3,  -1.7, 2.5, 0.1,  -0.9, 1.1, 0.7,
                           -0.2, 0.4,  0.6, -1.3, 0.8,  0.5 };
    const double *const y[13] = { b->y, b->x, b->y, b->x, b->y, b->x, b->y,
                                  b->x, b->y, b->x, b->y, b->x, b->z };

    k->lincomb(n, b->z, b->w, n % 14, a, y + (13 - n % 14));
}

static void job_add(const ito_kern64 *k, size_t n, work *b)
{
    k->add(n, b->x, b->y, b->x);
}

static void job_sub(const ito_kern64 *k, size_t n, work *b)
{
    k->sub(n, b->x, b->y, b->z);
}

static void job_mul(const ito_kern64 *k, size_t n, work *b)
{
    k->mul(n, b->x, b->y, b->y);
}

static void job_muladd(const ito_kern64 *k, size_t n, work *b)
{
    k->muladd(n, b->x, b->y, b->z);
}

static void job_scale(const ito_kern64 *k, size_t n, work *b)
{
    k->scale(n, -1.3, b->x, b->x);
}

static void job_all_finite(const ito_kern64 *k, size_t n, work *b)
{
    b->result = k->all_finite(n, b->x);
}

static void job_exp(const ito_kern64 *k, size_t n, work *b)
{
    k->exp(n, b->x, b->x);
}

static void job_log(const ito_kern64 *k, size_t n, work *b)
{
    k->log(n, b->x, b->y);
}

static void job_tanh(const ito_kern64 *k, size_t n, work *b)
{
    k->tanh(n, b->x, b->y);
}

static void job_sincos(const ito_kern64 *k, size_t n, work *b)
{
    k->sincos(n, b->x, b->x, b->y);
}

static void job_bisect(const ito_kern64 *k, size_t n, work *b)
{
    const double *const z[2] = { b->x, b->y };
    double *const second[2] = { b->x, b->y };

    k->bisect(n, 0.3, z, b->z, b->w, second);
}

static void job_mixture(const ito_kern64 *k, size_t n, work *b)
{
    static const double means[] = { 0.0,  1.0, -2.0, 0.5, 3.0,
                                    -1.0, 0.2, 4.0,  2.0, 2.0 };
    static const double inv[] = { 4.0, 1.0, 0.5, 2.0, 3.0,
                                  1.0, 1.0, 9.0, 0.1, 1.0 };
    static const double log2w[] = { 0.1, 0.0, -1.0, 0.5, -0.3,
                                    0.0, 0.3, 0.2,  0.1, 0.7 };
    static const double curve[] = { -3.0, -0.7, -0.4, -1.5, -2.0,
                                    -0.7, -0.7, -6.0, -0.1, -0.7 };
    const size_t dim = 1 + n % 4;
    const ito_mix64 m = { .modes = dim == 1 ? 10 : 10 / dim,
                          .dim = dim,
                          .means = means,
                          .inv = inv,
                          .curve = curve,
                          .log2w = log2w,
                          .scale = 0.7 };
    const double *const x[4] = { b->x, b->y, b->z, b->w };
    double *const score[4] = { b->x, b->y, b->z, b->w };
    double *const none[4] = { b->y, b->y, b->y, b->y };

    if (dim > 1)
        k->mixture(n, &m, x, score, NULL);
    else
        k->mixture(n, &m, x, none, b->z);
}

static ito_philox some_counter(size_t n)
{
    return (ito_philox){ .key = { 0x89abcdefu, 0x01234567u },
                         .ctr = { 0xfffffff0u, 41u, 7u, 0xffffff00u },
                         .wide = n & 1 };
}

static void job_normals(const ito_kern64 *k, size_t n, work *b)
{
    const ito_philox p = some_counter(n);

    k->normals(n / 16, &p, b->x);
}

static void job_em(const ito_kern64 *k, size_t n, work *b)
{
    const ito_philox p = some_counter(n);
    const ito_em64 with = {
        .h = 0.1, .scale = 0.3, .f = b->x, .g = b->y, .x = b->z, .z = b->z
    };
    const ito_em64 all = {
        .h = 0.1, .scale = 0.3, .g_all = 2.0, .f = b->x, .x = b->w, .z = b->y
    };

    k->em(n / 16, &p, &with);
    k->em(n / 16, &p, &all);
}

static void job_uniforms(const ito_kern64 *k, size_t n, work *b)
{
    const ito_philox p = some_counter(n);

    k->uniforms(n / 16, &p, b->x);
}

static const job jobs[] = {
    { "axpy", job_axpy },
    { "lincomb", job_lincomb },
    { "lincomb many", job_lincomb_many },
    { "mixture", job_mixture },
    { "em", job_em },
    { "add", job_add },
    { "sub", job_sub },
    { "mul", job_mul },
    { "muladd", job_muladd },
    { "scale", job_scale },
    { "all_finite", job_all_finite },
    { "exp", job_exp },
    { "log", job_log },
    { "tanh", job_tanh },
    { "sincos", job_sincos },
    { "normals", job_normals },
    { "uniforms", job_uniforms },
    { "bisect", job_bisect },
};

/* --- the same bits ------------------------------------------------------- */

static bool same_double(double a, double b)
{
    return (a != a && b != b) || memcmp(&a, &b, sizeof(a)) == 0;
}

static void compare(const char *table, const char *name, const double *got,
                    const double *want, size_t n, size_t room)
{
    for (size_t i = 0; i < room; i++)
        if (!same_double(got[i], want[i]))
            check_fail(__FILE__, __LINE__, "%s %s: n %zu: [%zu] %a, not %a",
                       table, name, n, i, got[i], want[i]);
}

/* What lies past the n-th element is as before. */
static void check_beyond(const char *name, const work *b, size_t n)
{
    for (size_t i = n; i < ROOM; i++)
        if (b->x[i] == b->x[i] || b->y[i] == b->y[i] || b->z[i] == b->z[i] ||
            b->w[i] == b->w[i])
            check_fail(__FILE__, __LINE__, "%s: n %zu: wrote to %zu", name, n,
                       i);
}

static void check_job(const job *j, const ito_kern *k, size_t n, bool wild)
{
    static work want, got;

    fill_work(&want, n, wild);
    got = want;
    j->run(&ito__kern64_c, n, &want);
    j->run(k->f64, n, &got);
    compare(k->name, j->name, got.x, want.x, n, ROOM);
    compare(k->name, j->name, got.y, want.y, n, ROOM);
    compare(k->name, j->name, got.z, want.z, n, ROOM);
    compare(k->name, j->name, got.w, want.w, n, ROOM);
    CHECK(got.result == want.result);
    check_beyond(j->name, &got, n);
}

TEST(every_table_gives_the_bits_of_plain_c)
{
    const ito_kern *k;
    bool runs;

    for (size_t i = 0; (k = ito__kern_at(i, &runs)) != NULL; i++) {
        CHECK(k->f64 != NULL);
        if (!runs) {
            print_message("table %s does not run here\n", k->name);
            continue;
        }
        for (size_t n = 0; n <= N_MAX; n++)
            for (size_t j = 0; j < COUNT(jobs); j++) {
                check_job(&jobs[j], k, n, false);
                check_job(&jobs[j], k, n, true);
            }
    }
}

/* Doubles of all sizes and both signs: random bits, and random fractions of
 * exponents near zero. */
#define MANY 4096
TEST(elementary_functions_give_the_bits_of_plain_c_everywhere)
{
    static double x[MANY], want[2 * MANY], got[2 * MANY];
    const ito_kern *k;
    bool runs;

    for (size_t batch = 0; batch < 200; batch++) {
        for (size_t i = 0; i < MANY; i++)
            x[i] = batch % 2 ? any_double()
                             : ldexp(2.0 * t_open01() - 1.0,
                                     (int)(t_rand() % 40) - 20);
        for (size_t t = 1; (k = ito__kern_at(t, &runs)) != NULL; t++) {
            if (!runs)
                continue;
#define BOTH(what, call)                                   \
    do {                                                   \
        const ito_kern64 *kern = &ito__kern64_c;           \
        double *y = want, *d = want + MANY;                \
        (void)d;                                           \
        call;                                              \
        kern = k->f64;                                     \
        y = got;                                           \
        d = got + MANY;                                    \
        call;                                              \
        compare(k->name, what, got, want, MANY, 2 * MANY); \
    } while (0)
            BOTH("exp", kern->exp(MANY, x, y));
            BOTH("log", kern->log(MANY, x, y));
            BOTH("tanh", kern->tanh(MANY, x, y));
            BOTH("sincos", kern->sincos(MANY, x, y, d));
        }
    }
}

/* --- the C table against formulas ---------------------------------------- */

TEST(updates_follow_their_formulas)
{
    const ito_kern64 *const k = ito__kern_find(NULL)->f64;
    static work b, a;
    const double c[2] = { 0.3, -1.7 };
    const double *const rows[2] = { b.y, b.z };

    fill_work(&b, N_MAX, false);
    a = b;
    k->axpy(N_MAX, 0.7, b.x, a.y);
    k->lincomb(N_MAX, a.z, b.x, 2, c, rows);
    k->muladd(N_MAX, b.x, b.y, a.w);
    for (size_t i = 0; i < N_MAX; i++) {
        CHECK(a.y[i] == fma(0.7, b.x[i], b.y[i]));
        CHECK(a.z[i] == fma(-1.7, b.z[i], fma(0.3, b.y[i], b.x[i])));
        CHECK(a.w[i] == fma(b.x[i], b.y[i], b.w[i]));
    }
    a = b;
    k->add(N_MAX, b.x, b.y, a.x);
    k->sub(N_MAX, b.x, b.y, a.y);
    k->mul(N_MAX, b.x, b.y, a.z);
    k->scale(N_MAX, 3.0, b.w, a.w);
    for (size_t i = 0; i < N_MAX; i++) {
        CHECK(a.x[i] == b.x[i] + b.y[i] && a.y[i] == b.x[i] - b.y[i]);
        CHECK(a.z[i] == b.x[i] * b.y[i] && a.w[i] == 3.0 * b.w[i]);
    }
}

TEST(all_finite_sees_one_bad_number_anywhere)
{
    const ito_kern *k;
    bool runs;
    double x[N_MAX];

    for (size_t t = 0; (k = ito__kern_at(t, &runs)) != NULL; t++) {
        if (!runs)
            continue;
        for (size_t i = 0; i < N_MAX; i++)
            x[i] = i & 1 ? 1.7e308 : -4e-324;
        for (size_t n = 0; n <= N_MAX; n++)
            CHECK(k->f64->all_finite(n, x));
        for (size_t i = 0; i < N_MAX; i++) {
            const double keep = x[i];

            x[i] = i % 3 == 0 ? NOT_A : i % 3 == 1 ? INF : -INF;
            CHECK(!k->f64->all_finite(N_MAX, x));
            x[i] = keep;
        }
    }
}

/* --- accuracy ------------------------------------------------------------ */

typedef long double (*exact_fn)(long double x);
typedef void (*map_fn)(size_t n, const double *x, double *y);

/* The largest error on n doubles from a to b, in units of the last place of
 * a normal result. */
static double worst(map_fn map, exact_fn exact, double a, double b)
{
    enum { BATCH = 1000, BATCHES = 200 };
    static double x[BATCH], y[BATCH];
    double most = 0.0;

    for (size_t j = 0; j < BATCHES; j++) {
        for (size_t i = 0; i < BATCH; i++) {
            const double s = ((double)(j * BATCH + i) + t_open01()) /
                             (double)(BATCH * BATCHES);

            x[i] = a + (b - a) * s;
        }
        map(BATCH, x, y);
        for (size_t i = 0; i < BATCH; i++) {
            const long double want = exact((long double)x[i]);
            int e;
            double error;

            (void)frexp(fmax((double)fabsl(want), 0x1p-1022), &e);
            error = (double)ldexpl(fabsl((long double)y[i] - want), 53 - e);
            if (!(error <= most))
                most = error;
        }
    }
    return most;
}

static void map_sin(size_t n, const double *x, double *y)
{
    static double c[1000];

    ito__kern_find(NULL)->f64->sincos(n, x, y, c);
}

static void map_cos(size_t n, const double *x, double *y)
{
    static double s[1000];

    ito__kern_find(NULL)->f64->sincos(n, x, s, y);
}

static void bounded(const char *name, double error, double bound)
{
    if (!(error <= bound))
        check_fail(__FILE__, __LINE__, "%s: error %.3g > %.3g", name, error,
                   bound);
    print_message("%-12s largest error %.2f ulp\n", name, error);
}

/* As stated in math64_tmpl.h. */
TEST(elementary_functions_are_accurate)
{
    const ito_kern64 *const k = ito__kern_find(NULL)->f64;
    const double pi = 3.14159265358979323846;

    bounded("exp", worst(k->exp, expl, -707.0, 709.78), 1.0);
    bounded("exp low", worst(k->exp, expl, -708.0, -707.0), 1.5);
    bounded("exp near 0", worst(k->exp, expl, -1.0, 1.0), 1.0);
    bounded("exp tiny x", worst(k->exp, expl, -1e-9, 1e-9), 1.0);
    bounded("log", worst(k->log, logl, 1e-3, 3.0), 1.0);
    bounded("log near 1", worst(k->log, logl, 0.99, 1.01), 1.0);
    bounded("log at 1", worst(k->log, logl, 1.0 - 1e-9, 1.0 + 1e-9), 1.0);
    bounded("log large", worst(k->log, logl, 1.0, 1.79e308), 1.0);
    bounded("log tiny", worst(k->log, logl, 5e-324, 3e-308), 1.0);
    bounded("tanh", worst(k->tanh, tanhl, -20.0, 20.0), 3.0);
    bounded("tanh near 0", worst(k->tanh, tanhl, -0.4, 0.4), 3.0);
    bounded("tanh tiny x", worst(k->tanh, tanhl, 1e-12, 1e-8), 3.0);
    bounded("sin", worst(map_sin, sinl, -10.0, 10.0), 1.6);
    bounded("sin tiny x", worst(map_sin, sinl, 1e-12, 1e-8), 1.6);
    bounded("sin at pi", worst(map_sin, sinl, pi - 1e-9, pi + 1e-9), 1.6);
    bounded("sin large", worst(map_sin, sinl, -1e5, 1e5), 1.6);
    bounded("cos", worst(map_cos, cosl, -10.0, 10.0), 1.6);
    bounded("cos large", worst(map_cos, cosl, -1e5, 1e5), 1.6);
}

static double one(map_fn map, double x)
{
    double y;

    map(1, &x, &y);
    return y;
}

TEST(extremes_are_as_stated)
{
    const ito_kern64 *const k = ito__kern_find(NULL)->f64;
    const double inf = INF, nan = NOT_A;

    CHECK(one(k->exp, 0.0) == 1.0 && one(k->exp, -0.0) == 1.0);
    CHECK(one(k->exp, 709.79) == inf && one(k->exp, inf) == inf);
    CHECK(one(k->exp, 709.78) < inf);
    CHECK(one(k->exp, -708.1) == 0.0 && one(k->exp, -inf) == 0.0);
    CHECK(one(k->exp, -708.0) > 0.0 && one(k->exp, -1e300) == 0.0);
    CHECK(isnan(one(k->exp, nan)));
    CHECK(one(k->log, 1.0) == 0.0 && one(k->log, inf) == inf);
    CHECK(one(k->log, 0.0) == -inf && one(k->log, -0.0) == -inf);
    CHECK(isnan(one(k->log, -1.0)) && isnan(one(k->log, -inf)));
    CHECK(isnan(one(k->log, nan)));
    CHECK(one(k->tanh, 0.0) == 0.0 && signbit(one(k->tanh, -1e-300)));
    CHECK(one(k->tanh, 1e300) == 1.0 && one(k->tanh, -inf) == -1.0);
    CHECK(isnan(one(k->tanh, nan)));
    CHECK(one(map_sin, 0.0) == 0.0 && one(map_cos, 0.0) == 1.0);
    CHECK(one(map_cos, 1e5) == one(map_cos, -1e5));
    CHECK(isnan(one(map_sin, 1.00001e5)) && isnan(one(map_cos, -inf)));
    CHECK(isnan(one(map_sin, nan)) && isnan(one(map_cos, inf)));
}

/* --- Philox -------------------------------------------------------------- */

/* The words of block b of a counter, by the float table. */
static void words_of(const ito_philox *p, size_t b, uint32_t word[4])
{
    uint32_t group[ITO_LANES];

    ito__kern_c.words(1, p, group);
    word[0] = group[2 * b];
    word[1] = group[2 * b + 1];
    word[2] = group[ITO_LANES / 2 + 2 * b];
    word[3] = group[ITO_LANES / 2 + 2 * b + 1];
}

TEST(numbers_come_from_the_words_as_the_header_says)
{
    const ito_kern64 *const k = ito__kern_find(NULL)->f64;
    const long double turn = 6.28318530717958647692528676655900577L;
    double normal[16], uniform[16];

    for (uint32_t step = 0; step < 500; step++) {
        const ito_philox p = { .key = { 3, 5 },
                               .ctr = { 64, 0, step, 9 },
                               .wide = step & 1 };

        k->normals(1, &p, normal);
        k->uniforms(1, &p, uniform);
        for (size_t r = 0; r < 16; r++) {
            const size_t half = r >> 3;
            uint32_t w[4];
            uint64_t a, b;
            long double radius, angle, want;

            words_of(&p, r & 7, w);
            a = (uint64_t)w[1] << 32 | w[0];
            b = (uint64_t)w[3] << 32 | w[2];
            radius =
                sqrtl(-2.0L * logl(((long double)(a >> 12) + 0.5L) * 0x1p-52L));
            angle = turn * (long double)(b >> 10) * 0x1p-54L;
            want = radius * (half ? cosl(angle) : sinl(angle));
            CHECK_NEAR(normal[r], want, 4e-16 * (double)radius);
            CHECK(uniform[r] ==
                  ((double)((half ? b : a) >> 12) + 0.5) * 0x1p-52);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(every_table_gives_the_bits_of_plain_c),
        RUN(elementary_functions_give_the_bits_of_plain_c_everywhere),
        RUN(updates_follow_their_formulas),
        RUN(all_finite_sees_one_bad_number_anywhere),
        RUN(elementary_functions_are_accurate),
        RUN(extremes_are_as_stated),
        RUN(numbers_come_from_the_words_as_the_header_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
