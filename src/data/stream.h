/* SPDX-License-Identifier: MIT
 *
 * stream.h - whole files in, streams of bytes out, with messages; both also
 * through gzip where zlib is built in.
 */
#ifndef ITO_DATA_STREAM_H
#define ITO_DATA_STREAM_H

#include "ctx/ctx.h"

/* What readers of data files take, unpacked. */
#define STREAM_LIMIT ((size_t)1 << 30)

/*
 * Read all of a file ("-" is standard input), unpacked when its content is
 * gzip.  *data is followed by a zero byte and freed by ito__free.
 * ITO_EIO (with the system's words), ITO_ERANGE (more than `limit` bytes),
 * ITO_EFORMAT (damaged gzip), ITO_EUNFIT (gzip without zlib), ITO_ENOMEM.
 */
ito_status stream_read(ito_ctx *ctx, const char *path, size_t limit,
                       char **data, size_t *bytes);

/*
 * A file being written whole or not at all, packed when its name ends in .gz.
 * A failure sticks: writing goes on without effect and stream_end reports it.
 */
typedef struct stream stream;

ito_status stream_begin(ito_ctx *ctx, const char *path, stream **out);
void stream_lazy(stream *s); /* as os_out_lazy */
void stream_write(stream *s, const void *data, size_t bytes);
/* Finish and free; on failure, or when `keep` is not ITO_OK, no file is
 * left.  Returns keep if that is a failure. */
ito_status stream_end(stream *s, ito_status keep);

/* True when the name ends in the suffix (".csv"), in any case of letters. */
bool stream_has_suffix(const char *path, const char *suffix);

/* The words of an errno value, as an error about `path`. */
ito_status stream_fail(ito_ctx *ctx, const char *path, const char *verb,
                       int error);

/* gz.c: what stream.c needs of zlib; ITO_EUNFIT where it is not built in. */
typedef struct gz_packer gz_packer;
typedef int (*gz_sink)(void *arg, const void *data, size_t bytes);

bool gz_is_packed(const char *data, size_t bytes);
/* Unpack data of `path` into a block for ito__free, a zero byte behind it. */
ito_status gz_unpack(ito_ctx *ctx, const char *path, const char *data,
                     size_t bytes, size_t limit, char **out, size_t *out_bytes);
/* Pack to sink(arg, ...), which returns an errno value or 0.  gz_pack returns
 * that, or ENOMEM; `last` ends the packed data. */
ito_status gz_packer_new(ito_ctx *ctx, const char *path, gz_sink sink,
                         void *arg, gz_packer **out);
int gz_pack(gz_packer *p, const void *data, size_t bytes, bool last);
void gz_packer_free(gz_packer *p);

#endif /* ITO_DATA_STREAM_H */
