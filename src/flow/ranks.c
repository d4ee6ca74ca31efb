/* SPDX-License-Identifier: MIT
 *
 * ranks.c - gradients across processes.
 */
#include "flow/ranks.h"

static ito_status lost(ito_ctx *ctx, const char *what, size_t rank, int rc)
{
    return ito__fail(ctx, ITO_ECOMM,
                     "train: rank %zu: %s rank %zu failed with %d",
                     ctx->comm->rank, what, rank, rc);
}

void ito__ranks_split(const ito_ctx *ctx, size_t shards, size_t *lo, size_t *hi)
{
    const size_t size = ctx->comm ? ctx->comm->size : 1;
    const size_t rank = ctx->comm ? ctx->comm->rank : 0;

    *lo = shards * rank / size;
    *hi = shards * (rank + 1) / size;
}

/* What precedes the vectors of a rank: level and index of each node. */
typedef struct header {
    uint64_t count;
    uint64_t level[128], index[128];
} header;

static ito_status send_nodes(ito_ctx *ctx, const ito_trainer *t, size_t count)
{
    const ito_comm *comm = ctx->comm;
    header h = { 0 };
    int rc;

    count = ito__tree_compact(ctx->kern, t->nodes, count, t->params);
    assert(count <= 128);
    h.count = count;
    for (size_t i = 0; i < count; i++) {
        h.level[i] = t->nodes[i].level;
        h.index[i] = t->nodes[i].index;
    }
    rc = comm->send(comm->arg, 0, &h, sizeof(h));
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = comm->send(comm->arg, 0, t->nodes[i].sum,
                        t->params * sizeof(*t->nodes[i].sum));
    if (rc == 0)
        rc = comm->send(comm->arg, 0, t->shard_loss + t->shard_lo,
                        (t->shard_hi - t->shard_lo) * sizeof(*t->shard_loss));
    return rc == 0 ? ITO_OK : lost(ctx, "sending to", 0, rc);
}

static ito_status receive_nodes(ito_ctx *ctx, ito_trainer *t, size_t from,
                                size_t *count, float **buffer)
{
    const ito_comm *comm = ctx->comm;
    const size_t lo = t->shards * from / comm->size;
    const size_t hi = t->shards * (from + 1) / comm->size;
    header h = { 0 };
    int rc;

    rc = comm->recv(comm->arg, from, &h, sizeof(h));
    if (rc == 0 && (h.count > 128 || *count + h.count > t->node_max))
        return lost(ctx, "unusable message from", from, 0);
    for (size_t i = 0; rc == 0 && i < h.count; i++) {
        t->nodes[(*count)++] = (tree_node){ .level = (unsigned)h.level[i],
                                            .index = (size_t)h.index[i],
                                            .sum = *buffer };
        rc = comm->recv(comm->arg, from, *buffer, t->params * sizeof(**buffer));
        *buffer += t->params;
    }
    if (rc == 0)
        rc = comm->recv(comm->arg, from, t->shard_loss + lo,
                        (hi - lo) * sizeof(*t->shard_loss));
    return rc == 0 ? ITO_OK : lost(ctx, "receiving from", from, rc);
}

ito_status ito__ranks_gather(ito_ctx *ctx, ito_trainer *t, size_t *count)
{
    float *buffer = t->received;
    ito_status rc = ITO_OK;

    if (!ctx->comm)
        return ITO_OK;
    if (ctx->comm->rank != 0)
        return send_nodes(ctx, t, *count);
    for (size_t from = 1; rc == ITO_OK && from < ctx->comm->size; from++)
        rc = receive_nodes(ctx, t, from, count, &buffer);
    return rc;
}

ito_status ito__ranks_share(ito_ctx *ctx, ito_trainer *t)
{
    const ito_comm *comm = ctx->comm;
    int rc;

    if (!comm)
        return ITO_OK;
    rc = comm->broadcast(comm->arg, 0, t->total, t->params * sizeof(float));
    if (rc == 0)
        rc = comm->broadcast(comm->arg, 0, t->shard_loss,
                             t->shards * sizeof(*t->shard_loss));
    if (rc == 0)
        rc = comm->broadcast(comm->arg, 0, t->chunk_sum,
                             size_ceil_div(t->params, ITO__PARAM_CHUNK) *
                                 sizeof(*t->chunk_sum));
    return rc == 0 ? ITO_OK : lost(ctx, "broadcast by", 0, rc);
}
