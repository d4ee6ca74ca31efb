/* SPDX-License-Identifier: MIT
 *
 * rates.c - from a field to the rates at which mass crosses faces.
 *
 * With a the drift in divergence form at the face, D the diffusion there and
 * w = a h / D:
 *
 *     right = (D / h^2) B(-w),  left = (D / h^2) B(w),  B(w) = w / (e^w - 1)
 *
 * As B(-w) = B(w) + w, the smaller of the two is found first and the larger is
 * that plus |a| / h: no cancellation, and right / left = e^w to the last bits.
 *
 *     a = u - D'        Ito
 *     a = u - D' / 2    Stratonovich (its drift in Ito's form is u + D' / 2);
 *                       for a matrix u + 1/2 sum_j (L^j sigma_j) - D'
 *
 * D' is the difference of D at the neighbouring centres.  With a potential u
 * is minus its difference, so that w telescopes along the line.  An absorbing
 * edge has p = 0 at half the distance.  Nothing is evaluated on or beyond an
 * edge that lets nothing through, where fields are often singular.
 */
#include <math.h>

#include "kern/dmath.h"
#include "pde/grid.h"

#define CHUNK_POINTS 16384 /* points of one evaluation, if a line has fewer */
#define W_MAX        700.0 /* e^w would overflow beyond 709 */
#define OFF_DIAGONAL 1e-10 /* of sigma sigma', relative, that is rounding */

/* A piece of the lines of one axis at one time, with its work memory. */
typedef struct patch {
    ito_ctx *ctx;
    ito_density *d;
    size_t axis;
    double t;
    size_t line, lines; /* first line and number */
    size_t points;      /* room for so many in each of: */
    double *x;          /* dim values a point */
    double *value;      /* what the field returns */
    double *a, *D;      /* lines x (n + 1), at faces */
    double *centre;     /* lines x (n + 1), at centres: D or the potential */
    float *cond;
} patch;

bool ito__pde_timeless(const ito_density *d)
{
    const ito_field *f = d->field;
    /* a drift without time may stand beside sigma(t) */
    const bool moving = !d->is_given && f->noise == ITO_NOISE_ADDITIVE &&
                        !(f->flags & ITO_FIELD_CONSTANT_NOISE);

    return (f->flags & ITO_FIELD_TIMELESS) != 0 && !moving;
}

/* Whether D is the same everywhere at one time. */
static bool level(const ito_density *d)
{
    return d->is_given || d->field->noise == ITO_NOISE_NONE ||
           d->field->noise == ITO_NOISE_ADDITIVE;
}

static bool stratonovich(const ito_density *d)
{
    return d->field->calculus == ITO_CALCULUS_STRATONOVICH;
}

/* Values that a point has of a part. */
static size_t part_size(const ito_density *d, ito_part part)
{
    const size_t m = d->field->noise_dim;

    switch (part) {
    case ITO_PART_DRIFT: return d->dim;
    case ITO_PART_DIFFUSION: return size_mul(d->dim, m ? m : 1);
    case ITO_PART_DIFFUSION_DERIV:
        return m ? size_mul(d->dim, size_mul(m, m)) : d->dim;
    default: return 1;
    }
}

/* The most values a point of a patch has. */
static size_t most_values(const ito_density *d)
{
    size_t most = d->dim;

    if (d->is_given || d->field->noise == ITO_NOISE_NONE)
        return most;
    most = size_max(most, part_size(d, ITO_PART_DIFFUSION));
    if (!level(d) && stratonovich(d) && d->dim == 2 && d->field->noise_dim)
        most = size_max(most, part_size(d, ITO_PART_DIFFUSION_DERIV));
    return most;
}

/* Lines of a patch: whole blocks, CHUNK_POINTS or one block. */
static size_t patch_lines(const pde_axis *a)
{
    const size_t fit = CHUNK_POINTS / size_add(a->n, 1) / a->lanes;

    return size_min(a->lines, a->lanes * size_max(fit, 1));
}

static size_t patch_points(const ito_density *d)
{
    size_t most = 1;

    for (size_t c = 0; c < d->dim; c++)
        most = size_max(most, size_mul(patch_lines(&d->axis[c]),
                                       size_add(d->axis[c].n, 1)));
    return most;
}

