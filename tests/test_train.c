/* SPDX-License-Identifier: MIT
 *
 * test_train.c - training: one model for any threads, kernels, ranks and
 * resumes; and that it learns.
 *
 * Models are compared as files, byte for byte.
 */
#include <ito/train.h>

#include "check.h"
#include "counting.h"
#include "ctx/ctx.h"
#include "data/safetensors.h"
#include "memory_comm.h"
#include "same_model.h"

#define STEPS 12

/* What a run is made with. */
typedef struct setting {
    const char *data;
    size_t threads;
    const char *cpu;
    const ito_comm *comm;
    size_t stop; /* stop there, write a checkpoint and go on with another
                    trainer; 0 = never */
} setting;

static ito_train_opts small(const ito_mlp *mlp)
{
    return (ito_train_opts){ .mlp = mlp,
                             .steps = STEPS,
                             .batch = 150,
                             .shard = 32,
                             .valid_every = 5,
                             .seed = 3 };
}

/* A table with atoms, a text column and more rows than a batch. */
static ito_status open_table(ito_ctx *ctx, const ito_source_opts *o,
                             ito_source **out)
{
    enum { N = 333 };
    double a[N], b[N]; /* not static: ranks are threads */
    uint32_t c[N];
    static const char *const levels[] = { "blue", "red" };
    const ito_column columns[] = {
        { .name = "a", .kind = ITO_COLUMN_NUMBER, .number = a },
        { .name = "b", .kind = ITO_COLUMN_NUMBER, .number = b },
        { .name = "c",
          .kind = ITO_COLUMN_TEXT,
          .code = c,
          .levels = levels,
          .level_count = 2 },
    };
    ito_table *table;
    ito_status rc;

    for (size_t i = 0; i < N; i++) {
        a[i] = (double)(i * i % 101) + 1e-3 * (double)i;
        b[i] = (double)(i % 4);
        c[i] = i % 3 == 0;
    }
    if ((rc = ito_table_build(ctx, N, 3, columns, &table)) != ITO_OK)
        return rc;
    rc = ito_source_from_table(ctx, table, o, out);
    ito_table_free(table);
    return rc;
}

/* SHA-256 of the model file, and of 100 samples of it; "" on failure. */
static void train(const setting *s, char hash[2][ITO_SHA256_HEX])
{
    const ito_ctx_opts co = { .threads = s->threads,
                              .cpu = s->cpu,
                              .comm = s->comm };
    const ito_mlp mlp = { .width = 24, .depth = 2, .time_features = 2 };
    const ito_train_opts o = small(&mlp);
    const ito_source_opts so = { .seed = 5 };
    const ito_sample_opts sample = { .solve = { .method = "heun", .steps = 5 },
                                     .seed = 9 };
    unsigned char digest[ITO_SHA256_BYTES];
    const size_t rank = s->comm ? s->comm->rank : 0;
    ito_source *source = NULL;
    ito_trainer *t = NULL;
    ito_model *model = NULL;
    float x[100 * 8];
    char path[64];
    ito_ctx *ctx;
    ito_status rc;

    hash[0][0] = hash[1][0] = '\0';
    snprintf(path, sizeof(path), "train_rank%zu.safetensors", rank);
    rc = ito_open(&ctx, &co);
    if (rc == ITO_OK)
        rc = s->data ? ito_source_open(ctx, s->data, &so, &source)
                     : open_table(ctx, &so, &source);
    if (rc == ITO_OK)
        rc = run_to_end(ctx, source, &o, s->stop, "train.checkpoint", &t);
    if (rc == ITO_OK)
        rc = ito_trainer_finish(ctx, t, &model);
    if (rc == ITO_OK)
        rc = ito_model_save(ctx, model, path);
    if (rc == ITO_OK && ito_model_dim(model) <= 8)
        rc = ito_model_sample_rows(ctx, model, &sample, 100, x);
    if (rc == ITO_OK) {
        hash_file(path, hash[0]);
        ito__sha256(x, 100 * ito_model_dim(model) * sizeof(*x), digest);
        ito__sha256_text(digest, hash[1]);
    } else {
        print_error("train: %s\n", ito_errmsg(ctx));
    }
    ito_model_free(model);
    ito_trainer_free(t);
    ito_source_free(source);
    ito_close(ctx);
}

/* The reference: one thread, plain C. */
static void reference(const char *data, char hash[2][ITO_SHA256_HEX])
{
    const setting s = { .data = data, .threads = 1, .cpu = "c" };

    train(&s, hash);
    CHECK(hash[0][0] != '\0');
}

