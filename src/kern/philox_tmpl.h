/* SPDX-License-Identifier: MIT
 *
 * philox_tmpl.h - Philox 4x32-10 in vector lanes, and what is made of it:
 * uniforms and normals, by the functions of draw_tmpl.h or draw64_tmpl.h.
 *
 * Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2,
 * 3", SC 2011.  A 64-bit lane holds one block; its words 0, 1 and 2, 3 side
 * by side are already in the order in which ito/noise.h numbers them, so
 * nothing is shuffled.  Several blocks run interleaved to hide the latency
 * of the multiplications.
 *
 * Normals are by Box and Muller (Annals of Mathematical Statistics 29, 1958)
 * with R = sqrt(-2 log u).
 */
#ifndef ITO_KERN_PHILOX_TMPL_H
#define ITO_KERN_PHILOX_TMPL_H

#define PHILOX_ROUNDS 10
#define PHILOX_BLOCKS 8                             /* blocks of a group */
#define PHILOX_VQS    (PHILOX_BLOCKS / SIMD_QWIDTH) /* registers of a group */
/* Registers of blocks at once: with four words each, half of those there are,
 * but at least one group. */
#define PHILOX_AHEAD \
    (SIMD_REGS / 8 < PHILOX_VQS ? 1 : SIMD_REGS / 8 / PHILOX_VQS)
/* Vectors that hold the words 0, 1 (or 2, 3) of one group. */
#define PHILOX_VIS     (PHILOX_VQS * SIMD_QPACK)
#define PHILOX_NUMBERS (2 * PHILOX_VIS * SIMD_WIDTH) /* of a group */

/* The key of every round, and the start of the counter. */
typedef struct philox_run {
    uint32_t key0[PHILOX_ROUNDS], key1[PHILOX_ROUNDS];
    uint64_t low;      /* c0 and c1 of the next group */
    uint32_t c2, c3;   /* the others */
    uint32_t step3;    /* what a block adds to c3: 1 if wide */
    uint64_t step_low; /* what a block adds to c0, c1: 0 if wide */
} philox_run;

ITO_INLINE philox_run philox_start(const ito_philox *p)
{
    philox_run run = {
        .low = (uint64_t)p->ctr[1] << 32 | p->ctr[0],
        .c2 = p->ctr[2],
        .c3 = p->ctr[3],
        .step3 = p->wide,
        .step_low = !p->wide,
    };

    for (uint32_t r = 0; r < PHILOX_ROUNDS; r++) {
        run.key0[r] = p->key[0] + r * 0x9E3779B9u;
        run.key1[r] = p->key[1] + r * 0xBB67AE85u;
    }
    return run;
}

/* The words of `groups` groups: first[g * PHILOX_VIS ...] holds the words
 * 0, 1 of group g, second the words 2, 3.  `groups` is a constant. */
ITO_INLINE void philox_groups(philox_run *run, const size_t groups, vi *first,
                              vi *second)
{
    enum { MOST = PHILOX_AHEAD * PHILOX_VQS };
    const vq mul0 = vq_set1(0xD2511F53u), mul1 = vq_set1(0xCD9E8D57u);
    vq c0[MOST], c1[MOST], c2[MOST], c3[MOST];
    const size_t vqs = groups * PHILOX_VQS;

    for (size_t v = 0; v < vqs; v++) {
        const uint64_t block = v * SIMD_QWIDTH;
        const vq lane = vq_iota();
        const vq low = vq_set1(run->low + run->step_low * block);
        const vq top = vq_set1(run->c3 + run->step3 * block);

        c0[v] = run->step_low ? vq_add(low, lane) : low;
        c1[v] = vq_high(c0[v]);
        c2[v] = vq_set1(run->c2);
        c3[v] = run->step3 ? vq_add(top, lane) : top;
    }
    for (size_t r = 0; r < PHILOX_ROUNDS; r++) {
        const vq k0 = vq_set1_low(run->key0[r]);
        const vq k1 = vq_set1_low(run->key1[r]);

        for (size_t v = 0; v < vqs; v++) {
            const vq p0 = vq_mul32(c0[v], mul0), p1 = vq_mul32(c2[v], mul1);

            c0[v] = vq_xor3(vq_high(p1), c1[v], k0);
            c2[v] = vq_xor3(vq_high(p0), c3[v], k1);
            c1[v] = p1;
            c3[v] = p0;
        }
    }
    for (size_t v = 0; v < vqs; v++) {
        vq_pack(c0[v], c1[v], first + v * SIMD_QPACK);
        vq_pack(c2[v], c3[v], second + v * SIMD_QPACK);
    }
    run->low += run->step_low * (PHILOX_BLOCKS * groups);
    run->c3 += run->step3 * (uint32_t)(PHILOX_BLOCKS * groups);
}

