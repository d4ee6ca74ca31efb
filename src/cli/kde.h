/* SPDX-License-Identifier: MIT
 *
 * kde.h - the density of particles by a kernel, for pictures.
 */
#ifndef CLI_KDE_H
#define CLI_KDE_H

#include <ito/figure.h>

/** The density of the first two columns of points, on cells x cells over the
 *  window of limits of x and of y, by a normal kernel; ITO_OK or ITO_ENOMEM,
 *  said. */
ito_status kde_raster(const ito_cloud *points, const double w[4], size_t cells,
                      double *value);

#endif /* CLI_KDE_H */
