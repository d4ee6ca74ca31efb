/* SPDX-License-Identifier: MIT
 *
 * test_plot_sim.c - pictures of simulations: the figures, the numbers behind
 * them, and what is refused.
 */
#include <ito/plot_sim.h>
#include <ito/table.h>
#include <stdbool.h>
#include <unistd.h>

#include "check.h"

/* see test_plot.c */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

#define PATHS  70
#define FRAMES 40
#define SIDE   24

static ito_ctx *ctx;
static double t[FRAMES], line[FRAMES * PATHS], plane[FRAMES * PATHS * 2];
static double ground[SIDE * SIDE], field_u[SIDE * SIDE], field_v[SIDE * SIDE];
static double mean[FRAMES], sd[FRAMES];

/* Random walks of one and two components; a normal density; a rotation. */
static int open_ctx(void **state)
{
    const ito_ctx_opts opts = { .threads = 1 };

    (void)state;
    for (size_t k = 1; k < FRAMES; k++) {
        t[k] = (double)k * 0.1;
        sd[k] = sqrt(t[k]);
        for (size_t i = 0; i < PATHS; i++)
            line[k * PATHS + i] =
                line[(k - 1) * PATHS + i] + sqrt(0.1) * t_normal();
        for (size_t i = 0; i < 2 * PATHS; i++)
            plane[k * 2 * PATHS + i] =
                plane[(k - 1) * 2 * PATHS + i] + sqrt(0.1) * t_normal();
    }
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        const double x = -3.0 + 6.0 * ((double)(i % SIDE) + 0.5) / SIDE;
        const double y = -3.0 + 6.0 * ((double)(i / SIDE) + 0.5) / SIDE;

        ground[i] = exp(-0.5 * (x * x + y * y)) / 6.283185307179586;
        field_u[i] = -y;
        field_v[i] = x;
    }
    return ito_open(&ctx, &opts);
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

static ito_raster raster(const double *value)
{
    return (ito_raster){ SIDE, SIDE, -3.0, 3.0, -3.0, 3.0, value };
}

static ito_ensemble_view view(void)
{
    return (ito_ensemble_view){ .paths = { .n = PATHS,
                                           .dim = 1,
                                           .frames = FRAMES,
                                           .t = t,
                                           .f64 = line },
                                .title = "Brownian motion" };
}

/* A figure of each kind. */
typedef ito_status (*maker)(ito_ctx *c, ito_figure **out);

static ito_status make_ensemble(ito_ctx *c, ito_figure **out)
{
    static const double x[] = { -3.0, 0.0, 3.0 }, y[] = { 0.0, 0.2, 0.0 };
    ito_ensemble_view v = view();

    v.band = 1;
    v.exact = (ito_band){ FRAMES, t, mean, sd };
    v.density = (ito_curve){ 3, x, y };
    return ito_plot_ensemble(c, &v, NULL, out);
}

static ito_status make_ensembles(ito_ctx *c, ito_figure **out)
{
    const ito_ensemble_view v = view();
    const ito_ensemble_view six[] = { v, v, v, v, v, v };
    const ito_ensemble_grid grid = {
        .rows = 2, .cols = 3, .view = six, .t_label = "time"
    };
    const ito_plot_opts o = { .title = "six of them" };

    return ito_plot_ensembles(c, &grid, &o, out);
}

static ito_status make_frames(ito_ctx *c, ito_figure **out)
{
    const ito_cloud cloud = { .n = PATHS, .dim = 2, .f64 = plane };
    const ito_scene scene[] = {
        { .t = 0.0, .cloud = cloud, .ground = raster(ground) },
        { .t = 0.5, .ground = raster(ground), .title = "later" },
        { .t = 1.0, .cloud = cloud },
    };
    const ito_scenes scenes = {
        .count = 3, .scene = scene, .contours = 1, .bar = 1
    };

    return ito_plot_frames(c, &scenes, NULL, out);
}

static ito_status make_phase(ito_ctx *c, ito_figure **out)
{
    static const char *const names[] = { "prey", "predator" };
    static const double zero[] = { 0.0, 0.0 };
    const ito_phase phase = { .u = raster(field_u),
                              .v = raster(field_v),
                              .nullclines = 1,
                              .paths = { .n = PATHS,
                                         .dim = 2,
                                         .frames = FRAMES,
                                         .t = t,
                                         .f64 = plane },
                              .rest = { .n = 1, .dim = 2, .f64 = zero },
                              .names = names };

    return ito_plot_phase(c, &phase, NULL, out);
}

