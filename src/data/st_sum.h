/* SPDX-License-Identifier: MIT
 *
 * st_sum.h - where the checksum of a safetensors file stands.
 */
#ifndef ITO_DATA_ST_SUM_H
#define ITO_DATA_ST_SUM_H

#include <stddef.h>

#define ST_SUM_KEY    "ito.sha256"
#define ST_SUM_DIGITS 64

/* The digits in the text of a header, or NULL when they stand there not
 * exactly once in the form "ito.sha256":"...". */
char *st_sum_find(char *header, size_t bytes);

#endif /* ITO_DATA_ST_SUM_H */
