/* SPDX-License-Identifier: MIT
 *
 * test_image_samples.c - what is asked of samples of images: means of blocks
 * (against the exact conditional of normal data), noise that is given or lies
 * between that of two samples, labels with counts, and every solver and form of
 * noise on a small network.
 *
 * Statistics hold at five standard errors; seeds are fixed.
 */
#include "check.h"

#include <ito/flow.h>
#include <ito/noise.h>
#include <ito/plot_images.h>
#include <ito/train.h>

#include "flow/inpaint.h"

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

/* ---- means of blocks: pixels 0, 1 and 2, 3 of four ---- */

#define DIM 4

static const double mean4[DIM] = { 0.5, -1.0, 2.0, 0.25 };
static const double cov4[DIM * DIM] = { 1.0, 0.6, -0.3, 0.2, 0.6, 0.8,
                                        0.1, 0.0, -0.3, 0.1, 0.5, 0.3,
                                        0.2, 0.0, 0.3,  0.9 };

/* An exact flow to a distribution, which is freed with it. */
typedef struct exact {
    ito_dist *dist;
    ito_oracle *oracle;
    ito_flow *flow;
} exact;

static void normal_flow(exact *e, size_t dim, const double *mean,
                        const double *cov, const char *path)
{
    CHECK_OK(ctx, ito_dist_open_gaussian(ctx, dim, mean, cov, &e->dist));
    CHECK_OK(ctx, ito_oracle_of(ctx, e->dist, ito_path_find(path), &e->oracle));
    CHECK_OK(ctx, ito_flow_of_oracle(ctx, e->oracle, &e->flow));
}

static void drop(exact *e)
{
    ito_flow_free(e->flow);
    ito_oracle_free(e->oracle);
    ito_dist_free(e->dist);
}

/* Mean and covariance of v = (z_0 - z_1, z_2 - z_3) / sqrt 2 given the means y
 * of the two blocks: with w = (z_0 + z_1, z_2 + z_3) / sqrt 2 = sqrt 2 y,
 * m_v + C_vw C_ww^-1 (w - m_w) and C_vv - C_vw C_ww^-1 C_wv. */
static void conditional(const double y[2], double mean[2], double cov[4])
{
    static const double sign[4][DIM] = { /* rows: v_0, v_1, w_0, w_1 */
                                         { 1.0, -1.0, 0.0, 0.0 },
                                         { 0.0, 0.0, 1.0, -1.0 },
                                         { 1.0, 1.0, 0.0, 0.0 },
                                         { 0.0, 0.0, 1.0, 1.0 }
    };
    double m[4] = { 0 }, c[4][4] = { { 0 } }, r[2], gain[2][2], det;

    for (size_t a = 0; a < 4; a++)
        for (size_t i = 0; i < DIM; i++) {
            m[a] += sign[a][i] * mean4[i] * sqrt(0.5);
            for (size_t b = 0; b < 4; b++)
                for (size_t j = 0; j < DIM; j++)
                    c[a][b] +=
                        0.5 * sign[a][i] * sign[b][j] * cov4[i * DIM + j];
        }
    det = c[2][2] * c[3][3] - c[2][3] * c[3][2];
    for (size_t k = 0; k < 2; k++) {
        r[k] = sqrt(2.0) * y[k] - m[2 + k];
        gain[k][0] = (c[k][2] * c[3][3] - c[k][3] * c[3][2]) / det;
        gain[k][1] = (c[k][3] * c[2][2] - c[k][2] * c[2][3]) / det;
    }
    for (size_t k = 0; k < 2; k++) {
        mean[k] = m[k] + gain[k][0] * r[0] + gain[k][1] * r[1];
        for (size_t l = 0; l < 2; l++)
            cov[2 * k + l] =
                c[k][l] - gain[k][0] * c[2][l] - gain[k][1] * c[3][l];
    }
}

/* What two pixels of a block differ by, and their mean. */
static void apart(const double *x, double v[2])
{
    for (size_t k = 0; k < 2; k++)
        v[k] = (x[2 * k] - x[2 * k + 1]) * sqrt(0.5);
}

