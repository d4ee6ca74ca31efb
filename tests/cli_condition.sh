#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_condition.sh - what a network is trained to predict, on which path, from
# what, under which conditions; and samples under conditions.
. "$ITO_SOURCE/tests/tap.sh"

rm -rf ./*.safetensors ./*.checkpoint ./*.csv
small='--width 16 --depth 2 --steps 60 --batch 128 --seed 4'
awk 'BEGIN { print "size,kind,colour,count"
    for (i = 0; i < 400; i++)
        printf "%.3f,%d,%s,%d\n", 1 + (i * 37 % 101) / 17 + 10 * (i % 2),
            i % 2, i % 3 ? "red" : "blue", i % 5 }' </dev/null >table.csv

# shellcheck disable=SC2086  # $small is several words
{
    # Paths, predictions, losses
    for how in '--path sqrt' '--path cosine --predict v' \
        '--path vp:beta_max=12 --predict noise' '--predict data' \
        '--predict edm --time-law logit-normal:1.2,1.2' \
        '--predict score --loss score --cut 0.05' '--net potential' \
        '--time-law uniform' '--predict edm --data-std 2 --loss edm'; do
        ok "train $how" ito train gmm -o m.safetensors $small $how
        ok 'sample' ito sample m.safetensors -n 5 -o s.csv
        lines 6 s.csv
    done
    ok 'a cut by itself' ito train gmm --path sqrt -o m.safetensors $small
    has 'times from 0 to 0.999' err
    has 'the exact field has a loss of' err
    ok 'floor and excess' ito train gmm -o m.safetensors $small --json
    has '"excess_at": [' out
    ok 'no exact field' ito train scurve:noise=0 -o m.safetensors $small --json
    lacks '"floor"' out
    ok 'a potential' ito train gmm --net potential -o e.safetensors $small
    ok 'info' ito info e.safetensors
    has 'energy           known' out
    has 'predicts         edm, by the loss of noise' out

    # From other things than noise
    ok 'a bridge' ito train moons --from circles -o b.safetensors $small
    ok 'its samples' ito sample b.safetensors -n 20 --steps 3 \
        --trajectory t.csv -o s.csv
    awk -F, 'NR > 1 && $2 == 0 { r = sqrt($3 * $3 + $4 * $4)
        if ((r < 1.5 || r > 3.5) && (r < 4 || r > 6)) bad++; n++ }
        END { exit bad > 0 || n != 20 }' t.csv
    verdict $? 'samples start on the circles'
    ok 'a file' ito data circles -n 500 -o circles.csv
    ok 'from a file' ito train moons --from circles.csv -o f.safetensors $small
    ok 'its samples' ito sample f.safetensors -n 20 --steps 3 \
        --trajectory t.csv -o s.csv
    awk -F, 'NR > 1 && $2 == 0 { r = sqrt($3 * $3 + $4 * $4)
        if ((r < 1.5 || r > 3.5) && (r < 4 || r > 6)) bad++; n++ }
        END { exit bad > 0 || n != 20 }' t.csv
    verdict $? 'samples start on rows of the file'
    mv circles.csv away.csv
    ok 'which the model holds' ito sample f.safetensors -n 5

    # Labels
    ok 'labels' ito train table.csv --label kind --given size,colour \
        -o l.safetensors $small
    has '2 labels' err
    ok 'info' ito info l.safetensors
    has 'conditions       kind: 2 labels' out
    has 'can be given     colour' out
    ok 'one label' ito sample l.safetensors --label 1 -n 7 -o s.csv
    has 'size,colour,count,kind' s.csv
    awk -F, 'NR > 1 && $4 != 1 { exit 1 }' s.csv
    verdict $? 'every row has it'
    ok 'all labels' ito sample l.safetensors --label all -n 8 --guidance 2 \
        -o s.csv
    awk -F, 'NR > 1 && $4 != (NR % 2) { exit 1 }' s.csv
    verdict $? 'labels in turn'
    ok 'no label' ito sample l.safetensors -n 8 -o s.csv
    lacks 'kind' s.csv
    ok 'given' ito sample l.safetensors --given colour=blue --given size=11 \
        --label 0 --guidance 1.5 --guide-to 0.8 -n 9 -o s.csv
    awk -F, 'NR > 1 && ($2 != "blue" || $1 < 10.9 || $1 > 11.1) { exit 1 }' \
        s.csv
    verdict $? 'every row has what was given'
    ok 'a weaker guide' ito sample l.safetensors --weak l.safetensors \
        --guidance 2 --label 0 -n 4
    ok 'rows of the middle' ito sample l.safetensors --label all --guidance 2 \
        --first 3 -n 5 -o p.csv
    ok 'of a longer run' ito sample l.safetensors --label all --guidance 2 \
        -n 8 -o s.csv
    sed '2,4d' s.csv >tail.csv
    same p.csv tail.csv
    ok 'classes' ito train gmm:modes=3 --label mode -o c.safetensors $small
    ok 'of a built-in set' ito sample c.safetensors --label 2 -n 3 -o s.csv
    has 'x,y,mode' s.csv

    # What does not fit, a line each
    quick='-q -o bad.safetensors --steps 2'
    fails 1 'take loss noise' ito train moons --predict score --loss score \
        $quick
    fails 1 'does not fit loss flow' ito train moons --predict noise \
        --loss flow $quick
    fails 1 'nosuch' ito train moons --path nosuch $quick
    fails 1 'time law' ito train moons --time-law never $quick
    fails 1 'cut' ito train moons --cut 0.7 $quick
    fails 2 '--cut' ito train moons --cut 0 $quick
    fails 2 '--predict' ito train moons --predict nosuch $quick
    fails 1 'the data have 2' ito train moons --from gaussian:dim=3 $quick
    fails 1 'no score' ito train moons --from circles --predict score $quick
    fails 1 'nosuch.csv' ito train moons --from nosuch.csv $quick
    fails 1 "no column 'size'" ito train table.csv --from moons:n=50 $quick
    fails 1 "no column 'nosuch'" ito train table.csv --label nosuch $quick
    fails 1 'no classes' ito train gaussian --label mode $quick
    fails 1 'no labels' ito train moons --drop 0.2 $quick
    fails 1 'nosuch' ito train table.csv --given nosuch $quick
    fails 2 'potential' ito train moons --net potential --plain $quick
    fails 1 'silu, tanh or relu' ito train moons --net potential \
        --activation gelu $quick
    fails 1 'without labels' ito sample m.safetensors --label 1
    fails 1 'nothing to guide by' ito sample m.safetensors --guidance 2
    fails 1 'nothing is given' ito sample l.safetensors --guidance 2
    fails 1 'knows 0, 1' ito sample l.safetensors --label 7
    fails 1 'columns that can be given' ito sample m.safetensors --given x=1
    fails 1 'size, colour' ito sample l.safetensors --given count=1
    fails 1 'never was' ito sample l.safetensors --given colour=green
    fails 1 'not a number' ito sample l.safetensors --given size=large
    fails 1 'coordinates' ito sample l.safetensors --label 0 --guidance 2 \
        --weak m.safetensors
    fails 2 '--guidance' ito sample l.safetensors --weak m.safetensors
    fails 1 'times in [0, 1]' ito sample l.safetensors --label 0 --guidance 2 \
        --guide-from 0.9 --guide-to 0.2
    ok 'all labels shown' ito train table.csv --label kind --drop -1 \
        -o n.safetensors $small
    fails 1 'label on every row' ito sample n.safetensors
    fails 1 'without guidance' ito sample n.safetensors --label 0 --guidance 3
}
[ ! -e bad.safetensors ]
verdict $? 'nothing was written'

finish
