/* SPDX-License-Identifier: MIT
 *
 * judge.c - how good the images are that a model made: features of three sets
 * of images, and their distances.
 */
#include <ito/judge.h>
#include <math.h>
#include <string.h>

#include "ctx/ctx.h"
#include "flow/judge_labels.h"
#include "metric/measure.h"

#define DRAWS      5
#define DRAWS_MAX  1000
#define NEIGHBOURS 5
#define SHARE_ROWS 5000
#define PIXELS     256 /* values of an image whose pixels are features */

enum { REAL, FAKE, TRAIN, SETS };

/* One call. */
typedef struct job {
    ito_ctx *ctx;
    ito_judge_opts o;
    const ito_images *set[SETS]; /* TRAIN may be NULL */
    float *x[SETS];              /* features */
    size_t n[SETS], dim, m;
    float *a, *b, *g; /* m x dim: the rows of a draw */
} job;

/* ---- features ---- */

static size_t values_of(const ito_images *images)
{
    const ito_image_format *f = ito_images_format_of(images);

    return f->height * f->width * f->channels;
}

/* All values of a set as rows. */
static ito_status take_rows(ito_ctx *ctx, const ito_images *images, float **out)
{
    const size_t n = ito_images_count(images), values = values_of(images);

    *out = ito__alloc(ctx, size_mul(size_mul(n, values), sizeof(**out)));
    if (!*out)
        return ito__fail(ctx, ITO_ENOMEM, "judge: %zu images", n);
    return ito_images_rows(ctx, images, 0, n, *out);
}

static ito_status pixels_of(job *j, int set)
{
    const ito_image_format *f = ito_images_format_of(j->set[set]);
    size_t h = f->height, w = f->width;
    ito_images *small = NULL;
    ito_status rc;

    while (h * w * f->channels > PIXELS && h * w > 1) {
        h = (h + 1) / 2;
        w = (w + 1) / 2;
    }
    rc = ito_images_resize(j->ctx, j->set[set], h, w, ITO_FILTER_BOX, &small);
    if (rc == ITO_OK) {
        j->dim = values_of(small);
        rc = take_rows(j->ctx, small, &j->x[set]);
    }
    ito_images_free(small);
    return rc;
}

static ito_status features_of(job *j, int set, ito_judgement *out,
                              ito_judge_class *table)
{
    const ito_classifier *c = j->o.classifier;
    const size_t n = j->n[set];
    uint32_t *best = ito__alloc(j->ctx, size_mul(n, sizeof(*best)));
    ito_status rc;

    j->dim = ito_classifier_features(c);
    j->x[set] =
        ito__alloc(j->ctx, size_mul(size_mul(n, j->dim), sizeof(*j->x[set])));
    if (!best || !j->x[set])
        rc = ito__fail(j->ctx, ITO_ENOMEM, "judge: %zu images", n);
    else
        rc = ito_classifier_run(j->ctx, c, j->set[set], j->x[set], NULL, best);
    if (rc == ITO_OK && set != TRAIN)
        rc = ito__judge_count(j->ctx, c, j->set[set], best, set == REAL, out,
                              table);
    ito__free(j->ctx, best);
    return rc;
}

/* ---- distances ---- */

/* Rows first .. first + m - 1 of a draw's order of a set. */
static void gather(const job *j, int set, size_t draw, size_t first, float *to)
{
    static const unsigned order[SETS] = { SET_REAL, SET_FAKE, SET_COPY_REAL };

    for (size_t i = 0; i < j->m; i++) {
        const size_t at = (size_t)ito__pick(j->o.seed, order[set], draw,
                                            j->n[set], first + i);

        memcpy(to + i * j->dim, j->x[set] + at * j->dim, j->dim * sizeof(*to));
    }
}

/* The two distances of a pair of samples. */
static ito_status distances(const job *j, const float *x, double out[2])
{
    const ito_points data = { j->a, j->m, j->dim }, other = { x, j->m, j->dim };
    ito_kernel_result k;
    ito_status rc = ito_frechet_distance(j->ctx, &data, &other, &out[0]);

    if (rc == ITO_OK)
        rc = ito_kernel_distance(j->ctx, &data, &other, &k);
    if (rc == ITO_OK)
        out[1] = k.value;
    return rc;
}