TEST(the_field_given_means_is_that_of_the_exact_conditional)
{
    static const char *const paths[] = { "linear", "cosine", "vp", "edm" };
    static const float known[2 * DIM] = { 0.75F, 0.75F, 1.5F,  1.5F,
                                          0.3F,  0.3F,  -0.8F, -0.8F };
    const inpaint_blocks pairs = {
        .height = 1, .width = DIM, .channels = 1, .rows = 1, .cols = 2
    };
    const double y[2] = { 0.75, 1.5 };
    double mean[2], cov[4];

    conditional(y, mean, cov);
    for (size_t p = 0; p < COUNT(paths); p++) {
        inpaint paint;
        exact e, c;

        normal_flow(&e, DIM, mean4, cov4, paths[p]);
        normal_flow(&c, 2, mean, cov, paths[p]);
        CHECK_OK(ctx, ito__inpaint(ctx, ito_flow_field(e.flow),
                                   ito_flow_path(e.flow), &pairs, 0.0, &paint));
        for (double t = 0.05; t < 1.0; t += 0.1) {
            const ito_rows_at at = { .t = t, .dtype = ITO_F64, .cond = known };
            const ito_rows_at bare = { .t = t, .dtype = ITO_F64 };
            const ito_coef k = ito_path_coef(ito_path_find(paths[p]), t);
            const double x[DIM] = { 9.0, 0.7, -3.0, 2.0 };
            double u[DIM], s[DIM], xv[2], uv[2], sv[2], want[2];

            apart(x, xv);
            CHECK_OK(ctx, ito_field_eval(ctx, &paint.field, ITO_PART_DRIFT, &at,
                                         1, x, u));
            CHECK_OK(ctx, ito_field_eval(ctx, &paint.field, ITO_PART_SCORE, &at,
                                         1, x, s));
            apart(u, uv);
            apart(s, sv);
            CHECK_OK(ctx, ito_field_eval(ctx, ito_flow_field(c.flow),
                                         ITO_PART_DRIFT, &bare, 1, xv, want));
            for (size_t i = 0; i < 2; i++)
                CHECK_NEAR(uv[i], want[i], 1e-6 * (1.0 + fabs(want[i])));
            CHECK_OK(ctx, ito_field_eval(ctx, ito_flow_field(c.flow),
                                         ITO_PART_SCORE, &bare, 1, xv, want));
            for (size_t i = 0; i < 2; i++) {
                const float *e2 = known + DIM;

                CHECK_NEAR(sv[i], want[i], 1e-6 * (1.0 + fabs(want[i])));
                CHECK_NEAR(s[2 * i] + s[2 * i + 1], 0.0, 1e-9);
                CHECK_NEAR(0.5 * (u[2 * i] + u[2 * i + 1]),
                           k.alphadot * y[i] + k.betadot * (double)e2[2 * i],
                           1e-6 * (1.0 + fabs(k.betadot)));
            }
        }
        drop(&e);
        drop(&c);
    }
}

TEST(samples_given_means_have_the_conditional_moments)
{
    const size_t n = 2500;
    const double y[2] = { 0.75, 1.5 };
    float *known = malloc(n * 2 * sizeof(*known));
    float *x = malloc(n * DIM * sizeof(*x));
    double mean[2], cov[4];
    exact e;

    conditional(y, mean, cov);
    normal_flow(&e, DIM, mean4, cov4, "linear");
    for (size_t i = 0; i < 2 * n; i++)
        known[i] = (float)y[i % 2];
    for (size_t passes = 1; passes < 3; passes++) {
        const ito_sample_opts o = { .solve = { .method = "heun", .steps = 40 },
                                    .seed = 3,
                                    .known = known,
                                    .known_block = { 1, 2 },
                                    .passes = passes };
        double m[2] = { 0 }, c[3] = { 0 };

        CHECK_OK(ctx, ito_flow_sample_rows(ctx, e.flow, &o, n, x));
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < 2; k++) {
                const float *at = x + i * DIM + 2 * k;

                CHECK_NEAR(0.5 * ((double)at[0] + (double)at[1]), y[k], 1e-6);
                m[k] += ((double)at[0] - (double)at[1]) * sqrt(0.5) / (double)n;
            }
        for (size_t i = 0; i < n; i++) {
            const float *at = x + i * DIM;
            const double a = ((double)at[0] - (double)at[1]) * sqrt(0.5) - m[0];
            const double b = ((double)at[2] - (double)at[3]) * sqrt(0.5) - m[1];

            c[0] += a * a / (double)n;
            c[1] += a * b / (double)n;
            c[2] += b * b / (double)n;
        }
        for (size_t k = 0; k < 2; k++) {
            CHECK_STAT(m[k], mean[k], sqrt(cov[3 * k] / (double)n), 5.0);
            CHECK_NEAR(c[2 * k], cov[3 * k],
                       cov[3 * k] * (5.0 * sqrt(2.0 / (double)n) + 0.02));
        }
        CHECK_STAT(c[1], cov[1],
                   sqrt((cov[0] * cov[3] + cov[1] * cov[1]) / (double)n), 5.0);
    }
    drop(&e);
    free(known);
    free(x);
}

