#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_bench.sh - ito bench: that it runs, and that hashes do not depend on
# threads and kernels.  No time is looked at.
. "$ITO_SOURCE/tests/tap.sh"

tiny='-n 1000 --steps 7 --repeats 2'

# The hash of every workload, in order.
hashes() {
    grep -o '"name": "[^"]*"\|"hash": "[0-9a-f]*"' "$1"
}

# shellcheck disable=SC2086 # words
{
    ok 'all workloads' ito bench $tiny --threads 2
    for name in normals-f32 normals-f64 ou-f32 ou-f64 callback formula \
        langevin lorenz-f32 lorenz-f64 train sample; do
        has "$name" out
    done
    ok 'as JSON' ito bench $tiny --threads 2 --json
    cp out two.json
    if command -v python3 >/dev/null; then
        ok 'really' python3 -m json.tool two.json
    fi
    hashes two.json >want
    lines 22 want
    ok 'one thread' ito bench $tiny --threads 1 --json
    hashes out >got
    same want got
    for cpu in c avx2 avx512; do
        if ito info --cpu $cpu >/dev/null 2>&1; then
            ok "kernels $cpu" ito bench $tiny --threads 1 --json --cpu $cpu
            hashes out >got
            same want got
        fi
    done
    ok 'one workload' ito bench $tiny --only ou-f32,formula --json
    hashes out >got
    lines 4 got
    [ "$(sed -n 2p got)" = "$(sed -n 4p got)" ]
    verdict $? 'a formula gives the bits of the named system'
}

fails 2 'no such workload' ito bench --only nothing
fails 2 '--repeats 1000' ito bench --repeats 1000
finish
