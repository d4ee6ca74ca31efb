/* SPDX-License-Identifier: MIT
 *
 * Images: IDX, NPY, tables and folders, each there and back; ranges; MNIST;
 * hostile files are refused with the place and the remedy.
 */
#include "check.h"

#include <ito/feature.h>
#include <ito/image.h>

#include "clear_folder.h"
#include "data/image.h"
#include "os/file.h"

static ito_ctx *ctx;

static int has_part(const char *name)
{
    for (size_t i = 0; ito_feature_at(i); i++)
        if (strcmp(ito_feature_at(i)->name, name) == 0)
            return ito_feature_at(i)->built_in;
    return 0;
}

static void put(const char *path, const void *data, size_t bytes)
{
    os_out *out;

    CHECK(os_out_open(path, &out) == 0);
    CHECK(os_out_write(out, data, bytes) == 0);
    CHECK(os_out_commit(out) == 0);
}

static void put_text(const char *path, const char *text)
{
    put(path, text, strlen(text));
}

/* 12 images of 2 x 3 pixels and c channels, with labels of three levels. */
static ito_images *make(ito_pixel pixel, size_t c)
{
    static const char *const levels[] = { "0", "5", "9" };
    const ito_image_format f = { .height = 2,
                                 .width = 3,
                                 .channels = c,
                                 .pixel = pixel,
                                 .hi = pixel == ITO_PIXEL_FLOAT ? 1.0 : 255.0 };
    unsigned char byte[12 * 18];
    float value[12 * 18];
    uint32_t code[12];
    const ito_image_labels labels = { .code = code,
                                      .levels = levels,
                                      .level_count = 3 };
    ito_images *set;

    for (size_t k = 0; k < 12 * 6 * c; k++) {
        byte[k] = (unsigned char)(37 * k + 11);
        value[k] =
            pixel == ITO_PIXEL_FLOAT ? (float)byte[k] / 256.0F : (float)byte[k];
    }
    for (size_t i = 0; i < 12; i++)
        code[i] = (uint32_t)(i % 5 % 3);
    CHECK_OK(ctx, ito_images_build(ctx, &f, 12,
                                   pixel == ITO_PIXEL_BYTE ? (void *)byte
                                                           : (void *)value,
                                   &labels, &set));
    return set;
}

/* Equal pixels, and labels where they are asked for. */
static void same_images(const ito_images *a, const ito_images *b, int labels)
{
    const ito_image_format *f = ito_images_format_of(a);
    const ito_image_format *g = ito_images_format_of(b);
    const ito_image_labels *l = ito_images_labels(a);
    const ito_image_labels *m = ito_images_labels(b);
    const size_t n = ito_images_count(a);

    CHECK(ito_images_count(b) == n && f->height == g->height &&
          f->width == g->width && f->channels == g->channels &&
          f->pixel == g->pixel);
    CHECK_SAME((const char *)ito_images_pixels(a),
               (const char *)ito_images_pixels(b),
               n * image_values(f) * image_item(f));
    CHECK(m->level_count == (labels ? l->level_count : 0));
    for (size_t k = 0; k < m->level_count; k++)
        CHECK_STR(m->levels[k], l->levels[k]);
    if (labels)
        CHECK_SAME(l->code, m->code, n);
}

static void there_and_back(const char *path, ito_pixel pixel, size_t c,
                           int labels)
{
    const ito_image_opts o = { .shape = { 2, 3, c },
                               .hi = pixel == ITO_PIXEL_FLOAT ? 1.0 : 255.0 };
    ito_images *a = make(pixel, c), *b;

    CHECK_OK(ctx, ito_images_write(ctx, path, a));
    CHECK_OK(ctx, ito_images_read(ctx, path, &o, &b));
    same_images(a, b, labels);
    ito_images_free(a);
    ito_images_free(b);
}

TEST(idx_comes_back_with_its_labels)
{
    there_and_back("a-images-idx3-ubyte", ITO_PIXEL_BYTE, 1, 1);
    CHECK(os_exists("a-labels-idx1-ubyte"));
    there_and_back("b.idx", ITO_PIXEL_BYTE, 3, 1);
    CHECK(os_exists("b-labels.idx"));
    there_and_back("c.idx", ITO_PIXEL_FLOAT, 2, 1);
    if (has_part("zlib"))
        there_and_back("d-images-idx3-ubyte.gz", ITO_PIXEL_WHOLE, 1, 1);
}

