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

static char *written(ito_ctx *ctx, const json_value *v, size_t *bytes)
{
    json_writer w;

    json_begin(&w, ctx);
    json_put_value(&w, v);
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
