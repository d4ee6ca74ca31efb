#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_simulate.sh - ito simulate: named systems and formulas, statistics and
# files, the same bytes however it is run, and clear words for bad input.
. "$ITO_SOURCE/tests/tap.sh"

ok 'the list of systems' ito simulate --list
has 'ou:theta=' out
has 'van-der-pol' out
ok 'the list of methods' ito simulate --list-methods
has 'euler-maruyama' out
has 'Stratonovich' out

# --- results -----------------------------------------------------------
ok 'a named system' ito simulate ou --set theta=2 -n 500 -t 1 -q
has 'component' out
ok 'the same as a formula' ito simulate --drift '-theta*(x-mu)' \
    --diffusion s --set theta=2 --set mu=0 --set s=1 -n 500 -t 1 -q
ok 'JSON' ito simulate ou -n 100 -q --json
has '"frames":[' out
has '"equation":"d' out
ok 'states' ito simulate ou -n 100 -q -o end.csv
lines 101 end.csv
ok 'paths' ito simulate gbm -n 100 -q --steps 40 --paths p.csv --keep 3 \
    --every 10
lines 16 p.csv
has 'id,t,x' p.csv
ok 'histograms' ito simulate ou -n 1000 -q --hist h.csv --bins 10 --frames 1 \
    --limits -4:4
lines 21 h.csv
ok 'quantiles' ito simulate ou -n 1000 -q --quantiles .1,.5,.9
has 'quantile' out
ok 'energy' ito simulate --energy 'x^4/4-x^2/2 + y^2' -n 200 -t 1 -q
ok 'velocities' ito simulate --energy 'x^2/2' --gamma 1 --method baoab \
    -n 200 -t 1 -q
ok 'adaptive' ito simulate lorenz -n 20 -t 1 --method dopri5 --rtol 1e-6 -q
ok 'adaptive with noise' ito simulate ou -n 20 -t 1 --rtol 1e-3 -q
ok 'backwards' ito simulate rotation -n 4 -t -1 --method rk4 -q -o b.csv
ok 'a start from a file' ito simulate rotation --start b.csv -t 1 \
    --method rk4 --double -q -o f.csv
lines 5 f.csv
ok 'a start from a distribution' ito simulate rotation \
    --start gaussian:std=0.5 -n 100 -q
ok 'edges' ito simulate brownian -n 500 -t 1 --bounds x:absorb:-1:1 -q
has 'left ' out
ok 'a matrix' ito simulate --drift '0;0' --diffusion '1,0;0.5,1' -n 100 -t 1 -q
ok 'conversion' ito simulate gbm --convert stratonovich --method heun -n 50 -q

# --- the same bytes ----------------------------------------------------
for how in '--threads 1' '--threads 3' '--cpu c' '--cpu avx2'; do
    # shellcheck disable=SC2086
    if ito info $how >out 2>err; then
        ok "with $how" ito simulate gbm -n 3000 -q --steps 30 -o x.npy $how \
            --json
        [ -e x0.npy ] || { cp x.npy x0.npy && cp out out0; }
        same x.npy x0.npy
        same out out0
    fi
done
ok 'a part alone' ito simulate gbm -n 10 --first 1000 -q --steps 30 -o part.csv
ok 'the whole' ito simulate gbm -n 1100 -q --steps 30 -o whole.csv
sed -n '1p;1002,1011p' whole.csv >cut.csv
same part.csv cut.csv
ok 'stopped and saved' ito simulate gbm -n 300 -q --steps 30 --stop 11 \
    --save s.safetensors
ok 'and gone on' ito simulate gbm -n 300 -q --steps 30 -o second.npy \
    --continue s.safetensors
ok 'in one go' ito simulate gbm -n 300 -q --steps 30 -o once.npy
same second.npy once.npy
barrier='brownian -n 2000 -q --steps 20 --bounds x:absorb:-1:1'
# shellcheck disable=SC2086
ok 'particles that left stay away' ito simulate $barrier --stop 7 \
    --save s2.safetensors
# shellcheck disable=SC2086
ok 'when the run goes on' ito simulate $barrier --continue s2.safetensors
grep 'left ' out >left
# shellcheck disable=SC2086
ok 'as in one go' ito simulate $barrier
grep 'left ' out | cmp -s - left
verdict $? 'with the same exit times'

# --- bad input ---------------------------------------------------------
fails 2 'give a named system' ito simulate
fails 2 'give one of them' ito simulate ou --drift x
fails 2 '--temperature belongs to --energy' ito simulate --drift x \
    --temperature 2
fails 2 'give one of them' ito simulate ou --steps 3 --step-length 0.1
fails 1 'van-der-pol' ito simulate van-der-pool
fails 1 'sigma' ito simulate ou --set sgima=1
fails 1 'NAME=VALUE' ito simulate --drift a*x --set a
fails 1 "is not a number" ito simulate --drift a*x --set a=b
fails 1 'there are' ito simulate ou --method euler-mariyama
fails 1 'euler-maruyama' ito simulate ou --method rk4
fails 1 'calculus' ito simulate --drift x --diffusion x
fails 1 'components' ito simulate --drift 'x;y' --diffusion '1;1;1'
fails 1 'whole number of such steps' ito simulate ou -t 1 --step-length 0.3
fails 1 'no such component' ito simulate ou --bounds y:absorb:0:1
fails 1 'NAME:KIND:LO:HI' ito simulate ou --bounds x:wall:0:1
fails 1 'LO below HI' ito simulate ou --limits 1:0
fails 1 'numbers for' ito simulate ou --start 1,2
fails 1 'components and the system' ito simulate ou --start moons
fails 1 '--mem allows' ito simulate ou -n 1e9 -o big.csv --mem 1M
fails 1 'particle' ito simulate --drift 'x-x^3' --diffusion 1 --start 100 \
    -t 10 --step-length 0.1 -q
has 'tamed-euler' err
fails 1 'another length of a step' ito simulate gbm -n 300 -q --steps 31 \
    --continue s.safetensors
ok 'a model' ito train moons --steps 2 --width 8 --batch 64 -q \
    -o m.safetensors
fails 1 'not a saved simulation' ito simulate ou -q --continue m.safetensors
ok 'a caret under the mistake' sh -c \
    '! "$ITO" simulate --drift "x +* 2" 2>err >out'
has '^' err
[ ! -e big.csv ]
verdict $? 'no file after a failure'

finish
