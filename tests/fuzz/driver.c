/* SPDX-License-Identifier: MIT
 *
 * driver.c - runs a fuzz target on its seeds, on files, and on random
 * changes of its seeds: the same ones on every machine.
 *
 *     fuzz_csv [-runs=N] [-seed=N] [-keep] [FILE...]
 *
 * With files, only these are run.  With -keep the input is written to
 * fuzz-input before each run, so that the one that crashed is there.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS  200000
#define BYTES 4096

static uint64_t state;

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint32_t below(size_t n)
{
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(((z ^ (z >> 31)) >> 32) % n);
}

/* Run a copy that ends where its memory ends, so that ASan sees overruns. */
static void run(const char *data, size_t bytes, int keep)
{
    uint8_t *const copy = malloc(bytes ? bytes : 1);

    if (!copy)
        exit(2);
    if (bytes > 0)
        memcpy(copy, data, bytes);
    if (keep) {
        FILE *const file = fopen("fuzz-input", "wb");

        if (file) {
            (void)fwrite(data, 1, bytes, file);
            (void)fclose(file);
        }
    }
    (void)LLVMFuzzerTestOneInput(copy, bytes);
    free(copy);
}

static size_t count(const fuzz_seed *list)
{
    size_t n = 0;

    while (list[n].data)
        n++;
    return n;
}

/* Put `piece` into the input at `at`, moving what follows. */
static size_t insert(char *data, size_t bytes, size_t at, const char *piece,
                     size_t n)
{
    if (bytes + n > BYTES)
        return bytes;
    memmove(data + at + n, data + at, bytes - at);
    memcpy(data + at, piece, n);
    return bytes + n;
}

/* Change the input in one place; returns its new length. */
static size_t change(char *data, size_t bytes)
{
    const size_t at = below(bytes + 1), left = bytes - at;
    const size_t words = count(fuzz_words);
    char piece[64];
    size_t n;

    switch (below(6)) {
    case 0: /* a bit */
        if (left > 0)
            data[at] = (char)(data[at] ^ 1 << below(8));
        return bytes;
    case 1: /* a byte */
        if (left > 0)
            data[at] = (char)below(256);
        return bytes;
    case 2: /* something goes */
        n = below((left < 16 ? left : 16) + 1);
        memmove(data + at, data + at + n, left - n);
        return bytes - n;
    case 3: /* something comes twice */
        n = below((left < sizeof(piece) ? left : sizeof(piece)) + 1);
        memcpy(piece, data + at, n);
        return insert(data, bytes, at, piece, n);
    case 4: /* a word of the format */
        n = below(words);
        return insert(data, bytes, at, fuzz_words[n].data, fuzz_words[n].bytes);
    default: /* the rest goes, now and then */
        return below(4) == 0 ? at : bytes;
    }
}

static void run_changes(size_t runs, uint64_t seed, int keep)
{
    const size_t seeds = count(fuzz_seeds);
    static char data[BYTES];

    for (size_t i = 0; i < seeds; i++)
        for (size_t n = 0; n <= fuzz_seeds[i].bytes; n++)
            run(fuzz_seeds[i].data, n, keep);
    for (size_t i = 0; i < runs; i++) {
        const fuzz_seed *s;
        size_t bytes;

        state = seed * UINT64_C(0x100000001b3) + i;
        s = &fuzz_seeds[below(seeds)];
        bytes = s->bytes < BYTES ? s->bytes : BYTES;
        memcpy(data, s->data, bytes);
        for (uint32_t k = below(8) + 1; k > 0; k--)
            bytes = change(data, bytes);
        run(data, bytes, keep);
    }
}

static int run_file(const char *path, int keep)
{
    static char data[1 << 20];
    FILE *const file = fopen(path, "rb");
    size_t bytes;

    if (!file) {
        fprintf(stderr, "%s: cannot read\n", path);
        return 1;
    }
    bytes = fread(data, 1, sizeof(data), file);
    (void)fclose(file);
    run(data, bytes, keep);
    return 0;
}

int main(int argc, char **argv)
{
    size_t runs = RUNS;
    uint64_t seed = 1;
    int keep = 0, files = 0, bad = 0;

    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "-runs=", 6) == 0)
            runs = (size_t)strtoull(argv[i] + 6, NULL, 10);
        else if (strncmp(argv[i], "-seed=", 6) == 0)
            seed = strtoull(argv[i] + 6, NULL, 10);
        else if (strcmp(argv[i], "-keep") == 0)
            keep = 1;
    }
    for (int i = 1; i < argc; i++)
        if (argv[i][0] != '-') {
            bad |= run_file(argv[i], keep);
            files++;
        }
    if (files == 0) {
        run_changes(runs, seed, keep);
        printf("%zu inputs, seed %llu: fine\n", runs, (unsigned long long)seed);
    }
    return bad;
}
