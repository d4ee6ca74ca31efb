/* SPDX-License-Identifier: MIT
 *
 * test_brownian.c - Brownian motion: the law of its increments and areas, of
 * single steps and of the tree; that halves join to the whole; that a path
 * is a function of the particle's id alone.
 *
 * Statistics hold at five standard errors; seeds are fixed.
 */
#include "check.h"

#include <ito/brownian.h>

#include "ctx/ctx.h"
#include "rng/brownian.h"

#define MANY ((size_t)1 << 19)

static ito_ctx *ctx;
static double w64[MANY], h64[MANY];
static float w32[MANY], h32[MANY];

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

/* A number of either array. */
static double value(const void *x, ito_dtype dtype, size_t i)
{
    return dtype == ITO_F64 ? ((const double *)x)[i]
                            : (double)((const float *)x)[i];
}

/* --- the law of increments ----------------------------------------------- */

/* Sums of products of W and H, as the law of a step of length h wants them:
 * I = int (W_s - W_0) ds = h (W/2 + H). */
static void check_law(const double *W, const double *H, size_t n, double h)
{
    double m[10] = { 0 };
    const double count = (double)n, one = 1.0 / sqrt(count);

    for (size_t i = 0; i < n; i++) {
        const double w = W[i] / sqrt(h), a = H[i] / sqrt(h / 12.0);
        const double I = h * (W[i] / 2.0 + H[i]);

        m[0] += w / count;
        m[1] += a / count;
        m[2] += w * w / count;
        m[3] += a * a / count;
        m[4] += w * a / count;
        m[5] += I * I / count;
        m[6] += W[i] * I / count;
        m[7] += w * w * w * w / count;
        m[8] += a * a * a * a / count;
        m[9] += w * w * a * a / count;
    }
    CHECK_STAT(m[0], 0.0, one, 5);
    CHECK_STAT(m[1], 0.0, one, 5);
    CHECK_STAT(m[2], 1.0, sqrt(2.0) * one, 5);
    CHECK_STAT(m[3], 1.0, sqrt(2.0) * one, 5);
    CHECK_STAT(m[4], 0.0, one, 5);
    CHECK_STAT(m[5], h * h * h / 3.0, sqrt(2.0) * one * h * h * h / 3.0, 5);
    /* Var(W I) = Var W Var I + Cov^2 = h^4 / 3 + h^4 / 4 */
    CHECK_STAT(m[6], h * h / 2.0, sqrt(7.0 / 12.0) * one * h * h, 5);
    CHECK_STAT(m[7], 3.0, sqrt(96.0) * one, 5);
    CHECK_STAT(m[8], 3.0, sqrt(96.0) * one, 5);
    CHECK_STAT(m[9], 1.0, sqrt(8.0) * one, 5);
}

static void widen(const float *x, size_t n, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (double)x[i];
}

TEST(steps_have_the_law_of_increments_and_areas)
{
    const size_t dims[] = { 1, 3, 40 };

    for (size_t d = 0; d < COUNT(dims); d++) {
        const size_t n = MANY / dims[d];
        ito_brownian b = { .seed = 11, .dim = dims[d], .dtype = ITO_F64 };

        CHECK_OK(ctx, ito_brownian_step(ctx, &b, 77, n, 5, 0.37, w64, h64));
        check_law(w64, h64, n * dims[d], 0.37);
        b.dtype = ITO_F32;
        CHECK_OK(ctx, ito_brownian_step(ctx, &b, 77, n, 5, -2.5, w32, h32));
        widen(w32, n * dims[d], w64);
        widen(h32, n * dims[d], h64);
        check_law(w64, h64, n * dims[d], 2.5);
    }
}

