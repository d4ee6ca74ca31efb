/* SPDX-License-Identifier: MIT
 *
 * folder.h - listing folders, and writing folders that appear whole or not at
 * all.  Calls return 0 or an errno value.
 */
#ifndef ITO_OS_FOLDER_H
#define ITO_OS_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* What is in a folder, sorted by bytes; names that begin with a dot are left
 * out. */
typedef struct os_list {
    char **name;
    size_t count;
} os_list;

/* At most `most` names (else EFBIG); *list is empty on failure. */
int os_list_folder(const char *path, size_t most, os_list *list);
void os_list_free(os_list *list);

bool os_exists(const char *path);

/*
 * A folder being written: files go to `path` of it, a temporary folder beside
 * the target; commit renames that, abort removes it and the files in it.  The
 * target must not exist, or be an empty folder (else EEXIST).  Files may be
 * lazy (os_out_lazy): commit brings all of them to the disk at once.
 */
typedef struct os_folder {
    char *target; /* without slashes at its end */
    char *path;
} os_folder;

int os_folder_begin(const char *target, os_folder *folder);
int os_folder_commit(os_folder *folder);
void os_folder_abort(os_folder *folder); /* a zeroed one is allowed */

#endif /* ITO_OS_FOLDER_H */
