#!/bin/sh
# SPDX-License-Identifier: MIT
#
# setup.sh demo|check|check-all - install what is missing on Debian or Ubuntu.
#
# Names the packages before it installs them.  Silent and quick when nothing
# is missing.  Where it cannot install, it says what to do and fails.
set -eu

say() {
    printf 'ito setup: %s\n' "$*" >&2
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# header FILE: can the C compiler include it?
header() {
    has cc && printf '#include <%s>\n' "$1" | cc -E -x c - >/dev/null 2>&1
}

missing=
need() {
    missing="$missing $1"
}

# The first package of a list that the package lists know, else the last.
first_known() {
    for package in "$@"; do
        known=$(apt-cache policy "$package" 2>/dev/null |
            sed -n 's/^  Candidate: //p')
        if [ -n "$known" ] && [ "$known" != "(none)" ]; then
            break
        fi
    done
    echo "$package"
}

want_build() {
    has cc || need gcc
    # headers of the C library; also what a compiler alone lacks
    header stdio.h || need libc6-dev
    has cmake || need cmake
    has ninja || need ninja-build
    has pkg-config || need pkg-config
    header zlib.h || need zlib1g-dev
    header png.h || need libpng-dev
    header cairo/cairo.h || need libcairo2-dev
    [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] ||
        need fonts-dejavu-core
}

want_check() {
    has c++ || need g++
    has python3 || need python3
    header_cmocka || need libcmocka-dev
    has clang-format-14 || has clang-format ||
        need 'clang-format-14|clang-format'
    has clang-tidy-14 || has clang-tidy || need 'clang-tidy-14|clang-tidy'
}

# cmocka.h wants four headers before it
header_cmocka() {
    has cc && printf '#include <%s>\n' stdarg.h stddef.h stdint.h setjmp.h \
        cmocka.h | cc -E -x c - >/dev/null 2>&1
}

want_check_all() {
    has clang || need clang
}

case "${1:-}" in
demo) want_build ;;
check) want_build && want_check ;;
check-all) want_build && want_check && want_check_all ;;
*)
    say "usage: tools/setup.sh demo|check|check-all"
    exit 2
    ;;
esac
[ -n "$missing" ] || exit 0

if ! has apt-get; then
    say "missing:$missing (names of Debian packages)"
    say "there is no apt-get here: install them by hand, then try again"
    exit 1
fi

root=
if [ "$(id -u)" -ne 0 ]; then
    if ! has sudo; then
        say "missing:$missing"
        say "not root, and there is no sudo: as root, run"
        say "    apt-get install$(echo "$missing" | sed 's/|[^ ]*//g')"
        exit 1
    fi
    root=sudo
    if ! sudo true; then
        say "missing:$missing"
        say "sudo does not let $(id -un) install packages: ask who may"
        exit 1
    fi
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# apt WORDS...: what it says is shown only where it fails.
apt() {
    $root env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" \
        </dev/null >"$log" 2>&1
}

fetch_lists() {
    say "fetching the package lists (apt-get update)"
    apt update && return
    cat "$log" >&2
    say "apt-get update failed: is there a network?"
    exit 1
}

say "missing:$(echo "$missing" | sed 's/|[^ ]*//g')"
# A bare machine or container has no package lists.
if [ -z "$(apt-cache policy cmake 2>/dev/null |
    sed -n 's/^  Candidate: [^(]/x/p')" ]; then
    fetch_lists
fi

packages=
for entry in $missing; do
    # shellcheck disable=SC2046  # alternatives are split at the bars
    packages="$packages $(first_known $(echo "$entry" | tr '|' ' '))"
done
say "installing:$packages"
# shellcheck disable=SC2086  # one word a package
if ! apt install -y --no-install-recommends $packages; then
    # the lists may be older than the archive
    fetch_lists
    # shellcheck disable=SC2086
    if ! apt install -y --no-install-recommends $packages; then
        cat "$log" >&2
        say "apt-get could not install:$packages"
        exit 1
    fi
fi
say "done"
