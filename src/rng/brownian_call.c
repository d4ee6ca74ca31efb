/* SPDX-License-Identifier: MIT
 *
 * brownian_call.c - the calls of ito/brownian.h: rows of particles in
 * parallel chunks, each a tile of brownian.h.
 */
#include <math.h>
#include <string.h>

#include "ctx/ctx.h"
#include "rng/brownian.h"

/* Values of a chunk, about. */
#define CHUNK 4096

#define ALIGN 64

/* One call, for the pool. */
typedef struct brownian_job {
    brownian_tile tile; /* all of the call, as rows */
    char *W, *H;
    uint64_t step;
    double h;    /* of the step, or the span */
    size_t rows; /* of a chunk */
    ito_tree_node node;
    uint64_t every;
    char *work;        /* one piece for each worker */
    size_t bytes_each; /* of a piece */
    size_t sum_bytes;  /* of the sums at its start */
    size_t value_bytes;
} brownian_job;

static brownian_tile part_of(const brownian_job *job, size_t begin, size_t end)
{
    brownian_tile b = job->tile;

    b.id0 += begin;
    b.n = end - begin;
    return b;
}

static void step_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const brownian_job *job = arg;
    const size_t at = begin * job->tile.dim * job->value_bytes;
    const brownian_tile b = part_of(job, begin, end);
    void *const W[1] = { job->W + at }, *H[1];

    (void)worker;
    H[0] = job->H ? job->H + at : NULL;
    ito__brownian_step(&b, job->step, job->h, W, job->H ? H : NULL);
}

static void node_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const brownian_job *job = arg;
    const size_t at = begin * job->tile.dim * job->value_bytes;
    const brownian_tile b = part_of(job, begin, end);
    const size_t bytes = b.n * b.dim * job->value_bytes;
    brownian_tree tree;

    ito__tree_init(&tree, &b, job->h, job->node.level,
                   job->work + worker * job->bytes_each);
    ito__tree_seek(&tree, job->node);
    memcpy(job->W + at, tree.W[0], bytes);
    if (job->H)
        memcpy(job->H + at, tree.H[0], bytes);
}

static void add_to(ito_dtype dtype, size_t n, const void *x, double *sum)
{
    const double *const x64 = x;
    const float *const x32 = x;

    for (size_t i = 0; i < n; i++)
        sum[i] += dtype == ITO_F64 ? x64[i] : (double)x32[i];
}

static void round_to(ito_dtype dtype, size_t n, const double *x, void *out)
{
    float *const y32 = out;

    if (dtype == ITO_F64) {
        memcpy(out, x, n * sizeof(*x));
        return;
    }
    for (size_t i = 0; i < n; i++)
        y32[i] = (float)x[i];
}

static void path_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const brownian_job *job = arg;
    const brownian_tile b = part_of(job, begin, end);
    const size_t frame = job->tile.n * b.dim * job->value_bytes;
    const size_t values = b.n * b.dim;
    char *const work = job->work + worker * job->bytes_each;
    double *const sum = (double *)(void *)work;
    char *out = job->W + begin * b.dim * job->value_bytes;
    brownian_tree tree;

    memset(sum, 0, values * sizeof(*sum));
    ito__tree_init(&tree, &b, job->h, job->node.level, work + job->sum_bytes);
    do {
        ito__tree_down(&tree, job->node.level);
        add_to(b.dtype, values, tree.W[0], sum);
        if ((tree.node.index + 1) % job->every != 0)
            continue;
        round_to(b.dtype, values, sum, out);
        out += frame;
    } while (ito__tree_next(&tree));
}

static ito_status check_motion(ito_ctx *ctx, const ito_brownian *b)
{
    if (!b)
        return ito__fail(ctx, ITO_EARG, "brownian: there is no motion");
    if (b->dim == 0 || b->dim >= (size_t)1 << 23)
        return ito__fail(ctx, ITO_EARG,
                         "brownian: %zu components; a particle has 1 to "
                         "8388607",
                         b->dim);
    if (b->stream > 0xffff)
        return ito__fail(ctx, ITO_EARG,
                         "brownian: stream %lu; they end at "
                         "65535",
                         (unsigned long)b->stream);
    if (b->dtype != 0 && b->dtype != ITO_F32 && b->dtype != ITO_F64)
        return ito__fail(ctx, ITO_EARG,
                         "brownian: number type %d; take ITO_F32 or ITO_F64",
                         (int)b->dtype);
    return ITO_OK;
}

static ito_status check_call(ito_ctx *ctx, const ito_brownian *b, uint64_t id0,
                             size_t n, const void *W)
{
    const uint64_t ids = UINT64_C(1) << 45;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_motion(ctx, b)) != ITO_OK)
        return rc;
    if (!W && n > 0)
        return ito__fail(ctx, ITO_EARG,
                         "brownian: there is no room for the "
                         "increments; give an array");
    if (id0 > ids || n > ids - id0)
        return ito__fail(ctx, ITO_EARG,
                         "brownian: particle ids end at 2^45; lower id0 or n");
    return ITO_OK;
}

