/* SPDX-License-Identifier: MIT
 *
 * sample_images.c - between two samples, pictures with holes, larger pictures;
 * and labels with counts.
 */
#include "cli/sample_images.h"

#include <ito/noise.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/suffix.h"

#define IDS_MAX     0x1p45 /* ito/noise.h */
#define COLUMNS_MAX 32

sample_image_options sample_image_args;

static float *noise, *known;
static size_t columns; /* images in a row of a grid; 0: as usual */

/* Two different rows, "A,B". */
static int read_pair(const char *text, uint64_t id[2])
{
    double v[2];

    if (opt_numbers(text, ',', v, 2) != 2 || v[0] == v[1])
        return -1;
    for (size_t k = 0; k < 2; k++) {
        if (!(v[k] >= 0.0 && v[k] < IDS_MAX) || v[k] != floor(v[k]))
            return -1;
        id[k] = (uint64_t)v[k];
    }
    return 0;
}

/* "X,Y,W,H" */
static int read_box(const char *text, size_t box[4])
{
    double v[4];

    if (opt_numbers(text, ',', v, 4) != 4)
        return -1;
    for (size_t k = 0; k < 4; k++) {
        if (!(v[k] >= (k < 2 ? 0.0 : 1.0) && v[k] <= 65536.0) ||
            v[k] != floor(v[k]))
            return -1;
        box[k] = (size_t)v[k];
    }
    return 0;
}

int sample_images_masked(void)
{
    return sample_image_args.keep || sample_image_args.hole ||
           sample_image_args.mask;
}

static int check_known(int painted)
{
    const sample_image_options *a = &sample_image_args;
    const char *box = a->keep ? a->keep : a->hole;
    size_t ends[4];

    if ((a->keep != NULL) + (a->hole != NULL) + (a->mask != NULL) > 1)
        return cmd_usage("--keep, --hole and --mask say the same: give one");
    if (sample_images_masked() && !painted)
        return cmd_usage("--keep, --hole and --mask need --inpaint FILE, the "
                         "images");
    if (a->upscale && painted)
        return cmd_usage("--upscale and --inpaint do not go together");
    if (box && read_box(box, ends) != 0)
        return cmd_usage("--%s %.40s: column, row, width and height in pixels, "
                         "as 7,7,14,14",
                         a->keep ? "keep" : "hole", box);
    return 0;
}

int sample_images_check(const char *label, int counted, int painted)
{
    const sample_image_options *a = &sample_image_args;

    for (size_t i = 0; i < a->between.count; i++) {
        uint64_t id[2];

        if (read_pair(a->between.item[i], id) != 0)
            return cmd_usage("--between %.40s: two rows that differ, as 3,17",
                             a->between.item[i]);
    }
    if (a->between.count > 0 && (painted || a->upscale))
        return cmd_usage("--between does not go with --inpaint or --upscale");
    if (a->between.count > 0 && a->each > 0)
        return cmd_usage("--between does not go with --each: its rows have one "
                         "label");
    if (a->each > 0 && (!label || counted))
        return cmd_usage("--each counts the rows of every --label; leave -n "
                         "out");
    return check_known(painted);
}

/* Whether labels come with counts. */
static int has_counts(const ito_model *model, const char *label)
{
    for (size_t i = 0; i < ito_model_labels(model); i++)
        if (strcmp(ito_model_label(model, i), label) == 0)
            return 0;
    return strchr(label, ':') != NULL;
}

ito_status sample_images_count(ito_ctx *ctx, const ito_flow *flow,
                               const char *label, int counted, size_t *count)
{
    const sample_image_options *a = &sample_image_args;
    const ito_model *model = ito_flow_model(flow);
    size_t rows = a->each;
    uint64_t period;
    ito_status rc;

    if (!label || !model)
        return ITO_OK;
    rc = ito_model_label_rows(ctx, model, label, &period);
    if (rc != ITO_OK)
        return rc;
    if (a->between.count > 0 && period > 1)
        return cmd_fail(ITO_EARG, "--between: all rows have one label; give "
                                  "--label NAME");
    if (rows == 0 && !counted && has_counts(model, label))
        rows = 1;
    if (rows == 0)
        return ITO_OK;
    if (period > SIZE_MAX / sizeof(float) / rows)
        return cmd_fail(ITO_ENOMEM, "%zu rows of each label do not fit", rows);
    *count = rows * (size_t)period;
    return ITO_OK;
}

/* ---- between two samples ---- */

