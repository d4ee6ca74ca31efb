/* SPDX-License-Identifier: MIT
 *
 * folder.c - folders through POSIX.1-2008.
 */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE   700 /* sync */

#include "os/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ATTEMPTS 1000

bool os_exists(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0;
}

void os_list_free(os_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->name[i]);
    free(list->name);
    *list = (os_list){ NULL, 0 };
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *copy(const char *text)
{
    const size_t bytes = strlen(text) + 1;
    char *const p = malloc(bytes);

    if (p)
        memcpy(p, text, bytes);
    return p;
}

/* Add a name; `room` is the length of the array. */
static int add(os_list *list, const char *name, size_t *room)
{
    if (list->count == *room) {
        const size_t more = *room ? 2 * *room : 64;
        char **grown = more < SIZE_MAX / sizeof(*grown)
                           ? realloc(list->name, more * sizeof(*grown))
                           : NULL;

        if (!grown)
            return ENOMEM;
        list->name = grown;
        *room = more;
    }
    list->name[list->count] = copy(name);
    return list->name[list->count++] ? 0 : ENOMEM;
}

int os_list_folder(const char *path, size_t most, os_list *list)
{
    DIR *const dir = opendir(path);
    struct dirent *entry = NULL;
    size_t room = 0;
    int error = 0;

    *list = (os_list){ NULL, 0 };
    if (!dir)
        return errno;
    for (;;) {
        errno = 0;
        if (!(entry = readdir(dir))) {
            error = errno;
            break;
        }
        if (entry->d_name[0] == '.')
            continue;
        error = list->count == most ? EFBIG : add(list, entry->d_name, &room);
        if (error != 0)
            break;
    }
    (void)closedir(dir);
    if (error != 0)
        os_list_free(list);
    else if (list->count > 0)
        qsort(list->name, list->count, sizeof(*list->name), compare);
    return error;
}

/* The temporary folder beside the target. */
static int make_temporary(os_folder *f)
{
    const char *const slash = strrchr(f->target, '/');
    const size_t parent = slash ? (size_t)(slash - f->target) + 1 : 0;
    const size_t room = parent + 48;
    int error = EEXIST;

    f->path = malloc(room);
    if (!f->path)
        return ENOMEM;
    memcpy(f->path, f->target, parent);
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        (void)snprintf(f->path + parent, room - parent, ".ito-%ld-%u.tmp",
                       (long)getpid(), i);
        if (mkdir(f->path, 0777) == 0)
            return 0;
        error = errno;
        if (error != EEXIST)
            break;
    }
    free(f->path); /* nothing of ours stands there */
    f->path = NULL;
    return error;
}

int os_folder_begin(const char *target, os_folder *f)
{
    os_list inside;
    size_t n;
    int error;

    *f = (os_folder){ NULL, NULL };
    f->target = copy(target);
    if (!f->target)
        return ENOMEM;
    for (n = strlen(f->target); n > 1 && f->target[n - 1] == '/'; n--)
        f->target[n - 1] = '\0';
    error = os_list_folder(f->target, 1, &inside);
    if (error == EFBIG || error == ENOTDIR || (error == 0 && inside.count > 0))
        error = EEXIST;
    else if (error == ENOENT)
        error = 0;
    os_list_free(&inside);
    if (error == 0)
        error = make_temporary(f);
    if (error != 0)
        os_folder_abort(f);
    return error;
}

static void forget(os_folder *f)
{
    free(f->target);
    free(f->path);
    *f = (os_folder){ NULL, NULL };
}

int os_folder_commit(os_folder *f)
{
    int error;

    sync(); /* its files, once for all of them */
    error = rename(f->path, f->target) == 0 ? 0 : errno;
    if (error != 0)
        os_folder_abort(f);
    else
        forget(f);
    return error;
}

void os_folder_abort(os_folder *f)
{
    os_list inside;

    if (f->path && os_list_folder(f->path, SIZE_MAX, &inside) == 0) {
        for (size_t i = 0; i < inside.count; i++) {
            const size_t room = strlen(f->path) + strlen(inside.name[i]) + 2;
            char *const file = malloc(room);

            if (file) {
                (void)snprintf(file, room, "%s/%s", f->path, inside.name[i]);
                (void)unlink(file);
            }
            free(file);
        }
        os_list_free(&inside);
    }
    if (f->path)
        (void)rmdir(f->path);
    forget(f);
}
