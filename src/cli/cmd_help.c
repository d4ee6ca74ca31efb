/* SPDX-License-Identifier: MIT
 *
 * cmd_help.c - `ito help`: pages about commands, for people, for man and for
 * shells.
 */
#include "cli/cmd.h"

static struct {
    const char *name;
    const char *shell;
    int man, commands;
} args;

static const opt options[] = {
    OPTARG("COMMAND", &args.name, "the command to tell about"),
    FLAG(0, "commands", &args.commands, "print the names of the commands"),
    FLAG(0, "man", &args.man, "print the manual page (mdoc)"),
    STRING(0, "completion", "SHELL", &args.shell,
           "print the completion script for bash, zsh or fish"),
    END,
};

static int run(void)
{
    const command *const cmd = args.name ? cmd_find(args.name) : NULL;

    if (args.shell) {
        if (cmd_print_completion(args.shell, stdout) != 0)
            return cmd_usage("--completion: '%.60s' is none of bash, zsh, fish",
                             args.shell);
        return EXIT_OK;
    }
    if (args.name && !cmd) {
        const command *const near = cmd_nearest(args.name);

        return near ? cmd_usage("unknown command '%.100s'; did you mean '%s'?",
                                args.name, near->name)
                    : cmd_usage("unknown command '%.100s'", args.name);
    }
    if (args.commands)
        for (size_t i = 0; cmd_at(i); i++)
            printf("%s\n", cmd_at(i)->name);
    else if (args.man)
        cmd_print_man(cmd, stdout);
    else if (cmd)
        cmd_print_help(cmd, stdout);
    else
        cmd_print_overview(stdout);
    return EXIT_OK;
}

const command command_help = {
    .name = "help",
    .summary = "tell about the program or one command",
    .about = "Lists the commands, or tells what one of them does and takes. "
             "`ito COMMAND --help` is the same.",
    .examples = "ito help sample\n"
                "ito help --man sample | man -l -\n"
                "ito help --completion bash > ito.bash\n",
    .options = options,
    .run = run,
};
