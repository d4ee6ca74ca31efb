/* SPDX-License-Identifier: MIT
 *
 * cmd_info.c - `ito info`: the version, kernels, threads and optional parts
 * of this build; with a file, what is in it.
 */
#include <ito/feature.h>
#include <ito/source.h>
#include <ito/table.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/image_options.h"
#include "cli/model_info.h"
#include "cli/term.h"

static struct {
    const char *file;
} args;

static const opt options[] = {
    OPTARG("FILE", &args.file,
           "a model, a checkpoint, images, or a table; `-` is CSV on stdin"),
    IMAGE_OPTIONS,
    JSON_OPTION,
    COMMON_OPTIONS,
    END,
};

static void print_build(ito_ctx *ctx)
{
    const char *name;
    int runs;

    printf("ito %s\nkernels   %s (this build:", ito_version(), ito_cpu(ctx));
    for (size_t i = 0; (name = ito_cpu_at(i, &runs)) != NULL; i++)
        printf(" %s%s", name, runs ? "" : " (not here)");
    printf(")\nthreads   %zu\n", ito_threads(ctx));
    for (size_t i = 0; ito_feature_at(i); i++) {
        const ito_feature *const part = ito_feature_at(i);

        printf("%-9s %s: %s\n", part->name, part->built_in ? "yes" : "no",
               part->use);
    }
}

static void print_build_json(ito_ctx *ctx)
{
    const char *name;
    int runs;

    printf("{\"version\": \"%s\", \"cpu\": \"%s\", \"threads\": %zu, "
           "\"kernels\": {",
           ito_version(), ito_cpu(ctx), ito_threads(ctx));
    for (size_t i = 0; (name = ito_cpu_at(i, &runs)) != NULL; i++)
        printf("%s\"%s\": %s", i ? ", " : "", name, runs ? "true" : "false");
    printf("}, \"parts\": {");
    for (size_t i = 0; ito_feature_at(i); i++)
        printf("%s\"%s\": %s", i ? ", " : "", ito_feature_at(i)->name,
               ito_feature_at(i)->built_in ? "true" : "false");
    printf("}}\n");
}

/* The smallest and largest number of a column. */
static void column_range(const ito_column *column, size_t rows, double *lo,
                         double *hi)
{
    *lo = *hi = rows ? column->number[0] : 0.0;
    for (size_t i = 1; i < rows; i++) {
        *lo = column->number[i] < *lo ? column->number[i] : *lo;
        *hi = column->number[i] > *hi ? column->number[i] : *hi;
    }
}

static void print_table(const ito_table *table)
{
    const size_t rows = ito_table_rows(table);
    const size_t cols = ito_table_cols(table);

    printf("%s: %zu rows, %zu columns\n", args.file, rows, cols);
    for (size_t j = 0; j < cols; j++) {
        const ito_column *const column = ito_table_column(table, j);
        double lo, hi;

        if (column->kind == ITO_COLUMN_TEXT) {
            printf("  %-24s %zu texts\n", column->name, column->level_count);
            continue;
        }
        column_range(column, rows, &lo, &hi);
        printf("  %-24s %.6g to %.6g\n", column->name, lo, hi);
    }
}

static void print_table_json(const ito_table *table)
{
    const size_t rows = ito_table_rows(table);

    printf("{\"kind\": \"table\", \"rows\": %zu, \"columns\": [", rows);
    for (size_t j = 0; j < ito_table_cols(table); j++) {
        const ito_column *const column = ito_table_column(table, j);
        double lo, hi;

        printf("%s{\"name\": ", j ? ", " : "");
        term_json_string(stdout, column->name);
        if (column->kind == ITO_COLUMN_TEXT) {
            printf(", \"kind\": \"text\", \"levels\": %zu}",
                   column->level_count);
            continue;
        }
        column_range(column, rows, &lo, &hi);
        printf(", \"kind\": \"number\", \"min\": ");
        term_json_number(stdout, lo);
        printf(", \"max\": ");
        term_json_number(stdout, hi);
        printf("}");
    }
    printf("]}\n");
}

static ito_status image_info(ito_ctx *ctx, const ito_image_opts *how)
{
    ito_images *images = NULL;
    const ito_status rc = ito_images_read(ctx, args.file, how, &images);

    if (rc == ITO_OK)
        images_print(args.file, images);
    ito_images_free(images);
    return rc;
}

static ito_status file_info(ito_ctx *ctx, const ito_image_opts *how)
{
    ito_table *table = NULL;
    ito_status rc;
    int images;

    if (model_info_fits(args.file))
        return model_info(ctx, args.file);
    rc = ito_images_detect(ctx, args.file, how, &images);
    if (rc != ITO_OK || images)
        return rc == ITO_OK ? image_info(ctx, how) : rc;
    rc = ito_table_read(ctx, args.file, NULL, &table);
    if (rc != ITO_OK)
        return rc;
    if (common.json)
        print_table_json(table);
    else
        print_table(table);
    ito_table_free(table);
    return ITO_OK;
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
    if (rc != ITO_OK)
        return cmd_close(ctx, rc);
    if (args.file)
        rc = file_info(ctx, &how);
    else if (common.json)
        print_build_json(ctx);
    else
        print_build(ctx);
    return cmd_close(ctx, rc);
}

const command command_info = {
    .name = "info",
    .summary = "what is in a file; without one, what this build holds",
    .about = "Without a file: the version, the kernels in use and those of "
             "this build, the threads and the optional parts. Quote it in "
             "bug reports.\n\nWith a file: what is in it.",
    .examples = "ito info\n"
                "ito info houses.csv\n",
    .options = options,
    .run = run,
};
