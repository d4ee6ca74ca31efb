/* SPDX-License-Identifier: MIT
 *
 * report_images.c - what `ito report` shows of a model of images.
 */
#include <ito/plot_images.h>
#include <ito/source.h>
#include <stdlib.h>

#include "cli/cmd.h"
#include "cli/draw_images.h"
#include "cli/reel.h"
#include "cli/report_page.h"

#define STRIP 10 /* images of the film */

static ito_status add_grid(page *p, const ito_images *images, size_t most,
                           const char *name, const char *caption)
{
    const ito_grid_opts grid = { .most = most };
    ito_figure *figure = NULL;
    ito_status rc = ito_plot_images(p->ctx, images, &grid, NULL, &figure);

    return page_figure(p, rc, figure, name, caption);
}

static ito_status add_samples(page *p, size_t count)
{
    const ito_sample_opts o = { .seed = common.seed };
    ito_images *images = NULL;
    ito_status rc =
        draw_model_images(p->ctx, p->mover.model, &o, count, &images);

    if (rc == ITO_OK)
        rc = add_grid(p, images, count, "samples", "Samples of the model.");
    ito_images_free(images);
    return rc;
}

static ito_status add_data(page *p, size_t count)
{
    ito_images *images = NULL;
    ito_status rc = ito_data_images(p->ctx, p->data_name, NULL, count,
                                    common.seed, &images);

    if (rc == ITO_OK)
        rc = add_grid(p, images, count, "data", "Images of the data.");
    ito_images_free(images);
    return rc;
}

static ito_status add_film(page *p)
{
    const ito_model *model = p->mover.model;
    const size_t dim = ito_model_dim(model);
    ito_sample_opts o = { .seed = common.seed };
    float *x = calloc(STRIP, dim * sizeof(*x));
    ito_figure *figure = NULL;
    reel r = { .x = NULL };
    ito_sink sink;
    ito_status rc = x ? ITO_OK : cmd_fail(ITO_ENOMEM, "%d images", STRIP);

    if (ito_model_labels(model) > 0)
        o.label = "all";
    ito_sample_defaults(ito_model_schema(model), &o);
    if (rc == ITO_OK)
        rc = reel_open_strip(&r, dim, STRIP, &o, &sink);
    if (rc == ITO_OK) {
        o.sinks = &sink;
        o.sink_count = 1;
        rc = ito_model_sample_rows(p->ctx, model, &o, STRIP, x);
    }
    if (rc == ITO_OK)
        rc = reel_strip(p->ctx, &r, model, &o, &figure);
    reel_close(&r);
    free(x);
    return page_figure(p, rc, figure, "film",
                       "Images on their way, cut to the range of the pixels.");
}

ito_status page_images(page *p, size_t count)
{
    ito_status rc = add_samples(p, count);

    if (rc == ITO_OK && p->data_name)
        rc = add_data(p, count);
    if (rc == ITO_OK)
        rc = ito_report_text(p->ctx, p->report,
                             "How far they are from the data: ito eval DATA "
                             "MODEL --images --features CLASSIFIER.");
    if (rc == ITO_OK)
        rc = ito_report_heading(p->ctx, p->report, "From noise to data");
    return rc == ITO_OK ? add_film(p) : rc;
}
