/* SPDX-License-Identifier: MIT
 *
 * JSON: what RFC 8259 allows is read, what it does not is refused, and what
 * is written reads back.
 */
#include "check.h"

#include "data/json.h"

static ito_ctx *ctx;

static json_value *parse(const char *text)
{
    json_value *v;

    CHECK_OK(ctx, json_parse(ctx, "t", text, strlen(text), &v));
    return v;
}

static void refused(const char *text, size_t bytes, const char *words)
{
    json_value *v;
    const ito_status rc = json_parse(ctx, "t", text, bytes, &v);

    if (rc != ITO_EFORMAT || v)
        check_fail(__FILE__, __LINE__, "\"%s\" gives status %d", text, rc);
    CHECK_HAS(ito_errmsg(ctx), words);
    CHECK_HAS(ito_errmsg(ctx), "t: JSON byte ");
}

TEST(values_of_all_kinds_are_read)
{
    json_value *const v =
        parse(" { \"a\" : [ 1 , -2.5e3 , true , false , null , [ ] , { } ] ,\n"
              "\t\"b\":{\"c\":\"d\"},\"e\":\"\" } \r\n");
    const json_value *a, *b;
    const char *s;
    double x;

    CHECK(v->kind == JSON_OBJECT && v->count == 3 && !v->name);
    a = json_get(v, "a");
    CHECK(a && a->kind == JSON_ARRAY && a->count == 7);
    CHECK_STR(a->name, "a");
    a = a->child;
    CHECK(json_number(a, &x) && x == 1.0 && !a->name);
    a = a->next;
    CHECK(json_number(a, &x) && x == -2500.0);
    a = a->next;
    CHECK(a->kind == JSON_BOOL && a->number == 1.0);
    a = a->next;
    CHECK(a->kind == JSON_BOOL && a->number == 0.0);
    a = a->next;
    CHECK(a->kind == JSON_NULL);
    a = a->next;
    CHECK(a->kind == JSON_ARRAY && a->count == 0 && !a->child);
    a = a->next;
    CHECK(a->kind == JSON_OBJECT && a->count == 0 && !a->next);
    b = json_get(json_get(v, "b"), "c");
    CHECK(json_string(b, &s));
    CHECK_STR(s, "d");
    CHECK(json_string(json_get(v, "e"), &s) && s[0] == '\0');
    CHECK(!json_get(v, "f") && !json_get(NULL, "f") && !json_get(a, "f"));
    json_free(ctx, v);
    json_free(ctx, NULL);
}

TEST(a_lone_value_is_a_text)
{
    json_value *v = parse("0");

    CHECK(v->kind == JSON_NUMBER && v->number == 0.0);
    json_free(ctx, v);
    v = parse(" \"x\" ");
    CHECK_STR(v->string, "x");
    json_free(ctx, v);
    v = parse("[[[]],{\"\":[{}]}]");
    CHECK(v->count == 2 && json_get(v->child->next, ""));
    json_free(ctx, v);
}

TEST(escapes_become_utf8)
{
    json_value *const v =
        parse("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"\\u0041\\u00e9\\u20AC\","
              "\"\\ud83d\\ude00\",\"\xc3\xa9\xf0\x9f\x98\x80\",\"\\u0001\"]");
    const json_value *a = v->child;

    CHECK_STR(a->string, "\"\\/\b\f\n\r\t");
    a = a->next;
    CHECK_STR(a->string, "A\xc3\xa9\xe2\x82\xac");
    a = a->next;
    CHECK_STR(a->string, "\xf0\x9f\x98\x80");
    a = a->next;
    CHECK_STR(a->string, "\xc3\xa9\xf0\x9f\x98\x80");
    a = a->next;
    CHECK_STR(a->string, "\001");
    json_free(ctx, v);
}

TEST(numbers_are_exact)
{
    json_value *const v = parse("[0.1,1e-5,-0,123456789012345678,1.5E+2,"
                                "9007199254740993,4.9e-324]");
    static const double want[] = { 0.1,     1e-5,
                                   -0.0,    123456789012345678.0,
                                   150.0,   9007199254740992.0,
                                   4.9e-324 };
    const json_value *a = v->child;

    for (size_t i = 0; i < COUNT(want); i++, a = a->next)
        CHECK_SAME(&a->number, &want[i], 1);
    json_free(ctx, v);
}

