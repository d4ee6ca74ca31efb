# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# tap.sh - a few words for tests of the program, sourced by tests/cli_*.sh.
#
#   . "$ITO_SOURCE/tests/tap.sh"
#   ok 'data writes rows' ito data moons -n 3
#   has 'c,d' out                      # the standard output contains it
#   fails 2 'unknown option --x' ito data moons --x
#   finish
#
# Each command leaves its standard output in the file out and its standard
# error in the file err.  Prints TAP; finish exits 1 if anything failed.

: "${ITO:?ITO names the program}"
tap_count=0
tap_failed=0

ito() {
    "$ITO" "$@"
}

# verdict CODE NAME: one line of TAP; what the command said, where it failed.
verdict() {
    tap_count=$((tap_count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $tap_count - $2"
        return
    fi
    tap_failed=$((tap_failed + 1))
    echo "not ok $tap_count - $2"
    sed 's/^/# out: /' out | head -n 20
    sed 's/^/# err: /' err | head -n 20
}

# ok NAME COMMAND...: it exits 0.
ok() {
    tap_name=$1
    shift
    tap_code=0
    "$@" >out 2>err </dev/null || tap_code=$?
    verdict "$tap_code" "$tap_name"
}

# fails CODE WORDS COMMAND...: it exits with CODE, says WORDS in one line on
# standard error and prints no results.  A sanitizer adds lines of its own
# where an allocation is refused.
fails() {
    tap_want=$1
    tap_words=$2
    shift 2
    tap_code=0
    "$@" >out 2>err </dev/null || tap_code=$?
    tap_good=1
    [ "$tap_code" -eq "$tap_want" ] && grep -qF -- "$tap_words" err &&
        [ ! -s out ] && { [ -n "${ITO_SANITIZE:-}" ] ||
            [ "$(wc -l <err)" -eq 1 ]; } && tap_good=0
    [ "$tap_good" -eq 0 ] ||
        echo "# exit $tap_code, wanted $tap_want and: $tap_words"
    verdict "$tap_good" "fails: $*"
}

# has WORDS FILE, lacks WORDS FILE
has() {
    tap_code=0
    grep -qF -- "$1" "$2" || tap_code=$?
    verdict "$tap_code" "$2 has '$1'"
}

lacks() {
    tap_code=0
    ! grep -qF -- "$1" "$2" || tap_code=1
    verdict "$tap_code" "$2 lacks '$1'"
}

# lines N FILE
lines() {
    tap_code=0
    [ "$(wc -l <"$2")" -eq "$1" ] || tap_code=1
    verdict "$tap_code" "$2 has $1 lines"
}

# same FILE FILE: byte for byte
same() {
    tap_code=0
    cmp -s "$1" "$2" || tap_code=1
    verdict "$tap_code" "$1 is $2"
}

finish() {
    echo "1..$tap_count"
    [ "$tap_failed" -eq 0 ] || exit 1
    exit 0
}
