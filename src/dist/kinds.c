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

/* The dimension that the lists of a gaussian have: a lower triangle of
 * d (d + 1) / 2 numbers, or d means. */
static ito_status gaussian_dim(ito_ctx *ctx, const ito_dist *dist, size_t *out)
{
    const size_t means = dist->numbers[LIST_MEAN];
    const size_t covs = dist->numbers[LIST_COV];
    size_t dim = 1;

    while (covs > 0 && dim * (dim + 1) / 2 < covs)
        dim++;
    if (covs > 0 && dim * (dim + 1) / 2 != covs)
        return ito__fail(ctx, ITO_EARG,
                         "distribution gaussian: cov has %zu numbers; the "
                         "lower triangle of a covariance has 1, 3, 6, 10, ...",
                         covs);
    if (covs == 0)
        dim = dist->given[GAUSS_DIM] || means <= 1
                  ? (size_t)dist->value[GAUSS_DIM]
                  : means;
    if ((means > 1 && means != dim) ||
        (dist->given[GAUSS_DIM] && (size_t)dist->value[GAUSS_DIM] != dim))
        return ito__fail(ctx, ITO_EARG,
                         "distribution gaussian: dim, mean and cov do not fit: "
                         "%.0f, %zu and %zu numbers",
                         dist->value[GAUSS_DIM], means, covs);
    *out = dim;
    return ITO_OK;
}

static ito_status build_gaussian(ito_ctx *ctx, ito_dist *dist)
{
    double cov[64];
    size_t dim = 0;
    ito_status rc = gaussian_dim(ctx, dist, &dim);

    if (rc == ITO_OK && dist->given[GAUSS_STD] && dist->given[GAUSS_COV])
        rc = ito__fail(ctx, ITO_EARG,
                       "distribution gaussian: std and cov exclude each other");
    if (rc == ITO_OK)
        rc = ito__dist_new_modes(ctx, dist, 1, dim);
    if (rc != ITO_OK)
        return rc;
    for (size_t c = 0; c < dim; c++)
        ito__dist_means(dist)[c] = dist->numbers[LIST_MEAN] > 1
                                       ? dist->list[LIST_MEAN][c]
                                       : dist->value[GAUSS_MEAN];
    ito__dist_stds(dist)[0] = dist->value[GAUSS_STD];
    ito__dist_weights(dist)[0] = 1.0;
    ito__dist_finish_modes(dist);
    if (dist->numbers[LIST_COV] == 0)
        return ITO_OK;
    assert(dim <= 8);
    for (size_t i = 0; i < dim; i++)
        for (size_t j = 0; j <= i; j++)
            cov[i * dim + j] = cov[j * dim + i] =
                dist->list[LIST_COV][i * (i + 1) / 2 + j];
    return ito__dist_set_covs(ctx, dist, cov);
}

/* .3 N(-2, .5^2) + .7 N(1.5, .8^2), whose flow is known exactly. */
static ito_status build_gmm1d(ito_ctx *ctx, ito_dist *dist)
{
    static const double mean[2] = { -2.0, 1.5 }, std[2] = { 0.5, 0.8 };
    static const double weight[2] = { 0.3, 0.7 };
    ito_status rc = ito__dist_new_modes(ctx, dist, 2, 1);

    for (size_t k = 0; rc == ITO_OK && k < 2; k++) {
        ito__dist_means(dist)[k] = mean[k];
        ito__dist_stds(dist)[k] = std[k];
        ito__dist_weights(dist)[k] = weight[k];
    }
    if (rc == ITO_OK)
        ito__dist_finish_modes(dist);
    return rc;
}

/* Laws of any dimension, which is their first parameter. */
static ito_status build_dim(ito_ctx *ctx, ito_dist *dist)
{
    (void)ctx;
    dist->dim = (size_t)dist->value[0];
    return ITO_OK;
}

