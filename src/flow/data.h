/* SPDX-License-Identifier: MIT
 *
 * data.h - what the word DATA on a command line means.
 */
#ifndef ITO_FLOW_DATA_H
#define ITO_FLOW_DATA_H

#include <ito/source.h>
#include <stdbool.h>

#define ITO__NAMES_MAX  64
#define ITO__NAME_BYTES 24

/* True for a file name: it has a suffix, a slash or "-idx", or is "-".
 * Whatever follows a colon (parameters of a built-in set) does not count. */
bool ito__is_file(const char *data);

/* x, y, z, or c1, c2, ...; dim <= ITO__NAMES_MAX. */
void ito__coordinate_names(size_t dim,
                           char names[ITO__NAMES_MAX][ITO__NAME_BYTES],
                           const char *list[ITO__NAMES_MAX]);

/* The format of a built-in set of images; false: it has none. */
bool ito__dist_format(const ito_dist *dist, ito_image_format *out);

#endif /* ITO_FLOW_DATA_H */
