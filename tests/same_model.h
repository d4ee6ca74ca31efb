/* SPDX-License-Identifier: MIT
 *
 * same_model.h - is a model the same, however it was trained: through a stop
 * and a resume, and by its file.
 */
#ifndef SAME_MODEL_H
#define SAME_MODEL_H

#include <ito/train.h>

#include "base/sha256.h"
#include "os/file.h"

/* Train to the end; after `stop` steps, unless 0, by way of a checkpoint. */
static ito_status run_to_end(ito_ctx *ctx, const ito_source *source,
                             const ito_train_opts *o, size_t stop,
                             const char *checkpoint, ito_trainer **out)
{
    ito_status rc = ito_trainer_new(ctx, source, o, out);

    if (rc == ITO_OK && stop > 0) {
        rc = ito_trainer_run(ctx, *out, stop);
        if (rc == ITO_OK)
            rc = ito_trainer_save(ctx, *out, checkpoint);
        ito_trainer_free(*out);
        *out = NULL;
        if (rc == ITO_OK)
            rc = ito_trainer_new(ctx, source, o, out);
        if (rc == ITO_OK)
            rc = ito_trainer_resume(ctx, *out, checkpoint);
    }
    return rc == ITO_OK ? ito_trainer_run(ctx, *out, SIZE_MAX) : rc;
}

/* SHA-256 of a file; "" where it cannot be read. */
static void hash_file(const char *path, char hash[ITO_SHA256_HEX])
{
    unsigned char digest[ITO_SHA256_BYTES];
    char *data = NULL;
    size_t bytes;

    hash[0] = '\0';
    if (os_read_all(path, 1 << 24, &data, &bytes) == 0) {
        ito__sha256(data, bytes, digest);
        ito__sha256_text(digest, hash);
    }
    os_free(data);
}

#endif /* SAME_MODEL_H */