static ito_status shares(const job *j, ito_judgement *out)
{
    const size_t n = size_min(j->m, SHARE_ROWS);
    const ito_points a = { j->a, n, j->dim }, b = { j->b, n, j->dim };
    const ito_points g = { j->g, n, j->dim };
    ito_status rc;

    out->share_rows = n;
    rc = ito_neighbour_shares(j->ctx, &a, &g, j->o.neighbours, &out->shares);
    if (rc == ITO_OK)
        rc = ito_neighbour_shares(j->ctx, &a, &b, j->o.neighbours,
                                  &out->shares_floor);
    return rc;
}

/* Mean and standard deviation of count numbers, `stride` apart. */
static void sum_up(size_t count, const double *x, size_t stride, double *mean,
                   double *sd)
{
    double sum = 0.0, square = 0.0;

    for (size_t k = 0; k < count; k++)
        sum += x[k * stride];
    *mean = sum / (double)count;
    for (size_t k = 0; k < count; k++)
        square += (x[k * stride] - *mean) * (x[k * stride] - *mean);
    *sd = sqrt(square / (double)(count - 1));
}

/* Each draw has four numbers: distances of G, then of B. */
static ito_status run_draws(job *j, double *four, ito_judgement *out)
{
    const bool apart = j->set[TRAIN] != NULL;
    const size_t draws = j->o.draws;
    ito_status rc = ITO_OK;

    for (size_t k = 0; rc == ITO_OK && k < draws; k++) {
        if (ito__cancelled(j->ctx))
            return ito__fail(j->ctx, ITO_ECANCELLED, "judge: stopped");
        gather(j, REAL, k, 0, j->a);
        gather(j, FAKE, k, 0, j->g);
        gather(j, apart ? TRAIN : REAL, k, apart ? 0 : j->m, j->b);
        rc = distances(j, j->g, four + 4 * k);
        if (rc == ITO_OK)
            rc = distances(j, j->b, four + 4 * k + 2);
        if (rc == ITO_OK && k == 0)
            rc = shares(j, out);
    }
    if (rc != ITO_OK)
        return rc;
    sum_up(draws, four, 4, &out->frechet.value, &out->frechet.value_sd);
    sum_up(draws, four + 1, 4, &out->kernel.value, &out->kernel.value_sd);
    sum_up(draws, four + 2, 4, &out->frechet.floor, &out->frechet.floor_sd);
    sum_up(draws, four + 3, 4, &out->kernel.floor, &out->kernel.floor_sd);
    return ITO_OK;
}

static ito_status compare(job *j, ito_judgement *out)
{
    const size_t floats = size_mul(j->m, j->dim);
    double *four = ito__alloc(j->ctx, j->o.draws * 4 * sizeof(*four));
    ito_status rc;

    j->a = ito__alloc(j->ctx, size_mul(3 * sizeof(*j->a), floats));
    if (four && j->a) {
        j->b = j->a + floats;
        j->g = j->b + floats;
        rc = run_draws(j, four, out);
    } else {
        rc = ito__fail(j->ctx, ITO_ENOMEM, "judge: draws of %zu images", j->m);
    }
    ito__free(j->ctx, j->a);
    ito__free(j->ctx, four);
    return rc;
}

/* By pixels: a copy is a copy whatever a classifier thinks of it. */
static ito_status find_copies(const job *j, ito_judgement *out)
{
    const int among = j->set[TRAIN] ? TRAIN : REAL;
    const size_t values = values_of(j->set[REAL]);
    ito_points data = { NULL, j->n[among], values };
    ito_points fake = { NULL, j->n[FAKE], values };
    float *x = NULL, *y = NULL;
    ito_status rc = take_rows(j->ctx, j->set[among], &x);

    if (rc == ITO_OK)
        rc = take_rows(j->ctx, j->set[FAKE], &y);
    data.x = x;
    fake.x = y;
    if (rc == ITO_OK)
        rc = ito_copy_check(j->ctx, &data, &fake, &out->copies);
    ito__free(j->ctx, x);
    ito__free(j->ctx, y);
    return rc;
}

