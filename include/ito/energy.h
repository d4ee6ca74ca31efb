/* SPDX-License-Identifier: MIT
 *
 * ito/energy.h - draws from exp(-U(x) / T), with a report of how good they
 * are.
 *
 *     const ito_energy energy = { .field = ito_system_field(system) };
 *     const ito_energy_opts how = { .sampler = ITO_SAMPLER_TEMPERING };
 *     ito_draws *draws;
 *
 *     rc = ito_energy_sample(ctx, &energy, &how, &draws);
 *     const ito_draws_info *d = ito_draws_get(draws);
 *     ...d->x: chains x draws x dim values; d->stats: what they are worth
 *     ito_draws_free(draws);
 *
 * Chains start at normals, warm up, are frozen, and draw:
 *
 *   mala       Langevin steps y = x - h grad U + sqrt(2 h T) z with a
 *              Metropolis test (Roberts and Tweedie, Bernoulli 2 (1996) 341):
 *              exact for every step
 *   langevin   the same without the test: biased by the step
 *   tempering  each chain is K replicas at temperatures from T to the hottest,
 *              with MALA at each and swaps of neighbours, even pairs and odd
 *              pairs in turns (Syed, Bouchard-Cote, Deligiannidis and Doucet,
 *              JRSS B 84 (2022) 321, arXiv:1905.02939): for energies with
 *              several wells
 *   anneal     each chain passes K stages from the normal that it starts at
 *              to the energy, with MALA at each, and has a weight: annealed
 *              importance sampling (Neal, Statistics and Computing 11 (2001)
 *              125, arXiv:physics/9803008), which gives log Z as well
 *
 * In the warm-up the step of each temperature approaches the acceptance that
 * is asked for (Robbins and Monro), pooled over the chains; the temperatures
 * of tempering are moved so that all pairs swap equally often.  Both stay as
 * they are while draws are made.  Of steps that were found so every fourth is
 * a sixteenth as long, for places where the energy bends more than elsewhere;
 * acceptance is that of the others.
 *
 * Computed in double.  Noise is addressed by chain, temperature and step, so
 * the draws are the same to the bit for any number of threads and any
 * kernels, as far as the field's are.
 */
#ifndef ITO_ENERGY_H
#define ITO_ENERGY_H

#include <ito/chains.h>
#include <ito/field.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What is sampled: exp(-U / T).  U is minus the log density of the field
 *  where it has log_density and score, else its potential, whose drift is
 *  -grad U. */
typedef struct ito_energy {
    const ito_field *field; /**< takes no conditions; borrowed for the call */
    double t;               /**< time at which the field is evaluated */
    double temperature;     /**< T; 0 = that of the field's own dynamics where
                                 the potential comes with constant noise,
                                 sigma^2 / 2, else 1 */
    void *reserved[4];      /**< zero */
} ito_energy;

/** How chains move; see the head of this file. */
typedef enum ito_sampler {
    ITO_SAMPLER_MALA,
    ITO_SAMPLER_LANGEVIN,
    ITO_SAMPLER_ANNEAL,
    ITO_SAMPLER_TEMPERING
} ito_sampler;

/** How to sample.  Zero in any field means the default. */
typedef struct ito_energy_opts {
    ito_sampler sampler; /**< MALA */
    size_t chains;       /**< 4; anneal: 1000 */
    size_t warmup;       /**< steps before the first draw, 1000.  Anneal: the
                              steps of all stages together, rounded up to a
                              multiple of their number, and as many before in
                              a trial run that finds the steps */
    size_t draws;        /**< of each chain, 1000; anneal: 1 */
    size_t thin;         /**< steps from one draw to the next, 1 */
    size_t temperatures; /**< replicas of a chain in tempering, 2 to 1024, 8;
                              stages of anneal, 1 to 65535, 100 */
    double hottest;      /**< highest temperature of tempering, 50 T; of the
                              way of anneal (see ito_rung), T */
    double step;         /**< h, the same at all temperatures; 0 = found in the
                              warm-up for each.  A stage k of anneal moves by
                              h T_k / (1 + reference h T_k / spread^2) grad V,
                              exp(-V) being its density */
    double accept;       /**< share of accepted moves to aim at, .574 (Roberts
                              and Rosenthal, JRSS B 60 (1998) 255) */
    const double *start; /**< dim values about which chains start; NULL = 0 */
    double spread;       /**< standard deviation of the starts, 1.  Make it
                              wide: R-hat can only see what chains reach */
    uint64_t seed;       /**< of all noise */
    void *reserved[8];   /**< zero */
} ito_energy_opts;

