/* SPDX-License-Identifier: MIT
 *
 * test_variants.c - every way to train that is not the default: one model for
 * any threads, kernels, ranks and resumes; files; the field that comes out;
 * and that it learns.
 *
 * Models are compared as files, byte for byte; test_train.c has the default.
 */
#include <ito/oracle.h>
#include <ito/train.h>

#include "check.h"
#include "ctx/ctx.h"
#include "memory_comm.h"
#include "same_model.h"

#define STEPS 6

static const char *const given[] = { "b" };

/* A way to train; data NULL is the table. */
typedef struct variant {
    const char *data, *from, *label;
    ito_train_opts o;
} variant;

static const ito_potential energy = {
    .units = 16, .width = 8, .depth = 1, .act = ITO_ACT_TANH
};

static const variant variants[] = {
    { .data = "gmm:modes=3", .o = { .path = "sqrt" } },
    { .data = "circles",
      .o = { .path = "vp:beta_max=12", .predict = "noise" } },
    { .data = "circles", .o = { .predict = "data", .time_law = "uniform" } },
    { .data = "gmm:modes=3",
      .o = { .predict = "edm", .time_law = "logit-normal:1.2,1.2" } },
    { .data = "circles",
      .o = { .predict = "score", .loss = "score", .cut = .05 } },
    { .data = "circles", .o = { .predict = "v", .loss = "flow" } },
    { .data = "circles", .from = "moons" },
    { .data = "circles", .from = "moons:n=300", .o = { .path = "cosine" } },
    { .data = "gmm:modes=3", .o = { .potential = &energy } },
    { .data = "gmm:modes=3", .label = "mode", .o = { .drop = 0.4 } },
    { .label = "c", .o = { .given = given, .given_count = 1 } },
};

/* How it is run. */
typedef struct setting {
    size_t threads;
    const char *cpu;
    const ito_comm *comm;
    size_t stop; /* stop there and go on from a checkpoint; 0 = never */
} setting;

/* Numbers, numbers with atoms, texts. */
static ito_status open_table(ito_ctx *ctx, const ito_source_opts *o,
                             ito_source **out)
{
    enum { N = 333 };
    double a[N], b[N]; /* not static: ranks are threads */
    uint32_t c[N];
    static const char *const levels[] = { "blue", "green", "red" };
    const ito_column columns[] = {
        { .name = "a", .kind = ITO_COLUMN_NUMBER, .number = a },
        { .name = "b", .kind = ITO_COLUMN_NUMBER, .number = b },
        { .name = "c",
          .kind = ITO_COLUMN_TEXT,
          .code = c,
          .levels = levels,
          .level_count = 3 },
    };
    ito_table *table;
    ito_status rc;

    for (size_t i = 0; i < N; i++) {
        a[i] = (double)(i * i % 101) + 1e-3 * (double)i;
        b[i] = (double)(i % 4);
        c[i] = (uint32_t)(i % 3);
    }
    if ((rc = ito_table_build(ctx, N, 3, columns, &table)) != ITO_OK)
        return rc;
    rc = ito_source_from_table(ctx, table, o, out);
    ito_table_free(table);
    return rc;
}

static ito_status open_sources(ito_ctx *ctx, const variant *v,
                               ito_source **source, ito_source **from)
{
    const ito_source_opts o = { .seed = 5, .label = v->label };
    ito_source_opts start = { .seed = 6, .valid_fraction = -1.0 };
    ito_status rc;

    rc = v->data ? ito_source_open(ctx, v->data, &o, source)
                 : open_table(ctx, &o, source);
    if (rc != ITO_OK || !v->from)
        return rc;
    start.like = *source;
    return ito_source_open(ctx, v->from, &start, from);
}

static ito_train_opts options(const variant *v, const ito_source *from,
                              const ito_mlp *mlp)
{
    ito_train_opts o = v->o;

    o.mlp = o.potential ? NULL : mlp;
    o.from = from;
    o.steps = STEPS;
    o.batch = 150;
    o.shard = 32;
    o.valid_every = STEPS;
    o.seed = 3;
    return o;
}

