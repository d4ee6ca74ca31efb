/* SPDX-License-Identifier: MIT
 *
 * ito/plot_images.h - figures of images: a grid with the names of labels, a
 * film strip of images on their way.
 */
#ifndef ITO_PLOT_IMAGES_H
#define ITO_PLOT_IMAGES_H

#include <ito/image.h>
#include <ito/plot.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Images on a grid, label by label, each beginning a row, which bears its
 * name.  ito_images_write_grid makes the same without names and without cairo.
 *
 * @param grid  how many and how wide (scale is not used), or NULL
 * @param opts  title, width and dpi are used; or NULL
 * @param out   receives the figure, to be freed by ito_figure_free; NULL on
 *              failure
 * @return ITO_OK, ITO_EARG, ITO_EUNFIT (neither grey nor colour), ITO_ERANGE
 *         (beyond 2^26 dots) or ITO_ENOMEM
 */
ITO_API ito_status ito_plot_images(ito_ctx *ctx, const ito_images *images,
                                   const ito_grid_opts *grid,
                                   const ito_plot_opts *opts, ito_figure **out);

/**
 * A film strip: a row an image, a column a time, which stands above it; rows
 * bear the names of labels, and come in their order.
 *
 * @param images  rows x frames: those of a row follow each other, with one
 *                label
 * @param frames  columns
 * @param t       frames times
 * @param opts    title, width and dpi are used; or NULL
 * @param out     receives the figure, to be freed by ito_figure_free; NULL on
 *                failure
 * @return as ito_plot_images; ITO_EARG for a number of images that is no
 *         multiple of frames
 */
ITO_API ito_status ito_plot_film(ito_ctx *ctx, const ito_images *images,
                                 size_t frames, const double *t,
                                 const ito_plot_opts *opts, ito_figure **out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_PLOT_IMAGES_H */
