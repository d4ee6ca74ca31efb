/* SPDX-License-Identifier: MIT
 *
 * pool.h - a small pool of threads that runs loops cut into fixed chunks.
 */
#ifndef ITO_CTX_POOL_H
#define ITO_CTX_POOL_H

#include <stddef.h>

typedef struct ito_pool ito_pool;

/*
 * One chunk of a loop: items begin to end - 1, run by worker 0..threads-1.
 * The worker number chooses private scratch and must not change a result.
 */
typedef void (*ito_pool_fn)(void *arg, size_t worker, size_t begin, size_t end);

/* Start threads - 1 workers in memory given by the caller (see pool_bytes);
 * NULL when no thread could be started. */
size_t ito__pool_bytes(size_t threads);
ito_pool *ito__pool_start(void *memory, size_t threads);

/* Stop and join the workers; the memory is the caller's again. */
void ito__pool_stop(ito_pool *pool);

/* See ito__for in ctx.h. */
void ito__pool_run(ito_pool *pool, size_t n, size_t grain, ito_pool_fn fn,
                   void *arg);

#endif /* ITO_CTX_POOL_H */
