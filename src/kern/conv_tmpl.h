/* SPDX-License-Identifier: MIT
 *
 * conv_tmpl.h - the convolutions of kern.h: by Winograd's method where that
 * is allowed and faster, else directly.  The choice depends on the shape
 * alone.
 */
#ifndef ITO_KERN_CONV_TMPL_H
#define ITO_KERN_CONV_TMPL_H

#include "kern/conv_wino.h"

static size_t conv_packed(const ito_conv_shape *s)
{
    return conv_is_wino(s) ? wino_packed(s) : direct_packed(s);
}

static void conv_pack(const ito_conv_shape *s, const real *w, real *out)
{
    if (conv_is_wino(s))
        wino_pack(s, w, out);
    else
        direct_pack(s, w, out);
}

static size_t conv_work(const ito_conv_shape *s)
{
    return conv_is_wino(s) ? wino_work(s) : direct_work(s);
}

static void conv_forward(const ito_conv_run *c)
{
    if (conv_is_wino(c->s))
        wino_forward(c);
    else
        direct_forward(c);
}

static void conv_dx(const ito_conv_run *c)
{
    if (conv_is_wino(c->s))
        wino_dx(c);
    else
        direct_dx(c);
}

static void conv_dw(const ito_conv_run *c)
{
    if (conv_is_wino(c->s))
        wino_dw(c);
    else
        direct_dw(c);
}

#endif /* ITO_KERN_CONV_TMPL_H */
