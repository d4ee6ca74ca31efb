/* SPDX-License-Identifier: MIT
 *
 * test_plot.c - figures and reports through the public calls: files are what
 * their names say, the same every time, and bad input ends in words.
 */
#include <ito/plot.h>
#include <ito/report.h>
#include <unistd.h>

#include "check.h"

/* fontconfig keeps its patterns behind offsets instead of pointers, so the
 * leak checker of a sanitizer build takes what it caches for lost. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

static ito_ctx *ctx;
static float cloud2[2 * 6000], cloud5[5 * 3000];
static ito_cloud data, few;

static int open_ctx(void **state)
{
    const ito_ctx_opts opts = { .threads = 1 };

    (void)state;
    for (size_t i = 0; i < COUNT(cloud2); i++)
        cloud2[i] = (float)t_normal();
    for (size_t i = 0; i < COUNT(cloud5); i++)
        cloud5[i] =
            (float)(i % 5 == 4 ? floor(10.0 * t_open01()) : exp(t_normal()));
    data = (ito_cloud){ .n = 6000, .dim = 2, .f32 = cloud2 };
    few = (ito_cloud){ .n = 50, .dim = 2, .f32 = cloud2 };
    return ito_open(&ctx, &opts);
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

/* A figure of each kind. */
typedef ito_status (*maker)(ito_ctx *c, ito_figure **out);

static ito_status make_samples(ito_ctx *c, ito_figure **out)
{
    const ito_plot_opts o = { .title = "two clouds" };

    return ito_plot_samples(c, &data, &few, &o, out);
}

static ito_status make_hists(ito_ctx *c, ito_figure **out)
{
    const ito_cloud line = { .n = 900, .dim = 1, .f32 = cloud2 };

    return ito_plot_samples(c, &line, &line, NULL, out);
}

static ito_status make_pairs(ito_ctx *c, ito_figure **out)
{
    const ito_cloud table = { .n = 3000, .dim = 5, .f32 = cloud5 };
    const ito_plot_opts o = { .columns = 5 };

    return ito_plot_pairs(c, &table, &table, &o, out);
}

static ito_status make_paths(ito_ctx *c, ito_figure **out)
{
    const double t[] = { 0.0, 0.25, 0.5, 1.0 };
    const ito_paths paths = {
        .n = 60, .dim = 2, .frames = 4, .t = t, .f32 = cloud2
    };

    return ito_plot_trajectories(c, &paths, &data, NULL, out);
}

static ito_status make_field(ito_ctx *c, ito_figure **out)
{
    static double arrow[25 * 4];
    ito_instant at[2] = { { .t = 0.0, .cloud = data },
                          { .t = 0.5, .cloud = data } };

    for (size_t i = 0; i < 25; i++) {
        double *a = arrow + 4 * i;

        a[0] = (double)(i % 5) - 2.0;
        a[1] = (double)(i / 5) - 2.0;
        a[2] = -a[1];
        a[3] = a[0];
    }
    at[1].arrows = (ito_cloud){ .n = 25, .dim = 4, .f64 = arrow };
    return ito_plot_field(c, at, 2, NULL, out);
}

static ito_status make_loss(ito_ctx *c, ito_figure **out)
{
    static double step[500], train[500];
    const ito_loss loss = { .n = 500,
                            .step = step,
                            .train = train,
                            .valid_n = 50,
                            .valid_step = step,
                            .valid = train,
                            .has_best = 1,
                            .best_step = 30.0 };
    const ito_plot_opts o = { .log = 1 };

    for (size_t i = 0; i < 500; i++) {
        step[i] = (double)i + 1.0;
        train[i] = 1.0 + 10.0 / step[i];
    }
    return ito_plot_loss(c, &loss, &o, out);
}

static const maker makers[] = { make_samples, make_hists, make_pairs,
                                make_paths,   make_field, make_loss };

/* Every test starts here: without cairo there is nothing to test but that. */
static void need_cairo(void)
{
    ito_figure *figure;
    const ito_status rc = ito_figure_new(ctx, NULL, &figure);

    ito_figure_free(figure);
    if (rc == ITO_EUNFIT) {
        CHECK_HAS(ito_errmsg(ctx), "cairo");
        print_message("built without cairo: skipped\n");
        skip();
    }
}

static const char *const magic[] = { "\x89PNG\r\n\x1a\n", "<?xml", "%PDF-" };

