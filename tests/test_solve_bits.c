/* SPDX-License-Identifier: MIT
 *
 * test_solve_bits.c - one hash of the final states of many solves, the same
 * for every number of threads, tile, kernel table, compiler and optimisation,
 * for runs that were stopped and went on, and for ids run alone.
 *
 * The fields use + - * / and sqrt alone, so that they have no part in it.
 */
#include "check.h"

#include <ito/solve.h>

#include "solve_fields.h"

#define PARTICLES 300
#define STEPS     8
#define DIM       2

/* One solve of the set. */
typedef struct recipe {
    const char *method;
    unsigned noise; /* ito_noise_kind */
    unsigned motions;
    unsigned calculus; /* ito_calculus */
    int second_order, tree, bounds, wide;
    double rtol;
} recipe;

static const recipe recipes[] = {
    { "euler", 0, 0, 0, 0, 0, 0, 0, 0 },
    { "heun", 0, 0, 0, 0, 0, 0, 1, 0 },
    { "rk4", 0, 0, 0, 0, 0, 1, 0, 0 },
    { "dopri5", 0, 0, 0, 0, 0, 0, 0, 1e-4 },
    { "dop853", 0, 0, 0, 0, 0, 0, 1, 1e-4 },
    { "bs3", 0, 0, 0, 0, 0, 1, 0, 1e-3 },
    { "tsit5", 0, 0, 0, 0, 0, 0, 0, 0 },
    { "euler-maruyama", ITO_NOISE_ADDITIVE, 0, 0, 0, 0, 1, 0, 0 },
    { "euler-maruyama", ITO_NOISE_DIAGONAL, 0, 1, 0, 1, 2, 0, 0 },
    { "euler-maruyama", ITO_NOISE_GENERAL, 3, 1, 0, 0, 0, 0, 0 },
    { "euler-maruyama", ITO_NOISE_DIAGONAL, 0, 1, 0, 1, 0, 1, 0 },
    { "tamed-euler", ITO_NOISE_SCALAR, 1, 1, 0, 0, 0, 1, 0 },
    { "heun", ITO_NOISE_GENERAL, 3, 2, 0, 0, 2, 0, 0 },
    { "midpoint", ITO_NOISE_SCALAR, 1, 2, 0, 1, 0, 0, 0 },
    { "euler-heun", ITO_NOISE_DIAGONAL, 0, 2, 0, 0, 0, 0, 0 },
    { "milstein", ITO_NOISE_DIAGONAL, 0, 1, 0, 0, 0, 0, 0 },
    { "rkmil", ITO_NOISE_COMMUTATIVE, 3, 2, 0, 0, 0, 0, 0 },
    { "sea", ITO_NOISE_ADDITIVE, 3, 0, 0, 1, 0, 0, 0 },
    { "shark", ITO_NOISE_ADDITIVE, 0, 0, 0, 0, 0, 1, 1e-2 },
    { "sra1", ITO_NOISE_ADDITIVE, 0, 0, 0, 0, 2, 0, 1e-2 },
    { "sriw1", ITO_NOISE_DIAGONAL, 0, 1, 0, 0, 0, 0, 1e-1 },
    { "sriw1", ITO_NOISE_SCALAR, 1, 1, 0, 1, 0, 0, 0 },
    { "platen", ITO_NOISE_DIAGONAL, 0, 1, 0, 0, 0, 0, 0 },
    { "platen-3", ITO_NOISE_SCALAR, 1, 1, 0, 0, 0, 0, 0 },
    { "implicit-euler", ITO_NOISE_DIAGONAL, 0, 1, 0, 0, 0, 0, 0 },
    { "trapezoid", 0, 0, 0, 0, 0, 0, 0, 0 },
    { "exponential", ITO_NOISE_ADDITIVE, 3, 0, 0, 0, 0, 0, 0 },
    { "baoab", ITO_NOISE_ADDITIVE, 1, 0, 1, 0, 1, 0, 0 },
    { "obabo", ITO_NOISE_ADDITIVE, 0, 0, 1, 1, 0, 0, 0 },
    { "aboba", ITO_NOISE_ADDITIVE, 1, 0, 1, 0, 0, 0, 0 },
    { "mala", ITO_NOISE_ADDITIVE, 0, 0, 0, 0, 1, 0, 0 },
};

