/* SPDX-License-Identifier: MIT
 *
 * density_print.c - results of `ito density`: a table for people or JSON on
 * standard output, and the file of densities.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/density_run.h"
#include "cli/term.h"

#define NAME_BYTES 40

void density_list_methods(void)
{
    const ito_density_method *m;

    printf("%-16s %5s\n", "method", "order");
    for (size_t i = 0; (m = ito_density_method_at(i)); i++) {
        if (m->order)
            printf("%-16s %5zu\n", m->name, m->order);
        else
            printf("%-16s %5s\n", m->name, "exact");
        printf("    %s\n", m->text);
    }
}

/* --- table ------------------------------------------------------------- */

static void print_head(const density_run *run)
{
    printf("%10s %12s", "t", "mass");
    for (size_t c = 0; c < run->field->dim; c++) {
        const char *name = ito_system_component(run->system, c);

        printf("   mean %-6s     sd %-6s", name, name);
    }
    if (run->field->dim == 2)
        printf(" %10s", "corr");
    printf(" %11s\n", "min p");
}

static void print_moment(const density_run *run, const ito_density_summary *s)
{
    printf("%10.6g %12.9f", s->t, s->mass);
    for (size_t c = 0; c < run->field->dim; c++)
        printf(" %13.6g %13.6g", s->mean[c], sqrt(s->cov[c][c]));
    if (run->field->dim == 2)
        printf(" %10.4f",
               s->cov[0][1] / sqrt(s->cov[0][0]) / sqrt(s->cov[1][1]));
    printf(" %11.3g\n", s->min);
}

static void print_table(const density_run *run)
{
    const int moments = !density_args.rate || density_args.stationary;

    if (moments)
        print_head(run);
    for (size_t i = 0; moments && i < run->frames; i++)
        print_moment(run, &run->summary[i]);
    if (density_args.rate)
        printf("rate of decay %.10g\n", run->rate);
    if (density_args.compare)
        printf("chi-squared %.6g, %zu degrees of freedom, p = %.4g, %llu "
               "particles; largest deviation %.3g standard errors\n",
               run->fit.chi2, run->fit.freedom, run->fit.p,
               (unsigned long long)run->fit.n, run->fit.worst);
}

/* --- JSON -------------------------------------------------------------- */

static void json_value(const char *name, double value)
{
    printf(",\"%s\":", name);
    term_json_number(stdout, value);
}

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

static void json_grid(const density_run *run)
{
    static const char *const edges[] = { "open", "periodic", "reflect",
                                         "absorb" };

    printf(",\"grid\":[");
    for (size_t c = 0; c < run->field->dim; c++) {
        const ito_density_axis *a = &run->what.axes[c];

        printf("%s{\"component\":", c ? "," : "");
        term_json_string(stdout, ito_system_component(run->system, c));
        json_value("lo", a->lo);
        json_value("hi", a->hi);
        printf(",\"cells\":%zu,\"lower\":\"%s\",\"upper\":\"%s\"}", a->cells,
               edges[a->lower], edges[a->upper]);
    }
    printf("]");
}

static void json_moment(const density_run *run, const ito_density_summary *s)
{
    const size_t dim = run->field->dim;
    double cov[4];

    for (size_t k = 0; k < dim * dim; k++)
        cov[k] = s->cov[k / dim][k % dim];
    printf("{\"t\":");
    term_json_number(stdout, s->t);
    json_value("mass", s->mass);
    json_array("mean", dim, s->mean);
    json_array("cov", dim * dim, cov);
    json_value("min", s->min);
    json_value("max", s->max);
    json_value("negative_mass", s->negative_mass);
    printf("}");
}

static void print_json(const density_run *run)
{
    printf("{\"system\":");
    term_json_string(stdout, ito_system_spec(run->system));
    printf(",\"equation\":");
    term_json_string(stdout, ito_system_equation(run->system));
    json_grid(run);
    printf(",\"method\":");
    term_json_string(stdout, run->method);
    printf(",\"steps\":%zu", run->done.steps);
    json_value("stiffness", run->done.stiffness);
    json_value("start_inside", run->inside);
    printf(",\"moments\":[");
    for (size_t i = 0; i < run->frames; i++) {
        if (i > 0)
            printf(",");
        json_moment(run, &run->summary[i]);
    }
    printf("]");
    if (density_args.rate)
        json_value("rate", run->rate);
    if (density_args.compare) {
        printf(",\"compare\":{\"n\":%llu", (unsigned long long)run->fit.n);
        json_value("chi2", run->fit.chi2);
        printf(",\"freedom\":%zu", run->fit.freedom);
        json_value("p", run->fit.p);
        json_value("worst", run->fit.worst);
        printf("}");
    }
    printf("}\n");
}

void density_print(const density_run *run)
{
    if (common.json)
        print_json(run);
    else
        print_table(run);
}

/* --- file -------------------------------------------------------------- */

static void fill(const density_run *run, columns *table,
                 char (*names)[NAME_BYTES])
{
    const size_t nx = ito_density_cells(run->p, 0);

    for (size_t c = 0; c < run->field->dim; c++) {
        double *x = columns_add(table, ito_system_component(run->system, c));

        for (size_t k = 0; k < run->cells; k++)
            x[k] = ito_density_centre(run->p, c, c == 0 ? k % nx : k / nx);
    }
    for (size_t i = 0; i < run->frames; i++) {
        const double *from = run->values + i * run->cells;
        double *to;

        snprintf(names[i], NAME_BYTES, "t=%.9g", run->t[i]);
        to = columns_add(table, names[i]);
        for (size_t k = 0; k < run->cells; k++)
            to[k] = from[k];
    }
}

ito_status density_write(ito_ctx *ctx, const density_run *run, const char *path)
{
    char(*names)[NAME_BYTES] = calloc(run->frames, sizeof(*names));
    columns table = { 0 };
    ito_status rc;

    if (!names)
        return cmd_fail(ITO_ENOMEM, "%zu moments", run->frames);
    rc = columns_new(&table, run->cells, run->field->dim + run->frames);
    if (rc == ITO_OK) {
        fill(run, &table, names);
        rc = columns_write(ctx, &table, path);
    }
    columns_free(&table);
    free(names);
    return rc;
}
