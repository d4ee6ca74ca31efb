/* SPDX-License-Identifier: MIT
 *
 * kinds.c - the table of built-in distributions.
 *
 * Constants: the labs of MIT 6.S184 for gmm, gmm-random, moons, circles and
 * checkerboard; the TorchCFM code for 8gaussians and scurve.  Adding a
 * distribution is adding a row and its draw function.
 */
#include "dist/kinds.h"

#include "kern/dmath.h"

#define PI 3.14159265358979323846

static ito_status build_gaussian(ito_ctx *ctx, ito_dist *dist)
{
    const size_t dim = (size_t)dist->value[GAUSS_DIM];
    ito_status rc = ito__dist_new_modes(ctx, dist, 1, dim);

    if (rc != ITO_OK)
        return rc;
    for (size_t c = 0; c < dim; c++)
        ito__dist_means(dist)[c] = dist->value[GAUSS_MEAN];
    ito__dist_stds(dist)[0] = dist->value[GAUSS_STD];
    ito__dist_weights(dist)[0] = 1.0;
    ito__dist_finish_modes(dist);
    return ITO_OK;
}

/* Memory for modes in the plane with equal weights and one std. */
static ito_status new_equal(ito_ctx *ctx, ito_dist *dist, size_t modes,
                            double std)
{
    ito_status rc = ito__dist_new_modes(ctx, dist, modes, 2);

    for (size_t k = 0; rc == ITO_OK && k < modes; k++) {
        ito__dist_stds(dist)[k] = std;
        ito__dist_weights(dist)[k] = 1.0;
    }
    return rc;
}

/* Modes on a circle, the first at angle 0; *std is one of dist->value. */
static ito_status build_circle(ito_ctx *ctx, ito_dist *dist, size_t modes,
                               double scale, const double *std, double offset)
{
    ito_status rc = new_equal(ctx, dist, modes, *std);

    if (rc != ITO_OK)
        return rc;
    for (size_t k = 0; k < modes; k++) {
        const double angle = 2.0 * PI * (double)k / (double)modes;

        ito__dist_means(dist)[2 * k] = scale * ito__cos(angle) + offset;
        ito__dist_means(dist)[2 * k + 1] = scale * ito__sin(angle);
    }
    ito__dist_finish_modes(dist);
    return ITO_OK;
}

static ito_status build_gmm(ito_ctx *ctx, ito_dist *dist)
{
    const double *value = dist->value;

    return build_circle(ctx, dist, (size_t)value[GMM_MODES], value[GMM_SCALE],
                        &value[GMM_STD], value[GMM_OFFSET]);
}

static ito_status build_eight(ito_ctx *ctx, ito_dist *dist)
{
    return build_circle(ctx, dist, 8, dist->value[EIGHT_SCALE],
                        &dist->value[EIGHT_STD], 0.0);
}

/* means = (U - 1/2) scale, U row by row. */
static ito_status build_random(ito_ctx *ctx, ito_dist *dist)
{
    const double *value = dist->value;
    const size_t modes = (size_t)value[GMM_MODES];
    ito_status rc = new_equal(ctx, dist, modes, value[GMM_STD]);
    double *means = ito__dist_means(dist);

    if (rc != ITO_OK)
        return rc;
    ito__torch_rand((uint32_t)value[GMM_SEED], 2 * modes, means);
    for (size_t i = 0; i < 2 * modes; i++)
        means[i] = (means[i] - 0.5) * value[GMM_SCALE] +
                   (i % 2 == 0 ? value[GMM_OFFSET] : 0.0);
    ito__dist_finish_modes(dist);
    return ITO_OK;
}

#define SIZE   1e-6, 1e6, false, NULL /* a positive length */
#define NOISE  0.0, 1e6, false, NULL  /* a length that may be 0 */
#define OFFSET -1e6, 1e6, false, NULL

/* clang-format off */
static const dist_kind kinds[] = {
    { .info = { "gaussian", "dim=2,mean=0,std=1", "N(mean, std^2 I)" },
      .params = { { "dim", "2", 1, 4096, true, NULL }, { "mean", "0", OFFSET },
                  { "std", "1", SIZE } },
      .build = build_gaussian, .draw = ito__draw_gaussian },
    { .info = { "moons", "scale=3.5,noise=0.05,offset=0",
                "two half circles that interlock" },
      .params = { { "scale", "3.5", SIZE }, { "noise", "0.05", NOISE },
                  { "offset", "0", OFFSET } },
      .draw = ito__draw_moons },
    { .info = { "circles", "scale=5,factor=0.5,noise=0.05",
                "two circles around one centre" },
      .params = { { "scale", "5", SIZE },
                  { "factor", "0.5", 0.0, 1.0, false, NULL },
                  { "noise", "0.05", NOISE } },
      .draw = ito__draw_circles },
    { .info = { "checkerboard", "grid=4,scale=5",
                "uniform on every other cell of a square" },
      .params = { { "grid", "4", 1, 64, true, "g" }, { "scale", "5", SIZE } },
      .draw = ito__draw_board },
    { .info = { "gmm", "modes=5,scale=10,std=1,offset=0",
                "equal normals on a circle" },
      .params = { { "modes", "5", 1, 4096, true, NULL },
                  { "scale", "10", NOISE },
                  { "std", "1", SIZE }, { "offset", "0", OFFSET } },
      .build = build_gmm, .draw = ito__draw_modes },
    { .info = { "gmm-random", "modes=5,scale=20,std=1,offset=0,seed=3",
                "equal normals at random places" },
      .params = { { "modes", "5", 1, 312, true, NULL },
                  { "scale", "20", NOISE },
                  { "std", "1", SIZE }, { "offset", "0", OFFSET },
                  { "seed", "3", 0, 4294967295.0, true, NULL } },
      .build = build_random, .draw = ito__draw_modes },
    { .info = { "8gaussians", "scale=5,std=0.5623413",
                "eight normals on a circle" },
      .params = { { "scale", "5", NOISE }, { "std", "0.5623413", SIZE } },
      .build = build_eight, .draw = ito__draw_modes },
    { .info = { "spiral", "turns=1.5,scale=5,noise=0.02",
                "two arms of a spiral" },
      .params = { { "turns", "1.5", 0.01, 100.0, false, NULL },
                  { "scale", "5", SIZE }, { "noise", "0.02", NOISE } },
      .draw = ito__draw_spiral },
    { .info = { "rings", "rings=4,scale=5,noise=0.02",
                "circles of evenly growing radius" },
      .params = { { "rings", "4", 1, 64, true, NULL }, { "scale", "5", SIZE },
                  { "noise", "0.02", NOISE } },
      .draw = ito__draw_rings },
    { .info = { "swissroll", "scale=5,noise=0.02", "a spiral of 1.5 turns" },
      .params = { { "scale", "5", SIZE }, { "noise", "0.02", NOISE } },
      .draw = ito__draw_swissroll },
    { .info = { "scurve", "scale=1.5,noise=0.05", "a letter S" },
      .params = { { "scale", "1.5", SIZE }, { "noise", "0.05", NOISE } },
      .draw = ito__draw_scurve },
};
/* clang-format on */

const dist_kind ito__dist_kind_mixture = {
    .info = { "mixture", "", "normals that a program gave" },
    .draw = ito__draw_modes,
};

const dist_kind *ito__dist_kind_at(size_t i)
{
    return i < sizeof(kinds) / sizeof(kinds[0]) ? &kinds[i] : NULL;
}

const ito_dist_info *ito_dist_at(size_t i)
{
    const dist_kind *kind = ito__dist_kind_at(i);

    return kind ? &kind->info : NULL;
}