static double value(const ito_tile *tile, size_t i, size_t c)
{
    const size_t at = tile->flags & ITO_FIELD_WIDE ? i * tile->dim + c : i;
    const void *x = tile->x[tile->flags & ITO_FIELD_WIDE ? 0 : c];

    return tile->dtype == ITO_F64 ? ((const double *)x)[at]
                                  : (double)((const float *)x)[at];
}

/* Component c of `outs` of a result. */
static void put(const ito_tile *tile, void *const *out, size_t outs, size_t i,
                size_t c, double v)
{
    const size_t at = tile->flags & ITO_FIELD_WIDE ? i * outs + c : i;
    void *o = out[tile->flags & ITO_FIELD_WIDE ? 0 : c];

    if (tile->dtype == ITO_F64)
        ((double *)o)[at] = v;
    else
        ((float *)o)[at] = (float)v;
}

/* u = (y - x^3, -x - y) (1 + t/2), or -grad U for the sake of mala. */
static int bits_u(void *user, const ito_tile *tile, void *const *out)
{
    const recipe *r = user;
    const double a = strcmp(r->method, "mala") == 0 ? 0.0 : 1.0;

    for (size_t i = 0; i < tile->n; i++) {
        const double x = value(tile, i, 0), y = value(tile, i, 1);

        if (r->second_order) {
            put(tile, out, DIM, i, 0, y);
            put(tile, out, DIM, i, 1, -x * x * x - 0.5 * y);
            continue;
        }
        put(tile, out, DIM, i, 0, a * y * (1 + tile->t / 2) - x * x * x);
        put(tile, out, DIM, i, 1, -a * x - y);
    }
    return 0;
}

static int bits_U(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->n; i++) {
        const double x = value(tile, i, 0), y = value(tile, i, 1);

        put(tile, out, 1, i, 0, x * x * x * x / 4 + y * y / 2);
    }
    return 0;
}

static double sigma_of(const recipe *r, const ito_tile *tile, size_t i,
                       size_t c, size_t j)
{
    const double x = value(tile, i, c);

    if (strcmp(r->method, "mala") == 0)
        return 0.5;
    if (r->noise == ITO_NOISE_ADDITIVE)
        return 0.3 + 0.1 * (double)j + tile->t / 4 * (double)c;
    return sqrt(0.1 + x * x) * (0.2 + 0.1 * (double)j);
}

static int bits_g(void *user, const ito_tile *tile, void *const *out)
{
    const recipe *r = user;
    const size_t m = r->motions ? r->motions : 1;

    for (size_t i = 0; i < tile->n; i++)
        for (size_t c = 0; c < DIM; c++)
            for (size_t j = 0; j < m; j++)
                put(tile, out, DIM * m, i, c * m + j,
                    sigma_of(r, tile, i, c, j));
    return 0;
}

/* g g' = 0.04 x, diagonal */
static int bits_dg(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        for (size_t c = 0; c < DIM; c++)
            put(tile, out, DIM, i, c, 0.04 * value(tile, i, c));
    return 0;
}

