/* SPDX-License-Identifier: MIT
 *
 * fuzz_csv.c - any bytes as a text table; what is read must obey the
 * contract of ito/table.h.  The first byte chooses the options.
 */
#include <stdlib.h>
#include <string.h>

#include "data/table.h"
#include "fuzz.h"

const fuzz_seed fuzz_seeds[] = {
    FUZZ_SEED("\0a,b,c\n1,2,3\n4,5,6\n"),
    FUZZ_SEED("\1\xef\xbb\xbf"
              "a;\"b \"\"x\"\"\"\r\n1;x\r\n2;\"y\nz\"\r\n"),
    FUZZ_SEED("\2x\ty\n-1e-5\t\n.5\tNA\n7\t1e400\n"),
    FUZZ_SEED("\3n,o\nx,o\no,x\nx,x\n"),
    FUZZ_SEED("\5one\n1\n\n3.25\nnan\n"),
    FUZZ_SEED("\13c1,c2\n\"1\",caf\xc3\xa9\n2,x\n"),
    { NULL, 0 },
};

const fuzz_seed fuzz_words[] = {
    FUZZ_SEED("\""),  FUZZ_SEED("\"\""), FUZZ_SEED("\r\n"), FUZZ_SEED("\n"),
    FUZZ_SEED(","),   FUZZ_SEED(";"),    FUZZ_SEED("\t"),   FUZZ_SEED("NA"),
    FUZZ_SEED("inf"), FUZZ_SEED("1e9"),  FUZZ_SEED("\xff"), FUZZ_SEED("1,5"),
    FUZZ_SEED("0.1"), FUZZ_SEED("c2"),   { NULL, 0 },
};

/* Every number finite, every code within levels that are sorted. */
static void check_table(const ito_table *t)
{
    if (ito_table_rows(t) == 0 || ito_table_cols(t) == 0)
        abort();
    for (size_t j = 0; j < ito_table_cols(t); j++) {
        const ito_column *const c = ito_table_column(t, j);

        if (c->name[0] == '\0')
            abort();
        for (size_t i = 0; i < ito_table_rows(t); i++)
            if (c->kind == ITO_COLUMN_NUMBER ? c->number[i] - c->number[i] != 0
                                             : c->code[i] >= c->level_count)
                abort();
        for (size_t i = 1; i < c->level_count; i++)
            if (strcmp(c->levels[i - 1], c->levels[i]) >= 0)
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "c1", "b" };
    const uint8_t choice = size > 0 ? data[0] : 0;
    ito_table_opts opts = { .drop_missing = choice & 1,
                            .header = (ito_header)((choice >> 1) % 3) };
    const ito_ctx_opts ctx_opts = { .threads = 1 };
    ito_table *table;
    ito_ctx *ctx;
    ito_status rc;

    if (choice & 8) {
        opts.categorical = names;
        opts.categorical_count = 1;
    }
    if (choice & 16) {
        opts.columns = names;
        opts.column_count = 2;
    }
    if (ito_open(&ctx, &ctx_opts) != ITO_OK)
        abort();
    rc = csv_parse(ctx, "fuzz", size ? (const char *)data + 1 : "",
                   size ? size - 1 : 0, &opts, &table);
    if ((rc == ITO_OK) != (table != NULL))
        abort();
    if (rc == ITO_OK)
        check_table(table);
    else if (ito_errmsg(ctx)[0] == '\0' || strchr(ito_errmsg(ctx), '\n'))
        abort();
    ito_table_free(table);
    ito_close(ctx);
    return 0;
}
