/* SPDX-License-Identifier: MIT
 *
 * test_system.c - the named systems: the list is complete, fields keep their
 * promises, the other calculus has the drift it must have.
 */
#include "check.h"

#include <ito/solve.h>
#include <ito/system.h>

#include "call_field.h"
#include "sim/system_parts.h"

static ito_ctx *ctx;

static int open_ctx(void **state)
{
    (void)state;
    return ito_open(&ctx, NULL) != ITO_OK;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

static ito_system *opened(const char *spec)
{
    ito_system *s = NULL;

    CHECK_OK(ctx, ito_system_open(ctx, spec, ITO_CALCULUS_UNSET, &s));
    return s;
}

/* --- the list ------------------------------------------------------------- */

TEST(the_list_has_what_was_promised)
{
    static const char *const names[] = {
        "brownian",    "ou",           "gbm",
        "gbm-strat",   "wave",         "cubic",
        "sinh",        "additive-t",   "tocino",
        "cir",         "heston",       "langevin",
        "double-well", "linear",       "underdamped-langevin",
        "rotation",    "lorenz",       "underdamped-double-well",
        "van-der-pol", "duffing",      "lotka-volterra",
        "pendulum",    "commuting",    "fitzhugh-nagumo",
        "rossler",     "commuting-10", "non-commuting",
        "sir",         "logistic",     "brusselator",
    };
    size_t n = 0;

    while (ito_system_at(n))
        n++;
    CHECK(n == COUNT(names));
    for (size_t i = 0; i < COUNT(names); i++) {
        size_t found = 0;

        for (size_t k = 0; k < n; k++)
            found += strcmp(ito_system_at(k)->name, names[i]) == 0;
        if (found != 1)
            print_error("%s: %zu times\n", names[i], found);
        CHECK(found == 1);
    }
}

TEST(what_the_list_says_opens_and_comes_back_as_the_spec)
{
    const ito_system_info *info;
    char spec[256];

    for (size_t i = 0; (info = ito_system_at(i)); i++) {
        ito_system *s, *again;

        snprintf(spec, sizeof(spec), "%s%s%s", info->name,
                 info->params[0] ? ":" : "", info->params);
        s = opened(spec);
        again = opened(info->name);
        CHECK_STR(ito_system_spec(s), ito_system_spec(again));
        if (strcmp(info->name, "langevin") != 0)
            CHECK_STR(ito_system_spec(s), spec);
        ito_system_free(again);
        again = opened(ito_system_spec(s));
        CHECK_STR(ito_system_spec(s), ito_system_spec(again));
        CHECK(info->equation[0] && info->text[0]);
        ito_system_free(again);
        ito_system_free(s);
    }
}

TEST(hints_and_names_make_sense)
{
    const ito_system_info *info;

    for (size_t i = 0; (info = ito_system_at(i)); i++) {
        ito_system *s = opened(info->name);
        const ito_field *f = ito_system_field(s);
        const ito_system_hints *h = ito_system_hint(s);

        CHECK(h->t1 > 0.0 && h->steps > 0 && f->name);
        CHECK(ito_method_find(h->method) &&
              ito_method_fits(ctx, ito_method_find(h->method), f) == ITO_OK);
        for (size_t c = 0; c < f->dim; c++) {
            CHECK(h->lo[c] < h->hi[c]);
            CHECK(h->start[c] >= h->lo[c] && h->start[c] <= h->hi[c]);
            CHECK(ito_system_component(s, c)[0]);
            for (size_t k = 0; k < c; k++)
                CHECK(strcmp(ito_system_component(s, c),
                             ito_system_component(s, k)) != 0);
        }
        CHECK_STR(ito_system_component(s, f->dim), "");
        CHECK(strlen(ito_system_equation(s)) > 5);
        ito_system_free(s);
    }
}

TEST(every_field_keeps_its_promises)
{
    const ito_system_info *info;

    for (size_t i = 0; (info = ito_system_at(i)); i++) {
        ito_system *s = opened(info->name);
        const ito_system_hints *h = ito_system_hint(s);
        double lo[16], hi[16];
        const ito_box box = { .lo = lo, .hi = hi, .t0 = 0.0, .t1 = 1.0 };

        for (size_t c = 0; c < ito_system_field(s)->dim; c++) {
            const double w = h->hi[c] - h->lo[c];

            lo[c] = h->lo[c] + 0.1 * w; /* roots have infinite slopes at 0 */
            hi[c] = h->hi[c] - 0.1 * w;
        }
        CHECK_OK(ctx, ito_field_check(ctx, ito_system_field(s), &box));
        ito_system_free(s);
    }
}

/* --- derivatives ---------------------------------------------------------- */

/* Central differences of fn (outs values) by x_c. */
static void differ(const ito_field *f, ito_eval_fn fn, size_t outs, double t,
                   const double *x, size_t c, double *d)
{
    const double h = 0x1p-17;
    double y[CALL_DIM], up[CALL_OUTS];

    memcpy(y, x, f->dim * sizeof(*y));
    y[c] = x[c] + h;
    call_field(f, fn, outs, t, y, up);
    y[c] = x[c] - h;
    call_field(f, fn, outs, t, y, d);
    for (size_t k = 0; k < outs; k++)
        d[k] = (up[k] - d[k]) / (2.0 * h);
}

TEST(jacobians_and_divergences_are_derivatives_of_the_drift)
{
    const ito_system_info *info;

    for (size_t i = 0; (info = ito_system_at(i)); i++) {
        ito_system *s = opened(info->name);
        const ito_field *f = ito_system_field(s);
        double x[CALL_DIM], d[CALL_DIM], J[CALL_OUTS], div = 0.0, sum = 0.0;

        point_in(s, x);
        for (size_t c = 0; c < f->dim; c++) {
            differ(f, f->drift, f->dim, 0.3, x, c, d);
            sum += d[c];
            if (!f->jacobian)
                continue;
            call_field(f, f->jacobian, f->dim * f->dim, 0.3, x, J);
            for (size_t k = 0; k < f->dim; k++)
                CHECK_NEAR(J[k * f->dim + c], d[k], 1e-6 * (1 + fabs(d[k])));
        }
        CHECK(f->jacobian || strcmp(info->name, "langevin") == 0);
        if (f->divergence) {
            call_field(f, f->divergence, 1, 0.3, x, &div);
            CHECK_NEAR(div, sum, 1e-6 * (1 + fabs(sum)));
        }
        ito_system_free(s);
    }
}

/* sum_i sigma_ij d sigma_ck / dx_i by differences. */
static double lie(const ito_field *f, const double *x, size_t j, size_t c,
                  size_t k)
{
    const size_t dim = f->dim, m = noises_of(f);
    double sigma[CALL_OUTS], up[CALL_OUTS], down[CALL_OUTS], y[CALL_DIM];
    const double h = 0x1p-17;
    double sum = 0.0;

    call_sigma(f, 0.3, x, sigma);
    for (size_t i = 0; i < dim; i++) {
        memcpy(y, x, dim * sizeof(*y));
        y[i] = x[i] + h;
        call_sigma(f, 0.3, y, up);
        y[i] = x[i] - h;
        call_sigma(f, 0.3, y, down);
        sum += sigma[i * m + j] * (up[c * m + k] - down[c * m + k]) / (2 * h);
    }
    return sum;
}

TEST(diffusion_derivatives_are_those_of_the_diffusion)
{
    static const char *const specs[] = {
        "gbm",           "wave",        "cubic",     "sinh",
        "tocino",        "cir",         "heston",    "commuting",
        "non-commuting", "sir:sigma=1", "gbm-strat", "lotka-volterra:sigma=0.5",
    };

    for (size_t i = 0; i < COUNT(specs); i++) {
        ito_system *s = opened(specs[i]);
        const ito_field *f = ito_system_field(s);
        const size_t dim = f->dim, m = f->noise_dim;
        double x[CALL_DIM], d[CALL_OUTS];

        point_in(s, x);
        call_field(f, f->diffusion_deriv, m ? dim * m * m : dim, 0.3, x, d);
        for (size_t c = 0; c < dim; c++) {
            if (m == 0)
                CHECK_NEAR(d[c], lie(f, x, c, c, c), 1e-6);
            for (size_t k = 0; k < m; k++)
                for (size_t j = 0; j < m; j++)
                    CHECK_NEAR(d[(c * m + k) * m + j], lie(f, x, j, c, k),
                               1e-6);
        }
        ito_system_free(s);
    }
}

TEST(kinds_of_noise_are_found)
{
    static const struct {
        const char *spec;
        ito_noise_kind kind;
        size_t noises;
    } rows[] = {
        { "ou", ITO_NOISE_ADDITIVE, 0 },
        { "ou:sigma=0", ITO_NOISE_NONE, 0 },
        { "gbm", ITO_NOISE_DIAGONAL, 0 },
        { "gbm:beta=0", ITO_NOISE_NONE, 0 },
        { "additive-t", ITO_NOISE_ADDITIVE, 0 },
        { "heston", ITO_NOISE_GENERAL, 2 },
        { "commuting", ITO_NOISE_COMMUTATIVE, 4 },
        { "commuting-10", ITO_NOISE_COMMUTATIVE, 10 },
        { "non-commuting", ITO_NOISE_GENERAL, 2 },
        { "sir", ITO_NOISE_NONE, 0 },
        { "sir:sigma=0.1", ITO_NOISE_SCALAR, 1 },
        { "lotka-volterra:sigma=0.1", ITO_NOISE_DIAGONAL, 0 },
        { "lorenz", ITO_NOISE_NONE, 0 },
        { "lorenz:noise=1", ITO_NOISE_ADDITIVE, 0 },
        { "underdamped-langevin", ITO_NOISE_ADDITIVE, 0 },
        { "langevin", ITO_NOISE_ADDITIVE, 0 },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        ito_system *s = opened(rows[i].spec);
        const ito_field *f = ito_system_field(s);

        if (f->noise != rows[i].kind)
            print_error("%s: kind %d\n", rows[i].spec, (int)f->noise);
        CHECK(f->noise == rows[i].kind && f->noise_dim == rows[i].noises);
        CHECK((f->noise == ITO_NOISE_NONE) == (f->diffusion == NULL));
        ito_system_free(s);
    }
}

/* The kernels against the formulas of the same row. */
TEST(kernels_equal_their_formulas)
{
    const system_kind *k;
    size_t tried = 0;

    for (size_t i = 0; (k = ito__system_kind_at(i)); i++) {
        ito_param params[SYSTEM_PARAMS];
        ito_formulas f = { .drift = k->drift,
                           .energy = k->energy,
                           .diffusion = k->diffusion,
                           .calculus =
                               k->calculus ? k->calculus : ITO_CALCULUS_ITO,
                           .params = params };
        ito_system *s, *formula;
        double x[CALL_DIM], a[CALL_DIM], b[CALL_DIM];

        if (!k->fast_drift.which)
            continue;
        s = opened(k->info.name);
        for (; f.param_count < ito__system_params(k); f.param_count++)
            params[f.param_count] = (ito_param){ k->params[f.param_count].name,
                                                 s->value[f.param_count] };
        CHECK_OK(ctx, ito_system_formula(ctx, &f, &formula));
        for (int trial = 0; trial < 10; trial++) {
            point_in(s, x);
            call_field(&s->field, s->field.drift, s->field.dim, 0.2, x, a);
            call_field(&formula->field, formula->field.drift, s->field.dim, 0.2,
                       x, b);
            for (size_t c = 0; c < s->field.dim; c++)
                CHECK_NEAR(a[c], b[c], 1e-13 * (1.0 + fabs(b[c]) + 1e3));
        }
        tried++;
        ito_system_free(s);
        ito_system_free(formula);
    }
    CHECK(tried >= 7);
}

/* --- bits ----------------------------------------------------------------- */

#define POINTS 100

/* All parts of a field at POINTS points in one table of kernels. */
static size_t all_bits(const char *cpu, const char *spec, ito_dtype dtype,
                       double *out)
{
    static const ito_part parts[] = { ITO_PART_DRIFT, ITO_PART_DIFFUSION,
                                      ITO_PART_JACOBIAN, ITO_PART_DIVERGENCE,
                                      ITO_PART_POTENTIAL };
    const ito_ctx_opts opts = { .cpu = cpu, .threads = 1 };
    const ito_rows_at at = { .t = 0.3, .dtype = dtype };
    double x[POINTS * CALL_DIM];
    float narrow[POINTS * CALL_DIM];
    ito_ctx *own = NULL;
    ito_system *s = NULL;
    size_t used = 0;

    CHECK(ito_open(&own, &opts) == ITO_OK);
    CHECK_OK(own, ito_system_open(own, spec, ITO_CALCULUS_UNSET, &s));
    t_seed = 7;
    for (size_t i = 0; i < POINTS; i++)
        point_in(s, x + i * s->field.dim);
    for (size_t i = 0; i < POINTS * s->field.dim; i++)
        narrow[i] = (float)x[i];
    for (size_t k = 0; k < COUNT(parts); k++) {
        const ito_status rc = ito_field_eval(
            own, &s->field, parts[k], &at, POINTS,
            dtype == ITO_F64 ? (const void *)x : narrow, out + used);

        CHECK(rc == ITO_OK || rc == ITO_EUNFIT);
        used += rc == ITO_OK ? POINTS * CALL_DIM * CALL_DIM : 0;
    }
    ito_system_free(s);
    ito_close(own);
    return used;
}

TEST(all_kernels_give_the_same_bits)
{
    static double a[5 * POINTS * CALL_DIM * CALL_DIM], b[COUNT(a)];
    const ito_system_info *info;
    int runs = 0;

    for (size_t i = 0; (info = ito_system_at(i)); i++)
        for (size_t cpu = 1; ito_cpu_at(cpu, &runs); cpu++)
            for (int type = ITO_F32; type <= ITO_F64 && runs; type++) {
                size_t n;

                memset(a, 0, sizeof(a));
                memset(b, 0, sizeof(b));
                n = all_bits(ito_cpu_at(0, NULL), info->name, (ito_dtype)type,
                             a);
                CHECK(n == all_bits(ito_cpu_at(cpu, NULL), info->name,
                                    (ito_dtype)type, b));
                CHECK_SAME(a, b, n);
            }
}

TEST(float_states_agree_with_double_ones)
{
    const ito_system_info *info;

    for (size_t i = 0; (info = ito_system_at(i)); i++) {
        ito_system *s = opened(info->name);
        const size_t dim = s->field.dim;
        double x[CALL_DIM], u[CALL_DIM];
        float narrow[CALL_DIM], v[CALL_DIM];

        for (int trial = 0; trial < 20; trial++) {
            point_in(s, x);
            for (size_t c = 0; c < dim; c++)
                x[c] = (double)(narrow[c] = (float)x[c]);
            CHECK_OK(ctx, ito_field_eval(
                              ctx, &s->field, ITO_PART_DRIFT,
                              &(ito_rows_at){ .t = 0.3, .dtype = ITO_F64 }, 1,
                              x, u));
            CHECK_OK(ctx,
                     ito_field_eval(ctx, &s->field, ITO_PART_DRIFT,
                                    &(ito_rows_at){ .t = 0.3 }, 1, narrow, v));
            for (size_t c = 0; c < dim; c++) /* terms may cancel */
                CHECK_NEAR(v[c], u[c],
                           3e-5 * (1.0 + fabs(u[c])) + (dim == 3 ? 1e-3 : 0.0));
        }
        ito_system_free(s);
    }
}

/* --- calculus ------------------------------------------------------------- */

TEST(conversion_changes_the_drift_by_half_the_derivative)
{
    static const char *const specs[] = {
        "gbm", "wave",   "cubic",     "sinh",         "tocino",
        "cir", "heston", "commuting", "non-commuting"
    };

    for (size_t i = 0; i < COUNT(specs); i++) {
        ito_system *a = opened(specs[i]), *b = NULL;
        const ito_field *f = ito_system_field(a), *g;
        double x[CALL_DIM], u[CALL_DIM], v[CALL_DIM];

        CHECK_OK(ctx,
                 ito_system_open(ctx, specs[i], ITO_CALCULUS_STRATONOVICH, &b));
        g = ito_system_field(b);
        CHECK(g->calculus == ITO_CALCULUS_STRATONOVICH);
        CHECK(strcmp(ito_system_equation(a), ito_system_equation(b)) != 0);
        CHECK_HAS(ito_system_equation(b), " o ");
        CHECK(ito_system_exact(a) == ito_system_exact(b));
        point_in(a, x);
        call_field(f, f->drift, f->dim, 0.3, x, u);
        call_field(g, g->drift, f->dim, 0.3, x, v);
        for (size_t c = 0; c < f->dim; c++) {
            double sum = 0.0;

            for (size_t j = 0; j < noises_of(f); j++)
                sum += lie(f, x, j, c, j);
            CHECK_NEAR(v[c], u[c] - 0.5 * sum, 1e-6 * (1.0 + fabs(u[c])));
        }
        ito_system_free(a);
        ito_system_free(b);
    }
}

TEST(wave_and_cubic_have_no_stratonovich_drift)
{
    static const char *const specs[] = { "wave", "cubic" };

    for (size_t i = 0; i < COUNT(specs); i++) {
        ito_system *s = NULL;
        double x, u;

        CHECK_OK(ctx,
                 ito_system_open(ctx, specs[i], ITO_CALCULUS_STRATONOVICH, &s));
        point_in(s, &x);
        call_field(ito_system_field(s), ito_system_field(s)->drift, 1, 0.0, &x,
                   &u);
        CHECK_NEAR(u, 0.0, 1e-15);
        ito_system_free(s);
    }
}

TEST(conversion_there_and_back_is_the_same_process)
{
    ito_system *a = opened("gbm-strat"), *b = NULL;
    double x = 1.3, u, m[2], v[2];

    CHECK_OK(ctx, ito_system_open(ctx, "gbm-strat", ITO_CALCULUS_ITO, &b));
    call_field(ito_system_field(b), ito_system_field(b)->drift, 1, 0.0, &x, &u);
    CHECK_REL(u, (1.01 + 0.5 * 0.87 * 0.87) * 1.3, 1e-14);
    CHECK_OK(ctx, ito_system_moments(ctx, a, &x, 0.5, &m[0], &v[0]));
    CHECK_OK(ctx, ito_system_moments(ctx, b, &x, 0.5, &m[1], &v[1]));
    CHECK_REL(m[0], m[1], 1e-13);
    CHECK_REL(v[0], v[1], 1e-13);
    ito_system_free(a);
    ito_system_free(b);
}

/* --- langevin ------------------------------------------------------------- */

TEST(langevin_follows_the_score_of_its_target)
{
    ito_system *s =
        opened("langevin:target=gmm,modes=3,scale=4,std=0.5,sigma=1.2");
    const ito_field *f = ito_system_field(s);
    ito_dist *dist;

    CHECK_OK(ctx, ito_dist_open(ctx, "gmm:modes=3,scale=4,std=0.5", &dist));
    CHECK_STR(ito_system_spec(s), "langevin:target=gmm,sigma=1.2,temperature=1,"
                                  "modes=3,scale=4,std=0.5,offset=0");
    for (int trial = 0; trial < 50; trial++) {
        double x[2], u[2], score[2], U, logp;

        point_in(s, x);
        CHECK_OK(ctx, ito_dist_score(ctx, dist, 1, x, score));
        CHECK_OK(ctx, ito_dist_logp(ctx, dist, 1, x, &logp));
        call_field(f, f->drift, 2, 0.0, x, u);
        call_field(f, f->potential, 1, 0.0, x, &U);
        for (size_t c = 0; c < 2; c++)
            CHECK_NEAR(u[c], 0.72 * score[c], 1e-12 * (1.0 + fabs(u[c])));
        CHECK_NEAR(U, -0.72 * logp, 1e-12 * (1.0 + fabs(U)));
        CHECK_OK(ctx, ito_system_logp(ctx, s, NULL, HUGE_VAL, 1, x, &U));
        CHECK_NEAR(U, logp, 1e-12 * (1.0 + fabs(U)));
    }
    ito_dist_free(dist);
    ito_system_free(s);
}

/* Exercise L1.11: for p = N(0, sigma^2 / (2 theta)) Langevin is OU. */
TEST(langevin_on_a_gaussian_is_ou)
{
    ito_system *a = opened("langevin:target=gaussian,dim=2,std=2,sigma=2");
    ito_system *b = opened("ou:theta=0.5,sigma=2,dim=2");

    for (int trial = 0; trial < 20; trial++) {
        double x[2], u[2], v[2];

        point_in(a, x);
        call_field(&a->field, a->field.drift, 2, 0.0, x, u);
        call_field(&b->field, b->field.drift, 2, 0.0, x, v);
        for (size_t c = 0; c < 2; c++)
            CHECK_NEAR(u[c], v[c], 1e-15 * (1.0 + fabs(v[c])));
    }
    ito_system_free(a);
    ito_system_free(b);
}

/* --- bad input ------------------------------------------------------------ */

static void refuses(const char *spec, ito_status status, const char *words)
{
    ito_system *s = (ito_system *)1;

    CHECK_FAILS(ctx, ito_system_open(ctx, spec, ITO_CALCULUS_UNSET, &s), status,
                words);
    CHECK(s == NULL);
}

TEST(bad_names_and_parameters_are_refused_in_words)
{
    refuses(NULL, ITO_EARG, "NULL");
    refuses("lorentz", ITO_EARG, "did you mean lorenz?");
    refuses("frobnicate", ITO_EARG, "there are: brownian ou gbm");
    refuses("", ITO_EARG, "no name");
    refuses("ou:", ITO_EARG, "after the colon");
    refuses("ou:thta=1", ITO_EARG, "did you mean theta?");
    refuses("ou:theta", ITO_EARG, "PARAMETER=VALUE");
    refuses("ou:theta=1,", ITO_EARG, "after the last comma");
    refuses("ou:theta=x", ITO_EARG, "a number from");
    refuses("ou:theta=1e400", ITO_EARG, "a number from");
    refuses("ou:theta=nan", ITO_EARG, "a number from");
    refuses("ou:dim=1.5", ITO_EARG, "an integer from 1 to 1024");
    refuses("ou:theta=1,theta=2", ITO_EARG, "given twice");
    refuses("cubic:a=1", ITO_EARG, "it takes none");
    refuses("langevin:target=gmn", ITO_EARG, "did you mean gmm?");
    refuses("langevin:target=moons", ITO_EUNFIT, "no score");
    refuses("langevin:sigm=2", ITO_EARG, "target sigma temperature");
    refuses("langevin:target=gaussian,dim=100", ITO_EARG, "100 components");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_list_has_what_was_promised),
        RUN(what_the_list_says_opens_and_comes_back_as_the_spec),
        RUN(hints_and_names_make_sense),
        RUN(every_field_keeps_its_promises),
        RUN(jacobians_and_divergences_are_derivatives_of_the_drift),
        RUN(diffusion_derivatives_are_those_of_the_diffusion),
        RUN(kinds_of_noise_are_found),
        RUN(kernels_equal_their_formulas),
        RUN(all_kernels_give_the_same_bits),
        RUN(float_states_agree_with_double_ones),
        RUN(conversion_changes_the_drift_by_half_the_derivative),
        RUN(wave_and_cubic_have_no_stratonovich_drift),
        RUN(conversion_there_and_back_is_the_same_process),
        RUN(langevin_follows_the_score_of_its_target),
        RUN(langevin_on_a_gaussian_is_ou),
        RUN(bad_names_and_parameters_are_refused_in_words),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
