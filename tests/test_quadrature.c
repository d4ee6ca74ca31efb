/* SPDX-License-Identifier: MIT
 *
 * test_quadrature.c - integrals along adaptive trajectories (quadrature.h).
 *
 * The field is dx_c/dt = -(c + 1) x_c, so x_c(t) = x_c(0) e^-((c + 1) t).
 */
#include "solve/quadrature.h"

#include <ito/ctx.h>
#include <ito/solve.h>
#include <stdbool.h>

#include "check.h"

#define N   150
#define DIM 2

enum { POWER_5, POWER_4, STATE, SQUARE, COUNT };

static ito_ctx *ctx;

static int open_ctx(void **state)
{
    (void)state;
    return ito_open(&ctx, NULL) == ITO_OK ? 0 : -1;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

static double *at(const ito_tile *tile, void *const *x, size_t dim, size_t i,
                  size_t c)
{
    const bool wide = (tile->flags & ITO_FIELD_WIDE) != 0;
    double *block = x[wide ? 0 : c];

    return block + (wide ? i * dim + c : i);
}

static double state_of(const ito_tile *tile, size_t i, size_t c)
{
    const bool wide = (tile->flags & ITO_FIELD_WIDE) != 0;
    const double *block = tile->x[wide ? 0 : c];

    return block[wide ? i * DIM + c : i];
}

static int drift(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->npad; i++)
        for (size_t c = 0; c < DIM; c++)
            *at(tile, out, DIM, i, c) = -(double)(c + 1) * state_of(tile, i, c);
    return 0;
}

/* 6 t^5, 5 t^4, x_1, x_0 x_1 */
static int rates(void *user, const ito_tile *tile, void *const *out)
{
    const double t = tile->t;

    (void)user;
    for (size_t i = 0; i < tile->npad; i++) {
        *at(tile, out, COUNT, i, POWER_5) = 6.0 * t * t * t * t * t;
        *at(tile, out, COUNT, i, POWER_4) = 5.0 * t * t * t * t;
        *at(tile, out, COUNT, i, STATE) = state_of(tile, i, 1);
        *at(tile, out, COUNT, i, SQUARE) =
            state_of(tile, i, 0) * state_of(tile, i, 1);
    }
    return 0;
}

static int refuses(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    (void)tile;
    (void)out;
    return -7;
}

static ito_field field_of(unsigned flags)
{
    return (ito_field){ .name = "decay",
                        .dtypes = ITO_F64,
                        .flags = flags | ITO_FIELD_REENTRANT,
                        .dim = DIM,
                        .drift = drift };
}

static void start(double *x)
{
    for (size_t i = 0; i < (size_t)N * DIM; i++)
        x[i] = 1.0 + 0.01 * (double)i;
}

/* From t0 to t1 with dopri5 or another; the largest error of an integral. */
static double error_of(const ito_field *field, const char *method, double t0,
                       double t1, double tol, double *sums)
{
    const ito_problem problem = {
        .field = field, .t0 = t0, .t1 = t1, .n = N, .dtype = ITO_F64
    };
    const ito_solve_opts how = { .method = method, .rtol = tol, .atol = tol };
    const quadrature q = { .count = COUNT, .fn = rates, .sums = sums };
    static double x[N * DIM], from[N * DIM];
    double worst = 0.0;
    const double span = t1 - t0;

    start(x);
    start(from);
    CHECK_OK(ctx, ito__solve_quadrature(ctx, &problem, x, &how, NULL, &q));
    for (size_t i = 0; i < N; i++) {
        const double a = from[i * DIM], b = from[i * DIM + 1];
        const double exact[COUNT] = {
            [POWER_5] = pow(t1, 6.0) - pow(t0, 6.0),
            [POWER_4] = pow(t1, 5.0) - pow(t0, 5.0),
            [STATE] = b * (1.0 - exp(-2.0 * span)) / 2.0,
            [SQUARE] = a * b * (1.0 - exp(-3.0 * span)) / 3.0
        };

        for (size_t c = 0; c < COUNT; c++)
            worst = fmax(worst, fabs(sums[i * COUNT + c] - exact[c]));
        CHECK_REL(x[i * DIM], a * exp(-span), 20.0 * tol);
    }
    return worst;
}

