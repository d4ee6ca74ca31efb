/* SPDX-License-Identifier: MIT
 *
 * main.c - the program ito: finds the command, parses its options, runs it.
 *
 * A new command is one file cmd_<name>.c and one line in COMMANDS.
 */
#include <errno.h>
#include <ito/base.h>
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/term.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Every command, in the order of `ito help`. */
#define COMMANDS(X) \
    X(train)        \
    X(sample)       \
    X(logp)         \
    X(eval)         \
    X(sweep)        \
    X(simulate)     \
    X(density)      \
    X(plot)         \
    X(report)       \
    X(data)         \
    X(import)       \
    X(export)       \
    X(average)      \
    X(info)         \
    X(bench)        \
    X(help)

#define X(name) extern const command command_##name;
COMMANDS(X)
#undef X

static const command *const commands[] = {
#define X(name) &command_##name,
    COMMANDS(X)
#undef X
};

const command *cmd_at(size_t i)
{
    return i < COUNT(commands) ? commands[i] : NULL;
}

/* Results must have arrived: a full disk behind `ito data ... > file` is a
 * failure like any other. */
static int flush_results(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    term_error("%s: standard output: %s", ito_status_text(ITO_EIO),
               strerror(errno));
    return code == EXIT_OK ? EXIT_FAILED : code;
}

static int run_command(const command *cmd, int argc, char **argv)
{
    char error[512];
    int stop;

    cmd_name_set(cmd->name);
    stop = opt_parse(cmd->options, argc, argv, error, sizeof(error));
    if (stop > 0) {
        cmd_print_help(cmd, stdout);
        return flush_results(EXIT_OK);
    }
    if (stop < 0)
        return cmd_usage("%s", error);
    return flush_results(cmd->run());
}

static int unknown_command(const char *name)
{
    const command *const near = cmd_nearest(name);

    if (near)
        return cmd_usage("unknown command '%.100s'; did you mean '%s'?", name,
                         near->name);
    return cmd_usage("unknown command '%.100s'", name);
}

int main(int argc, char **argv)
{
    const command *cmd;

    if (argc < 2) {
        cmd_print_overview(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        cmd_print_overview(stdout);
        return flush_results(EXIT_OK);
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("ito %s\n", ito_version());
        return flush_results(EXIT_OK);
    }
    cmd = cmd_find(argv[1]);
    return cmd ? run_command(cmd, argc - 1, argv + 1)
               : unknown_command(argv[1]);
}
