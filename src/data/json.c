/* SPDX-License-Identifier: MIT
 *
 * json.c - reading JSON (RFC 8259) from hostile bytes.
 *
 * A first look counts how many values and how much text there can be, so that
 * everything fits one block: the values, then the texts.  The parser is a
 * loop over tokens with a stack of at most 32 open containers; nothing
 * recurses.  Names of an object are sorted when it closes, to find a name
 * that occurs twice without comparing all pairs.
 */
#include "data/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"

#define DEPTH_MAX 32

typedef struct parser {
    ito_ctx *ctx;
    const char *where;
    const char *text;
    size_t bytes, at;
    json_value *value;       /* next free value */
    const json_value *limit; /* end of the values */
    char *string;            /* next free text byte */
    size_t depth;
    json_value *open[DEPTH_MAX];
    json_value *last[DEPTH_MAX]; /* their last child so far */
} parser;

static ito_status fail(const parser *p, const char *what)
{
    const ito_errinfo at = ito__at_file(p->where, 1, p->at + 1);

    return ito__fail_at(p->ctx, ITO_EFORMAT, &at, "%s: JSON byte %zu: %s",
                        p->where, p->at + 1, what);
}

/* Every value follows the start, an opening bracket, a comma or a colon;
 * a name follows a bracket or a comma and shares its value's place. */
static size_t count_values(const char *text, size_t bytes)
{
    size_t n = 1;
    bool inside = false;

    for (size_t i = 0; i < bytes; i++) {
        const char c = text[i];

        if (inside && c == '\\')
            i++;
        else if (c == '"')
            inside = !inside;
        else if (!inside && (c == ',' || c == '[' || c == '{'))
            n++;
    }
    return n;
}

static void skip_blanks(parser *p)
{
    while (p->at < p->bytes &&
           (p->text[p->at] == ' ' || p->text[p->at] == '\n' ||
            p->text[p->at] == '\r' || p->text[p->at] == '\t'))
        p->at++;
}

/* The next byte that is no blank, 0 at the end. */
static char peek(parser *p)
{
    skip_blanks(p);
    return p->at < p->bytes ? p->text[p->at] : '\0';
}

/* Read four hexadecimal digits at p->at. */
static bool read_hex(parser *p, unsigned *out)
{
    unsigned code = 0;

    if (p->bytes - p->at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        const char c = p->text[p->at + (size_t)i];

        code <<= 4;
        if (c >= '0' && c <= '9')
            code |= (unsigned)(c - '0');
        else if (c >= 'a' && c <= 'f')
            code |= (unsigned)(c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            code |= (unsigned)(c - 'A' + 10);
        else
            return false;
    }
    p->at += 4;
    *out = code;
    return true;
}

static void put_utf8(parser *p, unsigned code)
{
    if (code < 0x80) {
        *p->string++ = (char)code;
        return;
    }
    if (code < 0x800) {
        *p->string++ = (char)(0xc0 | code >> 6);
    } else {
        if (code < 0x10000) {
            *p->string++ = (char)(0xe0 | code >> 12);
        } else {
            *p->string++ = (char)(0xf0 | code >> 18);
            *p->string++ = (char)(0x80 | (code >> 12 & 0x3f));
        }
        *p->string++ = (char)(0x80 | (code >> 6 & 0x3f));
    }
    *p->string++ = (char)(0x80 | (code & 0x3f));
}

/* \uXXXX, p->at behind the u. */
static ito_status read_unicode(parser *p)
{
    unsigned code, low;

    if (!read_hex(p, &code))
        return fail(p, "four hexadecimal digits follow \\u");
    if (code >= 0xd800 && code < 0xdc00) {
        if (p->bytes - p->at < 6 || p->text[p->at] != '\\' ||
            p->text[p->at + 1] != 'u')
            return fail(p, "half a surrogate pair");
        p->at += 2;
        if (!read_hex(p, &low) || low < 0xdc00 || low > 0xdfff)
            return fail(p, "half a surrogate pair");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code < 0xe000) {
        return fail(p, "half a surrogate pair");
    }
    if (code == 0)
        return fail(p, "a text may not contain \\u0000");
    put_utf8(p, code);
    return ITO_OK;
}

/* What follows a backslash. */
static ito_status read_escape(parser *p)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *found;
    char c;

    if (p->at >= p->bytes)
        return fail(p, "the text does not end");
    c = p->text[p->at++];
    if (c == 'u')
        return read_unicode(p);
    found = c ? strchr(from, c) : NULL;
    if (!found)
        return fail(p, "unknown escape after a backslash");
    *p->string++ = to[found - from];
    return ITO_OK;
}

