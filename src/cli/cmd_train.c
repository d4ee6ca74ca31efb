/* SPDX-License-Identifier: MIT
 *
 * cmd_train.c - `ito train`: fit a model to data.
 */
#include <ito/train.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/data_options.h"
#include "cli/image_options.h"
#include "cli/net_options.h"
#include "cli/term.h"
#include "cli/train_pictures.h"
#include "cli/train_report.h"

#define CHECKPOINT_SUFFIX ".checkpoint"
#define PROBE_S           2.0  /* how long --time watches the first steps: a */
#define PROBE_MAX_S       20.0 /* hundredth of it between these */
#define PROBE_STEPS_MAX   20000
#define PROBE_VALID       8
#define VALIDATIONS       54 /* of a run, those of its end with them */

static struct {
    const char *data, *out, *checkpoint, *pictures;
    const char *path, *from, *time_law, *label;
    opt_list given, ema;
    size_t steps, epochs, batch, warmup, valid_every, shift;
    double time, lr, weight_decay, clip, valid, checkpoint_every;
    double cut, data_std, drop;
    int flip, rate, optimizer, scale, resume, predict, loss, precision;
} args = { .checkpoint_every = 30.0 };

static const opt options[] = {
    ARG("DATA", &args.data,
        "a table (.csv, .tsv, .npy), images (IDX, NPY, a folder of PNG) or a "
        "built-in set"),
    STRING('o', "out", "MODEL", &args.out, "write the model here"),
    SEED_OPTION,
    GROUP("what is learned"),
    STRING(0, "path", "PATH", &args.path,
           "from noise to data: linear, sqrt, cosine, poly:p=2, vp, ... "
           "[linear]"),
    STRING(0, "from", "DATA", &args.from,
           "what the model starts from instead of noise"),
    CHOICE(0, "predict", "default|velocity|noise|data|score|v|edm",
           &args.predict, "what the network predicts [velocity]"),
    CHOICE(0, "loss", "default|flow|noise|data|score|v|edm", &args.loss,
           "of what the squared error is the loss [of the prediction; score: "
           "noise]"),
    STRING(0, "time-law", "LAW", &args.time_law,
           "stratified, uniform or logit-normal:MEAN,STD [stratified]"),
    POSITIVE(0, "cut", &args.cut,
             "leave out times this near to an end where the loss is infinite"),
    POSITIVE(0, "data-std", &args.data_std,
             "of edm: standard deviation of the coordinates [measured]"),
    GROUP("conditions"),
    STRING(0, "label", "COLUMN", &args.label,
           "column of labels (of images: label); samples can be drawn with "
           "one"),
    DOUBLE(0, "drop", &args.drop,
           "share of labels that are hidden; negative for none [0.1]"),
    LIST(0, "given", "A,B", &args.given,
         "columns that samples can be given values of"),
    NET_OPTIONS,
    GROUP("how long"),
    SIZE(0, "steps", &args.steps, "steps to train [8000; images 5000]"),
    SIZE(0, "epochs", &args.epochs, "passes over the data instead"),
    TIME(0, "time", &args.time, "as many steps as fit in this time instead"),
    GROUP("optimisation"),
    SIZE(0, "batch", &args.batch,
         "rows a step [2048; small tables less; images 128]"),
    POSITIVE(
        0, "lr", &args.lr,
        "learning rate [0.64 / width; unet 2e-3, lab-unet 1e-3, dit 4e-4]"),
    CHOICE(0, "optimizer", "default|adam|adamw", &args.optimizer,
           "optimiser [adam]"),
    DOUBLE(0, "weight-decay", &args.weight_decay, "of adamw [1e-4]"),
    CHOICE(0, "precision", "f32|bf16", &args.precision,
           "of matrix products; bf16 has 8 bits and is faster on CPUs that "
           "have it [f32]"),
    CHOICE(0, "rate", "default|cosine|constant", &args.rate,
           "course of the learning rate [cosine]"),
    SIZE(0, "warmup", &args.warmup, "steps in which it rises [2 %]"),
    DOUBLE(0, "clip", &args.clip,
           "largest norm of the gradient; negative for none [1]"),
    LIST(0, "ema", "RATE,...", &args.ema,
         "moving averages of the weights, up to 4; negative for none [0.999; "
         "images three, that forget in 5, 2 and 15 % of the steps]"),
    DOUBLE(0, "valid", &args.valid,
           "share of rows kept for validation; negative for none [0.1]"),
    SIZE(0, "valid-every", &args.valid_every,
         "steps between validations [2 %]"),
    GROUP("stopping and going on"),
    FLAG(0, "resume", &args.resume, "go on from the checkpoint"),
    STRING(0, "checkpoint", "FILE", &args.checkpoint,
           "the checkpoint [MODEL" CHECKPOINT_SUFFIX "]"),
    TIME(0, "checkpoint-every", &args.checkpoint_every,
         "time between checkpoints [30s]"),
    STRING(0, "pictures", "PREFIX", &args.pictures,
           "of images: ten times, a grid of samples as PREFIX-STEP.png"),
    IMAGE_OPTIONS,
    FLAG(0, "flip", &args.flip, "mirror half of the images that are drawn"),
    SIZE(0, "shift", &args.shift,
         "move images that are drawn by up to so many pixels [none]"),
    DATA_OPTIONS,
    CHOICE(0, "scale", "default|quantile|standard|none", &args.scale,
           "what is done with numbers [quantile; built-in sets: none; with "
           "--from FILE: standard]"),
    JSON_OPTION,
    COMMON_OPTIONS,
    END,
};

