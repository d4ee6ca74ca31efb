/* SPDX-License-Identifier: MIT
 *
 * ito/path.h - probability paths from noise (t = 0) to data (t = 1).
 *
 * A Gaussian path mixes a data point z with noise e of N(0, I):
 *
 *     x_t = alpha(t) z + beta(t) e
 *
 * and its conditional field along it, the target of flow matching, is
 *
 *     u_t(x_t | z) = alphadot z + betadot e.
 *
 * This form has no division, so it is exact at both ends; the same field as
 * a function of x, (alphadot - betadot alpha / beta) z + betadot / beta x,
 * cancels near t = 1 (Lipman et al., arXiv:2210.02747).  Names, with defaults:
 *
 *     linear                        alpha = t, beta = 1 - t
 *     sqrt                          alpha = t, beta = sqrt(1 - t)
 *     cosine                        alpha = sin(pi t / 2), beta = cos(pi t / 2)
 *     poly    p=2                   alpha = t^p, beta = 1 - t^p; p from 1
 *     vp      beta_min=0.1,beta_max=20
 *             alpha = e^(-B / 2), beta = sqrt(1 - e^-B), with s = 1 - t and
 *             B = s beta_min + s^2 (beta_max - beta_min) / 2: the diffusion of
 *             Song et al. (arXiv:2011.13456) run backwards
 *     ve      sigma_min=0.002,sigma_max=80,rho=7
 *             alpha = 1, beta = sigma(t) with sigma^(1/rho) linear in t from
 *             sigma_max to sigma_min (Karras et al., arXiv:2206.00364)
 *     edm     the same sigma(t), scaled to unit variance:
 *             alpha = 1 / sqrt(1 + sigma^2), beta = sigma / sqrt(1 + sigma^2)
 *
 * The first four have alpha(0) = beta(1) = 0 and alpha(1) = beta(0) = 1, to
 * the bit.  The others start near noise only: vp has alpha(0) = 0.0066 and
 * beta(0) = 0.99998, ve has alpha(0) = 1 beside beta(0) = 80, edm has
 * alpha(0) = 0.0125.  A sampler starts them at beta(0) e and so leaves the data
 * out; the error is that of N(0, beta(0)^2 I) against p_0, a mean of alpha(0)
 * E z.  ve and edm end at sigma_min e beside the data unless sigma_min=0.
 *
 * betadot is -infinite at t = 1 on sqrt and vp; what stays finite everywhere
 * is beta betadot, and beta W of W = alphadot beta - alpha betadot > 0.
 */
#ifndef ITO_PATH_H
#define ITO_PATH_H

#include <ito/dist.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The coefficients of a path at one time, and their time derivatives. */
typedef struct ito_coef {
    double alpha;        /**< weight of the data */
    double beta;         /**< weight of the noise */
    double alphadot;     /**< d alpha / dt */
    double betadot;      /**< d beta / dt; may be -infinite at t = 1 */
    double beta_betadot; /**< beta betadot, always finite */
    double w;            /**< alphadot beta - alpha betadot; as betadot */
    double beta_w;       /**< beta W, always finite */
} ito_coef;

/** A path; a plain value that owns nothing and may be copied. */
typedef struct ito_path {
    const char *name;   /**< as in ito_path_parse: "linear" */
    const char *text;   /**< formula, for people */
    const char *params; /**< parameters with their defaults, or "" */
    ito_coef (*at)(const struct ito_path *path, double t);
    /**< behind ito_path_coef */
    double param[3]; /**< values, in the order of params */
    char spec[80];   /**< name with all parameters, which gives the same
                             path again; what a model records */
} ito_path;

/** The i-th path with its default parameters, or NULL past the end; the first
 *  is the default. */
ITO_API const ito_path *ito_path_at(size_t i);

/** The path of that name with its default parameters, or NULL. */
ITO_API const ito_path *ito_path_find(const char *name);

