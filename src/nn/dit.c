/* SPDX-License-Identifier: MIT
 *
 * dit.c - the transformer of ito/net.h.
 *
 *     c    = act(W' act(W [t features label] + b) + b')
 *     h    = positions(linear(patches(x)))
 *     h    = h + g1 attention(norm(h) (1 + s1) + m1)       s, m, g: linear in
 *     h    = h + g2 mlp(norm(h) (1 + s2) + m2)             c, from zero
 *     y    = unpatch(linear(norm(h) (1 + s) + m))          from zero
 *
 * With s, m and g from zero every block is the identity at first.  `standard`
 * has c = act(W' act(W sinusoids(t) + b) + b' + label), as the paper.
 */
#include <ito/layer.h>
#include <ito/net.h>

#include "ctx/ctx.h"
#include "nn/conds.h"

#define WIDTH_MAX 4096
#define DEPTH_MAX 128

typedef struct maker {
    ito_ctx *ctx;
    ito_graph *g;
    ito_dit d;
    ito_node cond; /* c */
} maker;

/* Parameters of a node that start from zero. */
static ito_status zero_linear(const maker *m, ito_node x, size_t cols,
                              ito_node *out)
{
    ito_status rc = ito_graph_linear(m->ctx, m->g, x, cols, ITO_ACT_NONE, out);

    if (rc == ITO_OK)
        rc = ito_graph_start(m->ctx, m->g, *out, ITO_START_ZERO);
    return rc;
}

/* c of the paper. */
static ito_status make_standard_cond(maker *m)
{
    const size_t width = m->d.width;
    ito_node h = 0, label;
    ito_status rc = ito_graph_input(m->ctx, m->g, ITO_INPUT_T, 1, &h);

    if (rc == ITO_OK)
        rc = ito_graph_sinusoids(m->ctx, m->g, h, m->d.time_features,
                                 m->d.time_scale, &h);
    if (rc == ITO_OK)
        rc = ito_graph_linear(m->ctx, m->g, h, width, ITO_ACT_SILU, &h);
    if (rc == ITO_OK)
        rc = ito_graph_linear(m->ctx, m->g, h, width, ITO_ACT_NONE, &h);
    if (rc == ITO_OK && m->d.labels > 0) {
        rc = ito_graph_input(m->ctx, m->g, ITO_INPUT_COND, 1, &label);
        if (rc == ITO_OK)
            rc = ito_graph_embed(m->ctx, m->g, label, m->d.labels, width,
                                 &label);
        if (rc == ITO_OK)
            rc = ito_graph_add(m->ctx, m->g, h, label, &h);
    }
    if (rc == ITO_OK)
        rc = ito_graph_act(m->ctx, m->g, h, ITO_ACT_SILU, &h);
    m->cond = h;
    return rc;
}

/* c: what all blocks are told of the time and the conditions. */
static ito_status make_cond(maker *m)
{
    const size_t width = m->d.width;
    const ito_conds conds = { .labels = m->d.labels,
                              .label_cols = width >= 4 ? width / 4 : 1 };
    ito_node t, h = 0;
    ito_status rc = ito_graph_input(m->ctx, m->g, ITO_INPUT_T, 1, &t);

    if (rc == ITO_OK)
        rc = ito_graph_fourier(m->ctx, m->g, t, m->d.time_features, &h);
    if (rc == ITO_OK)
        rc = ito_graph_concat(m->ctx, m->g, t, h, &h);
    if (rc == ITO_OK)
        rc = ito__conds_join(m->ctx, m->g, &conds, &h);
    for (size_t i = 0; i < 2 && rc == ITO_OK; i++)
        rc = ito_graph_linear(m->ctx, m->g, h, width, ITO_ACT_SILU, &h);
    m->cond = h;
    return rc;
}

/* norm(x) (1 + s) + m, s and m the channels from `first` on of `by`. */
static ito_status modulate(const maker *m, ito_node x, ito_node by,
                           size_t first, ito_node *out)
{
    const ito_norm norm = { .kind = ITO_NORM_LAYER,
                            .plain = 1,
                            .eps_digits = m->d.standard ? 6 : 0 };
    ito_status rc = ito_graph_norm(m->ctx, m->g, x, &norm, out);

    if (rc == ITO_OK)
        rc = ito_graph_columns(m->ctx, m->g, by, first, 2 * m->d.width, &by);
    if (rc == ITO_OK)
        rc = ito_graph_scale_shift(m->ctx, m->g, *out, by, out);
    return rc;
}

/* h = h + gate branch. */
static ito_status join(const maker *m, ito_node branch, ito_node by,
                       size_t first, ito_node *h)
{
    ito_status rc = ito_graph_columns(m->ctx, m->g, by, first, m->d.width, &by);

    if (rc == ITO_OK && m->d.dropout != 0.0)
        rc = ito_graph_dropout(m->ctx, m->g, branch, m->d.dropout, &branch);
    if (rc == ITO_OK)
        rc = ito_graph_mul(m->ctx, m->g, branch, by, &branch);
    if (rc == ITO_OK)
        rc = ito_graph_add(m->ctx, m->g, *h, branch, h);
    return rc;
}

/* Two linear layers with something between. */
static ito_status attend(const maker *m, ito_node *h)
{
    const size_t width = m->d.width;
    ito_status rc =
        ito_graph_linear(m->ctx, m->g, *h, 3 * width, ITO_ACT_NONE, h);

    if (rc == ITO_OK)
        rc = ito_graph_attention(m->ctx, m->g, *h, m->d.heads, h);
    if (rc == ITO_OK)
        rc = ito_graph_linear(m->ctx, m->g, *h, width, ITO_ACT_NONE, h);
    return rc;
}

