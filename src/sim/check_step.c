/* SPDX-License-Identifier: MIT
 *
 * check_step.c - one step of each scheme on dX = -X dt + dW, with no
 * statistics at all.
 *
 * The step is linear, x' = R x + c_W W + c_H H, so that the inputs (1, 0, 0),
 * (0, 1, 0), (0, 0, 1) return R, c_W and c_H.  With z = h the stationary
 * variance of the scheme over that of the process is
 *
 *     2 z (c_W^2 + c_H^2 / 12) / (1 - R^2)
 */
#include <math.h>
#include <string.h>

#include "ctx/ctx.h"
#include "kern/dmath.h"
#include "sim/checks.h"

#define PROBLEM "ou"

/* The factors of a scheme as functions of z. */
typedef struct factors {
    double r, w, h;
} factors;

static factors em(double z)
{
    return (factors){ 1 - z, 1, 0 };
}

static factors heun(double z)
{
    return (factors){ 1 - z + z * z / 2, 1 - z / 2, 0 };
}

static factors sea(double z)
{
    return (factors){ 1 - z, 1 - z / 2, -z };
}

static factors sra1(double z)
{
    return (factors){ 1 - z + z * z / 2, 1 - z / 2, -z };
}

static factors shark(double z)
{
    return (factors){ 1 - z + z * z / 2, 1 - z / 2, -z * (1 - z / 2) };
}

static factors implicit(double z)
{
    return (factors){ 1 / (1 + z), 1 / (1 + z), 0 };
}

static factors trapezoid(double z)
{
    return (factors){ (1 - z / 2) / (1 + z / 2), 1 / (1 + z / 2), 0 };
}

static factors exponential(double z)
{
    return (factors){ ito__exp(-z), sqrt((1 - ito__exp(-2 * z)) / (2 * z)), 0 };
}

static double ratio_em(double z)
{
    return 1 / (1 - z / 2);
}

static double ratio_heun(double z)
{
    return 2 * (2 - z) / (z * z - 2 * z + 4);
}

static double ratio_sea(double z)
{
    return 2 * (z * z - 3 * z + 3) / (3 * (2 - z));
}

static double ratio_sra1(double z)
{
    return 8 * (z * z - 3 * z + 3) / (3 * (2 - z) * (z * z - 2 * z + 4));
}

static double ratio_shark(double z)
{
    return (2 - z) * (z * z + 12) / (6 * (z * z - 2 * z + 4));
}

static double ratio_implicit(double z)
{
    return 2 / (2 + z);
}

static double ratio_exact(double z)
{
    (void)z;
    return 1;
}

static const struct {
    const char *method;
    factors (*factors)(double z);
    double (*ratio)(double z);
} schemes[] = {
    { "euler-maruyama", em, ratio_em },
    { "heun", heun, ratio_heun },
    { "sea", sea, ratio_sea },
    { "sra1", sra1, ratio_sra1 },
    { "shark", shark, ratio_shark },
    { "implicit-euler", implicit, ratio_implicit },
    { "trapezoid", trapezoid, ratio_exact },
    { "exponential", exponential, ratio_exact },
};

/* Three particles: the inputs (1, 0, 0), (0, 1, 0), (0, 0, 1). */
static int inject(void *arg, const ito_tile *tile, void *const *W,
                  void *const *H)
{
    double *w = W[0], *h = H ? H[0] : NULL;

    (void)arg;
    memset(w, 0, tile->npad * sizeof(*w));
    if (h)
        memset(h, 0, tile->npad * sizeof(*h));
    for (size_t i = 0; i < tile->n; i++) {
        w[i] = tile->id0 + i == 1 ? 1.0 : 0.0;
        if (h)
            h[i] = tile->id0 + i == 2 ? 1.0 : 0.0;
    }
    return 0;
}

static ito_status one_step(check_run *run, const ito_field *field, double z,
                           const char *method, double x[3])
{
    const ito_problem problem = {
        .field = field, .t1 = z, .n = 3, .dtype = ITO_F64, .increments = inject
    };
    const ito_solve_opts opts = { .method = method, .steps = 1 };

    x[0] = 1.0;
    x[1] = x[2] = 0.0;
    return ito_solve(run->ctx, &problem, x, &opts, NULL);
}

static ito_status check_scheme(check_run *run, const ito_field *field, size_t i,
                               double z)
{
    const char *method = schemes[i].method;
    const factors want = schemes[i].factors(z);
    double x[3], ratio;
    ito_status rc = one_step(run, field, z, method, x);

    if (rc != ITO_OK)
        return rc;
    ratio = 2 * z * (x[1] * x[1] + x[2] * x[2] / 12) / (1 - x[0] * x[0]);
    if ((rc = ito__check_near(run,
                              (check_what){ PROBLEM, method, "factor of x" },
                              x[0], want.r, 1e-14)) != ITO_OK ||
        (rc = ito__check_near(run,
                              (check_what){ PROBLEM, method, "factor of W" },
                              x[1], want.w, 1e-14)) != ITO_OK ||
        (rc = ito__check_near(run,
                              (check_what){ PROBLEM, method, "factor of H" },
                              x[2], want.h, 1e-14)) != ITO_OK)
        return rc;
    return ito__check_near(
        run, (check_what){ PROBLEM, method, "stationary variance / exact" },
        ratio, schemes[i].ratio(z), 1e-13);
}

ito_status ito__check_step(check_run *run)
{
    ito_system *ou;
    ito_status rc;

    if (!ito__check_wants(run, PROBLEM))
        return ITO_OK;
    rc = ito_system_open(run->ctx, "ou:theta=1,mu=0,sigma=1",
                         ITO_CALCULUS_UNSET, &ou);
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]) && rc == ITO_OK;
         i++)
        rc = check_scheme(run, ito_system_field(ou), i, 0.5);
    ito_system_free(ou);
    return rc;
}