/* What RFC 8259 does not allow, and what the message says. */
static const struct {
    const char *text, *words;
} bad[] = {
    { "", "value was expected" },
    { " ", "value was expected" },
    { "[", "value was expected" },
    { "]", "value was expected" },
    { "[1", "ends too early" },
    { "[1,", "value was expected" },
    { "[1,]", "value was expected" },
    { "[,1]", "value was expected" },
    { "[1 2]", "comma or a closing" },
    { "[1}", "comma or a closing" },
    { "{\"a\":1]", "comma or a closing" },
    { "[1]]", "more after" },
    { "1 2", "more after" },
    { "{\"a\"}", "colon" },
    { "{\"a\" 1}", "colon" },
    { "{\"a\":}", "value was expected" },
    { "{\"a\":1,}", "name in quotes" },
    { "{a:1}", "name in quotes" },
    { "{1:1}", "name in quotes" },
    { "{'a':1}", "name in quotes" },
    { "{\"a\":1,\"a\":2}", "twice" },
    { "{\"a\":{},\"b\":1,\"a\":[]}", "twice" },
    { "{\"a\":1,\"\\u0061\":2}", "twice" },
    { "\"abc", "does not end" },
    { "\"abc\\", "does not end" },
    { "\"\\x\"", "unknown escape" },
    { "\"\\u12\"", "four hexadecimal" },
    { "\"\\u12g4\"", "four hexadecimal" },
    { "\"\\ud83d\"", "surrogate" },
    { "\"\\ud83dx\"", "surrogate" },
    { "\"\\ud83d\\u0041\"", "surrogate" },
    { "\"\\ude00\"", "surrogate" },
    { "\"\\u0000\"", "u0000" },
    { "\"a\nb\"", "control character" },
    { "\"\xff\"", "UTF-8" },
    { "\"\xc0\x80\"", "UTF-8" },
    { "\"\xed\xa0\x80\"", "UTF-8" },
    { "\"\xf4\x90\x80\x80\"", "UTF-8" },
    { "\"\xc3\"", "UTF-8" },
    { "01", "value was expected" },
    { "-", "value was expected" },
    { "-01", "value was expected" },
    { "+1", "value was expected" },
    { ".5", "value was expected" },
    { "-.5", "value was expected" },
    { "1.", "value was expected" },
    { "1.e5", "value was expected" },
    { "1e", "more after" },
    { "1e5.5", "more after" },
    { "0x10", "more after" },
    { "1e999", "too large" },
    { "-1e999", "too large" },
    { "nan", "value was expected" },
    { "Infinity", "value was expected" },
    { "tru", "value was expected" },
    { "True", "value was expected" },
    { "truefalse", "more after" },
    { "// x\n1", "value was expected" },
    { "\xef\xbb\xbf[]", "value was expected" },
};

TEST(what_is_no_json_is_refused)
{
    for (size_t i = 0; i < COUNT(bad); i++)
        refused(bad[i].text, strlen(bad[i].text), bad[i].words);
    refused("[1,\0]", 5, "value was expected");
    refused("\"a\0b\"", 5, "control character");
    refused("1\0", 2, "more after");
}

TEST(the_message_tells_the_byte)
{
    json_value *v;

    CHECK_FAILS(ctx, json_parse(ctx, "m.json", "[1,x]", 5, &v), ITO_EFORMAT,
                "m.json: JSON byte 4");
    CHECK(ito_errinfo_get(ctx)->column == 4);
    CHECK_STR(ito_errinfo_get(ctx)->file, "m.json");
}

TEST(levels_are_bounded)
{
    static char text[200001];
    json_value *v;

    memset(text, '[', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    refused(text, sizeof(text) - 1, "32 levels");
    memset(text + 32, ']', 32);
    text[64] = '\0';
    v = parse(text);
    json_free(ctx, v);
    memset(text, '[', 33);
    memset(text + 33, ']', 33);
    refused(text, 66, "32 levels");
}

TEST(large_objects_and_arrays_are_quick)
{
    const size_t n = 200000;
    json_writer w;
    json_value *v;
    char name[32];

    json_begin(&w, ctx);
    json_open(&w, '{');
    for (size_t i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "name%zu", i * 7919 % n);
        json_key(&w, name);
        json_put_u64(&w, i);
    }
    json_close(&w, '}');
    CHECK_OK(ctx, json_end(&w));
    CHECK_OK(ctx, json_parse(ctx, "t", w.text, w.bytes, &v));
    CHECK(v->count == n);
    json_free(ctx, v);
    ito__free(ctx, w.text);
}

TEST(every_cut_of_a_text_is_refused_or_read)
{
    static const char text[] = "{\"a\":[1,-2.5,\"x\\u00e9\\n\",true,null],"
                               "\"b\":{\"c\":\"\\ud83d\\ude00\"}}";
    char copy[sizeof(text)];
    json_value *v;

    for (size_t n = 0; n < sizeof(text) - 1; n++) {
        char *const exact = malloc(n ? n : 1); /* ASan sees its end */

        CHECK(exact);
        memcpy(exact, text, n);
        CHECK(json_parse(ctx, "t", exact, n, &v) == ITO_EFORMAT);
        free(exact);
    }
    for (size_t i = 0; i < sizeof(text) - 1; i++)
        for (int c = 0; c < 256; c++) {
            memcpy(copy, text, sizeof(text));
            copy[i] = (char)c;
            if (json_parse(ctx, "t", copy, sizeof(text) - 1, &v) == ITO_OK)
                json_free(ctx, v);
        }
}