static void check_equal(const setting *s)
{
    char want[2][ITO_SHA256_HEX], got[2][ITO_SHA256_HEX];

    reference(s->data, want);
    train(s, got);
    CHECK_STR(got[0], want[0]);
    CHECK_STR(got[1], want[1]);
}

/* What compilers and optimisation levels must agree on: every build of this
 * test, whatever made it, trains to these samples.  They change only when
 * the meaning of a seed does (noise layout, initialisation, optimiser). */
TEST(samples_are_those_of_every_other_build)
{
    char hash[2][ITO_SHA256_HEX];

    reference("moons", hash);
    CHECK_STR(
        hash[1],
        "48735425312c072e72495744a5bf75da8ecd4c43c8627494818c69c0432a606c");
    reference(NULL, hash);
    CHECK_STR(
        hash[1],
        "80a62a315917f179b9187952995a8f32e5084f7dffec0c393573fa18860f5ada");
}

TEST(threads_do_not_show_in_the_model)
{
    for (size_t threads = 2; threads <= 7; threads += 1 + threads / 3) {
        check_equal(&(setting){ .data = "circles", .threads = threads });
        check_equal(&(setting){ .threads = threads });
    }
}

TEST(kernels_do_not_show_in_the_model)
{
    const char *name;
    int runs;

    for (size_t i = 0; (name = ito_cpu_at(i, &runs)) != NULL; i++) {
        if (!runs)
            continue;
        check_equal(&(setting){ .data = "checkerboard", .cpu = name });
        check_equal(&(setting){ .cpu = name, .threads = 2 });
    }
}

/* Each rank is a thread; all of them must end with the same model. */
typedef struct member {
    setting s;
    char hash[2][ITO_SHA256_HEX];
} member;

static void *run_member(void *arg)
{
    member *m = arg;

    train(&m->s, m->hash);
    return NULL;
}

static void check_ranks(const char *data, size_t size)
{
    char want[2][ITO_SHA256_HEX];
    member m[RANKS_MAX];
    ranks all;

    reference(data, want);
    ranks_open(&all, size);
    for (size_t i = 0; i < size; i++) {
        m[i] = (member){
            .s = { .data = data, .threads = 1 + i % 2, .comm = &all.comm[i] }
        };
    }
    CHECK(ranks_run(&all, run_member, m, sizeof(m[0])));
    ranks_close(&all);
    for (size_t i = 0; i < size; i++) {
        CHECK_STR(m[i].hash[0], want[0]);
        CHECK_STR(m[i].hash[1], want[1]);
    }
}

TEST(ranks_do_not_show_in_the_model)
{
    for (size_t size = 2; size <= 3; size++) {
        check_ranks("circles", size);
        check_ranks(NULL, size);
    }
}

TEST(a_resumed_run_ends_as_an_uninterrupted_one)
{
    for (size_t stop = 1; stop < STEPS; stop += 2) {
        check_equal(
            &(setting){ .data = "circles", .threads = 2, .stop = stop });
        check_equal(&(setting){ .threads = 1, .stop = stop });
    }
}

/* ---- refusals ---- */

static ito_ctx *ctx;
static ito_source *moons;

TEST(a_checkpoint_of_other_options_is_refused_by_name)
{
    const ito_mlp mlp = { .width = 8, .depth = 1 };
    ito_train_opts o = small(&mlp);
    ito_trainer *t;

    CHECK_OK(ctx, ito_trainer_new(ctx, moons, &o, &t));
    CHECK_OK(ctx, ito_trainer_run(ctx, t, 2));
    CHECK_OK(ctx, ito_trainer_save(ctx, t, "other.checkpoint"));
    ito_trainer_free(t);
    o.lr = 0.5;
    CHECK_OK(ctx, ito_trainer_new(ctx, moons, &o, &t));
    CHECK_FAILS(ctx, ito_trainer_resume(ctx, t, "other.checkpoint"), ITO_EUNFIT,
                "\"lr\"");
    CHECK_FAILS(ctx, ito_trainer_resume(ctx, t, "none.checkpoint"), ITO_EIO,
                "none.checkpoint");
    ito_trainer_free(t);
}

