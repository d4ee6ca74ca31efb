/* SPDX-License-Identifier: MIT
 *
 * Schemas in the model file: read back they do the same, and nothing that a
 * hostile file says is believed.
 */
#include "check.h"

#include <ito/schema.h>

#include "data/schema.h"

#define N 1000

static double x1[N], x2[N], x3[N];
static uint32_t codes[N], zeros[N];
static float rows1[16 * N], rows2[16 * N];

static ito_ctx *opened(void)
{
    ito_ctx *ctx = NULL;

    CHECK_OK(ctx, ito_open(&ctx, NULL));
    return ctx;
}

/* A table with every kind of column. */
static ito_table *every_kind(ito_ctx *ctx)
{
    static const char *const level[] = { "a \"b\"", "c,d", "\xc3\xa9" };
    static const char *const unit[] = { "mm" };
    const ito_column c[] = {
        { .name = "real", .number = x1 },
        { .name = "count", .number = x2 },
        { .name = "same", .number = x3 },
        { .name = "level",
          .kind = ITO_COLUMN_TEXT,
          .code = codes,
          .levels = level,
          .level_count = 3 },
        { .name = "unit",
          .kind = ITO_COLUMN_TEXT,
          .code = zeros,
          .levels = unit,
          .level_count = 1 },
    };
    ito_table *table = NULL;

    t_seed = 3;
    for (size_t i = 0; i < N; i++) {
        x1[i] = t_normal();
        x2[i] = (double)(t_rand() % 9);
        x3[i] = -0.125;
        codes[i] = t_rand() % 3;
    }
    CHECK_OK(ctx, ito_table_build(ctx, N, COUNT(c), c, &table));
    return table;
}

static char *json_of(ito_ctx *ctx, const ito_schema *schema)
{
    json_writer w;

    json_begin(&w, ctx);
    CHECK_OK(ctx, ito__schema_to_json(ctx, schema, &w));
    CHECK_OK(ctx, json_end(&w));
    return w.text;
}

static ito_status read_json(ito_ctx *ctx, const char *text, ito_schema **out)
{
    json_value *root = NULL;
    ito_status rc;

    *out = NULL;
    rc = json_parse(ctx, "test", text, strlen(text), &root);
    if (rc == ITO_OK)
        rc = ito__schema_from_json(ctx, root, out);
    json_free(ctx, root);
    return rc;
}

TEST(a_schema_read_back_does_the_same)
{
    const ito_noise at = { .seed = 1, .purpose = ITO_FOR_CODING };
    ito_ctx *ctx = opened();
    ito_table *table = every_kind(ctx);

    for (int scale = ITO_SCALE_QUANTILE; scale <= ITO_SCALE_NONE; scale++) {
        const ito_schema_opts opts = { .scale = (ito_scale)scale };
        ito_table *one, *two;
        ito_schema *schema, *back;
        char *text, *again;

        CHECK_OK(ctx, ito_schema_fit(ctx, table, &opts, &schema));
        text = json_of(ctx, schema);
        CHECK_OK(ctx, read_json(ctx, text, &back));
        again = json_of(ctx, back);
        CHECK_STR(text, again);
        CHECK(ito_schema_dim(back) == 5 && ito_schema_cols(back) == 5);
        CHECK_OK(ctx, ito_schema_encode(ctx, schema, table, &at, rows1));
        CHECK_OK(ctx, ito_schema_encode(ctx, back, table, &at, rows2));
        CHECK_SAME(rows1, rows2, 5 * N);
        CHECK_OK(ctx, ito_schema_decode(ctx, schema, N, rows1, &one));
        CHECK_OK(ctx, ito_schema_decode(ctx, back, N, rows1, &two));
        for (size_t j = 0; j < 5; j++) {
            const ito_column *p = ito_table_column(one, j);
            const ito_column *q = ito_table_column(two, j);

            CHECK_STR(p->name, q->name);
            CHECK(p->kind == q->kind && p->level_count == q->level_count);
            if (p->kind == ITO_COLUMN_NUMBER) {
                CHECK_SAME(p->number, q->number, N);
                continue;
            }
            CHECK_SAME(p->code, q->code, N);
            for (size_t k = 0; k < p->level_count; k++)
                CHECK_STR(p->levels[k], q->levels[k]);
        }
        ito_table_free(one);
        ito_table_free(two);
        ito__free(ctx, text);
        ito__free(ctx, again);
        ito_schema_free(schema);
        ito_schema_free(back);
    }
    ito_table_free(table);
    ito_close(ctx);
}