/* The trained model; NULL, with the message printed, on failure. */
static ito_model *train_model(ito_ctx *ctx, const variant *v, const setting *s)
{
    const ito_mlp mlp = { .width = 24, .depth = 2, .time_features = 2 };
    ito_source *source = NULL, *from = NULL;
    ito_trainer *t = NULL;
    ito_model *m = NULL;
    ito_train_opts o;
    ito_status rc;

    rc = open_sources(ctx, v, &source, &from);
    o = options(v, from, &mlp);
    if (rc == ITO_OK)
        rc = run_to_end(ctx, source, &o, s->stop, "variant.checkpoint", &t);
    if (rc == ITO_OK)
        rc = ito_trainer_finish(ctx, t, &m);
    if (rc != ITO_OK)
        print_error("train: %s\n", ito_errmsg(ctx));
    ito_trainer_free(t);
    ito_source_free(from);
    ito_source_free(source);
    return m;
}

/* What a labelled model is sampled with. */
static ito_sample_opts sampling(const ito_model *m)
{
    return (ito_sample_opts){ .label = ito_model_labels(m) ? "all" : NULL,
                              .guide = ito_model_labels(m) ? 1.0 : 0.0,
                              .solve = { .steps = 5 },
                              .seed = 9 };
}

/* Hashes of the model file and of samples; "" on failure. */
static void run(const variant *v, const setting *s,
                char hash[2][ITO_SHA256_HEX])
{
    const ito_ctx_opts co = { .threads = s->threads,
                              .cpu = s->cpu,
                              .comm = s->comm };
    unsigned char digest[ITO_SHA256_BYTES];
    ito_model *m = NULL;
    float x[100 * 8];
    char path[64];
    ito_ctx *ctx;

    hash[0][0] = hash[1][0] = '\0';
    snprintf(path, sizeof(path), "variant_rank%zu.safetensors",
             s->comm ? s->comm->rank : 0);
    if (ito_open(&ctx, &co) == ITO_OK)
        m = train_model(ctx, v, s);
    if (m) {
        const ito_sample_opts o = sampling(m);

        if (ito_model_save(ctx, m, path) == ITO_OK &&
            ito_model_sample_rows(ctx, m, &o, 100, x) == ITO_OK) {
            hash_file(path, hash[0]);
            ito__sha256(x, 100 * ito_model_dim(m) * sizeof(*x), digest);
            ito__sha256_text(digest, hash[1]);
        } else {
            print_error("save or sample: %s\n", ito_errmsg(ctx));
        }
    }
    ito_model_free(m);
    ito_close(ctx);
}

/* Hashes of every variant on one thread, by plain C. */
static char want[COUNT(variants)][2][ITO_SHA256_HEX];

static void check_equal(size_t k, const setting *s)
{
    char got[2][ITO_SHA256_HEX];

    run(&variants[k], s, got);
    CHECK(got[0][0] != '\0');
    CHECK_STR(got[0], want[k][0]);
    CHECK_STR(got[1], want[k][1]);
}

TEST(threads_and_kernels_do_not_show)
{
    const char *name;
    int runs;

    for (size_t k = 0; k < COUNT(variants); k++) {
        check_equal(k, &(setting){ .threads = 3 });
        for (size_t i = 1; (name = ito_cpu_at(i, &runs)) != NULL; i++)
            if (runs && (k + i) % 2 == 0) /* every table with half of them */
                check_equal(k, &(setting){ .cpu = name, .threads = 2 });
    }
}

TEST(a_resumed_run_ends_as_an_uninterrupted_one)
{
    for (size_t k = 0; k < COUNT(variants); k++)
        check_equal(k, &(setting){ .threads = 1, .stop = 1 + k % (STEPS - 1) });
}

/* Each rank is a thread; all of them must end with the same model. */
typedef struct member {
    const variant *v;
    setting s;
    char hash[2][ITO_SHA256_HEX];
} member;

static void *run_member(void *arg)
{
    member *m = arg;

    run(m->v, &m->s, m->hash);
    return NULL;
}

