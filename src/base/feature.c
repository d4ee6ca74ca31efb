/* SPDX-License-Identifier: MIT
 *
 * feature.c - the list of optional parts (ito/feature.h).  The build defines
 * each ITO_WITH_ and ITO_THREADS as 0 or 1.
 */
#include <ito/feature.h>

#ifndef ITO_THREADS
#define ITO_THREADS 1
#endif
#ifndef ITO_WITH_ZLIB
#define ITO_WITH_ZLIB 0
#endif
#ifndef ITO_WITH_PNG
#define ITO_WITH_PNG 0
#endif
#ifndef ITO_WITH_CAIRO
#define ITO_WITH_CAIRO 0
#endif

static const ito_feature parts[] = {
    { "threads", "several cores", ITO_THREADS },
    { "zlib", "files that end in .gz", ITO_WITH_ZLIB },
    { "png", "images that end in .png", ITO_WITH_PNG },
    { "cairo", "pictures and reports", ITO_WITH_CAIRO },
};

const ito_feature *ito_feature_at(size_t i)
{
    return i < sizeof(parts) / sizeof(*parts) ? &parts[i] : NULL;
}
