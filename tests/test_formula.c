/* SPDX-License-Identifier: MIT
 *
 * test_formula.c - systems from formulas: the kind of noise is found, the
 * parts of the field are those that a hand would derive, and what does not
 * fit is said in words.
 */
#include "check.h"

#include <ito/solve.h>
#include <ito/system.h>

#include "call_field.h"
#include "counting.h"

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

static ito_system *opened(const ito_formulas *f)
{
    ito_system *s = NULL;

    CHECK_OK(ctx, ito_system_formula(ctx, f, &s));
    return s;
}

static ito_system *sde(const char *drift, const char *diffusion)
{
    return opened(&(ito_formulas){
        .drift = drift, .diffusion = diffusion, .calculus = ITO_CALCULUS_ITO });
}

TEST(kinds_of_noise_are_told_apart)
{
    static const struct {
        const char *drift, *diffusion;
        ito_noise_kind kind;
        size_t noises; /* noise_dim */
    } rows[] = {
        { "-x", NULL, ITO_NOISE_NONE, 0 },
        { "-x", "0", ITO_NOISE_NONE, 0 },
        { "-x; -y", "0, 0; 0, 0", ITO_NOISE_NONE, 0 },
        { "-x", "0.5", ITO_NOISE_ADDITIVE, 0 },
        { "-x; -y", "1+t", ITO_NOISE_ADDITIVE, 0 },
        { "-x; -y", "1, 2; 3, 4", ITO_NOISE_ADDITIVE, 2 },
        { "-x; -y", "1, 2, 3; 4, 5, 6", ITO_NOISE_ADDITIVE, 3 },
        { "-x; -y", "1, 0; 2, 0", ITO_NOISE_ADDITIVE, 1 },
        { "-x", "x", ITO_NOISE_DIAGONAL, 0 },
        { "-x", "x, 2*x", ITO_NOISE_COMMUTATIVE, 2 },
        { "-x", "x, 1", ITO_NOISE_GENERAL, 2 },
        { "-x; -y", "x; y", ITO_NOISE_DIAGONAL, 0 },
        { "-x; -y", "x; cos(t)*y", ITO_NOISE_DIAGONAL, 0 },
        { "-x; -y", "x, 0; 0, y", ITO_NOISE_DIAGONAL, 0 },
        { "-x; -y", "x, 0; y, 0", ITO_NOISE_SCALAR, 1 },
        { "-x; -y", "y, 0; x, 0", ITO_NOISE_SCALAR, 1 },
        { "-x; -y", "y; x", ITO_NOISE_GENERAL, 0 },
        { "-x; -y", "1+x^2+y^2", ITO_NOISE_GENERAL, 0 },
        { "-x; -y", "y; 0", ITO_NOISE_COMMUTATIVE, 0 },
        { "-x; -y", "x, 3*x; y, 3*y", ITO_NOISE_COMMUTATIVE, 2 },
        { "-x; -y", "x, y; y, x", ITO_NOISE_COMMUTATIVE, 2 },
        { "-x; -y", "x, y; y, -x", ITO_NOISE_COMMUTATIVE, 2 },
        { "-x; -y", "x, y; -y, x", ITO_NOISE_GENERAL, 2 },
        { "-x; -y", "x, -y; y, x", ITO_NOISE_COMMUTATIVE, 2 },
        { "-x; -y", "sqrt(x), 0; 0, sqrt(y)", ITO_NOISE_DIAGONAL, 0 },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        ito_system *s = sde(rows[i].drift, rows[i].diffusion);
        const ito_field *f = ito_system_field(s);

        if (f->noise != rows[i].kind || f->noise_dim != rows[i].noises)
            print_error("%s: kind %d with %zu\n", rows[i].diffusion,
                        (int)f->noise, f->noise_dim);
        CHECK(f->noise == rows[i].kind);
        CHECK(f->noise_dim == rows[i].noises);
        ito_system_free(s);
    }
}

TEST(flags_say_what_depends_on_time)
{
    static const struct {
        const char *drift, *diffusion;
        unsigned flags;
    } rows[] = {
        { "-x", "1", ITO_FIELD_TIMELESS | ITO_FIELD_CONSTANT_NOISE },
        { "-x*t", "1", ITO_FIELD_CONSTANT_NOISE },
        { "-x", "t", 0 },
        { "-x", "x", ITO_FIELD_TIMELESS },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        ito_system *s = sde(rows[i].drift, rows[i].diffusion);

        CHECK(ito_system_field(s)->flags ==
              (rows[i].flags | ITO_FIELD_REENTRANT | ITO_FIELD_ROW_INVARIANT));
        ito_system_free(s);
    }
}

