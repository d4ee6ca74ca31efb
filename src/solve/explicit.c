/* SPDX-License-Identifier: MIT
 *
 * explicit.c - explicit Runge-Kutta methods for ODEs, from tableaus.
 *
 *     k_s = u(t + c_s h, x + h sum_{j < s} a_sj k_j)
 *     z   = x + h sum_j b_j k_j,      error = h sum_j e_j k_j
 *
 * Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I,
 * sections II.1, II.4 and II.6.  The k_j are added in order of j.
 */
#include "solve/stepper.h"

#include <assert.h>

/* z = x + h sum over j < m of weight[j] k[j]; without x if it is NULL.  Zero
 * weights are left out rather than multiplied: a stage that is not used may
 * hold an infinity. */
static void combine(const stepper *s, void *const *z, void *const *x, size_t m,
                    const double *weight)
{
    void *k[ITO_STAGES_MAX];
    double a[ITO_STAGES_MAX];
    size_t used = 0;

    for (size_t j = 0; j < m; j++) {
        if (weight[j] == 0.0)
            continue;
        k[used] = s->k[j][0];
        a[used++] = s->h * weight[j];
    }
    if (x) {
        s->ops->lincomb(s->kern, s->values, z[0], x[0], used, a, k);
        return;
    }
    assert(used > 0);
    s->ops->scale(s->kern, s->values, a[0], k[0], z[0]);
    s->ops->lincomb(s->kern, s->values, z[0], z[0], used - 1, a + 1, k + 1);
}

int ito__step_explicit(stepper *s)
{
    const ito_tableau *tab = s->method->tab;
    const struct native_field *native = ito__native(s);
    const size_t last = tab->stages;
    int rc;

    if (native) {
        ito__native_step(s, native);
        return 0;
    }
    rc = ito__drift0(s);
    for (size_t i = 1; rc == 0 && i < last; i++) {
        combine(s, s->y[0], s->x, i, ito__tab_row(tab, i));
        rc = ito__drift(s, i, tab->c[i], s->y[0], s->k[i]);
    }
    if (rc != 0)
        return rc;
    combine(s, s->z, s->x, last, ito__tab_row(tab, last));
    if (!s->want_error)
        return 0;
    if ((rc = ito__drift(s, last, 1.0, s->z, s->k[last])) != 0)
        return rc;
    s->keeps = true;
    s->k_next = last;
    combine(s, s->err, NULL, last + 1, tab->e);
    if (tab->e3)
        combine(s, s->err3, NULL, last + 1, tab->e3);
    return 0;
}

int ito__step_dense(stepper *s)
{
    const ito_tableau *tab = s->method->tab;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < tab->dense; i++) {
        const size_t j = tab->stages + 1 + i;

        combine(s, s->y[0], s->x, j, ito__tab_row(tab, j));
        rc = ito__drift(s, j, tab->c[j], s->y[0], s->k[j]);
    }
    return rc;
}

void ito__dense_at(const stepper *s, double theta, void *const *out)
{
    const ito_tableau *tab = s->method->tab;
    double w[ITO_STAGES_MAX];

    tab->weights(theta, w);
    combine(s, out, s->x, tab->stages + 1 + tab->dense, w);
}
