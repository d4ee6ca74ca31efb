/* SPDX-License-Identifier: MIT
 *
 * brownian.c - increments of Brownian motion: steps, and the walk through a
 * dyadic tree.
 *
 * The walk keeps the current node and, for every level, the right half that
 * is still to come: a node that is split leaves its first half in its own
 * place and its second half in the place of the level below, where nothing
 * waits as long as a node of a higher level is current.  So a leaf at level k
 * costs about two normals for each Brownian motion, whatever k is, and
 * rejecting a step throws nothing away.
 */
#include "rng/brownian.h"

#include <assert.h>
#include <math.h>

#include "ctx/ctx.h"
#include "rng/noise.h"

/* Numbers made at once where they must be spread; a multiple of 32. */
#define BLOCK 256

#define ALIGN 64

#define VALUE      float
#define NAME(f)    f##_f32
#define COMP       ito__normal_comp
#define SPAN       ito__normal_span
#define KERN(kern) (kern)
#include "rng/brownian_tmpl.h"
#undef VALUE
#undef NAME
#undef COMP
#undef SPAN
#undef KERN

#define VALUE      double
#define NAME(f)    f##_f64
#define COMP       ito__normal_comp64
#define SPAN       ito__normal_span64
#define KERN(kern) ((kern)->f64)
#include "rng/brownian_tmpl.h"
#undef VALUE
#undef NAME
#undef COMP
#undef SPAN
#undef KERN

static ito_noise address(const brownian_tile *b, uint64_t step,
                         ito_purpose purpose)
{
    return (ito_noise){ .seed = b->seed,
                        .stream = b->stream,
                        .step = (uint32_t)step,
                        .purpose = (uint32_t)purpose };
}

static void normals(const brownian_tile *b, const ito_noise *at, size_t per,
                    void *const *const *out)
{
    if (b->dtype == ITO_F64)
        normals_f64(b, at, per, out);
    else
        normals_f32(b, at, per, out);
}

static void scale(const brownian_tile *b, double a, void *const *x)
{
    if (b->dtype == ITO_F64)
        scale_f64(b, a, x);
    else
        scale_f32(b, a, x);
}

void ito__brownian_step(const brownian_tile *b, uint64_t step, double h,
                        void *const *W, void *const *H)
{
    const double length = fabs(h);
    ito_noise at = address(b, step, ITO_FOR_DW);

    normals(b, &at, 1, &W);
    scale(b, sqrt(length), W);
    if (!H)
        return;
    at = address(b, step, ITO_FOR_AREA);
    normals(b, &at, 1, &H);
    scale(b, sqrt(length / 12.0), H);
}

bool ito__brownian_fuses(const brownian_tile *b)
{
    return !b->wide && b->dim < ITO__NOISE_NARROW && b->id0 % 32 == 0 &&
           b->n % 32 == 0;
}

void ito__brownian_em(const brownian_tile *b, uint64_t step, double h,
                      const brownian_em *em)
{
    const ito_noise at = address(b, step, ITO_FOR_DW);
    const double root = sqrt(fabs(h));
    const bool f64 = b->dtype == ITO_F64;

    assert(ito__brownian_fuses(b));
    for (size_t c = 0; c < b->dim; c++) {
        const ito_philox run = ito__noise_run(&at, b->id0, c, f64);
        const void *g = em->g ? em->g[c] : NULL;
        const double g_all = em->g ? 0.0 : em->g_all[c];

        if (f64) {
            const ito_em64 s = { .h = h,
                                 .scale = root,
                                 .g_all = g_all,
                                 .x = em->x[c],
                                 .f = em->f[c],
                                 .g = g,
                                 .z = em->z[c] };
            b->kern->f64->em(b->n / 16, &run, &s);
        } else {
            const ito_em s = { .h = (float)h,
                               .scale = (float)root,
                               .g_all = (float)g_all,
                               .x = em->x[c],
                               .f = em->f[c],
                               .g = g,
                               .z = em->z[c] };
            b->kern->em(b->n / 32, &run, &s);
        }
    }
}

