/* SPDX-License-Identifier: MIT
 *
 * test_sde_shapes.c - rows and components, one motion and many, implicit
 * equations, memory.
 */
#include "check.h"

#include <ito/solve.h>

#include "solve_fields.h"

/* --- rows and components ----------------------------------------------- */

#define N   200
#define DIM 40

/* u_c = -x_c + x_(c+1)^2 / 8, sigma_c = 1/4 + x_c / 8, in both layouts. */
static size_t place(const ito_tile *tile, size_t i, size_t c, size_t *block)
{
    *block = tile->flags & ITO_FIELD_WIDE ? 0 : c;
    return tile->flags & ITO_FIELD_WIDE ? i * tile->dim + c : i;
}

static float read(const ito_tile *tile, size_t i, size_t c)
{
    size_t block;
    const size_t at = place(tile, i, c, &block);

    return ((const float *)tile->x[block])[at];
}

static void write(const ito_tile *tile, void *const *out, size_t i, size_t c,
                  float v)
{
    size_t block;
    const size_t at = place(tile, i, c, &block);

    ((float *)out[block])[at] = v;
}

static int pair_u(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        for (size_t c = 0; c < tile->dim; c++) {
            const float y = read(tile, i, (c + 1) % tile->dim);

            write(tile, out, i, c, y * y * 0.125f - read(tile, i, c));
        }
    return 0;
}

static int pair_g(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        for (size_t c = 0; c < tile->dim; c++)
            write(tile, out, i, c, 0.25f + read(tile, i, c) * 0.125f);
    return 0;
}

/* Solve with one layout. */
static void solve_rows(const char *method, size_t dim, size_t motions, int tree,
                       int rows, float *x)
{
    const ito_field f = {
        .name = "pair",
        .flags = ITO_FIELD_REENTRANT | (rows ? ITO_FIELD_WIDE : 0u),
        .dim = dim,
        .noise = motions ? ITO_NOISE_SCALAR : ITO_NOISE_DIAGONAL,
        .noise_dim = motions,
        .calculus = ITO_CALCULUS_ITO,
        .drift = pair_u,
        .diffusion = pair_g,
    };
    const ito_problem p = {
        .field = &f, .t1 = 1.0, .n = N, .id0 = 5, .seed = 3
    };
    const ito_solve_opts o = {
        .method = method, .steps = 8, .tree = tree, .tile = rows ? 17 : 64
    };

    t_seed = 1;
    for (size_t i = 0; i < N * dim; i++)
        x[i] = t_uniform();
    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, NULL));
}

TEST(rows_and_components_have_the_same_bits)
{
    static const char *const names[] = { "euler-maruyama", "rkmil", "sriw1",
                                         "platen-3", "tamed-euler" };
    static const size_t dims[] = { 1, 3, DIM };
    static float x[2][N * DIM];

    for (size_t k = 0; k < COUNT(names); k++)
        for (size_t d = 0; d < COUNT(dims); d++)
            for (size_t m = 0; m < 2; m++)
                for (int tree = 0; tree < 2; tree++) {
                    solve_rows(names[k], dims[d], m, tree, 0, x[0]);
                    solve_rows(names[k], dims[d], m, tree, 1, x[1]);
                    CHECK_SAME(x[0], x[1], N * dims[d]);
                }
}

TEST(rows_take_no_matrix_and_no_equations)
{
    ito_field f = { .name = "pair",
                    .flags = ITO_FIELD_WIDE,
                    .dim = 3,
                    .noise_dim = 2,
                    .noise = ITO_NOISE_GENERAL,
                    .calculus = ITO_CALCULUS_ITO,
                    .drift = pair_u,
                    .diffusion = pair_g };
    const ito_problem p = { .field = &f, .t1 = 1.0, .n = 1 };
    const ito_solve_opts o = { .method = "trapezoid" };
    float x[3] = { 0 };

    CHECK_FAILS(ctx, ito_solve(ctx, &p, x, NULL, NULL), ITO_EUNFIT,
                "works on rows");
    f.noise_dim = 0;
    CHECK_FAILS(ctx, ito_solve(ctx, &p, x, &o, NULL), ITO_EUNFIT,
                "does not work on rows");
    f.flags = 0;
    f.dim = 65;
    CHECK_FAILS(ctx, ito_solve(ctx, &p, x, &o, NULL), ITO_EUNFIT, "at most 64");
}

