/* SPDX-License-Identifier: MIT
 *
 * torch_net.h - the networks that PyTorch's weights are of: seen in the shapes
 * of a file, or in a graph.
 */
#ifndef ITO_FLOW_TORCH_NET_H
#define ITO_FLOW_TORCH_NET_H

#include <ito/torch.h>

#include "data/safetensors.h"
#include "flow/torch_map.h"

typedef struct torch_net {
    ito_torch_net kind; /* UNET or DIT */
    ito_unet unet;
    ito_dit dit;
} torch_net;

/* What the weights of a file are of; that they fit is not checked. */
ito_status ito__torch_net_of_file(ito_ctx *ctx, const char *where,
                                  const st_file *st, const ito_torch_opts *o,
                                  torch_net *out);

/* What a graph is, if PyTorch has it too; else ITO_EUNFIT. */
ito_status ito__torch_net_of_graph(ito_ctx *ctx, const ito_graph *g,
                                   torch_net *out);

ito_status ito__torch_net_build(ito_ctx *ctx, const torch_net *net,
                                ito_graph **out);
ito_status ito__torch_net_map(ito_ctx *ctx, const torch_net *net,
                              const ito_graph *g, torch_map *out);

/* "unet" or "dit" */
const char *ito__torch_net_name(const torch_net *net);

/* Height, width and channels of its images, and its labels, none included. */
void ito__torch_net_images(const torch_net *net, size_t size[3],
                           size_t *labels);

#endif /* ITO_FLOW_TORCH_NET_H */
