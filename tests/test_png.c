/* SPDX-License-Identifier: MIT
 *
 * PNG pictures: every kind of pixel as the standard says, folders of them, and
 * hostile files.  The files are made by libpng itself, or by hand.
 */
#include "check.h"

#include <ito/image.h>
#include <sys/stat.h>

#include "data/image.h"
#include "os/file.h"

#if defined(ITO_WITH_PNG) && ITO_WITH_PNG
#include <png.h>
#endif

static ito_ctx *ctx;

TEST(a_build_without_libpng_says_so)
{
#if !defined(ITO_WITH_PNG) || !ITO_WITH_PNG
    ito_images *set;

    CHECK_FAILS(ctx, ito_images_read(ctx, "x.png", NULL, &set), ITO_EIO, "x");
#endif
}

#if defined(ITO_WITH_PNG) && ITO_WITH_PNG

static void put(const char *path, const void *data, size_t bytes)
{
    os_out *out;

    CHECK(os_out_open(path, &out) == 0);
    CHECK(os_out_write(out, data, bytes) == 0);
    CHECK(os_out_commit(out) == 0);
}

/* A picture in libpng's own words. */
typedef struct source {
    png_uint_32 w, h;
    int depth, type, interlace;
    const unsigned char *rows; /* as in the file, row_bytes each */
    size_t row_bytes;
    int colours;              /* of the palette, grey 85 k ... */
    const png_color *palette; /* ... or these */
    int alphas;               /* of the first colours of the palette */
    const unsigned char *alpha;
    const png_color_16 *clear; /* one transparent colour */
} source;

