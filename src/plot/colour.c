/* SPDX-License-Identifier: MIT
 *
 * colour.c - colour maps and the colours of layers.
 *
 * VIRIDIS is our own fit of the idea of van der Walt and Smith (2015): a path
 * through OKLab (Ottosson 2020) whose lightness rises evenly from 0.23 to
 * 0.93 while the hue turns from violet (306 degrees) over teal to yellow
 * (112) inside the gamut of sRGB, cut into 16 equal pieces.  Steps that look
 * equal are equal, print in grey keeps the order, and so do the common kinds
 * of colour blindness.  The other maps go from white to one hue.  Between the
 * listed colours sRGB is interpolated linearly.
 */
#include "plot/colour.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const uint32_t viridis[] = {
    0x2a0246, 0x301356, 0x312466, 0x2e3675, 0x274781, 0x1d5889,
    0x13698f, 0x0d7a93, 0x0e8a96, 0x169b97, 0x26ab95, 0x40bb8f,
    0x60c984, 0x85d577, 0xaadf66, 0xcee959, 0xebf355,
};
static const uint32_t blue[] = { 0xffffff, 0xdeebf6, 0xabcde6,
                                 0x62a3d0, 0x2473ae, 0x0a3f73 };
static const uint32_t orange[] = { 0xffffff, 0xfde7d6, 0xfac49c,
                                   0xf0904f, 0xd0601a, 0x8a3706 };
static const uint32_t grey[] = { 0xffffff, 0xececec, 0xcfcfcf,
                                 0xa5a5a5, 0x757575, 0x404040 };

static const struct {
    const uint32_t *colour;
    size_t count;
} maps[] = {
    [ITO_PALETTE_VIRIDIS] = { viridis, COUNT(viridis) },
    [ITO_PALETTE_BLUE] = { blue, COUNT(blue) },
    [ITO_PALETTE_ORANGE] = { orange, COUNT(orange) },
    [ITO_PALETTE_GREY] = { grey, COUNT(grey) },
};

rgb ito__colour_hex(uint32_t hex)
{
    return (rgb){ (double)(hex >> 16 & 255) / 255.0,
                  (double)(hex >> 8 & 255) / 255.0,
                  (double)(hex & 255) / 255.0 };
}

rgb ito__colour_map(ito_palette map, double u)
{
    const size_t last = maps[map].count - 1;
    const double p = (u > 0.0 ? u < 1.0 ? u : 1.0 : 0.0) * (double)last;
    const size_t i = (size_t)p < last ? (size_t)p : last - 1;
    const double f = p - (double)i;
    const rgb a = ito__colour_hex(maps[map].colour[i]);
    const rgb b = ito__colour_hex(maps[map].colour[i + 1]);

    return (rgb){ a.r + f * (b.r - a.r), a.g + f * (b.g - a.g),
                  a.b + f * (b.b - a.b) };
}

uint32_t ito__colour_pixel(ito_palette map, double u)
{
    const rgb c = ito__colour_map(map, u);

    return 0xff000000u | (uint32_t)(c.r * 255.0 + 0.5) << 16 |
           (uint32_t)(c.g * 255.0 + 0.5) << 8 | (uint32_t)(c.b * 255.0 + 0.5);
}

uint32_t ito__colour_next(size_t i)
{
    static const uint32_t list[] = { ITO_COLOUR_BLUE,  ITO_COLOUR_ORANGE,
                                     ITO_COLOUR_GREEN, ITO_COLOUR_PINK,
                                     ITO_COLOUR_SKY,   ITO_COLOUR_AMBER,
                                     ITO_COLOUR_GREY,  ITO_COLOUR_BLACK };

    return list[i % COUNT(list)];
}

uint32_t ito__colour_quiet(size_t i)
{
    static const uint32_t list[] = { 0x4a7ba6, 0x8fb3cf, 0x3f6f78, 0x9aa6c9,
                                     0x6b9a9c, 0x5d6f9e, 0xa9c2c4, 0x7f8fb8 };

    return list[i % COUNT(list)];
}

rgb ito__colour_square(double u, double v)
{
    /* corners of a square of colours that differ in hue along u, from blue
     * over grey to orange, and in lightness along v */
    static const uint32_t low[] = { 0x1f5f99, 0x6f6f78, 0xb5561a };
    static const uint32_t high[] = { 0xa9d0f2, 0xe3e0e0, 0xf9cf9f };
    const double p = (u > 0.0 ? u < 1.0 ? u : 1.0 : 0.0) * 2.0;
    const size_t i = p < 1.0 ? 0 : 1;
    const double f = p - (double)i;
    const double g = v > 0.0 ? v < 1.0 ? v : 1.0 : 0.0;
    const rgb a = ito__colour_hex(low[i]), b = ito__colour_hex(low[i + 1]);
    const rgb c = ito__colour_hex(high[i]), d = ito__colour_hex(high[i + 1]);

    return (rgb){
        (1.0 - g) * (a.r + f * (b.r - a.r)) + g * (c.r + f * (d.r - c.r)),
        (1.0 - g) * (a.g + f * (b.g - a.g)) + g * (c.g + f * (d.g - c.g)),
        (1.0 - g) * (a.b + f * (b.b - a.b)) + g * (c.b + f * (d.b - c.b))
    };
}
