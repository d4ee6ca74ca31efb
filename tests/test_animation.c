/* SPDX-License-Identifier: MIT
 *
 * test_animation.c - moving pictures, taken apart and played here as a browser
 * would, with every frame decoded.
 */
#include <ito/animation.h>
#include <ito/plot_sim.h>
#include <stdbool.h>
#include <unistd.h>

#include "check.h"

#if ITO_WITH_CAIRO
#include <cairo.h>

/* see test_plot.c */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

static ito_ctx *ctx;

static int open_ctx(void **state)
{
    const ito_ctx_opts opts = { .threads = 1 };

    (void)state;
    return ito_open(&ctx, &opts);
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

/* A small figure, as wide as asked. */
static ito_status make_dot(ito_ctx *c, double x, double width, ito_figure **out)
{
    const double at[] = { x, 0.5 };
    const ito_cloud dot = { .n = 1, .dim = 2, .f64 = at };
    const ito_scene scene = { .t = x, .cloud = dot };
    const ito_scenes scenes = { .count = 1,
                                .scene = &scene,
                                .x_lo = -1.0,
                                .x_hi = 5.0,
                                .y_lo = 0.25,
                                .y_hi = 1.0 };
    const ito_plot_opts o = { .width = width, .dpi = 60.0 };

    return ito_plot_frames(c, &scenes, &o, out);
}

static unsigned char film_file[4000000];
static size_t film_bytes;

static uint32_t big(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

/* The CRC of PNG, bit by bit. */
static uint32_t crc_of(const unsigned char *p, size_t n)
{
    uint32_t c = 0xffffffffu;

    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (int k = 0; k < 8; k++)
            c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
    }
    return ~c;
}

/* Make a film of `frames` figures in which a dot moves. */
static void make_film(const ito_animation_opts *o, size_t frames)
{
    ito_animation *film;
    FILE *file;

    CHECK_OK(ctx, ito_animation_new(ctx, o, &film));
    for (size_t k = 0; k < frames; k++) {
        ito_figure *figure;

        CHECK_OK(ctx, make_dot(ctx, (double)k, 0.0, &figure));
        CHECK_OK(ctx, ito_animation_add(ctx, film, figure));
        ito_figure_free(figure);
    }
    CHECK(ito_animation_frames(film) == frames);
    CHECK_OK(ctx, ito_animation_write(ctx, film, "test_film.png"));
    ito_animation_free(film);
    file = fopen("test_film.png", "rb");
    CHECK(file != NULL);
    film_bytes = fread(film_file, 1, sizeof(film_file), file);
    fclose(file);
    remove("test_film.png");
    CHECK(film_bytes > 100 && film_bytes < sizeof(film_file));
}

/* A PNG of one frame, built from the parts of the film. */
typedef struct frame_png {
    unsigned char data[500000];
    size_t used, read;
} frame_png;

static void put(frame_png *to, const void *data, size_t bytes)
{
    CHECK(to->used + bytes <= sizeof(to->data));
    if (bytes > 0)
        memcpy(to->data + to->used, data, bytes);
    to->used += bytes;
}

static void put_big(frame_png *to, uint32_t v)
{
    const unsigned char four[] = { (unsigned char)(v >> 24),
                                   (unsigned char)(v >> 16),
                                   (unsigned char)(v >> 8), (unsigned char)v };

    put(to, four, 4);
}

static void put_chunk(frame_png *to, const char *type,
                      const unsigned char *data, size_t bytes)
{
    const size_t start = to->used + 4;

    put_big(to, (uint32_t)bytes);
    put(to, type, 4);
    put(to, data, bytes);
    put_big(to, crc_of(to->data + start, bytes + 4));
}

static cairo_status_t reader(void *arg, unsigned char *data, unsigned int bytes)
{
    frame_png *from = arg;

    if (bytes > from->used - from->read)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(data, from->data + from->read, bytes);
    from->read += bytes;
    return CAIRO_STATUS_SUCCESS;
}

/* What a player knows. */
typedef struct player {
    uint32_t frames, loops, sequence, drawn;
    uint32_t w, h; /* of the picture */
    unsigned char head[13];
    unsigned char control[26]; /* of the frame to come */
    bool has_control, ended;
    cairo_surface_t *screen;
    double seconds;
} player;

/* Decode a frame and put it on the screen. */
static void show(player *p, const unsigned char *data, size_t bytes)
{
    static frame_png png;
    unsigned char head[13];
    cairo_surface_t *image;
    cairo_t *cr;

    CHECK(p->has_control);
    png.used = png.read = 0;
    memcpy(head, p->head, 13);
    memcpy(head, p->control + 4, 8);
    put(&png, "\x89PNG\r\n\x1a\n", 8);
    put_chunk(&png, "IHDR", head, 13);
    put_chunk(&png, "IDAT", data, bytes);
    put_chunk(&png, "IEND", NULL, 0);
    image = cairo_image_surface_create_from_png_stream(reader, &png);
    CHECK(cairo_surface_status(image) == CAIRO_STATUS_SUCCESS);
    cr = cairo_create(p->screen);
    cairo_set_source_surface(cr, image, big(p->control + 12),
                             big(p->control + 16));
    cairo_paint(cr);
    cairo_destroy(cr);
    cairo_surface_destroy(image);
    p->has_control = false;
    p->drawn++;
}

static void take_control(player *p, const unsigned char *data)
{
    CHECK(!p->has_control && big(data) == p->sequence++);
    memcpy(p->control, data, 26);
    p->has_control = true;
    CHECK(big(data + 4) > 0 && big(data + 8) > 0);
    CHECK(big(data + 12) + big(data + 4) <= p->w);
    CHECK(big(data + 16) + big(data + 8) <= p->h);
    CHECK(data[24] == 0 && data[25] == 0);
    if (p->drawn == 0) /* the first frame is the whole picture */
        CHECK(big(data + 4) == p->w && big(data + 8) == p->h);
    p->seconds += (data[20] * 256 + data[21]) / (data[22] * 256.0 + data[23]);
}

static void take_chunk(player *p, const char *type, const unsigned char *data,
                       size_t bytes)
{
    if (strcmp(type, "IHDR") == 0) {
        CHECK(bytes == 13 && !p->screen);
        memcpy(p->head, data, 13);
        p->w = big(data);
        p->h = big(data + 4);
        p->screen = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)p->w,
                                               (int)p->h);
    } else if (strcmp(type, "acTL") == 0) {
        CHECK(bytes == 8 && p->drawn == 0 && !p->has_control);
        p->frames = big(data);
        p->loops = big(data + 4);
    } else if (strcmp(type, "fcTL") == 0) {
        CHECK(bytes == 26 && p->frames > 0);
        take_control(p, data);
    } else if (strcmp(type, "IDAT") == 0) {
        CHECK(p->drawn == 0);
        show(p, data, bytes);
    } else if (strcmp(type, "fdAT") == 0) {
        CHECK(p->drawn > 0 && big(data) == p->sequence++);
        show(p, data + 4, bytes - 4);
    } else if (strcmp(type, "IEND") == 0) {
        CHECK(bytes == 0);
        p->ended = true;
    }
}

