/* SPDX-License-Identifier: MIT
 *
 * check_moments.c - moments of the schemes, exactly.
 *
 * Geometric Brownian motion: a step is x' = m(W) x with a polynomial m, so E m
 * and E m^2 come from a quadrature that is exact for it: five nodes of Gauss
 * and Hermite for normal W, the three points themselves for three-point noise.
 *
 *     Euler-Maruyama   E m = 1 + a h, E m^2 = (1 + a h)^2 + b^2 h
 *     Milstein         E m^2 as above + b^4 h^2 / 2
 *
 * Harmonic Langevin dynamics, dq = v dt, dv = -(w^2 q + g v) dt + sqrt(2 g T)
 * dW: a step is linear in (q, v, W, H), its matrices are read off from unit
 * inputs, and mean and covariance follow by recursion.  Stationary values of
 * the splittings: Leimkuhler and Matthews, Molecular Dynamics, 2015.
 */
#include <math.h>
#include <string.h>

#include "ctx/ctx.h"
#include "kern/dmath.h"
#include "sim/checks.h"

/* --- geometric Brownian motion ----------------------------------------- */

#define NODES_MAX 5

/* Values of W / sqrt(h) with their weights. */
typedef struct quadrature {
    size_t nodes;
    double at[NODES_MAX], weight[NODES_MAX];
} quadrature;

/* For a standard normal, exact to degree 9: roots of He_5. */
static const quadrature normal = {
    5,
    { -2.8569700138728056542, -1.3556261799742658658, 0.0,
      1.3556261799742658658, 2.8569700138728056542 },
    { 0.011257411327720688933, 0.22207592200561264440, 0.53333333333333333333,
      0.22207592200561264440, 0.011257411327720688933 },
};

/* +-sqrt(3) or 0: the noise of weak schemes of order 2. */
static const quadrature three_point = {
    3,
    { -1.7320508075688772935, 0.0, 1.7320508075688772935 },
    { 1.0 / 6, 2.0 / 3, 1.0 / 6 },
};

static int inject_nodes(void *arg, const ito_tile *tile, void *const *W,
                        void *const *H)
{
    const quadrature *q = arg;
    double *w = W[0];

    if (H)
        memset(H[0], 0, tile->npad * sizeof(double));
    memset(w, 0, tile->npad * sizeof(*w));
    for (size_t i = 0; i < tile->n; i++)
        w[i] = sqrt(tile->h) * q->at[tile->id0 + i];
    return 0;
}

/* E m and E m^2 of one step of length h. */
static ito_status factor_moments(check_run *run, const ito_field *field,
                                 const char *method, double h, double out[2])
{
    quadrature q = strcmp(method, "platen-3") == 0 ? three_point : normal;
    double x[NODES_MAX];
    const ito_problem problem = { .field = field,
                                  .t1 = h,
                                  .n = q.nodes,
                                  .dtype = ITO_F64,
                                  .increments = inject_nodes,
                                  .increments_arg = &q };
    const ito_solve_opts opts = { .method = method, .steps = 1 };
    ito_status rc;

    for (size_t i = 0; i < q.nodes; i++)
        x[i] = 1.0;
    if ((rc = ito_solve(run->ctx, &problem, x, &opts, NULL)) != ITO_OK)
        return rc;
    out[0] = out[1] = 0.0;
    for (size_t i = 0; i < q.nodes; i++) {
        out[0] += q.weight[i] * x[i];
        out[1] += q.weight[i] * x[i] * x[i];
    }
    return ITO_OK;
}

static ito_status check_factors(check_run *run, const ito_field *field,
                                const char *method, double a, double b)
{
    const double h = 0.125, mean = 1 + a * h;
    const double extra =
        strcmp(method, "milstein") == 0 ? b * b * b * b * h * h / 2 : 0.0;
    double m[2];
    ito_status rc = factor_moments(run, field, method, h, m);

    if (rc == ITO_OK)
        rc = ito__check_near(run, (check_what){ "gbm", method, "E X'/x" }, m[0],
                             mean, 1e-14);
    if (rc == ITO_OK)
        rc = ito__check_near(run, (check_what){ "gbm", method, "E X'^2/x^2" },
                             m[1], mean * mean + b * b * h + extra, 1e-14);
    return rc;
}

