/* SPDX-License-Identifier: MIT
 *
 * torch_forward.c - the forward pass of imported weights beside PyTorch's.
 *
 *     torch_forward FOLDER/NET.safetensors FOLDER/NET.run.safetensors
 *                   [HEADS TIME_SCALE]
 *
 * for files of peers/torch_nets.py; heads and the scale of the time are of a
 * DiT.  Prints the largest difference and its root mean square as shares of
 * those of the output, of a U-Net also with direct convolutions.
 */
#include <ito/torch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../tests/torch_run.h"

static int compare(ito_ctx *ctx, char **argv, ito_torch_opts o)
{
    torch_run run;
    ito_model *m = NULL;
    torch_error e;
    ito_status rc = torch_run_open(ctx, argv[2], &run);

    o.height = run.height;
    o.width = run.width;
    if (rc == ITO_OK)
        rc = ito_torch_import(ctx, argv[1], &o, &m);
    if (rc == ITO_OK)
        rc = torch_run_compare(ctx, m, &run, &e);
    if (rc == ITO_OK)
        printf("%s convolutions: largest difference %.2e, root mean square "
               "%.2e\n",
               o.direct ? "direct" : "default", e.largest, e.rms);
    else
        fprintf(stderr, "%s\n", ito_errmsg(ctx));
    ito_model_free(m);
    torch_run_close(&run);
    return rc == ITO_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
    ito_torch_opts o = { .net = ITO_TORCH_UNET };
    ito_ctx *ctx;
    int failed;

    if (argc != 3 && argc != 5) {
        fprintf(stderr, "torch_forward WEIGHTS RUN [HEADS TIME_SCALE]\n");
        return 2;
    }
    if (argc == 5) {
        o.net = ITO_TORCH_DIT;
        o.heads = strtoul(argv[3], NULL, 10);
        o.time_scale = strtoul(argv[4], NULL, 10);
    }
    if (ito_open(&ctx, NULL) != ITO_OK)
        return 1;
    failed = compare(ctx, argv, o);
    if (!failed && o.net == ITO_TORCH_UNET) {
        o.direct = 1;
        failed = compare(ctx, argv, o);
    }
    ito_close(ctx);
    return failed;
}
