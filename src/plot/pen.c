/* SPDX-License-Identifier: MIT
 *
 * pen.c - texts and sharp lines with cairo.
 *
 * Fonts come through cairo's simple interface: one family, sizes in points,
 * neither hinting nor hinted widths, so that a text is as wide in a PNG as in
 * a PDF and layout does not depend on the device.
 */
#include "plot/figure.h"

#if ITO_WITH_CAIRO
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/pen.h"

#define SMALL 0.72 /* size of raised and lowered text */

void ito__pen_colour(const pen *p, uint32_t hex, double alpha)
{
    const rgb c = ito__colour_hex(hex);

    cairo_set_source_rgba(p->cr, c.r, c.g, c.b, alpha);
}

/* The first glyph of a text in the current font. */
static unsigned long first_glyph(const pen *p, const char *s)
{
    cairo_glyph_t *glyph = NULL;
    unsigned long index = 0;
    int n = 0;

    if (cairo_scaled_font_text_to_glyphs(cairo_get_scaled_font(p->cr), 0.0, 0.0,
                                         s, -1, &glyph, &n, NULL, NULL,
                                         NULL) == CAIRO_STATUS_SUCCESS &&
        n > 0)
        index = glyph[0].index;
    cairo_glyph_free(glyph);
    return index;
}

/* Put plain letters for the signs that we write ourselves. */
static void to_ascii(char *s)
{
    static const struct {
        const char *sign, *plain;
    } table[] = { { "\xe2\x88\x92", "-" },
                  { "\xc3\x97", "x" },
                  { "\xe2\x80\xa6", "." } };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const size_t n = strlen(table[i].sign);
        char *at;

        while ((at = strstr(s, table[i].sign)) != NULL) {
            *at = table[i].plain[0];
            memmove(at + 1, at + n, strlen(at + n) + 1);
        }
    }
}

void ito__pen_font(pen *p)
{
    cairo_font_options_t *o = cairo_font_options_create();

    cairo_font_options_set_hint_style(o, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(o, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(o, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(p->cr, o);
    cairo_font_options_destroy(o);
    cairo_select_font_face(p->cr, p->figure->font, CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    /* cairo's font of last resort has ASCII alone; U+E000 is no character */
    p->ascii = first_glyph(p, "\xe2\x88\x92") == first_glyph(p, "\xee\x80\x80");
}

/* Walk through a text from (x, y), showing it or not; returns its width. */
static double walk(const pen *p, const char *s, double size, bool show,
                   double x, double y)
{
    const double start = x;
    char piece[PAPER_TEXT];
    double rise = 0.0, scale = 1.0;

    while (*s) {
        const size_t n = strcspn(s, "\x01\x02\x03");
        const size_t m = n < sizeof(piece) ? n : sizeof(piece) - 1;
        cairo_text_extents_t e;

        memcpy(piece, s, m);
        piece[m] = '\0';
        if (p->ascii)
            to_ascii(piece);
        cairo_set_font_size(p->cr, size * scale);
        cairo_text_extents(p->cr, piece, &e);
        if (show && m > 0) {
            cairo_move_to(p->cr, x, y - rise * size);
            cairo_show_text(p->cr, piece);
        }
        x += e.x_advance;
        s += n;
        if (!*s)
            break;
        scale = *s == PLAIN_TEXT ? 1.0 : SMALL;
        rise = *s == RAISED_TEXT ? 0.36 : *s == LOWERED_TEXT ? -0.18 : 0.0;
        s++;
    }
    return x - start;
}

double ito__text_width(const pen *p, const char *s, double size)
{
    return walk(p, s, size, false, 0.0, 0.0);
}

void ito__text_show(const pen *p, double x, double y, const char *s,
                    double size, double align)
{
    if (align > 0.0)
        x -= align * ito__text_width(p, s, size);
    walk(p, s, size, true, x, y);
}

void ito__text_turned(const pen *p, double x, double y, const char *s,
                      double size)
{
    const cairo_matrix_t quarter = { 0.0, -1.0, 1.0, 0.0, x, y };

    cairo_save(p->cr);
    cairo_transform(p->cr, &quarter);
    ito__text_show(p, 0.0, 0.0, s, size, 0.5);
    cairo_restore(p->cr);
}

void ito__text_fit(const pen *p, const char *s, double size, double most,
                   char *out)
{
    size_t n = strlen(s);

    n = n < PAPER_TEXT - 4 ? n : PAPER_TEXT - 4;
    memcpy(out, s, n);
    out[n] = '\0';
    while (n > 0 && ito__text_width(p, out, size) > most) {
        do
            n--;
        while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80);
        memcpy(out + n, "\xe2\x80\xa6", 4); /* U+2026 */
    }
}

void ito__axis_label(const char *label, int exponent, char *out)
{
    const char *minus = exponent < 0 ? "\xe2\x88\x92" : "";
    const int size = exponent < 0 ? -exponent : exponent;

    if (exponent == 0)
        snprintf(out, PAPER_TEXT, "%s", label ? label : "");
    else if (label)
        snprintf(out, PAPER_TEXT,
                 "%s%c  (\xc3\x97"
                 "10%c%s%d%c)",
                 label, PLAIN_TEXT, RAISED_TEXT, minus, size, PLAIN_TEXT);
    else
        snprintf(out, PAPER_TEXT,
                 "\xc3\x97"
                 "10%c%s%d",
                 RAISED_TEXT, minus, size);
}

double ito__pen_thin(const pen *p)
{
    const double dots = floor(THIN * p->dots + 0.5);

    if (!(p->dots > 0.0))
        return THIN;
    return (dots < 1.0 ? 1.0 : dots) / p->dots;
}

double ito__pen_snap(const pen *p, double v)
{
    const double width = ito__pen_thin(p) * p->dots;
    const bool odd = ((long)(width + 0.5) & 1) != 0;

    if (!(p->dots > 0.0))
        return v;
    return (floor(v * p->dots + (odd ? 0.0 : 0.5)) + (odd ? 0.5 : 0.0)) /
           p->dots;
}

double ito__paper_x(const ito_panel *panel, double v)
{
    return panel->box_x +
           panel->box_w * ito__axis_place(v, panel->x, panel->log_x);
}

double ito__paper_y(const ito_panel *panel, double v)
{
    return panel->box_y +
           panel->box_h * (1.0 - ito__axis_place(v, panel->y, panel->log_y));
}
#endif
