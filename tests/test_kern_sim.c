/* SPDX-License-Identifier: MIT
 *
 * test_kern_sim.c - the kernels made for simulation, float and double: the
 * fused Euler-Maruyama step and the drifts of named systems against their
 * parts bit for bit, the score and log density of mixtures against long
 * double.  test_kern and test_kern64 compare
 * the tables with each other.
 */
#include "check.h"

#include "kern/kern.h"

/* --- Euler-Maruyama ------------------------------------------------------ */

#define GROUPS 7
#define N32    (GROUPS * 32)
#define N64    (GROUPS * 16)

static const ito_philox counter = { .key = { 3, 4 }, .ctr = { 80, 0, 6, 1 } };

/* with: the diffusion is an array, else a number. */
static void check_em(const ito_kern *k, bool with)
{
    static float f[N32], g[N32], x[N32], z[N32];
    const ito_em s = { .h = 0.01f,
                       .scale = 0.1f,
                       .g_all = 1.7f,
                       .f = f,
                       .g = with ? g : NULL,
                       .x = x,
                       .z = x };
    float want[N32];

    k->normals(GROUPS, &counter, z);
    for (size_t i = 0; i < N32; i++) {
        f[i] = t_uniform();
        g[i] = t_uniform();
        x[i] = t_uniform();
        want[i] =
            fmaf(with ? g[i] : 1.7f, 0.1f * z[i], fmaf(0.01f, f[i], x[i]));
    }
    k->em(GROUPS, &counter, &s);
    CHECK_SAME(x, want, N32);
}

static void check_em64(const ito_kern64 *k, bool with)
{
    static double f[N64], g[N64], x[N64], z[N64];
    const ito_em64 s = { .h = 0.01,
                         .scale = 0.1,
                         .g_all = 1.7,
                         .f = f,
                         .g = with ? g : NULL,
                         .x = x,
                         .z = x };
    double want[N64];

    k->normals(GROUPS, &counter, z);
    for (size_t i = 0; i < N64; i++) {
        f[i] = t_open01();
        g[i] = t_open01();
        x[i] = t_open01();
        want[i] = fma(with ? g[i] : 1.7, 0.1 * z[i], fma(0.01, f[i], x[i]));
    }
    k->em(GROUPS, &counter, &s);
    CHECK_SAME(x, want, N64);
}

TEST(the_fused_step_is_made_of_its_parts)
{
    const ito_kern *k;
    bool runs;

    for (size_t i = 0; (k = ito__kern_at(i, &runs)) != NULL; i++)
        for (int with = 0; runs && with < 2; with++) {
            check_em(k, with);
            check_em64(k->f64, with);
        }
}

/* --- mixtures ------------------------------------------------------------ */

#define DIM_MAX  32
#define MODE_MAX 40
#define POINTS   37

static double means[MODE_MAX * DIM_MAX], inv[MODE_MAX], log0[MODE_MAX];
static double curve[MODE_MAX], log2w[MODE_MAX];
static double at[DIM_MAX][POINTS], score[DIM_MAX][POINTS], logp[POINTS];

static void make_mixture(size_t modes, size_t dim)
{
    for (size_t i = 0; i < modes * dim; i++)
        means[i] = (double)(4.0f * t_uniform());
    for (size_t k = 0; k < modes; k++) {
        inv[k] = (double)(0.3f + (float)t_open01() * 3.0f);
        log0[k] = (double)t_uniform();
        curve[k] = -0.5 * inv[k] / log(2.0);
        log2w[k] = log0[k] / log(2.0);
    }
    for (size_t c = 0; c < dim; c++)
        for (size_t i = 0; i < POINTS; i++)
            at[c][i] = (double)(6.0f * t_uniform());
}

/* Log density at point i; the score, without a factor, to s. */
static long double exact(size_t modes, size_t dim, size_t i, long double *s)
{
    long double term[MODE_MAX], top = (long double)-INFINITY, sum = 0.0L;

    for (size_t k = 0; k < modes; k++) {
        long double square = 0.0L;

        for (size_t c = 0; c < dim; c++) {
            const long double d =
                (long double)at[c][i] - (long double)means[k * dim + c];

            square += d * d;
        }
        term[k] = (long double)log0[k] - square * (long double)inv[k] / 2.0L;
        top = fmaxl(top, term[k]);
    }
    for (size_t c = 0; c < dim; c++)
        s[c] = 0.0L;
    for (size_t k = 0; k < modes; k++) {
        const long double w = expl(term[k] - top);

        sum += w;
        for (size_t c = 0; c < dim; c++)
            s[c] += w * (long double)inv[k] *
                    ((long double)means[k * dim + c] - (long double)at[c][i]);
    }
    for (size_t c = 0; c < dim; c++)
        s[c] /= sum;
    return top + logl(sum);
}

