/* SPDX-License-Identifier: MIT
 *
 * test_chains.c - R-hat, effective sample sizes and standard errors of chains,
 * against figures computed by another program and against closed forms.
 */
#include "check.h"

#include <ito/chains.h>

static ito_ctx *ctx;

static int open_ctx(void **state)
{
    (void)state;
    return ito_open(&ctx, NULL) != ITO_OK;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

static ito_chain_stats diagnosed(size_t chains, size_t draws, const double *x)
{
    const ito_chains c = { .chains = chains, .draws = draws, .x = x };
    ito_chain_stats s;

    CHECK_OK(ctx, ito_chains_diagnose(ctx, &c, &s));
    return s;
}

/* --- figures -------------------------------------------------------------- */

/* x = phi x + u + v - 1 with uniforms u, v, chain c moved by c shift; rounded
 * down to parts of 1 / cells. */
typedef struct series {
    uint64_t seed;
    size_t chains, draws;
    double phi, shift, cells;
} series;

static double *made(const series *s)
{
    double *out = malloc(s->chains * s->draws * sizeof(*out));

    CHECK(out);
    t_seed = s->seed;
    for (size_t c = 0; c < s->chains; c++) {
        double x = 0.0;

        for (size_t i = 0; i < s->draws; i++) {
            const double u = t_open01(), v = t_open01();
            double *to = &out[c * s->draws + i];

            x = s->phi * x + (u + v - 1.0);
            *to = x + s->shift * (double)c;
            if (s->cells > 0.0)
                *to = floor(*to * s->cells) / s->cells;
        }
    }
    return out;
}

/* Made by a program in Python that takes every sum as Vehtari et al. write it
 * (in the form of the R package posterior), with ranks by sorting places and
 * the normal quantile of Python's statistics module. */
static const struct {
    series s;
    double mean, sd, se, rhat, bulk, tail, ess, q05, median, q95;
} figures[] = {
    { { 1, 4, 250, 0.5, 0.0, 0.0 },
      -0.0495659420464523,
      0.472287634941129,
      0.0234520642419759,
      1.0036314877099,
      412.91790938803,
      666.801193493122,
      405.556158232854,
      -0.840700089476488,
      -0.0491635869003349,
      0.711569445311347 },
    { { 2, 4, 101, 0.9, 0.0, 0.0 },
      0.139316456157893,
      0.833853899578759,
      0.226405094618158,
      1.25378465254365,
      13.7229205270011,
      31.761573485278,
      13.564617059758,
      -1.08699763443498,
      0.0960042292798213,
      1.69669605137545 },
    { { 3, 2, 200, -0.5, 0.0, 0.0 },
      -0.0101598811318535,
      0.497843908492013,
      0.0154313723028046,
      0.997175195363994,
      1040.82399653119,
      455.221093489534,
      1040.82399653119,
      -0.818292547129305,
      -0.0268658371204562,
      0.876180713656368 },
    { { 4, 3, 300, 0.75, 0.25, 0.0 },
      0.309888503501732,
      0.632712918201218,
      0.082540136631124,
      1.07643058189098,
      55.1973673719274,
      229.486746548578,
      58.7601690191103,
      -0.737315314628187,
      0.35895747603369,
      1.32455918380614 },
    { { 5, 1, 64, 0.25, 0.0, 0.0 },
      0.0219142917760813,
      0.424396549193823,
      0.0544853847489061,
      0.989730475818832,
      58.2136106822352,
      65.2095316351685,
      60.6713479502392,
      -0.628518135480028,
      0.0728911122824025,
      0.677413858316357 },
    { { 6, 4, 100, 0.5, 0.0, 2.0 }, /* many ties */
      -0.27,
      0.484961823162207,
      0.0396047353183714,
      1.01989318887308,
      149.463835368905,
      233.181970895306,
      149.941162283648,
      -1.0,
      -0.25,
      0.5 },
    { { 7, 4, 100, 0.875, 3.0, 0.0 }, /* chains far apart */
      4.41519989465073,
      3.36306083800861,
      1.57710108961704,
      2.80838063390073,
      5.02209729368014,
      52.992256654389,
      4.54726625429565,
      -0.443157392757013,
      4.52535092550501,
      9.46179671695467 },
};

TEST(figures_agree_with_an_independent_program)
{
    for (size_t i = 0; i < COUNT(figures); i++) {
        double *x = made(&figures[i].s);
        const ito_chain_stats s =
            diagnosed(figures[i].s.chains, figures[i].s.draws, x);

        CHECK_NEAR(s.mean, figures[i].mean, 1e-12);
        CHECK_REL(s.sd, figures[i].sd, 1e-12);
        CHECK_REL(s.mean_se, figures[i].se, 1e-10);
        CHECK_REL(s.rhat, figures[i].rhat, 1e-10);
        CHECK_REL(s.ess_bulk, figures[i].bulk, 1e-10);
        CHECK_REL(s.ess_tail, figures[i].tail, 1e-10);
        CHECK_REL(s.ess_mean, figures[i].ess, 1e-10);
        CHECK_NEAR(s.q05, figures[i].q05, 1e-12);
        CHECK_NEAR(s.median, figures[i].median, 1e-12);
        CHECK_NEAR(s.q95, figures[i].q95, 1e-12);
        free(x);
    }
}

/* x = phi x + sqrt(1 - phi^2) z, from equilibrium: ESS = n (1 - phi) / (1 +
 * phi).  Geyer's sum over m chains of n draws is within a few per cent. */
TEST(an_autoregression_has_its_known_effective_size)
{
    static const double phis[] = { 0.0, 0.5, 0.9, -0.4 };
    const size_t chains = 8, n = 20000;
    double *x = malloc(chains * n * sizeof(*x));

    CHECK(x);
    for (size_t k = 0; k < COUNT(phis); k++) {
        const double phi = phis[k], ratio = (1.0 - phi) / (1.0 + phi);
        ito_chain_stats s;

        t_seed = 11 + k;
        for (size_t c = 0; c < chains; c++) {
            double v = t_normal();

            for (size_t i = 0; i < n; i++) {
                x[c * n + i] = v;
                v = phi * v + sqrt(1.0 - phi * phi) * t_normal();
            }
        }
        s = diagnosed(chains, n, x);
        CHECK_REL(s.ess_mean, (double)(chains * n) * ratio, 0.08);
        CHECK_REL(s.ess_bulk, (double)(chains * n) * ratio, 0.08);
        CHECK(s.rhat < 1.003);
        CHECK_STAT(s.mean, 0.0, s.mean_se, 5);
        CHECK_REL(s.mean_se, 1.0 / sqrt((double)(chains * n) * ratio), 0.06);
        CHECK_NEAR(s.sd, 1.0, 0.05);
        CHECK_NEAR(s.q95, 1.6449, 0.06);
    }
    free(x);
}

/* The folded ranks see a chain of another width, and heavy tails do not hide
 * a chain that lies elsewhere (the two failures of the R-hat of 1992). */
TEST(rhat_sees_scales_and_heavy_tails)
{
    const size_t n = 1000;
    double *x = malloc(4 * n * sizeof(*x));
    ito_chain_stats s;

    CHECK(x);
    t_seed = 5;
    for (size_t i = 0; i < 4 * n; i++)
        x[i] = (i < n ? 3.0 : 1.0) * t_normal();
    s = diagnosed(4, n, x);
    CHECK(s.rhat > 1.05);
    for (size_t i = 0; i < 4 * n; i++)
        x[i] = t_normal() / t_normal() + (i < n ? 2.0 : 0.0);
    s = diagnosed(4, n, x);
    CHECK(s.rhat > 1.05);
    for (size_t i = 0; i < 4 * n; i++)
        x[i] = t_normal() / t_normal();
    s = diagnosed(4, n, x);
    CHECK(s.rhat < 1.01 && s.ess_bulk > 3000.0);
    free(x);
}

/* --- what cannot be known ------------------------------------------------- */

TEST(nothing_is_nan_where_nothing_can_be_known)
{
    static const double stuck[] = { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1,
                                    0.7, 0.7, 0.7, 0.7, 0.7, 0.7 };
    static const double same[] = { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 };
    static const double few[] = { 1.0, 2.0, 4.0, 3.0, 5.0, 6.0 };
    static const double two[] = {
        0, 1, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0
    };
    ito_chain_stats s = diagnosed(2, 6, stuck);

    CHECK(isinf(s.rhat) && s.ess_bulk == 0.0 && s.ess_tail == 0.0);
    CHECK(isinf(s.mean_se) && s.ess_mean == 0.0);
    CHECK_NEAR(s.mean, 0.4, 1e-15);
    s = diagnosed(2, 4, same);
    CHECK(isinf(s.rhat) && s.ess_bulk == 0.0 && s.ess_mean == 0.0);
    CHECK(s.mean == 0.1 && s.sd == 0.0 && s.mean_se == 0.0);
    s = diagnosed(2, 3, few);
    CHECK(isinf(s.rhat) && s.ess_bulk == 0.0 && isinf(s.mean_se));
    CHECK_NEAR(s.mean, 3.5, 1e-15);
    CHECK_NEAR(s.median, 3.5, 1e-15);
    s = diagnosed(1, 1, few);
    CHECK(s.mean == 1.0 && s.sd == 0.0 && isinf(s.mean_se) && isinf(s.rhat));
    CHECK(s.q05 == 1.0 && s.q95 == 1.0);
    s = diagnosed(1, 4, few); /* halves of two */
    CHECK(s.rhat == s.rhat && s.ess_bulk == s.ess_bulk && s.ess_tail >= 0.0);
    s = diagnosed(2, 8, two); /* two values alone */
    CHECK(isfinite(s.rhat) && isfinite(s.ess_tail) && s.ess_tail > 0.0);
    CHECK(s.ess_bulk > 0.0 && s.mean_se > 0.0);
}

TEST(strides_choose_the_quantity)
{
    const series s = { 9, 3, 40, 0.5, 0.0, 0.0 };
    double *x = made(&s), wide[3 * 41 * 2];
    const ito_chains c = {
        .chains = 3, .draws = 40, .x = wide + 1, .stride = 2, .chain_stride = 82
    };
    const ito_chain_stats plain = diagnosed(3, 40, x);
    ito_chain_stats got;

    for (size_t i = 0; i < COUNT(wide); i++)
        wide[i] = (double)NAN;
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < 40; i++)
            wide[1 + k * 82 + 2 * i] = x[k * 40 + i];
    CHECK_OK(ctx, ito_chains_diagnose(ctx, &c, &got));
    CHECK_SAME(&got.mean, &plain.mean, 9);
    free(x);
}