/* Play the film; the last frame stays on p->screen. */
static void play(player *p)
{
    size_t at = 8;

    *p = (player){ .frames = 0 };
    CHECK(memcmp(film_file, "\x89PNG\r\n\x1a\n", 8) == 0);
    while (at < film_bytes) {
        const size_t bytes = big(film_file + at);
        char type[5] = { 0 };

        CHECK(film_bytes - at >= 12 && bytes <= film_bytes - at - 12);
        memcpy(type, film_file + at + 4, 4);
        CHECK(at > 8 || strcmp(type, "IHDR") == 0);
        CHECK(!p->ended);
        CHECK(big(film_file + at + 8 + bytes) ==
              crc_of(film_file + at + 4, bytes + 4));
        take_chunk(p, type, film_file + at + 8, bytes);
        at += bytes + 12;
    }
    CHECK(p->ended && p->drawn == p->frames && !p->has_control);
}

TEST(a_film_plays_with_every_frame_whole)
{
    const ito_animation_opts o = { .fps = 20.0, .loops = 3, .dpi = 60.0 };
    player five, one;
    unsigned char *last;
    size_t bytes;

    make_film(&o, 5);
    play(&five);
    CHECK(five.frames == 5 && five.loops == 3);
    CHECK_NEAR(five.seconds, 5 * 0.05 + 1.0, 1e-9);
    /* its first frame alone is the film of one frame: plain viewers show it */
    make_film(&o, 1);
    play(&one);
    CHECK(one.frames == 1 && one.w == five.w && one.h == five.h);
    bytes = (size_t)cairo_image_surface_get_stride(five.screen) * five.h;
    last = cairo_image_surface_get_data(five.screen);
    CHECK(memcmp(cairo_image_surface_get_data(one.screen), last, bytes) != 0);
    cairo_surface_destroy(one.screen);
    cairo_surface_destroy(five.screen);
}

