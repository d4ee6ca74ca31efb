/* SPDX-License-Identifier: MIT
 *
 * ito/model.h - a trained model: one file, and samples from it.
 *
 *     rc = ito_model_load(ctx, "houses.safetensors", &model);
 *     rc = ito_model_sample(ctx, model, NULL, 1000, &table);
 *     rc = ito_table_write(ctx, "new.csv", table);
 *
 * A model is a field u(x, t) that carries noise N(0, I), or what else it was
 * trained to start from, at t = 0 to data at t = 1, and the schema that turns
 * coordinates into columns.
 *
 * Its field offers, beside the drift: vjp; the divergence (an exact trace) up
 * to 16 coordinates; the score where the noise is N(0, I); the potential where
 * the network is the gradient of one.  Near an end where the formula of what
 * is asked for divides by a number that vanishes there, it is evaluated at a
 * distance of 1/256: so everything is finite for t in [0, 1].
 *
 * A model that was trained with labels or given columns is sampled under
 * conditions (ito_sample_opts) and guided.
 */
#ifndef ITO_MODEL_H
#define ITO_MODEL_H

#include <ito/extension.h>
#include <ito/field.h>
#include <ito/graph.h>
#include <ito/guide.h>
#include <ito/image.h>
#include <ito/schema.h>
#include <ito/solve.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The newest version of the model file that this library reads.  It writes
 *  the oldest that can say what the model is: 1 for a velocity on the linear
 *  path from N(0, I) without conditions, 3 for networks of images, else 2. */
#define ITO_MODEL_FORMAT 3

/** A trained model; opaque, immutable, usable through any context. */
typedef struct ito_model ito_model;

/** How to sample.  Zero in any field means the default. */
typedef struct ito_sample_opts {
    ito_solve_opts solve;  /**< method, steps, time grid: ito_sample_defaults
                                says what they are by default */
    uint64_t seed;         /**< of the noise */
    uint64_t id0;          /**< id of the first sample: ids 1000 to 1031 alone
                                are what they are among 10^9 */
    const ito_sink *sinks; /**< who wants to see states on the way */
    size_t sink_count;     /**< how many */
    const char *label;     /**< label that all rows are given; "all" gives row
                                of id i the label i mod their number; several,
                                "NAME[:COUNT],...", are given COUNT (1) rows
                                each in turn, again and again; NULL = none */
    const char *const *given;  /**< "COLUMN=VALUE" each: rows that have these
                                values, among the columns that the model was
                                trained to be given */
    size_t given_count;        /**< how many */
    double guide;              /**< w - 1 for guidance of strength w, the field
                                (1 - w) f(none) + w f(conditions)
                                (arXiv:2207.12598): 0 = the conditional field,
                                -1 = the unconditional one */
    double guide_lo, guide_hi; /**< times at which w is not 1
                                (arXiv:2404.07724); both 0 = all */
    const struct ito_model *weak; /**< guide away from this model under the
                                same conditions, instead of from none
                                (autoguidance, arXiv:2406.02507) */
    const ito_sigma *sigma; /**< noise on the way (ito/extension.h), borrowed;
                                NULL = none */
    ito_last_step last;     /**< what the last step does with it; fixed steps */
    ito_solve_stats *stats; /**< receives what it cost, or NULL */
    const ito_field *energy; /**< guide by an energy in coordinates of the
                                  model (ito/guide.h), borrowed; NULL = none */
    double energy_strength;  /**< 0 = 1 */
    ito_guide_way energy_way;
    uint16_t known_block[2]; /**< not 0: `known` has the means of blocks of so
                                  many rows and columns of pixels, channels
                                  last: n x (dim / pixels of a block) values, no
                                  NaN; samples are images that have these, to
                                  rounding.  Of a flow without images a row is
                                  one of pixels */
    const float *known;     /**< n x dim values in coordinates of the model that
                             rows are to end in, NaN where one is to be drawn:
                             samples of the others given these, of any flow
                             from N(0, I).  Returned to the bit; NULL = none */
    const ito_table *cells; /**< the same as cells of a table of texts
                             (ito_table_opts.as_texts), "" where one is to be
                             drawn: one row for all samples, or a row for each;
                             its columns are some of the model's.  A table of
                             samples has their numbers; NULL = none */
    size_t passes;     /**< over each step where coordinates are known: more
                             of them find the right share of what the known
                             allow (arXiv:2201.09865), at that cost; 0 = 4,
                             of images and with adaptive steps 1 */
    size_t candidates; /**< where coordinates are known: free samples among
                             which each row finds one that fits, to start
                             beside it; 0 = 4096, of images 1; 1 = none, as
                             with adaptive steps, models under conditions and
                             means of blocks */
    size_t correct;    /**< Langevin steps at the time reached after each step,
                             x += k^2 / 2 grad log p_t + k z (the corrector of
                             arXiv:2011.13456); fixed steps */
    const ito_sigma *correct_step; /**< their k(t), borrowed; NULL = 0.5 beta.
                             Their signal-to-noise ratio r is k / (2 beta); k up
                             to 2 beta is stable */
    const float *noise;            /**< n x dim values, borrowed: rows start
                             from these in place of standard normals of their
                             ids, scaled as those are; of flows from N(0, I),
                             and not where coordinates are known; NULL = none */
    void *reserved[1];             /**< zero */
} ito_sample_opts;