TEST(bad_input_is_refused)
{
    const double x[] = { 1.0, 2.0, (double)INFINITY, 3.0 };
    ito_chains c = { .chains = 2, .draws = 2, .x = x };
    ito_chain_stats s;

    CHECK(ito_chains_diagnose(NULL, &c, &s) == ITO_EARG);
    CHECK_FAILS(ctx, ito_chains_diagnose(ctx, &c, &s), ITO_ENONFINITE,
                "draw 0 of chain 1");
    CHECK_FAILS(ctx, ito_chains_diagnose(ctx, NULL, &s), ITO_EARG, "no draws");
    CHECK_FAILS(ctx, ito_chains_diagnose(ctx, &c, NULL), ITO_EARG, "no draws");
    c.draws = 0;
    CHECK_FAILS(ctx, ito_chains_diagnose(ctx, &c, &s), ITO_EARG, "no draws");
    c.draws = SIZE_MAX / 2;
    CHECK_FAILS(ctx, ito_chains_diagnose(ctx, &c, &s), ITO_ENOMEM, "chains");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(figures_agree_with_an_independent_program),
        RUN(an_autoregression_has_its_known_effective_size),
        RUN(rhat_sees_scales_and_heavy_tails),
        RUN(nothing_is_nan_where_nothing_can_be_known),
        RUN(strides_choose_the_quantity),
        RUN(bad_input_is_refused),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
