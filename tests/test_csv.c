/* SPDX-License-Identifier: MIT
 *
 * Text tables: what people write is read, what is wrong is refused with its
 * place and a way out, and what is written reads back the same.
 */
#include "check.h"

#include <ito/table.h>

#include "data/csv_scan.h"
#include "data/stream.h"
#include "data/table.h"
#include "os/file.h"

#define FILE_NAME "test_csv.csv"

static ito_ctx *ctx;

static ito_table *parse_with(const char *text, const ito_table_opts *opts)
{
    ito_table *table;

    CHECK_OK(ctx, csv_parse(ctx, "f.csv", text, strlen(text), opts, &table));
    return table;
}

static ito_table *parse(const char *text)
{
    return parse_with(text, NULL);
}

/* The table has this shape, names and cells ("a,b|1,2|3,4"). */
static void is_table(ito_table *table, const char *want)
{
    char text[2000] = "";

    for (size_t i = 0; i <= ito_table_rows(table); i++)
        for (size_t j = 0; j < ito_table_cols(table); j++) {
            const ito_column *const c = ito_table_column(table, j);
            const size_t n = strlen(text);

            if (i == 0)
                snprintf(text + n, sizeof(text) - n, "%s%s", j ? "," : "",
                         c->name);
            else if (c->kind == ITO_COLUMN_NUMBER)
                snprintf(text + n, sizeof(text) - n, "%s%g", j ? "," : "|",
                         c->number[i - 1]);
            else
                snprintf(text + n, sizeof(text) - n, "%s'%s'", j ? "," : "|",
                         c->levels[c->code[i - 1]]);
        }
    CHECK_STR(text, want);
    ito_table_free(table);
}

static void refused_with(const char *text, const ito_table_opts *opts,
                         ito_status status, const char *words)
{
    ito_table *table;
    const ito_status rc =
        csv_parse(ctx, "f.csv", text, strlen(text), opts, &table);

    if (rc != status || table)
        check_fail(__FILE__, __LINE__, "\"%s\": status %d: %s", text, rc,
                   rc == ITO_OK ? "" : ito_errmsg(ctx));
    CHECK_HAS(ito_errmsg(ctx), words);
}

static void refused(const char *text, ito_status status, const char *words)
{
    refused_with(text, NULL, status, words);
}

static void found_at(int64_t row, int64_t column)
{
    const ito_errinfo *const at = ito_errinfo_get(ctx);

    CHECK_STR(at->file, "f.csv");
    CHECK(at->row == row && at->column == column);
}

TEST(plain_tables_are_read)
{
    is_table(parse("a,b\n1,2\n3,4\n"), "a,b|1,2|3,4");
    is_table(parse("a,b\n1,2\n3,4"), "a,b|1,2|3,4");
    is_table(parse("a,b\r\n1,2\r\n3,4\r\n"), "a,b|1,2|3,4");
    is_table(parse("a,b\r1,2\r3,4\r"), "a,b|1,2|3,4");
    is_table(parse("\xef\xbb\xbf x,b\n1,2\n"), "x,b|1,2");
    is_table(parse("\n\na,b\n\n1,2\n   \n3,4\n\n\n"), "a,b|1,2|3,4");
    is_table(parse(" a , b \n 1 ,\t2\n"), "a,b|1,2");
    is_table(parse("x\n1\n2\n"), "x|1|2");
    is_table(parse("a,b\n-1e-3,+.5\n"), "a,b|-0.001,0.5");
}

TEST(other_delimiters_are_found)
{
    is_table(parse("a;b\n1;2\n"), "a,b|1,2");
    is_table(parse("a\tb\n1\t2\n"), "a,b|1,2");
    is_table(parse("name\tnote\nx\ta, b\ny\tc, d\n"),
             "name,note|'x','a, b'|'y','c, d'");
    is_table(parse("\"a,b\";c\n1;2\n"), "a,b,c|1,2");
    is_table(parse_with("a|b\n1|2\n", &(ito_table_opts){ .delimiter = '|' }),
             "a,b|1,2");
    refused_with("a b\n1 2\n", &(ito_table_opts){ .delimiter = ' ' }, ITO_EARG,
                 "delimiter");
    refused_with("a b\n1 2\n", &(ito_table_opts){ .delimiter = '5' }, ITO_EARG,
                 "delimiter");
}

