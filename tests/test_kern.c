/* SPDX-License-Identifier: MIT
 *
 * test_kern.c - the vector kernels: every table against the C table bit for
 * bit (of a NaN only that it is one), the C table against plain formulas,
 * Philox against the known answers of Random123.
 *
 * Lengths run through every remainder of the register width.  What follows
 * an array is NaN, which must neither change nor reach a result.
 */
#include "check.h"

#include "kern/kern.h"

#define N_MAX (3 * ITO_LANES + 5)
#define ROOM  (N_MAX + 16)

/* The arrays that a kernel may read and write. */
typedef struct work {
    float x[ROOM], y[ROOM], z[ROOM], w[ROOM];
    uint32_t words[ROOM];
    double result;
} work;

typedef struct job {
    const char *name;
    void (*run)(const ito_kern *k, size_t n, work *b);
} job;

static float rare(void)
{
    static const float values[] = {
        0.0f,       -0.0f,    INFINITY, -INFINITY, NAN,       1e-40f,
        -1e-45f,    3.4e38f,  -3.4e38f, 88.7f,     -87.3f,    -103.0f,
        0x1p-126f,  1.0f,     -1.0f,    1e5f,      1.0001e5f, 43.5f,
        16777216.f, 0.70711f, 1.41421f, -14.5f,    1e20f,     -1e20f,
    };

    return values[t_rand() % COUNT(values)];
}

/* Numbers of many sizes; if `wild` some are infinite, NaN or subnormal. */
static void fill(float *p, size_t n, bool wild)
{
    for (size_t i = 0; i < ROOM; i++) {
        if (i >= n)
            p[i] = NAN;
        else if (wild && t_rand() % 8 == 0)
            p[i] = rare();
        else
            p[i] = ldexpf(t_uniform(), (int)(t_rand() % 14) - 7);
    }
}

static void fill_work(work *b, size_t n, bool wild)
{
    fill(b->x, n, wild);
    fill(b->y, n, wild);
    fill(b->z, n, wild);
    fill(b->w, n, wild);
    for (size_t i = 0; i < ROOM; i++)
        b->words[i] = 0xdeadbeefu;
    b->result = 0.0;
}

/* --- one line a kernel --------------------------------------------------- */

static void job_axpy(const ito_kern *k, size_t n, work *b)
{
    k->axpy(n, 0.7f, b->x, b->y);
}

static void job_lincomb(const ito_kern *k, size_t n, work *b)
{
    const float a[3] = { 0.3f, -1.7f, 2.5f };
    const float *const y[3] = { b->y, b->z, b->x };

    k->lincomb(n, b->x, b->x, 3, a, y);
    k->lincomb(n, b->w, b->y, 0, a, y);
}

/* All numbers of terms that solvers have; the output is the last term. */
static void job_lincomb_many(const ito_kern *k, size_t n, work *b)
{
    const float a[13] = { 0.3f,  -1.7f, 2.5f, 0.1f,  -0.9f, 1.1f, 0.7f,
                          -0.2f, 0.4f,  0.6f, -1.3f, 0.8f,  0.5f };
    const float *const y[13] = { b->y, b->x, b->y, b->x, b->y, b->x, b->y,
                                 b->x, b->y, b->x, b->y, b->x, b->z };

    k->lincomb(n, b->z, b->w, n % 14, a, y + (13 - n % 14));
}

static void job_add(const ito_kern *k, size_t n, work *b)
{
    k->add(n, b->x, b->y, b->x);
}

static void job_sub(const ito_kern *k, size_t n, work *b)
{
    k->sub(n, b->x, b->y, b->z);
}

static void job_mul(const ito_kern *k, size_t n, work *b)
{
    k->mul(n, b->x, b->y, b->y);
}

static void job_muladd(const ito_kern *k, size_t n, work *b)
{
    k->muladd(n, b->x, b->y, b->z);
}

static void job_scale(const ito_kern *k, size_t n, work *b)
{
    k->scale(n, -1.3f, b->x, b->x);
}

static void job_lerp(const ito_kern *k, size_t n, work *b)
{
    k->lerp(n, 0.001f, b->x, b->y);
}

