/* SPDX-License-Identifier: MIT
 *
 * convert.c - predictions into each other, and the points of a path.
 *
 * A prediction is p z^ + q e^ over a scale k:
 *
 *     data (1, 0)   noise (0, 1)   velocity (alphadot, betadot)
 *     score (0, -1), k = beta      v (-beta, alpha)
 *     velocity where betadot is infinite: (beta alphadot, beta betadot), k =
 *     beta
 *
 * With x = alpha z^ + beta e^ and in = (p, q), out = (P, Q), Cramer's rule
 * gives out = a x + b in,
 *
 *     a = (P q - Q p) / D,   b = (alpha Q - beta P) / D,   D = alpha q - beta p
 *
 * where D is -beta, alpha, -W, -alpha, alpha^2 + beta^2: never a difference
 * that cancels.  Velocity and score, whose scales are the same, have the
 * forms s = (alpha u - alphadot x) / (beta W), u = (alphadot x + beta W s) /
 * alpha; and s = -e^ / beta needs no x.
 */
#include <math.h>

#include "ctx/ctx.h"
#include "path/path.h"

/* A prediction as above. */
typedef struct form {
    double p, q, k;
    double det; /* alpha q - beta p */
} form;

static form form_of(const ito_coef *at, ito_predict what)
{
    switch (what) {
    case ITO_PREDICT_DATA: return (form){ 1.0, 0.0, 1.0, -at->beta };
    case ITO_PREDICT_NOISE: return (form){ 0.0, 1.0, 1.0, at->alpha };
    case ITO_PREDICT_SCORE: return (form){ 0.0, -1.0, at->beta, -at->alpha };
    case ITO_PREDICT_V:
        return (form){ -at->beta, at->alpha, 1.0,
                       at->alpha * at->alpha + at->beta * at->beta };
    case ITO_PREDICT_VELOCITY: break;
    }
    if (at->betadot > -HUGE_VAL)
        return (form){ at->alphadot, at->betadot, 1.0, -at->w };
    return (form){ at->beta * at->alphadot, at->beta_betadot, at->beta,
                   -at->beta_w };
}

bool ito__convert_ab(const ito_coef *at, ito_predict from, ito_predict to,
                     double ab[2])
{
    const form in = form_of(at, from), out = form_of(at, to);

    if (from == to) {
        ab[0] = 0.0;
        ab[1] = 1.0;
    } else if (from == ITO_PREDICT_NOISE && to == ITO_PREDICT_SCORE) {
        ab[0] = 0.0;
        ab[1] = -1.0 / at->beta;
    } else if (from == ITO_PREDICT_SCORE && to == ITO_PREDICT_NOISE) {
        ab[0] = 0.0;
        ab[1] = -at->beta;
    } else if (from == ITO_PREDICT_VELOCITY && to == ITO_PREDICT_SCORE) {
        ab[0] = -at->alphadot / at->beta_w;
        ab[1] = at->alpha / at->beta_w;
    } else if (from == ITO_PREDICT_SCORE && to == ITO_PREDICT_VELOCITY) {
        ab[0] = at->alphadot / at->alpha;
        ab[1] = at->beta_w / at->alpha;
    } else {
        ab[0] = (out.p * in.q - out.q * in.p) / in.det / out.k;
        ab[1] = (at->alpha * out.q - at->beta * out.p) / in.det * in.k / out.k;
    }
    return fabs(ab[0]) < HUGE_VAL && fabs(ab[1]) < HUGE_VAL;
}

static const char *name_of(ito_predict what)
{
    static const char *const names[] = { "velocity", "score", "noise", "data",
                                         "v" };

    return (unsigned)what < 5 ? names[what] : NULL;
}

static const ito_path *path_of(const ito_along *along)
{
    return along->path ? along->path : ito_path_at(0);
}

static double time_of(const ito_along *along, size_t row)
{
    return along->times ? along->times[row] : along->t;
}

