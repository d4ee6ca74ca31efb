/* SPDX-License-Identifier: MIT
 *
 * table_file.c - tables from and to files; the name tells the format.
 */
#include <string.h>

#include "data/stream.h"
#include "data/table.h"
#include "os/file.h"

/* One of the formats, and whether a name stands for it. */
typedef enum format { NONE, CSV, TSV, NPY } format;

static format format_of(const char *path)
{
    static const struct {
        const char *suffix, *packed;
        format is;
    } formats[] = {
        { ".csv", ".csv.gz", CSV },
        { ".txt", ".txt.gz", CSV },
        { ".tsv", ".tsv.gz", TSV },
        { ".npy", ".npy.gz", NPY },
    };

    if (strcmp(path, "-") == 0)
        return CSV;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (stream_has_suffix(path, formats[i].suffix) ||
            stream_has_suffix(path, formats[i].packed))
            return formats[i].is;
    return NONE;
}

static ito_status unknown_format(ito_ctx *ctx, const char *path)
{
    if (os_is_directory(path))
        return ito__fail(ctx, ITO_EIO, "%s: is a directory; name a file", path);
    return ito__fail(ctx, ITO_EUNFIT,
                     "%s: unknown type of file; names of tables end in .csv, "
                     ".tsv or .npy, or one of these and .gz",
                     path);
}

ito_status ito_table_read(ito_ctx *ctx, const char *path,
                          const ito_table_opts *opts, ito_table **out)
{
    ito_table_opts o = opts ? *opts : (ito_table_opts){ 0 };
    format is;
    ito_status rc;
    size_t bytes;
    char *data;

    if (out)
        *out = NULL;
    if (!ctx)
        return ITO_EARG;
    if (!path || !out)
        return ito__fail(ctx, ITO_EARG, "ito_table_read: NULL argument");
    is = format_of(path);
    if (is == NONE)
        return unknown_format(ctx, path);
    if (is == TSV && o.delimiter == '\0')
        o.delimiter = '\t';
    rc = stream_read(ctx, path, STREAM_LIMIT, &data, &bytes);
    if (rc != ITO_OK)
        return rc;
    rc = (is == NPY ? npy_parse : csv_parse)(ctx, path, data, bytes, &o, out);
    ito__free(ctx, data);
    return rc;
}

ito_status ito_table_write(ito_ctx *ctx, const char *path,
                           const ito_table *table)
{
    if (!ctx)
        return ITO_EARG;
    if (!path || !table)
        return ito__fail(ctx, ITO_EARG, "ito_table_write: NULL argument");
    switch (format_of(path)) {
    case CSV: return csv_write(ctx, path, ',', table);
    case TSV: return csv_write(ctx, path, '\t', table);
    case NPY: return npy_write(ctx, path, table);
    case NONE: break;
    }
    return unknown_format(ctx, path);
}