static void job_dot(const ito_kern *k, size_t n, work *b)
{
    b->result = (double)k->dot(n, b->x, b->y);
}

static void job_sum(const ito_kern *k, size_t n, work *b)
{
    b->result = k->sum(n, b->x);
}

static void job_sumsq(const ito_kern *k, size_t n, work *b)
{
    b->result = k->sumsq(n, b->x);
}

static void job_all_finite(const ito_kern *k, size_t n, work *b)
{
    b->result = k->all_finite(n, b->x);
}

/* n numbers as rows of 1 to 7 columns apart by one more. */
static void job_colsum(const ito_kern *k, size_t n, work *b)
{
    const size_t cols = n % 7 + 1, rows = n / (cols + 1);

    k->colsum(rows, n >= cols ? cols : 0, b->x, cols + 1, b->y);
}

/* One row, so that all widths of columns are seen. */
static void job_colsum_wide(const ito_kern *k, size_t n, work *b)
{
    k->colsum(1, n, b->x, n, b->y);
}

static void job_exp(const ito_kern *k, size_t n, work *b)
{
    k->exp(n, b->x, b->x);
}

static void job_log(const ito_kern *k, size_t n, work *b)
{
    k->log(n, b->x, b->y);
}

static void job_tanh(const ito_kern *k, size_t n, work *b)
{
    k->tanh(n, b->x, b->y);
}

static void job_sincos(const ito_kern *k, size_t n, work *b)
{
    k->sincos(n, b->x, b->x, b->y);
}

static void job_adam(const ito_kern *k, size_t n, work *b)
{
    const ito_adam s = { .beta1 = 0.9f,
                         .beta2 = 0.999f,
                         .rate = 1e-3f,
                         .v_scale = 3.0f,
                         .eps = 1e-8f,
                         .decay = 0.999f,
                         .g_scale = 0.5f };

    k->adam(n, &s, b->x, b->y, b->z, b->w);
}

static void job_bisect(const ito_kern *k, size_t n, work *b)
{
    const float *const z[2] = { b->x, b->y };
    float *const second[2] = { b->x, b->y };

    k->bisect(n, 0.3, z, b->z, b->w, second);
}

#define ACTS(X)   \
    X(none, NONE) \
    X(silu, SILU) X(gelu, GELU) X(relu, RELU) X(tanh, TANH) X(selu, SELU)