TEST(ranks_do_not_show)
{
    for (size_t k = 0; k < COUNT(variants); k += 2) {
        member m[2];
        ranks all;

        ranks_open(&all, 2);
        for (size_t i = 0; i < 2; i++) {
            m[i] = (member){ .v = &variants[k],
                             .s = { .threads = 1, .comm = &all.comm[i] } };
        }
        CHECK(ranks_run(&all, run_member, m, sizeof(m[0])));
        ranks_close(&all);
        for (size_t i = 0; i < 2; i++) {
            CHECK_STR(m[i].hash[0], want[k][0]);
            CHECK_STR(m[i].hash[1], want[k][1]);
        }
    }
}

/* ---- files ---- */

static ito_ctx *ctx;

TEST(a_model_comes_back_from_its_file)
{
    for (size_t k = 0; k < COUNT(variants); k++) {
        ito_model *m = train_model(ctx, &variants[k], &(setting){ 0 });
        char first[ITO_SHA256_HEX], second[ITO_SHA256_HEX];
        ito_sample_opts o;
        float x[2][50 * 8];
        ito_model *again;

        CHECK(m != NULL);
        o = sampling(m);
        CHECK_HAS(ito_model_json(m), "\"format\":2");
        CHECK_OK(ctx, ito_model_save(ctx, m, "first.safetensors"));
        CHECK_OK(ctx, ito_model_load(ctx, "first.safetensors", &again));
        CHECK_OK(ctx, ito_model_save(ctx, again, "second.safetensors"));
        hash_file("first.safetensors", first);
        hash_file("second.safetensors", second);
        CHECK_STR(second, first);
        CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, 50, x[0]));
        CHECK_OK(ctx, ito_model_sample_rows(ctx, again, &o, 50, x[1]));
        CHECK_SAME(x[1], x[0], 50 * ito_model_dim(m));
        ito_model_free(m);
        ito_model_free(again);
    }
}

/* What the previous version wrote and reads: nothing new in the file. */
TEST(a_model_by_default_is_written_as_format_1)
{
    const variant plain = { .data = "circles" };
    ito_model *m = train_model(ctx, &plain, &(setting){ 0 });
    ito_model_record r;

    CHECK_HAS(ito_model_json(m), "{\"format\":1,\"ito\":");
    CHECK(strstr(ito_model_json(m), "\"objective\"") == NULL);
    CHECK(strstr(ito_model_json(m), "\"conditions\"") == NULL);
    CHECK(strstr(ito_model_json(m), "\"predict\":\"velocity\"") != NULL);
    CHECK_OK(ctx, ito_model_record_get(ctx, m, &r));
    CHECK_STR(r.path, "linear");
    CHECK_STR(r.predict, "velocity");
    CHECK_STR(r.from, "");
    ito_model_free(m);
}

TEST(the_record_says_what_was_trained)
{
    ito_model *m = train_model(ctx, &variants[4], &(setting){ 0 });
    ito_model_record r;

    CHECK_OK(ctx, ito_model_record_get(ctx, m, &r));
    CHECK_STR(r.predict, "score");
    CHECK_STR(r.loss, "score");
    CHECK(r.t_lo == 0.0 && r.t_hi == 0.95);
    ito_model_free(m);
    m = train_model(ctx, &variants[6], &(setting){ 0 });
    CHECK_OK(ctx, ito_model_record_get(ctx, m, &r));
    CHECK_HAS(r.from, "moons:");
    ito_model_free(m);
    m = train_model(ctx, &variants[7], &(setting){ 0 });
    CHECK_OK(ctx, ito_model_record_get(ctx, m, &r));
    CHECK_STR(r.from, "rows");
    ito_model_free(m);
}

/* ---- the field ---- */

/* Divergence and vjp against differences, rows that depend on themselves
 * alone; for every way to train. */
TEST(every_model_is_a_field_that_keeps_its_promises)
{
    for (size_t k = 0; k < COUNT(variants); k++) {
        ito_model *m = train_model(ctx, &variants[k], &(setting){ 0 });
        const ito_field *f = ito_model_field(m);

        CHECK(f->vjp && f->divergence);
        CHECK((f->score != NULL) == (variants[k].from == NULL));
        CHECK((f->potential != NULL) == (variants[k].o.potential != NULL));
        if (f->cond_dim == 0 &&
            ito_field_check(ctx, f, &(ito_box){ .t0 = 0.1, .t1 = 0.9 }) !=
                ITO_OK)
            check_fail(__FILE__, __LINE__, "variant %zu: %s", k,
                       ito_errmsg(ctx));
        ito_model_free(m);
    }
}

