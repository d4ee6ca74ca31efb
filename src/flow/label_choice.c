/* SPDX-License-Identifier: MIT
 *
 * label_choice.c - which label each sample of a model is given: a name, all in
 * turn, or several with counts.
 *
 * A text that is a label as it stands is that label, whatever is in it.  Else
 * it is cut at its commas, and an item that is no label at its last colon.
 */
#include "flow/label_choice.h"

#include <string.h>

#include "base/number.h"

#define COUNT_MOST 1e12

static ito_status no_label(ito_ctx *ctx, const labels *l, const char *name)
{
    char list[256] = "";

    if (l->count == 0)
        return ito__fail(ctx, ITO_EUNFIT,
                         "label '%.40s': the model was trained without labels "
                         "(ito train --label)",
                         name);
    for (size_t i = 0; i < l->count; i++)
        ito__names_add(list, sizeof(list), l->level[i]);
    return ito__fail(ctx, ITO_EARG,
                     "label '%.40s': the model knows %s; or all; or several, "
                     "as A,B or A:COUNT,B:COUNT",
                     name, list);
}

/* An item NAME[:COUNT], which is changed. */
static ito_status read_item(ito_ctx *ctx, const labels *l, char *item,
                            size_t *code, uint64_t *rows)
{
    char *colon = strrchr(item, ':');
    double count = 1.0;

    *rows = 1;
    *code = ito__labels_find(l, item);
    if (*code < l->count)
        return ITO_OK;
    if (colon) {
        if (!num_parse(colon + 1, strlen(colon + 1), &count) ||
            !(count >= 1.0 && count <= COUNT_MOST) ||
            count != (double)(uint64_t)count)
            return ito__fail(ctx, ITO_EARG,
                             "label '%.40s': a count is 1 or more, as in "
                             "NAME:10",
                             item);
        *colon = '\0';
        *code = ito__labels_find(l, item);
    }
    *rows = (uint64_t)count;
    return *code < l->count ? ITO_OK : no_label(ctx, l, item);
}

/* "NAME[:COUNT],..." */
static ito_status read_list(ito_ctx *ctx, const labels *l, const char *text,
                            label_choice *out)
{
    const size_t bytes = strlen(text) + 1;
    char *item = ito__arena_get(ctx, bytes);
    size_t items = 1;

    for (const char *p = text; *p; p++)
        items += *p == ',';
    out->code = ito__arena_get(ctx, size_mul(items, sizeof(*out->code)));
    out->until = ito__arena_get(ctx, size_mul(items, sizeof(*out->until)));
    if (!item || !out->code || !out->until)
        return ito__fail(ctx, ITO_ENOMEM, "%zu labels", items);
    memcpy(item, text, bytes);
    out->total = 0;
    for (; out->count < items; out->count++) {
        char *comma = strchr(item, ',');
        uint64_t rows;
        ito_status rc;

        if (comma)
            *comma = '\0';
        rc = read_item(ctx, l, item, &out->code[out->count], &rows);
        if (rc != ITO_OK)
            return rc;
        out->total += rows;
        out->until[out->count] = out->total;
        item = comma ? comma + 1 : item;
    }
    return ITO_OK;
}

ito_status ito__label_of(ito_ctx *ctx, const ito_model *m, const char *name,
                         label_choice *out)
{
    const labels *l = &m->cond.label;

    *out = (label_choice){ .first = l->count, .total = 1 };
    if (!name)
        return ITO_OK;
    out->first = ito__labels_find(l, name);
    if (out->first < l->count)
        return ITO_OK;
    if (l->count == 0)
        return no_label(ctx, l, name);
    if (strcmp(name, "all") != 0)
        return read_list(ctx, l, name, out);
    out->first = 0;
    out->total = l->count;
    return ITO_OK;
}

size_t ito__label_at(const label_choice *c, uint64_t id)
{
    const uint64_t place = id % c->total;
    size_t lo = 0, hi = c->count;

    if (c->count == 0)
        return c->first + (size_t)place;
    while (hi - lo > 1) { /* until[lo - 1] <= place < until[hi - 1] */
        const size_t middle = lo + (hi - lo) / 2;

        if (place < c->until[middle - 1])
            hi = middle;
        else
            lo = middle;
    }
    return c->code[lo];
}

ito_status ito_model_label_rows(ito_ctx *ctx, const ito_model *model,
                                const char *label, uint64_t *rows)
{
    ito_mark mark;
    label_choice choice;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!model || !label || !rows)
        return ito__fail(ctx, ITO_EARG, "labels: a NULL argument");
    mark = ito__arena_mark(ctx);
    rc = ito__label_of(ctx, model, label, &choice);
    *rows = rc == ITO_OK ? choice.total : 0;
    ito__arena_release(ctx, mark);
    return rc;
}
