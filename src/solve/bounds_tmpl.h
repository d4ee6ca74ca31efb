/* SPDX-License-Identifier: MIT
 *
 * bounds_tmpl.h - bounds.c for one number type.  Before inclusion: VALUE is
 * the type and NAME(f) gives the functions their names.  Not guarded.
 */

/* Fold component x back between its edges; v (or NULL) is its velocity, which
 * a reflection turns round.  Returns whether anything changed. */
static bool NAME(fold)(const ito_bounds *b, size_t n, void *x, void *v)
{
    VALUE *at = x, *speed = v;
    bool changed = false;

    for (size_t i = 0; i < n; i++) {
        bool turn = false;
        const double old = (double)at[i];
        const double new = fold(b, old, &turn);

        if (new == old || new != new)
            continue;
        at[i] = (VALUE) new;
        changed = true;
        if (turn && speed)
            speed[i] = -speed[i];
    }
    return changed;
}

/*
 * Where particles left through edge `e` of component c in the step from x to
 * z: theta[i] becomes the part of the step after which that was, if it was
 * before theta[i], and edge[i] = which.
 */
static void NAME(leave)(const edge_scan *e, const void *from, const void *to,
                        double *theta, unsigned *edge)
{
    const VALUE *x = from, *z = to;

    for (size_t i = 0; i < e->n; i++) {
        const double a = e->inside * (e->at - (double)x[i]);
        const double b = e->inside * (e->at - mirror(e, (double)z[i]));
        double when = 2.0;

        if (b <= 0.0)
            when = a > 0.0 ? a / (a - b) : 0.0;
        else if (e->variance && a > 0.0 && crossed(e, i, a * b))
            when = 0.5;
        if (when < theta[i]) {
            theta[i] = when;
            edge[i] = e->which;
        }
    }
}