TEST(quotes_hold_anything)
{
    is_table(parse("\"a\",\"b \"\"x\"\"\"\n\"1\",\"p,q\"\n2,\"l1\nl2\"\n"),
             "a,b \"x\"|1,'p,q'|2,'l1\nl2'");
    is_table(parse("a,b\n \"x\" , 1\n\" y \",2\n"), "a,b|'x',1|' y ',2");
    is_table(parse("a,b\n5\" pipe,1\nx,2\n"), "a,b|'5\" pipe',1|'x',2");
    is_table(parse("a,b\n\"\"\"\",1\n"), "a,b|'\"',1");
    refused("a,b\n1,\"x\n2,3\n", ITO_EFORMAT, "f.csv:2:2: a quote is opened");
    found_at(2, 2);
    refused("a,b\n\"x\"y,1\n", ITO_EFORMAT, "f.csv:2:1: text behind");
    found_at(2, 1);
}

TEST(a_header_is_told_from_data)
{
    const ito_table_opts yes = { .header = ITO_HEADER_YES };
    const ito_table_opts no = { .header = ITO_HEADER_NO };

    is_table(parse("1,2\n3,4\n"), "c1,c2|1,2|3,4");
    is_table(parse("x,1\ny,2\n"), "c1,c2|'x',1|'y',2");
    is_table(parse("a,b\nx,1\n"), "a,b|'x',1");
    is_table(parse(",a\n1,2\n"), "c1,a|1,2");
    /* texts alone: a header does not come again below */
    is_table(parse("g,h\nx,o\no,x\n"), "g,h|'x','o'|'o','x'");
    is_table(parse("x,o\no,x\nx,x\n"), "c1,c2|'x','o'|'o','x'|'x','x'");
    is_table(parse("x,x\no,y\ny,o\n"), "c1,c2|'x','x'|'o','y'|'y','o'");
    is_table(parse_with("1,2\n3,4\n", &yes), "1,2|3,4");
    is_table(parse_with("a,b\nx,y\n", &no), "c1,c2|'a','b'|'x','y'");
    is_table(parse_with("5\n", &no), "c1|5");
    is_table(parse("5\n"), "c1|5");
}

TEST(texts_become_sorted_levels)
{
    ito_table *const t = parse("s,n\nb,1\na,2\n\xc3\xa9,3\nB,4\na,5\nab,6\n");
    const ito_column *const c = ito_table_column(t, 0);
    static const uint32_t code[] = { 3, 1, 4, 0, 1, 2 };

    CHECK(c->kind == ITO_COLUMN_TEXT && c->level_count == 5 && !c->number);
    CHECK_STR(c->levels[0], "B");
    CHECK_STR(c->levels[2], "ab");
    CHECK_STR(c->levels[4], "\xc3\xa9");
    CHECK_SAME(c->code, code, 6);
    CHECK(!ito_table_column(t, 1)->levels && !ito_table_column(t, 1)->code);
    CHECK(!ito_table_column(t, 2) && !ito_table_column(NULL, 0));
    CHECK(ito_table_rows(t) == 6 && ito_table_rows(NULL) == 0);
    ito_table_free(t);
    ito_table_free(NULL);
}

TEST(chosen_columns_come_in_the_order_asked_for)
{
    static const char *const names[] = { "c", "a" };
    static const char *const none[] = { "a", "x" };
    static const char *const twice[] = { "a", "a" };
    static const char *const more[] = { "a", "b", "c", "a" };
    ito_table_opts opts = { .columns = names, .column_count = 2 };

    /* what is not chosen is not looked at */
    is_table(parse_with("a,b,c\n1,x,3\n4,,6\n7,8,9\n", &opts),
             "c,a|3,1|6,4|9,7");
    opts.columns = none;
    refused_with("a,b,c\n1,2,3\n", &opts, ITO_EARG,
                 "f.csv: no column 'x'; there are: a, b, c");
    opts.columns = twice;
    refused_with("a,b,c\n1,2,3\n", &opts, ITO_EARG, "'a' is asked for twice");
    opts.columns = more;
    opts.column_count = 4;
    refused_with("a,b,c\n1,2,3\n", &opts, ITO_EARG, "twice");
    opts.column_count = 0;
    refused_with("a,b,c\n1,2,3\n", &opts, ITO_EARG, "no column is chosen");
}

