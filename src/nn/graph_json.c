/* SPDX-License-Identifier: MIT
 *
 * graph_json.c - a graph as JSON, in model files.
 */
#include "nn/graph_json.h"

#include "nn/op.h"

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
        json_close(w, '}');
    }
    json_close(w, ']');
    json_key(w, "output");
    json_put_u64(w, g->output);
    json_close(w, '}');
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
        !json_size(json_get(v, "attr"), COLS_MAX, &n->attr))
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
        ito_status rc;
        size_t cols;
        node n;

        if (!read_node(v, &n))
            return ito__fail(ctx, ITO_EFORMAT,
                             "model: node %zu of the network is malformed", i);
        cols = n.cols;
        if (n.op == &ito__op_input)
            rc = ito_graph_input(ctx, g, (ito_input)n.attr, n.cols, &n.in[0]);
        else
            rc = ito__graph_push(ctx, g, &n, &n.in[0]);
        if (rc == ITO_ENOMEM)
            return rc;
        if (rc != ITO_OK || g->nodes[i].cols != cols)
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
    for (size_t i = 0; i < g->count; i++)
        if (g->nodes[i].op == &ito__op_columns ||
            g->nodes[i].op == &ito__op_embed ||
            g->nodes[i].op == &ito__op_potential)
            return 2;
    return 1;
}
