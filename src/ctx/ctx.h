/* SPDX-License-Identifier: MIT
 *
 * ctx.h - what the rest of the library uses of a context: failing, memory,
 * kernels, the pool.
 *
 * The idiom for an error is one line, where the fact is known:
 *
 *     return ito__fail(ctx, ITO_EFORMAT, "%s:%zu: expected %zu columns, "
 *                      "found %zu", path, row, want, got);
 *
 * Numbers for ito_errinfo are set by ito__fail_at, which takes them beside
 * the text.
 */
#ifndef ITO_CTX_CTX_H
#define ITO_CTX_CTX_H

#include <assert.h>
#include <ito/ctx.h>
#include <stdbool.h>

#include "base/size.h"
#include "ctx/pool.h"
#include "kern/kern.h"

#define ITO_ERRMSG_MAX 512

/* One block of the arena; the memory follows the header. */
typedef struct arena_block arena_block;

struct ito_ctx {
    const ito_kern *kern; /* kernel table, chosen once */
    ito_kern bf16;        /* the same with products in bf16 */
    bool bf16_native;     /* these by instructions of the CPU */
    ito_pool *pool;       /* NULL when one thread works alone */
    size_t threads;
    ito_alloc_fn alloc;
    void *alloc_arg;
    ito_log_fn log;
    void *log_arg;
    ito_cancel_fn cancel;
    void *cancel_arg;
    const ito_comm *comm; /* NULL when alone */
    arena_block *arena;   /* newest block first */
    ito_errinfo info;
    char errmsg[ITO_ERRMSG_MAX];
};

#if defined(__GNUC__)
#define ITO_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define ITO_PRINTF(f, a)
#endif

/* Record an error without a place and return its code. */
ito_status ito__fail(ito_ctx *ctx, ito_status status, const char *format, ...)
    ITO_PRINTF(3, 4);

/* Record an error with its place; start `at` from ITO__NOWHERE. */
ito_status ito__fail_at(ito_ctx *ctx, ito_status status, const ito_errinfo *at,
                        const char *format, ...) ITO_PRINTF(4, 5);

/* Record an error whose text has several lines; the caller answers for its
 * characters. */
ito_status ito__fail_lines(ito_ctx *ctx, ito_status status,
                           const ito_errinfo *at, const char *text);

#ifdef __clang_analyzer__ /* it cannot see that they return `status` */
#define ito__fail(ctx, status, ...) \
    ((void)ito__fail(ctx, status, __VA_ARGS__), (status))
#define ito__fail_at(ctx, status, at, ...) \
    ((void)ito__fail_at(ctx, status, at, __VA_ARGS__), (status))
#endif

/* An ito_errinfo in which nothing applies. */
ito_errinfo ito__nowhere(void);

/* A row and column of a file, for ito__fail_at. */
ito_errinfo ito__at_file(const char *file, size_t row, size_t column);

/* Forward one line to the program's log; no newline. */
void ito__say(ito_ctx *ctx, const char *format, ...) ITO_PRINTF(2, 3);

/* True when the program asked to stop.  Call from the caller's thread. */
bool ito__cancelled(ito_ctx *ctx);

/*
 * Memory from the context's allocator, on a 64-byte boundary.  NULL when
 * there is none or bytes is SIZE_MAX (an overflowed product); the caller
 * reports ITO_ENOMEM with what the memory was for.  Not for worker threads.
 */
void *ito__alloc(ito_ctx *ctx, size_t bytes);
void *ito__calloc(ito_ctx *ctx, size_t count, size_t bytes); /* zeroed */
/* Keeps min(old, new) bytes; on failure NULL and the old block stands. */
void *ito__realloc(ito_ctx *ctx, void *old, size_t old_bytes, size_t bytes);
void ito__free(ito_ctx *ctx, void *p); /* NULL is allowed */
/* A copy of a string, or NULL. */
char *ito__strdup(ito_ctx *ctx, const char *s);

/*
 * Short-lived work memory of one call: take a mark, get pieces, release to
 * the mark.  Pieces start on 64-byte boundaries.  Not for worker threads.
 */
typedef struct ito_mark {
    arena_block *block;
    size_t used;
} ito_mark;
ito_mark ito__arena_mark(const ito_ctx *ctx);
void *ito__arena_get(ito_ctx *ctx, size_t bytes); /* NULL when out of memory */
void ito__arena_release(ito_ctx *ctx, ito_mark mark);

/*
 * Run fn over [0, n) in chunks of `grain` (the last may be shorter).  The
 * chunks depend on n and grain alone, never on the number of threads; which
 * worker runs a chunk is not determined, so results may go only to places
 * owned by the chunk.  The caller works too; not reentrant.
 */
void ito__for(ito_ctx *ctx, size_t n, size_t grain, ito_pool_fn fn, void *arg);

#endif /* ITO_CTX_CTX_H */