static ito_status make_arrows(ito_ctx *c, ito_figure **out)
{
    const ito_phase phase = { .u = raster(field_u),
                              .v = raster(field_v),
                              .arrows = 1 };

    return ito_plot_phase(c, &phase, NULL, out);
}

static ito_status make_time(ito_ctx *c, ito_figure **out)
{
    const ito_density_film film = { .frames = SIDE,
                                    .t = t,
                                    .n = SIDE,
                                    .lo = -3.0,
                                    .hi = 3.0,
                                    .value = ground,
                                    .mean = mean,
                                    .quantile_count = 1,
                                    .quantiles = sd,
                                    .name = "position" };

    return ito_plot_density_time(c, &film, NULL, out);
}

static ito_status make_warp(ito_ctx *c, ito_figure **out)
{
    static double node[2 * 9 * 9 * 2];
    const ito_warp warp = {
        .nx = 9, .ny = 9, .step = 2, .frames = 2, .t = t, .f64 = node
    };

    for (size_t i = 0; i < 2 * 81; i++) {
        const double x = (double)(i % 9) / 8.0;
        const double y = (double)(i % 81 / 9) / 8.0;

        node[2 * i] = i < 81 ? x : x + 0.3 * y;
        node[2 * i + 1] = i < 81 ? y : y * y;
    }
    return ito_plot_warp(c, &warp, NULL, out);
}

static const maker makers[] = { make_ensemble, make_ensembles, make_frames,
                                make_phase,    make_arrows,    make_time,
                                make_warp };

/* Every test starts here: without cairo there is nothing to test but that. */
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

/* --- figures ------------------------------------------------------------ */

TEST(pictures_of_every_kind_start_right_and_are_the_same_again)
{
    static const char *const magic[] = { "\x89PNG", "<?xml", "%PDF-" };

    need_cairo();
    for (size_t i = 0; i < COUNT(makers); i++)
        for (int kind = 0; kind < 3; kind++) {
            unsigned char *one, *two;
            size_t bytes_one, bytes_two;
            ito_figure *a, *b;

            CHECK_OK(ctx, makers[i](ctx, &a));
            CHECK_OK(ctx, makers[i](ctx, &b));
            CHECK_OK(ctx, ito_figure_draw(ctx, a, (ito_picture)kind, &one,
                                          &bytes_one));
            CHECK_OK(ctx, ito_figure_draw(ctx, b, (ito_picture)kind, &two,
                                          &bytes_two));
            CHECK(bytes_one == bytes_two && bytes_one > 1000);
            CHECK_SAME(one, two, bytes_one);
            CHECK(memcmp(one, magic[kind], strlen(magic[kind])) == 0);
            ito_picture_free(ctx, one);
            ito_picture_free(ctx, two);
            ito_figure_free(a);
            ito_figure_free(b);
        }
}

/* --- the numbers behind them ---------------------------------------------- */

/* A row of the CSV: its words. */
typedef struct fields {
    char text[512];
    char *item[11];
} fields;

static bool next_row(FILE *file, fields *out)
{
    bool quoted = false;
    size_t n = 0;

    if (!fgets(out->text, sizeof(out->text), file))
        return false;
    memset(out->item, 0, sizeof(out->item));
    out->item[n++] = out->text;
    for (char *c = out->text; *c; c++) {
        quoted ^= *c == '"';
        if (*c == '\n')
            *c = '\0';
        if (*c != ',' || quoted)
            continue;
        *c = '\0';
        CHECK(n < 11);
        out->item[n++] = c + 1;
    }
    CHECK(n == 11);
    return true;
}

static FILE *open_data(maker make)
{
    ito_figure *figure;
    fields head;
    FILE *file;

    CHECK_OK(ctx, make(ctx, &figure));
    CHECK_OK(ctx, ito_figure_data(ctx, figure, "test_plot_sim.csv"));
    ito_figure_free(figure);
    file = fopen("test_plot_sim.csv", "r");
    CHECK(file != NULL);
    CHECK(next_row(file, &head));
    CHECK_STR(head.item[0], "row");
    CHECK_STR(head.item[10], "v");
    return file;
}