TEST(nodes_of_the_tree_have_the_law_of_increments_and_areas)
{
    const ito_tree_node nodes[] = { { 0, 0 }, { 1, 1 }, { 3, 4 }, { 9, 300 } };
    const size_t dims[] = { 1, 5, 20 };

    for (size_t j = 0; j < COUNT(nodes); j++)
        for (size_t d = 0; d < COUNT(dims); d++) {
            const size_t n = MANY / dims[d];
            const double h = 3.0 / (double)(UINT64_C(1) << nodes[j].level);
            ito_brownian b = { .seed = 4 + j,
                               .dim = dims[d],
                               .dtype = ITO_F64,
                               .t0 = 2.0,
                               .t1 = 5.0 };

            CHECK_OK(ctx, ito_brownian_node(ctx, &b, 9, n, nodes[j], w64, h64));
            check_law(w64, h64, n * dims[d], h);
            b.dtype = ITO_F32;
            CHECK_OK(ctx, ito_brownian_node(ctx, &b, 9, n, nodes[j], w32, h32));
            widen(w32, n * dims[d], w64);
            widen(h32, n * dims[d], h64);
            check_law(w64, h64, n * dims[d], h);
        }
}

/* Increments and areas of two halves are independent: the four correlations
 * between them, also of the squares. */
TEST(halves_are_independent)
{
    enum { N = 1 << 18 };
    const ito_brownian b = {
        .seed = 21, .dim = 1, .dtype = ITO_F64, .t1 = 1.0
    };
    double *const wb = w64 + N, *const hb = h64 + N;
    double m[8] = { 0 };

    CHECK_OK(ctx, ito_brownian_node(ctx, &b, 0, N, (ito_tree_node){ 4, 6 }, w64,
                                    h64));
    CHECK_OK(ctx,
             ito_brownian_node(ctx, &b, 0, N, (ito_tree_node){ 4, 7 }, wb, hb));
    for (size_t i = 0; i < N; i++) {
        const double h = 1.0 / 16.0, r = sqrt(h), s = sqrt(h / 12.0);
        const double x[2] = { w64[i] / r, h64[i] / s };
        const double y[2] = { wb[i] / r, hb[i] / s };

        for (size_t j = 0; j < 4; j++) {
            const double u = x[j & 1], v = y[j >> 1];

            m[j] += u * v / N;
            m[4 + j] += (u * u - 1.0) * (v * v - 1.0) / N;
        }
    }
    for (size_t j = 0; j < 4; j++) {
        CHECK_STAT(m[j], 0.0, 1.0 / sqrt((double)N), 5);
        CHECK_STAT(m[4 + j], 0.0, 2.0 / sqrt((double)N), 5);
    }
}

/* --- joining and cutting ------------------------------------------------- */

TEST(halves_join_to_the_whole)
{
    enum { N = 1000 };
    static double whole[2][N], a[2][N], c[2][N];
    const ito_tree_node nodes[] = { { 0, 0 }, { 2, 3 }, { 12, 999 } };
    const ito_brownian b = { .seed = 5, .dim = 1, .dtype = ITO_F64, .t1 = 2 };

    for (size_t j = 0; j < COUNT(nodes); j++) {
        const ito_tree_node n = nodes[j];
        const ito_tree_node n0 = { n.level + 1, 2 * n.index };
        const ito_tree_node n1 = { n.level + 1, 2 * n.index + 1 };
        const double h = ldexp(2.0, -(int)n.level), tol = 1e-15 * sqrt(h);

        CHECK_OK(ctx, ito_brownian_node(ctx, &b, 0, N, n, whole[0], whole[1]));
        CHECK_OK(ctx, ito_brownian_node(ctx, &b, 0, N, n0, a[0], a[1]));
        CHECK_OK(ctx, ito_brownian_node(ctx, &b, 0, N, n1, c[0], c[1]));
        for (size_t i = 0; i < N; i++) {
            const ito_increment both =
                ito_increment_join((ito_increment){ h / 2, a[0][i], a[1][i] },
                                   (ito_increment){ h / 2, c[0][i], c[1][i] });

            CHECK(both.h == h);
            CHECK_NEAR(both.W, whole[0][i], tol);
            CHECK_NEAR(both.H, whole[1][i], tol);
        }
    }
}

TEST(parts_of_any_cut_join_to_the_whole)
{
    for (size_t i = 0; i < 10000; i++) {
        const double h = 4.0 * t_open01(), at = t_open01();
        const ito_increment whole = { h, sqrt(h) * t_normal(),
                                      sqrt(h / 12) * t_normal() };
        const double z[2] = { t_normal(), t_normal() };
        ito_increment part[2], both;

        ito_increment_split(whole, at, z, part);
        both = ito_increment_join(part[0], part[1]);
        CHECK_NEAR(part[0].h, at * h, 1e-15);
        CHECK_NEAR(both.h, h, 1e-15);
        CHECK_NEAR(both.W, whole.W, 1e-14);
        CHECK_NEAR(both.H, whole.H, 1e-13);
    }
}

