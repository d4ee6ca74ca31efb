/* SPDX-License-Identifier: MIT
 *
 * ito/comm.h - how several processes work on one training run.
 *
 * A communicator moves bytes and does nothing else: no sum is left to it, so
 * that a result does not depend on how many ranks there are or on the message
 * library.  One process needs none.  libito_mpi makes one from an MPI_Comm.
 */
#ifndef ITO_COMM_H
#define ITO_COMM_H

#include <ito/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A group of ranks, 0 to size - 1.  The calls return 0, or anything else on
 * failure, which the library reports as ITO_ECOMM.  They are made from the
 * thread that called the library, in the same order on every rank.
 */
typedef struct ito_comm {
    size_t rank; /**< this process */
    size_t size; /**< how many there are; 0 and 1 mean alone */
    void *arg;   /**< first argument of every call */
    /** Send bytes to rank `to`; may block until they are received. */
    int (*send)(void *arg, size_t to, const void *data, size_t bytes);
    /** Receive exactly `bytes` from rank `from`. */
    int (*recv)(void *arg, size_t from, void *data, size_t bytes);
    /** Copy `data` of rank `root` to all. */
    int (*broadcast)(void *arg, size_t root, void *data, size_t bytes);
    /** Return when all ranks have called it. */
    int (*barrier)(void *arg);
    void *reserved[4]; /**< zero */
} ito_comm;

#ifdef __cplusplus
}
#endif
#endif /* ITO_COMM_H */
