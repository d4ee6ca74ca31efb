/* SPDX-License-Identifier: MIT
 *
 * NumPy's arrays: headers as NumPy writes them, all kinds of numbers, both
 * orders of bytes and of dimensions; hostile files are refused.
 */
#include "check.h"

#include <ito/table.h>

#include "data/npy.h"
#include "data/table.h"
#include "os/file.h"

#define FILE_NAME "test_npy.npy"

static ito_ctx *ctx;

/* A file of version 1 (or more) with this dictionary and data. */
static size_t make(unsigned char *out, int version, const char *dictionary,
                   const void *data, size_t bytes)
{
    const size_t n = strlen(dictionary), start = version == 1 ? 10 : 12;

    memcpy(out, "\x93NUMPY", 6);
    out[6] = (unsigned char)version;
    out[7] = 0;
    memset(out + 8, 0, 4);
    out[8] = (unsigned char)n;
    out[9] = (unsigned char)(n >> 8);
    memcpy(out + start, dictionary, n);
    if (bytes > 0)
        memcpy(out + start + n, data, bytes);
    return start + n + bytes;
}

static ito_status parse(int version, const char *dictionary, const void *data,
                        size_t bytes, ito_table **out)
{
    static unsigned char file[2000];
    const size_t n = make(file, version, dictionary, data, bytes);

    return npy_parse(ctx, "f.npy", (const char *)file, n, NULL, out);
}

/* The array has these elements, row by row. */
static void holds(const char *dictionary, const void *data, size_t bytes,
                  size_t rows, size_t cols, const double *want)
{
    ito_table *t;

    for (int version = 1; version <= 3; version++) {
        CHECK_OK(ctx, parse(version, dictionary, data, bytes, &t));
        CHECK(ito_table_rows(t) == rows && ito_table_cols(t) == cols);
        for (size_t i = 0; i < rows * cols; i++)
            CHECK_SAME(&ito_table_column(t, i % cols)->number[i / cols],
                       &want[i], 1);
        ito_table_free(t);
    }
}

#define DICT(descr, order, shape)                                        \
    "{'descr': '" descr "', 'fortran_order': " order ", 'shape': " shape \
    ", }            \n"

TEST(both_orders_of_dimensions_are_read)
{
    static const unsigned char x[] = { 1, 2, 3, 4, 5, 6 };
    static const double rows[] = { 1, 2, 3, 4, 5, 6 };
    static const double cols[] = { 1, 3, 5, 2, 4, 6 };

    holds(DICT("|u1", "False", "(2, 3)"), x, 6, 2, 3, rows);
    holds(DICT("|u1", "True", "(2, 3)"), x, 6, 2, 3, cols);
    holds(DICT("|u1", "False", "(6,)"), x, 6, 6, 1, rows);
    holds(DICT("|u1", "True", "(6,)"), x, 6, 6, 1, rows);
    holds(DICT("|u1", "False", "(2L, 3L)"), x, 6, 2, 3, rows);
    holds("{\"shape\":(2,3),\"fortran_order\":False,\"descr\":\"<u1\"}", x, 6,
          2, 3, rows);
}

TEST(all_kinds_of_numbers_are_read)
{
    static const double one[] = { 1.5 }, minus[] = { -2 }, two[] = { 2 };
    static const double least[] = { -128 }, last[] = { 255 };
    static const double least8[] = { -9223372036854775808.0 };
    static const double last8[] = { 18446744073709551616.0 };

    holds(DICT("<f8", "False", "(1,)"), "\0\0\0\0\0\0\xf8\x3f", 8, 1, 1, one);
    holds(DICT(">f8", "False", "(1,)"), "\x3f\xf8\0\0\0\0\0\0", 8, 1, 1, one);
    holds(DICT("<f4", "False", "(1,)"), "\0\0\xc0\x3f", 4, 1, 1, one);
    holds(DICT(">f4", "False", "(1,)"), "\x3f\xc0\0\0", 4, 1, 1, one);
    holds(DICT("|i1", "False", "(1,)"), "\xfe", 1, 1, 1, minus);
    holds(DICT("|i1", "False", "(1,)"), "\x80", 1, 1, 1, least);
    holds(DICT("<i2", "False", "(1,)"), "\xfe\xff", 2, 1, 1, minus);
    holds(DICT(">i2", "False", "(1,)"), "\xff\xfe", 2, 1, 1, minus);
    holds(DICT("<i4", "False", "(1,)"), "\xfe\xff\xff\xff", 4, 1, 1, minus);
    holds(DICT("<i8", "False", "(1,)"), "\xfe\xff\xff\xff\xff\xff\xff\xff", 8,
          1, 1, minus);
    holds(DICT(">i8", "False", "(1,)"), "\x80\0\0\0\0\0\0\0", 8, 1, 1, least8);
    holds(DICT("|u1", "False", "(1,)"), "\xff", 1, 1, 1, last);
    holds(DICT("<u2", "False", "(1,)"), "\2\0", 2, 1, 1, two);
    holds(DICT(">u4", "False", "(1,)"), "\0\0\0\2", 4, 1, 1, two);
    holds(DICT("<u8", "False", "(1,)"), "\xff\xff\xff\xff\xff\xff\xff\xff", 8,
          1, 1, last8);
    holds(DICT("|b1", "False", "(1,)"), "\1", 1, 1, 1, (const double[]){ 1 });
}

