/* SPDX-License-Identifier: MIT
 *
 * brownian_tmpl.h - normals in the layout of a tile, and what is done to
 * them.  Before inclusion: VALUE is the type, NAME(f) gives the functions
 * their names, COMP and SPAN make normals (rng/noise.h), KERN(kern) is the
 * table of kernels.  Not guarded: included once for each type by brownian.c.
 */

/* Normal c of `per` dim of a particle goes to state c % per of `out`, as that
 * of Brownian motion c / per.  First for few, then for many components. */
static void NAME(few)(const brownian_tile *b, const ito_noise *at, size_t per,
                      void *const *const *out)
{
    VALUE block[BLOCK];

    for (size_t c = 0; c < per * b->dim; c++) {
        const size_t j = c / per;

        if (!b->wide) {
            COMP(b->kern, at, b->id0, b->n, c, out[c % per][j]);
            continue;
        }
        for (size_t i = 0; i < b->n; i += BLOCK) {
            VALUE *const row = (VALUE *)out[c % per][0] + i * b->dim + j;
            const size_t m = size_min(BLOCK, b->n - i);

            COMP(b->kern, at, b->id0 + i, m, c, block);
            for (size_t r = 0; r < m; r++)
                row[r * b->dim] = block[r];
        }
    }
}

static void NAME(many)(const brownian_tile *b, const ito_noise *at, size_t per,
                       void *const *const *out)
{
    const size_t all = per * b->dim;
    VALUE block[BLOCK];

    for (size_t i = 0; i < b->n; i++)
        for (size_t c0 = 0; c0 < all; c0 += BLOCK) {
            const size_t m = size_min(BLOCK, all - c0);

            SPAN(b->kern, at, b->id0 + i, c0, m, block);
            for (size_t r = 0; r < m; r++) {
                const size_t c = c0 + r, j = c / per;
                VALUE *const values = out[c % per][b->wide ? 0 : j];

                values[b->wide ? i * b->dim + j : i] = block[r];
            }
        }
}

static void NAME(normals)(const brownian_tile *b, const ito_noise *at,
                          size_t per, void *const *const *out)
{
    if (per * b->dim < ITO__NOISE_NARROW)
        NAME(few)(b, at, per, out);
    else
        NAME(many)(b, at, per, out);
}

static void NAME(scale)(const brownian_tile *b, double a, void *const *x)
{
    const size_t values = b->wide ? b->n * b->dim : b->n;

    for (size_t j = 0; j < (b->wide ? 1 : b->dim); j++)
        KERN(b->kern)->scale(values, (VALUE)a, x[j], x[j]);
}

static void NAME(bisect)(const ito_kern *kern, size_t n, double length,
                         const void *const z[2], void *const wh[2],
                         void *const second[2])
{
    const VALUE *const zs[2] = { z[0], z[1] };
    VALUE *const to[2] = { second[0], second[1] };

    KERN(kern)->bisect(n, length, zs, wh[0], wh[1], to);
}
