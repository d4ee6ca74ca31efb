/* SPDX-License-Identifier: MIT
 *
 * objective.c - what a network predicts, and converting it.
 */
#include "flow/objective.h"

#include <math.h>
#include <string.h>

#include "path/path.h"

/* How near to an end a field is evaluated whose formula divides by what
 * vanishes there: nearer, the errors of a network would be blown up. */
#define END_GAP 0.00390625

static const char *const names[QUANTITIES] = {
    [QUANTITY_VELOCITY] = "velocity",
    [QUANTITY_SCORE] = "score",
    [QUANTITY_NOISE] = "noise",
    [QUANTITY_DATA] = "data",
    [QUANTITY_V] = "v",
    [QUANTITY_EDM] = "edm",
};

const char *ito__quantity_name(quantity q)
{
    return names[q];
}

const char *ito__loss_name(quantity q)
{
    return q == QUANTITY_VELOCITY ? "flow" : names[q];
}

int ito__quantity_find(const char *name)
{
    for (int q = 0; q < QUANTITIES; q++)
        if (strcmp(name, names[q]) == 0)
            return q;
    return strcmp(name, "flow") == 0 ? QUANTITY_VELOCITY : -1;
}

objective ito__objective_plain(const ito_path *path)
{
    return (objective){ .path = path ? *path : *ito_path_at(0),
                        .predict = QUANTITY_VELOCITY,
                        .loss = QUANTITY_VELOCITY,
                        .hi = 1.0,
                        .normal = true };
}

bool ito__objective_is_plain(const objective *o)
{
    return strcmp(o->path.spec, ito_path_at(0)->spec) == 0 &&
           o->predict == QUANTITY_VELOCITY && o->loss == QUANTITY_VELOCITY &&
           o->lo == 0.0 && o->hi == 1.0 && o->normal;
}

bool ito__objective_scales(const objective *o)
{
    return o->predict == QUANTITY_EDM;
}

bool ito__objective_weighs(const objective *o)
{
    return o->predict != o->loss;
}

/* a z + b e. */
typedef struct mixture {
    double a, b;
} mixture;

static double variance(const objective *o, const ito_coef *k)
{
    const double s = o->data_std;

    return k->alpha * k->alpha * s * s + k->beta * k->beta;
}

static mixture mixture_of(const objective *o, quantity q, const ito_coef *k)
{
    const double s = o->data_std, root = sqrt(variance(o, k));

    switch (q) {
    case QUANTITY_NOISE: return (mixture){ 0.0, 1.0 };
    case QUANTITY_DATA: return (mixture){ 1.0, 0.0 };
    case QUANTITY_SCORE: return (mixture){ 0.0, -1.0 / k->beta };
    case QUANTITY_V: return (mixture){ -k->beta, k->alpha };
    case QUANTITY_EDM:
        return (mixture){ k->beta / (s * root), -k->alpha * s / root };
    default: return (mixture){ k->alphadot, k->betadot };
    }
}

/* out = ab[0] x + ab[1] in; by Cramer's rule where edm is one of the two (its
 * determinant with x is sqrt V / s). */
static void convert(const objective *o, const ito_coef *k, quantity from,
                    quantity to, double ab[2])
{
    const mixture in = mixture_of(o, from, k), out = mixture_of(o, to, k);
    const double det = in.a * k->beta - in.b * k->alpha;

    if (from != QUANTITY_EDM && to != QUANTITY_EDM) {
        (void)ito__convert_ab(k, (ito_predict)from, (ito_predict)to, ab);
        return;
    }
    ab[0] = (in.a * out.b - in.b * out.a) / det;
    ab[1] = (out.a * k->beta - out.b * k->alpha) / det;
    if (from == to) {
        ab[0] = 0.0;
        ab[1] = 1.0;
    }
}

objective_at ito__objective_at(const objective *o, double t)
{
    const ito_coef k = ito_path_coef(&o->path, t);
    const mixture m = mixture_of(o, o->predict, &k);
    objective_at at = { .alpha = k.alpha,
                        .beta = k.beta,
                        .a = m.a,
                        .b = m.b,
                        .weight = 1.0,
                        .in = 1.0 };

    if (ito__objective_scales(o))
        at.in = 1.0 / sqrt(variance(o, &k));
    if (ito__objective_weighs(o)) {
        double ab[2];

        convert(o, &k, o->predict, o->loss, ab);
        at.weight = ab[1] * ab[1];
    }
    return at;
}

/* Is the conversion finite at an end (0 or 1)? */
static bool finite_at(const objective *o, quantity want, int end)
{
    const ito_coef k = ito_path_coef(&o->path, (double)end);
    double ab[2];

    convert(o, &k, o->predict, want, ab);
    return isfinite(ab[0]) && isfinite(ab[1]);
}

objective_map ito__objective_map(const objective *o, quantity want, double t)
{
    const double lo = finite_at(o, want, 0) ? o->lo : fmax(o->lo, END_GAP);
    const double hi =
        finite_at(o, want, 1) ? o->hi : fmin(o->hi, 1.0 - END_GAP);
    objective_map map = { .in = 1.0, .t = fmin(fmax(t, lo), hi) };
    const ito_coef k = ito_path_coef(&o->path, map.t);
    double ab[2];

    if (ito__objective_scales(o))
        map.in = 1.0 / sqrt(variance(o, &k));
    convert(o, &k, o->predict, want, ab);
    map.p = ab[0];
    map.q = ab[1];
    return map;
}

/*
 * Products and sums are rounded one by one, in float, with coefficients that
 * were rounded once from double; plain C does that the same everywhere.
 */
void ito__objective_rows(const objective *o, const objective_rows *r)
{
    const bool scales = ito__objective_scales(o);
    const bool weighs = ito__objective_weighs(o);

    for (size_t i = 0; i < r->n; i++) {
        const objective_at at = ito__objective_at(o, (double)r->t[i]);
        const float alpha = (float)at.alpha, beta = (float)at.beta;
        const float a = (float)at.a, b = (float)at.b, in = (float)at.in;

        for (size_t c = i * r->dim; c < (i + 1) * r->dim; c++) {
            const float z = r->z[c], e = r->e[c];

            r->target[c] = a * z + b * e;
            r->xt[c] = alpha * z + beta * e;
            if (scales)
                r->in[c] = in * r->xt[c];
        }
        if (weighs)
            r->weight[i] = (float)at.weight;
    }
}