/* The word of a choice, NULL for "default". */
static const char *word(const char *const *words, int choice)
{
    return choice > 0 ? words[choice - 1] : NULL;
}

/* The rates of --ema; 0 for the default. */
static double rate[ITO_AVERAGES_MAX];
static size_t rate_count;

static int read_rates(void)
{
    if (args.ema.count > ITO_AVERAGES_MAX)
        return cmd_usage("--ema: at most %d rates", ITO_AVERAGES_MAX);
    for (size_t i = 0; i < args.ema.count; i++)
        if (opt_number(args.ema.item[i], &rate[i]) != 0)
            return cmd_usage("--ema: '%s' is not a number", args.ema.item[i]);
    rate_count = args.ema.count;
    return 0;
}

static ito_train_opts train_opts(const ito_source *from)
{
    static const char *const predictions[] = { "velocity", "noise", "data",
                                               "score",    "v",     "edm" };
    static const char *const losses[] = { "flow",  "noise", "data",
                                          "score", "v",     "edm" };

    return (ito_train_opts){
        .path = args.path,
        .from = from,
        .predict = word(predictions, args.predict),
        .loss = word(losses, args.loss),
        .time_law = args.time_law,
        .cut = args.cut,
        .data_std = args.data_std,
        .drop = args.drop,
        .given = args.given.item,
        .given_count = args.given.count,
        .steps = args.steps,
        .epochs = args.epochs,
        .batch = args.batch,
        .lr = args.lr,
        .warmup = args.warmup,
        .rate = (ito_rate)args.rate,
        .optimizer = (ito_optimizer)args.optimizer,
        .weight_decay = args.weight_decay,
        .clip = args.clip,
        .ema = rate[0],
        .averages = rate + 1,
        .average_count = rate_count > 1 ? rate_count - 1 : 0,
        .valid_every = args.valid_every,
        .seed = common.seed,
        .precision = (ito_precision)args.precision,
    };
}

/* What a step and a validation take. */
typedef struct pace {
    double step_s, valid_s;
} pace;

