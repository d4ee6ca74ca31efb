/* SPDX-License-Identifier: MIT
 *
 * simulate_print.c - results of `ito simulate` on standard output: a table
 * for people, or JSON; and the list of methods.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/simulate.h"
#include "cli/term.h"

/* --- methods ----------------------------------------------------------- */

static const char *order_text(double order, char buffer[16])
{
    if (order > 0.0)
        snprintf(buffer, 16, "%g", order);
    else
        snprintf(buffer, 16, "-");
    return buffer;
}

/* The widest kind of noise that a method fits. */
static const char *widest_noise(const ito_method *m)
{
    static const char *const names[] = { "none",     "additive",    "scalar",
                                         "diagonal", "commutative", "general" };

    for (size_t k = 6; k-- > 0;)
        if (m->noise & 1u << k)
            return names[k];
    return names[0];
}

static const char *calculus_text(const ito_method *m)
{
    const unsigned additive = 1u << ITO_NOISE_NONE | 1u << ITO_NOISE_ADDITIVE;

    if (!(m->noise & ~additive))
        return m->noise & 1u << ITO_NOISE_ADDITIVE ? "either" : "-";
    return m->calculus == ITO_CALCULUS_ITO            ? "Ito"
           : m->calculus == ITO_CALCULUS_STRATONOVICH ? "Stratonovich"
                                                      : "either";
}

void simulate_list_methods(void)
{
    static const struct {
        unsigned flag;
        const char *word;
    } flags[] = { { ITO_METHOD_ADAPTIVE, "adaptive" },
                  { ITO_METHOD_DENSE, "dense output" },
                  { ITO_METHOD_AREA, "space-time area" },
                  { ITO_METHOD_IMPLICIT, "implicit" },
                  { ITO_METHOD_DERIV, "needs sigma's derivative" },
                  { ITO_METHOD_RATES, "needs a linear part" },
                  { ITO_METHOD_SECOND_ORDER, "needs positions and velocities" },
                  { ITO_METHOD_LANGEVIN, "needs an energy" } };
    const ito_method *m;
    char strong[16], additive[16], weak[16];

    printf("%-16s %5s %6s %8s %5s  %-12s %-13s\n", "method", "order", "strong",
           "additive", "weak", "noise up to", "calculus");
    for (size_t i = 0; (m = ito_method_at(i)); i++) {
        const int noisy = (m->noise & ~(1u << ITO_NOISE_NONE)) != 0;

        printf("%-16s %5zu %6s %8s %5s  %-12s %-13s\n", m->name, m->order,
               noisy ? order_text(m->strong, strong) : "-",
               noisy ? order_text(m->strong_additive, additive) : "-",
               noisy ? order_text(m->weak, weak) : "-", widest_noise(m),
               calculus_text(m));
        printf("    %s", m->text);
        for (size_t f = 0; f < sizeof(flags) / sizeof(flags[0]); f++)
            if (m->flags & flags[f].flag)
                printf("; %s", flags[f].word);
        printf("\n");
    }
}

/* --- one frame --------------------------------------------------------- */

static double sd(const simulation *s, const ito_moments *m, size_t c)
{
    return sqrt(m->cov[c * s->field->dim + c]);
}

static void print_head(const simulation *s)
{
    size_t width = 9;

    for (size_t c = 0; c < s->field->dim; c++) {
        const size_t n = strlen(ito_system_component(s->system, c));

        width = n > width ? n : width;
    }
    printf("%10s  %-*s %12s %10s %12s %8s %8s %12s %12s\n", "t", (int)width,
           "component", "mean", "+-", "sd", "skew", "kurt", "min", "max");
}

static void print_frame(const simulation *s, const ito_moments *m)
{
    for (size_t c = 0; c < s->field->dim; c++) {
        const double deviation = sd(s, m, c);

        printf("%10.6g  %-9s %12.6g %10.2g %12.6g ", m->t,
               ito_system_component(s->system, c), m->mean[c], m->mean_se[c],
               deviation);
        if (deviation > 0.0)
            printf("%8.3f %8.3f ", m->skewness[c], m->kurtosis[c]);
        else
            printf("%8s %8s ", "-", "-");
        printf("%12.6g %12.6g\n", m->min[c], m->max[c]);
    }
}

static ito_status print_quantiles(ito_ctx *ctx, const simulation *s)
{
    const opt_list *list = &simulate_args.quantiles;
    ito_status rc = ITO_OK;

    if (list->count == 0)
        return ITO_OK;
    printf("\n%10s  %-9s %12s %10s\n", "quantile", "component", "value", "+-");
    for (size_t i = 0; i < list->count && rc == ITO_OK; i++) {
        double p, value, error;

        if (opt_number(list->item[i], &p) != 0 || !(p >= 0.0 && p <= 1.0))
            return cmd_fail(ITO_EARG, "--quantiles %.60s: a number from 0 to 1",
                            list->item[i]);
        for (size_t c = 0; c < s->field->dim && rc == ITO_OK; c++) {
            rc = ito_ensemble_quantile(ctx, s->stats, s->frames - 1, c, p,
                                       &value, &error);
            if (rc == ITO_OK)
                printf("%10g  %-9s %12.6g %10.2g\n", p,
                       ito_system_component(s->system, c), value, error);
        }
    }
    return rc;
}

