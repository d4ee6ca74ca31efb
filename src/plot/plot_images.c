/* SPDX-License-Identifier: MIT
 *
 * plot_images.c - images on a grid, with the names of their labels.
 */
#include <ito/plot_images.h>
#include <string.h>

#include "data/image.h"
#include "plot/recipe.h"

#define WIDTH      504.0
#define AROUND     16.0 /* points that the figure adds around its panel */
#define HEAD       26.0 /* points of a title */
#define LETTER     6.0  /* points of a letter of a caption, about */
#define LETTERS    16   /* of a caption that are given room */
#define RATIO_MOST 3.0  /* height over width; beyond it the grid is narrower */

/* The captions of a grid: label names beside the rows that they begin. */
typedef struct names {
    const char **text;
    double *y;
    size_t count, letters;
} names;

static bool take_names(ito_ctx *ctx, const ito_images *images,
                       const image_grid *g, names *out)
{
    const ito_image_labels *l = ito_images_labels(images);

    *out = (names){ .count = 0 };
    out->text = ito__arena_get(ctx, size_mul(g->rows, sizeof(*out->text)));
    out->y = ito__arena_get(ctx, size_mul(g->rows, sizeof(*out->y)));
    if (!out->text || !out->y)
        return false;
    for (size_t r = 0; r < g->rows; r++) {
        if (g->label[r] == IMAGE_NO_LABEL)
            continue;
        out->text[out->count] = l->levels[g->label[r]];
        out->y[out->count] = ((double)r + 0.5) * (double)g->row_dots;
        out->letters = size_max(out->letters, strlen(out->text[out->count]));
        out->count++;
    }
    out->letters = size_min(out->letters, LETTERS);
    return true;
}

/* Bytes of grey or colour as colour. */
static unsigned char *as_colour(ito_ctx *ctx, const png_picture *p)
{
    const size_t n = p->height * p->width;
    unsigned char *out = ito__arena_get(ctx, 3 * n);

    for (size_t k = 0; out && k < n; k++)
        for (size_t c = 0; c < 3; c++)
            out[3 * k + c] = p->channels == 3 ? p->byte[3 * k + c] : p->byte[k];
    return out;
}

/* The figure of a grid whose captions take `share` of the width. */
static void make_figure(recipe *r, const png_picture *p, double share)
{
    const double width = r->o.width > 0.0 ? r->o.width : WIDTH;
    const double ratio = (double)p->height / (double)p->width * (1.0 - share);
    const ito_figure_opts o = {
        .width = width,
        .height = (width - AROUND) * (ratio < RATIO_MOST ? ratio : RATIO_MOST) +
                  AROUND + (r->o.title ? HEAD : 0.0),
        .dpi = r->o.dpi,
        .title = r->o.title,
    };

    if (r->rc == ITO_OK)
        r->rc = ito_figure_new(r->ctx, &o, &r->figure);
}

static void draw_grid(recipe *r, const ito_images *images, const image_grid *g)
{
    const double wide = (r->o.width > 0.0 ? r->o.width : WIDTH) - AROUND;
    ito_dots dots = { .width = g->picture.width, .height = g->picture.height };
    ito_panel_opts o = { .bare = 1, .equal = 1, .no_x = 2, .no_y = 2 };
    ito_panel *panel;
    double share;
    names n;

    dots.rgb = as_colour(r->ctx, &g->picture);
    if (!take_names(r->ctx, images, g, &n) || !dots.rgb) {
        r->rc = ito__fail(r->ctx, ITO_ENOMEM, "plot: a grid of images");
        return;
    }
    dots.caption = n.text;
    dots.caption_y = n.y;
    dots.caption_count = n.count;
    share = n.count > 0 ? ((double)n.letters + 1.5) * LETTER / wide : 0.0;
    share = share < 0.5 ? share : 0.5;
    if (share > 0.0) {
        o.x_min = -(double)dots.width * share / (1.0 - share);
        o.x_max = (double)dots.width;
    }
    make_figure(r, &g->picture, share);
    panel = ito__recipe_panel(r, 0, 0, &o);
    if (r->rc == ITO_OK)
        r->rc = ito_panel_dots(r->ctx, panel, &dots);
}

ito_status ito_plot_images(ito_ctx *ctx, const ito_images *images,
                           const ito_grid_opts *grid, const ito_plot_opts *opts,
                           ito_figure **out)
{
    ito_grid_opts o = grid ? *grid : (ito_grid_opts){ 0 };
    ito_mark mark;
    image_grid g;
    recipe r;

    if (ito__recipe_start(&r, ctx, opts, out) != ITO_OK)
        return ctx && out ? r.rc : ITO_EARG;
    if (!images)
        return ito__fail(ctx, ITO_EARG, "plot: there are no images");
    mark = ito__arena_mark(ctx);
    o.scale = 1;
    r.rc = ito__image_grid(ctx, "plot", images, &o, &g);
    if (r.rc == ITO_OK)
        draw_grid(&r, images, &g);
    ito__image_grid_free(ctx, &g);
    ito__arena_release(ctx, mark);
    return ito__recipe_end(&r, out);
}
