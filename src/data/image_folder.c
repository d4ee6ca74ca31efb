/* SPDX-License-Identifier: MIT
 *
 * image_folder.c - folders of PNG files as images, and back.
 *
 *     digits/0001.png ...            no labels, or those of labels.csv
 *     digits/cat/a.png, dog/b.png    the folders are the labels
 *
 * Files come in the order of their names by bytes, folder by folder.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "data/image.h"
#include "data/stream.h"
#include "os/file.h"
#include "os/folder.h"

#define FILES_MAX   10000000
#define FILE_LIMIT  ((size_t)1 << 28) /* bytes of one PNG */
#define LABELS_FILE "labels.csv"
#define FILE_ROOM   32 /* of a name that is written */

/* Images while they are read. */
typedef struct reader {
    ito_ctx *ctx;
    const char *root;
    const ito_image_opts *opts;
    ito_image_format format; /* of the set; height 0: nothing was read */
    char *first;             /* the first file */
    unsigned char *byte;
    size_t count, room; /* images */
    bool blended;
    char **name; /* of each image, below its folder */
    uint32_t *code;
    level_set *levels;
} reader;

/* a/b, for ito__free. */
static char *join(ito_ctx *ctx, const char *a, const char *b)
{
    const size_t n = strlen(a), m = strlen(b);
    const bool slash = n > 0 && a[n - 1] != '/';
    char *p = ito__alloc(ctx, size_add(size_add(n, m), 2));

    if (!p)
        return NULL;
    memcpy(p, a, n);
    if (slash)
        p[n] = '/';
    memcpy(p + n + slash, b, m + 1);
    return p;
}

static ito_status no_memory(const reader *r)
{
    return ito__fail(r->ctx, ITO_ENOMEM, "%s: %zu images", r->root, r->count);
}

/* Room for one image more. */
static bool grow(reader *r)
{
    const size_t item = image_values(&r->format);
    const size_t room = r->room ? 2 * r->room : 64;
    void *p;

    if (r->count < r->room)
        return true;
    if ((p = ito__realloc(r->ctx, r->byte, r->count * item,
                          size_mul(room, item))) != NULL)
        r->byte = p;
    if (p && (p = ito__realloc(r->ctx, r->name, r->count * sizeof(*r->name),
                               room * sizeof(*r->name))) != NULL)
        r->name = p;
    if (p && (p = ito__realloc(r->ctx, r->code, r->count * sizeof(*r->code),
                               room * sizeof(*r->code))) != NULL)
        r->code = p;
    if (p)
        r->room = room;
    return p != NULL;
}

/* Grey as colour. */
static void colour(const unsigned char *from, size_t pixels, unsigned char *to)
{
    for (size_t k = pixels; k-- > 0;) /* also in place */
        to[3 * k] = to[3 * k + 1] = to[3 * k + 2] = from[k];
}

/* A coloured image among grey ones: make those coloured. */
static bool make_coloured(reader *r)
{
    const size_t pixels = r->format.height * r->format.width;
    unsigned char *p = ito__realloc(r->ctx, r->byte, r->count * pixels,
                                    size_mul(r->room, 3 * pixels));

    if (!p)
        return false;
    r->byte = p;
    colour(p, r->count * pixels, p);
    r->format.channels = 3;
    return true;
}

/* The format of the set, by its first image. */
static ito_status begin(reader *r, const char *path, const png_picture *p)
{
    const ito_image_opts *o = r->opts;

    r->format = (ito_image_format){ .height = o->height ? o->height : p->height,
                                    .width = o->height ? o->width : p->width,
                                    .channels = p->channels,
                                    .hi = 255.0 };
    r->first = ito__strdup(r->ctx, path);
    return r->first ? ITO_OK : no_memory(r);
}