TEST(means_that_do_not_fit_are_refused)
{
    const float known[DIM] = { 0.0F, NAN, 0.0F, 0.0F };
    ito_sample_opts o = { .known = known, .known_block = { 1, 3 } };
    float x[DIM];
    exact e;

    normal_flow(&e, DIM, mean4, cov4, "linear");
    CHECK_FAILS(ctx, ito_flow_sample_rows(ctx, e.flow, &o, 1, x), ITO_EARG,
                "blocks that divide 1 x 4");
    o.known_block[0] = 0;
    CHECK_FAILS(ctx, ito_flow_sample_rows(ctx, e.flow, &o, 1, x), ITO_EARG,
                "blocks that divide 1 x 4");
    o = (ito_sample_opts){ .known = known, .known_block = { 1, 2 } };
    CHECK_FAILS(ctx, ito_flow_sample_rows(ctx, e.flow, &o, 1, x), ITO_EARG,
                "no finite mean of block 2");
    drop(&e);
}

/* ---- noise ---- */

TEST(noise_between_two_rows_is_standard_normal)
{
    enum { ROWS = 5, LONG = 20000 };
    const ito_noise at = { .seed = 11 };
    float *x = malloc(ROWS * LONG * sizeof(*x));
    float *a = malloc(LONG * sizeof(*a)), *b = malloc(LONG * sizeof(*b));

    CHECK_OK(ctx, ito_noise_between(ctx, &at, (const uint64_t[2]){ 7, 3 }, ROWS,
                                    LONG, x));
    CHECK_OK(ctx, ito_noise_normal(ctx, &at, 7, 1, LONG, a));
    CHECK_OK(ctx, ito_noise_normal(ctx, &at, 3, 1, LONG, b));
    CHECK_SAME(x, a, LONG);
    CHECK_SAME(x + (ROWS - 1) * LONG, b, LONG);
    for (size_t k = 0; k < ROWS; k++) {
        const double angle = acos(0.0) * (double)k / (ROWS - 1);
        double mean = 0.0, square = 0.0;

        for (size_t c = 0; c < LONG; c++) {
            const double v = (double)x[k * LONG + c];

            CHECK_NEAR(v, cos(angle) * (double)a[c] + sin(angle) * (double)b[c],
                       1e-6);
            mean += v / LONG;
            square += v * v / LONG;
        }
        CHECK_STAT(mean, 0.0, sqrt(1.0 / LONG), 5.0);
        CHECK_STAT(square, 1.0, sqrt(2.0 / LONG), 5.0);
    }
    CHECK_FAILS(
        ctx,
        ito_noise_between(ctx, &at, (const uint64_t[2]){ 7, 7 }, ROWS, LONG, x),
        ITO_EARG, "two ids that differ");
    CHECK_FAILS(
        ctx,
        ito_noise_between(ctx, &at, (const uint64_t[2]){ 7, 3 }, 1, LONG, x),
        ITO_EARG, "2 or more rows");
    free(x);
    free(a);
    free(b);
}

