/* SPDX-License-Identifier: MIT
 *
 * test_plot_views.c - planes in rows and columns, and the arrows of a field:
 * the figures, the numbers behind them, and what is refused.
 */
#include <ito/plot_views.h>
#include <stdbool.h>

#include "check.h"

/* see test_plot.c */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

#define POINTS 50
#define SIDE   12
#define FRAMES 3

static ito_ctx *ctx;
static double points[FRAMES * POINTS * 2], ground[SIDE * SIDE];
static const double times[FRAMES] = { 0.0, 0.5, 1.0 };

static int open_ctx(void **state)
{
    const ito_ctx_opts opts = { .threads = 1 };

    (void)state;
    for (size_t i = 0; i < FRAMES * POINTS * 2; i++)
        points[i] = t_normal();
    for (size_t i = 0; i < SIDE * SIDE; i++)
        ground[i] = 0.01 * (double)(i % SIDE);
    return ito_open(&ctx, &opts);
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

static void need_cairo(void)
{
    ito_figure *figure;
    const ito_status rc = ito_figure_new(ctx, NULL, &figure);

    ito_figure_free(figure);
    if (rc == ITO_EUNFIT) {
        print_message("built without cairo: skipped\n");
        skip();
    }
}

static ito_cloud cloud_at(size_t frame)
{
    return (
        ito_cloud){ .n = POINTS, .dim = 2, .f64 = points + frame * POINTS * 2 };
}

static ito_raster raster(void)
{
    return (ito_raster){ SIDE, SIDE, -3.0, 3.0, -2.0, 2.0, ground };
}

/* Two rows of two: a ground with lines, a cloud; instants over a ground with
 * a mark, paths. */
static ito_status make_views(ito_ctx *c, ito_figure **out)
{
    static const char *const rows[] = { "above", "below" };
    const ito_instant instants[] = {
        { .t = 0.0, .cloud = cloud_at(0) },
        { .t = 1.0, .cloud = cloud_at(2) },
    };
    const ito_view view[] = {
        { .title = "ground", .ground = raster(), .outline = raster() },
        { .cloud = cloud_at(0), .note = "a note" },
        { .ground = raster(),
          .instants = instants,
          .instant_count = 2,
          .marks = { .n = 1, .dim = 2, .f64 = points },
          .mark_name = "first" },
        { .paths = { .n = POINTS,
                     .dim = 2,
                     .frames = FRAMES,
                     .t = times,
                     .f64 = points } },
    };
    const ito_view_grid grid = {
        .rows = 2, .cols = 2, .view = view, .share = 1, .row_names = rows
    };

    return ito_plot_views(c, &grid, NULL, out);
}

TEST(views_are_drawn_and_are_the_same_again)
{
    static const char *const magic[] = { "\x89PNG", "<?xml", "%PDF-" };

    need_cairo();
    for (int kind = 0; kind < 3; kind++) {
        unsigned char *one, *two;
        size_t bytes_one, bytes_two;
        ito_figure *a, *b;

        CHECK_OK(ctx, make_views(ctx, &a));
        CHECK_OK(ctx, make_views(ctx, &b));
        CHECK_OK(ctx,
                 ito_figure_draw(ctx, a, (ito_picture)kind, &one, &bytes_one));
        CHECK_OK(ctx,
                 ito_figure_draw(ctx, b, (ito_picture)kind, &two, &bytes_two));
        CHECK(bytes_one == bytes_two && bytes_one > 1000);
        CHECK_SAME(one, two, bytes_one);
        CHECK(memcmp(one, magic[kind], strlen(magic[kind])) == 0);
        ito_picture_free(ctx, one);
        ito_picture_free(ctx, two);
        ito_figure_free(a);
        ito_figure_free(b);
    }
}

/* Lines of a CSV that begin with `start` and contain `words`. */
static size_t count_lines(const char *path, const char *start,
                          const char *words)
{
    FILE *const file = fopen(path, "r");
    char line[512];
    size_t n = 0;

    CHECK(file != NULL);
    while (fgets(line, sizeof(line), file))
        n += strncmp(line, start, strlen(start)) == 0 && strstr(line, words);
    fclose(file);
    return n;
}

TEST(the_numbers_of_views_are_what_was_given)
{
    static const char *const path = "test_plot_views.csv";
    ito_figure *figure;

    need_cairo();
    CHECK_OK(ctx, make_views(ctx, &figure));
    CHECK_OK(ctx, ito_figure_data(ctx, figure, path));
    ito_figure_free(figure);
    CHECK(count_lines(path, "1,1,\"ground\"", "cells") == SIDE * SIDE);
    CHECK(count_lines(path, "1,1,", "levels") > 0);
    CHECK(count_lines(path, "1,2,", "points") == POINTS);
    CHECK(count_lines(path, "2,1,", "\"t = 0\"") == POINTS);
    CHECK(count_lines(path, "2,1,", "\"t = 1\"") == POINTS);
    CHECK(count_lines(path, "2,1,", "\"first\"") == 1);
    CHECK(count_lines(path, "2,2,", "paths") == POINTS * FRAMES);
    remove(path);
}

TEST(bad_views_are_refused)
{
    const ito_cloud line = { .n = POINTS, .dim = 1, .f64 = points };
    const ito_instant late = { .t = (double)NAN, .cloud = cloud_at(0) };
    ito_view view = { .cloud = cloud_at(0) };
    ito_view_grid grid = { .rows = 1, .cols = 1, .view = &view };
    double bad[SIDE * SIDE];
    ito_figure *figure;

    need_cairo();
    CHECK(ito_plot_views(NULL, &grid, NULL, &figure) == ITO_EARG);
    CHECK(ito_plot_views(ctx, &grid, NULL, NULL) == ITO_EARG);
    CHECK_FAILS(ctx, ito_plot_views(ctx, NULL, NULL, &figure), ITO_EARG,
                "rows and columns");
    grid.rows = 17;
    CHECK_FAILS(ctx, ito_plot_views(ctx, &grid, NULL, &figure), ITO_EARG,
                "1 to 16");
    grid.rows = 1;
    view.cloud = line;
    CHECK_FAILS(ctx, ito_plot_views(ctx, &grid, NULL, &figure), ITO_EARG,
                "1 columns");
    view = (ito_view){ .instants = &late, .instant_count = 1 };
    CHECK_FAILS(ctx, ito_plot_views(ctx, &grid, NULL, &figure), ITO_ENONFINITE,
                "the time");
    view = (ito_view){ .instant_count = 1 };
    CHECK_FAILS(ctx, ito_plot_views(ctx, &grid, NULL, &figure), ITO_EARG,
                "instants");
    memcpy(bad, ground, sizeof(bad));
    bad[7] = (double)NAN;
    view = (ito_view){ .outline = raster() };
    view.outline.value = bad;
    CHECK_FAILS(ctx, ito_plot_views(ctx, &grid, NULL, &figure), ITO_ENONFINITE,
                "row 1");
    CHECK(figure == NULL);
}

/* The lengths of arrows with a scale that is given: true up to 2.5 times
 * their spacing, which is 1 here. */
TEST(arrows_of_a_given_scale_are_kept)
{
    static const char *const path = "test_plot_arrows.csv";
    double rows[16 * 4];
    ito_instant at = { .t = 0.5,
                       .arrows = { .n = 16, .dim = 4, .f64 = rows },
                       .title = "two",
                       .arrow_name = "|f|",
                       .arrow_scale = 0.5 };
    ito_figure *figure;

    need_cairo();
    for (size_t i = 0; i < 16; i++) {
        rows[4 * i] = (double)(i % 4);
        rows[4 * i + 1] = (double)(i / 4);
        rows[4 * i + 2] = i == 15 ? 4.0 : 1.0;
        rows[4 * i + 3] = 0.0;
    }
    CHECK_OK(ctx, ito_plot_field(ctx, &at, 1, NULL, &figure));
    CHECK_OK(ctx, ito_figure_data(ctx, figure, path));
    ito_figure_free(figure);
    CHECK(count_lines(path, "1,1,\"two\"", "\"|f|\"") == 16);
    CHECK(count_lines(path, "1,1,", ",1,0\n") == 15);
    CHECK(count_lines(path, "1,1,", ",4,0\n") == 1);
    remove(path);
    at.arrow_scale = (double)NAN;
    CHECK_FAILS(ctx, ito_plot_field(ctx, &at, 1, NULL, &figure), ITO_EARG,
                "scale");
}

/* --- memory --------------------------------------------------------------- */

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

TEST(running_out_of_memory_anywhere_is_an_error_and_leaks_nothing)
{
    const ito_ctx_opts opts = { .threads = 1, .alloc = counting_alloc };
    ito_ctx *counted;
    size_t before, n;

    need_cairo();
    fail_at = SIZE_MAX;
    CHECK(ito_open(&counted, &opts) == ITO_OK);
    before = live;
    for (n = 0;; n++) {
        ito_figure *figure;

        allocs = 0;
        fail_at = n;
        if (make_views(counted, &figure) == ITO_OK) {
            ito_figure_free(figure);
            break;
        }
        CHECK(n < 300 && live == before);
    }
    CHECK(n > 10 && live == before);
    ito_close(counted);
    CHECK(live == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(views_are_drawn_and_are_the_same_again),
        RUN(the_numbers_of_views_are_what_was_given),
        RUN(bad_views_are_refused),
        RUN(arrows_of_a_given_scale_are_kept),
        RUN(running_out_of_memory_anywhere_is_an_error_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