TEST(the_numbers_of_an_ensemble_are_those_of_its_paths)
{
    double area = 0.0;
    size_t lines = 0, bars = 0, last_item = 0, k = 0;
    FILE *file;
    fields f;

    need_cairo();
    file = open_data(make_ensemble);
    while (next_row(file, &f)) {
        const size_t item = strtoul(f.item[6], NULL, 10);
        const double x = strtod(f.item[7], NULL);
        const double y = strtod(f.item[8], NULL);

        if (strcmp(f.item[4], "bars") == 0) {
            CHECK_STR(f.item[1], "2");
            area += (strtod(f.item[9], NULL) - x) * y;
            bars++;
        }
        if (strcmp(f.item[4], "lines") != 0)
            continue;
        CHECK_STR(f.item[2], "\"Brownian motion\"");
        CHECK_STR(f.item[5], "\"50 of 70 paths\"");
        k = item == last_item ? k + 1 : 0;
        last_item = item;
        CHECK(x == t[k]);
        if (item == 1)
            CHECK(y == line[k * PATHS]);
        if (item == 50)
            CHECK(y == line[k * PATHS + PATHS - 1]);
        lines++;
    }
    fclose(file);
    remove("test_plot_sim.csv");
    CHECK(lines == 50 * FRAMES && bars >= 12);
    CHECK_NEAR(area, 1.0, 1e-12);
}

TEST(the_numbers_of_a_band_are_mean_and_two_deviations)
{
    size_t n = 0;
    FILE *file;
    fields f;

    need_cairo();
    file = open_data(make_ensemble);
    while (next_row(file, &f)) {
        double m = 0.0, s = 0.0;
        size_t k;

        if (strcmp(f.item[4], "band") != 0)
            continue;
        k = strtoul(f.item[6], NULL, 10) - 1;
        for (size_t i = 0; i < PATHS; i++)
            m += line[k * PATHS + i] / PATHS;
        for (size_t i = 0; i < PATHS; i++)
            s += (line[k * PATHS + i] - m) * (line[k * PATHS + i] - m) / PATHS;
        CHECK_NEAR(strtod(f.item[8], NULL), m - 2.0 * sqrt(s), 1e-12);
        CHECK_NEAR(strtod(f.item[9], NULL), m + 2.0 * sqrt(s), 1e-12);
        n++;
    }
    fclose(file);
    remove("test_plot_sim.csv");
    CHECK(n == FRAMES);
}

TEST(limits_and_bars_that_are_given_are_kept)
{
    static const double height[] = { 0.1, 0.4 };
    ito_ensemble_view v = view();
    ito_figure *figure;
    size_t bars = 0;
    FILE *file;
    fields f;

    need_cairo();
    v.bars = (ito_bars){ .n = 2, .lo = -1.0, .hi = 3.0, .height = height };
    v.lo = -7.0;
    v.hi = 7.0;
    v.t_hi = 10.0;
    v.density_top = 0.5;
    CHECK_OK(ctx, ito_plot_ensemble(ctx, &v, NULL, &figure));
    CHECK_OK(ctx, ito_figure_data(ctx, figure, "test_bars.csv"));
    ito_figure_free(figure);
    file = fopen("test_bars.csv", "r");
    CHECK(file && next_row(file, &f));
    while (next_row(file, &f))
        if (strcmp(f.item[4], "bars") == 0) {
            CHECK(strtod(f.item[7], NULL) == (bars ? 1.0 : -1.0));
            CHECK(strtod(f.item[8], NULL) == height[bars]);
            CHECK(strtod(f.item[9], NULL) == (bars ? 3.0 : 1.0));
            bars++;
        }
    fclose(file);
    remove("test_bars.csv");
    CHECK(bars == 2);
    v.bars.lo = 4.0;
    CHECK_FAILS(ctx, ito_plot_ensemble(ctx, &v, NULL, &figure), ITO_EARG,
                "bars");
}

TEST(nullclines_of_a_rotation_are_the_axes)
{
    size_t n = 0;
    FILE *file;
    fields f;

    need_cairo();
    file = open_data(make_phase);
    while (next_row(file, &f)) {
        const bool first = strstr(f.item[5], "d prey/dt = 0") != NULL;

        if (strcmp(f.item[4], "levels") != 0)
            continue;
        CHECK(first || strstr(f.item[5], "d predator/dt = 0"));
        CHECK_NEAR(strtod(f.item[first ? 8 : 7], NULL), 0.0, 1e-12);
        CHECK_NEAR(strtod(f.item[first ? 10 : 9], NULL), 0.0, 1e-12);
        n++;
    }
    fclose(file);
    remove("test_plot_sim.csv");
    CHECK(n == 2 * (SIDE - 1));
}

