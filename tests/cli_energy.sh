#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_energy.sh - ito simulate --sampler: draws from exp(-U/T) of formulas,
# systems, oracles and models, the same bytes however it is run, and clear
# words for bad input.
. "$ITO_SOURCE/tests/tap.sh"

well='--energy x^4/4-x^2/2+y^2 --temperature 0.5'

# --- results -----------------------------------------------------------
# shellcheck disable=SC2086
ok 'mala' ito simulate $well --sampler mala -q -o d.csv
lines 4001 d.csv
has 'chain,draw,x,y,energy' d.csv
has 'R-hat' out
has 'ESS bulk' out
has 'per cent of the moves accepted' out
# shellcheck disable=SC2086
ok 'langevin with a step' ito simulate $well --sampler langevin \
    --step-length 0.1 -n 2 --draws 50 --warmup 20 --thin 3 --start 1,0 \
    --spread 0.1 -q -o d.npy
has 'step 0.1,' out
# shellcheck disable=SC2086
ok 'tempering' ito simulate $well --sampler tempering --temperatures 5 \
    --hottest 4 -q
has 'round trips' out
[ "$(grep -c '^ *[0-9.]* *[0-9.]* *0\.[0-9]* ' out)" -eq 5 ]
verdict $? 'a line a temperature'
# shellcheck disable=SC2086
ok 'annealing' ito simulate $well --sampler anneal -n 300 -q -o w.csv
has 'log Z = ' out
has 'chain,draw,x,y,energy,log_weight' w.csv
lines 301 w.csv
# shellcheck disable=SC2086
ok 'JSON' ito simulate $well --sampler tempering --draws 200 -q --json
has '"rungs":[{"temperature":0.5' out
has '"rhat":' out
has '"warnings":[' out
has '"name":"energy"' out
ok 'a named system' ito simulate langevin:target=gmm,modes=3 --sampler \
    tempering --draws 100 -q
ok 'draws on standard output' ito simulate ou --sampler mala --draws 5 -q -o -
lines 21 out
ok 'an oracle' ito simulate --energy oracle:gmm:modes=3@0.8 --sampler mala \
    --draws 50 -q
ok 'an oracle on a path' ito simulate --energy oracle:gmm@cosine --sampler \
    mala --draws 50 -q
ok 'a model with an energy' ito train gmm --net potential -o e.safetensors \
    --steps 3 --width 8 --batch 64 -q
ok 'is sampled' ito simulate --energy e.safetensors --sampler anneal -n 20 \
    --warmup 20 --temperatures 5 -q
has 'log Z' out
ok 'at a time' ito simulate --energy e.safetensors@0.5 --sampler mala \
    --draws 20 --temperature 2 -q
has 'exp(-U/2)' out
if ito info | grep -q 'cairo'; then
    ok 'a picture' ito simulate ou --sampler mala --draws 50 -q \
        --plot p.svg --numbers p.csv
    [ -s p.svg ] && [ -s p.csv ]
    verdict $? 'is there'
fi

# chains that stay in two wells are found out
ok 'wells far apart' ito simulate --energy '(x^2-16)^2/8' --sampler mala \
    --spread 4 -n 8 -q
has 'warning: R-hat is above 1.01' err
has 'tempering' err

# --- the same bytes ----------------------------------------------------
for how in '--threads 1' '--threads 3' '--cpu c' '--cpu avx2'; do
    # shellcheck disable=SC2086
    if ito info $how >out 2>err; then
        # shellcheck disable=SC2086
        ok "with $how" ito simulate $well --sampler tempering -n 9 \
            --draws 60 --warmup 60 -q -o x.npy $how --json
        [ -e x0.npy ] || { cp x.npy x0.npy && cp out out0; }
        same x.npy x0.npy
        same out out0
    fi
done

# --- bad input ---------------------------------------------------------
fails 2 'is none of' ito simulate ou --sampler hmc
fails 2 '--draws belongs to --sampler' ito simulate ou --draws 5
fails 2 '--hottest belongs to --sampler' ito simulate ou --hottest 5
fails 2 '--method does not go with --sampler' ito simulate ou --sampler mala \
    --method heun
fails 2 '--time does not go with --sampler' ito simulate ou --sampler mala -t 3
fails 2 '--drift does not go with --sampler' ito simulate --drift x \
    --sampler mala
fails 2 'sampled with --sampler' ito simulate --energy e.safetensors
fails 2 'give a named system' ito simulate --sampler mala
fails 2 'have weights' ito simulate ou --sampler anneal --plot a.png
fails 1 'belong to anneal' ito simulate ou --sampler mala --temperatures 3
fails 1 'must be the higher' ito simulate ou --sampler tempering --hottest 0.01
fails 1 'no potential' ito simulate lorenz --sampler mala
fails 1 'which temperature is meant' ito simulate --energy 'x^2+y^2' \
    --diffusion '1;2' --sampler mala
fails 1 'it is 1 numbers' ito simulate ou --sampler mala --start 1,2
fails 1 'it is 1 numbers' ito simulate ou --sampler mala --start gaussian
fails 1 'where chain 0 starts' ito simulate --energy 'log(x)' --start -1 \
    --spread 0.01 --sampler mala
fails 1 'ran away' ito simulate --energy x^4 --sampler langevin --spread 10 \
    --step-length 1
fails 1 'a time from 0 to 1' ito simulate --energy e.safetensors@3 \
    --sampler mala
fails 1 'none.safetensors' ito simulate --energy none.safetensors --sampler mala
fails 2 'is a model' ito simulate ou --energy e.safetensors --sampler mala
ok 'a model without an energy' ito train moons --steps 2 --width 8 --batch 64 \
    -q -o m.safetensors
fails 1 'not the gradient of an energy' ito simulate --energy m.safetensors \
    --sampler mala

finish