static ito_status open_between(ito_ctx *ctx, const ito_flow *flow, int counted,
                               ito_sample_opts *o, size_t *count)
{
    const opt_list *l = &sample_image_args.between;
    const size_t dim = ito_flow_dim(flow), n = counted ? *count : 10;
    const ito_noise at = { .seed = o->seed };
    ito_status rc = ITO_OK;

    if (n < 2)
        return cmd_fail(ITO_EARG, "--between: -n 2 rows or more, with both "
                                  "ends");
    if (o->sigma)
        return cmd_fail(ITO_EARG, "--between: with --sigma each row has noise "
                                  "of its own on the way: leave it out");
    if (n > SIZE_MAX / sizeof(*noise) / l->count / dim ||
        !(noise = calloc(l->count * n, dim * sizeof(*noise))))
        return cmd_fail(ITO_ENOMEM, "%zu strips of %zu rows", l->count, n);
    for (size_t k = 0; rc == ITO_OK && k < l->count; k++) {
        uint64_t id[2];

        (void)read_pair(l->item[k], id); /* sample_images_check did */
        rc = ito_noise_between(ctx, &at, id, n, dim, noise + k * n * dim);
    }
    o->noise = noise;
    *count = l->count * n;
    columns = n;
    return rc;
}

/* ---- what is known of images ---- */

/* Read images whose pixels are those of the model's, `low`: fewer of them. */
static ito_status read_known(ito_ctx *ctx, const char *path,
                             const ito_image_format *f, int low,
                             ito_images **out)
{
    const ito_image_opts how = { .labels = "", .lo = f->lo, .hi = f->hi };
    const ito_image_format *g;
    ito_status rc = ito_images_read(ctx, path, &how, out);

    if (rc != ITO_OK)
        return rc;
    g = ito_images_format_of(*out);
    if (g->channels != f->channels ||
        (!low && (g->height != f->height || g->width != f->width)))
        return cmd_fail(ITO_EUNFIT,
                        "%s: %zu x %zu pixels of %zu channels; the model's "
                        "have %zu x %zu of %zu%s",
                        path, g->height, g->width, g->channels, f->height,
                        f->width, f->channels,
                        g->channels == f->channels
                            ? ": `ito data FILE --resize` fits them"
                            : "");
    if (low && (f->height % g->height != 0 || f->width % g->width != 0 ||
                f->height * f->width == g->height * g->width))
        return cmd_fail(ITO_EUNFIT,
                        "%s: %zu x %zu pixels; the model's %zu x %zu are to be "
                        "whole multiples of them",
                        path, g->height, g->width, f->height, f->width);
    return ITO_OK;
}

/* keep[p] of a rectangle, or of all but one. */
static ito_status box_mask(const ito_image_format *f, unsigned char *keep)
{
    const sample_image_options *a = &sample_image_args;
    const char *text = a->keep ? a->keep : a->hole;
    size_t box[4] = { 0 };

    (void)read_box(text, box); /* sample_images_check did */
    for (size_t p = 0; p < f->height * f->width; p++)
        keep[p] = (p % f->width - box[0] < box[2] &&
                   p / f->width - box[1] < box[3]) == (a->keep != NULL);
    if (box[0] + box[2] > f->width || box[1] + box[3] > f->height)
        return cmd_fail(ITO_EARG,
                        "--%s %s: the images have %zu columns and %zu rows",
                        a->keep ? "keep" : "hole", text, f->width, f->height);
    return ITO_OK;
}

/* keep[p] of what is white in a file. */
static ito_status painted_mask(ito_ctx *ctx, const ito_image_format *f,
                               unsigned char *keep)
{
    const size_t pixels = f->height * f->width;
    ito_image_format grey = *f;
    ito_images *mask = NULL;
    float *x = calloc(pixels, sizeof(*x));
    ito_status rc;

    if (!x)
        return cmd_fail(ITO_ENOMEM, "a mask of %zu pixels", pixels);
    grey.channels = 1;
    rc = read_known(ctx, sample_image_args.mask, &grey, 0, &mask);
    if (rc == ITO_OK)
        rc = ito_images_rows(ctx, mask, 0, 1, x);
    for (size_t p = 0; rc == ITO_OK && p < pixels; p++)
        keep[p] = x[p] > 0.0f;
    free(x);
    ito_images_free(mask);
    return rc;
}

/* keep[p]: whether pixel p is known. */
static ito_status read_mask(ito_ctx *ctx, const ito_image_format *f,
                            unsigned char *keep)
{
    const sample_image_options *a = &sample_image_args;
    const size_t pixels = f->height * f->width;
    const ito_status rc =
        a->keep || a->hole ? box_mask(f, keep) : painted_mask(ctx, f, keep);
    size_t kept = 0;

    for (size_t p = 0; p < pixels; p++)
        kept += keep[p];
    if (rc == ITO_OK && (kept == 0 || kept == pixels))
        return cmd_fail(ITO_EARG, "--inpaint: %s of the images is kept",
                        kept ? "all" : "nothing");
    return rc;
}

/* Rows of the images, again and again, without what is not kept. */
static ito_status fill_known(ito_ctx *ctx, const ito_images *images,
                             const unsigned char *keep, size_t n)
{
    const ito_image_format *f = ito_images_format_of(images);
    const size_t values = f->height * f->width * f->channels;
    const size_t count = ito_images_count(images);
    ito_status rc = ITO_OK;

    if (n > SIZE_MAX / sizeof(*known) / values ||
        !(known = calloc(n, values * sizeof(*known))))
        return cmd_fail(ITO_ENOMEM, "%zu images", n);
    for (size_t i = 0; rc == ITO_OK && i < n; i++) {
        float *row = known + i * values;

        rc = ito_images_rows(ctx, images, i % count, 1, row);
        for (size_t k = 0; keep && k < values; k++)
            if (!keep[k / f->channels])
                row[k] = NAN;
    }
    return rc;
}

