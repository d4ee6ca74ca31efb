/* SPDX-License-Identifier: MIT
 *
 * fuzz_npy.c - any bytes as an array of NumPy.
 */
#include <stdlib.h>

#include "data/table.h"
#include "fuzz.h"

const fuzz_seed fuzz_seeds[] = {
    FUZZ_SEED("\x93NUMPY\1\0\x3c\0{'descr': '<f4', 'fortran_order': False, "
              "'shape': (2, 1), }\n\0\0\x80\x3f\0\0\0\x40"),
    FUZZ_SEED("\x93NUMPY\2\0\x3a\0\0\0{'descr': '>i2', 'fortran_order': "
              "True, 'shape': (3,), }  \n\0\1\0\2\0\3"),
    FUZZ_SEED("\x93NUMPY\3\0\x38\0\0\0{'shape': (2,2), 'descr': '|u1', "
              "'fortran_order': False}\n\1\2\3\4"),
    { NULL, 0 },
};

const fuzz_seed fuzz_words[] = {
    FUZZ_SEED("<f8"),   FUZZ_SEED("|b1"),
    FUZZ_SEED("True"),  FUZZ_SEED("("),
    FUZZ_SEED(")"),     FUZZ_SEED("'"),
    FUZZ_SEED(","),     FUZZ_SEED("{"),
    FUZZ_SEED("[('a'"), FUZZ_SEED("999999999999"),
    { NULL, 0 },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const ito_table_opts opts = { .drop_missing = (int)(size & 1) };
    const ito_ctx_opts ctx_opts = { .threads = 1 };
    ito_table *table;
    ito_ctx *ctx;
    ito_status rc;

    if (ito_open(&ctx, &ctx_opts) != ITO_OK)
        abort();
    rc = npy_parse(ctx, "fuzz", (const char *)data, size, &opts, &table);
    if ((rc == ITO_OK) != (table != NULL))
        abort();
    for (size_t j = 0; j < ito_table_cols(table); j++)
        for (size_t i = 0; i < ito_table_rows(table); i++) {
            const double x = ito_table_column(table, j)->number[i];

            if (x - x != 0.0)
                abort();
        }
    ito_table_free(table);
    ito_close(ctx);
    return 0;
}
