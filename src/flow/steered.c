/* SPDX-License-Identifier: MIT
 *
 * steered.c - a flow led by an energy, or to values that are known, and
 * corrected on the way.
 */
#include "flow/steered.h"

#include <math.h>
#include <string.h>

#include "ctx/ctx.h"
#include "flow/completion.h"
#include "rng/noise.h"

/* Noise of a Langevin step over beta, where it is not given. */
#define KICK "0.5*beta"

#define PASSES_MAX 10000

/* What a network's Jacobian is trusted to, in units of that of N(0, I). */
#define DAMP 0.1

/* Of images: rows start from noise and steps are taken once, for a network of
 * images costs much; and one step of conjugate gradients, a product with its
 * Jacobian: with eight some rows of MNIST end in noise. */
#define IMAGE_PASSES 1
#define IMAGE_STEPS  1

static bool is_adaptive(const ito_solve_opts *how)
{
    return how->rtol > 0.0 || how->atol > 0.0;
}

static ito_status lead(ito_ctx *ctx, steering *s)
{
    const ito_guide_opts how = { .energy = s->o->energy,
                                 .strength = s->o->energy_strength,
                                 .way = s->o->energy_way,
                                 .path = s->path };
    ito_status rc = ito_guide_open(ctx, s->field, &how, &s->guide);

    if (rc == ITO_OK)
        s->field = ito_guide_field(s->guide);
    return rc;
}

/* ---- known coordinates ---- */

static ito_status check_known(ito_ctx *ctx, const steering *s, size_t n,
                              uint64_t id0)
{
    const size_t dim = s->known_dim;
    const bool means = s->paint.blocks.rows > 0;

    for (size_t i = 0; i < n * dim; i++)
        if (isinf(s->known[i]) || (means && isnan(s->known[i])))
            return ito__fail(ctx, ITO_EARG, "inpainting: row %llu has %s %zu",
                             (unsigned long long)(id0 + i / dim),
                             means ? "no finite mean of block"
                                   : "an infinite coordinate",
                             i % dim + 1);
    return ITO_OK;
}

/* The blocks that o->known are the means of, if they are; s->known_dim. */
static ito_status find_blocks(ito_ctx *ctx, const sample_flow *flow,
                              steering *s, inpaint_blocks *b)
{
    const ito_image_format *f =
        flow->schema ? ito_schema_image(flow->schema) : NULL;
    const size_t rows = s->o->known_block[0], cols = s->o->known_block[1];

    s->known_dim = s->field->dim;
    if (rows == 0 && cols == 0)
        return ITO_OK;
    *b = (inpaint_blocks){ .height = f ? f->height : 1,
                           .width = f ? f->width : s->field->dim,
                           .channels = f ? f->channels : 1,
                           .rows = rows,
                           .cols = cols };
    if (flow->schema && !f)
        return ito__fail(ctx, ITO_EUNFIT,
                         "means of blocks: the model was trained on a table");
    if (!s->o->known || rows == 0 || cols == 0 || b->height % rows != 0 ||
        b->width % cols != 0)
        return ito__fail(ctx, ITO_EARG,
                         "means of blocks of %zu x %zu pixels: give them, in "
                         "blocks that divide %zu x %zu",
                         rows, cols, b->height, b->width);
    s->known_dim = s->field->dim / rows / cols;
    return ITO_OK;
}

/* The means of blocks of row i, each on all pixels of its block. */
static void spread_means(const steering *s, size_t i, float *row)
{
    const inpaint_blocks *b = &s->paint.blocks;
    const size_t across = b->width / b->cols, ch = b->channels;
    const float *mean = s->known + i * s->known_dim;

    for (size_t y = 0; y < b->height; y++)
        for (size_t x = 0; x < b->width; x++)
            memcpy(row + (y * b->width + x) * ch,
                   mean + (y / b->rows * across + x / b->cols) * ch,
                   ch * sizeof(*row));
}

