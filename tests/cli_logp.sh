#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_logp.sh - ito sample --sigma and ito logp: models, oracles, and what can
# be wrong with what they are given.
. "$ITO_SOURCE/tests/tap.sh"

rm -f ./*.csv ./*.safetensors

ok 'train' ito train moons -o m.safetensors --width 16 --depth 2 --steps 60 \
    --batch 128 --seed 4
ok 'sample' ito sample m.safetensors -n 40 -o flow.csv
ok 'sigma 0' ito sample m.safetensors -n 40 --sigma 0 -o zero.csv
same flow.csv zero.csv
ok 'sigma beta' ito sample m.safetensors -n 40 --sigma beta -o noisy.csv
ok 'threads' ito sample m.safetensors -n 40 --sigma beta --threads 2 -o two.csv
same noisy.csv two.csv
ok 'last step, grid' ito sample m.safetensors -n 40 --sigma 1.5*beta \
    --last-step mean --grid end --steps 60 --solver heun -o end.csv
lines 41 end.csv
ok 'an oracle' ito sample oracle:moons@cosine -n 40 --rtol 1e-5 -o exact.csv
lines 41 exact.csv
ok 'steps that are too long' ito sample oracle:gmm -n 4 --sigma 1 -o g.csv
has 'too long for this sigma' err
ito sample m.safetensors --sigma betta >out 2>err
[ $? -eq 1 ]
verdict $? 'a misspelt sigma'
has 'did you mean beta' err
fails 1 'at t = 0' ito sample m.safetensors --sigma t-0.5

ok 'logp of an oracle' ito logp oracle:moons moons -n 30 -o l.csv
lines 31 l.csv
ok 'logp of a model' ito logp m.safetensors flow.csv -o l.csv --noise n.csv
lines 41 n.csv
ok 'JSON' ito logp m.safetensors flow.csv -o l.csv --probes 4 --json
has '"bits"' out
ok 'too few steps' ito logp oracle:8gaussians moons -n 9 --steps 1 -o l.csv
has 'flagged' err
printf 'a\n1\n2\n' >one.csv
fails 1 'wants 2' ito logp oracle:moons one.csv

finish
