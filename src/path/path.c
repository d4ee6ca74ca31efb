/* SPDX-License-Identifier: MIT
 *
 * path.c - the table of paths, and their points for whole batches.
 */
#include "path/path.h"

#include <string.h>

/* x_t = t z + (1 - t) e: straight lines at constant speed (Lipman et al.,
 * arXiv:2210.02747; Liu et al., arXiv:2209.03003). */
static ito_coef linear_at(double t)
{
    return (ito_coef){
        .alpha = t, .beta = 1.0 - t, .alphadot = 1.0, .betadot = -1.0
    };
}

static const ito_path paths[] = {
    { "linear", "alpha = t, beta = 1 - t", linear_at },
};

#define PATHS (sizeof(paths) / sizeof(paths[0]))

const ito_path *ito_path_at(size_t i)
{
    return i < PATHS ? &paths[i] : NULL;
}

const ito_path *ito_path_find(const char *name)
{
    for (size_t i = 0; name && i < PATHS; i++)
        if (strcmp(paths[i].name, name) == 0)
            return &paths[i];
    return NULL;
}

/*
 * Products and sums are rounded one by one, in float, with coefficients that
 * were rounded once from double; plain C does that the same everywhere.  The
 * kernel table is not needed: rows are short (2 values) or memory-bound.
 */
/* NOLINTNEXTLINE(readability-function-size): arrays of one batch */
void ito__path_rows(const ito_kern *kern, const ito_path *path, size_t n,
                    size_t dim, const float *t, const float *z, const float *e,
                    float *xt, float *target)
{
    (void)kern;
    for (size_t i = 0; i < n; i++) {
        const ito_coef at = path->at((double)t[i]);
        const float a = (float)at.alpha, b = (float)at.beta;
        const float adot = (float)at.alphadot, bdot = (float)at.betadot;

        for (size_t c = i * dim; c < (i + 1) * dim; c++) {
            const float zc = z[c], ec = e[c];

            target[c] = adot * zc + bdot * ec;
            xt[c] = a * zc + b * ec;
        }
    }
}
