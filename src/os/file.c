/* SPDX-License-Identifier: MIT
 *
 * file.c - files through POSIX.1-2008.
 *
 * A written file appears whole or not at all: a temporary file in the folder
 * of the target, fsync, rename, fsync of the folder.  Whoever reads the target
 * meanwhile sees the old file; a full disk or a crash leaves it untouched.
 */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE   700 /* realpath */

#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER   (64 * (size_t)1024)
#define PIECE    ((size_t)1 << 30) /* bytes asked of the system at once */
#define ATTEMPTS 1000

struct os_out {
    int fd;
    char *target;    /* NULL when bytes go to the target directly */
    char *temporary; /* NULL likewise */
    size_t used;     /* bytes in the buffer */
    bool lazy;
    unsigned char buffer[BUFFER];
};

struct os_in {
    int fd;
};

/* Write all of it. */
static int write_all(int fd, const void *data, size_t bytes)
{
    const unsigned char *p = data;

    while (bytes > 0) {
        const ssize_t n = write(fd, p, bytes < PIECE ? bytes : PIECE);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        if (n == 0)
            return ENOSPC;
        p += n;
        bytes -= (size_t)n;
    }
    return 0;
}

/* The length of the folder in a path, its slash included; 0 for none. */
static size_t folder_length(const char *path)
{
    const char *const slash = strrchr(path, '/');

    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Make a new file in the folder of out->target. */
static int open_temporary(os_out *out, mode_t mode)
{
    const size_t folder = folder_length(out->target);
    const size_t room = folder + 48;

    out->temporary = malloc(room);
    if (!out->temporary)
        return ENOMEM;
    memcpy(out->temporary, out->target, folder);
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        (void)snprintf(out->temporary + folder, room - folder,
                       ".ito-%ld-%u.tmp", (long)getpid(), i);
        out->fd =
            open(out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (out->fd >= 0)
            return 0;
        if (errno != EEXIST && errno != EINTR)
            return errno;
    }
    return EEXIST;
}

/* Open `path` itself, which exists and is no regular file, or is "-". */
static int open_directly(const char *path, os_out *out)
{
    if (strcmp(path, "-") == 0) {
        (void)fflush(stdout);
        out->fd = STDOUT_FILENO;
        return 0;
    }
    do
        out->fd = open(path, O_WRONLY | O_CLOEXEC);
    while (out->fd < 0 && errno == EINTR);
    return out->fd < 0 ? errno : 0;
}

/* Find out what stands at `path` and open what the bytes go to. */
static int open_out(const char *path, os_out *out)
{
    const size_t bytes = strlen(path) + 1;
    struct stat st;
    int error;

    if (strcmp(path, "-") == 0)
        return open_directly(path, out);
    if (stat(path, &st) != 0) {
        if (errno != ENOENT)
            return errno;
        if (bytes == 1 || path[bytes - 2] == '/')
            return bytes == 1 ? ENOENT : EISDIR;
        out->target = malloc(bytes);
        if (!out->target)
            return ENOMEM;
        memcpy(out->target, path, bytes);
        return open_temporary(out, 0666);
    }
    if (S_ISDIR(st.st_mode))
        return EISDIR;
    if (!S_ISREG(st.st_mode))
        return open_directly(path, out);
    if (access(path, W_OK) != 0)
        return errno;
    out->target = realpath(path, NULL);
    if (!out->target)
        return errno;
    error = open_temporary(out, 0600);
    if (error == 0 && fchmod(out->fd, st.st_mode & 0777) != 0)
        error = errno;
    return error;
}

void os_out_abort(os_out *out)
{
    if (!out)
        return;
    if (out->fd >= 0 && out->fd != STDOUT_FILENO)
        (void)close(out->fd);
    if (out->fd >= 0 && out->temporary)
        (void)unlink(out->temporary);
    free(out->temporary);
    free(out->target);
    free(out);
}

int os_out_open(const char *path, os_out **out)
{
    os_out *const o = malloc(sizeof(*o));
    int error;

    *out = NULL;
    if (!o)
        return ENOMEM;
    o->fd = -1;
    o->target = o->temporary = NULL;
    o->used = 0;
    o->lazy = false;
    error = open_out(path, o);
    if (error != 0) {
        os_out_abort(o);
        return error;
    }
    *out = o;
    return 0;
}

void os_out_lazy(os_out *out)
{
    out->lazy = true;
}

static int flush(os_out *out)
{
    const size_t bytes = out->used;

    out->used = 0;
    return write_all(out->fd, out->buffer, bytes);
}

int os_out_write(os_out *out, const void *data, size_t bytes)
{
    int error = 0;

    if (bytes > BUFFER - out->used)
        error = flush(out);
    if (error != 0)
        return error;
    if (bytes >= BUFFER)
        return write_all(out->fd, data, bytes);
    if (bytes > 0)
        memcpy(out->buffer + out->used, data, bytes);
    out->used += bytes;
    return 0;
}

/* Bring a renamed file's folder to the disk; not all systems can. */
static void sync_folder(char *path)
{
    const size_t folder = folder_length(path);
    int fd;

    path[folder] = '\0';
    fd = open(folder ? path : ".", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd);
    (void)close(fd);
}

int os_out_commit(os_out *out)
{
    int error = flush(out);
    int fd = out->fd;

    if (error == 0 && out->temporary && !out->lazy && fsync(fd) != 0)
        error = errno;
    if (fd != STDOUT_FILENO) {
        if (close(fd) != 0 && error == 0 && errno != EINTR)
            error = errno;
        out->fd = -1;
    }
    if (error == 0 && out->temporary &&
        rename(out->temporary, out->target) != 0)
        error = errno;
    if (out->temporary && error != 0)
        (void)unlink(out->temporary);
    else if (out->temporary && !out->lazy)
        sync_folder(out->target);
    os_out_abort(out);
    return error;
}

int os_in_open(const char *path, os_in **in, size_t *hint)
{
    os_in *const i = malloc(sizeof(*i));
    struct stat st;
    int error = 0;

    *in = NULL;
    *hint = 0;
    if (!i)
        return ENOMEM;
    i->fd = STDIN_FILENO;
    if (strcmp(path, "-") != 0)
        do
            i->fd = open(path, O_RDONLY | O_CLOEXEC);
        while (i->fd < 0 && errno == EINTR);
    if (i->fd < 0 || fstat(i->fd, &st) != 0)
        error = errno;
    else if (S_ISDIR(st.st_mode))
        error = EISDIR;
    else if (S_ISREG(st.st_mode) && (uintmax_t)st.st_size < SIZE_MAX)
        *hint = (size_t)st.st_size;
    if (error != 0)
        os_in_close(i);
    else
        *in = i;
    return error;
}

int os_in_read(os_in *in, void *data, size_t bytes, size_t *got)
{
    unsigned char *p = data;

    *got = 0;
    while (*got < bytes) {
        const size_t want = bytes - *got;
        const ssize_t n = read(in->fd, p + *got, want < PIECE ? want : PIECE);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    return 0;
}

void os_in_close(os_in *in)
{
    if (in && in->fd >= 0 && in->fd != STDIN_FILENO)
        (void)close(in->fd);
    free(in);
}

/* Read to the end into *data, growing it; `room` is what it starts with. */
static int read_growing(os_in *in, size_t limit, size_t room, char **data,
                        size_t *bytes)
{
    char *block = NULL;
    size_t used = 0, got;
    int error;

    for (;;) {
        /* one byte more than the limit tells a file that is too long, one
         * more is the closing zero */
        char *const grown = realloc(block, room + 2);

        if (!grown) {
            free(block);
            return ENOMEM;
        }
        block = grown;
        error = os_in_read(in, block + used, room + 1 - used, &got);
        used += got;
        if (error != 0 || used <= room || used > limit)
            break;
        room = room > limit / 2 ? limit : 2 * room;
    }
    if (error == 0 && used > limit)
        error = EFBIG;
    if (error != 0) {
        free(block);
        return error;
    }
    block[used] = '\0';
    *data = block;
    *bytes = used;
    return 0;
}

int os_read_all(const char *path, size_t limit, char **data, size_t *bytes)
{
    size_t hint, room;
    os_in *in;
    int error = os_in_open(path, &in, &hint);

    *data = NULL;
    *bytes = 0;
    if (error != 0)
        return error;
    if (limit > SIZE_MAX - 2)
        limit = SIZE_MAX - 2;
    room = hint > 0 ? hint : BUFFER;
    if (room > limit)
        room = limit;
    error = hint > limit ? EFBIG : read_growing(in, limit, room, data, bytes);
    os_in_close(in);
    return error;
}

void os_free(void *p)
{
    free(p);
}

int os_map(const char *path, const void **data, size_t *bytes)
{
    os_in *in;
    void *p;
    int error = os_in_open(path, &in, bytes);

    *data = NULL;
    if (error != 0 || *bytes == 0) {
        os_in_close(in);
        return error;
    }
    p = mmap(NULL, *bytes, PROT_READ, MAP_PRIVATE, in->fd, 0);
    if (p == MAP_FAILED) {
        error = errno;
        *bytes = 0;
    } else {
        *data = p;
    }
    os_in_close(in);
    return error;
}

void os_unmap(const void *data, size_t bytes)
{
    void *p;

    if (!data)
        return;
    memcpy(&p, &data, sizeof(p)); /* munmap takes no pointer to const */
    (void)munmap(p, bytes);
}

bool os_is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

const char *os_error_text(int error, char *buffer, size_t bytes)
{
    if (bytes == 0)
        return "";
    if (strerror_r(error, buffer, bytes) != 0)
        (void)snprintf(buffer, bytes, "error %d", error);
    return buffer;
}
