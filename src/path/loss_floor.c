/* SPDX-License-Identifier: MIT
 *
 * loss_floor.c - the loss of the exact prediction.
 *
 * A target P z + Q y has the conditional variance of ito__oracle_variance, so
 * what is left is its mean over x_t and t.  For a lone normal of covariance S
 * from N(0, I) it does not depend on x: with C = alpha^2 S + beta^2,
 *
 *     tr Var[P z + Q e | x] = (P beta - Q alpha)^2 tr(S C^-1)
 *
 * and t is integrated by Gauss-Legendre with 8 points on panels that gather
 * at both ends, t = lo + (hi - lo) w^2 (3 - 2 w).  Else row i of a part takes
 * the time (i + u) / rows, and 32 independent parts give mean and error.
 */
#include <math.h>

#include "kern/dmath.h"
#include "path/oracle.h"
#include "rng/noise.h"

#define PARTS      32
#define DRAWS      65536
#define DRAWS_MAX  ((size_t)1 << 30)
#define PANELS     64
#define NOISE_COMP 31 /* component of the uniform numbers of t */

/* P and Q of a target. */
static void target_at(ito_predict what, const ito_coef *at, double target[2])
{
    target[0] = target[1] = 0.0;
    switch (what) {
    case ITO_PREDICT_VELOCITY:
        target[0] = at->alphadot;
        target[1] = at->betadot;
        break;
    case ITO_PREDICT_SCORE: target[1] = -1.0 / at->beta; break;
    case ITO_PREDICT_NOISE: target[1] = 1.0; break;
    case ITO_PREDICT_DATA: target[0] = 1.0; break;
    case ITO_PREDICT_V:
        target[0] = -at->beta;
        target[1] = at->alpha;
        break;
    }
}

static ito_status check_floor(ito_ctx *ctx, const ito_oracle *o,
                              ito_predict what, const ito_floor_opts *opts)
{
    ito_coef end;
    double target[2];

    if ((unsigned)what > ITO_PREDICT_V)
        return ito__fail(ctx, ITO_EARG, "loss floor: no prediction %d",
                         (int)what);
    if (!(opts->t_lo >= 0.0 && opts->t_lo < opts->t_hi && opts->t_hi <= 1.0) ||
        opts->draws > DRAWS_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "loss floor: times %g to %g, %zu draws; times must "
                         "rise within [0, 1], draws are at most %zu",
                         opts->t_lo, opts->t_hi, opts->draws, DRAWS_MAX);
    if (!o->dist || o->own_rows)
        return ito__fail(ctx, ITO_EUNFIT,
                         "loss floor: a finite set of points has the floor 0 "
                         "only in the limit; it is not computed");
    if (what == ITO_PREDICT_SCORE && o->start)
        return ito__fail(ctx, ITO_EUNFIT,
                         "loss floor: the score is that of noise N(0, I)");
    end = o->path.at(&o->path, opts->t_hi);
    target_at(what, &end, target);
    if (fabs(target[0]) < HUGE_VAL && fabs(target[1]) < HUGE_VAL)
        return ITO_OK;
    return ito__fail(ctx, ITO_ERANGE,
                     "loss floor: it is infinite up to t = %g on path %s; end "
                     "before",
                     opts->t_hi, o->path.name);
}

/* One call; constant but for what it writes. */
typedef struct floor_call {
    const ito_ctx *ctx;
    const ito_oracle *o;
    ito_predict what;
    ito_floor_opts opts;
    size_t rows;      /* of a part */
    double *sum;      /* a part: PARTS values */
    char *scratch;    /* of each worker */
    size_t bytes;     /* of it */
    size_t row_bytes; /* of its rows, at the front */
} floor_call;

/* The variance at point `id`: its z, y and time. */
static double draw_one(const floor_call *call, size_t part, size_t id,
                       char *scratch)
{
    const ito_oracle *o = call->o;
    const size_t dim = o->dim;
    double *x = (double *)(void *)scratch;
    float *z = (float *)(void *)(x + dim), *y = z + dim, u;
    ito_noise at = { .seed = call->opts.seed,
                     .stream = (uint32_t)part,
                     .purpose = ITO_FOR_ROWS };
    double t, target[2];
    oracle_at oracle;

    ito__dist_rows(call->ctx->kern, o->dist, &at, id, 1, z, dim);
    at.purpose = ITO_FOR_NOISE;
    if (o->init)
        ito__dist_rows(call->ctx->kern, o->init, &at, id, 1, y, dim);
    else
        ito__normal_rows(call->ctx->kern, &at, id, 1, dim, y, dim);
    at.purpose = ITO_FOR_TIME;
    ito__uniform_comp(call->ctx->kern, &at, id, 1, NOISE_COMP, &u);
    t = call->opts.t_lo + (call->opts.t_hi - call->opts.t_lo) *
                              ((double)id + (double)u) / (double)call->rows;
    ito__oracle_at(o, t, USE_SLOPES, scratch + call->row_bytes, &oracle);
    for (size_t c = 0; c < dim; c++)
        x[c] =
            oracle.coef.alpha * (double)z[c] + oracle.coef.beta * (double)y[c];
    target_at(call->what, &oracle.coef, target);
    return ito__oracle_variance(&oracle, target, x);
}

