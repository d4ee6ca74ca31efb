/* SPDX-License-Identifier: MIT
 *
 * torch_map.c - which tensor of PyTorch is which piece of the parameters of
 * a network.
 *
 * Both networks are walked layer by layer in the order in which they were
 * built, which is that of the slices; a slice that is not of the layer expected
 * ends the walk.
 */
#include "flow/torch_map.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct walker {
    const ito_graph *g;
    torch_map *map;
    size_t slice;                    /* the next one */
    char where[TORCH_NAME_MAX - 24]; /* the module, as PyTorch names it */
    bool lost;
} walker;

__attribute__((format(printf, 2, 3))) static void at(walker *w,
                                                     const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(w->where, sizeof(w->where), format, args);
    va_end(args);
}

/* The next slice, which is `part` of a layer of a kind, becomes the tensor
 * `called` of the module; shape, rank, turned and parts are those of `like`. */
static void take(walker *w, const char *kind, const char *part,
                 const char *called, const torch_tensor *like)
{
    torch_tensor *t = &w->map->tensor[w->map->count];
    ito_slice s;

    if (w->lost || ito_graph_slice(w->g, w->slice, &s) != 0 ||
        strncmp(s.name, kind, strlen(kind)) != 0 ||
        strcmp(strchr(s.name, '.') + 1, part) != 0) {
        w->lost = true;
        return;
    }
    *t = *like;
    t->count = 1;
    for (size_t k = 0; k < 4; k++) {
        t->shape[k] = t->shape[k] ? t->shape[k] : 1;
        t->count *= t->shape[k];
    }
    t->parts = t->parts ? t->parts : 1;
    t->offset = s.offset;
    (void)snprintf(t->name, sizeof(t->name), "%s%s%s", w->where,
                   *called && *w->where ? "." : "", called);
    w->lost = t->count != s.shape[0] * s.shape[1];
    w->map->count++;
    w->slice++;
}

/* The shape of the next slice; nothing where there is none. */
static void peek(const walker *w, size_t shape[2])
{
    ito_slice s;

    shape[0] = shape[1] = 0;
    if (ito_graph_slice(w->g, w->slice, &s) == 0)
        memcpy(shape, s.shape, sizeof(s.shape));
}

/* A convolution with kernels of `side`; of patches, a linear layer here. */
static void conv(walker *w, const char *kind, size_t side)
{
    size_t shape[2];
    torch_tensor t = { .rank = 4, .turned = true };

    peek(w, shape);
    t.shape[0] = shape[1];
    t.shape[1] = shape[0] / (side * side);
    t.shape[2] = t.shape[3] = side;
    take(w, kind, "weight", "weight", &t);
    t = (torch_tensor){ .rank = 1, .shape = { shape[1] } };
    take(w, kind, "bias", "bias", &t);
}

static void modulation(walker *w, size_t parts)
{
    size_t shape[2];
    torch_tensor t = { .rank = 2, .turned = true, .parts = parts };

    peek(w, shape);
    t.shape[0] = shape[1];
    t.shape[1] = shape[0];
    take(w, "linear", "weight", "weight", &t);
    t = (torch_tensor){ .rank = 1, .shape = { shape[1] }, .parts = parts };
    take(w, "linear", "bias", "bias", &t);
}

static void linear(walker *w)
{
    modulation(w, 1);
}

/* A table of the parameters, `rank` of whose dimensions PyTorch counts: 3 are
 * 1 x rows x columns. */
static void table(walker *w, const char *kind, const char *called, size_t rank)
{
    size_t shape[2];
    torch_tensor t = { .rank = rank };

    peek(w, shape);
    t.shape[0] = rank == 3 ? 1 : shape[0];
    t.shape[rank - 2] = shape[0];
    t.shape[rank - 1] = shape[1];
    take(w, kind, "table", called, &t);
}

static void norm(walker *w, ito_norm_kind kind)
{
    size_t shape[2];
    torch_tensor t = { .rank = 1 };

    peek(w, shape);
    t.shape[0] = shape[0];
    take(w, "norm", "weight", "weight", &t);
    take(w, "norm", "bias", "bias", &t);
    if (kind != ITO_NORM_BATCH || w->lost)
        return;
    take(w, "norm", "mean", "running_mean", &t);
    take(w, "norm", "var", "running_var", &t);
    t = (torch_tensor){ .batches = true, .shape = { 1, 1, 1, 1 }, .count = 1 };
    (void)snprintf(t.name, sizeof(t.name), "%s.num_batches_tracked", w->where);
    w->map->tensor[w->map->count++] = t;
}

/* ---- the U-Net ---- */

/* linear, SiLU, linear */
static void adapter(walker *w, const char *module, const char *name)
{
    for (int i = 0; i <= 2; i += 2) {
        at(w, "%s.%s.%d", module, name, i);
        linear(w);
    }
}

static void residuals(walker *w, const ito_unet *u, const char *stage)
{
    for (size_t i = 0; i < u->blocks; i++) {
        char module[64];

        (void)snprintf(module, sizeof(module), "%s.res_blocks.%zu", stage, i);
        for (int half = 1; half <= 2; half++) {
            at(w, "%s.block%d.1", module, half);
            norm(w, u->norm);
            at(w, "%s.block%d.2", module, half);
            conv(w, "conv", 3);
            if (half == 1)
                adapter(w, module, "time_adapter");
            if (half == 1 && u->labels > 0)
                adapter(w, module, "y_adapter");
        }
    }
}