static ito_status open_known(ito_ctx *ctx, const ito_flow *flow,
                             const char *path, int counted, ito_sample_opts *o,
                             size_t *count)
{
    const ito_model *model = ito_flow_model(flow);
    const int low = sample_image_args.upscale != NULL;
    const ito_image_format *f =
        model ? ito_schema_image(ito_model_schema(model)) : NULL;
    unsigned char *keep = NULL;
    ito_images *images = NULL;
    ito_status rc;

    if (!f)
        return cmd_fail(ITO_EUNFIT,
                        "%s is about images, and the model was not trained on "
                        "any",
                        low ? "--upscale" : "--keep, --hole or --mask");
    rc = read_known(ctx, path, f, low, &images);
    if (rc == ITO_OK && !low && !(keep = calloc(f->height, f->width)))
        rc = cmd_fail(ITO_ENOMEM, "a mask");
    if (rc == ITO_OK && keep)
        rc = read_mask(ctx, f, keep);
    if (rc == ITO_OK) {
        const ito_image_format *g = ito_images_format_of(images);
        const size_t found = ito_images_count(images);

        *count = counted ? *count : found;
        columns = found <= COLUMNS_MAX ? found : 0;
        if (low) {
            o->known_block[0] = (uint16_t)(f->height / g->height);
            o->known_block[1] = (uint16_t)(f->width / g->width);
        }
        rc = fill_known(ctx, images, keep, *count);
    }
    o->known = known;
    ito_images_free(images);
    free(keep);
    return rc;
}

ito_status sample_images_open(ito_ctx *ctx, const ito_flow *flow,
                              const char *inpaint, int counted,
                              ito_sample_opts *o, size_t *count)
{
    const sample_image_options *a = &sample_image_args;

    if (a->between.count > 0)
        return open_between(ctx, flow, counted, o, count);
    if (a->upscale)
        return open_known(ctx, flow, a->upscale, counted, o, count);
    if (sample_images_masked())
        return open_known(ctx, flow, inpaint, counted, o, count);
    return ITO_OK;
}

void sample_images_close(void)
{
    free(noise);
    free(known);
    noise = known = NULL;
    columns = 0;
}

/* ---- a grid ---- */

/* Image i as it was given: middle grey where nothing was known, blocks of one
 * value for a smaller one. */
static void show_given(const ito_image_format *f, const ito_sample_opts *o,
                       size_t i, float *out)
{
    const size_t rows = o->known_block[0], cols = o->known_block[1];
    const size_t values = f->height * f->width * f->channels;
    const size_t given = rows > 0 ? values / rows / cols : values;
    const float *from = o->known + i * given;

    for (size_t k = 0; k < values; k++) {
        const size_t c = k % f->channels, x = k / f->channels % f->width;
        const size_t y = k / f->channels / f->width;
        const size_t at =
            rows > 0
                ? (y / rows * (f->width / cols) + x / cols) * f->channels + c
                : k;

        out[k] = isnan(from[at]) ? 0.0f : from[at];
    }
}

static ito_status write_grid(ito_ctx *ctx, const ito_model *model,
                             const ito_sample_opts *o, size_t n, const float *x,
                             const char *path)
{
    const ito_image_format *f = ito_schema_image(ito_model_schema(model));
    const size_t values = f->height * f->width * f->channels;
    const size_t given = !o->known ? 0 : n < columns ? n : columns;
    const ito_grid_opts grid = { .columns = columns, .most = given + n };
    float *all = calloc(given + n, values * sizeof(*all));
    ito_images *images = NULL;
    ito_status rc;

    if (!all)
        return cmd_fail(ITO_ENOMEM, "a grid of %zu images", given + n);
    for (size_t i = 0; i < given; i++)
        show_given(f, o, i, all + i * values);
    memcpy(all + given * values, x, n * values * sizeof(*all));
    rc = ito_images_decode(ctx, f, given + n, all, NULL, &images);
    if (rc == ITO_OK)
        rc = ito_images_write_grid(ctx, path, images, &grid);
    ito_images_free(images);
    free(all);
    return rc;
}

ito_status sample_images_write(ito_ctx *ctx, const ito_model *model,
                               const ito_sample_opts *o, size_t n,
                               const float *x, const char *path)
{
    ito_images *images = NULL;
    ito_status rc;

    if (columns > 0 && has_suffix(path, ".png") &&
        ito_schema_image(ito_model_schema(model)))
        return write_grid(ctx, model, o, n, x, path);
    rc = ito_model_images(ctx, model, o, n, x, &images);
    if (rc == ITO_OK)
        rc = ito_images_write(ctx, path, images);
    ito_images_free(images);
    return rc;
}
