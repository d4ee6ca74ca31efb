/* SPDX-License-Identifier: MIT
 *
 * labels.c - the names of the labels that a model can be given.
 */
#include "flow/labels.h"

#include <stdio.h>
#include <string.h>

ito_status ito__labels_new(ito_ctx *ctx, const char *column,
                           const char *const *levels, size_t count, labels *out)
{
    size_t bytes =
        size_add(size_mul(count, sizeof(*levels)), strlen(column) + 1);
    char *block, *text;

    *out = (labels){ .count = 0 };
    if (count == 0 || count > LABELS_MAX)
        return ito__fail(ctx, ITO_ERANGE, "%.60s: %zu labels: 1 to %d", column,
                         count, LABELS_MAX);
    for (size_t i = 0; i < count; i++)
        bytes = size_add(bytes, strlen(levels[i]) + 1);
    block = ito__alloc(ctx, bytes);
    if (!block)
        return ito__fail(ctx, ITO_ENOMEM, "%zu labels", count);
    out->level = (char **)(void *)block;
    out->count = count;
    text = block + count * sizeof(*out->level);
    for (size_t i = 0; i <= count; i++) {
        const char *from = i < count ? levels[i] : column;
        const size_t n = strlen(from) + 1;

        memcpy(text, from, n);
        if (i < count)
            out->level[i] = text;
        else
            out->column = text;
        text += n;
    }
    return ITO_OK;
}

void ito__labels_free(ito_ctx *ctx, labels *l)
{
    ito__free(ctx, l->level);
    *l = (labels){ .count = 0 };
}

size_t ito__labels_find(const labels *l, const char *level)
{
    size_t i = 0;

    while (i < l->count && strcmp(l->level[i], level) != 0)
        i++;
    return i;
}

void ito__labels_to_json(const labels *l, json_writer *w)
{
    json_open(w, '{');
    json_key(w, "column");
    json_put_string(w, l->column);
    json_key(w, "levels");
    json_open(w, '[');
    for (size_t i = 0; i < l->count; i++)
        json_put_string(w, l->level[i]);
    json_close(w, ']');
    json_close(w, '}');
}

ito_status ito__labels_from_json(ito_ctx *ctx, const json_value *v, labels *out)
{
    const json_value *levels = json_get(v, "levels");
    const ito_mark m = ito__arena_mark(ctx);
    const char **list, *column;
    ito_status rc = ITO_OK;
    size_t i = 0;

    *out = (labels){ .count = 0 };
    if (!levels || levels->kind != JSON_ARRAY || levels->count == 0 ||
        levels->count > LABELS_MAX ||
        !json_string(json_get(v, "column"), &column))
        return ito__fail(ctx, ITO_EFORMAT, "model: the labels are malformed");
    list = ito__arena_get(ctx, levels->count * sizeof(*list));
    if (!list)
        rc = ito__fail(ctx, ITO_ENOMEM, "%zu labels", levels->count);
    for (const json_value *l = levels->child; rc == ITO_OK && l; l = l->next)
        if (!json_string(l, &list[i++]) ||
            (i > 1 && strcmp(list[i - 2], list[i - 1]) >= 0))
            rc = ito__fail(ctx, ITO_EFORMAT,
                           "model: the labels are not sorted texts");
    if (rc == ITO_OK)
        rc = ito__labels_new(ctx, column, list, levels->count, out);
    ito__arena_release(ctx, m);
    return rc;
}

void ito__names_add(char *list, size_t bytes, const char *name)
{
    static const char more[] = ", ...";
    const size_t used = strlen(list), end = strlen(more);
    const char *comma = used > 0 ? ", " : "";

    if (used >= end && strcmp(list + used - end, more) == 0)
        return;
    if (used + strlen(comma) + strlen(name) + end < bytes)
        (void)snprintf(list + used, bytes - used, "%s%s", comma, name);
    else if (used + end < bytes)
        (void)snprintf(list + used, bytes - used, "%s", more);
}
