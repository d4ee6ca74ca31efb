/* SPDX-License-Identifier: MIT
 *
 * json_copy.c - writing a parsed value again.
 */
#include <assert.h>

#include "data/json.h"

#define DEPTH_MAX 40 /* json_parse stops earlier */

static void put_scalar(json_writer *w, const json_value *v)
{
    switch (v->kind) {
    case JSON_NULL: json_put_raw(w, "null", 4); break;
    case JSON_BOOL: json_put_bool(w, v->number != 0.0); break;
    case JSON_NUMBER: json_put_number(w, v->number); break;
    case JSON_STRING: json_put_string(w, v->string); break;
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
}

static bool is_container(const json_value *v)
{
    return v->kind == JSON_ARRAY || v->kind == JSON_OBJECT;
}

/* Depth first, without recursion: path[] holds the containers that are
 * open. */
void json_put_value(json_writer *w, const json_value *root)
{
    const json_value *path[DEPTH_MAX], *v = root;
    size_t depth = 0;

    for (;;) {
        if (v->name && v != root)
            json_key(w, v->name);
        if (is_container(v)) {
            assert(depth < DEPTH_MAX);
            json_open(w, v->kind == JSON_ARRAY ? '[' : '{');
            path[depth++] = v;
            v = v->child;
        } else {
            put_scalar(w, v);
            v = depth > 0 ? v->next : NULL;
        }
        while (!v && depth > 0) {
            v = path[--depth];
            json_close(w, v->kind == JSON_ARRAY ? ']' : '}');
            v = depth > 0 ? v->next : NULL;
        }
        if (!v)
            return;
    }
}
