/* SPDX-License-Identifier: MIT
 *
 * test_solve_fail.c - solves that cannot be done: exploding states, callbacks
 * that stop, bad arguments, cancelling, running out of memory.
 */
#include "check.h"

#include <ito/solve.h>

#include "solve_fields.h"

/* --- errors ---------------------------------------------------------- */

/* dx/dt = x^2 from x = 1 / c explodes at t = c. */
static int square(void *user, const ito_tile *tile, void *const *out)
{
    const float *x = tile->x[0];
    float *o = out[0];

    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        o[i] = x[i] * x[i];
    return 0;
}

static const ito_field explosion = {
    .name = "explosion", .flags = ITO_FIELD_REENTRANT, .dim = 1, .drift = square
};

TEST(the_first_particle_to_explode_is_named_whatever_the_tiles)
{
    static const size_t tiles[] = { 1, 32, 33, 500, 4096 };
    static float x[2000];
    const ito_problem p = {
        .field = &explosion, .t1 = 4.0, .n = COUNT(x), .id0 = 100
    };
    int64_t step = -1;

    for (size_t k = 0; k < COUNT(tiles); k++) {
        const ito_solve_opts o = { .method = "euler",
                                   .steps = 400,
                                   .tile = tiles[k] };
        const ito_errinfo *at;

        for (size_t i = 0; i < COUNT(x); i++)
            x[i] = 0.1f;
        x[1500] = 1.01f; /* later, though of a lower id than ... */
        x[1700] = 1.50f; /* ... the first, and */
        x[1800] = 1.50f; /* its equal */
        CHECK_FAILS(ctx, ito_solve(ctx, &p, x, &o, NULL), ITO_ENONFINITE,
                    "more steps");
        at = ito_errinfo_get(ctx);
        CHECK(at->particle == 1800 && at->component == 0);
        CHECK(!isfinite(at->value));
        CHECK_NEAR(at->t, (double)(at->step + 1) * 0.01, 1e-12);
        CHECK(step < 0 || step == at->step);
        step = at->step;
    }
    CHECK(step > 60 && step < 90);
}

TEST(a_start_that_is_not_finite_is_refused)
{
    float x[3] = { 1.0f, NAN, 1.0f };
    const ito_problem p = { .field = &decay, .t1 = 1.0, .n = 3 };

    CHECK_FAILS(ctx, ito_solve(ctx, &p, x, NULL, NULL), ITO_ENONFINITE,
                "particle 1, component 0 is NaN at the start");
}

/* Fails where told. */
static int moody(void *user, const ito_tile *tile, void *const *out)
{
    const int *answer = user;

    memset(out[0], 0, tile->npad * sizeof(float));
    return tile->step == 23 ? *answer : 0;
}

TEST(callbacks_that_stop_are_reported_with_time_and_step)
{
    static const int answers[] = { -5, 1 };
    ito_field f = { .name = "moody", .dim = 1, .drift = moody };
    float x = 1.0f;
    const ito_problem p = { .field = &f, .t1 = 1.0, .n = 1 };

    for (size_t i = 0; i < COUNT(answers); i++) {
        int answer = answers[i];

        f.user = &answer;
        CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, NULL, NULL), ITO_ECALLBACK,
                    "moody");
        CHECK(ito_errinfo_get(ctx)->step == 23);
        CHECK_NEAR(ito_errinfo_get(ctx)->t, 0.23, 1e-12);
    }
}

static int stop_now(void *arg, const ito_frame *frame)
{
    (void)arg;
    return frame->step == 3;
}

static int no_start(void *arg, const ito_tile *tile, void *const *x)
{
    (void)arg;
    (void)tile;
    (void)x;
    return -1;
}

TEST(sinks_and_starts_can_stop_a_solve)
{
    const ito_sink sink = { .fn = stop_now, .every = 1 };
    ito_problem p = {
        .field = &decay, .t1 = 1.0, .n = 1, .sinks = &sink, .sink_count = 1
    };
    float x = 1.0f;

    CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, NULL, NULL), ITO_ECALLBACK, "sink");
    CHECK(ito_errinfo_get(ctx)->step == 3);
    p.init = no_start;
    CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, NULL, NULL), ITO_ECALLBACK, "init");
}

#define REFUSED(words) \
    CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, &o, NULL), ITO_EARG, words)

