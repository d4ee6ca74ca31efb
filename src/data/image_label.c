/* SPDX-License-Identifier: MIT
 *
 * image_label.c - labels of images from numbers, tables and files.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "data/image.h"
#include "data/table.h"

#define NUMBER_MAX 1e9

ito_status ito__images_label_numbers(ito_ctx *ctx, const char *where,
                                     const char *name, const double *number,
                                     ito_images *set)
{
    const ito_mark mark = ito__arena_mark(ctx);
    uint32_t *code = ito__arena_get(ctx, size_mul(set->count, sizeof(*code)));
    level_set *l = levels_new(ctx);
    bool fine = code && l;
    ito_status rc = ITO_OK;
    char text[NUM_TEXT_MAX];
    double most = 0.0;
    size_t width;

    for (size_t i = 0; rc == ITO_OK && i < set->count; i++) {
        if (!(number[i] >= 0.0 && number[i] < NUMBER_MAX) ||
            number[i] != floor(number[i]))
            rc = ito__fail(ctx, ITO_EFORMAT,
                           "%s: label %zu is %g; labels that are numbers are "
                           "whole, from 0 to 999999999",
                           where, i + 1, number[i]);
        most = fmax(most, number[i]);
    }
    width = rc == ITO_OK ? num_format_u64((uint64_t)most, text) : 0;
    for (size_t i = 0; rc == ITO_OK && fine && i < set->count; i++) {
        (void)snprintf(text, sizeof(text), "%0*lu", (int)width,
                       (unsigned long)number[i]);
        fine = levels_code(l, text, width, &code[i]);
    }
    if (rc == ITO_OK && !fine)
        rc = ito__fail(ctx, ITO_ENOMEM, "%s: %zu labels", where, set->count);
    if (rc == ITO_OK)
        rc = ito__images_label_by(ctx, set, name, l, code);
    levels_free(l);
    ito__arena_release(ctx, mark);
    return rc;
}

/* Rows row[0 .. count-1] of a column as labels. */
static ito_status from_column(ito_ctx *ctx, const char *where,
                              const ito_column *column, const size_t *row,
                              ito_images *set)
{
    const size_t n = set->count;
    const ito_mark mark = ito__arena_mark(ctx);
    uint32_t *code = ito__arena_get(ctx, size_mul(n, sizeof(*code)));
    double *number = ito__arena_get(ctx, size_mul(n, sizeof(*number)));
    ito_status rc;

    if (!code || !number)
        return ito__fail(ctx, ITO_ENOMEM, "%s: %zu labels", where, n);
    for (size_t i = 0; i < n; i++) {
        const size_t from = row ? row[i] : i;

        if (column->kind == ITO_COLUMN_TEXT)
            code[i] = column->code[from];
        else
            number[i] = column->number[from];
    }
    if (column->kind == ITO_COLUMN_TEXT)
        rc = ito__images_label(
            ctx, set,
            &(ito_image_labels){ .name = column->name,
                                 .code = code,
                                 .levels = column->levels,
                                 .level_count = column->level_count });
    else
        rc = ito__images_label_numbers(ctx, where, column->name, number, set);
    ito__arena_release(ctx, mark);
    return rc;
}

static const ito_column *find(const ito_table *table, const char *name)
{
    for (size_t j = 0; j < ito_table_cols(table); j++)
        if (strcmp(ito_table_column(table, j)->name, name) == 0)
            return ito_table_column(table, j);
    return NULL;
}

