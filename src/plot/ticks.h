/* SPDX-License-Identifier: MIT
 *
 * ticks.h - where an axis has its ticks and what is written there.
 */
#ifndef ITO_PLOT_TICKS_H
#define ITO_PLOT_TICKS_H

#include <stdbool.h>
#include <stddef.h>

#define TICKS_MAX  12
#define MINORS_MAX 64
#define TICK_TEXT  32

/* In the texts of this folder: what follows is written small and raised, or
 * small and lowered; PLAIN_TEXT ends it. */
#define RAISED_TEXT  '\x01'
#define LOWERED_TEXT '\x02'
#define PLAIN_TEXT   '\x03'

/* The numbers written are the values divided by 10^exponent. */
typedef struct ticks {
    size_t n, minor_n;
    double at[TICKS_MAX];
    double minor[MINORS_MAX];
    char text[TICKS_MAX][TICK_TEXT];
    int exponent;
} ticks;

/*
 * At least 2 and at most want + 1 (up to 5 where those would be 1) multiples of
 * 1, 2 or 5 times a power of ten in [lo, hi]; lo < hi, 1 <= want < TICKS_MAX.
 */
void ito__ticks_linear(double lo, double hi, size_t want, ticks *out);

/* The same for a logarithmic axis, 0 < lo < hi: decades where there are two
 * or more, else 1, 2 and 5 of each where there are three, else as a linear
 * axis. */
void ito__ticks_log(double lo, double hi, size_t want, ticks *out);

/* value with at most `digits` (1 to 9) significant digits, and with a raised
 * power of ten where it is very large or small; the same in every locale. */
void ito__number_text(double value, int digits, char text[TICK_TEXT]);

#endif /* ITO_PLOT_TICKS_H */