static uint64_t fnv(uint64_t hash, const void *p, size_t bytes)
{
    const unsigned char *byte = p;

    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* How to run: all of it, stopped after every step, or ids in parts. */
typedef enum manner { WHOLE, STOPPED, PARTS } manner;

static const ito_bounds edges[2][DIM] = {
    { { ITO_EDGE_PERIODIC, ITO_EDGE_PERIODIC, -0.75, 0.75 },
      { ITO_EDGE_REFLECT, ITO_EDGE_REFLECT, -0.6, 0.6 } },
    { { ITO_EDGE_ABSORB, ITO_EDGE_ABSORB, -1.0, 0.9 },
      { ITO_EDGE_REFLECT, ITO_EDGE_ABSORB, -0.8, 1.0 } },
};

static void run_once(ito_ctx *c, const ito_problem *p, char *x, size_t bytes,
                     ito_solve_opts o, manner how)
{
    ito_problem part = *p;

    if (how == WHOLE || o.rtol > 0.0) {
        CHECK_OK(c, ito_solve(c, p, x, &o, NULL));
        return;
    }
    for (size_t i = 0; how == STOPPED && i < STEPS; i++) {
        o.begin = i;
        o.end = i + 1;
        CHECK_OK(c, ito_solve(c, p, x, &o, NULL));
    }
    for (size_t i = 0; how == PARTS && i < p->n; i += part.n) {
        part.id0 = p->id0 + i;
        part.n = i == 0 ? 1 : p->n - i < 77 ? p->n - i : 77;
        CHECK_OK(c, ito_solve(c, &part, x + i * DIM * bytes, &o, NULL));
    }
}

static uint64_t run_recipe(ito_ctx *c, const recipe *r, ito_dtype dtype,
                           size_t tile, manner how, uint64_t hash)
{
    static double x[PARTICLES * DIM];
    static const ito_second_order bath = { 0.5, 0.7 };
    static const double rates[DIM] = { -0.3, -1.0 };
    recipe copy = *r;
    const ito_field f = {
        .name = r->method,
        .dtypes = ITO_F32 | ITO_F64,
        .flags = ITO_FIELD_REENTRANT | ITO_FIELD_ROW_INVARIANT |
                 (r->wide ? ITO_FIELD_WIDE : 0u) |
                 (strcmp(r->method, "mala") ? 0u : ITO_FIELD_CONSTANT_NOISE),
        .dim = DIM,
        .noise_dim = r->motions,
        .noise = (ito_noise_kind)r->noise,
        .calculus = (ito_calculus)r->calculus,
        .drift = bits_u,
        .diffusion = r->noise ? bits_g : NULL,
        .diffusion_deriv = bits_dg,
        .potential = bits_U,
        .second_order = r->second_order ? &bath : NULL,
        .rates = rates,
        .user = &copy,
    };
    const ito_problem p = { .field = &f,
                            .t1 = 1.0,
                            .n = PARTICLES,
                            .id0 = 3990,
                            .dtype = dtype,
                            .seed = 77,
                            .stream = 5,
                            .bounds = r->bounds ? edges[r->bounds - 1] : NULL };
    const ito_solve_opts o = { .method = r->method,
                               .steps = STEPS,
                               .tile = tile,
                               .tree = r->tree,
                               .rtol = r->rtol,
                               .atol = r->rtol };
    const size_t bytes = dtype == ITO_F64 ? 8 : 4;

    t_seed = 3;
    for (size_t i = 0; i < PARTICLES * DIM; i++) {
        const float start = 0.5f * t_uniform();

        if (dtype == ITO_F64)
            x[i] = (double)start;
        else
            memcpy((char *)x + i * 4, &start, 4);
    }
    run_once(c, &p, (char *)x, bytes, o, how);
    return fnv(hash, x, PARTICLES * DIM * bytes);
}

static uint64_t run_all(ito_ctx *c, size_t tile, manner how, uint64_t *each)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < COUNT(recipes); i++)
        for (size_t k = 0; k < 2; k++) {
            hash = run_recipe(c, &recipes[i], k ? ITO_F64 : ITO_F32, tile, how,
                              hash);
            if (each[2 * i + k] == 0)
                each[2 * i + k] = hash;
            else if (each[2 * i + k] != hash)
                check_fail(__FILE__, __LINE__,
                           "recipe %zu (%s, %s), tile %zu, manner %d, %zu "
                           "threads, %s",
                           i, recipes[i].method, k ? "double" : "float", tile,
                           (int)how, ito_threads(c), ito_cpu(c));
        }
    return hash;
}

#define HASH UINT64_C(0x564f9c95cf488c20)

TEST(one_hash_for_threads_tiles_kernels_stops_and_parts)
{
    static const size_t threads[] = { 1, 2, 3, 7 };
    static const size_t tiles[] = { 0, 32, 96, 1000 };
    static uint64_t each[2 * COUNT(recipes)];
    int runs_here = 0;
    uint64_t hash = 0;

    for (size_t k = 0; ito_cpu_at(k, &runs_here); k++)
        for (size_t i = 0; runs_here && i < COUNT(threads); i++) {
            const ito_ctx_opts o = { .threads = threads[i],
                                     .cpu = ito_cpu_at(k, NULL) };
            ito_ctx *c;

            CHECK(ito_open(&c, &o) == ITO_OK);
            hash = run_all(c, tiles[i], WHOLE, each);
            hash = run_all(c, tiles[(i + 1) % 4], STOPPED, each);
            hash = run_all(c, tiles[(i + 2) % 4], PARTS, each);
            ito_close(c);
        }
    if (hash != HASH)
        check_fail(__FILE__, __LINE__, "hash is %#" PRIx64, hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(one_hash_for_threads_tiles_kernels_stops_and_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
