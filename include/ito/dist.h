/* SPDX-License-Identifier: MIT
 *
 * ito/dist.h - distributions that are built in: sample, log density, score.
 *
 *     ito_dist *dist;
 *
 *     rc = ito_dist_open(ctx, "gmm:modes=5,scale=10,std=1", &dist);
 *     rc = ito_dist_sample(ctx, dist, &(ito_noise){ .seed = 7 }, 0, n, rows);
 *     ito_dist_free(dist);
 *
 * A row is a pure function of the distribution and its address (seed,
 * stream, step, id), like every random number here.  Names, with defaults:
 *
 *     gaussian      dim=2,mean=0,std=1         N(mean, std^2 I)
 *                   mean=1:2:3 gives each component its own; cov=a:b:c, the
 *                   lower triangle by rows (c11:c21:c22:...), a covariance
 *                   in place of std; both say how many components there are
 *     gmm           modes=5,scale=10,std=1,offset=0
 *                   equal weights on a circle of radius scale, first mode at
 *                   angle 0; offset shifts the first coordinate
 *     gmm-random    modes=5,scale=20,std=1,offset=0,seed=3
 *                   means (U - 1/2) scale, U drawn as torch.rand does after
 *                   torch.manual_seed(seed)
 *     8gaussians    scale=5,std=0.5623413      gmm with 8 modes; the variance
 *                   is sqrt(0.1), as in the TorchCFM code
 *     moons         scale=3.5,noise=0.05,offset=0
 *                   outer (cos a, sin a), inner (1 - cos a, 1/2 - sin a), a
 *                   in [0, pi]; noise before scaling
 *     circles       scale=5,factor=0.5,noise=0.05
 *                   radius 1 and factor; noise before scaling
 *     rings         rings=4,scale=5,noise=0.02
 *                   equal weights on radius k / rings, k = 1 .. rings
 *     checkerboard  grid=4,scale=5             (g stands for grid too)
 *                   uniform on the cells of equal parity of
 *                   [-scale, scale]^2 cut into grid x grid
 *     spiral        turns=1.5,scale=5,noise=0.02
 *                   two arms (cos b, sin b) r, r = sqrt(U), b = 2 pi turns r,
 *                   the second turned by pi
 *     swissroll     scale=5,noise=0.02
 *                   (cos a, sin a) a / (4.5 pi), a in [1.5 pi, 4.5 pi]
 *     scurve        scale=1.5,noise=0.05
 *                   (sin a, sign(a) (cos a - 1)), a in [-1.5 pi, 1.5 pi]
 *     funnel        dim=2,sigma=3
 *                   v of N(0, sigma^2), then dim - 1 of N(0, e^v) (Neal, Slice
 *                   sampling, 2003, has dim=10)
 *     student-t     dim=2,df=3,scale=1
 *                   scale times a normal row over sqrt(chi^2_df / df)
 *     gmm1d         0.3 N(-2, 0.5^2) + 0.7 N(1.5, 0.8^2), on a line
 *     uniform       dim=1,lo=-1,hi=1
 *     laplace       dim=1,mean=0,scale=1
 *                   independent components, density e^(-|x - mean| / scale)
 *
 *     glyphs        size=28,thickness=1,variety=1
 *                   images of the digits 0 to 9, size x size pixels from -1
 *                   (paper) to 1 (ink), by rows; thickness of the pen,
 *                   variety of size, slant and form (0: all shapes upright)
 *
 * Angles are independent and uniform.  Every name also takes n=ROWS, which
 * asks users of the distribution for a fixed set of that many rows.
 *
 * Every one but glyphs has a log density, and all but checkerboard and uniform
 * have a score too.  Mixtures, circles and rings (by Bessel functions) and
 * single laws are in closed form.  Moons, spiral, swissroll and scurve are
 * integrals over their curve, by a fixed Gauss-Legendre rule: relative error of
 * the density below 1e-10 within 20 noises of the curve, log density right to
 * 1e-3 of itself however far out, score the exact gradient of what is returned.
 * Without noise (noise=0) there is no density.
 */
#ifndef ITO_DIST_H
#define ITO_DIST_H

#include <ito/noise.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A distribution; opaque, immutable, usable through any context. */
typedef struct ito_dist ito_dist;

/** A built-in distribution, for lists. */
typedef struct ito_dist_info {
    const char *name;   /**< as in ito_dist_open */
    const char *params; /**< its parameters with their defaults */
    const char *text;   /**< one line for people */
} ito_dist_info;

/** The i-th built-in distribution, or NULL past the end. */
ITO_API const ito_dist_info *ito_dist_at(size_t i);

/**
 * Open a distribution.
 *
 * @param ctx   context
 * @param spec  NAME or NAME:PARAMETER=VALUE,...
 * @param out   receives the distribution, to be freed by ito_dist_free before
 *              the context is closed; NULL on failure
 * @return ITO_OK, ITO_EARG (unknown name or parameter, malformed or absurd
 *         value; the message lists what exists) or ITO_ENOMEM
 */