TEST(hostile_files_are_refused)
{
    static const struct {
        const char *dictionary;
        size_t bytes;
        ito_status status;
        const char *words;
    } bad[] = {
        { DICT("<f4", "False", "(2,)"), 7, ITO_EFORMAT, "need 8 bytes" },
        { DICT("<f4", "False", "(2,)"), 9, ITO_EFORMAT, "has 9" },
        { DICT("<f4", "False", "(0, 2)"), 0, ITO_EFORMAT, "without elements" },
        { DICT("<f4", "False", "(2, 0)"), 0, ITO_EFORMAT, "without elements" },
        { DICT("<f4", "False", "()"), 4, ITO_EUNFIT, "0 dimensions" },
        { DICT("<f4", "False", "(1, 1, 1)"), 4, ITO_EUNFIT, "3 dimensions" },
        { DICT("<f4", "False", "(4294967296, 4294967296)"), 0, ITO_EFORMAT,
          "need" },
        { DICT("<f4", "False", "(99999999999999999999, 1)"), 0, ITO_EFORMAT,
          "not understood" },
        { DICT("<f4", "False", "(-1,)"), 0, ITO_EFORMAT, "not understood" },
        { DICT("<f4", "False", "(1 1)"), 4, ITO_EFORMAT, "not understood" },
        { DICT("<f4", "Maybe", "(1,)"), 4, ITO_EFORMAT, "not understood" },
        { DICT("<f2", "False", "(1,)"), 2, ITO_EUNFIT, "'<f2'" },
        { DICT("<c8", "False", "(1,)"), 8, ITO_EUNFIT, "'<c8'" },
        { DICT("<U4", "False", "(1,)"), 16, ITO_EUNFIT, "'<U4'" },
        { DICT("|O", "False", "(1,)"), 8, ITO_EUNFIT, "'|O'" },
        { DICT("|f4", "False", "(1,)"), 4, ITO_EUNFIT, "'|f4'" },
        { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 4,
          ITO_EUNFIT, "structured" },
        { "{'descr': '<f4', 'shape': (1,)}", 4, ITO_EFORMAT, "not underst" },
        { "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, "
          "'shape': (1,)}",
          4, ITO_EFORMAT, "not understood" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)", 4,
          ITO_EFORMAT, "not understood" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x", 4,
          ITO_EFORMAT, "not understood" },
        { "{'descr: <f4}", 4, ITO_EFORMAT, "not understood" },
        { "", 0, ITO_EFORMAT, "not understood" },
        { "{}", 0, ITO_EFORMAT, "not understood" },
    };
    static const char zeros[32];
    ito_table *t;

    for (size_t i = 0; i < COUNT(bad); i++) {
        const ito_status rc =
            parse(1, bad[i].dictionary, zeros, bad[i].bytes, &t);

        if (rc != bad[i].status || t)
            check_fail(__FILE__, __LINE__, "%s: status %d: %s",
                       bad[i].dictionary, rc, ito_errmsg(ctx));
        CHECK_HAS(ito_errmsg(ctx), bad[i].words);
    }
    CHECK_FAILS(ctx, parse(4, DICT("<f4", "False", "(1,)"), zeros, 4, &t),
                ITO_EUNFIT, "unknown version 4");
    CHECK_FAILS(ctx, npy_parse(ctx, "f", "x,y\n1,2\n3,4\n", 12, NULL, &t),
                ITO_EFORMAT, "not an array");
}

TEST(every_cut_of_a_file_is_refused)
{
    static unsigned char file[200];
    const double x[] = { 1, 2 };
    const size_t n = make(file, 1, DICT("<f8", "False", "(2,)"), x, sizeof(x));
    ito_table *t;

    for (size_t cut = 0; cut < n; cut++) {
        char *const exact = malloc(cut ? cut : 1);

        CHECK(exact);
        memcpy(exact, file, cut);
        CHECK(npy_parse(ctx, "f", exact, cut, NULL, &t) == ITO_EFORMAT);
        free(exact);
    }
    CHECK_OK(ctx, npy_parse(ctx, "f", (const char *)file, n, NULL, &t));
    ito_table_free(t);
}

