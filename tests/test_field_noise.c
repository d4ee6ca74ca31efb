/* SPDX-License-Identifier: MIT
 *
 * test_field_noise.c - ito_field_eval and ito_field_check on the parts that
 * noise and implicit methods need: what is sound passes, what is not is
 * named.
 */
#include "check.h"

#include <ito/field.h>

#include "sde_fields.h"

/* Two components, three motions; what a test spoils. */
typedef struct sample {
    int sigma, deriv, jacobian;
} sample;

static double at(const ito_tile *tile, size_t c, size_t i)
{
    return tile->dtype == ITO_F64 ? ((const double *)tile->x[c])[i]
                                  : (double)((const float *)tile->x[c])[i];
}

static void put(const ito_tile *tile, void *const *out, size_t c, size_t i,
                double v)
{
    if (tile->dtype == ITO_F64)
        ((double *)out[c])[i] = v;
    else
        ((float *)out[c])[i] = (float)v;
}

/* u = (x y, y - x^2 t) */
static int drift(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->npad; i++) {
        const double x = at(tile, 0, i), y = at(tile, 1, i);

        put(tile, out, 0, i, x * y);
        put(tile, out, 1, i, y - x * x * tile->t);
    }
    return 0;
}

static int jacobian(void *user, const ito_tile *tile, void *const *out)
{
    const sample *s = user;

    for (size_t i = 0; i < tile->npad; i++) {
        const double x = at(tile, 0, i), y = at(tile, 1, i);

        put(tile, out, 0, i, y);
        put(tile, out, 1, i, x);
        put(tile, out, 2, i, s->jacobian ? 0.0 : -2 * x * tile->t);
        put(tile, out, 3, i, 1.0);
    }
    return 0;
}

/* The rows of sigma are b_c x_c with b = ((1, 2, 3), (-1, .5, 0)): it
 * commutes, L^j sigma_k = b_cj b_ck x_c, unless row 0 gets y for x. */
static const double b[2][3] = { { 1.0, 2.0, 3.0 }, { -1.0, 0.5, 0.0 } };

static int matrix(void *user, const ito_tile *tile, void *const *out)
{
    const sample *s = user;

    for (size_t c = 0; c < 2; c++)
        for (size_t j = 0; j < 3; j++)
            for (size_t i = 0; i < tile->npad; i++)
                put(tile, out, c * 3 + j, i,
                    b[c][j] * at(tile, s->sigma ? 1 : c, i));
    return 0;
}

static int matrix_deriv(void *user, const ito_tile *tile, void *const *out)
{
    const sample *s = user;

    for (size_t c = 0; c < 2; c++)
        for (size_t k = 0; k < 3; k++)
            for (size_t j = 0; j < 3; j++)
                for (size_t i = 0; i < tile->npad; i++)
                    put(tile, out, (c * 3 + k) * 3 + j, i,
                        b[c][j] * b[c][k] * at(tile, c, i) +
                            (s->deriv && c == 1 && k == 0 && j == 1));
    return 0;
}

/* sigma_c = 1 + x_c^2, or of the other component. */
static int diagonal(void *user, const ito_tile *tile, void *const *out)
{
    const sample *s = user;

    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < tile->npad; i++) {
            const double x = at(tile, s->sigma ? 1 - c : c, i);

            put(tile, out, c, i, 1 + x * x);
        }
    return 0;
}

static int diagonal_deriv(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < tile->npad; i++) {
            const double x = at(tile, c, i);

            put(tile, out, c, i, 2 * x * (1 + x * x));
        }
    return 0;
}

static ito_field field_of(sample *s, ito_noise_kind kind)
{
    const int is_matrix =
        kind == ITO_NOISE_COMMUTATIVE || kind == ITO_NOISE_GENERAL;
    const ito_field f = { .name = "sample",
                          .dtypes = ITO_F32 | ITO_F64,
                          .flags =
                              ITO_FIELD_REENTRANT | ITO_FIELD_ROW_INVARIANT,
                          .dim = 2,
                          .noise_dim = is_matrix ? 3 : 0,
                          .noise = kind,
                          .calculus = ITO_CALCULUS_ITO,
                          .drift = drift,
                          .diffusion = is_matrix ? matrix : diagonal,
                          .diffusion_deriv =
                              is_matrix ? matrix_deriv : diagonal_deriv,
                          .jacobian = jacobian,
                          .user = s };

    return f;
}