static ito_status check_node(ito_ctx *ctx, const ito_brownian *b,
                             ito_tree_node node)
{
    if (!isfinite(b->t1 - b->t0))
        return ito__fail(ctx, ITO_EARG,
                         "brownian: the span from %g to %g is not finite",
                         b->t0, b->t1);
    if (node.level > ITO_TREE_LEVELS || node.index >> node.level != 0)
        return ito__fail(ctx, ITO_EARG,
                         "brownian: node %llu of level %u; levels end at %d "
                         "and level k has 2^k nodes",
                         (unsigned long long)node.index, node.level,
                         ITO_TREE_LEVELS);
    return ITO_OK;
}

static brownian_job job_of(const ito_ctx *ctx, const ito_brownian *b,
                           uint64_t id0, size_t n)
{
    const ito_dtype dtype = b->dtype ? b->dtype : ITO_F32;
    const size_t rows = size_round_up(size_max(CHUNK / b->dim, 1), 32);

    return (brownian_job){
        .tile = { .kern = ctx->kern,
                  .seed = b->seed,
                  .stream = b->stream,
                  .dtype = dtype,
                  .wide = true,
                  .id0 = id0,
                  .n = n,
                  .dim = b->dim },
        .h = fabs(b->t1 - b->t0),
        .rows = b->dim > CHUNK ? 1 : rows,
        .every = 1,
        .value_bytes = dtype == ITO_F64 ? sizeof(double) : sizeof(float),
    };
}

/* Run a job that walks through trees; it keeps sums beside them if asked. */
static ito_status run_trees(ito_ctx *ctx, brownian_job *job, ito_pool_fn fn,
                            bool sums)
{
    brownian_tile most = job->tile;

    if (job->tile.n == 0)
        return ITO_OK;
    most.n = size_min(job->rows, job->tile.n);
    if (sums)
        job->sum_bytes = size_round_up(
            size_mul(size_mul(most.n, most.dim), sizeof(double)), ALIGN);
    job->bytes_each =
        size_add(job->sum_bytes, ito__tree_bytes(&most, job->node.level));
    job->work = ito__alloc(ctx, size_mul(ctx->threads, job->bytes_each));
    if (!job->work)
        return ito__fail(ctx, ITO_ENOMEM,
                         "brownian: no memory for trees of %u levels of %zu "
                         "components",
                         job->node.level, most.dim);
    ito__for(ctx, job->tile.n, job->rows, fn, job);
    ito__free(ctx, job->work);
    return ITO_OK;
}

ito_status ito_brownian_step(ito_ctx *ctx, const ito_brownian *b, uint64_t id0,
                             size_t n, uint64_t step, double h, void *W,
                             void *H)
{
    ito_status rc = check_call(ctx, b, id0, n, W);
    brownian_job job;

    if (rc != ITO_OK)
        return rc;
    if (step > UINT32_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "brownian: step %llu; steps end at 4294967295, go on "
                         "with another stream",
                         (unsigned long long)step);
    if (!isfinite(h))
        return ito__fail(ctx, ITO_EARG,
                         "brownian: a step of length %g; it must be finite", h);
    job = job_of(ctx, b, id0, n);
    job.W = W;
    job.H = H;
    job.step = step;
    job.h = h;
    if (n > 0)
        ito__for(ctx, n, job.rows, step_chunk, &job);
    return ITO_OK;
}

ito_status ito_brownian_node(ito_ctx *ctx, const ito_brownian *b, uint64_t id0,
                             size_t n, ito_tree_node node, void *W, void *H)
{
    ito_status rc = check_call(ctx, b, id0, n, W);
    brownian_job job;

    if (rc == ITO_OK)
        rc = check_node(ctx, b, node);
    if (rc != ITO_OK)
        return rc;
    job = job_of(ctx, b, id0, n);
    job.W = W;
    job.H = H;
    job.node = node;
    return run_trees(ctx, &job, node_chunk, false);
}

ito_status ito_brownian_path(ito_ctx *ctx, const ito_brownian *b, uint64_t id0,
                             size_t n, unsigned level, uint64_t every,
                             void *paths)
{
    ito_status rc = check_call(ctx, b, id0, n, paths);
    brownian_job job;

    if (rc == ITO_OK)
        rc = check_node(ctx, b, (ito_tree_node){ level, 0 });
    if (rc != ITO_OK)
        return rc;
    if (every == 0 || (UINT64_C(1) << level) % every != 0)
        return ito__fail(ctx, ITO_EARG,
                         "brownian: every %llu-th of 2^%u times; take a power "
                         "of two up to that",
                         (unsigned long long)every, level);
    job = job_of(ctx, b, id0, n);
    job.W = paths;
    job.node.level = level;
    job.every = every;
    return run_trees(ctx, &job, path_chunk, true);
}
