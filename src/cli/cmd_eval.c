/* SPDX-License-Identifier: MIT
 *
 * cmd_eval.c - `ito eval`: how far a table of samples is from real rows,
 * beside the noise floor.
 */
#include <ito/metric.h>
#include <ito/source.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/eval_images.h"
#include "cli/eval_print.h"
#include "cli/image_options.h"
#include "cli/real_rows.h"
#include "cli/term.h"

/* A table of more columns than this is shown by its worst. */
#define COLUMNS_SHOWN 20

static struct {
    const char *data, *fake, *features, *train;
    opt_list columns, categorical;
    size_t rows, draws, count;
    int raw, drop_missing, images;
} args = { .rows = 1000, .draws = 5, .count = 1000 };

static const opt options[] = {
    ARG("REAL", &args.data, "the real rows: a file or a built-in set"),
    ARG("FAKE", &args.fake,
        "the rows in question: a file, a built-in set, or a model, of which "
        "5000 are drawn"),
    FLAG(0, "raw", &args.raw,
         "take numbers as they are instead of normal scores; for points"),
    LIST(0, "columns", "A,B,...", &args.columns, "compare these columns [all]"),
    LIST(0, "categorical", "A,B,...", &args.categorical,
         "columns that are texts even where they look like numbers"),
    FLAG(0, "drop-missing", &args.drop_missing,
         "drop rows with a missing cell instead of refusing the file"),
    SIZE(0, "rows", &args.rows, "rows of the exact W2 distance [1000]"),
    SIZE(0, "draws", &args.draws, "draws of value and floor [5]"),
    SEED_OPTION,
    JSON_OPTION,
    GROUP("images"),
    FLAG(0, "images", &args.images,
         "take them as images [where REAL is known for such]"),
    STRING(0, "features", "CLASSIFIER", &args.features,
           "compare by its last hidden layer, and labels by what it says "
           "[pixels]"),
    STRING(0, "train", "DATA", &args.train,
           "the images that the model was trained on: for the floor, and to "
           "look for copies [REAL]"),
    SIZE('n', "count", &args.count,
         "images to draw of a model or a built-in set [1000]"),
    IMAGE_OPTIONS,
    COMMON_OPTIONS,
    END,
};

static ito_status read_both(ito_ctx *ctx, ito_table **data, ito_table **fake)
{
    const ito_table_opts how = {
        .drop_missing = args.drop_missing,
        .columns = args.columns.item,
        .column_count = args.columns.count,
        .categorical = args.categorical.item,
        .categorical_count = args.categorical.count,
    };
    ito_status rc;

    if (strcmp(args.data, "-") == 0 && strcmp(args.fake, "-") == 0)
        return cmd_fail(ITO_EARG, "standard input can be one of the two only");
    rc = fake_rows(ctx, args.fake, &how, fake);
    if (rc == ITO_OK)
        rc = real_rows(ctx, args.data, &how, ito_table_rows(*fake), data);
    return rc;
}

static void print_metrics(const ito_eval *e)
{
    print_score_head();
    for (int k = 0; k < ITO_METRIC_COUNT; k++) {
        if (k == ITO_METRIC_CORRELATION && e->cols < 2)
            continue;
        print_score(ito_metric_name((ito_metric)k), &e->metric[k], 0);
    }
}

static int worse(const void *p, const void *q)
{
    const ito_eval_column *const a = p, *const b = q;

    return (a->ks.value < b->ks.value) - (a->ks.value > b->ks.value);
}

static void print_columns(const ito_eval *e, ito_eval_column *col)
{
    const size_t shown = e->cols > COLUMNS_SHOWN ? COLUMNS_SHOWN : e->cols;
    int width = 6;

    if (shown < e->cols)
        qsort(col, e->cols, sizeof(*col), worse);
    for (size_t j = 0; j < shown; j++)
        if ((int)strlen(col[j].name) > width)
            width = (int)strlen(col[j].name);
    width = width > 32 ? 32 : width;
    printf("\n%-*s %9s %9s %9s %9s %10s\n", width, "column", "KS", "floor",
           "W1", "floor", "outside");
    for (size_t j = 0; j < shown; j++)
        printf("%-*.*s %9.4f %9.4f %9.4f %9.4f %8.2f %%\n", width, width,
               col[j].name, col[j].ks.value, col[j].ks.floor, col[j].w1.value,
               col[j].w1.floor, 100.0 * col[j].outside);
    if (shown < e->cols)
        printf("and %zu columns of smaller KS; --json lists all\n",
               e->cols - shown);
}

static void print_report(const ito_eval *e, ito_eval_column *col)
{
    printf("real %zu rows, fake %zu rows, %zu columns %s;\n"
           "means over %zu draws of %zu rows, exact_w2 of %zu\n\n",
           e->real_rows, e->fake_rows, e->cols,
           args.raw ? "as they are" : "as normal scores", args.draws, e->rows,
           e->exact_rows);
    print_metrics(e);
    print_columns(e, col);
    print_copies(&e->copies, "rows");
}

static void json_column(const ito_eval_column *col)
{
    fputs("{\"name\": ", stdout);
    term_json_string(stdout, col->name);
    printf(", \"kind\": \"%s\", ",
           col->kind == ITO_COLUMN_TEXT ? "text" : "number");
    json_score("ks", &col->ks, 0);
    fputs(", ", stdout);
    json_score("w1", &col->w1, 0);
    fputs(", ", stdout);
    json_pair("outside", col->outside, "}");
}