/* |E X_n^2 - E X(1)^2| of the weak scheme, a = 1.5, b = .5, from 1. */
static ito_status check_platen(check_run *run, const ito_field *field)
{
    static const struct {
        unsigned n;
        double error;
        const char *quantity;
    } known[] = { { 4, 1.977, "error of E X^2, n = 4" },
                  { 8, .5998, "error of E X^2, n = 8" },
                  { 16, .1646, "error of E X^2, n = 16" },
                  { 32, .0430, "error of E X^2, n = 32" },
                  { 64, .01099, "error of E X^2, n = 64" } };
    const double truth = ito__exp(2 * 1.5 + 0.5 * 0.5);
    ito_status rc = ITO_OK;

    for (size_t k = 0; k < 5 && rc == ITO_OK; k++) {
        double m[2], power = 1.0;

        rc = factor_moments(run, field, "platen-3", 1.0 / known[k].n, m);
        for (unsigned i = 0; i < known[k].n; i++)
            power *= m[1];
        if (rc == ITO_OK)
            rc = ito__check_rel(
                run, (check_what){ "gbm", "platen-3", known[k].quantity },
                fabs(power - truth), known[k].error, 0.002);
    }
    return rc;
}

static ito_status check_gbm(check_run *run)
{
    ito_system *system = NULL;
    ito_status rc;

    if (!ito__check_wants(run, "gbm"))
        return ITO_OK;
    rc = ito_system_open(run->ctx, "gbm:alpha=1.5,beta=0.5", ITO_CALCULUS_ITO,
                         &system);
    if (rc == ITO_OK)
        rc = check_factors(run, ito_system_field(system), "euler-maruyama", 1.5,
                           0.5);
    if (rc == ITO_OK)
        rc = check_factors(run, ito_system_field(system), "milstein", 1.5, 0.5);
    if (rc == ITO_OK)
        rc = check_platen(run, ito_system_field(system));
    ito_system_free(system);
    return rc;
}

/* --- harmonic Langevin dynamics ---------------------------------------- */

#define UNITS 6 /* q, v, W_q, W_v, H_q, H_v */

/* A linear scheme: y' = A y + B noise, noise of the covariances given. */
typedef struct linear_map {
    double a[2][2];
    double cov[2][2]; /* what a step adds to the covariance */
} linear_map;

static int inject_units(void *arg, const ito_tile *tile, void *const *W,
                        void *const *H)
{
    (void)arg;
    for (size_t c = 0; c < 2; c++) {
        double *w = W[c], *h = H ? H[c] : NULL;

        for (size_t i = 0; i < tile->npad; i++) {
            const uint64_t id = tile->id0 + i;

            w[i] = id == 2 + c ? 1.0 : 0.0;
            if (h)
                h[i] = id == 4 + c ? 1.0 : 0.0;
        }
    }
    return 0;
}

static ito_status read_map(check_run *run, const ito_field *field,
                           const char *method, double h, linear_map *map)
{
    double y[UNITS][2] = { { 1, 0 }, { 0, 1 } };
    const ito_problem problem = { .field = field,
                                  .t1 = h,
                                  .n = UNITS,
                                  .dtype = ITO_F64,
                                  .increments = inject_units };
    const ito_solve_opts opts = { .method = method, .steps = 1 };
    const ito_status rc = ito_solve(run->ctx, &problem, y, &opts, NULL);

    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 2; j++) {
            map->a[i][j] = y[j][i];
            map->cov[i][j] = h * (y[2][i] * y[2][j] + y[3][i] * y[3][j]) +
                             h / 12 * (y[4][i] * y[4][j] + y[5][i] * y[5][j]);
        }
    return rc;
}

/* One step of mean and covariance. */
static void advance(const linear_map *map, double mean[2], double cov[2][2])
{
    double m[2], c[2][2];

    for (size_t i = 0; i < 2; i++) {
        m[i] = map->a[i][0] * mean[0] + map->a[i][1] * mean[1];
        for (size_t j = 0; j < 2; j++) {
            c[i][j] = map->cov[i][j];
            for (size_t k = 0; k < 2; k++)
                for (size_t l = 0; l < 2; l++)
                    c[i][j] += map->a[i][k] * cov[k][l] * map->a[j][l];
        }
    }
    memcpy(mean, m, sizeof(m));
    memcpy(cov, c, sizeof(c));
}

