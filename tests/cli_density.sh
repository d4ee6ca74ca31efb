#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_density.sh - ito density: named systems and formulas, grids, starts,
# files, the same bytes however it is run, and clear words for bad input.
. "$ITO_SOURCE/tests/tap.sh"

ok 'the list of systems' ito density --list
has 'ou:theta=' out
ok 'the list of methods' ito density --list-methods
has 'tr-bdf2' out
has 'exact' out

# --- results -----------------------------------------------------------------
ok 'a named system' ito density ou --start 1 -t 1
has 'mean x' out
has 'tr-bdf2: ' err
lines 7 out
ok 'a formula' ito density --drift '-x' --diffusion 'sqrt(2)' \
    --grid -8:8:512 --start normal:1.5:0.3 -t 0.5 --frames 1 -q
has '0.9098' out
has '0.8156' out
ok 'an energy' ito density --energy 'x^4/4-x^2/2' --temperature 0.25 \
    --grid -4:4:400 -t 10 -q
ok 'a rate' ito density --energy 'x^4/4-x^2/2' --temperature 0.25 \
    --grid -4:4:400 --rate -q
has 'rate of decay 0.18717' out
ok 'a stationary density' ito density --energy 'x^2/2' --grid -8:8:100 \
    --stationary -q --json
has '"cov":[0.99999' out
ok 'survival' ito density --drift 0 --diffusion 1 --grid -1:1:200 \
    --boundary absorb --start 0 --times 0.25,1 --steps 400 -q
has '0.908' out
has '0.370' out
ok 'two axes' ito density --drift '-x-2*y; -y+2*x' --diffusion 'sqrt(2)' \
    --grid -6:6:64,-6:6:64 --start normal:2,0:0.5 -t 1 --frames 1 -q
has 'mean y' out
has 'corr' out
ok 'a ring' ito density --drift 1 --diffusion 0.5 --grid 0:6.283:60 \
    --boundary periodic --start 3 -t 2 -q
ok 'edges that differ' ito density --drift 0 --diffusion 1 --grid -8:1:300 \
    --boundary open:absorb --start 0 -t 1 --frames 1 -q
has '0.682' out
ok 'a start from a distribution' ito density ou --start gaussian:std=0.5 -q
ok 'a uniform start' ito density ou --start uniform --method be -q
ok 'a file' ito density ou --start 1 -t 1 --frames 2 --grid -4:4:50 -o d.csv -q
lines 51 d.csv
has 'x,t=0,t=0.5,t=1' d.csv
ok 'densities on standard output' ito density ou --grid 50 -q -o -
lines 51 out
ok 'JSON' ito density ou -q --json
has '"moments":[{"t":0' out

# --- against particles -------------------------------------------------------
ok 'particles' ito simulate --drift '-x' --diffusion 1 --start 1 -n 20000 \
    -t 1 --steps 500 --seed 3 -o particles.csv -q
ok 'particles fit' ito density --drift '-x' --diffusion 1 --start 1 \
    --grid -4:4:80 -t 1 --compare particles.csv -q
has 'chi-squared' out
has 'p = 0.3188' out

# --- the same bytes ----------------------------------------------------------
for how in '--threads 1' '--threads 3' '--cpu c' '--cpu avx2'; do
    # shellcheck disable=SC2086
    if ito info $how >out 2>err; then
        ok "with $how" ito density --drift '-x-2*y; -y+2*x' --diffusion 1 \
            --grid -4:4:40,-4:4:40 --start 1,0 -t 1 -q -o x.npy $how --json
        [ -e x0.npy ] || { cp x.npy x0.npy && cp out out0; }
        same x.npy x0.npy
        same out out0
    fi
done

# --- bad input ---------------------------------------------------------------
fails 2 'give a named system' ito density
fails 2 'give one of them' ito density ou --drift x
fails 2 'give one of them' ito density ou --times 1,2 --frames 3
fails 2 'no time' ito density ou --rate -t 3
fails 2 'give one of them' ito density ou --stationary --start 1
fails 1 'van-der-pol' ito density van-der-pool
fails 1 'LO:HI:CELLS' ito density ou --grid 1:x:3
fails 1 'axis is empty' ito density ou --grid 1:1:10
fails 1 '2 cells' ito density ou --grid -1:1:2
fails 1 '2 axes for 1' ito density ou --grid -1:1:20,-1:1:20
fails 1 'open, reflect, absorb or periodic' ito density ou --boundary wall
fails 1 'both must be' ito density ou --boundary periodic:open
fails 1 'too large for memory' ito density --drift '-x;-y' --diffusion 1 \
    --grid -1:1:100000,-1:1:100000
has 'largest square grid that fits' err
fails 1 'negative' ito density -q --drift '-x' --diffusion -0.5 --grid -1:1:20
fails 1 'correlated' ito density -q --drift '-x;-y' --diffusion '1,0;0.5,1' \
    --grid -1:1:20,-1:1:20 -t 1
fails 1 'components and a grid' ito density lorenz
fails 1 'calculus' ito density --drift x --diffusion x --grid 0:1:20
fails 1 'is inf at x = ' ito density -q --drift '1/x' --diffusion 1 \
    --grid -1:1:20 --start 0.5 -t 1
fails 1 'no mass on the grid' ito density -q ou --start 1e6
fails 1 'normal:MEAN:STD' ito density ou --start normal:1
fails 1 'numbers for' ito density ou --start 1,2
fails 1 'above the one before' ito density ou --times 2,1
fails 1 'tr-bdf2, cn, be' ito density -q ou --method rk4
fails 1 'absorbing edge' ito density -q ou --boundary absorb --stationary
fails 1 'not periodic' ito density -q ou --boundary periodic --rate
fails 1 'nowhere.csv' ito density -q ou --compare nowhere.csv
[ ! -e big.csv ]
verdict $? 'no file after a failure'

finish
