/* SPDX-License-Identifier: MIT
 *
 * posterior.c - an energy of one's own: the posterior of a logistic
 * regression, drawn from, and how good the draws are.
 *
 *     cc posterior.c $(pkg-config --cflags --libs ito) -lm -o posterior
 *
 * Animals that died at four doses (Racine and others, Applied Statistics 35
 * (1986) 93; Gelman and others, Bayesian Data Analysis, section 3.7): deaths
 * are binomial with logit p = a + b dose, the prior is flat, U is minus the
 * log posterior.
 */
#include <ito/energy.h>
#include <math.h>
#include <stdio.h>

#define DOSES 4

static const double dose[DOSES] = { -0.86, -0.30, -0.05, 0.73 };
static const double died[DOSES] = { 0, 1, 3, 5 };
#define ANIMALS 5.0

/* U = sum of 5 log(1 + e^s) - died s, s = a + b dose */
static int energy(void *user, const ito_tile *tile, void *const *out)
{
    const double *a = tile->x[0], *b = tile->x[1];
    double *U = out[0];

    (void)user;
    for (size_t i = 0; i < tile->npad; i++) {
        U[i] = 0.0;
        for (size_t k = 0; k < DOSES; k++) {
            const double s = a[i] + b[i] * dose[k];

            U[i] +=
                ANIMALS * (fmax(s, 0.0) + log1p(exp(-fabs(s)))) - died[k] * s;
        }
    }
    return 0;
}

/* -grad U = sum of (died - 5 p) (1, dose) */
static int force(void *user, const ito_tile *tile, void *const *out)
{
    const double *a = tile->x[0], *b = tile->x[1];
    double *to_a = out[0], *to_b = out[1];

    (void)user;
    for (size_t i = 0; i < tile->npad; i++) {
        to_a[i] = to_b[i] = 0.0;
        for (size_t k = 0; k < DOSES; k++) {
            const double p = 1.0 / (1.0 + exp(-a[i] - b[i] * dose[k]));

            to_a[i] += died[k] - ANIMALS * p;
            to_b[i] += (died[k] - ANIMALS * p) * dose[k];
        }
    }
    return 0;
}

static void print(const ito_draws_info *d)
{
    static const char *const names[] = { "a", "b", "energy" };

    printf("         mean      +-     5 %%    95 %%   R-hat   ESS\n");
    for (size_t c = 0; c < 3; c++) {
        const ito_chain_stats *s = &d->stats[c];

        printf("%-6s %6.2f  %6.2f  %6.2f  %6.2f  %6.3f  %4.0f\n", names[c],
               s->mean, s->mean_se, s->q05, s->q95, s->rhat, s->ess_bulk);
    }
    for (size_t i = 0; i < d->warning_count; i++)
        printf("%s\n", d->warnings[i]);
}

int main(void)
{
    const ito_field field = { .name = "posterior",
                              .dtypes = ITO_F64,
                              .flags = ITO_FIELD_REENTRANT,
                              .dim = 2,
                              .drift = force,
                              .potential = energy };
    const ito_energy posterior = { .field = &field };
    const ito_energy_opts how = { .draws = 20000, .spread = 3.0, .seed = 1 };
    ito_draws *draws = NULL;
    ito_ctx *ctx;
    ito_status rc = ito_open(&ctx, NULL);

    if (rc == ITO_OK)
        rc = ito_energy_sample(ctx, &posterior, &how, &draws);
    if (rc == ITO_OK)
        print(ito_draws_get(draws));
    else
        fprintf(stderr, "%s\n", ito_errmsg(ctx));
    ito_draws_free(draws);
    ito_close(ctx);
    return rc == ITO_OK ? 0 : 1;
}