TEST(streamlines_of_a_rotation_are_circles_run_counter_clockwise)
{
    size_t n = 0, last_item = 0;
    double x0 = 0.0, y0 = 0.0, r0 = 0.0;
    FILE *file;
    fields f;

    need_cairo();
    file = open_data(make_phase);
    while (next_row(file, &f)) {
        const size_t item = strtoul(f.item[6], NULL, 10);
        const double x = strtod(f.item[7], NULL);
        const double y = strtod(f.item[8], NULL);

        if (strcmp(f.item[4], "lines") != 0 || strcmp(f.item[3], "1") != 0)
            continue;
        if (item == last_item) {
            CHECK_NEAR(sqrt(x * x + y * y), r0, 0.03);
            CHECK(x0 * y - y0 * x > 0.0);
        } else {
            r0 = sqrt(x * x + y * y);
        }
        CHECK(fabs(x) <= 3.0 && fabs(y) <= 3.0);
        last_item = item;
        x0 = x;
        y0 = y;
        n++;
    }
    fclose(file);
    remove("test_plot_sim.csv");
    CHECK(last_item > 20 && n > 1000);
}

TEST(instants_fill_the_time_up_to_half_way)
{
    static const double times[] = { 0.0, 1.0, 4.0 };
    static const double value[] = { 1.0, 2.0, 3.0 };
    const ito_density_film film = {
        .frames = 3, .t = times, .n = 1, .lo = 0.0, .hi = 1.0, .value = value
    };
    ito_figure *figure;
    FILE *file;
    fields f;
    size_t n = 0;

    need_cairo();
    CHECK_OK(ctx, ito_plot_density_time(ctx, &film, NULL, &figure));
    CHECK_OK(ctx, ito_figure_data(ctx, figure, "test_time.csv"));
    ito_figure_free(figure);
    file = fopen("test_time.csv", "r");
    CHECK(file && next_row(file, &f));
    while (next_row(file, &f)) {
        const double x = strtod(f.item[7], NULL);

        CHECK(strtod(f.item[9], NULL) == (x < 0.5 ? 1.0 : x < 2.5 ? 2.0 : 3.0));
        n++;
    }
    fclose(file);
    remove("test_time.csv");
    CHECK(n == 8);
}

TEST(numbers_of_every_figure_read_back_as_a_table)
{
    need_cairo();
    for (size_t i = 0; i < COUNT(makers); i++) {
        static const char *const columns[] = { "x", "y" };
        const ito_table_opts o = { .columns = columns,
                                   .column_count = 2,
                                   .header = ITO_HEADER_YES };
        ito_table *table;
        ito_figure *figure;

        CHECK_OK(ctx, makers[i](ctx, &figure));
        CHECK_OK(ctx, ito_figure_data(ctx, figure, "test_numbers.csv"));
        ito_figure_free(figure);
        CHECK_OK(ctx, ito_table_read(ctx, "test_numbers.csv", &o, &table));
        CHECK(ito_table_rows(table) > 50);
        CHECK(ito_table_column(table, 1)->kind == ITO_COLUMN_NUMBER);
        ito_table_free(table);
    }
    remove("test_numbers.csv");
}

/* --- what is refused ------------------------------------------------------ */

TEST(bad_ensembles_are_refused_with_words)
{
    const ito_ensemble_view good = view();
    const ito_ensemble_grid none = { .rows = 0, .cols = 1, .view = &good };
    const ito_ensemble_grid wide = { .rows = 1, .cols = 9, .view = &good };
    ito_ensemble_view v = good;
    ito_figure *f;

    need_cairo();
    CHECK_FAILS(ctx, ito_plot_ensembles(ctx, &none, NULL, &f), ITO_EARG,
                "rows");
    CHECK(f == NULL);
    CHECK_FAILS(ctx, ito_plot_ensembles(ctx, &wide, NULL, &f), ITO_EARG, "8");
    CHECK_FAILS(ctx, ito_plot_ensemble(ctx, NULL, NULL, &f), ITO_EARG, "rows");
    v.component = 1;
    CHECK_FAILS(ctx, ito_plot_ensemble(ctx, &v, NULL, &f), ITO_EARG,
                "component 2");
    v = good;
    v.paths.frames = 1;
    CHECK_FAILS(ctx, ito_plot_ensemble(ctx, &v, NULL, &f), ITO_EARG,
                "2 instants");
    v = good;
    v.terminal = (ito_cloud){ .n = PATHS, .dim = 2, .f64 = plane };
    CHECK_FAILS(ctx, ito_plot_ensemble(ctx, &v, NULL, &f), ITO_EARG, "ends 2");
    v = good;
    v.exact.n = 5;
    CHECK_FAILS(ctx, ito_plot_ensemble(ctx, &v, NULL, &f), ITO_EARG, "band");
    v = good;
    line[7] = (double)NAN;
    CHECK_FAILS(ctx, ito_plot_ensemble(ctx, &v, NULL, &f), ITO_ENONFINITE,
                "nan");
    line[7] = 0.0;
}

