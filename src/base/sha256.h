/* SPDX-License-Identifier: MIT
 *
 * sha256.h - SHA-256 (FIPS 180-4), to notice damaged files.
 */
#ifndef ITO_BASE_SHA256_H
#define ITO_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define ITO_SHA256_BYTES 32
#define ITO_SHA256_HEX   65 /* 64 digits and a zero */

typedef struct ito_sha256 {
    uint32_t state[8];
    uint64_t bytes;          /* taken in so far */
    unsigned char block[64]; /* bytes % 64 of them */
} ito_sha256;

void ito__sha256_begin(ito_sha256 *h);
void ito__sha256_add(ito_sha256 *h, const void *data, size_t bytes);
void ito__sha256_end(ito_sha256 *h, unsigned char out[ITO_SHA256_BYTES]);

/* All of it in one call. */
void ito__sha256(const void *data, size_t bytes,
                 unsigned char out[ITO_SHA256_BYTES]);

/* A digest as lower-case hexadecimal and a closing zero. */
void ito__sha256_text(const unsigned char digest[ITO_SHA256_BYTES],
                      char out[ITO_SHA256_HEX]);

#endif /* ITO_BASE_SHA256_H */