static void json_report(const ito_eval *e, const ito_eval_column *col)
{
    fputs("{\"metrics\": {", stdout);
    for (int k = 0; k < ITO_METRIC_COUNT; k++) {
        fputs(k ? ", " : "", stdout);
        json_score(ito_metric_name((ito_metric)k), &e->metric[k], 0);
    }
    fputs("}, \"columns\": [", stdout);
    for (size_t j = 0; j < e->cols; j++) {
        fputs(j ? ", " : "", stdout);
        json_column(&col[j]);
    }
    fputs("], ", stdout);
    json_copies(&e->copies);
    printf(", \"raw\": %s, \"real_rows\": %zu, \"fake_rows\": %zu, "
           "\"rows\": %zu, \"exact_rows\": %zu, \"draws\": %zu, \"dim\": "
           "%zu}\n",
           args.raw ? "true" : "false", e->real_rows, e->fake_rows, e->rows,
           e->exact_rows, args.draws, e->dim);
}

static ito_status compare(ito_ctx *ctx, const ito_table *data,
                          const ito_table *fake)
{
    const ito_eval_opts how = { .raw = args.raw,
                                .exact_rows = args.rows,
                                .draws = args.draws,
                                .seed = common.seed };
    ito_eval_column *col = calloc(ito_table_cols(data) + 1, sizeof(*col));
    ito_eval e;
    ito_status rc;

    if (!col)
        return cmd_fail(ITO_ENOMEM, "%zu columns", ito_table_cols(data));
    rc = ito_eval_tables(ctx, data, fake, &how, &e, col);
    if (rc == ITO_OK) {
        if (common.json)
            json_report(&e, col);
        else
            print_report(&e, col);
    }
    free(col);
    return rc;
}

static ito_status eval_tables(ito_ctx *ctx)
{
    ito_table *data = NULL, *fake = NULL;
    ito_status rc = read_both(ctx, &data, &fake);

    if (rc == ITO_OK)
        rc = compare(ctx, data, fake);
    ito_table_free(fake);
    ito_table_free(data);
    return rc;
}

/* Whether they are images; an option that says so settles it. */
static ito_status detect(ito_ctx *ctx, const ito_image_opts *how, int *images)
{
    *images = args.images || args.features || args.train || image_args.labels ||
              image_args.size || image_args.pad || image_args.range;
    return *images ? ITO_OK
                   : ito_data_detect_images(ctx, args.data, how, images);
}

/* An option that was given and is for the other kind of data, or NULL. */
static const char *misplaced(int images)
{
    if (!images)
        return opt_given(&args.count) ? "-n" : NULL;
    return args.columns.count > 0       ? "--columns"
           : args.categorical.count > 0 ? "--categorical"
           : args.drop_missing          ? "--drop-missing"
           : args.raw                   ? "--raw"
           : opt_given(&args.rows)      ? "--rows"
                                        : NULL;
}

static ito_status work(ito_ctx *ctx, const ito_image_opts *how)
{
    const eval_images_args a = { .data = args.data,
                                 .fake = args.fake,
                                 .features = args.features,
                                 .train = args.train,
                                 .count = args.count,
                                 .draws = args.draws };
    int images;
    ito_status rc = detect(ctx, how, &images);

    if (rc != ITO_OK)
        return rc;
    if (misplaced(images))
        return cmd_fail(ITO_EARG, "%s: %s", misplaced(images),
                        images ? "these are images, it is for tables"
                               : "these are tables, it is for images");
    return images ? eval_images(ctx, &a, how) : eval_tables(ctx);
}

static int run(void)
{
    ito_image_opts how;
    const int usage = image_read_opts(NULL, NULL, &how);
    ito_ctx *ctx;
    ito_status rc;

    if (usage != 0)
        return usage;
    rc = cmd_open(&ctx);
    if (rc == ITO_OK)
        rc = work(ctx, &how);
    return cmd_close(ctx, rc);
}

const command command_eval = {
    .name = "eval",
    .summary = "measure how far samples are from real data",
    .about =
        "Prints distances between the fake and the real rows, each beside its "
        "noise floor: the same distance between two disjoint parts of the "
        "real rows, with as many rows.  A ratio near 1 cannot be told from "
        "real data.\n\nDistances are sliced W2 (256 fixed directions), energy "
        "distance, Kolmogorov-Smirnov and W1 of each column, difference of "
        "correlations, and exact W2.  Columns of numbers are compared on "
        "normal scores: each goes through the distribution of its real "
        "values to N(0, 1), so that units do not count; --raw takes them as "
        "they are.  Columns are matched by name, or by position where no "
        "name is shared.\n\nThe copy check tells whether the fake rows "
        "repeat real ones: it is flagged when more than 5 % of them lie "
        "closer to a real row than the 1 % quantile of the distances from "
        "real rows to their nearest neighbours, or when exact copies are "
        "more frequent than among the real rows by over three standard "
        "errors.\n\nA built-in set in place "
        "of REAL is drawn afresh, two rows for each fake one and at least "
        "10000.\n\nImages are compared by the last hidden layer of a "
        "classifier (examples/classifier.c trains one) or by their pixels, "
        "halved until there are at most 256: the Frechet distance of the "
        "normal distributions that have their moments, the kernel distance "
        "(cubic, unbiased), and precision, recall, density and coverage by 5 "
        "neighbours.  The floor is that of the images of --train, else of "
        "disjoint halves of REAL.  A distance belongs to its classifier and "
        "its number of images.  The labels that samples were asked for are "
        "those of FAKE; a model with labels is asked for each in turn.",
    .examples = "ito eval houses.csv samples.csv\n"
                "ito eval houses.csv houses.safetensors\n"
                "ito eval checkerboard samples.csv --raw --json\n"
                "ito eval t10k-images-idx3-ubyte.gz made.idx --features "
                "judge.safetensors\n",
    .options = options,
    .run = run,
};