/* E q^2 after n steps to t = 2 from q = 1, v = 0. */
static ito_status square_at_two(check_run *run, const ito_field *field,
                                const char *method, unsigned n, double *out)
{
    linear_map map;
    double mean[2] = { 1, 0 }, cov[2][2] = { { 0 } };
    const ito_status rc = read_map(run, field, method, 2.0 / n, &map);

    for (unsigned i = 0; i < n && rc == ITO_OK; i++)
        advance(&map, mean, cov);
    *out = mean[0] * mean[0] + cov[0][0];
    return rc;
}

/* Stationary E q^2 and E v^2 for w = g = T = 1 as functions of h. */
static const struct {
    const char *method;
    double q, v;      /* at h = 1/2 */
    double errors[5]; /* of E q^2(2), n = 8, 16, 32, 64, 128 */
} splittings[] = {
    { "baoab",
      1.0,
      1.0 - 1.0 / 16,
      { 4.015e-4, 9.684e-5, 2.399e-5, 5.984e-6, 1.495e-6 } },
    { "aboba",
      1.0,
      1.0 / (1.0 - 1.0 / 16),
      { 4.015e-4, 9.684e-5, 2.399e-5, 5.984e-6, 1.495e-6 } },
    { "obabo", 1.0 / (1.0 - 1.0 / 16), 1.0, { 0 } },
    { "euler-maruyama",
      2 * (2 - .5 + .25) / ((1 - .5) * (4 - 1 + .25)),
      4.0 / ((1 - .5) * (4 - 1 + .25)),
      { .2143, .0933, .0436, .0210, .01034 } },
};

static ito_status check_stationary(check_run *run, const ito_field *field,
                                   size_t k)
{
    const char *method = splittings[k].method;
    linear_map map;
    double mean[2] = { 0 }, cov[2][2] = { { 0 } };
    ito_status rc = read_map(run, field, method, 0.5, &map);

    for (unsigned i = 0; i < 2000; i++)
        advance(&map, mean, cov);
    if (rc == ITO_OK)
        rc = ito__check_near(run,
                             (check_what){ "underdamped-langevin", method,
                                           "stationary <q^2>, h = 1/2" },
                             cov[0][0], splittings[k].q, 1e-12);
    if (rc == ITO_OK)
        rc = ito__check_near(run,
                             (check_what){ "underdamped-langevin", method,
                                           "stationary <v^2>, h = 1/2" },
                             cov[1][1], splittings[k].v, 1e-12);
    return rc;
}

static ito_status check_finite_time(check_run *run, const ito_field *field,
                                    size_t k)
{
    static const char *const names[5] = { "error of E q^2(2), n = 8",
                                          "error of E q^2(2), n = 16",
                                          "error of E q^2(2), n = 32",
                                          "error of E q^2(2), n = 64",
                                          "error of E q^2(2), n = 128" };
    const double truth = 0.8242045921468635;
    ito_status rc = ITO_OK;

    for (unsigned i = 0; i < 5 && rc == ITO_OK; i++) {
        double square;

        if (splittings[k].errors[i] == 0.0)
            continue;
        rc = square_at_two(run, field, splittings[k].method, 8u << i, &square);
        if (rc == ITO_OK)
            rc = ito__check_rel(run,
                                (check_what){ "underdamped-langevin",
                                              splittings[k].method, names[i] },
                                fabs(square - truth), splittings[k].errors[i],
                                0.003);
    }
    return rc;
}

static ito_status check_langevin(check_run *run)
{
    ito_system *system;
    ito_status rc;

    if (!ito__check_wants(run, "underdamped-langevin"))
        return ITO_OK;
    rc = ito_system_open(run->ctx, "underdamped-langevin", ITO_CALCULUS_UNSET,
                         &system);
    for (size_t k = 0;
         k < sizeof(splittings) / sizeof(splittings[0]) && rc == ITO_OK; k++) {
        rc = check_stationary(run, ito_system_field(system), k);
        if (rc == ITO_OK)
            rc = check_finite_time(run, ito_system_field(system), k);
    }
    ito_system_free(system);
    return rc;
}

ito_status ito__check_moments(check_run *run)
{
    const ito_status rc = check_gbm(run);

    return rc == ITO_OK ? check_langevin(run) : rc;
}
