/* SPDX-License-Identifier: MIT
 *
 * noise.c - arrays of addressed normals and uniforms.
 *
 * The kernels give groups of 32 floats or 16 doubles: of as many ids and one
 * component below NARROW components, of one id and as many components from
 * there on.  noise_tmpl.h cuts runs of any start and length out of them.
 */
#include <assert.h>
#include <string.h>

#include "ctx/ctx.h"
#include "kern/dmath.h"
#include "rng/noise.h"

#define NARROW ITO__NOISE_NARROW

/* Ids that are made at once when components are interleaved. */
#define BLOCK 512

/* Numbers a chunk of a parallel fill has, about. */
#define CHUNK 65536

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

#define VALUE   float
#define GROUP   32
#define NAME(f) f##_f32
#include "rng/noise_tmpl.h"
#undef VALUE
#undef GROUP
#undef NAME

#define VALUE   double
#define GROUP   16
#define NAME(f) f##_f64
#include "rng/noise_tmpl.h"
#undef VALUE
#undef GROUP
#undef NAME

void ito__normal_rows(const ito_kern *kern, const ito_noise *at, uint64_t id0,
                      size_t n, size_t dim, float *out, size_t ld)
{
    fill_rows_f32(kern->normals, at, id0, (size_t[2]){ n, dim }, out, ld);
}

void ito__uniform_rows(const ito_kern *kern, const ito_noise *at, uint64_t id0,
                       size_t n, size_t dim, float *out, size_t ld)
{
    fill_rows_f32(kern->uniforms, at, id0, (size_t[2]){ n, dim }, out, ld);
}

void ito__normal_rows64(const ito_kern *kern, const ito_noise *at, uint64_t id0,
                        size_t n, size_t dim, double *out, size_t ld)
{
    fill_rows_f64(kern->f64->normals, at, id0, (size_t[2]){ n, dim }, out, ld);
}

void ito__uniform_rows64(const ito_kern *kern, const ito_noise *at,
                         uint64_t id0, size_t n, size_t dim, double *out,
                         size_t ld)
{
    fill_rows_f64(kern->f64->uniforms, at, id0, (size_t[2]){ n, dim }, out, ld);
}

void ito__normal_comp(const ito_kern *kern, const ito_noise *at, uint64_t id0,
                      size_t n, size_t comp, float *out)
{
    assert(comp < NARROW);
    fill_comp_f32(kern->normals, at, id0, n, comp, out);
}

void ito__uniform_comp(const ito_kern *kern, const ito_noise *at, uint64_t id0,
                       size_t n, size_t comp, float *out)
{
    assert(comp < NARROW);
    fill_comp_f32(kern->uniforms, at, id0, n, comp, out);
}

void ito__normal_comp64(const ito_kern *kern, const ito_noise *at, uint64_t id0,
                        size_t n, size_t comp, double *out)
{
    assert(comp < NARROW);
    fill_comp_f64(kern->f64->normals, at, id0, n, comp, out);
}

void ito__uniform_comp64(const ito_kern *kern, const ito_noise *at,
                         uint64_t id0, size_t n, size_t comp, double *out)
{
    assert(comp < NARROW);
    fill_comp_f64(kern->f64->uniforms, at, id0, n, comp, out);
}

void ito__normal_span(const ito_kern *kern, const ito_noise *at, uint64_t id,
                      size_t c0, size_t n, float *out)
{
    assert(c0 % NARROW == 0);
    fill_span_f32(kern->normals, at, id, c0, n, out);
}

void ito__normal_span64(const ito_kern *kern, const ito_noise *at, uint64_t id,
                        size_t c0, size_t n, double *out)
{
    assert(c0 % NARROW == 0);
    fill_span_f64(kern->f64->normals, at, id, c0, n, out);
}

ito_philox ito__noise_run(const ito_noise *at, uint64_t id0, size_t comp,
                          bool f64)
{
    assert(comp < NARROW && id0 % 32 == 0);
    return address(at, id0 / (f64 ? 16 : 32) * 8, (uint32_t)comp);
}

