/* SPDX-License-Identifier: MIT
 *
 * test_plot_parts.c - colours, ticks and cells: the parts of pictures that
 * have right answers.
 */
#include "plot/bins.h"
#include "plot/colour.h"
#include "plot/ticks.h"

#include "check.h"

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

/* Lightness L* of CIE 1976, 0 to 100. */
static double lightness(ito_palette map, double u)
{
    const rgb c = ito__colour_map(map, u);
    const double v[3] = { c.r, c.g, c.b };
    const double w[3] = { 0.2126, 0.7152, 0.0722 };
    double y = 0.0;

    for (size_t i = 0; i < 3; i++)
        y += w[i] * (v[i] <= 0.04045 ? v[i] / 12.92
                                     : pow((v[i] + 0.055) / 1.055, 2.4));
    return y > 0.008856 ? 116.0 * cbrt(y) - 16.0 : 903.3 * y;
}

TEST(lightness_of_every_map_is_monotone)
{
    for (int map = ITO_PALETTE_VIRIDIS; map <= ITO_PALETTE_GREY; map++) {
        const double sign = map == ITO_PALETTE_VIRIDIS ? 1.0 : -1.0;

        for (int i = 1; i <= 200; i++)
            CHECK(sign * (lightness((ito_palette)map, i / 200.0) -
                          lightness((ito_palette)map, (i - 1) / 200.0)) >
                  0.0);
    }
}

TEST(viridis_steps_are_even_and_span_black_to_white)
{
    double least = 1e9, most = 0.0;

    for (int i = 0; i < 20; i++) {
        const double d = lightness(ITO_PALETTE_VIRIDIS, (i + 1) / 20.0) -
                         lightness(ITO_PALETTE_VIRIDIS, i / 20.0);

        least = d < least ? d : least;
        most = d > most ? d : most;
    }
    CHECK(most < 1.6 * least);
    CHECK(lightness(ITO_PALETTE_VIRIDIS, 0.0) < 12.0);
    CHECK(lightness(ITO_PALETTE_VIRIDIS, 1.0) > 90.0);
}

TEST(colours_outside_the_map_are_its_ends)
{
    CHECK(ito__colour_pixel(ITO_PALETTE_BLUE, -1.0) == 0xffffffffu);
    CHECK(ito__colour_pixel(ITO_PALETTE_BLUE, (double)NAN) == 0xffffffffu);
    CHECK(ito__colour_pixel(ITO_PALETTE_BLUE, 7.0) ==
          ito__colour_pixel(ITO_PALETTE_BLUE, 1.0));
    CHECK(ito__colour_pixel(ITO_PALETTE_VIRIDIS, 0.0) == 0xff2a0246u);
}

TEST(colours_of_layers_go_round)
{
    for (size_t i = 0; i < 8; i++) {
        CHECK(ito__colour_next(i) == ito__colour_next(i + 8));
        for (size_t j = 0; j < i; j++)
            CHECK(ito__colour_next(i) != ito__colour_next(j));
    }
}

/* The labels of an axis, joined by blanks. */
static const char *labels(const ticks *t)
{
    static char all[TICKS_MAX * TICK_TEXT];
    size_t used = 0;

    all[0] = '\0';
    for (size_t i = 0; i < t->n; i++)
        used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s",
                                 i > 0 ? " " : "", t->text[i]);
    return all;
}

TEST(known_axes_have_known_labels)
{
    ticks t;

    ito__ticks_linear(0.0, 1.0, 5, &t);
    CHECK_STR(labels(&t), "0.0 0.2 0.4 0.6 0.8 1.0");
    CHECK(t.at[3] == 0.6);
    ito__ticks_linear(-4.3, 4.3, 5, &t);
    CHECK_STR(labels(&t), "\xe2\x88\x92"
                          "4 \xe2\x88\x92"
                          "2 0 2 4");
    ito__ticks_linear(0.0, 10000.0, 5, &t);
    CHECK_STR(labels(&t), "0 2000 4000 6000 8000 10000");
    CHECK(t.exponent == 0);
    ito__ticks_linear(0.0, 200000.0, 4, &t);
    CHECK_STR(labels(&t), "0 50 100 150 200");
    CHECK(t.exponent == 3);
    ito__ticks_linear(0.0, 4e-6, 4, &t);
    CHECK_STR(labels(&t), "0 1 2 3 4");
    CHECK(t.exponent == -6);
    ito__ticks_linear(2019.5, 2021.5, 4, &t);
    CHECK_STR(labels(&t), "2019.5 2020.0 2020.5 2021.0 2021.5");
}

/* The number that a label stands for. */
static double parsed(const char *text, int exponent)
{
    const int minus = strncmp(text, "\xe2\x88\x92", 3) == 0;
    const double v = strtod(text + (minus ? 3 : 0), NULL);

    return (minus ? -v : v) * pow(10.0, exponent);
}

