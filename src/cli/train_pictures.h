/* SPDX-License-Identifier: MIT
 *
 * train_pictures.h - grids of samples on the way of a training of images.
 */
#ifndef CLI_TRAIN_PICTURES_H
#define CLI_TRAIN_PICTURES_H

#include <ito/train.h>

/* Whether one is due at this step: ten times in a training. */
int train_picture_due(const ito_progress *p);

/* Write PREFIX-STEP.png, a grid of what the averaged weights draw now, label
 * by label.  Training goes on as it would have. */
ito_status train_picture(ito_ctx *ctx, const ito_trainer *t,
                         const char *prefix);

#endif /* CLI_TRAIN_PICTURES_H */