size_t ito__pde_rates_bytes(const ito_density *d)
{
    const size_t doubles = size_add(d->dim + 3, most_values(d));
    const size_t bytes = size_add(size_mul(doubles, sizeof(double)),
                                  size_mul(d->field->cond_dim, sizeof(float)));

    /* and the tiles' rows of starts in ito_field_eval */
    return size_mul(patch_points(d), size_add(bytes, sizeof(size_t)));
}

static bool get_patch(ito_ctx *ctx, ito_density *d, patch *p)
{
    const size_t points = patch_points(d), cond = d->field->cond_dim;
    const size_t each = size_mul(points, sizeof(double));

    p->ctx = ctx;
    p->d = d;
    p->points = points;
    p->x = ito__arena_get(ctx, size_mul(d->dim, each));
    p->value = ito__arena_get(ctx, size_mul(most_values(d), each));
    p->a = ito__arena_get(ctx, each);
    p->D = ito__arena_get(ctx, each);
    p->centre = ito__arena_get(ctx, each);
    p->cond = NULL;
    if (cond > 0) {
        p->cond = ito__arena_get(ctx, size_mul(points, cond * sizeof(float)));
        for (size_t i = 0; p->cond && i < points * cond; i++)
            p->cond[i] = d->cond[i % cond];
    }
    return p->x && p->value && p->a && p->D && p->centre &&
           (cond == 0 || p->cond);
}

/* Evaluate a part at count points of each line, at lo + (first + k) h. */
static ito_status sample(patch *p, ito_part part, double first, size_t count)
{
    const ito_density *d = p->d;
    const pde_axis *a = &d->axis[p->axis];
    const size_t other = 1 - p->axis;
    const ito_rows_at at = { .t = p->t, .dtype = ITO_F64, .cond = p->cond };
    double *x = p->x;

    assert(p->lines * count <= p->points);
    for (size_t line = 0; line < p->lines; line++)
        for (size_t k = 0; k < count; k++, x += d->dim) {
            x[d->dim == 2 ? p->axis : 0] = a->lo + (first + (double)k) * a->h;
            if (d->dim == 2)
                x[other] = ito_density_centre(d, other, p->line + line);
        }
    return ito_field_eval(p->ctx, d->field, part, &at, p->lines * count, p->x,
                          p->value);
}

static ito_status not_finite(const patch *p, const char *what, double value,
                             const double *x)
{
    const char *name = p->d->field->name ? p->d->field->name : "";
    ito_errinfo at = ito__nowhere();

    at.t = p->t;
    at.value = value;
    if (p->d->dim == 1)
        return ito__fail_at(p->ctx, ITO_ENONFINITE, &at,
                            "density: the %s of field %s is %g at x = %g, t = "
                            "%g; leave that point out of the grid",
                            what, name, value, x[0], p->t);
    return ito__fail_at(p->ctx, ITO_ENONFINITE, &at,
                        "density: the %s of field %s is %g at (%g, %g), t = "
                        "%g; leave that point out of the grid",
                        what, name, value, x[0], x[1], p->t);
}

/* Move one value of each of count points a line to rows of `to`, n + 1 a
 * line, from column `at` on. */
static ito_status take(const patch *p, const char *what, size_t size,
                       size_t index, size_t count, size_t at, double *to)
{
    const size_t stride = p->d->axis[p->axis].n + 1;

    for (size_t i = 0; i < p->lines * count; i++) {
        const double v = p->value[i * size + index];

        if (!isfinite(v))
            return not_finite(p, what, v, p->x + i * p->d->dim);
        to[i / count * stride + at + i % count] = v;
    }
    return ITO_OK;
}

/* Turn sigma of each sampled point into D of this axis: value i becomes the
 * first of its point. */