TEST(ticks_of_any_range_lie_in_it_and_are_true)
{
    for (int i = 0; i < 5000; i++) {
        const double size = pow(10.0, (double)(t_rand() % 160) / 4.0 - 20.0);
        const double lo = (2.0 * t_open01() - 1.0) * size;
        const double span =
            size * pow(10.0, -(double)(t_rand() % 5)) * (0.1 + t_open01());
        const size_t want = 2 + t_rand() % 8;
        double step;
        ticks t;

        ito__ticks_linear(lo, lo + span, want, &t);
        CHECK(t.n >= 2 && t.n <= size_max(want + 1, 5));
        step = t.at[1] - t.at[0];
        CHECK(t.at[0] - lo < 1.001 * step && t.at[0] > lo - 1e-6 * step);
        CHECK(lo + span - t.at[t.n - 1] < 1.001 * step);
        CHECK(t.at[t.n - 1] < lo + span + 1e-6 * step);
        for (size_t k = 0; k < t.n; k++)
            CHECK_NEAR(parsed(t.text[k], t.exponent), t.at[k], 1e-9 * step);
    }
}

TEST(logarithmic_axes_show_decades_or_ones_twos_and_fives)
{
    ticks t;

    ito__ticks_log(0.001, 1000.0, 7, &t);
    CHECK(t.n == 7 && t.at[0] == 0.001 && t.at[6] == 1000.0);
    CHECK_STR(t.text[0], "10\x01\xe2\x88\x92"
                         "3");
    CHECK_STR(t.text[3], "1");
    CHECK_STR(t.text[4], "10");
    CHECK(t.minor_n > 50);
    ito__ticks_log(0.4, 6.0, 7, &t);
    CHECK_STR(labels(&t), "0.5 1 2 5");
    ito__ticks_log(0.9, 1.7, 5, &t);
    CHECK_STR(labels(&t), "1.0 1.2 1.4 1.6");
    ito__ticks_log(1e-30, 1e30, 6, &t);
    CHECK(t.n >= 4 && t.n <= 7);
}

TEST(numbers_are_written_short_and_without_a_locale)
{
    char text[TICK_TEXT];

    ito__number_text(1.0 / 3.0, 3, text);
    CHECK_STR(text, "0.333");
    ito__number_text(0.98, 3, text);
    CHECK_STR(text, "0.98");
    ito__number_text(1.0, 3, text);
    CHECK_STR(text, "1");
    ito__number_text(-20.0, 2, text);
    CHECK_STR(text, "\xe2\x88\x92"
                    "20");
    ito__number_text(0.0, 2, text);
    CHECK_STR(text, "0");
    ito__number_text(2e9, 2, text);
    CHECK_STR(text, "2\xc3\x97"
                    "10\x01"
                    "9");
}

TEST(points_are_counted_in_their_cells)
{
    const double x[] = { 0.0, 0.49, 0.5, 1.0, 1.01, -0.01 };
    const double y[] = { 0.0, 0.9, 1.0, 2.0, 1.0, 1.0 };
    bins b = { .nx = 2, .ny = 2, .xr = { 0.0, 1.0 }, .yr = { 0.0, 2.0 } };
    /* a cell is 0.5 x 1, so one of six points has density 1/3 */
    const double want[] = { 2.0 / 3.0, 0.0, 0.0, 2.0 / 3.0 };

    CHECK_OK(ctx, ito__bins_fill(ctx, &b, COUNT(x), x, y));
    CHECK(b.inside == 4);
    CHECK_NEAR(b.single, 1.0 / 3.0, 1e-15);
    for (size_t i = 0; i < 4; i++)
        CHECK_NEAR(b.cell[i], want[i], 1e-15);
    ito__free(ctx, b.cell);
}

TEST(smoothing_moves_mass_and_keeps_it)
{
    const double x = 0.1, y = 0.1;
    bins b = { .nx = 7, .ny = 5, .xr = { 0.0, 7.0 }, .yr = { 0.0, 5.0 } };
    double sum = 0.0;

    CHECK_OK(ctx, ito__bins_fill(ctx, &b, 1, &x, &y));
    CHECK_OK(ctx, ito__bins_smooth(ctx, &b, 1));
    CHECK_NEAR(b.cell[0], 0.75 * 0.75, 1e-15); /* the edge gives back */
    CHECK_NEAR(b.cell[8], 0.25 * 0.25, 1e-15);
    CHECK_OK(ctx, ito__bins_smooth(ctx, &b, 9));
    for (size_t i = 0; i < 35; i++)
        sum += b.cell[i];
    CHECK_NEAR(sum, 1.0, 1e-14);
    ito__free(ctx, b.cell);
}

TEST(cells_of_whole_numbers_are_whole)
{
    double v[52];
    range cells;
    size_t n;

    for (size_t i = 0; i < COUNT(v); i++)
        v[i] = (double)(i + 1);
    n = ito__cells_for(v, COUNT(v), (range){ 0.5, 52.5 }, 48, &cells);
    CHECK(n == 52 && cells.lo == 0.5 && cells.hi == 52.5);
    n = ito__cells_for(v, COUNT(v), (range){ 0.5, 52.5 }, 10, &cells);
    CHECK(n == 11 && cells.lo == 0.5 && cells.hi == 55.5);
    v[3] += 0.25;
    n = ito__cells_for(v, COUNT(v), (range){ 0.5, 52.5 }, 48, &cells);
    CHECK(n == 48 && cells.lo == 0.5 && cells.hi == 52.5);
}