TEST(npy_and_tables_come_back)
{
    there_and_back("a.npy", ITO_PIXEL_BYTE, 1, 0);
    there_and_back("b.npy", ITO_PIXEL_FLOAT, 3, 0);
    there_and_back("c.npy", ITO_PIXEL_WHOLE, 1, 0);
    there_and_back("d.csv", ITO_PIXEL_WHOLE, 1, 1);
    there_and_back("e.tsv", ITO_PIXEL_FLOAT, 3, 1);
}

TEST(folders_of_png_come_back)
{
    ito_images *set = make(ITO_PIXEL_BYTE, 3);

    if (!has_part("png")) {
        CHECK_FAILS(ctx, ito_images_write(ctx, "folder/", set), ITO_EUNFIT,
                    "without libpng");
        ito_images_free(set);
        return;
    }
    clear_folder("grey");
    clear_folder("colour");
    there_and_back("grey/", ITO_PIXEL_BYTE, 1, 1);
    there_and_back("colour/", ITO_PIXEL_BYTE, 3, 1);
    CHECK_FAILS(ctx, ito_images_write(ctx, "grey/", set), ITO_EIO,
                "no empty folder");
    CHECK_FAILS(ctx, ito_images_write(ctx, "no/such/place/", set), ITO_EIO,
                "no/such/place/");
    ito_images_free(set);
}

/* What begins an IDX file of MNIST: magic number, count, 28, 28. */
TEST(the_magic_numbers_are_those_of_mnist)
{
    ito_images *set = make(ITO_PIXEL_BYTE, 1);
    size_t bytes;
    char *data;

    CHECK_OK(ctx, ito_images_write(ctx, "m-images-idx3-ubyte", set));
    CHECK(os_read_all("m-images-idx3-ubyte", 1 << 20, &data, &bytes) == 0);
    CHECK(bytes == 16 + 72);
    CHECK_SAME(data, "\0\0\x08\3\0\0\0\x0c\0\0\0\2\0\0\0\3", 16); /* 2051 */
    os_free(data);
    CHECK(os_read_all("m-labels-idx1-ubyte", 1 << 20, &data, &bytes) == 0);
    CHECK(bytes == 8 + 12);
    CHECK_SAME(data, "\0\0\x08\1\0\0\0\x0c\0\5\x09\0", 12); /* 2049 */
    os_free(data);
    ito_images_free(set);
}

/* Course D9. */
TEST(mnist_has_its_counts_mean_and_deviation)
{
    static const size_t counts[] = { 5923, 6742, 5958, 6131, 5842,
                                     5421, 5918, 6265, 5851, 5949 };
    const ito_image_opts o = { .height = 32,
                               .width = 32,
                               .filter = ITO_FILTER_BILINEAR };
    const ito_image_labels *l;
    size_t times[10] = { 0 };
    double sum = 0.0, square = 0.0, n;
    ito_images *set;
    char path[512];
    float *x;

    if (!t_data_dir() || !has_part("zlib")) {
        print_message("ITO_DATA_DIR is not set: skipped\n");
        skip();
    }
    snprintf(path, sizeof(path), "%s/images/mnist/train-images-idx3-ubyte.gz",
             t_data_dir());
    CHECK_OK(ctx, ito_images_read(ctx, path, &o, &set));
    CHECK(ito_images_count(set) == 60000);
    l = ito_images_labels(set);
    CHECK(l->level_count == 10);
    for (size_t i = 0; i < 60000; i++)
        times[l->code[i]]++;
    CHECK_SAME(times, counts, 10);
    x = malloc(1000 * 1024 * sizeof(*x));
    CHECK(x != NULL);
    for (size_t i = 0; i < 60; i++) {
        CHECK_OK(ctx, ito_images_rows(ctx, set, 1000 * i, 1000, x));
        for (size_t k = 0; k < 1000 * 1024; k++) {
            CHECK(x[k] >= -1.0F && x[k] <= 1.0F);
            sum += (double)x[k];
            square += (double)x[k] * (double)x[k];
        }
    }
    n = 60000.0 * 1024.0;
    CHECK_NEAR(sum / n, -0.739, 0.001);
    CHECK_NEAR(sqrt(square / n - sum / n * (sum / n)), 0.578, 0.001);
    /* E |z|^2 + d: the loss of a network that gives 0 */
    CHECK_NEAR(1024.0 * (square / n + 1.0), 1925.0, 2.0);
    free(x);
    ito_images_free(set);
}

