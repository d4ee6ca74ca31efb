/* SPDX-License-Identifier: MIT
 *
 * averages.h - which moving average of the weights a model gets.
 */
#ifndef ITO_FLOW_AVERAGES_H
#define ITO_FLOW_AVERAGES_H

#include "flow/model.h"
#include "flow/trainer.h"

/* Give a new model all averages and let it use the one of the lowest
 * validation loss; measures those beside the first. */
ito_status ito__averages_choose(ito_ctx *ctx, const ito_trainer *t,
                                ito_model *m);

/* Give it the first one, as it is now. */
ito_status ito__averages_now(ito_ctx *ctx, const ito_trainer *t, ito_model *m);

#endif /* ITO_FLOW_AVERAGES_H */
