/* SPDX-License-Identifier: MIT
 *
 * params_file.h - the parameters of a graph as tensors of a file.
 */
#ifndef ITO_FLOW_PARAMS_FILE_H
#define ITO_FLOW_PARAMS_FILE_H

#include <ito/graph.h>

#include "data/safetensors.h"

/* Add a tensor SET.NAME for every slice of the graph, for example
 * "weights.linear0.bias"; params is borrowed until st_write. */
void ito__params_put(st_writer *w, const char *set, const ito_graph *g,
                     const float *params);

/*
 * Read them back into memory of their own, *out, which the caller frees by
 * ito__free, also on failure; the file gives up what was read.  ITO_EFORMAT (a
 * tensor is absent or of another shape), ITO_ENONFINITE or ITO_ENOMEM.
 */
ito_status ito__params_get(ito_ctx *ctx, st_file *st, const char *path,
                           const char *set, const ito_graph *g, float **out);

#endif /* ITO_FLOW_PARAMS_FILE_H */
