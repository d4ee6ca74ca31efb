/* SPDX-License-Identifier: MIT
 *
 * image_file.c - images from and to files; the name tells the format.
 */
#include <string.h>

#include "data/image.h"
#include "data/stream.h"
#include "os/file.h"

/* One of the formats, and whether a name stands for it. */
typedef enum format { NONE, IDX, PNG, NPY, TABLE, FOLDER } format;

static format format_of(const char *path)
{
    static const struct {
        const char *suffix;
        format is;
    } formats[] = {
        { ".png", PNG },      { ".npy", NPY },   { ".npy.gz", NPY },
        { ".csv", TABLE },    { ".tsv", TABLE }, { ".csv.gz", TABLE },
        { ".tsv.gz", TABLE }, { ".txt", TABLE }, { ".txt.gz", TABLE },
    };
    const size_t n = strlen(path);

    if (n > 0 && path[n - 1] == '/')
        return FOLDER;
    if (strcmp(path, "-") == 0)
        return TABLE;
    if (ito__is_idx(path))
        return IDX;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (stream_has_suffix(path, formats[i].suffix))
            return formats[i].is;
    return os_is_directory(path) ? FOLDER : NONE;
}

static ito_status unknown_format(ito_ctx *ctx, const char *path)
{
    return ito__fail(ctx, ITO_EUNFIT,
                     "%s: unknown type of file; images are .idx, .npy (also "
                     ".gz), .png, a folder, or a table",
                     path);
}

static bool is_table(const ito_image_opts *o)
{
    return o && (o->shape[0] > 0 || o->shape[1] > 0);
}

ito_status ito_images_detect(ito_ctx *ctx, const char *path,
                             const ito_image_opts *opts, int *yes)
{
    npy_array a;
    ito_status rc;
    format is;
    size_t bytes;
    char *data;

    if (!ctx)
        return ITO_EARG;
    if (!path || !yes)
        return ito__fail(ctx, ITO_EARG, "images: a NULL argument");
    is = format_of(path);
    *yes = is == IDX || is == PNG || is == FOLDER || is_table(opts);
    if (*yes || is != NPY)
        return ITO_OK;
    if ((rc = stream_read(ctx, path, STREAM_LIMIT, &data, &bytes)) != ITO_OK)
        return rc;
    if (npy_open_rank(ctx, path, data, bytes, 4, &a) == ITO_OK)
        *yes = a.rank > 2;
    ito__free(ctx, data);
    return ITO_OK; /* what else is wrong is said by who reads it */
}

static ito_status check_opts(ito_ctx *ctx, const ito_image_opts *o)
{
    if ((o->height == 0) != (o->width == 0) ||
        (o->pad_height == 0) != (o->pad_width == 0))
        return ito__fail(ctx, ITO_EARG,
                         "images: a size is a height and a width");
    if ((unsigned)o->filter > ITO_FILTER_LANCZOS)
        return ito__fail(ctx, ITO_EARG, "images: %d is no filter",
                         (int)o->filter);
    if ((o->lo != 0.0 || o->hi != 0.0) && !(o->lo < o->hi))
        return ito__fail(ctx, ITO_EARG, "images: %g to %g is no range", o->lo,
                         o->hi);
    return ITO_OK;
}

static ito_status read_as_is(ito_ctx *ctx, const char *path,
                             const ito_image_opts *o, ito_images **out)
{
    switch (format_of(path)) {
    case IDX: return ito__idx_read(ctx, path, o, out);
    case PNG:
    case FOLDER: return ito__images_read_folder(ctx, path, o, out);
    case NPY: return ito__images_read_npy(ctx, path, o, out);
    case TABLE:
        if (is_table(o))
            return ito__images_read_table(ctx, path, o, out);
        return ito__fail(ctx, ITO_EARG,
                         "%s: a table; --image HxW says what its rows are "
                         "images of",
                         path);
    case NONE: break;
    }
    return unknown_format(ctx, path);
}

/* Replace a set by what was made of it. */
static void replace(ito_images **set, ito_images *by)
{
    ito_images_free(*set);
    *set = by;
}

static ito_status resize_and_pad(ito_ctx *ctx, const ito_image_opts *o,
                                 ito_images **set)
{
    const ito_image_format *f = &(*set)->format;
    const size_t h = size_max(o->pad_height, o->height ? o->height : f->height);
    const size_t w = size_max(o->pad_width, o->height ? o->width : f->width);
    ito_images *made;
    ito_status rc;

    if (o->height && (o->height != f->height || o->width != f->width)) {
        rc =
            ito_images_resize(ctx, *set, o->height, o->width, o->filter, &made);
        if (rc != ITO_OK)
            return rc;
        replace(set, made);
        f = &made->format;
    }
    if (h == f->height && w == f->width)
        return ITO_OK;
    rc = ito_images_pad(ctx, *set, h, w, f->lo, &made);
    if (rc == ITO_OK)
        replace(set, made);
    return rc;
}

/* Labels of a file of their own; a folder has read them with its names. */
static ito_status add_labels(ito_ctx *ctx, const char *path,
                             const ito_image_opts *o, ito_images *set)
{
    if (!o->labels || !o->labels[0] || format_of(path) == FOLDER ||
        format_of(path) == PNG)
        return ITO_OK;
    if (set->code)
        return ito__fail(ctx, ITO_EARG,
                         "%s: has labels of its own; leave out %s", path,
                         o->labels);
    return ito__images_read_labels(ctx, o->labels, NULL, set);
}

ito_status ito_images_read(ito_ctx *ctx, const char *path,
                           const ito_image_opts *opts, ito_images **out)
{
    const ito_image_opts o = opts ? *opts : (ito_image_opts){ 0 };
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!path)
        return ito__fail(ctx, ITO_EARG, "images: there is no name");
    if ((rc = check_opts(ctx, &o)) != ITO_OK ||
        (rc = read_as_is(ctx, path, &o, out)) != ITO_OK)
        return rc;
    rc = add_labels(ctx, path, &o, *out);
    if (rc == ITO_OK)
        rc = resize_and_pad(ctx, &o, out);
    if (rc != ITO_OK) {
        ito_images_free(*out);
        *out = NULL;
    }
    return rc;
}

static ito_status write_table(ito_ctx *ctx, const char *path,
                              const ito_images *set)
{
    ito_table *table;
    ito_status rc = ito_images_table(ctx, set, &table);

    if (rc == ITO_OK)
        rc = ito_table_write(ctx, path, table);
    ito_table_free(table);
    return rc;
}

ito_status ito_images_write(ito_ctx *ctx, const char *path,
                            const ito_images *images)
{
    if (!ctx)
        return ITO_EARG;
    if (!path || !images)
        return ito__fail(ctx, ITO_EARG, "images: a NULL argument");
    switch (format_of(path)) {
    case IDX: return ito__idx_write(ctx, path, images);
    case PNG: return ito_images_write_grid(ctx, path, images, NULL);
    case FOLDER: return ito__images_write_folder(ctx, path, images);
    case NPY: return ito__images_write_npy(ctx, path, images);
    case TABLE: return write_table(ctx, path, images);
    case NONE: break;
    }
    return unknown_format(ctx, path);
}
