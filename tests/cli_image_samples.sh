#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_image_samples.sh - what ito sample does with a model of images: counts of
# labels, films, images between two, with holes, and larger ones.
. "$ITO_SOURCE/tests/tap.sh"

has_part() {
    ito info | grep -q "^$1 *yes"
}

ok 'train' ito train glyphs:size=8 --label digit --width 32 --depth 1 \
    --steps 20 --batch 64 -q -o g.safetensors
ok 'a table' ito train moons --steps 2 --batch 16 --width 16 --depth 1 -q \
    -o moons.safetensors
draw() {
    ito sample g.safetensors --steps 4 -q "$@"
}

# Labels with counts
ok 'counts' draw --label 0:3,7:2 -o c.idx
ok 'info' ito info c.idx --json
has '"count": 5' out
has '"0": 3, "7": 2' out
ok 'again and again' draw --label 0:3,7:2 -n 10 -o c.idx
ok 'info' ito info c.idx --json
has '"0": 6, "7": 4' out
ok 'of each' draw --label all --each 2 -o c.idx
ok 'info' ito info c.idx --json
has '"count": 20' out
ok 'of some' draw --label 1,5 --each 3 -o c.idx
ok 'info' ito info c.idx --json
has '"1": 3, "5": 3' out
fails 1 "label '12': the model knows 0, 1" draw --label 3:2,12
fails 1 'a count is 1 or more' draw --label 3:0
fails 2 '--each counts the rows' draw --each 3
fails 2 'leave -n out' draw --each 3 --label all -n 4

# Guidance, in an interval too: w = 1 outside it
ok 'plain' draw --label 3 -n 4 -o plain.npy
ok 'guided nowhere' draw --label 3 -n 4 --guidance 3 --guide-from 0.99 \
    --guide-to 0.995 -o nowhere.npy
same plain.npy nowhere.npy
ok 'guided' draw --label 3 -n 4 --guidance 3 --guide-from 0.2 --guide-to 0.8 \
    -o some.npy

# Between two samples: the ends are these
ok 'between' draw --label 3 --between 2,9 -n 5 --raw -o way.csv
ok 'the first' draw --label 3 --first 2 -n 1 --raw -o a.csv
ok 'the last' draw --label 3 --first 9 -n 1 --raw -o b.csv
ok 'the same at any number of threads' draw --label 3 --between 2,9 -n 5 \
    --raw --threads 1 -o one.csv
same way.csv one.csv
sed -n 2p a.csv >a
sed -n 2p b.csv >b
sed -n 2p way.csv >first
sed -n 6p way.csv >last
same first a
same last b
ok 'strips' draw --between 0,1 --between 4,5 -n 6 -o strips.idx
ok 'info' ito info strips.idx --json
has '"count": 12' out
ok 'a table too' ito sample moons.safetensors --between 0,1 -n 4
lines 5 out
fails 2 '--between 3,3: two rows that differ' draw --between 3,3
fails 2 '--between 3: two rows that differ' draw --between 3
fails 2 'leave --first out' draw --between 3,4 --first 1
fails 1 'all rows have one label' draw --between 3,4 --label all
fails 1 '-n 2 rows or more' draw --between 3,4 -n 1
fails 1 'leave it out' draw --between 3,4 --sigma beta

# Known parts of images
ok 'glyphs' ito data glyphs:size=8 -n 3 --seed 5 -o full.idx
ok 'a hole' draw --inpaint full.idx --hole 2,2,4,4 -o hole.csv
ok 'again and again' draw --inpaint full.idx --keep 0,0,8,4 -n 6 \
    -o kept.csv
ok 'as a table' ito data full.idx -o full.csv
lines 4 hole.csv
lines 7 kept.csv
# rows 1 and 4 of kept.csv begin with the first half of image 1
for line in 2 5; do
    sed -n 2p full.csv | cut -d , -f 1-32 >want
    sed -n ${line}p kept.csv | cut -d , -f 1-32 >got
    same want got
done
sed -n 2p full.csv | cut -d , -f 1-18,23,24 >want
sed -n 2p hole.csv | cut -d , -f 1-18,23,24 >got
same want got
fails 1 '--hole 2,2,4,7: the images have 8 columns and 8 rows' draw \
    --inpaint full.idx --hole 2,2,4,7
fails 1 'all of the images is kept' draw --inpaint full.idx --keep 0,0,8,8
fails 2 '--hole 2,2: column, row' draw --inpaint full.idx --hole 2,2
fails 2 'need --inpaint FILE' draw --hole 2,2,1,1
fails 2 'give one' draw --inpaint full.idx --hole 2,2,1,1 --keep 0,0,1,1
fails 1 'what is kept of them' draw --inpaint full.idx
fails 1 'was not trained on any' ito sample moons.safetensors \
    --inpaint full.idx --hole 2,2,1,1
ok 'of another size' ito data full.idx --resize 4x4 -o low.idx
fails 1 'low.idx: 4 x 4 pixels of 1 channels' draw --inpaint low.idx \
    --hole 1,1,2,2

# Larger images: means of 2 x 2 pixels are as given, but for rounding
ok 'upscale' draw --upscale low.idx --raw -o large.csv
ok 'as coordinates' ito data low.idx -o low.csv
tail -n 3 low.csv | cut -d , -f 1-16 >low
tail -n 3 large.csv | awk -F , '
    { getline line <"low"; split(line, want, ",")
      for (y = 0; y < 4; y++)
          for (x = 0; x < 4; x++) {
              k = 16 * y + 2 * x + 1
              mean = ($k + $(k + 1) + $(k + 8) + $(k + 9)) / 4
              d = mean - (2 * want[4 * y + x + 1] / 255 - 1)
              if (d > 1e-5 || d < -1e-5) exit 1
              n++
          } }
    END { if (n != 48) exit 1 }'
verdict $? 'means of blocks'
fails 1 'whole multiples' draw --upscale full.idx
ok 'three by three' ito data full.idx --resize 3x3 -o three.idx
fails 1 'whole multiples' draw --upscale three.idx
fails 2 'do not go together' draw --upscale low.idx --inpaint full.idx
fails 1 'trained on any' ito sample moons.safetensors --upscale low.idx

if has_part png; then
    ok 'a mask' ito data glyphs:size=8 -n 1 -o mask.png
    ok 'where it is white' draw --inpaint full.idx --mask mask.png -o m.idx
    ok 'strips as a grid' draw --between 0,1 --between 2,3 -n 6 -o strips.png
    fails 1 'absent.png' draw --inpaint full.idx --mask absent.png
fi

# Films
fails 2 '--film f.gif: end the name in' draw --film f.gif
fails 2 '--animate f.svg: end the name in' draw --animate f.svg
fails 2 '--logp takes no' draw --logp --film f.png
fails 1 'ito plot trajectories' ito sample moons.safetensors --film f.png
if has_part cairo; then
    for name in f.png f.svg; do
        ok "film $name" draw --label all --film $name
    done
    [ ! -s out ]
    verdict $? 'and no rows'
    for name in a.apng; do
        ok "animate $name" draw --label all -n 20 --animate $name -o a.npy
    done
    grep -q acTL a.apng
    verdict $? 'it moves'
    ok 'at times of its own' draw --rtol 1e-2 --film f.png --json
    has '"out": null, "rows": 10' out
fi

finish
