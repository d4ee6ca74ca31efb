/* SPDX-License-Identifier: MIT
 *
 * net_options.h - the options of `ito train` about the network.
 */
#ifndef CLI_NET_OPTIONS_H
#define CLI_NET_OPTIONS_H

#include <ito/train.h>

#include "cli/opt.h"

/** Values of NET_OPTIONS. */
typedef struct net_options {
    int net, size, norm, act, init, plain;
    size_t width, depth;
    uint64_t time_features;
    double dropout;
} net_options;

extern net_options net_args;

/* clang-format off */
#define NET_OPTIONS                                                          \
    GROUP("network"),                                                        \
    CHOICE(0, "net",                                                         \
           "default|mlp|potential|unet|lab-unet|dit|standard-dit",           \
           &net_args.net,                                                    \
           "kind of network; a potential knows its energy, unet, lab-unet "  \
           "(the course's), dit and standard-dit (the paper's, which `ito "  \
           "export` knows, as lab-unet) are of images [mlp; images of 16 x " \
           "16 and more unet]"),                                             \
    CHOICE(0, "size", "small|tiny|base", &net_args.size,                     \
           "of unet, lab-unet and dit [small]"),                             \
    CHOICE(0, "norm", "batch|group", &net_args.norm,                         \
           "of lab-unet [batch, as the course's]"),                          \
    SIZE(0, "width", &net_args.width,                                        \
         "columns of a hidden layer; of dit channels of a token [256; points "\
         "of a plane 128]"),                                                 \
    SIZE(0, "depth", &net_args.depth,                                        \
         "hidden layers [4; potential: of the part that sees the time 2]; "  \
         "blocks of dit [6]"),                                               \
    CHOICE(0, "activation", "default|silu|gelu|relu|tanh|selu",              \
           &net_args.act, "activation [silu]"),                              \
    U64(0, "time-features", &net_args.time_features,                         \
        "Fourier features of the time, at most 16 [4; tables 8 where the "   \
        "network is left to ito; dit 16]; of standard-dit sinusoids [128]"), \
    DOUBLE(0, "dropout", &net_args.dropout,                                  \
           "of unet and dit: share of numbers that training drops [0]"),     \
    FLAG(0, "plain", &net_args.plain, "layer after layer, without sums"),    \
    CHOICE(0, "init", "uniform|he", &net_args.init,                          \
           "first weights [uniform]")
/* clang-format on */

/*
 * Set the network of the options, and what belongs to it; what it points to
 * lives as long as the program.  Returns 0, or the exit code of a usage error
 * after saying it.
 */
int net_choose(ito_train_opts *o);

#endif /* CLI_NET_OPTIONS_H */
