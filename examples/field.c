/* SPDX-License-Identifier: MIT
 *
 * field.c - a field of one's own: a pendulum, 1000 of them at once.
 *
 *     cc field.c $(pkg-config --cflags --libs ito) -o field && ./field
 */
#include <ito/solve.h>
#include <stdio.h>

/* angle' = speed, speed' = -friction speed - angle (small swings) */
static int pendulum(void *user, const ito_tile *tile, void *const *out)
{
    const float friction = *(const float *)user;
    const float *angle = tile->x[0], *speed = tile->x[1];
    float *dangle = out[0], *dspeed = out[1];

    for (size_t i = 0; i < tile->npad; i++) {
        dangle[i] = speed[i];
        dspeed[i] = -friction * speed[i] - angle[i];
    }
    return 0;
}

int main(void)
{
    static float x[1000][2]; /* angle and speed: start in, end out */
    float friction = 0.1f;
    ito_ctx *ctx;
    const ito_field field = { .name = "pendulum",
                              .flags = ITO_FIELD_REENTRANT,
                              .dim = 2,
                              .drift = pendulum,
                              .user = &friction };
    const ito_problem problem = { .field = &field, .t1 = 10.0, .n = 1000 };
    const ito_solve_opts opts = { .method = "rk4", .steps = 500 };
    ito_status rc = ito_open(&ctx, NULL);

    for (int i = 0; i < 1000; i++)
        x[i][0] = (float)i / 1000.0f;
    if (rc == ITO_OK)
        rc = ito_solve(ctx, &problem, x, &opts, NULL);
    if (rc == ITO_OK)
        printf("%.6f %.6f\n", (double)x[999][0], (double)x[999][1]);
    else
        fprintf(stderr, "%s\n", ito_errmsg(ctx));
    ito_close(ctx);
    return rc != ITO_OK;
}