TEST(coordinates_come_back_as_the_pixels_they_were)
{
    static const ito_pixel kinds[] = { ITO_PIXEL_BYTE, ITO_PIXEL_WHOLE };
    float x[12 * 18];

    for (size_t k = 0; k < COUNT(kinds); k++) {
        ito_images *a = make(kinds[k], 3), *b;

        CHECK_OK(ctx, ito_images_rows(ctx, a, 0, 12, x));
        CHECK_NEAR(x[0], 11.0 / 127.5 - 1.0, 1e-7);
        CHECK_OK(ctx, ito_images_decode(ctx, ito_images_format_of(a), 12, x,
                                        ito_images_labels(a), &b));
        same_images(a, b, 1);
        ito_images_free(a);
        ito_images_free(b);
    }
}

TEST(decoding_cuts_to_the_range_and_refuses_what_is_not_finite)
{
    const ito_image_format f = {
        .height = 1, .width = 3, .channels = 1, .hi = 255.0
    };
    const float x[] = { -7.0F, 0.0F, 3e30F }, bad[] = { 0.0F, 0.0F, NAN };
    ito_images *set;

    CHECK_OK(ctx, ito_images_decode(ctx, &f, 1, x, NULL, &set));
    CHECK_SAME((const unsigned char *)ito_images_pixels(set),
               ((const unsigned char[]){ 0, 128, 255 }), 3);
    ito_images_free(set);
    CHECK_FAILS(ctx, ito_images_decode(ctx, &f, 1, bad, NULL, &set),
                ITO_ENONFINITE, "value 3");
    CHECK(ito_errinfo_get(ctx)->particle == 0);
    CHECK(ito_errinfo_get(ctx)->component == 2 && set == NULL);
}

/* Values that are no bytes: what is black and white. */
TEST(the_range_follows_the_values)
{
    static const struct {
        float v[3];
        double lo, hi;
        ito_pixel pixel;
    } cases[] = {
        { { 0.0F, 0.5F, 0.75F }, 0.0, 1.0, ITO_PIXEL_FLOAT },
        { { -0.5F, 0.5F, 0.25F }, -1.0, 1.0, ITO_PIXEL_FLOAT },
        { { 0.0F, 1.0F, 1.0F }, 0.0, 1.0, ITO_PIXEL_WHOLE },
        { { 0.0F, 16.0F, 3.0F }, 0.0, 16.0, ITO_PIXEL_WHOLE },
        { { 3.0F, 200.0F, 9.0F }, 0.0, 255.0, ITO_PIXEL_WHOLE },
        { { 3.0F, 200.5F, 9.0F }, 3.0, 200.5, ITO_PIXEL_FLOAT },
        { { 7.0F, 7.0F, 7.0F }, 7.0, 8.0, ITO_PIXEL_WHOLE },
    };

    for (size_t k = 0; k < COUNT(cases); k++) {
        ito_image_format f = { .height = 1, .width = 3, .channels = 1 };

        CHECK_OK(ctx, ito__image_range(ctx, "x", &(ito_image_opts){ 0 }, 1,
                                       cases[k].v, &f));
        CHECK_NEAR(f.lo, cases[k].lo, 0.0);
        CHECK_NEAR(f.hi, cases[k].hi, 0.0);
        CHECK(f.pixel == cases[k].pixel);
    }
}

static void write_bytes_idx(const char *path, size_t n)
{
    unsigned char file[16 + 64] = { 0, 0, 8, 3, 0, 0, 0, 0,
                                    0, 0, 0, 2, 0, 0, 0, 2 };

    file[7] = (unsigned char)n;
    put(path, file, 16 + 4 * n);
}

