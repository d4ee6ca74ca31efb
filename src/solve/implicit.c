/* SPDX-License-Identifier: MIT
 *
 * implicit.c - theta methods, implicit in the drift.
 *
 *     z = x + h ((1 - th) u(t, x) + th u(t + h, z)) + sigma(t, x) W
 *
 * th = 1 is implicit Euler, th = 1/2 the trapezoidal rule, th = 0 would be
 * Euler-Maruyama; Kloeden and Platen, section 12.2.  The equations are solved
 * by Newton's method in double, for all particles of the tile at once:
 *
 *     (I - h th J) d = b + h th u(z) - z,   z += d,
 *
 * J from field->jacobian or forward differences, one dense elimination with
 * row pivoting a particle and iteration.  A particle whose correction is down
 * to rounding keeps its z from then on, so that it never depends on its
 * companions.
 */
#include "solve/stepper.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define ITERATIONS 50

/* The work of one step; each array is component-major, npad values a row. */
typedef struct newton {
    double *z, *b, *u, *J, *matrix;
    double eps;   /* rounding of the state's type */
    double *last; /* size of the last correction, a number a particle */
    size_t open;  /* particles not done */
} newton;

static newton carve(const stepper *s)
{
    const size_t npad = s->shape.npad, dim = s->shape.dim;
    newton w = { .z = s->big };

    w.b = w.z + dim * npad;
    w.u = w.b + dim * npad;
    w.J = w.u + dim * npad;
    w.matrix = w.J + dim * dim * npad;
    w.last = s->rows[0];
    w.eps = s->ops->dtype == ITO_F64 ? DBL_EPSILON : (double)FLT_EPSILON;
    return w;
}

/* y[0] = z in the state's type, k[1] = u there, both as the field sees them. */
static int evaluate(stepper *s, const newton *w)
{
    int rc;

    s->ops->from_f64(s->values, w->z, s->y[0][0]);
    rc = ito__drift(s, 1, 1.0, s->y[0], s->k[1]);
    s->ops->to_f64(s->values, s->k[1][0], w->u);
    return rc;
}

/* Column k of J by forward differences. */
static int difference(stepper *s, const newton *w, size_t k)
{
    const size_t npad = s->shape.npad, dim = s->shape.dim;
    double *by = s->rows[1];
    int rc;

    ito__copy(s, s->y[1], s->y[0]);
    for (size_t i = 0; i < npad; i++) {
        const double at = s->ops->get(s->y[0][k], i);

        s->ops->set(s->y[1][k], i, at + sqrt(w->eps) * (1.0 + fabs(at)));
        by[i] = s->ops->get(s->y[1][k], i) - at;
    }
    if ((rc = ito__drift(s, 1, 1.0, s->y[1], s->k[2])) != 0)
        return rc;
    for (size_t c = 0; c < dim; c++)
        for (size_t i = 0; i < npad; i++)
            w->J[(c * dim + k) * npad + i] =
                (s->ops->get(s->k[2][c], i) - w->u[c * npad + i]) / by[i];
    return 0;
}

static int jacobian(stepper *s, const newton *w)
{
    const size_t dim = s->shape.dim;
    int rc = 0;

    if (s->field->jacobian) {
        s->work->tile.t = s->t_end;
        s->why = STEP_FIELD;
        rc = ito__tile_eval(s->work, s->field->jacobian, s->y[0], s->jacobian,
                            dim * dim);
        s->ops->to_f64(s->shape.npad * dim * dim, s->jacobian[0], w->J);
        return rc;
    }
    for (size_t k = 0; rc == 0 && k < dim; k++)
        rc = difference(s, w, k);
    return rc;
}

/* Solve the n x n system in place, n + 1 columns a row; false: singular. */
static bool eliminate(size_t n, double *a)
{
    const size_t ld = n + 1;

    for (size_t p = 0; p < n; p++) {
        size_t best = p;

        for (size_t i = p + 1; i < n; i++)
            if (fabs(a[i * ld + p]) > fabs(a[best * ld + p]))
                best = i;
        if (!(fabs(a[best * ld + p]) > 0.0))
            return false;
        for (size_t j = p; best != p && j <= n; j++) {
            const double swap = a[p * ld + j];

            a[p * ld + j] = a[best * ld + j];
            a[best * ld + j] = swap;
        }
        for (size_t i = p + 1; i < n; i++) {
            const double f = a[i * ld + p] / a[p * ld + p];

            for (size_t j = p + 1; f != 0.0 && j <= n; j++)
                a[i * ld + j] -= f * a[p * ld + j];
        }
    }
    for (size_t p = n; p-- > 0;) {
        for (size_t j = p + 1; j < n; j++)
            a[p * ld + n] -= a[p * ld + j] * a[j * ld + n];
        a[p * ld + n] /= a[p * ld + p];
    }
    return true;
}