TEST(pictures_of_every_kind_start_right_and_are_the_same_again)
{
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

static unsigned big_endian(const unsigned char *p)
{
    return (unsigned)p[0] << 24 | (unsigned)p[1] << 16 | (unsigned)p[2] << 8 |
           p[3];
}

TEST(a_png_is_as_large_as_was_asked)
{
    const ito_figure_opts o = { .width = 360.0, .height = 180.0, .dpi = 144.0 };
    unsigned char *png;
    ito_figure *figure;
    ito_panel *panel;
    size_t bytes;

    need_cairo();
    CHECK_OK(ctx, ito_figure_new(ctx, &o, &figure));
    CHECK_OK(ctx, ito_figure_panel(ctx, figure, 0, 0, NULL, &panel));
    CHECK_OK(ctx, ito_panel_scatter(ctx, panel, &few, 0, 1, NULL));
    CHECK_OK(ctx, ito_figure_draw(ctx, figure, ITO_PICTURE_PNG, &png, &bytes));
    CHECK(big_endian(png + 16) == 720 && big_endian(png + 20) == 360);
    ito_picture_free(ctx, png);
    ito_figure_free(figure);
}

/* How often a part occurs. */
static size_t count_of(const unsigned char *text, size_t bytes,
                       const char *part)
{
    const size_t n = strlen(part);
    size_t count = 0;

    for (size_t i = 0; i + n <= bytes; i++)
        count += memcmp(text + i, part, n) == 0;
    return count;
}

static size_t svg_bytes(const ito_cloud *cloud, size_t *images)
{
    const ito_plot_opts o = { .look = ITO_LOOK_SCATTER };
    unsigned char *svg;
    ito_figure *figure;
    size_t bytes;

    CHECK_OK(ctx, ito_plot_samples(ctx, cloud, NULL, &o, &figure));
    CHECK_OK(ctx, ito_figure_draw(ctx, figure, ITO_PICTURE_SVG, &svg, &bytes));
    *images = count_of(svg, bytes, "<image");
    ito_picture_free(ctx, svg);
    ito_figure_free(figure);
    return bytes;
}

TEST(very_many_dots_become_an_image_in_vector_files)
{
    size_t images;

    need_cairo();
    CHECK(svg_bytes(&few, &images) < 200000 && images == 0);
    CHECK(svg_bytes(&data, &images) < 4000000 && images == 1);
}

static int exists(const char *path)
{
    return access(path, F_OK) == 0;
}

TEST(files_appear_whole_or_not_at_all)
{
    ito_figure *figure;
    char head[8] = { 0 };
    FILE *file;

    need_cairo();
    CHECK_OK(ctx, make_loss(ctx, &figure));
    CHECK_OK(ctx, ito_figure_write(ctx, figure, "test_plot.PNG"));
    file = fopen("test_plot.PNG", "rb");
    CHECK(file && fread(head, 1, 8, file) == 8);
    fclose(file);
    remove("test_plot.PNG");
    CHECK_SAME(head, magic[0], 8);
    CHECK_FAILS(ctx, ito_figure_write(ctx, figure, "no/such/place.svg"),
                ITO_EIO, "no/such/place.svg");
    CHECK_FAILS(ctx, ito_figure_write(ctx, figure, "picture.jpg"), ITO_EARG,
                ".png, .svg or .pdf");
    CHECK_FAILS(ctx, ito_figure_write(ctx, figure, ".png"), ITO_EARG, "end");
    CHECK(!exists("picture.jpg") && !exists(".png"));
    ito_figure_free(figure);
}

/* A cloud that no picture can show. */
static void refuse(double a, double b, ito_status status, const char *words)
{
    const double bad[] = { 0.0, 1.0, a, b, 2.0, 2.0 };
    const ito_cloud cloud = { .n = 3, .dim = 2, .f64 = bad };
    const double t[] = { 0.0, 0.5, 1.0 };
    const ito_paths paths = {
        .n = 1, .dim = 2, .frames = 3, .t = t, .f64 = bad
    };
    const ito_instant at = { .t = 0.0, .cloud = cloud };
    ito_figure *figure = (ito_figure *)(void *)&figure;

    CHECK_FAILS(ctx, ito_plot_samples(ctx, &cloud, NULL, NULL, &figure), status,
                words);
    CHECK(figure == NULL);
    CHECK_FAILS(ctx, ito_plot_samples(ctx, &few, &cloud, NULL, &figure), status,
                words);
    CHECK_FAILS(ctx, ito_plot_pairs(ctx, &cloud, NULL, NULL, &figure), status,
                words);
    CHECK_FAILS(ctx, ito_plot_trajectories(ctx, &paths, NULL, NULL, &figure),
                status, words);
    CHECK_FAILS(ctx, ito_plot_field(ctx, &at, 1, NULL, &figure), status, words);
}

TEST(what_is_not_finite_or_too_large_is_refused)
{
    need_cairo();
    refuse((double)NAN, 0.0, ITO_ENONFINITE, "point 2");
    refuse(0.0, (double)INFINITY, ITO_ENONFINITE, "column 2");
    refuse(-1e101, 0.0, ITO_ERANGE, "1e+100");
}

TEST(nothing_to_draw_is_said)
{
    const ito_cloud none = { .n = 0, .dim = 2, .f32 = cloud2 };
    const ito_cloud one = { .n = 9, .dim = 1, .f32 = cloud2 };
    const ito_loss loss = { .n = 0 };
    const ito_instant at = { .t = 0.5 };
    const ito_paths paths = { .n = 3, .dim = 2, .frames = 1 };
    ito_figure *f;

    need_cairo();
    CHECK_FAILS(ctx, ito_plot_samples(ctx, &none, NULL, NULL, &f), ITO_EARG,
                "no points");
    CHECK_FAILS(ctx, ito_plot_samples(ctx, NULL, NULL, NULL, &f), ITO_EARG,
                "no points");
    CHECK_FAILS(ctx, ito_plot_samples(ctx, &few, &one, NULL, &f), ITO_EARG,
                "2 columns, samples 1");
    CHECK_FAILS(ctx, ito_plot_pairs(ctx, &one, NULL, NULL, &f), ITO_EARG,
                "1 columns");
    CHECK_FAILS(ctx, ito_plot_pairs(ctx, &few, &one, NULL, &f), ITO_EARG,
                "samples 1");
    CHECK_FAILS(ctx, ito_plot_trajectories(ctx, &paths, NULL, NULL, &f),
                ITO_EARG, "2 instants");
    CHECK_FAILS(ctx, ito_plot_field(ctx, &at, 1, NULL, &f), ITO_EARG,
                "nothing");
    CHECK_FAILS(ctx, ito_plot_field(ctx, &at, 0, NULL, &f), ITO_EARG, "0");
    CHECK_FAILS(ctx, ito_plot_loss(ctx, &loss, NULL, &f), ITO_EARG,
                "no losses");
}

/* Draw these points in every way; all must succeed. */
static void draws(const double *x, size_t n, size_t dim)
{
    const ito_cloud cloud = { .n = n, .dim = dim, .f64 = x };
    const ito_plot_opts looks[] = { { .look = ITO_LOOK_SCATTER },
                                    { .look = ITO_LOOK_DENSITY },
                                    { .look = ITO_LOOK_DENSITY, .log = 1 } };

    for (size_t i = 0; i < COUNT(looks); i++) {
        ito_figure *figure[2] = { NULL, NULL };

        CHECK_OK(ctx,
                 ito_plot_samples(ctx, &cloud, &cloud, &looks[i], &figure[0]));
        if (dim > 1)
            CHECK_OK(ctx, ito_plot_pairs(ctx, &cloud, &cloud, &looks[i],
                                         &figure[1]));
        for (size_t k = 0; k < 2 && figure[k]; k++) {
            unsigned char *svg;
            size_t bytes;

            CHECK_OK(ctx, ito_figure_draw(ctx, figure[k], ITO_PICTURE_SVG, &svg,
                                          &bytes));
            CHECK(count_of(svg, bytes, "nan") == 0);
            CHECK(count_of(svg, bytes, "inf") == 0);
            ito_picture_free(ctx, svg);
            ito_figure_free(figure[k]);
        }
    }
}

TEST(odd_but_honest_points_are_drawn)
{
    const double one[] = { 3.0, -7.0 };
    const double zeros[] = { 0.0, 0.0, 0.0, 0.0 };
    const double constant[] = { 1.0, 5.0, 2.0, 5.0, 3.0, 5.0 };
    const double huge[] = { -1e100, 1e100, 1e100, -1e100 };
    const double tiny[] = { 1e-300, 2e-300, 3e-300, 1e-308 };
    const double near[] = { 1e9, 1.0, 1e9 + 1e-6, 1.0 + 1e-15 };
    const double wild[] = { 0.0, 1e-50, 1.0, 1e50 };

    need_cairo();
    draws(one, 1, 2);
    draws(one, 2, 1);
    draws(zeros, 2, 2);
    draws(constant, 3, 2);
    draws(huge, 2, 2);
    draws(tiny, 2, 2);
    draws(near, 2, 2);
    draws(wild, 2, 2);
}

TEST(bad_options_are_refused_with_words)
{
    const ito_figure_opts many = { .rows = 17 };
    const ito_figure_opts minus = { .width = -1.0 };
    const ito_figure_opts fine = { .dpi = 1e6 };
    const ito_figure_opts small = { .width = 30.0, .cols = 4 };
    const ito_panel_opts turned = { .x_min = 2.0, .x_max = 1.0 };
    const ito_panel_opts log0 = { .log_x = 1, .x_min = 0.0, .x_max = 1.0 };
    const ito_panel_opts logs = { .log_x = 1, .log_y = 1 };
    const ito_style size = { .size = -1.0 }, alpha = { .alpha = 2.0 };
    const ito_shade_opts bins = { .bins = 100000 };
    const ito_shade_opts map = { .map = (ito_palette)9 };
    unsigned char *out;
    ito_figure *f;
    ito_panel *p;
    size_t bytes;

    need_cairo();
    CHECK_FAILS(ctx, ito_figure_new(ctx, &many, &f), ITO_EARG, "16");
    CHECK_FAILS(ctx, ito_figure_new(ctx, &minus, &f), ITO_EARG, "-1");
    CHECK_FAILS(ctx, ito_figure_new(ctx, &fine, &f), ITO_EARG, "dots");
    CHECK_OK(ctx, ito_figure_new(ctx, &small, &f));
    CHECK_FAILS(ctx, ito_figure_draw(ctx, f, ITO_PICTURE_PNG, &out, &bytes),
                ITO_EARG, "no panel");
    CHECK_FAILS(ctx, ito_figure_panel(ctx, f, 1, 0, NULL, &p), ITO_EARG,
                "(1, 0)");
    CHECK_FAILS(ctx, ito_figure_panel(ctx, f, 0, 0, &turned, &p), ITO_EARG,
                "x limits");
    CHECK_FAILS(ctx, ito_figure_panel(ctx, f, 0, 0, &log0, &p), ITO_EARG,
                "positive");
    CHECK_OK(ctx, ito_figure_panel(ctx, f, 0, 0, NULL, &p));
    CHECK_FAILS(ctx, ito_panel_scatter(ctx, p, &few, 0, 2, NULL), ITO_EARG,
                "columns 1 and 3");
    CHECK_FAILS(ctx, ito_panel_scatter(ctx, p, &few, 0, 1, &size), ITO_EARG,
                "size");
    CHECK_FAILS(ctx, ito_panel_line(ctx, p, &few, 0, 1, &alpha), ITO_EARG,
                "alpha");
    CHECK_FAILS(ctx, ito_panel_density(ctx, p, &few, 0, 1, &bins), ITO_EARG,
                "100000");
    CHECK_FAILS(ctx, ito_panel_density(ctx, p, &few, 0, 1, &map), ITO_EARG,
                "map");
    CHECK_FAILS(ctx, ito_panel_arrows(ctx, p, &few, 0.0, NULL), ITO_EARG,
                "2 columns");
    CHECK_FAILS(ctx, ito_figure_panel(ctx, f, 0, 0, NULL, &p), ITO_EARG,
                "taken");
    CHECK_OK(ctx, ito_figure_panel(ctx, f, 0, 1, &logs, &p));
    CHECK_FAILS(ctx, ito_panel_scatter(ctx, p, &few, 0, 1, NULL), ITO_ERANGE,
                "logarithmic");
    CHECK_FAILS(ctx, ito_panel_density(ctx, p, &few, 0, 1, NULL), ITO_EARG,
                "linear");
    CHECK_FAILS(ctx, ito_figure_draw(ctx, f, ITO_PICTURE_PNG, &out, &bytes),
                ITO_EARG, "larger");
    CHECK(out == NULL && bytes == 0);
    ito_figure_free(f);
}

TEST(texts_of_any_bytes_are_drawn)
{
    static char endless[5000];
    const char *const names[] = { "\xff\xfe bad \xc3", endless };
    const ito_cloud cloud = {
        .n = 50, .dim = 2, .f32 = cloud2, .names = names
    };
    const ito_plot_opts o = { .title = endless, .data_name = "a\nb\tc" };

    need_cairo();
    memset(endless, 'W', sizeof(endless) - 1);
    for (int kind = 0; kind < 3; kind++) {
        unsigned char *out;
        ito_figure *figure;
        size_t bytes;

        CHECK_OK(ctx, ito_plot_samples(ctx, &cloud, &cloud, &o, &figure));
        CHECK_OK(ctx,
                 ito_figure_draw(ctx, figure, (ito_picture)kind, &out, &bytes));
        ito_picture_free(ctx, out);
        ito_figure_free(figure);
    }
}

TEST(limits_are_quantiles_with_a_margin)
{
    static double v[2001];
    const ito_cloud cloud = { .n = 2001, .dim = 1, .f64 = v };
    double limits[2];

    for (size_t i = 0; i < 2001; i++)
        v[i] = (double)i / 2.0;
    v[2000] = 1e9; /* an outlier does not move them */
    CHECK_OK(ctx, ito_plot_limits(ctx, &cloud, 0, limits));
    CHECK_NEAR(limits[0], 1.0 - 0.04 * 998.0, 1e-9);
    CHECK_NEAR(limits[1], 999.0 + 0.04 * 998.0, 1e-9);
    for (size_t i = 0; i < 2001; i++)
        v[i] = (double)(i % 2);
    CHECK_OK(ctx, ito_plot_limits(ctx, &cloud, 0, limits));
    CHECK(limits[0] == -0.5 && limits[1] == 1.5);
    CHECK_FAILS(ctx, ito_plot_limits(ctx, &cloud, 1, limits), ITO_EARG,
                "column 2");
}

TEST(a_figure_belongs_to_its_context)
{
    ito_figure *figure;
    ito_panel *panel;
    ito_ctx *other;

    need_cairo();
    CHECK(ito_open(&other, NULL) == ITO_OK);
    CHECK_OK(ctx, ito_figure_new(ctx, NULL, &figure));
    CHECK_FAILS(other, ito_figure_panel(other, figure, 0, 0, NULL, &panel),
                ITO_EARG, "another context");
    ito_figure_free(figure);
    ito_close(other);
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

/* One figure into a report, with the n-th allocation failing. */
static ito_status whole_work(ito_ctx *c, maker make)
{
    ito_report *report = NULL;
    ito_figure *figure = NULL;
    ito_status rc = make(c, &figure);

    if (rc == ITO_OK)
        rc = ito_report_new(c, "t", NULL, &report);
    if (rc == ITO_OK)
        rc = ito_report_figure(c, report, figure, "f");
    ito_report_free(report);
    ito_figure_free(figure);
    return rc;
}

TEST(running_out_of_memory_anywhere_is_an_error_and_leaks_nothing)
{
    const ito_ctx_opts opts = { .threads = 1, .alloc = counting_alloc };
    const maker few_calls[] = { make_hists, make_paths, make_loss };
    ito_ctx *counted;
    size_t before;

    need_cairo();
    fail_at = SIZE_MAX;
    CHECK(ito_open(&counted, &opts) == ITO_OK);
    before = live;
    for (size_t i = 0; i < COUNT(few_calls); i++) {
        size_t n = 0, fails = 0;

        for (;; n++) {
            allocs = 0;
            fail_at = n;
            if (whole_work(counted, few_calls[i]) == ITO_OK)
                break;
            CHECK(++fails < 200);
            CHECK(live == before);
        }
        CHECK(fails > 5 && live == before);
    }
    ito_close(counted);
    CHECK(live == 0);
}

static char *slurp(const char *path, size_t *bytes)
{
    static char text[4000000];
    FILE *file = fopen(path, "rb");

    CHECK(file != NULL);
    *bytes = fread(text, 1, sizeof(text) - 1, file);
    text[*bytes] = '\0';
    fclose(file);
    return text;
}

static void fill_report(ito_report *report)
{
    const char *const head[] = { "metric", "value" };
    const char *const cells[] = { "sliced W2",
                                  "0.013",
                                  "a<b",
                                  "\xe2\x88\x92"
                                  "1e-3",
                                  NULL,
                                  "" };
    const ito_sheet sheet = { .caption = "Metrics & floors",
                              .rows = 3,
                              .cols = 2,
                              .head = head,
                              .cells = cells };

    CHECK_OK(ctx, ito_report_heading(ctx, report, "1 < 2"));
    CHECK_OK(ctx, ito_report_text(ctx, report, "\"quoted\" \xff\x01"));
    CHECK_OK(ctx, ito_report_code(ctx, report, "ito train\n  a > b"));
    CHECK_OK(ctx, ito_report_sheet(ctx, report, &sheet));
}

TEST(a_report_holds_its_texts_escaped_and_nothing_from_elsewhere)
{
    ito_report *report;
    char *text;
    size_t bytes;

    CHECK_OK(ctx, ito_report_new(ctx, "<script>", "a & b", &report));
    fill_report(report);
    CHECK_OK(ctx, ito_report_write(ctx, report, "test_plot.html"));
    text = slurp("test_plot.html", &bytes);
    remove("test_plot.html");
    CHECK(strncmp(text, "<!DOCTYPE html>", 15) == 0);
    CHECK_HAS(text, "<h1>&lt;script&gt;</h1>");
    CHECK_HAS(text, "a &amp; b");
    CHECK_HAS(text, "<h2>1 &lt; 2</h2>");
    CHECK_HAS(text, "<p>&quot;quoted&quot; ? </p>");
    CHECK_HAS(text, "<pre>ito train\n  a &gt; b</pre>");
    CHECK_HAS(text, "<caption>Metrics &amp; floors</caption>");
    CHECK_HAS(text, "<th>metric</th><th class=\"n\">value</th>");
    CHECK_HAS(text, "<td>a&lt;b</td>");
    CHECK_HAS(text, "</body>\n</html>\n");
    CHECK(!strstr(text, "<script") && !strstr(text, "http") &&
          !strstr(text, "url(") && !strstr(text, "<link"));
    CHECK_FAILS(ctx, ito_report_write(ctx, report, "no/such/place.html"),
                ITO_EIO, "no/such/place.html");
    ito_report_free(report);
}

static int base64_digit(char c)
{
    const char *const all = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = strchr(all, c);

    return at ? (int)(at - all) : 0;
}

TEST(a_report_embeds_exactly_the_png)
{
    static unsigned char got[3000000];
    unsigned char *png;
    ito_report *report;
    ito_figure *figure;
    size_t bytes, size, n = 0;
    const char *at;

    need_cairo();
    CHECK_OK(ctx, make_hists(ctx, &figure));
    CHECK_OK(ctx, ito_figure_draw(ctx, figure, ITO_PICTURE_PNG, &png, &bytes));
    CHECK_OK(ctx, ito_report_new(ctx, "t", NULL, &report));
    CHECK_OK(ctx, ito_report_figure(ctx, report, figure, "What it shows."));
    CHECK_OK(ctx, ito_report_write(ctx, report, "test_embed.html"));
    at = strstr(slurp("test_embed.html", &size), "base64,");
    remove("test_embed.html");
    CHECK(at != NULL);
    for (at += 7; *at != '"' && n + 3 < sizeof(got); at += 4) {
        const unsigned v =
            (unsigned)(base64_digit(at[0]) << 18 | base64_digit(at[1]) << 12 |
                       base64_digit(at[2]) << 6 | base64_digit(at[3]));

        got[n++] = (unsigned char)(v >> 16);
        if (at[2] != '=')
            got[n++] = (unsigned char)(v >> 8 & 255);
        if (at[3] != '=')
            got[n++] = (unsigned char)(v & 255);
    }
    CHECK(n == bytes);
    CHECK_SAME(got, png, bytes);
    CHECK_HAS(at, "<b>Figure 1.</b> What it shows.");
    ito_picture_free(ctx, png);
    ito_report_free(report);
    ito_figure_free(figure);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(pictures_of_every_kind_start_right_and_are_the_same_again),
        RUN(a_png_is_as_large_as_was_asked),
        RUN(very_many_dots_become_an_image_in_vector_files),
        RUN(files_appear_whole_or_not_at_all),
        RUN(what_is_not_finite_or_too_large_is_refused),
        RUN(nothing_to_draw_is_said),
        RUN(odd_but_honest_points_are_drawn),
        RUN(bad_options_are_refused_with_words),
        RUN(texts_of_any_bytes_are_drawn),
        RUN(limits_are_quantiles_with_a_margin),
        RUN(a_figure_belongs_to_its_context),
        RUN(running_out_of_memory_anywhere_is_an_error_and_leaks_nothing),
        RUN(a_report_holds_its_texts_escaped_and_nothing_from_elsewhere),
        RUN(a_report_embeds_exactly_the_png),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
