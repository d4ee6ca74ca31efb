/* SPDX-License-Identifier: MIT
 *
 * sigma.h - the value of a form of sigma inside a field.
 */
#ifndef ITO_FLOW_SIGMA_H
#define ITO_FLOW_SIGMA_H

#include <ito/extension.h>

/* Bytes of scratch, a multiple of 64. */
size_t ito__sigma_scratch(const ito_sigma *sigma);

/* sigma(t), from any thread; scratch is on a 64-byte boundary. */
double ito__sigma_value(const ito_sigma *sigma, double t, void *scratch);

#endif /* ITO_FLOW_SIGMA_H */
