/* SPDX-License-Identifier: MIT
 *
 * buffer.c - bytes that grow, and a file written from them in one piece.
 *
 * Base64 is that of RFC 4648, section 4, without line breaks.
 */
#include "plot/buffer.h"

#include <string.h>

#include "os/file.h"

#define ROOM_FIRST 4096

/* Make room for `bytes` more. */
static bool reserve(buffer *b, size_t bytes)
{
    const size_t need = size_add(b->used, bytes);
    size_t room = b->room ? b->room : ROOM_FIRST;
    unsigned char *data;

    if (b->failed || need <= b->room)
        return !b->failed;
    while (room < need)
        room = size_mul(room, 2);
    data = ito__realloc(b->ctx, b->data, b->room, room);
    if (!data) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->room = room;
    return true;
}

void ito__buffer_add(buffer *b, const void *data, size_t bytes)
{
    if (bytes == 0 || !reserve(b, bytes))
        return;
    memcpy(b->data + b->used, data, bytes);
    b->used += bytes;
}

void ito__buffer_text(buffer *b, const char *s)
{
    ito__buffer_add(b, s, strlen(s));
}

void ito__buffer_base64(buffer *b, const unsigned char *data, size_t bytes)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789+/";

    if (!reserve(b, size_mul(bytes / 3 + 1, 4)))
        return;
    for (size_t i = 0; i < bytes; i += 3) {
        const size_t n = bytes - i < 3 ? bytes - i : 3;
        const unsigned v = (unsigned)data[i] << 16 |
                           (n > 1 ? (unsigned)data[i + 1] << 8 : 0u) |
                           (n > 2 ? (unsigned)data[i + 2] : 0u);
        const char four[4] = { digit[v >> 18], digit[v >> 12 & 63],
                               n > 1 ? digit[v >> 6 & 63] : '=',
                               n > 2 ? digit[v & 63] : '=' };

        ito__buffer_add(b, four, 4);
    }
}

void ito__buffer_free(buffer *b)
{
    ito__free(b->ctx, b->data);
    *b = (buffer){ .ctx = b->ctx };
}

ito_status ito__write_whole(ito_ctx *ctx, const char *path, const void *data,
                            size_t bytes)
{
    char text[128];
    os_out *out;
    int error = os_out_open(path, &out);

    if (error == 0) {
        error = os_out_write(out, data, bytes);
        if (error == 0)
            error = os_out_commit(out);
        else
            os_out_abort(out);
    }
    if (error == 0)
        return ITO_OK;
    return ito__fail(ctx, ITO_EIO, "%s: cannot write: %s", path,
                     os_error_text(error, text, sizeof(text)));
}
