/* SPDX-License-Identifier: MIT
 *
 * suffix.h - what a file name ends in.
 */
#ifndef CLI_SUFFIX_H
#define CLI_SUFFIX_H

/* True where the name has something before the suffix (lower case) and ends in
 * it, in capitals or not. */
int has_suffix(const char *path, const char *suffix);

/* True for a picture that `ito plot` can write: .png, .svg, .pdf. */
int is_picture(const char *path);

#endif /* CLI_SUFFIX_H */
