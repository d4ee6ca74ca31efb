/* SPDX-License-Identifier: MIT
 *
 * judge_labels.h - labels of images against what a classifier says.
 */
#ifndef ITO_FLOW_JUDGE_LABELS_H
#define ITO_FLOW_JUDGE_LABELS_H

#include <ito/judge.h>

/*
 * Count the answers `best` of a classifier to a set of images: which = 0, the
 * fake ones, or 1, the real ones.  `table` has an entry a class, or is NULL.
 * ITO_EUNFIT (a label that is no class) or ITO_ENOMEM.
 */
ito_status ito__judge_count(ito_ctx *ctx, const ito_classifier *c,
                            const ito_images *images, const uint32_t *best,
                            int which, ito_judgement *out,
                            ito_judge_class *table);

#endif /* ITO_FLOW_JUDGE_LABELS_H */
