/* SPDX-License-Identifier: MIT
 *
 * Files of named tensors: those of the published format are read, damaged
 * and hostile ones are refused, and equal contents give equal bytes.
 */
#include "check.h"

#include "base/sha256.h"
#include "data/safetensors.h"
#include "os/file.h"

#define FILE_NAME "test_safetensors.safetensors"

static ito_ctx *ctx;

/* A file in memory: header and data. */
typedef struct image {
    unsigned char *bytes;
    size_t size;
} image;

static image make(const char *header, size_t data_bytes)
{
    const size_t n = strlen(header);
    image m = { calloc(1, 8 + n + data_bytes + 1), 8 + n + data_bytes };

    CHECK(m.bytes);
    for (size_t i = 0; i < 8; i++)
        m.bytes[i] = (unsigned char)((uint64_t)n >> (8 * i));
    memcpy(m.bytes + 8, header, n);
    for (size_t i = 0; i < data_bytes; i++)
        m.bytes[8 + n + i] = (unsigned char)i;
    return m;
}

static ito_status parse_header(const char *header, size_t data_bytes)
{
    const image m = make(header, data_bytes);
    st_file *st;
    const ito_status rc = st_parse(ctx, "t", m.bytes, m.size, &st);

    CHECK((rc == ITO_OK) == (st != NULL));
    st_close(st);
    free(m.bytes);
    return rc;
}

/* The example of the format's own description, written by its rules. */
TEST(a_file_of_the_published_format_is_read)
{
    const image m =
        make("{\"__metadata__\":{\"format\":\"pt\"},"
             "\"b\":{\"dtype\":\"F32\",\"shape\":[2,3],"
             "\"data_offsets\":[8,32]},"
             "\"a\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
             "\"none\":{\"dtype\":\"F16\",\"shape\":[0,4],"
             "\"data_offsets\":[32,32]}}   ",
             32);
    const st_tensor *t;
    st_file *st;
    int64_t x;

    CHECK_OK(ctx, st_parse(ctx, "t", m.bytes, m.size, &st));
    CHECK(st_count(st) == 3 && !st_at(st, 3));
    CHECK_STR(st_at(st, 0)->name, "a");
    t = st_find(st, "b");
    CHECK(t && t->dtype == ST_F32 && t->rank == 2 && t->bytes == 24);
    CHECK(t->shape[0] == 2 && t->shape[1] == 3);
    CHECK(((const unsigned char *)t->data)[0] == 8);
    CHECK((uintptr_t)t->data % 4 == 0);
    t = st_find(st, "a");
    CHECK(t && t->rank == 0 && t->bytes == 8 && t->dtype == ST_I64);
    memcpy(&x, t->data, sizeof(x));
    CHECK(x == INT64_C(0x0706050403020100));
    CHECK(st_find(st, "none")->bytes == 0);
    CHECK(!st_find(st, "c") && !st_find(st, "") && !st_find(st, "aa"));
    CHECK_STR(st_metadata(st, "format"), "pt");
    CHECK(!st_metadata(st, "x") && !st_checked(st));
    st_close(st);
    st_close(NULL);
    free(m.bytes);
}

TEST(an_empty_file_of_the_format_is_read)
{
    CHECK(parse_header("{}", 0) == ITO_OK);
    CHECK(parse_header("{\"__metadata__\":{}}", 0) == ITO_OK);
}

#define ONE(dtype, shape, offsets)                     \
    "{\"a\":{\"dtype\":\"" dtype "\",\"shape\":" shape \
    ",\"data_offsets\":" offsets "}}"

