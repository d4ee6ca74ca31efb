/* SPDX-License-Identifier: MIT
 *
 * test_condition.c - labels and given columns: what a network sees of them in
 * training, and how samples are given them.
 */
#include <ito/train.h>

#include "check.h"
#include "ctx/ctx.h"
#include "flow/conditions.h"
#include "flow/source.h"

#define ROWS 400

static ito_ctx *ctx;

/* Columns a (numbers), b (texts of three levels), c (its first digit gives
 * the label), label (texts). */
static ito_table *make_table(void)
{
    static double a[ROWS], c[ROWS];
    static uint32_t b[ROWS], l[ROWS];
    static const char *const colours[] = { "blue", "green", "red" };
    static const char *const kinds[] = { "even", "odd" };
    const ito_column columns[] = {
        { .name = "a", .kind = ITO_COLUMN_NUMBER, .number = a },
        { .name = "b",
          .kind = ITO_COLUMN_TEXT,
          .code = b,
          .levels = colours,
          .level_count = 3 },
        { .name = "label",
          .kind = ITO_COLUMN_TEXT,
          .code = l,
          .levels = kinds,
          .level_count = 2 },
        { .name = "c", .kind = ITO_COLUMN_NUMBER, .number = c },
    };
    ito_table *table;

    for (size_t i = 0; i < ROWS; i++) {
        a[i] = (double)i + 0.25;
        b[i] = (uint32_t)(i % 3);
        l[i] = (uint32_t)(i % 2);
        c[i] = (double)(i % 2) + 1e-3 * (double)(i % 7);
    }
    CHECK_OK(ctx, ito_table_build(ctx, ROWS, 4, columns, &table));
    return table;
}

static ito_source *labelled(const char *label)
{
    const ito_source_opts o = { .scale = ITO_SCALE_NONE, .label = label };
    ito_table *table = make_table();
    ito_source *s;

    CHECK_OK(ctx, ito_source_from_table(ctx, table, &o, &s));
    ito_table_free(table);
    return s;
}

/* ---- sources ---- */

TEST(the_label_is_no_column_and_stays_with_its_row)
{
    ito_source *s = labelled("label");
    uint64_t index[64];
    float x[64 * 5], label[64];
    const draw d = { .seed = 1,
                     .step = 3,
                     .batch = 64,
                     .n = 64,
                     .index = index,
                     .label = label };

    CHECK(ito_source_labels(s) == 2 && ito_source_dim(s) == 5);
    CHECK_STR(ito_source_label(s, 0), "even");
    CHECK(ito_source_label(s, 2) == NULL);
    CHECK(ito_schema_cols(ito_source_schema(s)) == 3);
    for (int valid = 0; valid < 2; valid++) {
        if (valid)
            ito__source_valid(s, ctx->kern, &d, x);
        else
            ito__source_draw(s, ctx->kern, &d, x);
        for (size_t i = 0; i < 64; i++)
            CHECK(label[i] == floorf(x[5 * i + 4]));
    }
    ito_source_free(s);
}

/* Of the three modes of radius 2 a row is nearest to its own. */
TEST(classes_of_a_built_in_set_are_labels)
{
    const ito_source_opts o = { .label = "mode" };
    uint64_t index[500];
    float x[500 * 2], label[500];
    const draw d = {
        .seed = 1, .batch = 500, .n = 500, .index = index, .label = label
    };
    ito_source *s;

    CHECK_OK(ctx, ito_source_open(ctx, "gmm:modes=3,scale=2,std=0.1", &o, &s));
    CHECK(ito_source_labels(s) == 3);
    for (int valid = 0; valid < 2; valid++) {
        size_t count[3] = { 0 };

        if (valid)
            ito__source_valid(s, ctx->kern, &d, x);
        else
            ito__source_draw(s, ctx->kern, &d, x);
        for (size_t i = 0; i < 500; i++) {
            const double angle = 2.0943951023931953 * (double)label[i];

            CHECK(hypot((double)x[2 * i] - 2.0 * cos(angle),
                        (double)x[2 * i + 1] - 2.0 * sin(angle)) < 1.0);
            count[(size_t)label[i]]++;
        }
        for (size_t k = 0; k < 3; k++)
            CHECK_STAT((double)count[k], 500.0 / 3.0, 10.6, 5);
    }
    ito_source_free(s);
    CHECK_OK(ctx, ito_source_open(ctx, "gmm:modes=12", &o, &s));
    CHECK_STR(ito_source_label(s, 3), "03");
    ito_source_free(s);
    CHECK_FAILS(ctx, ito_source_open(ctx, "gaussian", &o, &s), ITO_EUNFIT,
                "no classes");
    CHECK_FAILS(
        ctx,
        ito_source_open(ctx, "gmm", &(ito_source_opts){ .label = "y" }, &s),
        ITO_EARG, "'y'");
}

