#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_labs.sh - the figures of the course: what `ito plot` draws of paths,
# residuals, densities and systems, by the numbers behind the pictures, and
# every command of docs/book/labs.md in small.
. "$ITO_SOURCE/tests/tap.sh"

# see cli_plot.sh
echo 'leak:libfontconfig' >lsan.supp
LSAN_OPTIONS="suppressions=$PWD/lsan.supp:print_suppressions=0"
export LSAN_OPTIONS

if ! ito plot density moons -n 50 -o probe.png >out 2>err &&
    grep -q 'no cairo' err; then
    ok 'a build without cairo says so' true
    finish
fi

# numbers FILE: row,col,layer,kind,item,x,y,u,v of a figure, without texts
numbers() {
    sed 's/"[^"]*"//g' "$1" | awk -F, -v OFS=, \
        'NR > 1 { print $1, $2, $4, $5, $7, $8, $9, $10, $11 }' >rows
}

# holds NAME PROGRAM: the awk program sets bad to what is wrong with rows
holds() {
    awk -F, "$2"' END { if (bad) { print "bad:", bad; exit 1 } }' rows \
        >out 2>err
    verdict $? "$1"
}

# Given z = (4, -2) on the linear path x_t is N(t z, (1 - t)^2 I); 4000 points
ok 'a conditional path' ito plot panels oracle:gmm@linear --of conditional \
    --show truth --times 0.5 --z 4,-2 -n 4000 --seed 5 -o a.png --numbers a.csv
numbers a.csv
holds 'mean t z and deviation 1 - t, to five standard errors' '
    $4 == "points" && $6 != 4 { n++; x += $6; y += $7
                               s += ($6 - 2) ^ 2 + ($7 + 1) ^ 2 }
    END { e = 5 * 0.5 / sqrt(n)
          if (n != 4000 || (x / n - 2) ^ 2 > e * e || (y / n + 1) ^ 2 > e * e ||
              (s / (2 * n) / 0.25 - 1) ^ 2 > 25 * 2 / (2 * n))
              bad = n " " x / n " " y / n " " s / n }'

# Euler is exact on the straight lines of the linear path
ok 'a conditional ODE' ito plot panels oracle:gmm@linear --of conditional \
    --show solved --times 1 --z 4,-2 -n 300 --steps 7 -o b.png --numbers b.csv
numbers b.csv
holds 'every point ends on z' '
    $4 == "points" && ($6 - 4) ^ 2 + ($7 + 2) ^ 2 > 1e-10 { bad = $0 }
    $4 == "points" { n++ } END { if (n != 301) bad = n }'

# The marginal ODE and SDE of one normal at t = 1: N(1.5, 0.4^2) in both
for sigma in 0 1; do
    ok "the marginal equation, sigma $sigma" ito plot panels \
        oracle:gaussian:mean=1.5:-1,std=0.4 --of marginal --show solved \
        --times 1 --sigma $sigma --steps 400 -n 4000 -o c.png --numbers c.csv
    numbers c.csv
    holds 'has the law of the data' '
        $4 == "points" { n++; x += $6; y += $7; s += ($6 - 1.5) ^ 2 }
        END { e = 5 * 0.4 / sqrt(n) + 0.003
              if ((x / n - 1.5) ^ 2 > e * e || (y / n + 1) ^ 2 > e * e ||
                  (s / n / 0.16 - 1) ^ 2 > (5 * sqrt(2 / n) + 0.01) ^ 2)
                  bad = x / n " " y / n " " s / n }'
done

# A score from elsewhere; modes of deviation 1 at radius 4 have a mean radius of
# 4 + 1/8 or so
ok 'a score from elsewhere' ito plot panels oracle:gmm:modes=3,scale=4 \
    oracle:gmm:modes=3,scale=4 --of marginal --show solved --times 1 \
    --sigma 1 --steps 100 -n 1000 -o c.png --numbers c.csv
numbers c.csv
holds 'leads to the modes' '
    $4 == "points" { n++; r += sqrt($6 ^ 2 + $7 ^ 2) }
    END { if (n != 1000 || (r / n - 4.125) ^ 2 > 0.2 ^ 2) bad = n " " r / n }'

# The score of N(0, 1) kept at N(0, 1) is -x at t = 0
ok 'a score' ito plot score oracle:gaussian --times 0 --grid 9 -n 2500 \
    --arrow 0.01 -o d.png --numbers d.csv
numbers d.csv
holds 'arrows are -x' '
    $4 == "arrows" { n++; if (($6 + $8) ^ 2 + ($7 + $9) ^ 2 > 1e-10) bad = $0 }
    END { if (n < 64) bad = n }'