ITO_API ito_status ito_dist_open(ito_ctx *ctx, const char *spec,
                                 ito_dist **out);

/** A mixture of isotropic normals, to be given by a program. */
typedef struct ito_mixture {
    size_t modes;          /**< 1 to 4096 */
    size_t dim;            /**< 1 to 4096 */
    const double *means;   /**< modes x dim, within +-1e30 */
    const double *stds;    /**< modes values, 1e-30 to 1e30, or NULL for 1 */
    const double *weights; /**< the same range, any sum; NULL = equal */
    const double *covs;    /**< modes x dim x dim, symmetric and positive
                                definite, in place of stds; dim at most 512;
                                or NULL */
    void *reserved[3];     /**< zero */
} ito_mixture;

/**
 * Open a mixture of the program's own; everything is copied.
 *
 * @return ITO_OK, ITO_EARG or ITO_ENOMEM
 */
ITO_API ito_status ito_dist_open_mixture(ito_ctx *ctx,
                                         const ito_mixture *mixture,
                                         ito_dist **out);

/**
 * Open a normal with any covariance; everything is copied.
 *
 * @param dim   1 to 512
 * @param mean  dim values, or NULL for 0
 * @param cov   dim x dim values, symmetric and positive definite
 * @return ITO_OK, ITO_EARG or ITO_ENOMEM
 */
ITO_API ito_status ito_dist_open_gaussian(ito_ctx *ctx, size_t dim,
                                          const double *mean, const double *cov,
                                          ito_dist **out);

/**
 * Open one class of a mixture, a normal: what a condition on the label leaves.
 *
 * @param label  below ito_dist_classes
 * @return ITO_OK, ITO_EARG, ITO_EUNFIT (no mixture) or ITO_ENOMEM
 */
ITO_API ito_status ito_dist_open_class(ito_ctx *ctx, const ito_dist *dist,
                                       uint32_t label, ito_dist **out);

/** Free a distribution; NULL is allowed. */
ITO_API void ito_dist_free(ito_dist *dist);

/** Name without parameters, for example "gmm". */
ITO_API const char *ito_dist_name(const ito_dist *dist);

/** Name with all parameters, which opens the same distribution again; of what
 *  a program gave ("mixture", "normal") the name alone, which does not. */
ITO_API const char *ito_dist_spec(const ito_dist *dist);

/** Components of a row. */
ITO_API size_t ito_dist_dim(const ito_dist *dist);

/** Whether rows are images: then 1, and `size` receives height, width and
 *  channels; else 0. */
ITO_API int ito_dist_image(const ito_dist *dist, size_t size[3]);

/** The n= parameter: rows of a fixed set; 0 means drawn afresh. */
ITO_API uint64_t ito_dist_rows(const ito_dist *dist);

/**
 * Draw rows of ids id0 .. id0 + n - 1, in parallel.
 *
 * @param at    address; purpose 0 is taken as ITO_FOR_ROWS
 * @param rows  receives n x dim floats
 * @return ITO_OK or ITO_EARG (an address out of range)
 */
ITO_API ito_status ito_dist_sample(ito_ctx *ctx, const ito_dist *dist,
                                   const ito_noise *at, uint64_t id0, size_t n,
                                   float *rows);

/**
 * Classes that rows belong to: modes, moons, circles, arms, cells, digits; 1
 * where there is nothing to tell apart.
 */
ITO_API size_t ito_dist_classes(const ito_dist *dist);

/**
 * The class of each row that ito_dist_sample draws at the same address: the
 * mode that it was drawn from, the moon (0 the outer), the circle (moving
 * outwards in rings, inwards in circles), the arm, the cell counted by rows.
 *
 * @param labels  receives n values below ito_dist_classes
 * @return as ito_dist_sample
 */
ITO_API ito_status ito_dist_labels(ito_ctx *ctx, const ito_dist *dist,
                                   const ito_noise *at, uint64_t id0, size_t n,
                                   uint32_t *labels);

/**
 * Log density in nats, in parallel; -inf where there is no mass.
 *
 * @param x     n x dim values, at most 1e100
 * @param logp  receives n values
 * @return ITO_OK, ITO_EARG (x is not finite), ITO_EUNFIT (no density: the
 *         message says why) or ITO_ENOMEM
 */
ITO_API ito_status ito_dist_logp(ito_ctx *ctx, const ito_dist *dist, size_t n,
                                 const double *x, double *logp);

/** Score, the gradient of the log density: n x dim values; else as
 *  ito_dist_logp.  A funnel's is as at v = +-600 beyond that. */
ITO_API ito_status ito_dist_score(ito_ctx *ctx, const ito_dist *dist, size_t n,
                                  const double *x, double *score);

#ifdef __cplusplus
}
#endif
#endif /* ITO_DIST_H */
