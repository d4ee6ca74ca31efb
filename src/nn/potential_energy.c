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

/* S with S' = act, S(0) = 0: log cosh without overflow, squares. */
static double integral(ito_act act, double z)
{
    const double a = fabs(z);

    if (act == ITO_ACT_NONE)
        return 0.5 * z * z;
    if (act == ITO_ACT_RELU)
        return z > 0.0 ? 0.5 * z * z : 0.0;
    return a + ito__log1p(ito__exp(-2.0 * a)) - 0.69314718055994530942;
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
