/* SPDX-License-Identifier: MIT
 *
 * png.c - PNG pictures through libpng, or the word that it is not built in.
 *
 * A file is refused by its header before memory is taken for its pixels: when
 * they are more than the limit, and when the file is shorter than they can be
 * packed to (deflate packs 1032 to 1 at best).  Chunks beside the pixels are
 * bounded too.  libpng leaves a fault by longjmp to the one setjmp of each
 * direction; what must survive that lies in a struct outside.
 */
#include <string.h>

#include "data/image.h"
#include "data/stream.h"

#if defined(ITO_WITH_PNG) && ITO_WITH_PNG

#include <png.h>
#include <setjmp.h>

#define CHUNK_MAX   ((size_t)1 << 20) /* bytes of a chunk beside the pixels */
#define PACKED_BEST 1032              /* bytes that one packed byte can be */
#define WORDS       80

/* A file being read or written. */
typedef struct png_job {
    ito_ctx *ctx;
    const char *where;
    png_structp png;
    png_infop info;
    const unsigned char *at, *end; /* of the bytes to read */
    stream *out;                   /* where bytes are written */
    size_t rows, row_bytes;
    size_t samples; /* of a pixel, alpha included */
    unsigned char *pixels;
    png_bytep *row;
    bool huge; /* more pixels than are read */
    bool no_memory;
    char words[WORDS];
} png_job;

static png_voidp take(png_structp png, png_alloc_size_t bytes)
{
    png_job *j = png_get_mem_ptr(png);
    void *p = ito__alloc(j->ctx, bytes);

    j->no_memory |= !p;
    return p;
}

static void give(png_structp png, png_voidp p)
{
    png_job *j = png_get_mem_ptr(png);

    ito__free(j->ctx, p);
}

static void fault(png_structp png, png_const_charp words)
{
    png_job *j = png_get_error_ptr(png);
    size_t n = strlen(words);

    n = n < WORDS ? n : WORDS - 1;
    memcpy(j->words, words, n);
    j->words[n] = '\0';
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp words)
{
    (void)png;
    (void)words;
}

static void read_bytes(png_structp png, png_bytep to, size_t bytes)
{
    png_job *j = png_get_io_ptr(png);

    if (bytes > (size_t)(j->end - j->at))
        png_error(png, "cut off");
    memcpy(to, j->at, bytes);
    j->at += bytes;
}

static void write_bytes(png_structp png, png_bytep from, size_t bytes)
{
    const png_job *j = png_get_io_ptr(png);

    stream_write(j->out, from, bytes);
}

static void flush_bytes(png_structp png)
{
    (void)png;
}

static ito_status failed(const png_job *j)
{
    if (j->no_memory)
        return ito__fail(j->ctx, ITO_ENOMEM, "%s: a PNG picture", j->where);
    return ito__fail(j->ctx, ITO_EFORMAT, "%s: PNG: %s", j->where,
                     j->words[0] ? j->words : "not such a file");
}

/* ---- reading ---- */

/* What libpng is to make of the file: 8 bits of grey or colour, with alpha
 * where there is any. */
static void set_transforms(png_job *j)
{
    png_structp png = j->png;

    png_set_expand(png); /* palettes, fewer bits, transparent colours */
    png_set_scale_16(png);
    (void)png_set_interlace_handling(png);
    png_read_update_info(png, j->info);
    j->samples = png_get_channels(png, j->info);
    j->row_bytes = png_get_rowbytes(png, j->info);
}

/* Read the header; false where the pixels are too many. */
static bool read_header(png_job *j, png_picture *out)
{
    const size_t left = (size_t)(j->end - j->at);
    size_t bits;

    png_read_info(j->png, j->info);
    out->height = png_get_image_height(j->png, j->info);
    out->width = png_get_image_width(j->png, j->info);
    j->huge = out->height > IMAGE_SIDE_MAX || out->width > IMAGE_SIDE_MAX ||
              out->height * out->width > IMAGE_VALUES_MAX / 4;
    if (j->huge)
        return false;
    bits = (size_t)png_get_bit_depth(j->png, j->info) *
           png_get_channels(j->png, j->info);
    if (out->height * size_ceil_div(out->width * bits, 8) / PACKED_BEST > left)
        png_error(j->png, "cut off: too few bytes for its pixels");
    return true;
}

static void read_rows(png_job *j)
{
    j->pixels = ito__alloc(j->ctx, size_mul(j->rows, j->row_bytes));
    j->row = ito__alloc(j->ctx, size_mul(j->rows, sizeof(*j->row)));
    if (!j->pixels || !j->row) {
        j->no_memory = true;
        png_error(j->png, "no memory");
    }
    for (size_t y = 0; y < j->rows; y++)
        j->row[y] = j->pixels + y * j->row_bytes;
    png_read_image(j->png, j->row);
    png_read_end(j->png, NULL);
}

