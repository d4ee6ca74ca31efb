/* SPDX-License-Identifier: MIT
 *
 * image_npy.c - images from and to NumPy's arrays of 3 or 4 dimensions.
 */
#include <string.h>

#include "data/image.h"

/* Height, width and channels of an array, by itself or by the options. */
static ito_status shape_of(ito_ctx *ctx, const char *path, const npy_array *a,
                           const ito_image_opts *opts, size_t shape[3])
{
    const size_t c = opts->shape[2] ? opts->shape[2] : 1;
    const size_t asked = size_mul(size_mul(opts->shape[0], opts->shape[1]), c);

    if (a->rank > 2) {
        shape[0] = a->shape[1];
        shape[1] = a->shape[2];
        shape[2] = a->rank == 4 ? a->shape[3] : 1;
        return ITO_OK;
    }
    if (a->cols != asked)
        return ito__fail(ctx, ITO_EARG,
                         "%s: NPY: %zu columns; images of %zu x %zu x %zu have "
                         "%zu pixels",
                         path, a->cols, opts->shape[0], opts->shape[1], c,
                         asked);
    shape[0] = opts->shape[0];
    shape[1] = opts->shape[1];
    shape[2] = c;
    return ITO_OK;
}

ito_status ito__images_read_npy(ito_ctx *ctx, const char *path,
                                const ito_image_opts *opts, ito_images **out)
{
    size_t bytes, shape[3];
    npy_array a;
    ito_status rc;
    char *data;

    *out = NULL;
    if ((rc = stream_read(ctx, path, STREAM_LIMIT, &data, &bytes)) != ITO_OK)
        return rc;
    rc = npy_open_rank(ctx, path, data, bytes, 4, &a);
    if (rc == ITO_OK)
        rc = shape_of(ctx, path, &a, opts, shape);
    if (rc == ITO_OK)
        rc = ito__images_from_array(ctx, path, &a, shape, opts, out);
    ito__free(ctx, data);
    return rc;
}

ito_status ito__images_write_npy(ito_ctx *ctx, const char *path,
                                 const ito_images *set)
{
    const ito_image_format *f = &set->format;
    const bool bytes = f->pixel == ITO_PIXEL_BYTE;
    const size_t total = set->count * image_values(f);
    stream *out;
    ito_status rc;

    if ((rc = stream_begin(ctx, path, &out)) != ITO_OK)
        return rc;
    npy_put_header(
        out, bytes ? "|u1" : "<f4", f->channels > 1 ? 4 : 3,
        (const size_t[]){ set->count, f->height, f->width, f->channels });
    for (size_t k = 0; k < total; k++) {
        unsigned char item[4];
        uint32_t bits;

        if (bytes) {
            item[0] = ((const unsigned char *)set->pixels)[k];
        } else {
            memcpy(&bits, (const float *)set->pixels + k, sizeof(bits));
            for (int b = 0; b < 4; b++)
                item[b] = (unsigned char)(bits >> (8 * b));
        }
        stream_write(out, item, bytes ? 1 : 4);
    }
    return stream_end(out, ITO_OK);
}