TEST(labels_come_from_a_file_of_their_own)
{
    ito_image_opts o = { .labels = "l.csv" };
    ito_images *set;

    write_bytes_idx("own.idx", 3);
    put_text("l.csv", "label\ncat\ndog\ncat\n");
    CHECK_OK(ctx, ito_images_read(ctx, "own.idx", &o, &set));
    CHECK(ito_images_labels(set)->level_count == 2);
    CHECK_STR(ito_images_labels(set)->levels[1], "dog");
    CHECK_SAME(ito_images_labels(set)->code, ((uint32_t[]){ 0, 1, 0 }), 3);
    ito_images_free(set);
    /* numbers sort as numbers */
    put_text("l.csv", "label,x\n10,1\n9,1\n8,1\n");
    CHECK_OK(ctx, ito_images_read(ctx, "own.idx", &o, &set));
    CHECK_STR(ito_images_labels(set)->levels[0], "08");
    CHECK_STR(ito_images_labels(set)->levels[2], "10");
    ito_images_free(set);
    put_text("l.csv", "label\ncat\ndog\n");
    CHECK_FAILS(ctx, ito_images_read(ctx, "own.idx", &o, &set), ITO_EFORMAT,
                "2 labels; there are 3 images");
    put_text("l.csv", "a,b\n1,2\n1,2\n3,4\n");
    CHECK_FAILS(ctx, ito_images_read(ctx, "own.idx", &o, &set), ITO_EFORMAT,
                "none is 'label'");
    put_text("l.csv", "label\n1.5\n1\n1\n");
    CHECK_FAILS(ctx, ito_images_read(ctx, "own.idx", &o, &set), ITO_EFORMAT,
                "label 1 is 1.5");
    put("own-labels.idx", "\0\0\x08\1\0\0\0\2\7\7", 10);
    CHECK_FAILS(ctx, ito_images_read(ctx, "own.idx", NULL, &set), ITO_EFORMAT,
                "own-labels.idx: 2 labels; there are 3 images");
    CHECK(set == NULL);
    o.labels = "";
    CHECK_OK(ctx, ito_images_read(ctx, "own.idx", &o, &set));
    CHECK(ito_images_labels(set)->level_count == 0);
    ito_images_free(set);
}

TEST(rows_of_a_table_are_images)
{
    ito_image_opts o = { .shape = { 2, 2, 0 } };
    ito_images *set;

    put_text("t.csv", "a,b,c,d,kind\n0,1,2,3,x\n4,5,6,7,y\n");
    CHECK_OK(ctx, ito_images_read(ctx, "t.csv", &o, &set));
    CHECK_SAME((const float *)ito_images_pixels(set),
               ((const float[]){ 0, 1, 2, 3, 4, 5, 6, 7 }), 8);
    CHECK_STR(ito_images_labels(set)->name, "kind");
    ito_images_free(set);
    o.label = "a";
    CHECK_FAILS(ctx, ito_images_read(ctx, "t.csv", &o, &set), ITO_EARG,
                "'kind' holds texts");
    o = (ito_image_opts){ .shape = { 3, 3, 0 } };
    CHECK_FAILS(ctx, ito_images_read(ctx, "t.csv", &o, &set), ITO_EARG,
                "5 columns; images of 3 x 3 x 1 have 9 pixels");
    CHECK_FAILS(ctx, ito_images_read(ctx, "t.csv", NULL, &set), ITO_EARG,
                "--image");
}

/* ---- bad input ---- */

TEST(a_truncated_file_is_refused_at_every_length)
{
    static const char *const paths[] = { "cut.idx", "cut.npy" };
    ito_images *set = make(ITO_PIXEL_BYTE, 1), *none;

    for (size_t k = 0; k < COUNT(paths); k++) {
        size_t bytes;
        char *data;

        CHECK_OK(ctx, ito_images_write(ctx, paths[k], set));
        CHECK(os_read_all(paths[k], 1 << 20, &data, &bytes) == 0);
        for (size_t n = 0; n < bytes; n++) {
            put(paths[k], data, n);
            CHECK(ito_images_read(ctx, paths[k], NULL, &none) == ITO_EFORMAT);
            CHECK(none == NULL);
        }
        os_free(data);
    }
    ito_images_free(set);
}

