/* SPDX-License-Identifier: MIT
 *
 * test_fused.c - steps that a solver takes in one pass have the bits of those
 * it takes in several: Euler-Maruyama whose noise is never stored against the
 * same noise handed over, Runge-Kutta steps of named systems against the same
 * drift in C.
 */
#include "check.h"

#include <ito/brownian.h>
#include <ito/solve.h>
#include <ito/system.h>
#include <stdbool.h>

#define DIM_MAX 40
#define N_MAX   150

static ito_ctx *ctx;

static int open_ctx(void **state)
{
    const ito_ctx_opts opts = { .threads = 2 };

    (void)state;
    return ito_open(&ctx, &opts) == ITO_OK ? 0 : -1;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

/* --- Euler-Maruyama ------------------------------------------------------ */

/* What sigma depends on. */
typedef enum sigma_kind { EVEN, BY_ID, BY_TIME, BY_STATE } sigma_kind;

static double sigma_at(sigma_kind kind, const ito_tile *tile, size_t i,
                       size_t c, double x)
{
    switch (kind) {
    case EVEN: return 0.5 + (double)c;
    case BY_ID: return 0.5 + (double)((tile->id0 + i) % 7);
    case BY_TIME: return 1.0 + tile->t;
    case BY_STATE: break;
    }
    return 0.3 * x;
}

static double get(const ito_tile *tile, const void *values, size_t i)
{
    return tile->dtype == ITO_F64 ? ((const double *)values)[i]
                                  : (double)((const float *)values)[i];
}

static void put(const ito_tile *tile, void *values, size_t i, double x)
{
    if (tile->dtype == ITO_F64)
        ((double *)values)[i] = x;
    else
        ((float *)values)[i] = (float)x;
}

static int drift(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t c = 0; c < tile->dim; c++)
        for (size_t i = 0; i < tile->npad; i++)
            put(tile, out[c], i, 0.2 - get(tile, tile->x[c], i));
    return 0;
}

static int diffusion(void *user, const ito_tile *tile, void *const *out)
{
    const sigma_kind *kind = user;

    for (size_t c = 0; c < tile->dim; c++)
        for (size_t i = 0; i < tile->npad; i++)
            put(tile, out[c], i,
                sigma_at(*kind, tile, i, c, get(tile, tile->x[c], i)));
    return 0;
}

/* The motion of the problem, handed over; particles beyond the last one are
 * copies of it. */
static int hand_over(void *arg, const ito_tile *tile, void *const *W,
                     void *const *H)
{
    const ito_problem *p = arg;
    const ito_brownian b = { .seed = p->seed,
                             .dim = p->field->dim,
                             .dtype = p->dtype };
    static double rows[N_MAX * DIM_MAX]; /* one thread */

    (void)H;
    if (ito_brownian_step(ctx, &b, tile->id0, tile->n, tile->step, tile->h,
                          rows, NULL) != ITO_OK)
        return -1;
    for (size_t c = 0; c < tile->dim; c++)
        for (size_t i = 0; i < tile->npad; i++) {
            const size_t row = i < tile->n ? i : tile->n - 1;

            put(tile, W[c], i, get(tile, rows, row * tile->dim + c));
        }
    return 0;
}

static void check_em(sigma_kind kind, ito_dtype dtype, size_t dim, size_t n,
                     uint64_t id0)
{
    const ito_field field = {
        .name = "test",
        .dtypes = ITO_F32 | ITO_F64,
        .flags = ITO_FIELD_ROW_INVARIANT |
                 (kind <= BY_ID ? ITO_FIELD_CONSTANT_NOISE : 0u),
        .dim = dim,
        .noise = kind == BY_STATE ? ITO_NOISE_DIAGONAL : ITO_NOISE_ADDITIVE,
        .calculus = ITO_CALCULUS_ITO,
        .drift = drift,
        .diffusion = diffusion,
        .user = &kind,
    };
    const ito_solve_opts o = { .method = "euler-maruyama",
                               .steps = 20,
                               .tile = N_MAX };
    ito_problem p = { .field = &field,
                      .t1 = 1.0,
                      .n = n,
                      .dtype = dtype,
                      .id0 = id0,
                      .seed = 11 };
    static double got[N_MAX * DIM_MAX], want[N_MAX * DIM_MAX];
    const ito_tile as = { .dtype = dtype };

    for (size_t i = 0; i < n * dim; i++) {
        put(&as, got, i, 1.0 + (double)(i % 13) * 0.1);
        put(&as, want, i, 1.0 + (double)(i % 13) * 0.1);
    }
    CHECK_OK(ctx, ito_solve(ctx, &p, got, &o, NULL));
    p.increments = hand_over;
    p.increments_arg = &p;
    CHECK_OK(ctx, ito_solve(ctx, &p, want, &o, NULL));
    CHECK(memcmp(got, want, n * dim * (dtype == ITO_F64 ? 8 : 4)) == 0);
}

TEST(noise_that_is_drawn_in_the_step_is_that_which_is_handed_over)
{
    const size_t dims[] = { 1, 2, 7, 31, 32, 40 };
    const size_t ns[] = { 1, 31, 32, 33, 64, 97, N_MAX };
    const uint64_t ids[] = { 0, 96, 1000, (UINT64_C(1) << 40) + 32 };

    for (int kind = EVEN; kind <= BY_STATE; kind++)
        for (size_t d = 0; d < COUNT(dims); d++)
            for (size_t j = 0; j < COUNT(ns); j++) {
                const uint64_t id0 = ids[(d + j) % COUNT(ids)];

                check_em((sigma_kind)kind, ITO_F32, dims[d], ns[j], id0);
                check_em((sigma_kind)kind, ITO_F64, dims[d], ns[j], id0);
            }
}