TEST(quantiles_are_those_of_the_sorted_numbers)
{
    double v[] = { 5.0, 1.0, 4.0, 2.0, 3.0 };

    ito__sort(v, 5);
    CHECK(ito__quantile_sorted(v, 5, 0.0) == 1.0);
    CHECK(ito__quantile_sorted(v, 5, 1.0) == 5.0);
    CHECK_NEAR(ito__quantile_sorted(v, 5, 0.375), 2.5, 1e-15);
    CHECK(ito__quantile_sorted(v, 1, 0.7) == 1.0);
}

/* The exact density of N(0, I) at the centres of cells. */
static void fill_gaussian(bins *b)
{
    const double dx = (b->xr.hi - b->xr.lo) / (double)b->nx;
    const double dy = (b->yr.hi - b->yr.lo) / (double)b->ny;

    for (size_t iy = 0; iy < b->ny; iy++)
        for (size_t ix = 0; ix < b->nx; ix++) {
            const double x = b->xr.lo + ((double)ix + 0.5) * dx;
            const double y = b->yr.lo + ((double)iy + 0.5) * dy;

            b->cell[iy * b->nx + ix] = exp(-0.5 * (x * x + y * y));
        }
}

TEST(regions_of_a_gaussian_are_the_discs_of_the_closed_form)
{
    /* a disc of radius r holds 1 - exp(-r^2 / 2) of N(0, I) */
    static double cell[160 * 160], seg[4 * 4000];
    const double share[] = { 0.9, 0.6, 0.3 };
    bins b = { .nx = 160,
               .ny = 160,
               .xr = { -4.0, 4.0 },
               .yr = { -4.0, 4.0 },
               .cell = cell };
    double level[3];

    fill_gaussian(&b);
    CHECK_OK(ctx, ito__bins_levels(ctx, &b, 3, share, level));
    for (size_t k = 0; k < 3; k++) {
        const double r = sqrt(-2.0 * log(1.0 - share[k]));
        const size_t n = ito__bins_contour(&b, level[k], 4000, seg);
        double length = 0.0;

        CHECK(n > 30 && n < 4000);
        for (size_t i = 0; i < n; i++) {
            const double *s = seg + 4 * i;

            CHECK_NEAR(hypot(s[0], s[1]), r, 0.03);
            CHECK_NEAR(hypot(s[2], s[3]), r, 0.03);
            length += hypot(s[2] - s[0], s[3] - s[1]);
        }
        CHECK_REL(length, 2.0 * 3.14159265358979 * r, 0.02);
    }
}

TEST(a_saddle_is_split_by_its_middle)
{
    double apart[] = { 1.0, 0.0, 0.0, 1.0 }, joined[] = { 1.0, .4, .4, 1.0 };
    bins b = { .nx = 2, .ny = 2, .xr = { 0.0, 2.0 }, .yr = { 0.0, 2.0 } };
    double seg[8];

    /* lower left and upper right are high; centres are at 0.5 and 1.5 */
    b.cell = apart;
    CHECK(ito__bins_contour(&b, 0.55, 2, seg) == 2);
    for (size_t i = 0; i < 2; i++) /* each piece cuts off a high corner */
        CHECK((seg[4 * i] - 1.0) * (seg[4 * i + 3] - 1.0) >= 0.0 ||
              (seg[4 * i + 2] - 1.0) * (seg[4 * i + 1] - 1.0) >= 0.0);
    b.cell = joined;
    CHECK(ito__bins_contour(&b, 0.55, 2, seg) == 2);
    for (size_t i = 0; i < 2; i++) { /* each piece cuts off a low corner */
        const double x = 0.5 * (seg[4 * i] + seg[4 * i + 2]);
        const double y = 0.5 * (seg[4 * i + 1] + seg[4 * i + 3]);

        CHECK((x - 1.0) * (y - 1.0) < 0.0);
    }
    CHECK(ito__bins_contour(&b, 2.0, 2, seg) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(lightness_of_every_map_is_monotone),
        RUN(viridis_steps_are_even_and_span_black_to_white),
        RUN(colours_outside_the_map_are_its_ends),
        RUN(colours_of_layers_go_round),
        RUN(known_axes_have_known_labels),
        RUN(ticks_of_any_range_lie_in_it_and_are_true),
        RUN(logarithmic_axes_show_decades_or_ones_twos_and_fives),
        RUN(numbers_are_written_short_and_without_a_locale),
        RUN(points_are_counted_in_their_cells),
        RUN(smoothing_moves_mass_and_keeps_it),
        RUN(cells_of_whole_numbers_are_whole),
        RUN(quantiles_are_those_of_the_sorted_numbers),
        RUN(regions_of_a_gaussian_are_the_discs_of_the_closed_form),
        RUN(a_saddle_is_split_by_its_middle),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
