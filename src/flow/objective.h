/* SPDX-License-Identifier: MIT
 *
 * objective.h - what a network predicts, what its loss measures, and how one
 * becomes the other.
 *
 * Everything that a network may predict is a mixture of the data point z and
 * the noise e, as x_t is:
 *
 *     x_t = alpha z + beta e          P = a z + b e
 *
 *     velocity   alphadot             betadot
 *     noise      0                    1
 *     data       1                    0
 *     score      0                    -1 / beta
 *     v          -beta                alpha              arXiv:2202.00512
 *     edm        beta / (s sqrt V)    -alpha s / sqrt V  arXiv:2206.00364
 *
 * where V = alpha^2 s^2 + beta^2 and s is the standard deviation of the data,
 * so that the target of edm has variance 1 at every time; there the network
 * is given x_t / sqrt V.  So Q = p x_t + q P for any two of them, which is
 * also true of their means given x_t: what the network predicts becomes a
 * velocity or a score (path/convert.c has the forms that stay finite), and to
 * train P on the loss |Q - target|^2 is to give its own error the weight q^2.
 */
#ifndef ITO_FLOW_OBJECTIVE_H
#define ITO_FLOW_OBJECTIVE_H

#include <ito/path.h>
#include <stdbool.h>

#include "ctx/ctx.h"

typedef enum quantity {
    QUANTITY_VELOCITY = ITO_PREDICT_VELOCITY,
    QUANTITY_SCORE = ITO_PREDICT_SCORE,
    QUANTITY_NOISE = ITO_PREDICT_NOISE,
    QUANTITY_DATA = ITO_PREDICT_DATA,
    QUANTITY_V = ITO_PREDICT_V,
    QUANTITY_EDM, /* last: the one that ito_convert does not know */
    QUANTITIES
} quantity;

/* Its name in options and models; of a loss, "velocity" is "flow". */
const char *ito__quantity_name(quantity q);
const char *ito__loss_name(quantity q);

/* A name of either kind; -1 when there is none. */
int ito__quantity_find(const char *name);

/* What a model is trained for. */
typedef struct objective {
    ito_path path;
    quantity predict, loss;
    double lo, hi;   /* times trained on */
    double data_std; /* of edm; 0 when it is not needed */
    bool normal;     /* p_init is N(0, I), so that there is a score */
} objective;

/* The default: the velocity, by flow matching, on [0, 1]; of the path NULL on
 * the linear one. */
objective ito__objective_plain(const ito_path *path);

/* True for what a model of format 1 can say. */
bool ito__objective_is_plain(const objective *o);

/* What a row of time t is trained on. */
typedef struct objective_at {
    double alpha, beta; /* x_t = alpha z + beta e */
    double a, b;        /* target = a z + b e */
    double weight;      /* of the squared error */
    double in;          /* the network is given in x_t */
} objective_at;

objective_at ito__objective_at(const objective *o, double t);

/* want = p x + q y, y the network's output at (in x, t); t is the time asked
 * for, or the nearest at which that is finite. */
typedef struct objective_map {
    double p, q, in, t;
} objective_map;

objective_map ito__objective_map(const objective *o, quantity want, double t);

/*
 * Choose the times on which to train, and refuse what cannot be trained:
 *
 *     cut > 0   left out at the ends where the loss is infinite, or at t = 1
 *               where it is finite at both
 *     cut = 0   nothing where it is finite; ITO__CUT where losses of the
 *               velocity, v and edm are not (schedules whose betadot is
 *               infinite); other losses are refused, with what to do
 */
#define ITO__CUT 1e-3
ito_status ito__objective_times(ito_ctx *ctx, objective *o, double cut);

/*
 * Rows of a batch: xt, what the network is given (in; may be xt), the target,
 * and the weight where the loss has one (else not touched).  Arrays are n x
 * dim without gaps.  Callable from worker threads.
 */
typedef struct objective_rows {
    size_t n, dim;
    const float *t, *z, *e;
    float *xt, *in, *target, *weight;
} objective_rows;

void ito__objective_rows(const objective *o, const objective_rows *r);

/* True where the network's input is scaled, where the loss is weighted. */
bool ito__objective_scales(const objective *o);
bool ito__objective_weighs(const objective *o);

#endif /* ITO_FLOW_OBJECTIVE_H */