TEST(a_checkpoint_is_no_model_and_a_model_no_checkpoint)
{
    const ito_mlp mlp = { .width = 8, .depth = 1 };
    const ito_train_opts o = small(&mlp);
    ito_progress p;
    ito_trainer *t;
    ito_model *m;

    CHECK_OK(ctx, ito_trainer_new(ctx, moons, &o, &t));
    CHECK_FAILS(ctx, ito_trainer_finish(ctx, t, &m), ITO_EARG, "no step");
    CHECK_OK(ctx, ito_trainer_run(ctx, t, 2));
    CHECK_OK(ctx, ito_trainer_save(ctx, t, "c.checkpoint"));
    CHECK_FAILS(ctx, ito_model_load(ctx, "c.checkpoint", &m), ITO_EUNFIT,
                "checkpoint");
    CHECK_OK(ctx, ito_checkpoint_read(ctx, "c.checkpoint", &p));
    CHECK(p.step == 2 && p.steps == STEPS);
    CHECK_OK(ctx, ito_trainer_finish(ctx, t, &m));
    CHECK_OK(ctx, ito_model_save(ctx, m, "m.safetensors"));
    CHECK_FAILS(ctx, ito_trainer_resume(ctx, t, "m.safetensors"), ITO_EFORMAT,
                "not a checkpoint");
    ito_model_free(m);
    ito_trainer_free(t);
}

TEST(a_model_of_a_newer_ito_is_refused_as_such)
{
    const float nothing = 0.0F;
    st_writer *w;
    ito_model *m;

    CHECK_OK(ctx, st_writer_new(ctx, &w));
    st_meta(w, "ito", "{\"format\":99,\"ito\":\"9.9.9\"}");
    st_add(w, "weights.x", ST_F32, 1, (const size_t[]){ 1 }, &nothing);
    CHECK_OK(ctx, st_write(w, "newer.safetensors"));
    st_writer_free(w);
    CHECK_FAILS(ctx, ito_model_load(ctx, "newer.safetensors", &m), ITO_EVERSION,
                "use a newer one");
    CHECK(m == NULL);
}

TEST(options_out_of_range_are_refused)
{
    const ito_train_opts bad[] = {
        { .lr = -1.0 },
        { .lr = (double)NAN },
        { .ema = 1.5 },
        { .batch = (size_t)1 << 40 },
        { .shard = (size_t)1 << 40 },
        { .steps = (size_t)1 << 40 },
        { .optimizer = ITO_OPTIMIZER_ADAMW, .weight_decay = -1.0 },
        { .clip = (double)NAN },
    };
    ito_trainer *t;

    for (size_t i = 0; i < COUNT(bad); i++) {
        CHECK(ito_trainer_new(ctx, moons, &bad[i], &t) == ITO_EARG);
        CHECK(t == NULL);
    }
}

TEST(an_absurd_learning_rate_ends_with_diverged_at_a_step)
{
    const ito_mlp mlp = { .width = 32, .depth = 3 };
    const ito_train_opts o = {
        .mlp = &mlp, .lr = 1e6, .warmup = 1, .batch = 128, .steps = 500
    };
    ito_trainer *t;

    CHECK_OK(ctx, ito_trainer_new(ctx, moons, &o, &t));
    CHECK_FAILS(ctx, ito_trainer_run(ctx, t, SIZE_MAX), ITO_ENONFINITE,
                "diverged at step");
    CHECK(ito_errinfo_get(ctx)->step > 0);
    ito_trainer_free(t);
}

static int always(void *arg)
{
    (void)arg;
    return 1;
}

TEST(cancelling_stops_at_a_step_boundary)
{
    const ito_ctx_opts co = { .threads = 1, .cancel = always };
    const ito_mlp mlp = { .width = 8, .depth = 1 };
    const ito_train_opts o = small(&mlp);
    ito_trainer *t;
    ito_ctx *c;

    CHECK(ito_open(&c, &co) == ITO_OK);
    CHECK_OK(c, ito_trainer_new(c, moons, &o, &t));
    CHECK(ito_trainer_run(c, t, SIZE_MAX) == ITO_ECANCELLED);
    ito_trainer_free(t);
    ito_close(c);
}

TEST(nothing_is_allocated_while_training)
{
    counter c = { .fail_at = SIZE_MAX };
    const ito_ctx_opts co = { .threads = 2,
                              .alloc = counting,
                              .alloc_arg = &c };
    const ito_mlp mlp = { .width = 8, .depth = 2 };
    const ito_train_opts o = small(&mlp);
    ito_source *source;
    ito_trainer *t;
    size_t calls;
    ito_ctx *own;

    CHECK(ito_open(&own, &co) == ITO_OK);
    CHECK_OK(own, open_table(own, NULL, &source));
    CHECK_OK(own, ito_trainer_new(own, source, &o, &t));
    calls = c.calls;
    CHECK_OK(own, ito_trainer_run(own, t, SIZE_MAX));
    CHECK(c.calls == calls);
    ito_trainer_free(t);
    ito_source_free(source);
    ito_close(own);
    CHECK(c.out == 0);
}

