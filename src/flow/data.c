/* SPDX-License-Identifier: MIT
 *
 * data.c - reading DATA as a table, be it a file or a built-in set.
 */
#include "flow/data.h"

#include <stdio.h>
#include <string.h>

#include "ctx/ctx.h"

#define ROWS_DEFAULT 10000
#define ROWS_MAX     100000000

bool ito__is_file(const char *data)
{
    const size_t name = strcspn(data, ":");

    return strcmp(data, "-") == 0 || strchr(data, '/') != NULL ||
           memchr(data, '.', name) != NULL || strstr(data, "-idx") != NULL;
}

void ito__coordinate_names(size_t dim,
                           char names[ITO__NAMES_MAX][ITO__NAME_BYTES],
                           const char *list[ITO__NAMES_MAX])
{
    for (size_t j = 0; j < dim; j++) {
        if (dim <= 3)
            (void)snprintf(names[j], ITO__NAME_BYTES, "%c", "xyz"[j]);
        else
            (void)snprintf(names[j], ITO__NAME_BYTES, "c%zu", j + 1);
        list[j] = names[j];
    }
}

/* rows x dim floats as a table of dim columns. */
static ito_status table_of(ito_ctx *ctx, size_t rows, size_t dim,
                           const float *x, ito_table **out)
{
    char names[ITO__NAMES_MAX][ITO__NAME_BYTES];
    const char *list[ITO__NAMES_MAX];
    ito_column columns[ITO__NAMES_MAX];
    double *values = ito__alloc(ctx, size_mul(rows * dim, sizeof(*values)));
    ito_status rc;

    if (!values)
        return ito__fail(ctx, ITO_ENOMEM, "%zu rows of %zu", rows, dim);
    ito__coordinate_names(dim, names, list);
    for (size_t j = 0; j < dim; j++) {
        for (size_t i = 0; i < rows; i++)
            values[j * rows + i] = (double)x[i * dim + j];
        columns[j] = (ito_column){ .name = list[j],
                                   .kind = ITO_COLUMN_NUMBER,
                                   .number = values + j * rows };
    }
    rc = ito_table_build(ctx, rows, dim, columns, out);
    ito__free(ctx, values);
    return rc;
}

static ito_status sample_dist(ito_ctx *ctx, const ito_dist *dist, size_t rows,
                              uint64_t seed, ito_table **out)
{
    const ito_noise at = { .seed = seed, .purpose = ITO_FOR_ROWS };
    const size_t dim = ito_dist_dim(dist);
    ito_status rc;
    float *x;

    if (dim > ITO__NAMES_MAX || rows > ROWS_MAX)
        return ito__fail(
            ctx, ITO_ERANGE, "%s: %zu rows of dimension %zu: at most %d of %d",
            ito_dist_name(dist), rows, dim, ROWS_MAX, ITO__NAMES_MAX);
    x = ito__alloc(ctx, size_mul(rows * dim, sizeof(*x)));
    if (!x)
        return ito__fail(ctx, ITO_ENOMEM, "%zu rows of %s", rows,
                         ito_dist_name(dist));
    rc = ito_dist_sample(ctx, dist, &at, 0, rows, x);
    if (rc == ITO_OK)
        rc = table_of(ctx, rows, dim, x, out);
    ito__free(ctx, x);
    return rc;
}

/* Images of a built-in set as a table of pixels. */
static ito_status images_table(ito_ctx *ctx, const char *data, size_t rows,
                               uint64_t seed, ito_table **out)
{
    ito_images *images;
    ito_status rc = ito_data_images(ctx, data, NULL, rows, seed, &images);

    if (rc == ITO_OK)
        rc = ito_images_table(ctx, images, out);
    ito_images_free(images);
    return rc;
}

ito_status ito_data_read(ito_ctx *ctx, const char *data,
                         const ito_table_opts *opts, size_t rows, uint64_t seed,
                         ito_table **out)
{
    size_t size[3];
    ito_dist *dist;
    ito_status rc;

    *out = NULL;
    if (ito__is_file(data))
        return ito_table_read(ctx, data, opts, out);
    if ((rc = ito_dist_open(ctx, data, &dist)) != ITO_OK)
        return rc;
    if (ito_dist_image(dist, size)) {
        ito_dist_free(dist);
        return images_table(ctx, data, rows, seed, out);
    }
    if (rows == 0 && ito_dist_rows(dist) > SIZE_MAX)
        rows = SIZE_MAX;
    else if (rows == 0)
        rows = (size_t)ito_dist_rows(dist);
    rc = sample_dist(ctx, dist, rows ? rows : ROWS_DEFAULT, seed, out);
    ito_dist_free(dist);
    return rc;
}
