/* SPDX-License-Identifier: MIT
 *
 * slices.c - the named pieces of the parameter vector, and their first
 * values.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "nn/op.h"
#include "rng/noise.h"

int ito_graph_slice(const ito_graph *g, size_t i, ito_slice *out)
{
    for (size_t j = 0; j < g->count; j++) {
        const node *n = &g->nodes[j];
        ito_slice s;

        if (!n->op->slice)
            continue;
        for (size_t k = 0; n->op->slice(n, k, &s) == 0; k++) {
            if (i-- > 0)
                continue;
            *out = s;
            (void)snprintf(out->name, sizeof(out->name), "%s.%.20s", n->name,
                           s.name);
            out->offset += n->param;
            if (s.start == ITO_START_RULE)
                out->start = n->start;
            return 0;
        }
    }
    return -1;
}

/* The half-width of the uniform law of a slice. */
static double half_width(const ito_slice *s, ito_init init)
{
    if (init == ITO_INIT_HE)
        return s->rank == 2 ? sqrt(6.0 / (double)s->fan_in) : 0.0;
    return sqrt(1.0 / (double)s->fan_in);
}

static void fill(ito_ctx *ctx, const ito_slice *s, ito_init init,
                 const ito_noise *at, float *p)
{
    const size_t n = s->shape[0] * s->shape[1];
    const float a = (float)half_width(s, init);

    switch (s->start) {
    case ITO_START_RULE:
        ito__uniform_comp(ctx->kern, at, s->offset, n, 0, p);
        for (size_t j = 0; j < n; j++)
            p[j] = (2.0F * p[j] - 1.0F) * a;
        break;
    case ITO_START_NORMAL:
        ito__normal_comp(ctx->kern, at, s->offset, n, 0, p);
        break;
    case ITO_START_ZERO:
    case ITO_START_ONE:
        for (size_t j = 0; j < n; j++)
            p[j] = s->start == ITO_START_ONE ? 1.0F : 0.0F;
        break;
    }
}

void ito_graph_init(ito_ctx *ctx, const ito_graph *g, ito_init init,
                    uint64_t seed, float *params)
{
    const ito_noise at = { .seed = seed, .purpose = ITO_FOR_WEIGHTS };
    ito_slice s;

    for (size_t i = 0; ito_graph_slice(g, i, &s) == 0; i++) {
        fill(ctx, &s, init, &at, params + s.offset);
    }
}