/* A cut in the middle is the split of the tree. */
TEST(a_cut_in_the_middle_is_the_formula_of_the_tree)
{
    const double h = 0.8, W = -0.3, H = 0.11, z[2] = { 0.7, -1.9 };
    const double d = 1.5 * H + sqrt(h) / 4 * z[0];
    const double e = H / 4 - sqrt(h) / 8 * z[0], f = sqrt(h / 48) * z[1];
    ito_increment part[2];

    ito_increment_split((ito_increment){ h, W, H }, 0.5, z, part);
    CHECK_NEAR(part[0].W, W / 2 + d, 1e-15);
    CHECK_NEAR(part[1].W, W / 2 - d, 1e-15);
    CHECK_NEAR(part[0].H, e + f, 1e-15);
    CHECK_NEAR(part[1].H, e - f, 1e-15);
}

TEST(parts_of_any_cut_have_the_law_of_increments)
{
    enum { N = 200000 };
    const double h = 1.7, at = 0.2;
    double cross = 0.0;

    for (size_t i = 0; i < N; i++) {
        const ito_increment whole = { h, sqrt(h) * t_normal(),
                                      sqrt(h / 12) * t_normal() };
        const double z[2] = { t_normal(), t_normal() };
        ito_increment part[2];

        ito_increment_split(whole, at, z, part);
        w64[i] = part[0].W;
        h64[i] = part[0].H;
        w64[N + i] = part[1].W;
        h64[N + i] = part[1].H;
        cross += (part[0].W * part[1].W + part[0].H * part[1].W +
                  part[0].W * part[1].H + part[0].H * part[1].H) /
                 N;
    }
    check_law(w64, h64, N, at * h);
    check_law(w64 + N, h64 + N, N, (1.0 - at) * h);
    CHECK_STAT(cross, 0.0,
               13.0 / 12.0 * sqrt(at * (1 - at)) * h / sqrt((double)N), 5);
}

TEST(cuts_at_the_ends_are_defined)
{
    const ito_increment whole = { 1.0, 0.4, 0.1 };
    const double z[2] = { 1.0, 1.0 };
    const double ats[] = { 0.0, 1.0, -3.0, 7.0, (double)NAN };
    ito_increment part[2];

    for (size_t i = 0; i < COUNT(ats); i++) {
        const size_t all = ats[i] >= 1.0 ? 0 : 1;

        ito_increment_split(whole, ats[i], z, part);
        CHECK(part[all].h == 1.0 && part[1 - all].h == 0.0);
        CHECK_NEAR(part[all].W, 0.4, 1e-15);
        CHECK_NEAR(part[all].H, 0.1, 1e-15);
        CHECK(part[1 - all].W == 0.0 && isfinite(part[1 - all].H));
    }
    part[0] = ito_increment_join((ito_increment){ 0 }, (ito_increment){ 0 });
    CHECK(part[0].h == 0.0 && part[0].W == 0.0 && part[0].H == 0.0);
}

/* --- paths --------------------------------------------------------------- */

/* Cov(W_s, W_t) = min(s, t) at all pairs of eight times of the tree. */
TEST(paths_have_the_covariance_of_brownian_motion)
{
    enum { N = 60000, TIMES = 8 };
    const double T = 2.0;
    ito_brownian b = { .seed = 6, .dim = 1, .dtype = ITO_F64, .t1 = T };
    double *const path = w64;

    CHECK_OK(ctx, ito_brownian_path(ctx, &b, 5, N, 6, 8, path));
    for (size_t i = 0; i < TIMES; i++)
        for (size_t j = 0; j <= i; j++) {
            const double s = T * (double)(j + 1) / TIMES;
            const double t = T * (double)(i + 1) / TIMES;
            double sum = 0.0;

            for (size_t k = 0; k < N; k++)
                sum += path[i * N + k] * path[j * N + k];
            CHECK_STAT(sum / N, s, sqrt((s * t + s * s) / N), 5);
        }
}