static ito_status build_uniform(ito_ctx *ctx, ito_dist *dist)
{
    const double lo = dist->value[UNIFORM_LO], hi = dist->value[UNIFORM_HI];

    if (!(lo < hi))
        return ito__fail(ctx, ITO_EARG,
                         "distribution uniform: lo=%g is not below hi=%g", lo,
                         hi);
    return build_dim(ctx, dist);
}

static size_t two_classes(const ito_dist *dist)
{
    (void)dist;
    return 2;
}

static size_t ring_classes(const ito_dist *dist)
{
    return (size_t)dist->value[RINGS_RINGS];
}

static size_t board_classes(const ito_dist *dist)
{
    const size_t grid = (size_t)dist->value[BOARD_GRID];

    return (grid * grid + 1) / 2;
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

#define SIZE   1e-6, 1e6, false, NULL, 0 /* a positive length */
#define NOISE  0.0, 1e6, false, NULL, 0  /* a length that may be 0 */
#define OFFSET -1e6, 1e6, false, NULL, 0
#define WHOLE  true, NULL, 0

/* clang-format off */
static const dist_kind kinds[] = {
    { .info = { "gaussian", "dim=2,mean=0,std=1", "N(mean, std^2 I)" },
      .params = { { "dim", "2", 1, 4096, WHOLE },
                  { "mean", "0", -1e6, 1e6, false, NULL, 1 + LIST_MEAN },
                  { "std", "1", SIZE },
                  { "cov", NULL, -1e12, 1e12, false, NULL, 1 + LIST_COV } },
      .build = build_gaussian, .draw = ito__draw_gaussian,
      .form = &ito__form_modes },
    { .info = { "moons", "scale=3.5,noise=0.05,offset=0",
                "two half circles that interlock" },
      .params = { { "scale", "3.5", SIZE }, { "noise", "0.05", NOISE },
                  { "offset", "0", OFFSET } },
      .draw = ito__draw_moons, .label = ito__label_halves,
      .classes = two_classes, .form = &ito__form_curve },
    { .info = { "circles", "scale=5,factor=0.5,noise=0.05",
                "two circles around one centre" },
      .params = { { "scale", "5", SIZE },
                  { "factor", "0.5", 0.0, 1.0, false, NULL, 0 },
                  { "noise", "0.05", NOISE } },
      .draw = ito__draw_circles, .label = ito__label_rings,
      .classes = two_classes, .form = &ito__form_rings },
    { .info = { "checkerboard", "grid=4,scale=5",
                "uniform on every other cell of a square" },
      .params = { { "grid", "4", 1, 64, true, "g", 0 },
                  { "scale", "5", SIZE } },
      .draw = ito__draw_board, .label = ito__label_board,
      .classes = board_classes, .form = &ito__form_board },
    { .info = { "gmm", "modes=5,scale=10,std=1,offset=0",
                "equal normals on a circle" },
      .params = { { "modes", "5", 1, 4096, WHOLE }, { "scale", "10", NOISE },
                  { "std", "1", SIZE }, { "offset", "0", OFFSET } },
      .build = build_gmm, .draw = ito__draw_modes, .label = ito__label_modes,
      .form = &ito__form_modes },
    { .info = { "gmm-random", "modes=5,scale=20,std=1,offset=0,seed=3",
                "equal normals at random places" },
      .params = { { "modes", "5", 1, 312, WHOLE }, { "scale", "20", NOISE },
                  { "std", "1", SIZE }, { "offset", "0", OFFSET },
                  { "seed", "3", 0, 4294967295.0, WHOLE } },
      .build = build_random, .draw = ito__draw_modes,
      .label = ito__label_modes, .form = &ito__form_modes },
    { .info = { "8gaussians", "scale=5,std=0.5623413",
                "eight normals on a circle" },
      .params = { { "scale", "5", NOISE }, { "std", "0.5623413", SIZE } },
      .build = build_eight, .draw = ito__draw_modes,
      .label = ito__label_modes, .form = &ito__form_modes },
    { .info = { "spiral", "turns=1.5,scale=5,noise=0.02",
                "two arms of a spiral" },
      .params = { { "turns", "1.5", 0.01, 100.0, false, NULL, 0 },
                  { "scale", "5", SIZE }, { "noise", "0.02", NOISE } },
      .draw = ito__draw_spiral, .label = ito__label_halves,
      .classes = two_classes, .form = &ito__form_curve },
    { .info = { "rings", "rings=4,scale=5,noise=0.02",
                "circles of evenly growing radius" },
      .params = { { "rings", "4", 1, ITO_RINGS_MAX, WHOLE },
                  { "scale", "5", SIZE }, { "noise", "0.02", NOISE } },
      .draw = ito__draw_rings, .label = ito__label_rings,
      .classes = ring_classes, .form = &ito__form_rings },
    { .info = { "swissroll", "scale=5,noise=0.02", "a spiral of 1.5 turns" },
      .params = { { "scale", "5", SIZE }, { "noise", "0.02", NOISE } },
      .draw = ito__draw_swissroll, .form = &ito__form_curve },
    { .info = { "scurve", "scale=1.5,noise=0.05", "a letter S" },
      .params = { { "scale", "1.5", SIZE }, { "noise", "0.05", NOISE } },
      .draw = ito__draw_scurve, .form = &ito__form_curve },
    { .info = { "funnel", "dim=2,sigma=3",
                "a normal whose width is e^(x/2) of the first component" },
      .params = { { "dim", "2", 2, 4096, WHOLE },
                  { "sigma", "3", 1e-3, 100.0, false, NULL, 0 } },
      .build = build_dim, .draw = ito__draw_funnel,
      .form = &ito__form_funnel },
    { .info = { "student-t", "dim=2,df=3,scale=1",
                "heavy tails around one centre" },
      .params = { { "dim", "2", 1, 4096, WHOLE },
                  { "df", "3", 0.1, 1e6, false, NULL, 0 },
                  { "scale", "1", SIZE } },
      .build = build_dim, .draw = ito__draw_student,
      .form = &ito__form_student },
    { .info = { "gmm1d", "", "two normals on a line" },
      .build = build_gmm1d, .draw = ito__draw_modes,
      .label = ito__label_modes, .form = &ito__form_modes },
    { .info = { "uniform", "dim=1,lo=-1,hi=1", "uniform on a line or a cube" },
      .params = { { "dim", "1", 1, 4096, WHOLE }, { "lo", "-1", OFFSET },
                  { "hi", "1", OFFSET } },
      .build = build_uniform, .draw = ito__draw_uniform,
      .form = &ito__form_uniform },
    { .info = { "laplace", "dim=1,mean=0,scale=1",
                "independent components of density e^-|x|" },
      .params = { { "dim", "1", 1, 4096, WHOLE }, { "mean", "0", OFFSET },
                  { "scale", "1", SIZE } },
      .build = build_dim, .draw = ito__draw_laplace,
      .form = &ito__form_laplace },
    { .info = { "glyphs", "size=28,thickness=1,variety=1",
                "images of the digits 0 to 9, written by a pen" },
      .params = { { "size", "28", 8, 64, WHOLE },
                  { "thickness", "1", 0.1, 4.0, false, NULL, 0 },
                  { "variety", "1", 0.0, 2.0, false, NULL, 0 } },
      .build = ito__build_glyphs, .draw = ito__draw_glyphs,
      .label = ito__label_glyphs, .classes = ito__glyphs_classes,
      .form = &ito__form_glyphs },
};
/* clang-format on */

const dist_kind ito__dist_kind_mixture = {
    .info = { "mixture", "", "normals that a program gave" },
    .draw = ito__draw_modes,
    .label = ito__label_modes,
    .form = &ito__form_modes,
};

const dist_kind ito__dist_kind_normal = {
    .info = { "normal", "", "a normal that a program gave" },
    .draw = ito__draw_modes,
    .form = &ito__form_modes,
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
