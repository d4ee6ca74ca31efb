/* SPDX-License-Identifier: MIT
 *
 * oracle_file.h - the oracle of the rows of a file.
 */
#ifndef ITO_FLOW_ORACLE_FILE_H
#define ITO_FLOW_ORACLE_FILE_H

#include <ito/oracle.h>

/* The exact field of the rows of FILE, of "FILE[@PATH]": columns of numbers as
 * they are, columns of words one coordinate a level.  *rows is borrowed by the
 * oracle, to be freed by ito__free after it. */
ito_status ito__oracle_of_file(ito_ctx *ctx, const char *spec, float **rows,
                               ito_oracle **out);

#endif /* ITO_FLOW_ORACLE_FILE_H */
