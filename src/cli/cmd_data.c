/* SPDX-License-Identifier: MIT
 *
 * cmd_data.c - `ito data`: write rows of a built-in data set.
 */
#include <ito/dist.h>
#include <ito/source.h>
#include <ito/table.h>

#include "cli/cmd.h"
#include "cli/term.h"

#define ROWS_DEFAULT 1000 /* where n= does not say */

static struct {
    const char *spec, *out;
    size_t count;
} args = { .out = "-" };

static const opt options[] = {
    OPTARG("NAME", &args.spec,
           "built-in set, as moons or gmm:modes=5,scale=10; without one, the "
           "sets are listed"),
    STRING('o', "out", "FILE", &args.out,
           "write here: .csv, .tsv, .npy, also .gz; `-` is CSV on standard "
           "output [-]"),
    SIZE('n', "count", &args.count, "rows to draw [n= of the set, else 1000]"),
    SEED_OPTION,
    JSON_OPTION,
    COMMON_OPTIONS,
    END,
};

static void list_sets(void)
{
    for (size_t i = 0; ito_dist_at(i); i++) {
        const ito_dist_info *const info = ito_dist_at(i);

        if (!common.json) {
            printf("%-13s %s\n%13s   %s\n", info->name, info->text, "",
                   info->params);
            continue;
        }
        fputs(i ? ", " : "[", stdout);
        fputs("{\"name\": ", stdout);
        term_json_string(stdout, info->name);
        fputs(", \"text\": ", stdout);
        term_json_string(stdout, info->text);
        fputs(", \"parameters\": ", stdout);
        term_json_string(stdout, info->params);
        fputs("}", stdout);
    }
    if (common.json)
        fputs("]\n", stdout);
}

static ito_status write_set(ito_ctx *ctx)
{
    ito_table *table = NULL;
    ito_dist *dist = NULL;
    size_t rows = args.count;
    ito_status rc = ito_dist_open(ctx, args.spec, &dist);

    if (rc != ITO_OK)
        return rc;
    if (!rows && ito_dist_rows(dist) == 0)
        rows = ROWS_DEFAULT;
    ito_dist_free(dist);
    rc = ito_data_read(ctx, args.spec, NULL, rows, common.seed, &table);
    if (rc == ITO_OK)
        rc = ito_table_write(ctx, args.out, table);
    ito_table_free(table);
    return rc;
}

static int run(void)
{
    ito_ctx *ctx;
    ito_status rc;

    if (!args.spec) {
        list_sets();
        return EXIT_OK;
    }
    rc = cmd_open(&ctx);
    if (rc == ITO_OK)
        rc = write_set(ctx);
    return cmd_close(ctx, rc);
}

const command command_data = {
    .name = "data",
    .summary = "write a built-in data set",
    .about = "Draws rows of a built-in data set and writes them as a table. "
             "Row i depends on the name, its parameters, the seed and i "
             "alone.\n\nWithout a name the sets are listed, each with its "
             "parameters and their defaults.",
    .examples = "ito data\n"
                "ito data moons -n 2000 -o moons.csv\n"
                "ito data gmm:modes=5,scale=10,std=1 --seed 7 | head\n",
    .options = options,
    .run = run,
};