TEST(the_text_is_readable)
{
    static const double x[] = { 1, 2, 2, 4 };
    const ito_column c = { .name = "n", .number = x };
    ito_ctx *ctx = opened();
    ito_table *table;
    ito_schema *schema;
    char *text;

    CHECK_OK(ctx, ito_table_build(ctx, 4, 1, &c, &table));
    CHECK_OK(ctx, ito_schema_fit(ctx, table, NULL, &schema));
    text = json_of(ctx, schema);
    /* 2 is an atom, 1 and 4 stand alone beside it: their cells */
    CHECK_STR(text,
              "{\"version\":1,\"columns\":[{\"name\":\"n\",\"code\":"
              "\"quantile\",\"decimals\":0,\"rows\":4,\"min\":1,\"max\":4,"
              "\"rank\":[0,2,2,6,6,8],\"x\":[0.5,1.5,2,2,3.5,4.5]}]}");
    ito__free(ctx, text);
    ito_schema_free(schema);
    ito_table_free(table);
    ito_close(ctx);
}

#define COLUMNS(list)  "{\"version\":1,\"columns\":[" list "]}"
#define QUANTILE(rest) "{\"name\":\"q\",\"code\":\"quantile\"," rest "}"
#define LEVELS(rest)   "{\"name\":\"l\",\"code\":\"levels\"," rest "}"
#define STANDARD(rest) "{\"name\":\"s\",\"code\":\"standard\"," rest "}"
#define PLAIN(name)    "{\"name\":\"" name "\",\"code\":\"plain\"}"

TEST(good_columns_are_read)
{
    static const char *const good[] = {
        COLUMNS(PLAIN("x") "," PLAIN("y")),
        COLUMNS(QUANTILE("\"rows\":2,\"min\":0,\"max\":1,\"rank\":[0,4],"
                         "\"x\":[0,1]")),
        COLUMNS(STANDARD("\"decimals\":9,\"mean\":-1,\"sd\":1e-9")),
        COLUMNS(LEVELS("\"level\":[\"a\",\"b\"],\"share\":[0.5,0.5]")),
        COLUMNS(
            PLAIN("x") ",{\"name\":\"k\",\"code\":\"constant\",\"value\":1}"),
        COLUMNS(PLAIN("x") ",{\"name\":\"k\",\"code\":\"constant\","
                           "\"text\":\"\"}"),
    };
    ito_ctx *ctx = opened();

    for (size_t i = 0; i < COUNT(good); i++) {
        ito_schema *schema;
        ito_table *table;

        CHECK_OK(ctx, read_json(ctx, good[i], &schema));
        memset(rows1, 0, sizeof(rows1));
        CHECK_OK(ctx, ito_schema_decode(ctx, schema, 3, rows1, &table));
        ito_table_free(table);
        ito_schema_free(schema);
    }
    ito_close(ctx);
}

#define MAP(rank, x) \
    COLUMNS(         \
        QUANTILE("\"rows\":2,\"min\":0,\"max\":1,\"rank\":" rank ",\"x\":" x))
