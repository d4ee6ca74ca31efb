/* SPDX-License-Identifier: MIT
 *
 * test_image_bits.c - training networks of images is the same to the bit for
 * any threads, kernels, ranks, stops and compilers, dropout among it.
 *
 * Models are compared as files.  Samples have hashes that every build agrees
 * on; they change only when the meaning of a seed does (noise layout,
 * initialisation, networks, optimiser).
 */
#include <ito/train.h>

#include "check.h"
#include "ctx/ctx.h"
#include "memory_comm.h"
#include "same_model.h"

#define STEPS  4
#define IMAGES 10
#define DIM    64 /* 8 x 8 */

static const ito_res_unet residual = {
    .channels = { 8, 16 }, .blocks = { 1, 1 }, .embed = 16, .dropout = 0.2
};
static const ito_unet lab = {
    .channels = { 4, 8 }, .blocks = 1, .embed = 8, .norm = ITO_NORM_BATCH
};
static const ito_dit dit = {
    .width = 16, .depth = 2, .heads = 2, .dropout = 0.2
};

/* A network, and the hash of its samples. */
typedef struct net {
    const char *name;
    ito_train_opts o;
    const char *samples;
} net;

/* clang-format off */
static const net nets[] = {
    { "unet", { .res_unet = &residual },
      "08946244798adc2889369190151186ae090f715936d113629c973f79bb23515a" },
    { "lab-unet", { .unet = &lab },
      "5b4f51b6c5b8837cf9aa5547585324f8b8062211b7484d6767bf8211ad77d462" },
    { "dit", { .dit = &dit },
      "c65cf8286d5ce2d6369101af8831451470aab69e3d5966902f1b188c80511589" },
    { "dit, bf16", { .dit = &dit, .precision = ITO_PRECISION_BF16 },
      "5620bffc0da9f960263c73c1231cdfe452cedd4e4958664b6090674cd2d315c4" },
};
/* clang-format on */

/* How it is trained. */
typedef struct setting {
    const char *cpu;
    size_t threads, stop; /* stop, save and go on after so many steps */
    const ito_comm *comm;
} setting;

static ito_model *train(ito_ctx *ctx, const net *n, const setting *s)
{
    const ito_source_opts so = { .seed = 5, .label = "label" };
    ito_train_opts o = n->o;
    ito_source *source = NULL;
    ito_trainer *t = NULL;
    ito_model *m = NULL;
    ito_status rc;

    o.steps = STEPS;
    o.batch = 24;
    o.shard = 4;
    o.valid_every = STEPS;
    o.seed = 3;
    rc = ito_source_open(ctx, "glyphs:n=64,size=8", &so, &source);
    if (rc == ITO_OK)
        rc = run_to_end(ctx, source, &o, s->stop, "images.checkpoint", &t);
    if (rc == ITO_OK)
        rc = ito_trainer_finish(ctx, t, &m);
    if (rc != ITO_OK)
        print_error("train: %s\n", ito_errmsg(ctx));
    ito_trainer_free(t);
    ito_source_free(source);
    return m;
}

/* Hashes of the model file and of samples; "" on failure. */
static void run(const net *n, const setting *s, char hash[2][ITO_SHA256_HEX])
{
    const ito_ctx_opts co = { .threads = s->threads,
                              .cpu = s->cpu,
                              .comm = s->comm };
    const ito_sample_opts o = { .label = "all", .guide = 1.0, .seed = 9 };
    unsigned char digest[ITO_SHA256_BYTES];
    float x[IMAGES * DIM];
    ito_model *m = NULL;
    char path[64];
    ito_ctx *ctx;

    hash[0][0] = hash[1][0] = '\0';
    snprintf(path, sizeof(path), "images_rank%zu.safetensors",
             s->comm ? s->comm->rank : 0);
    if (ito_open(&ctx, &co) == ITO_OK)
        m = train(ctx, n, s);
    if (m && ito_model_save(ctx, m, path) == ITO_OK &&
        ito_model_sample_rows(ctx, m, &o, IMAGES, x) == ITO_OK) {
        hash_file(path, hash[0]);
        ito__sha256(x, sizeof(x), digest);
        ito__sha256_text(digest, hash[1]);
    }
    ito_model_free(m);
    ito_close(ctx);
}

/* Hashes of every network on one thread, by plain C. */
static char want[COUNT(nets)][2][ITO_SHA256_HEX];

static void check_equal(size_t k, const setting *s)
{
    char got[2][ITO_SHA256_HEX];

    run(&nets[k], s, got);
    CHECK(got[0][0] != '\0');
    CHECK_STR(got[0], want[k][0]);
    CHECK_STR(got[1], want[k][1]);
}

TEST(samples_are_those_of_every_other_build)
{
    for (size_t k = 0; k < COUNT(nets); k++)
        CHECK_STR(want[k][1], nets[k].samples);
}

TEST(threads_do_not_show_in_networks_of_images)
{
    for (size_t k = 0; k < COUNT(nets); k++)
        for (size_t threads = 2; threads <= 5; threads += 3)
            check_equal(k, &(setting){ .threads = threads });
}

TEST(kernels_do_not_show_in_networks_of_images)
{
    const char *name;
    int runs;

    for (size_t i = 1; (name = ito_cpu_at(i, &runs)) != NULL; i++)
        for (size_t k = 0; runs && k < COUNT(nets); k++)
            check_equal(k, &(setting){ .cpu = name, .threads = 1 });
}

TEST(a_stop_does_not_show_in_networks_of_images)
{
    for (size_t k = 0; k < COUNT(nets); k++)
        check_equal(k, &(setting){ .threads = 2, .stop = 1 + k % STEPS });
}

/* Each rank is a thread; both must end with the same model. */
typedef struct member {
    const net *n;
    setting s;
    char hash[2][ITO_SHA256_HEX];
} member;

static void *run_member(void *arg)
{
    member *m = arg;

    run(m->n, &m->s, m->hash);
    return NULL;
}

TEST(ranks_do_not_show_in_networks_of_images)
{
    for (size_t k = 0; k < COUNT(nets); k++) {
        member m[2];
        ranks all;

        ranks_open(&all, 2);
        for (size_t i = 0; i < 2; i++) {
            m[i] = (member){ .n = &nets[k],
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(samples_are_those_of_every_other_build),
        RUN(threads_do_not_show_in_networks_of_images),
        RUN(kernels_do_not_show_in_networks_of_images),
        RUN(a_stop_does_not_show_in_networks_of_images),
        RUN(ranks_do_not_show_in_networks_of_images),
    };

    for (size_t k = 0; k < COUNT(nets); k++)
        run(&nets[k], &(setting){ .threads = 1, .cpu = "c" }, want[k]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