/* Finite everywhere on [0, 1], and score and velocity fit together. */
TEST(velocity_and_score_are_finite_and_convert)
{
    for (size_t k = 0; k < COUNT(variants); k++) {
        ito_model *m = train_model(ctx, &variants[k], &(setting){ 0 });
        const size_t dim = ito_model_dim(m);
        const ito_field *f = ito_model_field(m);
        float x[10 * 8], u[10 * 8], s[10 * 8], expect[10 * 8], cond[10 * 8];
        ito_model_record r;
        ito_path path;

        CHECK_OK(ctx, ito_model_record_get(ctx, m, &r));
        CHECK_OK(ctx, ito_path_parse(ctx, r.path, &path));
        CHECK_OK(ctx, ito_model_conditions(ctx, m, NULL, 10, cond));
        for (size_t i = 0; i < 10 * dim; i++)
            x[i] = sinf((float)i);
        for (double t = 0.0; t <= 1.0; t += 0.125) {
            const ito_rows_at at = { .t = t, .cond = cond };
            const ito_along along = { .path = &path,
                                      .t = t,
                                      .dim = dim,
                                      .from = ITO_PREDICT_VELOCITY,
                                      .to = ITO_PREDICT_SCORE };

            CHECK_OK(ctx,
                     ito_field_eval(ctx, f, ITO_PART_DRIFT, &at, 10, x, u));
            CHECK(ctx->kern->all_finite(10 * dim, u));
            if (!f->score)
                continue;
            CHECK_OK(ctx,
                     ito_field_eval(ctx, f, ITO_PART_SCORE, &at, 10, x, s));
            CHECK(ctx->kern->all_finite(10 * dim, s));
            if (t == 0.0 || t > 0.9) /* there is a gap at the end */
                continue;
            CHECK_OK(ctx, ito_convert(ctx, &along, 10, x, u, expect));
            for (size_t i = 0; i < 10 * dim; i++)
                CHECK_NEAR(s[i], expect[i], 1e-3 * (1.0 + fabs((double)s[i])));
        }
        ito_model_free(m);
    }
}

/* -grad U = u and -grad energy = score, by differences. */
TEST(the_energy_of_a_potential_is_known)
{
    const ito_potential smooth = { .units = 16, .act = ITO_ACT_TANH };
    const variant v = { .data = "gmm:modes=3", .o = { .potential = &smooth } };
    ito_model *m = train_model(ctx, &v, &(setting){ 0 });
    ito_model *none = train_model(ctx, &variants[0], &(setting){ 0 });
    const ito_field *f = ito_model_field(m);
    const float h = 0.03125F;
    float x[2] = { 1.5F, -2.0F }, u[2], s[2], up, down;
    double e[2];

    for (double t = 0.1; t < 1.0; t += 0.2) {
        const ito_rows_at at = { .t = t };

        CHECK_OK(ctx, ito_field_eval(ctx, f, ITO_PART_DRIFT, &at, 1, x, u));
        CHECK_OK(ctx, ito_field_eval(ctx, f, ITO_PART_SCORE, &at, 1, x, s));
        for (size_t c = 0; c < 2; c++) {
            const float keep = x[c];
            double slope;

            x[c] = keep + h;
            CHECK_OK(ctx, ito_field_eval(ctx, f, ITO_PART_POTENTIAL, &at, 1, x,
                                         &up));
            CHECK_OK(ctx, ito_model_energy(ctx, m, &at, 1, x, &e[1]));
            x[c] = keep - h;
            CHECK_OK(ctx, ito_field_eval(ctx, f, ITO_PART_POTENTIAL, &at, 1, x,
                                         &down));
            CHECK_OK(ctx, ito_model_energy(ctx, m, &at, 1, x, &e[0]));
            x[c] = keep;
            slope = ((double)up - (double)down) / (2.0 * (double)h);
            CHECK_NEAR(-slope, u[c], 1e-2 * (1.0 + fabs((double)u[c])));
            slope = (e[1] - e[0]) / (2.0 * (double)h);
            CHECK_NEAR(-slope, s[c], 1e-2 * (1.0 + fabs((double)s[c])));
        }
    }
    CHECK_OK(ctx, ito_model_energy(ctx, m, NULL, 1, x, e));
    CHECK_FAILS(ctx, ito_model_energy(ctx, none, NULL, 1, x, e), ITO_EUNFIT,
                "potential");
    ito_model_free(none);
    ito_model_free(m);
}

