/* SPDX-License-Identifier: MIT
 *
 * test_torch.c - weights from PyTorch and back: the forward pass of both
 * networks beside PyTorch's, round trips to the bit, what does not fit.
 *
 * The files in tests/data are written by bench/peers/torch_nets.py with
 * PyTorch 1.13: torch_unet by `unet --tiny --type F16`, torch_dit by `dit
 * --tiny`.
 */
#include <ito/torch.h>
#include <stdio.h>

#include "check.h"
#include "counting.h"
#include "ctx/ctx.h"
#include "flow/model.h"
#include "torch_run.h"

static ito_ctx *ctx;

static const ito_torch_opts unet = { .height = 8, .width = 12 };
static const ito_torch_opts dit = {
    .height = 4, .width = 6, .heads = 3, .time_scale = 1000
};

/* The name of a file of tests/data. */
static const char *data(const char *name)
{
    static char path[4][1024];
    static size_t next;
    char *at = path[next++ % 4];
    const char *source = getenv("ITO_SOURCE");

    CHECK(source != NULL);
    snprintf(at, sizeof(path[0]), "%s/tests/data/%s.safetensors", source, name);
    return at;
}

static ito_model *import(const char *path, const ito_torch_opts *o)
{
    ito_model *m;

    CHECK_OK(ctx, ito_torch_import(ctx, path, o, &m));
    return m;
}

static torch_error error_of(const char *name, const char *run_name,
                            ito_torch_opts o)
{
    ito_model *m = import(data(name), &o);
    torch_error e;
    torch_run run;

    CHECK_OK(ctx, torch_run_open(ctx, data(run_name), &run));
    CHECK(run.rows == 4 && run.height == o.height && run.width == o.width);
    CHECK_OK(ctx, torch_run_compare(ctx, m, &run, &e));
    torch_run_close(&run);
    ito_model_free(m);
    return e;
}

TEST(the_unet_gives_what_pytorch_gives)
{
    ito_torch_opts o = unet;
    torch_error e = error_of("torch_unet", "torch_unet.run", o);

    CHECK_NEAR(e.largest, 0.0, 1e-4);
    o.direct = 1;
    e = error_of("torch_unet", "torch_unet.run", o);
    CHECK_NEAR(e.largest, 0.0, 1e-5);
    CHECK_NEAR(e.rms, 0.0, 1e-5);
}

TEST(the_transformer_gives_what_pytorch_gives)
{
    torch_error e = error_of("torch_dit", "torch_dit.run", dit);
    ito_torch_opts o = dit;

    CHECK_NEAR(e.largest, 0.0, 1e-5);
    CHECK_NEAR(e.rms, 0.0, 1e-5);
    o.heads = 2; /* this would have been seen */
    e = error_of("torch_dit", "torch_dit.run", o);
    CHECK(e.largest > 0.01);
}

/* Two files have the same tensors, to the bit. */
static void check_same_tensors(const char *a, const char *b)
{
    st_file *f, *g;

    CHECK_OK(ctx, st_open(ctx, a, &f));
    CHECK_OK(ctx, st_open(ctx, b, &g));
    CHECK(st_count(f) == st_count(g));
    for (size_t i = 0; st_at(f, i); i++) {
        const st_tensor *t = st_at(f, i), *u = st_find(g, t->name);

        CHECK(u && t->dtype == u->dtype && t->rank == u->rank &&
              t->bytes == u->bytes);
        CHECK_SAME(t->shape, u->shape, t->rank);
        CHECK_SAME((const char *)t->data, (const char *)u->data, t->bytes);
    }
    st_close(f);
    st_close(g);
}

static void export(const ito_model *m, const char *path)
{
    CHECK_OK(ctx, ito_torch_export(ctx, m, path));
}

TEST(what_was_imported_is_exported_to_the_bit)
{
    ito_model *m = import(data("torch_dit"), &dit);

    export(m, "dit.safetensors");
    ito_model_free(m);
    check_same_tensors(data("torch_dit"), "dit.safetensors");
}