TEST(numbers_are_texts_where_that_is_asked_for)
{
    static const char *const names[] = { "b" };
    static const char *const none[] = { "zip" };
    ito_table_opts opts = { .categorical = names, .categorical_count = 1 };

    is_table(parse_with("a,b\n1,2\n3,x\n4,inf\n5,2\n", &opts),
             "a,b|1,'2'|3,'x'|4,'inf'|5,'2'");
    opts.categorical = none;
    refused_with("a,b\n1,2\n", &opts, ITO_EARG, "no column 'zip'");
}

TEST(missing_cells_are_refused_or_dropped)
{
    static const char *const cells[] = { "",    "NA",   "NaN", "nan",
                                         "NAN", "\"\"", " " };
    const ito_table_opts drop = { .drop_missing = 1 };
    char text[100];

    for (size_t i = 0; i < COUNT(cells); i++) {
        snprintf(text, sizeof(text), "a,b\n1,x\n2,y\n%s,z\n4,w\n", cells[i]);
        refused(text, ITO_ENONFINITE,
                "f.csv:4:1: column 'a' has a missing cell; --drop-missing");
        found_at(4, 1);
        is_table(parse_with(text, &drop), "a,b|1,'x'|2,'y'|4,'w'");
    }
    refused("a,b\n1,x\n2,\n", ITO_ENONFINITE, "f.csv:3:2: column 'b'");
    refused("a,b\n,\n2,3\n", ITO_ENONFINITE, "f.csv:2:1");
    is_table(parse_with("a,b\n,x\n1,y\n", &drop), "a,b|1,'y'");
    refused_with("a,b\n,x\n1,\n", &drop, ITO_EFORMAT, "every row has a miss");
    /* quoted, it is a text; in one column a blank line is a missing cell */
    is_table(parse("a,b\n\"NA\",1\nx,2\n\"nan\",3\n"),
             "a,b|'NA',1|'x',2|'nan',3");
    refused("a\n1\n\n2\n", ITO_ENONFINITE, "f.csv:3:1");
    is_table(parse_with("a\n1\n\n2\n", &drop), "a|1|2");
    /* a level that only dropped rows have is no level */
    is_table(parse_with("a,b\nq,\nr,1\n", &drop), "a,b|'r',1");
}

TEST(cells_may_be_taken_as_texts_with_holes)
{
    const ito_table_opts texts = { .as_texts = 1 };

    is_table(parse_with("a,b\n,x\n1.50,NA\n-,7\n\"a,b\",\"\"\n", &texts),
             "a,b|'','x'|'1.50',''|'-','7'|'a,b',''");
    is_table(parse_with("a,b\n1,\n,2\n", &texts), "a,b|'1',''|'','2'");
}

TEST(what_is_not_finite_is_refused)
{
    refused("a\n1\ninf\n", ITO_ENONFINITE, "f.csv:3:1: column 'a' has 'inf'");
    refused("a\n1\n-Infinity\n", ITO_ENONFINITE, "not finite");
    refused("a\n1e999\n", ITO_ENONFINITE, "'1e999', which is not finite");
    refused_with("a\n1\ninf\n", &(ito_table_opts){ .drop_missing = 1 },
                 ITO_ENONFINITE, "not finite");
    found_at(3, 1);
}

TEST(mixtures_of_numbers_and_texts_are_refused)
{
    refused("a,price\n1,2\n2,cheap\n", ITO_EFORMAT,
            "f.csv:3:2: text 'cheap' in column 'price' of numbers; correct "
            "it, or take the column as texts: --categorical price");
    found_at(3, 2);
    refused("a,b\nx,1\ny,2\n7,3\n", ITO_EFORMAT,
            "f.csv:4:1: number '7' in column 'a', whose cells above are "
            "texts");
    found_at(4, 1);
    refused("a;b\n1,5;2\n2,5;3\n", ITO_EFORMAT, "f.csv:2:1: '1,5' has a comma");
    refused("a;b\n1;2\n2,5;3\n", ITO_EFORMAT, "'2,5' has a comma");
    refused("a,b\n1,\"1,234.5\"\n", ITO_EFORMAT, "thousands separators");
}

