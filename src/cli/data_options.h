/* SPDX-License-Identifier: MIT
 *
 * data_options.h - options about DATA that several commands share.
 */
#ifndef CLI_DATA_OPTIONS_H
#define CLI_DATA_OPTIONS_H

#include <ito/table.h>

#include "cli/opt.h"

/** Values of DATA_OPTIONS. */
typedef struct data_options {
    opt_list columns, categorical;
    int drop_missing, header;
    const char *delimiter;
} data_options;

extern data_options data_args;

/* clang-format off */
#define DATA_OPTIONS                                                         \
    GROUP("reading a table"),                                                \
    LIST(0, "columns", "A,B", &data_args.columns,                            \
         "use these columns alone, in this order"),                          \
    LIST(0, "categorical", "A,B", &data_args.categorical,                    \
         "columns of categories even if they look like numbers"),            \
    FLAG(0, "drop-missing", &data_args.drop_missing,                         \
         "leave out rows with a missing cell"),                              \
    CHOICE(0, "header", "detect|yes|no", &data_args.header,                  \
           "does the first line name the columns? [detect]"),                \
    STRING(0, "delimiter", "CHAR", &data_args.delimiter,                     \
           "what separates cells; `tab` for a tabulator [detected]")
/* clang-format on */

/*
 * The options as the library takes them.  Returns 0, or the exit code of a
 * usage error after saying it.
 */
int data_table_opts(ito_table_opts *out);

#endif /* CLI_DATA_OPTIONS_H */
