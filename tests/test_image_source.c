/* SPDX-License-Identifier: MIT
 *
 * Images as training data: rows, labels, mirrored and moved draws, and models
 * of them, whose samples are images again.
 */
#include "check.h"

#include <ito/model.h>
#include <ito/train.h>

#include "data/image.h"
#include "flow/source.h"

enum { H = 4, W = 5, DIM = H * W, N = 200 };

static ito_ctx *ctx;

/* Image i has i as its value (0, 0), else a pattern; labels i % 3. */
static ito_images *make(void)
{
    static const char *const levels[] = { "a", "b", "c" };
    const ito_image_format f = {
        .height = H, .width = W, .channels = 1, .hi = 255.0
    };
    static unsigned char v[N * DIM];
    static uint32_t code[N];
    const ito_image_labels l = {
        .name = "kind", .code = code, .levels = levels, .level_count = 3
    };
    ito_images *set;

    for (size_t i = 0; i < N; i++) {
        for (size_t k = 0; k < DIM; k++)
            v[i * DIM + k] = (unsigned char)(k ? 11 * k + i : i);
        code[i] = (uint32_t)(i % 3);
    }
    CHECK_OK(ctx, ito_images_build(ctx, &f, N, v, &l, &set));
    return set;
}

static ito_source *open_source(const ito_source_opts *o)
{
    ito_images *set = make();
    ito_source *s;

    CHECK_OK(ctx, ito_source_from_images(ctx, set, o, &s));
    ito_images_free(set);
    return s;
}

TEST(a_source_of_images_has_their_rows_labels_and_format)
{
    ito_source *s = open_source(&(ito_source_opts){ .label = "kind" });
    const ito_image_format *f = ito_schema_image(ito_source_schema(s));

    CHECK(ito_source_dim(s) == DIM && ito_source_rows(s) == 180);
    CHECK(ito_source_valid_rows(s) == 20 && ito_source_labels(s) == 3);
    CHECK_STR(ito_source_label(s, 2), "c");
    CHECK(f && f->height == H && f->width == W && f->channels == 1);
    CHECK(ito_schema_cols(ito_source_schema(s)) == 0);
    ito_source_free(s);
}

/* Draw all 180 rows of one epoch. */
static void draw_epoch(const ito_source *s, uint64_t epoch, float *x,
                       uint64_t *index, float *label)
{
    const draw d = { .seed = 5,
                     .step = epoch,
                     .batch = 180,
                     .n = 180,
                     .index = index,
                     .label = label };

    ito__source_draw(s, ctx->kern, &d, x);
}

TEST(rows_are_the_images_each_once_an_epoch)
{
    ito_source *s = open_source(&(ito_source_opts){ .label = "label" });
    ito_images *set = make();
    static float x[180 * DIM], want[DIM];
    uint64_t index[180];
    float label[180];
    int seen[N] = { 0 };

    draw_epoch(s, 3, x, index, label);
    for (size_t i = 0; i < 180; i++) {
        CHECK_OK(ctx, ito_images_rows(ctx, set, (size_t)index[i], 1, want));
        CHECK_SAME(x + i * DIM, want, DIM);
        CHECK(label[i] == (float)(index[i] % 3));
        CHECK(!seen[index[i]]++);
    }
    ito_images_free(set);
    ito_source_free(s);
}

/* Pixel (y, x) of an image moved by (dy, dx), then mirrored. */
static double moved(const float *image, int y, int x, int dy, int dx,
                    int mirror)
{
    int from_y = y - dy, from_x = x - dx;

    from_y = from_y < 0 ? 0 : from_y >= H ? H - 1 : from_y;
    from_x = from_x < 0 ? 0 : from_x >= W ? W - 1 : from_x;
    return (double)image[from_y * W + (mirror ? W - 1 - from_x : from_x)];
}

/* Which move and mirror made the row of the image; false: none did. */
static int find_move(const float *image, const float *row, int *mirror, int *dy,
                     int *dx)
{
    for (*mirror = 0; *mirror < 2; ++*mirror)
        for (*dy = -2; *dy <= 2; ++*dy)
            for (*dx = -2; *dx <= 2; ++*dx) {
                int k = 0;

                while (k < DIM && (double)row[k] == moved(image, k / W, k % W,
                                                          *dy, *dx, *mirror))
                    k++;
                if (k == DIM)
                    return 1;
            }
    return 0;
}

