#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_frame.sh - what all commands have in common: options, help, exit codes,
# messages, pages.
. "$ITO_SOURCE/tests/tap.sh"

# Without words, and with help
code=0
ito >out 2>err || code=$?
verdict $((code != 2)) 'no command is a usage error'
has 'usage: ito COMMAND' err
ok 'help' ito help
has 'commands:' out
ok '--help' ito --help
has 'commands:' out
ok '--version' ito --version
has 'ito 0.' out
fails 2 "unknown command 'inof'; did you mean 'info'?" ito inof
fails 2 "unknown command 'zzzzzzzz'" ito zzzzzzzz
fails 2 "did you mean 'data'?" ito help dat

# Every file of a command is in the table of main.c
ok 'the names of the commands' ito help --commands
sort out >names.table
printf '%s\n' "$ITO_SOURCE"/src/cli/cmd_*.c |
    sed 's/.*cmd_\([a-z]*\)\.c/\1/' | sort >names.files
same names.files names.table

# Every command tells about itself, the same in each way of asking
for command in $("$ITO" help --commands); do
    ok "help $command" ito help "$command"
    has "usage: ito $command [options]" out
    cp out help.txt
    ok "$command --help" ito "$command" --help
    same out help.txt
    awk 'length > 80 { exit 1 }' help.txt
    verdict $? "help $command fits 80 columns"

    # man page and --help have the same options
    ok "man page of $command" ito help --man "$command"
    sed -n 's/^  *\(-., \)\{0,1\}--\([a-z0-9-]*\).*/\2/p' help.txt |
        sort >options.help
    sed -n 's/^\.It .*Fl \\-\([a-z0-9-]*\).*/\1/p' out | sort >options.man
    same options.help options.man
    if command -v groff >/dev/null; then
        groff -mdoc -Tascii -ww out >page 2>err
        verdict $? "groff reads the page of $command"
        verdict "$([ ! -s err ]; echo $?)" "groff has no warnings: $command"
    fi
done
ok 'the overview is a man page too' ito help --man
has 'Xr ito-data 1' out

# Options
fails 2 'unknown option --cuont; did you mean --count?' \
    ito data moons --cuont 3
fails 2 'unknown option -z' ito data moons -z
fails 2 '--count: needs a value (N)' ito data moons --count
fails 2 '-n: needs a value (N)' ito data moons -n
fails 2 '--quiet: takes no value' ito data moons --quiet=yes
fails 2 "one argument too many: 'circles'" ito data moons circles
fails 2 'NAME: is empty' ito data ''
for bad in -1 +1 1.5 1e-3 1e+3 0x10 ' 1' '1 ' 10k '' ten; do
    fails 2 'is not a whole number' ito data moons -n "$bad"
done
fails 2 'must be at least 1' ito data moons -n 0
fails 2 'is too large' ito data moons -n 99999999999999999999
fails 2 'must be at least 1' ito data moons --threads 0
fails 2 'is none of bash, zsh, fish' ito help --completion csh
fails 1 'invalid argument: ' ito data moons --threads 99999
fails 1 'invalid argument: ' ito data moons --cpu nosuch
fails 1 'invalid argument: ITO_NUM_THREADS: ' \
    env ITO_NUM_THREADS=many "$ITO" data moons

# Common options and the environment
ok 'info' ito info --threads 2
has 'threads   2' out
ok 'ITO_NUM_THREADS' env ITO_NUM_THREADS=3 "$ITO" info
has 'threads   3' out
ok 'OMP_NUM_THREADS, first of a list' env OMP_NUM_THREADS=2,4 "$ITO" info
has 'threads   2' out
ok '--threads wins' env ITO_NUM_THREADS=3 "$ITO" info --threads=1
has 'threads   1' out
ok 'ITO_CPU' env ITO_CPU=c "$ITO" info
has 'kernels   c ' out
ok '--cpu wins' env ITO_CPU=nosuch "$ITO" info --cpu c
has 'kernels   c ' out
ok 'info --json' ito info --json --cpu c
if command -v python3 >/dev/null; then
    cp out info.json
    ok 'which is JSON' python3 -m json.tool info.json
fi

# A full disk behind standard output is a failure
if [ -w /dev/full ]; then
    code=0
    ito info >/dev/full 2>err || code=$?
    : >out
    verdict $((code != 1)) 'a full disk is reported'
    has 'standard output' err
fi

# Completion scripts are sound and know the options
for shell in bash zsh fish; do
    ok "completion for $shell" ito help --completion $shell
    has 'completion for ito' out
    cp out "ito.$shell"
    if command -v $shell >/dev/null; then
        ok "$shell accepts it" $shell -n "ito.$shell"
    fi
done
has '--count' ito.bash
if command -v bash >/dev/null; then
    cat >complete.bash <<'EOT'
. ./ito.bash
COMP_WORDS=(ito data --cou) COMP_CWORD=2
_ito
echo "${COMPREPLY[@]}"
COMP_WORDS=(ito inf) COMP_CWORD=1
_ito
echo "${COMPREPLY[@]}"
EOT
    ok 'bash completes' bash complete.bash
    printf '%s\n' --count info >want
    same out want
fi

finish
