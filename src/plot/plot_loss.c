/* SPDX-License-Identifier: MIT
 *
 * plot_loss.c - training and validation loss over the steps.
 */
#include <math.h>
#include <stdio.h>

#include "plot/recipe.h"

#define RAW_POINTS 2000  /* losses drawn one by one */
#define MEAN_PARTS 100   /* the running mean spans n / MEAN_PARTS losses */
#define TRIM_HIGH  0.01  /* of the losses may lie above the panel */
#define TRIM_LOW   0.002 /* and below */

/* rows of (step, value) from two arrays, every stride-th of them. */
static double *join(ito_ctx *ctx, const double *step, const double *value,
                    size_t n, size_t stride)
{
    const size_t count = size_ceil_div(n, stride);
    double *out = ito__alloc(ctx, size_mul(count, 2 * sizeof(*out)));

    for (size_t i = 0; out && i < count; i++) {
        out[2 * i] = step[i * stride];
        out[2 * i + 1] = value[i * stride];
    }
    return out;
}

/* The mean of the losses around every stride-th one; the window is cut at
 * the ends.  Sums of the window are taken afresh, so no error builds up. */
static double *running_mean(ito_ctx *ctx, const ito_loss *l, size_t stride)
{
    const size_t count = size_ceil_div(l->n, stride);
    const size_t half = l->n / (2 * MEAN_PARTS);
    double *out = ito__alloc(ctx, size_mul(count, 2 * sizeof(*out)));

    for (size_t i = 0; out && i < count; i++) {
        const size_t at = i * stride;
        const size_t first = at > half ? at - half : 0;
        const size_t last = size_min(at + half + 1, l->n);
        double sum = 0.0;

        for (size_t k = first; k < last; k++)
            sum += l->train[k];
        out[2 * i] = l->step[at];
        out[2 * i + 1] = sum / (double)(last - first);
    }
    return out;
}

/* Add a line through rows of (step, value); frees them. */
static void add_line(recipe *r, ito_panel *panel, double *rows, size_t n,
                     const ito_style *style)
{
    const ito_cloud line = { .n = n, .dim = 2, .f64 = rows };

    if (r->rc == ITO_OK && !rows)
        r->rc = ito__fail(r->ctx, ITO_ENOMEM, "plot: %zu losses", n);
    if (r->rc == ITO_OK)
        r->rc = ito_panel_line(r->ctx, panel, &line, 0, 1, style);
    ito__free(r->ctx, rows);
}

static void check(recipe *r, const ito_loss *l)
{
    if (!l || l->n + l->valid_n == 0 || (l->n > 0 && (!l->step || !l->train)) ||
        (l->valid_n > 0 && (!l->valid_step || !l->valid))) {
        r->rc = ito__fail(r->ctx, ITO_EARG, "plot: no losses to draw");
        return;
    }
    for (size_t i = 0; r->rc == ITO_OK && i < l->n; i++)
        if (!isfinite(l->train[i]) || !isfinite(l->step[i]))
            r->rc = ito__fail(r->ctx, ITO_ENONFINITE,
                              "plot: training loss %zu is %g at step %g", i + 1,
                              l->train[i], l->step[i]);
    for (size_t i = 0; r->rc == ITO_OK && i < l->valid_n; i++)
        if (!isfinite(l->valid[i]) || !isfinite(l->valid_step[i]))
            r->rc = ito__fail(r->ctx, ITO_ENONFINITE,
                              "plot: validation loss %zu is %g at step %g",
                              i + 1, l->valid[i], l->valid_step[i]);
}

/* Limits of the loss: all of the validation, all but few of the
 * training losses, which may tower over the rest in the first steps. */
