/* SPDX-License-Identifier: MIT
 *
 * noise.c - arrays of addressed normals and uniforms.
 *
 * The kernels give groups of 32 numbers: of 32 ids and one component below
 * NARROW components, of one id and 32 components from there on.  These
 * functions cut runs of any start and length out of such groups.
 */
#include <assert.h>
#include <string.h>

#include "ctx/ctx.h"
#include "rng/noise.h"

/* Below this many components a group is 32 ids of one component. */
#define NARROW 32

/* Ids that are made at once when components are interleaved. */
#define BLOCK 512

/* Numbers a chunk of a parallel fill has, about. */
#define CHUNK 65536

typedef void (*fill_fn)(size_t groups, const ito_philox *p, real *out);

static ito_philox address(const ito_noise *at, uint64_t low, uint32_t component)
{
    return (ito_philox){
        .key = { (uint32_t)at->seed, (uint32_t)(at->seed >> 32) },
        .ctr = { (uint32_t)low, (uint32_t)(low >> 32) | at->stream << 16,
                 at->step, component | at->purpose << 24 },
    };
}

/* Go on to the group after `groups` groups. */
static void advance(ito_philox *p, size_t groups)
{
    const uint64_t low = ((uint64_t)p->ctr[1] << 32 | p->ctr[0]) + 8 * groups;

    if (p->wide) {
        p->ctr[3] += (uint32_t)(8 * groups);
    } else {
        p->ctr[0] = (uint32_t)low;
        p->ctr[1] = (uint32_t)(low >> 32);
    }
}

/* n numbers from number `skip` < 32 of the group at p on. */
static void cut(fill_fn fill, ito_philox p, size_t skip, size_t n, real *out)
{
    real group[ITO_LANES];

    if (skip > 0) {
        const size_t first = size_min(n, ITO_LANES - skip);
        fill(1, &p, group);
        memcpy(out, group + skip, first * sizeof(*out));
        advance(&p, 1);
        out += first;
        n -= first;
    }
    fill(n / ITO_LANES, &p, out);
    if (n % ITO_LANES > 0) {
        advance(&p, n / ITO_LANES);
        fill(1, &p, group);
        memcpy(out + (n - n % ITO_LANES), group, n % ITO_LANES * sizeof(*out));
    }
}

static void fill_comp(fill_fn fill, const ito_noise *at, uint64_t id0, size_t n,
                      size_t comp, real *out)
{
    cut(fill, address(at, id0 / ITO_LANES * 8, (uint32_t)comp),
        (size_t)(id0 % ITO_LANES), n, out);
}

static void fill_rows(fill_fn fill, const ito_noise *at, uint64_t id0,
                      const size_t shape[2], real *out, size_t ld)
{
    const size_t n = shape[0], dim = shape[1];
    real block[BLOCK];

    if (dim >= NARROW) {
        for (size_t i = 0; i < n; i++) {
            ito_philox p = address(at, id0 + i, 0);
            p.wide = true;
            cut(fill, p, 0, dim, out + i * ld);
        }
        return;
    }
    for (size_t i = 0; i < n; i += BLOCK) {
        const size_t m = size_min(n - i, BLOCK);
        for (size_t c = 0; c < dim; c++) {
            fill_comp(fill, at, id0 + i, m, c, block);
            for (size_t r = 0; r < m; r++)
                out[(i + r) * ld + c] = block[r];
        }
    }
}

void ito__normal_rows(const ito_kern *kern, const ito_noise *at, uint64_t id0,
                      size_t n, size_t dim, real *out, size_t ld)
{
    fill_rows(kern->normals, at, id0, (size_t[2]){ n, dim }, out, ld);
}

void ito__uniform_rows(const ito_kern *kern, const ito_noise *at, uint64_t id0,
                       size_t n, size_t dim, real *out, size_t ld)
{
    fill_rows(kern->uniforms, at, id0, (size_t[2]){ n, dim }, out, ld);
}

void ito__normal_comp(const ito_kern *kern, const ito_noise *at, uint64_t id0,
                      size_t n, size_t comp, real *out)
{
    assert(comp < NARROW);
    fill_comp(kern->normals, at, id0, n, comp, out);
}

void ito__uniform_comp(const ito_kern *kern, const ito_noise *at, uint64_t id0,
                       size_t n, size_t comp, real *out)
{
    assert(comp < NARROW);
    fill_comp(kern->uniforms, at, id0, n, comp, out);
}

#ifndef ITO_REAL_IS_DOUBLE /* the interface is in float */

/* One call of the interface, for the pool. */
typedef struct fill_job {
    fill_fn fill;
    const ito_noise *at;
    uint64_t id0;
    size_t dim;
    float *out;
} fill_job;

static void fill_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const fill_job *job = arg;

    (void)worker;
    fill_rows(job->fill, job->at, job->id0 + begin,
              (size_t[2]){ end - begin, job->dim }, job->out + begin * job->dim,
              job->dim);
}

static ito_status check_call(ito_ctx *ctx, const ito_noise *at, uint64_t id0,
                             size_t n, size_t dim, const float *out)
{
    const uint64_t ids = UINT64_C(1) << 45;

    if (!at || (!out && n > 0 && dim > 0))
        return ito__fail(ctx, ITO_EARG, "noise: %s is NULL; give one",
                         at ? "out" : "the address");
    if (at->stream > 0xffff || at->purpose > 0xff)
        return ito__fail(ctx, ITO_EARG,
                         "noise: stream %lu, purpose %lu; they end at 65535 "
                         "and 255",
                         (unsigned long)at->stream, (unsigned long)at->purpose);
    if (dim >= (size_t)1 << 24)
        return ito__fail(ctx, ITO_EARG,
                         "noise: %zu components; a particle has at most "
                         "16777215",
                         dim);
    if (id0 > ids || n > ids - id0)
        return ito__fail(ctx, ITO_EARG,
                         "noise: particle ids end at 2^45; lower id0 or n");
    return ITO_OK;
}

static ito_status fill_call(ito_ctx *ctx, const fill_job *job, size_t n)
{
    const size_t rows = size_max(CHUNK / size_max(job->dim, 1), 1);
    fill_job copy = *job;

    if (job->dim > 0 && n > 0)
        ito__for(ctx, n, size_round_up(rows, ITO_LANES), fill_chunk, &copy);
    return ITO_OK;
}

ito_status ito_noise_normal(ito_ctx *ctx, const ito_noise *at, uint64_t id0,
                            size_t n, size_t dim, float *out)
{
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_call(ctx, at, id0, n, dim, out)) != ITO_OK)
        return rc;
    return fill_call(ctx, &(fill_job){ ctx->kern->normals, at, id0, dim, out },
                     n);
}

ito_status ito_noise_uniform(ito_ctx *ctx, const ito_noise *at, uint64_t id0,
                             size_t n, size_t dim, float *out)
{
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_call(ctx, at, id0, n, dim, out)) != ITO_OK)
        return rc;
    return fill_call(ctx, &(fill_job){ ctx->kern->uniforms, at, id0, dim, out },
                     n);
}

#endif /* ITO_REAL_IS_DOUBLE */
