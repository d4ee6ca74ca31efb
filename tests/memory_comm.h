/* SPDX-License-Identifier: MIT
 *
 * memory_comm.h - several ranks in one process: a communicator over memory,
 * each rank a thread with a context of its own.
 */
#ifndef MEMORY_COMM_H
#define MEMORY_COMM_H

#include <ito/comm.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define RANKS_MAX 4

/* A letter from one rank to another that was not fetched yet. */
typedef struct letter {
    const void *data;
    size_t bytes;
    int waiting;
} letter;

typedef struct ranks {
    size_t size;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    letter box[RANKS_MAX][RANKS_MAX];
    ito_comm comm[RANKS_MAX];
    struct rank {
        struct ranks *all;
        size_t rank;
    } self[RANKS_MAX];
} ranks;

static int ranks_send(void *arg, size_t to, const void *data, size_t bytes)
{
    struct rank *me = arg;
    ranks *all = me->all;
    letter *box = &all->box[me->rank][to];

    pthread_mutex_lock(&all->lock);
    *box = (letter){ .data = data, .bytes = bytes, .waiting = 1 };
    pthread_cond_broadcast(&all->moved);
    while (box->waiting)
        pthread_cond_wait(&all->moved, &all->lock);
    pthread_mutex_unlock(&all->lock);
    return 0;
}

static int ranks_recv(void *arg, size_t from, void *data, size_t bytes)
{
    struct rank *me = arg;
    ranks *all = me->all;
    letter *box = &all->box[from][me->rank];
    int rc = 0;

    pthread_mutex_lock(&all->lock);
    while (!box->waiting)
        pthread_cond_wait(&all->moved, &all->lock);
    if (box->bytes == bytes)
        memcpy(data, box->data, bytes);
    else
        rc = 1; /* sizes must agree */
    box->waiting = 0;
    pthread_cond_broadcast(&all->moved);
    pthread_mutex_unlock(&all->lock);
    return rc;
}

static int ranks_broadcast(void *arg, size_t root, void *data, size_t bytes)
{
    struct rank *me = arg;
    int rc = 0;

    if (me->rank != root)
        return ranks_recv(arg, root, data, bytes);
    for (size_t to = 0; to < me->all->size && rc == 0; to++)
        if (to != root)
            rc = ranks_send(arg, to, data, bytes);
    return rc;
}

static int ranks_barrier(void *arg)
{
    struct rank *me = arg;
    char token = 0;
    int rc = 0;

    for (size_t i = 1; i < me->all->size && rc == 0 && me->rank == 0; i++)
        rc = ranks_recv(arg, i, &token, 1);
    if (me->rank != 0)
        rc = ranks_send(arg, 0, &token, 1);
    return rc == 0 ? ranks_broadcast(arg, 0, &token, 1) : rc;
}

static void ranks_open(ranks *all, size_t size)
{
    memset(all, 0, sizeof(*all));
    all->size = size;
    pthread_mutex_init(&all->lock, NULL);
    pthread_cond_init(&all->moved, NULL);
    for (size_t i = 0; i < size; i++) {
        all->self[i].all = all;
        all->self[i].rank = i;
        all->comm[i] = (ito_comm){ .rank = i,
                                   .size = size,
                                   .arg = &all->self[i],
                                   .send = ranks_send,
                                   .recv = ranks_recv,
                                   .broadcast = ranks_broadcast,
                                   .barrier = ranks_barrier };
    }
}

/* fn of every member, elements of so many bytes, each on a thread of its own;
 * false if one did not start. */
__attribute__((unused)) static bool
ranks_run(const ranks *all, void *(*fn)(void *), void *members, size_t bytes)
{
    pthread_t thread[RANKS_MAX];

    for (size_t i = 0; i < all->size; i++)
        if (pthread_create(&thread[i], NULL, fn, (char *)members + i * bytes))
            return false;
    for (size_t i = 0; i < all->size; i++)
        pthread_join(thread[i], NULL);
    return true;
}

static void ranks_close(ranks *all)
{
    pthread_cond_destroy(&all->moved);
    pthread_mutex_destroy(&all->lock);
}

#endif /* MEMORY_COMM_H */
