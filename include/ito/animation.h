/* SPDX-License-Identifier: MIT
 *
 * ito/animation.h - figures in a row as one moving picture, or as a film
 * strip.
 *
 *     ito_animation *film;
 *
 *     rc = ito_animation_new(ctx, NULL, &film);
 *     for (each instant) {
 *         ...make a figure with fixed limits...
 *         rc = ito_animation_add(ctx, film, figure);
 *         ito_figure_free(figure);
 *     }
 *     rc = ito_animation_write(ctx, film, "langevin.png");
 *     ito_animation_free(film);
 *
 * The file is an APNG (Portable Network Graphics, third edition, W3C 2025):
 * browsers, and most viewers, play it; a viewer that does not know it shows
 * the first frame.  Only what changes from frame to frame is stored.  Equal
 * calls give equal bytes on one machine.
 *
 * Memory: one frame as dots, and what the file will hold, at most 1 GB.
 */
#ifndef ITO_ANIMATION_H
#define ITO_ANIMATION_H

#include <ito/figure.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A moving picture; opaque. */
typedef struct ito_animation ito_animation;

/** How it moves.  Zero in any field means the default. */
typedef struct ito_animation_opts {
    double fps;        /**< frames a second, 0.1 to 100; 0 = 10 */
    double hold;       /**< seconds that the last frame stands longer, at most
                            50; 0 = 1; below 0 = none */
    size_t loops;      /**< how often it plays; 0 = for ever */
    double dpi;        /**< dots per inch, 20 to 600; 0 = 110 */
    size_t strip;      /**< > 0: no motion, but the frames side by side in one
                            picture, so many in a row */
    void *reserved[4]; /**< zero */
} ito_animation_opts;

/**
 * Make an animation without frames.
 *
 * @param out  receives it, to be freed by ito_animation_free; NULL on failure
 * @return ITO_OK, ITO_EARG, ITO_ENOMEM or ITO_EUNFIT (built without cairo)
 */
ITO_API ito_status ito_animation_new(ito_ctx *ctx,
                                     const ito_animation_opts *opts,
                                     ito_animation **out);

/**
 * Add a figure as the next frame; it is drawn at once and not needed after.
 * Give all figures the same width, height (or panels) and limits: frames that
 * differ in size are refused.
 *
 * @return ITO_OK, ITO_EARG (another size than the first, and what
 *         ito_figure_draw refuses), ITO_ERANGE (too large) or ITO_ENOMEM;
 *         after a failure the animation is as before
 */
ITO_API ito_status ito_animation_add(ito_ctx *ctx, ito_animation *animation,
                                     ito_figure *figure);

/** Number of frames. */
ITO_API size_t ito_animation_frames(const ito_animation *animation);

/**
 * Write the file, whose name ends in .png or .apng.  It appears whole or not
 * at all.  More frames may be added, and it may be written again.
 *
 * @return ITO_OK, ITO_EARG (no frame, another suffix), ITO_EIO or ITO_ENOMEM
 */
ITO_API ito_status ito_animation_write(ito_ctx *ctx, ito_animation *animation,
                                       const char *path);

/** Free an animation, before its context is closed; NULL is allowed. */
ITO_API void ito_animation_free(ito_animation *animation);

#ifdef __cplusplus
}
#endif
#endif /* ITO_ANIMATION_H */
