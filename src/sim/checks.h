/* SPDX-License-Identifier: MIT
 *
 * checks.h - what the tables of checks share.
 */
#ifndef ITO_SIM_CHECKS_H
#define ITO_SIM_CHECKS_H

#include <ito/check.h>
#include <ito/solve.h>
#include <ito/system.h>
#include <stdbool.h>

/* A run of checks. */
typedef struct check_run {
    ito_ctx *ctx;
    const char *table;   /* the one that runs */
    const char *problem; /* the one that is wanted, or NULL */
    size_t paths;
    ito_check_fn fn;
    void *arg;
    size_t rows, failed;
} check_run;

/* What is measured of which method on which problem. */
typedef struct check_what {
    const char *problem, *method, *quantity;
} check_what;

/* Whether rows of this problem are wanted. */
bool ito__check_wants(const check_run *run, const char *problem);
/* Hand over one row: |value - expected| <= tolerance, or relative. */
ito_status ito__check_near(check_run *run, check_what what, double value,
                           double expected, double tolerance);
ito_status ito__check_rel(check_run *run, check_what what, double value,
                          double expected, double fraction);

/* The tables, one file each. */
ito_status ito__check_step(check_run *run);
ito_status ito__check_moments(check_run *run);
ito_status ito__check_strong(check_run *run);
ito_status ito__check_exit(check_run *run);
ito_status ito__check_flow(check_run *run);
ito_status ito__check_density(check_run *run);

#endif /* ITO_SIM_CHECKS_H */