static int absorbs(const simulation *s)
{
    for (size_t c = 0; s->problem.bounds && c < s->field->dim; c++)
        if (s->bounds[c].lower == ITO_EDGE_ABSORB ||
            s->bounds[c].upper == ITO_EDGE_ABSORB)
            return 1;
    return 0;
}

static ito_status print_exits(ito_ctx *ctx, const simulation *s)
{
    ito_exits e;
    ito_status rc;

    if (!absorbs(s))
        return ITO_OK;
    if ((rc = ito_ensemble_exits(ctx, s->stats, &e, NULL)) != ITO_OK)
        return rc;
    printf("\nleft %llu of %llu (%.4f stay)", (unsigned long long)e.absorbed,
           (unsigned long long)e.n, 1.0 - (double)e.absorbed / (double)e.n);
    if (e.absorbed > 0)
        printf(", at t = %.6g +- %.2g in the mean, from %.6g to %.6g", e.mean,
               e.mean_se, e.min, e.max);
    printf("\n");
    return ITO_OK;
}

static ito_status print_table(ito_ctx *ctx, simulation *s)
{
    ito_moments m;
    ito_status rc = ITO_OK;

    print_head(s);
    for (size_t f = 0; f < s->frames && rc == ITO_OK; f++) {
        rc = ito_ensemble_moments(ctx, s->stats, f, &m);
        if (rc == ITO_OK)
            print_frame(s, &m);
    }
    if (rc == ITO_OK)
        rc = print_quantiles(ctx, s);
    return rc == ITO_OK ? print_exits(ctx, s) : rc;
}

/* --- JSON -------------------------------------------------------------- */

static void json_array(const char *name, size_t n, const double *x)
{
    printf(",\"%s\":[", name);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            printf(",");
        term_json_number(stdout, x[i]);
    }
    printf("]");
}

static void json_frame(const simulation *s, const ito_moments *m)
{
    const size_t dim = s->field->dim;

    printf("{\"t\":");
    term_json_number(stdout, m->t);
    printf(",\"n\":%llu,\"bad\":%llu,\"absorbed\":%llu",
           (unsigned long long)m->n, (unsigned long long)m->bad,
           (unsigned long long)m->absorbed);
    json_array("mean", dim, m->mean);
    json_array("mean_se", dim, m->mean_se);
    json_array("cov", dim * dim, m->cov);
    json_array("var_se", dim, m->var_se);
    json_array("skewness", dim, m->skewness);
    json_array("kurtosis", dim, m->kurtosis);
    json_array("min", dim, m->min);
    json_array("max", dim, m->max);
    printf("}");
}

static ito_status json_exits(ito_ctx *ctx, const simulation *s)
{
    ito_exits e;
    ito_status rc;

    if (!absorbs(s))
        return ITO_OK;
    if ((rc = ito_ensemble_exits(ctx, s->stats, &e, NULL)) != ITO_OK)
        return rc;
    printf(",\"exits\":{\"absorbed\":%llu", (unsigned long long)e.absorbed);
    json_array("mean", 1, &e.mean);
    json_array("mean_se", 1, &e.mean_se);
    printf("}");
    return ITO_OK;
}

static void json_head(const simulation *s)
{
    printf("{\"system\":");
    term_json_string(stdout, ito_system_spec(s->system));
    printf(",\"equation\":");
    term_json_string(stdout, ito_system_equation(s->system));
    printf(",\"method\":");
    term_json_string(stdout, s->done.method);
    printf(",\"n\":%zu,\"steps\":%zu,\"t\":", s->problem.n, s->done.steps);
    term_json_number(stdout, s->done.t);
    printf(",\"seed\":%llu,\"evals\":%zu,\"accepted\":%llu,\"rejected\":%llu",
           (unsigned long long)s->problem.seed, s->done.evals,
           (unsigned long long)s->done.accepted,
           (unsigned long long)s->done.rejected);
    printf(",\"noise_spec\":%d,\"components\":[", ITO_NOISE_SPEC);
    for (size_t c = 0; c < s->field->dim; c++) {
        printf(c ? "," : "");
        term_json_string(stdout, ito_system_component(s->system, c));
    }
    printf("]");
}

static ito_status print_json(ito_ctx *ctx, simulation *s)
{
    ito_moments m;
    ito_status rc = ITO_OK;

    json_head(s);
    printf(",\"frames\":[");
    for (size_t f = 0; f < s->frames && rc == ITO_OK; f++) {
        rc = ito_ensemble_moments(ctx, s->stats, f, &m);
        if (rc != ITO_OK)
            break;
        printf(f ? "," : "");
        json_frame(s, &m);
    }
    printf("]");
    if (rc == ITO_OK)
        rc = json_exits(ctx, s);
    printf("}\n");
    return rc;
}

ito_status simulation_print(ito_ctx *ctx, simulation *s)
{
    return common.json ? print_json(ctx, s) : print_table(ctx, s);
}