/* The row of each file in a table of file, label. */
static ito_status match_files(ito_ctx *ctx, const char *path,
                              const ito_table *table, const char *const *files,
                              size_t n, size_t *row)
{
    const ito_column *column = find(table, "file");

    if (!column || column->kind != ITO_COLUMN_TEXT)
        return ito__fail(ctx, ITO_EFORMAT,
                         "%s: there is no column 'file' of names", path);
    if (ito_table_rows(table) != n)
        return ito__fail(ctx, ITO_EFORMAT, "%s: %zu rows; there are %zu images",
                         path, ito_table_rows(table), n);
    for (size_t i = 0; i < n; i++)
        row[i] = SIZE_MAX;
    for (size_t r = 0; r < n; r++) {
        const char *name = column->levels[column->code[r]];
        size_t lo = 0, hi = n;

        while (lo < hi) { /* files are sorted */
            const size_t mid = lo + (hi - lo) / 2;

            if (strcmp(files[mid], name) < 0)
                lo = mid + 1;
            else
                hi = mid;
        }
        if (lo == n || strcmp(files[lo], name) != 0 || row[lo] != SIZE_MAX)
            return ito__fail(ctx, ITO_EFORMAT, "%s: row %zu: '%.200s' is %s",
                             path, r + 1, name,
                             lo < n && strcmp(files[lo], name) == 0
                                 ? "named twice"
                                 : "no image of the folder");
        row[lo] = r;
    }
    return ITO_OK;
}

static ito_status from_table(ito_ctx *ctx, const char *path,
                             const ito_table *table, const char *const *files,
                             ito_images *set)
{
    const ito_column *column = ito_table_cols(table) == 1
                                   ? ito_table_column(table, 0)
                                   : find(table, "label");
    const ito_mark mark = ito__arena_mark(ctx);
    size_t *row = NULL;
    ito_status rc = ITO_OK;

    if (!column)
        return ito__fail(ctx, ITO_EFORMAT,
                         "%s: several columns, and none is 'label'", path);
    if (files && ito_table_cols(table) > 1) {
        row = ito__arena_get(ctx, size_mul(set->count, sizeof(*row)));
        rc = row ? match_files(ctx, path, table, files, set->count, row)
                 : ito__fail(ctx, ITO_ENOMEM, "%s", path);
    } else if (ito_table_rows(table) != set->count) {
        rc = ito__fail(ctx, ITO_EFORMAT, "%s: %zu labels; there are %zu images",
                       path, ito_table_rows(table), set->count);
    }
    if (rc == ITO_OK)
        rc = from_column(ctx, path, column, row, set);
    ito__arena_release(ctx, mark);
    return rc;
}

ito_status ito__images_read_labels(ito_ctx *ctx, const char *path,
                                   const char *const *files, ito_images *set)
{
    static const char *const texts[] = { "file" };
    const ito_table_opts o = { .categorical = texts, .categorical_count = 1 };
    ito_table *table = NULL;
    ito_status rc;

    if (ito__is_idx(path))
        return ito__idx_read_labels(ctx, path, set);
    rc = ito_table_read(ctx, path, files ? &o : NULL, &table);
    if (rc == ITO_OK)
        rc = from_table(ctx, path, table, files, set);
    ito_table_free(table);
    return rc;
}

/* ---- rows of a table as images ---- */

/* The column of labels; pixels + 1 columns have one. */
static ito_status label_column(ito_ctx *ctx, const char *path,
                               const ito_image_opts *opts,
                               const ito_table *table, size_t pixels,
                               const ito_column **out)
{
    const size_t cols = ito_table_cols(table);

    *out = NULL;
    if (opts->label) {
        *out = find(table, opts->label);
        if (!*out)
            return ito__fail(ctx, ITO_EARG, "%s: there is no column '%.60s'",
                             path, opts->label);
    } else if (cols == pixels + 1) {
        *out = find(table, "label");
        if (!*out)
            *out = ito_table_column(table, cols - 1);
    }
    if (cols != pixels + (*out ? 1 : 0))
        return ito__fail(ctx, ITO_EARG,
                         "%s: %zu columns%s; images of %zu x %zu x %zu have "
                         "%zu pixels",
                         path, cols, *out ? ", one of labels" : "",
                         opts->shape[0], opts->shape[1],
                         opts->shape[2] ? opts->shape[2] : 1, pixels);
    for (size_t j = 0; j < cols; j++)
        if (ito_table_column(table, j) != *out &&
            ito_table_column(table, j)->kind != ITO_COLUMN_NUMBER)
            return ito__fail(ctx, ITO_EARG,
                             "%s: column '%.60s' holds texts, no pixels", path,
                             ito_table_column(table, j)->name);
    return ITO_OK;
}