/* Run first steps on the clock; every PROBE_VALID-th of them validates. */
static ito_status measure_pace(ito_ctx *ctx, ito_trainer *t, double most_s,
                               pace *out)
{
    const double from = term_clock();
    double plain = 0.0, valid = 0.0;
    size_t plains = 0, valids = 0;
    ito_status rc = ITO_OK;

    for (size_t i = 0; rc == ITO_OK && i < PROBE_STEPS_MAX / 2; i++) {
        const double began = term_clock();
        const int validates = (i + 1) % PROBE_VALID == 0;

        if (plains > 0 && began - from > (valids > 0 ? 1.0 : 4.0) * most_s)
            break;
        rc = ito_trainer_run(ctx, t, 1);
        if (i < 3) /* caches, clocks */
            continue;
        *(validates ? &valid : &plain) += term_clock() - began;
        *(validates ? &valids : &plains) += 1;
    }
    out->step_s = plain / (double)plains;
    out->valid_s = valids > 0 ? valid / (double)valids - out->step_s : 0.0;
    return rc;
}

/* Say how many steps fit; what the first ones train is thrown away, so that
 * the run is the one --steps N makes. */
static ito_status steps_that_fit(ito_ctx *ctx, const ito_source *source,
                                 ito_train_opts *o)
{
    const double usual_s = fmin(fmax(0.01 * args.time, PROBE_S), PROBE_MAX_S);
    const double most_s = fmin(usual_s, 0.25 * args.time);
    const double began = term_clock();
    ito_train_opts probe = *o;
    ito_trainer *t;
    ito_status rc;
    double left;
    pace p;

    probe.steps = PROBE_STEPS_MAX;
    probe.valid_every = PROBE_VALID;
    if ((rc = ito_trainer_new(ctx, source, &probe, &t)) != ITO_OK)
        return rc;
    rc = measure_pace(ctx, t, most_s, &p);
    ito_trainer_free(t);
    if (rc != ITO_OK)
        return rc;
    if (o->valid_every > 0)
        p.step_s += p.valid_s / (double)o->valid_every;
    left = args.time - (term_clock() - began) -
           (o->valid_every > 0 ? 4 : VALIDATIONS) * fmax(p.valid_s, 0.0);
    o->steps = left > p.step_s ? (size_t)(left / p.step_s) : 1;
    term_say("--time: %zu steps fit; the run is that of --steps %zu", o->steps,
             o->steps);
    return ITO_OK;
}

/* What --time comes to; a run that goes on keeps its number of steps. */
static ito_status choose_steps(ito_ctx *ctx, const ito_source *source,
                               ito_train_opts *o)
{
    ito_progress p;
    ito_status rc;

    if (!(args.time > 0.0))
        return ITO_OK;
    if (!args.resume)
        return steps_that_fit(ctx, source, o);
    rc = ito_checkpoint_read(ctx, args.checkpoint, &p);
    o->steps = p.steps;
    return rc;
}

static void say_start(const ito_ctx *ctx, const ito_source *source,
                      const ito_trainer *t)
{
    ito_progress p;

    ito_trainer_progress(t, &p);
    if (ito_source_rows(source) > 0)
        term_say("%s: %llu rows to train on, %llu to validate, %zu coordinates",
                 args.data, (unsigned long long)ito_source_rows(source),
                 (unsigned long long)ito_source_valid_rows(source),
                 ito_source_dim(source));
    else
        term_say("%s: drawn afresh, %zu coordinates", args.data,
                 ito_source_dim(source));
    term_say("%zu parameters, %zu steps, %zu threads, kernels %s", p.params,
             p.steps, ito_threads(ctx), ito_cpu(ctx));
    if (p.t_lo > 0.0 || p.t_hi < 1.0)
        term_say("times from %g to %g alone: nearer to the end the loss is "
                 "infinite, or --cut leaves them out",
                 p.t_lo, p.t_hi);
    if (ito_source_labels(source) > 0)
        term_say("%zu labels", ito_source_labels(source));
    if (args.precision)
        cmd_say_bf16(ctx);
    if (ito_threads(ctx) > p.shards)
        term_say("%zu threads: at most %zu can help, the shards of a batch",
                 ito_threads(ctx), p.shards);
}

