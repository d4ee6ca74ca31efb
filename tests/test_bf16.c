/* SPDX-License-Identifier: MIT
 *
 * test_bf16.c - products in bf16: of every table and by the instructions the
 * same bits, those of a definition written here; near the exact product;
 * networks and their gradients; that training learns.  test_image_bits.c has
 * trainings for any threads, kernels, ranks and resumes.
 */
#include <ito/flow.h>
#include <ito/train.h>

#include "gemm_jobs.h"

#include "ctx/ctx.h"

#define THIN 8 /* so few columns are not rounded */

/* x to 8 bits, to nearest even; to zero below 2^-126. */
static float bf16(float x)
{
    int e;
    const double m = frexp((double)x, &e);

    if (!isfinite(x))
        return x;
    if (fabsf(x) < 0x1p-126f)
        return copysignf(0.0f, x);
    return (float)ldexp(rint(ldexp(m, 8)), e - 8);
}

/* Rows of an operand as they are multiplied; of B its columns. */
static float *rounded(const float *x, size_t rows, size_t row, size_t k,
                      size_t col, bool round)
{
    float *const out = malloc((rows * k + 1) * sizeof(*out));

    CHECK(out != NULL);
    for (size_t i = 0; i < rows; i++)
        for (size_t p = 0; p < k; p++) {
            const float v = x[i * row + p * col];

            out[i * k + p] = round ? bf16(v) : v;
        }
    return out;
}

/* Pairs of p, the odd one first. */
static float chain(size_t k, bool pairs, const float *a, const float *b,
                   float z)
{
    for (size_t p = 0; !pairs && p < k; p++)
        z = fmaf(a[p], b[p], z);
    for (size_t p = 0; pairs && p < k; p += 2) {
        if (p + 1 < k)
            z = fmaf(a[p + 1], b[p + 1], z);
        z = fmaf(a[p], b[p], z);
    }
    return z;
}

static void rounded_chain(const ito_kern *kern, const ito_gemm *g)
{
    const bool pairs = g->n > THIN;
    float *const a = rounded(g->a, g->m, g->a_row, g->k, g->a_col, pairs);
    float *const b = rounded(g->b, g->n, g->b_col, g->k, g->b_row, pairs);

    for (size_t i = 0; i < g->m; i++)
        for (size_t j = 0; j < g->n; j++) {
            float *const c = g->c + i * g->c_row + j;
            const float start = g->bias ? g->bias[j] : g->accumulate ? *c : 0;
            const float z =
                chain(g->k, pairs, a + i * g->k, b + j * g->k, start);

            if (g->deriv)
                kern->act_grad(1, g->act, &z, c, g->deriv + i * g->c_row + j);
            else if (g->act != ITO_ACT_NONE)
                kern->act(1, g->act, &z, c);
            else
                *c = z;
        }
    free(a);
    free(b);
}

/* Do something for every table that this machine runs, made of float
 * operations and, where there are any, of instructions. */
static void each_way(void (*fn)(const ito_kern *kern))
{
    const ito_kern *kern;
    bool runs, native;

    for (size_t i = 0; (kern = ito__kern_at(i, &runs)) != NULL; i++) {
        ito_kern in = *kern;

        if (!runs)
            continue;
        in.packed_b = kern->bf16->packed_b;
        in.pack_b = kern->bf16->pack_b;
        in.gemm_work = kern->bf16->gemm_work;
        in.gemm = kern->bf16->gemm;
        t_seed = 1;
        fn(&in);
        in = ito__kern_bf16(kern, &native);
        t_seed = 1;
        if (native)
            fn(&in);
    }
}

static void shapes(const ito_kern *kern)
{
    static const size_t sizes[][3] = {
        { 30, 70, 385 }, { 17, 33, 1025 }, { 9, 1100, 129 }, { 49, 49, 64 },
        { 49, 64, 49 },  { 16, 96, 769 },  { 64, 8, 40 },    { 64, 9, 40 },
    };

    for (size_t q = 0; q < 250; q++) {
        const job w = any_job(1 + below(50), 1 + below(70), below(60));

        check_job(kern, rounded_chain, &w);
    }
    for (size_t s = 0; s < COUNT(sizes); s++)
        for (size_t q = 0; q < 4; q++) {
            const job w = any_job(sizes[s][0], sizes[s][1], sizes[s][2]);

            check_job(kern, rounded_chain, &w);
        }
}