TEST(sound_fields_pass)
{
    sample s = { 0 };
    ito_field f = field_of(&s, ITO_NOISE_COMMUTATIVE);

    CHECK_OK(ctx, ito_field_check(ctx, &f, NULL));
    f = field_of(&s, ITO_NOISE_DIAGONAL);
    CHECK_OK(ctx, ito_field_check(ctx, &f, NULL));
    f.noise = ITO_NOISE_COMMUTATIVE;
    CHECK_OK(ctx, ito_field_check(ctx, &f, NULL));
    s.sigma = 1; /* anything goes in general noise */
    f = field_of(&s, ITO_NOISE_GENERAL);
    f.diffusion_deriv = NULL;
    CHECK_OK(ctx, ito_field_check(ctx, &f, NULL));
}

TEST(broken_promises_about_noise_are_named)
{
    sample s = { 0 };
    ito_field f = field_of(&s, ITO_NOISE_COMMUTATIVE);

    s.deriv = 1;
    CHECK_FAILS(ctx, ito_field_check(ctx, &f, NULL), ITO_EUNFIT,
                "diffusion_deriv disagrees");
    s = (sample){ .jacobian = 1 };
    CHECK_FAILS(ctx, ito_field_check(ctx, &f, NULL), ITO_EUNFIT,
                "jacobian disagrees");
    s = (sample){ .sigma = 1 };
    CHECK_FAILS(ctx, ito_field_check(ctx, &f, NULL), ITO_EUNFIT,
                "does not commute");
    f = field_of(&s, ITO_NOISE_DIAGONAL);
    CHECK_FAILS(ctx, ito_field_check(ctx, &f, NULL), ITO_EUNFIT,
                "not diagonal");
    f.noise = ITO_NOISE_COMMUTATIVE;
    CHECK_FAILS(ctx, ito_field_check(ctx, &f, NULL), ITO_EUNFIT,
                "does not commute");
    f.noise = ITO_NOISE_ADDITIVE;
    f.diffusion_deriv = NULL;
    s.sigma = 0;
    CHECK_FAILS(ctx, ito_field_check(ctx, &f, NULL), ITO_EUNFIT,
                "not additive");
}

TEST(parts_are_evaluated_as_rows)
{
    sample s = { 0 };
    const ito_field f = field_of(&s, ITO_NOISE_COMMUTATIVE);
    const ito_rows_at where = { .t = 2.0, .dtype = ITO_F64 };
    const double x[4] = { 3.0, 5.0, -1.0, 0.5 };
    double sigma[12], deriv[36], J[8];

    CHECK_OK(ctx,
             ito_field_eval(ctx, &f, ITO_PART_DIFFUSION, &where, 2, x, sigma));
    CHECK_OK(ctx, ito_field_eval(ctx, &f, ITO_PART_DIFFUSION_DERIV, &where, 2,
                                 x, deriv));
    CHECK_OK(ctx, ito_field_eval(ctx, &f, ITO_PART_JACOBIAN, &where, 2, x, J));
    for (size_t i = 0; i < 2; i++)
        for (size_t c = 0; c < 2; c++)
            for (size_t k = 0; k < 3; k++) {
                const double v = x[2 * i + c];

                CHECK(sigma[6 * i + 3 * c + k] == b[c][k] * v);
                for (size_t j = 0; j < 3; j++)
                    CHECK(deriv[18 * i + 9 * c + 3 * k + j] ==
                          b[c][j] * b[c][k] * v);
            }
    CHECK(J[0] == 5.0 && J[1] == 3.0 && J[2] == -12.0 && J[3] == 1.0);
    CHECK(J[4] == 0.5 && J[5] == -1.0 && J[6] == 4.0 && J[7] == 1.0);
    CHECK_FAILS(ctx,
                ito_field_eval(ctx, &decay, ITO_PART_JACOBIAN, NULL, 2, x, J),
                ITO_EUNFIT, "has no jacobian");
}

/* A field in float alone, asked in double: results are converted, however
 * many components they have. */
TEST(parts_of_a_field_of_another_type_are_converted)
{
    sample s = { 0 };
    ito_field f = field_of(&s, ITO_NOISE_COMMUTATIVE);
    const ito_rows_at where = { .dtype = ITO_F64 };
    const double x[2] = { 3.0, 5.0 };
    double deriv[18];

    f.dtypes = ITO_F32;
    CHECK_OK(ctx, ito_field_eval(ctx, &f, ITO_PART_DIFFUSION_DERIV, &where, 1,
                                 x, deriv));
    CHECK(deriv[0] == 3.0 && deriv[8] == 27.0 && deriv[9] == 5.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(sound_fields_pass),
        RUN(broken_promises_about_noise_are_named),
        RUN(parts_are_evaluated_as_rows),
        RUN(parts_of_a_field_of_another_type_are_converted),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
