/* SPDX-License-Identifier: MIT
 *
 * file.h - reading whole files, and writing files that appear whole or not
 * at all.
 *
 * os/ lies below the context, so these calls return 0 or an errno value and
 * the caller makes the message.
 */
#ifndef ITO_OS_FILE_H
#define ITO_OS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * A file being written: bytes go to a temporary file beside the target;
 * commit flushes, syncs and renames it over the target, abort removes it.
 * path "-" writes to standard output directly, and so does a target that is
 * no regular file (a device, a pipe) to itself.  A symbolic link is followed;
 * a file that is replaced keeps its permissions, and one that may not be
 * written is refused (EACCES).
 */
typedef struct os_out os_out;

int os_out_open(const char *path, os_out **out);
void os_out_lazy(os_out *out); /* commit leaves bringing it to the disk to the
                                  folder that it belongs to (os/folder.h) */
int os_out_write(os_out *out, const void *data, size_t bytes);
int os_out_commit(os_out *out); /* frees; on failure nothing is left behind */
void os_out_abort(os_out *out); /* frees; NULL is allowed */

/*
 * The whole of a file (or of standard input for "-").  *data comes from
 * malloc, is followed by a zero byte and is freed by os_free.  A directory
 * is EISDIR; more than `limit` bytes is EFBIG.
 */
int os_read_all(const char *path, size_t limit, char **data, size_t *bytes);
void os_free(void *p);

/*
 * A file being read in pieces; "-" is standard input.  *hint is its size, or
 * 0 where that is not known.  A directory is EISDIR.  os_in_read reads until
 * `bytes` are there or the file ends, and says how many it got.
 */
typedef struct os_in os_in;

int os_in_open(const char *path, os_in **in, size_t *hint);
int os_in_read(os_in *in, void *data, size_t bytes, size_t *got);
void os_in_close(os_in *in); /* NULL is allowed */

/* A file mapped for reading; an empty file maps to bytes = 0. */
int os_map(const char *path, const void **data, size_t *bytes);
void os_unmap(const void *data, size_t bytes);

bool os_is_directory(const char *path);

/* The text of an errno value, thread-safe, in `buffer`. */
const char *os_error_text(int error, char *buffer, size_t bytes);

#endif /* ITO_OS_FILE_H */
