/* SPDX-License-Identifier: MIT
 *
 * buffer.h - bytes that grow, and a file written from them in one piece.
 */
#ifndef ITO_PLOT_BUFFER_H
#define ITO_PLOT_BUFFER_H

#include "ctx/ctx.h"

/* Start from { .ctx = ctx }.  After a failure additions do nothing. */
typedef struct buffer {
    ito_ctx *ctx;
    unsigned char *data;
    size_t used, room;
    bool failed;
} buffer;

void ito__buffer_add(buffer *b, const void *data, size_t bytes);
void ito__buffer_text(buffer *b, const char *s);
void ito__buffer_base64(buffer *b, const unsigned char *data, size_t bytes);
void ito__buffer_free(buffer *b);

/* Write a file that appears whole or not at all. */
ito_status ito__write_whole(ito_ctx *ctx, const char *path, const void *data,
                            size_t bytes);

#endif /* ITO_PLOT_BUFFER_H */
