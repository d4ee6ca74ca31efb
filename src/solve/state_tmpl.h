/* SPDX-License-Identifier: MIT
 *
 * state_tmpl.h - state.h for one number type.  Before inclusion: VALUE is the
 * type and NAME(f) gives the functions their names.  Not guarded: included
 * once for each type by state.c.
 */

/* Value (i, c) of a state. */
static size_t NAME(index)(const state_shape *s, size_t i, size_t c)
{
    return s->wide ? i * s->dim + c : i;
}

static void NAME(pad)(size_t n, size_t npad, size_t dim, void *const *at)
{
    for (size_t c = 0; c < dim; c++) {
        VALUE *x = at[c];

        for (size_t i = n; i < npad; i++)
            x[i] = x[n - 1];
    }
}

static void NAME(pack)(size_t n, size_t npad, size_t dim, const void *rows,
                       void *const *at)
{
    const VALUE *in = rows;

    for (size_t c = 0; c < dim; c++) {
        VALUE *x = at[c];

        for (size_t i = 0; i < n; i++)
            x[i] = in[i * dim + c];
    }
    NAME(pad)(n, npad, dim, at);
}

static void NAME(unpack)(size_t n, size_t dim, const void *const *at,
                         void *rows)
{
    VALUE *out = rows;

    for (size_t c = 0; c < dim; c++) {
        const VALUE *x = at[c];

        for (size_t i = 0; i < n; i++)
            out[i * dim + c] = x[i];
    }
}

static void NAME(spread)(const state_shape *s, void *const *at)
{
    VALUE *x = at[0];

    if (s->wide) { /* from the last row on, in place */
        for (size_t i = s->n; i-- > 0;) {
            const VALUE value = x[i];

            for (size_t c = 0; c < s->dim; c++)
                x[i * s->dim + c] = value;
        }
        return;
    }
    for (size_t c = 1; c < s->dim; c++)
        memcpy(at[c], x, s->npad * sizeof(*x));
}

static void NAME(affine)(size_t count, double a, double b, const void *x,
                         void *y)
{
    const VALUE *in = x;
    VALUE *out = y;
    const VALUE va = (VALUE)a, vb = (VALUE)b;

    for (size_t i = 0; i < count; i++)
        out[i] = va * in[i] + vb;
}

static void NAME(three_point)(size_t count, double limit, double root,
                              const void *x, void *y)
{
    const VALUE *in = x;
    VALUE *out = y;
    const VALUE far = (VALUE)limit, step = (VALUE)root;

    for (size_t i = 0; i < count; i++)
        out[i] = in[i] > far ? step : in[i] < -far ? -step : (VALUE)0;
}

static void NAME(scale_rows)(const state_shape *s, const double *x,
                             void *const *y, void *const *z)
{
    for (size_t c = 0; c < s->dim; c++) {
        const VALUE *in = y[s->wide ? 0 : c];
        VALUE *out = z[s->wide ? 0 : c];

        for (size_t i = 0; i < s->n; i++) {
            const size_t j = NAME(index)(s, i, c);

            out[j] = (VALUE)x[i] * in[j];
        }
    }
    if (!s->wide)
        NAME(pad)(s->n, s->npad, s->dim, z);
}

static bool NAME(first_bad)(const state_shape *s, size_t from,
                            const void *const *at, state_bad *bad)
{
    for (size_t i = from; i < s->n; i++)
        for (size_t c = 0; c < s->dim; c++) {
            const VALUE *x = at[s->wide ? 0 : c];
            const double value = (double)x[NAME(index)(s, i, c)];

            if (isfinite(value))
                continue;
            *bad = (state_bad){ i, c, value };
            return true;
        }
    return false;
}

static void NAME(row_dot)(const state_shape *s, void *const *x, void *const *y,
                          double *out)
{
    memset(out, 0, s->n * sizeof(*out));
    for (size_t c = 0; c < s->dim; c++) {
        const VALUE *a = x[s->wide ? 0 : c], *b = y[s->wide ? 0 : c];

        for (size_t i = 0; i < s->n; i++) {
            const size_t j = NAME(index)(s, i, c);

            out[i] += (double)a[j] * (double)b[j];
        }
    }
}

/* By the largest component, so that squares stay in range. */
static void NAME(row_norm)(const state_shape *s, void *const *x, double *out)
{
    for (size_t i = 0; i < s->n; i++) {
        double most = 0.0, sum = 0.0;

        for (size_t c = 0; c < s->dim; c++) {
            const VALUE *in = x[s->wide ? 0 : c];
            const double value = fabs((double)in[NAME(index)(s, i, c)]);

            if (!(value <= most))
                most = value;
        }
        for (size_t c = 0; s->dim > 1 && most > 0.0 && c < s->dim; c++) {
            const VALUE *in = x[s->wide ? 0 : c];
            const double part = (double)in[NAME(index)(s, i, c)] / most;

            sum += part * part;
        }
        out[i] = s->dim > 1 && most > 0.0 ? most * sqrt(sum) : most;
    }
}

