/* SPDX-License-Identifier: MIT
 *
 * ito/act.h - the activation functions that networks are built of.
 */
#ifndef ITO_ACT_H
#define ITO_ACT_H

#include <ito/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Every activation, once: name, value, text.  GELU is the tanh form. */
#define ITO_ACT_MAP(X) \
    X(NONE, 0, "none") \
    X(SILU, 1, "silu") \
    X(GELU, 2, "gelu") \
    X(RELU, 3, "relu") \
    X(TANH, 4, "tanh") \
    X(SELU, 5, "selu")

/**
 * An activation function y = f(x).
 *
 *     none  x                       silu  x / (1 + exp(-x))  arXiv:1702.03118
 *     relu  max(x, 0)               tanh  tanh(x)
 *     gelu  x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))    arXiv:1606.08415
 *     selu  s x for x > 0, else s a (exp(x) - 1), s = 1.0507009873554805,
 *           a = 1.6732632423543772                           arXiv:1706.02515
 */
typedef enum ito_act {
#define X(name, value, text) ITO_ACT_##name = (value),
    ITO_ACT_MAP(X)
#undef X
} ito_act;

/** The name of an activation, or NULL for a value that is none. */
ITO_API const char *ito_act_name(ito_act act);

/** Find an activation by name; 0 when found, -1 when there is none. */
ITO_API int ito_act_find(const char *name, ito_act *act);

#ifdef __cplusplus
}
#endif
#endif /* ITO_ACT_H */