/* --- the tree ------------------------------------------------------------ */

/* Arrays of a state, and the bytes of one with what fills it up to ALIGN. */
static size_t comps_of(const brownian_tile *b)
{
    return b->wide ? 1 : b->dim;
}

static size_t array_bytes(const brownian_tile *b)
{
    const size_t values = b->wide ? size_mul(b->n, b->dim) : b->n;
    const size_t bytes = b->dtype == ITO_F64 ? sizeof(double) : sizeof(float);

    return size_round_up(size_mul(values, bytes), ALIGN);
}

/* Components can be made one after the other, each in place. */
static bool one_by_one(const brownian_tile *b)
{
    return !b->wide && 2 * b->dim < ITO__NOISE_NARROW;
}

/* Arrays of the normals of one split. */
static size_t normal_arrays(const brownian_tile *b)
{
    return one_by_one(b) ? 2 : size_mul(2, comps_of(b));
}

/* Arrays of all nodes that a walk holds. */
static size_t node_arrays(const brownian_tile *b, unsigned levels)
{
    return size_mul(2 * ((size_t)levels + 1), comps_of(b));
}

size_t ito__tree_bytes(const brownian_tile *most, unsigned levels)
{
    const size_t arrays =
        size_add(node_arrays(most, levels), normal_arrays(most));

    return size_add(size_mul(arrays, array_bytes(most)),
                    size_round_up(size_mul(arrays, sizeof(void *)), ALIGN));
}

/* Make slot s the current one. */
static void take_slot(brownian_tree *tree, unsigned s)
{
    const size_t comps = comps_of(&tree->tile);

    tree->slot = s;
    tree->W = tree->arrays + (size_t)2 * s * comps;
    tree->H = tree->W + comps;
}

static void make_root(brownian_tree *tree)
{
    const ito_noise at = address(&tree->tile, 0, ITO_FOR_TREE);

    tree->node = (ito_tree_node){ 0, 0 };
    tree->h = tree->span;
    tree->waits = 0;
    take_slot(tree, 0);
    normals(&tree->tile, &at, 2, (void *const *const[2]){ tree->W, tree->H });
    scale(&tree->tile, sqrt(tree->span), tree->W);
    scale(&tree->tile, sqrt(tree->span / 12.0), tree->H);
}

void ito__tree_init(brownian_tree *tree, const brownian_tile *tile, double span,
                    unsigned levels, void *block)
{
    const size_t nodes = node_arrays(tile, levels);
    const size_t arrays = nodes + normal_arrays(tile);
    const size_t bytes = array_bytes(tile);
    void **const pointers = block;
    char *values =
        (char *)block + size_round_up(arrays * sizeof(*pointers), ALIGN);

    assert(levels <= ITO_TREE_LEVELS && span >= 0.0);
    for (size_t i = 0; i < arrays; i++, values += bytes)
        pointers[i] = values;
    *tree = (brownian_tree){ .tile = *tile,
                             .span = span,
                             .levels = levels,
                             .arrays = pointers,
                             .normals = pointers + nodes };
    make_root(tree);
}

static void bisect(const brownian_tree *tree, const void *const z[2],
                   void *const wh[2], void *const second[2])
{
    const brownian_tile *b = &tree->tile;
    const size_t values = b->wide ? b->n * b->dim : b->n;

    if (b->dtype == ITO_F64)
        bisect_f64(b->kern, values, tree->h, z, wh, second);
    else
        bisect_f32(b->kern, values, tree->h, z, wh, second);
}

