/* SPDX-License-Identifier: MIT
 *
 * cmd_export.c - `ito export`: the weights of a model, for PyTorch.
 */
#include <ito/torch.h>

#include "cli/cmd.h"

static struct {
    const char *model, *out;
} args;

static const opt options[] = {
    ARG("MODEL", &args.model, "a model whose network PyTorch has too"),
    STRING('o', "out", "WEIGHTS", &args.out,
           "write the weights here, .safetensors"),
    COMMON_OPTIONS,
    END,
};

static ito_status export(ito_ctx *ctx)
{
    ito_model *m = NULL;
    ito_status rc = ito_model_load(ctx, args.model, &m);

    if (rc == ITO_OK)
        rc = ito_torch_export(ctx, m, args.out);
    ito_model_free(m);
    return rc;
}

static int run(void)
{
    ito_ctx *ctx;
    ito_status rc;

    if (!args.out)
        return cmd_usage("where to? -o WEIGHTS.safetensors");
    rc = cmd_open(&ctx);
    if (rc == ITO_OK)
        rc = export(ctx);
    return cmd_close(ctx, rc);
}

const command command_export = {
    .name = "export",
    .summary = "write the weights of a model for PyTorch",
    .about = "Writes the weights of a model as a .safetensors file with the "
             "names, shapes and layouts of PyTorch, to be read by "
             "net.load_state_dict(load_file(FILE)). The network must be one "
             "that PyTorch has: what `ito import` read, or what `ito train "
             "--net lab-unet` and `--net standard-dit` trained. What was "
             "imported comes out to the bit.",
    .examples = "ito export digits.safetensors -o unet.safetensors\n",
    .options = options,
    .run = run,
};
