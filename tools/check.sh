#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check.sh [all] - build what the tests need and run them all in one CTest
# run, whose summary is the last thing printed.
#
# Usual: release by GCC with the style checks, and the sanitizers.  With
# "all": release by Clang, the thread sanitizer, the slow tests and clang's
# analyzer.
set -eu
cd "$(dirname "$0")/.."

jobs=$(nproc 2>/dev/null || echo 2)
builds='release asan'
select='-LE slow'
deep=OFF
if [ "${1:-}" = all ]; then
    builds='release clang-release asan tsan'
    select=
    deep=ON
fi

# build NAME: configure and build one preset; words only where it fails.
build() {
    echo "building $1"
    once=OFF # what one build tells for all
    [ "$1" = release ] && once=ON
    mkdir -p build
    if ! {
        cmake --preset "$1" -DITO_TESTS=ON -DITO_LINT="$once" \
            -DITO_LINT_DEEP="$deep" -DITO_SLOW="$once" &&
            cmake --build --preset "$1" --parallel "$jobs"
    } >"build/$1.log" 2>&1; then
        if grep -q '^FAILED' "build/$1.log"; then
            sed -n '/^FAILED/,$p' "build/$1.log"
        else
            tail -n 40 "build/$1.log"
        fi
        echo "check: the build of $1 failed" >&2
        exit 1
    fi
}

for name in $builds; do
    build "$name"
done

# One CTest run over all builds.
mkdir -p build/check
for name in $builds; do
    echo "subdirs(\"$PWD/build/$name\")"
done >build/check/CTestTestfile.cmake
# shellcheck disable=SC2086  # two words or none
exec ctest --test-dir build/check -j "$jobs" --output-on-failure \
    --no-label-summary $select
