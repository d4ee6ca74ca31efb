/* SPDX-License-Identifier: MIT
 *
 * ito/density.h - the density of dX = u dt + sigma dW on a grid.
 *
 * The equation of Fokker and Planck in one or two dimensions, for the same
 * field that moves particles:
 *
 *     const ito_density_problem what = {
 *         .field = &ou, .axes = { { .lo = -8, .hi = 8, .cells = 400 } }
 *     };
 *     const ito_density_start start = { .mean = (double[]){ 1.5 },
 *                                       .std = (double[]){ 0.3 } };
 *     ito_density *p;
 *
 *     rc = ito_density_open(ctx, &what, &p);
 *     rc = ito_density_set(ctx, p, &start, NULL);
 *     rc = ito_density_advance(ctx, p, 0.5, NULL, NULL);
 *     ...ito_density_mass(p)[i], ito_density_moments(ctx, p, &moments)...
 *     ito_density_free(p);
 *
 * Space.  With D = sigma^2 / 2 and a the drift in divergence form (a = u -
 * dD/dx for Ito, u - 1/2 dD/dx for Stratonovich equations),
 *
 *     dp/dt = -div(a p) + div(D grad p).
 *
 * An axis is cut into equal cells.  The state is the mass m of each cell; what
 * crosses a face between cells i and i + 1 is
 *
 *     F = (D / h^2) [B(-w) m_i - B(w) m_(i+1)],   w = a h / D,
 *     B(w) = w / (exp(w) - 1)
 *
 * (Chang and Cooper, J. Comput. Phys. 6 (1970) 1; Scharfetter and Gummel, IEEE
 * Trans. Electron Devices 16 (1969) 64).  Rates are never negative, mass is
 * conserved, the order is 2 where w is small and goes over to 1 (upwind) where
 * transport wins; without any diffusion it is 1.  Where the field has a
 * potential, w is made of its differences, and with constant D the
 * equilibrium exp(-U/D) is exact on any grid.
 *
 * The diffusion must be diagonal: sigma sigma' without elements beside the
 * diagonal, as others break the positive rates.
 *
 * Time.  See ito_density_opts.  In two dimensions a step is half a step along
 * the first axis, one along the second, half a step along the first (Strang,
 * SIAM J. Numer. Anal. 5 (1968) 506).  Lines are solved together and in
 * parallel; every result is the same to the bit for any number of threads,
 * kernels and compilers.  A field that depends on time is taken at the middle
 * of each step, which is second order (Magnus); fields with ITO_FIELD_TIMELESS
 * are evaluated once.
 *
 * Cells are numbered with the first axis fastest: cell (i, j) is i + j cells_0.
 */
#ifndef ITO_DENSITY_H
#define ITO_DENSITY_H

#include <ito/dist.h>
#include <ito/solve.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A density on a grid; opaque. */
typedef struct ito_density ito_density;

/**
 * One axis of a grid.  Edges: ITO_EDGE_OPEN and ITO_EDGE_REFLECT let nothing
 * through; ITO_EDGE_ABSORB takes what reaches it (p = 0 there);
 * ITO_EDGE_PERIODIC must stand at both ends.
 */
typedef struct ito_density_axis {
    double lo, hi;         /**< limits, lo < hi */
    size_t cells;          /**< at least 3 */
    ito_edge lower, upper; /**< what happens at lo and at hi */
} ito_density_axis;

/** An equation and a grid.  Zero in any field means the default. */
typedef struct ito_density_problem {
    const ito_field *field;    /**< dim 1 or 2; borrowed until free */
    ito_density_axis axes[2];  /**< as many as the field has components */
    const double *diffusivity; /**< D of each axis, at least 0, in place of the
                                   field's own diffusion; copied */
    const float *cond;         /**< field->cond_dim conditions; borrowed */
    int no_potential;          /**< 1: make w of the drift at the faces though
                                   the field has a potential */
    size_t mem_limit;          /**< refuse a grid that needs more bytes; 0 =
                                   2^31 */
    void *reserved[8];         /**< zero */
} ito_density_problem;

/** The memory that a density takes, in bytes; errors as ito_density_open. */
ITO_API ito_status ito_density_bytes(ito_ctx *ctx,
                                     const ito_density_problem *problem,
                                     size_t *bytes);

/**
 * Make a density: nowhere any mass, time 0.  Nothing is evaluated yet.
 *
 * @param out  receives the density, to be freed by ito_density_free before the
 *             context is closed; NULL on failure
 * @return ITO_OK, ITO_EARG (an axis that is empty, not finite or has less than
 *         3 cells; one periodic end; negative diffusivity), ITO_EUNFIT (a
 *         field of more than 2 components; calculus not said), ITO_ERANGE
 *         (the grid needs more than mem_limit: the message says how many bytes
 *         and the largest grid that fits) or ITO_ENOMEM
 */
ITO_API ito_status ito_density_open(ito_ctx *ctx,
                                    const ito_density_problem *problem,
                                    ito_density **out);

/** Free a density; NULL is allowed. */
ITO_API void ito_density_free(ito_density *density);

