/* SPDX-License-Identifier: MIT
 *
 * json.h - a small, bounded JSON reader and writer (RFC 8259).
 *
 * The reader takes hostile input: depth is at most 32, every length is
 * checked, numbers are parsed the same in every locale, and nothing recurses
 * without bound.  Values live in one block freed by json_free.
 */
#ifndef ITO_DATA_JSON_H
#define ITO_DATA_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctx/ctx.h"

typedef enum json_kind {
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
} json_kind;

/* A value; members and elements are linked through `next`. */
typedef struct json_value json_value;
struct json_value {
    json_kind kind;
    const char *name;   /* of an object member, else NULL; UTF-8, unescaped */
    const char *string; /* UTF-8, unescaped, no embedded zero */
    double number;      /* JSON_NUMBER; JSON_BOOL as 0 or 1 */
    json_value *child;  /* first element or member */
    json_value *next;   /* next sibling */
    size_t count;       /* elements or members */
};

/* Parse text[0 .. bytes-1].  `where` names the source in messages.  The
 * result is freed with json_free(ctx, root); NULL is allowed there.  Refused
 * with ITO_EFORMAT: whatever RFC 8259 does not allow, bytes that are no
 * UTF-8, a name twice in an object, numbers beyond a double, \u0000. */
ito_status json_parse(ito_ctx *ctx, const char *where, const char *text,
                      size_t bytes, json_value **out);
void json_free(ito_ctx *ctx, json_value *root);

/* Member of an object by name, or NULL. */
const json_value *json_get(const json_value *object, const char *name);

/* Checked access for readers of formats: false when v is NULL or of another
 * kind or out of range. */
bool json_size(const json_value *v, size_t max, size_t *out);
bool json_u64(const json_value *v, uint64_t *out); /* number < 2^53 or a
                                                      decimal string */
bool json_number(const json_value *v, double *out);
bool json_string(const json_value *v, const char **out);

/*
 * The writer appends to a growing buffer; the first failure sticks and is
 * seen at json_end.  Numbers are written with the fewest digits that read
 * back the same.  Output is compact and depends on the calls alone.
 */
typedef struct json_writer {
    ito_ctx *ctx;
    char *text;
    size_t bytes, capacity;
    bool failed, comma;
    bool nonfinite; /* a number was NaN or infinite */
} json_writer;

void json_begin(json_writer *w, ito_ctx *ctx);
void json_open(json_writer *w, char bracket);  /* '{' or '[' */
void json_close(json_writer *w, char bracket); /* '}' or ']' */
void json_key(json_writer *w, const char *name);
/* Bytes that are no UTF-8 become U+FFFD. */
void json_put_string(json_writer *w, const char *s);
void json_put_number(json_writer *w, double x); /* finite */
void json_put_u64(json_writer *w, uint64_t x);  /* as a number when < 2^53,
                                                   else as a decimal string */
void json_put_bool(json_writer *w, bool b);
/* A parsed value, without its own name. */
void json_put_value(json_writer *w, const json_value *root);
/* A value that is JSON already. */
void json_put_raw(json_writer *w, const char *text, size_t bytes);
/* OK and w->text (zero-terminated, freed by ito__free); or ENOMEM, or
 * ENONFINITE when a number was none, and then w->text is NULL. */
ito_status json_end(json_writer *w);

#endif /* ITO_DATA_JSON_H */
