/* SPDX-License-Identifier: MIT
 *
 * ito/train.h - fit a flow model to data by conditional flow matching.
 *
 *     ito_train_opts opts = { .steps = 10000, .seed = 1 };
 *
 *     rc = ito_source_open(ctx, "houses.csv", NULL, &source);
 *     rc = ito_trainer_new(ctx, source, &opts, &trainer);
 *     rc = ito_trainer_run(ctx, trainer, SIZE_MAX);
 *     rc = ito_trainer_finish(ctx, trainer, &model);
 *
 * By default the loss (Lipman et al., arXiv:2210.02747, Algorithm 3 of
 * arXiv:2506.02070) is the batch mean of |u(x_t, t) - (alphadot z + betadot
 * e)|^2, summed over coordinates, for x_t = alpha z + beta e, z a row of the
 * data, e of N(0, I), t uniform on [0, 1], stratified over the batch.
 *
 * Every random number is addressed by (seed, step, row), the batch is cut
 * into shards of a fixed size, and the gradients of shards meet as nodes of
 * one binary tree.  So the trained model is the same, byte for byte, for any
 * number of threads and ranks, any kernels, and any number of stops and
 * resumes.
 */
#ifndef ITO_TRAIN_H
#define ITO_TRAIN_H

#include <ito/model.h>
#include <ito/net.h>
#include <ito/source.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Which rule moves the parameters. */
typedef enum ito_optimizer {
    ITO_OPTIMIZER_DEFAULT, /**< ADAM */
    ITO_OPTIMIZER_ADAM,    /**< arXiv:1412.6980 */
    ITO_OPTIMIZER_ADAMW    /**< decoupled weight decay, arXiv:1711.05101 */
} ito_optimizer;

/** How the learning rate goes after the warm-up. */
typedef enum ito_rate {
    ITO_RATE_DEFAULT, /**< COSINE */
    ITO_RATE_COSINE,  /**< half a cosine down to 0 at the last step,
                           arXiv:1608.03983 */
    ITO_RATE_CONSTANT /**< stays */
} ito_rate;

/**
 * How to train.  Zero in any field means the default.
 *
 * What is predicted and what the loss measures (formulas in
 * src/flow/objective.h):
 *
 *     predict "velocity", "noise", "data", "score", "v" or "edm": what the
 *             network's output stands for.  Each is a mixture of data and
 *             noise, so whatever is predicted the model is a field, and knows
 *             its score where the noise is N(0, I).  "edm" scales input and
 *             output to variance 1 at every time
 *     loss    "flow", "noise", "data", "score", "v" or "edm": of which the
 *             squared error is the loss.  NULL: that of the prediction, for
 *             "score" "noise", which is the score's weighted by beta^2
 *
 * A pair whose loss is infinite is refused; `cut` says which times to leave
 * out.  Time laws: "stratified", "uniform", "logit-normal:MEAN,STD".
 */
typedef struct ito_train_opts {
    const ito_mlp *mlp;     /**< network; NULL = chosen by the data's
                                  dimension; its dim and conds are not read */
    const ito_graph *graph; /**< a network of the program's own, borrowed;
                                  inputs x (dim columns), t and, where there
                                  are conditions, these */
    const ito_potential *potential; /**< a potential instead; its dim and conds
                                  are not read.  predict is then "edm" and
                                  loss "noise" */
    const ito_unet *unet;           /**< the lab's U-Net of images instead; its
                                  h, w, c and labels are not read.  Of as many
                                  levels, at most those of its channels, as
                                  their sizes can be halved */
    const ito_dit *dit;             /**< a transformer of images instead;
                                  likewise */
    const char *path;               /**< path, as ito_path_find takes it; NULL =
                                  linear */
    const char *predict;            /**< see above; NULL = velocity */
    const char *loss;               /**< see above */
    const char *time_law;           /**< see above; NULL = stratified */
    double cut;               /**< times this near to an end where the loss is
                                  infinite (t = 1, if nowhere) are left out; 0
                                  = 0.001 where the velocity's own loss needs
                                  it, as on the path sqrt, else none */
    double data_std;          /**< of "edm": standard deviation of the
                                  coordinates; 0 = measured */
    const ito_source *from;   /**< what t = 0 is drawn from, borrowed; NULL =
                                  N(0, I).  Rows of a table must have been
                                  opened with `like` */
    const char *const *given; /**< columns that samples can be given values
                                  of, names; see ito_sample_opts */
    size_t given_count;       /**< how many */
    double drop;              /**< share of labels that are hidden from the
                                  network, which learns what rows without a
                                  label look like; 0 = 0.1, negative = none */
    ito_init init;            /**< first weights */
    size_t steps;             /**< steps to train; 0 = 8000, of images 5000 */
    size_t epochs;            /**< passes over the rows instead of steps */
    size_t batch;             /**< rows a step; 0 = 2048, for tables an
                                  eighth of the rows, from 256 to 2048; of
                                  networks of images 128 */
    size_t shard;             /**< rows a shard; 0 = 128, of networks of images
                                  16.  Batch norm takes its statistics of one
                                  */
    double lr;                /**< learning rate; 0 = 0.64 / width, at most
                                  0.02 (res_unet 2e-3, unet 1e-3, dit 4e-4, a
                                  graph of one's own 2e-3) */
    size_t warmup;            /**< steps in which it rises from 0; 0 = 2 % of
                                  the steps, at most 500 */
    ito_rate rate;            /**< see ito_rate */
    ito_optimizer optimizer;  /**< see ito_optimizer */
    double weight_decay;      /**< of AdamW; 0 = 1e-4 */
    double clip;              /**< largest norm of a gradient, for a loss that
                                  is a mean over coordinates too; 0 = 1,
                                  negative = none */
    double ema;               /**< rate at which the moving average of the
                                  weights forgets; 0 = 0.999, of images one
                                  that forgets in 5 % of the steps, 1 - 20 /
                                  steps; negative = no average.  min(ema, (1 +
                                  s) / (10 + s)) at step s */
    size_t valid_every;       /**< steps between validations; 0 = 2 % of the
                                  steps */
    uint64_t seed;            /**< of everything random */
    const ito_res_unet *res_unet; /**< a residual U-Net of images instead;
                                  likewise.  What images of 16 x 16 and more
                                  have by default */
    const double *averages;  /**< rates of further moving averages that are kept
                                  with the model; NULL = none, of images where
                                  ema is 0 such as forget in 2 and 15 % of the
                                  steps */
    size_t average_count;    /**< how many, at most ITO_AVERAGES_MAX - 1 */
    ito_precision precision; /**< of the network's products; parameters,
                                  moments and averages are F32 in either.  The
                                  validation loss is of this precision, what is
                                  measured at the end by times is F32 */
    void *reserved[2];       /**< zero */
} ito_train_opts;