static ito_status mixed_sizes(const reader *r, const char *path,
                              const png_picture *p)
{
    return ito__fail(r->ctx, ITO_EUNFIT,
                     "%s has %zu x %zu pixels, %s has %zu x %zu; --resize HxW "
                     "brings them to one size",
                     r->first, r->format.height, r->format.width, path,
                     p->height, p->width);
}

/* Resample a picture to the size of the set. */
static ito_status fit_size(const reader *r, png_picture *p)
{
    ito_image_format from = { .height = p->height,
                              .width = p->width,
                              .channels = p->channels,
                              .hi = 255.0 };
    ito_image_format to = from;
    resampler *s = NULL;
    unsigned char *byte = NULL;
    double *work = NULL;
    ito_status rc;

    to.height = r->format.height;
    to.width = r->format.width;
    rc = ito__image_check(r->ctx, "resize", &to, 1);
    if (rc == ITO_OK)
        rc = ito__resampler_new(r->ctx, &from, &to, r->opts->filter, &s);
    if (rc != ITO_OK)
        return rc;
    byte = ito__alloc(r->ctx, image_values(&to));
    work =
        ito__alloc(r->ctx, size_mul(ito__resampler_doubles(s), sizeof(*work)));
    if (byte && work) {
        ito__resample(s, p->byte, byte, work);
        ito__free(r->ctx, p->byte);
        p->byte = byte;
        p->height = to.height;
        p->width = to.width;
    } else {
        ito__free(r->ctx, byte);
        rc = no_memory(r);
    }
    ito__free(r->ctx, work);
    ito__resampler_free(r->ctx, s);
    return rc;
}

/* Put a picture behind the others. */
static ito_status append(reader *r, const char *path, png_picture *p)
{
    ito_status rc = ITO_OK;

    if (r->format.height == 0)
        rc = begin(r, path, p);
    if (rc == ITO_OK &&
        (p->height != r->format.height || p->width != r->format.width)) {
        if (r->opts->height == 0)
            return mixed_sizes(r, path, p);
        rc = fit_size(r, p);
    }
    if (rc == ITO_OK && p->channels == 3 && r->format.channels == 1 &&
        r->count > 0 && !make_coloured(r))
        rc = no_memory(r);
    if (rc != ITO_OK)
        return rc;
    rc = ito__image_check(r->ctx, r->root, &r->format, r->count + 1);
    if (rc != ITO_OK)
        return rc;
    if (!grow(r))
        return no_memory(r);
    if (p->channels == r->format.channels)
        memcpy(r->byte + r->count * image_values(&r->format), p->byte,
               image_values(&r->format));
    else
        colour(p->byte, r->format.height * r->format.width,
               r->byte + r->count * image_values(&r->format));
    r->blended |= p->blended;
    return ITO_OK;
}

/* Read one file; `name` is what labels.csv calls it. */
static ito_status read_one(reader *r, const char *path, const char *name,
                           uint32_t code)
{
    png_picture p = { 0 };
    size_t bytes;
    char *data;
    ito_status rc = stream_read(r->ctx, path, FILE_LIMIT, &data, &bytes);

    if (rc != ITO_OK)
        return rc;
    if (ito__cancelled(r->ctx))
        rc = ito__fail(r->ctx, ITO_ECANCELLED, "%s: stopped", r->root);
    if (rc == ITO_OK)
        rc = ito__png_read(r->ctx, path, data, bytes, &p);
    ito__free(r->ctx, data);
    if (rc == ITO_OK)
        rc = append(r, path, &p);
    ito__free(r->ctx, p.byte);
    if (rc != ITO_OK)
        return rc;
    r->name[r->count] = ito__strdup(r->ctx, name);
    r->code[r->count] = code;
    return r->name[r->count++] ? ITO_OK : no_memory(r);
}

static ito_status list(const reader *r, const char *path, os_list *out)
{
    const int error = os_list_folder(path, FILES_MAX, out);

    return error == 0 ? ITO_OK : stream_fail(r->ctx, path, "read", error);
}