/** One temperature of tempering, or one stage of anneal.  Stage k has the
 *  density N(start, spread^2 I)^reference exp(-U / temperature); with J stages
 *  of which the first I leave the normal, s = k / I,
 *
 *      reference = 1 - s^3, temperature = hottest / s^3       (k <= I)
 *      reference = 0, temperature = hottest (T / hottest)^((k - I) / (J - I))
 *
 *  I is J where hottest is T, else J / 2 rounded up; k runs from 1 to J. */
typedef struct ito_rung {
    double temperature; /**< of U */
    double reference;   /**< exponent of the normal; 0 in tempering */
    double step;        /**< h: y = x - h grad U + ... where reference is 0 */
    double accept;      /**< mean probability of accepting a move */
    double swap;        /**< mean probability of swapping with the next hotter
                             one; 0 for the hottest, and in anneal */
    void *reserved[2];  /**< zero */
} ito_rung;

/** Draws; opaque. */
typedef struct ito_draws ito_draws;

/** What there is of draws; all pointers are valid as long as the draws. */
typedef struct ito_draws_info {
    size_t chains, draws, dim;
    const double *x;          /**< chains x draws x dim */
    const double *energy;     /**< chains x draws: U */
    const double *log_weight; /**< anneal: one a chain, up to no constant;
                                   else NULL */
    double temperature;       /**< T */
    double step;              /**< h at T */
    double accept;            /**< mean probability of accepting a move at T;
                                   for langevin what it would be, a measure of
                                   its bias */
    uint64_t evals;           /**< evaluations of U with its gradient */
    size_t rung_count;
    const ito_rung *rungs; /**< tempering: coldest first; anneal: in the order
                                they are passed; else the one at T */
    uint64_t round_trips;  /**< tempering: how often a replica has gone from
                                T to the hottest and back */
    double log_z;          /**< anneal: log of the integral of exp(-U / T) */
    double log_z_se;       /**< its standard error */
    double weight_ess;     /**< anneal: (sum w)^2 / sum w^2 of the chains */
    const ito_chain_stats *stats; /**< dim components, then the energy.
                                Anneal: mean, mean_se and sd are weighted, the
                                effective sizes are weight_ess, and rhat is
                                +inf where a chain has less than 4 draws */
    size_t warning_count;
    const char *const *warnings; /**< what is doubtful, a line each */
    void *reserved[8];           /**< zero */
} ito_draws_info;

/**
 * Sample.
 *
 * @param opts  options, or NULL
 * @param out   receives the draws, to be freed by ito_draws_free before the
 *              context is closed; NULL on failure
 * @return ITO_OK, ITO_EARG, ITO_EUNFIT (the field has no energy with its
 *         gradient, wants conditions, or has noise that is no temperature),
 *         ITO_ENOMEM, ITO_ECALLBACK, ITO_ECANCELLED or ITO_ENONFINITE (the
 *         energy of a start, or of a chain of langevin, is not finite)
 */
ITO_API ito_status ito_energy_sample(ito_ctx *ctx, const ito_energy *energy,
                                     const ito_energy_opts *opts,
                                     ito_draws **out);

/** Look at draws. */
ITO_API const ito_draws_info *ito_draws_get(const ito_draws *draws);

/** Free draws; NULL is allowed. */
ITO_API void ito_draws_free(ito_draws *draws);

#ifdef __cplusplus
}
#endif
#endif /* ITO_ENERGY_H */