/* --- Runge-Kutta --------------------------------------------------------- */

/* The drifts of rows[] below, as loops in C. */
#define LOOP(T, name, dim, body)                                            \
    static void name##_##T(const ito_tile *tile, void *const *out)          \
    {                                                                       \
        for (size_t i = 0; i < tile->npad; i++) {                           \
            T x[3] = { 0 }, f[3] = { 0 };                                   \
                                                                            \
            for (size_t c = 0; c < (dim); c++)                              \
                x[c] = ((const T *)tile->x[c])[i];                          \
            body for (size_t c = 0; c < (dim); c++)((T *)out[c])[i] = f[c]; \
        }                                                                   \
    }
#define DRIFT(name, dim, body)                                          \
    LOOP(float, name, dim, body)                                        \
    LOOP(double, name, dim, body)                                       \
    static int name(void *user, const ito_tile *tile, void *const *out) \
    {                                                                   \
        (void)user;                                                     \
        if (tile->dtype == ITO_F64)                                     \
            name##_double(tile, out);                                   \
        else                                                            \
            name##_float(tile, out);                                    \
        return 0;                                                       \
    }

/* clang-format off */
DRIFT(lorenz, 3, { f[0] = 10 * (x[1] - x[0]);
                   f[1] = x[0] * (28 - x[2]) - x[1];
                   f[2] = x[0] * x[1] - 3 * x[2]; })
DRIFT(rotation, 2, { f[0] = -(2 * x[1]);
                     f[1] = 2 * x[0]; })
DRIFT(decay, 1, { f[0] = 3 * (1 - x[0]); })
/* clang-format on */

static int decays(void *user, const ito_tile *tile, void *const *out)
{
    for (size_t c = 0; c < tile->dim; c++) {
        ito_tile one = *tile;

        one.x = tile->x + c;
        decay(user, &one, out + c);
    }
    return 0;
}

static const struct {
    const char *spec;
    ito_eval_fn drift;
} rows[] = { { "lorenz:sigma=10,rho=28,beta=3", lorenz },
             { "rotation:omega=2", rotation },
             { "ou:theta=3,mu=1,sigma=0,dim=5", decays } };

static const char *const methods[] = { "euler", "midpoint", "heun",  "rk4",
                                       "bs3",   "dopri5",   "tsit5", "dop853" };

static void solve_both(const ito_field *a, const ito_field *b,
                       const char *method, ito_dtype dtype)
{
    enum { N = 77 };
    static double got[N * 5], want[N * 5];
    const ito_tile as = { .dtype = dtype };
    const size_t values = N * a->dim;
    const ito_solve_opts o = { .method = method, .steps = 30 };
    ito_problem p = { .field = a, .t1 = 0.3, .n = N, .dtype = dtype };
    ito_solve_stats sa, sb;

    for (size_t i = 0; i < values; i++) {
        put(&as, got, i, 1.0 + (double)(i % 17) * 0.3);
        put(&as, want, i, 1.0 + (double)(i % 17) * 0.3);
    }
    CHECK_OK(ctx, ito_solve(ctx, &p, got, &o, &sa));
    p.field = b;
    CHECK_OK(ctx, ito_solve(ctx, &p, want, &o, &sb));
    CHECK(memcmp(got, want, values * (dtype == ITO_F64 ? 8 : 4)) == 0);
    CHECK(sa.evals == sb.evals && sa.steps == sb.steps);
}

TEST(steps_of_named_systems_have_the_bits_of_their_drift_in_c)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        ito_system *s;
        ito_field plain;

        CHECK_OK(ctx,
                 ito_system_open(ctx, rows[i].spec, ITO_CALCULUS_UNSET, &s));
        plain = (ito_field){ .name = "plain",
                             .dtypes = ITO_F32 | ITO_F64,
                             .dim = ito_system_field(s)->dim,
                             .drift = rows[i].drift };
        for (size_t m = 0; m < COUNT(methods); m++) {
            solve_both(ito_system_field(s), &plain, methods[m], ITO_F32);
            solve_both(ito_system_field(s), &plain, methods[m], ITO_F64);
        }
        ito_system_free(s);
    }
}

/* A copy of a named system's field with another drift is that drift. */
TEST(a_changed_copy_is_not_taken_for_the_system)
{
    ito_system *s;
    ito_field copy, plain;

    CHECK_OK(ctx,
             ito_system_open(ctx, "rotation:omega=5", ITO_CALCULUS_UNSET, &s));
    copy = plain = *ito_system_field(s);
    memset(plain.reserved, 0, sizeof(plain.reserved));
    copy.drift = plain.drift = rotation;
    solve_both(&copy, &plain, "rk4", ITO_F64);
    ito_system_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(noise_that_is_drawn_in_the_step_is_that_which_is_handed_over),
        RUN(steps_of_named_systems_have_the_bits_of_their_drift_in_c),
        RUN(a_changed_copy_is_not_taken_for_the_system),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
