#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_train.sh - ito train and ito sample: the main job, stopped and resumed
# runs, and everything that can be wrong with what they are given.
. "$ITO_SOURCE/tests/tap.sh"

small='--width 16 --depth 2 --steps 60 --batch 128 --seed 4'
rm -rf ./*.safetensors ./*.checkpoint ./*.csv

# A table of numbers, whole numbers, texts and a constant
awk 'BEGIN { print "size,count,colour,fixed"
    for (i = 0; i < 400; i++)
        printf "%.3f,%d,%s,7\n", 1 + (i * 37 % 101) / 17, i % 5, \
            i % 3 ? "red" : "blue" }' </dev/null >table.csv

# shellcheck disable=SC2086  # $small is several words
{
    ok 'train on a table' ito train table.csv -o m.safetensors $small
    ok 'sample' ito sample m.safetensors -n 50 -o s.csv
    lines 51 s.csv
    head -n 1 s.csv >header.csv
    head -n 1 table.csv >wanted.csv
    same header.csv wanted.csv
    awk -F, 'NR > 1 && ($2 != int($2) || $2 < 0 || $2 > 4 ||
        ($3 != "red" && $3 != "blue") || $4 != 7 || $1 < 1 || $1 > 7) { bad++ }
        END { exit bad > 0 }' s.csv
    verdict $? 'whole numbers, texts and constants come back as such'
    ok 'JSON' ito train moons -o j.safetensors $small --json
    has '"kept_step"' out
    ok 'info on a model' ito info m.safetensors
    has 'linear0.weight' out
    ok 'info --json' ito info m.safetensors --json
    has '"path":"linear"' out
    [ ! -e m.safetensors.checkpoint ]
    verdict $? 'a finished run leaves no checkpoint'

    # The same bytes: threads, kernels, twice
    for how in '--threads 2' '--threads 3' '--cpu c' '--threads 1 --cpu avx2' \
        '--cpu avx512'; do
        # shellcheck disable=SC2086
        if ito info $how >/dev/null 2>&1; then
            ok "train $how" ito train table.csv -o h.safetensors $small $how
            same h.safetensors m.safetensors
            ok "sample $how" ito sample m.safetensors -n 50 -o h.csv $how
            same h.csv s.csv
        fi
    done
    ok 'rows of the middle' ito sample m.safetensors --first 10 -n 40 -o p.csv
    sed '2,11d' s.csv >tail.csv
    same p.csv tail.csv

    # Killed at some moment, resumed: the uninterrupted model
    long='--width 32 --depth 3 --steps 6000 --batch 256 --seed 9'
    ok 'uninterrupted' ito train table.csv -o whole.safetensors $long
    kills=0
    resume=
    for delay in 0.03 0.07 0.01 0.05; do
        # in the background, so that it can be killed, once there is
        # something to go on from
        # shellcheck disable=SC2086
        "$ITO" train table.csv -o cut.safetensors $long $resume \
            --checkpoint-every 0.01s >out 2>err </dev/null &
        pid=$!
        while [ ! -e cut.safetensors.checkpoint ] && kill -0 "$pid" 2>/dev/null
        do
            sleep 0.01
        done
        sleep "$delay"
        kill -KILL "$pid" 2>/dev/null && kills=$((kills + 1))
        wait "$pid" 2>/dev/null
        [ -e cut.safetensors.checkpoint ] && resume=--resume
    done
    verdict $((kills > 0 ? 0 : 1)) "a run was killed ($kills times)"
    if [ -e cut.safetensors.checkpoint ]; then
        ok 'info on a checkpoint' ito info cut.safetensors.checkpoint
        has 'checkpoint at step' out
        ok 'resumed' ito train table.csv -o cut.safetensors $long --resume
    fi
    same cut.safetensors whole.safetensors

    # Ctrl-C
    "$ITO" train table.csv -o int.safetensors $long --steps 2000000 >out 2>err \
        </dev/null &
    pid=$!
    sleep 0.5
    kill -TERM "$pid"
    wait "$pid"
    verdict $(($? == 1 ? 0 : 1)) 'an interrupted run exits 1'
    has '--resume goes on' err
    [ -s int.safetensors.checkpoint ] && [ ! -e int.safetensors ]
    verdict $? 'and leaves a checkpoint, no model'
    fails 1 '"steps"' ito train table.csv -o int.safetensors $long --resume -q
}

# A trajectory from noise to data
ok 'trajectory' ito sample j.safetensors -n 3 --steps 4 --trajectory t.csv \
    -o e.csv
lines 16 t.csv
has 'id,t,x,y' t.csv
ok 'every second step' ito sample j.safetensors -n 3 --steps 4 --every 2 \
    --trajectory t.csv -o e.csv
lines 10 t.csv

# Bad data: one line each, exit 1, nothing written
quick='-q -o bad.safetensors --steps 2'
printf '' >empty.csv
printf 'a,b\n' >header.csv
printf 'a,b\n1,2\n3\n4,5\n' >ragged.csv
printf 'a,b\n1,2\n3,4\nx5,6\n7,8\n' >text.csv
printf 'a,b\n1,2\n3,\n5,6\n' >missing.csv
printf 'a,b\n1,2\n3,nan\n5,6\n' >nan.csv
printf 'a,b\n1,2\n3,inf\n5,6\n' >inf.csv
printf 'a,b\n1,2\n' >onerow.csv
printf 'a,b\n1,2\n1,2\n1,2\n' >constant.csv
mkdir -p folder.csv
# shellcheck disable=SC2086
{
    fails 1 'nosuch.csv' ito train nosuch.csv $quick
    fails 1 'empty.csv' ito train empty.csv $quick
    fails 1 'header.csv' ito train header.csv $quick
    fails 1 'ragged.csv:3' ito train ragged.csv $quick
    fails 1 'text.csv:4' ito train text.csv $quick
    fails 1 '--drop-missing' ito train missing.csv $quick
    fails 1 'nan.csv:3' ito train nan.csv $quick
    fails 1 'inf.csv:3' ito train inf.csv $quick
    fails 1 'row' ito train onerow.csv $quick
    fails 1 'constant' ito train constant.csv $quick
    fails 1 'directory' ito train folder.csv $quick
    fails 1 'nosuchset' ito train nosuchset $quick
    fails 1 'nosuch' ito train table.csv --columns nosuch $quick
    fails 1 'cannot be written' ito train table.csv -q --steps 2 \
        -o /nosuch/m.safetensors
    fails 1 'epochs' ito train moons --epochs 3 -q -o bad.safetensors
    fails 1 'diverged at step' ito train table.csv -q -o bad.safetensors \
        --lr 1e6 --warmup 1 --steps 400 --batch 128 --width 64
    fails 1 'nosuch' ito train table.csv --resume $quick --checkpoint nosuch
    fails 2 '--lr' ito train table.csv --lr 0 $quick
    fails 2 '--steps' ito train table.csv --steps 0 -q -o bad.safetensors
    fails 2 '--batch' ito train table.csv --batch x $quick
    fails 2 '-o' ito train table.csv -q
    fails 2 'exclude' ito train table.csv --epochs 3 $quick
    fails 1 'batch' ito train table.csv --batch 99999999999 $quick
    fails 1 'width' ito train table.csv --width 99999999 $quick
}
[ ! -e bad.safetensors ]
verdict $? 'nothing was written'
ok 'rows with missing cells can be dropped' ito train missing.csv \
    --drop-missing -q -o few.safetensors --steps 2
ok 'one column' ito train table.csv --columns size -q --steps 2 \
    -o one.safetensors
ok 'its samples' ito sample one.safetensors -n 5
lines 6 out
awk 'BEGIN { for (r = 0; r < 9; r++) { for (j = 0; j < 10000; j++)
    printf "%s%d", j ? "," : "", (r * 7919 + j * 104729) % 1000
    print "" } }' </dev/null >wide.csv
ok '10 000 columns' ito train wide.csv --header no -q --width 8 --depth 1 \
    --steps 2 --batch 8 -o wide.safetensors

# a model is judged as its samples are
ok 'samples to judge' ito sample m.safetensors -n 5000 -o judged.csv
ok 'judged by a file' ito eval table.csv judged.csv --rows 20 --draws 2
cp out by_file.txt
ok 'judged by the model' ito eval table.csv m.safetensors --rows 20 --draws 2
same by_file.txt out

# Bad models
size=$(wc -c <m.safetensors)
fails 1 'nosuch' ito sample nosuch.safetensors -n 5
for cut in 0 4 100 $((size / 2)) $((size - 1)); do
    head -c "$cut" m.safetensors >cut.safetensors
    fails 1 'cut.safetensors' ito sample cut.safetensors -n 5
done
for at in 3 60 $((size / 3)) $((size - 50)); do
    cp m.safetensors flip.safetensors
    byte=$(od -An -tu1 -j "$at" -N 1 m.safetensors | tr -d ' ')
    # shellcheck disable=SC2059  # the format is the byte
    printf "\\$(printf '%03o' $((byte ^ 4)))" |
        dd of=flip.safetensors bs=1 seek="$at" conv=notrunc 2>/dev/null
    fails 1 'flip.safetensors' ito sample flip.safetensors -n 5
done
fails 1 'checkpoint' ito sample int.safetensors.checkpoint -n 5
fails 2 'at least 1' ito sample m.safetensors -n 0
fails 2 'whole number' ito sample m.safetensors -n -5
fails 1 'nosuch' ito sample m.safetensors --solver nosuch
fails 1 'do not fit' ito sample m.safetensors -n 999999999999999999
fails 1 '/nosuch' ito sample m.safetensors -n 5 -o /nosuch/s.csv
if [ -w /dev/full ]; then
    ito sample m.safetensors -n 50000 >/dev/full 2>err
    verdict $(($? == 1 ? 0 : 1)) 'a full disk behind a pipe is a failure'
fi

finish
