/* SPDX-License-Identifier: MIT
 *
 * oracle_field.h - an oracle as a field.
 */
#ifndef ITO_PATH_ORACLE_FIELD_H
#define ITO_PATH_ORACLE_FIELD_H

#include "path/oracle.h"

/* Fill o->field for an oracle that is complete but for it. */
void ito__oracle_make_field(ito_oracle *o, const char *name);

#endif /* ITO_PATH_ORACLE_FIELD_H */
