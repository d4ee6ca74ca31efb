/* SPDX-License-Identifier: MIT
 *
 * autocov.c - autocovariances by a Fourier transform: the squared moduli of
 * the transform of the values, followed by as many zeros, transformed back
 * (Wiener and Khinchin).  Two rows go through one transform, as real and
 * imaginary part: of z = x + i y, |X_k|^2 + |Y_k|^2 = (|Z_k|^2 + |Z_-k|^2) / 2;
 * moduli of all rows are added up and transformed back once.
 *
 * The transform is Cooley and Tukey's of radix 2, in place; n log n where the
 * sums as they are written would take n^2, which long chains that do not mix
 * would ask for.
 */
#include "sim/autocov.h"

#include <string.h>

#include "base/size.h"
#include "kern/dmath.h"

#define TWO_PI 6.28318530717958647693

/* The power of two that holds n values and n zeros. */
static size_t length_for(size_t n)
{
    size_t length = 2;

    while (length < size_mul(2, n) && length < SIZE_MAX / 4)
        length *= 2;
    return length;
}

size_t ito__autocov_doubles(size_t n)
{
    return size_mul(4, length_for(n)); /* re, im, cosines with sines, moduli */
}

static void swap(double *a, double *b)
{
    const double t = *a;

    *a = *b;
    *b = t;
}

/* Put element i at the place whose number is i with its bits reversed. */
static void reverse_bits(size_t n, double *re, double *im)
{
    for (size_t i = 1, j = 0; i < n; i++) {
        size_t bit = n / 2;

        while (j & bit) {
            j ^= bit;
            bit /= 2;
        }
        j ^= bit;
        if (i < j) {
            swap(&re[i], &re[j]);
            swap(&im[i], &im[j]);
        }
    }
}

/* turn[2 k], turn[2 k + 1]: cosine and sine of -2 pi k / n, k < n / 2. */
static void transform(size_t n, const double *turn, double *re, double *im)
{
    reverse_bits(n, re, im);
    for (size_t span = 1; span < n; span *= 2)
        for (size_t begin = 0; begin < n; begin += 2 * span)
            for (size_t k = 0; k < span; k++) {
                const double *w = turn + 2 * k * (n / (2 * span));
                const size_t a = begin + k, b = a + span;
                const double r = re[b] * w[0] - im[b] * w[1];
                const double i = re[b] * w[1] + im[b] * w[0];

                re[b] = re[a] - r;
                im[b] = im[a] - i;
                re[a] += r;
                im[a] += i;
            }
}

/* A row without its mean, and zeros. */
static void load(size_t length, size_t n, const double *row, double *to)
{
    double sum = 0.0, mean;

    for (size_t i = 0; i < n; i++)
        sum += row[i] - row[0];
    mean = row[0] + sum / (double)n;
    for (size_t i = 0; i < length; i++)
        to[i] = i < n ? row[i] - mean : 0.0;
}

static void make_turn(size_t length, double *turn)
{
    for (size_t k = 0; k < length / 2; k++) {
        const double angle = -TWO_PI * (double)k / (double)length;

        turn[2 * k] = ito__cos(angle);
        turn[2 * k + 1] = ito__sin(angle);
    }
}

void ito__autocov(size_t n, size_t rows, const double *x, double *work,
                  double *out)
{
    const size_t length = length_for(n), mask = length - 1;
    const double norm = (double)length * (double)n * (double)rows;
    double *re = work, *im = re + length, *turn = im + length;
    double *power = turn + length;

    make_turn(length, turn);
    memset(power, 0, length * sizeof(*power));
    for (size_t r = 0; r < rows; r += 2) {
        load(length, n, x + r * n, re);
        if (r + 1 < rows)
            load(length, n, x + (r + 1) * n, im);
        else
            memset(im, 0, length * sizeof(*im));
        transform(length, turn, re, im);
        for (size_t k = 0; k < length; k++)
            power[k] += re[k] * re[k] + im[k] * im[k];
    }
    for (size_t k = 0; k < length; k++) {
        re[k] = 0.5 * (power[k] + power[(length - k) & mask]);
        im[k] = 0.0;
    }
    transform(length, turn, re, im); /* of an even sequence: its own inverse */
    for (size_t t = 0; t < n; t++)
        out[t] = re[t] / norm;
}
