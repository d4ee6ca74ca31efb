/* SPDX-License-Identifier: MIT
 *
 * ito/model.h - a trained model: one file, and samples from it.
 *
 *     rc = ito_model_load(ctx, "houses.safetensors", &model);
 *     rc = ito_model_sample(ctx, model, NULL, 1000, &table);
 *     rc = ito_table_write(ctx, "new.csv", table);
 *
 * A model is a field u(x, t) that carries noise N(0, I) at t = 0 to data at
 * t = 1, and the schema that turns coordinates into columns.
 */
#ifndef ITO_MODEL_H
#define ITO_MODEL_H

#include <ito/field.h>
#include <ito/graph.h>
#include <ito/schema.h>
#include <ito/solve.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The version of the model file that this library writes. */
#define ITO_MODEL_FORMAT 1

/** A trained model; opaque, immutable, usable through any context. */
typedef struct ito_model ito_model;

/** How to sample.  Zero in any field means the default. */
typedef struct ito_sample_opts {
    ito_solve_opts solve;  /**< method ("heun"), steps (50), time grid */
    uint64_t seed;         /**< of the noise */
    uint64_t id0;          /**< id of the first sample: ids 1000 to 1031 alone
                                are what they are among 10^9 */
    const ito_sink *sinks; /**< who wants to see states on the way */
    size_t sink_count;     /**< how many */
    void *reserved[8];     /**< zero */
} ito_sample_opts;

/** A point of a loss curve. */
typedef struct ito_loss_point {
    double step; /**< steps done */
    double loss; /**< mean of the training loss since the last point, or the
                      validation loss there */
} ito_loss_point;

/**
 * Load a model file.  Nothing in the file is trusted: lengths, shapes and the
 * checksum are verified, nothing is executed.
 *
 * @return ITO_OK, ITO_EIO, ITO_EFORMAT (truncated, altered or not a model),
 *         ITO_EVERSION (written by a newer ito) or ITO_ENOMEM
 */
ITO_API ito_status ito_model_load(ito_ctx *ctx, const char *path,
                                  ito_model **out);

/** Save a model; the file appears whole or not at all. */
ITO_API ito_status ito_model_save(ito_ctx *ctx, const ito_model *model,
                                  const char *path);

/** Free a model, before the context it was made with is closed; NULL is
 *  allowed. */
ITO_API void ito_model_free(ito_model *model);

/** Coordinates of a sample. */
ITO_API size_t ito_model_dim(const ito_model *model);

/** How coordinates become columns. */
ITO_API const ito_schema *ito_model_schema(const ito_model *model);

/** The field that moves samples, valid as long as the model. */
ITO_API const ito_field *ito_model_field(const ito_model *model);

/** The network, valid as long as the model. */
ITO_API const ito_graph *ito_model_graph(const ito_model *model);

/** Everything that is known of the model as one JSON text (network, path,
 *  schema, training), valid as long as the model. */
ITO_API const char *ito_model_json(const ito_model *model);

/** Points of the training (which = 0) or validation (1) loss; *out is valid
 *  as long as the model.  Returns how many. */
ITO_API size_t ito_model_losses(const ito_model *model, int which,
                                const ito_loss_point **out);

/** How a model was trained. */
typedef struct ito_model_record {
    char set[256];    /**< the built-in set, as ito_dist_open takes it, or "" */
    char sha256[65];  /**< of the table otherwise, or "" */
    size_t rows;      /**< rows trained on; 0 when drawn afresh */
    size_t steps;     /**< steps of training */
    size_t batch;     /**< rows a step */
    double lr;        /**< learning rate */
    uint64_t seed;    /**< seed of the training */
    size_t kept_step; /**< step whose averaged weights were kept */
    double kept_loss; /**< their validation loss; NaN when not validated */
} ito_model_record;

/** Read the training record; @return ITO_OK, ITO_EFORMAT or ITO_ENOMEM. */
ITO_API ito_status ito_model_record_get(ito_ctx *ctx, const ito_model *model,
                                        ito_model_record *out);

/**
 * Draw n samples in coordinates of the model.
 *
 * @param opts  options, or NULL
 * @param x     receives n x dim floats; NULL when only sinks receive
 * @return ITO_OK or what ito_solve returns
 */
ITO_API ito_status ito_model_sample_rows(ito_ctx *ctx, const ito_model *model,
                                         const ito_sample_opts *opts, size_t n,
                                         float *x);

/** Draw n samples as a table with the columns of the data, to be freed by
 *  ito_table_free. */
ITO_API ito_status ito_model_sample(ito_ctx *ctx, const ito_model *model,
                                    const ito_sample_opts *opts, size_t n,
                                    ito_table **out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_MODEL_H */
