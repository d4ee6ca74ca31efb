/* SPDX-License-Identifier: MIT
 *
 * ito/metric.h - how far apart two samples are, beside the noise floor.
 *
 *     ito_eval report;
 *
 *     rc = ito_eval_tables(ctx, data, fake, NULL, &report, NULL);
 *     printf("%g, floor %g\n", report.metric[ITO_METRIC_SLICED_W2].value,
 *            report.metric[ITO_METRIC_SLICED_W2].floor);
 *
 * A distance between two samples is never zero, even when both come from one
 * distribution, so it means nothing without its floor: the same distance
 * between two disjoint parts of the real rows, taken with the same number of
 * rows.  A value within a few sd of its floor cannot be told from real data.
 *
 * Coordinates.  By default every column of numbers goes through the empirical
 * distribution of the real rows to normal scores,
 *
 *     score(v) = Phi^-1(F(v)),  F(v) = (#{x < v} + #{x = v} / 2) / n,
 *
 * (van der Waerden 1952, with mid-ranks), F interpolated linearly between
 * real values.  A value beyond the real range is put half way, in
 * probability, between the outermost value and 0 or 1.  So the unit of a
 * column and its tails do not decide the result.  With `raw` the numbers are
 * taken as they are, which suits points of a plane.  A column of texts
 * becomes one 0/1 coordinate a level: two different levels are sqrt(2) apart,
 * the root mean square distance of two independent normal scores.
 *
 * Everything here gives the same bits for any number of threads, kernel
 * table and compiler.
 */
#ifndef ITO_METRIC_H
#define ITO_METRIC_H

#include <ito/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Every metric, once: name, value, text.  The text is the key in JSON. */
#define ITO_METRIC_MAP(X)            \
    X(SLICED_W2, 0, "sliced_w2")     \
    X(ENERGY, 1, "energy")           \
    X(KS, 2, "ks")                   \
    X(W1, 3, "w1")                   \
    X(CORRELATION, 4, "correlation") \
    X(EXACT_W2, 5, "exact_w2")

/**
 * A distance between samples A (n rows) and B (m rows).
 *
 *   sliced_w2    sqrt(mean over 256 fixed directions theta of W2^2 of the
 *                projections theta.a and theta.b); Rabin et al., SSVM 2011
 *   energy       sqrt(2 E|a - b| - E|a - a'| - E|b - b'|) with the means over
 *                all pairs, i = j included, so that the root exists; of the
 *                first 4096 rows; Szekely & Rizzo, J. Stat. Plan. Inference
 *                143 (2013) 1249
 *   ks           mean over columns of sup |F_A - F_B| (Kolmogorov-Smirnov);
 *                for texts the total variation 1/2 sum |p - q|
 *   w1           mean over columns of the integral of |F_A - F_B|; for texts
 *                the total variation, which is W1 of the 0/1 metric
 *   correlation  mean over pairs of coordinates of different columns of
 *                |r_A - r_B|, r Pearson's correlation, 0 where a coordinate
 *                is constant; with more than 1024 coordinates over 1024 of
 *                them, evenly spaced; 0 when there is no pair
 *   exact_w2     sqrt(min over bijections p of mean |a_i - b_p(i)|^2), the
 *                2-Wasserstein distance; see ito_assign; needs n = m
 */
typedef enum ito_metric {
#define X(name, value, text) ITO_METRIC_##name = (value),
    ITO_METRIC_MAP(X)
#undef X
} ito_metric;

/** How many metrics there are. */
#define ITO_METRIC_COUNT 6

/** The name of a metric, or NULL for a value that is none. */
ITO_API const char *ito_metric_name(ito_metric metric);

/** A sample of points: rows x dim floats, row after row; borrowed. */
typedef struct ito_points {
    const float *x; /**< rows x dim floats */
    size_t rows;    /**< number of points */
    size_t dim;     /**< coordinates of a point */
} ito_points;

/**
 * One distance between two samples, coordinates taken as they are, each
 * coordinate a column.
 *
 * @param ctx     context
 * @param metric  which
 * @param a, b    the samples: equal dim >= 1, at least 2 rows
 * @param out     receives the distance, 0 or more
 * @return ITO_OK, ITO_EARG (sizes; exact_w2 of different numbers of rows),
 *         ITO_ENONFINITE, ITO_ERANGE (a coordinate beyond 1e15; more than
 *         16384 rows for exact_w2), ITO_ECANCELLED or ITO_ENOMEM
 */
ITO_API ito_status ito_distance(ito_ctx *ctx, ito_metric metric,
                                const ito_points *a, const ito_points *b,
                                double *out);

/**
 * The linear assignment problem: the bijection p of 0 .. n-1 for which the
 * sum of cost[i * n + p(i)] is smallest, by shortest augmenting paths
 * (Jonker & Volgenant, Computing 38 (1987) 325), prices in double.  Ties go
 * the same way on every machine.
 *
 * @param ctx   context
 * @param n     rows and columns; 1 <= n <= 16384
 * @param cost  n x n finite floats, row after row
 * @param to    receives p: n column numbers
 * @param sum   receives the sum; may be NULL
 * @return ITO_OK, ITO_EARG, ITO_ENONFINITE or ITO_ENOMEM
 */
