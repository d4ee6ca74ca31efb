/* SPDX-License-Identifier: MIT
 *
 * svg_ids.h - the same names in an SVG file every time.
 */
#ifndef ITO_PLOT_SVG_IDS_H
#define ITO_PLOT_SVG_IDS_H

#include "plot/buffer.h"

/*
 * Copy an SVG file of cairo to `out`, with images and surfaces renumbered from
 * 1 in the order in which they appear.  A failure is out->failed.
 */
void ito__svg_renumber(const buffer *svg, buffer *out);

#endif /* ITO_PLOT_SVG_IDS_H */