TEST(what_is_not_finite_is_refused_or_dropped)
{
    const double x[] = { 1, 2, (double)NAN, 4, 5, 6 };
    const double y[] = { 1, 2, (double)INFINITY, 4, 5, 6 };
    static const char *const second[] = { "c2" };
    static unsigned char file[300];
    ito_table_opts opts = { .drop_missing = 1 };
    ito_table *t;
    size_t n;

    CHECK_FAILS(ctx, parse(1, DICT("<f8", "False", "(3, 2)"), x, 48, &t),
                ITO_ENONFINITE, "f.npy: row 2, column 1: NaN");
    CHECK(ito_errinfo_get(ctx)->row == 2 && ito_errinfo_get(ctx)->column == 1);
    CHECK_FAILS(ctx, parse(1, DICT("<f8", "False", "(3, 2)"), y, 48, &t),
                ITO_ENONFINITE, "row 2, column 1: infinite");
    n = make(file, 1, DICT("<f8", "False", "(3, 2)"), x, 48);
    CHECK_OK(ctx, npy_parse(ctx, "f", (const char *)file, n, &opts, &t));
    CHECK(ito_table_rows(t) == 2 && ito_table_column(t, 1)->number[1] == 6.0);
    ito_table_free(t);
    /* a column that is not chosen is not looked at */
    opts = (ito_table_opts){ .columns = second, .column_count = 1 };
    CHECK_OK(ctx, npy_parse(ctx, "f", (const char *)file, n, &opts, &t));
    CHECK(ito_table_rows(t) == 3 && ito_table_cols(t) == 1);
    CHECK_STR(ito_table_column(t, 0)->name, "c2");
    ito_table_free(t);
    n = make(file, 1, DICT("<f8", "False", "(1, 1)"), x + 2, 8);
    opts = (ito_table_opts){ .drop_missing = 1 };
    CHECK_FAILS(ctx, npy_parse(ctx, "f", (const char *)file, n, &opts, &t),
                ITO_EFORMAT, "every row has a NaN");
}

TEST(numbers_become_texts_where_that_is_asked_for)
{
    static const char *const names[] = { "c1" };
    static const double x[] = { 10, 0.5, 2, 1, 10, -1 };
    static const uint32_t code[] = { 0, 1, 0 };
    const ito_table_opts opts = { .categorical = names,
                                  .categorical_count = 1 };
    static unsigned char file[300];
    const size_t n =
        make(file, 1, DICT("<f8", "False", "(3, 2)"), x, sizeof(x));
    const ito_column *c;
    ito_table *t;

    CHECK_OK(ctx, npy_parse(ctx, "f", (const char *)file, n, &opts, &t));
    c = ito_table_column(t, 0);
    CHECK(c->kind == ITO_COLUMN_TEXT && c->level_count == 2);
    CHECK_STR(c->levels[0], "10");
    CHECK_STR(c->levels[1], "2");
    CHECK_SAME(c->code, code, 3);
    CHECK(ito_table_column(t, 1)->kind == ITO_COLUMN_NUMBER);
    ito_table_free(t);
}

/* Write columns of numbers and compare the file with what NumPy saves. */
static void writes(const double *x, const double *y, const void *want,
                   size_t bytes)
{
    const ito_column columns[] = {
        { .name = "x", .kind = ITO_COLUMN_NUMBER, .number = x },
        { .name = "y", .kind = ITO_COLUMN_NUMBER, .number = y },
    };
    ito_table *t, *back;
    size_t size;
    char *data;

    CHECK_OK(ctx, ito_table_build(ctx, 2, 2, columns, &t));
    CHECK_OK(ctx, ito_table_write(ctx, FILE_NAME, t));
    CHECK(os_read_all(FILE_NAME, 10000, &data, &size) == 0);
    CHECK(size == bytes && memcmp(data, want, bytes) == 0);
    os_free(data);
    CHECK_OK(ctx, ito_table_read(ctx, FILE_NAME, NULL, &back));
    CHECK_SAME(ito_table_column(back, 0)->number, x, 2);
    CHECK_SAME(ito_table_column(back, 1)->number, y, 2);
    ito_table_free(back);
    ito_table_free(t);
}

