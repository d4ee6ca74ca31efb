#!/bin/sh
# SPDX-License-Identifier: MIT
#
# demo.sh - build, train on a built-in data set, sample, measure, draw.
# Everything it makes is in demo/.
set -eu
cd "$(dirname "$0")/.."

mkdir -p build
if ! {
    cmake --preset release && cmake --build --preset release \
        --target ito_program --parallel "$(nproc 2>/dev/null || echo 2)"
} >build/demo.log 2>&1; then
    cat build/demo.log
    echo "demo: the build failed" >&2
    exit 1
fi

# run WORDS...: show a command and run it
run() {
    echo "\$ ito $*"
    build/release/ito "$@"
}

mkdir -p demo
run train checkerboard -o demo/model.safetensors
run sample demo/model.safetensors -n 50000 -o demo/samples.csv
run data checkerboard -n 50000 --seed 1 -o demo/data.csv
run eval demo/data.csv demo/samples.csv --raw
run plot samples demo/data.csv demo/samples.csv -o demo/samples.png
run plot trajectories demo/model.safetensors -o demo/trajectories.png
run plot field demo/model.safetensors -o demo/field.png
run report demo/model.safetensors -o demo/report.html
echo "look at demo/report.html"
