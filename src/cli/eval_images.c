/* SPDX-License-Identifier: MIT
 *
 * eval_images.c - `ito eval` of images: how good those are that a model made.
 */
#include "cli/eval_images.h"

#include <ito/judge.h>
#include <ito/source.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cmd.h"
#include "cli/draw_images.h"
#include "cli/eval_print.h"
#include "cli/real_rows.h"
#include "cli/term.h"

/* The names of four numbers, and their places. */
static const char *const share_names[] = { "precision", "recall", "density",
                                           "coverage" };

static double share_at(const ito_neighbours *s, size_t i)
{
    const double all[] = { s->precision, s->recall, s->density, s->coverage };

    return all[i];
}

/* ---- reading ---- */

static ito_status draw_fake(ito_ctx *ctx, const char *name, size_t n,
                            ito_images **out)
{
    const ito_sample_opts o = { .seed = common.seed };
    ito_model *model = NULL;
    ito_status rc = ito_model_load(ctx, name, &model);

    if (rc == ITO_OK)
        rc = draw_model_images(ctx, model, &o, n, out);
    ito_model_free(model);
    return rc;
}

/* --labels is about the real images. */
static ito_status read_all(ito_ctx *ctx, const eval_images_args *a,
                           const ito_image_opts *how, ito_images *set[3])
{
    ito_image_opts others = *how;
    ito_status rc;

    others.labels = NULL;
    if (is_model(a->fake))
        rc = draw_fake(ctx, a->fake, a->count, &set[1]);
    else
        rc = ito_data_images(ctx, a->fake, &others, a->count,
                             seed_for(a->fake, FAKE_SEED), &set[1]);
    if (rc == ITO_OK)
        rc = ito_data_images(ctx, a->data, how,
                             rows_for(a->data, ito_images_count(set[1])),
                             seed_for(a->data, REAL_SEED), &set[0]);
    others.labels = "";
    if (rc == ITO_OK && a->train)
        rc = ito_data_images(ctx, a->train, &others, a->count, common.seed,
                             &set[2]);
    return rc;
}

/* ---- words ---- */

static void print_features(const eval_images_args *a, const ito_judgement *j)
{
    printf("real %zu images, fake %zu", j->real_count, j->fake_count);
    if (a->train)
        printf(", of the training %zu", j->train_count);
    if (a->features)
        printf(";\nby the %zu features of the last hidden layer of %s\n",
               j->dim, a->features);
    else
        printf(";\nby %zu pixels%s; --features CLASSIFIER sees more\n", j->dim,
               " of images halved until they have at most 256");
    printf("means over %zu draws of %zu images, the last four of one draw of "
           "%zu\n\n",
           a->draws, j->rows, j->share_rows);
}

static void print_label_share(const char *what, const ito_judge_labels *l)
{
    const double n = (double)l->asked, p = (double)l->right / n;

    if (l->asked > 0)
        printf("%-18s %7.2f %% (standard error %.2f) of %zu images\n", what,
               100.0 * p, 100.0 * sqrt(p * (1.0 - p) / n), l->asked);
}

static void print_classes(const ito_judgement *j, size_t count,
                          const ito_judge_class *class)
{
    printf("\nlabels that the classifier confirms\n");
    print_label_share("  fake images", &j->fake);
    print_label_share("  real images", &j->real);
    if (j->fake.asked + j->real.asked == 0)
        printf("  the images have no labels\n");
    printf("\n%-12s %8s %8s %10s %10s\n", "class", "asked", "right", "fake are",
           "real are");
    for (size_t k = 0; k < count; k++) {
        const ito_judge_labels *l = &class[k].fake;

        printf("%-12.12s %8zu ", class[k].name, l->asked);
        if (l->asked > 0)
            printf("%6.2f %%", 100.0 * (double)l->right / (double)l->asked);
        else
            printf("%8s", "-");
        printf(" %8.2f %% %8.2f %%\n",
               100.0 * (double)class[k].fake_count / (double)j->fake_count,
               100.0 * (double)class[k].real_count / (double)j->real_count);
    }
}

