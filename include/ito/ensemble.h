/* SPDX-License-Identifier: MIT
 *
 * ito/ensemble.h - statistics of many particles, gathered while they move.
 *
 *     ito_ensemble *stats;
 *
 *     rc = ito_ensemble_new(ctx, &opts, &stats);
 *     const ito_sink sink = { ito_ensemble_frame, stats, .every = 10 };
 *     ...ito_problem{ .sinks = &sink, .sink_count = 1, ... }, x = NULL
 *     rc = ito_ensemble_moments(ctx, stats, frame, &moments);
 *
 * (ito/start.h has ready-made starts, so that no array of particles is needed
 * anywhere.)  Memory depends on the number of frames, components and bins,
 * never on that of particles, so 10^8 of them are no trouble.  Every result
 * is the same to the bit for any number of threads and any tiles: sums are
 * exact (a fixed-point accumulator as wide as the range of double; Kulisch,
 * Computer Arithmetic and Validity, 2008), counts are whole numbers.
 */
#ifndef ITO_ENSEMBLE_H
#define ITO_ENSEMBLE_H

#include <ito/solve.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Gathered statistics; opaque. */
typedef struct ito_ensemble ito_ensemble;

/** What to gather.  Zero in any field means the default. */
typedef struct ito_ensemble_opts {
    size_t dim;       /**< components, at least 1 */
    size_t frames;    /**< frames that the sink receives (ito_sink_frames) */
    size_t bins;      /**< bins of a histogram of each component; 0: none */
    const double *lo; /**< dim lower limits of the histograms */
    const double *hi; /**< dim upper limits */
    size_t pair[2];   /**< components of a 2-D histogram with pair_bins x
                              pair_bins cells between the same limits */
    size_t pair_bins; /**< 0: none */
    size_t exit_bins; /**< bins of the histogram of exit times; 0: none */
    double exit_t0, exit_t1; /**< its limits */
    const double *shift;     /**< dim values near the means, for accuracy of the
                              central moments; NULL = 0 */
    void *reserved[8];       /**< zero */
} ito_ensemble_opts;

/**
 * Make room.
 *
 * @param out  receives the statistics, to be freed by ito_ensemble_free before
 *             the context is closed; NULL on failure
 * @return ITO_OK, ITO_EARG or ITO_ENOMEM
 */
ITO_API ito_status ito_ensemble_new(ito_ctx *ctx, const ito_ensemble_opts *opts,
                                    ito_ensemble **out);
/** Free statistics; NULL is allowed. */
ITO_API void ito_ensemble_free(ito_ensemble *stats);

/** The sink: fn = ito_ensemble_frame, arg = the statistics. */
ITO_API int ito_ensemble_frame(void *stats, const ito_frame *frame);

/** Add what `other` (made with equal options) gathered, for example on another
 *  rank, exactly. */
ITO_API ito_status ito_ensemble_merge(ito_ctx *ctx, ito_ensemble *stats,
                                      const ito_ensemble *other);

/** Moments of one frame; pointers are valid until the next call. */
typedef struct ito_moments {
    double t;                /**< time of the frame */
    uint64_t n;              /**< particles that are finite */
    uint64_t bad;            /**< particles that are not; left out */
    uint64_t absorbed;       /**< particles that have left; included */
    const double *mean;      /**< dim */
    const double *mean_se;   /**< dim standard errors of the means */
    const double *cov;       /**< dim x dim, divided by n */
    const double *var_se;    /**< dim standard errors of the variances */
    const double *skewness;  /**< dim; NaN where the variance is 0 */
    const double *kurtosis;  /**< dim; 3 for a normal; NaN as above */
    const double *min, *max; /**< dim */
} ito_moments;

/** @return ITO_OK, or ITO_EARG (no such frame, or nothing gathered) */
ITO_API ito_status ito_ensemble_moments(ito_ctx *ctx, ito_ensemble *stats,
                                        size_t frame, ito_moments *out);

/** Counts of component c in one frame: bins values, and what is below lo and
 *  at or above hi in out[0] and out[1]. */
ITO_API ito_status ito_ensemble_histogram(ito_ctx *ctx,
                                          const ito_ensemble *stats,
                                          size_t frame, size_t c,
                                          uint64_t *counts, uint64_t out[2]);
/** Counts of the pair in one frame: row of the second component, column of the
 *  first. */
ITO_API ito_status ito_ensemble_pair(ito_ctx *ctx, const ito_ensemble *stats,
                                     size_t frame, uint64_t *counts);
/** Quantile p of component c, linear inside a bin of the histogram; *error
 *  (may be NULL) receives the width of that bin.  ITO_ERANGE where it lies
 *  outside the limits. */
ITO_API ito_status ito_ensemble_quantile(ito_ctx *ctx,
                                         const ito_ensemble *stats,
                                         size_t frame, size_t c, double p,
                                         double *value, double *error);

/** Exit times by the last frame. */
typedef struct ito_exits {
    uint64_t n;        /**< particles */
    uint64_t absorbed; /**< those that have left */
    double mean;       /**< mean exit time of those, NaN for none */
    double mean_se;    /**< its standard error */
    double min, max;   /**< earliest and latest */
} ito_exits;

/** Statistics of the exit times; counts (exit_bins values) may be NULL. */
ITO_API ito_status ito_ensemble_exits(ito_ctx *ctx, const ito_ensemble *stats,
                                      ito_exits *out, uint64_t *counts);

#ifdef __cplusplus
}
#endif
#endif /* ITO_ENSEMBLE_H */
