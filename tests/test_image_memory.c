/* SPDX-License-Identifier: MIT
 *
 * Images where memory runs out: every allocation of every call fails once,
 * which is said, leaves nothing behind and returns nothing half made.
 */
#include "check.h"

#include <ito/feature.h>
#include <ito/image.h>
#include <ito/source.h>

#include "clear_folder.h"
#include "counting.h"

static int has_part(const char *name)
{
    for (size_t i = 0; ito_feature_at(i); i++)
        if (strcmp(ito_feature_at(i)->name, name) == 0)
            return ito_feature_at(i)->built_in;
    return 0;
}

/* Files to read, made once. */
static void write_files(void)
{
    ito_images *set;
    ito_ctx *ctx;

    clear_folder("mem");
    CHECK(ito_open(&ctx, NULL) == ITO_OK);
    CHECK_OK(ctx, ito_data_images(ctx, "glyphs:size=8", NULL, 12, 1, &set));
    CHECK_OK(ctx, ito_images_write(ctx, "mem.idx", set));
    CHECK_OK(ctx, ito_images_write(ctx, "mem.npy", set));
    CHECK_OK(ctx, ito_images_write(ctx, "mem.csv", set));
    if (has_part("png"))
        CHECK_OK(ctx, ito_images_write(ctx, "mem/", set));
    ito_images_free(set);
    ito_close(ctx);
}

typedef ito_status (*action)(ito_ctx *ctx, const char *path, ito_images **out);

static ito_status read_it(ito_ctx *ctx, const char *path, ito_images **out)
{
    const ito_image_opts o = { .shape = { 8, 8, 1 },
                               .height = 6,
                               .width = 7,
                               .pad_height = 9,
                               .pad_width = 9 };

    return ito_images_read(ctx, path, &o, out);
}

static ito_status draw_it(ito_ctx *ctx, const char *path, ito_images **out)
{
    return ito_data_images(ctx, path, NULL, 5, 1, out);
}

static ito_status write_it(ito_ctx *ctx, const char *path, ito_images **out)
{
    ito_images *set;
    ito_status rc = ito_data_images(ctx, "glyphs:size=8", NULL, 5, 1, &set);

    *out = NULL;
    if (rc == ITO_OK)
        rc = ito_images_write(ctx, path, set);
    ito_images_free(set);
    return rc;
}

static ito_status open_it(ito_ctx *ctx, const char *path, ito_images **out)
{
    ito_source *s;
    const ito_status rc =
        ito_source_open(ctx, path, &(ito_source_opts){ .label = "label" }, &s);

    *out = NULL;
    CHECK((rc == ITO_OK) == (s != NULL));
    ito_source_free(s);
    return rc;
}

/* Let allocation 0, 1, 2, ... fail, and all behind it, until all is well. */
static void starve(action act, const char *path)
{
    size_t fail = 0;
    ito_status rc;

    do {
        counter c = { .fail_at = SIZE_MAX };
        const ito_ctx_opts o = { .threads = 1,
                                 .alloc = counting,
                                 .alloc_arg = &c };
        ito_images *set = NULL;
        ito_ctx *ctx;

        CHECK(ito_open(&ctx, &o) == ITO_OK);
        c.fail_at = c.calls + fail++;
        rc = act(ctx, path, &set);
        if (rc != ITO_OK && rc != ITO_ENOMEM)
            check_fail(__FILE__, __LINE__, "%s: allocation %zu: status %d: %s",
                       path, fail, (int)rc, ito_errmsg(ctx));
        CHECK(rc == ITO_OK || set == NULL);
        ito_images_free(set);
        ito_close(ctx);
        CHECK(c.out == 0);
        CHECK(fail < 5000);
    } while (rc != ITO_OK);
    CHECK(fail > 3);
}

TEST(reading_images_survives_the_end_of_memory)
{
    write_files();
    starve(read_it, "mem.idx");
    starve(read_it, "mem.npy");
    starve(read_it, "mem.csv");
    if (has_part("png"))
        starve(read_it, "mem/");
}

TEST(drawing_and_opening_images_survive_it)
{
    starve(draw_it, "glyphs:size=8");
    starve(open_it, "glyphs:size=8");
    starve(open_it, "glyphs:size=8,n=9");
    starve(open_it, "mem.idx");
}

TEST(writing_images_survives_it)
{
    starve(write_it, "out.npy");
    starve(write_it, "out.csv");
    starve(write_it, "out.idx");
    if (has_part("png")) {
        starve(write_it, "out.png");
        clear_folder("out");
        starve(write_it, "out/");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(reading_images_survives_the_end_of_memory),
        RUN(drawing_and_opening_images_survive_it),
        RUN(writing_images_survives_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
