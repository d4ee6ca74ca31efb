/* SPDX-License-Identifier: MIT
 *
 * train_report.h - what `ito train` says at the end.
 */
#ifndef CLI_TRAIN_REPORT_H
#define CLI_TRAIN_REPORT_H

#include <ito/train.h>

/* The model's losses, its averages and what was kept; with --json all of it on
 * standard output.  `path` is where the model was written. */
void train_report(const ito_trainer *t, const ito_model *m,
                  const ito_model_record *r, const char *path, double seconds);

#endif /* CLI_TRAIN_REPORT_H */