static const char *const bad[] = {
    "7",
    "{}",
    "{\"version\":1}",
    "{\"version\":0,\"columns\":[" PLAIN("x") "]}",
    "{\"version\":\"one\",\"columns\":[" PLAIN("x") "]}",
    "{\"version\":1,\"columns\":{}}",
    COLUMNS(""),
    COLUMNS("3"),
    COLUMNS("{\"code\":\"plain\"}"),
    COLUMNS("{\"name\":\"\",\"code\":\"plain\"}"),
    COLUMNS("{\"name\":\"x\"}"),
    COLUMNS("{\"name\":\"x\",\"code\":\"magic\"}"),
    COLUMNS("{\"name\":\"x\",\"code\":7}"),
    COLUMNS(PLAIN("x") "," PLAIN("x")),
    COLUMNS("{\"name\":\"x\",\"code\":\"plain\",\"decimals\":10}"),
    COLUMNS("{\"name\":\"x\",\"code\":\"plain\",\"decimals\":-1}"),
    COLUMNS("{\"name\":\"x\",\"code\":\"plain\",\"decimals\":0.5}"),
    COLUMNS("{\"name\":\"k\",\"code\":\"constant\",\"value\":1}"),
    COLUMNS(PLAIN("x") ",{\"name\":\"k\",\"code\":\"constant\"}"),
    COLUMNS(STANDARD("\"mean\":0")),
    COLUMNS(STANDARD("\"mean\":0,\"sd\":0")),
    COLUMNS(STANDARD("\"mean\":0,\"sd\":-1")),
    COLUMNS(STANDARD("\"mean\":1e301,\"sd\":1")),
    COLUMNS(LEVELS("\"level\":[\"a\"],\"share\":[0.5]")),
    COLUMNS(LEVELS("\"level\":[\"b\",\"a\"],\"share\":[0.5,0.5]")),
    COLUMNS(LEVELS("\"level\":[\"a\",\"a\"],\"share\":[0.5,0.5]")),
    COLUMNS(LEVELS("\"level\":[\"a\",7],\"share\":[0.5,0.5]")),
    COLUMNS(LEVELS("\"level\":[\"a\",\"b\"],\"share\":[0,1]")),
    COLUMNS(LEVELS("\"level\":[\"a\",\"b\"],\"share\":[0.5]")),
    COLUMNS(LEVELS("\"level\":[\"a\",\"b\"]")),
    COLUMNS(LEVELS("\"level\":7,\"share\":[0.5]")),
    COLUMNS(QUANTILE("\"rows\":2,\"min\":0,\"max\":1")),
    COLUMNS(QUANTILE("\"rows\":1,\"min\":0,\"max\":1,\"rank\":[0,2],"
                     "\"x\":[0,1]")),
    COLUMNS(QUANTILE("\"rows\":\"9007199254740993\",\"min\":0,\"max\":1,"
                     "\"rank\":[0,4],\"x\":[0,1]")),
    COLUMNS(QUANTILE("\"rows\":2,\"min\":1,\"max\":1,\"rank\":[0,4],"
                     "\"x\":[0,1]")),
    COLUMNS(QUANTILE("\"rows\":2,\"max\":1,\"rank\":[0,4],\"x\":[0,1]")),
    MAP("[0]", "[0]"),
    MAP("[]", "[]"),
    MAP("7", "[0,1]"),
    MAP("[1,4]", "[0,1]"),
    MAP("[0,3]", "[0,1]"),
    MAP("[0,5]", "[0,1]"),
    MAP("[0,1.5,4]", "[0,0.5,1]"),
    MAP("[0,3,2,4]", "[0,0.2,0.5,1]"),
    MAP("[0,-1,4]", "[0,0.5,1]"),
    MAP("[0,2,4]", "[0,1]"),
    MAP("[0,2,4]", "[0,1,0.5]"),
    MAP("[0,4]", "[0,1e301]"),
    MAP("[0,4]", "[0,\"1\"]"),
    MAP("[0,\"4\"]", "[0,1]"),
    MAP("[0,[4]]", "[0,1]"),
};