static ito_status make_D(patch *p, size_t points)
{
    const ito_density *d = p->d;
    const size_t m = d->field->noise_dim, size = d->dim * (m ? m : 1);
    const char *name = d->field->name ? d->field->name : "";

    for (size_t i = 0; i < points; i++) {
        double *s = p->value + i * size, own = 0.0, other = 0.0, mixed = 0.0;
        const double *row = s + p->axis * (m ? m : 1);
        const double *next = s + (d->dim - 1 - p->axis) * (m ? m : 1);

        for (size_t j = 0; j < (m ? m : 1); j++) {
            own += row[j] * row[j];
            other += next[j] * next[j];
            mixed += row[j] * next[j];
        }
        if (m && d->dim == 2 &&
            fabs(mixed) > OFF_DIAGONAL * sqrt(own) * sqrt(other))
            return ito__fail(
                p->ctx, ITO_EUNFIT,
                "density: the noise of field %s is correlated: sigma sigma' "
                "has %g beside its diagonal at (%g, %g); a grid takes "
                "diagonal diffusion only, simulate particles instead",
                name, mixed, p->x[i * d->dim], p->x[i * d->dim + 1]);
        s[0] = 0.5 * own;
    }
    return ITO_OK;
}

static ito_status sample_D(patch *p, double first, size_t count, size_t at,
                           double *to)
{
    const size_t size = part_size(p->d, ITO_PART_DIFFUSION);
    ito_status rc = sample(p, ITO_PART_DIFFUSION, first, count);

    if (rc == ITO_OK)
        rc = make_D(p, p->lines * count);
    if (rc == ITO_OK)
        rc = take(p, "diffusion", size, 0, count, at, to);
    return rc;
}

/* D of all faces where it is the same everywhere. */
static ito_status level_D(patch *p, size_t count)
{
    const ito_density *d = p->d;
    const size_t m = d->field->noise_dim, lines = p->lines;
    double D = d->given[p->axis];
    ito_status rc;

    if (!d->is_given && d->field->noise == ITO_NOISE_ADDITIVE) {
        p->lines = 1;
        rc = sample(p, ITO_PART_DIFFUSION, 0.5 * (double)(count - 1), 1);
        p->lines = lines;
        if (rc != ITO_OK)
            return rc;
        /* of a diagonal the sign means nothing, so it is a slip */
        if (m == 0 && p->value[p->axis] < 0.0)
            return ito__fail(p->ctx, ITO_ERANGE,
                             "density: the diffusion of field %s is negative: "
                             "%g; write it without the sign",
                             d->field->name ? d->field->name : "",
                             p->value[p->axis]);
        if ((rc = make_D(p, 1)) != ITO_OK)
            return rc;
        D = p->value[0];
        if (!isfinite(D))
            return not_finite(p, "diffusion", D, p->x);
    }
    for (size_t i = 0; i < lines * count; i++)
        p->D[i] = D;
    return ITO_OK;
}

/* Faces at which something is evaluated: first to last. */
static void open_faces(const pde_axis *a, size_t *first, size_t *last)
{
    *first = a->periodic || a->lower == ITO_EDGE_ABSORB ? 0 : 1;
    *last = a->upper == ITO_EDGE_ABSORB ? a->n : a->n - 1;
}

/* The derivative of D at the faces, times -1 (Ito) or -1/2, added to a. */
static ito_status add_gradient(patch *p)
{
    const pde_axis *a = &p->d->axis[p->axis];
    const bool half =
        stratonovich(p->d) && !(p->d->dim == 2 && p->d->field->noise_dim > 0);
    const double k = (half ? -0.5 : -1.0) / a->h;
    ito_status rc;
    size_t first, last;

    open_faces(a, &first, &last);
    rc = sample_D(p, 0.5, a->n, 0, p->centre);
    for (size_t line = 0; rc == ITO_OK && line < p->lines; line++) {
        const double *c = p->centre + line * (a->n + 1);
        double *to = p->a + line * (a->n + 1);
        const double *D = p->D + line * (a->n + 1);

        for (size_t f = size_max(first, 1); f <= size_min(last, a->n - 1); f++)
            to[f] += k * (c[f] - c[f - 1]);
        if (a->periodic)
            to[0] += k * (c[0] - c[a->n - 1]);
        else if (first == 0)
            to[0] += 2.0 * k * (c[0] - D[0]);
        if (last == a->n)
            to[last] += 2.0 * k * (D[last] - c[a->n - 1]);
    }
    return rc;
}

