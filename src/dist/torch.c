/* SPDX-License-Identifier: MIT
 *
 * torch.c - the numbers of torch.rand(float32) on a CPU.
 *
 * MT19937 (Matsumoto and Nishimura 1998) seeded by init_genrand, of each word
 * the low 24 bits over 2^24.  Only the first 624 words are offered: one
 * regeneration of the state, computed word by word.
 */
#include "dist/kinds.h"

#define N 624
#define M 397

static uint32_t twist(uint32_t high, uint32_t low)
{
    const uint32_t y = (high & 0x80000000u) | (low & 0x7fffffffu);

    return (y >> 1) ^ ((y & 1u) != 0 ? 0x9908b0dfu : 0u);
}

static uint32_t temper(uint32_t y)
{
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

void ito__torch_rand(uint32_t seed, size_t count, double *u)
{
    uint32_t state[N];

    assert(count <= N);
    state[0] = seed;
    for (uint32_t j = 1; j < N; j++)
        state[j] = 1812433253u * (state[j - 1] ^ (state[j - 1] >> 30)) + j;
    for (size_t j = 0; j < count; j++) {
        state[j] = state[(j + M) % N] ^ twist(state[j], state[(j + 1) % N]);
        u[j] = (double)(temper(state[j]) & 0xffffffu) / 16777216.0;
    }
}
