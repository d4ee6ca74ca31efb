/* SPDX-License-Identifier: MIT
 *
 * cmd_report.c - `ito report`: one page about a model.
 */
#include <ito/metric.h>
#include <ito/report.h>
#include <ito/source.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/pictures.h"
#include "cli/report_page.h"
#include "cli/term.h"

#define CELL_BYTES 64
#define ROWS       20000
#define IMAGES     100
#define DATA_SEED  0x7265616cu /* real rows of a set: not those of training */

static struct {
    const char *model, *data, *out, *pictures;
    size_t count;
} args;

static const opt options[] = {
    ARG("MODEL", &args.model, "trained model"),
    OPTARG("DATA", &args.data,
           "what it was trained on [known for built-in sets]"),
    STRING('o', "out", "PAGE", &args.out, "write this HTML file"),
    STRING(0, "pictures", "FOLDER", &args.pictures,
           "write the pictures as PNG files into this folder too"),
    SIZE('n', "count", &args.count, "samples to draw [20000; 100 images]"),
    SEED_OPTION,
    COMMON_OPTIONS,
    END,
};

static const ito_plot_opts plain; /* all defaults */

/* A table of name and value, filled row after row. */
typedef struct rows {
    char text[24][CELL_BYTES * 2];
    const char *cell[24];
    size_t count;
} rows;

__attribute__((format(printf, 2, 3))) static void put(rows *r,
                                                      const char *format, ...)
{
    va_list values;

    if (r->count >= 24)
        return;
    va_start(values, format);
    vsnprintf(r->text[r->count], sizeof(r->text[0]), format, values);
    va_end(values);
    r->cell[r->count] = r->text[r->count];
    r->count++;
}

static ito_status add_settings(page *p)
{
    const ito_graph *g = ito_model_graph(p->mover.model);
    const ito_model_record *m = &p->record;
    rows r = { .count = 0 };
    ito_sheet sheet = { .cols = 2 };

    put(&r, "data");
    put(&r, "%.100s", p->data_name ? p->data_name : "a table");
    put(&r, "rows trained on");
    if (m->rows > 0)
        put(&r, "%zu", m->rows);
    else
        put(&r, "drawn afresh at every step");
    put(&r, "coordinates");
    put(&r, "%zu", ito_model_dim(p->mover.model));
    put(&r, "parameters");
    put(&r, "%zu", ito_graph_params(g));
    put(&r, "steps of %zu rows", m->batch);
    put(&r, "%zu", m->steps);
    put(&r, "learning rate");
    put(&r, "%g", m->lr);
    put(&r, "seed");
    put(&r, "%llu", (unsigned long long)m->seed);
    put(&r, "weights kept");
    put(&r, "average at step %zu", m->kept_step);
    if (isfinite(m->kept_loss)) {
        put(&r, "validation loss");
        put(&r, "%.6g", m->kept_loss);
    }
    sheet.rows = r.count / 2;
    sheet.cells = r.cell;
    return ito_report_sheet(p->ctx, p->report, &sheet);
}

static ito_status add_metrics(page *p)
{
    static const char *const head[] = { "metric", "value", "floor",
                                        "sd of the floor", "ratio" };
    const ito_eval_opts o = { .raw = p->record.set[0] != '\0',
                              .seed = common.seed };
    char text[ITO_METRIC_COUNT][5][CELL_BYTES];
    const char *cells[ITO_METRIC_COUNT * 5];
    const ito_sheet sheet = {
        .rows = ITO_METRIC_COUNT, .cols = 5, .head = head, .cells = cells
    };
    char words[256];
    ito_eval e;
    ito_status rc;

    rc = ito_eval_tables(p->ctx, p->data, p->fake, &o, &e, NULL);
    if (rc != ITO_OK)
        return rc;
    for (size_t i = 0; i < ITO_METRIC_COUNT; i++) {
        const ito_score *s = &e.metric[i];
        const double v[4] = { s->value, s->floor, s->floor_sd,
                              s->value / s->floor };

        snprintf(text[i][0], CELL_BYTES, "%s", ito_metric_name((ito_metric)i));
        for (size_t k = 0; k < 4; k++)
            snprintf(text[i][k + 1], CELL_BYTES, k == 3 ? "%.2f" : "%.4g",
                     v[k]);
        for (size_t k = 0; k < 5; k++)
            cells[5 * i + k] = text[i][k];
    }
    snprintf(words, sizeof(words),
             "Distances between %zu samples and as many real rows, %s, beside "
             "the floor: the same between two parts of the real rows. A ratio "
             "near 1 cannot be told from real data. Copy check: %s.",
             e.rows, o.raw ? "as they are" : "on normal scores",
             e.copies.flagged ? "FLAGGED, samples repeat real rows"
                              : "not flagged");
    rc = ito_report_heading(p->ctx, p->report, "Quality");
    if (rc == ITO_OK)
        rc = ito_report_text(p->ctx, p->report, words);
    return rc == ITO_OK ? ito_report_sheet(p->ctx, p->report, &sheet) : rc;
}

ito_status page_figure(page *p, ito_status made, ito_figure *figure,
                       const char *name, const char *caption)
{
    char path[4096];
    ito_status rc = made;

    if (rc == ITO_OK)
        rc = ito_report_figure(p->ctx, p->report, figure, caption);
    if (rc == ITO_OK && p->folder) {
        snprintf(path, sizeof(path), "%s/%s.png", p->folder, name);
        rc = ito_figure_write(p->ctx, figure, path);
    }
    ito_figure_free(figure);
    return rc;
}

