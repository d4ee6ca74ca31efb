/* SPDX-License-Identifier: MIT
 *
 * grid.h - a density on a grid, as the files of this folder see it.
 *
 * The state is the mass of every cell, first axis fastest.  What happens
 * along one axis concerns lines of cells, which do not see each other: they
 * are packed in blocks of `lanes` lines (8, or 1 where there is one line), so
 * that loops over lanes are vectors.  Everything that belongs to the lines of
 * an axis is stored as
 *
 *     [block][cell or face][lane]
 *
 * with n + 1 faces for n cells; face f lies between cells f - 1 and f.  Lines
 * that only fill the last block have rates 0.
 */
#ifndef ITO_PDE_GRID_H
#define ITO_PDE_GRID_H

#include <ito/density.h>

#include "ctx/ctx.h"

#define PDE_LANES 8

/*
 * I - c G along the lines of an axis, eliminated (Thomas), for one c.  All
 * numbers are >= 0 and made without a subtraction, so that solutions of
 * right sides >= 0 are >= 0 and tiny masses are as exact as large ones.
 */
typedef struct pde_factor {
    double c;                /* 0: not made */
    uint64_t version;        /* of the rates it was made of */
    double *inv, *down, *up; /* blocks x n x lanes */
    double *ring;            /* periodic: what a mass in the last cell gives the
                         others, blocks x n x lanes */
    double *close;           /* periodic: blocks x 3 x lanes, see lines.c */
} pde_factor;

/* One axis with its lines. */
typedef struct pde_axis {
    double lo, hi, h;
    size_t n; /* cells */
    ito_edge lower, upper;
    bool periodic;
    size_t lines, blocks, lanes;
    double *right, *left; /* rates through faces, mass of the cell before the
                             face to the one behind it and back: blocks x
                             (n + 1) x lanes.  Through an absorbing edge only
                             the way out; periodic: faces 0 and n are one */
    pde_factor factor;
    double d_max;  /* largest D at the time of the rates */
    double a_mean; /* mean |a| over the faces */
} pde_axis;

/* Smallest density and negative mass of one block after a step. */
typedef struct pde_block {
    double min, negative;
} pde_block;

struct ito_density {
    ito_ctx *ctx;
    const ito_field *field;
    const float *cond;
    double given[2]; /* diffusivity of the program */
    bool is_given, use_potential;
    size_t dim;
    pde_axis axis[2];
    size_t cells;
    double volume;
    double t;
    bool started;
    size_t age;       /* steps since the start */
    uint64_t version; /* of the rates; 0: none yet */
    double rates_t;   /* time they were made for */
    double *mass;     /* cells */
    double *work;     /* threads x work_doubles */
    size_t work_doubles;
    pde_block *blocks; /* of the first axis */
    size_t bytes;
};

/* Whether the equation does not depend on time. */
bool ito__pde_timeless(const ito_density *d);

/* Make the rates of time t, unless they are there.  On failure the old ones
 * are gone. */
ito_status ito__pde_rates(ito_ctx *ctx, ito_density *d, double t);

/* Rates of the face between two cells at distance h: to the right and to the
 * left, drift a, diffusion D >= 0. */
void ito__pde_face(double a, double D, double h, double *right, double *left);

/* Bytes that ito__pde_rates works in. */
size_t ito__pde_rates_bytes(const ito_density *d);

/* The smallest steps in time, as ito_density_opts has them. */
typedef enum pde_step { PDE_TR_BDF2, PDE_CN, PDE_BE, PDE_UNIFORM } pde_step;

/* Make the factor of an axis for I - c G. */
void ito__pde_factor(ito_density *d, size_t axis, double c);
/* One step of time tau along all lines of an axis, in place; the factor must
 * have been made for ito__pde_coefficient(step) tau.  With `note` the blocks
 * are told their minimum. */
void ito__pde_lines(ito_density *d, size_t axis, pde_step step, bool note);
double ito__pde_coefficient(pde_step step);
/* u := (I - c G_axis)^-1 u for a grid u of cells. */
void ito__pde_solve(ito_density *d, size_t axis, double *u);

/* out = G u, both axes; cells values each. */
void ito__pde_apply(ito_density *d, const double *u, double *out);
/* Largest rate at which a cell loses mass. */
double ito__pde_loss(const ito_density *d);
/* Mass that leaves its cell in a unit of time, for masses m. */
double ito__pde_turnover(const ito_density *d, const double *m);

/* A step of exp(G tau) by uniformisation; buffer holds 2 x cells values. */
ito_status ito__pde_uniform(ito_ctx *ctx, ito_density *d, double tau,
                            double *buffer, size_t *products);

/* The larger and the smaller of two numbers, b where a is NaN; unlike fmax the
 * same everywhere for zeros of different sign. */
static inline double pde_max(double a, double b)
{
    return a > b ? a : b;
}

static inline double pde_min(double a, double b)
{
    return a < b ? a : b;
}

/* Sum of n values, compensated, so exact to the last bits. */
double ito__pde_sum(size_t n, const double *x);

/* Stationary masses to m (cells values). */
ito_status ito__pde_stationary(ito_ctx *ctx, ito_density *d, double t,
                               double *m);
/* The logarithm of the ratio of neighbouring stationary masses without a
 * flux: log(right / left) of every face of a 1-D grid, n + 1 values. */
ito_status ito__pde_slopes(ito_ctx *ctx, ito_density *d, double *w);

/* The regularised incomplete gamma function Q(a, x). */
double ito__gamma_q(double a, double x);

#endif /* ITO_PDE_GRID_H */