TEST(messages_stay_one_short_line)
{
    char text[3000], name[1000];
    static const char *const none[] = { "none" };
    ito_table_opts opts = { .columns = none, .column_count = 1 };

    memset(name, 'n', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    snprintf(text, sizeof(text), "%s,b\n1,2\n\"x\ny\t%s\",3\n", name, name);
    refused(text, ITO_EFORMAT, "text 'x?y?nnn");
    CHECK(!strchr(ito_errmsg(ctx), '\n'));
    CHECK(strlen(ito_errmsg(ctx)) < 400);
    refused_with(text, &opts, ITO_EARG, "...");
    CHECK(strlen(ito_errmsg(ctx)) < 400);
    refused("\"a\nb\",c\n1,2\nx,2\n", ITO_EFORMAT, "column 'a?b' of numbers");
    refused("a,\"x\ty\",\"x\ty\"\n1,2,3\n", ITO_EFORMAT, "'x?y'");
    CHECK(!strchr(ito_errmsg(ctx), '\t'));
}

TEST(ragged_rows_are_refused_with_their_line)
{
    refused("a,b,c\n1,2,3\n1,2\n", ITO_EFORMAT,
            "f.csv:3: expected 3 columns as above, found 2");
    found_at(3, -1);
    refused("a,b\n1,\"x\ny\"\n1,2,3\n", ITO_EFORMAT,
            "f.csv:4: expected 2 columns as above, found 3; put quotes "
            "around a cell that contains a comma");
    refused("a,b\n1,2,\n", ITO_EFORMAT, "found 3");
}

TEST(files_without_rows_are_refused)
{
    refused("", ITO_EFORMAT, "f.csv: the file is empty");
    refused("\n\r\n \n", ITO_EFORMAT, "empty");
    refused("\xef\xbb\xbf", ITO_EFORMAT, "empty");
    refused("a,b,c\n", ITO_EFORMAT, "a header and no rows");
    refused("a", ITO_EFORMAT, "a header and no rows");
    refused_with("1,2\n", &(ito_table_opts){ .header = ITO_HEADER_YES },
                 ITO_EFORMAT, "a header and no rows");
}

TEST(names_that_are_the_same_are_refused)
{
    refused("a,b,a\n1,2,3\n", ITO_EFORMAT,
            "f.csv: columns 1 and 3 are both named 'a'; rename one");
    refused("c2,\n1,2\n", ITO_EFORMAT, "columns 1 and 2 are both named 'c2'");
}

TEST(bytes_that_are_no_text_are_refused)
{
    ito_table *t;

    CHECK_FAILS(ctx, csv_parse(ctx, "f.csv", "a\n1\0\n2", 7, NULL, &t),
                ITO_EFORMAT, "f.csv:2: a zero byte");
    CHECK_FAILS(ctx,
                csv_parse(ctx, "f.csv",
                          "\xff\xfe"
                          "a\0\n\0",
                          6, NULL, &t),
                ITO_EFORMAT, "UTF-16");
    refused("gr\xf6\xdf"
            "e,b\n1,2\n",
            ITO_EFORMAT, "f.csv:1:1: a text that");
    refused("a,b\n1,\xe9t\xe9\n", ITO_EFORMAT, "f.csv:2:2: a text that is no");
    found_at(2, 2);
}

TEST(ten_thousand_columns_are_read)
{
    const size_t cols = 10000, rows = 100;
    char *const text = malloc(cols * 8 + cols * rows * 8);
    size_t n = 0;
    ito_table *t;

    CHECK(text);
    for (size_t j = 0; j < cols; j++)
        n += (size_t)sprintf(text + n, "%sx%zu", j ? "," : "", j);
    for (size_t i = 0; i < rows; i++) {
        text[n++] = '\n';
        for (size_t j = 0; j < cols; j++)
            n += (size_t)sprintf(text + n, "%s%zu", j ? "," : "",
                                 (i * 31 + j) % 1000);
    }
    CHECK_OK(ctx, csv_parse(ctx, "f.csv", text, n, NULL, &t));
    CHECK(ito_table_rows(t) == rows && ito_table_cols(t) == cols);
    for (size_t j = 0; j < cols; j += 997)
        for (size_t i = 0; i < rows; i++)
            CHECK(ito_table_column(t, j)->number[i] ==
                  (double)((i * 31 + j) % 1000));
    ito_table_free(t);
    free(text);
}

TEST(too_many_columns_are_refused_in_words)
{
    const size_t n = 1000002;
    char *const text = malloc(n);
    ito_table *t;

    CHECK(text);
    memset(text, ',', n);
    CHECK_FAILS(ctx, csv_parse(ctx, "f.csv", text, n, NULL, &t), ITO_ERANGE,
                "at most 1000000");
    free(text);
}

TEST(many_different_texts_are_numbered)
{
    const size_t rows = 30000;
    char *const text = malloc(rows * 60 + 10), *at = text;
    const ito_column *c;
    ito_table *t;

    CHECK(text);
    at += sprintf(at, "k,n\n");
    for (size_t i = 0; i < rows; i++)
        at += sprintf(at, "the same beginning %zu,%zu\n", i * 7919 % rows, i);
    CHECK_OK(ctx, csv_parse(ctx, "f.csv", text, (size_t)(at - text), NULL, &t));
    c = ito_table_column(t, 0);
    CHECK(c->level_count == rows);
    for (size_t i = 1; i < rows; i++)
        CHECK(strcmp(c->levels[i - 1], c->levels[i]) < 0);
    for (size_t i = 0; i < rows; i++) {
        char want[60];

        snprintf(want, sizeof(want), "the same beginning %zu", i * 7919 % rows);
        if (strcmp(c->levels[c->code[i]], want) != 0)
            CHECK_STR(c->levels[c->code[i]], want);
    }
    ito_table_free(t);
    free(text);
}

/* A table with everything that needs care when written. */
static ito_table *difficult_table(void)
{
    static const char *const texts[] = { " lead", "\"q\"",  "-inf",     "NA",
                                         "NaN",   "a,b",    "cr\rlf\n", "semi;",
                                         "tab\t", "trail ", "\xc3\xa9" };
    static const uint32_t code[] = { 5, 1, 2, 3, 4, 0, 6, 7, 8, 9, 10 };
    static const double x[] = { 0.1,  -0.0,  1e300, 5e-324, 1.0 / 3,
                                1e17, 123.0, -1e-7, 2e-5,   9007199254740993.0,
                                7.0 };
    const ito_column columns[] = {
        { .name = "x", .kind = ITO_COLUMN_NUMBER, .number = x },
        { .name = "a, \"name\"",
          .kind = ITO_COLUMN_TEXT,
          .code = code,
          .levels = texts,
          .level_count = 11 },
    };
    ito_table *t;

    CHECK_OK(ctx, ito_table_build(ctx, 11, 2, columns, &t));
    return t;
}

static void same_tables(const ito_table *a, const ito_table *b)
{
    CHECK(ito_table_rows(a) == ito_table_rows(b));
    CHECK(ito_table_cols(a) == ito_table_cols(b));
    for (size_t j = 0; j < ito_table_cols(a); j++) {
        const ito_column *const p = ito_table_column(a, j);
        const ito_column *const q = ito_table_column(b, j);

        CHECK_STR(p->name, q->name);
        CHECK(p->kind == q->kind && p->level_count == q->level_count);
        for (size_t i = 0; i < ito_table_rows(a); i++)
            if (p->kind == ITO_COLUMN_NUMBER)
                CHECK_SAME(&p->number[i], &q->number[i], 1);
            else
                CHECK_STR(p->levels[p->code[i]], q->levels[q->code[i]]);
    }
}

TEST(what_is_written_reads_back)
{
    static const char *const paths[] = {
        FILE_NAME,
        "test_csv.tsv",
#if defined(ITO_WITH_ZLIB) && ITO_WITH_ZLIB
        "test_csv.CSV.gz",
#endif
    };
    ito_table *const t = difficult_table();

    for (size_t i = 0; i < COUNT(paths); i++) {
        ito_table *back;

        CHECK_OK(ctx, ito_table_write(ctx, paths[i], t));
        CHECK_OK(ctx, ito_table_read(ctx, paths[i], NULL, &back));
        same_tables(t, back);
        ito_table_free(back);
        remove(paths[i]);
    }
    ito_table_free(t);
}

TEST(long_texts_are_written_and_read)
{
    static char longest[20001];
    const char *const text = longest;
    const uint32_t code[] = { 0, 0 };
    const ito_column column = { .name = "x",
                                .kind = ITO_COLUMN_TEXT,
                                .code = code,
                                .levels = &text,
                                .level_count = 1 };
    ito_table *t, *back;

    memset(longest, 'x', sizeof(longest) - 1);
    longest[10000] = '"';
    CHECK_OK(ctx, ito_table_build(ctx, 2, 1, &column, &t));
    CHECK_OK(ctx, ito_table_write(ctx, FILE_NAME, t));
    CHECK_OK(ctx, ito_table_read(ctx, FILE_NAME, NULL, &back));
    same_tables(t, back);
    ito_table_free(back);
    ito_table_free(t);
}

TEST(numbers_are_written_as_short_as_they_were)
{
    static const char text[] = "x,y\n0.1,-5\n8.3252,41\n4.526,1e-30\n"
                               "5.0238095238095237,100000\n";
    ito_table *const t = parse(text);
    size_t bytes;
    char *data;

    CHECK_OK(ctx, ito_table_write(ctx, FILE_NAME, t));
    CHECK(os_read_all(FILE_NAME, 1000, &data, &bytes) == 0);
    CHECK_STR(data, "x,y\n0.1,-5\n8.3252,41\n4.526,1e-30\n"
                    "5.023809523809524,100000\n");
    os_free(data);
    ito_table_free(t);
}

TEST(tables_that_contradict_themselves_are_not_built)
{
    static const double x[] = { 1, 2 }, bad[] = { 1, (double)NAN };
    static const char *const levels[] = { "a", "b" };
    static const char *const wrong[] = { "b", "a" };
    static const uint32_t code[] = { 0, 1 }, beyond[] = { 0, 2 };
    const struct {
        ito_column c[2];
        const char *words;
    } cases[] = {
        { { { .name = "", .number = x } }, "no name" },
        { { { .name = NULL, .number = x } }, "no name" },
        { { { .name = "a" } }, "no numbers" },
        { { { .name = "a", .number = bad } }, "NaN" },
        { { { .name = "\xff", .number = x } }, "UTF-8" },
        { { { .name = "a", .number = x }, { .name = "a", .number = x } },
          "both named 'a'" },
        { { { .name = "a", .kind = ITO_COLUMN_TEXT, .code = code } },
          "beyond" },
        { { { .name = "a",
              .kind = ITO_COLUMN_TEXT,
              .code = beyond,
              .levels = levels,
              .level_count = 2 } },
          "beyond" },
        { { { .name = "a",
              .kind = ITO_COLUMN_TEXT,
              .code = code,
              .levels = wrong,
              .level_count = 2 } },
          "not in order" },
        { { { .name = "a", .kind = (ito_column_kind)7, .number = x } },
          "unknown kind" },
    };
    ito_table *t;

    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_FAILS(
            ctx,
            ito_table_build(ctx, 2, cases[i].c[1].name ? 2 : 1, cases[i].c, &t),
            ITO_EARG, cases[i].words);
    CHECK_FAILS(ctx, ito_table_build(ctx, 2, 0, cases[0].c, &t), ITO_EARG,
                "no columns");
    CHECK(ito_table_build(NULL, 2, 1, cases[0].c, &t) == ITO_EARG && !t);
}

TEST(files_are_refused_by_name_and_kind)
{
    ito_table *const t = parse("a\n1\n");
    ito_table *none;

    CHECK_FAILS(ctx, ito_table_read(ctx, "none.csv", NULL, &none), ITO_EIO,
                "none.csv: cannot read: No such file");
    CHECK(!none);
    CHECK_FAILS(ctx, ito_table_read(ctx, "none.xlsx", NULL, &none), ITO_EUNFIT,
                "none.xlsx: unknown type of file");
    CHECK_FAILS(ctx, ito_table_read(ctx, ".", NULL, &none), ITO_EIO,
                "is a directory");
    CHECK_FAILS(ctx, ito_table_write(ctx, "none/x.csv", t), ITO_EIO,
                "none/x.csv: cannot write: No such file");
    CHECK_FAILS(ctx, ito_table_write(ctx, "x.doc", t), ITO_EUNFIT, "unknown");
    CHECK_FAILS(ctx, ito_table_write(ctx, ".", t), ITO_EIO, "is a directory");
    CHECK_FAILS(ctx, ito_table_write(ctx, NULL, t), ITO_EARG, "NULL");
    CHECK_FAILS(ctx, ito_table_read(ctx, NULL, NULL, &none), ITO_EARG, "NULL");
    CHECK(ito_table_read(NULL, "x.csv", NULL, &none) == ITO_EARG);
    CHECK(ito_table_write(NULL, "x.csv", t) == ITO_EARG);
    ito_table_free(t);
}

static int stop(void *arg)
{
    (void)arg;
    return 1;
}

TEST(reading_stops_when_asked)
{
    const ito_ctx_opts opts = { .threads = 1, .cancel = stop };
    ito_ctx *other;
    ito_table *t;

    CHECK_OK(ctx, ito_open(&other, &opts));
    CHECK(csv_parse(other, "f.csv", "1\n2\n", 4, NULL, &t) == ITO_ECANCELLED);
    CHECK(!t);
    ito_close(other);
}

TEST(every_cut_and_change_of_a_table_is_read_or_refused)
{
    static const char text[] = "\xef\xbb\xbf"
                               "a,\"b \"\"x\"\"\",c\r\n1,x,-2e5"
                               "\r\n\"2\",\"p,\nq\",NA\n3,,4\n\n";
    const ito_table_opts drop = { .drop_missing = 1 };
    static const char bytes[] = ",\"\n\r;\t 1e\xff";
    char copy[sizeof(text)];
    ito_table *t;

    for (size_t n = 0; n < sizeof(text); n++) {
        char *const exact = malloc(n ? n : 1);

        CHECK(exact);
        memcpy(exact, text, n);
        (void)csv_parse(ctx, "f", exact, n, &drop, &t);
        ito_table_free(t);
        free(exact);
    }
    for (size_t i = 0; i < sizeof(text); i++)
        for (size_t k = 0; k < sizeof(bytes); k++) {
            memcpy(copy, text, sizeof(text));
            copy[i] = bytes[k];
            (void)csv_parse(ctx, "f", copy, sizeof(text) - 1, &drop, &t);
            ito_table_free(t);
        }
}

/* An allocator whose n-th call fails. */
static void *failing(void *arg, void *old, size_t bytes)
{
    int *const left = arg;

    if (bytes == 0) {
        free(old);
        return NULL;
    }
    return (*left)-- > 0 ? realloc(old, bytes) : NULL;
}

TEST(any_allocation_may_fail)
{
    static const char text[] = "a,\"b\"\"\",c\n1,\"x\"\"\",2\n2,y,3\n3,z,4\n";
    int left = 1000;
    const ito_ctx_opts opts = { .threads = 1,
                                .alloc = failing,
                                .alloc_arg = &left };
    ito_status rc = ITO_ENOMEM;
    ito_ctx *poor;

    CHECK_OK(ctx, ito_open(&poor, &opts));
    for (int n = 0; rc == ITO_ENOMEM; n++) {
        ito_table *t = NULL;

        left = n;
        rc = csv_parse(poor, "f.csv", text, sizeof(text) - 1, NULL, &t);
        if (rc == ITO_OK)
            rc = ito_table_write(poor, FILE_NAME, t);
        ito_table_free(t);
        CHECK(n < 1000);
    }
    CHECK(rc == ITO_OK);
    left = 1000;
    ito_close(poor);
}

static int begin(void **state)
{
    (void)state;
    return ito_open(&ctx, NULL);
}

static int end(void **state)
{
    (void)state;
    (void)remove(FILE_NAME);
    ito_close(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(plain_tables_are_read),
        RUN(other_delimiters_are_found),
        RUN(quotes_hold_anything),
        RUN(a_header_is_told_from_data),
        RUN(texts_become_sorted_levels),
        RUN(chosen_columns_come_in_the_order_asked_for),
        RUN(numbers_are_texts_where_that_is_asked_for),
        RUN(missing_cells_are_refused_or_dropped),
        RUN(cells_may_be_taken_as_texts_with_holes),
        RUN(what_is_not_finite_is_refused),
        RUN(mixtures_of_numbers_and_texts_are_refused),
        RUN(messages_stay_one_short_line),
        RUN(ragged_rows_are_refused_with_their_line),
        RUN(files_without_rows_are_refused),
        RUN(names_that_are_the_same_are_refused),
        RUN(bytes_that_are_no_text_are_refused),
        RUN(ten_thousand_columns_are_read),
        RUN(too_many_columns_are_refused_in_words),
        RUN(many_different_texts_are_numbered),
        RUN(what_is_written_reads_back),
        RUN(long_texts_are_written_and_read),
        RUN(numbers_are_written_as_short_as_they_were),
        RUN(tables_that_contradict_themselves_are_not_built),
        RUN(files_are_refused_by_name_and_kind),
        RUN(reading_stops_when_asked),
        RUN(every_cut_and_change_of_a_table_is_read_or_refused),
        RUN(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
