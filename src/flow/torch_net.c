/* SPDX-License-Identifier: MIT
 *
 * torch_net.c - the networks that PyTorch's weights are of: seen in the shapes
 * of a file, or in a graph.
 */
#include "flow/torch_net.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "nn/graph_json.h"
#include "nn/op.h"

#define UNET_MARK "init_conv.0.weight"
#define DIT_MARK  "x_embedder.proj.weight"

const char *ito__torch_net_name(const torch_net *net)
{
    return net->kind == ITO_TORCH_UNET ? "unet" : "dit";
}

ito_status ito__torch_net_build(ito_ctx *ctx, const torch_net *net,
                                ito_graph **out)
{
    return net->kind == ITO_TORCH_UNET ? ito_unet_build(ctx, &net->unet, out)
                                       : ito_dit_build(ctx, &net->dit, out);
}

ito_status ito__torch_net_map(ito_ctx *ctx, const torch_net *net,
                              const ito_graph *g, torch_map *out)
{
    return net->kind == ITO_TORCH_UNET
               ? ito__torch_map_unet(ctx, g, &net->unet, out)
               : ito__torch_map_dit(ctx, g, &net->dit, out);
}

void ito__torch_net_images(const torch_net *net, size_t size[3], size_t *labels)
{
    const bool unet = net->kind == ITO_TORCH_UNET;

    size[0] = unet ? net->unet.h : net->dit.h;
    size[1] = unet ? net->unet.w : net->dit.w;
    size[2] = unet ? net->unet.c : net->dit.c;
    *labels = unet ? net->unet.labels : net->dit.labels;
}

/* ---- of a file ---- */

/* Dimension d of a tensor; 0 where there is none. */
__attribute__((format(printf, 3, 4))) static size_t
dim(const st_file *st, size_t d, const char *format, ...)
{
    char name[TORCH_NAME_MAX];
    const st_tensor *t;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(name, sizeof(name), format, args);
    va_end(args);
    t = st_find(st, name);
    return t && d < t->rank ? t->shape[d] : 0;
}

static ito_status unet_of_file(ito_ctx *ctx, const char *where,
                               const st_file *st, const ito_torch_opts *o,
                               ito_unet *u)
{
    size_t c;

    if (o->height == 0)
        return ito__fail(ctx, ITO_EARG,
                         "%s: weights of a unet do not say how large images "
                         "are: give it, as --image 32x32",
                         where);
    if (o->heads > 0 || o->time_scale > 0)
        return ito__fail(ctx, ITO_EARG,
                         "%s: weights of a unet: heads and a scale of the time "
                         "are of a dit",
                         where);
    *u = (ito_unet){ .h = o->height, .w = o->width, .direct = o->direct };
    u->c = dim(st, 1, UNET_MARK);
    u->channels[0] = dim(st, 0, UNET_MARK);
    for (u->levels = 1; u->levels < ITO_UNET_LEVELS; u->levels++) {
        c = dim(st, 0, "encoders.%zu.downsample.weight", u->levels - 1);
        if (c == 0)
            break;
        u->channels[u->levels] = c;
    }
    while (dim(st, 0, "midcoder.res_blocks.%zu.block1.1.weight", u->blocks) > 0)
        u->blocks++;
    u->embed = size_mul(2, dim(st, 1, "time_embedder.weights"));
    u->labels = dim(st, 0, "y_embedder.weight");
    u->norm = st_find(st, "init_conv.1.running_mean") ? ITO_NORM_BATCH
                                                      : ITO_NORM_GROUP;
    return ITO_OK;
}

/* The sides of the square that n tokens fill. */
static ito_status square(ito_ctx *ctx, const char *where, size_t n, ito_dit *d)
{
    const size_t side = (size_t)sqrt((double)n);

    if (side == 0 || side * side != n)
        return ito__fail(ctx, ITO_EARG,
                         "%s: %zu positions are no square: give --image HxW",
                         where, n);
    d->h = d->w = size_mul(side, d->patch);
    return ITO_OK;
}

