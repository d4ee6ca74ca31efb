/* SPDX-License-Identifier: MIT
 *
 * data_options.c - options about DATA that several commands share.
 */
#include "cli/data_options.h"

#include <string.h>

#include "cli/cmd.h"

data_options data_args;

int data_table_opts(ito_table_opts *out)
{
    const char *d = data_args.delimiter;

    *out = (ito_table_opts){
        .header = (ito_header)data_args.header,
        .drop_missing = data_args.drop_missing,
        .columns = data_args.columns.item,
        .column_count = data_args.columns.count,
        .categorical = data_args.categorical.item,
        .categorical_count = data_args.categorical.count,
    };
    if (!d)
        return 0;
    if (strcmp(d, "tab") == 0)
        out->delimiter = '\t';
    else if (strlen(d) == 1)
        out->delimiter = d[0];
    else
        return cmd_usage("--delimiter '%s': one character, or `tab`", d);
    return 0;
}