TEST(parameters_and_time_reach_the_values)
{
    const ito_param p[2] = { { "mu", 3.0 }, { "eps", 0.25 } };
    ito_system *s = opened(&(ito_formulas){ .drift = "y; mu*(1-x^2)*y-x+eps*t",
                                            .diffusion = "eps*x; mu*y",
                                            .calculus = ITO_CALCULUS_ITO,
                                            .params = p,
                                            .param_count = 2 });
    const ito_field *f = ito_system_field(s);
    const double x[2] = { 0.5, 2.0 };
    double u[2], g[2], d[2], J[4], div;

    CHECK(f->dim == 2 && f->noise_dim == 0);
    call_field(f, f->drift, 2, 2.0, x, u);
    CHECK_NEAR(u[0], 2.0, 1e-15);
    CHECK_NEAR(u[1], 3.0 * 0.75 * 2.0 - 0.5 + 0.5, 1e-14);
    call_field(f, f->diffusion, 2, 2.0, x, g);
    CHECK_NEAR(g[0], 0.125, 1e-16);
    CHECK_NEAR(g[1], 6.0, 1e-14);
    call_field(f, f->diffusion_deriv, 2, 2.0, x, d);
    CHECK_NEAR(d[0], 0.25 * 0.125, 1e-16);
    CHECK_NEAR(d[1], 18.0, 1e-14);
    call_field(f, f->jacobian, 4, 2.0, x, J);
    CHECK(J[0] == 0.0 && J[1] == 1.0);
    CHECK_NEAR(J[2], -3.0 * 2.0 * 0.5 * 2.0 - 1.0, 1e-14);
    CHECK_NEAR(J[3], 2.25, 1e-14);
    call_field(f, f->divergence, 1, 2.0, x, &div);
    CHECK_NEAR(div, 2.25, 1e-14);
    CHECK(!f->rates && !f->potential && !f->second_order);
    CHECK_STR(ito_system_spec(s), "formula");
    CHECK_STR(ito_system_component(s, 0), "x");
    ito_system_free(s);
}

TEST(one_element_of_diffusion_is_the_same_for_all_components)
{
    ito_system *s = sde("-x1; -x2; -x3; -x4", "2+x4^2");
    const ito_field *f = ito_system_field(s);
    const double x[4] = { 1.0, 2.0, 3.0, 4.0 };
    double g[4];

    call_field(f, f->diffusion, 4, 0.0, x, g);
    for (size_t c = 0; c < 4; c++)
        CHECK(g[c] == 18.0);
    CHECK_STR(ito_system_component(s, 3), "x4");
    ito_system_free(s);
}

TEST(rates_are_the_constant_slopes)
{
    ito_system *s = sde("-2*x+sin(y); -y+x^2; x*y-0.5*z", "1");
    const double *rates = ito_system_field(s)->rates;

    CHECK(rates && rates[0] == -2.0 && rates[1] == -1.0 && rates[2] == -0.5);
    ito_system_free(s);
    s = sde("-x^3; y^2", "1");
    CHECK(!ito_system_field(s)->rates);
    ito_system_free(s);
}

TEST(an_energy_gives_its_gradient_and_its_temperature)
{
    ito_system *s = opened(&(ito_formulas){ .energy = "x^4/4-x^2/2+y^2+x*y",
                                            .temperature = 0.08 });
    const ito_field *f = ito_system_field(s);
    const double x[2] = { 1.5, -0.5 };
    double u[2], g[2], U;

    CHECK(f->dim == 2 && f->noise == ITO_NOISE_ADDITIVE && f->noise_dim == 0);
    call_field(f, f->drift, 2, 0.0, x, u);
    CHECK_NEAR(u[0], -(3.375 - 1.5 - 0.5), 1e-15);
    CHECK_NEAR(u[1], -(-1.0 + 1.5), 1e-15);
    call_field(f, f->diffusion, 2, 0.0, x, g);
    CHECK_NEAR(g[0], 0.4, 1e-16);
    CHECK(g[0] == g[1]);
    call_field(f, f->potential, 1, 0.0, x, &U);
    CHECK_NEAR(U, 1.265625 - 1.125 + 0.25 - 0.75, 1e-15);
    ito_system_free(s);
    s = opened(&(ito_formulas){ .energy = "x^2", .no_noise = 1 });
    CHECK(ito_system_field(s)->noise == ITO_NOISE_NONE);
    CHECK_STR(ito_system_equation(s), "dx = -2*x dt");
    ito_system_free(s);
}

