/* SPDX-License-Identifier: MIT
 *
 * eval_print.c - scores and copies, in words and as JSON.
 */
#include "cli/eval_print.h"

#include <math.h>
#include <stdio.h>

#include "cli/term.h"

static double ratio(const ito_score *s)
{
    return s->floor > 0.0 ? s->value / s->floor : (double)NAN;
}

void print_score_head(void)
{
    printf("%-12s %10s %10s %10s %8s\n", "metric", "value", "floor", "floor sd",
           "ratio");
}

void print_score(const char *name, const ito_score *s, int unbiased)
{
    printf("%-12s %10.5f %10.5f %10.5f ", name, s->value, s->floor,
           s->floor_sd);
    if (s->floor > 0.0 && !unbiased)
        printf("%8.2f\n", ratio(s));
    else
        printf("%8s\n", "-");
}

void print_copies(const ito_copies *c, const char *rows)
{
    printf("\ncopy check: %s%s%s\n", c->flagged ? "FLAGGED, the fake " : "",
           c->flagged ? rows : "not flagged", c->flagged ? " look copied" : "");
    printf("  %.2f %% of the fake %s lie closer to a real one than %.4g, "
           "the 1 %% quantile\n  of the distances between real %s (at most "
           "5 %% allowed)\n",
           100.0 * c->close, rows, c->near_distance, rows);
    printf("  %.2f %% of the fake %s repeat a real one exactly, %.2f %% of "
           "the real ones do\n",
           100.0 * c->copies, rows, 100.0 * c->real_copies);
}

void json_pair(const char *name, double value, const char *end)
{
    printf("\"%s\": ", name);
    term_json_number(stdout, value);
    fputs(end, stdout);
}

void json_score(const char *name, const ito_score *s, int unbiased)
{
    printf("\"%s\": {", name);
    json_pair("value", s->value, ", ");
    json_pair("value_sd", s->value_sd, ", ");
    json_pair("floor", s->floor, ", ");
    json_pair("floor_sd", s->floor_sd, ", ");
    json_pair("ratio", unbiased ? (double)NAN : ratio(s), "}");
}

void json_copies(const ito_copies *c)
{
    printf("\"copies\": {\"flagged\": %s, ", c->flagged ? "true" : "false");
    json_pair("near_distance", c->near_distance, ", ");
    json_pair("close", c->close, ", ");
    json_pair("copies", c->copies, ", ");
    json_pair("real_copies", c->real_copies, "}");
}
