/* SPDX-License-Identifier: MIT
 *
 * named.c - the list of named systems: the families, one after the other.
 */
#include "sim/system_parts.h"

static const system_kind *const families[] = {
    ito__systems_linear,
    ito__systems_strong,
    ito__systems_physics,
    ito__systems_models,
};

const system_kind *ito__system_kind_at(size_t i)
{
    for (size_t f = 0; f < sizeof(families) / sizeof(*families); f++)
        for (const system_kind *k = families[f]; k->info.name; k++, i--)
            if (i == 0)
                return k;
    return NULL;
}

const ito_system_info *ito_system_at(size_t i)
{
    const system_kind *k = ito__system_kind_at(i);

    return k ? &k->info : NULL;
}