static ito_status dit_of_file(ito_ctx *ctx, const char *where,
                              const st_file *st, const ito_torch_opts *o,
                              ito_dit *d)
{
    size_t out;

    if (o->heads == 0)
        return ito__fail(ctx, ITO_EARG,
                         "%s: weights of a dit do not say how many heads its "
                         "attention has: give --heads N",
                         where);
    if (o->direct)
        return ito__fail(ctx, ITO_EARG,
                         "%s: a dit has no convolutions to be direct", where);
    *d = (ito_dit){ .h = o->height,
                    .w = o->width,
                    .heads = o->heads,
                    .standard = 1,
                    .time_scale = o->time_scale };
    d->width = dim(st, 0, DIT_MARK);
    d->c = dim(st, 1, DIT_MARK);
    d->patch = dim(st, 2, DIT_MARK);
    while (dim(st, 0, "blocks.%zu.attn.qkv.weight", d->depth) > 0)
        d->depth++;
    d->labels = dim(st, 0, "y_embedder.embedding_table.weight");
    d->time_features = dim(st, 1, "t_embedder.mlp.0.weight") / 2;
    out = dim(st, 0, "final_layer.linear.weight");
    if (out > 0 && out == size_mul(2 * d->c, size_mul(d->patch, d->patch)))
        return ito__fail(ctx, ITO_EUNFIT,
                         "%s: final_layer.linear has outputs for a variance "
                         "too (learn_sigma); a velocity has none",
                         where);
    return d->h > 0 ? ITO_OK : square(ctx, where, dim(st, 1, "pos_embed"), d);
}

ito_status ito__torch_net_of_file(ito_ctx *ctx, const char *where,
                                  const st_file *st, const ito_torch_opts *o,
                                  torch_net *out)
{
    const char *mark = o->net == ITO_TORCH_DIT ? DIT_MARK : UNET_MARK;

    *out = (torch_net){ .kind = o->net };
    if (out->kind == ITO_TORCH_ANY)
        out->kind = st_find(st, DIT_MARK) ? ITO_TORCH_DIT : ITO_TORCH_UNET;
    if (st_metadata(st, "ito") || st_metadata(st, "ito.checkpoint"))
        return ito__fail(ctx, ITO_EUNFIT,
                         "%s: written by ito, not by PyTorch: use it as it is",
                         where);
    if (o->net == ITO_TORCH_ANY && !st_find(st, DIT_MARK) &&
        !st_find(st, UNET_MARK))
        return ito__fail(ctx, ITO_EUNFIT,
                         "%s: neither a tensor " UNET_MARK
                         " (the lab's U-Net) nor " DIT_MARK " (DiT)",
                         where);
    if (o->net != ITO_TORCH_ANY && !st_find(st, mark))
        return ito__fail(ctx, ITO_EUNFIT, "%s: no tensor %s: not a %s", where,
                         mark, ito__torch_net_name(out));
    return out->kind == ITO_TORCH_DIT
               ? dit_of_file(ctx, where, st, o, &out->dit)
               : unet_of_file(ctx, where, st, o, &out->unet);
}

/* ---- of a graph ---- */

/* The first node of an operation, at or behind node `from`; or NULL. */
static const node *find(const ito_graph *g, const op *what, size_t from)
{
    for (size_t i = from; i < g->count; i++)
        if (g->nodes[i].op == what)
            return &g->nodes[i];
    return NULL;
}

static size_t attr_of(const ito_graph *g, const op *what)
{
    const node *n = find(g, what, 0);

    return n ? n->attr : 0;
}

