/* SPDX-License-Identifier: MIT
 *
 * fuzz_idx.c - any bytes as images in the format of MNIST.
 */
#include <stdlib.h>

#include "data/image.h"
#include "fuzz.h"

const fuzz_seed fuzz_seeds[] = {
    FUZZ_SEED("\0\0\x08\3\0\0\0\2\0\0\0\1\0\0\0\3abcdef"),
    FUZZ_SEED("\0\0\x0d\3\0\0\0\1\0\0\0\1\0\0\0\2\x3f\x80\0\0\x40\0\0\0"),
    FUZZ_SEED("\0\0\x0b\4\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\3\0\1\0\2\0\3"),
    FUZZ_SEED("\0\0\x08\1\0\0\0\3\1\2\3"),
    { NULL, 0 },
};

const fuzz_seed fuzz_words[] = {
    FUZZ_SEED("\xff\xff\xff\xff"),
    FUZZ_SEED("\0\0\0\1"),
    FUZZ_SEED("\x7f\xc0\0\0"),
    FUZZ_SEED("\0\0\0\0"),
    { NULL, 0 },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const ito_ctx_opts ctx_opts = { .threads = 1 };
    const ito_image_opts opts = { .lo = 0.0 };
    ito_images *images;
    ito_ctx *ctx;
    ito_status rc;

    if (ito_open(&ctx, &ctx_opts) != ITO_OK)
        abort();
    rc = ito__idx_parse(ctx, "fuzz", (const char *)data, size, &opts, &images);
    if ((rc == ITO_OK) != (images != NULL))
        abort();
    if (images) {
        const ito_image_format *f = ito_images_format_of(images);
        const size_t n = ito_images_count(images) * image_values(f);

        for (size_t k = 0; k < n; k++)
            if (!(image_value(images, k) >= f->lo &&
                  image_value(images, k) <= f->hi))
                abort();
    }
    ito_images_free(images);
    ito_close(ctx);
    return 0;
}