TEST(rows_start_from_the_noise_that_is_given)
{
    enum { ROWS = 70 };
    static const char *const paths[] = { "linear", "edm" };
    float a[ROWS * DIM], b[ROWS * DIM], z[ROWS * DIM];
    ito_sample_opts o = { .seed = 5, .id0 = 3, .solve = { .steps = 10 } };
    exact e;

    CHECK_OK(ctx,
             ito_noise_normal(ctx, &(ito_noise){ .seed = 5 }, 3, ROWS, DIM, z));
    for (size_t p = 0; p < COUNT(paths); p++) {
        normal_flow(&e, DIM, mean4, cov4, paths[p]);
        o.noise = NULL;
        CHECK_OK(ctx, ito_flow_sample_rows(ctx, e.flow, &o, ROWS, a));
        o.noise = z;
        CHECK_OK(ctx, ito_flow_sample_rows(ctx, e.flow, &o, ROWS, b));
        for (size_t k = 0; k < ROWS * DIM; k++)
            CHECK_NEAR(a[k], b[k], 1e-5 * (1.0 + fabs((double)a[k])));
        drop(&e);
    }
    normal_flow(&e, DIM, mean4, cov4, "linear");
    o.known = z;
    CHECK_FAILS(ctx, ito_flow_sample_rows(ctx, e.flow, &o, ROWS, b), ITO_EUNFIT,
                "does not go with what is known");
    o.known = NULL;
    z[9] = NAN;
    CHECK_FAILS(ctx, ito_flow_sample_rows(ctx, e.flow, &o, ROWS, b), ITO_EARG,
                "value 9 is not finite");
    drop(&e);
}

/* ---- a small network ---- */

enum { SIDE = 8, PIXELS = SIDE * SIDE, FEW = 3 };

static ito_model *small_net(void)
{
    const ito_unet net = { .channels = { 8, 16 }, .blocks = 1 };
    const ito_train_opts o = { .unet = &net, .steps = 6, .batch = 16 };
    const ito_source_opts with = { .label = "label" };
    ito_trainer *t;
    ito_source *s;
    ito_model *m;

    CHECK_OK(ctx, ito_source_open(ctx, "glyphs:size=8,n=60", &with, &s));
    CHECK_OK(ctx, ito_trainer_new(ctx, s, &o, &t));
    CHECK_OK(ctx, ito_trainer_run(ctx, t, o.steps));
    CHECK_OK(ctx, ito_trainer_finish(ctx, t, &m));
    ito_trainer_free(t);
    ito_source_free(s);
    return m;
}

static double apart_rms(const float *a, const float *b, size_t n)
{
    double sum = 0.0;

    for (size_t k = 0; k < n; k++)
        sum += ((double)a[k] - (double)b[k]) * ((double)a[k] - (double)b[k]);
    return sqrt(sum / (double)n);
}

TEST(every_solver_and_every_form_of_noise_draws_images)
{
    static const char *const noisy[] = { "euler-maruyama", "heun", "shark" };
    static float x[FEW * PIXELS], exact_x[FEW * PIXELS];
    ito_sample_opts o = { .label = "3",
                          .guide = 1.0,
                          .guide_lo = 0.25,
                          .guide_hi = 0.75,
                          .solve = { .method = "rk4", .steps = 40 } };
    ito_model *m = small_net();
    const ito_field *f = ito_model_field(m);
    const ito_method *method;
    const ito_sigma_info *form;
    size_t tried = 0;

    CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, FEW, exact_x));
    for (size_t i = 0; (method = ito_method_at(i)) != NULL; i++) {
        double far;

        if (ito_method_fits(ctx, method, f) != ITO_OK)
            continue;
        o.solve = (ito_solve_opts){ .method = method->name };
        CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, FEW, x));
        far = apart_rms(x, exact_x, FEW * PIXELS);
        print_message("%s: %.2g\n", method->name, far);
        CHECK(far < (method->order < 2 ? 0.3 : 0.02));
        tried++;
        if (!(method->flags & ITO_METHOD_ADAPTIVE))
            continue;
        o.solve.rtol = 1e-3;
        CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, FEW, x));
        CHECK(apart_rms(x, exact_x, FEW * PIXELS) < 0.02);
    }
    CHECK(tried >= 6);
    o.guide = 0.0;
    for (size_t i = 0; (form = ito_sigma_name_at(i)) != NULL; i++)
        for (size_t k = 0; k < COUNT(noisy); k++) {
            ito_sigma *sigma;

            CHECK_OK(ctx, ito_sigma_parse(ctx, form->name, NULL, &sigma));
            o.sigma = sigma;
            o.solve = (ito_solve_opts){ .method = noisy[k], .steps = 30 };
            CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, FEW, x));
            ito_sigma_free(sigma);
            CHECK(apart_rms(x, exact_x, FEW * PIXELS) < 2.0);
        }
    ito_model_free(m);
}