TEST(files_are_as_numpy_writes_them)
{
    static const double x[] = { 1, 2 }, y[] = { 1.5, -0.0 }, z[] = { 0.1, 4 };
    static unsigned char f4[128 + 16], f8[128 + 32];
    static const double rows[] = { 1, 0.1, 2, 4 };

    /* np.save of an array of shape (2, 2): 128 bytes of header */
    memset(f4, ' ', 128);
    memcpy(f4, "\x93NUMPY\1\0\x76\0", 10);
    memcpy(f4 + 10,
           "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", 59);
    f4[127] = '\n';
    memcpy(f8, f4, 128);
    f8[10 + 13] = '8';
    memcpy(f4 + 128, "\0\0\x80\x3f\0\0\xc0\x3f\0\0\0\x40\0\0\0\x80", 16);
    memcpy(f8 + 128, rows, 32); /* right on a little-endian machine */
    writes(x, y, f4, sizeof(f4));
    if (((const unsigned char *)rows)[7] == 0x3f)
        writes(x, z, f8, sizeof(f8));
}

TEST(texts_are_not_written)
{
    static const char *const levels[] = { "a" };
    static const uint32_t code[] = { 0 };
    const ito_column column = { .name = "kind",
                                .kind = ITO_COLUMN_TEXT,
                                .code = code,
                                .levels = levels,
                                .level_count = 1 };
    ito_table *t;

    CHECK_OK(ctx, ito_table_build(ctx, 1, 1, &column, &t));
    CHECK_FAILS(ctx, ito_table_write(ctx, "none.npy", t), ITO_EUNFIT,
                "none.npy: column 'kind' holds texts");
    ito_table_free(t);
}

TEST(rows_of_floats_survive_the_trip)
{
    float x[600], *back;
    size_t rows, cols;

    t_seed = 3;
    for (size_t i = 0; i < 600; i++)
        x[i] = t_uniform();
    CHECK_OK(ctx, npy_write_rows(ctx, FILE_NAME, x, 200, 3));
    CHECK_OK(ctx, npy_read_rows(ctx, FILE_NAME, &back, &rows, &cols));
    CHECK(rows == 200 && cols == 3);
    CHECK_SAME(back, x, 600);
    ito__free(ctx, back);
    x[5] = NAN;
    CHECK_OK(ctx, npy_write_rows(ctx, FILE_NAME, x, 200, 3));
    CHECK_FAILS(ctx, npy_read_rows(ctx, FILE_NAME, &back, &rows, &cols),
                ITO_ENONFINITE, "row 2, column 3");
    CHECK(!back);
    CHECK_FAILS(ctx, npy_read_rows(ctx, "none.npy", &back, &rows, &cols),
                ITO_EIO, "none.npy");
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
    static const char *const names[] = { "c1" };
    static const double x[] = { 10, 0.5, 2, 1, 10, -1 };
    int left = 1000;
    const ito_ctx_opts ctx_opts = { .threads = 1,
                                    .alloc = failing,
                                    .alloc_arg = &left };
    const ito_table_opts opts = { .categorical = names,
                                  .categorical_count = 1 };
    static unsigned char file[300];
    const size_t n =
        make(file, 1, DICT("<f8", "False", "(3, 2)"), x, sizeof(x));
    ito_status rc = ITO_ENOMEM;
    ito_ctx *poor;

    CHECK_OK(ctx, ito_open(&poor, &ctx_opts));
    for (int i = 0; rc == ITO_ENOMEM; i++) {
        ito_table *t;

        left = i;
        rc = npy_parse(poor, "f", (const char *)file, n, &opts, &t);
        ito_table_free(t);
        CHECK(i < 1000);
    }
    CHECK(rc == ITO_OK);
    rc = ITO_ENOMEM;
    for (int i = 0; rc == ITO_ENOMEM; i++) {
        size_t rows, cols;
        float *back = NULL;
        const float y[] = { 1, 2 };

        left = i;
        rc = npy_write_rows(poor, FILE_NAME, y, 1, 2);
        if (rc == ITO_OK)
            rc = npy_read_rows(poor, FILE_NAME, &back, &rows, &cols);
        ito__free(poor, back);
        CHECK(i < 1000);
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
        RUN(both_orders_of_dimensions_are_read),
        RUN(all_kinds_of_numbers_are_read),
        RUN(hostile_files_are_refused),
        RUN(every_cut_of_a_file_is_refused),
        RUN(what_is_not_finite_is_refused_or_dropped),
        RUN(numbers_become_texts_where_that_is_asked_for),
        RUN(files_are_as_numpy_writes_them),
        RUN(texts_are_not_written),
        RUN(rows_of_floats_survive_the_trip),
        RUN(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