/* 1/2 sum_j L^j sigma_j of a matrix, added to a. */
static ito_status add_correction(patch *p, size_t first, size_t count)
{
    const size_t m = p->d->field->noise_dim, stride = p->d->axis[p->axis].n + 1;
    const size_t size = part_size(p->d, ITO_PART_DIFFUSION_DERIV);
    ito_status rc = sample(p, ITO_PART_DIFFUSION_DERIV, (double)first, count);

    for (size_t i = 0; rc == ITO_OK && i < p->lines * count; i++) {
        const double *v = p->value + i * size + p->axis * m * m;
        double sum = 0.0;

        for (size_t j = 0; j < m; j++)
            sum += v[j * m + j];
        if (!isfinite(sum))
            return not_finite(p, "derivative of the diffusion", sum,
                              p->x + i * p->d->dim);
        p->a[i / count * stride + first + i % count] += 0.5 * sum;
    }
    return rc;
}

/* The drift at one face of each line. */
static ito_status drift_at(patch *p, size_t face)
{
    ito_status rc = sample(p, ITO_PART_DRIFT, (double)face, 1);

    return rc != ITO_OK ? rc
                        : take(p, "drift", p->d->dim, p->axis, 1, face, p->a);
}

/* The drift at the faces as differences of the potential. */
static ito_status potential_drift(patch *p)
{
    const pde_axis *a = &p->d->axis[p->axis];
    const size_t stride = a->n + 1, ghost = a->periodic ? 1 : 0;
    ito_status rc =
        sample(p, ITO_PART_POTENTIAL, ghost ? -0.5 : 0.5, a->n + ghost);

    if (rc == ITO_OK)
        rc = take(p, "potential", 1, 0, a->n + ghost, 0, p->centre);
    for (size_t line = 0; rc == ITO_OK && line < p->lines; line++) {
        const double *u = p->centre + line * stride;
        double *to = p->a + line * stride;

        for (size_t f = 1 - ghost; f < a->n; f++)
            to[f] = (u[f + ghost - 1] - u[f + ghost]) / a->h;
    }
    if (rc == ITO_OK && a->lower == ITO_EDGE_ABSORB)
        rc = drift_at(p, 0);
    if (rc == ITO_OK && a->upper == ITO_EDGE_ABSORB)
        rc = drift_at(p, a->n);
    return rc;
}

/* a and D of the faces of a patch. */
static ito_status evaluate(patch *p)
{
    const ito_density *d = p->d;
    const pde_axis *a = &d->axis[p->axis];
    size_t first, last, count;
    ito_status rc;

    open_faces(a, &first, &last);
    count = last - first + 1;
    if (d->use_potential) {
        rc = potential_drift(p);
    } else {
        rc = sample(p, ITO_PART_DRIFT, (double)first, count);
        if (rc == ITO_OK)
            rc = take(p, "drift", d->dim, p->axis, count, first, p->a);
    }
    if (rc != ITO_OK)
        return rc;
    if (level(d))
        return level_D(p, a->n + 1);
    rc = sample_D(p, (double)first, count, first, p->D);
    if (rc == ITO_OK)
        rc = add_gradient(p);
    if (rc == ITO_OK && stratonovich(d) && d->dim == 2 && d->field->noise_dim)
        rc = add_correction(p, first, count);
    return rc;
}

void ito__pde_face(double a, double D, double h, double *right, double *left)
{
    const double drift = fabs(a) / h;
    double small = 0.0;

    if (D > 0.0) {
        const double w = drift * h * h / D;

        if (w < W_MAX)
            small = D / (h * h) * (w > 0.0 ? w / ito__expm1(w) : 1.0);
    }
    *right = a > 0.0 ? small + drift : small;
    *left = a > 0.0 ? small : small + drift;
}

/* Rates of one line; r and l are strided by the lanes. */
static void line_rates(const pde_axis *ax, const double *a, const double *D,
                       double *r, double *l)
{
    const size_t s = ax->lanes, n = ax->n;
    double away;

    for (size_t f = 1; f < n; f++)
        ito__pde_face(a[f], D[f], ax->h, &r[f * s], &l[f * s]);
    r[0] = l[0] = r[n * s] = l[n * s] = 0.0;
    if (ax->periodic) {
        ito__pde_face(a[0], D[0], ax->h, &r[0], &l[0]);
        r[n * s] = r[0];
        l[n * s] = l[0];
    }
    if (ax->lower == ITO_EDGE_ABSORB) {
        ito__pde_face(a[0], D[0], 0.5 * ax->h, &away, &l[0]);
        l[0] *= 0.5;
    }
    if (ax->upper == ITO_EDGE_ABSORB) {
        ito__pde_face(a[n], D[n], 0.5 * ax->h, &r[n * s], &away);
        r[n * s] *= 0.5;
    }
}