TEST(hostile_headers_are_refused)
{
    static const struct {
        const char *header;
        size_t data;
        ito_status status;
        const char *words;
    } bad[] = {
        { ONE("F32", "[2]", "[0,8]"), 7, ITO_EFORMAT, "cut off" },
        { ONE("F32", "[2]", "[0,8]"), 9, ITO_EFORMAT, "bytes behind" },
        { ONE("F32", "[2]", "[0,4]"), 4, ITO_EFORMAT, "do not suit" },
        { ONE("F32", "[2]", "[8,0]"), 8, ITO_EFORMAT, "bad data_offsets" },
        { ONE("F32", "[2]", "[4,12]"), 12, ITO_EFORMAT, "gap" },
        { ONE("F32", "[2]", "[0]"), 8, ITO_EFORMAT, "bad data_offsets" },
        { ONE("F32", "[2]", "[0,8,9]"), 8, ITO_EFORMAT, "bad data_offsets" },
        { ONE("F32", "[2]", "[-8,0]"), 8, ITO_EFORMAT, "bad data_offsets" },
        { ONE("F32", "[2]", "[0.5,8.5]"), 8, ITO_EFORMAT, "bad data_off" },
        { ONE("F32", "[2]", "[0,1e300]"), 8, ITO_EFORMAT, "bad data_off" },
        { ONE("F32", "[2]", "\"0,8\""), 8, ITO_EFORMAT, "bad data_offsets" },
        { ONE("F32", "[-2]", "[0,8]"), 8, ITO_EFORMAT, "bad shape" },
        { ONE("F32", "[\"2\"]", "[0,8]"), 8, ITO_EFORMAT, "bad shape" },
        { ONE("F32", "2", "[0,8]"), 8, ITO_EFORMAT, "no shape" },
        { ONE("F32", "[4294967296,4294967296]", "[0,0]"), 0, ITO_EFORMAT,
          "beyond all memory" },
        { ONE("F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]"), 8, ITO_EUNFIT,
          "8 dimensions" },
        { ONE("F99", "[2]", "[0,8]"), 8, ITO_EUNFIT, "unknown type" },
        { ONE("f32", "[2]", "[0,8]"), 8, ITO_EUNFIT, "unknown type" },
        { ONE("F32", "[1000000000000]", "[0,4000000000000]"), 8, ITO_EFORMAT,
          "cut off" },
        { "{\"a\":1}", 0, ITO_EFORMAT, "no object" },
        { "{\"a\":{}}", 0, ITO_EFORMAT, "no dtype" },
        { "{\"__metadata__\":[]}", 0, ITO_EFORMAT, "__metadata__" },
        { "{\"__metadata__\":{\"a\":1}}", 0, ITO_EFORMAT, "__metadata__" },
        { "[]", 0, ITO_EFORMAT, "no JSON header" },
        { " {}", 0, ITO_EFORMAT, "no JSON header" },
        { "{} x", 0, ITO_EFORMAT, "JSON" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
          "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
          3, ITO_EFORMAT, "overlap" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
          "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}",
          2, ITO_EFORMAT, "overlap" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
          "\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}",
          4, ITO_EFORMAT, "twice" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
          "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]}}",
          5, ITO_EUNFIT, "aligned" },
    };

    CHECK(parse_header(ONE("F32", "[2]", "[0,8]"), 8) == ITO_OK);
    for (size_t i = 0; i < COUNT(bad); i++) {
        const ito_status rc = parse_header(bad[i].header, bad[i].data);

        if (rc != bad[i].status)
            check_fail(__FILE__, __LINE__, "%s: status %d: %s", bad[i].header,
                       rc, ito_errmsg(ctx));
        CHECK_HAS(ito_errmsg(ctx), bad[i].words);
    }
}

