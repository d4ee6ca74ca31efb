/* SPDX-License-Identifier: MIT
 *
 * probe_interval.h - what independent estimates say of their expectation.
 */
#ifndef ITO_FLOW_PROBE_INTERVAL_H
#define ITO_FLOW_PROBE_INTERVAL_H

#include <stddef.h>

typedef struct probe_interval {
    double mean, error; /* error: the standard error of the mean */
    double lo, hi;      /* 95 % interval */
} probe_interval;

/* Of `count` estimates, at least one; of one, all but `error` are its value. */
probe_interval ito__probe_interval(const double *estimate, size_t count);

#endif /* ITO_FLOW_PROBE_INTERVAL_H */