static ito_status fill(ito_ctx *ctx, const char *path,
                       const ito_image_opts *opts, const ito_table *table,
                       const ito_column *label, ito_images *set)
{
    const size_t rows = ito_table_rows(table);
    const size_t pixels = image_values(&set->format);
    float *const to = set->pixels;
    size_t k = 0;
    ito_status rc;

    for (size_t j = 0; j < ito_table_cols(table); j++) {
        const ito_column *c = ito_table_column(table, j);

        if (c == label)
            continue;
        for (size_t i = 0; i < rows; i++)
            to[i * pixels + k] = (float)c->number[i];
        k++;
    }
    rc = ito__image_range(ctx, path, opts, rows, to, &set->format);
    if (rc == ITO_OK)
        rc = ito__image_check(ctx, path, &set->format, rows);
    if (rc == ITO_OK && label)
        rc = from_column(ctx, path, label, NULL, set);
    return rc;
}

ito_status ito__images_read_table(ito_ctx *ctx, const char *path,
                                  const ito_image_opts *opts, ito_images **out)
{
    const ito_image_format f = { .height = opts->shape[0],
                                 .width = opts->shape[1],
                                 .channels =
                                     opts->shape[2] ? opts->shape[2] : 1,
                                 .pixel = ITO_PIXEL_FLOAT,
                                 .hi = 1.0 };
    const ito_column *label = NULL;
    ito_table *table = NULL;
    ito_status rc = ito_table_read(ctx, path, opts->table, &table);

    *out = NULL;
    if (rc == ITO_OK)
        rc = ito__image_check(ctx, path, &f, ito_table_rows(table));
    if (rc == ITO_OK)
        rc = label_column(ctx, path, opts, table, image_values(&f), &label);
    if (rc == ITO_OK)
        rc = ito__images_new(ctx, path, &f, ito_table_rows(table), out);
    if (rc == ITO_OK)
        rc = fill(ctx, path, opts, table, label, *out);
    ito_table_free(table);
    if (rc != ITO_OK) {
        ito_images_free(*out);
        *out = NULL;
    }
    return rc;
}

ito_status ito_images_table(ito_ctx *ctx, const ito_images *images,
                            ito_table **out)
{
    const size_t n = images->count, pixels = image_values(&images->format);
    const ito_image_labels *l = &images->label;
    const ito_mark mark = ito__arena_mark(ctx);
    ito_column *column =
        ito__arena_get(ctx, size_mul(pixels + 1, sizeof(*column)));
    double *x = ito__arena_get(ctx, size_mul(n * pixels, sizeof(*x)));
    char(*name)[24] = ito__arena_get(ctx, size_mul(pixels, sizeof(*name)));
    ito_status rc;

    *out = NULL;
    if (!column || !x || !name) {
        ito__arena_release(ctx, mark);
        return ito__fail(ctx, ITO_ENOMEM, "%zu images as a table", n);
    }
    for (size_t k = 0; k < pixels; k++) {
        (void)snprintf(name[k], sizeof(name[k]), "p%zu", k + 1);
        for (size_t i = 0; i < n; i++)
            x[k * n + i] = image_value(images, i * pixels + k);
        column[k] = (ito_column){ .name = name[k],
                                  .kind = ITO_COLUMN_NUMBER,
                                  .number = x + k * n };
    }
    column[pixels] = (ito_column){ .name = l->name,
                                   .kind = ITO_COLUMN_TEXT,
                                   .code = l->code,
                                   .levels = l->levels,
                                   .level_count = l->level_count };
    rc = ito_table_build(ctx, n, pixels + (l->level_count > 0), column, out);
    ito__arena_release(ctx, mark);
    return rc;
}
