/* SPDX-License-Identifier: MIT
 *
 * base.c - status texts and the version.
 */
#include <ito/base.h>

const char *ito_status_text(ito_status status)
{
    switch (status) {
#define X(name, value, text) \
    case ITO_##name: return text;
        ITO_STATUS_MAP(X)
#undef X
    }
    return "unknown status";
}

const char *ito_version(void)
{
    return ITO_VERSION;
}