/* A string, p->at on its opening quote. */
static ito_status read_string(parser *p, const char **out)
{
    ito_status rc;

    *out = p->string;
    for (p->at++; p->at < p->bytes;) {
        const char *const c = p->text + p->at;
        size_t n;

        if (*c == '"') {
            p->at++;
            *p->string++ = '\0';
            return ITO_OK;
        }
        if (*c == '\\') {
            p->at++;
            if ((rc = read_escape(p)) != ITO_OK)
                return rc;
            continue;
        }
        if ((unsigned char)*c < 0x20)
            return fail(p, "a control character in a text; escape it");
        if ((n = utf8_char(c, p->bytes - p->at)) == 0)
            return fail(p, "bytes that are no UTF-8");
        memcpy(p->string, c, n);
        p->string += n;
        p->at += n;
    }
    return fail(p, "the text does not end");
}

/* True when text[0 .. n-1] has the form of a JSON number. */
static bool is_json_number(const char *s, size_t n)
{
    size_t i = n > 0 && s[0] == '-';

    if (i >= n || s[i] == '.')
        return false;
    if (s[i] == '0' && i + 1 < n && s[i + 1] >= '0' && s[i + 1] <= '9')
        return false;
    for (; i + 1 < n; i++)
        if (s[i] == '.' && (s[i + 1] < '0' || s[i + 1] > '9'))
            return false;
    return s[n - 1] != '.' && s[0] != '+';
}

static ito_status read_number(parser *p, json_value *v)
{
    const char *const s = p->text + p->at;
    const size_t n = num_scan(s, p->bytes - p->at, &v->number);

    if (n == 0 || !is_json_number(s, n))
        return fail(p, "a value was expected");
    if (v->number - v->number != 0.0)
        return fail(p, "a number too large for a double");
    v->kind = JSON_NUMBER;
    p->at += n;
    return ITO_OK;
}