TEST(every_table_gives_the_bits_of_the_definition)
{
    each_way(shapes);
}

/* Both operands rounded: |error| <= (2^-8 + 2^-18) sum |a b| and what float
 * sums add to it. */
static void near(const ito_kern *kern)
{
    enum { M = 20, N = 40, K = 300 };

    matrix a = matrix_random(M, K, ROWS), b = matrix_random(K, N, COLS);
    matrix c = matrix_new(M, N, ROWS);
    double worst = 0.0;
    ito_gemm g = { .m = M,
                   .n = N,
                   .k = K,
                   .a = a.p,
                   .a_row = a.row,
                   .a_col = a.col,
                   .b = b.p,
                   .b_row = b.row,
                   .b_col = b.col,
                   .c = c.p,
                   .c_row = c.row };

    run(kern, &g, false);
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            double sum = 0.0, size = 0.0;

            for (size_t p = 0; p < K; p++) {
                const double z =
                    (double)a.p[i * a.row + p] * (double)b.p[p + j * b.col];

                sum += z;
                size += fabs(z);
            }
            worst = fmax(worst, fabs((double)c.p[i * N + j] - sum) / size);
        }
    CHECK(worst < 0x1p-8 + 0x1p-18 + K * 0x1p-24);
    CHECK(worst > 0x1p-14); /* it was rounded */
    free(a.all);
    free(b.all);
    free(c.all);
}

TEST(products_are_within_the_bound_of_rounding)
{
    each_way(near);
}

/* The product of x and 1 in a matrix of N columns. */
static float times_one(const ito_kern *kern, float x)
{
    enum { N = 16 };

    float one[N], c[N];
    ito_gemm g = { .m = 1,
                   .n = N,
                   .k = 1,
                   .a = &x,
                   .a_row = 1,
                   .a_col = 1,
                   .b = one,
                   .b_row = N,
                   .b_col = 1,
                   .c = c,
                   .c_row = N };

    for (size_t j = 0; j < N; j++)
        one[j] = 1.0f;
    run(kern, &g, false);
    return c[N - 1];
}

static void edges(const ito_kern *kern)
{
    CHECK(times_one(kern, 1.0f + 0x1p-8f) == 1.0f); /* a tie to even */
    CHECK(times_one(kern, 1.0f + 3 * 0x1p-8f) == 1.0f + 0x1p-6f);
    CHECK(times_one(kern, 1.0f + 0x1.02p-8f) == 1.0f + 0x1p-7f);
    CHECK(times_one(kern, 0x1.fffffep127f) == INFINITY);
    CHECK(times_one(kern, -INFINITY) == -INFINITY);
    CHECK(times_one(kern, 0x1p-126f) == 0x1p-126f);
    CHECK(times_one(kern, 0x1.fp-127f) == 0.0f);
    CHECK(isnan(times_one(kern, NAN)));
}

TEST(rounding_at_its_edges)
{
    each_way(edges);
}

/* ---- networks ---- */

#define DIM  64
#define ROWS 5

static const ito_dit tiny = { .h = 8,
                              .w = 8,
                              .c = 1,
                              .patch = 2,
                              .width = 32,
                              .depth = 2,
                              .heads = 2,
                              .labels = 11 };

/* The output of the first `rows` rows, and the gradient of a sum over it; both
 * may be NULL. */
