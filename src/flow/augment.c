/* SPDX-License-Identifier: MIT
 *
 * augment.c - a field beside the integral of its divergence.
 *
 *     d/dt (x, l) = (u, div u)      or      (u, v_1' J v_1, v_2' J v_2, ...)
 *
 * Probes are +-1 by the sign of an addressed uniform minus 1/2: component c of
 * probe j of a particle has the address (seed, id, step j, c, PROBES).
 *
 * Scratch: four blocks as large as a state of the inner field (x, u, v, J'v)
 * with their pointers, uniforms as rows, then what the inner field asks for.
 */
#include "flow/augment.h"

#include <string.h>

#include "rng/noise.h"

#define PROBES_DEFAULT 16
#define LINE           64

enum { BLOCK_X, BLOCK_U, BLOCK_V, BLOCK_J, BLOCKS };

typedef struct layout {
    size_t block, block_bytes, uniforms, inner, total;
} layout;

/* A call: the inner tile and the four blocks, in the inner field's layout. */
typedef struct job {
    const augment *a;
    ito_tile tile;
    size_t cols, first; /* components of the result, first integral there */
    void **block[BLOCKS];
    float *uniforms;
} job;

static layout lay_out(const augment *a, size_t rows)
{
    const size_t dim = a->inner.dim, pad = size_round_up(rows, 32);
    layout l;

    l.block =
        size_round_up(size_mul(BLOCKS, size_mul(dim, sizeof(void *))), LINE);
    l.block_bytes =
        size_round_up(size_mul(size_mul(pad, dim), sizeof(double)), LINE);
    l.uniforms = size_add(l.block, size_mul(BLOCKS, l.block_bytes));
    l.inner = size_add(
        l.uniforms,
        size_round_up(size_mul(size_mul(pad, dim), sizeof(float)), LINE));
    l.total =
        size_add(l.inner, a->inner.scratch_bytes
                              ? a->inner.scratch_bytes(a->inner.user, rows)
                              : 0);
    return l;
}

static size_t scratch_bytes(void *user, size_t rows)
{
    return lay_out(user, rows).total;
}

/* Element (particle i, component c) of blocks in the layout of a tile that has
 * `dim` components. */
static double get(const ito_tile *tile, const void *const *x, size_t dim,
                  size_t i, size_t c)
{
    const bool wide = (tile->flags & ITO_FIELD_WIDE) != 0;
    const void *from = x[wide ? 0 : c];
    const size_t at = wide ? i * dim + c : i;

    return tile->dtype == ITO_F64 ? ((const double *)from)[at]
                                  : (double)((const float *)from)[at];
}

static void put(const ito_tile *tile, void *const *x, size_t dim, size_t i,
                size_t c, double value)
{
    const bool wide = (tile->flags & ITO_FIELD_WIDE) != 0;
    void *to = x[wide ? 0 : c];
    const size_t at = wide ? i * dim + c : i;

    if (tile->dtype == ITO_F64)
        ((double *)to)[at] = value;
    else
        ((float *)to)[at] = (float)value;
}

static double read(const job *j, int block, size_t i, size_t c)
{
    return get(&j->tile, (const void *const *)j->block[block], j->tile.dim, i,
               c);
}

static void write(const job *j, int block, size_t i, size_t c, double value)
{
    put(&j->tile, j->block[block], j->tile.dim, i, c, value);
}

static size_t sums_of(const augment *a)
{
    return a->probes ? a->probes : 1;
}

/* The inner tile at the tile's own x. */
static job begin(const augment *a, const ito_tile *tile)
{
    const layout l = lay_out(a, tile->n);
    const size_t dim = a->inner.dim;
    const size_t bytes =
        tile->dtype == ITO_F64 ? sizeof(double) : sizeof(float);
    char *base = tile->scratch;
    job j = { .a = a, .tile = *tile, .cols = sums_of(a) };

    for (size_t b = 0; b < BLOCKS; b++) {
        j.block[b] = (void **)(void *)base + b * dim;
        for (size_t c = 0; c < dim; c++)
            j.block[b][c] =
                base + l.block + b * l.block_bytes + c * tile->npad * bytes;
    }
    j.uniforms = (float *)(void *)(base + l.uniforms);
    j.tile.dim = dim;
    j.tile.flags = a->inner.flags;
    j.tile.scratch = base + l.inner;
    return j;
}

/* J'v; again: after another one at the same point. */
static int product(const job *j, bool again)
{
    const ito_field *f = &j->a->inner;
    ito_tile tile = j->tile;

    tile.flags |= again ? ITO_FIELD_SAME_POINT : 0u;
    return f->vjp(f->user, &tile, (const void *const *)j->block[BLOCK_V],
                  j->block[BLOCK_J]);
}

/* v' J v of one probe into its integral's component. */
static int one_probe(const job *j, size_t probe, const ito_tile *tile,
                     void *const *out)
{
    const augment *a = j->a;
    const size_t dim = j->tile.dim;
    const ito_noise address = { .seed = a->seed,
                                .step = (uint32_t)probe,
                                .purpose = ITO_FOR_PROBES };
    int rc;

    ito__uniform_rows(a->ctx->kern, &address, tile->id0, tile->n, dim,
                      j->uniforms, dim);
    for (size_t i = 0; i < tile->npad; i++)
        for (size_t c = 0; c < dim; c++) {
            const size_t row = i < tile->n ? i : tile->n - 1;

            write(j, BLOCK_V, i, c,
                  j->uniforms[row * dim + c] < 0.5F ? -1.0 : 1.0);
        }
    rc = product(j, probe > 0);
    for (size_t i = 0; rc == 0 && i < tile->npad; i++) {
        double sum = 0.0;

        for (size_t c = 0; c < dim; c++)
            sum += read(j, BLOCK_J, i, c) * read(j, BLOCK_V, i, c);
        put(tile, out, j->cols, i, j->first + probe, sum);
    }
    return rc;
}

