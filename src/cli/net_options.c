/* SPDX-License-Identifier: MIT
 *
 * net_options.c - the options of `ito train` about the network.
 */
#include "cli/net_options.h"

#include "cli/cmd.h"

net_options net_args = { .time_features = 4 };

enum {
    NET_DEFAULT,
    NET_MLP,
    NET_POTENTIAL,
    NET_UNET,
    NET_LAB_UNET,
    NET_DIT,
    NET_STANDARD_DIT,
};
enum { SIZE_SMALL, SIZE_TINY, SIZE_BASE };

static size_t features(void)
{
    return opt_given(&net_args.time_features) ? (size_t)net_args.time_features
                                              : 0;
}

/* Options that are given make a network of their own; else the library
 * chooses by the data. */
static const ito_mlp *own_mlp(void)
{
    static ito_mlp mlp;

    if (net_args.net != NET_MLP && !net_args.width && !net_args.depth &&
        !net_args.act && !net_args.plain && !features())
        return NULL;
    mlp = (ito_mlp){ .width = net_args.width,
                     .depth = net_args.depth,
                     .act = (ito_act)net_args.act,
                     .time_features = (size_t)net_args.time_features,
                     .plain = net_args.plain };
    return &mlp;
}

static const ito_potential *own_potential(void)
{
    static ito_potential p;

    p = (ito_potential){ .units = net_args.width,
                         .depth = net_args.depth,
                         .act = (ito_act)net_args.act,
                         .time_features = features() };
    return &p;
}

static const ito_res_unet *own_unet(void)
{
    static const ito_res_unet sizes[] = {
        [SIZE_SMALL] = { .channels = { 32, 64, 128 }, .blocks = { 0, 1, 2 } },
        [SIZE_TINY] = { .channels = { 16, 32, 64 }, .blocks = { 0, 1, 1 } },
        [SIZE_BASE] = { .channels = { 64, 128, 256 },
                        .blocks = { 1, 2, 2 },
                        .embed = 256 },
    };
    static ito_res_unet net;

    net = sizes[net_args.size];
    net.dropout = net_args.dropout;
    return &net;
}

static const ito_unet *lab_unet(void)
{
    static const ito_unet sizes[] = {
        [SIZE_SMALL] = { .channels = { 32, 64, 128 } },
        [SIZE_TINY] = { .channels = { 16, 32, 64 }, .blocks = 1 },
        [SIZE_BASE] = { .channels = { 64, 128, 256 }, .embed = 128 },
    };
    static ito_unet net;

    net = sizes[net_args.size];
    net.norm = net_args.norm ? ITO_NORM_GROUP : ITO_NORM_BATCH;
    return &net;
}

static const ito_dit *own_dit(void)
{
    static const ito_dit sizes[] = {
        [SIZE_SMALL] = { .width = 256, .depth = 6, .heads = 4 },
        [SIZE_TINY] = { .width = 128, .depth = 4, .heads = 4 },
        [SIZE_BASE] = { .width = 384, .depth = 12, .heads = 6 },
    };
    static ito_dit net;

    net = sizes[net_args.size];
    net.width = net_args.width ? net_args.width : net.width;
    net.depth = net_args.depth ? net_args.depth : net.depth;
    net.time_features = features();
    net.dropout = net_args.dropout;
    net.standard = net_args.net == NET_STANDARD_DIT;
    net.time_scale = net.standard ? 1000 : 0; /* as the paper counts */
    return &net;
}

/* Options that do not belong to the network that was asked for. */
static int check(void)
{
    const int net = net_args.net;
    const int unet = net == NET_UNET || net == NET_LAB_UNET;
    const int dit = net == NET_DIT || net == NET_STANDARD_DIT;

    if (net == NET_POTENTIAL && net_args.plain)
        return cmd_usage("--plain: a potential has no sums to leave out");
    if (opt_given(&net_args.size) && !unet && !dit)
        return cmd_usage("--size is of --net unet, lab-unet and dit");
    if (opt_given(&net_args.dropout) && net != NET_UNET && !dit)
        return cmd_usage("--dropout is of --net unet and dit");
    if (opt_given(&net_args.norm) && net != NET_LAB_UNET)
        return cmd_usage("--norm is of --net lab-unet");
    if (unet && (net_args.width || net_args.depth || features()))
        return cmd_usage("--net unet: --size says how large it is");
    if ((unet || dit) && (net_args.act || net_args.plain))
        return cmd_usage("--activation and --plain are of mlp and potential");
    return 0;
}

int net_choose(ito_train_opts *o)
{
    const int usage = check();

    o->init = (ito_init)net_args.init;
    switch (net_args.net) {
    case NET_POTENTIAL: o->potential = own_potential(); break;
    case NET_UNET: o->res_unet = own_unet(); break;
    case NET_LAB_UNET: o->unet = lab_unet(); break;
    case NET_DIT:
    case NET_STANDARD_DIT: o->dit = own_dit(); break;
    default: o->mlp = own_mlp(); break;
    }
    return usage;
}