TEST(friction_makes_an_energy_second_order)
{
    ito_system *s = opened(&(ito_formulas){
        .energy = "x^4/4+x*y+z^2", .temperature = 0.5, .gamma = 4.0 });
    const ito_field *f = ito_system_field(s);
    const double x[6] = { 1.0, 2.0, 3.0, 4.0, 5.0, 6.0 };
    double u[6], g[6], J[36], div;

    CHECK(f->dim == 6 && f->second_order->gamma == 4.0 &&
          f->second_order->temperature == 0.5);
    call_field(f, f->drift, 6, 0.0, x, u);
    CHECK(u[0] == 4.0 && u[1] == 5.0 && u[2] == 6.0);
    CHECK_NEAR(u[3], -3.0 - 16.0, 1e-14);
    CHECK_NEAR(u[4], -1.0 - 20.0, 1e-14);
    CHECK_NEAR(u[5], -6.0 - 24.0, 1e-14);
    call_field(f, f->diffusion, 6, 0.0, x, g);
    CHECK(g[0] == 0.0 && g[2] == 0.0 && g[3] == 2.0 && g[5] == 2.0);
    call_field(f, f->divergence, 1, 0.0, x, &div);
    CHECK(div == -12.0);
    call_field(f, f->jacobian, 36, 0.0, x, J);
    CHECK(J[3] == 1.0 && J[0] == 0.0 && J[3 * 6] == -3.0 &&
          J[3 * 6 + 1] == -1.0 && J[3 * 6 + 3] == -4.0 && J[5 * 6 + 2] == -2.0);
    CHECK(!f->potential);
    CHECK_STR(ito_system_component(s, 0), "q1");
    CHECK_STR(ito_system_component(s, 5), "v3");
    CHECK_HAS(ito_system_equation(s), "dq1 = v1 dt");
    CHECK_HAS(ito_system_equation(s), "4*v3");
    ito_system_free(s);
    s = opened(&(ito_formulas){ .energy = "x^2/2", .gamma = 1.0 });
    CHECK(ito_system_exact(s) & ITO_EXACT_MOMENTS);
    CHECK_STR(ito_system_component(s, 1), "v");
    ito_system_free(s);
}

TEST(equations_are_written_for_people)
{
    static const struct {
        const char *drift, *diffusion, *text;
        ito_calculus convert;
    } rows[] = {
        { "-x", "1", "dx = -x dt + dW", 0 },
        { "0", "2", "dx = 2 dW", 0 },
        { "0", NULL, "dx = 0", 0 },
        { "1-x", "0.5*x", "dx = (1-x) dt + 0.5*x dW", 0 },
        { "0", "x", "dx = -0.5*x dt + x o dW", ITO_CALCULUS_STRATONOVICH },
        { "y; -x", "0, 1; 2, 0", "dx = y dt + dW2\ndy = -x dt + 2 dW1", 0 },
        { "y; -x", "0; 1", "dx = y dt\ndy = -x dt + dW2", 0 },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        ito_system *s = opened(&(ito_formulas){ .drift = rows[i].drift,
                                                .diffusion = rows[i].diffusion,
                                                .calculus = ITO_CALCULUS_ITO,
                                                .convert = rows[i].convert });

        CHECK_STR(ito_system_equation(s), rows[i].text);
        ito_system_free(s);
    }
}

TEST(affine_formulas_have_exact_moments)
{
    const double x[2] = { 1.0, -1.0 };
    ito_system *s = sde("-x+2*y+1; -2*x-y", "0.3*x, 0.1; 0.1, 0.2*y");
    double mean[2], cov[4], m[2], P[3];
    const int n = 200000;
    const double h = 1.0 / n;

    CHECK(ito_system_exact(s) == ITO_EXACT_MOMENTS);
    CHECK_OK(ctx, ito_system_moments(ctx, s, x, 1.0, mean, cov));
    /* the same by midpoint steps of dm/dt and d E[x x']/dt */
    m[0] = x[0];
    m[1] = x[1];
    P[0] = 1.0;
    P[1] = -1.0;
    P[2] = 1.0;
    for (int i = 0; i < n; i++) {
        double a[2] = { m[0], m[1] }, p[3] = { P[0], P[1], P[2] }, d[5];

        for (int half = 0; half < 2; half++) {
            d[0] = -a[0] + 2 * a[1] + 1;
            d[1] = -2 * a[0] - a[1];
            d[2] = 2 * (-p[0] + 2 * p[1] + a[0]) + 0.09 * p[0] + 0.01;
            d[3] = (-p[1] + 2 * p[2] + a[1]) + (-2 * p[0] - p[1]) +
                   0.03 * a[0] + 0.02 * a[1];
            d[4] = 2 * (-2 * p[1] - p[2]) + 0.01 + 0.04 * p[2];
            for (int c = 0; c < 2; c++)
                a[c] = m[c] + 0.5 * h * d[c];
            for (int c = 0; c < 3; c++)
                p[c] = P[c] + 0.5 * h * d[2 + c];
        }
        for (int c = 0; c < 2; c++)
            m[c] += h * d[c];
        for (int c = 0; c < 3; c++)
            P[c] += h * d[2 + c];
    }
    CHECK_NEAR(mean[0], m[0], 1e-9);
    CHECK_NEAR(mean[1], m[1], 1e-9);
    CHECK_NEAR(cov[0], P[0] - m[0] * m[0], 1e-9);
    CHECK_NEAR(cov[1], P[1] - m[0] * m[1], 1e-9);
    CHECK_NEAR(cov[3], P[2] - m[1] * m[1], 1e-9);
    ito_system_free(s);
}