TEST(labels_that_are_not_there_are_refused)
{
    const struct {
        const char *label, *words;
    } bad[] = { { "nosuch", "nosuch" }, { "a", "--categorical" } };
    ito_table *table = make_table();
    ito_source *s;

    for (size_t i = 0; i < COUNT(bad); i++) {
        const ito_source_opts o = { .label = bad[i].label };

        CHECK_FAILS(ctx, ito_source_from_table(ctx, table, &o, &s), ITO_EARG,
                    bad[i].words);
        CHECK(!s);
    }
    ito_table_free(table);
}

/* ---- what a network sees ---- */

static conditions both(double drop)
{
    static const char *const names[] = { "b", "a" };
    static const char *const levels[] = { "even", "odd" };
    ito_source *s = labelled("label");
    conditions c;

    CHECK_OK(ctx, ito__conditions_new(ctx, ito_source_schema(s), names, 2, &c));
    CHECK_OK(ctx, ito__labels_new(ctx, "label", levels, 2, &c.label));
    c.drop = drop;
    ito_source_free(s);
    return c;
}

TEST(rows_have_the_layout_that_networks_take)
{
    conditions c = both(0.0);
    const ito_conds conds = ito__conditions_conds(&c);
    const float u[4] = { 0.9F, 0.5F, 0.1F, 0.7F }; /* b given, a not */
    const float z[5] = { 11, 12, 13, 14, 15 }, label = 1;
    float out[9];
    const conditions_rows r = {
        .n = 1, .dim = 5, .z = z, .label = &label, .u = u, .out = out
    };
    const float want[9] = { 1, 12, 13, 14, 0, 1, 1, 1, 0 };
    const float none[9] = { 2 };

    CHECK(conds.labels == 3 && conds.given == 4);
    CHECK(ito__conditions_cols(&c) == 9 && ito__conditions_draws(&c) == 4);
    ito__conditions_fill(&c, &r);
    CHECK_SAME(out, want, 9);
    ito__conditions_none(&c, out);
    CHECK_SAME(out, none, 9);
    ito__conditions_free(ctx, &c);
}

#define DRAWS (1 << 20)

/* Course B4: the share of hidden labels, and the labels are not changed. */
TEST(the_share_of_hidden_labels_is_what_was_asked_for)
{
    static const char *const levels[] = { "x", "y" };
    const ito_noise at = { .seed = 12, .purpose = ITO_FOR_DROP };
    float *u = malloc(DRAWS * sizeof(*u)), *label = calloc(DRAWS, sizeof(*u)),
          *out = malloc(DRAWS * sizeof(*u));
    const conditions_rows r = {
        .n = DRAWS, .dim = 0, .label = label, .u = u, .out = out
    };

    CHECK(u && label && out);
    for (double eta = 0.1; eta < 0.8; eta += 0.25) {
        conditions c = { .drop = eta };
        size_t hidden = 0;

        CHECK_OK(ctx, ito__labels_new(ctx, "l", levels, 2, &c.label));
        CHECK_OK(ctx, ito_noise_uniform(ctx, &at, 0, DRAWS, 1, u));
        for (size_t i = 0; i < DRAWS; i++)
            label[i] = (float)(i % 2);
        ito__conditions_fill(&c, &r);
        for (size_t i = 0; i < DRAWS; i++) {
            CHECK(label[i] == (float)(i % 2));
            CHECK(out[i] == label[i] || out[i] == 2.0F);
            hidden += out[i] == 2.0F;
        }
        CHECK_STAT((double)hidden / DRAWS, eta, sqrt(eta * (1.0 - eta) / DRAWS),
                   5);
        ito__conditions_free(ctx, &c);
    }
    free(u);
    free(label);
    free(out);
}

