/* SPDX-License-Identifier: MIT
 *
 * oracle.h - what an oracle is made of: a base, whose noise is N(0, s^2 I),
 * and, around it, p_init as a mixture of such.
 *
 * With y ~ sum_j v_j N(n_j, s_j^2 I) and x = alpha z + beta y, the base of
 * noise beta s_j knows everything at x - beta n_j, and
 *
 *     p(x) = sum_j v_j p_j(x - beta n_j),   E[f | x] = sum_j rho_j f_j,
 *     rho_j = v_j p_j / p
 *
 * with u_j = alphadot E_j[z] + betadot n_j + beta betadot s_j^2 q_j, where
 * q = E[e | x] / (beta s_j) = -grad log p_j.
 */
#ifndef ITO_PATH_ORACLE_H
#define ITO_PATH_ORACLE_H

#include <ito/oracle.h>

#include "ctx/ctx.h"
#include "dist/dist.h"
#include "path/path.h"
#include "path/trunc.h"

/* What a call is for. */
typedef enum want { WANT_FIELD, WANT_SCORE, WANT_LOGP, WANT_DATA } want;

/* Squares of a checkerboard. */
typedef struct board {
    size_t grid;
    double scale;
} board;

/* Points of a finite set: n rows of dim values, borrowed. */
typedef struct points {
    size_t n, dim;
    const float *x;
} points;

/* What is the same for all particles at one time, for noise of one std. */
typedef struct moment {
    double alpha, beta; /* beta: times the std */
    ito_modes_at modes;
    ito_full_at full;
    ito_rings_at rings;
    ito_curve_at curve;
    trunc_at trunc; /* of a board, where beta > 0 */
    double *work;   /* of points */
} moment;

/* What is known of n particles: n values, n x dim values.  e is E[e | x], or
 * that over beta (q) where the base or the call says so. */
typedef struct known {
    double *logp, *z, *e;
} known;

typedef struct oracle_base {
    /* e is q whatever the call; else it is q for WANT_SCORE alone, and 0 at
     * beta = 0, where q is not defined. */
    bool has_q;
    /* Doubles that `prepare` needs. */
    size_t (*doubles)(const ito_oracle *o);
    void (*prepare)(const ito_oracle *o, bool slopes, double *memory,
                    moment *at);
    /* n rows of x; z and e need not be written for WANT_LOGP. */
    void (*moments)(const ito_oracle *o, const moment *at, want what, size_t n,
                    const double *x, const known *out);
    /* As `..._slope` in dist/dist.h, of one x. */
    double (*slope)(const ito_oracle *o, const moment *at, const double *x,
                    const ito_slope *s);
} oracle_base;

extern const oracle_base ito__base_modes, ito__base_full, ito__base_rings,
    ito__base_curve, ito__base_board, ito__base_points;

struct ito_oracle {
    ito_ctx *ctx;
    const ito_dist *dist; /* NULL: points */
    const ito_dist *init; /* NULL: N(0, I) */
    ito_dist *own[2];     /* of these, what the oracle opened */
    float *own_rows;      /* points that the oracle drew */
    double *curve_memory;
    ito_path path;
    const ito_modes *start; /* p_init as a mixture; NULL: N(0, I) */
    bool moved;             /* a mean of p_init is not 0 */
    const oracle_base *base;
    size_t dim;
    const ito_modes *modes;
    ito_full full;
    ito_rings rings;
    ito_curve curve;
    board board;
    points points;
    size_t group; /* particles looked at together */
    ito_field field;
};

/* A tile of particles at one time: every base prepared. */
typedef struct oracle_at {
    const ito_oracle *o;
    ito_coef coef;
    size_t starts; /* parts of p_init, at least 1 */
    moment *at;    /* of each */
    double *x;     /* group x dim, moved */
    known one;     /* of one part */
    double *row;   /* 6 dim */
} oracle_at;

/* What it is set up for: score, density and data; field; slopes as well. */
typedef enum oracle_use { USE_DENSITY, USE_FIELD, USE_SLOPES } oracle_use;

/* Bytes of scratch, and setting it up for time t. */
size_t ito__oracle_bytes(const ito_oracle *o);
void ito__oracle_at(const ito_oracle *o, double t, oracle_use use,
                    void *scratch, oracle_at *out);

/* For n <= group rows of x: logp (n, may be NULL unless that is wanted) and
 * the wanted vector (n x dim; not for WANT_LOGP). */
void ito__oracle_eval(const oracle_at *at, want what, size_t n, const double *x,
                      double *logp, double *out);

/* Divergence of the field at one x and, where v is not NULL, v' du/dx. */
double ito__oracle_slope(const oracle_at *at, const double *x, const double *v,
                         double *vj);

/*
 * tr Var[P z + Q y | x] for weights (P, Q) = target: what no prediction of
 * that target can remove.
 */
double ito__oracle_variance(const oracle_at *at, const double target[2],
                            const double *x);

#endif /* ITO_PATH_ORACLE_H */
