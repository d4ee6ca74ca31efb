/* SPDX-License-Identifier: MIT
 *
 * opt_man.c - manual pages (mdoc), printed from the tables, so that they
 * cannot differ from what the program does.
 */
#include <ctype.h>
#include <string.h>

#include "cli/cmd.h"

#define PAGE_DATE "November 23, 2026" /* of the release */

/* Text for roff: a backslash is \e, a line may not begin with . or ', and a
 * hyphen-minus that is typed is \-. */
static void print_roff(const char *text, size_t bytes, FILE *out)
{
    for (size_t i = 0; i < bytes; i++) {
        if (text[i] == '\\')
            fputs("\\e", out);
        else if (text[i] == '-')
            fputs("\\-", out);
        else if ((text[i] == '.' || text[i] == '\'') &&
                 (i == 0 || text[i - 1] == '\n'))
            fprintf(out, "\\&%c", text[i]);
        else
            fputc(text[i], out);
    }
}

static void print_text(const char *text, FILE *out)
{
    while (*text) {
        const char *const gap = strstr(text, "\n\n");
        const size_t n = gap ? (size_t)(gap - text) : strlen(text);

        print_roff(text, n, out);
        fputc('\n', out);
        text += n;
        if (gap)
            fputs(".Pp\n", out);
        text += strspn(text, "\n");
    }
}

/* One word as a macro argument, quoted because of blanks and bars. */
static void print_quoted(const char *text, FILE *out)
{
    fputc('"', out);
    print_roff(text, strlen(text), out);
    fputc('"', out);
}

static void print_item(const opt *o, FILE *out)
{
    if (opt_is_argument(o)) {
        fputs(".It Ar ", out);
        print_quoted(o->name, out);
    } else {
        fputs(".It ", out);
        if (o->letter)
            fprintf(out, "Fl %c , ", o->letter);
        fprintf(out, "Fl \\-%s", o->name);
        if (*o->meta) {
            fputs(" Ar ", out);
            print_quoted(o->meta, out);
        }
    }
    fputc('\n', out);
    print_text(o->help, out);
}

/* A heading and the list that follows it; closes the list before. */
static void open_list(const char *title, int *open, FILE *out)
{
    if (*open)
        fputs(".El\n", out);
    fprintf(out, ".Ss %c%s\n.Bl -tag -width Ds\n",
            toupper((unsigned char)*title), title + 1);
    *open = 1;
}

static void print_lists(const opt *options, FILE *out)
{
    int open = 0, titled = 0;

    for (const opt *o = options; o->kind != OPT_END; o++)
        if (opt_is_argument(o)) {
            if (!open)
                open_list("arguments", &open, out);
            print_item(o, out);
        }
    for (const opt *o = options; o->kind != OPT_END; o++) {
        if (o->kind == OPT_GROUP) {
            open_list(o->name, &open, out);
            titled = 1;
        } else if (opt_is_option(o)) {
            if (!titled++)
                open_list("options", &open, out);
            print_item(o, out);
        }
    }
    if (open)
        fputs(".El\n", out);
}

static void print_head(const char *page, const char *summary, FILE *out)
{
    fputs(".Dd " PAGE_DATE "\n.Dt ", out);
    for (const char *c = page; *c; c++)
        fputc(toupper((unsigned char)*c), out);
    fprintf(out, " 1\n.Os\n.Sh NAME\n.Nm %s\n.Nd %s\n.Sh SYNOPSIS\n", page,
            summary);
}

static void print_status(FILE *out)
{
    fputs(".Sh EXIT STATUS\n0 on success, 1 when the work failed, 2 when the "
          "command line was wrong.\nMessages go to standard error.\n",
          out);
}

static void print_environment(FILE *out)
{
    fputs(".Sh ENVIRONMENT\n.Bl -tag -width Ds\n"
          ".It Ev ITO_NUM_THREADS , Ev OMP_NUM_THREADS\n"
          "Threads, where\n.Fl \\-threads\nis not given.\n"
          ".It Ev ITO_CPU\nKernels, where\n.Fl \\-cpu\nis not given.\n.El\n",
          out);
}

static void print_examples(const char *examples, FILE *out)
{
    if (!examples || !*examples)
        return;
    fputs(".Sh EXAMPLES\n.Bd -literal -offset indent\n", out);
    print_roff(examples, strlen(examples), out);
    fputs(".Ed\n", out);
}

static void print_overview(FILE *out)
{
    print_head("ito", "generative models: flows and diffusions on any CPU",
               out);
    fputs(".Nm\n.Ar COMMAND\n.Op Ar arguments\n.Op Ar options\n"
          ".Sh DESCRIPTION\n"
          "Data goes in as people have it (CSV, TSV, NPY), a generative "
          "model comes out as one file,\n"
          "and from it samples, metrics and pictures.\n"
          "The same seed gives the same bytes for any number of threads.\n"
          ".Bl -tag -width Ds\n",
          out);
    for (size_t i = 0; cmd_at(i); i++)
        fprintf(out, ".It Xr ito-%s 1\n%s\n", cmd_at(i)->name,
                cmd_at(i)->summary);
    fputs(".El\n", out);
    print_environment(out);
    print_status(out);
    fputs(".Sh SEE ALSO\n.Xr ito 3\n", out);
}

void cmd_print_man(const command *cmd, FILE *out)
{
    char page[64];

    if (!cmd) {
        print_overview(out);
        return;
    }
    snprintf(page, sizeof(page), "ito-%s", cmd->name);
    print_head(page, cmd->summary, out);
    fprintf(out, ".Nm ito %s\n.Op Ar options\n", cmd->name);
    for (const opt *o = cmd->options; o->kind != OPT_END; o++) {
        if (o->kind == OPT_ARG)
            fprintf(out, ".Ar %s\n", o->name);
        else if (o->kind == OPT_OPTARG)
            fprintf(out, ".Op Ar %s\n", o->name);
        else if (o->kind == OPT_RESTARGS)
            fprintf(out, ".Op Ar %s ...\n", o->name);
    }
    fputs(".Sh DESCRIPTION\n", out);
    print_text(cmd->about, out);
    print_lists(cmd->options, out);
    print_environment(out);
    print_status(out);
    print_examples(cmd->examples, out);
    fputs(".Sh SEE ALSO\n.Xr ito 1\n", out);
}
