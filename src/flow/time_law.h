/* SPDX-License-Identifier: MIT
 *
 * time_law.h - the times on which a model is trained.
 *
 *     stratified        the batch's B rows take one time from each of B equal
 *                       pieces of [0, 1], t_i = (i g mod B + u_i) / B, where
 *                       g, coprime to B, spreads them so that a shard sees
 *                       all of [0, 1]; costs nothing and lowers the variance
 *                       of the loss
 *     uniform           t_i = u_i
 *     logit-normal:m,s  1 / (1 + exp(-(m + s n))), n the normal score of the
 *                       stratified time (Esser et al., arXiv:2403.03206).  On
 *                       the linear path beta / alpha is then log-normal, and
 *                       1.2,1.2 is the law of arXiv:2206.00364
 */
#ifndef ITO_FLOW_TIME_LAW_H
#define ITO_FLOW_TIME_LAW_H

#include <ito/noise.h>
#include <stdbool.h>

#include "ctx/ctx.h"

typedef enum time_kind {
    TIME_STRATIFIED,
    TIME_UNIFORM,
    TIME_LOGIT_NORMAL
} time_kind;

typedef struct time_law {
    time_kind kind;
    double mean, std;
    double lo, hi; /* the law's [0, 1] is mapped there */
} time_law;

/* Read a law; NULL is stratified.  lo and hi are set to 0 and 1. */
ito_status ito__time_law(ito_ctx *ctx, const char *text, time_law *out);

/* Its name, for records: at most 80 bytes. */
void ito__time_law_text(const time_law *law, char *out, size_t bytes);

/* Where a batch's strata lie. */
typedef struct time_batch {
    size_t total;  /* rows of the batch */
    size_t stride; /* coprime to it */
} time_batch;

/* Times of rows begin .. begin + n - 1. */
void ito__time_rows(const ito_kern *kern, const time_law *law,
                    const ito_noise *at, const time_batch *batch, size_t begin,
                    size_t n, float *out);

#endif /* ITO_FLOW_TIME_LAW_H */