TEST(what_is_on_the_screen_at_the_end_is_the_last_figure)
{
    const ito_animation_opts o = { .dpi = 60.0, .hold = -1.0 };
    static frame_png png;
    cairo_surface_t *want;
    unsigned char *data;
    ito_figure *figure;
    size_t bytes;
    player p;

    make_film(&o, 4);
    play(&p);
    CHECK_NEAR(p.seconds, 0.4, 1e-9);
    CHECK(p.loops == 0);
    CHECK_OK(ctx, make_dot(ctx, 3.0, 0.0, &figure));
    CHECK_OK(ctx, ito_figure_draw(ctx, figure, ITO_PICTURE_PNG, &data, &bytes));
    png.used = png.read = 0;
    put(&png, data, bytes);
    want = cairo_image_surface_create_from_png_stream(reader, &png);
    CHECK((uint32_t)cairo_image_surface_get_width(want) == p.w);
    for (uint32_t y = 0; y < p.h; y++) {
        const size_t stride = (size_t)cairo_image_surface_get_stride(want);
        const unsigned char *a =
            cairo_image_surface_get_data(want) + y * stride;
        const unsigned char *b =
            cairo_image_surface_get_data(p.screen) + y * stride;

        for (uint32_t k = 0; k < 4 * p.w; k++)
            CHECK(k % 4 == 3 || a[k] == b[k]);
    }
    ito_picture_free(ctx, data);
    ito_figure_free(figure);
    cairo_surface_destroy(want);
    cairo_surface_destroy(p.screen);
}

TEST(only_what_changes_is_stored)
{
    const ito_animation_opts o = { .dpi = 60.0 };
    size_t one;

    make_film(&o, 1);
    one = film_bytes;
    make_film(&o, 5);
    CHECK(film_bytes < 3 * one);
}

TEST(a_film_strip_is_one_png_of_rows)
{
    const ito_animation_opts o = { .dpi = 60.0, .strip = 3 };
    const ito_animation_opts film = { .dpi = 60.0 };
    uint32_t w, h;

    make_film(&film, 1);
    w = big(film_file + 16);
    h = big(film_file + 20);
    make_film(&o, 5);
    CHECK(big(film_file + 16) == 3 * w && big(film_file + 20) == 2 * h);
    make_film(&o, 2);
    CHECK(big(film_file + 16) == 2 * w && big(film_file + 20) == h);
}

TEST(films_are_the_same_again)
{
    static unsigned char before[sizeof(film_file)];
    const ito_animation_opts o = { .dpi = 50.0 };
    size_t bytes;

    make_film(&o, 3);
    bytes = film_bytes;
    memcpy(before, film_file, bytes);
    make_film(&o, 3);
    CHECK(film_bytes == bytes);
    CHECK_SAME(film_file, before, bytes);
}

