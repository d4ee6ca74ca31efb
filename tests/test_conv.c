/* SPDX-License-Identifier: MIT
 *
 * test_conv.c - the convolutions of every table against the definition in
 * double: forward, backward to x and to the weights, with every start and
 * epilogue, scratch and packed sizes that hold, and the same bits from all
 * tables and for any number of images.
 *
 * Errors are the root mean square relative to that of the result.
 */
#include "check.h"

#include "kern/kern.h"

#define GUARD 40

/* Relative errors allowed: direct, and by Winograd's method; about three times
 * what was measured. */
#define DIRECT_ERROR 1e-6
#define WINO_ERROR   6e-6

/* The first ones are done by Winograd's method, the others are not. */
#define WINO_SHAPES 6

static const ito_conv_shape shapes[] = {
    { 8, 8, 16, 16, 3, 1, 1, true },   { 7, 9, 33, 17, 3, 1, 1, true },
    { 4, 13, 16, 40, 3, 1, 1, true },  { 12, 8, 70, 64, 3, 1, 1, true },
    { 6, 6, 128, 130, 3, 1, 1, true }, { 32, 32, 32, 32, 3, 1, 1, true },
    { 8, 8, 16, 16, 3, 1, 1, false },  { 5, 7, 3, 9, 3, 1, 1, true },
    { 6, 5, 1, 32, 3, 1, 1, true },    { 5, 6, 32, 1, 3, 1, 1, true },
    { 8, 8, 16, 33, 3, 2, 1, true },   { 7, 5, 20, 8, 3, 2, 1, true },
    { 6, 7, 9, 20, 3, 1, 0, true },    { 9, 4, 9, 20, 3, 2, 0, true },
    { 5, 4, 18, 7, 1, 1, 0, true },    { 5, 4, 18, 7, 1, 2, 0, true },
    { 1, 1, 4, 5, 3, 1, 1, true },     { 2, 2, 16, 16, 3, 1, 1, true },
};

typedef struct job {
    const ito_conv_shape *s;
    size_t rows, xs, ys, ws;
    float *x, *w, *bias, *dz, *start_y, *start_dx;
} job;

static size_t out_side(size_t side, const ito_conv_shape *s)
{
    return (side + 2 * s->pad - s->size) / s->stride + 1;
}

static float *make(size_t n)
{
    float *p = malloc((n + GUARD) * sizeof(*p));

    CHECK(p != NULL);
    for (size_t i = 0; i < n + GUARD; i++)
        p[i] = t_uniform();
    return p;
}

/* Room of n numbers that must not be written beyond. */
static float *guarded(size_t n)
{
    float *p = make(n);

    for (size_t i = 0; i < GUARD; i++)
        p[n + i] = 12345.0F;
    return p;
}

static void check_guard(const float *p, size_t n)
{
    for (size_t i = 0; i < GUARD; i++)
        CHECK(p[n + i] == 12345.0F);
}

static job job_new(const ito_conv_shape *s, size_t rows)
{
    job j = { .s = s, .rows = rows };

    j.xs = rows * s->h * s->w * s->in;
    j.ys = rows * out_side(s->h, s) * out_side(s->w, s) * s->out;
    j.ws = s->size * s->size * s->in * s->out;
    j.x = make(j.xs);
    j.w = make(j.ws);
    j.bias = make(s->out);
    j.dz = make(j.ys);
    j.start_y = make(j.ys);
    j.start_dx = make(j.xs);
    return j;
}

static void job_free(job *j)
{
    free(j->x);
    free(j->w);
    free(j->bias);
    free(j->dz);
    free(j->start_y);
    free(j->start_dx);
}

typedef struct result {
    float *y, *dx, *grad;
} result;

static void result_free(result *r)
{
    free(r->y);
    free(r->dx);
    free(r->grad);
}

/* Everything by a table: forward with bias (or added to start_y), backward
 * set (or added to start_dx). */
static result run(const ito_kern *kern, const job *j, bool add)
{
    const size_t packed_count = kern->conv_packed(j->s);
    const size_t work_count = kern->conv_work(j->s);
    float *packed = guarded(packed_count), *work = guarded(work_count);
    result r = { guarded(j->ys), guarded(j->xs), guarded(j->ws) };
    ito_conv_run c = { .s = j->s, .rows = j->rows, .packed = packed };

    c.x = j->x;
    c.y = r.y;
    c.bias = add ? NULL : j->bias;
    c.dz = j->dz;
    c.dx = r.dx;
    c.accumulate = add;
    c.grad = r.grad;
    c.work = work;
    memcpy(r.y, j->start_y, j->ys * sizeof(float));
    memcpy(r.dx, j->start_dx, j->xs * sizeof(float));
    kern->conv_pack(j->s, j->w, packed);
    kern->conv(&c);
    kern->conv_dx(&c);
    kern->conv_dw(&c);
    check_guard(packed, packed_count);
    check_guard(work, work_count);
    check_guard(r.y, j->ys);
    check_guard(r.dx, j->xs);
    check_guard(r.grad, j->ws);
    free(packed);
    free(work);
    return r;
}

typedef struct truth {
    double *y, *dx, *grad;
} truth;

static double *zeros(size_t n)
{
    double *p = calloc(n, sizeof(*p));

    CHECK(p != NULL);
    return p;
}

/* The three sums, by the definition, for one output place and tap. */
static void naive_tap(const job *j, size_t x, size_t y, size_t w, truth *t)
{
    const size_t in = j->s->in, out = j->s->out;

    for (size_t c = 0; c < in; c++)
        for (size_t o = 0; o < out; o++) {
            const double xv = (double)j->x[x + c], dz = (double)j->dz[y + o];
            const double wv = (double)j->w[w + c * out + o];

            t->y[y + o] += xv * wv;
            t->dx[x + c] += dz * wv;
            t->grad[w + c * out + o] += xv * dz;
        }
}

