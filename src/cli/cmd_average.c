/* SPDX-License-Identifier: MIT
 *
 * cmd_average.c - `ito average`: which moving average of its weights a model
 * uses.
 */
#include <ito/model.h>
#include <math.h>
#include <stdio.h>

#include "cli/cmd.h"
#include "cli/term.h"

static struct {
    const char *model, *out;
    uint64_t use;
} args;

static const opt options[] = {
    ARG("MODEL", &args.model, "a model with several averages"),
    U64(0, "use", &args.use, "the number of the average to use"),
    STRING('o', "out", "MODEL", &args.out, "write that model here"),
    JSON_OPTION,
    COMMON_OPTIONS,
    END,
};

static void print_json(const ito_model *m)
{
    ito_average a;

    printf("[");
    for (size_t i = 0; ito_model_average(m, i, &a) == 0; i++) {
        printf("%s{\"rate\": ", i ? ", " : "");
        term_json_number(stdout, a.rate);
        printf(", \"step\": %zu, \"loss\": ", a.step);
        term_json_number(stdout, a.loss);
        printf(", \"used\": %s}", a.used ? "true" : "false");
    }
    printf("]\n");
}

static void print_words(const ito_model *m)
{
    ito_average a;

    for (size_t i = 0; ito_model_average(m, i, &a) == 0; i++) {
        printf("%zu  rate %-10.6g step %zu", i, a.rate, a.step);
        if (isfinite(a.loss))
            printf("  validation loss %.6g", a.loss);
        printf("%s\n", a.used ? "  used" : "");
    }
}

static ito_status work(ito_ctx *ctx)
{
    ito_average a;
    ito_model *m;
    ito_status rc = ito_model_load(ctx, args.model, &m);

    if (rc != ITO_OK)
        return rc;
    if (ito_model_average(m, 1, &a) != 0)
        rc = cmd_fail(ITO_EUNFIT,
                      "%s: has one set of weights; several are kept by ito "
                      "train --ema RATE,RATE",
                      args.model);
    if (rc == ITO_OK && opt_given(&args.use))
        rc = ito_model_average_use(ctx, m, (size_t)args.use);
    if (rc == ITO_OK && args.out)
        rc = ito_model_save(ctx, m, args.out);
    if (rc == ITO_OK && common.json)
        print_json(m);
    else if (rc == ITO_OK && !args.out)
        print_words(m);
    ito_model_free(m);
    return rc;
}

static int run(void)
{
    ito_ctx *ctx;
    ito_status rc;

    if (opt_given(&args.use) != (args.out != NULL))
        return cmd_usage("--use N and -o MODEL belong together");
    rc = cmd_open(&ctx);
    if (rc == ITO_OK)
        rc = work(ctx);
    return cmd_close(ctx, rc);
}

const command command_average = {
    .name = "average",
    .summary = "choose among the averages of a model's weights",
    .about =
        "Training keeps moving averages of the weights, of images three that "
        "forget at different rates. The model uses the one of the lowest "
        "validation loss; the others stay in its file. Without options they "
        "are listed; --use N writes a model that uses another one, and keeps "
        "them all.",
    .examples = "ito average digits.safetensors\n"
                "ito average digits.safetensors --use 2 -o other.safetensors\n",
    .options = options,
    .run = run,
};