/* float16 becomes float32, which then stays; through a model file too. */
TEST(halves_become_floats_without_loss)
{
    ito_model *m = import(data("torch_unet"), &unet), *again;
    st_file *half, *whole;

    export(m, "whole.safetensors");
    CHECK_OK(ctx, ito_model_save(ctx, m, "model.safetensors"));
    ito_model_free(m);
    CHECK_OK(ctx, ito_model_load(ctx, "model.safetensors", &again));
    export(again, "again.safetensors");
    ito_model_free(again);
    check_same_tensors("whole.safetensors", "again.safetensors");
    m = import("whole.safetensors", &unet);
    export(m, "again.safetensors");
    ito_model_free(m);
    check_same_tensors("whole.safetensors", "again.safetensors");

    CHECK_OK(ctx, st_open(ctx, data("torch_unet"), &half));
    CHECK_OK(ctx, st_open(ctx, "whole.safetensors", &whole));
    for (size_t i = 0; st_at(half, i); i++) {
        const st_tensor *t = st_at(half, i), *u = st_find(whole, t->name);
        const uint16_t *h = t->data;
        const float *x = u->data;

        for (size_t k = 0; t->dtype == ST_F16 && k < t->bytes / 2; k++) {
            const int sign = h[k] >> 15, e = h[k] >> 10 & 31;
            const double f =
                ldexp((h[k] & 1023) + (e ? 1024.0 : 0.0), (e ? e : 1) - 25);

            CHECK_NEAR(x[k], sign ? -f : f, 0.0);
        }
    }
    st_close(half);
    st_close(whole);
}

/* What a model has besides its network. */
TEST(an_imported_model_samples_labels)
{
    ito_model *m = import(data("torch_unet"), &unet);
    const ito_sample_opts o = { .label = "2", .solve.steps = 2 };
    const ito_image_format *f = ito_schema_image(ito_model_schema(m));
    ito_model_record r;
    float x[192];

    CHECK(f && f->height == 8 && f->width == 12 && f->channels == 2);
    CHECK(f->pixel == ITO_PIXEL_BYTE && f->hi == 255.0);
    CHECK(ito_model_labels(m) == 3);
    CHECK_STR(ito_model_label(m, 2), "2");
    CHECK_STR(ito_model_label_column(m), "label");
    CHECK_OK(ctx, ito_model_record_get(ctx, m, &r));
    CHECK_STR(r.predict, "velocity");
    CHECK_STR(r.path, "linear");
    CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, 1, x));
    ito_model_free(m);
}

/* ---- what does not fit ---- */

/* What to do with one tensor of a file. */
typedef struct change {
    const char *name;
    enum { DROP, RENAME, TURN, RETYPE, POISON } how;
} change;

static float numbers[16384];

/* A copy of the transformer's weights with a change. */
static const char *changed(change c)
{
    st_file *st;
    st_writer *w;
    bool met = false;

    CHECK_OK(ctx, st_open(ctx, data("torch_dit"), &st));
    CHECK_OK(ctx, st_writer_new(ctx, &w));
    for (size_t i = 0; st_at(st, i); i++) {
        st_tensor t = *st_at(st, i);

        if (strcmp(t.name, c.name) == 0) {
            met = true;
            CHECK(t.bytes <= sizeof(numbers));
            memcpy(numbers, t.data, t.bytes);
            if (c.how == DROP)
                continue;
            if (c.how == RENAME)
                t.name = "stranger.weight";
            if (c.how == TURN) {
                t.shape[0] = st_at(st, i)->shape[1];
                t.shape[1] = st_at(st, i)->shape[0];
            }
            if (c.how == RETYPE)
                t.dtype = ST_I32;
            if (c.how == POISON)
                numbers[1] = (float)NAN;
            t.data = numbers;
        }
        st_add(w, t.name, t.dtype, t.rank, t.shape, t.data);
    }
    CHECK(met);
    CHECK_OK(ctx, st_write(w, "changed.safetensors"));
    st_writer_free(w);
    st_close(st);
    return "changed.safetensors";
}

static void refused(const char *path, ito_torch_opts o, ito_status status,
                    const char *words)
{
    ito_model *m;

    CHECK_FAILS(ctx, ito_torch_import(ctx, path, &o, &m), status, words);
    CHECK(m == NULL);
}

TEST(tensors_that_do_not_fit_are_named)
{
    refused(changed((change){ "final_layer.linear.bias", DROP }), dit,
            ITO_EUNFIT, "a dit: 1 missing (final_layer.linear.bias)");
    refused(changed((change){ "blocks.1.mlp.fc2.bias", RENAME }), dit,
            ITO_EUNFIT,
            "1 missing (blocks.1.mlp.fc2.bias), 1 unknown (stranger.weight)");
    refused(changed((change){ "blocks.0.attn.qkv.weight", TURN }), dit,
            ITO_EUNFIT,
            "1 of another shape (blocks.0.attn.qkv.weight is 12 x 36, not 36 "
            "x 12)");
    refused(changed((change){ "t_embedder.mlp.0.bias", RETYPE }), dit,
            ITO_EUNFIT, "1 of another type (t_embedder.mlp.0.bias is I32)");
    refused(changed((change){ "pos_embed", POISON }), dit, ITO_ENONFINITE,
            "tensor pos_embed holds NaN");
    refused(changed((change){ "x_embedder.proj.weight", DROP }), dit,
            ITO_EUNFIT, "neither a tensor init_conv.0.weight");
}

