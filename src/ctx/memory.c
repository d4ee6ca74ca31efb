/* SPDX-License-Identifier: MIT
 *
 * memory.c - aligned memory from the context's allocator, and the arena.
 *
 * The allocator promises malloc's alignment; 64 bytes are made here by
 * allocating more and keeping the allocator's own pointer just below the
 * block that is handed out.
 */
#include <stdint.h>
#include <string.h>

#include "ctx/ctx.h"

#define ALIGN     64
#define BLOCK_MIN (64 * (size_t)1024)

void *ito__alloc(ito_ctx *ctx, size_t bytes)
{
    const size_t room = size_add(bytes, ALIGN + sizeof(void *));
    unsigned char *raw, *p;

    if (room == SIZE_MAX)
        return NULL;
    raw = ctx->alloc(ctx->alloc_arg, NULL, room);
    if (!raw)
        return NULL;
    p = raw + sizeof(void *);
    p += (ALIGN - (uintptr_t)p % ALIGN) % ALIGN;
    memcpy(p - sizeof(void *), &raw, sizeof(raw));
    return p;
}

void *ito__calloc(ito_ctx *ctx, size_t count, size_t bytes)
{
    const size_t total = size_mul(count, bytes);
    void *p = ito__alloc(ctx, total);

    if (p)
        memset(p, 0, total);
    return p;
}

void *ito__realloc(ito_ctx *ctx, void *old, size_t old_bytes, size_t bytes)
{
    void *p = ito__alloc(ctx, bytes);

    if (p && old) {
        memcpy(p, old, size_min(old_bytes, bytes));
        ito__free(ctx, old);
    }
    return p;
}

void ito__free(ito_ctx *ctx, void *p)
{
    void *raw;

    if (!p)
        return;
    memcpy(&raw, (unsigned char *)p - sizeof(void *), sizeof(raw));
    ctx->alloc(ctx->alloc_arg, raw, 0);
}

char *ito__strdup(ito_ctx *ctx, const char *s)
{
    const size_t bytes = strlen(s) + 1;
    char *copy = ito__alloc(ctx, bytes);

    if (copy)
        memcpy(copy, s, bytes);
    return copy;
}

/* The memory follows the header, which fills one aligned line. */
struct arena_block {
    _Alignas(ALIGN) arena_block *older;
    size_t capacity, used;
};

ito_mark ito__arena_mark(const ito_ctx *ctx)
{
    return (ito_mark){ ctx->arena, ctx->arena ? ctx->arena->used : 0 };
}

void *ito__arena_get(ito_ctx *ctx, size_t bytes)
{
    arena_block *b = ctx->arena;
    const size_t need = size_round_up(bytes, ALIGN);
    unsigned char *p;

    if (need == SIZE_MAX)
        return NULL;
    if (!b || b->capacity - b->used < need) {
        const size_t capacity = size_max(need, BLOCK_MIN);

        b = ito__alloc(ctx, size_add(sizeof(*b), capacity));
        if (!b)
            return NULL;
        *b = (arena_block){ .older = ctx->arena, .capacity = capacity };
        ctx->arena = b;
    }
    p = (unsigned char *)(b + 1) + b->used;
    b->used += need;
    return p;
}

void ito__arena_release(ito_ctx *ctx, ito_mark mark)
{
    while (ctx->arena != mark.block) {
        arena_block *b = ctx->arena;

        ctx->arena = b->older;
        ito__free(ctx, b);
    }
    if (ctx->arena)
        ctx->arena->used = mark.used;
}