/* eps: the rounding of the type; terms are sums of up to dim squares. */
static void compare(size_t modes, size_t dim, double scale, double eps)
{
    for (size_t i = 0; i < POINTS; i++) {
        long double s[DIM_MAX];
        const double want = (double)exact(modes, dim, i, s);
        const double tol = eps * (8.0 + fabs(want));

        CHECK_NEAR(logp[i], want, tol);
        for (size_t c = 0; c < dim; c++)
            CHECK_NEAR(score[c][i], scale * (double)s[c], 60.0 * tol);
    }
}

static void run64(size_t modes, size_t dim, double scale)
{
    const ito_mix64 m = { modes, dim, means, inv, curve, log2w, scale };
    const double *x[DIM_MAX];
    double *out[DIM_MAX];

    for (size_t c = 0; c < DIM_MAX; c++) {
        x[c] = at[c];
        out[c] = score[c];
    }
    ito__kern_find(NULL)->f64->mixture(POINTS, &m, x, out, logp);
}

static void run32(size_t modes, size_t dim, double scale)
{
    static float means32[MODE_MAX * DIM_MAX], inv32[MODE_MAX];
    static float curve32[MODE_MAX], log32[MODE_MAX];
    static float x32[DIM_MAX][POINTS], out32[DIM_MAX][POINTS], logp32[POINTS];
    const ito_mix m = {
        modes, dim, means32, inv32, curve32, log32, (float)scale
    };
    const float *x[DIM_MAX];
    float *out[DIM_MAX];

    for (size_t i = 0; i < modes * dim; i++)
        means32[i] = (float)means[i];
    for (size_t k = 0; k < modes; k++) {
        inv32[k] = (float)inv[k];
        log32[k] = (float)log2w[k];
        curve32[k] = (float)curve[k];
    }
    for (size_t c = 0; c < dim; c++) {
        for (size_t i = 0; i < POINTS; i++)
            x32[c][i] = (float)at[c][i];
        x[c] = x32[c];
        out[c] = out32[c];
    }
    ito__kern_find(NULL)->mixture(POINTS, &m, x, out, logp32);
    for (size_t i = 0; i < POINTS; i++) {
        logp[i] = (double)logp32[i];
        for (size_t c = 0; c < dim; c++)
            score[c][i] = (double)out32[c][i];
    }
}

TEST(mixtures_follow_their_formula)
{
    const size_t modes[] = { 1, 2, 5, 7, 8, 9, 16, 17, 40 };
    const size_t dims[] = { 1, 2, 3, 4, 32 };

    for (size_t j = 0; j < COUNT(modes); j++)
        for (size_t d = 0; d < COUNT(dims); d++) {
            make_mixture(modes[j], dims[d]);
            run64(modes[j], dims[d], 1.3);
            compare(modes[j], dims[d], 1.3, 2e-15);
            run32(modes[j], dims[d], 0.5);
            compare(modes[j], dims[d], 0.5, 1e-6);
            for (size_t k = 0; k < modes[j]; k++) { /* one variance */
                inv[k] = inv[0];
                curve[k] = curve[0];
            }
            run64(modes[j], dims[d], 1.3);
            compare(modes[j], dims[d], 1.3, 2e-15);
            run32(modes[j], dims[d], 0.5);
            compare(modes[j], dims[d], 0.5, 1e-6);
        }
}

TEST(mixtures_stay_finite_far_away_and_keep_a_nan)
{
    for (size_t modes = 3; modes <= 19; modes += 16) {
        make_mixture(modes, 2);
        at[0][0] = 1e18;
        at[0][1] = 1e30;
        at[1][2] = (double)NAN;
        for (int wide = 0; wide < 2; wide++) {
            (wide ? run64 : run32)(modes, 2, 1.0);
            for (size_t i = 0; i < 2; i++)
                CHECK(score[0][i] < -1e17 && isfinite(score[0][i]));
            CHECK(isnan(score[0][2]) && isnan(score[1][2]) && isnan(logp[2]));
            CHECK(isfinite(score[0][3]));
        }
    }
}

