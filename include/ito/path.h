/* SPDX-License-Identifier: MIT
 *
 * ito/path.h - probability paths from noise (t = 0) to data (t = 1).
 *
 * A Gaussian path mixes a data point z with noise e of N(0, I):
 *
 *     x_t = alpha(t) z + beta(t) e,   alpha(0) = beta(1) = 0,
 *                                     alpha(1) = beta(0) = 1
 *
 * and its conditional field along it, the target of flow matching, is
 *
 *     u_t(x_t | z) = alphadot z + betadot e.
 *
 * This form has no division, so it is exact at both ends; the same field as
 * a function of x, (alphadot - betadot alpha / beta) z + betadot / beta x,
 * cancels near t = 1 and is never used (Lipman et al., arXiv:2210.02747).
 */
#ifndef ITO_PATH_H
#define ITO_PATH_H

#include <ito/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The coefficients of a path at one time, and their time derivatives. */
typedef struct ito_coef {
    double alpha;    /**< weight of the data */
    double beta;     /**< weight of the noise */
    double alphadot; /**< d alpha / dt */
    double betadot;  /**< d beta / dt */
} ito_coef;

/** A path, a row of the table behind ito_path_at. */
typedef struct ito_path {
    const char *name;         /**< as stored in models: "linear" */
    const char *text;         /**< formula, for people */
    ito_coef (*at)(double t); /**< coefficients at t in [0, 1] */
} ito_path;

/** The i-th path, or NULL past the end; the first is the default. */
ITO_API const ito_path *ito_path_at(size_t i);

/** The path of that name, or NULL. */
ITO_API const ito_path *ito_path_find(const char *name);

#ifdef __cplusplus
}
#endif
#endif /* ITO_PATH_H */