static void NAME(copy_rows)(const state_shape *s, const unsigned char *which,
                            void *const *from, void *const *to)
{
    for (size_t c = 0; c < s->dim; c++) {
        const VALUE *in = from[s->wide ? 0 : c];
        VALUE *out = to[s->wide ? 0 : c];

        for (size_t i = 0; i < s->n; i++)
            if (which[i])
                out[NAME(index)(s, i, c)] = in[NAME(index)(s, i, c)];
        for (size_t i = s->n; !s->wide && i < s->npad; i++)
            out[i] = out[s->n - 1];
    }
}

static void NAME(error_rows)(const state_shape *s, const double tol[2],
                             void *const *e, void *const *x, void *const *z,
                             double *out)
{
    for (size_t c = 0; c < s->dim; c++) {
        const size_t at = s->wide ? 0 : c;
        const VALUE *err = e[at], *a = x[at], *b = z[at];

        for (size_t i = 0; i < s->n; i++) {
            const size_t j = NAME(index)(s, i, c);
            const double old = fabs((double)a[j]), new = fabs((double)b[j]);
            const double size = old > new ? old : new;
            const double part = (double)err[j] / (tol[0] + tol[1] * size);

            out[i] += part * part + (size - size); /* NaN if not finite */
        }
    }
}

static double NAME(get)(const void *x, size_t i)
{
    return (double)((const VALUE *)x)[i];
}

static void NAME(set)(void *x, size_t i, double value)
{
    ((VALUE *)x)[i] = (VALUE)value;
}

static void NAME(to_f32)(size_t count, const void *x, float *y)
{
    const VALUE *in = x;

    for (size_t i = 0; i < count; i++)
        y[i] = (float)in[i];
}

static void NAME(from_f32)(size_t count, const float *x, void *y)
{
    VALUE *out = y;

    for (size_t i = 0; i < count; i++)
        out[i] = (VALUE)x[i];
}

static void NAME(to_f64)(size_t count, const void *x, double *y)
{
    const VALUE *in = x;

    for (size_t i = 0; i < count; i++)
        y[i] = (double)in[i];
}

static void NAME(from_f64)(size_t count, const double *x, void *y)
{
    VALUE *out = y;

    for (size_t i = 0; i < count; i++)
        out[i] = (VALUE)x[i];
}

/* --- by kernels -------------------------------------------------------- */

static void NAME(lincomb)(const ito_kern *kern, size_t count, void *z,
                          const void *x, size_t m, const double *a,
                          void *const *y)
{
    VALUE coef[ITO_STAGES_MAX];
    const VALUE *in[ITO_STAGES_MAX];

    assert(m <= ITO_STAGES_MAX);
    for (size_t j = 0; j < m; j++) {
        coef[j] = (VALUE)a[j];
        in[j] = y[j];
    }
    KERN(kern)->lincomb(count, z, x, m, coef, in);
}

static void NAME(add)(const ito_kern *kern, size_t count, const void *x,
                      const void *y, void *z)
{
    KERN(kern)->add(count, x, y, z);
}

static void NAME(sub)(const ito_kern *kern, size_t count, const void *x,
                      const void *y, void *z)
{
    KERN(kern)->sub(count, x, y, z);
}

static void NAME(mul)(const ito_kern *kern, size_t count, const void *x,
                      const void *y, void *z)
{
    KERN(kern)->mul(count, x, y, z);
}

static void NAME(muladd)(const ito_kern *kern, size_t count, const void *x,
                         const void *y, void *z)
{
    KERN(kern)->muladd(count, x, y, z);
}

static void NAME(scale)(const ito_kern *kern, size_t count, double a,
                        const void *x, void *y)
{
    KERN(kern)->scale(count, (VALUE)a, x, y);
}

static bool NAME(all_finite)(const ito_kern *kern, size_t count, const void *x)
{
    return KERN(kern)->all_finite(count, x);
}

const state_ops NAME(ito__state) = {
    .dtype = DTYPE,
    .bytes = sizeof(VALUE),
    .lincomb = NAME(lincomb),
    .add = NAME(add),
    .sub = NAME(sub),
    .mul = NAME(mul),
    .muladd = NAME(muladd),
    .scale = NAME(scale),
    .all_finite = NAME(all_finite),
    .pack = NAME(pack),
    .pad = NAME(pad),
    .unpack = NAME(unpack),
    .spread = NAME(spread),
    .to_f32 = NAME(to_f32),
    .from_f32 = NAME(from_f32),
    .to_f64 = NAME(to_f64),
    .from_f64 = NAME(from_f64),
    .affine = NAME(affine),
    .three_point = NAME(three_point),
    .scale_rows = NAME(scale_rows),
    .first_bad = NAME(first_bad),
    .row_dot = NAME(row_dot),
    .row_norm = NAME(row_norm),
    .copy_rows = NAME(copy_rows),
    .error_rows = NAME(error_rows),
    .get = NAME(get),
    .set = NAME(set),
};
