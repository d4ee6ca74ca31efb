/* SPDX-License-Identifier: MIT
 *
 * cmd.c - what commands share: the context, errors, exit codes.
 */
#include "cli/cmd.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/term.h"

opt_common common;

static const char *running = "";
static int reported; /* the error was printed where it was found */

const char *cmd_name(void)
{
    return running;
}

void cmd_name_set(const char *name)
{
    running = name;
}

const command *cmd_find(const char *name)
{
    for (size_t i = 0; cmd_at(i); i++)
        if (strcmp(cmd_at(i)->name, name) == 0)
            return cmd_at(i);
    return NULL;
}

const command *cmd_nearest(const char *name)
{
    const command *best = NULL;
    size_t best_distance = strlen(name) / 3 + 2;

    for (size_t i = 0; cmd_at(i); i++) {
        const size_t distance = opt_distance(name, cmd_at(i)->name);

        if (distance < best_distance) {
            best = cmd_at(i);
            best_distance = distance;
        }
    }
    return best;
}

int cmd_usage(const char *format, ...)
{
    va_list args;
    char text[512];

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    term_error("%s (`ito help%s%s` lists the options)", text,
               *running ? " " : "", running);
    return EXIT_USAGE;
}

ito_status cmd_fail(ito_status rc, const char *format, ...)
{
    va_list args;
    char text[512];

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    term_error("%s: %s", ito_status_text(rc), text);
    reported = 1;
    return rc;
}

/* A thread count from the environment: 0 when not set, -1 when malformed.
 * OMP_NUM_THREADS may be a list, one number for each level of nesting. */
static int threads_from(const char *variable, int list, size_t *threads)
{
    const char *const text = getenv(variable);
    char first[32], why[128];
    size_t value;
    const opt whole = { OPT_SIZE, 0, variable, "", &value, "" };

    if (!text || !*text)
        return 0;
    snprintf(first, sizeof(first), "%s", text);
    if (list)
        first[strcspn(first, ", ")] = '\0';
    if (opt_value(&whole, first, why, sizeof(why)) == 0) {
        *threads = value;
        return 1;
    }
    cmd_fail(ITO_EARG, "%s: %s", variable, why);
    return -1;
}

static void log_line(void *arg, const char *line)
{
    (void)arg;
    term_say("%s", line);
}

ito_status cmd_open(ito_ctx **ctx)
{
    ito_ctx_opts opts = { .threads = common.threads,
                          .cpu = common.cpu,
                          .log = log_line,
                          .cancel = term_interrupted };
    int found = opts.threads != 0;

    *ctx = NULL;
    if (!found)
        found = threads_from("ITO_NUM_THREADS", 0, &opts.threads);
    if (!found)
        found = threads_from("OMP_NUM_THREADS", 1, &opts.threads);
    if (found < 0)
        return ITO_EARG;
    if (!opts.cpu) {
        const char *const cpu = getenv("ITO_CPU");

        opts.cpu = cpu && *cpu ? cpu : NULL;
    }
    term_catch_signals();
    return ito_open(ctx, &opts);
}

void cmd_say_bf16(const ito_ctx *ctx)
{
    if (!ito_cpu_bf16(ctx))
        term_say("bf16: kernels %s make it of float operations: the same "
                 "results as with instructions for it, but no faster than f32",
                 ito_cpu(ctx));
}

int cmd_close(ito_ctx *ctx, ito_status rc)
{
    const char *const words = ctx ? ito_errmsg(ctx) : "";

    if (rc != ITO_OK && !reported)
        term_error("%s%s%s", ito_status_text(rc), *words ? ": " : "", words);
    ito_close(ctx);
    return rc == ITO_OK ? EXIT_OK : EXIT_FAILED;
}
