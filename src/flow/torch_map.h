/* SPDX-License-Identifier: MIT
 *
 * torch_map.h - which tensor of PyTorch is which piece of the parameters of
 * a network.
 *
 * PyTorch keeps outputs first (linear: out x in; convolution: out x in x height
 * x width), we last ((height width in) x out).  The layers that modulate give
 * shift, scale, gate there, scale, shift, gate here.
 */
#ifndef ITO_FLOW_TORCH_MAP_H
#define ITO_FLOW_TORCH_MAP_H

#include <ito/net.h>

#include "ctx/ctx.h"

#define TORCH_NAME_MAX 80

typedef struct torch_tensor {
    char name[TORCH_NAME_MAX];
    size_t rank;
    size_t shape[4]; /* there; 1 beyond the rank */
    size_t count;    /* of its numbers */
    size_t offset;   /* of these in the parameter vector */
    bool turned;     /* outputs first there, last here */
    size_t parts;    /* of a modulation; else 1 */
    bool batches;    /* no parameter: num_batches_tracked, an int64 */
} torch_tensor;

typedef struct torch_map {
    torch_tensor *tensor;
    size_t count;
} torch_map;

/* The tensors of a network that ito_unet_build or ito_dit_build (standard)
 * made of these options.  Freed by ito__torch_map_free. */
ito_status ito__torch_map_unet(ito_ctx *ctx, const ito_graph *g,
                               const ito_unet *unet, torch_map *out);
ito_status ito__torch_map_dit(ito_ctx *ctx, const ito_graph *g,
                              const ito_dit *dit, torch_map *out);
void ito__torch_map_free(ito_ctx *ctx, torch_map *map);

/* The place in the parameter vector of number i of a tensor. */
size_t ito__torch_place(const torch_tensor *t, size_t i);

#endif /* ITO_FLOW_TORCH_MAP_H */
