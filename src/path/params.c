/* SPDX-License-Identifier: MIT
 *
 * params.c - reading PARAMETER=VALUE,... of paths and laws of times.
 */
#include "path/params.h"

typedef struct reader {
    ito_ctx *ctx;
    const char *what;
    const path_param *param;
    size_t count;
    double *value;
} reader;

static const char *param_at(const void *arg, size_t i)
{
    const reader *in = arg;

    return i < in->count ? in->param[i].name : NULL;
}

/* One name=value. */
static ito_status set_param(void *arg, spec_piece name, spec_piece value)
{
    const reader *in = arg;

    for (size_t i = 0; i < in->count; i++) {
        const path_param *param = &in->param[i];
        const spec_range range = { param->min, param->max, false };

        if (ito__spec_is(name, param->name))
            return ito__spec_number(in->ctx, in->what, param->name, value,
                                    &range, &in->value[i]);
    }
    return ito__spec_unknown(in->ctx, in->what, "parameter", name, param_at,
                             in);
}

ito_status ito__params_read(ito_ctx *ctx, const char *what, const char *text,
                            const path_param *param, size_t count,
                            double *value)
{
    reader in = { ctx, what, param, count, value };

    for (size_t i = 0; i < count; i++)
        value[i] = param[i].value;
    return ito__spec_read(ctx, what, text, set_param, &in);
}
