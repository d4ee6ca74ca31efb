/* SPDX-License-Identifier: MIT
 *
 * stream.c - whole files in, streams of bytes out, with messages.
 */
#include "data/stream.h"

#include <errno.h>
#include <string.h>

#include "os/file.h"

#define FIRST ((size_t)1 << 16) /* block for input of unknown size */

struct stream {
    ito_ctx *ctx;
    os_out *out;
    gz_packer *packer; /* NULL when nothing is packed */
    int error;         /* the first one, an errno value */
    const char *path;
};

ito_status stream_fail(ito_ctx *ctx, const char *path, const char *verb,
                       int error)
{
    ito_errinfo at = ito__nowhere();
    char text[128];

    if (error == ENOMEM)
        return ito__fail(ctx, ITO_ENOMEM, "%s", path);
    if (error == EFBIG && verb[0] == 'r')
        return ito__fail(ctx, ITO_ERANGE, "%s: too large", path);
    at = ito__at_file(path, 0, 0);
    at.row = at.column = -1;
    if (error == EISDIR)
        return ito__fail_at(ctx, ITO_EIO, &at,
                            "%s: is a directory; name a file", path);
    return ito__fail_at(ctx, ITO_EIO, &at, "%s: cannot %s: %s", path, verb,
                        os_error_text(error, text, sizeof(text)));
}

bool stream_has_suffix(const char *path, const char *suffix)
{
    const size_t n = strlen(path), m = strlen(suffix);

    if (n < m)
        return false;
    for (size_t i = 0; i < m; i++) {
        char c = path[n - m + i];

        if (c >= 'A' && c <= 'Z')
            c = (char)(c | 0x20);
        if (c != suffix[i])
            return false;
    }
    return true;
}

static ito_status too_large(ito_ctx *ctx, const char *path, size_t limit)
{
    return ito__fail(ctx, ITO_ERANGE,
                     "%s: more than %zu MB of data, the limit; "
                     "take a part of the rows",
                     path, limit >> 20);
}

/* Read to the end of `in` into a block that starts with `room` bytes. */
static ito_status read_growing(ito_ctx *ctx, const char *path, os_in *in,
                               size_t limit, size_t room, char **data,
                               size_t *bytes)
{
    char *block = ito__alloc(ctx, room + 2);
    size_t used = 0, got;

    while (block) {
        const int error = os_in_read(in, block + used, room + 1 - used, &got);
        char *grown;

        used += got;
        if (error != 0 || used > limit) {
            ito__free(ctx, block);
            return error != 0 ? stream_fail(ctx, path, "read", error)
                              : too_large(ctx, path, limit);
        }
        if (used <= room) {
            block[used] = '\0';
            *data = block;
            *bytes = used;
            return ITO_OK;
        }
        room = room > limit / 2 ? limit : 2 * room;
        grown = ito__realloc(ctx, block, used, room + 2);
        if (!grown)
            ito__free(ctx, block);
        block = grown;
    }
    return ito__fail(ctx, ITO_ENOMEM, "%s: %zu bytes", path, room);
}

ito_status stream_read(ito_ctx *ctx, const char *path, size_t limit,
                       char **data, size_t *bytes)
{
    char *packed = NULL, *plain;
    size_t hint;
    os_in *in;
    ito_status rc;
    int error;

    assert(limit < SIZE_MAX / 4);
    *data = NULL;
    *bytes = 0;
    error = os_in_open(path, &in, &hint);
    if (error != 0)
        return stream_fail(ctx, path, "read", error);
    if (hint > limit)
        rc = too_large(ctx, path, limit);
    else
        rc = read_growing(ctx, path, in, limit,
                          size_min(hint ? hint : FIRST, limit), &packed, bytes);
    os_in_close(in);
    if (rc != ITO_OK)
        return rc;
    if (!gz_is_packed(packed, *bytes)) {
        *data = packed;
        return ITO_OK;
    }
    rc = gz_unpack(ctx, path, packed, *bytes, limit, &plain, bytes);
    ito__free(ctx, packed);
    if (rc == ITO_OK)
        *data = plain;
    return rc;
}

static int to_file(void *arg, const void *data, size_t bytes)
{
    return os_out_write(arg, data, bytes);
}

ito_status stream_begin(ito_ctx *ctx, const char *path, stream **out)
{
    const size_t bytes = strlen(path) + 1;
    stream *const s = ito__alloc(ctx, size_add(sizeof(*s), bytes));
    ito_status rc = ITO_OK;
    char *name;
    int error;

    *out = NULL;
    if (!s)
        return ito__fail(ctx, ITO_ENOMEM, "%s", path);
    name = memcpy(s + 1, path, bytes);
    *s = (stream){ .ctx = ctx, .path = name };
    error = os_out_open(path, &s->out);
    if (error != 0)
        rc = stream_fail(ctx, path, "write", error);
    else if (stream_has_suffix(path, ".gz"))
        rc = gz_packer_new(ctx, path, to_file, s->out, &s->packer);
    if (rc != ITO_OK) {
        os_out_abort(s->out);
        ito__free(ctx, s);
        return rc;
    }
    *out = s;
    return ITO_OK;
}

void stream_lazy(stream *s)
{
    os_out_lazy(s->out);
}

void stream_write(stream *s, const void *data, size_t bytes)
{
    if (s->error != 0)
        return;
    if (s->packer)
        s->error = gz_pack(s->packer, data, bytes, false);
    else
        s->error = os_out_write(s->out, data, bytes);
}

ito_status stream_end(stream *s, ito_status keep)
{
    if (keep == ITO_OK && s->error == 0 && s->packer)
        s->error = gz_pack(s->packer, NULL, 0, true);
    gz_packer_free(s->packer);
    if (keep == ITO_OK && s->error == 0)
        s->error = os_out_commit(s->out);
    else
        os_out_abort(s->out);
    if (keep == ITO_OK && s->error != 0)
        keep = stream_fail(s->ctx, s->path, "write", s->error);
    ito__free(s->ctx, s);
    return keep;
}