void ito__tree_split(brownian_tree *tree)
{
    const brownian_tile *b = &tree->tile;
    const unsigned level = tree->node.level + 1;
    const uint64_t step = (UINT64_C(1) << tree->node.level) + tree->node.index;
    const size_t comps = comps_of(b);
    const ito_noise at = address(b, step, ITO_FOR_TREE);
    void **const wb = tree->arrays + (size_t)2 * level * comps;
    void **const hb = wb + comps;
    void **const z = tree->normals;

    assert(level <= tree->levels);
    if (!one_by_one(b))
        normals(b, &at, 2, (void *const *const[2]){ z, z + comps });
    for (size_t j = 0; j < comps; j++) {
        const void *pair[2] = { z[j], z[comps + j] };

        if (one_by_one(b)) {
            pair[0] = z[0];
            pair[1] = z[1];
            if (b->dtype == ITO_F64) {
                ito__normal_comp64(b->kern, &at, b->id0, b->n, 2 * j, z[0]);
                ito__normal_comp64(b->kern, &at, b->id0, b->n, 2 * j + 1, z[1]);
            } else {
                ito__normal_comp(b->kern, &at, b->id0, b->n, 2 * j, z[0]);
                ito__normal_comp(b->kern, &at, b->id0, b->n, 2 * j + 1, z[1]);
            }
        }
        bisect(tree, pair, (void *[2]){ tree->W[j], tree->H[j] },
               (void *[2]){ wb[j], hb[j] });
    }
    tree->node.level = level;
    tree->node.index *= 2;
    tree->h /= 2.0;
    tree->waits |= UINT64_C(1) << level;
}

void ito__tree_down(brownian_tree *tree, unsigned level)
{
    while (tree->node.level < level)
        ito__tree_split(tree);
}

bool ito__tree_next(brownian_tree *tree)
{
    unsigned level = tree->node.level;

    if (tree->waits == 0)
        return false;
    while ((tree->waits >> level & 1) == 0)
        level--;
    tree->waits &= ~(UINT64_C(1) << level);
    tree->node.index = (tree->node.index >> (tree->node.level - level)) + 1;
    tree->node.level = level;
    tree->h = ldexp(tree->span, -(int)level);
    take_slot(tree, level);
    return true;
}

void ito__tree_seek(brownian_tree *tree, ito_tree_node node)
{
    assert(node.level <= tree->levels && node.index >> node.level == 0);
    make_root(tree);
    for (unsigned k = node.level; k-- > 0;) {
        ito__tree_split(tree);
        if ((node.index >> k & 1) != 0)
            ito__tree_next(tree);
    }
}

/* --- increments of one component ----------------------------------------- */

/* From h (W / 2 + H) = int (W_s - W_0) ds, which adds up. */
ito_increment ito_increment_join(ito_increment a, ito_increment b)
{
    ito_increment all = { .h = a.h + b.h, .W = a.W + b.W };

    if (all.h > 0.0)
        all.H = (a.h * a.H + b.h * b.H + 0.5 * (b.h * a.W - a.h * b.W)) / all.h;
    return all;
}

/*
 * With s, r the lengths of the parts: given W and H the path at s is normal
 * with mean s W / h + 6 s r H / h^2 and variance s r / h - 3 s^2 r^2 / h^3;
 * given that, s Ha + r Hb = q is known, and Ha is normal with mean s^2 q /
 * (s^3 + r^3) and variance s r^3 / (12 (s^3 + r^3)).
 */
void ito_increment_split(ito_increment whole, double at, const double z[2],
                         ito_increment parts[2])
{
    const double h = whole.h, f = at > 0.0 ? fmin(at, 1.0) : 0.0, g = 1.0 - f;
    const double cube = f * f * f + g * g * g, fg = f * g;
    const double spread = sqrt(fmax(fg * (1.0 - 3.0 * fg) * h, 0.0));
    const double wa = f * whole.W + 6.0 * fg * whole.H + spread * z[0];
    const double wb = whole.W - wa;
    const double q = (whole.H - 0.5 * (g * wa - f * wb)) / cube;
    const double rest = sqrt(fmax(fg * h / (12.0 * cube), 0.0)) * z[1];

    parts[0] = (ito_increment){ f * h, wa, f * f * q + g * rest };
    parts[1] = (ito_increment){ g * h, wb, g * g * q - f * rest };
}