#define X(name, NAME)                                                \
    static void job_act_##name(const ito_kern *k, size_t n, work *b) \
    {                                                                \
        k->act(n, ITO_ACT_##NAME, b->x, b->y);                       \
        k->act_grad(n, ITO_ACT_##NAME, b->x, b->x, b->z);            \
    }
ACTS(X)
#undef X

static void job_mixture(const ito_kern *k, size_t n, work *b)
{
    static const float means[] = { 0.0f,  1.0f, -2.0f, 0.5f, 3.0f,
                                   -1.0f, 0.2f, 4.0f,  2.0f, 2.0f };
    static const float inv[] = { 4.0f, 1.0f, 0.5f, 2.0f, 3.0f,
                                 1.0f, 1.0f, 9.0f, 0.1f, 1.0f };
    static const float log2w[] = { 0.1f, 0.0f, -1.0f, 0.5f, -0.3f,
                                   0.0f, 0.3f, 0.2f,  0.1f, 0.7f };
    static const float curve[] = { -3.0f, -0.7f, -0.4f, -1.5f, -2.0f,
                                   -0.7f, -0.7f, -6.0f, -0.1f, -0.7f };
    const size_t dim = 1 + n % 4;
    const ito_mix m = { .modes = dim == 1 ? 10 : 10 / dim,
                        .dim = dim,
                        .means = means,
                        .inv = inv,
                        .curve = curve,
                        .log2w = log2w,
                        .scale = 0.7f };
    const float *const x[4] = { b->x, b->y, b->z, b->w };
    float *const score[4] = { b->x, b->y, b->z, b->w };
    float *const none[4] = { b->y, b->y, b->y, b->y };

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

static void job_normals(const ito_kern *k, size_t n, work *b)
{
    const ito_philox p = some_counter(n);

    k->normals(n / ITO_LANES, &p, b->x);
}

static void job_em(const ito_kern *k, size_t n, work *b)
{
    const ito_philox p = some_counter(n);
    const ito_em with = {
        .h = 0.1f, .scale = 0.3f, .f = b->x, .g = b->y, .x = b->z, .z = b->z
    };
    const ito_em all = {
        .h = 0.1f, .scale = 0.3f, .g_all = 2.0f, .f = b->x, .x = b->w, .z = b->y
    };

    k->em(n / ITO_LANES, &p, &with);
    k->em(n / ITO_LANES, &p, &all);
}

static void job_uniforms(const ito_kern *k, size_t n, work *b)
{
    const ito_philox p = some_counter(n);

    k->uniforms(n / ITO_LANES, &p, b->x);
}

static void job_words(const ito_kern *k, size_t n, work *b)
{
    const ito_philox p = some_counter(n);

    k->words(n / ITO_LANES, &p, b->words);
}

#define X(name, NAME) { "act " #name, job_act_##name },
static const job jobs[] = { { "axpy", job_axpy },
                            { "lincomb", job_lincomb },
                            { "lincomb many", job_lincomb_many },
                            { "mixture", job_mixture },
                            { "em", job_em },
                            { "add", job_add },
                            { "sub", job_sub },
                            { "mul", job_mul },
                            { "muladd", job_muladd },
                            { "scale", job_scale },
                            { "lerp", job_lerp },
                            { "dot", job_dot },
                            { "sum", job_sum },
                            { "sumsq", job_sumsq },
                            { "all_finite", job_all_finite },
                            { "colsum", job_colsum },
                            { "colsum wide", job_colsum_wide },
                            { "exp", job_exp },
                            { "log", job_log },
                            { "tanh", job_tanh },
                            { "sincos", job_sincos },
                            { "adam", job_adam },
                            { "bisect", job_bisect },
                            { "normals", job_normals },
                            { "uniforms", job_uniforms },
                            { "words", job_words },
                            ACTS(X) };
#undef X

/* --- the same bits ------------------------------------------------------- */

static bool same_float(float a, float b)
{
    return (a != a && b != b) || memcmp(&a, &b, sizeof(a)) == 0;
}

static void compare(const char *table, const char *name, const float *got,
                    const float *want, size_t n, size_t room)
{
    for (size_t i = 0; i < room; i++)
        if (!same_float(got[i], want[i]))
            check_fail(__FILE__, __LINE__, "%s %s: n %zu: [%zu] %a, not %a",
                       table, name, n, i, (double)got[i], (double)want[i]);
}

static void compare_work(const char *table, const char *name, const work *got,
                         const work *want, size_t n)
{
    const float *const g[] = { got->x, got->y, got->z, got->w };
    const float *const w[] = { want->x, want->y, want->z, want->w };

    for (size_t a = 0; a < COUNT(g); a++)
        compare(table, name, g[a], w[a], n, ROOM);
    CHECK_SAME(got->words, want->words, ROOM);
    if (!(got->result != got->result && want->result != want->result) &&
        memcmp(&got->result, &want->result, sizeof(got->result)) != 0)
        check_fail(__FILE__, __LINE__, "%s %s: n %zu: %a, not %a", table, name,
                   n, got->result, want->result);
}

/* What lies past the n-th element is as before. */
static void check_beyond(const char *name, const work *b, size_t n)
{
    for (size_t i = n; i < ROOM; i++)
        if (b->x[i] == b->x[i] || b->y[i] == b->y[i] || b->z[i] == b->z[i] ||
            b->w[i] == b->w[i] || b->words[i] != 0xdeadbeefu)
            check_fail(__FILE__, __LINE__, "%s: n %zu: wrote to %zu", name, n,
                       i);
}

static void check_job(const job *j, const ito_kern *k, size_t n, bool wild)
{
    static work want, got;

    fill_work(&want, n, wild);
    got = want;
    j->run(&ito__kern_c, n, &want);
    j->run(k, n, &got);
    compare_work(k->name, j->name, &got, &want, n);
    check_beyond(j->name, &got, n);
}

TEST(every_table_gives_the_bits_of_plain_c)
{
    const ito_kern *k;
    bool runs;

    for (size_t i = 0; (k = ito__kern_at(i, &runs)) != NULL; i++) {
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

/* Floats of all sizes and both signs, evenly spaced in their bits. */
#define MANY 4096
TEST(elementary_functions_give_the_bits_of_plain_c_everywhere)
{
    static float x[MANY], want[2 * MANY], got[2 * MANY];
    const uint32_t stride = 10007; /* prime */
    uint64_t bits = 0;
    const ito_kern *k;
    bool runs;

    while (bits < UINT64_C(1) << 32) {
        for (size_t i = 0; i < MANY; i++, bits += stride) {
            const uint32_t b = (uint32_t)bits;
            memcpy(&x[i], &b, sizeof(b));
        }
        for (size_t t = 1; (k = ito__kern_at(t, &runs)) != NULL; t++) {
            if (!runs)
                continue;
#define BOTH(what, call)                                   \
    do {                                                   \
        const ito_kern *kern = &ito__kern_c;               \
        float *y = want, *d = want + MANY;                 \
        (void)d;                                           \
        call;                                              \
        kern = k;                                          \
        y = got;                                           \
        d = got + MANY;                                    \
        call;                                              \
        compare(k->name, what, got, want, MANY, 2 * MANY); \
    } while (0)
            BOTH("exp", kern->exp(MANY, x, y));
            BOTH("log", kern->log(MANY, x, y));
            BOTH("sincos", kern->sincos(MANY, x, y, d));
#define X(name, NAME) \
    BOTH(#name, kern->act_grad(MANY, ITO_ACT_##NAME, x, y, d));
            ACTS(X)
#undef X
        }
    }
}

/* --- the C table against formulas --------------------------------------- */

static bool near(double a, double b, double scale)
{
    return fabs(a - b) <= 1e-6 * (fabs(b) + scale);
}

TEST(updates_follow_their_formulas)
{
    const ito_kern *const k = &ito__kern_c;
    static work b, a;
    const float c[2] = { 0.3f, -1.7f };
    const float *const rows[2] = { b.y, b.z };

    fill_work(&b, N_MAX, false);
    a = b;
    k->axpy(N_MAX, 0.7f, b.x, a.y);
    k->lincomb(N_MAX, a.z, b.x, 2, c, rows);
    k->muladd(N_MAX, b.x, b.y, a.w);
    for (size_t i = 0; i < N_MAX; i++) {
        const double x = (double)b.x[i], y = (double)b.y[i];
        const double z = (double)b.z[i], w = (double)b.w[i];

        CHECK(near((double)a.y[i], 0.7 * x + y, fabs(x)));
        CHECK(near((double)a.z[i], x + 0.3 * y - 1.7 * z,
                   fabs(x) + fabs(y) + fabs(z)));
        CHECK(near((double)a.w[i], x * y + w, fabs(w)));
    }
    a = b;
    k->add(N_MAX, b.x, b.y, a.x);
    k->sub(N_MAX, b.x, b.y, a.y);
    k->mul(N_MAX, b.x, b.y, a.z);
    k->lerp(N_MAX, 0.25f, b.x, a.w);
    for (size_t i = 0; i < N_MAX; i++) {
        CHECK(a.x[i] == b.x[i] + b.y[i] && a.y[i] == b.x[i] - b.y[i]);
        CHECK(a.z[i] == b.x[i] * b.y[i]);
        CHECK(near((double)a.w[i],
                   0.25 * (double)b.x[i] + 0.75 * (double)b.w[i],
                   fabs((double)b.x[i])));
    }
    k->scale(N_MAX, 3.0f, b.x, a.x);
    CHECK(a.x[N_MAX - 1] == 3.0f * b.x[N_MAX - 1]);
}

TEST(reductions_follow_their_formulas)
{
    const ito_kern *const k = &ito__kern_c;
    static work b;
    double dot = 0.0, sum = 0.0, sumsq = 0.0, size = 0.0;
    float out[3] = { 1.0f, 2.0f, 3.0f };

    fill_work(&b, N_MAX, false);
    for (size_t i = 0; i < N_MAX; i++) {
        const double x = (double)b.x[i];
        dot += x * (double)b.y[i];
        size += fabs(x * (double)b.y[i]);
        sum += x;
        sumsq += x * x;
    }
    CHECK_NEAR(k->dot(N_MAX, b.x, b.y), dot, 1e-6 * size);
    CHECK_REL(k->sum(N_MAX, b.x), sum, 1e-12);
    CHECK_REL(k->sumsq(N_MAX, b.x), sumsq, 1e-12);
    k->colsum(4, 3, b.x, 5, out);
    for (size_t j = 0; j < 3; j++)
        CHECK(out[j] ==
              (float)(j + 1) + b.x[j] + b.x[5 + j] + b.x[10 + j] + b.x[15 + j]);
}

TEST(all_finite_sees_one_bad_number_anywhere)
{
    const ito_kern *k;
    bool runs;
    float x[N_MAX];

    for (size_t t = 0; (k = ito__kern_at(t, &runs)) != NULL; t++) {
        if (!runs)
            continue;
        for (size_t i = 0; i < N_MAX; i++)
            x[i] = i & 1 ? 3.4e38f : -1e-45f;
        for (size_t n = 0; n <= N_MAX; n++)
            CHECK(k->all_finite(n, x));
        for (size_t i = 0; i < N_MAX; i++) {
            const float keep = x[i];
            x[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -INFINITY;
            CHECK(!k->all_finite(N_MAX, x));
            x[i] = keep;
        }
    }
}

/* Kingma and Ba, algorithm 1, with g = 2 at the first two steps. */
TEST(adam_follows_the_paper)
{
    const double b1 = 0.9, b2 = 0.999, lr = 0.01, g = 2.0;
    double w = 1.0, m = 0.0, v = 0.0;
    float fw = 1.0f, fm = 0.0f, fv = 0.0f, fg = 4.0f;

    for (int t = 1; t <= 20; t++) {
        const double u1 = 1.0 - pow(b1, t), u2 = 1.0 - pow(b2, t);
        const ito_adam s = { .beta1 = 0.9f,
                             .beta2 = 0.999f,
                             .rate = (float)(lr / u1),
                             .v_scale = (float)(1.0 / u2),
                             .eps = 1e-8f,
                             .decay = (float)(1.0 - lr * 0.1),
                             .g_scale = 0.5f };

        m = b1 * m + (1.0 - b1) * g;
        v = b2 * v + (1.0 - b2) * g * g;
        w = (1.0 - lr * 0.1) * w - lr * (m / u1) / (sqrt(v / u2) + 1e-8);
        ito__kern_find(NULL)->adam(1, &s, &fg, &fw, &fm, &fv);
        CHECK_NEAR(fw, w, 1e-5);
        CHECK_REL(fm, m, 1e-5);
        CHECK_REL(fv, v, 1e-4); /* 0.999 is rounded to float */
    }
}

/* --- Philox -------------------------------------------------------------- */

/* Random123, kat_vectors, philox4x32 10. */
TEST(philox_gives_the_known_answers)
{
    static const struct {
        uint32_t ctr[4], key[2], out[4];
    } rows[] = {
        { { 0, 0, 0, 0 },
          { 0, 0 },
          { 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u } },
        { { ~0u, ~0u, ~0u, ~0u },
          { ~0u, ~0u },
          { 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu } },
        { { 0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u },
          { 0xa4093822u, 0x299f31d0u },
          { 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u } },
    };
    const ito_kern *k;
    bool runs;

    for (size_t t = 0; (k = ito__kern_at(t, &runs)) != NULL; t++)
        for (size_t i = 0; runs && i < 2 * COUNT(rows); i++) {
            ito_philox p = { .wide = i & 1 };
            uint32_t w[ITO_LANES];

            memcpy(p.ctr, rows[i / 2].ctr, sizeof(p.ctr));
            memcpy(p.key, rows[i / 2].key, sizeof(p.key));
            k->words(1, &p, w);
            CHECK(w[0] == rows[i / 2].out[0] && w[1] == rows[i / 2].out[1]);
            CHECK(w[16] == rows[i / 2].out[2] && w[17] == rows[i / 2].out[3]);
        }
}

/* One block in the plainest way. */
static void block(const ito_philox *p, uint64_t b, uint32_t out[4])
{
    const uint64_t low =
        ((uint64_t)p->ctr[1] << 32 | p->ctr[0]) + (p->wide ? 0 : b);
    uint32_t c[4] = { (uint32_t)low, (uint32_t)(low >> 32), p->ctr[2],
                      p->ctr[3] + (p->wide ? (uint32_t)b : 0) };
    uint32_t k0 = p->key[0], k1 = p->key[1];

    for (int r = 0; r < 10; r++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
        const uint64_t u = UINT64_C(0xD2511F53) * c[0];
        const uint64_t v = UINT64_C(0xCD9E8D57) * c[2];
        const uint32_t n0 = (uint32_t)(v >> 32) ^ c[1] ^ k0;

        c[2] = (uint32_t)(u >> 32) ^ c[3] ^ k1;
        c[0] = n0;
        c[1] = (uint32_t)v;
        c[3] = (uint32_t)u;
    }
    memcpy(out, c, sizeof(c));
}

/* Number r of group q of a run, from the layout that kern.h states. */
static void layout(const ito_philox *p, size_t i, uint32_t out[4])
{
    const size_t q = i / ITO_LANES, r = i % ITO_LANES;
    uint32_t w[4];

    block(p, 8 * q + ((r & 15) >> 1), w);
    out[0] = w[2 * (r >> 4) + (r & 1)]; /* of words and uniforms */
    out[1] = w[r & 1];                  /* radius */
    out[2] = w[2 + (r & 1)];            /* angle */
}

TEST(generators_follow_the_layout)
{
    enum { GROUPS = 1001, ALL = GROUPS * ITO_LANES };
    static float u[ALL], z[ALL];
    static uint32_t w[ALL];
    const ito_kern *const k = ito__kern_find(NULL);

    for (size_t wide = 0; wide < 2; wide++) {
        const ito_philox p = some_counter(wide);

        k->words(GROUPS, &p, w);
        k->uniforms(GROUPS, &p, u);
        k->normals(GROUPS, &p, z);
        for (size_t i = 0; i < ALL; i++) {
            uint32_t v[4];
            double radius, angle, want;

            layout(&p, i, v);
            radius = sqrt(-2.0 * log(((double)v[1] + 0.5) * 0x1p-32));
            angle = (double)v[2] * (0x1p-31 * 3.14159265358979323846);
            want = radius * (i & 16 ? cos(angle) : sin(angle));
            CHECK(w[i] == v[0]);
            CHECK((double)u[i] == ((double)(v[0] >> 9) + 0.5) * 0x1p-23);
            /* near u = 1 a float holds u to 2^-25, so the square of the
             * radius to 2^-24 */
            CHECK_NEAR(z[i], want, 4e-7 * radius + 0x1p-24 / (radius + 1e-9));
        }
    }
}

TEST(tables_are_found)
{
    const ito_kern *best = NULL, *k;
    bool runs;
    size_t i;

    CHECK(ito__kern_find("c") == &ito__kern_c);
    CHECK(ito__kern_at(0, NULL) == &ito__kern_c);
    CHECK(ito__kern_find("z80") == NULL && ito__kern_find("") == NULL);
    for (i = 0; (k = ito__kern_at(i, &runs)) != NULL; i++) {
        CHECK((ito__kern_find(k->name) == k) == runs);
        best = runs ? k : best;
    }
    CHECK(ito__kern_find(NULL) == best);
    CHECK(ito__kern_at(i + 1, &runs) == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(tables_are_found),
        RUN(every_table_gives_the_bits_of_plain_c),
        RUN(elementary_functions_give_the_bits_of_plain_c_everywhere),
        RUN(updates_follow_their_formulas),
        RUN(reductions_follow_their_formulas),
        RUN(all_finite_sees_one_bad_number_anywhere),
        RUN(adam_follows_the_paper),
        RUN(philox_gives_the_known_answers),
        RUN(generators_follow_the_layout),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
