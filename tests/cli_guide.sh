#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_guide.sh - ito sample steered after training: energies, known cells,
# Langevin steps; and what can be wrong with what they are given.
. "$ITO_SOURCE/tests/tap.sh"

rm -f ./*.csv ./*.safetensors
awk 'BEGIN { print "size,kind,count,same"
    for (i = 0; i < 400; i++)
        printf "%.3f,%s,%d,7\n", 1 + (i * 37 % 101) / 17 + 10 * (i % 2),
            i % 2 ? "red" : "blue", i % 5 }' </dev/null >table.csv
small='--width 16 --depth 2 --steps 60 --batch 128 --seed 4 -q'

# shellcheck disable=SC2086  # $small is several words
{
    ok 'a model of a set' ito train moons -o m.safetensors $small
    ok 'of a table' ito train table.csv -o t.safetensors $small
    ok 'from circles' ito train moons --from circles -o c.safetensors $small
}
gmm=oracle:gmm:modes=2,scale=3,std=0.5

# An energy: half of the free rows are on the right, few of the guided ones.
ok 'free' ito sample $gmm -n 300 --steps 20 -o free.csv
ok 'guided' ito sample $gmm -n 300 --steps 20 --guide-energy x -o led.csv
awk -F, 'FNR > 1 { right[FILENAME] += $1 > 0 }
    END { exit !(right["free.csv"] > 120 && right["led.csv"] < 30) }' \
    free.csv led.csv
verdict $? 'an energy moves weight between modes'
ok 'strength' ito sample $gmm -n 300 --steps 20 --guide-energy x \
    --guide-strength -1 -o back.csv
awk -F, 'FNR > 1 { right += $1 > 0 } END { exit !(right > 270) }' back.csv
verdict $? 'its sign turns it round'
ok 'with noise' ito sample m.safetensors -n 20 --sigma beta --steps 30 \
    --guide-energy 'x^2+y' --guide-way posterior -o s.csv
lines 21 s.csv

# Known cells
ok 'one value' ito sample t.safetensors --inpaint size=12.125 -n 9 --steps 8 \
    -o s.csv
awk -F, 'NR > 1 && ($1 != "12.125" || $4 != 7) { exit 1 }' s.csv
verdict $? 'every row has it'
ok 'a level' ito sample t.safetensors --inpaint kind=red --inpaint count=3 \
    -n 9 --steps 8 -o s.csv
awk -F, 'NR > 1 && ($2 != "red" || $3 != 3) { exit 1 }' s.csv
verdict $? 'every row has both'
printf 'count,kind,size\n3,,\n,red,2.5\n,,\n,NA,11\n' >holes.csv
ok 'a file with holes' ito sample t.safetensors --inpaint holes.csv --steps 8 \
    --passes 2 -o full.csv
lines 5 full.csv
awk -F, 'NR == 2 && $3 != 3 || NR == 3 && ($2 != "red" || $1 != 2.5) ||
    NR == 5 && $1 != 11 { exit 1 }' full.csv
verdict $? 'known cells are as they were'
printf 'count,kind,size\n,,\n,NA,11\n' >tail.csv
ok 'its tail alone' ito sample t.safetensors --inpaint tail.csv --steps 8 \
    --passes 2 --first 2 -o end.csv
sed '2,3d' full.csv >want.csv
same end.csv want.csv
ok 'of an oracle, with noise' ito sample $gmm --inpaint x=1 -n 9 --steps 8 \
    --sigma beta --trajectory p.csv -o s.csv
awk -F, 'NR > 1 && $1 != 1 { exit 1 }' s.csv
verdict $? 'x is 1'
ok 'from noise' ito sample t.safetensors --inpaint kind=red --candidates 1 \
    --steps 8 -n 9 -o s.csv
awk -F, 'NR > 1 && $2 != "red" { exit 1 }' s.csv
verdict $? 'every row is red'
ok 'adaptive' ito sample $gmm --inpaint y=0.5 -n 9 --rtol 1e-3 -o s.csv

# Langevin steps
ok 'a corrector' ito sample m.safetensors -n 9 --steps 8 --correct 2 \
    --correct-step beta:0.3 --trajectory p.csv -o s.csv
lines 82 p.csv
ok 'with noise too' ito sample m.safetensors -n 9 --steps 8 --correct 1 \
    --sigma beta -o s.csv

# Bits
for how in '--guide-energy x^2' '--inpaint x=0.5 --passes 2' '--correct 2'; do
    # shellcheck disable=SC2086  # $how is several words
    for with in '--threads 1' '--threads 2' '--threads 3' '--cpu c'; do
        ok "$how $with" ito sample m.safetensors -n 200 --steps 6 $how $with \
            -o one.csv
        [ -e all.csv ] || cp one.csv all.csv
        same one.csv all.csv
    done
    rm all.csv
done

# What does not fit, a line each
ito sample m.safetensors --guide-energy 'x^2+q' >out 2>err
[ $? -eq 1 ]
verdict $? 'an unknown variable'
has 'unknown name "q"' err
has '      ^' err
ito sample m.safetensors --guide-energy 'x^^2' >out 2>err
[ $? -eq 1 ]
verdict $? 'a mistyped formula'
has '^' err
fails 1 'not finite for row' ito sample m.safetensors --guide-energy 'sqrt(x-9)'
fails 1 'start from N(0, I)' ito sample c.safetensors --guide-energy x
fails 1 'start from N(0, I)' ito sample c.safetensors --inpaint x=1
fails 1 'no score' ito sample c.safetensors --correct 1
fails 1 'no score' ito sample c.safetensors --sigma beta
fails 2 '--guide-energy' ito sample m.safetensors --guide-strength 2
fails 2 'no guidance' ito sample m.safetensors --guide-energy x \
    --guide-strength 0
fails 1 'fixed steps' ito sample m.safetensors --correct 1 --rtol 1e-3
fails 1 'fixed steps' ito sample m.safetensors --inpaint x=1 --passes 3 \
    --rtol 1e-3
fails 2 '--correct' ito sample m.safetensors --correct-step beta
fails 2 '--inpaint' ito sample m.safetensors --passes 3
fails 2 '--inpaint' ito sample m.safetensors --candidates 3
fails 2 'COLUMN=VALUE' ito sample m.safetensors --inpaint =3
fails 2 'leave -n out' ito sample t.safetensors --inpaint holes.csv -n 4
fails 2 '--logp' ito sample m.safetensors --inpaint x=1 --logp
fails 1 'columns are size, kind, count, same' ito sample t.safetensors \
    --inpaint colour=red
fails 1 'not a number' ito sample t.safetensors --inpaint size=large
fails 1 'never was' ito sample t.safetensors --inpaint kind=green
fails 1 'always was 7' ito sample t.safetensors --inpaint same=8
fails 1 'nothing is left' ito sample t.safetensors --inpaint kind=red \
    --inpaint size=2 --inpaint count=1
fails 1 'nothing is left' ito sample $gmm --inpaint x=1 --inpaint y=1
fails 1 'do not go together' ito sample m.safetensors --inpaint x=1 \
    --guide-energy y
fails 1 '--inpaint' ito sample t.safetensors --given size=2
fails 1 'nosuch.csv' ito sample t.safetensors --inpaint nosuch.csv

finish