/* New noise for what is known. */
void ito__steering_renew(ito_ctx *ctx, const steering *s,
                         const ito_problem *problem, const ito_noise *at)
{
    const size_t dim = s->paint.flow.dim, own = s->paint.flow.cond_dim;
    const size_t cols = s->paint.field.cond_dim;

    if (problem->n > 0)
        ito__normal_rows(ctx->kern, at, problem->id0, problem->n, dim,
                         s->cond + own + dim, cols);
    for (size_t i = 0; s->paint.blocks.rows > 0 && i < problem->n; i++) {
        float *y = s->cond + i * cols + own;

        for (size_t c = 0; c < dim; c++)
            s->row[c] = (double)y[dim + c];
        ito__inpaint_known(&s->paint, y, s->row);
        for (size_t c = 0; c < dim; c++)
            y[dim + c] = (float)s->row[c];
    }
}

/* Conditions of the flow, what is known, and the noise samples start from. */
static void fill_cond(ito_ctx *ctx, const steering *s, const ito_problem *p)
{
    const size_t dim = s->paint.flow.dim, own = s->paint.flow.cond_dim;
    const size_t cols = s->paint.field.cond_dim;
    const ito_noise at = { .seed = s->o->seed };

    for (size_t i = 0; i < p->n; i++) {
        float *row = s->cond + i * cols;

        if (p->cond)
            memcpy(row, p->cond + i * own, own * sizeof(*row));
        if (s->paint.blocks.rows > 0)
            spread_means(s, i, row + own);
        else
            memcpy(row + own, s->known + i * dim, dim * sizeof(*row));
    }
    ito__steering_renew(ctx, s, p, &at);
}

void ito__steering_hold(const steering *s, size_t n, double a, double b,
                        float *x)
{
    const size_t dim = s->paint.flow.dim, own = s->paint.flow.cond_dim;
    const size_t cols = s->paint.field.cond_dim;

    for (size_t i = 0; i < n; i++, x += dim) {
        for (size_t c = 0; c < dim; c++)
            s->row[c] = (double)x[c];
        ito__inpaint_hold(&s->paint, s->cond + i * cols + own, a, b, s->row);
        for (size_t c = 0; c < dim; c++)
            x[c] = (float)s->row[c];
    }
}

/* What the cells of a table say. */
static ito_status read_cells(ito_ctx *ctx, const sample_flow *flow, steering *s,
                             size_t n)
{
    const size_t dim = s->field->dim;

    if (s->o->known)
        return ito__fail(ctx, ITO_EARG,
                         "inpainting: what is known is given as coordinates "
                         "and as cells: give one of them");
    s->own_known =
        ito__alloc(ctx, size_mul(size_mul(n + 1, dim), sizeof(float)));
    if (!s->own_known)
        return ito__fail(ctx, ITO_ENOMEM, "inpainting of %zu rows", n);
    s->known = s->own_known;
    return ito__completion_known(ctx, flow->schema, s->o, dim, n, s->own_known);
}

/* How often steps are taken, what they start near, and how far a network is
 * trusted. */
static void choose_ways(const sample_flow *flow, steering *s)
{
    const bool images = flow->schema && ito_schema_image(flow->schema);
    const ito_sample_opts *o = s->o;

    s->passes = o->passes ? o->passes : images ? IMAGE_PASSES : ITO__PASSES;
    s->candidates = images ? 1 : ITO__CANDIDATES;
    if (o->candidates)
        s->candidates = o->candidates;
    if (s->paint.blocks.rows > 0)
        s->candidates = 1; /* they are compared by coordinates */
    if (images)
        s->paint.most = IMAGE_STEPS;
}

static ito_status know(ito_ctx *ctx, const sample_flow *flow, steering *s,
                       ito_problem *problem)
{
    inpaint_blocks blocks = { .rows = 0 };
    ito_status rc;

    if (s->o->noise)
        return ito__fail(ctx, ITO_EUNFIT,
                         "inpainting: noise that is given does not go with "
                         "what is known");
    if (s->o->energy)
        return ito__fail(ctx, ITO_EUNFIT,
                         "inpainting and guidance by an energy do not go "
                         "together: an energy may hold coordinates by itself");
    if (s->o->cells && (rc = read_cells(ctx, flow, s, problem->n)) != ITO_OK)
        return rc;
    rc = find_blocks(ctx, flow, s, &blocks);
    if (rc == ITO_OK)
        rc = ito__inpaint(ctx, s->field, s->path, &blocks,
                          flow->schema ? DAMP : 0.0, &s->paint);
    if (rc == ITO_OK)
        rc = check_known(ctx, s, problem->n, problem->id0);
    if (rc != ITO_OK)
        return rc;
    s->cond = ito__alloc(
        ctx, size_mul(size_mul(problem->n + 1, s->paint.field.cond_dim),
                      sizeof(*s->cond)));
    s->row = ito__alloc(ctx, size_mul(s->field->dim, sizeof(*s->row)));
    if (!s->cond || !s->row)
        return ito__fail(ctx, ITO_ENOMEM, "inpainting of %zu rows", problem->n);
    fill_cond(ctx, s, problem);
    s->field = &s->paint.field;
    choose_ways(flow, s);
    problem->cond = s->cond;
    return ITO_OK;
}