/* ---- refusals ---- */

TEST(what_cannot_be_trained_is_refused_in_words)
{
    static const ito_mlp mlp = { .width = 8, .depth = 1 };
    static const char *const name[] = { "a" };
    const struct {
        ito_train_opts o;
        ito_status rc;
        const char *words;
    } bad[] = {
        { { .predict = "nosuch" }, ITO_EARG, "prediction 'nosuch'" },
        { { .loss = "nosuch" }, ITO_EARG, "loss 'nosuch'" },
        { { .path = "nosuch" }, ITO_EARG, "nosuch" },
        { { .time_law = "nosuch" }, ITO_EARG, "time law" },
        { { .cut = 0.7 }, ITO_EARG, "cut" },
        { { .predict = "score", .loss = "score" }, ITO_EUNFIT, "infinite" },
        { { .predict = "noise", .loss = "flow" }, ITO_EUNFIT, "does not fit" },
        { { .predict = "edm", .data_std = -1.0 }, ITO_EARG, "data_std" },
        { { .drop = 0.5 }, ITO_EUNFIT, "no labels" },
        { { .drop = 1.0 }, ITO_EARG, "drop" },
        { { .given = name, .given_count = 1 }, ITO_EARG, "given" },
        { { .mlp = &mlp, .potential = &energy }, ITO_EARG, "one of" },
    };
    ito_source *source, *line;
    ito_trainer *t;

    CHECK_OK(ctx, ito_source_open(ctx, "circles", NULL, &source));
    CHECK_OK(ctx, ito_source_open(ctx, "gaussian:dim=1", NULL, &line));
    for (size_t i = 0; i < COUNT(bad); i++) {
        CHECK_FAILS(ctx, ito_trainer_new(ctx, source, &bad[i].o, &t), bad[i].rc,
                    bad[i].words);
        CHECK(!t);
    }
    CHECK_FAILS(
        ctx,
        ito_trainer_new(ctx, source, &(ito_train_opts){ .from = line }, &t),
        ITO_EUNFIT, "1 coordinates to start from, the data have 2");
    CHECK_FAILS(
        ctx,
        ito_trainer_new(ctx, source,
                        &(ito_train_opts){ .from = source, .predict = "score" },
                        &t),
        ITO_EUNFIT, "no score");
    ito_source_free(line);
    ito_source_free(source);
}

TEST(a_resume_with_another_objective_is_refused)
{
    const ito_mlp mlp = { .width = 8, .depth = 1 };
    ito_train_opts o = { .mlp = &mlp, .steps = 4, .batch = 64 };
    ito_source *source;
    ito_trainer *t;

    CHECK_OK(ctx, ito_source_open(ctx, "circles", NULL, &source));
    CHECK_OK(ctx, ito_trainer_new(ctx, source, &o, &t));
    CHECK_OK(ctx, ito_trainer_run(ctx, t, 2));
    CHECK_OK(ctx, ito_trainer_save(ctx, t, "plain.checkpoint"));
    ito_trainer_free(t);
    o.path = "cosine";
    CHECK_OK(ctx, ito_trainer_new(ctx, source, &o, &t));
    CHECK_FAILS(ctx, ito_trainer_resume(ctx, t, "plain.checkpoint"), ITO_EUNFIT,
                "other options");
    ito_trainer_free(t);
    ito_source_free(source);
}

/* ---- learning ---- */

static double loss_after(const char *data, const ito_train_opts *o)
{
    ito_source *source;
    ito_progress p;
    ito_trainer *t;

    CHECK_OK(ctx, ito_source_open(ctx, data, NULL, &source));
    CHECK_OK(ctx, ito_trainer_new(ctx, source, o, &t));
    CHECK_OK(ctx, ito_trainer_run(ctx, t, SIZE_MAX));
    ito_trainer_progress(t, &p);
    ito_trainer_free(t);
    ito_source_free(source);
    return p.best_loss;
}