/* All four subsets of two columns come, those of equal size equally often:
 * none, one and two columns have a third each. */
TEST(every_subset_of_given_columns_comes)
{
    enum { N = 30000 };
    const ito_noise at = { .seed = 4, .purpose = ITO_FOR_DROP };
    conditions c = both(0.5);
    static float u[N * 4], z[N * 5], label[N], out[N * 9];
    const conditions_rows r = {
        .n = N, .dim = 5, .z = z, .label = label, .u = u, .out = out
    };
    const double want[4] = { 1.0 / 3, 1.0 / 6, 1.0 / 6, 1.0 / 3 };
    size_t count[4] = { 0 };

    CHECK_OK(ctx, ito_noise_uniform(ctx, &at, 0, N, 4, u));
    ito__conditions_fill(&c, &r);
    for (size_t i = 0; i < N; i++) {
        const float *mask = out + 9 * i + 5;

        CHECK(mask[0] == mask[1] && mask[1] == mask[2]);
        count[(mask[0] > 0.0F) + 2 * (mask[3] > 0.0F)]++;
    }
    for (size_t k = 0; k < 4; k++)
        CHECK_STAT((double)count[k] / N, want[k],
                   sqrt(want[k] * (1.0 - want[k]) / N), 5);
    ito__conditions_free(ctx, &c);
}

TEST(given_columns_must_be_there_once_and_vary)
{
    static const char *const bad[][2] = { { "a", "a" }, { "nosuch", "a" } };
    ito_source *s = labelled(NULL);
    conditions c;

    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK_FAILS(
            ctx, ito__conditions_new(ctx, ito_source_schema(s), bad[i], 2, &c),
            ITO_EARG, "given");
    ito_source_free(s);
}

TEST(labels_survive_json)
{
    static const char *const levels[] = { "", "\"quoted\"", "z\xc3\xa9ro" };
    static const char *const bad[] = {
        "{}",
        "[]",
        "{\"column\": \"a\"}",
        "{\"column\": 1, \"levels\": []}",
        "{\"column\": \"a\", \"levels\": []}",
        "{\"column\": \"a\", \"levels\": [1]}",
        "{\"column\": \"a\", \"levels\": {\"x\": \"y\"}}",
        "{\"column\": \"a\", \"levels\": [\"y\", \"x\"]}",
        "{\"column\": \"a\", \"levels\": [\"x\", \"x\"]}",
    };
    labels a, b;
    json_writer w;
    json_value *v;

    CHECK_OK(ctx, ito__labels_new(ctx, "col", levels, 3, &a));
    json_begin(&w, ctx);
    ito__labels_to_json(&a, &w);
    CHECK(json_end(&w) == ITO_OK);
    CHECK_OK(ctx, json_parse(ctx, "labels", w.text, w.bytes, &v));
    CHECK_OK(ctx, ito__labels_from_json(ctx, v, &b));
    CHECK(b.count == 3);
    CHECK_STR(b.column, "col");
    for (size_t i = 0; i < 3; i++) {
        CHECK_STR(b.level[i], levels[i]);
        CHECK(ito__labels_find(&b, levels[i]) == i);
    }
    CHECK(ito__labels_find(&b, "nosuch") == 3);
    json_free(ctx, v);
    ito__free(ctx, w.text);
    ito__labels_free(ctx, &a);
    ito__labels_free(ctx, &b);
    for (size_t i = 0; i < COUNT(bad); i++) {
        CHECK_OK(ctx, json_parse(ctx, "labels", bad[i], strlen(bad[i]), &v));
        CHECK(ito__labels_from_json(ctx, v, &b) == ITO_EFORMAT);
        json_free(ctx, v);
    }
}

TEST(lists_of_names_end_in_dots_where_they_are_long)
{
    char list[24] = "";

    ito__names_add(list, sizeof(list), "first");
    CHECK_STR(list, "first");
    ito__names_add(list, sizeof(list), "second");
    CHECK_STR(list, "first, second");
    ito__names_add(list, sizeof(list), "a third one that is long");
    CHECK_STR(list, "first, second, ...");
    ito__names_add(list, sizeof(list), "x");
    CHECK_STR(list, "first, second, ...");
}

/* ---- samples ---- */

