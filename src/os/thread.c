/* SPDX-License-Identifier: MIT
 *
 * thread.c - threads, locks, the clock and cores on POSIX systems.
 */
#define _GNU_SOURCE /* sched_getaffinity */
#include "os/thread.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#if ITO_THREADS

static void *enter(void *arg)
{
    os_thread *thread = arg;

    thread->run(thread->arg);
    return NULL;
}

int os_thread_start(os_thread *thread, void (*run)(void *arg), void *arg)
{
    thread->run = run;
    thread->arg = arg;
    return pthread_create(&thread->id, NULL, enter, thread);
}

void os_thread_join(os_thread *thread)
{
    pthread_join(thread->id, NULL);
}

int os_lock_init(os_lock *lock)
{
    int rc = pthread_mutex_init(&lock->mutex, NULL);

    if (rc != 0)
        return rc;
    rc = pthread_cond_init(&lock->changed, NULL);
    if (rc != 0)
        pthread_mutex_destroy(&lock->mutex);
    return rc;
}

void os_lock_free(os_lock *lock)
{
    pthread_cond_destroy(&lock->changed);
    pthread_mutex_destroy(&lock->mutex);
}

void os_lock_enter(os_lock *lock)
{
    pthread_mutex_lock(&lock->mutex);
}

void os_lock_leave(os_lock *lock)
{
    pthread_mutex_unlock(&lock->mutex);
}

void os_lock_wait(os_lock *lock)
{
    pthread_cond_wait(&lock->changed, &lock->mutex);
}

void os_lock_wake_all(os_lock *lock)
{
    pthread_cond_broadcast(&lock->changed);
}

#else

int os_thread_start(os_thread *thread, void (*run)(void *arg), void *arg)
{
    (void)thread;
    (void)run;
    (void)arg;
    return ENOSYS;
}

void os_thread_join(os_thread *thread)
{
    (void)thread;
}

int os_lock_init(os_lock *lock)
{
    lock->none = 0;
    return 0;
}

void os_lock_free(os_lock *lock)
{
    (void)lock;
}

void os_lock_enter(os_lock *lock)
{
    (void)lock;
}

void os_lock_leave(os_lock *lock)
{
    (void)lock;
}

void os_lock_wait(os_lock *lock)
{
    (void)lock;
}

void os_lock_wake_all(os_lock *lock)
{
    (void)lock;
}

#endif

void os_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

void os_yield(void)
{
    sched_yield();
}

int64_t os_process(void)
{
    return getpid();
}

double os_seconds(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0.0;
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The CPU quota of a cgroup (version 2), rounded up, or 0 when there is
 * none: a container may show 64 cores and grant 2. */
static size_t cgroup_cores(void)
{
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");
    char line[64] = "", *rest = line;
    long long quota, period;

    if (!file)
        return 0;
    if (!fgets(line, sizeof(line), file))
        line[0] = '\0'; /* as if it said "max" */
    (void)fclose(file);
    quota = strtoll(line, &rest, 10);
    period = strtoll(rest, NULL, 10);
    if (quota <= 0 || period <= 0)
        return 0;
    return (size_t)((quota + period - 1) / period);
}

size_t os_cores(void)
{
    size_t cores = 1, granted = cgroup_cores();
    long online = sysconf(_SC_NPROCESSORS_ONLN);

    if (online > 1)
        cores = (size_t)online;
#ifdef __linux__
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
        cores = (size_t)CPU_COUNT(&set);
#endif
    return granted > 0 && granted < cores ? granted : cores;
}

uint64_t os_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

    return pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : 0;
}
