/* SPDX-License-Identifier: MIT
 *
 * noise.h - filling arrays with addressed random numbers, for the library.
 *
 * A number is a pure function of (seed, stream, id, step, component,
 * purpose); the layout is that of ito/noise.h.  These calls may be made from
 * worker threads.
 */
#ifndef ITO_RNG_NOISE_H
#define ITO_RNG_NOISE_H

#include <ito/noise.h>

#include "kern/kern.h"

/* Below this many components a group of numbers is several ids of one
 * component, from here on several components of one id. */
#define ITO__NOISE_NARROW 32

/*
 * out[i * ld + c] for i < n, c < dim: the numbers of ids id0 .. id0 + n - 1
 * and components 0 .. dim - 1 under address `at`.
 */
void ito__normal_rows(const ito_kern *kern, const ito_noise *at, uint64_t id0,
                      size_t n, size_t dim, float *out, size_t ld);
void ito__uniform_rows(const ito_kern *kern, const ito_noise *at, uint64_t id0,
                       size_t n, size_t dim, float *out, size_t ld);
void ito__normal_rows64(const ito_kern *kern, const ito_noise *at, uint64_t id0,
                        size_t n, size_t dim, double *out, size_t ld);
void ito__uniform_rows64(const ito_kern *kern, const ito_noise *at,
                         uint64_t id0, size_t n, size_t dim, double *out,
                         size_t ld);

/* out[i], i < n: component `comp` of ids id0 .. id0 + n - 1, dim < 32. */
void ito__normal_comp(const ito_kern *kern, const ito_noise *at, uint64_t id0,
                      size_t n, size_t comp, float *out);
void ito__uniform_comp(const ito_kern *kern, const ito_noise *at, uint64_t id0,
                       size_t n, size_t comp, float *out);
void ito__normal_comp64(const ito_kern *kern, const ito_noise *at, uint64_t id0,
                        size_t n, size_t comp, double *out);
void ito__uniform_comp64(const ito_kern *kern, const ito_noise *at,
                         uint64_t id0, size_t n, size_t comp, double *out);

/* out[c - c0], c0 <= c < c0 + n: components of one id of dim >= 32; c0 is a
 * multiple of 32. */
void ito__normal_span(const ito_kern *kern, const ito_noise *at, uint64_t id,
                      size_t c0, size_t n, float *out);
void ito__normal_span64(const ito_kern *kern, const ito_noise *at, uint64_t id,
                        size_t c0, size_t n, double *out);

/* The counter from which kernels make component `comp`, dim < 32, of ids from
 * id0 on, a multiple of 32. */
ito_philox ito__noise_run(const ito_noise *at, uint64_t id0, size_t comp,
                          bool f64);

/* The counter from which kernels make the components of one id, from the first
 * on, of dim >= 32; that of the next id is one more. */
ito_philox ito__noise_row(const ito_noise *at, uint64_t id);

/* The four words of one Philox block: a scalar reference, and what integer
 * draws are made of. */
void ito__philox_block(const ito_noise *at, uint64_t g, uint32_t component,
                       uint32_t out[4]);

/*
 * A keyed bijection of 0 .. n - 1 (a Feistel network with cycle walking):
 * where element i of epoch `epoch` stands.  n > 0, i < n.
 */
uint64_t ito__permute(uint64_t seed, uint64_t epoch, uint64_t n, uint64_t i);

#endif /* ITO_RNG_NOISE_H */
