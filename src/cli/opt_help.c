/* SPDX-License-Identifier: MIT
 *
 * opt_help.c - `ito help` and `--help`, printed from the tables.
 */
#include <string.h>

#include "cli/cmd.h"

#define PAGE   79 /* columns of text */
#define INDENT 27 /* where help texts begin */

/* Print text with its lines broken at blanks, from column `at` on, further
 * lines indented; "\n\n" starts a new paragraph.  Ends the line. */
static void print_wrapped(const char *text, size_t at, size_t indent, FILE *out)
{
    size_t column = at;

    while (*text) {
        const size_t word = strcspn(text, " \n");
        const size_t gap = column > indent;

        if (column > indent && column + gap + word > PAGE) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (gap) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", (int)word, text);
        column += word;
        text += word;
        if (strncmp(text, "\n\n", 2) == 0) {
            fprintf(out, "\n\n%*s", (int)indent, "");
            column = indent;
        }
        text += strspn(text, " \n");
    }
    fputc('\n', out);
}

void opt_print_arguments(const opt *options, FILE *out)
{
    for (const opt *o = options; o->kind != OPT_END; o++) {
        if (o->kind == OPT_ARG)
            fprintf(out, " %s", o->name);
        else if (o->kind == OPT_OPTARG)
            fprintf(out, " [%s]", o->name);
        else if (o->kind == OPT_RESTARGS)
            fprintf(out, " [%s ...]", o->name);
    }
}

/* "  -n, --count N" with its help text in the second column. */
static void print_entry(const opt *o, FILE *out)
{
    char left[80];
    int n;

    if (opt_is_argument(o))
        n = snprintf(left, sizeof(left), "  %s", o->name);
    else if (o->letter)
        n = snprintf(left, sizeof(left), "  -%c, --%s%s%s", o->letter, o->name,
                     *o->meta ? " " : "", o->meta);
    else
        n = snprintf(left, sizeof(left), "      --%s%s%s", o->name,
                     *o->meta ? " " : "", o->meta);
    if (n > INDENT - 2)
        fprintf(out, "%s\n%*s", left, INDENT, "");
    else
        fprintf(out, "%-*s", INDENT, left);
    print_wrapped(o->help, INDENT, INDENT, out);
}

void opt_print_help(const opt *options, FILE *out)
{
    int titled = 0;

    for (const opt *o = options; o->kind != OPT_END; o++)
        if (opt_is_argument(o)) {
            if (!titled++)
                fprintf(out, "\narguments:\n");
            print_entry(o, out);
        }
    titled = 0;
    for (const opt *o = options; o->kind != OPT_END; o++) {
        if (o->kind == OPT_GROUP) {
            fprintf(out, "\n%s:\n", o->name);
            titled = 1;
        } else if (opt_is_option(o)) {
            if (!titled++)
                fprintf(out, "\noptions:\n");
            print_entry(o, out);
        }
    }
}

void cmd_print_help(const command *cmd, FILE *out)
{
    fprintf(out, "usage: ito %s [options]", cmd->name);
    opt_print_arguments(cmd->options, out);
    fprintf(out, "\n\n");
    print_wrapped(cmd->about, 0, 0, out);
    opt_print_help(cmd->options, out);
    if (cmd->examples && *cmd->examples) {
        fprintf(out, "\nexamples:\n");
        for (const char *line = cmd->examples; *line;) {
            const size_t n = strcspn(line, "\n");

            fprintf(out, "  %.*s\n", (int)n, line);
            line += n + (line[n] == '\n');
        }
    }
}

void cmd_print_overview(FILE *out)
{
    fprintf(out, "usage: ito COMMAND [arguments] [options]\n\n"
                 "Generative models from tables of numbers: flows and "
                 "diffusions, on any CPU.\n\ncommands:\n");
    for (size_t i = 0; cmd_at(i); i++)
        fprintf(out, "  %-10s %s\n", cmd_at(i)->name, cmd_at(i)->summary);
    fprintf(out, "\n`ito help COMMAND` tells more.  A first run:\n\n"
                 "  ito train moons -o moons.safetensors\n"
                 "  ito sample moons.safetensors -n 1000 -o samples.csv\n");
}