TEST(bad_columns_are_refused)
{
    ito_ctx *ctx = opened();

    for (size_t i = 0; i < COUNT(bad); i++) {
        ito_schema *schema;
        const ito_status rc = read_json(ctx, bad[i], &schema);

        if (rc != ITO_EFORMAT || schema)
            check_fail(__FILE__, __LINE__, "case %zu: status %d: %s", i,
                       (int)rc, bad[i]);
        if (!strstr(ito_errmsg(ctx), "schema"))
            check_fail(__FILE__, __LINE__, "case %zu: %s", i, ito_errmsg(ctx));
    }
    ito_close(ctx);
}

/* knots numbers: 0, step, 2 step, ... */
static void put_steps(json_writer *w, const char *name, uint64_t knots,
                      uint64_t step)
{
    json_key(w, name);
    json_open(w, '[');
    for (uint64_t k = 0; k < knots; k++)
        json_put_u64(w, k * step);
    json_close(w, ']');
}

/* A schema of one column with so many knots. */
static char *with_knots(ito_ctx *ctx, uint64_t knots)
{
    static const char head[] = "{\"version\":1,\"columns\":[{\"name\":\"q\","
                               "\"code\":\"quantile\",\"min\":0,\"max\":1";
    json_writer w;

    json_begin(&w, ctx);
    json_put_raw(&w, head, strlen(head));
    put_steps(&w, "rank", knots, 2);
    put_steps(&w, "x", knots, 1);
    json_key(&w, "rows");
    json_put_u64(&w, knots - 1);
    json_close(&w, '}');
    json_close(&w, ']');
    json_close(&w, '}');
    CHECK_OK(ctx, json_end(&w));
    return w.text;
}

TEST(newer_versions_and_too_many_knots_are_refused)
{
    ito_ctx *ctx = opened();
    ito_schema *schema;
    char *text;

    CHECK_FAILS(
        ctx,
        read_json(ctx, "{\"version\":3,\"columns\":[" PLAIN("x") "]}", &schema),
        ITO_EVERSION, "version 3 is newer than 2");
    text = with_knots(ctx, 1001);
    CHECK_OK(ctx, read_json(ctx, text, &schema));
    ito_schema_free(schema);
    ito__free(ctx, text);
    text = with_knots(ctx, 1002);
    CHECK_FAILS(ctx, read_json(ctx, text, &schema), ITO_EFORMAT, "column 1");
    ito__free(ctx, text);
    ito_close(ctx);
}

/* An allocator whose allocation number `left` fails. */
static void *failing_alloc(void *arg, void *old, size_t bytes)
{
    long *left = arg;

    if (bytes == 0) {
        free(old);
        return NULL;
    }
    if ((*left)-- == 0)
        return NULL;
    return realloc(old, bytes);
}

TEST(running_out_of_memory_while_reading_is_an_error)
{
    ito_ctx *ctx = opened();
    ito_table *table = every_kind(ctx);
    ito_schema *schema;
    ito_status rc = ITO_ENOMEM;
    long left;
    const ito_ctx_opts opts = { .threads = 1,
                                .alloc = failing_alloc,
                                .alloc_arg = &left };
    char *text;

    CHECK_OK(ctx, ito_schema_fit(ctx, table, NULL, &schema));
    text = json_of(ctx, schema);
    ito_schema_free(schema);
    for (long n = 0; rc != ITO_OK; n++) {
        ito_ctx *poor = NULL;

        CHECK(n < 1000);
        left = 1000000;
        CHECK_OK(poor, ito_open(&poor, &opts));
        left = n;
        rc = read_json(poor, text, &schema);
        CHECK(rc == ITO_ENOMEM || (rc == ITO_OK && n > 10));
        ito_schema_free(schema);
        left = 1000000;
        ito_close(poor);
    }
    ito__free(ctx, text);
    ito_table_free(table);
    ito_close(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_schema_read_back_does_the_same),
        RUN(the_text_is_readable),
        RUN(good_columns_are_read),
        RUN(bad_columns_are_refused),
        RUN(newer_versions_and_too_many_knots_are_refused),
        RUN(running_out_of_memory_while_reading_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
