/* SPDX-License-Identifier: MIT
 *
 * oracle_file.c - the oracle of the rows of a file: the field that a network
 * trained on them without end would have.
 */
#include "flow/oracle_file.h"

#include <string.h>

#include "flow/data.h"
#include "flow/source.h"

/* The @ that ends the name of the file, or NULL: the last one behind a name
 * of a file, so that names may hold an @ themselves. */
static char *find_cut(char *spec)
{
    char *const cut = strrchr(spec, '@');
    bool file;

    if (!cut || strchr(cut, '/'))
        return NULL;
    *cut = '\0';
    file = ito__is_file(spec);
    *cut = '@';
    return file ? cut : NULL;
}

static ito_status open_rows(ito_ctx *ctx, const char *file,
                            const ito_path *path, float **rows,
                            ito_oracle **out)
{
    const ito_source_opts o = { .scale = ITO_SCALE_NONE,
                                .valid_fraction = -1.0 };
    ito_source *source;
    size_t n, dim;
    ito_status rc = ito_source_open(ctx, file, &o, &source);

    if (rc != ITO_OK)
        return rc;
    n = (size_t)ito_source_rows(source); /* they are in memory */
    dim = ito_source_dim(source);
    *rows = ito__alloc(ctx, size_mul(size_mul(n, dim), sizeof(**rows)));
    if (*rows)
        ito__source_rows(source, n, *rows);
    ito_source_free(source);
    if (!*rows)
        return ito__fail(ctx, ITO_ENOMEM,
                         "oracle: no memory for %zu rows of %zu values", n,
                         dim);
    return ito_oracle_open_points(ctx, n, dim, *rows, path, out);
}

ito_status ito__oracle_of_file(ito_ctx *ctx, const char *spec, float **rows,
                               ito_oracle **out)
{
    char *const file = ito__strdup(ctx, spec);
    ito_path path;
    ito_status rc;
    char *cut;

    *rows = NULL;
    *out = NULL;
    if (!file)
        return ito__fail(ctx, ITO_ENOMEM, "oracle: no memory");
    cut = find_cut(file);
    if (cut)
        *cut = '\0';
    rc = ito_path_parse(ctx, cut && cut[1] ? cut + 1 : "linear", &path);
    if (rc == ITO_OK)
        rc = open_rows(ctx, file, &path, rows, out);
    ito__free(ctx, file);
    if (rc != ITO_OK) {
        ito__free(ctx, *rows);
        *rows = NULL;
    }
    return rc;
}