TEST(checked_access_refuses_what_does_not_fit)
{
    json_value *const v = parse("[3,-1,1.5,9007199254740991,9007199254740992,"
                                "\"18446744073709551615\",\"-1\",\"x\",true]");
    static const struct {
        bool u64, size;
        uint64_t value;
    } want[] = {
        { true, true, 3 },   { false, false, 0 },
        { false, false, 0 }, { true, false, 9007199254740991 },
        { false, false, 0 }, { true, false, UINT64_MAX },
        { false, false, 0 }, { false, false, 0 },
        { false, false, 0 },
    };
    const json_value *a = v->child;

    for (size_t i = 0; i < COUNT(want); i++, a = a->next) {
        uint64_t x = 0;
        size_t n = 0;

        CHECK(json_u64(a, &x) == want[i].u64);
        CHECK(x == want[i].value);
        CHECK(json_size(a, 1000, &n) == want[i].size);
        CHECK(n == (want[i].size ? want[i].value : 0));
    }
    json_free(ctx, v);
}

TEST(what_is_written_reads_back)
{
    static const char nasty[] = "q\"b\\s/\n\r\t\b\f\001\x1f\x7f\xc3\xa9"
                                "\xf0\x9f\x98\x80";
    const json_value *a;
    json_writer w;
    json_value *v;
    uint64_t u;

    json_begin(&w, ctx);
    json_open(&w, '{');
    json_key(&w, nasty);
    json_put_string(&w, nasty);
    json_key(&w, "list");
    json_open(&w, '[');
    json_put_number(&w, 0.1);
    json_put_number(&w, -1e300);
    json_put_u64(&w, UINT64_MAX);
    json_put_u64(&w, 7);
    json_put_bool(&w, true);
    json_put_bool(&w, false);
    json_put_raw(&w, "[1,2]", 5);
    json_open(&w, '[');
    json_close(&w, ']');
    json_close(&w, ']');
    json_key(&w, "empty");
    json_open(&w, '{');
    json_close(&w, '}');
    json_close(&w, '}');
    CHECK_OK(ctx, json_end(&w));
    CHECK(strlen(w.text) == w.bytes);
    CHECK_HAS(w.text, "\"list\":[0.1,-1e300,\"18446744073709551615\",7,true,"
                      "false,[1,2],[]],\"empty\":{}}");
    v = parse(w.text);
    CHECK_STR(v->child->name, nasty);
    CHECK_STR(v->child->string, nasty);
    a = json_get(v, "list")->child;
    CHECK(a->number == 0.1 && a->next->number == -1e300);
    CHECK(json_u64(a->next->next, &u) && u == UINT64_MAX);
    json_free(ctx, v);
    ito__free(ctx, w.text);
}

TEST(bytes_that_are_no_utf8_are_replaced)
{
    json_writer w;

    json_begin(&w, ctx);
    json_put_string(&w, "a\xff\xc3");
    CHECK_OK(ctx, json_end(&w));
    CHECK_STR(w.text, "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
    ito__free(ctx, w.text);
}

TEST(no_number_is_not_written)
{
    json_writer w;

    json_begin(&w, ctx);
    json_put_number(&w, (double)NAN);
    CHECK_FAILS(ctx, json_end(&w), ITO_ENONFINITE, "NaN");
    CHECK(!w.text);
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
    int tries = 0;

    CHECK_OK(ctx, ito_open(&poor, &opts));
    for (int n = 0; rc == ITO_ENOMEM; n++, tries++) {
        json_value *v = NULL;
        json_writer w;

        left = n;
        json_begin(&w, poor);
        json_open(&w, '{');
        for (int i = 0; i < 50; i++) {
            char name[16];

            snprintf(name, sizeof(name), "k%d", i);
            json_key(&w, name);
            json_put_string(&w, "some text");
        }
        json_close(&w, '}');
        rc = json_end(&w);
        if (rc == ITO_OK)
            rc = json_parse(poor, "t", w.text, w.bytes, &v);
        json_free(poor, v);
        ito__free(poor, w.text);
    }
    CHECK(rc == ITO_OK && tries > 3);
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
    ito_close(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(values_of_all_kinds_are_read),
        RUN(a_lone_value_is_a_text),
        RUN(escapes_become_utf8),
        RUN(numbers_are_exact),
        RUN(what_is_no_json_is_refused),
        RUN(the_message_tells_the_byte),
        RUN(levels_are_bounded),
        RUN(large_objects_and_arrays_are_quick),
        RUN(every_cut_of_a_text_is_refused_or_read),
        RUN(checked_access_refuses_what_does_not_fit),
        RUN(what_is_written_reads_back),
        RUN(bytes_that_are_no_utf8_are_replaced),
        RUN(no_number_is_not_written),
        RUN(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