static void naive_place(const job *j, size_t r, size_t i, size_t k, truth *t)
{
    const ito_conv_shape *s = j->s;
    const size_t oh = out_side(s->h, s), ow = out_side(s->w, s);

    for (size_t ky = 0; ky < s->size; ky++)
        for (size_t kx = 0; kx < s->size; kx++) {
            const size_t at = i * s->stride + ky, to = k * s->stride + kx;

            if (at < s->pad || at - s->pad >= s->h || to < s->pad ||
                to - s->pad >= s->w)
                continue;
            naive_tap(j,
                      ((r * s->h + at - s->pad) * s->w + to - s->pad) * s->in,
                      ((r * oh + i) * ow + k) * s->out,
                      (ky * s->size + kx) * s->in * s->out, t);
        }
}

static truth naive(const job *j)
{
    truth t = { zeros(j->ys), zeros(j->xs), zeros(j->ws) };

    for (size_t r = 0; r < j->rows; r++)
        for (size_t i = 0; i < out_side(j->s->h, j->s); i++)
            for (size_t k = 0; k < out_side(j->s->w, j->s); k++)
                naive_place(j, r, i, k, &t);
    return t;
}

/* got = start + want, but for the error. */
static void check_close(const float *got, const double *want,
                        const float *start, size_t period, size_t n, double tol)
{
    double error = 0.0, size = 0.0;

    for (size_t i = 0; i < n; i++) {
        const double from =
            !start ? 0.0 : (double)start[period ? i % period : i];
        const double d = (double)got[i] - want[i] - from;

        error += d * d;
        size += want[i] * want[i];
    }
    CHECK(sqrt(error) <= tol * sqrt(size));
}

TEST(convolutions_are_near_their_definition)
{
    for (size_t k = 0; k < COUNT(shapes); k++) {
        job j = job_new(&shapes[k], 3);
        truth t = naive(&j);

        for (int add = 0; add < 2; add++) {
            result r = run(ito__kern_find(NULL), &j, add);
            const double tol = k < WINO_SHAPES ? WINO_ERROR : DIRECT_ERROR;

            check_close(r.y, t.y, add ? j.start_y : j.bias, add ? 0 : j.s->out,
                        j.ys, tol);
            check_close(r.dx, t.dx, add ? j.start_dx : NULL, 0, j.xs, tol);
            check_close(r.grad, t.grad, NULL, 0, j.ws, tol);
            result_free(&r);
        }
        free(t.y);
        free(t.dx);
        free(t.grad);
        job_free(&j);
    }
}

TEST(all_tables_give_the_same_bits)
{
    for (size_t k = 0; k < COUNT(shapes); k++) {
        job j = job_new(&shapes[k], 2);
        result want = run(&ito__kern_c, &j, false);
        result more = run(&ito__kern_c, &j, true);
        const ito_kern *kern;
        bool runs;

        for (size_t i = 1; (kern = ito__kern_at(i, &runs)) != NULL; i++) {
            result got[2];

            if (!runs)
                continue;
            got[0] = run(kern, &j, false);
            got[1] = run(kern, &j, true);
            for (int add = 0; add < 2; add++) {
                const result *w = add ? &more : &want;

                CHECK_SAME(got[add].y, w->y, j.ys);
                CHECK_SAME(got[add].dx, w->dx, j.xs);
                CHECK_SAME(got[add].grad, w->grad, j.ws);
                result_free(&got[add]);
            }
        }
        result_free(&want);
        result_free(&more);
        job_free(&j);
    }
}

/* The activation and its derivative are those of the kernel `act_grad`, and
 * an image alone gives what it gives among 40, more than a block holds. */
TEST(epilogues_and_companions_do_not_show)
{
    const ito_kern *kern = ito__kern_find(NULL);

    for (size_t k = 0; k < COUNT(shapes); k++) {
        job j = job_new(&shapes[k], 40);
        result all = run(kern, &j, false);
        const size_t ys = j.ys / 40, xs = j.xs / 40;
        float *y = make(j.ys), *d = make(j.ys), *want = make(j.ys);
        float *slope = make(j.ys), *packed = make(kern->conv_packed(j.s));
        float *work = make(kern->conv_work(j.s)), *dx = make(xs);
        ito_conv_run c = { .s = j.s, .rows = 40, .packed = packed };

        kern->conv_pack(j.s, j.w, packed);
        c.x = j.x;
        c.y = y;
        c.bias = j.bias;
        c.act = ITO_ACT_SILU;
        c.deriv = d;
        c.work = work;
        kern->conv(&c);
        kern->act_grad(j.ys, ITO_ACT_SILU, all.y, want, slope);
        CHECK_SAME(y, want, j.ys);
        CHECK_SAME(d, slope, j.ys);
        c.rows = 1;
        c.act = ITO_ACT_NONE;
        c.deriv = NULL;
        c.dx = dx;
        for (size_t r = 0; r < 40; r += 13) {
            c.x = j.x + r * xs;
            c.dz = j.dz + r * ys;
            kern->conv(&c);
            kern->conv_dx(&c);
            CHECK_SAME(y, all.y + r * ys, ys);
            CHECK_SAME(dx, all.dx + r * xs, xs);
        }
        result_free(&all);
        free(y);
        free(d);
        free(want);
        free(slope);
        free(packed);
        free(work);
        free(dx);
        job_free(&j);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(convolutions_are_near_their_definition),
        RUN(all_tables_give_the_same_bits),
        RUN(epilogues_and_companions_do_not_show),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
