#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_theory.sh - what the theory does not allow is refused in one line that
# says what would fit: losses without a bound, ends without a score, labels and
# guidance without conditions, dimensions that differ.
. "$ITO_SOURCE/tests/tap.sh"

rm -rf ./*.safetensors ./*.csv
small='--width 8 --depth 1 --steps 3 --batch 64 -q'
quick="$small -o bad.safetensors"
printf 'a,b\n1,2\n3,4\n5,6\n' >two.csv
printf 'a,b,c\n1,2,1\n3,4,0\n5,6,1\n' >three.csv

# shellcheck disable=SC2086  # $small is several words
{
    # A prediction that does not fit a loss.  What the line says to take works.
    for path in linear sqrt vp; do
        for pair in 'noise flow' 'data flow' 'score flow' 'velocity noise' \
            'v data' 'data noise' 'noise data'; do
            how="--path $path --predict ${pair% *} --loss ${pair#* }"
            ito train moons $how $quick >out 2>err
            code=$?
            if [ "$code" -eq 0 ]; then
                rm bad.safetensors
                continue
            fi
            loss=$(sed -n 's/.*take loss \([a-z]*\),.*/\1/p' err)
            other=$(sed -n 's/.*or prediction \([a-z]*\),.*/\1/p' err)
            fails 1 "does not fit loss ${pair#* }" ito train moons $how $quick
            ok "the loss it says to take: $loss" ito train moons --path $path \
                --predict "${pair% *}" --loss "$loss" $small -o m.safetensors
            ok "the prediction it says: $other" ito train moons --path $path \
                --predict "$other" --loss "${pair#* }" $small -o m.safetensors
        done
        # The loss of the score has no bound at t = 1, whatever is predicted.
        for predict in score velocity noise edm; do
            fails 1 'take loss noise' ito train moons --path $path \
                --predict $predict --loss score $quick
            fails 1 "infinite at t = 1 on path $path" ito train moons \
                --path $path --predict $predict --loss score $quick
        done
        ok 'which weighs it' ito train moons --path $path --predict score \
            --loss noise $small -o m.safetensors
        ok 'or with a cut' ito train moons --path $path --predict score \
            --loss score --cut 0.01 $small -o m.safetensors
    done

    # Where the start is not N(0, I) nothing has a score: no noise either, one
    # line even where the steps would be too long for it.
    ok 'a bridge' ito train moons --from circles $small -o b.safetensors
    fails 1 'has no score' ito sample b.safetensors --sigma 1 -n 3
    fails 1 'has no score' ito sample b.safetensors --sigma beta -n 3
    ok 'sigma 0' ito sample b.safetensors --sigma 0 -n 3
    fails 1 'no score' ito train moons --from circles --predict score $quick
    fails 1 'no mixture' ito sample oracle:gmm@linear@circles -n 3
    fails 1 'with noise, moons' ito sample oracle:moons:noise=0 --sigma 1 -n 3

    # Dimensions of start and data
    fails 1 '3 coordinates to start from, the data have 2' ito train moons \
        --from gaussian:dim=3 $quick
    fails 1 'has 3 components, the data 2' ito sample \
        oracle:gmm@linear@gaussian:dim=3 -n 3
    fails 1 "no column 'c'" ito train three.csv --from two.csv $quick
    fails 1 "no column 'a'" ito train two.csv --from gaussian:n=20 $quick

    # Labels and guidance without them
    fails 1 "no column 'kind'" ito train two.csv --label kind $quick
    ok 'without labels' ito train moons $small -o m.safetensors
    fails 1 'nothing to guide by' ito sample m.safetensors --guidance 2 -n 3
    fails 1 'no conditions' ito sample oracle:gmm --guidance 2 -n 3
    fails 1 'no conditions' ito sample oracle:gmm --label 1 -n 3
}
[ ! -e bad.safetensors ]
verdict $? 'nothing was written'

finish
