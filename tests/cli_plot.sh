#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_plot.sh - ito plot: every kind of picture, the same bytes again, and
# clear words for what cannot be drawn.
. "$ITO_SOURCE/tests/tap.sh"

# fontconfig keeps its patterns behind offsets, which the leak checker of a
# sanitizer build takes for lost.
echo 'leak:libfontconfig' >lsan.supp
LSAN_OPTIONS="suppressions=$PWD/lsan.supp:print_suppressions=0"
export LSAN_OPTIONS

if ! ito plot samples moons -n 50 -o probe.png >out 2>err &&
    grep -q 'no cairo' err; then
    ok 'a build without cairo says so' true
    finish
fi

# starts NAME BYTES: the file starts like this
starts() {
    head -c "${#2}" "$1" >start
    printf %s "$2" | cmp -s - start
    verdict $? "$1 is what its name says"
}

ok 'a model' ito train moons -o m.safetensors --steps 40 --width 16 \
    --batch 128 --seed 3 -q
ok 'points' ito data moons -n 400 --seed 1 -o points.csv
ok 'samples as PNG' ito plot samples moons points.csv -n 3000 -o a.png
starts a.png "$(printf '\211PNG')"
ok 'samples as SVG' ito plot samples points.csv m.safetensors -n 300 \
    --steps 4 -o a.svg --log --title 'Two moons & <one> title'
starts a.svg '<?xml'
ok 'pairs as PDF' ito plot pairs points.csv points.csv -o a.pdf --look density
starts a.pdf '%PDF-'
ok 'trajectories' ito plot trajectories m.safetensors --steps 10 -n 20 -o t.png
ok 'field' ito plot field m.safetensors --steps 4 -n 2500 --times 0.5,0,1 \
    --grid 5 -o f.png
ok 'flow' ito plot flow m.safetensors --steps 4 -n 500 -o w.png
ok 'loss' ito plot loss m.safetensors -o l.png
ok 'warped grid' ito plot warp m.safetensors --steps 4 --grid 9 -o g.png \
    --numbers g.csv
has '1,1,"t = 0",1,mesh,"",1,-2.5,-2.5,,' g.csv
ok 'an oracle' ito plot trajectories oracle:8gaussians --steps 10 -n 20 -o o.png

# The same bytes again, whatever the threads
for kind in png svg pdf; do
    ok "field as $kind" ito plot field m.safetensors --steps 4 -n 2500 \
        -o one.$kind --threads 1
    ok 'again' ito plot field m.safetensors --steps 4 -n 2500 -o two.$kind \
        --threads 3
    same one.$kind two.$kind
done

# Texts are drawn as the numbers of their levels; columns go by name
printf 'a,b,c\n1,x,3\n2,y,5\n4,x,4\n' >first.csv
printf 'c,b,a\n3,y,2\n4,y,5\n' >second.csv
printf 'a,c\n1,2\n3,4\n' >third.csv
printf 'a,b\n1,2\n3,4\n' >fourth.csv
ok 'pairs of a table with texts' ito plot pairs first.csv second.csv -o p.png
ok 'chosen columns' ito plot samples first.csv --columns c,a -o p.png

ok 'JSON' ito plot samples points.csv -o p.png --json
has '"out": "p.png"' out

fails 2 "cannot plot 'nothing'" ito plot nothing moons -o x.png
fails 1 '2 coordinates' ito plot warp oracle:gaussian:dim=3 -o x.png
fails 1 '60 lines' ito plot warp oracle:checkerboard --grid 100 -o x.png
fails 1 'no/n.csv' ito plot samples moons -n 20 -o y.png --numbers no/n.csv
fails 2 'no -o FILE' ito plot samples moons
fails 2 'file name' ito plot samples moons -o -
fails 2 'one input' ito plot loss m.safetensors points.csv -o x.png
fails 2 'not a time' ito plot field m.safetensors --times 0,2 -o x.png
fails 1 '.png, .svg or .pdf' ito plot samples moons -o x.gif
fails 1 'no/x.png' ito plot samples moons -n 10 -o no/x.png
fails 1 'gone.csv' ito plot samples gone.csv -o x.png
fails 1 'gone.safetensors' ito plot loss gone.safetensors -o x.png
fails 1 'not trained' ito plot loss oracle:gmm -o x.png
fails 1 "no column 'b'" ito plot pairs first.csv third.csv -o x.png
fails 1 "column 'b' holds numbers" ito plot pairs fourth.csv second.csv -o x.png
fails 1 '1 columns' ito plot pairs first.csv --columns a -o x.png
fails 1 'euler' ito plot flow m.safetensors --solver nosuch -o x.png
fails 1 '2 coordinates' ito plot field oracle:gaussian:dim=3 -o x.png
fails 1 'dots' ito plot samples moons --dpi 1e9 -o x.png
[ ! -e x.png ] && [ ! -e x.gif ]
verdict $? 'nothing is left of what failed'
finish
