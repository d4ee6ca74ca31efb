/* SPDX-License-Identifier: MIT
 *
 * ito/snapshot.h - a simulation at a moment, in a file, to go on with later.
 *
 * Noise has an address instead of a state, so a snapshot is the states of the
 * particles and the place in the time grid: a run that is stopped, saved,
 * loaded and continued with the same grid gives the bits of one that was not
 * (ito_solve_opts.begin and .end).  The file is .safetensors: tensors `x` (n x
 * dim) and, where particles can leave, `exit_times` (n), and one JSON text.
 */
#ifndef ITO_SNAPSHOT_H
#define ITO_SNAPSHOT_H

#include <ito/solve.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A simulation at a moment. */
typedef struct ito_snapshot {
    const char *system; /**< what is simulated, in words of the program; it is
                             compared when a run goes on */
    const char *method; /**< name of the method */
    size_t n;           /**< particles */
    size_t dim;         /**< components of each */
    ito_dtype dtype;    /**< of x */
    uint64_t id0;       /**< id of the first */
    uint64_t seed;      /**< of the noise */
    uint32_t stream;    /**< sub-run */
    double t0, t1;      /**< span of the grid */
    size_t steps;       /**< equal steps of the grid */
    size_t point;       /**< point of the grid that has been reached */
    int tree;           /**< noise from the Brownian tree */
    double rtol, atol;  /**< of adaptive steps, else 0 */
    const void *x;      /**< n x dim states at that point */
    const double *exit_times; /**< n, or NULL */
    void *reserved[4];        /**< zero */
} ito_snapshot;

/**
 * Write a snapshot; the file appears whole or not at all.
 *
 * @param path  name that ends in .safetensors
 * @return ITO_OK, ITO_EARG, ITO_EIO or ITO_ENOMEM
 */
ITO_API ito_status ito_snapshot_write(ito_ctx *ctx, const char *path,
                                      const ito_snapshot *snapshot);

/**
 * Read a snapshot.
 *
 * @param out  receives it, to be freed by ito_snapshot_free; NULL on failure
 * @return ITO_OK, ITO_EIO, ITO_EFORMAT (cut off, damaged, or not a snapshot),
 *         ITO_EVERSION (of a newer ito), ITO_ENONFINITE or ITO_ENOMEM
 */
ITO_API ito_status ito_snapshot_read(ito_ctx *ctx, const char *path,
                                     ito_snapshot **out);

/** Free a snapshot that was read; NULL is allowed. */
ITO_API void ito_snapshot_free(ito_ctx *ctx, ito_snapshot *snapshot);

#ifdef __cplusplus
}
#endif
#endif /* ITO_SNAPSHOT_H */
