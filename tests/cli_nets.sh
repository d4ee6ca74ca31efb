#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_nets.sh - networks of images from the command line: they train, draw,
# go on after a stop, and refuse what does not fit.
# shellcheck disable=SC2086  # $few is several words
. "$ITO_SOURCE/tests/tap.sh"

few='--steps 3 --batch 32 --valid -1 -q'

for net in unet lab-unet dit; do
    ok "$net" ito train glyphs:size=16,n=200 --label label --net $net \
        --size tiny $few -o $net.safetensors
    ok "$net on one thread" ito train glyphs:size=16,n=200 --label label \
        --net $net --size tiny $few --threads 1 -o one.safetensors
    same $net.safetensors one.safetensors
    ok "samples of $net" ito sample $net.safetensors --label all -n 20 \
        --steps 2 --guidance 2 -o $net.png
    ok 'what it is' ito info $net.safetensors
    ok "$net again" ito sample $net.safetensors --label 3 -n 2 --steps 2 \
        -o $net.npy
    ok 'plain kernels' ito sample $net.safetensors --label 3 -n 2 --steps 2 \
        --cpu c -o c.npy
    same $net.npy c.npy
done

tiny="glyphs:size=16,n=200 --label label --net unet --size tiny"
ok 'pictures on the way' ito train $tiny $few --pictures g -o seen.safetensors
same unet.safetensors seen.safetensors
[ -s g-0000001.png ] && [ -s g-0000003.png ]
verdict $? 'there are pictures'
ok 'dropout' ito train $tiny $few --dropout 0.2 -o dropped.safetensors
ok 'dropout on one thread' ito train $tiny $few --dropout 0.2 --threads 1 \
    -o one.safetensors
same dropped.safetensors one.safetensors
! cmp -s unet.safetensors dropped.safetensors
verdict $? 'dropout shows'

ok 'rates of my own' ito train $tiny --steps 3 --batch 32 --valid-every 3 -q \
    --ema 0.9,0.5 --json -o two.safetensors
has '"loss_at": [' out
ok 'averages' ito average two.safetensors
has 'validation loss' out
ok 'in words' ito info two.safetensors
has '(used)' out
ok 'another one' ito average two.safetensors --use 1 -o other.safetensors
ok 'which it is' ito average other.safetensors --json
has '"used": true}]' out
ok 'images have three' ito average unet.safetensors --use 2 -o other.safetensors
ok 'one rate' ito train $tiny $few --ema 0.9 -o one.safetensors
fails 1 'has one set of weights' ito average one.safetensors
fails 1 'average 2 of 2' ito average two.safetensors --use 2 -o bad.safetensors
fails 2 'belong together' ito average two.safetensors --use 1

ok 'another norm than the course' ito train glyphs:size=16,n=200 \
    --net lab-unet --size tiny --norm group $few -o group.safetensors
ok 'by default a unet' ito train glyphs:size=16,n=50 --steps 1 --batch 16 \
    --valid -1 -q -o default.safetensors
ok 'its operations' ito info default.safetensors
has 'conv0' out
ok 'small images have none' ito train glyphs:size=8 --steps 1 -q \
    -o small.safetensors
ok 'its operations' ito info small.safetensors
lacks 'conv0' out
ok 'odd sizes' ito train glyphs:size=17 --net unet --size tiny $few \
    -o odd.safetensors

ok 'bf16' ito train glyphs:size=16,n=200 --net dit --size tiny $few \
    --precision bf16 -o bf16.safetensors
ok 'bf16 on one thread' ito train glyphs:size=16,n=200 --net dit --size tiny \
    $few --precision bf16 --threads 1 -o one.safetensors
same bf16.safetensors one.safetensors
ok 'its precision' ito info bf16.safetensors
has 'bf16 products' out
ok 'samples in bf16' ito sample bf16.safetensors -n 2 --steps 2 \
    --precision bf16 -o bf16.npy
ok 'bf16 without instructions' ito sample bf16.safetensors -n 2 --steps 2 \
    --precision bf16 --cpu c -o c.npy
has 'no faster' err
same bf16.npy c.npy
fails 2 'precision' ito train glyphs --precision f16 $few -o bad.safetensors
fails 1 'an oracle' ito sample oracle:moons --precision bf16 -o bad.csv

fails 1 'needs images' ito train moons --net unet $few -o bad.safetensors
fails 1 'squares of 4' ito train glyphs:size=17 --net dit $few \
    -o bad.safetensors
fails 2 '--size is of' ito train moons --size tiny $few -o bad.safetensors
fails 2 '--norm is of' ito train moons --norm batch $few -o bad.safetensors
fails 2 '--dropout is of' ito train glyphs --net mlp --dropout 0.1 $few \
    -o bad.safetensors
fails 1 'dropout 1: must be' ito train glyphs --net unet --dropout 1 $few \
    -o bad.safetensors
fails 1 'are no images' ito train moons --pictures g $few -o bad.safetensors
fails 2 "'x' is not a number" ito train moons --ema 0.9,x $few \
    -o bad.safetensors
fails 2 'how large' ito train glyphs --net unet --width 64 $few \
    -o bad.safetensors
fails 2 '--activation' ito train glyphs --net dit --activation tanh $few \
    -o bad.safetensors
[ ! -e bad.safetensors ]
verdict $? 'nothing was written'

finish