/* ---- the call ---- */

static ito_status check_sizes(ito_ctx *ctx, const ito_images *data,
                              const ito_images *other, const char *what)
{
    const ito_image_format *a = ito_images_format_of(data);
    const ito_image_format *b = ito_images_format_of(other);

    if (a->height != b->height || a->width != b->width ||
        a->channels != b->channels)
        return ito__fail(ctx, ITO_EUNFIT,
                         "judge: real images of %zu x %zu x %zu, %s of %zu x "
                         "%zu x %zu; they must be equal, ito data --resize "
                         "makes them so",
                         a->height, a->width, a->channels, what, b->height,
                         b->width, b->channels);
    return ITO_OK;
}

static ito_status check(job *j)
{
    const size_t data = j->n[REAL], fake = j->n[FAKE], train = j->n[TRAIN];
    ito_status rc;

    rc = check_sizes(j->ctx, j->set[REAL], j->set[FAKE], "fake ones");
    if (rc == ITO_OK && j->set[TRAIN])
        rc = check_sizes(j->ctx, j->set[REAL], j->set[TRAIN],
                         "those of training");
    if (rc != ITO_OK)
        return rc;
    if (j->o.draws < 2 || j->o.draws > DRAWS_MAX)
        return ito__fail(j->ctx, ITO_EARG, "judge: %zu draws, need 2 to %d",
                         j->o.draws, DRAWS_MAX);
    if (data > UINT32_MAX || fake > UINT32_MAX || train > UINT32_MAX)
        return ito__fail(j->ctx, ITO_ERANGE, "judge: more than 2^32 images");
    j->m = size_min(fake, j->set[TRAIN] ? size_min(data, train) : data / 2);
    if (j->o.neighbours >= j->m)
        return ito__fail(j->ctx, ITO_EARG,
                         "judge: %zu real images and %zu fake ones are too "
                         "few: draws of %zu for %zu neighbours",
                         data, fake, j->m, j->o.neighbours);
    return ITO_OK;
}

static ito_status run_job(job *j, ito_judgement *out, ito_judge_class *table)
{
    ito_status rc = check(j);

    for (int set = 0; rc == ITO_OK && set < SETS; set++)
        if (j->set[set])
            rc = j->o.classifier ? features_of(j, set, out, table)
                                 : pixels_of(j, set);
    if (rc == ITO_OK)
        rc = compare(j, out);
    if (rc == ITO_OK)
        rc = find_copies(j, out);
    out->real_count = j->n[REAL];
    out->fake_count = j->n[FAKE];
    out->train_count = j->n[TRAIN];
    out->rows = j->m;
    out->dim = j->dim;
    return rc;
}

ito_status ito_judge_images(ito_ctx *ctx, const ito_images *data,
                            const ito_images *fake, const ito_judge_opts *opts,
                            ito_judgement *out, ito_judge_class *classes)
{
    job j = { .ctx = ctx, .set = { data, fake } };
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!data || !fake || !out)
        return ito__fail(ctx, ITO_EARG, "judge: a NULL argument");
    memset(out, 0, sizeof(*out));
    if (opts)
        j.o = *opts;
    j.o.draws = j.o.draws ? j.o.draws : DRAWS;
    j.o.neighbours = j.o.neighbours ? j.o.neighbours : NEIGHBOURS;
    j.set[TRAIN] = j.o.train;
    for (int set = 0; set < SETS; set++)
        j.n[set] = j.set[set] ? ito_images_count(j.set[set]) : 0;
    for (size_t k = 0; classes && j.o.classifier &&
                       k < ito_classifier_classes(j.o.classifier);
         k++)
        classes[k] = (ito_judge_class){ .name = ito_classifier_class(
                                            j.o.classifier, k) };
    rc = run_job(&j, out, classes);
    for (int set = 0; set < SETS; set++)
        ito__free(ctx, j.x[set]);
    return rc;
}
