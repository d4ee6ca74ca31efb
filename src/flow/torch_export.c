/* SPDX-License-Identifier: MIT
 *
 * torch_export.c - weights for PyTorch (ito/torch.h).
 */
#include <string.h>

#include "data/json.h"
#include "data/safetensors.h"
#include "flow/model.h"
#include "flow/torch_net.h"

/* How many batches the running values of a model have seen. */
static ito_status batches_of(ito_ctx *ctx, const ito_model *m, int64_t *out)
{
    json_value *root;
    const json_value *v;
    uint64_t n = 0;
    const ito_status rc =
        json_parse(ctx, "training record", m->train, strlen(m->train), &root);

    if (rc != ITO_OK)
        return rc;
    v = json_get(root, "imported");
    v = v ? json_get(v, "batches") : json_get(root, "steps_done");
    (void)json_u64(v, &n);
    json_free(ctx, root);
    *out = n <= INT64_MAX ? (int64_t)n : 0;
    return ITO_OK;
}

/* The numbers of all tensors, one behind another, in PyTorch's order. */
static void gather(const torch_map *map, const float *params, float *out)
{
    for (size_t k = 0; k < map->count; k++) {
        const torch_tensor *t = &map->tensor[k];

        for (size_t i = 0; !t->batches && i < t->count; i++)
            *out++ = params[ito__torch_place(t, i)];
    }
}

static void add_tensors(st_writer *w, const torch_map *map, const float *x,
                        const int64_t *batches)
{
    st_meta(w, "format", "pt");
    for (size_t k = 0; k < map->count; k++) {
        const torch_tensor *t = &map->tensor[k];

        if (t->batches) {
            st_add(w, t->name, ST_I64, 0, t->shape, batches);
            continue;
        }
        st_add(w, t->name, ST_F32, t->rank, t->shape, x);
        x += t->count;
    }
}

static ito_status write_map(ito_ctx *ctx, const ito_model *m,
                            const torch_map *map, const char *path)
{
    float *x =
        ito__alloc(ctx, size_mul(ito_graph_params(m->graph), sizeof(*x)));
    st_writer *w = NULL;
    int64_t batches = 0;
    ito_status rc = batches_of(ctx, m, &batches);

    if (rc == ITO_OK && !x)
        rc = ito__fail(ctx, ITO_ENOMEM, "%s: tensors", path);
    if (rc == ITO_OK)
        rc = st_writer_new(ctx, &w);
    if (rc == ITO_OK) {
        gather(map, m->params, x);
        add_tensors(w, map, x, &batches);
        rc = st_write(w, path);
    }
    st_writer_free(w);
    ito__free(ctx, x);
    return rc;
}

ito_status ito_torch_export(ito_ctx *ctx, const ito_model *model,
                            const char *path)
{
    torch_map map;
    torch_net net;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!model || !path)
        return ito__fail(ctx, ITO_EARG, "export: a model and a file");
    if ((rc = ito__torch_net_of_graph(ctx, model->graph, &net)) != ITO_OK ||
        (rc = ito__torch_net_map(ctx, &net, model->graph, &map)) != ITO_OK)
        return rc;
    rc = write_map(ctx, model, &map, path);
    ito__torch_map_free(ctx, &map);
    return rc;
}
