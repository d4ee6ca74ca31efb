/* SPDX-License-Identifier: MIT
 *
 * layout.c - where everything goes.
 *
 * All boxes of a figure are equally wide, and equally high where the height
 * is free; each row and column of panels has the margins that its largest
 * texts need.  Margins need ticks and ticks need boxes, so the two are found
 * by turns; two turns settle it.
 */
#include "plot/figure.h"

#if ITO_WITH_CAIRO
#include <math.h>
#include <string.h>

#include "plot/pen.h"

#define TURNS      3
#define EDGE       4.0 /* around the figure */
#define BETWEEN    8.0 /* between margins of neighbours, where they are few */
#define FEW        4
#define BOX_MIN    16.0 /* the smallest side of a box */
#define NUMBER_GAP 4.0  /* between numbers below an axis */
#define TITLE_UP   (TITLE_SIZE + 4.5)

typedef struct margins {
    double left[GRID_MAX], right[GRID_MAX]; /* by column */
    double top[GRID_MAX], bottom[GRID_MAX]; /* by row */
    double gap[GRID_MAX];                   /* left of a column */
} margins;

static double most(double a, double b)
{
    return a > b ? a : b;
}

static double widest(const pen *p, const ticks *t)
{
    double w = 0.0;

    for (size_t i = 0; i < t->n; i++)
        w = most(w, ito__text_width(p, t->text[i], TICK_SIZE));
    return w;
}

static void ticks_for(range r, bool log, size_t want, ticks *out)
{
    if (log)
        ito__ticks_log(r.lo, r.hi, want, out);
    else
        ito__ticks_linear(r.lo, r.hi, want, out);
}

static size_t ticks_that_fit(double length, double each, size_t at_most)
{
    const double n = length / each;

    return n < 2.0 ? 2 : n > (double)at_most ? at_most : (size_t)n;
}

/* True when two numbers below a box of width w come too near. */
static bool numbers_meet(const pen *p, const ito_panel *panel, double w)
{
    const ticks *t = &panel->x_ticks;
    double end = -1e9;

    for (size_t i = 0; i < t->n; i++) {
        const double at = w * ito__axis_place(t->at[i], panel->x, panel->log_x);
        const double half = 0.5 * ito__text_width(p, t->text[i], TICK_SIZE);

        if (!t->text[i][0])
            continue;
        if (at - half < end + NUMBER_GAP)
            return true;
        end = at + half;
    }
    return false;
}

/* The ticks of a panel whose box has this size. */
static void panel_ticks(const pen *p, ito_panel *panel, double w, double h)
{
    const bool equal = panel->equal && !panel->log_x && !panel->log_y;
    const double ratio =
        (panel->y.hi - panel->y.lo) / (panel->x.hi - panel->x.lo);
    const layer *bar = ito__panel_bar(panel);
    size_t want = ticks_that_fit(w, 30.0, 7), want_y;

    ticks_for(panel->x, panel->log_x, want, &panel->x_ticks);
    while (want > 1 && numbers_meet(p, panel, w))
        ticks_for(panel->x, panel->log_x, --want, &panel->x_ticks);
    for (size_t k = 2; numbers_meet(p, panel, w); k++) /* every k-th */
        for (size_t i = 0; i < panel->x_ticks.n; i++)
            if (i % k != 0)
                panel->x_ticks.text[i][0] = '\0';
    /* equal axes have equal steps */
    want_y = equal ? ticks_that_fit((double)want * ratio + 0.5, 1.0, 10)
                   : ticks_that_fit(h, 24.0, 7);
    ticks_for(panel->y, panel->log_y, want_y, &panel->y_ticks);
    if (bar)
        ticks_for(bar->colours, bar->log, ticks_that_fit(h, 20.0, 6),
                  &panel->bar_ticks);
}

