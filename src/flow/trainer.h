/* SPDX-License-Identifier: MIT
 *
 * trainer.h - what training is made of.
 */
#ifndef ITO_FLOW_TRAINER_H
#define ITO_FLOW_TRAINER_H

#include <ito/path.h>
#include <ito/train.h>

#include "ctx/ctx.h"
#include "flow/conditions.h"
#include "flow/objective.h"
#include "flow/source.h"
#include "flow/time_law.h"
#include "nn/tree.h"

/* Rows on which a distribution is validated; the fewest for tables, whose
 * rows are repeated with other times and noise. */
#define ITO__VALID_DRAWS   16384
#define ITO__VALID_REPEATS 4096
#define ITO__VALID_IMAGES  1024 /* the most, of networks of images */

/* Parameters in one piece of merging and updating. */
#define ITO__PARAM_CHUNK 4096

/* Scratch of one worker: one shard. */
typedef struct shard_work {
    uint64_t *index;                /* rows */
    float *t, *z, *e, *xt, *target; /* rows, rows x dim each */
    float *in;                      /* what the network is given: xt, or a
                                       block of its own */
    float *weight;                  /* rows; NULL: all 1 */
    float *cond;                    /* rows of conditions; NULL: none */
    float *label, *draws;           /* what these are made of */
    float *y;                       /* rows x dim: output, then gradient */
    float *net;                     /* the plan's work area */
} shard_work;

struct ito_trainer {
    ito_ctx *ctx;
    const ito_source *source; /* borrowed */
    objective obj;
    time_law law;
    conditions cond;
    ito_train_opts o; /* defaults filled in; what it points to is not kept,
                         but for `from` */
    ito_graph *graph;
    char *record; /* the options as JSON: what a resume must agree with */

    bool images; /* a network of images, whose defaults are others */
    size_t dim, params, shards;
    size_t shard_lo, shard_hi; /* this rank's */
    size_t stride;             /* spreads the strata of t over the batch */

    /* Vectors of `params` floats. */
    float *w, *m, *v, *average, *best;
    float *more[ITO_AVERAGES_MAX - 1]; /* further averages: ... */
    double more_rate[ITO_AVERAGES_MAX - 1];
    size_t more_count;
    float *total; /* the summed gradient: a node's buffer */

    tree_range *ranges; /* some for each worker */
    size_t range_count;
    tree_node *nodes; /* of all ranges and ranks */
    size_t node_max;
    tree_merge *merges;
    size_t merge_count;
    float *received; /* node vectors of other ranks */

    ito_weights *packed; /* w, but while averages are validated */
    ito_plan *plan;
    shard_work *work;   /* one a worker */
    double *shard_loss; /* shards, or shards of the validation set */
    double *chunk_sum;  /* sums of squares of parameter chunks */

    /* The state that a checkpoint holds, beside w, m, v, average, best. */
    size_t step;
    double loss_sum; /* since the last validation */
    size_t loss_steps;
    double first_loss, last_loss, valid_loss, best_loss;
    size_t best_step;
    ito_loss_point *curve[2]; /* training, validation */
    size_t curve_count, curve_max;
};

/* Fill in the defaults that do not depend on the network, and read names;
 * sets t->o, t->obj, t->law and t->cond.  ito__train_check looks at the
 * rest. */
ito_status ito__train_options(ito_ctx *ctx, ito_trainer *t,
                              const ito_train_opts *opts);
ito_status ito__train_check(ito_ctx *ctx, const ito_train_opts *o);

/* Do the options, or the data where these are silent, ask for a network of
 * images? */
bool ito__train_images(const ito_trainer *t, const ito_train_opts *opts);

/* The network that the options ask for, and its learning rate. */
ito_status ito__train_graph(ito_ctx *ctx, ito_trainer *t,
                            const ito_train_opts *opts);

/* What the graph is given of a filled shard of n rows. */
ito_batch ito__shard_batch(const shard_work *s, size_t n);

/* The numbers of the schedule at a step (from 0). */
double ito__train_rate(const ito_trainer *t, size_t step);

/* Range r of this rank's shards: lo .. hi - 1. */
void ito__train_range(const ito_trainer *t, size_t r, size_t *lo, size_t *hi);

/* One step: gradient, update.  The caller has checked that it is not the
 * last. */
ito_status ito__train_step(ito_ctx *ctx, ito_trainer *t);

/* Rows of the validation set; 0 when there is none. */
size_t ito__valid_rows(const ito_trainer *t);

/* Measure the averaged weights and keep them if they are the best. */
void ito__train_validate(ito_ctx *ctx, ito_trainer *t);

/* Pieces of the times whose losses are told apart. */
#define ITO__TIME_PIECES 10

/*
 * The validation loss of a vector of parameters, in the precision of the
 * training; NaN where rows are not validated.  shard_loss has room for the
 * shards of the validation set.
 */
double ito__valid_loss(ito_ctx *ctx, const ito_trainer *t, const float *params,
                       double *shard_loss);

/* The losses of packed weights in equal pieces of the times; NaN in a piece
 * where no row is.  ITO_OK or ITO_ENOMEM. */
ito_status ito__valid_loss_at(ito_ctx *ctx, const ito_trainer *t,
                              const ito_weights *w,
                              double at[ITO__TIME_PIECES]);

/*
 * Fill t, z, e, xt and target of a shard from rows begin .. begin + n - 1 of
 * the batch of a step, or of the validation set.
 */
void ito__shard_fill(const ito_trainer *t, const shard_work *s, size_t begin,
                     size_t n, bool valid);

/* The options as JSON; freed by ito__free. */
ito_status ito__train_record(ito_ctx *ctx, const ito_trainer *t, char **out);

#endif /* ITO_FLOW_TRAINER_H */