/**
 * Fill in the method and the steps that are left open: rk4, or with sigma heun,
 * and as many equal steps as make 60 evaluations of the field, with sigma 200;
 * where the schema, which may be NULL, is of images and neither sigma nor a
 * method is given, midpoint and 20; under an energy, known coordinates or
 * Langevin steps heun and 100, with sigma euler-maruyama and 250; with a
 * tolerance dopri5, or with sigma shark.  How they were found:
 * docs/book/solvers.md and images.md.  Every call that takes ito_sample_opts
 * does this.
 */
ITO_API void ito_sample_defaults(const ito_schema *schema,
                                 ito_sample_opts *opts);

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

/**
 * Let the network's products be of this precision from now on, in whatever is
 * made of the model; a model that was loaded or trained has F32.  Not while
 * another thread uses the model.
 *
 * @return ITO_OK, ITO_EARG (no such precision) or ITO_ENOMEM; on failure the
 *         model is as it was
 */
ITO_API ito_status ito_model_precision(ito_ctx *ctx, ito_model *model,
                                       ito_precision precision);

/** Free a model, before the context it was made with is closed; NULL is
 *  allowed. */
ITO_API void ito_model_free(ito_model *model);

/** Coordinates of a sample. */
ITO_API size_t ito_model_dim(const ito_model *model);

/** How coordinates become columns. */
ITO_API const ito_schema *ito_model_schema(const ito_model *model);

/** The field that moves samples, valid as long as the model. */
ITO_API const ito_field *ito_model_field(const ito_model *model);

/** The same field under no conditions (no label, nothing given), which takes
 *  none; NULL where the model was trained with a label on every row. */
ITO_API const ito_field *ito_model_unconditional(const ito_model *model);

/** The network, valid as long as the model. */
ITO_API const ito_graph *ito_model_graph(const ito_model *model);

/** Labels that a model can be given; 0 when there are none. */
ITO_API size_t ito_model_labels(const ito_model *model);

/** Label i, in the order of the indices; NULL past the last. */
ITO_API const char *ito_model_label(const ito_model *model, size_t i);

/**
 * After how many ids labels come again: what one name, "all" or several names
 * with counts, as opts->label of ito_sample_opts, stand for.
 *
 * @param rows  receives 1 for one name, the labels of "all", the sum of counts
 * @return ITO_OK, ITO_EARG (a label that is not known, a count that is none),
 *         ITO_EUNFIT (the model was trained without labels) or ITO_ENOMEM
 */
ITO_API ito_status ito_model_label_rows(ito_ctx *ctx, const ito_model *model,
                                        const char *label, uint64_t *rows);

/** The column that the labels were taken from, or NULL. */
ITO_API const char *ito_model_label_column(const ito_model *model);

/** Name of the i-th column that can be given, or NULL past the last. */
ITO_API const char *ito_model_given(const ito_model *model, size_t i);

/**
 * Minus the log density of x_t, but for a constant that depends on t alone: a
 * model whose network is the gradient of an energy (ito_potential) knows it.
 * At t = 1 it is the energy of the data.
 *
 * @param at   t and conditions; NULL = t = 1
 * @param x    n x dim floats
 * @param out  receives n values
 * @return ITO_OK, ITO_EUNFIT (another network), ITO_EARG, ITO_ENOMEM or
 *         ITO_ENONFINITE
 */
ITO_API ito_status ito_model_energy(ito_ctx *ctx, const ito_model *model,
                                    const ito_rows_at *at, size_t n,
                                    const float *x, double *out);

/**
 * The same as a field, to be sampled by ito_energy_sample: its potential is
 * minus the log density of x_t at the time that it is evaluated at, its drift
 * the score; under no conditions, unless the model was trained with a label on
 * every row.
 *
 * @param out  receives the field, valid as long as the model
 * @return ITO_OK, ITO_EARG or ITO_EUNFIT (another network)
 */
ITO_API ito_status ito_model_energy_field(ito_ctx *ctx, const ito_model *model,
                                          ito_field *out);

