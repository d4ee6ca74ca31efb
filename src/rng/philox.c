/* SPDX-License-Identifier: MIT
 *
 * philox.c - one block of Philox 4x32-10, in plain C.
 *
 * Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2,
 * 3", SC 2011.  The kernels compute many blocks at once; this is the
 * reference that they are tested against, and what draws of single integers
 * are made of.
 */
#include <assert.h>

#include "rng/noise.h"

#define ROUNDS 10

void ito__philox_block(const ito_noise *at, uint64_t g, uint32_t component,
                       uint32_t out[4])
{
    uint32_t c0 = (uint32_t)g;
    uint32_t c1 = (uint32_t)(g >> 32) | at->stream << 16;
    uint32_t c2 = at->step;
    uint32_t c3 = component | at->purpose << 24;
    uint32_t k0 = (uint32_t)at->seed, k1 = (uint32_t)(at->seed >> 32);

    assert(g >> 48 == 0 && at->stream >> 16 == 0);
    assert(component >> 24 == 0 && at->purpose >> 8 == 0);
    for (int r = 0; r < ROUNDS; r++) {
        const uint64_t p0 = UINT64_C(0xD2511F53) * c0;
        const uint64_t p1 = UINT64_C(0xCD9E8D57) * c2;

        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}
