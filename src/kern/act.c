/* SPDX-License-Identifier: MIT
 *
 * act.c - activations by name.
 */
#include <ito/act.h>
#include <string.h>

static const char *const names[] = {
#define X(name, value, text) [(value)] = (text),
    ITO_ACT_MAP(X)
#undef X
};

#define COUNT (sizeof(names) / sizeof(names[0]))

const char *ito_act_name(ito_act act)
{
    return (size_t)act < COUNT ? names[act] : NULL;
}

int ito_act_find(const char *name, ito_act *act)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (strcmp(name, names[i]) == 0) {
            *act = (ito_act)i;
            return 0;
        }
    }
    return -1;
}
