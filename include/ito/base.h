/* SPDX-License-Identifier: MIT
 *
 * ito/base.h - version, linkage and the list of status codes.
 *
 * Every call of the library that can fail returns an ito_status and, where it
 * is given a context, leaves one line of text there that says what was wrong,
 * where, and what to do about it (ito_errmsg in ito/ctx.h).
 */
#ifndef ITO_BASE_H
#define ITO_BASE_H

#include <stddef.h>
#include <stdint.h>

#define ITO_VERSION_MAJOR 0
#define ITO_VERSION_MINOR 1
#define ITO_VERSION_PATCH 0
#define ITO_VERSION       "0.1.0"

/** Marks a function that the shared library exports. */
#if defined(__GNUC__)
#define ITO_API __attribute__((visibility("default")))
#else
#define ITO_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Every status, once: name, value, text.  Expand it to make a table. */
#define ITO_STATUS_MAP(X)                                                \
    X(OK, 0, "success")                                                  \
    X(ENOMEM, -1, "out of memory")                                       \
    X(EARG, -2, "invalid argument")                                      \
    X(EIO, -3, "input/output error")                                     \
    X(EFORMAT, -4, "malformed file")                                     \
    X(EVERSION, -5, "unsupported version")                               \
    X(ERANGE, -6, "value out of range")                                  \
    X(EUNFIT, -7, "does not fit")                                        \
    X(ENONFINITE, -8, "NaN or infinity where a finite number is needed") \
    X(ESTEPS, -9, "step limit reached")                                  \
    X(ECALLBACK, -10, "stopped by a callback")                           \
    X(ECANCELLED, -11, "cancelled")                                      \
    X(ECOMM, -12, "communication failed")

/** What a call came to; 0 is success, everything else is negative. */
typedef enum ito_status {
#define X(name, value, text) ITO_##name = (value),
    ITO_STATUS_MAP(X)
#undef X
} ito_status;

/** The number type of a state.  Zero means ITO_F32 wherever one is asked. */
typedef enum ito_dtype {
    ITO_F32 = 1, /**< float */
    ITO_F64 = 2  /**< double */
} ito_dtype;

/** The text of a status, for example "malformed file"; never NULL. */
ITO_API const char *ito_status_text(ito_status status);

/** The version of the library that runs, as "major.minor.patch". */
ITO_API const char *ito_version(void);

#ifdef __cplusplus
}
#endif
#endif /* ITO_BASE_H */
