/* SPDX-License-Identifier: MIT
 *
 * classify.c - a network that tells what an image shows.
 *
 * The graph is cut before its last layer: one pass through the trunk gives the
 * features, and the head, a small product, the scores.
 */
#include "flow/classifier.h"

#include <string.h>

#include "data/image.h"
#include "data/schema.h"
#include "kern/kern.h"

#define WAVE 2048 /* images between two looks at the cancel callback */

static ito_status check(ito_ctx *ctx, const char *where, const ito_graph *g,
                        const ito_image_format *format,
                        const ito_image_labels *classes)
{
    const ito_status rc = ito__image_check(ctx, where, format, 1);
    const size_t values = rc == ITO_OK ? image_values(format) : 0;

    if (rc != ITO_OK)
        return rc;
    if (ito_graph_input_cols(g, ITO_INPUT_X) != values ||
        ito_graph_input_cols(g, ITO_INPUT_T) != 0 ||
        ito_graph_input_cols(g, ITO_INPUT_COND) != 0)
        return ito__fail(ctx, ITO_EUNFIT,
                         "%s: the network is to have x as its one input, of "
                         "the %zu values of an image",
                         where, values);
    if (ito_graph_output_cols(g) != classes->level_count)
        return ito__fail(ctx, ITO_EUNFIT,
                         "%s: the network has %zu columns, there are %zu "
                         "classes",
                         where, ito_graph_output_cols(g), classes->level_count);
    return ITO_OK;
}

static ito_status prepare(ito_ctx *ctx, const ito_graph *g, const float *params,
                          ito_weights **w, ito_plan **plan)
{
    ito_status rc = ito_weights_new(ctx, g, w);

    if (rc == ITO_OK)
        rc = ito_graph_plan(ctx, g, ITO__CLASSIFIER_ROWS, ITO_MODE_INFER, plan);
    if (rc == ITO_OK)
        ito_weights_pack(ctx, *w, params);
    return rc;
}

static ito_status fill(ito_ctx *ctx, const ito_graph *graph,
                       const ito_image_format *format,
                       const ito_image_labels *classes, ito_classifier *c)
{
    graph_parts *g = &c->graph;
    ito_status rc;

    if ((rc = ito__graph_split(ctx, graph, g)) != ITO_OK ||
        (rc = ito__schema_image(ctx, format, &c->schema)) != ITO_OK ||
        (rc = ito__labels_new(ctx, classes->name ? classes->name : "label",
                              classes->levels, classes->level_count,
                              &c->classes)) != ITO_OK)
        return rc;
    rc = prepare(ctx, g->trunk, c->params, &c->trunk, &c->trunk_plan);
    if (rc == ITO_OK)
        rc = prepare(ctx, g->head, c->params + ito_graph_params(g->trunk),
                     &c->head, &c->head_plan);
    return rc;
}

ito_status ito__classifier_make(ito_ctx *ctx, const char *where,
                                const ito_graph *graph, float *params,
                                const ito_image_format *format,
                                const ito_image_labels *classes,
                                ito_classifier **out)
{
    ito_classifier *c = ito__calloc(ctx, 1, sizeof(*c));
    ito_status rc;

    if (!c) {
        ito__free(ctx, params);
        return ito__fail(ctx, ITO_ENOMEM, "%s: classifier", where);
    }
    c->ctx = ctx;
    c->params = params;
    rc = check(ctx, where, graph, format, classes);
    if (rc == ITO_OK)
        rc = fill(ctx, graph, format, classes, c);
    if (rc != ITO_OK) {
        ito_classifier_free(c);
        return rc;
    }
    *out = c;
    return ITO_OK;
}

ito_status ito_classifier_new(ito_ctx *ctx, const ito_graph *graph,
                              const float *params,
                              const ito_image_format *format,
                              const ito_image_labels *classes,
                              ito_classifier **out)
{
    size_t n;
    float *copy;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!graph || !params || !format || !classes || !classes->levels ||
        ito_graph_output_cols(graph) == 0)
        return ito__fail(ctx, ITO_EARG,
                         "classifier: a finished graph, its parameters, a "
                         "format and names of classes must be given");
    n = ito_graph_params(graph);
    if (!ctx->kern->all_finite(n, params))
        return ito__fail(ctx, ITO_ENONFINITE,
                         "classifier: a parameter is not finite; try a smaller "
                         "learning rate");
    copy = ito__alloc(ctx, size_mul(n, sizeof(*copy)));
    if (!copy)
        return ito__fail(ctx, ITO_ENOMEM, "classifier: %zu parameters", n);
    memcpy(copy, params, n * sizeof(*copy));
    return ito__classifier_make(ctx, "classifier", graph, copy, format, classes,
                                out);
}

void ito_classifier_free(ito_classifier *c)
{
    if (!c)
        return;
    ito_plan_free(c->trunk_plan);
    ito_plan_free(c->head_plan);
    ito_weights_free(c->trunk);
    ito_weights_free(c->head);
    ito__graph_parts_free(&c->graph);
    ito_schema_free(c->schema);
    ito__labels_free(c->ctx, &c->classes);
    ito__free(c->ctx, c->params);
    ito__free(c->ctx, c);
}

const ito_image_format *ito_classifier_format(const ito_classifier *c)
{
    return ito_schema_image(c->schema);
}

const ito_graph *ito_classifier_graph(const ito_classifier *c)
{
    return c->graph.whole;
}

size_t ito_classifier_features(const ito_classifier *c)
{
    return ito_graph_output_cols(c->graph.trunk);
}