/**
 * Read NAME or NAME:PARAMETER=VALUE,...
 *
 * @param out  receives the path
 * @return ITO_OK or ITO_EARG (unknown name or parameter, absurd value; the
 *         message lists what exists)
 */
ITO_API ito_status ito_path_parse(ito_ctx *ctx, const char *spec,
                                  ito_path *out);

/** Coefficients at t in [0, 1]; a path is only defined there. */
ITO_API ito_coef ito_path_coef(const ito_path *path, double t);

/* --- predictions --------------------------------------------------------- */

/** What a network, or an oracle, may tell of a point x_t.  Each of them gives
 *  all others (ito_convert), as x = alpha z^ + beta e^ ties them together. */
typedef enum ito_predict {
    ITO_PREDICT_VELOCITY, /**< u = alphadot z^ + betadot e^ */
    ITO_PREDICT_SCORE,    /**< s = grad log p_t = -e^ / beta */
    ITO_PREDICT_NOISE,    /**< e^ = E[e | x_t] */
    ITO_PREDICT_DATA,     /**< z^ = E[z | x_t], the denoiser */
    ITO_PREDICT_V         /**< v = alpha e^ - beta z^ (Salimans and Ho,
                               arXiv:2202.00512) */
} ito_predict;

/** Rows along a path: what the calls below share.  Zero the struct first. */
typedef struct ito_along {
    const ito_path *path; /**< NULL = the default */
    double t;             /**< time of all rows, unless `times` is given */
    const double *times;  /**< one time a row, or NULL */
    size_t dim;           /**< values a row has */
    ito_dtype dtype;      /**< of all rows; 0 = ITO_F32.  Sums are in double */
    double noise_std;     /**< std of the noise e in place of 1; 0 = 1 */
    ito_predict from, to; /**< of ito_convert */
    void *reserved[4];    /**< zero */
} ito_along;

/** The points x_t = alpha z + beta e.  z, e, out: n x dim values; out may be
 *  one of them.  At t = 0 and 1 of the first four paths they are e and z to the
 *  bit. */
ITO_API ito_status ito_path_points(ito_ctx *ctx, const ito_along *along,
                                   size_t n, const void *z, const void *e,
                                   void *out);

/** The targets alphadot z + betadot e.
 *  @return ITO_OK, ITO_EARG, or ITO_ERANGE where betadot is infinite */
ITO_API ito_status ito_path_targets(ito_ctx *ctx, const ito_along *along,
                                    size_t n, const void *z, const void *e,
                                    void *out);

/**
 * Convert a prediction at points x into another one.  From ITO_PREDICT_DATA
 * with the data points themselves it gives the conditional field u_t(x | z),
 * score and noise.
 *
 * Every conversion is out = a x + b in, with a and b of one time
 * (ito_convert_at).  Those between velocity and the others go through W, so
 * only what lies in the matter is singular.  At alpha = 0 score and noise tell
 * nothing of data, velocity and v.  At beta = 0 data tell nothing of the
 * others, nothing but a score tells a score, and where betadot is infinite
 * (sqrt, vp) a velocity is told by a score alone; there a velocity tells the
 * score as well, which is the limit along the way.  At
 * W = 0 (poly at t = 0, ve with sigma_min=0 at t = 1) a velocity tells nothing.
 * Close by, rounding in `in` grows by |b|: 1 / (1 - t) for data to velocity on
 * the linear path.
 *
 * @param x    n x dim points
 * @param in   n x dim values of along->from
 * @param out  receives n x dim values of along->to; may be `in` or x
 * @return ITO_OK, ITO_EARG, or ITO_ERANGE at a time where the conversion is
 *         singular
 */
ITO_API ito_status ito_convert(ito_ctx *ctx, const ito_along *along, size_t n,
                               const void *x, const void *in, void *out);

