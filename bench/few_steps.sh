#!/bin/sh
# SPDX-License-Identifier: MIT
#
# few_steps.sh - how many field calls samples of images need: the table of
# docs/book/images.md.
#
#     few_steps.sh ITO MODEL REAL JUDGE [FOLDER [COUNT]]
#
# REAL are images as MODEL was trained on, JUDGE is a classifier of
# examples/classifier.c.  Draws COUNT [1000] images, of each label as many, by
# each solver with as many steps as make 5 to 100 calls; an entry is the Frechet
# distance of the judge's features to REAL, then the share of labels that the
# judge finds again.  The floor is that of halves of REAL.
set -eu
ito=$1
model=$2
real=$3
judge=$4
folder=${5:-.}
count=${6:-1000}
calls='5 10 20 40 100'

# number METRIC KEY: one of those in eval.json
number() {
    sed "s/.*\"$1\": {\([^}]*\)}.*/\1/; s/.*\"$2\": \([-0-9.e]*\).*/\1/" \
        "$folder/eval.json"
}

judge_it() {
    "$ito" eval "$real" "$folder/fake.idx" --images --features "$judge" \
        --draws 2 --json -q >"$folder/eval.json"
}

# line NAME EVALS OPTIONS...: a row of the table
line() {
    name=$1
    evals=$2
    shift 2
    printf '%-22s' "$name"
    for c in $calls; do
        steps=$((c / evals))
        if [ $steps -lt 1 ]; then
            printf ' %13s' -
            continue
        fi
        "$ito" sample "$model" --label all -n "$count" --seed 1 -q \
            --steps $steps "$@" -o "$folder/fake.idx"
        judge_it
        printf ' %7.2f %.3f' "$(number frechet value)" \
            "$(sed 's/"labels"/\n&/' "$folder/eval.json" |
                sed -n '2s/"labels": {"fake": {\([^}]*\)}.*/\1/p' |
                sed 's/.*"share": //')"
    done
    printf '\n'
}

printf '%-22s' 'field calls'
# shellcheck disable=SC2086
printf ' %13s' $calls
printf '\n'
line euler 1 --solver euler
line midpoint 2 --solver midpoint
line heun 2 --solver heun
line 'heun, --grid end' 2 --solver heun --grid end
line rk4 4 --solver rk4
line dopri5 5 --solver dopri5
line 'euler-maruyama, beta' 1 --solver euler-maruyama --sigma beta
line 'heun, beta' 2 --solver heun --sigma beta
printf '%-22s %9.2f\n' 'real images' "$(number frechet floor)"
