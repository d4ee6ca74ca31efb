/* SPDX-License-Identifier: MIT
 *
 * noise_tmpl.h - runs of any start and length out of whole groups of numbers.
 * Before inclusion: VALUE is the type, GROUP the numbers of a group and
 * NAME(f) gives the functions their names.  Not guarded: included once for
 * each type by noise.c.
 */

typedef void (*NAME(fill_fn))(size_t groups, const ito_philox *p, VALUE *out);

/* n numbers from number `skip` < GROUP of the group at p on. */
static void NAME(cut)(NAME(fill_fn) fill, ito_philox p, size_t skip, size_t n,
                      VALUE *out)
{
    VALUE group[GROUP];

    if (skip > 0) {
        const size_t first = size_min(n, GROUP - skip);
        fill(1, &p, group);
        memcpy(out, group + skip, first * sizeof(*out));
        advance(&p, 1);
        out += first;
        n -= first;
    }
    fill(n / GROUP, &p, out);
    if (n % GROUP > 0) {
        advance(&p, n / GROUP);
        fill(1, &p, group);
        memcpy(out + (n - n % GROUP), group, n % GROUP * sizeof(*out));
    }
}

static void NAME(fill_comp)(NAME(fill_fn) fill, const ito_noise *at,
                            uint64_t id0, size_t n, size_t comp, VALUE *out)
{
    NAME(cut)
    (fill, address(at, id0 / GROUP * 8, (uint32_t)comp), (size_t)(id0 % GROUP),
     n, out);
}

static void NAME(fill_span)(NAME(fill_fn) fill, const ito_noise *at,
                            uint64_t id, size_t c0, size_t n, VALUE *out)
{
    ito_philox p = address(at, id, 0);

    p.wide = true;
    advance(&p, c0 / GROUP);
    NAME(cut)(fill, p, 0, n, out);
}

static void NAME(fill_rows)(NAME(fill_fn) fill, const ito_noise *at,
                            uint64_t id0, const size_t shape[2], VALUE *out,
                            size_t ld)
{
    const size_t n = shape[0], dim = shape[1];
    VALUE block[BLOCK];

    if (dim >= NARROW) {
        for (size_t i = 0; i < n; i++)
            NAME(fill_span)(fill, at, id0 + i, 0, dim, out + i * ld);
        return;
    }
    for (size_t i = 0; i < n; i += BLOCK) {
        const size_t m = size_min(n - i, BLOCK);
        for (size_t c = 0; c < dim; c++) {
            NAME(fill_comp)(fill, at, id0 + i, m, c, block);
            for (size_t r = 0; r < m; r++)
                out[(i + r) * ld + c] = block[r];
        }
    }
}
