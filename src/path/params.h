/* SPDX-License-Identifier: MIT
 *
 * params.h - reading PARAMETER=VALUE,... of paths and laws of times.
 */
#ifndef ITO_PATH_PARAMS_H
#define ITO_PATH_PARAMS_H

#include "ctx/spec.h"

/* A number with its default and the values it may have. */
typedef struct path_param {
    const char *name;
    double value, min, max;
} path_param;

/*
 * Set value[i], i < count, to the defaults, then to what the text gives.  text:
 * all behind the name, "" or ":a=1,b=2"; what: "path vp", for messages.
 */
ito_status ito__params_read(ito_ctx *ctx, const char *what, const char *text,
                            const path_param *param, size_t count,
                            double *value);

#endif /* ITO_PATH_PARAMS_H */
