/* SPDX-License-Identifier: MIT
 *
 * layers_picture.c - a layer of dots of colour, with names of its rows and
 * columns.
 */
#include <math.h>
#include <string.h>

#include "plot/figure.h"

#define DOTS_MOST 16384

static bool are_sound(size_t count, const char *const *text, const double *at)
{
    if (count > DOTS_MOST || (count > 0 && (!text || !at)))
        return false;
    for (size_t k = 0; k < count; k++)
        if (!text[k] || !(fabs(at[k]) <= 1e6))
            return false;
    return true;
}

static bool is_sound(const ito_dots *d)
{
    return d && d->rgb && d->width > 0 && d->height > 0 &&
           d->width <= DOTS_MOST && d->height <= DOTS_MOST &&
           are_sound(d->caption_count, d->caption, d->caption_y) &&
           are_sound(d->head_count, d->head, d->head_x);
}

/* The captions, then the heads, one behind the other. */
static char *join(ito_ctx *ctx, const ito_dots *d)
{
    const ito_mark mark = ito__arena_mark(ctx);
    const size_t count = d->caption_count + d->head_count;
    char **text = ito__arena_get(ctx, (count + 1) * sizeof(*text));
    size_t bytes = 1, used = 0;
    char *all = NULL;
    bool fine = text != NULL;

    for (size_t k = 0; fine && k < count; k++) {
        const char *from = k < d->caption_count ? d->caption[k]
                                                : d->head[k - d->caption_count];

        text[k] = ito__text_copy(ctx, from, false);
        fine = text[k] != NULL;
        bytes += fine ? strlen(text[k]) + 1 : 0;
        used = fine ? k + 1 : k;
    }
    if (fine && (all = ito__alloc(ctx, bytes)) != NULL) {
        char *at = all;

        for (size_t k = 0; k < used; k++) {
            const size_t n = strlen(text[k]) + 1;

            memcpy(at, text[k], n);
            at += n;
        }
    }
    for (size_t k = 0; k < used; k++)
        ito__free(ctx, text[k]);
    ito__arena_release(ctx, mark);
    return all;
}

ito_status ito_panel_dots(ito_ctx *ctx, ito_panel *panel, const ito_dots *d)
{
    ito_status rc;
    layer *l;

    if (!ctx || !panel)
        return ITO_EARG;
    if (!is_sound(d))
        return ito__fail(ctx, ITO_EARG,
                         "plot: a picture of 1 to %d dots along either side, "
                         "and its captions, must be given",
                         DOTS_MOST);
    l = ito__layer_new(ctx, panel, NULL, 4 + d->caption_count + d->head_count,
                       &rc);
    if (!l)
        return rc;
    l->kind = LAYER_PICTURE;
    l->given = true;
    l->n = 2;
    l->y = l->x + 2;
    l->level = l->x + 4;
    l->level_count = d->caption_count;
    l->x[0] = l->y[0] = 0.0;
    l->x[1] = (double)d->width;
    l->y[1] = (double)d->height;
    for (size_t k = 0; k < d->caption_count; k++)
        l->level[k] = (double)d->height - d->caption_y[k];
    l->u = l->level + d->caption_count;
    l->lines = d->head_count;
    for (size_t k = 0; k < d->head_count; k++)
        l->u[k] = d->head_x[k];
    l->dots_w = d->width;
    l->dots_h = d->height;
    l->dots = ito__alloc(ctx, d->width * d->height * sizeof(*l->dots));
    l->captions = join(ctx, d);
    if (!l->dots || !l->captions)
        rc = ito__fail(ctx, ITO_ENOMEM, "plot: a picture of %zu x %zu dots",
                       d->width, d->height);
    for (size_t k = 0; rc == ITO_OK && k < d->width * d->height; k++)
        l->dots[k] = (uint32_t)d->rgb[3 * k] << 16 |
                     (uint32_t)d->rgb[3 * k + 1] << 8 | d->rgb[3 * k + 2];
    return ito__layer_end(ctx, panel, l, rc);
}
