/* SPDX-License-Identifier: MIT
 *
 * ito/flow.h - a way from noise to data by name: a trained model or an oracle.
 *
 *     rc = ito_flow_open(ctx, "m.safetensors", &flow);
 *     rc = ito_flow_open(ctx, "oracle:gmm:modes=3@cosine", &flow);
 *     rc = ito_flow_sample_rows(ctx, flow, NULL, 1000, x);
 *
 * Whatever takes a flow works with either.
 */
#ifndef ITO_FLOW_H
#define ITO_FLOW_H

#include <ito/model.h>
#include <ito/oracle.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A flow; opaque, immutable, usable through any context. */
typedef struct ito_flow ito_flow;

/**
 * Open a flow.
 *
 * @param name  a model file; "oracle:" and what ito_oracle_open takes; or
 *              "oracle:FILE" or "oracle:FILE@PATH", the exact field of the
 *              rows of a table (columns of numbers as they are, columns of
 *              words one coordinate a level)
 * @param out   receives the flow, to be freed by ito_flow_free before the
 *              context is closed; NULL on failure
 * @return ITO_OK or what ito_oracle_open, ito_model_load or
 *         ito_source_open return
 */
ITO_API ito_status ito_flow_open(ito_ctx *ctx, const char *name,
                                 ito_flow **out);

/** The flow of a model, which must outlive it; out as for ito_flow_open. */
ITO_API ito_status ito_flow_of_model(ito_ctx *ctx, const ito_model *model,
                                     ito_flow **out);

/** The flow of an oracle, which must outlive it; out as for ito_flow_open. */
ITO_API ito_status ito_flow_of_oracle(ito_ctx *ctx, const ito_oracle *oracle,
                                      ito_flow **out);

/** ito_model_precision of a model that the flow has opened.
 *  @return the same, or ITO_EUNFIT (an oracle, which has no network; a model
 *          that is not the flow's own) */
ITO_API ito_status ito_flow_precision(ito_ctx *ctx, ito_flow *flow,
                                      ito_precision precision);

/** Free a flow; NULL is allowed. */
ITO_API void ito_flow_free(ito_flow *flow);

/** Its model, or NULL; valid as long as the flow. */
ITO_API const ito_model *ito_flow_model(const ito_flow *flow);

/** Its oracle, or NULL; valid as long as the flow. */
ITO_API const ito_oracle *ito_flow_oracle(const ito_flow *flow);

/** Its field; valid as long as the flow. */
ITO_API const ito_field *ito_flow_field(const ito_flow *flow);

/** Its path; valid as long as the flow. */
ITO_API const ito_path *ito_flow_path(const ito_flow *flow);

/** Coordinates of a sample. */
ITO_API size_t ito_flow_dim(const ito_flow *flow);

/**
 * Draw n samples in coordinates of the flow: ito_model_sample_rows, and for an
 * oracle the same from its p_init, N(0, beta(0)^2 I) unless it has another.
 *
 * @return as ito_model_sample_rows; ITO_EUNFIT for labels, given columns or
 *         guidance of an oracle
 */
ITO_API ito_status ito_flow_sample_rows(ito_ctx *ctx, const ito_flow *flow,
                                        const ito_sample_opts *opts, size_t n,
                                        float *x);

#ifdef __cplusplus
}
#endif
#endif /* ITO_FLOW_H */