static ito_coef coef_of(const ito_along *along, double t)
{
    const ito_path *path = path_of(along);
    const ito_coef coef = path->at(path, t);

    return along->noise_std > 0.0 ? ito__coef_scaled(coef, along->noise_std)
                                  : coef;
}

/* Check what all calls share, with `n` rows at `p` (any of their arrays). */
static ito_status check_along(ito_ctx *ctx, const char *what,
                              const ito_along *along, size_t n, bool arrays)
{
    if (!along || (n > 0 && !arrays))
        return ito__fail(ctx, ITO_EARG, "%s: a NULL argument", what);
    if (along->dim == 0 && n > 0)
        return ito__fail(ctx, ITO_EARG, "%s: rows of 0 values", what);
    if (along->dtype != 0 && along->dtype != ITO_F32 && along->dtype != ITO_F64)
        return ito__fail(ctx, ITO_EARG, "%s: number type %d", what,
                         (int)along->dtype);
    if (!(along->noise_std >= 0.0 && along->noise_std <= 1e30))
        return ito__fail(ctx, ITO_EARG, "%s: noise_std is %g", what,
                         along->noise_std);
    for (size_t i = 0; i < (along->times ? n : 1); i++)
        if (!(time_of(along, i) >= 0.0 && time_of(along, i) <= 1.0))
            return ito__fail(ctx, ITO_EARG,
                             "%s: row %zu: t = %g; a path runs from 0 to 1",
                             what, i, time_of(along, i));
    return ITO_OK;
}

/* out = a x + b y for one row, in double and rounded once. */
static void combine(const ito_along *along, size_t row, const double ab[2],
                    const void *const xy[2], void *out)
{
    const size_t begin = row * along->dim, end = begin + along->dim;

    if (along->dtype == ITO_F64) {
        const double *x = xy[0], *y = xy[1];
        double *to = out;

        for (size_t i = begin; i < end; i++)
            to[i] = ab[0] * x[i] + ab[1] * y[i];
    } else {
        const float *x = xy[0], *y = xy[1];
        float *to = out;

        for (size_t i = begin; i < end; i++)
            to[i] = (float)(ab[0] * (double)x[i] + ab[1] * (double)y[i]);
    }
}

/* a and b of row i; what: the words for a singular time. */
typedef bool (*ab_fn)(const ito_along *along, const ito_coef *at, double ab[2]);

static bool ab_points(const ito_along *along, const ito_coef *at, double ab[2])
{
    (void)along;
    ab[0] = at->alpha;
    ab[1] = at->beta;
    return true;
}

static bool ab_targets(const ito_along *along, const ito_coef *at, double ab[2])
{
    (void)along;
    ab[0] = at->alphadot;
    ab[1] = at->betadot;
    return at->betadot > -HUGE_VAL;
}

static bool ab_convert(const ito_along *along, const ito_coef *at, double ab[2])
{
    return ito__convert_ab(at, along->from, along->to, ab);
}

static ito_status singular(ito_ctx *ctx, const ito_along *along, double t,
                           ab_fn fn)
{
    if (fn == ab_targets)
        return ito__fail(ctx, ITO_ERANGE,
                         "path %s: the target is infinite at t = %g; stop "
                         "before",
                         path_of(along)->name, t);
    return ito__fail(ctx, ITO_ERANGE,
                     "path %s: at t = %g a point and its %s do not tell the "
                     "%s; keep away from that end",
                     path_of(along)->name, t, name_of(along->from),
                     name_of(along->to));
}

/* All rows of x and y with the a and b of their times; one time is found
 * singular before anything is written. */
static ito_status all_rows(ito_ctx *ctx, const ito_along *along, size_t n,
                           ab_fn fn, const void *const xy[2], void *out)
{
    double ab[2] = { 0.0, 0.0 }, known = -1.0;

    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < n; i++) {
            const double t = time_of(along, i);

            if (t != known) {
                const ito_coef at = coef_of(along, t);

                if (!fn(along, &at, ab))
                    return singular(ctx, along, t, fn);
                known = t;
            }
            if (round == 1)
                combine(along, i, ab, xy, out);
            else if (!along->times)
                break;
        }
    return ITO_OK;
}

