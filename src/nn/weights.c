/* SPDX-License-Identifier: MIT
 *
 * weights.c - parameters in the order in which the kernels read them.
 */
#include "nn/op.h"

#define ALIGN_REALS 16

ito_status ito_weights_new(ito_ctx *ctx, const ito_graph *g, ito_weights **out)
{
    return ito_weights_new_in(ctx, g, ITO_PRECISION_F32, out);
}

ito_status ito_weights_new_in(ito_ctx *ctx, const ito_graph *g,
                              ito_precision precision, ito_weights **out)
{
    ito_weights *w;

    *out = NULL;
    if ((unsigned)precision > ITO_PRECISION_BF16)
        return ito__fail(ctx, ITO_EARG, "weights: no precision %d",
                         (int)precision);
    w = ito__calloc(ctx, 1, sizeof(*w));
    if (!w)
        return ito__fail(ctx, ITO_ENOMEM, "packed weights");
    w->ctx = ctx;
    w->g = g;
    w->kern = precision == ITO_PRECISION_BF16 ? &ctx->bf16 : ctx->kern;
    w->offset = ito__calloc(ctx, g->count + 1, sizeof(*w->offset));
    for (size_t i = 0; w->offset && i < g->count; i++) {
        const node *n = &g->nodes[i];
        const size_t size =
            n->op->packed_size ? n->op->packed_size(w->kern, n) : 0;

        w->offset[i] = w->total;
        w->total = size_add(w->total, size_round_up(size, ALIGN_REALS));
    }
    w->packed = ito__calloc(ctx, w->total, sizeof(*w->packed));
    if (!w->offset || !w->packed) {
        ito_weights_free(w);
        return ito__fail(ctx, ITO_ENOMEM, "packed weights of %zu parameters",
                         g->params);
    }
    *out = w;
    return ITO_OK;
}

void ito__weights_pack_nodes(const ito_weights *w, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        const node *n = &w->g->nodes[i];

        if (n->op->pack)
            n->op->pack(w->kern, n, w->params + n->param,
                        w->packed + w->offset[i]);
    }
}

void ito_weights_free(ito_weights *w)
{
    if (!w)
        return;
    ito__free(w->ctx, w->packed);
    ito__free(w->ctx, w->offset);
    ito__free(w->ctx, w);
}