/* --- implicit equations ------------------------------------------------ */

static int turn_jacobian(void *user, const ito_tile *tile, void *const *out)
{
    const double w = *(const double *)user;
    const double J[4] = { 0.0, -w, w, 0.0 };

    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < tile->npad; i++)
            ((double *)out[k])[i] = J[k];
    return 0;
}

TEST(the_trapezoid_keeps_the_radius_of_a_rotation)
{
    ito_field f = rotation;

    for (int given = 0; given < 2; given++) {
        double x[2] = { 1.0, 0.0 };
        const ito_problem p = {
            .field = &f, .t1 = 10.0, .n = 1, .dtype = ITO_F64
        };
        const ito_solve_opts o = { .method = "trapezoid", .steps = 100 };
        const double angle = 100.0 * 2.0 * atan(turn * 0.1 / 2);
        ito_solve_stats stats;

        f.jacobian = given ? turn_jacobian : NULL;
        CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, &stats));
        CHECK_NEAR(hypot(x[0], x[1]), 1.0, 1e-13);
        CHECK_NEAR(x[0], cos(angle), 1e-12);
        CHECK_NEAR(x[1], sin(angle), 1e-12);
        CHECK(stats.evals <= (given ? 300 : 900));
    }
}

/* A stiff relaxation: y' = -1000 (y - cos t), in float and in double. */
static int stiff(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->npad; i++) {
        if (tile->dtype == ITO_F64)
            ((double *)out[0])[i] =
                -1000 * (((const double *)tile->x[0])[i] - cos(tile->t));
        else
            ((float *)out[0])[i] =
                -1000 * (((const float *)tile->x[0])[i] - (float)cos(tile->t));
    }
    return 0;
}

TEST(implicit_methods_take_long_steps_on_stiff_fields)
{
    const ito_field f = {
        .name = "stiff", .dtypes = ITO_F32 | ITO_F64, .dim = 1, .drift = stiff
    };
    ito_problem p = { .field = &f, .t1 = 1.0, .n = 1, .dtype = ITO_F64 };
    const ito_solve_opts o = { .method = "implicit-euler", .steps = 20 };
    double x = 0.0;
    float y = 0.0f;

    CHECK_OK(ctx, ito_solve(ctx, &p, &x, &o, NULL));
    CHECK_NEAR(x, cos(1.0) + sin(1.0) / 1000, 1e-3);
    p.dtype = ITO_F32;
    CHECK_OK(ctx, ito_solve(ctx, &p, &y, &o, NULL));
    CHECK_NEAR((double)y, x, 1e-6);
}

/* z = x + h (1 + z^2) has no solution for 4 h (x + h) > 1. */
static int no_root(void *user, const ito_tile *tile, void *const *out)
{
    const double *x = tile->x[0];

    (void)user;
    for (size_t i = 0; i < tile->npad; i++)
        ((double *)out[0])[i] = 1 + x[i] * x[i];
    return 0;
}

