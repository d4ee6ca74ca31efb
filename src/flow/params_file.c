/* SPDX-License-Identifier: MIT
 *
 * params_file.c - the parameters of a graph as tensors of a file.
 */
#include "flow/params_file.h"

#include <stdio.h>
#include <string.h>

#include "kern/kern.h"

static void tensor_name(const char *set, const ito_slice *s, char *name,
                        size_t bytes)
{
    (void)snprintf(name, bytes, "%s.%s", set, s->name);
}

void ito__params_put(st_writer *w, const char *set, const ito_graph *g,
                     const float *params)
{
    ito_slice s;
    char name[80];

    for (size_t i = 0; ito_graph_slice(g, i, &s) == 0; i++) {
        tensor_name(set, &s, name, sizeof(name));
        st_add(w, name, ST_F32, s.rank, s.shape, params + s.offset);
    }
}

ito_status ito__params_get(ito_ctx *ctx, st_file *st, const char *path,
                           const char *set, const ito_graph *g, float **out)
{
    const size_t params = ito_graph_params(g);
    ito_slice s;
    char name[80];

    *out = ito__calloc(ctx, params, sizeof(**out));
    if (!*out)
        return ito__fail(ctx, ITO_ENOMEM, "%s: %zu parameters", path, params);
    for (size_t i = 0; ito_graph_slice(g, i, &s) == 0; i++) {
        const size_t n = s.shape[0] * s.shape[1];
        const st_tensor *t;

        tensor_name(set, &s, name, sizeof(name));
        t = st_find(st, name);
        if (!t || t->dtype != ST_F32 || t->rank != s.rank ||
            memcmp(t->shape, s.shape, s.rank * sizeof(s.shape[0])) != 0)
            return ito__fail(ctx, ITO_EFORMAT,
                             "%s: tensor %s is absent or of another shape",
                             path, name);
        if (!ctx->kern->all_finite(n, t->data))
            return ito__fail(ctx, ITO_ENONFINITE,
                             "%s: tensor %s holds NaN or infinity", path, name);
        memcpy(*out + s.offset, t->data, n * sizeof(**out));
        st_drop(st, name);
    }
    return ITO_OK;
}