/** Training under way; opaque. */
typedef struct ito_trainer ito_trainer;

/** Where training stands. */
typedef struct ito_progress {
    size_t step;       /**< steps done */
    size_t steps;      /**< steps to do */
    double loss;       /**< mean over the steps since the last validation, or
                            the last such mean; NaN before the first step */
    double valid_loss; /**< of the averaged weights, last measured; NaN
                            before */
    double best_loss;  /**< lowest so far: of the weights that will be kept */
    size_t best_step;  /**< where that was */
    size_t shards;     /**< shards a step: more workers than that do not
                            help */
    size_t params;     /**< parameters of the network */
    double t_lo, t_hi; /**< times that are trained on */
} ito_progress;

/**
 * Prepare training; nothing is computed yet.
 *
 * @param source  borrowed until ito_trainer_free
 * @param opts    options, or NULL
 * @return ITO_OK, ITO_EARG (an option out of range, a name that is not known),
 *         ITO_EUNFIT (a graph that does not fit the data, a loss that does not
 *         fit the prediction) or ITO_ENOMEM.  Memory: 5 parameter
 *         vectors and one for each further average, one packed set of weights,
 *         for each worker one shard, and at most 4 ranges of shards for each,
 *         of which one of s shards takes at most 2 log2(s) + 1 vectors;
 *         nothing more is allocated while training.
 */
ITO_API ito_status ito_trainer_new(ito_ctx *ctx, const ito_source *source,
                                   const ito_train_opts *opts,
                                   ito_trainer **out);

/**
 * Train for up to `steps` steps more.
 *
 * @return ITO_OK (done, or the steps are), ITO_ECANCELLED at a step boundary
 *         (call again to go on), ITO_ENONFINITE ("diverged at step N") or
 *         ITO_ECOMM
 */
ITO_API ito_status ito_trainer_run(ito_ctx *ctx, ito_trainer *trainer,
                                   size_t steps);

/** Where training stands. */
ITO_API void ito_trainer_progress(const ito_trainer *trainer,
                                  ito_progress *out);

/**
 * Write everything that is needed to go on to a checkpoint, a .safetensors
 * file; it appears whole or not at all.  Only rank 0 writes.
 */
ITO_API ito_status ito_trainer_save(ito_ctx *ctx, const ito_trainer *trainer,
                                    const char *path);

/**
 * Go on from a checkpoint that was made with the same data and options.
 *
 * @return ITO_OK, ITO_EIO, ITO_EFORMAT, ITO_EVERSION, ITO_EUNFIT (other
 *         data, options or network: the message says which) or ITO_ENOMEM;
 *         on failure the trainer is as it was
 */
ITO_API ito_status ito_trainer_resume(ito_ctx *ctx, ito_trainer *trainer,
                                      const char *path);

/**
 * What a checkpoint holds, without a trainer: step, steps and losses; so a
 * program can ask for how many steps it was made.
 *
 * @return ITO_OK, ITO_EIO, ITO_EFORMAT or ITO_ENOMEM
 */
ITO_API ito_status ito_checkpoint_read(ito_ctx *ctx, const char *path,
                                       ito_progress *out);

/**
 * Make a model of the averaged weights that had the lowest validation loss:
 * those of `ema` at the best of all validations, or those of another rate at
 * the end; where rows are not validated, the last ones of `ema`.  The others
 * stay with the model (ito_model_average).
 *
 * @return ITO_OK, ITO_EARG (not a step was done) or ITO_ENOMEM
 */
ITO_API ito_status ito_trainer_finish(ito_ctx *ctx, const ito_trainer *trainer,
                                      ito_model **out);

/**
 * A model of the averaged weights as they are now, to look at while training
 * goes on; nothing is measured.
 *
 * @return ITO_OK, ITO_EARG (not a step was done) or ITO_ENOMEM
 */
ITO_API ito_status ito_trainer_snapshot(ito_ctx *ctx,
                                        const ito_trainer *trainer,
                                        ito_model **out);

/** Free a trainer; NULL is allowed. */
ITO_API void ito_trainer_free(ito_trainer *trainer);

#ifdef __cplusplus
}
#endif
#endif /* ITO_TRAIN_H */