static void ends_of_unet(walker *w, const ito_unet *u)
{
    const torch_tensor waves = { .rank = 2, .shape = { 1, u->embed / 2 } };

    at(w, "time_embedder");
    take(w, "waves", "weight", "weights", &waves);
    at(w, "y_embedder");
    if (u->labels > 0)
        table(w, "embed", "weight", 2);
    at(w, "init_conv.0");
    conv(w, "conv", 3);
    at(w, "init_conv.1");
    norm(w, u->norm);
}

static void walk_unet(walker *w, const ito_unet *u)
{
    char stage[32];

    ends_of_unet(w, u);
    for (size_t i = 0; i + 1 < u->levels; i++) {
        (void)snprintf(stage, sizeof(stage), "encoders.%zu", i);
        residuals(w, u, stage);
        at(w, "%s.downsample", stage);
        conv(w, "conv", 3);
    }
    residuals(w, u, "midcoder");
    for (size_t i = 0; i + 1 < u->levels; i++) {
        (void)snprintf(stage, sizeof(stage), "decoders.%zu", i);
        at(w, "%s.upsample.1", stage);
        conv(w, "conv", 3);
        residuals(w, u, stage);
    }
    at(w, "final_conv");
    conv(w, "conv", 3);
}

/* ---- the transformer ---- */

static void walk_block(walker *w, size_t i)
{
    static const char *const layers[] = { "attn.qkv", "attn.proj", "mlp.fc1",
                                          "mlp.fc2" };

    at(w, "blocks.%zu.adaLN_modulation.1", i);
    modulation(w, 6);
    for (size_t k = 0; k < sizeof(layers) / sizeof(layers[0]); k++) {
        at(w, "blocks.%zu.%s", i, layers[k]);
        linear(w);
    }
}

static void walk_dit(walker *w, const ito_dit *d)
{
    at(w, "t_embedder.mlp.0");
    linear(w);
    at(w, "t_embedder.mlp.2");
    linear(w);
    at(w, "y_embedder.embedding_table");
    if (d->labels > 0)
        table(w, "embed", "weight", 2);
    at(w, "x_embedder.proj");
    conv(w, "linear", d->patch);
    at(w, "pos_embed");
    table(w, "positions", "", 3);
    for (size_t i = 0; i < d->depth; i++)
        walk_block(w, i);
    at(w, "final_layer.adaLN_modulation.1");
    modulation(w, 2);
    at(w, "final_layer.linear");
    linear(w);
}

/* ---- both ---- */

/* Room for every slice, and for one number more of each norm. */
static ito_status begin(ito_ctx *ctx, const ito_graph *g, walker *w,
                        torch_map *out)
{
    size_t slices = 0;
    ito_slice s;

    while (ito_graph_slice(g, slices, &s) == 0)
        slices++;
    *out = (torch_map){ .count = 0 };
    *w = (walker){ .g = g, .map = out };
    out->tensor = ito__calloc(ctx, 2 * slices + 1, sizeof(*out->tensor));
    return out->tensor ? ITO_OK
                       : ito__fail(ctx, ITO_ENOMEM, "%zu tensors", 2 * slices);
}

static ito_status end(ito_ctx *ctx, walker *w)
{
    ito_slice s;

    if (!w->lost && ito_graph_slice(w->g, w->slice, &s) != 0)
        return ITO_OK;
    ito__torch_map_free(ctx, w->map);
    return ito__fail(ctx, ITO_EUNFIT,
                     "torch: the network has a layer that %s "
                     "does not",
                     *w->where ? w->where : "PyTorch's");
}

ito_status ito__torch_map_unet(ito_ctx *ctx, const ito_graph *g,
                               const ito_unet *unet, torch_map *out)
{
    walker w;
    const ito_status rc = begin(ctx, g, &w, out);

    if (rc != ITO_OK)
        return rc;
    walk_unet(&w, unet);
    return end(ctx, &w);
}

ito_status ito__torch_map_dit(ito_ctx *ctx, const ito_graph *g,
                              const ito_dit *dit, torch_map *out)
{
    walker w;
    const ito_status rc = begin(ctx, g, &w, out);

    if (rc != ITO_OK)
        return rc;
    walk_dit(&w, dit);
    return end(ctx, &w);
}

void ito__torch_map_free(ito_ctx *ctx, torch_map *map)
{
    ito__free(ctx, map->tensor);
    *map = (torch_map){ .count = 0 };
}

/* Shift and scale change places: parts 0 and 1, 3 and 4. */
static size_t output_here(const torch_tensor *t, size_t out)
{
    const size_t width = t->shape[0] / t->parts, part = out / width;

    if (t->parts == 1 || part % 3 == 2)
        return out;
    return part % 3 == 0 ? out + width : out - width;
}

size_t ito__torch_place(const torch_tensor *t, size_t i)
{
    const size_t *n = t->shape;
    size_t k[4];

    if (!t->turned)
        return t->offset + (t->parts == 1 ? i : output_here(t, i));
    for (size_t d = 4; d-- > 0; i /= n[d])
        k[d] = i % n[d];
    return t->offset + ((k[2] * n[3] + k[3]) * n[1] + k[1]) * n[0] +
           output_here(t, k[0]);
}
