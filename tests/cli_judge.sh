#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_judge.sh - ito eval of images, by pixels and by a classifier that
# examples/classifier.c trained.
. "$ITO_SOURCE/tests/tap.sh"

rm -rf ./*.idx ./*.safetensors ./*.npy ./*.csv

ok 'real ones' ito data glyphs:size=8 -n 300 --seed 4 -o real.idx
ok 'those of the training' ito data glyphs:size=8 -n 300 --seed 5 -o train.idx
ok 'others' ito data glyphs:size=8 -n 300 --seed 6 -o fake.idx
ok 'larger ones' ito data glyphs:size=9 -n 300 --seed 7 -o large.idx

# By pixels
ok 'images are known' ito eval real.idx fake.idx --draws 2
has 'by 64 pixels' out
has 'frechet' out
has 'coverage' out
has 'copy check: not flagged' out
lacks 'classifier confirms' out
ok 'JSON' ito eval real.idx fake.idx --draws 2 --json
cp out one.json
has '"kind": "images", "features": "pixels", "dim": 64' out
ok 'one thread, plain kernels' ito eval real.idx fake.idx --draws 2 --json \
    --threads 1 --cpu c
same out one.json
if command -v python3 >/dev/null; then
    ok 'it is JSON' python3 -m json.tool one.json
fi
ok 'learned by heart' ito eval real.idx train.idx --train train.idx --draws 2
has 'copy check: FLAGGED, the fake images look copied' out
has '100.00 % of the fake images repeat a real one exactly' out
ok 'not by heart' ito eval real.idx fake.idx --train train.idx --draws 2
has 'of the training 300' out
has 'not flagged' out
ok 'built-in' ito eval glyphs:size=8,n=300 fake.idx --draws 2
ok 'as a table' ito data fake.idx -o fake.csv
ok 'a table as images' ito eval real.idx fake.csv --image 8x8 --draws 2
has 'by 64 pixels' out

# A model draws by itself, each label in turn
ok 'train' ito train glyphs:size=8,n=300 --label label --width 16 --depth 1 \
    --steps 3 --batch 32 -q -o m.safetensors
ok 'of a model' ito eval real.idx m.safetensors -n 40 --draws 2
has 'fake 40' out

# Bad input
fails 1 'not a classifier' ito eval real.idx fake.idx --features m.safetensors
echo none >none.safetensors
fails 1 'none.safetensors' ito eval real.idx fake.idx \
    --features none.safetensors
fails 1 '8 x 8 x 1, fake ones of 9 x 9 x 1' ito eval real.idx large.idx
fails 1 '--raw: these are images' ito eval real.idx fake.idx --raw
fails 1 '-n: these are tables' ito eval fake.csv fake.csv -n 30
fails 1 'is a model of images: their pixels' ito logp m.safetensors real.idx
ok 'two images' ito data glyphs:size=8 -n 2 -o two.idx
fails 1 'too few' ito eval real.idx two.idx
fails 1 '1 draws' ito eval real.idx fake.idx --draws 1

# By a classifier, where the example was built beside the program
example=$(dirname "$ITO")/example_classifier
if [ -x "$example" ]; then
    ok 'train a judge' "$example" glyphs:size=8 real.idx judge.safetensors 2 0
    has '6000 images to learn, 300 to test' out
    ok 'what it is' ito info judge.safetensors
    has 'a classifier of images' out
    ok 'what it is, as JSON' ito info judge.safetensors --json
    has '"features": 64' out
    ok 'judge' ito eval real.idx fake.idx --features judge.safetensors --draws 2
    has 'by the 64 features of the last hidden layer of judge' out
    has 'labels that the classifier confirms' out
    ok 'JSON' ito eval real.idx fake.idx --features judge.safetensors \
        --draws 2 --json
    has '"asked": 300' out
    ok 'a model' ito eval real.idx m.safetensors -n 40 --draws 2 --json \
        --features judge.safetensors
    has '"fake": {"asked": 40' out
    ok 'without labels' ito data fake.idx --labels '' -o none.npy
    ok 'judge these' ito eval real.idx none.npy --draws 2 \
        --features judge.safetensors
    lacks '  fake images' out
    fails 1 'it was trained on 8 x 8 x 1' ito eval large.idx large.idx \
        --features judge.safetensors
    fails 1 'a classifier, not a model' ito sample judge.safetensors
    head -c 900 judge.safetensors >cut.safetensors
    fails 1 'cut.safetensors' ito eval real.idx fake.idx \
        --features cut.safetensors
fi

finish