/* The PNG files of one folder, all with one label. */
static ito_status read_files(reader *r, const char *folder, uint32_t code)
{
    os_list names;
    ito_status rc = list(r, folder, &names);

    for (size_t i = 0; rc == ITO_OK && i < names.count; i++) {
        char *path;

        if (!stream_has_suffix(names.name[i], ".png"))
            continue;
        path = join(r->ctx, folder, names.name[i]);
        rc = path ? read_one(r, path, names.name[i], code) : no_memory(r);
        ito__free(r->ctx, path);
    }
    os_list_free(&names);
    return rc;
}

/* Every folder in the folder. */
static ito_status read_folders(reader *r, const os_list *names)
{
    ito_status rc = ITO_OK;

    for (size_t i = 0; rc == ITO_OK && i < names->count; i++) {
        char *path = join(r->ctx, r->root, names->name[i]);
        uint32_t code = 0;

        if (!path) {
            rc = no_memory(r);
        } else if (os_is_directory(path)) {
            if (levels_code(r->levels, names->name[i], strlen(names->name[i]),
                            &code))
                rc = read_files(r, path, code);
            else
                rc = no_memory(r);
        }
        ito__free(r->ctx, path);
    }
    return rc;
}

/* The images that were read as a set. */
static ito_status take_set(reader *r, ito_images **out)
{
    char *labels = join(r->ctx, r->root, LABELS_FILE);
    const char *file = r->opts->labels;
    ito_status rc;

    rc = ito__images_new(r->ctx, r->root, &r->format, r->count, out);
    if (rc == ITO_OK && !labels)
        rc = no_memory(r);
    if (rc == ITO_OK)
        memcpy((*out)->pixels, r->byte, r->count * image_values(&r->format));
    if (rc == ITO_OK && !file && levels_count(r->levels) > 0)
        rc = ito__images_label_by(r->ctx, *out, NULL, r->levels, r->code);
    else if (rc == ITO_OK && !file && os_exists(labels))
        file = labels;
    if (rc == ITO_OK && file && file[0])
        rc = ito__images_read_labels(r->ctx, file, (const char *const *)r->name,
                                     *out);
    ito__free(r->ctx, labels);
    return rc;
}

static ito_status read_all(reader *r, ito_images **out)
{
    os_list names = { NULL, 0 };
    ito_status rc;

    if (!os_is_directory(r->root)) {
        rc = read_one(r, r->root, r->root, 0);
    } else {
        rc = read_files(r, r->root, 0);
        if (rc == ITO_OK && r->count == 0)
            rc = list(r, r->root, &names);
        if (rc == ITO_OK)
            rc = read_folders(r, &names);
        os_list_free(&names);
    }
    if (rc == ITO_OK && r->count == 0)
        rc = ito__fail(r->ctx, ITO_EFORMAT,
                       "%s: no .png file in it, nor in folders of it", r->root);
    if (rc == ITO_OK)
        rc = take_set(r, out);
    if (rc == ITO_OK && r->blended)
        ito__say(r->ctx, "%s: what is transparent was laid over white",
                 r->root);
    return rc;
}

ito_status ito__images_read_folder(ito_ctx *ctx, const char *path,
                                   const ito_image_opts *opts, ito_images **out)
{
    reader r = { .ctx = ctx, .root = path, .opts = opts };
    ito_status rc;

    *out = NULL;
    r.levels = levels_new(ctx);
    rc = r.levels ? read_all(&r, out) : no_memory(&r);
    for (size_t i = 0; i < r.count; i++)
        ito__free(ctx, r.name[i]);
    ito__free(ctx, r.name);
    ito__free(ctx, r.code);
    ito__free(ctx, r.byte);
    ito__free(ctx, r.first);
    levels_free(r.levels);
    if (rc != ITO_OK) {
        ito_images_free(*out);
        *out = NULL;
    }
    return rc;
}

/* ---- writing ---- */

