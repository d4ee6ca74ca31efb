/* SPDX-License-Identifier: MIT
 *
 * bisect_tmpl.h - cutting increments of Brownian motion in halves, for float
 * and double; ito/brownian.h has the formulas.
 */
#ifndef ITO_KERN_BISECT_TMPL_H
#define ITO_KERN_BISECT_TMPL_H

/* An increment and its area; after the cut the first half, and the second
 * half in *wb and *hb. */
ITO_INLINE void bisect_one(const vf a[3], const vf z[2], vf *w, vf *h, vf *wb,
                           vf *hb)
{
    const vf half = V1(0.5);
    const vf d = v_fma(a[0], z[0], v_mul(V1(1.5), *h));
    const vf e = v_fnma(a[1], z[0], v_mul(V1(0.25), *h));

    *wb = v_sub(v_mul(half, *w), d);
    *w = v_fma(half, *w, d);
    *hb = v_fnma(a[2], z[1], e);
    *h = v_fma(a[2], z[1], e);
}

static void vec_bisect(size_t n, double length, const real *const z[2], real *w,
                       real *h, real *const second[2])
{
    const double root = sqrt(length);
    const vf a[3] = { v_set1(R(root / 4.0)), v_set1(R(root / 8.0)),
                      v_set1(R(sqrt(length / 48.0))) };
    real *const wb = second[0], *const hb = second[1];
    vf vw, vh, vwb, vhb;
    size_t i = 0;

    for (; i + SIMD_WIDTH <= n; i += SIMD_WIDTH) {
        const vf vz[2] = { v_load(z[0] + i), v_load(z[1] + i) };

        vw = v_load(w + i);
        vh = v_load(h + i);
        bisect_one(a, vz, &vw, &vh, &vwb, &vhb);
        v_store(w + i, vw);
        v_store(h + i, vh);
        v_store(wb + i, vwb);
        v_store(hb + i, vhb);
    }
    if (i < n) {
        const size_t m = n - i;
        const vf vz[2] = { v_load_n(z[0] + i, m), v_load_n(z[1] + i, m) };

        vw = v_load_n(w + i, m);
        vh = v_load_n(h + i, m);
        bisect_one(a, vz, &vw, &vh, &vwb, &vhb);
        v_store_n(w + i, vw, m);
        v_store_n(h + i, vh, m);
        v_store_n(wb + i, vwb, m);
        v_store_n(hb + i, vhb, m);
    }
}

#endif /* ITO_KERN_BISECT_TMPL_H */
