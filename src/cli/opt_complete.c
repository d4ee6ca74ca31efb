/* SPDX-License-Identifier: MIT
 *
 * opt_complete.c - completion scripts for bash, zsh and fish, printed from
 * the tables.
 */
#include <string.h>

#include "cli/cmd.h"

static void print_names(FILE *out)
{
    for (size_t i = 0; cmd_at(i); i++)
        fprintf(out, "%s%s", i ? " " : "", cmd_at(i)->name);
}

/* The words that may follow: "--out -o --count ...". */
static void print_flags(const opt *options, FILE *out)
{
    fputs("--help", out);
    for (const opt *o = options; o->kind != OPT_END; o++)
        if (opt_is_option(o)) {
            fprintf(out, " --%s", o->name);
            if (o->letter)
                fprintf(out, " -%c", o->letter);
        }
}

/* The values of a choice as words. */
static void print_choices(const char *choices, FILE *out)
{
    const char *word;
    size_t bytes;

    for (size_t i = 0; (word = opt_choice_at(choices, i, &bytes)) != NULL; i++)
        fprintf(out, "%s%.*s", i ? " " : "", (int)bytes, word);
}

static void print_bash(FILE *out)
{
    fputs("# bash completion for ito; made by `ito help --completion bash`\n"
          "_ito()\n{\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]}\n"
          "    local prev=${COMP_WORDS[COMP_CWORD-1]} words=\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words='",
          out);
    print_names(out);
    fputs("'\n    else\n        case ${COMP_WORDS[1]}:$prev in\n", out);
    for (size_t i = 0; cmd_at(i); i++)
        for (const opt *o = cmd_at(i)->options; o->kind != OPT_END; o++)
            if (o->kind == OPT_CHOICE) {
                fprintf(out, "        %s:--%s) words='", cmd_at(i)->name,
                        o->name);
                print_choices(o->meta, out);
                fputs("' ;;\n", out);
            }
    fputs("        help:help) words='", out);
    print_names(out);
    fputs("' ;;\n        *) [[ $cur == -* ]] && case ${COMP_WORDS[1]} in\n",
          out);
    for (size_t i = 0; cmd_at(i); i++) {
        fprintf(out, "            %s) words='", cmd_at(i)->name);
        print_flags(cmd_at(i)->options, out);
        fputs("' ;;\n", out);
    }
    fputs("            esac ;;\n        esac\n    fi\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
          "}\ncomplete -o default -F _ito ito\n",
          out);
}

/* A text between single quotes of a shell, apostrophes left out. */
static void print_shell(const char *text, const char *without, FILE *out)
{
    for (; *text; text++)
        if (!strchr(without, *text))
            fputc(*text, out);
}

/* One option of a command: its long or short name, text and values. */
static void print_zsh_option(const opt *o, int shorter, FILE *out)
{
    if (shorter)
        fprintf(out, " \\\n    '-%c[", o->letter);
    else
        fprintf(out, " \\\n    '--%s[", o->name);
    print_shell(o->help, "'[]", out);
    fputc(']', out);
    if (o->kind == OPT_CHOICE) {
        fputs(":value:(", out);
        print_choices(o->meta, out);
        fputc(')', out);
    } else if (o->kind != OPT_FLAG) {
        fputs(":value:_files", out);
    }
    fputc('\'', out);
}

static void print_zsh(FILE *out)
{
    fputs("#compdef ito\n"
          "# zsh completion for ito; made by `ito help --completion zsh`\n"
          "if (( CURRENT == 2 )); then\n    local -a commands=(\n",
          out);
    for (size_t i = 0; cmd_at(i); i++) {
        fprintf(out, "        '%s:", cmd_at(i)->name);
        print_shell(cmd_at(i)->summary, "':", out);
        fputs("'\n", out);
    }
    fputs("    )\n    _describe command commands\n    return\nfi\n"
          "shift words\n(( CURRENT-- ))\ncase $words[1] in\n",
          out);
    for (size_t i = 0; cmd_at(i); i++) {
        fprintf(out, "%s) _arguments -s '*:file:_files'", cmd_at(i)->name);
        for (const opt *o = cmd_at(i)->options; o->kind != OPT_END; o++) {
            if (!opt_is_option(o))
                continue;
            print_zsh_option(o, 0, out);
            if (o->letter)
                print_zsh_option(o, 1, out);
        }
        fputs(" ;;\n", out);
    }
    fputs("esac\n", out);
}

static void print_fish(FILE *out)
{
    fputs("# fish completion for ito; made by `ito help --completion fish`\n",
          out);
    for (size_t i = 0; cmd_at(i); i++) {
        fprintf(out, "complete -c ito -n __fish_use_subcommand -f -a %s -d '",
                cmd_at(i)->name);
        print_shell(cmd_at(i)->summary, "'\\", out);
        fputs("'\n", out);
        for (const opt *o = cmd_at(i)->options; o->kind != OPT_END; o++) {
            if (!opt_is_option(o))
                continue;
            fprintf(out,
                    "complete -c ito -n '__fish_seen_subcommand_from %s' "
                    "-l %s",
                    cmd_at(i)->name, o->name);
            if (o->letter)
                fprintf(out, " -s %c", o->letter);
            if (o->kind == OPT_CHOICE) {
                fputs(" -x -a '", out);
                print_choices(o->meta, out);
                fputc('\'', out);
            } else if (o->kind != OPT_FLAG) {
                fputs(" -r", out);
            }
            fputs(" -d '", out);
            print_shell(o->help, "'\\", out);
            fputs("'\n", out);
        }
    }
}

int cmd_print_completion(const char *shell, FILE *out)
{
    if (strcmp(shell, "bash") == 0)
        print_bash(out);
    else if (strcmp(shell, "zsh") == 0)
        print_zsh(out);
    else if (strcmp(shell, "fish") == 0)
        print_fish(out);
    else
        return -1;
    return 0;
}
