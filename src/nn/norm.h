/* SPDX-License-Identifier: MIT
 *
 * norm.h - what the parts of normalisation share (op_norm.c).
 */
#ifndef ITO_NN_NORM_H
#define ITO_NN_NORM_H

#include <ito/layer.h>

#include "nn/op.h"

/* node.more: the number of groups, whether gamma and beta are absent, and d of
 * eps = 10^-d. */
enum { GROUPS, PLAIN, DIGITS };

/* Of what is saved by batch norm, each for every channel: m and s, and what a
 * shard saw, rows m and rows v. */
enum { SAVED_SEEN = 2, SAVED_BATCH = 4 };

static inline bool is_batch(const node *n)
{
    return n->attr == ITO_NORM_BATCH;
}

static inline bool by_columns(const node *n)
{
    return n->attr == ITO_NORM_GROUP || is_batch(n);
}

static inline double epsilon(const node *n)
{
    double eps = 1.0;

    for (size_t i = 0; i < n->more[DIGITS]; i++)
        eps /= 10.0;
    return eps;
}

/* Parameters: gamma, beta (but of RMS norm), mean and variance (of batch). */
static inline size_t has_gamma(const node *n)
{
    return n->more[PLAIN] ? 0 : n->dims.c;
}

static inline size_t has_beta(const node *n)
{
    return n->attr == ITO_NORM_RMS ? 0 : has_gamma(n);
}

/* ---- by columns (norm_columns.c) ---- */

/* Forward; with running values where `running` says so and the norm has them,
 * and the activations before and after, or NULL. */
void ito__norm_columns(const call *c, bool running, const call *before,
                       const call *after);
void ito__norm_columns_backward(const call *c, const call *before,
                                const call *after);

/* The scratch of both. */
size_t ito__norm_columns_work(const node *n, size_t rows);

#endif /* ITO_NN_NORM_H */
