/* SPDX-License-Identifier: MIT
 *
 * gz.c - gzip (RFC 1952) through zlib, or the word that it is not built in.
 *
 * Packed files carry no time, no name and no system, so equal data give equal
 * bytes with one version of zlib.
 */
#include "data/stream.h"

#include <errno.h>
#include <string.h>

bool gz_is_packed(const char *data, size_t bytes)
{
    return bytes >= 2 && (unsigned char)data[0] == 0x1f &&
           (unsigned char)data[1] == 0x8b;
}

#if defined(ITO_WITH_ZLIB) && ITO_WITH_ZLIB

#define ZLIB_CONST
#include <zlib.h>

#define PIECE  ((size_t)1 << 30) /* zlib counts in unsigned int */
#define BUFFER 16384
#define GZIP   16 /* added to the window bits: gzip instead of zlib */

static void *z_alloc(void *ctx, uInt n, uInt bytes)
{
    return ito__alloc(ctx, size_mul(n, bytes));
}

static void z_free(void *ctx, void *p)
{
    ito__free(ctx, p);
}

/* What is known of a stream being unpacked. */
typedef struct unpacker {
    ito_ctx *ctx;
    const char *path;
    z_stream z;
    const char *end; /* of the input */
    char *out;
    size_t used, room;
} unpacker;

static ito_status damaged(const unpacker *u, const char *what)
{
    return ito__fail(u->ctx, ITO_EFORMAT, "%s: gzip: %s", u->path, what);
}

/* Make room for more output; the limit was checked. */
static ito_status grow(unpacker *u, size_t limit)
{
    size_t room = size_min(size_mul(u->room, 2), limit);
    char *grown;

    if (u->used < u->room)
        return ITO_OK;
    /* at the limit one byte more tells what is too long */
    room = size_max(room, u->used + 1);
    grown = ito__realloc(u->ctx, u->out, u->used, room + 1);
    if (!grown)
        return ito__fail(u->ctx, ITO_ENOMEM, "%s: %zu bytes", u->path, room);
    u->out = grown;
    u->room = room;
    return ITO_OK;
}

/* Unpack one piece; *end at the end of a gzip member. */
static ito_status unpack_piece(unpacker *u, bool *end)
{
    const size_t in =
        size_min((size_t)(u->end - (const char *)u->z.next_in), PIECE);
    const size_t out = size_min(u->room - u->used, PIECE);
    int code;

    u->z.avail_in = (uInt)in;
    u->z.next_out = (Bytef *)u->out + u->used;
    u->z.avail_out = (uInt)out;
    code = inflate(&u->z, Z_NO_FLUSH);
    u->used += out - u->z.avail_out;
    *end = code == Z_STREAM_END;
    if (code == Z_MEM_ERROR)
        return ito__fail(u->ctx, ITO_ENOMEM, "%s: gzip", u->path);
    if (code == Z_BUF_ERROR || (code == Z_OK && in == 0 && u->z.avail_out))
        return damaged(u, "the file ends too early; copy it again");
    if (code != Z_OK && code != Z_STREAM_END)
        return damaged(u, "damaged data; copy the file again");
    return ITO_OK;
}

/* Unpack all members. */
static ito_status unpack_all(unpacker *u, size_t limit)
{
    ito_status rc;
    bool end;

    for (;;) {
        if ((rc = grow(u, limit)) != ITO_OK ||
            (rc = unpack_piece(u, &end)) != ITO_OK)
            return rc;
        if (u->used > limit)
            return ito__fail(u->ctx, ITO_ERANGE,
                             "%s: unpacks to more than %zu MB, the limit; "
                             "take a part of the rows",
                             u->path, limit >> 20);
        if (!end)
            continue;
        if (!gz_is_packed((const char *)u->z.next_in,
                          (size_t)(u->end - (const char *)u->z.next_in)))
            break;
        if (inflateReset(&u->z) != Z_OK)
            return damaged(u, "a second part cannot be read");
    }
    for (const char *p = (const char *)u->z.next_in; p < u->end; p++)
        if (*p != '\0') /* tape blocks are padded with zeros */
            return damaged(u, "other data behind the packed data");
    return ITO_OK;
}