TEST(equations_without_a_solution_name_the_particle)
{
    const ito_field f = {
        .name = "no root", .dtypes = ITO_F64, .dim = 1, .drift = no_root
    };
    const ito_problem p = {
        .field = &f, .t1 = 0.2, .n = 100, .id0 = 50, .dtype = ITO_F64
    };
    ito_solve_opts o = { .method = "implicit-euler", .steps = 1, .tile = 32 };
    static double x[100];
    ito_solve_stats stats;

    x[71] = 5.0;
    x[90] = 6.0;
    CHECK_FAILS(ctx, ito_solve(ctx, &p, x, &o, NULL), ITO_ESTEPS,
                "did not solve the step of particle 121");
    memset(x, 0, sizeof(x));
    x[71] = 5.0;
    x[90] = 6.0;
    o.bad = ITO_BAD_FREEZE;
    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, &stats));
    CHECK(stats.bad == 2 && x[71] == 5.0 && x[90] == 6.0);
    CHECK_NEAR(x[0], (1 - sqrt(1 - 4 * 0.2 * 0.2)) / 0.4, 1e-15);
}

/* --- memory ------------------------------------------------------------ */

static size_t allocs, bytes_now, fail_at;

/* Sizes are kept in front of each block. */
static void *counting(void *arg, void *old, size_t bytes)
{
    size_t *block = old ? (size_t *)old - 2 : NULL;

    (void)arg;
    if (bytes == 0) {
        free(block);
        return NULL;
    }
    if (allocs++ >= fail_at)
        return NULL;
    bytes_now = bytes;
    block = realloc(block, bytes + 2 * sizeof(*block));
    return block ? block + 2 : NULL;
}

TEST(nothing_is_allocated_while_stepping_and_the_bytes_are_as_announced)
{
    static const struct {
        const char *name;
        double rtol;
        int tree;
    } rows[] = { { "euler-maruyama", 0, 0 },
                 { "rkmil", 0, 1 },
                 { "sriw1", 1e-2, 0 },
                 { "implicit-euler", 0, 0 } };
    const ito_ctx_opts c_opts = { .threads = 2, .alloc = counting };
    const ito_field f = { .name = "pair",
                          .flags = ITO_FIELD_REENTRANT,
                          .dim = 3,
                          .noise = ITO_NOISE_DIAGONAL,
                          .calculus = ITO_CALCULUS_ITO,
                          .drift = pair_u,
                          .diffusion = pair_g };
    const ito_problem p = { .field = &f, .t1 = 1.0, .n = N };
    static float x[3 * N];
    ito_ctx *c;

    fail_at = SIZE_MAX;
    CHECK(ito_open(&c, &c_opts) == ITO_OK);
    for (size_t k = 0; k < COUNT(rows); k++) {
        ito_solve_opts o = { .method = rows[k].name,
                             .steps = 4,
                             .rtol = rows[k].rtol,
                             .tree = rows[k].tree };
        size_t bytes, few;

        CHECK_OK(c, ito_solve_bytes(c, &p, &o, &bytes));
        allocs = 0;
        CHECK_OK(c, ito_solve(c, &p, x, &o, NULL));
        few = allocs;
        CHECK(few == 1 && bytes_now >= bytes && bytes_now < bytes + 256);
        o.steps = 64;
        allocs = 0;
        CHECK_OK(c, ito_solve(c, &p, x, &o, NULL));
        CHECK(allocs == few);
        allocs = 0;
        fail_at = 0;
        CHECK_FAILS(c, ito_solve(c, &p, x, &o, NULL), ITO_ENOMEM, "no memory");
        fail_at = SIZE_MAX;
    }
    CHECK_FAILS(c, ito_solve_bytes(c, NULL, NULL, NULL), ITO_EARG, "NULL");
    CHECK(ito_solve_bytes(NULL, &p, NULL, NULL) == ITO_EARG);
    ito_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(rows_and_components_have_the_same_bits),
        RUN(rows_take_no_matrix_and_no_equations),
        RUN(the_trapezoid_keeps_the_radius_of_a_rotation),
        RUN(implicit_methods_take_long_steps_on_stiff_fields),
        RUN(equations_without_a_solution_name_the_particle),
        RUN(nothing_is_allocated_while_stepping_and_the_bytes_are_as_announced),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
