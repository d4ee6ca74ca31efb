/* SPDX-License-Identifier: MIT
 *
 * potential_energy.c - the energy whose gradient a network is.
 *
 * The last node of such a network is a potential (op_potential.c) of the
 * input x itself; its energy is summed in double, units in order.
 */
#include <math.h>

#include "kern/dmath.h"
#include "nn/plan.h"

/*
 * The dilogarithm Li2(-exp(-a)), a >= 0, by the series of Bernoulli numbers
 * in u = -log(1 + exp(-a)), |u| <= log 2 (Zagier, The Dilogarithm Function,
 * 2007, section 1):
 *
 *     Li2 = u - u^2 / 4 + sum_k B_2k u^(2k+1) / (2k + 1)!
 */
static double dilog(double a)
{
    static const double c[] = { 1.0 / 36.0,
                                -1.0 / 3600.0,
                                1.0 / 211680.0,
                                -1.0 / 10886400.0,
                                1.0 / 526901760.0,
                                -4.0647616451442255e-11,
                                8.9216910204564526e-13,
                                -1.9939295860721076e-14 };
    const double u = -ito__log1p(ito__exp(-a)), u2 = u * u;
    double sum = 0.0;

    for (size_t k = sizeof(c) / sizeof(c[0]); k-- > 0;)
        sum = sum * u2 + c[k];
    return u - 0.25 * u2 + u * u2 * sum;
}

/* The integral of silu from 0: z softplus(z) + Li2(-exp(z)) + pi^2 / 12,
 * where Li2(-exp(z)) = -pi^2 / 6 - z^2 / 2 - Li2(-exp(-z)). */
static double integral_silu(double z)
{
    const double a = fabs(z), soft = ito__log1p(ito__exp(-a));
    const double twelfth = 0.82246703342411321824;

    if (z > 0.0)
        return z * (0.5 * z + soft) - dilog(a) - twelfth;
    return z * soft + dilog(a) + twelfth;
}

/* S with S' = act, S(0) = 0. */
static double integral(ito_act act, double z)
{
    const double a = fabs(z);

    switch (act) {
    case ITO_ACT_SILU: return integral_silu(z);
    case ITO_ACT_RELU: return z > 0.0 ? 0.5 * z * z : 0.0;
    case ITO_ACT_TANH: /* log cosh without overflow */
        return a + ito__log1p(ito__exp(-2.0 * a)) - 0.69314718055994530942;
    default: return 0.5 * z * z;
    }
}

int ito_graph_has_energy(const ito_graph *g)
{
    const node *n = g->output == NO_NODE ? NULL : &g->nodes[g->output];

    return n && n->op == &ito__op_potential &&
           n->in[0] == g->input[ITO_INPUT_X];
}

/* b and a of the rows still stand where the last node read them: no later
 * node took their place. */
void ito_plan_energy(const ito_plan *plan, const ito_weights *w, float *work,
                     const ito_batch *in, double *out)
{
    const node *n = &plan->g->nodes[plan->g->output];
    const size_t d = n->cols, k = n->in_cols[1] / 2;
    const float *weight = w->params + n->param;
    const float *by;

    assert(ito_graph_has_energy(plan->g));
    (void)ito_plan_infer(plan, w, work, in);
    by = work + plan->places[n->in[1]].y;
    for (size_t r = 0; r < in->rows; r++) {
        const float *x = in->x + r * d, *b = by + 2 * r * k, *a = b + k;
        double sum = 0.0;

        for (size_t j = 0; j < k; j++) {
            double z = (double)b[j];

            for (size_t c = 0; c < d; c++)
                z += (double)x[c] * (double)weight[c * k + j];
            sum += (double)a[j] * integral(n->act, z);
        }
        out[r] = sum;
    }
}