ito_status gz_unpack(ito_ctx *ctx, const char *path, const char *data,
                     size_t bytes, size_t limit, char **out, size_t *out_bytes)
{
    unpacker u = { .ctx = ctx, .path = path, .end = data + bytes };
    ito_status rc;

    *out = NULL;
    *out_bytes = 0;
    u.room = size_min(size_mul(bytes, 4), limit);
    u.z.zalloc = z_alloc;
    u.z.zfree = z_free;
    u.z.opaque = ctx;
    u.z.next_in = (const Bytef *)data;
    u.out = ito__alloc(ctx, u.room + 1);
    if (!u.out || inflateInit2(&u.z, MAX_WBITS + GZIP) != Z_OK) {
        ito__free(ctx, u.out);
        return ito__fail(ctx, ITO_ENOMEM, "%s: gzip", path);
    }
    rc = unpack_all(&u, limit);
    (void)inflateEnd(&u.z);
    if (rc != ITO_OK) {
        ito__free(ctx, u.out);
        return rc;
    }
    u.out[u.used] = '\0';
    *out = u.out;
    *out_bytes = u.used;
    return ITO_OK;
}

struct gz_packer {
    ito_ctx *ctx;
    z_stream z;
    gz_header header;
    gz_sink sink;
    void *arg;
    Bytef buffer[BUFFER];
};

ito_status gz_packer_new(ito_ctx *ctx, const char *path, gz_sink sink,
                         void *arg, gz_packer **out)
{
    gz_packer *const p = ito__calloc(ctx, 1, sizeof(*p));

    *out = p;
    if (!p)
        return ito__fail(ctx, ITO_ENOMEM, "%s: gzip", path);
    p->ctx = ctx;
    p->sink = sink;
    p->arg = arg;
    p->z.zalloc = z_alloc;
    p->z.zfree = z_free;
    p->z.opaque = ctx;
    p->header.os = 255; /* unknown; all else is zero, the time too */
    if (deflateInit2(&p->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP,
                     8, Z_DEFAULT_STRATEGY) != Z_OK) {
        ito__free(ctx, p);
        *out = NULL;
        return ito__fail(ctx, ITO_ENOMEM, "%s: gzip", path);
    }
    (void)deflateSetHeader(&p->z, &p->header);
    return ITO_OK;
}

/* Pack at most PIECE bytes. */
static int pack_piece(gz_packer *p, const void *data, size_t bytes, int flush)
{
    int code, error;

    p->z.next_in = data;
    p->z.avail_in = (uInt)bytes;
    do {
        p->z.next_out = p->buffer;
        p->z.avail_out = BUFFER;
        code = deflate(&p->z, flush);
        error = p->sink(p->arg, p->buffer, BUFFER - p->z.avail_out);
        if (error != 0)
            return error;
    } while (code == Z_OK && p->z.avail_out == 0);
    return 0;
}

int gz_pack(gz_packer *p, const void *data, size_t bytes, bool last)
{
    const unsigned char *at = data;
    int error = 0;

    for (; bytes > PIECE && error == 0; bytes -= PIECE, at += PIECE)
        error = pack_piece(p, at, PIECE, Z_NO_FLUSH);
    if (error == 0 && (bytes > 0 || last))
        error = pack_piece(p, at, bytes, last ? Z_FINISH : Z_NO_FLUSH);
    return error;
}

void gz_packer_free(gz_packer *p)
{
    if (!p)
        return;
    (void)deflateEnd(&p->z);
    ito__free(p->ctx, p);
}

#else /* no zlib */

struct gz_packer {
    int unused;
};

static ito_status absent(ito_ctx *ctx, const char *path)
{
    return ito__fail(ctx, ITO_EUNFIT,
                     "%s: gzip: this build is without zlib; use the unpacked "
                     "file, or build with zlib",
                     path);
}

ito_status gz_unpack(ito_ctx *ctx, const char *path, const char *data,
                     size_t bytes, size_t limit, char **out, size_t *out_bytes)
{
    (void)data;
    (void)bytes;
    (void)limit;
    *out = NULL;
    *out_bytes = 0;
    return absent(ctx, path);
}

ito_status gz_packer_new(ito_ctx *ctx, const char *path, gz_sink sink,
                         void *arg, gz_packer **out)
{
    (void)sink;
    (void)arg;
    *out = NULL;
    return absent(ctx, path);
}

int gz_pack(gz_packer *p, const void *data, size_t bytes, bool last)
{
    (void)p;
    (void)data;
    (void)bytes;
    (void)last;
    return ENOSYS;
}

void gz_packer_free(gz_packer *p)
{
    (void)p;
}

#endif