TEST(bad_planes_are_refused_with_words)
{
    const ito_cloud one = { .n = 3, .dim = 1, .f64 = line };
    ito_scene scene = { .t = 1.0 };
    ito_scenes scenes = { .count = 1, .scene = &scene };
    ito_phase phase = { .u = raster(field_u), .v = raster(field_v) };
    ito_density_film film = { .frames = 1, .t = t, .n = 4, .value = ground };
    ito_warp warp = { .nx = 1, .ny = 4, .frames = 1, .t = t, .f64 = plane };
    double bad[4] = { 0.0, 1.0, 0.0, (double)INFINITY };
    ito_figure *f;

    need_cairo();
    CHECK_FAILS(ctx, ito_plot_frames(ctx, &scenes, NULL, &f), ITO_EARG,
                "nothing");
    scene.cloud = one;
    CHECK_FAILS(ctx, ito_plot_frames(ctx, &scenes, NULL, &f), ITO_EARG,
                "1 columns");
    scene.cloud.n = 0;
    scene.ground = (ito_raster){ 2, 2, 0.0, 1.0, 0.0, 1.0, bad };
    CHECK_FAILS(ctx, ito_plot_frames(ctx, &scenes, NULL, &f), ITO_ENONFINITE,
                "column 2 of row 2");
    bad[3] = 0.0;
    scene.ground.x_hi = 0.0;
    CHECK_FAILS(ctx, ito_plot_frames(ctx, &scenes, NULL, &f), ITO_EARG,
                "lower ends first");
    phase.v.nx = SIDE / 2;
    CHECK_FAILS(ctx, ito_plot_phase(ctx, &phase, NULL, &f), ITO_EARG,
                "one shape");
    CHECK_FAILS(ctx, ito_plot_density_time(ctx, &film, NULL, &f), ITO_EARG,
                "2 instants");
    film.frames = 3;
    film.t = line; /* all 0 */
    CHECK_FAILS(ctx, ito_plot_density_time(ctx, &film, NULL, &f), ITO_EARG,
                "times rise");
    CHECK_FAILS(ctx, ito_plot_warp(ctx, &warp, NULL, &f), ITO_EARG, "2 x 2");
    warp.nx = 4;
    warp.step = 4;
    CHECK_FAILS(ctx, ito_plot_warp(ctx, &warp, NULL, &f), ITO_EARG, "mesh");
}

TEST(bad_layers_are_refused_with_words)
{
    const ito_figure_opts thin = { .widths = (const double[]){ 0.0 } };
    const ito_panel_opts logs = { .log_x = 1 };
    const ito_paths paths = {
        .n = PATHS, .dim = 2, .frames = FRAMES, .t = t, .f64 = plane
    };
    const ito_cloud two = { .n = 3, .dim = 2, .f64 = plane };
    const ito_raster r = raster(ground);
    const double level = (double)NAN;
    ito_figure *f;
    ito_panel *p;

    need_cairo();
    CHECK_FAILS(ctx, ito_figure_new(ctx, &thin, &f), ITO_EARG, "column 1");
    CHECK_OK(ctx, ito_figure_new(ctx, NULL, &f));
    CHECK_OK(ctx, ito_figure_panel(ctx, f, 0, 0, &logs, &p));
    CHECK_FAILS(ctx, ito_panel_traces(ctx, p, &paths, ITO_TIME, 0, NULL),
                ITO_EARG, "linear");
    CHECK_FAILS(ctx, ito_panel_traces(ctx, p, &paths, 0, 2, NULL), ITO_EARG,
                "columns 1 and 3");
    CHECK_FAILS(ctx, ito_panel_band(ctx, p, &two, NULL), ITO_EARG, "2 columns");
    CHECK_FAILS(ctx, ito_panel_raster(ctx, p, &r, NULL), ITO_EARG, "linear");
    CHECK_FAILS(ctx, ito_panel_levels(ctx, p, &r, 65, &level, NULL), ITO_EARG,
                "64");
    CHECK_FAILS(ctx, ito_panel_levels(ctx, p, &r, 1, &level, NULL),
                ITO_ENONFINITE, "level 1");
    CHECK_FAILS(ctx, ito_panel_streams(ctx, p, &r, &r, 0.0, NULL), ITO_EARG,
                "linear");
    CHECK_FAILS(ctx, ito_panel_streams(ctx, p, &r, &r, 2.0, NULL), ITO_EARG,
                "0.5");
    CHECK_FAILS(ctx, ito_figure_data(ctx, f, "no/such/place.csv"), ITO_EIO,
                "no/such/place.csv");
    CHECK(access("no", F_OK) != 0);
    ito_figure_free(f);
}

