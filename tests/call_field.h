/* SPDX-License-Identifier: MIT
 *
 * call_field.h - call one callback of a field at one point, as a solver would.
 */
#ifndef CALL_FIELD_H
#define CALL_FIELD_H

#include <ito/system.h>

#include "check.h"

#define CALL_LANES 32
#define CALL_OUTS  512
#define CALL_DIM   16

/* out[0 .. outs-1] = fn(t, x) in double. */
__attribute__((unused)) static void call_field(const ito_field *f,
                                               ito_eval_fn fn, size_t outs,
                                               double t, const double *x,
                                               double *out)
{
    static _Alignas(64) double in[CALL_DIM][CALL_LANES];
    static _Alignas(64) double to[CALL_OUTS][CALL_LANES];
    static _Alignas(64) char scratch[1 << 22];
    const void *in_at[CALL_DIM];
    void *to_at[CALL_OUTS];
    ito_tile tile = { .n = 1,
                      .npad = CALL_LANES,
                      .dim = f->dim,
                      .flags = f->flags,
                      .dtype = ITO_F64,
                      .x = in_at,
                      .t = t,
                      .scratch = scratch };

    CHECK(fn && f->dim <= CALL_DIM && outs <= CALL_OUTS);
    CHECK(!f->scratch_bytes ||
          f->scratch_bytes(f->user, CALL_LANES) <= sizeof(scratch));
    for (size_t c = 0; c < f->dim; c++) {
        in_at[c] = in[c];
        for (size_t i = 0; i < CALL_LANES; i++)
            in[c][i] = x[c];
    }
    for (size_t k = 0; k < outs; k++)
        to_at[k] = to[k];
    CHECK(fn(f->user, &tile, to_at) == 0);
    for (size_t k = 0; k < outs; k++)
        out[k] = to[k][0];
}

/* Brownian motions of a field. */
__attribute__((unused)) static size_t noises_of(const ito_field *f)
{
    return f->noise_dim ? f->noise_dim : f->dim;
}

/* The diffusion as a matrix, dim x noises. */
__attribute__((unused)) static void call_sigma(const ito_field *f, double t,
                                               const double *x, double *sigma)
{
    const size_t dim = f->dim, m = noises_of(f);
    double diagonal[CALL_DIM];

    if (f->noise_dim) {
        call_field(f, f->diffusion, dim * m, t, x, sigma);
        return;
    }
    call_field(f, f->diffusion, dim, t, x, diagonal);
    memset(sigma, 0, dim * dim * sizeof(*sigma));
    for (size_t c = 0; c < dim; c++)
        sigma[c * dim + c] = diagonal[c];
}

/* A point inside the limits. */
__attribute__((unused)) static void point_in(const ito_system *s, double *x)
{
    const ito_system_hints *h = ito_system_hint(s);

    for (size_t c = 0; c < ito_system_field(s)->dim; c++)
        x[c] = h->lo[c] +
               (h->hi[c] - h->lo[c]) * (0.5 + 0.35 * (double)t_uniform());
}

#endif /* CALL_FIELD_H */