/* 000017.png; ten digits where six are too few. */
static void file_name(const ito_images *set, size_t i, char out[FILE_ROOM])
{
    if (set->count < 1000000)
        (void)snprintf(out, FILE_ROOM, "%06zu.png", i + 1);
    else
        (void)snprintf(out, FILE_ROOM, "%010zu.png", i + 1);
}

static ito_status write_labels(ito_ctx *ctx, const char *path,
                               const ito_images *set)
{
    char(*text)[FILE_ROOM] = ito__alloc(ctx, size_mul(set->count, FILE_ROOM));
    const char **name = ito__alloc(ctx, size_mul(set->count, sizeof(*name)));
    uint32_t *code = ito__alloc(ctx, size_mul(set->count, sizeof(*code)));
    const ito_image_labels *l = &set->label;
    ito_table *table = NULL;
    ito_status rc;

    for (size_t i = 0; text && name && code && i < set->count; i++) {
        file_name(set, i, text[i]);
        name[i] = text[i];
        code[i] = (uint32_t)i;
    }
    if (text && name && code)
        rc = ito_table_build(
            ctx, set->count, 2,
            (const ito_column[]){ { .name = "file",
                                    .kind = ITO_COLUMN_TEXT,
                                    .code = code,
                                    .levels = name,
                                    .level_count = set->count },
                                  { .name = "label",
                                    .kind = ITO_COLUMN_TEXT,
                                    .code = l->code,
                                    .levels = l->levels,
                                    .level_count = l->level_count } },
            &table);
    else
        rc = ito__fail(ctx, ITO_ENOMEM, "%s: %zu labels", path, set->count);
    if (rc == ITO_OK)
        rc = ito_table_write(ctx, path, table);
    ito_table_free(table);
    ito__free(ctx, text);
    ito__free(ctx, name);
    ito__free(ctx, code);
    return rc;
}

static ito_status write_files(ito_ctx *ctx, const char *folder,
                              const ito_images *set)
{
    png_picture p = { .height = set->format.height,
                      .width = set->format.width,
                      .channels = set->format.channels,
                      .lazy = true };
    char name[FILE_ROOM], *path;
    ito_status rc = ITO_OK;

    p.byte = ito__alloc(ctx, image_values(&set->format));
    if (!p.byte)
        return ito__fail(ctx, ITO_ENOMEM, "%s: an image", folder);
    for (size_t i = 0; rc == ITO_OK && i < set->count; i++) {
        file_name(set, i, name);
        ito__image_bytes(set, i, p.byte);
        path = join(ctx, folder, name);
        rc = path ? ito__png_write(ctx, path, &p)
                  : ito__fail(ctx, ITO_ENOMEM, "%s", folder);
        ito__free(ctx, path);
    }
    ito__free(ctx, p.byte);
    if (rc != ITO_OK || set->label.level_count == 0)
        return rc;
    path = join(ctx, folder, LABELS_FILE);
    rc = path ? write_labels(ctx, path, set)
              : ito__fail(ctx, ITO_ENOMEM, "%s", folder);
    ito__free(ctx, path);
    return rc;
}

ito_status ito__images_write_folder(ito_ctx *ctx, const char *path,
                                    const ito_images *set)
{
    os_folder folder;
    ito_status rc;
    int error;

    if ((rc = ito__image_picture(ctx, path, set)) != ITO_OK)
        return rc;
    error = os_folder_begin(path, &folder);
    if (error == EEXIST)
        return ito__fail(ctx, ITO_EIO,
                         "%s: is no empty folder; name another one", path);
    if (error != 0)
        return stream_fail(ctx, path, "write", error);
    rc = write_files(ctx, folder.path, set);
    if (rc != ITO_OK) {
        os_folder_abort(&folder);
        return rc;
    }
    error = os_folder_commit(&folder);
    return error == 0 ? ITO_OK : stream_fail(ctx, path, "write", error);
}
