/* SPDX-License-Identifier: MIT
 *
 * ito/torch.h - weights from PyTorch and for it.
 *
 *     rc = ito_torch_import(ctx, "unet.safetensors", &opts, &model);
 *     rc = ito_model_sample(ctx, model, ...);
 *     rc = ito_torch_export(ctx, model, "back.safetensors");
 *
 * The files are those of safetensors.torch.save_file(net.state_dict(), ..), of
 * two networks: the U-Net of the lab of 2025 and the transformer DiT (Peebles
 * and Xie, arXiv:2212.09748), both predicting the velocity on the linear path
 * from noise at t = 0 to data at t = 1.  docs/book/import.md has the name,
 * shape and place of every tensor.
 */
#ifndef ITO_TORCH_H
#define ITO_TORCH_H

#include <ito/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Which network weights are of. */
typedef enum ito_torch_net {
    ITO_TORCH_ANY,  /**< what the names of the tensors say */
    ITO_TORCH_UNET, /**< the lab's U-Net, with batch norm or, where there are
                         no running values, group norm (8 groups where they
                         divide the channels, else 1); any channels, levels,
                         residual layers, labels */
    ITO_TORCH_DIT   /**< DiT, of any size; learn_sigma = False */
} ito_torch_net;

/** What weights do not say.  Zero in any field means the default. */
typedef struct ito_torch_opts {
    ito_torch_net net;    /**< see ito_torch_net */
    size_t height, width; /**< of the images; both 0 = of a DiT the square that
                               its positions fill, of a U-Net an error */
    double lo, hi;        /**< pixels that are -1 and 1 in the network; both
                               0 = bytes, 0 and 255 */
    size_t heads;         /**< of the attention of a DiT; needed */
    size_t time_scale;    /**< a DiT is given time_scale t; 0 = 1 */
    int direct;           /**< convolutions of a U-Net without Winograd's
                               method: ito_conv.direct */
    void *reserved[4];    /**< zero */
} ito_torch_opts;

/**
 * Make a model of weights.  Elements may be float32, float16 or bfloat16.
 * Label i of the network's table is called i, with zeros before it (00 .. 99);
 * the table's last row is that of no label.  Nothing is left out or made up:
 * tensors that are missing, unknown, of another shape or type are an error
 * that names them.
 *
 * @param opts  options, or NULL
 * @param out   receives the model, to be freed by ito_model_free; NULL on
 *              failure
 * @return ITO_OK, ITO_EIO, ITO_EFORMAT (truncated, or no safetensors file),
 *         ITO_EUNFIT (tensors that are not those of the network),
 *         ITO_ENONFINITE, ITO_EARG or ITO_ENOMEM
 */
ITO_API ito_status ito_torch_import(ito_ctx *ctx, const char *path,
                                    const ito_torch_opts *opts,
                                    ito_model **out);

/**
 * Write the weights of a model as PyTorch names them, float32; imported ones
 * come out as they went in, to the bit.  The file appears whole or not at all.
 *
 * @return ITO_OK, ITO_EUNFIT (another network), ITO_EIO, ITO_EARG or
 *         ITO_ENOMEM
 */
ITO_API ito_status ito_torch_export(ito_ctx *ctx, const ito_model *model,
                                    const char *path);

#ifdef __cplusplus
}
#endif
#endif /* ITO_TORCH_H */
