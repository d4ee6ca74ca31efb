/* SPDX-License-Identifier: MIT
 *
 * term.h - words and progress on standard error, results on standard output,
 * Ctrl-C.
 *
 * Progress is a live bar on a terminal and a line every few seconds
 * elsewhere; --quiet silences both.  term.c is the one file of the program
 * that uses POSIX beyond the C library.
 */
#ifndef CLI_TERM_H
#define CLI_TERM_H

#include <stdint.h>
#include <stdio.h>

/** Progress of one piece of work; all fields belong to term.c. */
typedef struct term_bar {
    const char *what; /* "training" */
    uint64_t total;   /* steps in all */
    uint64_t first;   /* steps done before this run (a resumed one) */
    double started;   /* seconds */
    double shown;     /* when something was last printed */
    int width;        /* columns of the line on the terminal, to erase */
} term_bar;

/*
 * Begin to show progress.  `first` steps of `total` were done before.  The
 * text `what` is borrowed until the end.
 */
void term_bar_begin(term_bar *bar, const char *what, uint64_t first,
                    uint64_t total);

/*
 * `done` steps are done.  `detail` is a few words such as "loss 0.2134", or
 * NULL.  Cheap: prints at most ten times a second on a terminal, else once
 * in five seconds, each with the rate and the time left.
 */
void term_bar_update(term_bar *bar, uint64_t done, const char *detail);

/* Print the last state with the time used and leave the line. */
void term_bar_end(term_bar *bar, uint64_t done, const char *detail);

/* One line of words on standard error, unless --quiet; adds the newline. */
void term_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "ito COMMAND: " and the words, on standard error, also with --quiet. */
void term_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Seconds from some fixed moment; never goes back. */
double term_clock(void);

/*
 * From here on the first SIGINT or SIGTERM is remembered, the second kills.
 * term_interrupted fits ito_cancel_fn.
 */
void term_catch_signals(void);
int term_interrupted(void *arg);

/* JSON on a stream: a quoted string; a number that reads back exactly, NaN
 * and infinities as null. */
void term_json_string(FILE *out, const char *text);
void term_json_number(FILE *out, double value);

/* "3.2 s", "4 min 05 s", "2 h 10 min" in buffer. */
const char *term_duration(double seconds, char *buffer, size_t bytes);

#endif /* CLI_TERM_H */