static ito_status add_samples(page *p)
{
    const int pairs = p->data && ito_table_cols(p->fake) > 2;
    ito_figure *figure = NULL;
    ito_status rc;

    rc = p->data
             ? picture_tables(p->ctx, p->data, p->fake, pairs, &plain, &figure)
             : picture_tables(p->ctx, p->fake, NULL, 0, &plain, &figure);
    return page_figure(
        p, rc, figure, "samples",
        pairs ? "Every pair of columns: the density of the data, and contours "
                "of the samples that hold 30, 60 and 90 per cent of them."
              : (p->data ? "Data beside samples of the model."
                         : "Samples of the model."));
}

static ito_status add_flow(page *p)
{
    const arrow_kind field = { .part = ITO_PART_DRIFT };
    const motion how = { .seed = common.seed };
    ito_figure *figure = NULL;
    ito_status rc;

    rc = ito_report_heading(p->ctx, p->report, "From noise to data");
    if (rc == ITO_OK && ito_model_dim(p->mover.model) == 2) {
        rc = picture_flow(p->ctx, &p->mover, 1, &how, &field, &plain, &figure);
        rc = page_figure(p, rc, figure, "field",
                         "The density of the particles, and the field that "
                         "moves them, at several times.");
    }
    if (rc != ITO_OK)
        return rc;
    figure = NULL;
    rc = picture_trajectories(p->ctx, &p->mover, &how, &plain, &figure);
    return page_figure(p, rc, figure, "trajectories",
                       "Trajectories of 200 particles in the first coordinates "
                       "of the model.");
}

static ito_status add_training(page *p)
{
    ito_figure *figure = NULL;
    ito_status rc;

    rc = ito_report_heading(p->ctx, p->report, "Training");
    if (rc == ITO_OK)
        rc = picture_loss(p->ctx, &p->mover, &plain, &figure);
    if (rc == ITO_OK)
        rc = page_figure(p, rc, figure, "loss",
                         "Training loss (the mean between two validations) and "
                         "validation loss of the averaged weights.");
    return rc == ITO_OK ? add_settings(p) : rc;
}

static ito_status add_rows(page *p)
{
    ito_status rc = add_samples(p);

    if (rc == ITO_OK && p->data)
        rc = add_metrics(p);
    return rc == ITO_OK ? add_flow(p) : rc;
}

static int is_of_images(const page *p)
{
    return ito_schema_image(ito_model_schema(p->mover.model)) != NULL;
}

static ito_status write_page(page *p)
{
    char title[300];
    ito_status rc;

    snprintf(title, sizeof(title), "A flow model of %.200s",
             p->data_name ? p->data_name : "a table");
    rc = ito_report_new(p->ctx, title, "Made by ito report.", &p->report);
    if (rc == ITO_OK)
        rc = is_of_images(p) ? page_images(p, args.count ? args.count : IMAGES)
                             : add_rows(p);
    if (rc == ITO_OK)
        rc = add_training(p);
    return rc == ITO_OK ? ito_report_write(p->ctx, p->report, args.out) : rc;
}

/* The samples, and the real rows where they are known. */
static ito_status gather(page *p)
{
    const ito_sample_opts o = { .seed = common.seed };
    const size_t count = args.count ? args.count : ROWS;
    ito_status rc;

    p->data_name = args.data ? args.data : p->record.set;
    if (p->data_name[0] == '\0')
        p->data_name = NULL;
    if (is_of_images(p))
        return ITO_OK; /* page_images does */
    rc = ito_model_sample(p->ctx, p->mover.model, &o, count, &p->fake);
    if (rc == ITO_OK && p->data_name)
        rc = ito_data_read(p->ctx, p->data_name, NULL, 2 * count,
                           common.seed ^ (uint64_t)DATA_SEED << 32, &p->data);
    return rc;
}

static int run(void)
{
    page p = { .folder = args.pictures };
    ito_status rc;

    if (!args.out)
        return cmd_usage("where to? -o PAGE.html");
    rc = cmd_open(&p.ctx);
    if (rc == ITO_OK)
        rc = mover_open(p.ctx, args.model, &p.mover);
    if (rc == ITO_OK && !p.mover.model)
        rc = cmd_fail(ITO_EUNFIT, "%s: not a trained model", args.model);
    if (rc == ITO_OK)
        rc = ito_model_record_get(p.ctx, p.mover.model, &p.record);
    if (rc == ITO_OK)
        rc = gather(&p);
    if (rc == ITO_OK)
        rc = write_page(&p);
    ito_report_free(p.report);
    ito_table_free(p.data);
    ito_table_free(p.fake);
    mover_close(&p.mover);
    return cmd_close(p.ctx, rc);
}

const command command_report = {
    .name = "report",
    .summary = "one page about a model: samples, quality, flow, training",
    .about = "Writes a self-contained HTML page: data against samples, "
             "metrics beside their noise floor, the field and trajectories "
             "from noise to data, the loss and the settings.\n\nThe data of a "
             "built-in set are drawn again; for a table give it as DATA, else "
             "the page shows the samples alone. Of images it shows a grid and "
             "a film strip.",
    .examples = "ito report board.safetensors -o report.html\n"
                "ito report houses.safetensors houses.csv -o report.html\n"
                "ito report digits.safetensors glyphs -o report.html\n",
    .options = options,
    .run = run,
};
