/* SPDX-License-Identifier: MIT
 *
 * simulate_check.h - `ito simulate --check`.
 */
#ifndef CLI_SIMULATE_CHECK_H
#define CLI_SIMULATE_CHECK_H

#include <ito/ctx.h>

/* Print the tables of checks, all or those whose problem has this name (NULL
 * = all); ITO_EUNFIT when a row fails. */
ito_status simulate_check(ito_ctx *ctx, const char *name);

#endif /* CLI_SIMULATE_CHECK_H */
