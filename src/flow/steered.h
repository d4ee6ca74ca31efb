/* SPDX-License-Identifier: MIT
 *
 * steered.h - what ito_sample_opts asks for beside the flow itself: an energy,
 * known coordinates, Langevin steps.
 */
#ifndef ITO_FLOW_STEERED_H
#define ITO_FLOW_STEERED_H

#include <ito/guide.h>
#include <ito/model.h>

#include "flow/extended.h"
#include "flow/inpaint.h"

/* Passes over each step where coordinates are known. */
#define ITO__PASSES 4

/* Free samples among which rows of known coordinates start. */
#define ITO__CANDIDATES 4096

/* A problem under all that. */
typedef struct steering {
    const ito_sample_opts *o;
    const ito_path *path;
    const ito_field *field; /* the flow, led; what noise is added to */
    ito_guide *guide;       /* or NULL */
    ito_sigma *kick;        /* of Langevin steps, where it is the default */
    inpaint paint;
    const float *known; /* what is known, or NULL */
    float *own_known;   /* the same, where the cells of a table say it */
    size_t known_dim;   /* values of a row of it */
    float *cond;        /* of paint, or NULL */
    double *row;        /* dim values to work in */
    size_t passes, candidates;
} steering;

/* Put the led flow in place of problem->field and its conditions in place of
 * problem->cond.  *s must not move; ito__steering_end is due whatever this
 * returns. */
ito_status ito__steering_begin(ito_ctx *ctx, const sample_flow *flow,
                               const ito_sample_opts *o, ito_problem *problem,
                               steering *s);

/* Solve the problem, whose field may have become noisy; x as for ito_solve. */
ito_status ito__steering_solve(ito_ctx *ctx, steering *s,
                               const ito_problem *problem,
                               const ito_solve_opts *how, float *x);

/* Put a y + b e for what is known in n rows. */
void ito__steering_hold(const steering *s, size_t n, double a, double b,
                        float *x);

/* New noise e for it. */
void ito__steering_renew(ito_ctx *ctx, const steering *s,
                         const ito_problem *problem, const ito_noise *at);

void ito__steering_end(ito_ctx *ctx, steering *s);

/* --- between.c --------------------------------------------------------- */

/* The solve of fixed steps, with what is done between two of them. */
ito_status ito__between(ito_ctx *ctx, const steering *s,
                        const ito_problem *problem, const ito_solve_opts *how,
                        float *x);

#endif /* ITO_FLOW_STEERED_H */