size_t ito_classifier_classes(const ito_classifier *c)
{
    return c->classes.count;
}

const char *ito_classifier_class(const ito_classifier *c, size_t i)
{
    return i < c->classes.count ? c->classes.level[i] : NULL;
}

/* ---- running ---- */

/* One call; x holds the rows of a wave, the results those from it on. */
typedef struct job {
    const ito_classifier *c;
    const float *x;
    float *work; /* of each worker, work_floats long */
    size_t work_floats, trunk_floats, values, cols;
    float *features, *scores;
    uint32_t *best;
} job;

/* The place of the largest, or n where one is not finite. */
static uint32_t largest(size_t n, const float *y)
{
    size_t best = 0;

    for (size_t k = 0; k < n; k++) {
        if (!(y[k] - y[k] == 0.0f))
            return (uint32_t)n;
        best = y[k] > y[best] ? k : best;
    }
    return (uint32_t)best;
}

static void run_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const job *j = arg;
    const ito_classifier *c = j->c;
    const size_t n = end - begin, classes = c->classes.count;
    ito_batch in = { .rows = n, .x = j->x + begin * j->values };
    float *trunk = j->work + worker * j->work_floats;
    float *head = trunk + j->trunk_floats;
    const float *y;

    in.x = ito_plan_infer(c->trunk_plan, c->trunk, trunk, &in);
    if (j->features)
        memcpy(j->features + begin * j->cols, in.x,
               n * j->cols * sizeof(*j->features));
    y = ito_plan_infer(c->head_plan, c->head, head, &in);
    if (j->scores)
        memcpy(j->scores + begin * classes, y,
               n * classes * sizeof(*j->scores));
    for (size_t i = 0; j->best && i < n; i++)
        j->best[begin + i] = largest(classes, y + i * classes);
}

/* Whether everything that a wave of n images gave is finite. */
static bool is_finite(const ito_ctx *ctx, const job *j, size_t n)
{
    const size_t classes = j->c->classes.count;

    if ((j->features && !ctx->kern->all_finite(n * j->cols, j->features)) ||
        (j->scores && !ctx->kern->all_finite(n * classes, j->scores)))
        return false;
    for (size_t i = 0; j->best && i < n; i++)
        if (j->best[i] >= classes)
            return false;
    return true;
}

static ito_status run_waves(ito_ctx *ctx, job *j, const ito_images *images,
                            float *x)
{
    const size_t count = ito_images_count(images);
    const size_t classes = j->c->classes.count;
    ito_status rc = ITO_OK;

    j->x = x;
    for (size_t at = 0; rc == ITO_OK && at < count; at += WAVE) {
        const size_t n = size_min(WAVE, count - at);

        if (ito__cancelled(ctx))
            return ito__fail(ctx, ITO_ECANCELLED, "classifier: stopped");
        rc = ito_images_rows(ctx, images, at, n, x);
        if (rc != ITO_OK)
            break;
        ito__for(ctx, n, ITO__CLASSIFIER_ROWS, run_chunk, j);
        if (!is_finite(ctx, j, n))
            rc = ito__fail(ctx, ITO_ENONFINITE,
                           "classifier: what it says of images %zu to %zu is "
                           "not finite",
                           at + 1, at + n);
        j->features += j->features ? n * j->cols : 0;
        j->scores += j->scores ? n * classes : 0;
        j->best += j->best ? n : 0;
    }
    return rc;
}

static ito_status check_images(ito_ctx *ctx, const ito_classifier *c,
                               const ito_images *images)
{
    const ito_image_format *want = ito_classifier_format(c);
    const ito_image_format *f = ito_images_format_of(images);

    if (f->height != want->height || f->width != want->width ||
        f->channels != want->channels)
        return ito__fail(ctx, ITO_EUNFIT,
                         "classifier: images of %zu x %zu x %zu; it was "
                         "trained on %zu x %zu x %zu",
                         f->height, f->width, f->channels, want->height,
                         want->width, want->channels);
    return ITO_OK;
}

/* Pieces of work memory begin on 64-byte boundaries. */
static size_t aligned(size_t floats)
{
    return size_add(floats, 15) / 16 * 16;
}

ito_status ito_classifier_run(ito_ctx *ctx, const ito_classifier *c,
                              const ito_images *images, float *features,
                              float *scores, uint32_t *best)
{
    job j = { .c = c, .features = features, .scores = scores, .best = best };
    ito_status rc;
    float *x;

    if (!ctx)
        return ITO_EARG;
    if (!c || !images)
        return ito__fail(ctx, ITO_EARG, "classifier: a NULL argument");
    if ((rc = check_images(ctx, c, images)) != ITO_OK)
        return rc;
    j.values = image_values(ito_classifier_format(c));
    j.cols = ito_classifier_features(c);
    j.trunk_floats = aligned(ito_plan_floats(c->trunk_plan));
    j.work_floats =
        size_add(j.trunk_floats, aligned(ito_plan_floats(c->head_plan)));
    x = ito__alloc(ctx, size_mul(size_mul(WAVE, j.values), sizeof(*x)));
    j.work = ito__alloc(ctx, size_mul(size_mul(ito_threads(ctx), j.work_floats),
                                      sizeof(*j.work)));
    if (x && j.work)
        rc = run_waves(ctx, &j, images, x);
    else
        rc = ito__fail(ctx, ITO_ENOMEM, "classifier: room for images");
    ito__free(ctx, j.work);
    ito__free(ctx, x);
    return rc;
}