static void done(const stepper *s, newton *w, size_t i)
{
    s->which[i] = 1;
    w->open--;
}

/* One Newton step of particle i.  It is done when the correction is of the
 * size of rounding, or has stopped to shrink near it; where the matrix is
 * singular it stays open. */
static void correct(const stepper *s, newton *w, size_t i, bool first)
{
    const size_t dim = s->shape.dim, npad = s->shape.npad, ld = dim + 1;
    const double a = s->theta * s->h;
    double size = 0.0, most = 0.0;

    for (size_t c = 0; c < dim; c++) {
        const size_t at = c * npad + i;

        for (size_t k = 0; k < dim; k++)
            w->matrix[c * ld + k] =
                (c == k ? 1.0 : 0.0) - a * w->J[(c * dim + k) * npad + i];
        w->matrix[c * ld + dim] = w->b[at] + a * w->u[at] - w->z[at];
        most = fmax(most, fmax(fabs(w->b[at]), fabs(w->z[at])));
    }
    if (!eliminate(dim, w->matrix))
        return;
    for (size_t c = 0; c < dim; c++) {
        const double by = w->matrix[c * ld + dim];

        w->z[c * npad + i] += by;
        size = fabs(by) > size || isnan(by) ? fabs(by) : size;
    }
    if (size <= 4.0 * w->eps * most ||
        (!first && size >= 0.5 * w->last[i] && size <= sqrt(w->eps) * most))
        done(s, w, i);
    w->last[i] = size;
}

/* Particles that are still open fail the step, or become NaN where the run
 * goes on without such. */
static int give_up(stepper *s, newton *w)
{
    const size_t n = s->shape.n, npad = s->shape.npad;

    for (size_t i = 0; i < n; i++) {
        if (s->which[i])
            continue;
        if (!s->lenient) {
            s->why = STEP_NEWTON;
            s->row = i;
            return 1;
        }
        for (size_t c = 0; c < s->shape.dim; c++)
            w->z[c * npad + i] = (double)NAN;
    }
    return 0;
}

/* There is nothing to solve for a particle that is not finite. */
static void skip_bad(stepper *s, newton *w)
{
    const size_t npad = s->shape.npad, dim = s->shape.dim;

    for (size_t c = 0; c < dim; c++)
        for (size_t i = 0; i < s->shape.n; i++) {
            if (s->which[i] || isfinite(w->b[c * npad + i]))
                continue;
            for (size_t k = 0; k < dim; k++)
                w->z[k * npad + i] = w->b[k * npad + i];
            done(s, w, i);
        }
}

static int solve(stepper *s, newton *w)
{
    const size_t n = s->shape.n, npad = s->shape.npad;
    int rc;

    memset(s->which, 0, n);
    w->open = n;
    skip_bad(s, w);
    for (size_t it = 0; w->open > 0; it++) {
        if (it == ITERATIONS)
            return give_up(s, w);
        if ((rc = evaluate(s, w)) != 0 || (rc = jacobian(s, w)) != 0)
            return rc;
        for (size_t i = 0; i < n; i++)
            if (!s->which[i])
                correct(s, w, i, it == 0);
        for (size_t c = 0; c < s->shape.dim; c++)
            for (size_t i = n; i < npad; i++)
                w->z[c * npad + i] = w->z[c * npad + n - 1];
    }
    return 0;
}

int ito__step_theta(stepper *s)
{
    newton w = carve(s);
    int rc = s->theta < 1.0 ? ito__drift0(s) : 0;

    if (rc == 0 && s->noisy)
        rc = ito__sigma(s, 0, 0.0, s->x, 0);
    if (rc != 0)
        return rc;
    if (s->theta < 1.0)
        ito__lin1(s, s->z, s->x, s->h * (1.0 - s->theta), s->k[0]);
    else
        ito__copy(s, s->z, s->x);
    if (s->noisy)
        ito__add_noise(s, s->z, s->g[0], s->W);
    s->ops->to_f64(s->values, s->z[0], w.b);
    s->ops->to_f64(s->values, s->x[0], w.z);
    if ((rc = solve(s, &w)) != 0)
        return rc;
    s->ops->from_f64(s->values, w.z, s->z[0]);
    return 0;
}
