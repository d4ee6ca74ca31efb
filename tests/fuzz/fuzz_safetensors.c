/* SPDX-License-Identifier: MIT
 *
 * fuzz_safetensors.c - any bytes as a file of tensors; what is read must lie
 * inside it.
 */
#include <stdlib.h>
#include <string.h>

#include "data/safetensors.h"
#include "fuzz.h"

const fuzz_seed fuzz_seeds[] = {
    FUZZ_SEED("\x40\0\0\0\0\0\0\0{\"a\":{\"dtype\":\"F32\",\"shape\":[2],"
              "\"data_offsets\":[0,8]}}             12345678"),
    FUZZ_SEED("\xa2\0\0\0\0\0\0\0{\"__metadata__\":{\"k\":\"v\"},"
              "\"b\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
              "\"c\":{\"dtype\":\"U8\",\"shape\":[1,2],\"data_offsets\":"
              "[8,10]}}                           1234567890"),
    FUZZ_SEED("\2\0\0\0\0\0\0\0{}"),
    { NULL, 0 },
};

const fuzz_seed fuzz_words[] = {
    FUZZ_SEED("\"F64\""),
    FUZZ_SEED("[0,0]"),
    FUZZ_SEED("\"ito.sha256\":"),
    FUZZ_SEED("4294967296"),
    FUZZ_SEED("\""),
    FUZZ_SEED("},\"x\":{"),
    FUZZ_SEED("-1"),
    FUZZ_SEED(","),
    FUZZ_SEED("1e300"),
    { NULL, 0 },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const ito_ctx_opts ctx_opts = { .threads = 1 };
    size_t total = 0;
    st_file *st;
    ito_ctx *ctx;
    ito_status rc;

    if (ito_open(&ctx, &ctx_opts) != ITO_OK)
        abort();
    rc = st_parse(ctx, "fuzz", data, size, &st);
    if ((rc == ITO_OK) != (st != NULL))
        abort();
    for (size_t i = 0; st && i < st_count(st); i++) {
        const st_tensor *const t = st_at(st, i);
        volatile unsigned char sum = 0;

        if (st_find(st, t->name) != t)
            abort();
        for (size_t k = 0; k < t->bytes; k++)
            sum = (unsigned char)(sum + ((const unsigned char *)t->data)[k]);
        total += t->bytes;
    }
    if (total > size)
        abort();
    st_close(st);
    ito_close(ctx);
    return 0;
}