/* Train to the end, with a bar and checkpoints. */
static ito_status run_steps(ito_ctx *ctx, ito_trainer *t)
{
    ito_progress p;
    term_bar bar;
    ito_status rc = ITO_OK;
    double saved = term_clock();
    char detail[96];

    ito_trainer_progress(t, &p);
    term_bar_begin(&bar, "training", p.step, p.steps);
    while (rc == ITO_OK && p.step < p.steps) {
        rc = ito_trainer_run(ctx, t, 1);
        ito_trainer_progress(t, &p);
        if (isnan(p.valid_loss))
            snprintf(detail, sizeof(detail), "loss %.4g", p.loss);
        else
            snprintf(detail, sizeof(detail), "loss %.4g, validation %.4g",
                     p.loss, p.valid_loss);
        term_bar_update(&bar, p.step, detail);
        if (rc == ITO_OK && args.pictures && train_picture_due(&p))
            rc = train_picture(ctx, t, args.pictures);
        if (rc == ITO_OK && term_clock() - saved > args.checkpoint_every) {
            rc = ito_trainer_save(ctx, t, args.checkpoint);
            saved = term_clock();
        }
    }
    term_bar_end(&bar, p.step, p.step > 0 ? detail : NULL);
    if (rc == ITO_ECANCELLED) {
        ito_status wrote = ito_trainer_save(ctx, t, args.checkpoint);

        if (wrote != ITO_OK)
            return wrote;
        return cmd_fail(ITO_ECANCELLED,
                        "stopped at step %zu of %zu; the same command with "
                        "--resume goes on",
                        p.step, p.steps);
    }
    return rc;
}

static ito_status train(ito_ctx *ctx, const ito_source *source,
                        const ito_source *from)
{
    ito_trainer *t = NULL;
    ito_model *model = NULL;
    ito_model_record record;
    ito_train_opts o = train_opts(from);
    double began = term_clock();
    ito_status rc;

    (void)net_choose(&o); /* run() has looked at them */
    if ((rc = choose_steps(ctx, source, &o)) != ITO_OK ||
        (rc = ito_trainer_new(ctx, source, &o, &t)) != ITO_OK)
        return rc;
    say_start(ctx, source, t);
    if (args.resume)
        rc = ito_trainer_resume(ctx, t, args.checkpoint);
    if (rc == ITO_OK)
        rc = run_steps(ctx, t);
    if (rc == ITO_OK)
        rc = ito_trainer_finish(ctx, t, &model);
    if (rc == ITO_OK)
        rc = ito_model_save(ctx, model, args.out);
    if (rc == ITO_OK)
        rc = ito_model_record_get(ctx, model, &record);
    if (rc == ITO_OK) {
        remove(args.checkpoint);
        train_report(t, model, &record, args.out, term_clock() - began);
    }
    ito_model_free(model);
    ito_trainer_free(t);
    return rc;
}

/* MODEL.checkpoint, unless the name was given. */
static int name_checkpoint(void)
{
    static char name[4096];

    if (args.checkpoint)
        return 0;
    if (strlen(args.out) + sizeof(CHECKPOINT_SUFFIX) > sizeof(name))
        return cmd_usage("--out: the name is too long");
    snprintf(name, sizeof(name), "%s%s", args.out, CHECKPOINT_SUFFIX);
    args.checkpoint = name;
    return 0;
}

/* An unusable place for the model is said before the training, not after. */
static ito_status try_output(void)
{
    FILE *file = fopen(args.checkpoint, "ab");
    long size;

    if (!file)
        return cmd_fail(ITO_EIO, "%s: cannot be written; choose another --out",
                        args.checkpoint);
    size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : 1;
    fclose(file);
    if (size == 0)
        remove(args.checkpoint);
    return ITO_OK;
}