TEST(files_that_are_no_weights_are_refused)
{
    FILE *from = fopen(data("torch_dit"), "rb"), *to;
    static char bytes[65536];
    const size_t n = from ? fread(bytes, 1, sizeof(bytes), from) : 0;
    ito_model *m;

    CHECK(n > 20000);
    fclose(from);
    to = fopen("cut.safetensors", "wb");
    CHECK(to && fwrite(bytes, 1, n - 1000, to) == n - 1000);
    fclose(to);
    refused("cut.safetensors", dit, ITO_EFORMAT, "cut off");
    to = fopen("text.safetensors", "wb");
    CHECK(to && fputs("these are no weights of anything\n", to) > 0);
    fclose(to);
    refused("text.safetensors", dit, ITO_EFORMAT, "not a safetensors file");
    refused("absent.safetensors", dit, ITO_EIO, "absent.safetensors");
    m = import(data("torch_dit"), &dit);
    CHECK_OK(ctx, ito_model_save(ctx, m, "own.safetensors"));
    ito_model_free(m);
    refused("own.safetensors", dit, ITO_EUNFIT, "written by ito");
}

TEST(what_the_weights_do_not_say_is_asked_for)
{
    ito_torch_opts o = { 0 };

    refused(data("torch_unet"), o, ITO_EARG, "--image 32x32");
    refused(data("torch_dit"), o, ITO_EARG, "--heads");
    o.heads = 2;
    refused(data("torch_dit"), o, ITO_EARG, "6 positions are no square");
    o = dit;
    o.heads = 5;
    refused(data("torch_dit"), o, ITO_EARG, "a multiple of the 5 heads");
    o = dit;
    o.width = 8;
    refused(data("torch_dit"), o, ITO_EUNFIT,
            "pos_embed is 1 x 6 x 12, not 1 x 8 x 12");
    o = dit;
    o.net = ITO_TORCH_UNET;
    refused(data("torch_dit"), o, ITO_EUNFIT,
            "no tensor init_conv.0.weight: not a unet");
    o = unet;
    o.height = 9;
    refused(data("torch_unet"), o, ITO_EARG, "multiples of 2");
    o = unet;
    o.height = 0;
    refused(data("torch_unet"), o, ITO_EARG, "0 x 12");
    o = unet;
    o.hi = -1.0;
    refused(data("torch_unet"), o, ITO_EARG, "values 0 to -1");
    CHECK(ito_torch_import(ctx, NULL, NULL, &(ito_model *){ NULL }) ==
          ITO_EARG);
    CHECK(ito_torch_export(ctx, NULL, "x.safetensors") == ITO_EARG);
}

/* Import and export fail cleanly wherever memory ends. */
TEST(the_end_of_memory_is_an_error_and_leaks_nothing)
{
    ito_status rc;
    size_t fail = 0;

    do {
        counter c = { .fail_at = ++fail + 4 };
        const ito_ctx_opts o = { .threads = 1,
                                 .alloc = counting,
                                 .alloc_arg = &c };
        ito_model *m = NULL;
        ito_ctx *own;

        rc = ito_open(&own, &o);
        if (rc == ITO_OK)
            rc = ito_torch_import(own, data("torch_dit"), &dit, &m);
        if (rc == ITO_OK)
            rc = ito_torch_export(own, m, "memory.safetensors");
        CHECK(rc == ITO_OK || rc == ITO_ENOMEM);
        ito_model_free(m);
        ito_close(own);
        CHECK(c.out == 0);
        CHECK(fail < 2000);
    } while (rc != ITO_OK);
    CHECK(fail > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_unet_gives_what_pytorch_gives),
        RUN(the_transformer_gives_what_pytorch_gives),
        RUN(what_was_imported_is_exported_to_the_bit),
        RUN(halves_become_floats_without_loss),
        RUN(an_imported_model_samples_labels),
        RUN(tensors_that_do_not_fit_are_named),
        RUN(files_that_are_no_weights_are_refused),
        RUN(what_the_weights_do_not_say_is_asked_for),
        RUN(the_end_of_memory_is_an_error_and_leaks_nothing),
    };
    int failed;

    if (ito_open(&ctx, NULL) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}