static void rates_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const patch *p = arg;
    pde_axis *ax = &p->d->axis[p->axis];

    (void)worker;
    for (size_t k = begin; k < end; k++) {
        const size_t line = p->line + k, stride = ax->n + 1;
        const size_t at =
            line / ax->lanes * stride * ax->lanes + line % ax->lanes;

        line_rates(ax, p->a + k * stride, p->D + k * stride, ax->right + at,
                   ax->left + at);
    }
}

/* What is kept of a and D for choosing steps. */
static void note_scales(patch *p, double *sum, size_t *faces)
{
    pde_axis *ax = &p->d->axis[p->axis];
    size_t first, last;

    open_faces(ax, &first, &last);
    for (size_t k = 0; k < p->lines; k++)
        for (size_t f = first; f <= last; f++) {
            const double D = p->D[k * (ax->n + 1) + f];

            *sum += fabs(p->a[k * (ax->n + 1) + f]);
            ax->d_max = D > ax->d_max ? D : ax->d_max;
        }
    *faces += p->lines * (last - first + 1);
}

static ito_status axis_rates(patch *p)
{
    pde_axis *ax = &p->d->axis[p->axis];
    const size_t step = patch_lines(ax);
    double sum = 0.0;
    size_t faces = 0;

    ax->d_max = 0.0;
    for (p->line = 0; p->line < ax->lines; p->line += step) {
        ito_status rc;

        p->lines = size_min(step, ax->lines - p->line);
        if ((rc = evaluate(p)) != ITO_OK)
            return rc;
        note_scales(p, &sum, &faces);
        ito__for(p->ctx, p->lines, 16, rates_chunk, p);
    }
    ax->a_mean = sum / (double)faces;
    if (!(ax->a_mean < 1e200) || !(ax->d_max / (ax->h * ax->h) < 1e200))
        return ito__fail(p->ctx, ITO_ENONFINITE,
                         "density: drift or diffusion of field %s is too "
                         "large at t = %g",
                         p->d->field->name ? p->d->field->name : "", p->t);
    return ITO_OK;
}

ito_status ito__pde_rates(ito_ctx *ctx, ito_density *d, double t)
{
    const ito_mark mark = ito__arena_mark(ctx);
    patch p = { .t = t };
    ito_status rc = ITO_OK;

    if (d->version > 0 && (ito__pde_timeless(d) || d->rates_t == t) &&
        isfinite(d->rates_t))
        return ITO_OK;
    d->rates_t = HUGE_VAL; /* until all are made */
    if (!get_patch(ctx, d, &p))
        rc = ito__fail(ctx, ITO_ENOMEM, "density: no memory for %zu points",
                       p.points);
    for (p.axis = 0; rc == ITO_OK && p.axis < d->dim; p.axis++)
        rc = axis_rates(&p);
    ito__arena_release(ctx, mark);
    if (rc != ITO_OK)
        return rc;
    d->rates_t = t;
    d->version++;
    return ITO_OK;
}

ito_status ito__pde_slopes(ito_ctx *ctx, ito_density *d, double *w)
{
    const pde_axis *ax = &d->axis[0];
    const ito_mark mark = ito__arena_mark(ctx);
    patch p = { .t = d->rates_t, .lines = 1 };
    size_t first, last;
    ito_status rc;

    assert(d->dim == 1);
    open_faces(ax, &first, &last);
    if (get_patch(ctx, d, &p))
        rc = evaluate(&p);
    else
        rc = ito__fail(ctx, ITO_ENOMEM, "density: no memory for %zu points",
                       p.points);
    for (size_t f = 0; rc == ITO_OK && f <= ax->n; f++) {
        const bool in = f >= first && f <= last;

        w[f] = in ? p.a[f] * ax->h / p.D[f] : 0.0;
        if (in && !(p.D[f] > 0.0 && isfinite(w[f])))
            rc = ito__fail(ctx, ITO_EUNFIT,
                           "density: there is no diffusion at x = %g, so the "
                           "stationary density is not unique",
                           ax->lo + (double)f * ax->h);
    }
    ito__arena_release(ctx, mark);
    return rc;
}