/* ---- all of it ---- */

static ito_status check(ito_ctx *ctx, const steering *s, bool normal)
{
    const ito_sample_opts *o = s->o;

    if ((o->energy || o->known || o->cells) && !normal)
        return ito__fail(ctx, ITO_EUNFIT,
                         "%s: the flow does not start from N(0, I), so that "
                         "its field does not tell the denoised point",
                         o->energy ? "guidance by an energy" : "inpainting");

    if (o->correct > 0 && !s->field->score)
        return ito__fail(ctx, ITO_EUNFIT,
                         "corrector: %s has no score, so there are no Langevin "
                         "steps",
                         s->field->name);
    if ((o->correct > 0 || o->passes > 1) && is_adaptive(&o->solve))
        return ito__fail(ctx, ITO_EARG,
                         "%s: between steps of its own length nothing can be "
                         "done: take fixed steps",
                         o->correct > 0 ? "corrector" : "inpainting in passes");
    if (o->passes > PASSES_MAX)
        return ito__fail(ctx, ITO_EARG, "%zu passes over a step: at most %d",
                         o->passes, PASSES_MAX);
    if (o->passes > 1 && !o->known && !o->cells)
        return ito__fail(ctx, ITO_EARG,
                         "%zu passes over a step: of inpainting, and no "
                         "coordinate is known",
                         o->passes);
    return ITO_OK;
}

ito_status ito__steering_begin(ito_ctx *ctx, const sample_flow *flow,
                               const ito_sample_opts *o, ito_problem *problem,
                               steering *s)
{
    ito_status rc;

    *s = (steering){
        .o = o, .path = flow->path, .field = problem->field, .known = o->known
    };
    rc = check(ctx, s, flow->normal);
    if (rc == ITO_OK && (o->known || o->cells))
        rc = know(ctx, flow, s, problem);
    if (rc == ITO_OK && o->energy)
        rc = lead(ctx, s);
    if (rc == ITO_OK && o->correct > 0 && !o->correct_step)
        rc = ito_sigma_parse(ctx, KICK, s->path, &s->kick);
    problem->field = s->field;
    return rc;
}

/* A failure whose cause is the energy says so. */
static ito_status blame(ito_ctx *ctx, const steering *s, ito_status rc)
{
    const ito_errinfo at = *ito_errinfo_get(ctx);

    if ((rc != ITO_ENONFINITE && rc != ITO_ESTEPS) || !s->guide ||
        !ito_guide_failed(s->guide))
        return rc;
    return ito__fail_at(ctx, ITO_ENONFINITE, &at,
                        "guidance by an energy: its gradient is not finite for "
                        "row %lld near t = %g",
                        (long long)at.particle, at.t);
}

ito_status ito__steering_solve(ito_ctx *ctx, steering *s,
                               const ito_problem *problem,
                               const ito_solve_opts *how, float *x)
{
    ito_status rc;

    if (s->o->correct > 0 || (s->cond && !is_adaptive(how)))
        rc = ito__between(ctx, s, problem, how, x);
    else
        rc = ito_solve(ctx, problem, x, how, s->o->stats);
    if (rc == ITO_OK && s->cond && x)
        ito__steering_hold(s, problem->n, 1.0, 0.0, x);
    return rc == ITO_OK ? rc : blame(ctx, s, rc);
}

void ito__steering_end(ito_ctx *ctx, steering *s)
{
    ito_guide_free(s->guide);
    ito_sigma_free(s->kick);
    ito__free(ctx, s->cond);
    ito__free(ctx, s->row);
    ito__free(ctx, s->own_known);
}