static ito_status read_word(parser *p, json_value *v)
{
    static const struct {
        const char *word;
        size_t bytes;
        json_kind kind;
        double number;
    } words[] = {
        { "null", 4, JSON_NULL, 0.0 },
        { "false", 5, JSON_BOOL, 0.0 },
        { "true", 4, JSON_BOOL, 1.0 },
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (p->bytes - p->at >= words[i].bytes &&
            memcmp(p->text + p->at, words[i].word, words[i].bytes) == 0) {
            v->kind = words[i].kind;
            v->number = words[i].number;
            p->at += words[i].bytes;
            return ITO_OK;
        }
    return fail(p, "a value was expected");
}

static int by_name(const void *a, const void *b)
{
    const char *const *const x = a, *const *const y = b;

    return strcmp(*x, *y);
}

/* Refuse an object in which a name occurs twice. */
static ito_status check_names(parser *p, const json_value *object)
{
    const ito_mark mark = ito__arena_mark(p->ctx);
    ito_status rc = ITO_OK;
    const char **names;
    size_t n = 0;

    if (object->count < 2)
        return ITO_OK;
    names = ito__arena_get(p->ctx, size_mul(object->count, sizeof(*names)));
    if (!names)
        return ito__fail(p->ctx, ITO_ENOMEM, "%s: JSON of %zu bytes", p->where,
                         p->bytes);
    for (const json_value *v = object->child; v; v = v->next)
        names[n++] = v->name;
    qsort(names, n, sizeof(*names), by_name);
    for (size_t i = 1; i < n && rc == ITO_OK; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            rc = fail(p, "the object has a name twice");
    ito__arena_release(p->ctx, mark);
    return rc;
}

/* Close the containers that end here. */
static ito_status close_all(parser *p)
{
    while (p->depth > 0) {
        const json_value *const top = p->open[p->depth - 1];
        const char c = peek(p);
        ito_status rc;

        if (c != (top->kind == JSON_ARRAY ? ']' : '}'))
            return ITO_OK;
        p->at++;
        if (top->kind == JSON_OBJECT && (rc = check_names(p, top)) != ITO_OK)
            return rc;
        p->depth--;
    }
    return ITO_OK;
}

/* A new value, linked into the open container. */
static json_value *add_value(parser *p)
{
    json_value *const v = p->value;

    assert(v < p->limit);
    p->value++;
    *v = (json_value){ .kind = JSON_NULL };
    if (p->depth > 0) {
        const size_t d = p->depth - 1;

        if (p->last[d])
            p->last[d]->next = v;
        else
            p->open[d]->child = v;
        p->last[d] = v;
        p->open[d]->count++;
    }
    return v;
}

/* A value, with its name inside an object; containers are only opened. */
static ito_status read_value(parser *p, bool *opened)
{
    const bool named =
        p->depth > 0 && p->open[p->depth - 1]->kind == JSON_OBJECT;
    json_value *const v = add_value(p);
    ito_status rc;
    char c = peek(p);

    *opened = false;
    if (named) {
        if (c != '"')
            return fail(p, "a name in quotes was expected");
        if ((rc = read_string(p, &v->name)) != ITO_OK)
            return rc;
        if (peek(p) != ':')
            return fail(p, "a colon was expected");
        p->at++;
        c = peek(p);
    }
    if (c == '"') {
        v->kind = JSON_STRING;
        return read_string(p, &v->string);
    }
    if (c == '-' || (c >= '0' && c <= '9'))
        return read_number(p, v);
    if (c != '[' && c != '{')
        return read_word(p, v);
    if (p->depth == DEPTH_MAX)
        return fail(p, "more than 32 levels");
    v->kind = c == '[' ? JSON_ARRAY : JSON_OBJECT;
    p->at++;
    p->open[p->depth] = v;
    p->last[p->depth++] = NULL;
    *opened = true;
    return ITO_OK;
}

static ito_status parse(parser *p)
{
    ito_status rc;
    bool opened;
    char c;

    for (;;) {
        if ((rc = read_value(p, &opened)) != ITO_OK)
            return rc;
        c = peek(p);
        if (opened && c != ']' && c != '}')
            continue; /* its first member */
        if ((rc = close_all(p)) != ITO_OK)
            return rc;
        c = peek(p);
        if (p->depth == 0)
            return p->at == p->bytes ? ITO_OK : fail(p, "more after the value");
        if (c != ',')
            return fail(p, p->at == p->bytes
                               ? "the text ends too early"
                               : "a comma or a closing bracket was expected");
        p->at++;
    }
}

ito_status json_parse(ito_ctx *ctx, const char *where, const char *text,
                      size_t bytes, json_value **out)
{
    const size_t values = count_values(text, bytes);
    const size_t room = size_mul(values, sizeof(json_value));
    parser p = { .ctx = ctx, .where = where, .text = text, .bytes = bytes };
    ito_status rc;

    *out = NULL;
    p.value = ito__alloc(ctx, size_add(room, size_add(bytes, 1)));
    if (!p.value)
        return ito__fail(ctx, ITO_ENOMEM, "%s: JSON of %zu bytes", where,
                         bytes);
    p.limit = p.value + values;
    p.string = (char *)(p.value + values);
    *out = p.value;
    rc = parse(&p);
    if (rc != ITO_OK) {
        ito__free(ctx, *out);
        *out = NULL;
    }
    return rc;
}

void json_free(ito_ctx *ctx, json_value *root)
{
    ito__free(ctx, root);
}

const json_value *json_get(const json_value *object, const char *name)
{
    if (!object || object->kind != JSON_OBJECT)
        return NULL;
    for (const json_value *v = object->child; v; v = v->next)
        if (strcmp(v->name, name) == 0)
            return v;
    return NULL;
}

bool json_number(const json_value *v, double *out)
{
    if (!v || v->kind != JSON_NUMBER)
        return false;
    *out = v->number;
    return true;
}

bool json_string(const json_value *v, const char **out)
{
    if (!v || v->kind != JSON_STRING)
        return false;
    *out = v->string;
    return true;
}

bool json_u64(const json_value *v, uint64_t *out)
{
    if (v && v->kind == JSON_STRING)
        return num_parse_u64(v->string, strlen(v->string), out);
    if (!v || v->kind != JSON_NUMBER || !(v->number >= 0.0) ||
        v->number >= 9007199254740992.0 ||
        v->number != (double)(uint64_t)v->number)
        return false;
    *out = (uint64_t)v->number;
    return true;
}

bool json_size(const json_value *v, size_t max, size_t *out)
{
    uint64_t x;

    if (!v || v->kind != JSON_NUMBER || !json_u64(v, &x) || x > max)
        return false;
    *out = (size_t)x;
    return true;
}