/* The end of a path is the increment of the root, whatever the level. */
TEST(the_path_is_the_same_at_all_levels)
{
    enum { N = 300, DIM = 3 };
    static double end[N * DIM], fine[64 * N * DIM], coarse[4 * N * DIM];
    const ito_brownian b = {
        .seed = 7, .dim = DIM, .dtype = ITO_F64, .t0 = 1.0, .t1 = -1.0
    };

    CHECK_OK(ctx, ito_brownian_node(ctx, &b, 3, N, (ito_tree_node){ 0, 0 }, end,
                                    NULL));
    CHECK_OK(ctx, ito_brownian_path(ctx, &b, 3, N, 6, 1, fine));
    CHECK_OK(ctx, ito_brownian_path(ctx, &b, 3, N, 2, 1, coarse));
    for (size_t i = 0; i < N * DIM; i++) {
        CHECK_NEAR(fine[63 * N * DIM + i], end[i], 1e-14);
        for (size_t j = 0; j < 4; j++)
            CHECK_NEAR(fine[(16 * j + 15) * N * DIM + i],
                       coarse[j * N * DIM + i], 1e-14);
    }
}

/* Course B1, S13: over T = 5 the sum of W^2 is T, the sum of |W| is sqrt(2 n
 * T / pi), which grows without bound, and neighbours are uncorrelated. */
TEST(quadratic_variation_and_length_of_paths)
{
    enum { N = 1000 };
    const struct {
        size_t steps;
        double length;
    } rows[] = { { 100, 17.84 }, { 1000, 56.42 }, { 10000, 178.4 } };
    const double T = 5.0, pi = 3.14159265358979323846;
    const ito_brownian b = { .seed = 8, .dim = 1 };
    static float last[N];

    for (size_t j = 0; j < COUNT(rows); j++) {
        const double n = (double)rows[j].steps, h = T / n;
        const double length = sqrt(2.0 * n * T / pi);
        double squares = 0.0, sizes = 0.0, lag = 0.0;

        for (size_t s = 0; s < rows[j].steps; s++) {
            CHECK_OK(ctx, ito_brownian_step(ctx, &b, 0, N, s, h, w32, NULL));
            for (size_t i = 0; i < N; i++) {
                const double w = (double)w32[i];

                squares += w * w / N;
                sizes += fabs(w) / N;
                lag += s > 0 ? w * (double)last[i] / (h * n * N) : 0.0;
                last[i] = w32[i];
            }
        }
        CHECK_REL(length, rows[j].length, 5e-4);
        CHECK_STAT(squares, T, T * sqrt(2.0 / (n * N)), 5);
        CHECK_STAT(sizes, length, sqrt(T * (1.0 - 2.0 / pi) / N), 5);
        CHECK_STAT(lag, 0.0, 1.0 / sqrt(n * N), 5);
    }
}

/* --- addresses ----------------------------------------------------------- */

/* Ids 1000 to 1031 alone are what they are inside a run of more. */
static void check_alone(ito_dtype dtype, size_t dim)
{
    enum { FIRST = 1000, COUNT_ALONE = 32, ALL = 2100 };
    const size_t bytes = dtype == ITO_F64 ? 8 : 4;
    const size_t skip = (FIRST - 13) * dim * bytes;
    const size_t size = COUNT_ALONE * dim * bytes;
    const ito_tree_node node = { 5, 19 };
    const ito_brownian b = {
        .seed = 3, .stream = 9, .dim = dim, .dtype = dtype, .t1 = 1.0
    };
    char *const all = (char *)(dtype == ITO_F64 ? (void *)w64 : w32);
    char *const area = (char *)(dtype == ITO_F64 ? (void *)h64 : h32);
    static double alone[2][COUNT_ALONE * 40];

    CHECK_OK(ctx, ito_brownian_step(ctx, &b, 13, ALL, 3, 0.1, all, area));
    CHECK_OK(ctx, ito_brownian_step(ctx, &b, FIRST, COUNT_ALONE, 3, 0.1,
                                    alone[0], alone[1]));
    CHECK(memcmp(all + skip, alone[0], size) == 0);
    CHECK(memcmp(area + skip, alone[1], size) == 0);
    CHECK_OK(ctx, ito_brownian_node(ctx, &b, 13, ALL, node, all, area));
    CHECK_OK(ctx, ito_brownian_node(ctx, &b, FIRST, COUNT_ALONE, node, alone[0],
                                    alone[1]));
    CHECK(memcmp(all + skip, alone[0], size) == 0);
    CHECK(memcmp(area + skip, alone[1], size) == 0);
}