# The Fokker-Planck equation with the score, and the same without it
ok 'residuals' ito plot residual oracle:gmm:scale=4 --sigma 1 --grid 24 \
    -o e.png --numbers e.csv
has 't = 0.1, without it: residual at most' err
numbers e.csv
holds 'vanish with the score alone' '
    $4 == "cells" { if ($8 > top[$1]) top[$1] = $8 }
    END { if (!(top[1] < 1e-3 && top[1] > 0) || !(top[2] > 1e-2))
              bad = top[1] " " top[2] }'
ok 'the residual of a way between two sets' ito plot residual \
    oracle:gmm:scale=3@linear@8gaussians:scale=2,std=0.5 --grid 24 -o e.png \
    --numbers e.csv
numbers e.csv
holds 'vanishes' '$4 == "cells" && $8 > 1e-3 { bad = $0 }'

# Densities integrate to 1: 15 x 15 on 200 x 200 cells
ok 'densities' ito plot density gmm:modes=3,scale=4 --also circles \
    --limits=-7.5:7.5 -n 3000 -o f.png --numbers f.csv
numbers f.csv
holds 'have mass 1, drawn and exact' '
    $4 == "cells" { sum[$1 "," $2] += $8; n[$1 "," $2]++ }
    END { for (p in sum) { mass = sum[p] * 225 / n[p]
                           if ((mass - 1) ^ 2 > 1e-4) bad = p " " mass } }'

# Euler on dx = -theta x: (1 - theta h)^n x_0; and what does not depend on sigma
ok 'systems' ito plot systems ou:theta=0.25 --vary sigma=0,1 --from=-8:8 -n 3 \
    --span 4 --steps 40 --solver euler-maruyama -o g.png --numbers g.csv
numbers g.csv
holds 'the noiseless path is exact' '
    $2 == 1 && $4 == "lines" && $5 == 3 { last = $7 }
    END { want = 8 * exp(40 * log(1 - 0.025))
          if ((last - want) ^ 2 > 1e-16) bad = last " " want }'
ok 'rescaled systems' ito plot systems ou --vary D=0.25,4 --vary sigma=1,10 \
    --set 'theta=sigma^2/(2*D)' --span '10/sigma^2' --clock 'sigma^2' \
    --from=-20:20 -n 4 --steps 50 -o h.png --numbers h.csv
numbers h.csv
holds 'look alike along a row' '
    $4 == "lines" { i = ++n[$1 "," $2]; x[$1 "," $2 "," i] = $6 "," $7 }
    END { for (row = 1; row <= 2; row++)
              for (i = 1; i <= n["1,1"]; i++) {
                  split(x[row ",1," i], a, ","); split(x[row ",2," i], b, ",")
                  far = (a[1] - b[1]) ^ 2 + (a[2] - b[2]) ^ 2
                  if (far > 1e-18 || a[2] == "") bad = row " " i
              }
          if (n["1,1"] != 204) bad = n["1,1"] }'

# A model knows the path of the set it was trained on
ok 'a model' ito train moons -o m.safetensors --steps 30 --width 16 \
    --batch 64 -q
ok 'its panels' ito plot panels m.safetensors -n 60 --steps 5 -o i.png \
    --numbers i.csv
has '"exact samples"' i.csv
has '2,3,' i.csv
ok 'its path' ito plot path m.safetensors -n 60 --steps 5 --times 0,1 -o i.png \
    --numbers i.csv
has '4,2,' i.csv
ok 'its residual' ito plot residual m.safetensors --grid 8 --times 0.4 -o i.png
ok 'two scores' ito plot score oracle:moons m.safetensors -n 60 --grid 5 \
    --steps 5 -o i.png --numbers i.csv
has '"oracle:moons, t = 0"' i.csv
has '"m, t = 0"' i.csv

# The same bytes again, whatever the threads
for what in 'panels oracle:gmm --sigma 1' 'path oracle:circles' \
    'residual oracle:gmm --grid 9' 'systems ou --vary sigma=1,2'; do
    # shellcheck disable=SC2086  # words
    ok "$what" ito plot $what -n 80 --steps 9 -o one.png --numbers one.csv \
        --threads 1 --seed 2
    # shellcheck disable=SC2086
    ok 'again' ito plot $what -n 80 --steps 9 -o two.png --numbers two.csv \
        --threads 3 --seed 2
    same one.png two.png
    same one.csv two.csv
done

