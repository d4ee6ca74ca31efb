#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_nets.sh - networks of images from the command line: they train, draw,
# go on after a stop, and refuse what does not fit.
# shellcheck disable=SC2086  # $few is several words
. "$ITO_SOURCE/tests/tap.sh"

few='--steps 3 --batch 32 --valid-every 3 -q'

for net in unet dit; do
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

ok 'the norm of the course' ito train glyphs:size=16,n=200 --net unet \
    --size tiny --norm batch $few -o batch.safetensors
ok 'by default a unet' ito train glyphs:size=16 --steps 1 --batch 16 -q \
    -o default.safetensors
ok 'its operations' ito info default.safetensors
has 'conv0' out
ok 'small images have none' ito train glyphs:size=8 --steps 1 -q \
    -o small.safetensors
ok 'its operations' ito info small.safetensors
lacks 'conv0' out
ok 'odd sizes' ito train glyphs:size=17 --net unet --size tiny $few \
    -o odd.safetensors

fails 1 'needs images' ito train moons --net unet $few -o bad.safetensors
fails 1 'squares of 4' ito train glyphs:size=17 --net dit $few \
    -o bad.safetensors
fails 2 '--size is of' ito train moons --size tiny $few -o bad.safetensors
fails 2 '--norm is of' ito train moons --norm batch $few -o bad.safetensors
fails 2 'how large' ito train glyphs --net unet --width 64 $few \
    -o bad.safetensors
fails 2 '--activation' ito train glyphs --net dit --activation tanh $few \
    -o bad.safetensors
[ ! -e bad.safetensors ]
verdict $? 'nothing was written'

finish
