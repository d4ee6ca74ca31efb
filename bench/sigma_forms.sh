#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sigma_forms.sh - noise on the way against none, for nets that were trained
# too briefly: the tables of docs/book/solvers.md.
#
#     sigma_forms.sh ITO [STEPS [FOLDER]]
#
# Trains a velocity and a noise net of 64 x 3 on 8gaussians for STEPS steps
# [150] on three paths, then draws 2000 points with five seeds: by Heun's method
# without noise, by Euler-Maruyama with each form.  A row of a table is a form,
# a column a number of field calls, an entry the mean and its standard error.
set -eu
ito=$1
steps=${2:-150}
folder=${3:-.}
how='--raw --calls 10,30,100,300,1000 --measure sliced_w2,shares,spread
     -n 2000 --seeds 5 --draws 2 --quiet'

# table FILE... MEASURE: rows by line, columns by budget
table() {
    awk -F , -v measure="$1" '
        FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["measure"] == measure {
            line = $at["line"]
            if (!(line in seen)) { seen[line] = 1; order[++n] = line }
            value = sprintf("%.4f +- %.4f", $at["value"], $at["error"])
            text[line, $at["budget"]] = value
            if (!($at["budget"] in known)) {
                known[$at["budget"]] = 1
                budget[++b] = $at["budget"]
            }
            floor = sprintf("%.4f +- %.4f", $at["floor"], $at["floor_error"])
        }
        END {
            printf "%-24s", measure
            for (j = 1; j <= b; j++) printf " %17s", budget[j]
            printf "\n"
            for (i = 1; i <= n; i++) {
                printf "%-24s", order[i]
                for (j = 1; j <= b; j++)
                    printf " %17s", text[order[i], budget[j]]
                printf "\n"
            }
            printf "%-24s %17s\n\n", "true rows", floor
        }' "$2" "$3"
}

for path in linear cosine vp; do
    for predict in velocity noise; do
        model=$folder/$path-$predict
        "$ito" train 8gaussians --path "$path" --predict "$predict" \
            --width 64 --depth 3 --steps "$steps" --quiet \
            -o "$model.safetensors"
        # shellcheck disable=SC2086
        "$ito" sweep "$model.safetensors" $how --solver heun \
            -o "$model-flow.csv"
        # shellcheck disable=SC2086
        "$ito" sweep "$model.safetensors" $how --solver euler-maruyama \
            --sigma constant --sigma beta --sigma sqrt --sigma sine \
            --sigma kl -o "$model-noise.csv"
        echo "$path, $predict net, $steps steps"
        for measure in sliced_w2 shares spread; do
            table $measure "$model-flow.csv" "$model-noise.csv"
        done
    done
done
