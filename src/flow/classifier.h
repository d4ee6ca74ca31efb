/* SPDX-License-Identifier: MIT
 *
 * classifier.h - what a classifier of images is made of.
 */
#ifndef ITO_FLOW_CLASSIFIER_H
#define ITO_FLOW_CLASSIFIER_H

#include <ito/classifier.h>

#include "flow/labels.h"
#include "nn/graph_split.h"

/* Images that go through the network together. */
#define ITO__CLASSIFIER_ROWS 16

struct ito_classifier {
    ito_ctx *ctx; /* whose memory this is */
    graph_parts graph;
    float *params; /* of graph.whole */
    ito_weights *trunk, *head;
    ito_plan *trunk_plan, *head_plan;
    ito_schema *schema; /* of its images */
    labels classes;
};

/*
 * Take over `params` (for ito__free), also on failure, cut the graph and make
 * everything ready to run.  `where` names what is at fault in messages.
 */
ito_status ito__classifier_make(ito_ctx *ctx, const char *where,
                                const ito_graph *graph, float *params,
                                const ito_image_format *format,
                                const ito_image_labels *classes,
                                ito_classifier **out);

#endif /* ITO_FLOW_CLASSIFIER_H */
