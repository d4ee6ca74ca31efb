/* SPDX-License-Identifier: MIT
 *
 * sha256.c - SHA-256 as FIPS 180-4, section 6.2, writes it down.
 */
#include "base/sha256.h"

#include <string.h>

/* The first 32 bits of the fractions of the cube roots of the first 64
 * primes (FIPS 180-4, 4.2.2). */
static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

/* The message schedule of one block. */
static void schedule(const unsigned char block[64], uint32_t w[64])
{
    for (size_t i = 0; i < 16; i++) {
        const unsigned char *const b = block + 4 * i;

        w[i] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
               (uint32_t)b[2] << 8 | b[3];
    }
    for (size_t i = 16; i < 64; i++) {
        const uint32_t x = w[i - 15], y = w[i - 2];

        w[i] = w[i - 16] + (rotate(x, 7) ^ rotate(x, 18) ^ x >> 3) + w[i - 7] +
               (rotate(y, 17) ^ rotate(y, 19) ^ y >> 10);
    }
}

static void add_block(uint32_t state[8], const unsigned char block[64])
{
    uint32_t w[64], s[8];

    schedule(block, w);
    memcpy(s, state, sizeof(s));
    for (size_t i = 0; i < 64; i++) {
        const uint32_t a = s[0], e = s[4];
        const uint32_t t1 = s[7] +
                            (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
                            ((e & s[5]) ^ (~e & s[6])) + constants[i] + w[i];
        const uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
                            ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));

        s[7] = s[6];
        s[6] = s[5];
        s[5] = e;
        s[4] = s[3] + t1;
        s[3] = s[2];
        s[2] = s[1];
        s[1] = a;
        s[0] = t1 + t2;
    }
    for (size_t i = 0; i < 8; i++)
        state[i] += s[i];
}

void ito__sha256_begin(ito_sha256 *h)
{
    static const uint32_t start[8] = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    };

    memcpy(h->state, start, sizeof(start));
    h->bytes = 0;
}

void ito__sha256_add(ito_sha256 *h, const void *data, size_t bytes)
{
    const unsigned char *p = data;
    size_t used = (size_t)(h->bytes % 64);

    if (bytes == 0)
        return;
    h->bytes += bytes;
    if (used > 0) {
        const size_t n = bytes < 64 - used ? bytes : 64 - used;

        memcpy(h->block + used, p, n);
        p += n;
        bytes -= n;
        used += n;
        if (used < 64)
            return;
        add_block(h->state, h->block);
    }
    for (; bytes >= 64; bytes -= 64, p += 64)
        add_block(h->state, p);
    if (bytes > 0)
        memcpy(h->block, p, bytes);
}

void ito__sha256_end(ito_sha256 *h, unsigned char out[ITO_SHA256_BYTES])
{
    static const unsigned char pad[64] = { 0x80 };
    const uint64_t bits = h->bytes * 8;
    const size_t used = (size_t)(h->bytes % 64);
    unsigned char length[8];

    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)(bits >> (56 - 8 * i));
    ito__sha256_add(h, pad, used < 56 ? 56 - used : 120 - used);
    ito__sha256_add(h, length, sizeof(length));
    for (size_t i = 0; i < ITO_SHA256_BYTES; i++)
        out[i] = (unsigned char)(h->state[i / 4] >> (24 - 8 * (i % 4)));
}

void ito__sha256(const void *data, size_t bytes,
                 unsigned char out[ITO_SHA256_BYTES])
{
    ito_sha256 h;

    ito__sha256_begin(&h);
    ito__sha256_add(&h, data, bytes);
    ito__sha256_end(&h, out);
}

void ito__sha256_text(const unsigned char digest[ITO_SHA256_BYTES],
                      char out[ITO_SHA256_HEX])
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < ITO_SHA256_BYTES; i++) {
        out[2 * i] = hex[digest[i] >> 4];
        out[2 * i + 1] = hex[digest[i] & 15];
    }
    out[2 * ITO_SHA256_BYTES] = '\0';
}
