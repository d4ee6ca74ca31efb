/* SPDX-License-Identifier: MIT
 *
 * lab_quality.c - how good a trained field is, against the exact one.
 *
 *     lab_quality MODEL SET [DRAWS]
 *
 * SET is what the model was trained on: checkerboard or gmm, with its
 * parameters.  Prints one line of JSON:
 *
 *     excess   E |u_theta - u*|^2 over t uniform on [.001, .999], x_t of the
 *              path, DRAWS draws (10^6): what the loss has above its floor
 *     by_t     the same in five equal pieces of that span
 *     legal    checkerboard: samples of 100 Euler steps in legal cells
 *     weights, mean_error, std   gmm: samples by nearest mode, default solver
 */
#include <ito/dist.h>
#include <ito/model.h>
#include <ito/oracle.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMES   500
#define SAMPLES 50000
#define MODES   5

static ito_ctx *ctx;

static void need(ito_status rc)
{
    if (rc == ITO_OK)
        return;
    fprintf(stderr, "lab_quality: %s\n", ito_errmsg(ctx));
    exit(1);
}

static float *room(size_t n)
{
    float *p = malloc(n * sizeof(*p));

    if (!p)
        exit(1);
    return p;
}

/* Mean of |u_theta - u*|^2 at one time, over n draws. */
static double excess_at(const ito_field *u, const ito_oracle *o, double t,
                        uint32_t step, size_t n)
{
    const ito_rows_at at = { .t = t };
    const ito_noise rows = { .seed = 11,
                             .step = step,
                             .purpose = ITO_FOR_ROWS };
    const ito_noise noise = { .seed = 12,
                              .step = step,
                              .purpose = ITO_FOR_NOISE };
    float *x = room(2 * n), *e = room(2 * n), *a = room(2 * n);
    double sum = 0.0;

    need(ito_dist_sample(ctx, ito_oracle_dist(o), &rows, 0, n, x));
    need(ito_noise_normal(ctx, &noise, 0, n, 2, e));
    for (size_t i = 0; i < 2 * n; i++)
        x[i] = (float)(t * (double)x[i] + (1.0 - t) * (double)e[i]);
    need(ito_field_eval(ctx, u, ITO_PART_DRIFT, &at, n, x, a));
    need(
        ito_field_eval(ctx, ito_oracle_field(o), ITO_PART_DRIFT, &at, n, x, e));
    for (size_t i = 0; i < 2 * n; i++)
        sum += ((double)a[i] - (double)e[i]) * ((double)a[i] - (double)e[i]);
    free(x);
    free(e);
    free(a);
    return sum / (double)n;
}

static void print_excess(const ito_field *u, const ito_oracle *o, size_t draws)
{
    double part[5] = { 0 }, all = 0.0;

    for (size_t i = 0; i < TIMES; i++) {
        const double t = 0.001 + 0.998 * ((double)i + 0.5) / TIMES;
        const double e = excess_at(u, o, t, (uint32_t)i, draws / TIMES);

        all += e / TIMES;
        part[i * 5 / TIMES] += 5.0 * e / TIMES;
    }
    printf("\"excess\": %.5f, \"by_t\": [%.4f, %.4f, %.4f, %.4f, %.4f]", all,
           part[0], part[1], part[2], part[3], part[4]);
}

static void print_legal(const ito_model *m)
{
    const ito_sample_opts o = { .solve = { .method = "euler", .steps = 100 },
                                .seed = 21 };
    float *x = room((size_t)2 * SAMPLES);
    size_t legal = 0;

    need(ito_model_sample_rows(ctx, m, &o, SAMPLES, x));
    for (size_t i = 0; i < SAMPLES; i++) {
        const double a = floor(((double)x[2 * i] + 5.0) / 2.5);
        const double b = floor(((double)x[2 * i + 1] + 5.0) / 2.5);

        legal += a >= 0.0 && a < 4.0 && b >= 0.0 && b < 4.0 &&
                 fmod(a + b, 2.0) == 0.0;
    }
    free(x);
    printf(", \"legal\": %.4f", (double)legal / SAMPLES);
}

/* Five modes at radius 10, std 1: course.md's D3. */
static void print_modes(const ito_model *m)
{
    const ito_sample_opts o = { .seed = 21 };
    float *x = room((size_t)2 * SAMPLES);
    double n[MODES] = { 0 }, s[MODES][2] = { { 0 } }, q[MODES] = { 0 };

    need(ito_model_sample_rows(ctx, m, &o, SAMPLES, x));
    for (size_t i = 0; i < SAMPLES; i++) {
        const double turn = 2.0 * acos(-1.0);
        const double at = atan2((double)x[2 * i + 1], (double)x[2 * i]);
        const size_t k = (size_t)(at / turn * MODES + MODES + 0.5) % MODES;
        const double dx = (double)x[2 * i] - 10 * cos(turn * (double)k / MODES);
        const double dy =
            (double)x[2 * i + 1] - 10 * sin(turn * (double)k / MODES);

        n[k] += 1.0;
        s[k][0] += dx;
        s[k][1] += dy;
        q[k] += dx * dx + dy * dy;
    }
    free(x);
    printf(", \"modes\": [");
    for (size_t k = 0; k < MODES; k++) {
        const double mx = s[k][0] / n[k], my = s[k][1] / n[k];

        printf("%s{\"weight\": %.4f, \"mean_error\": %.4f, \"std\": %.4f}",
               k ? ", " : "", n[k] / SAMPLES, hypot(mx, my),
               sqrt((q[k] / n[k] - mx * mx - my * my) / 2.0));
    }
    printf("]");
}

int main(int argc, char **argv)
{
    const size_t draws = argc > 3 ? strtoul(argv[3], NULL, 10) : 1000000;
    ito_oracle *oracle;
    ito_model *model;

    if (argc < 3) {
        fprintf(stderr, "usage: lab_quality MODEL SET [DRAWS]\n");
        return 2;
    }
    need(ito_open(&ctx, NULL));
    need(ito_model_load(ctx, argv[1], &model));
    need(ito_oracle_open(ctx, argv[2], &oracle));
    printf("{");
    print_excess(ito_model_field(model), oracle, draws);
    if (strncmp(argv[2], "checkerboard", 12) == 0)
        print_legal(model);
    else if (strncmp(argv[2], "gmm", 3) == 0)
        print_modes(model);
    printf("}\n");
    ito_oracle_free(oracle);
    ito_model_free(model);
    ito_close(ctx);
    return 0;
}