TEST(integrals_follow_the_tolerance_both_ways_and_in_both_layouts)
{
    static const char *const methods[] = { "bs3", "dopri5", "tsit5", "dop853" };
    static double sums[2][N * COUNT];

    for (size_t m = 0; m < sizeof(methods) / sizeof(methods[0]); m++)
        for (double tol = 1e-4; tol > 1e-9; tol /= 100.0) {
            const ito_field narrow = field_of(0),
                            wide = field_of(ITO_FIELD_WIDE);

            /* starts reach 4, x_0 x_1 16: the tolerance is of x */
            CHECK(error_of(&narrow, methods[m], 0.0, 1.0, tol, sums[0]) <
                  100.0 * tol);
            CHECK(error_of(&wide, methods[m], 0.0, 1.0, tol, sums[1]) <
                  100.0 * tol);
            CHECK(error_of(&wide, methods[m], 1.0, 0.5, tol, sums[1]) <
                  100.0 * tol);
        }
}

TEST(polynomials_of_degree_5_in_time_are_exact)
{
    const ito_field field = field_of(0);
    static double sums[N * COUNT];

    (void)error_of(&field, "dopri5", 0.0, 1.0, 1e-1, sums);
    for (size_t i = 0; i < N; i++)
        CHECK_NEAR(sums[i * COUNT + POWER_5], 1.0, 1e-15);
}

TEST(polynomials_of_degree_4_are_exact_over_many_steps)
{
    const ito_field field = field_of(ITO_FIELD_WIDE);
    static double sums[N * COUNT];

    for (double tol = 1e-2; tol > 1e-11; tol /= 10.0) {
        (void)error_of(&field, "dopri5", 1.0, 0.0, tol, sums);
        for (size_t i = 0; i < N; i++)
            CHECK_NEAR(sums[i * COUNT + POWER_4], -1.0, 1e-13);
    }
}

TEST(threads_do_not_show_in_an_integral)
{
    const ito_field field = field_of(ITO_FIELD_WIDE);
    static double one[N * COUNT], three[N * COUNT];
    ito_ctx *const first = ctx;

    (void)error_of(&field, "dopri5", 0.0, 1.0, 1e-5, one);
    CHECK(ito_open(&ctx, &(ito_ctx_opts){ .threads = 3 }) == ITO_OK);
    (void)error_of(&field, "dopri5", 0.0, 1.0, 1e-5, three);
    ito_close(ctx);
    ctx = first;
    CHECK(memcmp(one, three, sizeof(one)) == 0);
}

TEST(what_cannot_be_integrated_is_refused)
{
    const ito_field field = field_of(0);
    const ito_problem problem = {
        .field = &field, .t1 = 1.0, .n = 1, .dtype = ITO_F64
    };
    const ito_solve_opts fixed = { .method = "dopri5", .steps = 4 };
    const ito_solve_opts heun = { .method = "heun", .rtol = 1e-3 };
    const ito_solve_opts freezes = { .method = "dopri5",
                                     .rtol = 1e-3,
                                     .bad = ITO_BAD_FREEZE };
    const ito_solve_opts good = { .method = "dopri5", .rtol = 1e-3 };
    double sums[COUNT], x[DIM] = { 1.0, 1.0 };
    quadrature q = { .count = COUNT, .fn = rates, .sums = sums };

    CHECK_FAILS(ctx, ito__solve_quadrature(ctx, &problem, x, &fixed, NULL, &q),
                ITO_EUNFIT, "adaptive steps");
    CHECK_FAILS(ctx, ito__solve_quadrature(ctx, &problem, x, &heun, NULL, &q),
                ITO_EUNFIT, "not heun");
    CHECK_FAILS(ctx,
                ito__solve_quadrature(ctx, &problem, x, &freezes, NULL, &q),
                ITO_EUNFIT, "frozen");
    q.fn = refuses;
    CHECK_FAILS(ctx, ito__solve_quadrature(ctx, &problem, x, &good, NULL, &q),
                ITO_ECALLBACK, "-7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(integrals_follow_the_tolerance_both_ways_and_in_both_layouts),
        RUN(polynomials_of_degree_5_in_time_are_exact),
        RUN(polynomials_of_degree_4_are_exact_over_many_steps),
        RUN(threads_do_not_show_in_an_integral),
        RUN(what_cannot_be_integrated_is_refused),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
