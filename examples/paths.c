/* SPDX-License-Identifier: MIT
 *
 * paths.c - a stochastic system of one's own: a million noisy pendulums, and
 * the mean and spread of them all, without ever storing them.
 *
 *     cc paths.c $(pkg-config --cflags --libs ito) -o paths && ./paths
 */
#include <ito/ensemble.h>
#include <stdio.h>

typedef struct pendulum {
    float friction, kick;
} pendulum;

/* dangle = speed dt,  dspeed = (-friction speed - angle) dt + kick dW */
static int drift(void *user, const ito_tile *tile, void *const *out)
{
    const pendulum *p = user;
    const float *angle = tile->x[0], *speed = tile->x[1];
    float *dangle = out[0], *dspeed = out[1];

    for (size_t i = 0; i < tile->npad; i++) {
        dangle[i] = speed[i];
        dspeed[i] = -p->friction * speed[i] - angle[i];
    }
    return 0;
}

/* sigma is a diagonal: nothing for the angle, kick for the speed */
static int diffusion(void *user, const ito_tile *tile, void *const *out)
{
    const pendulum *p = user;
    float *of_angle = out[0], *of_speed = out[1];

    for (size_t i = 0; i < tile->npad; i++) {
        of_angle[i] = 0.0f;
        of_speed[i] = p->kick;
    }
    return 0;
}

/* all start at angle 1, at rest */
static int start(void *arg, const ito_tile *tile, void *const *x)
{
    float *angle = x[0], *speed = x[1];

    (void)arg;
    for (size_t i = 0; i < tile->npad; i++) {
        angle[i] = 1.0f;
        speed[i] = 0.0f;
    }
    return 0;
}

static ito_status run(ito_ctx *ctx)
{
    pendulum p = { .friction = 0.5f, .kick = 0.3f };
    const ito_field field = {
        .name = "pendulum",
        .flags = ITO_FIELD_REENTRANT | ITO_FIELD_CONSTANT_NOISE,
        .dim = 2,
        .noise = ITO_NOISE_ADDITIVE,
        .drift = drift,
        .diffusion = diffusion,
        .user = &p,
    };
    const ito_solve_opts opts = { .method = "heun", .steps = 100 };
    const size_t every = 20; /* steps between two looks */
    const ito_ensemble_opts wanted = { .dim = 2, .frames = 6 };
    ito_ensemble *stats = NULL;
    ito_status rc = ito_ensemble_new(ctx, &wanted, &stats);
    ito_moments m;

    if (rc == ITO_OK) {
        const ito_sink sink = { .fn = ito_ensemble_frame,
                                .arg = stats,
                                .every = every };
        const ito_problem problem = { .field = &field,
                                      .t1 = 5.0,
                                      .n = 1000000,
                                      .init = start,
                                      .sinks = &sink,
                                      .sink_count = 1,
                                      .seed = 7 };

        rc = ito_solve(ctx, &problem, NULL, &opts, NULL);
    }
    for (size_t f = 0; f < wanted.frames && rc == ITO_OK; f++) {
        rc = ito_ensemble_moments(ctx, stats, f, &m);
        if (rc == ITO_OK)
            printf("t = %.0f  angle %+.4f +- %.4f, variance %.4f\n", m.t,
                   m.mean[0], m.mean_se[0], m.cov[0]);
    }
    ito_ensemble_free(stats);
    return rc;
}

int main(void)
{
    ito_ctx *ctx;
    ito_status rc = ito_open(&ctx, NULL);

    if (rc == ITO_OK)
        rc = run(ctx);
    if (rc != ITO_OK)
        fprintf(stderr, "%s\n", ito_errmsg(ctx));
    ito_close(ctx);
    return rc != ITO_OK;
}