TEST(odd_but_honest_fields_and_densities_are_drawn)
{
    static double zero[SIDE * SIDE];
    const ito_phase still = { .u = raster(zero), .v = raster(zero) };
    const ito_scene empty = { .ground = raster(zero) };
    const ito_scenes scenes = {
        .count = 1, .scene = &empty, .contours = 1, .bar = 1
    };
    const ito_plot_opts logs = { .log = 1 };
    unsigned char *svg;
    ito_figure *figure[2];
    size_t bytes;

    need_cairo();
    CHECK_OK(ctx, ito_plot_phase(ctx, &still, NULL, &figure[0]));
    CHECK_OK(ctx, ito_plot_frames(ctx, &scenes, &logs, &figure[1]));
    for (size_t k = 0; k < 2; k++) {
        CHECK_OK(ctx, ito_figure_draw(ctx, figure[k], ITO_PICTURE_SVG, &svg,
                                      &bytes));
        CHECK(bytes > 1000);
        ito_picture_free(ctx, svg);
        ito_figure_free(figure[k]);
    }
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

/* Make a figure, its numbers and its picture. */
static ito_status whole_work(ito_ctx *c, maker make)
{
    ito_figure *figure = NULL;
    ito_status rc = make(c, &figure);

    if (rc == ITO_OK)
        rc = ito_figure_data(c, figure, "test_memory.csv");
    if (rc == ITO_OK)
        rc = ito_figure_write(c, figure, "test_memory.png");
    ito_figure_free(figure);
    return rc;
}

TEST(running_out_of_memory_anywhere_is_an_error_and_leaks_nothing)
{
    const ito_ctx_opts opts = { .threads = 1, .alloc = counting_alloc };
    const maker few[] = { make_ensemble, make_time, make_phase, make_warp };
    ito_ctx *counted;
    size_t before;

    need_cairo();
    fail_at = SIZE_MAX;
    CHECK(ito_open(&counted, &opts) == ITO_OK);
    before = live;
    for (size_t i = 0; i < COUNT(few); i++) {
        size_t n = 0, fails = 0;

        for (;; n++) {
            allocs = 0;
            fail_at = n;
            remove("test_memory.png");
            if (whole_work(counted, few[i]) == ITO_OK)
                break;
            CHECK(++fails < 300);
            CHECK(live == before && access("test_memory.png", F_OK) != 0);
        }
        CHECK(fails > 5 && live == before);
    }
    ito_close(counted);
    CHECK(live == 0);
    remove("test_memory.png");
    remove("test_memory.csv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(pictures_of_every_kind_start_right_and_are_the_same_again),
        RUN(the_numbers_of_an_ensemble_are_those_of_its_paths),
        RUN(the_numbers_of_a_band_are_mean_and_two_deviations),
        RUN(limits_and_bars_that_are_given_are_kept),
        RUN(nullclines_of_a_rotation_are_the_axes),
        RUN(streamlines_of_a_rotation_are_circles_run_counter_clockwise),
        RUN(instants_fill_the_time_up_to_half_way),
        RUN(numbers_of_every_figure_read_back_as_a_table),
        RUN(bad_ensembles_are_refused_with_words),
        RUN(bad_planes_are_refused_with_words),
        RUN(bad_layers_are_refused_with_words),
        RUN(odd_but_honest_fields_and_densities_are_drawn),
        RUN(running_out_of_memory_anywhere_is_an_error_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
