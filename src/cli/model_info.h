/* SPDX-License-Identifier: MIT
 *
 * model_info.h - what `ito info` says of a model or a checkpoint.
 */
#ifndef CLI_MODEL_INFO_H
#define CLI_MODEL_INFO_H

#include <ito/ctx.h>

/* True for names that `ito train` gives its files. */
int model_info_fits(const char *path);

/* Print what is in the file, as words or, with --json, as JSON. */
ito_status model_info(ito_ctx *ctx, const char *path);

#endif /* CLI_MODEL_INFO_H */
