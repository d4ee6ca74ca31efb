/* SPDX-License-Identifier: MIT
 *
 * test_ensemble.c - statistics of particles: right, and the same bits however
 * the particles were cut into tiles and shared out to threads.
 */
#include "check.h"

#include <ito/ensemble.h>
#include <ito/start.h>
#include <ito/system.h>

#include "ctx/ctx.h"

#define ROWS 5000

static ito_ctx *ctx;

static int open_ctx(void **state)
{
    const ito_ctx_opts opts = { .threads = 3 };

    (void)state;
    return ito_open(&ctx, &opts) != ITO_OK;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

/* Rows of two related components, a few far out; and exit times. */
static double rows[2 * ROWS], exits[ROWS];

static void make_rows(void)
{
    t_seed = 5;
    for (size_t i = 0; i < ROWS; i++) {
        rows[2 * i] = 3.0 + 2.0 * t_normal();
        rows[2 * i + 1] = rows[2 * i] * 0.5 + exp(3.0 * t_normal());
        exits[i] = t_rand() % 3 ? HUGE_VAL : t_open01();
    }
}

static const double lo[2] = { -5.0, 0.0 }, hi[2] = { 10.0, 20.0 };
static const double shift[2] = { 3.0, 10.0 };
static const ito_ensemble_opts all = { .dim = 2,
                                       .frames = 3,
                                       .bins = 40,
                                       .lo = lo,
                                       .hi = hi,
                                       .pair = { 0, 1 },
                                       .pair_bins = 8,
                                       .exit_bins = 10,
                                       .exit_t0 = 0.0,
                                       .exit_t1 = 1.0,
                                       .shift = shift };

/* One tile of frame f. */
static int feed(ito_ensemble *s, size_t f, size_t begin, size_t n)
{
    const ito_frame frame = { .index = f,
                              .t = 0.5 * (double)f,
                              .id0 = begin,
                              .n = n,
                              .dim = 2,
                              .dtype = ITO_F64,
                              .rows = rows + 2 * begin,
                              .exit_times = exits + begin };

    return ito_ensemble_frame(s, &frame);
}

/* Everything that can be read of frame f. */
typedef struct reading {
    double mean[2], mean_se[2], cov[4], var_se[2], skew[2], kurt[2];
    double min[2], max[2], median[2];
    uint64_t n, bad, absorbed, hist[2][40], out[2][2], pair[64], times[10];
    ito_exits exits;
} reading;

static reading read_all(ito_ensemble *s, size_t f)
{
    reading r;
    ito_moments m;

    memset(&r, 0, sizeof(r));
    CHECK_OK(ctx, ito_ensemble_moments(ctx, s, f, &m));
    memcpy(r.mean, m.mean, sizeof(r.mean));
    memcpy(r.mean_se, m.mean_se, sizeof(r.mean_se));
    memcpy(r.cov, m.cov, sizeof(r.cov));
    memcpy(r.var_se, m.var_se, sizeof(r.var_se));
    memcpy(r.skew, m.skewness, sizeof(r.skew));
    memcpy(r.kurt, m.kurtosis, sizeof(r.kurt));
    memcpy(r.min, m.min, sizeof(r.min));
    memcpy(r.max, m.max, sizeof(r.max));
    r.n = m.n;
    r.bad = m.bad;
    r.absorbed = m.absorbed;
    for (size_t c = 0; c < 2; c++) {
        CHECK_OK(ctx,
                 ito_ensemble_histogram(ctx, s, f, c, r.hist[c], r.out[c]));
        CHECK_OK(ctx,
                 ito_ensemble_quantile(ctx, s, f, c, 0.5, &r.median[c], NULL));
    }
    CHECK_OK(ctx, ito_ensemble_pair(ctx, s, f, r.pair));
    CHECK_OK(ctx, ito_ensemble_exits(ctx, s, &r.exits, r.times));
    return r;
}

/* The whole, fed in one piece a frame. */
static ito_ensemble *whole(void)
{
    ito_ensemble *s;

    make_rows();
    CHECK_OK(ctx, ito_ensemble_new(ctx, &all, &s));
    for (size_t f = 0; f < 3; f++)
        CHECK(feed(s, f, 0, ROWS) == 0);
    return s;
}

TEST(moments_agree_with_long_double_sums)
{
    ito_ensemble *s = whole();
    const reading r = read_all(s, 1);

    for (size_t c = 0; c < 2; c++) {
        long double m = 0, p[5] = { 0 };

        for (size_t i = 0; i < ROWS; i++)
            m += (long double)rows[2 * i + c];
        m /= ROWS;
        for (size_t i = 0; i < ROWS; i++) {
            const long double d = (long double)rows[2 * i + c] - m;

            p[2] += d * d / ROWS;
            p[3] += d * d * d / ROWS;
            p[4] += d * d * d * d / ROWS;
        }
        CHECK_REL(r.mean[c], m, 1e-14);
        CHECK_REL(r.cov[3 * c], p[2], 1e-13);
        CHECK_REL(r.skew[c], p[3] / (p[2] * sqrtl(p[2])), 1e-9);
        CHECK_REL(r.kurt[c], p[4] / (p[2] * p[2]), 1e-11);
        CHECK_REL(r.mean_se[c], sqrtl(p[2] / (ROWS - 1)), 1e-12);
        CHECK_REL(r.var_se[c],
                  sqrtl((p[4] - p[2] * p[2] * (ROWS - 3) / (ROWS - 1)) / ROWS),
                  1e-10);
    }
    CHECK(r.n == ROWS && r.bad == 0);
    ito_ensemble_free(s);
}

TEST(the_covariance_is_that_of_pairs)
{
    ito_ensemble *s = whole();
    const reading r = read_all(s, 0);
    long double a = 0, b = 0, ab = 0;

    for (size_t i = 0; i < ROWS; i++) {
        a += (long double)rows[2 * i] / ROWS;
        b += (long double)rows[2 * i + 1] / ROWS;
    }
    for (size_t i = 0; i < ROWS; i++)
        ab += ((long double)rows[2 * i] - a) *
              ((long double)rows[2 * i + 1] - b) / ROWS;
    CHECK_REL(r.cov[1], ab, 1e-12);
    CHECK(r.cov[1] == r.cov[2]);
    ito_ensemble_free(s);
}

/* A shuffled set of tiles, fed by the threads of the pool. */
typedef struct tiles {
    ito_ensemble *s;
    size_t begin[3 * ROWS], n[3 * ROWS], frame[3 * ROWS], count;
} tiles;

static void feed_tiles(void *arg, size_t worker, size_t begin, size_t end)
{
    tiles *t = arg;

    (void)worker;
    for (size_t i = begin; i < end; i++)
        feed(t->s, t->frame[i], t->begin[i], t->n[i]);
}

static void shuffle(tiles *t)
{
    for (size_t i = t->count; i-- > 1;) {
        const size_t j = t_rand() % (i + 1);
        size_t *const column[3] = { t->begin, t->n, t->frame };

        for (size_t k = 0; k < 3; k++) {
            const size_t keep = column[k][i];

            column[k][i] = column[k][j];
            column[k][j] = keep;
        }
    }
}

TEST(tiles_and_threads_never_show)
{
    static tiles t;
    ito_ensemble *s = whole();

    for (size_t most = 1; most < 6000; most = most * 7 + 1) {
        t.count = 0;
        for (size_t f = 0; f < 3; f++)
            for (size_t begin = 0; begin < ROWS;) {
                size_t n = 1 + t_rand() % most;

                n = n < ROWS - begin ? n : ROWS - begin;
                t.begin[t.count] = begin;
                t.n[t.count] = n;
                t.frame[t.count++] = f;
                begin += n;
            }
        shuffle(&t);
        CHECK_OK(ctx, ito_ensemble_new(ctx, &all, &t.s));
        ito__for(ctx, t.count, 1, feed_tiles, &t);
        for (size_t f = 0; f < 3; f++) {
            const reading a = read_all(s, f), b = read_all(t.s, f);

            CHECK_SAME(&a, &b, 1);
        }
        ito_ensemble_free(t.s);
    }
    ito_ensemble_free(s);
}

TEST(parts_that_are_merged_are_the_whole)
{
    ito_ensemble *s = whole(), *a, *b;

    CHECK_OK(ctx, ito_ensemble_new(ctx, &all, &a));
    CHECK_OK(ctx, ito_ensemble_new(ctx, &all, &b));
    for (size_t f = 0; f < 3; f++) {
        feed(a, f, 0, 1234);
        feed(b, f, 1234, ROWS - 1234);
    }
    CHECK_OK(ctx, ito_ensemble_merge(ctx, a, b));
    for (size_t f = 0; f < 3; f++) {
        const reading p = read_all(s, f), q = read_all(a, f);

        CHECK_SAME(&p, &q, 1);
    }
    ito_ensemble_free(s);
    ito_ensemble_free(a);
    ito_ensemble_free(b);
}

TEST(histograms_count_every_value_once)
{
    ito_ensemble *s = whole();
    const reading r = read_all(s, 2);
    uint64_t cell = 0, inside = 0;

    for (size_t c = 0; c < 2; c++) {
        uint64_t total = r.out[c][0] + r.out[c][1], below = 0;

        for (size_t b = 0; b < 40; b++) {
            const double left = lo[c] + (hi[c] - lo[c]) * (double)b / 40.0;
            const double right =
                lo[c] + (hi[c] - lo[c]) * (double)(b + 1) / 40.0;
            uint64_t want = 0;

            for (size_t i = 0; i < ROWS; i++)
                want += rows[2 * i + c] >= left && rows[2 * i + c] < right;
            CHECK(r.hist[c][b] == want);
            total += want;
        }
        for (size_t i = 0; i < ROWS; i++)
            below += rows[2 * i + c] < r.median[c];
        CHECK(total == ROWS);
        CHECK_NEAR((double)below / ROWS, 0.5, 0.02);
    }
    for (size_t i = 0; i < 64; i++)
        cell += r.pair[i];
    for (size_t i = 0; i < ROWS; i++)
        inside += rows[2 * i] >= lo[0] && rows[2 * i] < hi[0] &&
                  rows[2 * i + 1] >= lo[1] && rows[2 * i + 1] < hi[1];
    CHECK(cell == inside);
    ito_ensemble_free(s);
}

TEST(quantiles_are_linear_inside_a_bin)
{
    const double edge[2] = { 0.0, 4.0 };
    const ito_ensemble_opts o = {
        .dim = 1, .frames = 1, .bins = 4, .lo = edge, .hi = edge + 1
    };
    const float x[10] = { 0.1f, 0.2f, 1.1f, 1.2f, 1.3f,
                          1.4f, 3.1f, 3.2f, 3.3f, 9.0f };
    const ito_frame frame = { .n = 10, .dim = 1, .dtype = ITO_F32, .rows = x };
    ito_ensemble *s;
    double q, width;

    CHECK_OK(ctx, ito_ensemble_new(ctx, &o, &s));
    CHECK(ito_ensemble_frame(s, &frame) == 0);
    CHECK_OK(ctx, ito_ensemble_quantile(ctx, s, 0, 0, 0.3, &q, &width));
    CHECK(q == 1.25 && width == 1.0);
    CHECK_OK(ctx, ito_ensemble_quantile(ctx, s, 0, 0, 0.7, &q, NULL));
    CHECK_NEAR(q, 3.0 + 1.0 / 3.0, 1e-12);
    CHECK_OK(ctx, ito_ensemble_quantile(ctx, s, 0, 0, 0.0, &q, NULL));
    CHECK(q == 0.0);
    CHECK_FAILS(ctx, ito_ensemble_quantile(ctx, s, 0, 0, 0.95, &q, NULL),
                ITO_ERANGE, "outside");
    ito_ensemble_free(s);
}

TEST(particles_that_are_not_finite_are_left_out_and_counted)
{
    const ito_ensemble_opts o = { .dim = 2, .frames = 1 };
    const double x[8] = { 1.0, 2.0, (double)NAN, 0.0, 3.0, 4.0, 0.0, HUGE_VAL };
    const ito_frame frame = { .n = 4, .dim = 2, .dtype = ITO_F64, .rows = x };
    ito_ensemble *s;
    ito_moments m;

    CHECK_OK(ctx, ito_ensemble_new(ctx, &o, &s));
    CHECK(ito_ensemble_frame(s, &frame) == 0);
    CHECK_OK(ctx, ito_ensemble_moments(ctx, s, 0, &m));
    CHECK(m.n == 2 && m.bad == 2 && m.absorbed == 0);
    CHECK(m.mean[0] == 2.0 && m.mean[1] == 3.0 && m.cov[1] == 1.0);
    CHECK(m.min[0] == 1.0 && m.max[1] == 4.0);
    ito_ensemble_free(s);
}

TEST(exit_times_are_those_of_the_last_frame)
{
    ito_ensemble *s = whole();
    const reading r = read_all(s, 0);
    long double sum = 0, square = 0;
    uint64_t n = 0, total = 0;

    for (size_t i = 0; i < ROWS; i++)
        if (isfinite(exits[i])) {
            sum += (long double)exits[i];
            square += (long double)exits[i] * (long double)exits[i];
            n++;
        }
    sum /= n;
    square = square / n - sum * sum;
    for (size_t b = 0; b < 10; b++)
        total += r.times[b];
    CHECK(r.exits.n == ROWS && r.exits.absorbed == n && total == n);
    CHECK(r.absorbed == n);
    CHECK_REL(r.exits.mean, sum, 1e-14);
    CHECK_REL(r.exits.mean_se, sqrtl(square / (n - 1)), 1e-12);
    ito_ensemble_free(s);
}

TEST(a_shift_keeps_small_variances_beside_large_means)
{
    const double far = 1e8;
    const ito_ensemble_opts o = { .dim = 1, .frames = 1, .shift = &far };
    double x[100];
    const ito_frame frame = { .n = 100, .dim = 1, .dtype = ITO_F64, .rows = x };
    ito_ensemble *s;
    ito_moments m;

    for (size_t i = 0; i < 100; i++)
        x[i] = far + (i % 2 ? 0x1p-10 : -0x1p-10);
    CHECK_OK(ctx, ito_ensemble_new(ctx, &o, &s));
    CHECK(ito_ensemble_frame(s, &frame) == 0);
    CHECK_OK(ctx, ito_ensemble_moments(ctx, s, 0, &m));
    CHECK(m.cov[0] == 0x1p-20 && m.kurtosis[0] == 1.0 && m.mean[0] == far);
    ito_ensemble_free(s);
}

/* The whole chain: 3000 particles from a point, ten frames. */
static void simulate(const ito_ctx_opts *opts, size_t tile, double out[40])
{
    const double at[2] = { 1.0, -1.0 };
    ito_start_rows start = { .rows = at, .count = 1 };
    const ito_ensemble_opts eo = { .dim = 2, .frames = 10, .shift = at };
    ito_ctx *own = NULL;
    ito_system *system;
    ito_ensemble *s;
    ito_moments m;

    CHECK(ito_open(&own, opts) == ITO_OK);
    CHECK_OK(own, ito_system_open(own, "langevin:target=gmm,modes=3,scale=2",
                                  ITO_CALCULUS_UNSET, &system));
    CHECK_OK(own, ito_ensemble_new(own, &eo, &s));
    {
        const ito_sink sink = { .fn = ito_ensemble_frame,
                                .arg = s,
                                .every = 3 };
        const ito_problem p = { .field = ito_system_field(system),
                                .t1 = 1.0,
                                .n = 3000,
                                .id0 = 17,
                                .init = ito_start_at_rows,
                                .init_arg = &start,
                                .sinks = &sink,
                                .sink_count = 1,
                                .seed = 3 };
        const ito_solve_opts o = { .steps = 27, .tile = tile };

        CHECK_OK(own, ito_solve(own, &p, NULL, &o, NULL));
    }
    for (size_t f = 0; f < 10; f++) {
        CHECK_OK(own, ito_ensemble_moments(own, s, f, &m));
        CHECK(m.n == 3000);
        out[4 * f] = m.mean[0];
        out[4 * f + 1] = m.mean[1];
        out[4 * f + 2] = m.cov[1];
        out[4 * f + 3] = m.cov[3];
    }
    ito_ensemble_free(s);
    ito_system_free(system);
    ito_close(own);
}

TEST(a_solve_gives_the_same_statistics_however_it_is_run)
{
    static const size_t threads[] = { 1, 2, 3, 7 }, sizes[] = { 0, 32, 100 };
    double want[40], got[40];
    int runs = 0;

    simulate(&(ito_ctx_opts){ .threads = 1 }, 0, want);
    for (size_t i = 0; i < COUNT(threads); i++)
        for (size_t k = 0; k < COUNT(sizes); k++) {
            simulate(&(ito_ctx_opts){ .threads = threads[i] }, sizes[k], got);
            CHECK_SAME(got, want, 40);
        }
    for (size_t i = 0; ito_cpu_at(i, &runs); i++)
        if (runs) {
            simulate(&(ito_ctx_opts){ .cpu = ito_cpu_at(i, NULL) }, 0, got);
            CHECK_SAME(got, want, 40);
        }
}

TEST(bad_options_are_refused_in_words)
{
    ito_ensemble *s;
    ito_ensemble_opts o = { .dim = 2, .frames = 1, .bins = 4 };
    ito_moments m;
    uint64_t counts[4];
    double q;

    CHECK_FAILS(ctx, ito_ensemble_new(ctx, NULL, &s), ITO_EARG, "options");
    CHECK_FAILS(ctx, ito_ensemble_new(ctx, &o, &s), ITO_EARG, "limits");
    CHECK(s == NULL);
    o.lo = hi;
    o.hi = lo;
    CHECK_FAILS(ctx, ito_ensemble_new(ctx, &o, &s), ITO_EARG, "lo < hi");
    o.lo = lo;
    o.hi = hi;
    o.pair_bins = 3;
    o.pair[1] = 2;
    CHECK_FAILS(ctx, ito_ensemble_new(ctx, &o, &s), ITO_EARG, "(0, 2)");
    o.pair_bins = 0;
    o.exit_bins = 1;
    CHECK_FAILS(ctx, ito_ensemble_new(ctx, &o, &s), ITO_EARG, "exit");
    o.exit_bins = 0;
    o.dim = 0;
    CHECK_FAILS(ctx, ito_ensemble_new(ctx, &o, &s), ITO_EARG, "components");
    o.dim = 2;
    o.frames = SIZE_MAX / 2;
    CHECK_FAILS(ctx, ito_ensemble_new(ctx, &o, &s), ITO_ENOMEM, "frames");
    o.frames = 2;
    o.bins = 0;
    CHECK_OK(ctx, ito_ensemble_new(ctx, &o, &s));
    CHECK_FAILS(ctx, ito_ensemble_moments(ctx, s, 2, &m), ITO_EARG,
                "no frame 2");
    CHECK_FAILS(ctx, ito_ensemble_moments(ctx, s, 1, &m), ITO_EARG,
                "nothing was gathered");
    CHECK(feed(s, 5, 0, 1) != 0);
    CHECK(feed(s, 1, 0, 1) == 0);
    CHECK_FAILS(ctx, ito_ensemble_histogram(ctx, s, 1, 0, counts, NULL),
                ITO_EARG, "no histogram");
    CHECK_FAILS(ctx, ito_ensemble_quantile(ctx, s, 1, 0, 2.0, &q, NULL),
                ITO_EARG, "[0, 1]");
    CHECK_FAILS(ctx, ito_ensemble_pair(ctx, s, 1, counts), ITO_EARG, "pair");
    CHECK_FAILS(ctx, ito_ensemble_merge(ctx, s, s), ITO_EARG, "two sets");
    CHECK_OK(ctx, ito_ensemble_moments(ctx, s, 1, &m));
    CHECK(m.mean_se[0] == HUGE_VAL && isnan(m.kurtosis[0]));
    ito_ensemble_free(s);
    ito_ensemble_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(moments_agree_with_long_double_sums),
        RUN(the_covariance_is_that_of_pairs),
        RUN(tiles_and_threads_never_show),
        RUN(parts_that_are_merged_are_the_whole),
        RUN(histograms_count_every_value_once),
        RUN(quantiles_are_linear_inside_a_bin),
        RUN(particles_that_are_not_finite_are_left_out_and_counted),
        RUN(exit_times_are_those_of_the_last_frame),
        RUN(a_shift_keeps_small_variances_beside_large_means),
        RUN(a_solve_gives_the_same_statistics_however_it_is_run),
        RUN(bad_options_are_refused_in_words),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
