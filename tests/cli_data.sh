#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_data.sh - ito data, and ito info of what it wrote.
. "$ITO_SOURCE/tests/tap.sh"

ok 'the sets are listed' ito data
for name in gaussian moons circles checkerboard gmm gmm-random 8gaussians \
    spiral rings swissroll scurve; do
    ok "data $name" ito data $name -n 3
    lines 4 out
done
ok 'the list is JSON' ito data --json
if command -v python3 >/dev/null; then
    cp out sets.json
    ok 'really' python3 -m json.tool sets.json
fi

# The same bytes for any number of threads and any kernels, and for a part of
# a larger draw
ok 'one thread' ito data moons -n 5000 --seed 7 --threads 1 -o one.csv
for threads in 2 3; do
    ok "$threads threads" ito data moons -n 5000 --seed 7 --threads $threads \
        -o many.csv
    same one.csv many.csv
done
for cpu in c avx2 avx512; do
    if ito info --cpu $cpu >/dev/null 2>&1; then
        ok "kernels $cpu" ito data moons -n 5000 --seed 7 --cpu $cpu \
            -o many.csv
        same one.csv many.csv
    fi
done
ok 'fewer rows' ito data moons -n 100 --seed 7
head -n 101 one.csv >head.csv
same out head.csv
ok 'another seed' ito data moons -n 100 --seed 8
cmp -s out head.csv
verdict $((! $?)) 'gives other rows'

# Formats and names
ok 'a pipe' ito data moons -n 2 -o -
lines 3 out
ok '--name=value' ito data moons --count=2
lines 3 out
ok '-n2' ito data moons -n2
lines 3 out
ok 'options first' ito data -n 2 -- moons
lines 3 out
for name in a.tsv a.npy; do
    ok "write $name" ito data gmm:modes=5,scale=10,std=1 -n 50 -o "$name"
    ok "info $name" ito info "$name"
    has '50 rows, 2 columns' out
done
if ito info | grep -q '^zlib *yes'; then
    ok 'write a.csv.gz' ito data rings -n 50 -o a.csv.gz
    ok 'info a.csv.gz' ito info a.csv.gz
    has '50 rows, 2 columns' out
fi
ok 'info --json' ito info a.npy --json
has '"rows": 50' out
ok 'n= is the default count' ito data moons:n=12
lines 13 out

# Bad input: one clear line, and nothing is written
fails 1 'invalid argument: ' ito data nosuch
fails 1 'invalid argument: ' ito data moons:nosuch=1
fails 1 'input/output error: ' ito data moons -o nosuch/dir/a.csv
fails 1 ': ' ito data moons -o bad.suffix
verdict "$([ ! -e bad.suffix ]; echo $?)" 'bad.suffix was not written'
fails 1 'input/output error: ' ito info nosuch.csv
fails 1 ': ' ito info .
: >empty.csv
fails 1 'malformed file: ' ito info empty.csv
printf 'a,b\n1,2\n3\n' >ragged.csv
fails 1 'malformed file: ragged.csv:3' ito info ragged.csv
fails 1 'value out of range: ' ito data moons -n 9999999999999999999

finish
