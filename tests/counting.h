/* SPDX-License-Identifier: MIT
 *
 * counting.h - an allocator for contexts under test.
 */
#ifndef COUNTING_H
#define COUNTING_H

#include <stdlib.h>

/* An allocator that counts, and fails from call fail_at on. */
typedef struct counter {
    size_t calls, fail_at;
    long out;
} counter;

static void *counting(void *arg, void *old, size_t bytes)
{
    counter *c = arg;
    void *p;

    if (bytes == 0) {
        c->out -= old != NULL;
        free(old);
        return NULL;
    }
    if (c->calls++ >= c->fail_at)
        return NULL;
    p = realloc(old, bytes);
    c->out += !old && p;
    return p;
}

#endif /* COUNTING_H */