/* One mode: the score is exactly -(x - m) inv, to rounding of one division. */
TEST(a_lone_mode_is_a_normal)
{
    make_mixture(1, 2);
    run64(1, 2, 1.0);
    for (size_t i = 0; i < POINTS; i++)
        for (size_t c = 0; c < 2; c++)
            CHECK(score[c][i] == inv[0] * (means[c] - at[c][i]));
}

/* --- drifts of named systems --------------------------------------------- */

enum { DRIFT_N = 96 };

/* The formulas of native_tmpl.h in plain C, any number type. */
#define PLAIN(T)                                                    \
    do {                                                            \
        const T a = (T)v[0], b = (T)v[1], c = (T)v[2], d = (T)v[3]; \
                                                                    \
        switch (which) {                                            \
        case ITO_NATIVE_OU: p = a * (b - x); break;                 \
        case ITO_NATIVE_SCALED: p = a * x; break;                   \
        case ITO_NATIVE_DOUBLE_WELL: p = x - x * x * x; break;      \
        case ITO_NATIVE_LINEAR:                                     \
            p = a * x + b * y;                                      \
            q = c * x + d * y;                                      \
            break;                                                  \
        case ITO_NATIVE_ROTATION:                                   \
            p = -(a * y);                                           \
            q = a * x;                                              \
            break;                                                  \
        case ITO_NATIVE_LORENZ:                                     \
            p = a * (y - x);                                        \
            q = x * (b - z) - y;                                    \
            r = x * y - c * z;                                      \
            break;                                                  \
        case ITO_NATIVE_VAN_DER_POL:                                \
            p = y;                                                  \
            q = a * (1 - x * x) * y - x;                            \
            break;                                                  \
        case ITO_NATIVE_LOTKA_VOLTERRA:                             \
            p = x * (a - b * y);                                    \
            q = y * (d * x - c);                                    \
            break;                                                  \
        }                                                           \
    } while (0)

static void check_native(const ito_kern *k, ito_native which, const double *v)
{
    static float in[3][DRIFT_N], out[3][DRIFT_N];
    static double in64[3][DRIFT_N], out64[3][DRIFT_N];

    memset(out, 0, sizeof(out));
    memset(out64, 0, sizeof(out64));
    for (size_t i = 0; i < 3 * DRIFT_N; i++) {
        in[i / DRIFT_N][i % DRIFT_N] = 3.0f * t_uniform();
        in64[i / DRIFT_N][i % DRIFT_N] = 6.0 * t_open01() - 3.0;
    }
    k->native(which, v, DRIFT_N, (const void *const[3]){ in[0], in[1], in[2] },
              (void *const[3]){ out[0], out[1], out[2] });
    k->f64->native(which, v, DRIFT_N,
                   (const void *const[3]){ in64[0], in64[1], in64[2] },
                   (void *const[3]){ out64[0], out64[1], out64[2] });
    for (size_t i = 0; i < DRIFT_N; i++) {
        {
            const float x = in[0][i], y = in[1][i], z = in[2][i];
            float p = 0, q = 0, r = 0;

            PLAIN(float);
            CHECK(out[0][i] == p && out[1][i] == q && out[2][i] == r);
        }
        {
            const double x = in64[0][i], y = in64[1][i], z = in64[2][i];
            double p = 0, q = 0, r = 0;

            PLAIN(double);
            CHECK(out64[0][i] == p && out64[1][i] == q && out64[2][i] == r);
        }
    }
}

TEST(drifts_of_named_systems_have_the_bits_of_plain_c)
{
    const double v[4] = { 10.0, 28.0, 8.0 / 3.0, 0.7 };
    const ito_kern *k;
    bool runs;

    for (size_t i = 0; (k = ito__kern_at(i, &runs)) != NULL; i++)
        for (int w = 0; runs && w <= ITO_NATIVE_LOTKA_VOLTERRA; w++)
            check_native(k, (ito_native)w, v);
}