/* Levels and residual layers by the places of the convolutions with stride. */
static void levels_of_graph(const ito_graph *g, ito_unet *u)
{
    size_t convs = 0, first = 0;

    for (size_t i = 0; i < g->count; i++) {
        const node *n = &g->nodes[i];

        if (n->op != &ito__op_conv)
            continue;
        if (convs++ == 0) {
            u->channels[u->levels++] = n->dims.c;
            u->direct = n->more[2] != 0;
        }
        if (n->more[0] == 2 && u->levels < ITO_UNET_LEVELS) {
            u->channels[u->levels++] = n->dims.c;
            first = first ? first : convs;
        }
    }
    u->blocks = ((first ? first : convs) - 2) / 2;
}

static void unet_of_graph(const ito_graph *g, const dims *image, ito_unet *u)
{
    const node *norm = find(g, &ito__op_norm, 0);

    *u = (ito_unet){ .h = image->h, .w = image->w, .c = image->c };
    if (find(g, &ito__op_conv, 0))
        levels_of_graph(g, u);
    u->embed = 2 * attr_of(g, &ito__op_waves);
    u->labels = attr_of(g, &ito__op_embed);
    u->norm = norm ? (ito_norm_kind)norm->attr : ITO_NORM_GROUP;
}

static void dit_of_graph(const ito_graph *g, const dims *image, ito_dit *d)
{
    const node *clock = find(g, &ito__op_sinusoids, 0);
    const node *positions = find(g, &ito__op_positions, 0);

    *d = (ito_dit){ .h = image->h, .w = image->w, .c = image->c };
    d->standard = 1;
    d->patch = attr_of(g, &ito__op_patches);
    d->width = positions ? positions->dims.c : 0;
    d->heads = attr_of(g, &ito__op_attention);
    for (size_t i = 0; i < g->count; i++)
        d->depth += g->nodes[i].op == &ito__op_attention;
    d->labels = attr_of(g, &ito__op_embed);
    d->time_features = clock ? clock->attr : 0;
    d->time_scale = clock ? clock->more[0] : 0;
}

/* A graph as text. */
static ito_status describe(ito_ctx *ctx, const ito_graph *g, json_writer *w)
{
    ito_status rc;

    json_begin(w, ctx);
    ito__graph_to_json(g, w);
    rc = json_end(w);
    return rc == ITO_OK ? rc : ito__fail(ctx, rc, "torch: description");
}

/* Whether a graph is that of these options. */
static ito_status is_graph_of(ito_ctx *ctx, const ito_graph *g,
                              const torch_net *net, bool *same)
{
    json_writer a = { .text = NULL }, b = { .text = NULL };
    ito_graph *made = NULL;
    ito_status rc = ito__torch_net_build(ctx, net, &made);

    *same = false;
    if (rc == ITO_EARG || rc == ITO_EUNFIT)
        return ITO_OK; /* what was seen there makes no network */
    if (rc == ITO_OK)
        rc = describe(ctx, g, &a);
    if (rc == ITO_OK)
        rc = describe(ctx, made, &b);
    if (rc == ITO_OK)
        *same = strcmp(a.text, b.text) == 0;
    ito__free(ctx, a.text);
    ito__free(ctx, b.text);
    ito_graph_free(made);
    return rc;
}

ito_status ito__torch_net_of_graph(ito_ctx *ctx, const ito_graph *g,
                                   torch_net *out)
{
    static const dims nothing = { 0, 0, 0 };
    const node *image = find(g, &ito__op_reshape, 0);
    bool same = false;
    ito_status rc;

    *out = (torch_net){ .kind = find(g, &ito__op_waves, 0) ? ITO_TORCH_UNET
                                                           : ITO_TORCH_DIT };
    if (out->kind == ITO_TORCH_UNET)
        unet_of_graph(g, image ? &image->dims : &nothing, &out->unet);
    else
        dit_of_graph(g, image ? &image->dims : &nothing, &out->dit);
    if ((rc = is_graph_of(ctx, g, out, &same)) != ITO_OK)
        return rc;
    return same ? ITO_OK
                : ito__fail(ctx, ITO_EUNFIT,
                            "the network is neither the lab's U-Net nor the "
                            "standard DiT: PyTorch has no names for it");
}