TEST(bad_films_are_refused_and_leave_what_was)
{
    const ito_animation_opts fast = { .fps = 1e6 }, fine = { .dpi = 5000.0 };
    const ito_animation_opts slow = { .hold = 100.0 };
    const ito_animation_opts small = { .dpi = 40.0 };
    ito_figure *wide, *high;
    ito_animation *a;

    CHECK_FAILS(ctx, ito_animation_new(ctx, &fast, &a), ITO_EARG, "0.1 to 100");
    CHECK(a == NULL);
    CHECK_FAILS(ctx, ito_animation_new(ctx, &fine, &a), ITO_EARG, "dots");
    CHECK_FAILS(ctx, ito_animation_new(ctx, &slow, &a), ITO_EARG, "50");
    CHECK_OK(ctx, ito_animation_new(ctx, &small, &a));
    CHECK_FAILS(ctx, ito_animation_write(ctx, a, "x.png"), ITO_EARG,
                "no frame");
    CHECK_OK(ctx, make_dot(ctx, 0.0, 300.0, &wide));
    CHECK_OK(ctx, make_dot(ctx, 0.0, 200.0, &high));
    CHECK_OK(ctx, ito_animation_add(ctx, a, wide));
    CHECK_FAILS(ctx, ito_animation_add(ctx, a, high), ITO_EARG,
                "the same size");
    CHECK(ito_animation_frames(a) == 1);
    CHECK_OK(ctx, ito_animation_add(ctx, a, wide));
    CHECK_FAILS(ctx, ito_animation_write(ctx, a, "x.gif"), ITO_EARG, ".apng");
    CHECK_FAILS(ctx, ito_animation_write(ctx, a, "no/x.png"), ITO_EIO,
                "no/x.png");
    CHECK_OK(ctx, ito_animation_write(ctx, a, "x.apng"));
    CHECK(access("x.apng", F_OK) == 0 && access("x.gif", F_OK) != 0);
    remove("x.apng");
    ito_animation_free(a);
    ito_figure_free(wide);
    ito_figure_free(high);
}

/* An allocator that fails from call number fail_at on. */
static size_t allocs, fail_at, live;

static void *counting_alloc(void *arg, void *old, size_t bytes)
{
    void *p;

    (void)arg;
    if (bytes == 0) {
        live -= old != NULL;
        free(old);
        return NULL;
    }
    p = allocs++ < fail_at ? realloc(old, bytes) : NULL;
    live += p && !old;
    return p;
}

/* Two frames of a film. */
static ito_status whole_work(ito_ctx *c)
{
    const ito_animation_opts o = { .dpi = 40.0 };
    ito_animation *film = NULL;
    ito_status rc = ito_animation_new(c, &o, &film);

    for (int k = 0; k < 2 && rc == ITO_OK; k++) {
        ito_figure *figure = NULL;

        rc = make_dot(c, (double)k, 0.0, &figure);
        if (rc == ITO_OK)
            rc = ito_animation_add(c, film, figure);
        ito_figure_free(figure);
    }
    if (rc == ITO_OK)
        rc = ito_animation_write(c, film, "test_memory.png");
    ito_animation_free(film);
    return rc;
}

TEST(running_out_of_memory_anywhere_is_an_error_and_leaks_nothing)
{
    const ito_ctx_opts opts = { .threads = 1, .alloc = counting_alloc };
    size_t before, n = 0;
    ito_ctx *counted;

    fail_at = SIZE_MAX;
    CHECK(ito_open(&counted, &opts) == ITO_OK);
    before = live;
    for (;; n++) {
        allocs = 0;
        fail_at = n;
        remove("test_memory.png");
        if (whole_work(counted) == ITO_OK)
            break;
        CHECK(n < 300);
        CHECK(live == before && access("test_memory.png", F_OK) != 0);
    }
    CHECK(n > 20 && live == before);
    ito_close(counted);
    CHECK(live == 0);
    remove("test_memory.png");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_film_plays_with_every_frame_whole),
        RUN(what_is_on_the_screen_at_the_end_is_the_last_figure),
        RUN(only_what_changes_is_stored),
        RUN(a_film_strip_is_one_png_of_rows),
        RUN(films_are_the_same_again),
        RUN(bad_films_are_refused_and_leave_what_was),
        RUN(running_out_of_memory_anywhere_is_an_error_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
#else
TEST(without_cairo_a_film_is_refused_in_words)
{
    ito_animation *film;
    ito_ctx *ctx;

    CHECK(ito_open(&ctx, NULL) == ITO_OK);
    CHECK_FAILS(ctx, ito_animation_new(ctx, NULL, &film), ITO_EUNFIT, "cairo");
    CHECK(film == NULL && ito_animation_frames(film) == 0);
    ito_animation_free(film);
    ito_close(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(without_cairo_a_film_is_refused_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