ito_status ito_path_points(ito_ctx *ctx, const ito_along *along, size_t n,
                           const void *z, const void *e, void *out)
{
    const void *const xy[2] = { z, e };
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    rc = check_along(ctx, "points of a path", along, n, z && e && out);
    return rc == ITO_OK ? all_rows(ctx, along, n, ab_points, xy, out) : rc;
}

ito_status ito_path_targets(ito_ctx *ctx, const ito_along *along, size_t n,
                            const void *z, const void *e, void *out)
{
    const void *const xy[2] = { z, e };
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    rc = check_along(ctx, "targets of a path", along, n, z && e && out);
    return rc == ITO_OK ? all_rows(ctx, along, n, ab_targets, xy, out) : rc;
}

static ito_status check_names(ito_ctx *ctx, const ito_along *along)
{
    if (!name_of(along->from) || !name_of(along->to))
        return ito__fail(ctx, ITO_EARG, "convert: no prediction %d or %d",
                         (int)along->from, (int)along->to);
    return ITO_OK;
}

ito_status ito_convert(ito_ctx *ctx, const ito_along *along, size_t n,
                       const void *x, const void *in, void *out)
{
    const void *const xy[2] = { x, in };
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_along(ctx, "convert", along, n, x && in && out)) !=
            ITO_OK ||
        (rc = check_names(ctx, along)) != ITO_OK)
        return rc;
    return all_rows(ctx, along, n, ab_convert, xy, out);
}

ito_status ito_convert_at(ito_ctx *ctx, const ito_along *along, double ab[2])
{
    ito_coef at;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_along(ctx, "convert", along, 0, true)) != ITO_OK ||
        (rc = check_names(ctx, along)) != ITO_OK)
        return rc;
    if (!ab)
        return ito__fail(ctx, ITO_EARG, "convert: a NULL argument");
    at = coef_of(along, along->t);
    if (!ito__convert_ab(&at, along->from, along->to, ab))
        return singular(ctx, along, along->t, ab_convert);
    return ITO_OK;
}

ito_status ito_path_score_from(ito_ctx *ctx, const ito_along *along,
                               const ito_dist *init, size_t n,
                               const double *const xz[2], double *out)
{
    double *y;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    rc = check_along(ctx, "score", along, n,
                     init && xz && xz[0] && xz[1] && out);
    if (rc != ITO_OK)
        return rc;
    if (!init || ito_dist_dim(init) != along->dim || along->dtype != ITO_F64)
        return ito__fail(ctx, ITO_EARG,
                         "score: rows of %zu doubles and a distribution of %zu "
                         "components are wanted",
                         along->dim, init ? ito_dist_dim(init) : 0);
    y = ito__alloc(ctx, size_mul(size_mul(n, along->dim), sizeof(*y)));
    if (!y)
        return ito__fail(ctx, ITO_ENOMEM, "score: no memory for %zu rows", n);
    for (size_t i = 0; i < n && rc == ITO_OK; i++) {
        const ito_coef at = coef_of(along, time_of(along, i));

        if (!(at.beta > 0.0))
            rc = ito__fail(ctx, ITO_ERANGE,
                           "score: row %zu: at t = %g there is no score given "
                           "the data",
                           i, time_of(along, i));
        for (size_t c = i * along->dim; c < (i + 1) * along->dim; c++)
            y[c] = (xz[0][c] - at.alpha * xz[1][c]) / at.beta;
    }
    if (rc == ITO_OK)
        rc = ito_dist_score(ctx, init, n, y, out);
    for (size_t i = 0; i < n && rc == ITO_OK; i++) {
        const ito_coef at = coef_of(along, time_of(along, i));

        for (size_t c = i * along->dim; c < (i + 1) * along->dim; c++)
            out[c] /= at.beta;
    }
    ito__free(ctx, y);
    return rc;
}