# A simulation beside its own density, with a title
ok 'a kernel density' ito simulate langevin:target=gmm,modes=3,scale=4 -n 60 \
    --keep 60 --kde --title 'Three modes' --dpi 50 --plot k.png --numbers k.csv
has '2,4,"kernel density"' k.csv
numbers k.csv
holds 'has mass 1 of its own' '
    $4 == "cells" && $1 == 2 && $2 == 4 {
        sum += $8; n++; if ($6 < lo) lo = $6; if ($6 > hi) hi = $6
        if ($7 < down) down = $7; if ($7 > up) up = $7 }
    END { mass = sum * (hi - lo) * (up - down) / (sqrt(n) - 1) ^ 2
          if ((mass - 1) ^ 2 > 1e-2) bad = mass }'

ok 'a density with a title' ito density ou --start 2 -t 1 --plot l.png \
    --title 'A density' --dpi 40
ok 'and without' ito density ou --start 2 -t 1 --plot n.png
[ "$(wc -c <l.png)" -lt "$(wc -c <n.png)" ]
verdict $? 'fewer dots are fewer bytes'

# Every command of the page
tap_code=0
sh "$ITO_SOURCE/tools/labs.sh" page small >out 2>err || tap_code=$?
verdict "$tap_code" 'the commands of docs/book/labs.md run'
for picture in $(sed -n 's/.*(\.\.\/pictures\/\(lab[^)]*\)).*/\1/p' \
    "$ITO_SOURCE/docs/book/labs.md"); do
    [ -s "page/$picture" ] && [ -s "$ITO_SOURCE/docs/pictures/$picture" ]
    verdict $? "$picture is made, and there"
done

printf 'a,b\n1,2\n3,4\n5,6\n' >table.csv
ok 'a model of few rows' ito train moons:n=20 -o few.safetensors --steps 3 \
    --width 8 -q
fails 1 'drawn afresh' ito plot panels few.safetensors -o x.png
ok 'a model of a table' ito train table.csv -o t.safetensors --steps 3 \
    --width 8 -q
fails 1 'drawn afresh' ito plot panels t.safetensors -o x.png
fails 1 'fixed set' ito plot path oracle:moons:n=50 -o x.png
fails 1 '3 coordinates' ito plot panels oracle:gaussian:dim=3 -o x.png
fails 1 'N(0, I) alone' ito plot panels oracle:moons@linear@8gaussians \
    --sigma 1 -o x.png
fails 2 'noise of --sigma' ito plot panels oracle:moons oracle:moons -o x.png
fails 1 'sigma' ito plot panels oracle:moons --sigma=-1 -o x.png
fails 2 'no meaning for samples' ito plot samples moons --sigma 1 -o x.png
fails 2 'no meaning for warp' ito plot warp oracle:moons --z 1,2 -o x.png
fails 2 'not X,Y' ito plot panels oracle:moons --z 1 -o x.png
fails 2 'no meaning for --of marginal' ito plot panels oracle:moons --z 1,2 \
    --of marginal -o x.png
fails 2 'each once' ito plot panels oracle:moons --show truth,truth -o x.png
fails 2 'give truth, solved, each' ito plot path oracle:moons --show paths \
    -o x.png
fails 2 'LO:HI' ito plot density moons --limits=3:1 -o x.png
fails 2 'LO:HI' ito plot density moons --limits=1 -o x.png
fails 1 '3 coordinates' ito plot density gaussian:dim=3 -o x.png
fails 1 'at most 8' ito plot density moons --also moons --also moons \
    --also moons --also moons --also moons --also moons --also moons \
    --also moons -o x.png
fails 1 'from 0.001 to 0.999' ito plot residual oracle:gmm --times 0,0.5 \
    -o x.png
fails 1 'at most 500' ito plot residual oracle:gmm --grid 501 -o x.png
fails 1 'no such parameter' ito plot systems ou --vary nosuch=1,2 -o x.png
fails 1 'once or twice' ito plot systems ou -o x.png
fails 1 'NAME=VALUE' ito plot systems ou --vary sigma -o x.png
fails 1 'families are drawn' ito plot systems lorenz --vary sigma=1 -o x.png
fails 1 'above 0' ito plot systems ou --vary sigma=1 --span=-1 -o x.png
fails 2 'LO:HI' ito plot systems ou --vary sigma=1 --from 3 -o x.png
fails 2 'about pictures' ito simulate ou --title x
fails 2 'about pictures' ito density ou --dpi 50
fails 1 '--kde goes with' ito simulate ou -q -n 5 --kde --plot x.png
[ ! -e x.png ]
verdict $? 'nothing is left of what failed'
finish