static const size_t some_dims[] = { 1, 3, 15, 16, 31, 32, 40 };

TEST(a_particle_alone_moves_as_in_a_crowd)
{
    for (size_t d = 0; d < COUNT(some_dims); d++) {
        check_alone(ITO_F32, some_dims[d]);
        check_alone(ITO_F64, some_dims[d]);
    }
}

TEST(tables_and_threads_do_not_show)
{
    enum { N = 10007 };
    const ito_tree_node node = { 3, 5 };
    static double want[2][N * 3], got[2][N * 3];
    static float want32[2][N * 3], got32[2][N * 3];
    const ito_brownian f64 = { .seed = 2, .dim = 3, .dtype = 2, .t1 = 0.3 };
    const ito_brownian f32 = { .seed = 2, .dim = 3, .t1 = 0.3 };
    const char *cpu;
    int runs;

    CHECK_OK(ctx, ito_brownian_node(ctx, &f64, 1, N, node, want[0], want[1]));
    CHECK_OK(ctx,
             ito_brownian_node(ctx, &f32, 1, N, node, want32[0], want32[1]));
    for (size_t i = 0; (cpu = ito_cpu_at(i, &runs)) != NULL; i++)
        for (size_t threads = 1; runs && threads <= 3; threads += 2) {
            const ito_ctx_opts opts = { .cpu = cpu, .threads = threads };
            ito_ctx *c;

            CHECK(ito_open(&c, &opts) == ITO_OK);
            CHECK_OK(c, ito_brownian_node(c, &f64, 1, N, node, got[0], got[1]));
            CHECK_OK(
                c, ito_brownian_node(c, &f32, 1, N, node, got32[0], got32[1]));
            CHECK_SAME(got[0], want[0], 2 * N * 3);
            CHECK_SAME(got32[0], want32[0], 2 * N * 3);
            ito_close(c);
        }
}

/* Float and double, or the two purposes of a step, are not the same. */
TEST(increments_and_areas_have_normals_of_their_own)
{
    const ito_brownian b = { .seed = 1, .dim = 1, .dtype = ITO_F64 };
    double sum = 0.0;
    size_t equal = 0;

    CHECK_OK(ctx, ito_brownian_step(ctx, &b, 0, 1000, 0, 1.0, w64, h64));
    CHECK_OK(ctx,
             ito_brownian_step(ctx, &b, 0, 1000, 1, 1.0, w64 + 1000, NULL));
    for (size_t i = 0; i < 1000; i++) {
        equal += w64[i] == w64[1000 + i] || w64[i] == h64[i] * sqrt(12.0);
        sum += w64[i] * w64[1000 + i];
    }
    CHECK(equal == 0);
    CHECK_STAT(sum / 1000, 0.0, 1.0 / sqrt(1000.0), 5);
}

/* --- the walk of a solver ------------------------------------------------ */

/* Components of a tile and rows of the interface have the same values. */
static void same_as_rows(const brownian_tile *b, void *const *W,
                         const void *rows)
{
    for (size_t i = 0; i < b->n; i++)
        for (size_t j = 0; j < b->dim; j++) {
            const double got = b->wide ? value(W[0], b->dtype, i * b->dim + j)
                                       : value(W[j], b->dtype, i);

            CHECK(got == value(rows, b->dtype, i * b->dim + j));
        }
}

static void check_node(const brownian_tree *tree, const ito_brownian *b)
{
    const brownian_tile *tile = &tree->tile;
    const bool f64 = tile->dtype == ITO_F64;

    CHECK(tree->h == ldexp(tree->span, -(int)tree->node.level));
    CHECK_OK(ctx, ito_brownian_node(ctx, b, tile->id0, tile->n, tree->node,
                                    f64 ? (void *)w64 : w32,
                                    f64 ? (void *)h64 : h32));
    same_as_rows(tile, tree->W, f64 ? (const void *)w64 : w32);
    same_as_rows(tile, tree->H, f64 ? (const void *)h64 : h32);
}

