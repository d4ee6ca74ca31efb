/* SPDX-License-Identifier: MIT
 *
 * graph_json.c - a graph as JSON, in model files.
 */
#include "nn/graph_json.h"

#include "nn/op.h"

/* Shapes and attributes that only networks of images have; absent where there
 * is nothing to say, so that files of old networks stay as they were. */
static void put_shape(json_writer *w, const node *n)
{
    size_t more = 0;

    if (places(&n->dims) > 1) {
        json_key(w, "shape");
        json_open(w, '[');
        json_put_u64(w, n->dims.h);
        json_put_u64(w, n->dims.w);
        json_put_u64(w, n->dims.c);
        json_close(w, ']');
    }
    for (size_t i = 0; i < MORE; i++)
        more += n->more[i] != 0;
    if (more == 0)
        return;
    json_key(w, "more");
    json_open(w, '[');
    for (size_t i = 0; i < MORE; i++)
        json_put_u64(w, n->more[i]);
    json_close(w, ']');
}

void ito__graph_to_json(const ito_graph *g, json_writer *w)
{
    json_open(w, '{');
    json_key(w, "nodes");
    json_open(w, '[');
    for (size_t i = 0; i < g->count; i++) {
        const node *n = &g->nodes[i];

        json_open(w, '{');
        json_key(w, "op");
        json_put_string(w, n->op->name);
        json_key(w, "in");
        json_open(w, '[');
        for (size_t k = 0; k < n->op->inputs; k++)
            json_put_u64(w, n->in[k]);
        json_close(w, ']');
        json_key(w, "cols");
        json_put_u64(w, n->cols);
        json_key(w, "act");
        json_put_string(w, ito_act_name(n->act));
        json_key(w, "attr");
        json_put_u64(w, n->attr);
        put_shape(w, n);
        json_close(w, '}');
    }
    json_close(w, ']');
    json_key(w, "output");
    json_put_u64(w, g->output);
    json_close(w, '}');
}

/* An array of exactly `count` sizes, or nothing at all. */
static bool read_sizes(const json_value *v, size_t count, size_t *out)
{
    size_t i = 0;

    if (!v)
        return true;
    if (v->kind != JSON_ARRAY || v->count != count)
        return false;
    for (const json_value *k = v->child; k; k = k->next)
        if (!json_size(k, COLS_MAX, &out[i++]))
            return false;
    return true;
}

static bool read_shape(const json_value *v, node *n)
{
    size_t shape[3] = { 1, 1, n->cols };

    if (!read_sizes(json_get(v, "shape"), 3, shape) ||
        !read_sizes(json_get(v, "more"), MORE, n->more))
        return false;
    n->dims = (dims){ shape[0], shape[1], shape[2] };
    return true;
}

static bool read_node(const json_value *v, node *n)
{
    const json_value *in = json_get(v, "in"), *k;
    const char *name, *act;
    size_t i = 0;

    *n = (node){ .in = { NO_NODE, NO_NODE } };
    if (!json_string(json_get(v, "op"), &name) ||
        !(n->op = ito__op_find(name)) ||
        !json_string(json_get(v, "act"), &act) ||
        ito_act_find(act, &n->act) != 0 ||
        !json_size(json_get(v, "cols"), COLS_MAX, &n->cols) ||
        !json_size(json_get(v, "attr"), COLS_MAX, &n->attr) ||
        !read_shape(v, n))
        return false;
    if (!in || in->kind != JSON_ARRAY || in->count != n->op->inputs)
        return false;
    for (k = in->child; k; k = k->next)
        if (!json_size(k, NODES_MAX, &n->in[i++]))
            return false;
    return true;
}

static ito_status read_nodes(ito_ctx *ctx, const json_value *nodes,
                             ito_graph *g)
{
    for (const json_value *v = nodes->child; v; v = v->next) {
        const size_t i = g->count;
        const node *got;
        ito_status rc;
        node n;

        if (!read_node(v, &n))
            return ito__fail(ctx, ITO_EFORMAT,
                             "model: node %zu of the network is malformed", i);
        if (n.op == &ito__op_input)
            rc = ito_graph_input(ctx, g, (ito_input)n.attr, n.cols, &n.in[0]);
        else
            rc = ito__graph_push(ctx, g, &n, &n.in[0]);
        if (rc == ITO_ENOMEM)
            return rc;
        got = rc == ITO_OK ? &g->nodes[i] : NULL;
        if (!got || got->cols != n.cols || !same_dims(&got->dims, &n.dims))
            return ito__fail(ctx, ITO_EFORMAT,
                             "model: node %zu of the network does not fit its "
                             "inputs",
                             i);
    }
    return ITO_OK;
}

ito_status ito__graph_from_json(ito_ctx *ctx, const json_value *v,
                                ito_graph **out)
{
    const json_value *nodes = json_get(v, "nodes");
    size_t output;
    ito_status rc;

    *out = NULL;
    if (!nodes || nodes->kind != JSON_ARRAY || nodes->count > NODES_MAX ||
        !json_size(json_get(v, "output"), NODES_MAX, &output))
        return ito__fail(ctx, ITO_EFORMAT, "model: the network is malformed");
    if ((rc = ito_graph_new(ctx, out)) != ITO_OK)
        return rc;
    rc = read_nodes(ctx, nodes, *out);
    if (rc == ITO_OK && ito_graph_finish(ctx, *out, output) != ITO_OK)
        rc = ito__fail(ctx, ITO_EFORMAT, "model: no output node %zu", output);
    if (rc != ITO_OK) {
        ito_graph_free(*out);
        *out = NULL;
    }
    return rc;
}

unsigned ito__graph_format(const ito_graph *g)
{
    unsigned format = 1;

    for (size_t i = 0; i < g->count; i++) {
        const node *n = &g->nodes[i];

        if (n->op->format > format)
            format = n->op->format;
        if (places(&n->dims) > 1)
            format = 3;
    }
    return format;
}
