/* SPDX-License-Identifier: MIT
 *
 * fuzz.h - what a fuzz target offers: libFuzzer's entry, and seeds for
 * driver.c, which runs it where there is no libFuzzer.
 *
 * With clang:  clang -fsanitize=fuzzer,address,undefined ... fuzz_csv.c
 *              (without driver.c)
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An input to start from. */
typedef struct fuzz_seed {
    const char *data;
    size_t bytes;
} fuzz_seed;

#define FUZZ_SEED(text)           \
    {                             \
        (text), sizeof(text) - 1, \
    }

/* Seeds, and words that are put into inputs; both end with NULL. */
extern const fuzz_seed fuzz_seeds[];
extern const fuzz_seed fuzz_words[];

#endif /* FUZZ_H */
