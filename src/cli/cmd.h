/* SPDX-License-Identifier: MIT
 *
 * cmd.h - what a command of the program is, and what commands share.
 *
 * A command is one file cmd_<name>.c that ends in
 *
 *     const command command_sample = {
 *         .name = "sample",
 *         .summary = "draw points from a trained model",
 *         .about = "One paragraph or more of full sentences.\n\nThe next.",
 *         .examples = "ito sample m.safetensors -n 1000 -o out.csv\n",
 *         .options = options,
 *         .run = run,
 *     };
 *
 * and one line in the table of main.c.  main has parsed the options when
 * run() is called; run() returns EXIT_OK or EXIT_FAILED (EXIT_USAGE through
 * cmd_usage) and does its work between cmd_open and cmd_close:
 *
 *     static int run(void)
 *     {
 *         ito_ctx *ctx;
 *         ito_status rc = cmd_open(&ctx);
 *
 *         if (rc == ITO_OK)
 *             rc = work(ctx);
 *         return cmd_close(ctx, rc);
 *     }
 */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include <ito/ctx.h>

#include "cli/opt.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/** A command.  All texts are plain; help, man page and completion share
 *  them. */
typedef struct command {
    const char *name;
    const char *summary;  /* one line, lower case, no full stop */
    const char *about;    /* paragraphs, separated by an empty line */
    const char *examples; /* command lines, each ended by a newline */
    const opt *options;
    int (*run)(void);
} command;

/* The i-th command, or NULL past the last; in main.c. */
const command *cmd_at(size_t i);

/* The command of that name, or NULL. */
const command *cmd_find(const char *name);

/* The command nearest in spelling, or NULL when none is near. */
const command *cmd_nearest(const char *name);

/* The name of the command that runs, as messages give it. */
const char *cmd_name(void);
void cmd_name_set(const char *name);

/*
 * Open a context by --threads, --cpu and, where those are not given,
 * ITO_NUM_THREADS, OMP_NUM_THREADS and ITO_CPU.  Ctrl-C and SIGTERM become
 * ITO_ECANCELLED.  *ctx may be non-NULL on failure; hand it to cmd_close.
 */
ito_status cmd_open(ito_ctx **ctx);

/*
 * Say what went wrong, if anything did; close the context (NULL is allowed);
 * flush standard output.  Returns the exit code.
 */
int cmd_close(ito_ctx *ctx, ito_status rc);

/* Say, where it is so, that products in bf16 bring nothing on this CPU. */
void cmd_say_bf16(const ito_ctx *ctx);

/* A failure found by a command itself: prints it as cmd_close would, which
 * then keeps silent, and returns rc. */
ito_status cmd_fail(ito_status rc, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A usage error found by a command itself; prints, returns EXIT_USAGE. */
int cmd_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Pages about a command, in opt_help.c and opt_man.c. */
void cmd_print_help(const command *cmd, FILE *out);
void cmd_print_overview(FILE *out);
void cmd_print_man(const command *cmd, FILE *out);      /* NULL: ito(1) */
int cmd_print_completion(const char *shell, FILE *out); /* -1: unknown */

#endif /* CLI_CMD_H */