/* dX = S dW: Cov X_t = S S' t. */
TEST(a_matrix_of_constants_spreads_as_its_square)
{
    const double x[2] = { 0.0, 0.0 };
    ito_system *s = sde("0; 0", "1, 2, 3; 0, 1, -1");
    double mean[2], cov[4];

    CHECK_OK(ctx, ito_system_moments(ctx, s, x, 2.0, mean, cov));
    CHECK_NEAR(cov[0], 28.0, 1e-13);
    CHECK_NEAR(cov[1], -2.0, 1e-13);
    CHECK_NEAR(cov[3], 4.0, 1e-13);
    ito_system_free(s);
}

TEST(hints_start_where_something_moves)
{
    ito_system *s = sde("-x", "x");

    CHECK(ito_system_hint(s)->start[0] == 1.0);
    ito_system_free(s);
    s = sde("1-x", "x");
    CHECK(ito_system_hint(s)->start[0] == 0.0);
    CHECK(ito_method_find(ito_system_hint(s)->method) != NULL);
    ito_system_free(s);
}

TEST(fields_from_formulas_keep_their_promises)
{
    static const char *const drifts[] = { "-x", "y; (1-x^2)*y-x",
                                          "sin(x2)*t; exp(-x3^2); x4; x1-x4" };

    for (size_t i = 0; i < COUNT(drifts); i++) {
        ito_system *s = sde(drifts[i], "0.1");

        CHECK_OK(ctx, ito_field_check(ctx, ito_system_field(s), NULL));
        ito_system_free(s);
    }
}

static void refuses(const ito_formulas *f, ito_status status, const char *words)
{
    ito_system *s = (ito_system *)1;

    CHECK_FAILS(ctx, ito_system_formula(ctx, f, &s), status, words);
    CHECK(s == NULL);
}

TEST(what_does_not_fit_is_said_in_words)
{
    refuses(NULL, ITO_EARG, "there are none");
    refuses(&(ito_formulas){ .drift = NULL }, ITO_EARG, "no drift");
    refuses(&(ito_formulas){ .drift = "x", .energy = "x" }, ITO_EARG,
            "give one");
    refuses(&(ito_formulas){ .drift = "x", .gamma = 1.0 }, ITO_EARG,
            "belong to an energy");
    refuses(&(ito_formulas){ .energy = "x", .temperature = -1.0 }, ITO_EARG,
            "negative");
    refuses(&(ito_formulas){ .energy = "x", .gamma = 1, .diffusion = "1" },
            ITO_EARG, "give no diffusion");
    refuses(&(ito_formulas){ .energy = "x^2", .no_noise = 1, .diffusion = "1" },
            ITO_EARG, "no_noise");
    refuses(&(ito_formulas){ .drift = "y" }, ITO_EARG, "1 element and the");
    refuses(&(ito_formulas){ .drift = "y, -x" }, ITO_EARG, "write ;");
    refuses(&(ito_formulas){ .energy = "x; y" }, ITO_EARG, "one formula");
    refuses(&(ito_formulas){ .drift = "y; -x", .diffusion = "1; 2; 3" },
            ITO_EARG, "\"1; 2; 3\" is 3 x 1 and drift \"y; -x\" has 2");
    refuses(&(ito_formulas){ .drift = "y; -x", .diffusion = "1, 2" }, ITO_EARG,
            "is 1 x 2");
    refuses(&(ito_formulas){ .drift = "-x", .diffusion = "sqrt(-1)" }, ITO_EARG,
            "diffusion: element 1");
    refuses(&(ito_formulas){ .drift = "1/0" }, ITO_EARG, "drift: element 1");
    refuses(&(ito_formulas){ .drift = "x", .dim = 2000 }, ITO_EARG, "1024");
    refuses(&(ito_formulas){ .drift = "x", .calculus = (ito_calculus)7 },
            ITO_EARG, "calculus");
    refuses(&(ito_formulas){ .drift = "x +" }, ITO_EARG, "drift");
    refuses(&(ito_formulas){ .drift = "-x", .diffusion = "z" }, ITO_EARG,
            "diffusion");
}