static void print_report(const eval_images_args *a, const ito_judgement *j,
                         size_t count, const ito_judge_class *class)
{
    print_features(a, j);
    print_score_head();
    print_score("frechet", &j->frechet, 0);
    print_score("kernel", &j->kernel, 1);
    for (size_t i = 0; i < 4; i++)
        printf("%-12s %10.5f %10.5f\n", share_names[i], share_at(&j->shares, i),
               share_at(&j->shares_floor, i));
    if (count > 0)
        print_classes(j, count, class);
    print_copies(&j->copies, "images");
}

/* ---- JSON ---- */

static void json_labels(const char *name, const ito_judge_labels *l,
                        const char *end)
{
    printf("\"%s\": {\"asked\": %zu, \"right\": %zu, ", name, l->asked,
           l->right);
    json_pair("share",
              l->asked ? (double)l->right / (double)l->asked : (double)NAN,
              "}");
    fputs(end, stdout);
}

static void json_classes(const ito_judgement *j, size_t count,
                         const ito_judge_class *class)
{
    fputs("\"labels\": {", stdout);
    json_labels("fake", &j->fake, ", ");
    json_labels("real", &j->real, "}, \"classes\": [");
    for (size_t k = 0; k < count; k++) {
        fputs(k ? ", {\"name\": " : "{\"name\": ", stdout);
        term_json_string(stdout, class[k].name);
        printf(", \"real_count\": %zu, \"fake_count\": %zu, ",
               class[k].real_count, class[k].fake_count);
        json_labels("fake", &class[k].fake, "}");
    }
    fputs("], ", stdout);
}

static void json_report(const eval_images_args *a, const ito_judgement *j,
                        size_t count, const ito_judge_class *class)
{
    printf("{\"kind\": \"images\", \"features\": ");
    term_json_string(stdout, a->features ? a->features : "pixels");
    printf(", \"dim\": %zu, \"real_count\": %zu, \"fake_count\": %zu, "
           "\"train_count\": %zu, \"draws\": %zu, \"rows\": %zu, "
           "\"share_rows\": %zu, \"metrics\": {",
           j->dim, j->real_count, j->fake_count, j->train_count, a->draws,
           j->rows, j->share_rows);
    json_score("frechet", &j->frechet, 0);
    fputs(", ", stdout);
    json_score("kernel", &j->kernel, 1);
    for (size_t i = 0; i < 4; i++) {
        printf(", \"%s\": {", share_names[i]);
        json_pair("value", share_at(&j->shares, i), ", ");
        json_pair("floor", share_at(&j->shares_floor, i), "}");
    }
    fputs("}, ", stdout);
    if (count > 0)
        json_classes(j, count, class);
    json_copies(&j->copies);
    fputs("}\n", stdout);
}

/* ---- the work ---- */

static ito_status judge(ito_ctx *ctx, const eval_images_args *a,
                        const ito_classifier *c, ito_images *const set[3])
{
    const ito_judge_opts o = {
        .classifier = c, .train = set[2], .draws = a->draws, .seed = common.seed
    };
    const size_t count = c ? ito_classifier_classes(c) : 0;
    ito_judge_class *class = calloc(count + 1, sizeof(*class));
    ito_judgement j;
    ito_status rc;

    if (!class)
        return cmd_fail(ITO_ENOMEM, "%zu classes", count);
    rc = ito_judge_images(ctx, set[0], set[1], &o, &j, class);
    if (rc == ITO_OK) {
        if (common.json)
            json_report(a, &j, count, class);
        else
            print_report(a, &j, count, class);
    }
    free(class);
    return rc;
}

ito_status eval_images(ito_ctx *ctx, const eval_images_args *args,
                       const ito_image_opts *how)
{
    ito_images *set[3] = { NULL, NULL, NULL };
    ito_classifier *c = NULL;
    ito_status rc = ITO_OK;

    if (args->features)
        rc = ito_classifier_load(ctx, args->features, &c);
    if (rc == ITO_OK)
        rc = read_all(ctx, args, how, set);
    if (rc == ITO_OK)
        rc = judge(ctx, args, c, set);
    for (size_t k = 0; k < 3; k++)
        ito_images_free(set[k]);
    ito_classifier_free(c);
    return rc;
}
