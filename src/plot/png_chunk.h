/* SPDX-License-Identifier: MIT
 *
 * png_chunk.h - the chunks that a PNG file is made of (Portable Network
 * Graphics, third edition, section 5.3).
 */
#ifndef ITO_PLOT_PNG_CHUNK_H
#define ITO_PLOT_PNG_CHUNK_H

#include "plot/buffer.h"

#define PNG_SIGNATURE "\x89PNG\r\n\x1a\n"
#define PNG_HEAD      8  /* bytes of the signature */
#define PNG_FRAME     12 /* bytes of a chunk around its data */

/* A chunk in memory. */
typedef struct png_chunk {
    char type[5];
    const unsigned char *data;
    size_t bytes;
} png_chunk;

/* The chunk at *at of a file; moves *at behind it.  False at the end, and
 * where the file is cut short. */
bool ito__png_next(const unsigned char *file, size_t bytes, size_t *at,
                   png_chunk *out);

/* The CRC of section 5.5 over bytes, going on from `crc`; start with 0. */
uint32_t ito__png_crc(uint32_t crc, const void *data, size_t bytes);

/* Add a chunk.  Where `sequence` is not NULL, its number stands before the
 * data, as in fdAT. */
void ito__png_add(buffer *out, const char type[4], const uint32_t *sequence,
                  const void *data, size_t bytes);

/* Numbers, the highest byte first. */
void ito__png_put32(unsigned char *to, uint32_t v);
void ito__png_put16(unsigned char *to, uint32_t v);

#endif /* ITO_PLOT_PNG_CHUNK_H */