static int is_file(const char *data)
{
    return strcspn(data, "./") < strcspn(data, ":") || strcmp(data, "-") == 0;
}

/* What the model starts from, in the coordinates of the data. */
static ito_status open_from(ito_ctx *ctx, const ito_source *like,
                            const ito_image_opts *images, ito_source **out)
{
    ito_image_opts how = *images;
    const ito_source_opts o = {
        .seed = common.seed, .valid_fraction = -1.0, .image = &how, .like = like
    };

    how.labels = ""; /* those of the data count */
    return args.from ? ito_source_open(ctx, args.from, &o, out) : ITO_OK;
}

static int run(void)
{
    ito_source *source = NULL, *from = NULL;
    ito_source_opts o = { .seed = common.seed,
                          .scale = (ito_scale)args.scale,
                          .label = args.label,
                          .valid_fraction = args.valid,
                          .flip = args.flip,
                          .shift = args.shift };
    ito_image_opts images;
    ito_ctx *ctx;
    ito_status rc;
    int usage;

    if (!args.out)
        return cmd_usage("where to? -o MODEL.safetensors");
    if ((args.steps > 0) + (args.epochs > 0) + (args.time > 0.0) > 1)
        return cmd_usage("--steps, --epochs and --time exclude each other");
    if (args.from && is_file(args.from) && o.scale == ITO_SCALE_DEFAULT)
        o.scale = ITO_SCALE_STANDARD; /* other rows than the data fit it too */
    if ((usage = net_choose(&(ito_train_opts){ 0 })) != 0 ||
        (usage = read_rates()) != 0 || (usage = name_checkpoint()) != 0 ||
        (usage = data_table_opts(&o.table)) != 0 ||
        (usage = image_read_opts(&o.table, args.label, &images)) != 0)
        return usage;
    o.image = &images;
    rc = cmd_open(&ctx);
    if (rc == ITO_OK)
        rc = ito_source_open(ctx, args.data, &o, &source);
    if (rc == ITO_OK)
        rc = open_from(ctx, source, &images, &from);
    if (rc == ITO_OK)
        rc = try_output();
    if (rc == ITO_OK && args.pictures &&
        !ito_schema_image(ito_source_schema(source)))
        rc = cmd_fail(ITO_EUNFIT, "--pictures: %s are no images", args.data);
    if (rc == ITO_OK)
        rc = train(ctx, source, from);
    ito_source_free(from);
    ito_source_free(source);
    return cmd_close(ctx, rc);
}

const command command_train = {
    .name = "train",
    .summary = "fit a model to data",
    .about =
        "Reads a table, or draws from a built-in set, and fits a flow to it "
        "by flow matching: a network that carries Gaussian noise to the "
        "data. The model is one file, from which `ito sample` draws.\n\n"
        "Whatever the network predicts, the model is a field. A loss that "
        "would be infinite is refused with what to do. Where the exact field "
        "is known, as of gmm or checkerboard, the end of the run says how far "
        "the model is from it. With --label or --given samples can be drawn "
        "under conditions.\n\n"
        "The result depends on the data, the options and the seed alone: not "
        "on the number of threads, the machine's kernels, or how often the "
        "run was stopped and resumed. Ctrl-C stops at a step boundary and "
        "leaves a checkpoint.",
    .examples = "ito train houses.csv -o houses.safetensors\n"
                "ito train checkerboard -o board.safetensors --steps 5000\n"
                "ito train houses.csv -o houses.safetensors --resume\n"
                "ito train gmm:modes=3,scale=2,std=0.2 --label mode -o "
                "three.safetensors\n"
                "ito train moons --from circles -o bridge.safetensors\n"
                "ito train glyphs:size=8 --label digit -o "
                "digits.safetensors\n",
    .options = options,
    .run = run,
};