bool ito__panel_two_rows(const pen *p, const ito_panel *panel)
{
    key list[KEYS_MAX];
    const size_t n = panel->figure->legend
                         ? 0
                         : ito__legend_keys(panel->figure, panel, list);

    if (n == 0 || !panel->title)
        return false;
    return ito__text_width(p, panel->title, TITLE_SIZE) + HEADING_GAP +
               ito__legend_width(p, list, n) >
           panel->box_w;
}

static double top_of(const pen *p, const ito_panel *panel)
{
    key list[KEYS_MAX];
    const bool legend = !panel->figure->legend &&
                        ito__legend_keys(panel->figure, panel, list) > 0;

    if (!panel->title && !legend && !panel->note)
        return 3.0;
    return TITLE_UP * (ito__panel_two_rows(p, panel) ? 2.0 : 1.0);
}

static double right_of(const pen *p, const ito_panel *panel)
{
    const layer *bar = ito__panel_bar(panel);
    const ticks *t = &panel->x_ticks;
    double w = 3.0;

    if (!panel->no_x && t->n > 0)
        w = most(w, 0.4 * ito__text_width(p, t->text[t->n - 1], TICK_SIZE));
    if (bar)
        w = BAR_GAP + BAR_WIDTH + TICK_LENGTH + 2.0 +
            widest(p, &panel->bar_ticks) + 5.0 + LABEL_SIZE;
    return w;
}

static void add_margins(const pen *p, const ito_panel *panel, margins *m)
{
    const double tick = TICK_LENGTH + 2.5;
    char label[PAPER_TEXT];
    double left = 3.0, bottom = 3.0;

    if (!panel->no_x && panel->x_ticks.n > 0)
        left = most(
            left, 0.4 * ito__text_width(p, panel->x_ticks.text[0], TICK_SIZE));
    if (!panel->no_y) {
        ito__axis_label(panel->y_label, panel->y_ticks.exponent, label);
        left = tick + widest(p, &panel->y_ticks) +
               (label[0] ? LABEL_SIZE + 5.0 : 0.0);
    }
    if (!panel->no_x) {
        ito__axis_label(panel->x_label, panel->x_ticks.exponent, label);
        bottom = tick + TICK_SIZE + (label[0] ? LABEL_SIZE + 5.0 : 1.0);
    }
    m->gap[panel->col] = most(m->gap[panel->col], panel->gap);
    m->left[panel->col] = most(m->left[panel->col], left);
    m->right[panel->col] = most(m->right[panel->col], right_of(p, panel));
    m->top[panel->row] = most(m->top[panel->row], top_of(p, panel));
    m->bottom[panel->row] = most(m->bottom[panel->row], bottom);
}

/* Height over width that a panel asks for. */
static double ratio_of(const ito_panel *panel)
{
    const double r = (panel->y.hi - panel->y.lo) / (panel->x.hi - panel->x.lo);

    if (!panel->equal || panel->log_x || panel->log_y)
        return panel->aspect;
    return r < 0.2 ? 0.2 : r > 2.5 ? 2.5 : r;
}

/* The highest ratio of the panels. */
static double figure_ratio(const ito_figure *f)
{
    double r = 0.0;

    for (size_t i = 0; i < f->rows * f->cols; i++)
        if (f->panel[i] && !f->panel[i]->bare)
            r = most(r, ratio_of(f->panel[i]) * f->weight[f->panel[i]->col]);
    return r > 0.0 ? r : 0.7;
}

static double sum(const double *v, size_t n)
{
    double s = 0.0;

    for (size_t i = 0; i < n; i++)
        s += v[i];
    return s;
}

static double least(const double *v, size_t n)
{
    double s = v[0];

    for (size_t i = 1; i < n; i++)
        s = v[i] < s ? v[i] : s;
    return s;
}

