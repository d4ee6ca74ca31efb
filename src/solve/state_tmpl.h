/* SPDX-License-Identifier: MIT
 *
 * state_tmpl.h - state.h for one number type.  Before inclusion: VALUE is the
 * type and NAME(f) gives the functions their names.  Not guarded: included
 * once for each type by state.c.
 */

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

static bool NAME(first_bad)(size_t n, size_t dim, bool wide,
                            const void *const *at, state_bad *bad)
{
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < dim; c++) {
            const VALUE *x = at[wide ? 0 : c];
            const double value = (double)x[wide ? i * dim + c : i];

            if (isfinite(value))
                continue;
            *bad = (state_bad){ i, c, value };
            return true;
        }
    return false;
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
