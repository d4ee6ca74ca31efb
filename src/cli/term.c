/* SPDX-License-Identifier: MIT
 *
 * term.c - words, progress, signals (term.h).
 */
#define _POSIX_C_SOURCE 200809L /* isatty, sigaction, clock_gettime */
#include "cli/term.h"

#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cmd.h"

#define CELLS      12  /* of the bar; the line should fit 80 columns */
#define LIVE_S     0.1 /* between two pictures of the bar */
#define LINE_S     5.0 /* between two lines where there is no terminal */
#define LINE_BYTES 160

static volatile sig_atomic_t interrupted;

double term_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

void term_catch_signals(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    /* the second one finds the default action: it kills */
    action.sa_flags = (int)SA_RESETHAND | SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int term_interrupted(void *arg)
{
    (void)arg;
    return interrupted != 0;
}

void term_say(const char *format, ...)
{
    va_list args;

    if (common.quiet)
        return;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void term_error(const char *format, ...)
{
    const char *const name = cmd_name();
    va_list args;

    fprintf(stderr, *name ? "ito %s: " : "ito: ", name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

const char *term_duration(double seconds, char *buffer, size_t bytes)
{
    if (!(seconds < 1e9))
        snprintf(buffer, bytes, "ages");
    else if (seconds < 59.95)
        snprintf(buffer, bytes, "%.1f s", seconds);
    else if (seconds < 3599.5)
        snprintf(buffer, bytes, "%.0f min %02.0f s",
                 floor((seconds + 0.5) / 60.0),
                 floor(fmod(seconds + 0.5, 60.0)));
    else
        snprintf(buffer, bytes, "%.0f h %02.0f min",
                 floor((seconds + 30.0) / 3600.0),
                 floor(fmod(seconds + 30.0, 3600.0) / 60.0));
    return buffer;
}

static int is_live(void)
{
    const char *const term = getenv("TERM");

    return isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
}

/* "training 1200/10000  12%  loss 0.21  531/s  16.6 s left", or with a bar
 * for the terminal, in `line` of LINE_BYTES. */
static void compose(const term_bar *bar, uint64_t done, const char *detail,
                    double now, int live, char *line)
{
    const double share = bar->total ? (double)done / (double)bar->total : 1.0;
    const double used = now - bar->started;
    const double rate = used > 0.0 ? (double)(done - bar->first) / used : 0.0;
    char cells[CELLS + 4] = "", left[32];
    int n;

    if (live) {
        const size_t full = (size_t)(fmin(share, 1.0) * CELLS);

        memset(cells, ' ', sizeof(cells) - 1);
        memset(cells + 1, '=', full);
        cells[0] = '[';
        cells[1 + full] = '>';
        cells[1 + CELLS] = ']';
    }
    n = snprintf(line, LINE_BYTES, "%.40s %s%llu/%llu %3.0f%%", bar->what,
                 cells, (unsigned long long)done,
                 (unsigned long long)bar->total, floor(100.0 * share));
    if (detail && *detail)
        n += snprintf(line + n, (size_t)(LINE_BYTES - n), "  %.50s", detail);
    if (rate <= 0.0 || n >= LINE_BYTES)
        return;
    term_duration(done < bar->total ? (double)(bar->total - done) / rate : used,
                  left, sizeof(left));
    snprintf(line + n, (size_t)(LINE_BYTES - n), "  %.*f/s  %s%s",
             rate < 10.0 ? 1 : 0, rate, left, done < bar->total ? " left" : "");
}

/* Show the line; `last` leaves it. */
static void show(term_bar *bar, const char *line, int last)
{
    const int length = (int)strlen(line);

    if (!is_live()) {
        fprintf(stderr, "%s\n", line);
        return;
    }
    fprintf(stderr, "\r%s%*s%s", line,
            bar->width > length ? bar->width - length : 0, "",
            last ? "\n" : "");
    fflush(stderr);
    bar->width = length;
}

void term_bar_begin(term_bar *bar, const char *what, uint64_t first,
                    uint64_t total)
{
    const double now = term_clock();

    *bar = (term_bar){ .what = what,
                       .total = total,
                       .first = first,
                       .started = now,
                       .shown = now };
}

void term_bar_update(term_bar *bar, uint64_t done, const char *detail)
{
    char line[LINE_BYTES];
    double now;

    if (common.quiet)
        return;
    now = term_clock();
    if (now - bar->shown < (is_live() ? LIVE_S : LINE_S))
        return;
    bar->shown = now;
    compose(bar, done, detail, now, is_live(), line);
    show(bar, line, 0);
}

void term_bar_end(term_bar *bar, uint64_t done, const char *detail)
{
    char line[LINE_BYTES];

    if (common.quiet)
        return;
    compose(bar, done, detail, term_clock(), is_live(), line);
    show(bar, line, 1);
}

void term_json_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (const char *c = text; *c; c++) {
        const unsigned byte = (unsigned char)*c;

        if (byte == '"' || byte == '\\')
            fprintf(out, "\\%c", *c);
        else if (byte < 0x20 || byte == 0x7f)
            fprintf(out, "\\u%04x", byte);
        else
            fputc(*c, out);
    }
    fputc('"', out);
}

void term_json_number(FILE *out, double value)
{
    char text[32];

    if (!isfinite(value)) {
        fputs("null", out);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fputs(text, out);
}