/* The height of the strip that holds the figure's title and legend. */
static double head_of(const pen *p, const ito_figure *f)
{
    key list[KEYS_MAX];
    const size_t n = f->legend ? ito__legend_keys(f, NULL, list) : 0;
    const double room = f->width - 2.0 * EDGE;
    const size_t rows = ito__legend_rows(p, list, n, room);
    double used;

    if (!f->title)
        return n > 0 ? (double)rows * LEGEND_LINE + 2.0 : 0.0;
    used = ito__text_width(p, f->title, HEAD_SIZE) + 16.0;
    if (n > 0 && used + ito__legend_width(p, list, n) > room)
        return HEAD_SIZE + 8.0 + (double)rows * LEGEND_LINE;
    return HEAD_SIZE + 8.0;
}

/* Place a box in its cell; equal axes shrink it to their ratio. */
static void place(ito_panel *panel, double x, double y, double w, double h)
{
    const double r = (panel->y.hi - panel->y.lo) / (panel->x.hi - panel->x.lo);
    const bool equal = panel->equal && !panel->log_x && !panel->log_y;

    panel->box_w = equal && h < w * r ? h / r : w;
    panel->box_h = equal && h > w * r ? w * r : h;
    panel->box_x = x + 0.5 * (w - panel->box_w);
    panel->box_y = y + 0.5 * (h - panel->box_h);
}

/* Boxes from margins; the size of the widest is returned in *w and *h. */
static void place_all(ito_figure *f, const margins *m, double *w, double *h)
{
    const double gap_x = f->cols > FEW ? 0.0 : BETWEEN;
    const double gap_y = f->rows > FEW ? 0.0 : BETWEEN;
    const double gaps_x = gap_x * (double)(f->cols - 1) + 2.0 * EDGE;
    const double gaps_y = gap_y * (double)(f->rows - 1) + 2.0 * EDGE;
    const double used_x =
        sum(m->left, f->cols) + sum(m->right, f->cols) + sum(m->gap, f->cols);
    const double used_y = sum(m->top, f->rows) + sum(m->bottom, f->rows);
    double x, y = EDGE + f->head;

    memcpy(f->left, m->left, sizeof(f->left));
    *w = (f->width - used_x - gaps_x) / sum(f->weight, f->cols);
    *h = f->want_height > 0.0
             ? (f->want_height - used_y - gaps_y - f->head) / (double)f->rows
             : *w * figure_ratio(f);
    f->height = f->want_height > 0.0
                    ? f->want_height
                    : *h * (double)f->rows + used_y + gaps_y + f->head;
    for (size_t i = 0; i < f->rows; i++) {
        y += m->top[i];
        x = EDGE;
        for (size_t j = 0; j < f->cols; j++) {
            const double box_w = *w * f->weight[j];

            x += m->gap[j] + m->left[j];
            if (f->panel[i * f->cols + j])
                place(f->panel[i * f->cols + j], x, y, box_w, *h);
            x += box_w + m->right[j] + gap_x;
        }
        y += *h + m->bottom[i] + gap_y;
    }
}

ito_status ito__figure_layout(ito_ctx *ctx, const pen *p, ito_figure *f)
{
    double w = 0.75 * f->width / sum(f->weight, f->cols),
           h = w * figure_ratio(f);

    for (size_t i = 0; i < f->rows * f->cols; i++)
        if (f->panel[i])
            place(f->panel[i], 0.0, 0.0, w * f->weight[f->panel[i]->col], h);
    for (int turn = 0; turn < TURNS; turn++) {
        margins m = { .left = { 0.0 } };

        f->head = head_of(p, f);
        for (size_t i = 0; i < f->rows * f->cols; i++) {
            ito_panel *panel = f->panel[i];

            if (!panel)
                continue;
            panel_ticks(p, panel, panel->box_w, panel->box_h);
            add_margins(p, panel, &m);
        }
        place_all(f, &m, &w, &h);
        if (w * least(f->weight, f->cols) < BOX_MIN || h < BOX_MIN)
            return ito__fail(ctx, ITO_EARG,
                             "figure: %g x %g points leave no room for %zu x "
                             "%zu panels and their labels; make it larger",
                             f->width, f->want_height, f->rows, f->cols);
    }
    return ITO_OK;
}
#endif