/* The trace by unit vectors. */
static int units(const job *j, const ito_tile *tile, void *const *out)
{
    const size_t dim = j->tile.dim;
    int rc = 0;

    for (size_t c = 0; rc == 0 && c < dim; c++) {
        for (size_t i = 0; i < tile->npad; i++)
            for (size_t k = 0; k < dim; k++)
                write(j, BLOCK_V, i, k, k == c ? 1.0 : 0.0);
        rc = product(j, c > 0);
        for (size_t i = 0; rc == 0 && i < tile->npad; i++) {
            const double sum = c > 0 ? get(tile, (const void *const *)out,
                                           j->cols, i, j->first)
                                     : 0.0;

            put(tile, out, j->cols, i, j->first, sum + read(j, BLOCK_J, i, c));
        }
    }
    return rc;
}

/* The drift, into its block. */
static int drift_alone(const job *j)
{
    return j->a->inner.drift(j->a->inner.user, &j->tile, j->block[BLOCK_U]);
}

/* The trace into its component; with_drift: the drift into its block too. */
static int trace(const job *j, const ito_tile *tile, bool with_drift,
                 void *const *out)
{
    const ito_field *f = &j->a->inner;
    const bool wide = (tile->flags & ITO_FIELD_WIDE) != 0;
    const bool both = with_drift && f->drift_divergence;
    int rc = with_drift && !both ? drift_alone(j) : 0;

    if (rc != 0)
        return rc;
    if (!f->divergence)
        return units(j, tile, out);
    /* one value a particle, in the room of J'v */
    rc = both ? f->drift_divergence(f->user, &j->tile, j->block[BLOCK_U],
                                    j->block[BLOCK_J])
              : f->divergence(f->user, &j->tile, j->block[BLOCK_J]);
    for (size_t i = 0; rc == 0 && i < tile->npad; i++)
        put(tile, out, j->cols, i, j->first,
            get(&j->tile, (const void *const *)j->block[BLOCK_J],
                wide ? 1 : j->tile.dim, i, 0));
    return rc;
}

static int probe_all(const job *j, const ito_tile *tile, void *const *out)
{
    int rc = 0;

    for (size_t p = 0; rc == 0 && p < j->a->probes; p++)
        rc = one_probe(j, p, tile, out);
    return rc;
}

/* Of the pair (x, integrals). */
static int drift(void *user, const ito_tile *tile, void *const *out)
{
    const augment *a = user;
    job j = begin(a, tile);
    int rc;

    j.tile.x = (const void *const *)j.block[BLOCK_X];
    j.cols = tile->dim;
    j.first = j.tile.dim;
    for (size_t i = 0; i < tile->npad; i++)
        for (size_t c = 0; c < j.tile.dim; c++)
            write(&j, BLOCK_X, i, c, get(tile, tile->x, tile->dim, i, c));
    rc = a->probes > 0 ? drift_alone(&j) : trace(&j, tile, true, out);
    for (size_t i = 0; rc == 0 && i < tile->npad; i++)
        for (size_t c = 0; c < j.tile.dim; c++)
            put(tile, out, tile->dim, i, c, read(&j, BLOCK_U, i, c));
    return rc == 0 ? probe_all(&j, tile, out) : rc;
}

/* Of x alone. */
static int plain_drift(void *user, const ito_tile *tile, void *const *out)
{
    const augment *a = user;
    const job j = begin(a, tile);

    return a->inner.drift(a->inner.user, &j.tile, out);
}

int ito__augment_rates(void *user, const ito_tile *tile, void *const *out)
{
    const augment *a = user;
    const job j = begin(a, tile);

    return a->probes > 0 ? probe_all(&j, tile, out)
                         : trace(&j, tile, false, out);
}

ito_status ito__augment(ito_ctx *ctx, const ito_field *field, size_t probes,
                        uint64_t seed, augment *out)
{
    const bool exact =
        field->divergence || (field->vjp && field->dim <= ITO__UNITS_MAX);

    if (!exact && !field->vjp)
        return ito__fail(ctx, ITO_EUNFIT,
                         "likelihood: %s has neither a divergence nor a "
                         "vector-Jacobian product",
                         field->name);
    if (probes > 0 && !field->vjp)
        return ito__fail(ctx, ITO_EUNFIT,
                         "likelihood: %s has no vector-Jacobian product for "
                         "probes; its trace is exact without them",
                         field->name);
    *out = (augment){ .ctx = ctx,
                      .inner = *field,
                      .probes = probes || exact ? probes : PROBES_DEFAULT,
                      .seed = seed };
    out->field = (ito_field){ .name = field->name,
                              .dtypes = field->dtypes,
                              .flags = field->flags &
                                       (ITO_FIELD_REENTRANT | ITO_FIELD_WIDE |
                                        ITO_FIELD_ROW_INVARIANT),
                              .dim = field->dim + sums_of(out),
                              .drift = drift,
                              .scratch_bytes = scratch_bytes,
                              .tile_pref = field->tile_pref,
                              .cond_dim = field->cond_dim,
                              .user = out };
    out->plain = out->field;
    out->plain.dim = field->dim;
    out->plain.drift = plain_drift;
    return ITO_OK;
}