static void differentiate(const char *cpu, ito_precision precision, size_t rows,
                          float *out, float **grad)
{
    static float x[ROWS * DIM], dy[ROWS * DIM];
    static const float t[ROWS] = { 0.1f, 0.3f, 0.5f, 0.7f, 0.9f };
    static const float label[ROWS] = { 0.0f, 3.0f, 10.0f, 7.0f, 3.0f };
    const ito_batch in = { .rows = rows, .x = x, .t = t, .cond = label };
    const ito_ctx_opts co = { .threads = 1, .cpu = cpu };
    float *params, *work;
    ito_weights *w;
    ito_graph *g;
    ito_plan *plan;
    ito_ctx *c;

    CHECK(ito_open(&c, &co) == ITO_OK);
    CHECK_OK(c, ito_dit_build(c, &tiny, &g));
    CHECK_OK(c, ito_graph_plan(c, g, ROWS, ITO_MODE_TRAIN, &plan));
    CHECK_OK(c, ito_weights_new_in(c, g, precision, &w));
    params = calloc(ito_graph_params(g), sizeof(*params));
    work = aligned_alloc(64, (ito_plan_floats(plan) / 16 + 1) * 64);
    *grad = calloc(ito_graph_params(g), sizeof(**grad));
    CHECK(params && work && *grad);
    t_seed = 7;
    for (size_t i = 0; i < ito_graph_params(g); i++)
        params[i] = 0.2f * t_uniform();
    for (size_t i = 0; i < COUNT(x); i++) {
        x[i] = (float)t_normal();
        dy[i] = t_uniform();
    }
    ito_weights_pack(c, w, params);
    memcpy(out, ito_plan_forward(plan, w, work, &in), rows * DIM * sizeof(*x));
    ito_plan_backward(plan, w, work, &in, dy, *grad, NULL);
    free(params);
    free(work);
    ito_plan_free(plan);
    ito_weights_free(w);
    ito_graph_free(g);
    ito_close(c);
}

static double norm_of(const float *x, const float *y, size_t n)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++) {
        const double d = (double)x[i] - (y ? (double)y[i] : 0.0);

        sum += d * d;
    }
    return sqrt(sum);
}

/* Roundings of 2^-9 in a dozen layers; gradients in float are tested against
 * differences elsewhere. */
TEST(outputs_and_gradients_are_near_those_of_float)
{
    static float y[ROWS * DIM], want[ROWS * DIM];
    float *grad, *grad_want;
    ito_graph *g;
    ito_slice s;
    ito_ctx *c;

    differentiate(NULL, ITO_PRECISION_BF16, ROWS, y, &grad);
    differentiate(NULL, ITO_PRECISION_F32, ROWS, want, &grad_want);
    CHECK(norm_of(y, want, COUNT(y)) < 0.02 * norm_of(want, NULL, COUNT(y)));
    CHECK(norm_of(y, want, COUNT(y)) > 1e-4 * norm_of(want, NULL, COUNT(y)));
    CHECK(ito_open(&c, NULL) == ITO_OK);
    CHECK_OK(c, ito_dit_build(c, &tiny, &g));
    for (size_t i = 0; ito_graph_slice(g, i, &s) == 0; i++) {
        const size_t n = s.shape[0] * s.shape[1];
        const double size = norm_of(grad_want + s.offset, NULL, n);

        CHECK(norm_of(grad + s.offset, grad_want + s.offset, n) <=
              0.05 * size + 1e-6);
    }
    ito_graph_free(g);
    ito_close(c);
    free(grad);
    free(grad_want);
}

TEST(kernels_and_companions_do_not_show)
{
    static float y[ROWS * DIM], want[ROWS * DIM];
    float *grad, *grad_want;
    const char *name;
    int runs;

    differentiate("c", ITO_PRECISION_BF16, ROWS, want, &grad_want);
    for (size_t i = 0; (name = ito_cpu_at(i, &runs)) != NULL; i++) {
        if (!runs)
            continue;
        differentiate(name, ITO_PRECISION_BF16, ROWS, y, &grad);
        CHECK_SAME(y, want, COUNT(y));
        CHECK_SAME(grad, grad_want, 1000);
        free(grad);
        differentiate(name, ITO_PRECISION_BF16, 2, y, &grad);
        CHECK_SAME(y, want, 2 * DIM);
        free(grad);
    }
    free(grad_want);
}

TEST(another_precision_is_refused)
{
    const ito_train_opts o = { .dit = &tiny, .precision = (ito_precision)9 };
    ito_source *source;
    ito_trainer *t;
    ito_weights *w;
    ito_graph *g;
    ito_ctx *c;

    CHECK(ito_open(&c, NULL) == ITO_OK);
    CHECK_OK(c, ito_dit_build(c, &tiny, &g));
    CHECK_FAILS(c, ito_weights_new_in(c, g, (ito_precision)2, &w), ITO_EARG,
                "no precision 2");
    CHECK_OK(c, ito_source_open(c, "glyphs:size=8", NULL, &source));
    CHECK_FAILS(c, ito_trainer_new(c, source, &o, &t), ITO_EARG, "precision");
    ito_source_free(source);
    ito_graph_free(g);
    ito_close(c);
}

