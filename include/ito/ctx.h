/* SPDX-License-Identifier: MIT
 *
 * ito/ctx.h - the context: memory, threads, kernels, errors, cancellation.
 *
 *     ito_ctx *ctx;
 *
 *     if (ito_open(&ctx, NULL) != ITO_OK)
 *         fprintf(stderr, "%s\n", ito_errmsg(ctx));
 *     ...
 *     ito_close(ctx);
 *
 * There is no global state: everything the library needs of the program hangs
 * on a context.  A context serves one thread at a time; two threads open two
 * contexts.  Models, graphs and fields are immutable once made and may be
 * used through any context.  The library never prints, never exits, never
 * reads the environment and never touches signals or the locale.
 */
#ifndef ITO_CTX_H
#define ITO_CTX_H

#include <ito/base.h>
#include <ito/comm.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A context; opaque. */
typedef struct ito_ctx ito_ctx;

/**
 * The memory of a context, shaped like realloc: `old` NULL allocates, `bytes`
 * 0 frees and returns NULL.  The result needs malloc's alignment only; the
 * library aligns further itself.  May be called from worker threads' owner
 * only, never from two threads at once for one context.
 */
typedef void *(*ito_alloc_fn)(void *arg, void *old, size_t bytes);

/** Receives one line of log, without a newline. */
typedef void (*ito_log_fn)(void *arg, const char *line);

/** Asked between pieces of work; anything but 0 stops with ITO_ECANCELLED. */
typedef int (*ito_cancel_fn)(void *arg);

/** How to open a context.  Zero in any field means the default. */
typedef struct ito_ctx_opts {
    size_t threads;       /**< workers, caller included; 0 = all usable cores */
    const char *cpu;      /**< kernels: "c", "avx2", "avx512"; NULL = best */
    ito_alloc_fn alloc;   /**< memory; NULL = the C library's */
    void *alloc_arg;      /**< passed to alloc */
    ito_log_fn log;       /**< log lines; NULL = silent */
    void *log_arg;        /**< passed to log */
    ito_cancel_fn cancel; /**< cancellation; NULL = never */
    void *cancel_arg;     /**< passed to cancel */
    const ito_comm *comm; /**< ranks, borrowed until close; NULL = alone */
    void *reserved[4];    /**< zero */
} ito_ctx_opts;

/**
 * Where the last error was found.  A number that does not apply is -1 (NaN
 * for `t` and `value`), a name that does not apply is "".
 */
typedef struct ito_errinfo {
    ito_status status; /**< the code that was returned */
    char file[256];    /**< file, cut to fit */
    int64_t row;       /**< line of the file, from 1 */
    int64_t column;    /**< column of the file, from 1 */
    int64_t particle;  /**< particle or batch row */
    int64_t component; /**< component of its state */
    int64_t step;      /**< step of the solve or of training */
    double t;          /**< time */
    double value;      /**< offending value */
} ito_errinfo;

/**
 * Open a context.
 *
 * @param out   receives the context; on failure NULL, or, where memory
 *              allowed it, a context good for ito_errmsg and ito_close alone
 * @param opts  options, or NULL for all defaults
 * @return ITO_OK, ITO_ENOMEM, ITO_EARG (unknown cpu, more than 4096 threads)
 *         or ITO_EUNFIT (this machine cannot run that cpu's kernels)
 */
ITO_API ito_status ito_open(ito_ctx **out, const ito_ctx_opts *opts);

/** Close a context and release what it holds; NULL is allowed. */
ITO_API void ito_close(ito_ctx *ctx);

/**
 * The text of the last error on this context: place, fact, remedy.  Never
 * NULL; valid until the next call on the context.  ctx NULL is allowed.
 */
ITO_API const char *ito_errmsg(const ito_ctx *ctx);

/** Where the last error on this context was found; never NULL. */
ITO_API const ito_errinfo *ito_errinfo_get(const ito_ctx *ctx);

/** The name of the kernel table in use: "c", "avx2", "avx512" or "neon". */
ITO_API const char *ito_cpu(const ito_ctx *ctx);

/** 1 if products in bf16 (ito_precision) are by instructions of the CPU, 0 if
 *  they are made of float ones, with the same results but no gain. */
ITO_API int ito_cpu_bf16(const ito_ctx *ctx);

/** The number of threads in use, the caller's included. */
ITO_API size_t ito_threads(const ito_ctx *ctx);

/**
 * The i-th kernel table that this build holds, best last, or NULL past the
 * end.  *runs_here, if given, tells whether this machine can run it.
 */
ITO_API const char *ito_cpu_at(size_t i, int *runs_here);

#ifdef __cplusplus
}
#endif
#endif /* ITO_CTX_H */