/** Log density at n points x (n x dim) to logp (n values, any constant added;
 *  -inf where there is no mass).  Anything but 0 stops with ITO_ECALLBACK. */
typedef int (*ito_density_fn)(void *arg, size_t n, const double *x,
                              double *logp);

/**
 * What a density starts from; exactly one of mean, mass, logp, dist and
 * stationary, or none of them: uniform.
 */
typedef struct ito_density_start {
    double t;             /**< time of the start */
    const double *mean;   /**< dim values: a normal distribution... */
    const double *std;    /**< ...with these dim standard deviations, each cell
                               given its exact mass.  NULL or 0 in an axis: a
                               point, shared linearly by the two nearest cells,
                               so that the mean is exact where neither edge is
                               nearer than half a cell */
    const double *mass;   /**< one value a cell, any scale, none negative */
    ito_density_fn logp;  /**< log density, taken at the centres */
    void *logp_arg;       /**< first argument of logp */
    const ito_dist *dist; /**< its log density, taken at the centres */
    int stationary;       /**< 1: the stationary density of the equation at
                               time t; see ito_density_stationary */
    void *reserved[4];    /**< zero */
} ito_density_start;

/**
 * Set a density to a start of total mass 1.
 *
 * @param start   NULL: uniform, t = 0
 * @param inside  receives how much of a normal start lies on the grid, before
 *                it is scaled to 1; 1 for other starts; may be NULL
 * @return ITO_OK, ITO_EARG, ITO_ERANGE (no mass on the grid), ITO_EUNFIT (no
 *         closed form of dist's density), ITO_ENONFINITE, ITO_ECALLBACK or as
 *         ito_density_stationary
 */
ITO_API ito_status ito_density_set(ito_ctx *ctx, ito_density *density,
                                   const ito_density_start *start,
                                   double *inside);

/**
 * A method of stepping in time, with G the matrix of rates, dm/dt = G m:
 *
 *   tr-bdf2  trapezoidal rule over (2 - sqrt 2) of the step, then BDF2 (Bank
 *            et al., IEEE Trans. Electron Devices 32 (1985) 1992): order 2,
 *            damps what is stiff.  The default
 *   cn       Crank-Nicolson: order 2, damps nothing: rough starts ring
 *   be       backward Euler: order 1, never negative
 *   uniformisation
 *            exp(G t) = sum_k e^(-q) q^k / k! (I + G t / q)^k, q = t times the
 *            largest rate: positive and exact in time (no splitting), for
 *            small grids; `steps` matter where the field depends on time
 *
 * The first two are started with backward Euler steps of half the size
 * (Rannacher, Numer. Math. 43 (1984) 309), which takes away the negative
 * values that rough starts give.
 */
typedef struct ito_density_method {
    const char *name; /**< as above */
    const char *text; /**< one line for people */
    size_t order;     /**< in time; 0 = exact */
} ito_density_method;

/** The i-th method, or NULL past the end. */
ITO_API const ito_density_method *ito_density_method_at(size_t i);

/** See ito_density_opts.each. */
typedef int (*ito_density_each_fn)(void *arg, const ito_density *density);

/** How to advance.  Zero in any field means the default. */
typedef struct ito_density_opts {
    const char *method; /**< see ito_density_method; NULL = "tr-bdf2" */
    size_t steps;       /**< equal steps to the new time; 0: the largest over
                             the axes of time times mean |u| / h, the drift
                             taken over the grid at its start and h the cell, so
                             that a step crosses one cell; from 64 to 10^6 */
    int start_up;       /**< steps after a start that are taken as two backward
                             Euler steps of half the size; 0 = 1, < 0 = none */
    ito_density_each_fn each; /**< called after every step; anything but 0
                             stops with ITO_ECALLBACK */
    void *each_arg;           /**< first argument of each */
    void *reserved[4];        /**< zero */
} ito_density_opts;

/** What an advance came to. */
typedef struct ito_density_stats {
    size_t steps;         /**< steps taken */
    size_t solves;        /**< of all lines of an axis, or products with the
                               matrix (uniformisation) */
    double min_density;   /**< smallest value of p after any step */
    double negative_mass; /**< most negative mass after any step, >= 0; 0: the
                               density was never negative */
    double stiffness;     /**< largest D dt / h^2 */
    void *reserved[4];    /**< zero */
} ito_density_stats;

/**
 * Move a density to a later time.
 *
 * @param t1     time to reach, not before that of the density
 * @param opts   options, or NULL
 * @param stats  receives the cost; may be NULL
 * @return ITO_OK, ITO_EARG (t1, unknown method, no start), ITO_ENONFINITE (a
 *         drift or diffusion is not finite: the message says where), ITO_ERANGE
 *         (a constant diffusion is negative; too many terms of
 *         uniformisation), ITO_EUNFIT (sigma sigma' is not diagonal),
 *         ITO_ECALLBACK, ITO_ECANCELLED or ITO_ENOMEM.  After a failure the
 *         density is what it was after the last whole step
 */
ITO_API ito_status ito_density_advance(ito_ctx *ctx, ito_density *density,
                                       double t1, const ito_density_opts *opts,
                                       ito_density_stats *stats);