static ito_model *train_small(double drop)
{
    static const char *const given[] = { "b", "a" };
    const ito_mlp mlp = { .width = 32, .depth = 2 };
    const ito_train_opts o = { .mlp = &mlp,
                               .steps = 40,
                               .batch = 128,
                               .given = given,
                               .given_count = 2,
                               .drop = drop };
    const ito_source_opts so = { .label = "label" };
    ito_table *table = make_table();
    ito_source *s;
    ito_trainer *t;
    ito_model *m;

    CHECK_OK(ctx, ito_source_from_table(ctx, table, &so, &s));
    CHECK_OK(ctx, ito_trainer_new(ctx, s, &o, &t));
    CHECK_OK(ctx, ito_trainer_run(ctx, t, SIZE_MAX));
    CHECK_OK(ctx, ito_trainer_finish(ctx, t, &m));
    ito_trainer_free(t);
    ito_source_free(s);
    ito_table_free(table);
    return m;
}

TEST(samples_have_the_label_and_the_values_that_were_given)
{
    static const char *const given[] = { "b=red", "a=17.25" };
    const ito_sample_opts o = { .label = "all",
                                .given = given,
                                .given_count = 2,
                                .id0 = 7,
                                .guide = 1.5,
                                .solve = { .steps = 5 } };
    ito_model *m = train_small(0.0);
    ito_table *t;

    CHECK_STR(ito_model_label_column(m), "label");
    CHECK_STR(ito_model_given(m, 1), "a");
    CHECK(ito_model_given(m, 2) == NULL);
    CHECK_OK(ctx, ito_model_sample(ctx, m, &o, 9, &t));
    CHECK(ito_table_cols(t) == 4);
    CHECK_STR(ito_table_column(t, 3)->name, "label");
    for (size_t i = 0; i < 9; i++) {
        const ito_column *b = ito_table_column(t, 1),
                         *l = ito_table_column(t, 3);

        CHECK_NEAR(ito_table_column(t, 0)->number[i], 17.25, 1e-3);
        CHECK_STR(b->levels[b->code[i]], "red");
        CHECK_STR(l->levels[l->code[i]], (7 + i) % 2 ? "odd" : "even");
    }
    ito_table_free(t);
    ito_model_free(m);
}

/* Rows of the middle are what they are in a longer run, under conditions
 * too. */
TEST(a_sample_depends_on_its_number_alone)
{
    static const char *const given[] = { "a=17.25" };
    ito_sample_opts o = { .label = "all",
                          .given = given,
                          .given_count = 1,
                          .guide = 1.0,
                          .solve = { .steps = 3 } };
    ito_model *m = train_small(0.0);
    float all[300 * 5], some[30 * 5];

    CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, 300, all));
    o.id0 = 211;
    CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, 30, some));
    CHECK_SAME(some, all + 211 * 5, 30 * 5);
    ito_model_free(m);
}

TEST(conditions_that_a_model_does_not_know_are_refused)
{
    static const char *const value[] = { "a=17", "c=1",    "nosuch=3",
                                         "b=x",  "a=many", "a" };
    ito_model *m = train_small(0.0), *all = train_small(-1.0);
    ito_sample_opts o = { .label = "purple", .given_count = 0 };
    float x[5 * 5];

    CHECK_FAILS(ctx, ito_model_sample_rows(ctx, m, &o, 5, x), ITO_EARG,
                "even, odd; or all");
    o.label = NULL;
    CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, 5, x));
    CHECK_FAILS(ctx, ito_model_sample_rows(ctx, all, &o, 5, x), ITO_EUNFIT,
                "label on every row");
    o.guide = 1.0;
    CHECK_FAILS(ctx, ito_model_sample_rows(ctx, m, &o, 5, x), ITO_EUNFIT,
                "nothing is given");
    o.label = "odd";
    CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, 5, x));
    CHECK_FAILS(ctx, ito_model_sample_rows(ctx, all, &o, 5, x), ITO_EUNFIT,
                "--drop");
    o.guide = 0.0;
    CHECK_OK(ctx, ito_model_sample_rows(ctx, all, &o, 5, x));
    o.guide = (double)INFINITY;
    CHECK_FAILS(ctx, ito_model_sample_rows(ctx, m, &o, 5, x), ITO_EARG,
                "guidance");
    o.guide = 0.0;
    for (size_t i = 1; i < COUNT(value); i++) {
        o.given = &value[i];
        o.given_count = 1;
        CHECK(ito_model_sample_rows(ctx, m, &o, 5, x) == ITO_EARG);
        CHECK_HAS(ito_errmsg(ctx), "given");
    }
    o.given = value;
    CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, 5, x));
    ito_model_free(m);
    ito_model_free(all);
}