/* Steps accepted or halved at random go on without gaps. */
static void random_walk(brownian_tree *tree, const ito_brownian *b)
{
    uint64_t time = 0; /* in units of the shortest node */
    const unsigned levels = tree->levels;
    bool more = true;

    while (more) {
        while (tree->node.level < levels && t_rand() % 2)
            ito__tree_split(tree);
        CHECK(tree->node.index << (levels - tree->node.level) == time);
        check_node(tree, b);
        time += UINT64_C(1) << (levels - tree->node.level);
        more = ito__tree_next(tree);
    }
    CHECK(time == UINT64_C(1) << levels);
}

static void check_walks(ito_dtype dtype, bool wide, size_t dim)
{
    enum { LEVELS = 5 };
    const ito_brownian b = {
        .seed = 17, .stream = 3, .dim = dim, .dtype = dtype, .t1 = 1.5
    };
    const brownian_tile tile = { .kern = ctx->kern,
                                 .seed = 17,
                                 .stream = 3,
                                 .dtype = dtype,
                                 .wide = wide,
                                 .id0 = 1000,
                                 .n = 64,
                                 .dim = dim };
    const size_t bytes = ito__tree_bytes(&tile, LEVELS);
    char *const block = aligned_alloc(64, bytes);
    brownian_tree tree;
    uint64_t index = 0;

    CHECK(block != NULL);
    ito__tree_init(&tree, &tile, 1.5, LEVELS, block);
    random_walk(&tree, &b);
    ito__tree_init(&tree, &tile, 1.5, LEVELS, block);
    do {
        ito__tree_down(&tree, 3);
        CHECK(tree.node.level == 3 && tree.node.index == index++);
        check_node(&tree, &b);
    } while (ito__tree_next(&tree));
    CHECK(index == 8);
    ito__tree_seek(&tree, (ito_tree_node){ 4, 6 });
    check_node(&tree, &b);
    CHECK(ito__tree_next(&tree));
    CHECK(tree.node.level == 4 && tree.node.index == 7);
    CHECK(ito__tree_next(&tree));
    CHECK(tree.node.level == 1 && tree.node.index == 1);
    check_node(&tree, &b);
    CHECK(!ito__tree_next(&tree));
    free(block);
}

TEST(a_walk_meets_the_nodes_of_the_tree_in_order)
{
    for (size_t d = 0; d < COUNT(some_dims); d++)
        for (int wide = 0; wide < 2; wide++) {
            check_walks(ITO_F32, wide, some_dims[d]);
            check_walks(ITO_F64, wide, some_dims[d]);
        }
}

static void check_step_tile(ito_dtype dtype, bool wide, size_t dim)
{
    enum { N = 64 };
    const bool f64 = dtype == ITO_F64;
    const ito_brownian b = {
        .seed = 1, .stream = 2, .dim = dim, .dtype = dtype
    };
    const brownian_tile tile = { .kern = ctx->kern,
                                 .seed = 1,
                                 .stream = 2,
                                 .dtype = dtype,
                                 .wide = wide,
                                 .id0 = 96,
                                 .n = N,
                                 .dim = dim };
    static double block[2][40 * N];
    void *W[40], *H[40];

    for (size_t j = 0; j < dim; j++) {
        W[j] = block[0] + j * N;
        H[j] = block[1] + j * N;
    }
    ito__brownian_step(&tile, 12, 0.25, W, H);
    CHECK_OK(ctx, ito_brownian_step(ctx, &b, 96, N, 12, 0.25,
                                    f64 ? (void *)w64 : w32,
                                    f64 ? (void *)h64 : h32));
    same_as_rows(&tile, W, f64 ? (const void *)w64 : w32);
    same_as_rows(&tile, H, f64 ? (const void *)h64 : h32);
}

TEST(steps_of_tiles_are_those_of_the_interface)
{
    for (size_t d = 0; d < COUNT(some_dims); d++)
        for (int wide = 0; wide < 2; wide++) {
            check_step_tile(ITO_F32, wide, some_dims[d]);
            check_step_tile(ITO_F64, wide, some_dims[d]);
        }
}

/* --- the interface ------------------------------------------------------- */

