/* SPDX-License-Identifier: MIT
 *
 * inpaint_known.c - what is known of a row: some coordinates, or the means of
 * blocks of pixels.
 */
#include "flow/inpaint.h"

static bool is_known(const float *y, size_t c)
{
    return y[c] == y[c];
}

/* ---- blocks of pixels ---- */

/* The first value of channel c of block k, and the block's mean. */
static double block_mean(const inpaint_blocks *b, size_t k, size_t c,
                         const double *row, size_t *first)
{
    const size_t across = b->width / b->cols, line = b->width * b->channels;
    double sum = 0.0;

    *first =
        k / across * b->rows * line + k % across * b->cols * b->channels + c;
    for (size_t y = 0; y < b->rows; y++)
        for (size_t x = 0; x < b->cols; x++)
            sum += row[*first + y * line + x * b->channels];
    return sum / (double)(b->rows * b->cols);
}

/* value + keep v of each pixel v of a block */
static void block_put(const inpaint_blocks *b, size_t first, double keep,
                      double value, double *row)
{
    const size_t line = b->width * b->channels;

    for (size_t y = 0; y < b->rows; y++)
        for (size_t x = 0; x < b->cols; x++) {
            double *v = row + first + y * line + x * b->channels;

            *v = keep * *v + value;
        }
}

static size_t block_count(const inpaint_blocks *b)
{
    return b->height / b->rows * (b->width / b->cols);
}

void ito__inpaint_known(const inpaint *p, const float *y, double *row)
{
    const inpaint_blocks *b = &p->blocks;

    for (size_t c = 0; b->rows == 0 && c < p->flow.dim; c++)
        row[c] = is_known(y, c) ? row[c] : 0.0;
    for (size_t k = 0; b->rows > 0 && k < block_count(b); k++)
        for (size_t c = 0; c < b->channels; c++) {
            size_t first;
            const double mean = block_mean(b, k, c, row, &first);

            block_put(b, first, 0.0, mean, row);
        }
}

void ito__inpaint_hold(const inpaint *p, const float *y, double a, double b,
                       double *row)
{
    const inpaint_blocks *blocks = &p->blocks;
    const float *e = y + p->flow.dim;

    for (size_t c = 0; blocks->rows == 0 && c < p->flow.dim; c++)
        if (is_known(y, c))
            row[c] = b == 0.0 ? a * (double)y[c]
                              : a * (double)y[c] + b * (double)e[c];
    for (size_t k = 0; blocks->rows > 0 && k < block_count(blocks); k++)
        for (size_t c = 0; c < blocks->channels; c++) {
            size_t at;
            const double mean = block_mean(blocks, k, c, row, &at);

            block_put(blocks, at, 1.0,
                      a * (double)y[at] + b * (double)e[at] - mean, row);
        }
}

size_t ito__inpaint_count(const inpaint *p, const float *y, size_t most)
{
    size_t count = 0;

    if (p->blocks.rows > 0)
        return size_min(most, block_count(&p->blocks) * p->blocks.channels);
    for (size_t c = 0; c < p->flow.dim && count < most; c++)
        count += is_known(y, c);
    return count;
}
