/* SPDX-License-Identifier: MIT
 *
 * fuzz_json.c - any bytes as JSON; what is read is written and read again,
 * and must be the same.
 */
#include <stdlib.h>
#include <string.h>

#include "data/json.h"
#include "fuzz.h"

const fuzz_seed fuzz_seeds[] = {
    FUZZ_SEED("{\"a\":[1,-2.5e3,true,false,null],\"b\":{\"c\":\"d\"}}"),
    FUZZ_SEED("[\"\\\"\\\\\\u00e9\\ud83d\\ude00\xc3\xa9\",[[[{}]]],0.1]"),
    FUZZ_SEED(" { \"x\" : \"18446744073709551615\" , \"y\" : 1e-300 } "),
    { NULL, 0 },
};

const fuzz_seed fuzz_words[] = {
    FUZZ_SEED("\""),     FUZZ_SEED("["),       FUZZ_SEED("]"),
    FUZZ_SEED("{"),      FUZZ_SEED("}"),       FUZZ_SEED(","),
    FUZZ_SEED(":"),      FUZZ_SEED("\\u0000"), FUZZ_SEED("\\ud800"),
    FUZZ_SEED("null"),   FUZZ_SEED("1e999"),   FUZZ_SEED("\"a\":"),
    FUZZ_SEED("[[[[[["), FUZZ_SEED("\xff"),    { NULL, 0 },
};

#define DEPTH 33

/* Write a tree without recursion; the parser allows 32 levels. */
static void write_tree(json_writer *w, const json_value *v)
{
    const json_value *open[DEPTH];
    size_t depth = 0;

    while (v) {
        if (v->name)
            json_key(w, v->name);
        switch (v->kind) {
        case JSON_NULL: json_put_raw(w, "null", 4); break;
        case JSON_BOOL: json_put_bool(w, v->number != 0.0); break;
        case JSON_NUMBER: json_put_number(w, v->number); break;
        case JSON_STRING: json_put_string(w, v->string); break;
        default:
            json_open(w, v->kind == JSON_ARRAY ? '[' : '{');
            if (depth == DEPTH)
                abort();
            open[depth++] = v;
            if (v->child) {
                v = v->child;
                continue;
            }
            json_close(w, v->kind == JSON_ARRAY ? ']' : '}');
            depth--;
            break;
        }
        while (depth > 0 && !v->next) {
            v = open[--depth];
            json_close(w, v->kind == JSON_ARRAY ? ']' : '}');
        }
        v = depth > 0 ? v->next : NULL;
    }
}

static char *written(ito_ctx *ctx, const json_value *v, size_t *bytes)
{
    json_writer w;

    json_begin(&w, ctx);
    write_tree(&w, v);
    if (json_end(&w) != ITO_OK)
        abort();
    *bytes = w.bytes;
    return w.text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const ito_ctx_opts ctx_opts = { .threads = 1 };
    json_value *v, *again;
    size_t bytes, bytes2;
    char *text, *text2;
    ito_ctx *ctx;

    if (ito_open(&ctx, &ctx_opts) != ITO_OK)
        abort();
    if (json_parse(ctx, "fuzz", (const char *)data, size, &v) == ITO_OK) {
        text = written(ctx, v, &bytes);
        if (json_parse(ctx, "fuzz", text, bytes, &again) != ITO_OK)
            abort();
        text2 = written(ctx, again, &bytes2);
        if (bytes != bytes2 || memcmp(text, text2, bytes) != 0)
            abort();
        json_free(ctx, again);
        ito__free(ctx, text);
        ito__free(ctx, text2);
    }
    json_free(ctx, v);
    ito_close(ctx);
    return 0;
}