/* Train, finish, save, load and sample with the memory ending at call
 * `fail_at`; true when it did not end. */
static bool whole_job(counter *c)
{
    const ito_ctx_opts co = { .threads = 1, .alloc = counting, .alloc_arg = c };
    const ito_mlp mlp = { .width = 4, .depth = 1 };
    const ito_train_opts o = {
        .mlp = &mlp, .steps = 2, .batch = 16, .shard = 8
    };
    ito_source *source = NULL;
    ito_trainer *t = NULL;
    ito_model *m = NULL, *again = NULL;
    ito_table *rows = NULL;
    ito_ctx *own = NULL;
    ito_status rc;

    rc = ito_open(&own, &co);
    if (rc == ITO_OK)
        rc = open_table(own, NULL, &source);
    if (rc == ITO_OK)
        rc = ito_trainer_new(own, source, &o, &t);
    if (rc == ITO_OK)
        rc = ito_trainer_run(own, t, SIZE_MAX);
    if (rc == ITO_OK)
        rc = ito_trainer_finish(own, t, &m);
    if (rc == ITO_OK)
        rc = ito_model_save(own, m, "oom.safetensors");
    if (rc == ITO_OK)
        rc = ito_model_load(own, "oom.safetensors", &again);
    if (rc == ITO_OK)
        rc = ito_model_sample(own, again, NULL, 3, &rows);
    CHECK(rc == ITO_OK || rc == ITO_ENOMEM);
    ito_table_free(rows);
    ito_model_free(again);
    ito_model_free(m);
    ito_trainer_free(t);
    ito_source_free(source);
    ito_close(own);
    CHECK(c->out == 0);
    return rc == ITO_OK;
}

TEST(running_out_of_memory_anywhere_is_clean)
{
    for (size_t i = 0;; i++) {
        counter c = { .fail_at = i };

        if (whole_job(&c))
            break;
        CHECK(i < 5000);
    }
}

/* The loss of a trained perceptron: between the floor of a single point, 0,
 * and the loss of a network that gives 0, E|z|^2 + d. */
TEST(training_learns)
{
    const ito_mlp mlp = { .width = 64, .depth = 2 };
    const ito_train_opts o = { .mlp = &mlp, .steps = 400, .batch = 256 };
    ito_source *point;
    ito_progress p;
    ito_trainer *t;

    CHECK_OK(ctx,
             ito_source_open(ctx, "gaussian:mean=3,std=0.001", NULL, &point));
    CHECK_OK(ctx, ito_trainer_new(ctx, point, &o, &t));
    CHECK_OK(ctx, ito_trainer_run(ctx, t, SIZE_MAX));
    ito_trainer_progress(t, &p);
    CHECK(p.best_loss < 1.0); /* zero network: 9 + 9 + 2 = 20 */
    CHECK(p.best_loss > 0.0);
    ito_trainer_free(t);
    ito_source_free(point);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(samples_are_those_of_every_other_build),
        RUN(threads_do_not_show_in_the_model),
        RUN(kernels_do_not_show_in_the_model),
        RUN(ranks_do_not_show_in_the_model),
        RUN(a_resumed_run_ends_as_an_uninterrupted_one),
        RUN(a_checkpoint_of_other_options_is_refused_by_name),
        RUN(a_checkpoint_is_no_model_and_a_model_no_checkpoint),
        RUN(a_model_of_a_newer_ito_is_refused_as_such),
        RUN(options_out_of_range_are_refused),
        RUN(an_absurd_learning_rate_ends_with_diverged_at_a_step),
        RUN(cancelling_stops_at_a_step_boundary),
        RUN(nothing_is_allocated_while_training),
        RUN(running_out_of_memory_anywhere_is_clean),
        RUN(training_learns),
    };
    int failed;

    if (ito_open(&ctx, &(ito_ctx_opts){ .threads = 2 }) != ITO_OK ||
        ito_source_open(ctx, "moons", NULL, &moons) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_source_free(moons);
    ito_close(ctx);
    return failed;
}
