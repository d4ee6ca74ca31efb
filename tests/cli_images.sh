#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_images.sh - images through ito data, info, train and sample.
. "$ITO_SOURCE/tests/tap.sh"

has_part() {
    ito info | grep -q "^$1 *yes"
}

# Built-in images, in every form that is a file of numbers
ok 'glyphs as a table' ito data glyphs:size=8 -n 3
lines 4 out
has ',label' out
for name in a.npy a.idx a-images-idx3-ubyte a.csv; do
    ok "write $name" ito data glyphs:size=8 -n 30 --seed 2 -o "$name"
    ok "info $name" ito info "$name" --image 8x8
    has '30 images of 8 x 8 pixels, grey' out
done
has '  9  ' out
ok 'n= is a fixed set' ito data glyphs:size=8,n=7
lines 8 out
ok 'threads' ito data glyphs -n 700 --threads 1 -o one.npy
ok 'threads' ito data glyphs -n 700 --threads 3 -o three.npy
same one.npy three.npy
ok 'the list has glyphs' ito data
has 'glyphs' out

# From one form to another, resized and padded
ok 'idx to npy' ito data a.idx -o b.npy
same a.npy b.npy
ok 'the first' ito data a.idx -n 4 -o four.idx
ok 'info' ito info four.idx
has '4 images of 8 x 8' out
ok 'resize' ito data a.idx --resize 4x6 --filter bilinear --pad 10x12 -o r.npy
ok 'info' ito info r.npy --json
has '"height": 10, "width": 12' out
if command -v python3 >/dev/null; then
    cp out r.json
    ok 'it is JSON' python3 -m json.tool r.json
fi
ok 'a table' ito info a.csv --image 8x8 --json
has '"hi": 255, "labels": {"0": ' out
has '"pixel": "whole"' out
ok 'a range' ito info a.csv --image 8x8 --range -1:300 --json
has '"lo": -1, "hi": 300' out

if has_part png; then
    rm -rf folder empty mixed samples
    ok 'a grid' ito data glyphs -n 40 -o grid.png
    ok 'a folder' ito data a.idx -o folder/
    ok 'info' ito info folder
    has '30 images of 8 x 8 pixels, grey' out
    ok 'back' ito data folder/ -o back.npy
    same a.npy back.npy
    has '000001.png,' folder/labels.csv
    fails 1 'folder/: is no empty folder' ito data a.idx -o folder/
    # What is written appears whole or not at all
    mkdir empty
    ok 'an empty folder' ito data a.idx -o empty/
    tap_code=0
    [ "$(ls empty | wc -l)" -eq 31 ] && [ -z "$(ls -d .ito-* 2>/dev/null)" ] ||
        tap_code=1
    verdict $tap_code 'holds 30 images and their labels'
    cp empty/000001.png small.png
    ok 'one size' ito data a.idx --resize 5x5 -n 1 -o five.png
    mkdir mixed
    cp small.png mixed/a.png
    cp five.png mixed/b.png
    fails 1 'mixed/a.png has 8 x 8 pixels, mixed/b.png has 5 x 5; --resize' \
        ito info mixed
    ok 'resized' ito info mixed --resize 6x6
    has '2 images of 6 x 6' out
    head -c 60 small.png >mixed/b.png
    fails 1 'malformed file: mixed/b.png: PNG: ' ito info mixed
else
    fails 1 'without libpng' ito data glyphs -n 4 -o grid.png
fi

# A figure
if has_part cairo; then
    for name in p.png p.svg p.pdf; do
        ok "plot $name" ito plot images glyphs -n 20 -o $name
    done
    ok 'of a table' ito plot images a.csv --image 8x8 -n 5 -o p.png \
        --numbers p.csv
    has ',picture,' p.csv
    fails 1 'moons' ito plot images moons -o p.png
fi

# A model of images, without a file
train() {
    ito train "$@" --width 32 --depth 1 --steps 20 --batch 64 -q
}
ok 'train' train glyphs:size=8 --label digit -o g.safetensors
ok 'info' ito info g.safetensors
has '8 x 8 pixels, 1 channels, values 0 to 255' out
ok 'sample idx' ito sample g.safetensors -n 20 --steps 4 --label all -o s.idx
ok 'info' ito info s.idx --json
has '"count": 20' out
has '"0": 2' out
ok 'sample csv' ito sample g.safetensors -n 5 --steps 4 -o s.csv
lines 6 s.csv
ok 'sample npy' ito sample g.safetensors -n 5 --steps 4 -o s.npy
ok 'the same' ito data s.npy -o s2.npy
same s.npy s2.npy
if has_part cairo; then
    ok 'plot' ito plot images g.safetensors --steps 4 -n 30 -o p.png
    ok 'report' ito report g.safetensors glyphs:size=8 -n 20 -o r.html
    has 'on their way' r.html
    has 'Images of the data' r.html
fi
if has_part png; then
    ok 'a grid' ito sample g.safetensors -n 30 --steps 4 --label all -o s.png
    ok 'a folder' ito sample g.safetensors -n 5 --steps 4 -o samples/
    ok 'info' ito info samples
    has '5 images of 8 x 8' out
fi
# of a file, the same for any threads
ok 'one' train a.idx --label label --flip --shift 1 --threads 1 \
    -o one.safetensors
ok 'three' train a.idx --label label --flip --shift 1 --threads 3 \
    -o three.safetensors
same one.safetensors three.safetensors
ok 'of a table' train a.csv --image 8x8 --label label -o t.safetensors
ok 'and back' ito sample t.safetensors -n 3 --steps 4 -o t.idx
ok 'info' ito info t.idx
has '3 images of 8 x 8' out

# Bad input
fails 2 '--image 8: height x width, as 28x28' ito info a.csv --image 8
fails 2 '--resize 0x8: 1 to 65536 pixels' ito info a.idx --resize 0x8
fails 2 '--range 1:0: two numbers' ito info a.idx --range 1:0
fails 1 '65 columns; images of 9 x 9 x 1 have 81 pixels' ito info a.csv \
    --image 9x9
fails 1 'unknown type of file' ito data a.idx -o a.jpg
head -c 100 a.idx >cut.idx
fails 1 'malformed file: cut.idx: IDX: ' ito info cut.idx
head -c 100 a.npy >cut.npy
fails 1 'malformed file: cut.npy: NPY: ' ito info cut.npy
cp a.idx other.idx
cp four-labels.idx other-labels.idx
fails 1 'other-labels.idx: 4 labels; there are 30 images' ito info other.idx
ok 'without labels' ito info other.idx --labels ''
fails 1 "the labels of the images are called 'label', not 'digit'" \
    train a.idx --label digit -o x.safetensors
fails 1 'the images have no labels' train a.npy --label label -o x.safetensors
fails 1 'flip, shift: the data are a table' train moons:n=50 --flip \
    -o x.safetensors
ok 'train' ito train moons --steps 2 --batch 16 --width 16 --depth 1 -q \
    -o m.safetensors
fails 1 'trained on a table' ito sample m.safetensors -n 4 -o m.png

finish
