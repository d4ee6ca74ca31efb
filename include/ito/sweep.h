/* SPDX-License-Identifier: MIT
 *
 * ito/sweep.h - quality of samples against the number of field calls.
 *
 *     const ito_sweep_line lines[] = { { .method = "heun" },
 *                                      { .method = "rk4" } };
 *     const size_t calls[] = { 10, 20, 40 };
 *     const ito_sweep_opts how = { .lines = lines, .line_count = 2,
 *                                  .calls = calls, .call_count = 3 };
 *
 *     rc = ito_sweep_plan(ctx, flow, &how, NULL, &count);
 *     rc = ito_sweep_run(ctx, flow, data, &how, points, NULL);
 *
 * A line is one way from noise to data (method, noise on the way, time grid,
 * last step), a point is a line under a budget of field calls.  Every point
 * starts from the same noise and is compared with the same rows of the data,
 * so that differences between points are far less noisy than the points: what
 * a measure says of seed k is what `ito sample --seed S` and `ito eval --seed
 * S` say with S = seed + k, to the bit.
 */
#ifndef ITO_SWEEP_H
#define ITO_SWEEP_H

#include <ito/flow.h>
#include <ito/metric.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One way from noise to data.  Zero in any field means the default. */
typedef struct ito_sweep_line {
    const char *method;     /**< NULL = that of ito_sample_opts */
    const ito_sigma *sigma; /**< noise on the way, borrowed; NULL = none */
    ito_grid_kind grid;     /**< how steps are spread; fixed steps alone */
    ito_last_step last;     /**< with sigma and fixed steps */
    int adaptive;           /**< 1: steps by opts->rtol, not opts->calls */
    void *reserved[4];      /**< zero */
} ito_sweep_line;

/** What is measured: the metrics of ito/metric.h under their numbers, then
 *  these. */
enum {
    ITO_SWEEP_ERROR = ITO_METRIC_COUNT,
    /**< root mean square, over rows and coordinates of the flow, of the
         distance to where an accurate solver leads from the same noise; without
         sigma.  sqrt(dim) times it bounds what the steps can change in a W2
         distance in these coordinates.  It has no floor */
    ITO_SWEEP_SHARES,
    /**< of a mixture: half the sum of |share of the rows of a mode - weight| */
    ITO_SWEEP_SPREAD,
    /**< of a mixture: |s - 1|, s^2 the mean of |x - mean|^2 / (dim std^2), each
         row at its most probable mode */
    ITO_SWEEP_MEASURES /**< how many measures there are */
};

/** The name of a measure: that of the metric, "error", "shares", "spread";
 *  NULL past the last. */
ITO_API const char *ito_sweep_measure_name(size_t measure);

/** A measure of a point over the seeds. */
typedef struct ito_sweep_score {
    double value;       /**< mean; NaN: there is none; inf: it diverged */
    double error;       /**< standard error of the mean; NaN with one seed */
    double floor;       /**< the same of true rows; NaN: there is none */
    double floor_error; /**< as error */
} ito_sweep_score;

/** A line under a budget. */
typedef struct ito_sweep_point {
    size_t line;       /**< number of its line */
    size_t budget;     /**< field calls it may take; 0 = by rtol */
    double rtol;       /**< of an adaptive line, else 0 */
    size_t steps;      /**< steps it takes; of an adaptive line the most that
                            a particle of the first seed took */
    size_t calls;      /**< evaluations of the field that a sample took, as
                            ito_solve_stats counts them, with the first seed */
    ito_status status; /**< ITO_OK, or how it failed with the first seed that
                            did: ITO_ENONFINITE, ITO_ERANGE, ITO_ESTEPS.  Its
                            values are then infinite */
    ito_sweep_score score[ITO_SWEEP_MEASURES]; /**< NaN where not asked for */
    void *reserved[4];                         /**< zero */
} ito_sweep_point;

/** What to try.  Zero in any field means the default. */
typedef struct ito_sweep_opts {
    const ito_sweep_line *lines; /**< the ways */
    size_t line_count;           /**< how many; at least 1 */
    const size_t *calls;         /**< budgets of the lines with fixed steps */
    size_t call_count;           /**< how many */
    const double *rtol;          /**< tolerances of adaptive lines */
    size_t rtol_count;           /**< how many */
    size_t n;                    /**< samples of a point and seed; 0 = 2000 */
    size_t seeds;                /**< 0 = 5 */
    uint64_t seed;               /**< the first */
    unsigned measures;           /**< bits 1u << measure; 0 = sliced_w2 */
    ito_eval_opts eval;          /**< raw, draws, exact_rows; its seed and its
                                      metrics are not read */
    int (*progress)(void *arg, size_t done, size_t total); /**< told after each
                                      of `total` samples; not 0 stops with
                                      ITO_ECALLBACK; or NULL */
    void *progress_arg;                                    /**< its first */
    void *reserved[4];                                     /**< zero */
} ito_sweep_opts;

/**
 * Whether a line can be tried: ITO_OK, ITO_EARG (no such method; sigma is not
 * there for what was asked) or ITO_EUNFIT (the method does not fit, a flow
 * without score; the message says why).
 */
ITO_API ito_status ito_sweep_fits(ito_ctx *ctx, const ito_flow *flow,
                                  const ito_sweep_line *line);

/**
 * The points of a sweep: every line under every budget that is enough for a
 * step of it (of ITO_GRID_KARRAS, for three), lines in their order, budgets
 * within.
 *
 * @param points  receives line, budget, rtol, steps and calls as planned; or
 *                NULL
 * @param count   receives how many points there are
 * @return ITO_OK, ITO_EARG (nothing to try, a budget or tolerance that is
 *         none), ITO_EUNFIT (see ito_sweep_fits) or ITO_ENOMEM
 */
ITO_API ito_status ito_sweep_plan(ito_ctx *ctx, const ito_flow *flow,
                                  const ito_sweep_opts *opts,
                                  ito_sweep_point *points, size_t *count);

/**
 * Run a sweep.
 *
 * A flow of a model is sampled without labels and compared in the columns of
 * its data; an oracle in its coordinates.
 *
 * @param data    true rows that the flow has not seen: at least 4, twice n for
 *                a floor of as many rows as the value
 * @param points  receives the points of ito_sweep_plan
 * @param values  receives the measure m of point p with seed k at
 *                values[(p ITO_SWEEP_MEASURES + m) seeds + k], NaN where not
 *                asked for; or NULL
 * @return ITO_OK, what ito_sweep_plan, ito_flow_sample_rows or ito_eval_tables
 *         return, ITO_EUNFIT (shares of what is no mixture) or ITO_ECALLBACK;
 *         a point that diverges is no failure
 */
ITO_API ito_status ito_sweep_run(ito_ctx *ctx, const ito_flow *flow,
                                 const ito_table *data,
                                 const ito_sweep_opts *opts,
                                 ito_sweep_point *points, double *values);

#ifdef __cplusplus
}
#endif
#endif /* ITO_SWEEP_H */