/* A guide of -1 is w = 0: whatever is given, the unconditional samples. */
TEST(guidance_of_strength_0_forgets_what_is_given)
{
    ito_model *m = train_small(0.3);
    ito_sample_opts o = { .solve = { .steps = 4 } };
    float none[20 * 5], given[20 * 5];

    CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, 20, none));
    o.label = "odd";
    CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, 20, given));
    CHECK(memcmp(none, given, sizeof(none)) != 0);
    o.guide = -1.0;
    CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, 20, given));
    CHECK_SAME(given, none, 20 * 5);
    o.guide = 3.0; /* but not at any time that is stepped on */
    o.guide_lo = o.guide_hi = 0.9999;
    CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, 20, given));
    o.guide = 0.0;
    CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, 20, none));
    CHECK_SAME(given, none, 20 * 5);
    ito_model_free(m);
}

/* The field that takes no conditions is the one that is given none. */
TEST(the_unconditional_field_needs_no_conditions)
{
    ito_model *m = train_small(0.0), *all = train_small(-1.0);
    float x[9 * 5], cond[9 * 9], u[9 * 5], bare[9 * 5];
    const ito_rows_at at = { .t = 0.4, .cond = cond };
    const ito_rows_at none = { .t = 0.4 };
    const ito_field *f = ito_model_unconditional(m);

    CHECK(ito_model_field(m)->cond_dim == 9 && f->cond_dim == 0);
    CHECK(ito_model_unconditional(all) == NULL);
    for (size_t i = 0; i < 9 * 5; i++)
        x[i] = sinf((float)i);
    CHECK_OK(ctx, ito_model_conditions(ctx, m, NULL, 9, cond));
    CHECK_OK(ctx, ito_field_eval(ctx, ito_model_field(m), ITO_PART_DRIFT, &at,
                                 9, x, u));
    CHECK_OK(ctx, ito_field_eval(ctx, f, ITO_PART_DRIFT, &none, 9, x, bare));
    CHECK_SAME(bare, u, 9 * 5);
    CHECK_OK(ctx, ito_field_check(ctx, f, &(ito_box){ .t0 = 0.1, .t1 = 0.9 }));
    ito_model_free(m);
    ito_model_free(all);
}

/* Autoguidance by the model itself changes nothing but rounding. */
TEST(a_model_is_its_own_neutral_guide)
{
    ito_model *m = train_small(0.0);
    ito_sample_opts o = { .label = "odd", .solve = { .steps = 4 } };
    float plain[20 * 5], got[20 * 5];

    CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, 20, plain));
    o.weak = m;
    o.guide = 0.5;
    CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, 20, got));
    for (size_t i = 0; i < 20 * 5; i++)
        CHECK_NEAR(got[i], plain[i], 1e-4 * (1.0 + fabs((double)plain[i])));
    ito_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_label_is_no_column_and_stays_with_its_row),
        RUN(classes_of_a_built_in_set_are_labels),
        RUN(labels_that_are_not_there_are_refused),
        RUN(rows_have_the_layout_that_networks_take),
        RUN(the_share_of_hidden_labels_is_what_was_asked_for),
        RUN(every_subset_of_given_columns_comes),
        RUN(given_columns_must_be_there_once_and_vary),
        RUN(labels_survive_json),
        RUN(lists_of_names_end_in_dots_where_they_are_long),
        RUN(samples_have_the_label_and_the_values_that_were_given),
        RUN(a_sample_depends_on_its_number_alone),
        RUN(conditions_that_a_model_does_not_know_are_refused),
        RUN(guidance_of_strength_0_forgets_what_is_given),
        RUN(the_unconditional_field_needs_no_conditions),
        RUN(a_model_is_its_own_neutral_guide),
    };
    int failed;

    if (ito_open(&ctx, &(ito_ctx_opts){ .threads = 2 }) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}
