/* SPDX-License-Identifier: MIT
 *
 * levels.c - a crit-bit tree of texts.
 *
 * An inner node names the first byte and bit in which the texts of its two
 * sides differ; the way down reads only those.  A text ends in a zero byte,
 * so no text is the beginning of another.
 */
#include "data/levels.h"

#include <stdlib.h>
#include <string.h>

/* An inner node.  A child >= 0 is a node, below 0 the text ~child. */
typedef struct node {
    size_t byte;
    unsigned char others; /* all bits but the one that decides */
    int32_t child[2];
} node;

struct level_set {
    ito_ctx *ctx;
    char *text; /* all texts, zero-terminated */
    size_t text_bytes, text_room;
    size_t *start; /* of text i */
    node *nodes;   /* count - 1 of them */
    size_t count, room;
    int32_t root;
};

level_set *levels_new(ito_ctx *ctx)
{
    level_set *const l = ito__calloc(ctx, 1, sizeof(*l));

    if (l)
        l->ctx = ctx;
    return l;
}

void levels_free(level_set *l)
{
    if (!l)
        return;
    ito__free(l->ctx, l->text);
    ito__free(l->ctx, l->start);
    ito__free(l->ctx, l->nodes);
    ito__free(l->ctx, l);
}

size_t levels_count(const level_set *l)
{
    return l->count;
}

/* Make room for one more text. */
static bool make_room(level_set *l, size_t bytes)
{
    const size_t need = size_add(l->text_bytes, size_add(bytes, 1));

    if (need > l->text_room) {
        const size_t room = size_max(need, size_max(2 * l->text_room, 256));
        char *const text = ito__realloc(l->ctx, l->text, l->text_bytes, room);

        if (!text)
            return false;
        l->text = text;
        l->text_room = room;
    }
    if (l->count == l->room) {
        const size_t room = size_max(2 * l->room, 16);
        size_t *const start =
            ito__realloc(l->ctx, l->start, l->count * sizeof(*start),
                         size_mul(room, sizeof(*start)));
        node *nodes;

        if (!start)
            return false;
        l->start = start;
        nodes = ito__realloc(l->ctx, l->nodes, l->count * sizeof(*nodes),
                             size_mul(room, sizeof(*nodes)));
        if (!nodes)
            return false;
        l->nodes = nodes;
        l->room = room;
    }
    return l->count < INT32_MAX;
}

/* Copy a text to the end of the store. */
static int32_t store(level_set *l, const char *text, size_t bytes)
{
    l->start[l->count] = l->text_bytes;
    if (bytes > 0)
        memcpy(l->text + l->text_bytes, text, bytes);
    l->text[l->text_bytes + bytes] = '\0';
    l->text_bytes += bytes + 1;
    return ~(int32_t)l->count++;
}

/* The side of a node on which a text lies. */
static int side(const node *n, const char *text, size_t bytes)
{
    const unsigned c = n->byte < bytes ? (unsigned char)text[n->byte] : 0;

    return (int)((1u + (n->others | c)) >> 8);
}

/* Put a new text into a tree that is not empty: it differs from those it is
 * nearest to in the bits ~others of this byte. */
static void insert(level_set *l, const char *text, size_t bytes, size_t byte,
                   unsigned char others)
{
    const int32_t here = (int32_t)(l->count - 1);
    node *const n = &l->nodes[here];
    int32_t *link = &l->root;
    int s;

    n->byte = byte;
    n->others = others;
    s = side(n, text, bytes);
    while (*link >= 0) {
        node *const m = &l->nodes[*link];

        if (m->byte > byte || (m->byte == byte && m->others > others))
            break;
        link = &m->child[side(m, text, bytes)];
    }
    n->child[1 - s] = *link;
    *link = here;
    n->child[s] = store(l, text, bytes);
}

bool levels_code(level_set *l, const char *text, size_t bytes, uint32_t *code)
{
    const char *near;
    size_t byte = 0;
    unsigned differ;
    int32_t at = l->root;

    *code = 0;
    if (l->count == 0) {
        if (!make_room(l, bytes))
            return false;
        l->root = store(l, text, bytes);
        return true;
    }
    while (at >= 0)
        at = l->nodes[at].child[side(&l->nodes[at], text, bytes)];
    near = l->text + l->start[~at];
    while (byte < bytes && near[byte] == text[byte])
        byte++;
    if (byte == bytes && near[byte] == '\0') {
        *code = (uint32_t)~at;
        return true;
    }
    differ = (unsigned char)near[byte];
    if (byte < bytes)
        differ ^= (unsigned char)text[byte];
    while (differ & (differ - 1)) /* keep the highest bit */
        differ &= differ - 1;
    if (!make_room(l, bytes))
        return false;
    *code = (uint32_t)l->count;
    insert(l, text, bytes, byte, (unsigned char)(255u ^ differ));
    return true;
}

size_t levels_bytes(const level_set *l)
{
    return size_add(size_mul(l->count, sizeof(char *)), l->text_bytes);
}

static int by_text(const void *a, const void *b)
{
    const char *const *const x = a, *const *const y = b;

    return strcmp(*x, *y);
}

void levels_sorted(const level_set *l, void *block, uint32_t *rank)
{
    const char **const sorted = block;
    char *const text = (char *)(sorted + l->count);

    if (l->count == 0)
        return;
    memcpy(text, l->text, l->text_bytes);
    for (size_t i = 0; i < l->count; i++)
        sorted[i] = text + l->start[i];
    qsort(sorted, l->count, sizeof(*sorted), by_text);
    /* the start of a text tells its number: starts are ascending */
    for (size_t i = 0; i < l->count; i++) {
        const size_t start = (size_t)(sorted[i] - text);
        size_t low = 0, high = l->count;

        while (high - low > 1) {
            const size_t mid = low + (high - low) / 2;

            if (l->start[mid] <= start)
                low = mid;
            else
                high = mid;
        }
        rank[low] = (uint32_t)i;
    }
}