/** The a = ab[0] and b = ab[1] of ito_convert at along->t; returns as it. */
ITO_API ito_status ito_convert_at(ito_ctx *ctx, const ito_along *along,
                                  double ab[2]);

/**
 * The conditional score of x_t = alpha z + beta y with y of any distribution
 * that has a score: grad log p_t(x | z) = s_init((x - alpha z) / beta) / beta.
 *
 * @param along  dtype must be ITO_F64; noise_std is not used
 * @param init   distribution of y, of along->dim components
 * @param x, z   n x dim values
 * @return ITO_OK, ITO_EARG, ITO_EUNFIT (no score), ITO_ERANGE (beta = 0) or
 *         ITO_ENOMEM
 */
ITO_API ito_status ito_path_score_from(ito_ctx *ctx, const ito_along *along,
                                       const ito_dist *init, size_t n,
                                       const double *const xz[2], double *out);

/* --- noise on the way ---------------------------------------------------- */

/**
 * What an Euler-Maruyama step of length h from t multiplies the distance to
 * alpha z by, for the conditional SDE with diffusion sigma:
 *
 *     1 + h (betadot / beta - sigma^2 / (2 beta^2)).
 *
 * A step is stable where its size is at most 1.  k steps before the end it is
 * 1 - 1/k - sigma^2 / (2 k^2 h) on the linear path and 1 - (1 + sigma^2) /
 * (2 k) on sqrt.  -infinite where beta = 0.
 */
ITO_API double ito_sigma_multiplier(const ito_path *path, double t, double h,
                                    double sigma);

/** The largest sigma for which such a step is stable; 0 if none is. */
ITO_API double ito_sigma_limit(const ito_path *path, double t, double h);

/* --- times of training --------------------------------------------------- */

/** How the times of training are distributed. */
typedef enum ito_time_law {
    ITO_TIMES_UNIFORM,
    ITO_TIMES_LOGIT_NORMAL, /**< t = 1 / (1 + e^-y), y of N(mean, std^2) (Esser
                                 et al., arXiv:2403.03206) */
    ITO_TIMES_TABLE /**< constant on each of `bins` equal parts of [lo, hi],
                         in proportion to `table`: importance sampling */
} ito_time_law;

/** Times of training.  Zero the struct first. */
typedef struct ito_times {
    ito_time_law law;
    double mean, std;    /**< of a logit-normal; std 0 = 1 */
    double lo, hi;       /**< times lie in [lo, hi]; both 0 = [0, 1] */
    const double *table; /**< bins values of at least 0, one positive */
    size_t bins;         /**< 1 to 65536 */
    size_t strata;       /**< rows of a batch that share [lo, hi] out evenly:
                              row id takes the part id g mod strata, g coprime
                              to it, of equal probability; 0 = independent */
    void *reserved[4];   /**< zero */
} ito_times;

/** Read uniform[:lo=,hi=] or logit-normal[:mean=0,std=1,lo=0,hi=1]; other
 *  members become zero. */
ITO_API ito_status ito_times_parse(ito_ctx *ctx, const char *spec,
                                   ito_times *out);

/**
 * Times of rows id0 .. id0 + n - 1, each a pure function of its address.
 *
 * @param at  address; purpose 0 is taken as ITO_FOR_TIME
 * @param t   receives n values in [lo, hi], never 0 or 1 of [0, 1]
 * @return ITO_OK or ITO_EARG
 */
ITO_API ito_status ito_times_draw(ito_ctx *ctx, const ito_times *times,
                                  const ito_noise *at, uint64_t id0, size_t n,
                                  double *t);

/** 1 / density of the law at t relative to uniform on [lo, hi]: the weights
 *  under which a mean over drawn times is that over uniform ones.  0 where the
 *  law has no mass. */
ITO_API ito_status ito_times_weight(ito_ctx *ctx, const ito_times *times,
                                    size_t n, const double *t, double *weight);

#ifdef __cplusplus
}
#endif
#endif /* ITO_PATH_H */
