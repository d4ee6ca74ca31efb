#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_sweep.sh - ito sweep: its numbers are those of ito sample and ito eval,
# files, threads, what is left out, and what can be wrong.
. "$ITO_SOURCE/tests/tap.sh"

rm -f ./*.csv ./*.png ./*.svg ./*.safetensors

# value FILE: the value of sliced_w2 in the JSON of ito eval or of a sweep
value() {
    tr '{,' '\n\n' <"$1" | grep -A 1 '"sliced_w2"' | grep '"value"' |
        sed 's/.*: *//'
}

ok 'train' ito train moons -o m.safetensors --width 16 --depth 2 --steps 60 \
    --batch 128 --seed 4
ok 'held-out rows' ito data moons -n 700 --seed 8 -o real.csv

# One point of a sweep, then the same by hand; a file of rows, then the set.
for data in real.csv moons; do
    ok "sweep, $data" ito sweep m.safetensors $data --solver heun --calls 12 \
        --seeds 1 --seed 5 -n 300 --json
    cp out sweep.json
    ok 'sample' ito sample m.safetensors --solver heun --steps 6 -n 300 \
        --seed 5 -o fake.csv
    ok 'eval' ito eval $data fake.csv --seed 5 --json
    tap_code=0
    [ -n "$(value out)" ] && [ "$(value out)" = "$(value sweep.json)" ] ||
        tap_code=1
    verdict "$tap_code" "the same number, $data"
done

ok 'DATA of the model' ito sweep m.safetensors -n 100 --seeds 2 --calls 4,8
lines 9 out
has 'budget,rtol,steps,calls,value,error,floor' out
has '     8 calls: ' err
ok 'threads' ito sweep m.safetensors -n 100 --seeds 2 --calls 4,8 \
    --threads 2 -o two.csv
ok 'one thread' ito sweep m.safetensors -n 100 --seeds 2 --calls 4,8 \
    --threads 1 -o one.csv
same one.csv two.csv

ok 'noise, grids, last steps, tolerances' ito sweep oracle:8gaussians -n 60 \
    --seeds 2 --calls 10 --sigma none --sigma beta:2 --rtol 1e-2 \
    --solver heun,rk4,euler-maruyama --grid uniform,end --last-step noise,mean \
    --measure energy,shares,spread,error --raw --numbers n.csv -o p.svg
has 'rk4, beta:2 is left out' err
has '<svg' p.svg
has 'heun adaptive,heun,none' n.csv
has '"beta:2, end, last mean"' n.csv
has ',spread' n.csv
ok 'what diverges' ito sweep oracle:gaussian:std=0.001 -n 20 --seeds 1 \
    --calls 40 --sigma 1e6 --sigma none
has '1e6 diverged' err
lacks '1e6' out

fails 2 'missing' ito sweep
fails 2 'whole number' ito sweep m.safetensors --calls 2.5
fails 2 '--calls' ito sweep m.safetensors --calls ten
fails 2 '--rtol' ito sweep m.safetensors --rtol 0
fails 2 'there is no' ito sweep m.safetensors --measure fid
fails 2 'goes with a picture' ito sweep m.safetensors --numbers n.csv
fails 2 'a table' ito sweep m.safetensors -o p.png --numbers n.png
fails 1 'no method' ito sweep m.safetensors --solver huen
fails 1 'uniform, end' ito sweep m.safetensors --grid log
fails 1 'noise, mean or flow' ito sweep m.safetensors --last-step none
ito sweep m.safetensors --sigma betta >out 2>err
[ $? -eq 1 ]
verdict $? 'a misspelt sigma'
has 'did you mean beta' err
fails 1 'enough for one step' ito sweep m.safetensors --solver rk4 --calls 3
ok 'a model of a table' ito train real.csv -o t.safetensors --width 8 \
    --depth 1 --steps 3 -q
fails 1 'does not say' ito sweep t.safetensors
fails 1 'mixture' ito sweep m.safetensors --measure shares -q
fails 1 'no solver fits' ito sweep m.safetensors --solver rk4 --sigma 1 -q
fails 1 'column' ito sweep oracle:gaussian:dim=3 real.csv -n 20 -q

finish