TEST(impossible_lengths_are_refused)
{
    static const unsigned char lengths[][8] = {
        { 0 },
        { 1 },
        { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
        { 0, 0, 0, 0, 0, 0, 0, 0x80 },
        { 0x01, 0xe1, 0xf5, 0x05 }, /* one more than the limit */
        { 100 },
    };
    unsigned char bytes[20];
    st_file *st;

    for (size_t i = 0; i < COUNT(lengths); i++) {
        memset(bytes, '{', sizeof(bytes));
        memcpy(bytes, lengths[i], 8);
        CHECK(st_parse(ctx, "t", bytes, sizeof(bytes), &st) == ITO_EFORMAT);
    }
    CHECK(st_parse(ctx, "t", bytes, 0, &st) == ITO_EFORMAT);
    CHECK(st_parse(ctx, "t", bytes, 7, &st) == ITO_EFORMAT);
}

/* A small model of ours. */
static st_writer *small_model(const float *w, const double *b,
                              const unsigned char *u)
{
    st_writer *sw;

    CHECK_OK(ctx, st_writer_new(ctx, &sw));
    st_meta(sw, "ito", "{\"net\":\"mlp\",\"ito.sha256\":\"no\"}");
    st_add(sw, "z", ST_U8, 1, (const size_t[]){ 5 }, u);
    st_add(sw, "layer1.weight", ST_F32, 2, (const size_t[]){ 2, 3 }, w);
    st_add(sw, "bias", ST_F64, 1, (const size_t[]){ 3 }, b);
    st_add(sw, "a", ST_F32, 0, NULL, w + 2);
    st_meta(sw, "note", "caf\xc3\xa9 \"quoted\"\n");
    return sw;
}

static const float weights[] = { 1.0f, -2.5f, 3.25f, 0.0f, 1e-30f, 1e30f };
static const double biases[] = { 0.1, -0.2, 1e300 };
static const unsigned char bytes5[] = { 1, 2, 3, 4, 255 };

static image write_small(void)
{
    st_writer *const w = small_model(weights, biases, bytes5);
    image m = { NULL, 0 };
    char *data;

    CHECK_OK(ctx, st_write(w, FILE_NAME));
    st_writer_free(w);
    CHECK(os_read_all(FILE_NAME, 1 << 20, &data, &m.size) == 0);
    m.bytes = (unsigned char *)data;
    return m;
}

TEST(what_is_written_reads_back_in_its_order)
{
    const image m = write_small();
    static const char *const order[] = { "bias", "a", "layer1.weight", "z" };
    const st_tensor *t;
    st_file *st;

    CHECK_OK(ctx, st_open(ctx, FILE_NAME, &st));
    CHECK(st_checked(st) && st_count(st) == 4);
    for (size_t i = 0; i < 4; i++)
        CHECK_STR(st_at(st, i)->name, order[i]);
    t = st_find(st, "layer1.weight");
    CHECK(t->rank == 2 && t->shape[0] == 2 && t->shape[1] == 3);
    CHECK(t->bytes == sizeof(weights));
    CHECK_SAME((const float *)t->data, weights, COUNT(weights));
    CHECK_SAME((const double *)st_find(st, "bias")->data, biases, 3);
    CHECK(memcmp(st_find(st, "z")->data, bytes5, sizeof(bytes5)) == 0);
    CHECK_SAME((const float *)st_find(st, "a")->data, &weights[2], 1);
    CHECK_STR(st_metadata(st, "note"), "caf\xc3\xa9 \"quoted\"\n");
    CHECK_STR(st_metadata(st, "ito"),
              "{\"net\":\"mlp\",\"ito.sha256\":\"no\"}");
    CHECK(strlen(st_metadata(st, "ito.sha256")) == 64);
    st_close(st);
    CHECK(m.bytes[0] % 8 == 0); /* the header is padded */
    os_free(m.bytes);
}

TEST(equal_contents_give_equal_bytes)
{
    const image one = write_small(), two = write_small();

    CHECK(one.size == two.size);
    CHECK(memcmp(one.bytes, two.bytes, one.size) == 0);
    os_free(one.bytes);
    os_free(two.bytes);
}

/* The checksum by its description alone. */
TEST(the_checksum_is_as_described)
{
    const image m = write_small();
    unsigned char digest[ITO_SHA256_BYTES];
    char text[ITO_SHA256_HEX], found[65] = { 0 };
    char *const digits = strstr((char *)m.bytes + 8, "\"ito.sha256\":\"") + 14;

    memcpy(found, digits, 64);
    memset(digits, '0', 64);
    ito__sha256(m.bytes + 8, m.size - 8, digest);
    ito__sha256_text(digest, text);
    CHECK_STR(found, text);
    os_free(m.bytes);
}

TEST(every_flipped_bit_is_noticed)
{
    const image m = write_small();
    size_t accepted = 0;
    st_file *st;

    for (size_t i = 0; i < 8 * m.size; i++) {
        m.bytes[i / 8] ^= (unsigned char)(1u << (i % 8));
        if (st_parse(ctx, "t", m.bytes, m.size, &st) == ITO_OK) {
            accepted += st_checked(st);
            st_close(st);
        }
        m.bytes[i / 8] ^= (unsigned char)(1u << (i % 8));
    }
    CHECK(accepted == 0);
    os_free(m.bytes);
}

TEST(every_cut_is_noticed)
{
    const image m = write_small();
    st_file *st;

    for (size_t n = 0; n < m.size; n++) {
        unsigned char *const exact = malloc(n ? n : 1);

        CHECK(exact);
        memcpy(exact, m.bytes, n);
        CHECK(st_parse(ctx, "t", exact, n, &st) == ITO_EFORMAT);
        free(exact);
    }
    os_free(m.bytes);
}

TEST(a_file_cut_on_disk_is_refused)
{
    const image m = write_small();
    os_out *out;
    st_file *st;

    CHECK(os_out_open(FILE_NAME, &out) == 0);
    CHECK(os_out_write(out, m.bytes, m.size - 1) == 0);
    CHECK(os_out_commit(out) == 0);
    CHECK_FAILS(ctx, st_open(ctx, FILE_NAME, &st), ITO_EFORMAT, "cut off");
    CHECK_HAS(ito_errmsg(ctx), FILE_NAME);
    CHECK_FAILS(ctx, st_open(ctx, "none.safetensors", &st), ITO_EIO,
                "none.safetensors: cannot read: No such file");
    CHECK_FAILS(ctx, st_open(ctx, ".", &st), ITO_EIO, "directory");
    CHECK_FAILS(ctx, st_open(ctx, "/dev/null", &st), ITO_EFORMAT, "cut off");
    os_free(m.bytes);
}

TEST(what_cannot_be_written_is_refused)
{
    static const float x[1] = { 0 };
    st_writer *w;

    CHECK_OK(ctx, st_writer_new(ctx, &w));
    st_add(w, "a", ST_F32, 1, (const size_t[]){ 1 }, x);
    st_meta(w, "a", "a text may be named as a tensor");
    CHECK_OK(ctx, st_write(w, FILE_NAME));
    CHECK_OK(ctx, st_write(w, FILE_NAME)); /* and again */
    CHECK_FAILS(ctx, st_write(w, "none/x"), ITO_EIO, "cannot write");
    CHECK_FAILS(ctx, st_write(w, "x.gz"), ITO_EARG, ".gz");
    st_add(w, "a", ST_F32, 1, (const size_t[]){ 1 }, x);
    CHECK_FAILS(ctx, st_write(w, FILE_NAME), ITO_EARG, "twice");
    st_writer_free(w);

    CHECK_OK(ctx, st_writer_new(ctx, &w));
    st_add(w, "a", ST_F32, 1, (const size_t[]){ 1 }, NULL);
    CHECK_FAILS(ctx, st_write(w, FILE_NAME), ITO_EARG, "cannot be written");
    st_writer_free(w);

    CHECK_OK(ctx, st_writer_new(ctx, &w));
    st_add(w, "__metadata__", ST_F32, 1, (const size_t[]){ 1 }, x);
    CHECK_FAILS(ctx, st_write(w, FILE_NAME), ITO_EARG, "cannot be written");
    st_writer_free(w);
    st_writer_free(NULL);
}

TEST(types_have_the_names_and_sizes_of_the_format)
{
    CHECK_STR(st_dtype_name(ST_F32), "F32");
    CHECK_STR(st_dtype_name(ST_BF16), "BF16");
    CHECK_STR(st_dtype_name(ST_F8_E4M3), "F8_E4M3");
    CHECK(st_dtype_bytes(ST_F64) == 8 && st_dtype_bytes(ST_BOOL) == 1);
    CHECK(st_dtype_bytes(ST_I64) == 8 && st_dtype_bytes(ST_F16) == 2);
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
    int left = 1000;
    const ito_ctx_opts opts = { .threads = 1,
                                .alloc = failing,
                                .alloc_arg = &left };
    ito_status rc = ITO_ENOMEM;
    ito_ctx *poor;

    CHECK_OK(ctx, ito_open(&poor, &opts));
    for (int n = 0; rc == ITO_ENOMEM; n++) {
        st_writer *w = NULL;
        st_file *st = NULL;

        left = n;
        rc = st_writer_new(poor, &w);
        if (rc == ITO_OK) {
            for (int i = 0; i < 20; i++) {
                char name[16];

                snprintf(name, sizeof(name), "t%d", i);
                st_add(w, name, ST_F32, 1, (const size_t[]){ 6 }, weights);
                st_meta(w, name, "text");
            }
            rc = st_write(w, FILE_NAME);
        }
        st_writer_free(w);
        if (rc == ITO_OK)
            rc = st_open(poor, FILE_NAME, &st);
        st_close(st);
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
        RUN(a_file_of_the_published_format_is_read),
        RUN(an_empty_file_of_the_format_is_read),
        RUN(hostile_headers_are_refused),
        RUN(impossible_lengths_are_refused),
        RUN(what_is_written_reads_back_in_its_order),
        RUN(equal_contents_give_equal_bytes),
        RUN(the_checksum_is_as_described),
        RUN(every_flipped_bit_is_noticed),
        RUN(every_cut_is_noticed),
        RUN(a_file_cut_on_disk_is_refused),
        RUN(what_cannot_be_written_is_refused),
        RUN(types_have_the_names_and_sizes_of_the_format),
        RUN(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