TEST(rows_are_mirrored_and_moved_by_addressed_noise)
{
    enum { EPOCHS = 20 };
    const ito_source_opts o = { .flip = 1, .shift = 2 };
    ito_source *s = open_source(&o);
    ito_images *set = make();
    static float x[180 * DIM], again[180 * DIM], image[DIM];
    size_t mirrors = 0, down[5] = { 0 }, right[5] = { 0 };
    const double n = 180.0 * EPOCHS;
    uint64_t index[180];

    for (uint64_t e = 0; e < EPOCHS; e++) {
        draw_epoch(s, e, x, index, NULL);
        for (size_t i = 0; i < 180; i++) {
            int mirror, dy, dx;

            CHECK_OK(ctx,
                     ito_images_rows(ctx, set, (size_t)index[i], 1, image));
            CHECK(find_move(image, x + i * DIM, &mirror, &dy, &dx));
            mirrors += (size_t)mirror;
            down[dy + 2]++;
            right[dx + 2]++;
        }
        draw_epoch(s, e, again, index, NULL);
        CHECK_SAME(x, again, 180 * DIM);
    }
    CHECK_STAT((double)mirrors / n, 0.5, sqrt(0.25 / n), 5.0);
    for (size_t k = 0; k < 5; k++) {
        CHECK_STAT((double)down[k] / n, 0.2, sqrt(0.16 / n), 5.0);
        CHECK_STAT((double)right[k] / n, 0.2, sqrt(0.16 / n), 5.0);
    }
    ito_images_free(set);
    ito_source_free(s);
}

TEST(rows_that_validate_are_as_they_are)
{
    const ito_source_opts o = { .flip = 1, .shift = 2 }, plain = { .flip = 0 };
    ito_source *s = open_source(&o), *t = open_source(&plain);
    static float x[20 * DIM], y[20 * DIM];
    uint64_t index[20];
    const draw d = { .seed = 5, .batch = 20, .n = 20, .index = index };

    ito__source_valid(s, ctx->kern, &d, x);
    ito__source_valid(t, ctx->kern, &d, y);
    CHECK_SAME(x, y, 20 * DIM);
    ito_source_free(s);
    ito_source_free(t);
}

TEST(what_does_not_fit_is_refused)
{
    ito_images *set = make();
    ito_source *s;

    CHECK_FAILS(
        ctx,
        ito_source_from_images(ctx, set, &(ito_source_opts){ .shift = 3 }, &s),
        ITO_EARG, "half a side");
    CHECK_FAILS(ctx,
                ito_source_from_images(
                    ctx, set, &(ito_source_opts){ .label = "colour" }, &s),
                ITO_EARG, "are called 'kind', not 'colour'");
    CHECK_FAILS(
        ctx,
        ito_source_open(ctx, "moons:n=50", &(ito_source_opts){ .flip = 1 }, &s),
        ITO_EUNFIT, "a table");
    CHECK_FAILS(ctx,
                ito_source_open(ctx, "glyphs:size=8",
                                &(ito_source_opts){ .shift = 1 }, &s),
                ITO_EUNFIT, "drawn afresh");
    CHECK_FAILS(ctx,
                ito_source_open(ctx, "glyphs:n=20,size=8",
                                &(ito_source_opts){ .shift = 5 }, &s),
                ITO_EARG, "half a side");
    ito_images_free(set);
}

/* ---- models ---- */

static void train(ito_ctx *c, const char *data, const char *path)
{
    const ito_mlp mlp = { .width = 16, .depth = 1 };
    const ito_train_opts o = {
        .mlp = &mlp, .steps = 5, .batch = 32, .valid_every = 5
    };
    ito_source *s;
    ito_trainer *t;
    ito_model *m;

    CHECK_OK(
        c, ito_source_open(
               c, data, &(ito_source_opts){ .label = "label", .seed = 3 }, &s));
    CHECK_OK(c, ito_trainer_new(c, s, &o, &t));
    CHECK_OK(c, ito_trainer_run(c, t, 5));
    CHECK_OK(c, ito_trainer_finish(c, t, &m));
    CHECK_OK(c, ito_model_save(c, m, path));
    ito_model_free(m);
    ito_trainer_free(t);
    ito_source_free(s);
}

TEST(samples_of_a_model_of_images_are_images)
{
    static const char *const sets[] = { "glyphs:size=8", "glyphs:size=8,n=60" };
    const ito_sample_opts o = { .label = "all", .solve = { .steps = 4 } };
    static float x[12 * 64];

    for (size_t k = 0; k < COUNT(sets); k++) {
        ito_images *set;
        ito_table *table;
        ito_model *m;

        train(ctx, sets[k], "m.safetensors");
        CHECK_OK(ctx, ito_model_load(ctx, "m.safetensors", &m));
        CHECK(ito_model_dim(m) == 64 && ito_model_labels(m) == 10);
        CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, 12, x));
        CHECK_OK(ctx, ito_model_images(ctx, m, &o, 12, x, &set));
        CHECK(ito_images_count(set) == 12);
        CHECK(ito_images_format_of(set)->pixel == ITO_PIXEL_BYTE);
        for (uint32_t i = 0; i < 12; i++)
            CHECK(ito_images_labels(set)->code[i] == i % 10);
        ito_images_free(set);
        /* as a table: 64 pixels and the label */
        CHECK_OK(ctx, ito_model_decode(ctx, m, &o, 12, x, &table));
        CHECK(ito_table_cols(table) == 65 && ito_table_rows(table) == 12);
        CHECK_STR(ito_table_column(table, 64)->name, "label");
        ito_table_free(table);
        ito_model_free(m);
    }
}

