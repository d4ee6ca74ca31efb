/* SPDX-License-Identifier: MIT
 *
 * ito/feature.h - which optional parts this build of the library holds.
 *
 * Computing needs the C library and, unless switched off, POSIX threads.
 * File formats and pictures use other libraries where they were found when
 * the library was built; without one, the calls that need it return
 * ITO_EUNFIT and say so.
 */
#ifndef ITO_FEATURE_H
#define ITO_FEATURE_H

#include <ito/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** An optional part. */
typedef struct ito_feature {
    const char *name; /**< "threads", "zlib", "png", "cairo" */
    const char *use;  /**< what it serves, a few words */
    int built_in;     /**< 1 when this build holds it, else 0 */
} ito_feature;

/** The i-th optional part, or NULL past the last. */
ITO_API const ito_feature *ito_feature_at(size_t i);

#ifdef __cplusplus
}
#endif
#endif /* ITO_FEATURE_H */