/**
 * Rows of conditions, as the model's field takes them, for samples of ids
 * opts->id0 on: what ito_model_sample makes of label and given.
 *
 * @param rows  receives n x field->cond_dim floats
 * @return ITO_OK, ITO_EARG (a label, column or value that is not known),
 *         ITO_EUNFIT (the model was trained without) or ITO_ENOMEM
 */
ITO_API ito_status ito_model_conditions(ito_ctx *ctx, const ito_model *model,
                                        const ito_sample_opts *opts, size_t n,
                                        float *rows);

/**
 * The same for rows that exist: each has the label that stands in the model's
 * column of labels; no label where the table has no such column.  No column
 * is given.
 *
 * @param rows  receives a row of conditions for each row of the table
 * @return ITO_OK or ITO_EARG (a label that is not known)
 */
ITO_API ito_status ito_model_conditions_of(ito_ctx *ctx, const ito_model *model,
                                           const ito_table *table, float *rows);

/** Everything that is known of the model as one JSON text (network, path,
 *  schema, training), valid as long as the model. */
ITO_API const char *ito_model_json(const ito_model *model);

/** Most averages of the weights that a model has. */
#define ITO_AVERAGES_MAX 4

/** A moving average of the weights of training. */
typedef struct ito_average {
    double rate; /**< at which it forgot; 0 = the weights themselves */
    size_t step; /**< when it was taken */
    double loss; /**< its validation loss; NaN when not validated */
    int used;    /**< 1 for the one that the model's field has */
} ito_average;

/** Average i; @return 0, or -1 past the last. */
ITO_API int ito_model_average(const ito_model *model, size_t i,
                              ito_average *out);

/**
 * Let a model use average i of its weights: its field, and what is saved as
 * its weights, are those from here on.  Nothing else may use the model
 * meanwhile.
 *
 * @return ITO_OK or ITO_EARG (no such average)
 */
ITO_API ito_status ito_model_average_use(ito_ctx *ctx, ito_model *model,
                                         size_t i);

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
    double floor;     /**< the same loss of the exact field, where that is
                           known; else NaN */
    double excess;    /**< E |u - u*|^2, u* the exact field, mean over the
                           times; else NaN */
    double excess_at[10];    /**< the same in ten equal pieces of the times */
    char path[80];           /**< the path, as ito_path_parse takes it */
    char predict[16];        /**< what the network predicts */
    char loss[16];           /**< of what the loss was */
    double t_lo, t_hi;       /**< times it was trained on */
    char from[256];          /**< the distribution that samples start from, as
                               ito_dist_open takes it; "rows" for those of a
                               table; "" for N(0, I) */
    double loss_at[10];      /**< the validation loss in ten equal pieces of the
                               times t_lo to t_hi; NaN where not measured */
    ito_precision precision; /**< of the products of its training */
} ito_model_record;

/** Read the training record; @return ITO_OK, ITO_EFORMAT or ITO_ENOMEM. */
ITO_API ito_status ito_model_record_get(ito_ctx *ctx, const ito_model *model,
                                        ito_model_record *out);

/**
 * A ready-made start for a solve of the model's field: init = ito_model_start,
 * init_arg = an ito_origin.  Particles of id i begin as samples do: normals,
 * or what else the model was trained to start from.
 */
typedef struct ito_origin {
    const ito_model *model; /**< the model */
    ito_noise at;           /**< address; purpose 0 is ITO_FOR_INITIAL */
} ito_origin;

/** See ito_origin. */
ITO_API int ito_model_start(void *origin, const ito_tile *tile, void *const *x);

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

/** The table that n sampled rows stand for: the columns of the data and, where
 *  opts has a label, the column of labels; to be freed by ito_table_free. */
ITO_API ito_status ito_model_decode(ito_ctx *ctx, const ito_model *model,
                                    const ito_sample_opts *opts, size_t n,
                                    const float *x, ito_table **out);

/** The images that n sampled rows stand for, where the model was trained on
 *  images, with the labels that opts asked for; to be freed by
 *  ito_images_free.  @return ITO_OK, ITO_EUNFIT (a model of a table) or what
 *  ito_images_decode returns */
ITO_API ito_status ito_model_images(ito_ctx *ctx, const ito_model *model,
                                    const ito_sample_opts *opts, size_t n,
                                    const float *x, ito_images **out);

/** Draw n samples as a table with the columns of the data and, where labels
 *  were given, the column of these; to be freed by ito_table_free. */
ITO_API ito_status ito_model_sample(ito_ctx *ctx, const ito_model *model,
                                    const ito_sample_opts *opts, size_t n,
                                    ito_table **out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_MODEL_H */
