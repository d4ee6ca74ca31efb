/* SPDX-License-Identifier: MIT
 *
 * cmd_import.c - `ito import`: weights from PyTorch become a model.
 */
#include <ito/torch.h>
#include <stdio.h>

#include "cli/cmd.h"
#include "cli/image_options.h"
#include "cli/term.h"

static struct {
    const char *weights, *out;
    size_t heads, time_scale;
    int net, direct;
} args;

static const opt options[] = {
    ARG("WEIGHTS", &args.weights,
        "a .safetensors file of PyTorch: save_file(net.state_dict(), FILE)"),
    STRING('o', "out", "MODEL", &args.out, "write the model here"),
    CHOICE(0, "net", "default|unet|dit", &args.net,
           "network [what the names of the tensors say]"),
    STRING(0, "image", "HxW", &image_args.shape,
           "size of the images; of a unet needed [of a dit a square]"),
    STRING(0, "range", "LO:HI", &image_args.range,
           "pixel values that are -1 and 1 in the network [bytes, 0:255]"),
    SIZE(0, "heads", &args.heads, "heads of a dit's attention; needed"),
    SIZE(0, "time-scale", &args.time_scale,
         "a dit is given so many times the time from 0 to 1 [1]"),
    FLAG(0, "direct", &args.direct,
         "convolutions of a unet by plain sums, without Winograd's method: "
         "slower"),
    JSON_OPTION,
    COMMON_OPTIONS,
    END,
};

static void report(const ito_model *m)
{
    const size_t params = ito_graph_params(ito_model_graph(m));
    const ito_image_format *f = ito_schema_image(ito_model_schema(m));

    term_say("%s: images of %zu x %zu x %zu, %zu labels, %zu parameters",
             args.out, f->height, f->width, f->channels, ito_model_labels(m),
             params);
    if (!common.json)
        return;
    printf("{\"model\": ");
    term_json_string(stdout, args.out);
    printf(", \"height\": %zu, \"width\": %zu, \"channels\": %zu, "
           "\"labels\": %zu, \"params\": %zu}\n",
           f->height, f->width, f->channels, ito_model_labels(m), params);
}

static ito_status import(ito_ctx *ctx, const ito_torch_opts *o)
{
    ito_model *m = NULL;
    ito_status rc = ito_torch_import(ctx, args.weights, o, &m);

    if (rc == ITO_OK)
        rc = ito_model_save(ctx, m, args.out);
    if (rc == ITO_OK)
        report(m);
    ito_model_free(m);
    return rc;
}

static int run(void)
{
    ito_image_opts how;
    const int usage = image_read_opts(NULL, NULL, &how);
    const ito_torch_opts o = { .net = (ito_torch_net)args.net,
                               .height = how.shape[0],
                               .width = how.shape[1],
                               .lo = how.lo,
                               .hi = how.hi,
                               .heads = args.heads,
                               .time_scale = args.time_scale,
                               .direct = args.direct };
    ito_ctx *ctx;
    ito_status rc;

    if (usage != 0)
        return usage;
    if (!args.out)
        return cmd_usage("where to? -o MODEL.safetensors");
    if (how.shape[2] > 0)
        return cmd_usage("--image: height x width; the weights know their "
                         "channels");
    rc = cmd_open(&ctx);
    if (rc == ITO_OK)
        rc = import(ctx, &o);
    return cmd_close(ctx, rc);
}

const command command_import = {
    .name = "import",
    .summary = "make a model of weights from PyTorch",
    .about =
        "Reads the weights of a network from a .safetensors file of PyTorch "
        "and writes a model, which samples, guides and gives likelihoods as "
        "one that was trained here. The networks are the U-Net of the lab of "
        "2025 and the standard DiT, predicting the velocity from noise at t = "
        "0 to data at t = 1; sizes are seen in the weights. The last row of "
        "the table of labels is that of no label; the others are called 0, 1, "
        "...\n\nEvery tensor must be there, and no other: what is missing, "
        "unknown or of another shape is named. docs/book/import.md has the "
        "names.",
    .examples =
        "ito import unet.safetensors --image 32x32 -o digits.safetensors\n"
        "ito import dit.safetensors --heads 4 --time-scale 1000 -o "
        "m.safetensors\n"
        "ito sample digits.safetensors --label all -n 100 --guidance 3 -o "
        "grid.png\n",
    .options = options,
    .run = run,
};
