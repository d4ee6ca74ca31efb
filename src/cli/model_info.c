/* SPDX-License-Identifier: MIT
 *
 * model_info.c - what `ito info` says of a model or a checkpoint.
 */
#include "cli/model_info.h"

#include <ito/classifier.h>
#include <ito/model.h>
#include <ito/train.h>
#include <stdio.h>
#include <string.h>

#include "cli/opt.h"
#include "cli/term.h"

static int ends_in(const char *path, const char *suffix)
{
    const size_t n = strlen(path), k = strlen(suffix);

    return n >= k && strcmp(path + n - k, suffix) == 0;
}

int model_info_fits(const char *path)
{
    return ends_in(path, ".safetensors") || ends_in(path, ".checkpoint");
}

static ito_status checkpoint_info(ito_ctx *ctx, const char *path)
{
    ito_progress p;
    const ito_status rc = ito_checkpoint_read(ctx, path, &p);

    if (rc != ITO_OK)
        return rc;
    if (!common.json) {
        printf("%s: checkpoint at step %zu of %zu, %zu parameters\n"
               "  training loss %.6g, validation loss %.6g, lowest %.6g at "
               "step %zu\n",
               path, p.step, p.steps, p.params, p.loss, p.valid_loss,
               p.best_loss, p.best_step);
        return ITO_OK;
    }
    printf("{\"kind\": \"checkpoint\", \"step\": %zu, \"steps\": %zu, "
           "\"params\": %zu, \"train_loss\": ",
           p.step, p.steps, p.params);
    term_json_number(stdout, p.loss);
    printf(", \"valid_loss\": ");
    term_json_number(stdout, p.valid_loss);
    printf("}\n");
    return ITO_OK;
}

static void print_losses(const ito_model *m)
{
    static const char *const names[2] = { "training loss", "validation loss" };

    for (int which = 0; which < 2; which++) {
        const ito_loss_point *p;
        const size_t n = ito_model_losses(m, which, &p);
        size_t best = 0;

        for (size_t i = 1; i < n; i++)
            best = p[i].loss < p[best].loss ? i : best;
        if (n > 0)
            printf("%-16s %.6g after %.0f steps; lowest %.6g at step %.0f\n",
                   names[which], p[n - 1].loss, p[n - 1].step, p[best].loss,
                   p[best].step);
    }
}

/* Where there are several. */
static void print_averages(const ito_model *m)
{
    ito_average a;

    if (ito_model_average(m, 1, &a) != 0)
        return;
    printf("%-16s", "averages");
    for (size_t i = 0; ito_model_average(m, i, &a) == 0; i++)
        printf("%s of rate %.6g%s", i ? "," : "", a.rate,
               a.used ? " (used)" : "");
    printf("\n");
}

/* What is not as by default. */
static void print_objective(const ito_model *m, const ito_model_record *r)
{
    printf("%-16s %s, from %s, times %g to %g\n", "path", r->path,
           r->from[0] ? r->from : "N(0, I)", r->t_lo, r->t_hi);
    printf("%-16s %s, by the loss of %s\n", "predicts", r->predict, r->loss);
    if (r->precision == ITO_PRECISION_BF16)
        printf("%-16s bf16 products\n", "trained with");
    if (ito_graph_has_energy(ito_model_graph(m)))
        printf("%-16s known: the network is minus its gradient\n", "energy");
    if (ito_model_labels(m) > 0)
        printf("%-16s %s: %zu labels\n", "conditions",
               ito_model_label_column(m), ito_model_labels(m));
    for (size_t i = 0; ito_model_given(m, i); i++)
        printf("%-16s %s\n", "can be given", ito_model_given(m, i));
    if (r->floor - r->floor == 0.0)
        printf("%-16s %.6g; the field is %.4g from the exact one (mean "
               "square)\n",
               "loss floor", r->floor, r->excess);
}

static void print_model(ito_ctx *ctx, const ito_model *m, const char *path)
{
    ito_model_record record;
    const ito_graph *g = ito_model_graph(m);
    const ito_schema *schema = ito_model_schema(m);
    const ito_image_format *image = ito_schema_image(schema);
    ito_slice s;

    printf("%s: a flow model, %zu coordinates, %zu parameters\n", path,
           ito_model_dim(m), ito_graph_params(g));
    if (image)
        printf("%-16s %zu x %zu pixels, %zu channels, values %g to %g\n",
               "images", image->height, image->width, image->channels,
               image->lo, image->hi);
    else
        printf("%-16s", "columns");
    for (size_t j = 0; j < ito_schema_cols(schema); j++)
        printf("%s%s", j ? ", " : " ", ito_schema_name(schema, j));
    printf("%s", image ? "" : "\n");
    if (ito_model_record_get(ctx, m, &record) == ITO_OK)
        print_objective(m, &record);
    print_losses(m);
    print_averages(m);
    printf("tensors\n");
    for (size_t i = 0; ito_graph_slice(g, i, &s) == 0; i++) {
        printf("  weights.%-20s %zu", s.name, s.shape[0]);
        if (s.rank == 2)
            printf(" x %zu", s.shape[1]);
        printf("\n");
    }
}

static void print_classifier(const ito_classifier *c, const char *path)
{
    const ito_image_format *f = ito_classifier_format(c);
    const size_t params = ito_graph_params(ito_classifier_graph(c));
    const char *name;

    if (common.json)
        printf("{\"kind\": \"classifier\", \"height\": %zu, \"width\": %zu, "
               "\"channels\": %zu, \"features\": %zu, \"params\": %zu, "
               "\"classes\": [",
               f->height, f->width, f->channels, ito_classifier_features(c),
               params);
    else
        printf("%s: a classifier of images, %zu parameters\n%-16s %zu x %zu "
               "pixels, %zu channels\n%-16s %zu\n%-16s",
               path, params, "images", f->height, f->width, f->channels,
               "features", ito_classifier_features(c), "classes");
    for (size_t k = 0; (name = ito_classifier_class(c, k)) != NULL; k++) {
        printf(k ? ", " : common.json ? "" : " ");
        if (common.json)
            term_json_string(stdout, name);
        else
            printf("%s", name);
    }
    printf(common.json ? "]}\n" : "\n");
}

/* A file that is no model may be a classifier; if not, what loading it as a
 * model said stands. */
static ito_status classifier_info(ito_ctx *ctx, const char *path)
{
    ito_classifier *c;
    ito_model *m;

    if (ito_classifier_load(ctx, path, &c) != ITO_OK)
        return ito_model_load(ctx, path, &m);
    print_classifier(c, path);
    ito_classifier_free(c);
    return ITO_OK;
}

ito_status model_info(ito_ctx *ctx, const char *path)
{
    ito_model *m;
    ito_status rc;

    if (ends_in(path, ".checkpoint"))
        return checkpoint_info(ctx, path);
    rc = ito_model_load(ctx, path, &m);
    if (rc == ITO_EUNFIT)
        return classifier_info(ctx, path);
    if (rc != ITO_OK)
        return rc;
    if (common.json)
        printf("%s\n", ito_model_json(m));
    else
        print_model(ctx, m, path);
    ito_model_free(m);
    return ITO_OK;
}
