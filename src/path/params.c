/* SPDX-License-Identifier: MIT
 *
 * params.c - reading PARAMETER=VALUE,... of paths and laws of times.
 */
#include "path/params.h"

#include <string.h>

#include "base/number.h"

#define LIST_MAX  128
#define SHOWN_MAX 40

static size_t find_param(const path_param *param, size_t count,
                         const char *name, size_t length)
{
    size_t i = 0;

    while (i < count && !(strlen(param[i].name) == length &&
                          memcmp(param[i].name, name, length) == 0))
        i++;
    return i;
}

static ito_status unknown(ito_ctx *ctx, const char *what,
                          const path_param *param, size_t count,
                          const char *name, size_t length)
{
    char list[LIST_MAX] = " none";
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        const size_t n = strlen(param[i].name);

        if (used + n + 2 > sizeof(list))
            break;
        list[used++] = ' ';
        memcpy(list + used, param[i].name, n + 1);
        used += n;
    }
    return ito__fail(ctx, ITO_EARG, "%s: no parameter \"%.*s\"; there are:%s",
                     what, (int)size_min(length, SHOWN_MAX), name, list);
}

/* One name=value of `length` characters. */
static ito_status read_one(ito_ctx *ctx, const char *what, const char *text,
                           size_t length, const path_param *param, size_t count,
                           double *value)
{
    const char *equals = memchr(text, '=', length);
    size_t name, i;
    double v = 0.0;

    if (!equals)
        return ito__fail(ctx, ITO_EARG, "%s: \"%.*s\" is not PARAMETER=VALUE",
                         what, (int)size_min(length, SHOWN_MAX), text);
    name = (size_t)(equals - text);
    i = find_param(param, count, text, name);
    if (i == count)
        return unknown(ctx, what, param, count, text, name);
    if (!num_parse(equals + 1, length - name - 1, &v) || v < param[i].min ||
        v > param[i].max)
        return ito__fail(
            ctx, ITO_EARG, "%s: %s=%.*s; it takes a number from %g to %g", what,
            param[i].name, (int)size_min(length - name - 1, SHOWN_MAX),
            equals + 1, param[i].min, param[i].max);
    value[i] = v;
    return ITO_OK;
}

ito_status ito__params_read(ito_ctx *ctx, const char *what, const char *text,
                            const path_param *param, size_t count,
                            double *value)
{
    for (size_t i = 0; i < count; i++)
        value[i] = param[i].value;
    if (*text == '\0')
        return ITO_OK;
    for (;;) {
        const size_t length = strcspn(++text, ",");
        const ito_status rc =
            read_one(ctx, what, text, length, param, count, value);

        if (rc != ITO_OK)
            return rc;
        text += length;
        if (*text == '\0')
            return ITO_OK;
    }
}