static void write_png(const char *path, const source *s)
{
    FILE *const file = fopen(path, "wb");
    png_structp png =
        png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    unsigned char *row[16];

    CHECK(file && png && info && s->h <= 16);
    png_init_io(png, file);
    png_set_IHDR(png, info, s->w, s->h, s->depth, s->type,
                 s->interlace ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (s->palette)
        png_set_PLTE(png, info, s->palette, s->colours);
    if (s->alphas || s->clear)
        png_set_tRNS(png, info, s->alpha, s->alphas, s->clear);
    png_write_info(png, info);
    for (png_uint_32 y = 0; y < s->h; y++) {
        row[y] = malloc(s->row_bytes);
        CHECK(row[y] != NULL);
        memcpy(row[y], s->rows + y * s->row_bytes, s->row_bytes);
    }
    png_write_image(png, row);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    for (png_uint_32 y = 0; y < s->h; y++)
        free(row[y]);
    CHECK(fclose(file) == 0);
}

/* The picture is read as h x w x c of these bytes. */
static void reads_as(const source *s, size_t c, const unsigned char *want)
{
    ito_images *set;
    const ito_image_format *f;

    write_png("p.png", s);
    CHECK_OK(ctx, ito_images_read(ctx, "p.png", NULL, &set));
    f = ito_images_format_of(set);
    CHECK(ito_images_count(set) == 1 && f->height == s->h && f->width == s->w &&
          f->channels == c && f->pixel == ITO_PIXEL_BYTE);
    CHECK_SAME((const unsigned char *)ito_images_pixels(set), want,
               s->h * s->w * c);
    ito_images_free(set);
}

TEST(grey_of_every_depth_is_read)
{
    static const unsigned char bits[] = { 0xa0 }, twos[] = { 0x1b },
                               fours[] = { 0x0f, 0x80 },
                               bytes[] = { 0, 7, 255 };
    /* v / 257: 0.498, 0.502, 254.498, 254.502, 127.498 */
    static const unsigned char words[] = { 0x00, 0x80, 0x00, 0x81, 0xff,
                                           0x7e, 0xff, 0x7f, 0x7f, 0xff };

    reads_as(&(source){ 3, 1, 1, PNG_COLOR_TYPE_GRAY, 0, bits, 1, .alphas = 0 },
             1, (const unsigned char[]){ 255, 0, 255 });
    reads_as(&(source){ 4, 1, 2, PNG_COLOR_TYPE_GRAY, 0, twos, 1, .alphas = 0 },
             1, (const unsigned char[]){ 0, 85, 170, 255 });
    reads_as(
        &(source){ 3, 1, 4, PNG_COLOR_TYPE_GRAY, 0, fours, 2, .alphas = 0 }, 1,
        (const unsigned char[]){ 0, 255, 136 });
    reads_as(
        &(source){ 3, 1, 8, PNG_COLOR_TYPE_GRAY, 0, bytes, 3, .alphas = 0 }, 1,
        bytes);
    reads_as(
        &(source){ 5, 1, 16, PNG_COLOR_TYPE_GRAY, 0, words, 10, .alphas = 0 },
        1, (const unsigned char[]){ 0, 1, 254, 255, 127 });
}

TEST(colours_and_palettes_are_read)
{
    static const unsigned char rgb[] = { 1, 2, 3, 250, 251, 252 };
    static const unsigned char places[] = { 0x1b }; /* 0 1 2 3 */
    static const png_color palette[] = {
        { 9, 8, 7 }, { 0, 0, 255 }, { 255, 0, 0 }, { 1, 1, 1 }
    };

    reads_as(&(source){ 2, 1, 8, PNG_COLOR_TYPE_RGB, 0, rgb, 6, .alphas = 0 },
             3, rgb);
    reads_as(&(source){ 4, 1, 2, PNG_COLOR_TYPE_PALETTE, 0, places, 1, 4,
                        palette, .alphas = 0 },
             3,
             (const unsigned char[]){ 9, 8, 7, 0, 0, 255, 255, 0, 0, 1, 1, 1 });
}

/* v a + 255 (1 - a), rounded. */
TEST(what_is_transparent_is_laid_over_white)
{
    static const unsigned char la[] = { 0, 255, 0, 0, 100, 128, 200, 64 };
    static const unsigned char rgba[] = { 10, 20, 30, 128, 0, 0, 0, 255 };
    static const unsigned char places[] = { 0x10 }, half[] = { 51 };
    static const unsigned char grey[] = { 5, 6 };
    static const png_color palette[] = { { 0, 100, 200 }, { 1, 2, 3 } };
    static const png_color_16 clear = { .gray = 6 };

    reads_as(
        &(source){ 4, 1, 8, PNG_COLOR_TYPE_GRAY_ALPHA, 0, la, 8, .alphas = 0 },
        1, (const unsigned char[]){ 0, 255, 177, 241 });
    reads_as(
        &(source){ 2, 1, 8, PNG_COLOR_TYPE_RGB_ALPHA, 0, rgba, 8, .alphas = 0 },
        3, (const unsigned char[]){ 132, 137, 142, 0, 0, 0 });
    reads_as(&(source){ 2, 1, 4, PNG_COLOR_TYPE_PALETTE, 0, places, 1, 2,
                        palette, 1, half, NULL },
             3, (const unsigned char[]){ 1, 2, 3, 204, 224, 244 });
    reads_as(
        &(source){ 2, 1, 8, PNG_COLOR_TYPE_GRAY, 0, grey, 2, .clear = &clear },
        1, (const unsigned char[]){ 5, 255 });
}

TEST(interlaced_files_are_read)
{
    unsigned char v[16 * 13];

    for (size_t k = 0; k < sizeof(v); k++)
        v[k] = (unsigned char)(k * 7 + k / 13);
    reads_as(&(source){ 13, 16, 8, PNG_COLOR_TYPE_GRAY, 1, v, 13, .alphas = 0 },
             1, v);
}

/* ---- folders ---- */

static void write_grey(const char *path, png_uint_32 h, png_uint_32 w,
                       unsigned char v)
{
    unsigned char rows[16 * 16];

    memset(rows, v, sizeof(rows));
    write_png(path, &(source){ w, h, 8, PNG_COLOR_TYPE_GRAY, 0, rows, w,
                               .alphas = 0 });
}

TEST(folders_in_a_folder_are_labels)
{
    const ito_image_labels *l;
    ito_images *set;

    mkdir("pets", 0777);
    mkdir("pets/dog", 0777);
    mkdir("pets/cat", 0777);
    write_grey("pets/dog/b.png", 2, 2, 3);
    write_grey("pets/dog/a.png", 2, 2, 2);
    write_grey("pets/cat/z.PNG", 2, 2, 1);
    put("pets/dog/notes.txt", "x", 1);
    CHECK_OK(ctx, ito_images_read(ctx, "pets", NULL, &set));
    l = ito_images_labels(set);
    CHECK(ito_images_count(set) == 3 && l->level_count == 2);
    CHECK_STR(l->levels[0], "cat");
    CHECK_SAME(l->code, ((const uint32_t[]){ 0, 1, 1 }), 3);
    CHECK_SAME((const unsigned char *)ito_images_pixels(set),
               ((const unsigned char[]){ 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3 }),
               12);
    ito_images_free(set);
}

TEST(labels_of_a_folder_go_by_the_names_of_files)
{
    const ito_image_opts o = { .labels = "folder.csv" };
    ito_images *set;

    mkdir("flat", 0777);
    write_grey("flat/1.png", 2, 2, 1);
    write_grey("flat/2.png", 2, 2, 2);
    put("folder.csv", "file,label\n2.png,b\n1.png,a\n", 27);
    CHECK_OK(ctx, ito_images_read(ctx, "flat", &o, &set));
    CHECK_SAME(ito_images_labels(set)->code, ((const uint32_t[]){ 0, 1 }), 2);
    ito_images_free(set);
    put("folder.csv", "file,label\n2.png,b\n3.png,a\n", 27);
    CHECK_FAILS(ctx, ito_images_read(ctx, "flat", &o, &set), ITO_EFORMAT,
                "'3.png' is no image of the folder");
    put("folder.csv", "file,label\n2.png,b\n2.png,a\n", 27);
    CHECK_FAILS(ctx, ito_images_read(ctx, "flat", &o, &set), ITO_EFORMAT,
                "named twice");
    put("folder.csv", "file,label\n2.png,b\n", 19);
    CHECK_FAILS(ctx, ito_images_read(ctx, "flat", &o, &set), ITO_EFORMAT,
                "1 rows; there are 2 images");
}

TEST(sizes_that_differ_are_named_or_resized)
{
    const ito_image_opts o = { .height = 2, .width = 2 };
    ito_images *set;

    mkdir("mixed", 0777);
    write_grey("mixed/a.png", 4, 4, 9);
    write_grey("mixed/b.png", 5, 4, 8);
    CHECK_FAILS(ctx, ito_images_read(ctx, "mixed", NULL, &set), ITO_EUNFIT,
                "mixed/a.png has 4 x 4 pixels, mixed/b.png has 5 x 4");
    CHECK_HAS(ito_errmsg(ctx), "--resize HxW");
    CHECK_OK(ctx, ito_images_read(ctx, "mixed", &o, &set));
    CHECK_SAME((const unsigned char *)ito_images_pixels(set),
               ((const unsigned char[]){ 9, 9, 9, 9, 8, 8, 8, 8 }), 8);
    ito_images_free(set);
    mkdir("nothing", 0777);
    CHECK_FAILS(ctx, ito_images_read(ctx, "nothing", NULL, &set), ITO_EFORMAT,
                "no .png file");
}

TEST(grey_among_colours_becomes_coloured)
{
    static const unsigned char rgb[] = { 1, 2, 3 };
    ito_images *set;

    mkdir("both", 0777);
    write_grey("both/a.png", 1, 1, 7);
    write_png("both/b.png",
              &(source){ 1, 1, 8, PNG_COLOR_TYPE_RGB, 0, rgb, 3, .alphas = 0 });
    write_grey("both/c.png", 1, 1, 9);
    CHECK_OK(ctx, ito_images_read(ctx, "both/", NULL, &set));
    CHECK(ito_images_format_of(set)->channels == 3);
    CHECK_SAME((const unsigned char *)ito_images_pixels(set),
               ((const unsigned char[]){ 7, 7, 7, 1, 2, 3, 9, 9, 9 }), 9);
    ito_images_free(set);
}

/* ---- a grid ---- */

TEST(a_grid_shows_labels_row_by_row)
{
    static const unsigned char v[] = { 10, 20, 30, 40 };
    static const uint32_t code[] = { 1, 0, 1, 1 };
    static const char *const levels[] = { "a", "b" };
    /* a pixel an image, a white dot between: a row of 20, one of the rest */
    static const unsigned char want[] = {
        255, 255, 255, 255, 255, 255, 255, 255, 20,  255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 10,  255,
        30,  255, 40,  255, 255, 255, 255, 255, 255, 255, 255,
    };
    const ito_image_format f = {
        .height = 1, .width = 1, .channels = 1, .hi = 255.0
    };
    const ito_image_labels l = { .code = code,
                                 .levels = levels,
                                 .level_count = 2 };
    ito_images *set, *grid;

    CHECK_OK(ctx, ito_images_build(ctx, &f, 4, v, &l, &set));
    CHECK_OK(ctx, ito_images_write_grid(ctx, "grid.png", set,
                                        &(ito_grid_opts){ .scale = 1 }));
    CHECK_OK(ctx, ito_images_read(ctx, "grid.png", NULL, &grid));
    CHECK(ito_images_format_of(grid)->height == 5 &&
          ito_images_format_of(grid)->width == 7);
    CHECK_SAME((const unsigned char *)ito_images_pixels(grid), want, 35);
    ito_images_free(grid);
    CHECK_FAILS(ctx,
                ito_images_write_grid(ctx, "grid.png", set,
                                      &(ito_grid_opts){ .scale = 1 << 20 }),
                ITO_ERANGE, "fewer images");
    ito_images_free(set);
}

/* ---- hostile files ---- */

TEST(a_truncated_picture_is_refused_at_every_length)
{
    ito_images *set;
    size_t bytes;
    char *data;

    write_grey("cut.png", 9, 7, 100);
    CHECK(os_read_all("cut.png", 1 << 20, &data, &bytes) == 0);
    for (size_t n = 0; n < bytes; n++) {
        png_picture p;

        CHECK(ito__png_read(ctx, "cut.png", data, n, &p) == ITO_EFORMAT);
        CHECK(p.byte == NULL);
    }
    data[bytes - 20] ^= 1; /* in the packed pixels, or their checksum */
    put("cut.png", data, bytes);
    CHECK_FAILS(ctx, ito_images_read(ctx, "cut.png", NULL, &set), ITO_EFORMAT,
                "cut.png: PNG:");
    os_free(data);
}

/* The header of a picture, and a piece of packed pixels. */
static size_t bomb(png_uint_32 h, png_uint_32 w, unsigned char *out)
{
    static const char tail[] =
        "\0\0\0\x0cIDAT\x78\xda\xed\xc1\1\1\0\0\0\x80\x90\0\0\0\0";
    unsigned char head[17] = { 'I', 'H', 'D', 'R' };
    uint32_t crc = 0xffffffff;

    for (int k = 0; k < 4; k++) {
        head[4 + k] = (unsigned char)(w >> (24 - 8 * k));
        head[8 + k] = (unsigned char)(h >> (24 - 8 * k));
    }
    head[12] = 8;
    for (int k = 0; k < 17; k++) {
        crc ^= head[k];
        for (int b = 0; b < 8; b++)
            crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    crc = ~crc;
    memcpy(out, "\x89PNG\r\n\x1a\n\0\0\0\x0d", 12);
    memcpy(out + 12, head, 17);
    for (int k = 0; k < 4; k++)
        out[29 + k] = (unsigned char)(crc >> (24 - 8 * k));
    memcpy(out + 33, tail, sizeof(tail) - 1);
    return 33 + sizeof(tail) - 1;
}

static size_t asked; /* the most that was ever asked for */

static void *count_alloc(void *arg, void *old, size_t bytes)
{
    (void)arg;
    asked = bytes > asked ? bytes : asked;
    if (bytes > 0)
        return realloc(old, bytes);
    free(old);
    return NULL;
}

TEST(bombs_are_refused_before_memory_is_taken)
{
    const ito_ctx_opts o = { .threads = 1, .alloc = count_alloc };
    unsigned char file[128];
    png_picture p;
    size_t n;
    ito_ctx *c;

    CHECK(ito_open(&c, &o) == ITO_OK);
    n = bomb(100000, 100000, file);
    CHECK_FAILS(c, ito__png_read(c, "b.png", (char *)file, n, &p), ITO_ERANGE,
                "b.png: PNG: 100000 x 100000 pixels; at most 16 million");
    n = bomb(4000, 4000, file); /* 16 MB out of 24 bytes */
    CHECK_FAILS(c, ito__png_read(c, "b.png", (char *)file, n, &p), ITO_EFORMAT,
                "too few bytes");
    n = bomb(0x7fffffff, 1, file);
    CHECK_FAILS(c, ito__png_read(c, "b.png", (char *)file, n, &p), ITO_ERANGE,
                "2147483647 x 1");
    n = bomb(0, 5, file);
    CHECK_FAILS(c, ito__png_read(c, "b.png", (char *)file, n, &p), ITO_EFORMAT,
                "b.png: PNG:");
    CHECK(asked < 1 << 20);
    ito_close(c);
}

#endif

static int open_ctx(void **state)
{
    (void)state;
    return ito_open(&ctx, NULL) == ITO_OK ? 0 : -1;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_build_without_libpng_says_so),
#if defined(ITO_WITH_PNG) && ITO_WITH_PNG
        RUN(grey_of_every_depth_is_read),
        RUN(colours_and_palettes_are_read),
        RUN(what_is_transparent_is_laid_over_white),
        RUN(interlaced_files_are_read),
        RUN(folders_in_a_folder_are_labels),
        RUN(labels_of_a_folder_go_by_the_names_of_files),
        RUN(sizes_that_differ_are_named_or_resized),
        RUN(grey_among_colours_becomes_coloured),
        RUN(a_grid_shows_labels_row_by_row),
        RUN(a_truncated_picture_is_refused_at_every_length),
        RUN(bombs_are_refused_before_memory_is_taken),
#endif
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