static ito_status mix(const maker *m, ito_node *h)
{
    const size_t width = m->d.width;
    ito_status rc =
        ito_graph_linear(m->ctx, m->g, *h, 4 * width, ITO_ACT_GELU, h);

    if (rc == ITO_OK)
        rc = ito_graph_linear(m->ctx, m->g, *h, width, ITO_ACT_NONE, h);
    return rc;
}

static ito_status add_block(const maker *m, ito_node *h)
{
    const size_t width = m->d.width;
    ito_node by, branch;
    ito_status rc = zero_linear(m, m->cond, 6 * width, &by);

    if (rc != ITO_OK || (rc = modulate(m, *h, by, 0, &branch)) != ITO_OK ||
        (rc = attend(m, &branch)) != ITO_OK ||
        (rc = join(m, branch, by, 2 * width, h)) != ITO_OK ||
        (rc = modulate(m, *h, by, 3 * width, &branch)) != ITO_OK ||
        (rc = mix(m, &branch)) != ITO_OK)
        return rc;
    return join(m, branch, by, 5 * width, h);
}

static ito_status make_tokens(const maker *m, ito_node *h)
{
    const size_t shape[3] = { m->d.h, m->d.w, m->d.c };
    ito_status rc = ito_graph_input(m->ctx, m->g, ITO_INPUT_X,
                                    shape[0] * shape[1] * shape[2], h);

    if (rc == ITO_OK)
        rc = ito_graph_reshape(m->ctx, m->g, *h, shape, h);
    if (rc == ITO_OK)
        rc = ito_graph_patches(m->ctx, m->g, *h, m->d.patch, h);
    if (rc == ITO_OK)
        rc = ito_graph_linear(m->ctx, m->g, *h, m->d.width, ITO_ACT_NONE, h);
    if (rc == ITO_OK)
        rc = ito_graph_positions(m->ctx, m->g, *h, h);
    return rc;
}

static ito_status make_image(const maker *m, ito_node h)
{
    const size_t size[2] = { m->d.h, m->d.w };
    const size_t patch = m->d.patch * m->d.patch * m->d.c;
    ito_node by;
    ito_status rc = zero_linear(m, m->cond, 2 * m->d.width, &by);

    if (rc == ITO_OK)
        rc = modulate(m, h, by, 0, &h);
    if (rc == ITO_OK)
        rc = zero_linear(m, h, patch, &h);
    if (rc == ITO_OK)
        rc = ito_graph_unpatch(m->ctx, m->g, h, m->d.patch, size, &h);
    return rc == ITO_OK ? ito_graph_finish(m->ctx, m->g, h) : rc;
}

static ito_status build(maker *m)
{
    ito_node h;
    ito_status rc = m->d.standard ? make_standard_cond(m) : make_cond(m);

    if (rc == ITO_OK)
        rc = make_tokens(m, &h);
    for (size_t i = 0; i < m->d.depth && rc == ITO_OK; i++)
        rc = add_block(m, &h);
    return rc == ITO_OK ? make_image(m, h) : rc;
}

static ito_status check(ito_ctx *ctx, const ito_dit *d)
{
    if (d->h == 0 || d->w == 0 || d->c == 0 ||
        size_mul(size_mul(d->h, d->w), d->c) > 1u << 24)
        return ito__fail(ctx, ITO_EARG, "dit: images of %zu x %zu x %zu", d->h,
                         d->w, d->c);
    if (d->h % d->patch != 0 || d->w % d->patch != 0)
        return ito__fail(ctx, ITO_EUNFIT,
                         "dit: images of %zu x %zu cannot be cut into squares "
                         "of %zu; pad them or take another patch",
                         d->h, d->w, d->patch);
    if (d->width > WIDTH_MAX || d->depth > DEPTH_MAX ||
        d->width % d->heads != 0)
        return ito__fail(ctx, ITO_EARG,
                         "dit: width %zu (at most %d, a multiple of the %zu "
                         "heads), depth %zu (at most %d)",
                         d->width, WIDTH_MAX, d->heads, d->depth, DEPTH_MAX);
    if (d->labels == 1)
        return ito__fail(ctx, ITO_EARG,
                         "dit: one label, and none is one of them");
    return ITO_OK;
}

ito_status ito_dit_build(ito_ctx *ctx, const ito_dit *dit, ito_graph **out)
{
    maker m = { .ctx = ctx, .d = *dit };
    ito_status rc;

    *out = NULL;
    m.d.patch = m.d.patch ? m.d.patch : 4;
    m.d.width = m.d.width ? m.d.width : 256;
    m.d.depth = m.d.depth ? m.d.depth : 6;
    m.d.heads = m.d.heads ? m.d.heads : 4;
    if (m.d.time_features == 0)
        m.d.time_features = m.d.standard ? 128 : 16;
    m.d.time_scale = m.d.time_scale ? m.d.time_scale : 1;
    if ((rc = check(ctx, &m.d)) != ITO_OK ||
        (rc = ito_graph_new(ctx, &m.g)) != ITO_OK)
        return rc;
    if ((rc = build(&m)) != ITO_OK) {
        ito_graph_free(m.g);
        return rc;
    }
    *out = m.g;
    return ITO_OK;
}