TEST(bad_calls_are_refused)
{
    const ito_tree_node root = { 0, 0 };
    const ito_brownian good = { .seed = 1, .dim = 1, .t1 = 1.0 };
    ito_brownian b = good;
    float x[4];

    CHECK(ito_brownian_step(NULL, &b, 0, 1, 0, 1.0, x, NULL) == ITO_EARG);
    CHECK_FAILS(ctx, ito_brownian_step(ctx, NULL, 0, 1, 0, 1.0, x, NULL),
                ITO_EARG, "no motion");
    CHECK_FAILS(ctx, ito_brownian_step(ctx, &b, 0, 1, 0, 1.0, NULL, NULL),
                ITO_EARG, "give an array");
    CHECK_FAILS(
        ctx, ito_brownian_step(ctx, &b, 0, 1, UINT64_C(1) << 32, 1.0, x, NULL),
        ITO_EARG, "stream");
    CHECK_FAILS(ctx, ito_brownian_step(ctx, &b, 0, 1, 0, (double)NAN, x, NULL),
                ITO_EARG, "finite");
    CHECK_FAILS(
        ctx, ito_brownian_step(ctx, &b, UINT64_C(1) << 45, 1, 0, 1.0, x, NULL),
        ITO_EARG, "2^45");
    CHECK_FAILS(
        ctx,
        ito_brownian_node(ctx, &b, 0, 1, (ito_tree_node){ 32, 0 }, x, NULL),
        ITO_EARG, "level 32");
    CHECK_FAILS(
        ctx, ito_brownian_node(ctx, &b, 0, 1, (ito_tree_node){ 3, 8 }, x, NULL),
        ITO_EARG, "node 8");
    CHECK_FAILS(ctx, ito_brownian_path(ctx, &b, 0, 1, 2, 3, x), ITO_EARG,
                "power of two");
    CHECK_FAILS(ctx, ito_brownian_path(ctx, &b, 0, 1, 2, 0, x), ITO_EARG,
                "power of two");
    b.dim = 0;
    CHECK_FAILS(ctx, ito_brownian_node(ctx, &b, 0, 1, root, x, NULL), ITO_EARG,
                "0 components");
    b = good;
    b.stream = 70000;
    CHECK_FAILS(ctx, ito_brownian_node(ctx, &b, 0, 1, root, x, NULL), ITO_EARG,
                "stream 70000");
    b = good;
    b.dtype = (ito_dtype)3;
    CHECK_FAILS(ctx, ito_brownian_node(ctx, &b, 0, 1, root, x, NULL), ITO_EARG,
                "number type 3");
    b = good;
    b.t1 = (double)INFINITY;
    CHECK_FAILS(ctx, ito_brownian_node(ctx, &b, 0, 1, root, x, NULL), ITO_EARG,
                "not finite");
    CHECK_OK(ctx, ito_brownian_step(ctx, &good, 0, 0, 0, 1.0, NULL, NULL));
    CHECK_OK(ctx, ito_brownian_path(ctx, &good, 0, 0, 31, 1, NULL));
    CHECK_OK(ctx,
             ito_brownian_node(ctx, &good, (UINT64_C(1) << 45) - 1, 1,
                               (ito_tree_node){ 31, 0x7fffffff }, x, x + 1));
    CHECK(isfinite(x[0]) && isfinite(x[1]) && x[0] != 0.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(steps_have_the_law_of_increments_and_areas),
        RUN(nodes_of_the_tree_have_the_law_of_increments_and_areas),
        RUN(halves_are_independent),
        RUN(halves_join_to_the_whole),
        RUN(parts_of_any_cut_join_to_the_whole),
        RUN(a_cut_in_the_middle_is_the_formula_of_the_tree),
        RUN(parts_of_any_cut_have_the_law_of_increments),
        RUN(cuts_at_the_ends_are_defined),
        RUN(paths_have_the_covariance_of_brownian_motion),
        RUN(the_path_is_the_same_at_all_levels),
        RUN(quadratic_variation_and_length_of_paths),
        RUN(a_particle_alone_moves_as_in_a_crowd),
        RUN(tables_and_threads_do_not_show),
        RUN(increments_and_areas_have_normals_of_their_own),
        RUN(a_walk_meets_the_nodes_of_the_tree_in_order),
        RUN(steps_of_tiles_are_those_of_the_interface),
        RUN(bad_calls_are_refused),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