/* ---- training ---- */

/* The lowest validation loss; what the model says of its precision.  The model
 * becomes bf16.safetensors. */
static double learn(ito_ctx *c, ito_precision precision)
{
    const ito_source_opts so = { .label = "label" };
    const ito_train_opts o = { .dit = &tiny,
                               .steps = 100,
                               .batch = 32,
                               .shard = 8,
                               .lr = 2e-3,
                               .valid_every = 100,
                               .precision = precision };
    ito_model_record record;
    ito_source *source;
    ito_progress p;
    ito_trainer *t;
    ito_model *m;

    CHECK_OK(c, ito_source_open(c, "glyphs:size=8,n=300", &so, &source));
    CHECK_OK(c, ito_trainer_new(c, source, &o, &t));
    CHECK_OK(c, ito_trainer_run(c, t, SIZE_MAX));
    ito_trainer_progress(t, &p);
    CHECK_OK(c, ito_trainer_finish(c, t, &m));
    CHECK_OK(c, ito_model_record_get(c, m, &record));
    CHECK(record.precision == precision);
    CHECK_OK(c, ito_model_save(c, m, "bf16.safetensors"));
    ito_model_free(m);
    ito_trainer_free(t);
    ito_source_free(source);
    return p.best_loss;
}

TEST(training_ends_near_that_of_float)
{
    double f32, rounded;
    ito_ctx *c;

    CHECK(ito_open(&c, NULL) == ITO_OK);
    f32 = learn(c, ITO_PRECISION_F32);
    rounded = learn(c, ITO_PRECISION_BF16);
    print_message("validation loss %.5f in f32, %.5f in bf16\n", f32, rounded);
    CHECK_REL(rounded, f32, 0.02);
    CHECK(rounded != f32);
    ito_close(c);
}

/* Samples of a model in either precision are near each other, and those in f32
 * come back. */
TEST(a_model_changes_its_precision)
{
    const ito_sample_opts o = { .solve = { .method = "euler", .steps = 4 },
                                .label = "all" };
    static float x[3][8 * DIM];
    ito_flow *flow;
    ito_ctx *c;

    CHECK(ito_open(&c, NULL) == ITO_OK);
    (void)learn(c, ITO_PRECISION_BF16);
    CHECK_OK(c, ito_flow_open(c, "bf16.safetensors", &flow));
    for (size_t k = 0; k < 3; k++) {
        CHECK_OK(c, ito_flow_precision(c, flow, (ito_precision)(k % 2)));
        CHECK_OK(c, ito_flow_sample_rows(c, flow, &o, 8, x[k]));
    }
    CHECK_SAME(x[0], x[2], COUNT(x[0]));
    CHECK(memcmp(x[0], x[1], sizeof(x[0])) != 0);
    CHECK(norm_of(x[0], x[1], COUNT(x[0])) <
          0.02 * norm_of(x[0], NULL, COUNT(x[0])));
    CHECK_FAILS(c, ito_flow_precision(c, flow, (ito_precision)2), ITO_EARG,
                "no precision");
    ito_flow_free(flow);
    CHECK_OK(c, ito_flow_open(c, "oracle:moons", &flow));
    CHECK_FAILS(c, ito_flow_precision(c, flow, ITO_PRECISION_BF16), ITO_EUNFIT,
                "oracle");
    ito_flow_free(flow);
    ito_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(every_table_gives_the_bits_of_the_definition),
        RUN(products_are_within_the_bound_of_rounding),
        RUN(rounding_at_its_edges),
        RUN(outputs_and_gradients_are_near_those_of_float),
        RUN(kernels_and_companions_do_not_show),
        RUN(another_precision_is_refused),
        RUN(training_ends_near_that_of_float),
        RUN(a_model_changes_its_precision),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