/* The label of each of n rows. */
static void labels_of(const ito_model *m, const char *label, uint64_t id0,
                      size_t n, float *code)
{
    const ito_sample_opts o = { .label = label, .id0 = id0 };

    CHECK_OK(ctx, ito_model_conditions(ctx, m, &o, n, code));
}

TEST(labels_come_in_the_counts_that_are_asked_for)
{
    static const float counts[] = { 3, 3, 0, 9, 9, 9, 3, 3, 0, 9 };
    static const float turns[] = { 0, 1, 2, 0, 1, 2, 0, 1, 2, 0 };
    static const char *const bad[] = { "3:0",  "3:1.5", "3:x", "3,",
                                       "3,12", "all,3", ",",   "" };
    ito_model *m = small_net();
    float code[COUNT(counts)];
    uint64_t rows;

    labels_of(m, "3:2,0,9:3", 0, COUNT(code), code);
    CHECK_SAME(code, counts, COUNT(code));
    labels_of(m, "3:2,0,9:3", 4, 6, code);
    CHECK_SAME(code, counts + 4, 6);
    labels_of(m, "0,1,2", 0, COUNT(code), code);
    CHECK_SAME(code, turns, COUNT(code));
    CHECK_OK(ctx, ito_model_label_rows(ctx, m, "3:2,0,9:3", &rows));
    CHECK(rows == 6);
    CHECK_OK(ctx, ito_model_label_rows(ctx, m, "all", &rows));
    CHECK(rows == 10);
    CHECK_OK(ctx, ito_model_label_rows(ctx, m, "4", &rows));
    CHECK(rows == 1);
    for (size_t k = 0; k < COUNT(bad); k++)
        CHECK_FAILS(ctx, ito_model_label_rows(ctx, m, bad[k], &rows), ITO_EARG,
                    "label '");
    CHECK_FAILS(ctx, ito_model_label_rows(ctx, m, NULL, &rows), ITO_EARG,
                "NULL");
    ito_model_free(m);
}

/* ---- the film strip ---- */

TEST(a_strip_of_another_number_of_images_is_refused)
{
    const double t[3] = { 0.0, 0.5, 1.0 };
    static unsigned char v[4 * 9];
    const ito_image_format f = {
        .height = 3, .width = 3, .channels = 1, .hi = 255.0
    };
    ito_figure *figure;
    ito_images *set;

    CHECK_OK(ctx, ito_images_build(ctx, &f, 4, v, NULL, &set));
    CHECK_FAILS(ctx, ito_plot_film(ctx, set, 3, t, NULL, &figure), ITO_EARG,
                "4 images at 3 times");
    CHECK_FAILS(ctx, ito_plot_film(ctx, set, 0, t, NULL, &figure), ITO_EARG,
                "all times of every row");
    CHECK_FAILS(ctx, ito_plot_film(ctx, NULL, 2, t, NULL, &figure), ITO_EARG,
                "0 images");
    ito_images_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_field_given_means_is_that_of_the_exact_conditional),
        RUN(samples_given_means_have_the_conditional_moments),
        RUN(means_that_do_not_fit_are_refused),
        RUN(noise_between_two_rows_is_standard_normal),
        RUN(rows_start_from_the_noise_that_is_given),
        RUN(every_solver_and_every_form_of_noise_draws_images),
        RUN(labels_come_in_the_counts_that_are_asked_for),
        RUN(a_strip_of_another_number_of_images_is_refused),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