/* "f(x1); f(x2); ..." */
static char *repeated(const char *before, const char *after, size_t dim)
{
    char *text = malloc(dim * 40), *at = text;

    CHECK(text != NULL);
    for (size_t c = 1; c <= dim; c++)
        at += sprintf(at, "%s%sx%zu%s", c > 1 ? "; " : "", before, c, after);
    return text;
}

TEST(many_components_are_no_trouble)
{
    char *drift = repeated("-", "", 300), *sigma = repeated("0.1*", "^2", 300);
    const ito_formulas f = { .drift = drift,
                             .diffusion = sigma,
                             .calculus = ITO_CALCULUS_ITO };
    ito_formulas other = f;
    ito_system *s = opened(&f);
    const ito_field *field = ito_system_field(s);

    CHECK(field->dim == 300 && field->noise == ITO_NOISE_DIAGONAL);
    CHECK_STR(ito_system_component(s, 299), "x300");
    ito_system_free(s);
    other.convert = ITO_CALCULUS_STRATONOVICH;
    refuses(&other, ITO_EUNFIT, "too many elements");
    free(drift);
    free(sigma);
}

TEST(a_calculus_that_is_not_said_is_asked_for)
{
    refuses(&(ito_formulas){ .drift = "-x", .diffusion = "0.5*x^2" },
            ITO_EUNFIT, "Stratonovich");
    CHECK_HAS(ito_errmsg(ctx), "c = 0.5*(0.5*x^2*x)");
    refuses(&(ito_formulas){ .drift = "-x; -y", .diffusion = "x, y; y, x" },
            ITO_EUNFIT, "first component");
}

TEST(no_memory_is_reported_and_nothing_leaks)
{
    const ito_formulas f = { .drift = "y; -x-y^3",
                             .diffusion = "x, 1; y, 2",
                             .calculus = ITO_CALCULUS_ITO,
                             .convert = ITO_CALCULUS_STRATONOVICH };
    static const char *const specs[] = { "gbm", "ou", "langevin",
                                         "underdamped-langevin" };

    for (size_t which = 0; which <= COUNT(specs); which++)
        for (size_t fail = 1;; fail += 1 + fail / 8) {
            counter c = { .fail_at = SIZE_MAX };
            const ito_ctx_opts opts = { .threads = 1,
                                        .alloc = counting,
                                        .alloc_arg = &c };
            ito_ctx *small = NULL;
            ito_system *s = NULL;
            ito_status rc;

            CHECK(ito_open(&small, &opts) == ITO_OK);
            c.fail_at = c.calls + fail;
            rc = which == 0 ? ito_system_formula(small, &f, &s)
                            : ito_system_open(small, specs[which - 1],
                                              ITO_CALCULUS_UNSET, &s);
            CHECK(rc == ITO_OK || (rc == ITO_ENOMEM && !s));
            ito_system_free(s);
            ito_close(small);
            CHECK(c.out == 0);
            if (rc == ITO_OK)
                break;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(kinds_of_noise_are_told_apart),
        RUN(flags_say_what_depends_on_time),
        RUN(parameters_and_time_reach_the_values),
        RUN(one_element_of_diffusion_is_the_same_for_all_components),
        RUN(rates_are_the_constant_slopes),
        RUN(an_energy_gives_its_gradient_and_its_temperature),
        RUN(friction_makes_an_energy_second_order),
        RUN(equations_are_written_for_people),
        RUN(affine_formulas_have_exact_moments),
        RUN(a_matrix_of_constants_spreads_as_its_square),
        RUN(hints_start_where_something_moves),
        RUN(fields_from_formulas_keep_their_promises),
        RUN(what_does_not_fit_is_said_in_words),
        RUN(many_components_are_no_trouble),
        RUN(a_calculus_that_is_not_said_is_asked_for),
        RUN(no_memory_is_reported_and_nothing_leaks),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
