/* SPDX-License-Identifier: MIT
 *
 * thread.h - threads, locks, the clock and the number of usable cores.
 *
 * Everything returns 0 or an errno value.  A build with ITO_THREADS=0 starts
 * no thread: os_thread_start then returns ENOSYS and the pool works alone.
 */
#ifndef ITO_OS_THREAD_H
#define ITO_OS_THREAD_H

#include <stddef.h>
#include <stdint.h>

#ifndef ITO_THREADS
#define ITO_THREADS 1
#endif

#if ITO_THREADS
#include <pthread.h>
typedef struct os_thread {
    pthread_t id;
    void (*run)(void *arg);
    void *arg;
} os_thread;
typedef struct os_lock {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
} os_lock;
#else
typedef struct os_thread {
    int none;
} os_thread;
typedef struct os_lock {
    int none;
} os_lock;
#endif

/* The thread object must stay where it is until joined. */
int os_thread_start(os_thread *thread, void (*run)(void *arg), void *arg);
void os_thread_join(os_thread *thread);

/* A mutex with one condition. */
int os_lock_init(os_lock *lock);
void os_lock_free(os_lock *lock);
void os_lock_enter(os_lock *lock);
void os_lock_leave(os_lock *lock);
void os_lock_wait(os_lock *lock);     /* inside; may wake without cause */
void os_lock_wake_all(os_lock *lock); /* inside */

/* Tell the processor that this is a spin loop; let another thread run. */
void os_pause(void);
void os_yield(void);

/* A number that differs between a process and its fork. */
int64_t os_process(void);

/* Seconds on a clock that only goes forward. */
double os_seconds(void);

/* Cores this process may use: affinity and cgroup quota; at least 1. */
size_t os_cores(void);

/* Bytes of memory this process may use, or 0 when that is not known. */
uint64_t os_memory(void);

#endif /* ITO_OS_THREAD_H */
