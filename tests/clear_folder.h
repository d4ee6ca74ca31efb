/* SPDX-License-Identifier: MIT
 *
 * clear_folder.h - removing what an earlier run of a test has left.
 */
#ifndef CLEAR_FOLDER_H
#define CLEAR_FOLDER_H

#include <stdio.h>

#include "os/folder.h"

/* Remove a folder of files; one that does not exist is fine. */
static void clear_folder(const char *path)
{
    char name[1024];
    os_list list;

    if (os_list_folder(path, 10000, &list) != 0)
        return;
    for (size_t i = 0; i < list.count; i++) {
        snprintf(name, sizeof(name), "%s/%s", path, list.name[i]);
        (void)remove(name);
    }
    os_list_free(&list);
    (void)remove(path);
}

#endif /* CLEAR_FOLDER_H */