TEST(bad_problems_are_refused_with_a_reason)
{
    const ito_field empty = { .name = "empty", .dim = 1 };
    const ito_solve_opts o = { 0 };
    ito_field f = decay;
    ito_problem p = { .field = &decay, .t1 = 1.0, .n = 1 };
    float x = 1.0f;

    CHECK(ito_solve(NULL, &p, &x, NULL, NULL) == ITO_EARG);
    CHECK_FAILS(ctx, ito_solve(ctx, NULL, &x, NULL, NULL), ITO_EARG,
                "no problem");
    CHECK_FAILS(ctx, ito_solve(ctx, &p, NULL, NULL, NULL), ITO_EARG,
                "initial states");
    p.field = NULL;
    REFUSED("no field");
    p.field = &empty;
    REFUSED("no drift");
    p.field = &f;
    f.dim = 0;
    REFUSED("dimension 0");
    f = decay;
    f.dtypes = 77;
    REFUSED("number types");
    f = decay;
    f.cond_dim = 2;
    REFUSED("conditions");
    f = decay;
    p.dtype = (ito_dtype)9;
    REFUSED("number type 9");
    p.dtype = ITO_F32;
    p.t1 = (double)INFINITY;
    REFUSED("time from");
    p.t1 = 1.0;
    p.id0 = UINT64_MAX;
    REFUSED("wrap");
    p.id0 = 0;
    f.noise = ITO_NOISE_ADDITIVE;
    REFUSED("noise but no diffusion");
    CHECK(x == 1.0f);
}

TEST(bad_options_and_sinks_are_refused_with_a_reason)
{
    static const double up_down[] = { 0.0, 1.0, 0.5 };
    static const double twice[] = { 0.0, 0.0 };
    static const double nan_grid[] = { 0.0, (double)NAN };
    static const size_t falling[] = { 3, 2 }, beyond[] = { 101 };
    ito_problem p = { .field = &decay, .t1 = 1.0, .n = 1 };
    ito_solve_opts o = { 0 };
    ito_sink sink = { .fn = stop_now };
    float x = 1.0f;

    o.method = "dopri99";
    REFUSED("rk4");
    o.method = NULL;
    o.grid = up_down;
    REFUSED("empty");
    o.grid_count = 3;
    REFUSED("must increase");
    o.grid = twice;
    o.grid_count = 2;
    REFUSED("must increase");
    o.grid = nan_grid;
    REFUSED("nan");
    o = (ito_solve_opts){ .steps = SIZE_MAX };
    REFUSED("last step");
    o = (ito_solve_opts){ .step0 = UINT64_MAX };
    REFUSED("last step");
    o = (ito_solve_opts){ 0 };
    p.sink_count = 1;
    REFUSED("NULL");
    p.sinks = &sink;
    sink.at = falling;
    sink.at_count = 2;
    REFUSED("points increase");
    sink.at = beyond;
    sink.at_count = 1;
    REFUSED("points increase");
    sink = (ito_sink){ 0 };
    REFUSED("no function");
    CHECK(x == 1.0f);
}

/* --- cancelling and memory ------------------------------------------- */

static int asked;

static int cancel_at_10(void *arg)
{
    (void)arg;
    return ++asked >= 10;
}

TEST(cancelling_stops_within_a_few_steps)
{
    const ito_ctx_opts o = { .threads = 2, .cancel = cancel_at_10 };
    const ito_problem p = { .field = &decay, .t1 = 1.0, .n = 1 };
    const ito_solve_opts many = { .steps = 4000000000 };
    ito_ctx *c;
    float x = 1.0f;

    asked = 0;
    CHECK(ito_open(&c, &o) == ITO_OK);
    CHECK_FAILS(c, ito_solve(c, &p, &x, &many, NULL), ITO_ECANCELLED,
                "cancelled");
    ito_close(c);
}

static size_t allocs, fail_at = SIZE_MAX;

static void *counting_alloc(void *arg, void *old, size_t bytes)
{
    (void)arg;
    if (bytes == 0) {
        free(old);
        return NULL;
    }
    return allocs++ < fail_at ? realloc(old, bytes) : NULL;
}

TEST(nothing_is_allocated_while_stepping_and_running_out_is_clean)
{
    const ito_ctx_opts o = { .threads = 1, .alloc = counting_alloc };
    const ito_problem p = { .field = &decay, .t1 = 1.0, .n = 1 };
    ito_ctx *c;
    float x = 1.0f;
    size_t few;

    CHECK(ito_open(&c, &o) == ITO_OK);
    allocs = 0;
    CHECK_OK(c, ito_solve(c, &p, &x, &(ito_solve_opts){ .steps = 10 }, NULL));
    few = allocs;
    allocs = 0;
    CHECK_OK(c, ito_solve(c, &p, &x, &(ito_solve_opts){ .steps = 1000 }, NULL));
    CHECK(allocs == few && few > 0);
    for (fail_at = 0; fail_at < few; fail_at++) {
        allocs = 0;
        CHECK_FAILS(c, ito_solve(c, &p, &x, NULL, NULL), ITO_ENOMEM, "memory");
    }
    fail_at = SIZE_MAX;
    ito_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_first_particle_to_explode_is_named_whatever_the_tiles),
        RUN(a_start_that_is_not_finite_is_refused),
        RUN(callbacks_that_stop_are_reported_with_time_and_step),
        RUN(sinks_and_starts_can_stop_a_solve),
        RUN(bad_problems_are_refused_with_a_reason),
        RUN(bad_options_and_sinks_are_refused_with_a_reason),
        RUN(cancelling_stops_within_a_few_steps),
        RUN(nothing_is_allocated_while_stepping_and_running_out_is_clean),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