static void some_parts(void *arg, size_t worker, size_t begin, size_t end)
{
    const floor_call *call = arg;
    char *scratch = call->scratch + worker * call->bytes;

    for (size_t part = begin; part < end; part++) {
        double sum = 0.0;

        for (size_t i = 0; i < call->rows; i++)
            sum += draw_one(call, part, i, scratch);
        call->sum[part] = sum / (double)call->rows;
    }
}

static ito_status by_draws(ito_ctx *ctx, floor_call *call, ito_floor *out)
{
    double sum[PARTS], mean = 0.0, square = 0.0;

    call->row_bytes = size_round_up(size_mul(call->o->dim, 16), 64);
    call->bytes = size_round_up(
        size_add(call->row_bytes, ito__oracle_bytes(call->o)), 64);
    call->scratch = ito__alloc(ctx, size_mul(call->bytes, ctx->threads));
    if (!call->scratch)
        return ito__fail(ctx, ITO_ENOMEM, "loss floor: no memory");
    call->sum = sum;
    ito__for(ctx, PARTS, 1, some_parts, call);
    ito__free(ctx, call->scratch);
    for (size_t k = 0; k < PARTS; k++)
        mean += sum[k] / PARTS;
    for (size_t k = 0; k < PARTS; k++)
        square += (sum[k] - mean) * (sum[k] - mean);
    out->value = mean;
    out->error = sqrt(square / (PARTS * (PARTS - 1.0)));
    return ITO_OK;
}

static const double node[4] = { 0.18343464249564980, 0.52553240991632899,
                                0.79666647741362674, 0.96028985649753623 };
static const double weight[4] = { 0.36268378337836198, 0.31370664587788729,
                                  0.22238103445337447, 0.10122853629037626 };

/* The conditional variance of a lone normal at time t: at its mean. */
static double normal_at(const floor_call *call, double t)
{
    const ito_oracle *o = call->o;
    const ito_modes *modes = o->modes ? o->modes : o->full.modes;
    double *x = (double *)(void *)call->scratch, target[2];
    oracle_at at;

    ito__oracle_at(o, t, USE_SLOPES, call->scratch + call->row_bytes, &at);
    for (size_t c = 0; c < o->dim; c++)
        x[c] = at.coef.alpha * modes->means[c];
    target_at(call->what, &at.coef, target);
    return ito__oracle_variance(&at, target, x);
}

static ito_status by_rule(ito_ctx *ctx, floor_call *call, ito_floor *out)
{
    const double lo = call->opts.t_lo, span = call->opts.t_hi - lo;
    double sum = 0.0;

    call->row_bytes = size_round_up(size_mul(call->o->dim, 16), 64);
    call->scratch =
        ito__alloc(ctx, size_add(call->row_bytes, ito__oracle_bytes(call->o)));
    if (!call->scratch)
        return ito__fail(ctx, ITO_ENOMEM, "loss floor: no memory");
    for (int i = 0; i < 8 * PANELS; i++) {
        const double n = i % 8 < 4 ? node[i % 4] : -node[i % 4];
        const int panel = i / 8;
        const double w = (panel + 0.5 + 0.5 * n) / PANELS;
        const double t = lo + span * (w * w * (3.0 - 2.0 * w));

        sum += 0.5 / PANELS * weight[i % 4] * 6.0 * w * (1.0 - w) *
               normal_at(call, t);
    }
    ito__free(ctx, call->scratch);
    out->value = sum;
    out->error = 0.0;
    return ITO_OK;
}

ito_status ito_oracle_loss_floor(ito_ctx *ctx, const ito_oracle *oracle,
                                 ito_predict what, const ito_floor_opts *opts,
                                 ito_floor *out)
{
    floor_call call = { .ctx = ctx, .o = oracle, .what = what };
    const ito_modes *modes;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!oracle || !out)
        return ito__fail(ctx, ITO_EARG, "loss floor: a NULL argument");
    if (opts)
        call.opts = *opts;
    if (call.opts.t_lo == 0.0 && call.opts.t_hi == 0.0)
        call.opts.t_hi = 1.0;
    if (call.opts.draws == 0)
        call.opts.draws = DRAWS;
    if ((rc = check_floor(ctx, oracle, what, &call.opts)) != ITO_OK)
        return rc;
    call.rows = size_max(size_ceil_div(call.opts.draws, PARTS), 1);
    modes = oracle->modes ? oracle->modes : oracle->full.modes;
    if (modes && modes->modes == 1 && !oracle->start)
        return by_rule(ctx, &call, out);
    return by_draws(ctx, &call, out);
}
