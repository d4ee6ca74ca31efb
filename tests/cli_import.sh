#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_import.sh - weights from PyTorch and back, from the command line.
. "$ITO_SOURCE/tests/tap.sh"

unet=$ITO_SOURCE/tests/data/torch_unet.safetensors
dit=$ITO_SOURCE/tests/data/torch_dit.safetensors

ok 'a unet' ito import "$unet" --image 8x12 -o unet.safetensors --json -q
has '"height": 8, "width": 12, "channels": 2, "labels": 3' out
ok 'what it is' ito info unet.safetensors
has 'label: 3 labels' out
ok 'samples of it' ito sample unet.safetensors --label all -n 6 --steps 2 \
    --guidance 3 -o unet.npy -q
ok 'back' ito export unet.safetensors -o back.safetensors
ok 'in again' ito import back.safetensors --image 8x12 -o again.safetensors
same unet.safetensors again.safetensors
ok 'a dit' ito import "$dit" --heads 3 --image 4x6 --time-scale 1000 \
    --range 0:1 -o dit.safetensors
has 'images of 4 x 6 x 2, 3 labels' err
ok 'samples of it' ito sample dit.safetensors -n 3 --steps 2 -o dit.npy -q

# Trained here, read there: the model that comes back draws the same images.
ok "the lab's net" ito train glyphs:size=8,n=100 --net lab-unet --size tiny \
    --label label --steps 3 --batch 32 -q -o here.safetensors
ok 'its weights' ito export here.safetensors -o there.safetensors
ok 'back from there' ito import there.safetensors --image 8x8 \
    -o came.safetensors
for m in here came; do
    ok "samples of $m" ito sample $m.safetensors --label all -n 10 --steps 2 \
        -o $m.npy -q
done
same here.npy came.npy

ok 'the standard dit' ito train glyphs:size=8,n=100 --net standard-dit \
    --width 32 --depth 2 --label label --steps 3 --batch 32 -q \
    -o here.safetensors
ok 'its weights' ito export here.safetensors -o there.safetensors
ok 'back from there' ito import there.safetensors --heads 4 --time-scale 1000 \
    -o came.safetensors
for m in here came; do
    ok "samples of $m" ito sample $m.safetensors --label all -n 10 --steps 2 \
        -o $m.npy -q
done
same here.npy came.npy

ok 'a perceptron' ito train moons --steps 1 --batch 32 -q -o moons.safetensors
fails 1 'neither the lab' ito export moons.safetensors -o bad.safetensors
ok 'a default unet' ito train glyphs:size=16,n=100 --net unet --size tiny \
    --steps 1 --batch 16 -q -o default.safetensors
fails 1 'neither the lab' ito export default.safetensors -o bad.safetensors
fails 1 'neither a tensor init_conv.0.weight' ito import \
    "$ITO_SOURCE/tests/data/torch_dit.run.safetensors" -o bad.safetensors
fails 1 'written by ito' ito import moons.safetensors -o bad.safetensors
fails 1 'not a unet' ito import "$dit" --net unet -o bad.safetensors
fails 1 '--image 32x32' ito import "$unet" -o bad.safetensors
fails 1 '--heads' ito import "$dit" -o bad.safetensors
fails 1 '6 positions are no square' ito import "$dit" --heads 3 \
    -o bad.safetensors
fails 1 'not a safetensors file' ito import "$0" -o bad.safetensors
head -c 20000 "$dit" >cut.safetensors
fails 1 'cut off' ito import cut.safetensors --heads 3 -o bad.safetensors
fails 2 'where to?' ito import "$dit"
fails 2 'where to?' ito export moons.safetensors
fails 2 'height x width' ito import "$dit" --image 4x6x2 -o bad.safetensors
[ ! -e bad.safetensors ]
verdict $? 'nothing was written'

finish