#ifndef ITO_REAL_IS_DOUBLE
/* Two normals of two words a lane; the quadrant and the rest of the angle
 * come from the bits of b, exactly. */
ITO_INLINE void philox_normal(vi a, vi b, vf *s, vf *c)
{
    const vf log_u = math_log_normal(draw_radial(a), v_zero());
    const vf radius = v_sqrt(v_mul(V1(-2.0), log_u));
    vf sine, cosine;
    vi quadrant;
    const vf angle = draw_angle(b, &quadrant);

    math_quadrant(quadrant, angle, &sine, &cosine);
    *s = v_mul(radius, sine);
    *c = v_mul(radius, cosine);
}
#endif

ITO_INLINE void philox_normals(philox_run *run, const size_t groups, real *out)
{
    vi u[PHILOX_AHEAD * PHILOX_VIS], v[PHILOX_AHEAD * PHILOX_VIS];
    vf s, c;

    philox_groups(run, groups, u, v);
    for (size_t g = 0; g < groups; g++)
        for (size_t i = 0; i < PHILOX_VIS; i++) {
            real *const at = out + g * PHILOX_NUMBERS + i * SIMD_WIDTH;
            philox_normal(u[g * PHILOX_VIS + i], v[g * PHILOX_VIS + i], &s, &c);
            v_store(at, s);
            v_store(at + PHILOX_NUMBERS / 2, c);
        }
}

ITO_INLINE void philox_uniforms(philox_run *run, const size_t groups, real *out)
{
    vi u[PHILOX_AHEAD * PHILOX_VIS], v[PHILOX_AHEAD * PHILOX_VIS];

    philox_groups(run, groups, u, v);
    for (size_t g = 0; g < groups; g++)
        for (size_t i = 0; i < PHILOX_VIS; i++) {
            real *const at = out + g * PHILOX_NUMBERS + i * SIMD_WIDTH;
            v_store(at, draw_uniform(u[g * PHILOX_VIS + i]));
            v_store(at + PHILOX_NUMBERS / 2,
                    draw_uniform(v[g * PHILOX_VIS + i]));
        }
}

/* Whole batches, then group by group; `array` is the type of a pointer. */
#define PHILOX_KERNEL(name, batch, array)                           \
    static void name(size_t groups, const ito_philox *p, array out) \
    {                                                               \
        philox_run run = philox_start(p);                           \
        size_t g = 0;                                               \
                                                                    \
        for (; g + PHILOX_AHEAD <= groups; g += PHILOX_AHEAD)       \
            batch(&run, PHILOX_AHEAD, out + g * PHILOX_NUMBERS);    \
        for (; g < groups; g++)                                     \
            batch(&run, 1, out + g * PHILOX_NUMBERS);               \
    }

PHILOX_KERNEL(vec_normals, philox_normals, real *)
PHILOX_KERNEL(vec_uniforms, philox_uniforms, real *)

#endif /* ITO_KERN_PHILOX_TMPL_H */
