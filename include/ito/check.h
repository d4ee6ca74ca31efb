/* SPDX-License-Identifier: MIT
 *
 * ito/check.h - the methods against closed forms and published tables.
 *
 * The checks that our tests assert, for anyone to run on his own machine and
 * build: `ito simulate --check` prints them.  A row is one measured number,
 * what it should be, and how near it has to come.
 */
#ifndef ITO_CHECK_H
#define ITO_CHECK_H

#include <ito/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One comparison.  Texts are valid for the call that hands it over. */
typedef struct ito_check_row {
    const char *table;    /**< name of its table, as in ito_check_at */
    const char *problem;  /**< what was solved */
    const char *method;   /**< by which method */
    const char *quantity; /**< what was measured */
    double value;         /**< as measured */
    double expected;      /**< what it should be */
    double tolerance;     /**< largest distance allowed */
    int relative;         /**< tolerance is a fraction of `expected` */
    int passed;           /**< whether it came near enough */
    void *reserved[4];    /**< zero */
} ito_check_row;

/** Receives a row; anything but 0 stops with ITO_ECALLBACK. */
typedef int (*ito_check_fn)(void *arg, const ito_check_row *row);

/** What to run.  Zero in any field means the default. */
typedef struct ito_check_opts {
    const char *table;   /**< one table; NULL = all */
    const char *problem; /**< rows of this problem alone; NULL = all */
    size_t paths;        /**< paths behind a strong error; 0 = 40 000 */
    void *reserved[4];   /**< zero */
} ito_check_opts;

/** A table of checks, for lists. */
typedef struct ito_check_table {
    const char
        *name; /**< "step", "moments", "strong", "exit", "flow", "density" */
    const char *text; /**< what it measures, with its source, for people */
} ito_check_table;

/** The i-th table, or NULL past the end. */
ITO_API const ito_check_table *ito_check_at(size_t i);

/**
 * Run checks and hand over their rows, in order.
 *
 * @param failed  receives the number of rows that did not pass; may be NULL
 * @return ITO_OK also when rows fail; ITO_EARG (no such table or problem: the
 *         message lists what there is), or what a solve failed with
 */
ITO_API ito_status ito_check_run(ito_ctx *ctx, const ito_check_opts *opts,
                                 ito_check_fn fn, void *arg, size_t *failed);

#ifdef __cplusplus
}
#endif
#endif /* ITO_CHECK_H */
