/* SPDX-License-Identifier: MIT
 *
 * graph_split.h - a graph cut before its last layer.
 */
#ifndef ITO_NN_GRAPH_SPLIT_H
#define ITO_NN_GRAPH_SPLIT_H

#include <ito/graph.h>

/* Graphs of their own.  The parameters of `whole` are those of `trunk`, then
 * those of `head`. */
typedef struct graph_parts {
    ito_graph *whole; /* a copy */
    ito_graph *trunk; /* up to what the last layer reads */
    ito_graph *head;  /* the last layer */
} graph_parts;

/*
 * Cut a finished graph whose last node and output is a linear layer of one
 * vector, without activation.  ITO_EUNFIT where it is not, ITO_ENOMEM.
 * `out` is to be freed, also on failure.
 */
ito_status ito__graph_split(ito_ctx *ctx, const ito_graph *g, graph_parts *out);
void ito__graph_parts_free(graph_parts *parts);

#endif /* ITO_NN_GRAPH_SPLIT_H */
