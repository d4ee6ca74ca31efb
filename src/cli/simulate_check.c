/* SPDX-License-Identifier: MIT
 *
 * simulate_check.c - `ito simulate --check`: the tables of ito/check.h.
 */
#include "cli/simulate_check.h"

#include <ito/check.h>
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/term.h"

/* What was printed last, so that a heading comes once. */
typedef struct printer {
    const char *table;
    size_t rows;
} printer;

static const char *about(const char *table)
{
    const ito_check_table *t;

    for (size_t i = 0; (t = ito_check_at(i)); i++)
        if (strcmp(t->name, table) == 0)
            return t->text;
    return "";
}

static void print_line(const ito_check_row *r)
{
    char within[32];

    if (r->relative)
        snprintf(within, sizeof(within), "%.3g %%", 100.0 * r->tolerance);
    else
        snprintf(within, sizeof(within), "%.2g", r->tolerance);
    printf("%-20s %-15s %-36s %13.6g %13.6g %8s  %s\n", r->problem, r->method,
           r->quantity, r->value, r->expected, within,
           r->passed ? "ok" : "FAILED");
    fflush(stdout); /* the next row may take a while */
}

static void print_json(const printer *p, const ito_check_row *r)
{
    printf("%s{\"table\":", p->rows ? "," : "");
    term_json_string(stdout, r->table);
    printf(",\"problem\":");
    term_json_string(stdout, r->problem);
    printf(",\"method\":");
    term_json_string(stdout, r->method);
    printf(",\"quantity\":");
    term_json_string(stdout, r->quantity);
    printf(",\"value\":");
    term_json_number(stdout, r->value);
    printf(",\"expected\":");
    term_json_number(stdout, r->expected);
    printf(",\"tolerance\":");
    term_json_number(stdout, r->tolerance);
    printf(",\"relative\":%s,\"passed\":%s}", r->relative ? "true" : "false",
           r->passed ? "true" : "false");
}

static int print_row(void *arg, const ito_check_row *r)
{
    printer *p = arg;

    if (common.json) {
        print_json(p, r);
    } else {
        if (!p->table || strcmp(p->table, r->table) != 0)
            printf("%s%s: %s\n%-20s %-15s %-36s %13s %13s %8s\n",
                   p->rows ? "\n" : "", r->table, about(r->table), "problem",
                   "method", "quantity", "measured", "expected", "within");
        print_line(r);
    }
    p->table = r->table;
    p->rows++;
    return term_interrupted(NULL);
}

ito_status simulate_check(ito_ctx *ctx, const char *name)
{
    const ito_check_opts opts = { .problem = name };
    printer p = { 0 };
    size_t failed;
    ito_status rc;

    if (common.json)
        printf("[");
    rc = ito_check_run(ctx, &opts, print_row, &p, &failed);
    if (common.json)
        printf("]\n");
    if (rc != ITO_OK)
        return rc;
    if (failed > 0)
        return cmd_fail(ITO_EUNFIT, "%zu of %zu checks failed", failed, p.rows);
    term_say("all %zu checks passed", p.rows);
    return ITO_OK;
}