/* A step against one made of drifts and linear combinations. */
static void check_rk(const ito_kern *k, ito_native which, size_t dim,
                     const double *v)
{
    static const ito_rk rk = {
        .stages = 4,
        .used = { 0, 1, 1, 2, 3 },
        .from = { { 0 }, { 0 }, { 1 }, { 0, 2 }, { 0, 1, 3 } },
        .a = { { 0 },
               { 0.1f },
               { 0.05f },
               { -0.1f, 0.3f },
               { 0.02f, 0.04f, 0.01f } }
    };
    static float x[3][DRIFT_N], y[3][DRIFT_N], got[3][DRIFT_N];
    static float stage[4][3][DRIFT_N];
    const void *const xs[3] = { x[0], x[1], x[2] };

    for (size_t i = 0; i < 3 * DRIFT_N; i++)
        x[i / DRIFT_N][i % DRIFT_N] = 2.0f * t_uniform();
    k->native_rk(which, v, DRIFT_N, &rk, xs,
                 (void *const[3]){ got[0], got[1], got[2] });
    for (size_t s = 0; s <= 4; s++) {
        for (size_t c = 0; c < dim; c++) {
            const float *terms[3] = { 0 };

            for (size_t j = 0; j < rk.used[s]; j++)
                terms[j] = stage[rk.from[s][j]][c];
            k->lincomb(DRIFT_N, y[c], x[c], rk.used[s], rk.a[s], terms);
        }
        if (s < 4)
            k->native(
                which, v, DRIFT_N, (const void *const[3]){ y[0], y[1], y[2] },
                (void *const[3]){ stage[s][0], stage[s][1], stage[s][2] });
    }
    for (size_t c = 0; c < dim; c++)
        CHECK_SAME(got[c], y[c], DRIFT_N);
}

static void check_rk64(const ito_kern64 *k, ito_native which, size_t dim,
                       const double *v)
{
    static const ito_rk64 rk = {
        .stages = 3,
        .used = { 0, 1, 2, 3 },
        .from = { { 0 }, { 0 }, { 0, 1 }, { 0, 1, 2 } },
        .a = { { 0 }, { 0.1 }, { -0.1, 0.3 }, { 0.02, 0.04, 0.01 } }
    };
    static double x[3][DRIFT_N], y[3][DRIFT_N], got[3][DRIFT_N];
    static double stage[3][3][DRIFT_N];
    const void *const xs[3] = { x[0], x[1], x[2] };

    for (size_t i = 0; i < 3 * DRIFT_N; i++)
        x[i / DRIFT_N][i % DRIFT_N] = 4.0 * t_open01() - 2.0;
    k->native_rk(which, v, DRIFT_N, &rk, xs,
                 (void *const[3]){ got[0], got[1], got[2] });
    for (size_t s = 0; s <= 3; s++) {
        for (size_t c = 0; c < dim; c++) {
            const double *terms[3] = { 0 };

            for (size_t j = 0; j < rk.used[s]; j++)
                terms[j] = stage[rk.from[s][j]][c];
            k->lincomb(DRIFT_N, y[c], x[c], rk.used[s], rk.a[s], terms);
        }
        if (s < 3)
            k->native(
                which, v, DRIFT_N, (const void *const[3]){ y[0], y[1], y[2] },
                (void *const[3]){ stage[s][0], stage[s][1], stage[s][2] });
    }
    for (size_t c = 0; c < dim; c++)
        CHECK_SAME(got[c], y[c], DRIFT_N);
}

TEST(whole_steps_of_named_systems_are_made_of_their_parts)
{
    static const size_t dims[] = { 1, 1, 1, 2, 2, 3, 2, 2 };
    const double v[4] = { 3.0, 1.5, 0.6, 0.7 };
    const ito_kern *k;
    bool runs;

    for (size_t i = 0; (k = ito__kern_at(i, &runs)) != NULL; i++)
        for (size_t w = 0; runs && w < COUNT(dims); w++) {
            check_rk(k, (ito_native)w, dims[w], v);
            check_rk64(k->f64, (ito_native)w, dims[w], v);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_fused_step_is_made_of_its_parts),
        RUN(mixtures_follow_their_formula),
        RUN(mixtures_stay_finite_far_away_and_keep_a_nan),
        RUN(a_lone_mode_is_a_normal),
        RUN(drifts_of_named_systems_have_the_bits_of_plain_c),
        RUN(whole_steps_of_named_systems_are_made_of_their_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