/* The part that libpng may leave by longjmp; 0, or 1 after that. */
static int read_guarded(png_job *j, png_picture *out)
{
    if (setjmp(png_jmpbuf(j->png)) != 0)
        return 1;
    png_set_read_fn(j->png, j, read_bytes);
    png_set_user_limits(j->png, 0x7fffffff, 0x7fffffff);
    png_set_chunk_malloc_max(j->png, CHUNK_MAX);
    png_set_chunk_cache_max(j->png, 16);
    if (!read_header(j, out))
        return 1;
    set_transforms(j);
    j->rows = out->height;
    read_rows(j);
    return 0;
}

/* Lay what is transparent over white, and drop the alpha. */
static void blend(const png_job *j, png_picture *out)
{
    const size_t c = out->channels;

    for (size_t k = 0; k < out->height * out->width; k++) {
        const unsigned alpha = j->pixels[k * j->samples + c];

        out->blended |= alpha != 255;
        for (size_t s = 0; s < c; s++) {
            const unsigned v = j->pixels[k * j->samples + s];

            out->byte[k * c + s] =
                (unsigned char)((v * alpha + 255 * (255 - alpha) + 127) / 255);
        }
    }
}

static ito_status take_pixels(png_job *j, png_picture *out)
{
    out->channels = j->samples <= 2 ? 1 : 3;
    if (j->row_bytes != out->width * j->samples)
        return ito__fail(j->ctx, ITO_EFORMAT, "%s: PNG: not 8 bits", j->where);
    if (j->samples == out->channels) {
        out->byte = j->pixels;
        j->pixels = NULL;
        return ITO_OK;
    }
    out->byte = ito__alloc(j->ctx, out->height * out->width * out->channels);
    if (!out->byte)
        return ito__fail(j->ctx, ITO_ENOMEM, "%s: a PNG picture", j->where);
    blend(j, out);
    return ITO_OK;
}

ito_status ito__png_read(ito_ctx *ctx, const char *where, const char *data,
                         size_t bytes, png_picture *out)
{
    const unsigned char *const b = (const unsigned char *)data;
    png_job j = { .ctx = ctx, .where = where, .at = b, .end = b + bytes };
    ito_status rc;

    *out = (png_picture){ 0 };
    if (bytes < 8 || png_sig_cmp(b, 0, 8) != 0)
        return ito__fail(ctx, ITO_EFORMAT, "%s: PNG: not such a file", where);
    j.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &j, fault, ignore,
                                     &j, take, give);
    j.info = j.png ? png_create_info_struct(j.png) : NULL;
    if (!j.info)
        rc = ito__fail(ctx, ITO_ENOMEM, "%s: a PNG picture", where);
    else if (read_guarded(&j, out) == 0)
        rc = take_pixels(&j, out);
    else if (j.huge)
        rc = ito__fail(ctx, ITO_ERANGE,
                       "%s: PNG: %zu x %zu pixels; at most %zu million are "
                       "read",
                       where, out->height, out->width,
                       IMAGE_VALUES_MAX / 4 >> 20);
    else
        rc = failed(&j);
    png_destroy_read_struct(&j.png, &j.info, NULL);
    ito__free(ctx, j.pixels);
    ito__free(ctx, j.row);
    return rc;
}

/* ---- writing ---- */

static int write_guarded(png_job *j, const png_picture *p)
{
    if (setjmp(png_jmpbuf(j->png)) != 0)
        return 1;
    png_set_write_fn(j->png, j, write_bytes, flush_bytes);
    png_set_IHDR(j->png, j->info, (png_uint_32)p->width, (png_uint_32)p->height,
                 8, p->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(j->png, j->info);
    for (size_t y = 0; y < p->height; y++)
        png_write_row(j->png, p->byte + y * p->width * p->channels);
    png_write_end(j->png, NULL);
    return 0;
}

ito_status ito__png_write(ito_ctx *ctx, const char *path,
                          const png_picture *picture)
{
    png_job j = { .ctx = ctx, .where = path };
    ito_status rc;

    if ((rc = stream_begin(ctx, path, &j.out)) != ITO_OK)
        return rc;
    if (picture->lazy)
        stream_lazy(j.out);
    j.png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, &j, fault, ignore,
                                      &j, take, give);
    j.info = j.png ? png_create_info_struct(j.png) : NULL;
    if (!j.info)
        rc = ito__fail(ctx, ITO_ENOMEM, "%s: a PNG picture", path);
    else if (write_guarded(&j, picture) != 0)
        rc = failed(&j);
    png_destroy_write_struct(&j.png, &j.info);
    return stream_end(j.out, rc);
}

#else

static ito_status absent(ito_ctx *ctx, const char *where)
{
    return ito__fail(ctx, ITO_EUNFIT,
                     "%s: this ito was built without libpng; use .npy or .idx",
                     where);
}

ito_status ito__png_read(ito_ctx *ctx, const char *where, const char *data,
                         size_t bytes, png_picture *out)
{
    (void)data;
    (void)bytes;
    *out = (png_picture){ 0 };
    return absent(ctx, where);
}

ito_status ito__png_write(ito_ctx *ctx, const char *path,
                          const png_picture *picture)
{
    (void)picture;
    return absent(ctx, path);
}

#endif
