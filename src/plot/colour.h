/* SPDX-License-Identifier: MIT
 *
 * colour.h - colour maps and the colours of layers.
 */
#ifndef ITO_PLOT_COLOUR_H
#define ITO_PLOT_COLOUR_H

#include <ito/figure.h>

/* A colour of sRGB, each part from 0 to 1. */
typedef struct rgb {
    double r, g, b;
} rgb;

/* The colour of 0xRRGGBB. */
rgb ito__colour_hex(uint32_t hex);

/* The colour of a map at u, which is cut to [0, 1]. */
rgb ito__colour_map(ito_palette map, double u);

/* The same as a pixel of CAIRO_FORMAT_RGB24 or opaque ARGB32. */
uint32_t ito__colour_pixel(ito_palette map, double u);

/* The i-th colour of layers that name none, round and round. */
uint32_t ito__colour_next(size_t i);

/* The i-th of the quiet colours, for lines that stand for many, round and
 * round. */
uint32_t ito__colour_quiet(size_t i);

/* Something at (u, v) of the unit square: hue by u, lightness by v. */
rgb ito__colour_square(double u, double v);

#endif /* ITO_PLOT_COLOUR_H */
