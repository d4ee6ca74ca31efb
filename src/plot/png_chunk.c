/* SPDX-License-Identifier: MIT
 *
 * png_chunk.c - the chunks that a PNG file is made of: length, type, data and
 * a CRC over type and data.
 *
 * The CRC is that of ISO 3309, polynomial 0xedb88320 in reflected form, four
 * bits at a time: the bytes were packed by libpng, so this is never the slow
 * part.
 */
#include "plot/png_chunk.h"

#include <string.h>

uint32_t ito__png_crc(uint32_t crc, const void *data, size_t bytes)
{
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c
    };
    const unsigned char *p = data;

    crc = ~crc;
    for (size_t i = 0; i < bytes; i++) {
        crc ^= p[i];
        crc = (crc >> 4) ^ table[crc & 15];
        crc = (crc >> 4) ^ table[crc & 15];
    }
    return ~crc;
}

void ito__png_put32(unsigned char *to, uint32_t v)
{
    for (unsigned k = 0; k < 4; k++)
        to[k] = (unsigned char)(v >> (24 - 8 * k));
}

void ito__png_put16(unsigned char *to, uint32_t v)
{
    to[0] = (unsigned char)(v >> 8);
    to[1] = (unsigned char)v;
}

bool ito__png_next(const unsigned char *file, size_t bytes, size_t *at,
                   png_chunk *out)
{
    const unsigned char *p = file + *at;
    size_t length;

    if (*at > bytes || bytes - *at < PNG_FRAME)
        return false;
    length = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
    if (length > bytes - *at - PNG_FRAME)
        return false;
    memcpy(out->type, p + 4, 4);
    out->type[4] = '\0';
    out->data = p + 8;
    out->bytes = length;
    *at += length + PNG_FRAME;
    return true;
}

void ito__png_add(buffer *out, const char type[4], const uint32_t *sequence,
                  const void *data, size_t bytes)
{
    const size_t extra = sequence ? 4 : 0;
    unsigned char head[12], tail[4];
    uint32_t crc;

    ito__png_put32(head, (uint32_t)(bytes + extra));
    memcpy(head + 4, type, 4);
    if (sequence)
        ito__png_put32(head + 8, *sequence);
    crc = ito__png_crc(0, head + 4, 4 + extra);
    crc = ito__png_crc(crc, data, bytes);
    ito__png_put32(tail, crc);
    ito__buffer_add(out, head, 8 + extra);
    ito__buffer_add(out, data, bytes);
    ito__buffer_add(out, tail, 4);
}
