#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_logp.sh - ito sample --sigma, ito sample --logp and ito logp: models,
# oracles, labels, units, and what can be wrong with what they are given.
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

# Samples that know their density
ok 'sample --logp' ito sample m.safetensors -n 40 --logp -o known.csv
head -1 known.csv >out
has 'x,y,logp,logp_error' out
ok 'logp of them' ito logp m.safetensors known.csv -o again.csv
paste -d, known.csv again.csv | awk -F, 'NR > 1 {
    d = $3 - $5; if (d * d > 1e-8 || $4 > 1e-3) bad++ } END { exit bad > 0 }'
verdict $? 'they are what ito logp finds'
ok 'raw, an oracle' ito sample oracle:moons -n 5 --logp --raw --rtol 1e-6 \
    -o exact.csv
ok 'too few steps' ito sample oracle:8gaussians -n 9 --steps 1 --logp -o l.csv
has 'take more --steps' err
fails 1 'no density along it' ito sample m.safetensors --logp --sigma beta
fails 2 'no --trajectory' ito sample m.safetensors --logp --trajectory t.csv
fails 2 'no --trajectory' ito sample m.safetensors --logp --grid end

# The columns' own units: log 2 and log 5 less for twice and five times as far
awk 'BEGIN { print "a,b"; for (i = 0; i < 600; i++)
    printf "%.6f,%.6f\n", 2 * sin(i * i), 5 * cos(3 * i) + 1 }' \
    </dev/null >plain.csv
ok 'standard scaling' ito train plain.csv --scale standard -o u.safetensors \
    --width 16 --depth 2 --steps 40 --seed 1
ok 'coordinates' ito logp u.safetensors plain.csv -o z.csv
has 'in coordinates of the model' err
ok 'columns' ito logp u.safetensors plain.csv --units columns -o x.csv
has 'own units' err
awk -F, 'NR > 1 { s += $1; q += $1 * $1; t += $2; r += $2 * $2; n++ } END {
    print -log(sqrt(q / n - s * s / n / n)) - log(sqrt(r / n - t * t / n / n))
}' plain.csv >gap
paste -d, z.csv x.csv | awk -F, -v shift_by="$(cat gap)" 'NR > 1 {
    d = $8 - $1 - shift_by; if (d * d > 1e-5) bad++ } END { exit bad > 0 }'
verdict $? 'the units differ by the logarithms of the deviations'
ok 'normal scores' ito train plain.csv -o q.safetensors --width 16 --depth 2 \
    --steps 40 --seed 1
printf 'a,b\n0.5,3\n50,3\n' >two.csv
ok 'a value beyond' ito logp q.safetensors two.csv --units columns -o x.csv \
    --json
has '1 rows are not among these' err
has '"outside": 1' out

ok 'once' ito logp m.safetensors flow.csv --once -o one.csv --json
lacks 'flagged' out
ok 'and again' ito logp m.safetensors flow.csv -o l.csv
cut -d, -f1 one.csv >a.csv
cut -d, -f1 l.csv >b.csv
same a.csv b.csv
lacks 'step_error' one.csv

# Labels
awk 'BEGIN { print "size,kind"; for (i = 0; i < 400; i++)
    printf "%.3f,%d\n", 1 + (i * 37 % 101) / 17 + 10 * (i % 2), i % 2 }' \
    </dev/null >kinds.csv
ok 'train' ito train kinds.csv --label kind -o l.safetensors --width 16 \
    --depth 2 --steps 60 --seed 4
ok 'own labels' ito logp l.safetensors kinds.csv -o own.csv
ok 'one label' ito logp l.safetensors kinds.csv --label 1 -o one.csv
paste -d, kinds.csv own.csv one.csv | awk -F, 'NR > 1 {
    if (($2 == 1) != ($3 == $10)) bad++ } END { exit bad > 0 }'
verdict $? 'rows of that label have the same density'
ok 'guided' ito logp l.safetensors kinds.csv --guidance 2 -o g.csv
ok 'guided samples' ito sample l.safetensors --label 0 --guidance 2 --logp -n 9
has 'size,kind,logp,logp_error' out
fails 1 'the model knows 0, 1' ito logp l.safetensors kinds.csv --label 7
fails 1 'holds texts' ito logp l.safetensors kinds.csv --categorical size
fails 1 'have the value' ito logp l.safetensors kinds.csv \
    --units columns
printf 'size,kind\n1,5\n' >five.csv
fails 1 'row 1: its kind is' ito logp l.safetensors five.csv
printf 'size\n1\n3\n' >bare.csv
ok 'no labels' ito logp l.safetensors bare.csv
ok 'train' ito train kinds.csv --label kind --drop -1 -o s.safetensors \
    --width 16 --depth 2 --steps 20
fails 1 'a label on every row' ito logp s.safetensors bare.csv
fails 1 'no labels' ito logp oracle:moons moons -n 3 --label 0

finish