TEST(absurd_idx_headers_are_refused)
{
    static const struct {
        const char *bytes;
        size_t n;
        ito_status status;
        const char *words;
    } cases[] = {
        { "\0\0\x08\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16,
          ITO_EFORMAT, "elements need" },
        { "\0\0\x08\3\0\0\0\0\0\0\0\2\0\0\0\2", 16, ITO_EFORMAT, "nothing" },
        { "\0\0\x08\3\0\0\0\1\0\0\0\0\0\0\0\2", 16, ITO_EFORMAT, "nothing" },
        { "\0\0\x07\3\0\0\0\1\0\0\0\1\0\0\0\1x", 17, ITO_EFORMAT, "begins" },
        { "\0\1\x08\3\0\0\0\1\0\0\0\1\0\0\0\1x", 17, ITO_EFORMAT, "begins" },
        { "\0\0\x08\1\0\0\0\1x", 9, ITO_EUNFIT, "labels are read with" },
        { "\0\0\x08\2\0\0\0\1\0\0\0\1x", 13, ITO_EUNFIT, "no images" },
        { "\0\0\x08\3\0\0\0\1\0\0\0\1\0\0\0\1xy", 18, ITO_EFORMAT, "has 2" },
        { "\0\0\x0d\3\0\0\0\1\0\0\0\1\0\0\0\1\x7f\xc0\0\0", 20, ITO_ENONFINITE,
          "image 1" },
        { "\0\0\x08\3\0\0\0\1\0\1\0\1\0\0\0\1", 16, ITO_EFORMAT, "65537" },
    };
    ito_images *set;

    for (size_t k = 0; k < COUNT(cases); k++) {
        put("bad.idx", cases[k].bytes, cases[k].n);
        CHECK_FAILS(ctx, ito_images_read(ctx, "bad.idx", NULL, &set),
                    cases[k].status, cases[k].words);
    }
}

TEST(absurd_arguments_are_refused)
{
    ito_image_format f = {
        .height = 2, .width = 2, .channels = 1, .hi = 255.0
    };
    const float out[4] = { 0.0F, 300.0F, 0.0F, 0.0F };
    const uint32_t code[] = { 1 };
    const char *const one[] = { "a" };
    const ito_image_labels bad = { .code = code,
                                   .levels = one,
                                   .level_count = 1 };
    ito_images *set = make(ITO_PIXEL_BYTE, 2), *none;
    ito_image_opts o = { .height = 8 };

    CHECK_FAILS(ctx, ito_images_build(ctx, &f, 1, "abcd", &bad, &none),
                ITO_EARG, "label 1 of image 1");
    CHECK_FAILS(ctx, ito_images_build(ctx, &f, 0, "abcd", NULL, &none),
                ITO_EARG, "must be given");
    f.pixel = ITO_PIXEL_FLOAT;
    CHECK_FAILS(ctx, ito_images_build(ctx, &f, 1, out, NULL, &none), ITO_EARG,
                "300");
    f.height = (size_t)1 << 40;
    CHECK_FAILS(ctx, ito_images_build(ctx, &f, 1, out, NULL, &none), ITO_ERANGE,
                "at most");
    CHECK_FAILS(ctx, ito_images_write(ctx, "x.png", set), ITO_EUNFIT,
                "2 channels have no picture");
    CHECK_FAILS(ctx, ito_images_write(ctx, "x.jpg", set), ITO_EUNFIT,
                "unknown type");
    CHECK_FAILS(ctx, ito_images_read(ctx, "x.idx", &o, &none), ITO_EARG,
                "a height and a width");
    CHECK_FAILS(ctx, ito_images_read(ctx, "none.idx", NULL, &none), ITO_EIO,
                "none.idx");
    CHECK(ito_images_read(NULL, "x", NULL, &none) == ITO_EARG);
    ito_images_free(set);
    ito_images_free(NULL);
}

TEST(fortran_order_of_images_is_refused_with_the_remedy)
{
    static const char file[] =
        "\x93NUMPY\1\0\x3c\0{'descr': '|u1', 'fortran_order': True, 'shape': "
        "(1,2,2), }\nabcd";
    ito_images *set;

    put("f.npy", file, sizeof(file) - 1);
    CHECK_FAILS(ctx, ito_images_read(ctx, "f.npy", NULL, &set), ITO_EUNFIT,
                "ascontiguousarray");
}

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
        RUN(idx_comes_back_with_its_labels),
        RUN(npy_and_tables_come_back),
        RUN(folders_of_png_come_back),
        RUN(the_magic_numbers_are_those_of_mnist),
        RUN(mnist_has_its_counts_mean_and_deviation),
        RUN(coordinates_come_back_as_the_pixels_they_were),
        RUN(decoding_cuts_to_the_range_and_refuses_what_is_not_finite),
        RUN(the_range_follows_the_values),
        RUN(labels_come_from_a_file_of_their_own),
        RUN(rows_of_a_table_are_images),
        RUN(a_truncated_file_is_refused_at_every_length),
        RUN(absurd_idx_headers_are_refused),
        RUN(absurd_arguments_are_refused),
        RUN(fortran_order_of_images_is_refused_with_the_remedy),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