TEST(threads_do_not_change_a_model_of_images)
{
    char *a, *b;
    size_t n, m;
    ito_ctx *c;

    train(ctx, "glyphs:size=8,n=60", "one.safetensors");
    CHECK(ito_open(&c, &(ito_ctx_opts){ .threads = 3 }) == ITO_OK);
    train(c, "glyphs:size=8,n=60", "three.safetensors");
    ito_close(c);
    for (int k = 0; k < 2; k++) {
        FILE *f = fopen(k ? "three.safetensors" : "one.safetensors", "rb");
        char **p = k ? &b : &a;

        CHECK(f != NULL);
        *p = calloc(1, 1 << 20);
        CHECK(*p != NULL);
        *(k ? &m : &n) = fread(*p, 1, 1 << 20, f);
        fclose(f);
    }
    CHECK(n == m && n > 1000);
    CHECK_SAME(a, b, n);
    free(a);
    free(b);
}

TEST(a_model_of_a_table_has_no_images)
{
    const ito_mlp mlp = { .width = 16, .depth = 1 };
    const ito_train_opts o = { .mlp = &mlp, .steps = 1, .batch = 16 };
    const float x[2] = { 0 };
    ito_images *set;
    ito_source *s;
    ito_trainer *t;
    ito_model *m;

    CHECK_OK(ctx, ito_source_open(ctx, "moons", NULL, &s));
    CHECK(ito_schema_image(ito_source_schema(s)) == NULL);
    CHECK_OK(ctx, ito_trainer_new(ctx, s, &o, &t));
    CHECK_OK(ctx, ito_trainer_run(ctx, t, 1));
    CHECK_OK(ctx, ito_trainer_finish(ctx, t, &m));
    CHECK_FAILS(ctx, ito_model_images(ctx, m, NULL, 1, x, &set), ITO_EUNFIT,
                "trained on a table");
    ito_model_free(m);
    ito_trainer_free(t);
    ito_source_free(s);
}

/* ---- the schema in a model file ---- */

static ito_status from_json(const char *text, ito_schema **out)
{
    json_value *v;
    ito_status rc = json_parse(ctx, "schema", text, strlen(text), &v);

    CHECK(rc == ITO_OK);
    rc = ito__schema_from_json(ctx, v, out);
    json_free(ctx, v);
    return rc;
}

TEST(a_schema_of_images_is_written_and_checked)
{
#define IMAGE(h, pixel, lo, hi)                                              \
    "{\"version\":2,\"image\":{\"height\":" h ",\"width\":3,\"channels\":1," \
    "\"pixel\":\"" pixel "\",\"lo\":" lo ",\"hi\":" hi "}}"
    static const char *const bad[] = {
        IMAGE("0", "byte", "0", "255"),   IMAGE("-1", "byte", "0", "255"),
        IMAGE("1e9", "byte", "0", "255"), IMAGE("2.5", "byte", "0", "255"),
        IMAGE("2", "word", "0", "255"),   IMAGE("2", "byte", "0", "254"),
        IMAGE("2", "float", "1", "1"),    IMAGE("2", "float", "\"x\"", "1"),
        IMAGE("2", "float", "0", "1e99"), "{\"version\":2,\"image\":[]}",
        "{\"version\":2,\"image\":{}}",
    };
    const char *good = IMAGE("2", "whole", "-3", "16");
    const ito_image_format *f;
    ito_schema *s, *copy;

    CHECK_OK(ctx, from_json(good, &s));
    CHECK_OK(ctx, ito__schema_copy(ctx, s, &copy));
    f = ito_schema_image(copy);
    CHECK(f->height == 2 && f->width == 3 && f->channels == 1);
    CHECK(f->pixel == ITO_PIXEL_WHOLE && f->lo == -3.0 && f->hi == 16.0);
    CHECK(ito_schema_dim(copy) == 6);
    ito_schema_free(s);
    ito_schema_free(copy);
    for (size_t k = 0; k < COUNT(bad); k++) {
        CHECK(from_json(bad[k], &s) == ITO_EFORMAT);
        CHECK(s == NULL);
    }
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
        RUN(a_source_of_images_has_their_rows_labels_and_format),
        RUN(rows_are_the_images_each_once_an_epoch),
        RUN(rows_are_mirrored_and_moved_by_addressed_noise),
        RUN(rows_that_validate_are_as_they_are),
        RUN(what_does_not_fit_is_refused),
        RUN(samples_of_a_model_of_images_are_images),
        RUN(threads_do_not_change_a_model_of_images),
        RUN(a_model_of_a_table_has_no_images),
        RUN(a_schema_of_images_is_written_and_checked),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
