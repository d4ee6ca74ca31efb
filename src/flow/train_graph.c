/* SPDX-License-Identifier: MIT
 *
 * train_graph.c - the network that is trained, and its learning rate.
 */
#include <math.h>
#include <string.h>

#include "flow/trainer.h"
#include "nn/op.h"

#define POTENTIAL_LR 0.02
#define UNET_LR      1e-3 /* of the lab */
#define RES_UNET_LR  2e-3
#define DIT_LR       4e-4
#define SIDE_MIN     16 /* smaller images are left to a perceptron */

/* Wider networks want smaller steps.  Measured on the checkerboard (64 wide:
 * the excess over the floor is .0216, .0146, .0130 for 2e-3, 5e-3, 1e-2) and
 * on tables (256 wide). */
static double default_lr(size_t width)
{
    return fmin(0.64 / (double)width, 0.02);
}

/* A copy of a graph, by adding its nodes again. */
static ito_status copy_graph(ito_ctx *ctx, const ito_graph *from,
                             ito_graph **out)
{
    ito_status rc;
    ito_node at;

    if ((rc = ito_graph_new(ctx, out)) != ITO_OK)
        return rc;
    for (size_t i = 0; rc == ITO_OK && i < from->count; i++) {
        const node *n = &from->nodes[i];

        rc = n->op == &ito__op_input
                 ? ito_graph_input(ctx, *out, (ito_input)n->attr, n->cols, &at)
                 : ito__graph_push(ctx, *out, n, &at);
    }
    return rc == ITO_OK ? ito_graph_finish(ctx, *out, from->output) : rc;
}

/* Chosen by measurement: points of a plane need less than tables. */
static ito_mlp default_mlp(size_t dim)
{
    return dim <= 3 ? (ito_mlp){ .width = 128, .depth = 4, .time_features = 4 }
                    : (ito_mlp){ .width = 256, .depth = 4, .time_features = 8 };
}

static ito_status make_mlp(ito_ctx *ctx, ito_trainer *t, const ito_mlp *given)
{
    ito_mlp mlp = given ? *given : default_mlp(t->dim);

    mlp.dim = t->dim;
    mlp.conds = ito__conditions_conds(&t->cond);
    mlp.conds.label_cols = given ? given->conds.label_cols : 0;
    mlp.width = mlp.width ? mlp.width : default_mlp(t->dim).width;
    t->o.lr = t->o.lr == 0.0 ? default_lr(mlp.width) : t->o.lr;
    return ito_mlp_build(ctx, &mlp, &t->graph);
}

static ito_status make_potential(ito_ctx *ctx, ito_trainer *t,
                                 const ito_potential *given)
{
    ito_potential p = *given;

    p.dim = t->dim;
    p.conds = ito__conditions_conds(&t->cond);
    p.conds.label_cols = given->conds.label_cols;
    t->o.lr = t->o.lr == 0.0 ? POTENTIAL_LR : t->o.lr;
    return ito_potential_build(ctx, &p, &t->graph);
}

/* ---- networks of images ---- */

bool ito__train_images(const ito_trainer *t, const ito_train_opts *o)
{
    const ito_image_format *f = ito_schema_image(t->source->schema);

    if (o->unet || o->res_unet || o->dit)
        return true;
    return !o->mlp && !o->potential && !o->graph && f &&
           f->height >= SIDE_MIN && f->width >= SIDE_MIN;
}

/* Size of the images and number of labels, or why there are none. */
static ito_status image_size(ito_ctx *ctx, const ito_trainer *t, size_t *h,
                             size_t *w, size_t *c, size_t *label_count)
{
    const ito_image_format *f = ito_schema_image(t->source->schema);

    if (!f)
        return ito__fail(ctx, ITO_EUNFIT,
                         "train: a network of images needs images: IDX, a "
                         "folder of PNG files, an array of them, or a table "
                         "with --image HxW");
    if (t->cond.given > 0)
        return ito__fail(ctx, ITO_EUNFIT,
                         "train: a network of images takes no given columns");
    *h = f->height;
    *w = f->width;
    *c = f->channels;
    *label_count = ito__conditions_conds(&t->cond).labels;
    return ITO_OK;
}

/* Levels of which each halves the one before; at most `most`. */
static size_t levels_that_fit(size_t h, size_t w, size_t most)
{
    size_t n = 1;

    while (n < most && (h >> n) << n == h && (w >> n) << n == w)
        n++;
    return n;
}

static ito_status make_res_unet(ito_ctx *ctx, ito_trainer *t,
                                const ito_res_unet *given)
{
    ito_res_unet u = given ? *given : (ito_res_unet){ 0 };
    ito_status rc = image_size(ctx, t, &u.h, &u.w, &u.c, &u.labels);

    if (rc != ITO_OK)
        return rc;
    t->o.lr = t->o.lr == 0.0 ? RES_UNET_LR : t->o.lr;
    return ito_res_unet_build(ctx, &u, &t->graph);
}

static ito_status make_unet(ito_ctx *ctx, ito_trainer *t, const ito_unet *given)
{
    static const size_t usual[] = { 32, 64, 128 };
    ito_unet u = *given;
    ito_status rc = image_size(ctx, t, &u.h, &u.w, &u.c, &u.labels);
    size_t most = 0;

    if (rc != ITO_OK)
        return rc;
    if (u.channels[0] == 0)
        memcpy(u.channels, usual, sizeof(usual));
    while (most < ITO_UNET_LEVELS && u.channels[most] > 0)
        most++;
    u.levels = u.levels ? u.levels : levels_that_fit(u.h, u.w, most);
    t->o.lr = t->o.lr == 0.0 ? UNET_LR : t->o.lr;
    return ito_unet_build(ctx, &u, &t->graph);
}

static ito_status make_dit(ito_ctx *ctx, ito_trainer *t, const ito_dit *given)
{
    ito_dit d = *given;
    ito_status rc = image_size(ctx, t, &d.h, &d.w, &d.c, &d.labels);

    if (rc != ITO_OK)
        return rc;
    t->o.lr = t->o.lr == 0.0 ? DIT_LR : t->o.lr;
    return ito_dit_build(ctx, &d, &t->graph);
}

ito_status ito__train_graph(ito_ctx *ctx, ito_trainer *t,
                            const ito_train_opts *o)
{
    const size_t cond = ito__conditions_cols(&t->cond);
    const ito_graph *g = o->graph;

    if (o->potential)
        return make_potential(ctx, t, o->potential);
    if (o->dit)
        return make_dit(ctx, t, o->dit);
    if (o->unet)
        return make_unet(ctx, t, o->unet);
    if (t->images)
        return make_res_unet(ctx, t, o->res_unet);
    if (!g)
        return make_mlp(ctx, t, o->mlp);
    t->o.lr = t->o.lr == 0.0 ? 2e-3 : t->o.lr;
    if (ito_graph_input_cols(g, ITO_INPUT_X) != t->dim ||
        ito_graph_output_cols(g) != t->dim ||
        ito_graph_input_cols(g, ITO_INPUT_COND) != cond ||
        ito_graph_params(g) == 0)
        return ito__fail(ctx, ITO_EUNFIT,
                         "train: the network takes %zu columns and %zu of "
                         "conditions and gives %zu; the data have %zu and %zu",
                         ito_graph_input_cols(g, ITO_INPUT_X),
                         ito_graph_input_cols(g, ITO_INPUT_COND),
                         ito_graph_output_cols(g), t->dim, cond);
    return copy_graph(ctx, g, &t->graph);
}