/**
 * Set a density to the one that the equation, taken at time t, leaves alone.
 * One axis: directly, by the balance of fluxes.  Two axes: exp(-U/D) where
 * there is a potential and D is one constant, else by implicit steps along the
 * axes in turn whose fixed point is exact (Douglas, Numer. Math. 4 (1962) 41),
 * with step sizes that go through all scales of the grid.
 *
 * @return ITO_OK, ITO_EUNFIT (an absorbing edge; no diffusion, so that it is
 *         not unique), ITO_ESTEPS (not converged), or as ito_density_advance
 */
ITO_API ito_status ito_density_stationary(ito_ctx *ctx, ito_density *density,
                                          double t);

/**
 * The smallest rate of decay: exp(-rate t) is how the slowest part of the
 * density, or with an absorbing edge all of it, dies away in the end.  One axis
 * that is not periodic, diffusion everywhere; inverse iteration by sums of
 * fluxes, so a rate of 1e-12 is as exact as one of 1.
 *
 * @param t     time at which the field is taken
 * @param rate  receives the rate
 * @return ITO_OK, ITO_EUNFIT, ITO_ESTEPS, or as ito_density_advance
 */
ITO_API ito_status ito_density_rate(ito_ctx *ctx, ito_density *density,
                                    double t, double *rate);

/** Time of a density. */
ITO_API double ito_density_time(const ito_density *density);
/** Axes: 1 or 2. */
ITO_API size_t ito_density_dim(const ito_density *density);
/** Cells of an axis, or of the grid for axis = ITO_DENSITY_ALL. */
ITO_API size_t ito_density_cells(const ito_density *density, size_t axis);
#define ITO_DENSITY_ALL ((size_t)-1)
/** Centre of cell i of an axis. */
ITO_API double ito_density_centre(const ito_density *density, size_t axis,
                                  size_t i);
/** Length (area) of a cell: density = mass / volume. */
ITO_API double ito_density_volume(const ito_density *density);
/** Mass of every cell; valid until the next call that changes the density. */
ITO_API const double *ito_density_mass(const ito_density *density);
/** Marginal of an axis: the masses summed over the other one, `cells` values.
 */
ITO_API void ito_density_marginal(const ito_density *density, size_t axis,
                                  double *mass);

/** What a density looks like at its time. */
typedef struct ito_density_summary {
    double t;             /**< time */
    double mass;          /**< total; what absorbing edges have left */
    double mean[2];       /**< of each axis, by centres, of the mass there is */
    double cov[2][2];     /**< central second moments, likewise */
    double min;           /**< smallest density */
    double max;           /**< largest density */
    double negative_mass; /**< sum of the negative masses, as a number >= 0 */
} ito_density_summary;

/** Summarise; mean and cov are NaN where there is no mass. */
ITO_API void ito_density_summarise(const ito_density *density,
                                   ito_density_summary *out);

/** Particles on the cells of a grid. */
typedef struct ito_density_counts {
    const uint64_t *cells; /**< counts of bins of `group` cells an axis, in the
                                order of the cells */
    size_t group;          /**< cells a bin along each axis, divides them; 0 =
                                1 */
    uint64_t outside;      /**< particles that are in no cell: absorbed ones,
                                and strays beyond an open edge */
} ito_density_counts;

/**
 * Count rows into cells (group 1).
 *
 * @param rows     n x dim values of type dtype
 * @param counts   cells values, to which is added
 * @param outside  counts rows beyond the grid, or on an absorbing edge of it,
 *                 to which is added
 * @return ITO_OK, ITO_EARG or ITO_ENONFINITE
 */
ITO_API ito_status ito_density_count(ito_ctx *ctx, const ito_density *density,
                                     size_t n, ito_dtype dtype,
                                     const void *rows, uint64_t *counts,
                                     uint64_t *outside);

/** What a comparison came to. */
typedef struct ito_density_fit {
    double chi2;       /**< sum of (count - expected)^2 / expected over bins */
    size_t freedom;    /**< degrees: bins left after pooling, less one */
    double p;          /**< probability of a larger chi2 if the particles came
                           from the density */
    size_t bins;       /**< bins left after pooling */
    uint64_t n;        /**< particles */
    double worst;      /**< largest |count - expected| / sqrt(expected) */
    void *reserved[2]; /**< zero */
} ito_density_fit;

/**
 * Pearson's chi-squared test of particles against a density.  Neighbouring
 * bins, in the order of the cells, are pooled until at least min_expected
 * particles are expected; those outside are one more bin, at the end, of
 * expectation n (1 - mass).  The p-value is the regularised incomplete gamma
 * function Q(freedom / 2, chi2 / 2), our own, the same bits everywhere.
 *
 * @param min_expected  0 = 10
 * @return ITO_OK, ITO_EARG, ITO_ERANGE (fewer than 2 bins are left; negative
 *         mass) or ITO_ENOMEM
 */
ITO_API ito_status ito_density_compare(ito_ctx *ctx, const ito_density *density,
                                       const ito_density_counts *counts,
                                       double min_expected,
                                       ito_density_fit *out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_DENSITY_H */
