/* SPDX-License-Identifier: MIT
 *
 * plot_images.c - images on a grid, with the names of their labels and, where
 * columns are times, with these.
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
#define HEADS      15.0 /* points of the times above a strip */

/* The times of a strip, or frames 0. */
typedef struct times {
    size_t frames;
    const double *t;
} times;

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

/* The figure of a grid whose captions take `share` of the width; returns the
 * points of a dot of the picture. */
static double make_figure(recipe *r, const png_picture *p, double share,
                          double heads)
{
    const double width = r->o.width > 0.0 ? r->o.width : WIDTH;
    const double ratio = (double)p->height / (double)p->width * (1.0 - share);
    const double high =
        (width - AROUND) * (ratio < RATIO_MOST ? ratio : RATIO_MOST);
    const ito_figure_opts o = {
        .width = width,
        .height = high + heads + AROUND + (r->o.title ? HEAD : 0.0),
        .dpi = r->o.dpi,
        .title = r->o.title,
    };

    if (r->rc == ITO_OK)
        r->rc = ito_figure_new(r->ctx, &o, &r->figure);
    return high / (double)p->height;
}

/* What stands above the columns. */
static bool take_times(ito_ctx *ctx, const times *s, ito_dots *dots)
{
    char(*text)[NAME_TEXT] = ito__arena_get(ctx, s->frames * sizeof(*text));
    const char **head = ito__arena_get(ctx, s->frames * sizeof(*head));
    double *x = ito__arena_get(ctx, s->frames * sizeof(*x));

    if (!text || !head || !x)
        return false;
    for (size_t k = 0; k < s->frames; k++) {
        if (k == 0)
            ito__time_text(s->t[k], text[k]);
        else
            ito__number_text(s->t[k], 2, text[k]);
        head[k] = text[k];
        x[k] = ((double)k + 0.5) / (double)s->frames * (double)dots->width;
    }
    dots->head_count = s->frames;
    dots->head = head;
    dots->head_x = x;
    return true;
}

static void draw_grid(recipe *r, const ito_images *images, const image_grid *g,
                      const times *s)
{
    const double wide = (r->o.width > 0.0 ? r->o.width : WIDTH) - AROUND;
    const double heads = s->frames > 0 ? HEADS : 0.0;
    ito_dots dots = { .width = g->picture.width, .height = g->picture.height };
    ito_panel_opts o = { .bare = 1, .equal = 1, .no_x = 2, .no_y = 2 };
    ito_panel *panel;
    double share, dot;
    names n;

    dots.rgb = as_colour(r->ctx, &g->picture);
    if (!take_names(r->ctx, images, g, &n) || !dots.rgb ||
        (s->frames > 0 && !take_times(r->ctx, s, &dots))) {
        r->rc = ito__fail(r->ctx, ITO_ENOMEM, "plot: a grid of images");
        return;
    }
    dots.caption = n.text;
    dots.caption_y = n.y;
    dots.caption_count = n.count;
    share = n.count > 0 ? ((double)n.letters + 1.5) * LETTER / wide : 0.0;
    share = share < 0.5 ? share : 0.5;
    dot = make_figure(r, &g->picture, share, heads);
    if (share > 0.0) {
        o.x_min = -(double)dots.width * share / (1.0 - share);
        o.x_max = (double)dots.width;
    }
    if (heads > 0.0)
        o.y_max = (double)dots.height + heads / dot;
    panel = ito__recipe_panel(r, 0, 0, &o);
    if (r->rc == ITO_OK)
        r->rc = ito_panel_dots(r->ctx, panel, &dots);
}

static ito_status plot(ito_ctx *ctx, const ito_images *images,
                       const ito_grid_opts *grid, const times *s,
                       const ito_plot_opts *opts, ito_figure **out)
{
    ito_grid_opts o = *grid;
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
        draw_grid(&r, images, &g, s);
    ito__image_grid_free(ctx, &g);
    ito__arena_release(ctx, mark);
    return ito__recipe_end(&r, out);
}

ito_status ito_plot_images(ito_ctx *ctx, const ito_images *images,
                           const ito_grid_opts *grid, const ito_plot_opts *opts,
                           ito_figure **out)
{
    const ito_grid_opts none = { 0 };
    const times no_times = { .frames = 0 };

    return plot(ctx, images, grid ? grid : &none, &no_times, opts, out);
}

ito_status ito_plot_film(ito_ctx *ctx, const ito_images *images, size_t frames,
                         const double *t, const ito_plot_opts *opts,
                         ito_figure **out)
{
    const size_t count = images ? ito_images_count(images) : 0;
    const ito_grid_opts grid = { .columns = frames, .most = count };
    const times s = { .frames = frames, .t = t };

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (count == 0 || frames == 0 || count % frames != 0 || !t)
        return ito__fail(ctx, ITO_EARG,
                         "plot: a film strip of %zu images at %zu times: give "
                         "all times of every row",
                         count, frames);
    return plot(ctx, images, &grid, &s, opts, out);
}
