/* SPDX-License-Identifier: MIT
 *
 * ctx.c - opening and closing a context, its errors and its log.
 */
#include "ctx/ctx.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/thread.h"

#define THREADS_MAX 4096

static void *standard_alloc(void *arg, void *old, size_t bytes)
{
    (void)arg;
    if (bytes == 0) {
        free(old);
        return NULL;
    }
    return realloc(old, bytes);
}

/* Choose the kernel table by name. */
static ito_status choose_kernels(ito_ctx *ctx, const char *name)
{
    const ito_kern *table;
    bool runs;

    ctx->kern = ito__kern_find(name);
    if (ctx->kern) {
        ctx->bf16 = ito__kern_bf16(ctx->kern, &ctx->bf16_native);
        return ITO_OK;
    }
    for (size_t i = 0; (table = ito__kern_at(i, &runs)) != NULL; i++)
        if (name && strcmp(table->name, name) == 0)
            return ito__fail(ctx, ITO_EUNFIT,
                             "cpu %s: this machine cannot run these kernels; "
                             "leave the choice to the library",
                             name);
    return ito__fail(ctx, ITO_EARG,
                     "cpu %s: no such kernels in this build; "
                     "`ito info` lists those there are",
                     name ? name : "(best)");
}

static ito_status start_pool(ito_ctx *ctx, size_t threads)
{
    void *memory;

    if (threads > THREADS_MAX)
        return ito__fail(ctx, ITO_EARG, "threads %zu: at most %d", threads,
                         THREADS_MAX);
    ctx->threads = threads ? threads : os_cores();
    if (ctx->threads == 1)
        return ITO_OK;
    memory = ito__alloc(ctx, ito__pool_bytes(ctx->threads));
    if (!memory)
        return ito__fail(ctx, ITO_ENOMEM, "thread pool of %zu", ctx->threads);
    ctx->pool = ito__pool_start(memory, ctx->threads);
    if (!ctx->pool) {
        ito__free(ctx, memory);
        ctx->threads = 1;
    }
    return ITO_OK;
}

ito_status ito_open(ito_ctx **out, const ito_ctx_opts *opts)
{
    const ito_ctx_opts o = opts ? *opts : (ito_ctx_opts){ 0 };
    const ito_alloc_fn alloc = o.alloc ? o.alloc : standard_alloc;
    ito_status rc;
    ito_ctx *ctx;

    if (!out)
        return ITO_EARG;
    *out = NULL;
    ctx = alloc(o.alloc_arg, NULL, sizeof(*ctx));
    if (!ctx)
        return ITO_ENOMEM;
    *ctx = (ito_ctx){
        .alloc = alloc,
        .alloc_arg = o.alloc_arg,
        .log = o.log,
        .log_arg = o.log_arg,
        .cancel = o.cancel,
        .cancel_arg = o.cancel_arg,
        .comm = o.comm && o.comm->size > 1 ? o.comm : NULL,
        .info = ito__nowhere(),
        .threads = 1,
    };
    *out = ctx;
    rc = choose_kernels(ctx, o.cpu);
    return rc != ITO_OK ? rc : start_pool(ctx, o.threads);
}

void ito_close(ito_ctx *ctx)
{
    if (!ctx)
        return;
    if (ctx->pool) {
        ito__pool_stop(ctx->pool);
        ito__free(ctx, ctx->pool);
    }
    ito__arena_release(ctx, (ito_mark){ NULL, 0 });
    ctx->alloc(ctx->alloc_arg, ctx, 0);
}

ito_errinfo ito__nowhere(void)
{
    return (ito_errinfo){
        .row = -1,
        .column = -1,
        .particle = -1,
        .component = -1,
        .step = -1,
        .t = (double)NAN,
        .value = (double)NAN,
    };
}

ito_errinfo ito__at_file(const char *file, size_t row, size_t column)
{
    ito_errinfo at = ito__nowhere();

    (void)snprintf(at.file, sizeof(at.file), "%s", file);
    at.row = (int64_t)row;
    at.column = (int64_t)column;
    return at;
}

static void ITO_PRINTF(4, 0)
    record(ito_ctx *ctx, ito_status status, const ito_errinfo *at,
           const char *format, va_list args)
{
    char text[ITO_ERRMSG_MAX]; /* args may point into ctx->errmsg */

    (void)vsnprintf(text, sizeof(text), format, args);
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == '\x7f')
            *c = '?'; /* one line, whatever a file called its columns */
    memcpy(ctx->errmsg, text, sizeof(text));
    ctx->info = at ? *at : ito__nowhere();
    ctx->info.status = status;
}

#undef ito__fail
#undef ito__fail_at

ito_status ito__fail(ito_ctx *ctx, ito_status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    record(ctx, status, NULL, format, args);
    va_end(args);
    return status;
}

ito_status ito__fail_at(ito_ctx *ctx, ito_status status, const ito_errinfo *at,
                        const char *format, ...)
{
    va_list args;

    va_start(args, format);
    record(ctx, status, at, format, args);
    va_end(args);
    return status;
}

ito_status ito__fail_lines(ito_ctx *ctx, ito_status status,
                           const ito_errinfo *at, const char *text)
{
    const size_t bytes = size_min(strlen(text), sizeof(ctx->errmsg) - 1);

    memcpy(ctx->errmsg, text, bytes);
    ctx->errmsg[bytes] = '\0';
    ctx->info = *at;
    ctx->info.status = status;
    return status;
}

const char *ito_errmsg(const ito_ctx *ctx)
{
    return ctx ? ctx->errmsg : "no context: out of memory";
}

const ito_errinfo *ito_errinfo_get(const ito_ctx *ctx)
{
    static const ito_errinfo none = { .status = ITO_ENOMEM };

    return ctx ? &ctx->info : &none;
}

void ito__say(ito_ctx *ctx, const char *format, ...)
{
    char line[ITO_ERRMSG_MAX];
    va_list args;

    if (!ctx->log)
        return;
    va_start(args, format);
    (void)vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    ctx->log(ctx->log_arg, line);
}

bool ito__cancelled(ito_ctx *ctx)
{
    return ctx->cancel && ctx->cancel(ctx->cancel_arg) != 0;
}

const char *ito_cpu(const ito_ctx *ctx)
{
    return ctx && ctx->kern ? ctx->kern->name : "none";
}

size_t ito_threads(const ito_ctx *ctx)
{
    return ctx ? ctx->threads : 0;
}

int ito_cpu_bf16(const ito_ctx *ctx)
{
    return ctx->bf16_native;
}

const char *ito_cpu_at(size_t i, int *runs_here)
{
    bool runs = false;
    const ito_kern *table = ito__kern_at(i, &runs);

    if (runs_here)
        *runs_here = runs;
    return table ? table->name : NULL;
}

void ito__for(ito_ctx *ctx, size_t n, size_t grain, ito_pool_fn fn, void *arg)
{
    assert(grain > 0);
    if (ctx->pool && n > grain) {
        ito__pool_run(ctx->pool, n, grain, fn, arg);
        return;
    }
    for (size_t i = 0; i < n; i += size_min(grain, n - i))
        fn(arg, 0, i, i + size_min(grain, n - i));
}
