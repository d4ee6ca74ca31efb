/* SPDX-License-Identifier: MIT
 *
 * cmd_data.c - `ito data`: write rows of a built-in data set, or a file of
 * images in another form.
 */
#include <ito/dist.h>
#include <ito/source.h>
#include <ito/table.h>

#include "cli/cmd.h"
#include "cli/image_options.h"
#include "cli/term.h"

#define ROWS_DEFAULT 1000 /* where n= does not say */

static struct {
    const char *spec, *out;
    size_t count;
} args = { .out = "-" };

static const opt options[] = {
    OPTARG("NAME", &args.spec,
           "built-in set, as moons or gmm:modes=5,scale=10, or images; without "
           "one, the sets are listed"),
    STRING('o', "out", "FILE", &args.out,
           "write here: .csv, .tsv, .npy, also .gz; images also .png, a grid, "
           ".idx, or folder/; `-` is CSV on standard output [-]"),
    SIZE('n', "count", &args.count,
         "rows to draw [n= of the set, else 1000]; of images the first [all]"),
    SEED_OPTION,
    IMAGE_OPTIONS,
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

static ito_status write_images(ito_ctx *ctx, const ito_image_opts *how)
{
    ito_images *images = NULL;
    ito_status rc =
        ito_data_images(ctx, args.spec, how, args.count, common.seed, &images);

    if (rc == ITO_OK)
        rc = images_write_first(ctx, args.out, images, args.count);
    ito_images_free(images);
    return rc;
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
    ito_image_opts how;
    int images = 0, usage = image_read_opts(NULL, NULL, &how);
    ito_ctx *ctx;
    ito_status rc;

    if (!args.spec) {
        list_sets();
        return EXIT_OK;
    }
    if (usage != 0)
        return usage;
    rc = cmd_open(&ctx);
    if (rc == ITO_OK)
        rc = ito_data_detect_images(ctx, args.spec, &how, &images);
    if (rc == ITO_OK)
        rc = images ? write_images(ctx, &how) : write_set(ctx);
    return cmd_close(ctx, rc);
}

const command command_data = {
    .name = "data",
    .summary = "write a built-in data set",
    .about = "Draws rows of a built-in data set and writes them as a table. "
             "Row i depends on the name, its parameters, the seed and i "
             "alone.\n\nOf images (glyphs, a file of IDX or NPY, a folder of "
             "PNG, a table with --image) writes them in another form: what "
             "the name of -o says.\n\nWithout a name the sets are listed, each "
             "with its parameters and their defaults.",
    .examples = "ito data\n"
                "ito data moons -n 2000 -o moons.csv\n"
                "ito data gmm:modes=5,scale=10,std=1 --seed 7 | head\n"
                "ito data glyphs -n 100 -o grid.png\n"
                "ito data train-images-idx3-ubyte.gz --resize 32x32 -o "
                "digits/\n",
    .options = options,
    .run = run,
};