static range loss_range(recipe *r, const ito_loss *l)
{
    const size_t n = l->n + l->valid_n;
    double *v = ito__alloc(r->ctx, size_mul(n, sizeof(*v)));
    range y = { HUGE_VAL, -HUGE_VAL };

    if (!v) {
        r->rc = ito__fail(r->ctx, ITO_ENOMEM, "plot: %zu losses", n);
        return (range){ 0.0, 1.0 };
    }
    for (size_t i = 0; i < l->n; i++)
        v[i] = l->train[i];
    ito__sort(v, l->n);
    if (l->n > 0)
        y = (range){ ito__quantile_sorted(v, l->n, TRIM_LOW),
                     ito__quantile_sorted(v, l->n, 1.0 - TRIM_HIGH) };
    ito__free(r->ctx, v);
    for (size_t i = 0; i < l->valid_n; i++) {
        y.lo = l->valid[i] < y.lo ? l->valid[i] : y.lo;
        y.hi = l->valid[i] > y.hi ? l->valid[i] : y.hi;
    }
    if (!(y.hi - y.lo > 1e-9 * fabs(y.hi)))
        return (range){ 0.0, 0.0 }; /* the panel finds limits */
    if (r->o.log)
        return (range){ y.lo / 1.05, y.hi * 1.05 };
    return (range){ y.lo - 0.05 * (y.hi - y.lo), y.hi + 0.05 * (y.hi - y.lo) };
}

/* The end of the axis of steps, which starts at 0; 0 = as it comes. */
static double last_step(const ito_loss *l)
{
    double last = 0.0;

    for (size_t i = 0; i < l->n; i++)
        last = l->step[i] > last ? l->step[i] : last;
    for (size_t i = 0; i < l->valid_n; i++)
        last = l->valid_step[i] > last ? l->valid_step[i] : last;
    return last < 1e99 ? 1.01 * last : 0.0;
}

static void add_train(recipe *r, ito_panel *panel, const ito_loss *l)
{
    const size_t stride = size_ceil_div(l->n, RAW_POINTS);
    const size_t count = size_ceil_div(l->n, stride);
    const bool many = l->n >= 2 * MEAN_PARTS;
    const ito_style pale = { .colour = ITO_COLOUR_SKY,
                             .alpha = many ? 0.45 : 1.0,
                             .size = many ? 0.6 : 1.2,
                             .label = many ? NULL : "training" };
    const ito_style mean = { .colour = ITO_COLOUR_BLUE, .label = "training" };

    add_line(r, panel, join(r->ctx, l->step, l->train, l->n, stride), count,
             many ? &pale : &mean);
    if (many && r->rc == ITO_OK)
        add_line(r, panel, running_mean(r->ctx, l, stride), count, &mean);
}

/* A dashed line at the step whose weights were kept. */
static void add_best(recipe *r, ito_panel *panel, const ito_loss *l, range y)
{
    const double ends[] = { l->best_step, y.lo, l->best_step, y.hi };
    const ito_cloud line = { .n = 2, .dim = 2, .f64 = ends };
    const ito_style style = { .colour = ITO_COLOUR_GREY,
                              .size = 0.8,
                              .dash = 1,
                              .label = "weights kept" };

    if (r->rc == ITO_OK && y.lo < y.hi)
        r->rc = ito_panel_line(r->ctx, panel, &line, 0, 1, &style);
}

ito_status ito_plot_loss(ito_ctx *ctx, const ito_loss *loss,
                         const ito_plot_opts *opts, ito_figure **out)
{
    ito_panel_opts o = { .x_label = "training step",
                         .y_label = "loss",
                         .open = 1,
                         .grid = 1,
                         .aspect = 0.5 };
    const ito_style valid = { .colour = ITO_COLOUR_ORANGE,
                              .label = "validation" };
    ito_panel *panel;
    range y;
    recipe r;

    if (ito__recipe_start(&r, ctx, opts, out) != ITO_OK)
        return r.rc;
    check(&r, loss);
    if (r.rc != ITO_OK)
        return r.rc;
    if (!(r.o.width > 0.0))
        r.o.width = 400.0;
    y = loss_range(&r, loss);
    o.x_max = last_step(loss);
    o.log_y = r.o.log;
    o.y_min = y.lo;
    o.y_max = y.hi;
    ito__recipe_figure(&r, 1, 1, false);
    panel = ito__recipe_panel(&r, 0, 0, &o);
    if (r.rc == ITO_OK && loss->n > 0)
        add_train(&r, panel, loss);
    if (r.rc == ITO_OK && loss->valid_n > 0)
        add_line(&r, panel,
                 join(ctx, loss->valid_step, loss->valid, loss->valid_n, 1),
                 loss->valid_n, &valid);
    if (loss->has_best)
        add_best(&r, panel, loss, y);
    return ito__recipe_end(&r, out);
}