ito_philox ito__noise_row(const ito_noise *at, uint64_t id)
{
    ito_philox p = address(at, id, 0);

    p.wide = true;
    return p;
}

/* --- the interface ------------------------------------------------------- */

/* One call of the interface, for the pool; one of the two outputs is there. */
typedef struct fill_job {
    const ito_kern *kern;
    const ito_noise *at;
    uint64_t id0;
    size_t dim;
    float *f32;
    double *f64;
    bool uniform;
} fill_job;

static void fill_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const fill_job *job = arg;
    const ito_kern *k = job->kern;
    const uint64_t id0 = job->id0 + begin;
    const size_t dim = job->dim, shape[2] = { end - begin, dim };

    (void)worker;
    if (job->f32)
        fill_rows_f32(job->uniform ? k->uniforms : k->normals, job->at, id0,
                      shape, job->f32 + begin * dim, dim);
    else
        fill_rows_f64(job->uniform ? k->f64->uniforms : k->f64->normals,
                      job->at, id0, shape, job->f64 + begin * dim, dim);
}

static ito_status check_call(ito_ctx *ctx, const ito_noise *at, uint64_t id0,
                             size_t n, size_t dim, const void *out)
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

static ito_status fill_call(ito_ctx *ctx, fill_job job, size_t n)
{
    const size_t rows = size_max(CHUNK / size_max(job.dim, 1), 1);
    const void *out = job.f32 ? (const void *)job.f32 : job.f64;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_call(ctx, job.at, job.id0, n, job.dim, out)) != ITO_OK)
        return rc;
    job.kern = ctx->kern;
    if (job.dim > 0 && n > 0)
        ito__for(ctx, n, size_round_up(rows, 32), fill_chunk, &job);
    return ITO_OK;
}

ito_status ito_noise_normal(ito_ctx *ctx, const ito_noise *at, uint64_t id0,
                            size_t n, size_t dim, float *out)
{
    return fill_call(
        ctx, (fill_job){ .at = at, .id0 = id0, .dim = dim, .f32 = out }, n);
}

ito_status ito_noise_uniform(ito_ctx *ctx, const ito_noise *at, uint64_t id0,
                             size_t n, size_t dim, float *out)
{
    return fill_call(
        ctx,
        (fill_job){
            .at = at, .id0 = id0, .dim = dim, .f32 = out, .uniform = true },
        n);
}

ito_status ito_noise_normal64(ito_ctx *ctx, const ito_noise *at, uint64_t id0,
                              size_t n, size_t dim, double *out)
{
    return fill_call(
        ctx, (fill_job){ .at = at, .id0 = id0, .dim = dim, .f64 = out }, n);
}

ito_status ito_noise_uniform64(ito_ctx *ctx, const ito_noise *at, uint64_t id0,
                               size_t n, size_t dim, double *out)
{
    return fill_call(
        ctx,
        (fill_job){
            .at = at, .id0 = id0, .dim = dim, .f64 = out, .uniform = true },
        n);
}

#define HALF_PI 1.57079632679489661923

ito_status ito_noise_between(ito_ctx *ctx, const ito_noise *at,
                             const uint64_t id[2], size_t n, size_t dim,
                             float *out)
{
    const float *end;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!id || id[0] == id[1] || n < 2 || size_mul(n, dim) == SIZE_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "noise between two particles: give two ids that "
                         "differ, and 2 or more rows");
    rc = ito_noise_normal(ctx, at, id[0], 1, dim, out);
    if (rc != ITO_OK)
        return rc;
    end = out + (n - 1) * dim;
    rc = ito_noise_normal(ctx, at, id[1], 1, dim, out + (n - 1) * dim);
    for (size_t k = 1; rc == ITO_OK && k + 1 < n; k++) {
        const double angle = HALF_PI * (double)k / (double)(n - 1);
        const double a = ito__cos(angle), b = ito__sin(angle);

        for (size_t c = 0; c < dim; c++)
            out[k * dim + c] = (float)(a * (double)out[c] + b * (double)end[c]);
    }
    return rc;
}
