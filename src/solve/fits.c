/* SPDX-License-Identifier: MIT
 *
 * fits.c - which methods fit which fields, and saying so.
 *
 * One function decides, `reason`; solving, ito_method_fits and the lists in
 * messages all ask it.
 */
#include <string.h>

#include "ctx/ctx.h"
#include "solve/method.h"

static bool multiplicative(const ito_field *f)
{
    return f->noise > ITO_NOISE_ADDITIVE;
}

static const char *kind_name(ito_noise_kind kind)
{
    static const char *const names[] = { "no",       "additive",    "scalar",
                                         "diagonal", "commutative", "general" };

    return names[kind];
}

/* Why the method cannot go with the noise; NULL: it can. */
static const char *noise_reason(const method *m, const ito_field *f)
{
    if ((m->info.noise & 1u << f->noise) == 0) {
        if (f->noise == ITO_NOISE_NONE)
            return "samples a density and the field has no noise";
        return m->info.noise == 1u << ITO_NOISE_NONE
                   ? "is a method for fields without noise"
                   : "does not fit such noise";
    }
    if (multiplicative(f) && (m->info.calculus & f->calculus) == 0)
        return f->calculus == ITO_CALCULUS_ITO
                   ? "solves Stratonovich equations and this is an Ito one"
                   : "solves Ito equations and this is a Stratonovich one";
    if (f->noise_dim > 1 && (m->kind & METHOD_ELEMENTS) != 0)
        return "takes one Brownian motion a component, or one in all";
    return NULL;
}

/* Why the field lacks what the method needs; NULL: it does not. */
static const char *need_reason(const method *m, const ito_field *f)
{
    const unsigned flags = m->info.flags;

    if ((flags & ITO_METHOD_DERIV) != 0 && multiplicative(f) &&
        !f->diffusion_deriv)
        return "needs the diffusion_deriv of the field";
    if ((flags & ITO_METHOD_RATES) != 0 && !f->rates)
        return "needs the rates of the field";
    if ((flags & ITO_METHOD_SECOND_ORDER) != 0 && !f->second_order)
        return "needs a field of second order";
    if ((flags & ITO_METHOD_SECOND_ORDER) != 0 &&
        (f->dim % 2 != 0 || (f->noise_dim > 0 && f->noise_dim != f->dim / 2)))
        return "needs as many velocities as positions, and a Brownian motion "
               "for each or for every component";
    if ((flags & ITO_METHOD_LANGEVIN) != 0 && !f->potential)
        return "needs the potential of the field";
    if ((flags & ITO_METHOD_LANGEVIN) != 0 &&
        ((f->flags & ITO_FIELD_CONSTANT_NOISE) == 0 ||
         (f->noise_dim != 0 && f->dim > 1)))
        return "needs constant noise, a Brownian motion a component";
    if ((flags & ITO_METHOD_IMPLICIT) != 0 && f->dim > METHOD_IMPLICIT_DIM)
        return "solves equations of at most 64 components";
    if ((m->kind & METHOD_NARROW) != 0 && (f->flags & ITO_FIELD_WIDE) != 0)
        return "does not work on rows (WIDE fields)";
    return NULL;
}

static const char *reason(const method *m, const ito_field *f, bool adaptive)
{
    const char *why = noise_reason(m, f);

    if (!why)
        why = need_reason(m, f);
    if (!why && adaptive && (m->info.flags & ITO_METHOD_ADAPTIVE) == 0)
        why = "has no estimate of its error to choose steps by";
    if (!why && adaptive && f->noise == ITO_NOISE_GENERAL)
        why = "chooses its steps only where the noise commutes: the Levy "
              "areas of other noise are not known on the tree";
    return why;
}

bool ito__method_suits(const method *m, const ito_field *field)
{
    return !reason(m, field, false);
}

/* The names of the methods that fit, each after a space. */
static void list_fitting(const ito_field *f, bool adaptive, char *list,
                         size_t size)
{
    size_t used = 0;

    list[0] = '\0';
    for (size_t i = 0; ito_method_at(i); i++) {
        const char *name = ito_method_at(i)->name;
        const size_t length = strlen(name);

        if (reason(ito__method_of(ito_method_at(i)), f, adaptive))
            continue;
        if (used + length + 2 > size)
            return;
        list[used] = ' ';
        memcpy(list + used + 1, name, length + 1);
        used += length + 1;
    }
    if (used == 0 && size > 5)
        memcpy(list, " none", 6);
}

static ito_status no_calculus(ito_ctx *ctx, const char *name)
{
    return ito__fail(
        ctx, ITO_EUNFIT,
        "solve: the noise of field %s depends on the state and its calculus is "
        "not said; Ito and Stratonovich differ: u_Stratonovich = u_Ito - 1/2 "
        "sum_j L^j sigma_j, L^j = sum_i sigma_ij d/dx_i (in one dimension "
        "1/2 sigma sigma'); set calculus to the one the drift is written for",
        name);
}

ito_status ito__method_fits(ito_ctx *ctx, const method *m,
                            const ito_field *field, bool adaptive)
{
    const char *name = field->name ? field->name : "without a name";
    const char *why;
    char list[320];

    if ((unsigned)field->noise > ITO_NOISE_GENERAL ||
        (unsigned)field->calculus > ITO_CALCULUS_STRATONOVICH)
        return ito__fail(ctx, ITO_EARG,
                         "solve: field %s: kind of noise %d, calculus %d; see "
                         "ito/field.h for those there are",
                         name, (int)field->noise, (int)field->calculus);
    if (multiplicative(field) && field->calculus == ITO_CALCULUS_UNSET)
        return no_calculus(ctx, name);
    why = reason(m, field, adaptive);
    if (!why)
        return ITO_OK;
    list_fitting(field, adaptive, list, sizeof(list));
    return ito__fail(ctx, ITO_EUNFIT,
                     "solve: %s %s (field %s, %s noise); methods that fit:%s",
                     m->info.name, why, name, kind_name(field->noise), list);
}

ito_status ito_method_fits(ito_ctx *ctx, const ito_method *info,
                           const ito_field *field)
{
    if (!ctx)
        return ITO_EARG;
    if (!field || !ito__method_of(info))
        return ito__fail(ctx, ITO_EARG, "method_fits: %s",
                         field ? "the method is not one of ito_method_at"
                               : "there is no field");
    return ito__method_fits(ctx, ito__method_of(info), field, false);
}

const char *ito__method_default(const ito_field *field, bool adaptive)
{
    if (field->noise == ITO_NOISE_NONE)
        return adaptive ? "dopri5" : "heun";
    if (field->noise == ITO_NOISE_ADDITIVE)
        return adaptive ? "shark" : "euler-maruyama";
    if (field->calculus == ITO_CALCULUS_STRATONOVICH)
        return adaptive ? "heun" : "euler-heun";
    return adaptive ? "sriw1" : "euler-maruyama";
}