/* All data in one point: the exact field leaves no loss, so that of a network
 * goes to 0, soon where it is the point that it predicts, slowly where it is
 * (z - x) / (1 - t). */
TEST(a_single_point_is_learned_without_a_rest)
{
    static const char *const what[] = { "velocity", "v", "edm", "data" };
    const ito_mlp mlp = { .width = 64, .depth = 2 };

    for (size_t i = 0; i < COUNT(what); i++) {
        const ito_train_opts o = { .mlp = &mlp,
                                   .predict = what[i],
                                   .data_std = 1.0,
                                   .steps = 600,
                                   .batch = 256 };

        CHECK(loss_after("gaussian:mean=1.5,std=1e-6", &o) <
              (o.predict[0] == 'd' ? 1e-4 : 0.2)); /* at first 6.5 */
    }
}

/* Course B3: five modes on the square-root path; the loss would be infinite
 * without the cut, and ends near its floor 20.4. */
TEST(the_square_root_path_does_not_diverge)
{
    const ito_mlp mlp = { .width = 64, .depth = 4, .time_features = 2 };
    const ito_train_opts o = {
        .mlp = &mlp, .path = "sqrt", .steps = 400, .batch = 512
    };
    const double loss = loss_after("gmm", &o);

    CHECK(loss > 19.0 && loss < 22.5);
}

/* Floor and excess of a model that is nearly trained: course B3 has 18.19 for
 * the five modes, 1.194 for the noise. */
TEST(floor_and_excess_are_recorded_where_the_field_is_known)
{
    static const struct {
        const char *predict;
        double floor, se;
    } rows[] = { { "velocity", 18.19, 0.05 }, { "noise", 1.194, 0.005 } };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const variant v = { .data = "gmm",
                            .o = { .predict = rows[i].predict } };
        ito_model *m = train_model(ctx, &v, &(setting){ 0 });
        ito_model_record r;
        double mean = 0.0;

        CHECK_OK(ctx, ito_model_record_get(ctx, m, &r));
        CHECK_STAT(r.floor, rows[i].floor, rows[i].se, 4);
        for (size_t b = 0; b < 10; b++) {
            CHECK(r.excess_at[b] > 0.0);
            mean += r.excess_at[b] / 10.0;
        }
        CHECK_REL(mean, r.excess, 1e-2);
        ito_model_free(m);
    }
}

/* Three modes with labels, a quarter of them hidden: course B3 has the floor
 * 1.2754, made of .6283 with a label and 3.2165 without. */
TEST(the_floor_under_labels_is_that_of_what_is_seen)
{
    const variant v = { .data = "gmm:modes=3,scale=2,std=0.2",
                        .label = "mode",
                        .o = { .drop = 0.25 } };
    ito_model *m = train_model(ctx, &v, &(setting){ 0 });
    ito_model_record r;

    CHECK_OK(ctx, ito_model_record_get(ctx, m, &r));
    CHECK_STAT(r.floor, 1.2754, 0.003, 5);
    CHECK(r.excess > 0.0);
    ito_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(threads_and_kernels_do_not_show),
        RUN(a_resumed_run_ends_as_an_uninterrupted_one),
        RUN(ranks_do_not_show),
        RUN(a_model_comes_back_from_its_file),
        RUN(a_model_by_default_is_written_as_format_1),
        RUN(the_record_says_what_was_trained),
        RUN(every_model_is_a_field_that_keeps_its_promises),
        RUN(velocity_and_score_are_finite_and_convert),
        RUN(the_energy_of_a_potential_is_known),
        RUN(what_cannot_be_trained_is_refused_in_words),
        RUN(a_resume_with_another_objective_is_refused),
        RUN(a_single_point_is_learned_without_a_rest),
        RUN(the_square_root_path_does_not_diverge),
        RUN(floor_and_excess_are_recorded_where_the_field_is_known),
        RUN(the_floor_under_labels_is_that_of_what_is_seen),
    };
    int failed;

    if (ito_open(&ctx, &(ito_ctx_opts){ .threads = 2 }) != ITO_OK)
        return 1;
    for (size_t k = 0; k < COUNT(variants); k++)
        run(&variants[k], &(setting){ .threads = 1, .cpu = "c" }, want[k]);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}