ITO_API ito_status ito_assign(ito_ctx *ctx, size_t n, const float *cost,
                              uint32_t *to, double *sum);

/** How to compare.  Zero in any field means the default. */
typedef struct ito_eval_opts {
    int raw;           /**< take numbers as they are, not normal scores */
    size_t exact_rows; /**< rows of exact_w2, at most 16384; 0 = 1000 */
    size_t draws;      /**< draws of value and floor, 2 to 1000; 0 = 5 */
    uint64_t seed;     /**< chooses the rows of the draws */
    unsigned metrics;  /**< bits 1u << metric: those alone are measured, the
                            others and the copy check stay 0; 0 = everything */
    void *reserved[4]; /**< zero */
} ito_eval_opts;

/** One metric: means over the draws, and standard deviations over them. */
typedef struct ito_score {
    double value;    /**< fake against real */
    double value_sd; /**< of one draw; rows are shared between draws */
    double floor;    /**< real against real */
    double floor_sd; /**< of one draw */
} ito_score;

/** One column of the comparison; means over the draws as in ito_score. */
typedef struct ito_eval_column {
    const char *name;     /**< borrowed from the real table; NULL for points */
    ito_column_kind kind; /**< numbers or texts */
    ito_score ks;         /**< see ITO_METRIC_KS */
    ito_score w1;         /**< see ITO_METRIC_W1 */
    double outside;       /**< share of fake values beyond the real range, or
                               of texts that no real row has */
} ito_eval_column;

/**
 * The copy check: does the fake sample repeat real rows?
 *
 * near_distance is the 1 % quantile of the distances from a real row to the
 * nearest other real row.  About 1 % of fresh rows lie closer than that to a
 * real row; a generator that learned its rows by heart puts most there.  A
 * copy is a row at distance 0 (coordinates equal as floats).  At most 32768
 * rows of either kind ask for their neighbour, always among all real rows.
 *
 * Flagged when close > 0.05, or when copies exceed real_copies by more than
 * 3 standard errors of the difference of the two shares.
 */
typedef struct ito_copies {
    double near_distance; /**< the 1 % quantile */
    double close;         /**< share of fake rows closer than that */
    double copies;        /**< share of fake rows that are copies */
    double real_copies;   /**< share of real rows equal to another real row */
    int flagged;          /**< 1 if the fake rows look copied, else 0 */
} ito_copies;

/**
 * The copy check on points as they are.
 *
 * @param ctx   context
 * @param data  the real sample, at least 2 rows
 * @param fake  the sample in question, of the same dim, at least 1 row
 * @param out   receives the result
 * @return ITO_OK, ITO_EARG, ITO_ENONFINITE, ITO_ERANGE, ITO_ECANCELLED or
 *         ITO_ENOMEM
 */
ITO_API ito_status ito_copy_check(ito_ctx *ctx, const ito_points *data,
                                  const ito_points *fake, ito_copies *out);

/** The result of a comparison. */
typedef struct ito_eval {
    size_t real_rows;  /**< rows of the real sample */
    size_t fake_rows;  /**< rows of the fake sample */
    size_t rows;       /**< rows of a draw: min(fake_rows, real_rows / 2) */
    size_t exact_rows; /**< rows of exact_w2: min(rows, opts->exact_rows) */
    size_t cols;       /**< columns compared */
    size_t dim;        /**< coordinates they became */
    ito_score metric[ITO_METRIC_COUNT]; /**< by ito_metric */
    ito_copies copies;                  /**< the copy check */
} ito_eval;

/**
 * Compare two tables.
 *
 * Draw k takes rows A and B, disjoint, from the real table and rows G from
 * the fake one, m of each; the value is the distance of G and A, the floor
 * that of A and B.  The energy distance uses the first 4096 rows of a draw,
 * exact_w2 the first exact_rows.
 *
 * Columns are those of `data`, found in `fake` by name (others there are
 * ignored); where not one name is shared and the counts agree, by position.
 *
 * @param ctx      context
 * @param data     the real rows, at least 4
 * @param fake     the rows in question, at least 2
 * @param opts     options, or NULL
 * @param out      receives the result
 * @param columns  receives one entry a column of `data`; may be NULL
 * @return ITO_OK, ITO_EARG (a column is absent or of another kind, too few
 *         rows, options), ITO_ERANGE (raw values beyond 1e15 or a range below
 *         1e-15), ITO_ECANCELLED or ITO_ENOMEM
 */
ITO_API ito_status ito_eval_tables(ito_ctx *ctx, const ito_table *data,
                                   const ito_table *fake,
                                   const ito_eval_opts *opts, ito_eval *out,
                                   ito_eval_column *columns);

/** Compare two samples of points, each coordinate a column of numbers; see
 *  ito_eval_tables.  Also ITO_ENONFINITE. */
ITO_API ito_status ito_eval_points(ito_ctx *ctx, const ito_points *data,
                                   const ito_points *fake,
                                   const ito_eval_opts *opts, ito_eval *out,
                                   ito_eval_column *columns);

#ifdef __cplusplus
}
#endif
#endif /* ITO_METRIC_H */
