#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_pictures.sh - pictures of simulations and densities: every kind, still
# and moving, the numbers behind them, and clear words for what cannot be.
. "$ITO_SOURCE/tests/tap.sh"

# see cli_plot.sh
echo 'leak:libfontconfig' >lsan.supp
LSAN_OPTIONS="suppressions=$PWD/lsan.supp:print_suppressions=0"
export LSAN_OPTIONS

if ! ito simulate ou -n 50 --plot probe.png >out 2>err &&
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

png=$(printf '\211PNG')

ok 'one component' ito simulate ou -n 2000 --plot a.png --numbers a.csv \
    --animate a.apng
starts a.png "$png"
starts a.apng "$png"
has 'row,col,title,layer,kind,label,item,x,y,u,v' a.csv
has '1,1,"",1,lines,"50 of 2000 paths",1,0,' a.csv
has 'band' a.csv
has '"exact"' a.csv
has '1,2,"",1,bars,' a.csv
grep -aq acTL a.apng && ! grep -aq acTL a.png
verdict $? 'the moving picture moves, the other does not'

ok 'a stationary density' ito simulate --energy 'x^4/4-x^2/2 + y^2' -n 300 \
    -t 2 --start=-1,0 --plot b.svg --numbers b.csv
starts b.svg '<?xml'
has 'cells' b.csv
has 'levels' b.csv
has 't = 2' b.csv
ok 'a phase portrait' ito simulate van-der-pol -n 10 --plot c.pdf \
    --numbers c.csv
starts c.pdf '%PDF-'
has 'dx/dt = 0' c.csv
has '"trajectory"' c.csv
ok 'noise that depends on the state' ito simulate heston -n 300 --plot d.png \
    --numbers d.csv
has '2,1,"",1,lines' d.csv
ok 'three components' ito simulate lorenz -n 5 --plot e.png --numbers e.csv
has '3,1,"",1,lines' e.csv

ok 'a density over time' ito density ou --start 2 -t 1 --plot f.png \
    --numbers f.csv --animate f.apng
has 'cells' f.csv
has '"mean"' f.csv
has '"5 and 95 per cent"' f.csv
grep -aq acTL f.apng
verdict $? 'the density moves'
ok 'a density of two components' ito density --energy '(x^2-1)^2 + y^2/2' \
    --start 1,0.5 -t 1 --grid=-3:3:40,-3:3:40 --plot g.png --numbers g.csv
has 't = 1' g.csv
ok 'a stationary one' ito density --energy 'x^4/4-x^2/2' --stationary \
    --plot h.png --numbers h.csv
has 'bars' h.csv

# The same bytes again, whatever the threads
for what in 'ou -n 500' 'van-der-pol -n 3'; do
    # shellcheck disable=SC2086  # words
    ok "$what" ito simulate $what --plot one.png --animate one.apng \
        --numbers one.csv --threads 1
    # shellcheck disable=SC2086
    ok 'again' ito simulate $what --plot two.png --animate two.apng \
        --numbers two.csv --threads 3
    same one.png two.png
    same one.apng two.apng
    same one.csv two.csv
done

fails 2 '.png, .svg or .pdf' ito simulate ou --plot x.gif
fails 2 '.png or .apng' ito simulate ou --animate x.svg
fails 2 '--numbers is about' ito simulate ou --numbers x.csv
fails 1 'no/x.png' ito simulate ou -q -n 5 --plot no/x.png
fails 2 '.png, .svg or .pdf' ito density ou --plot x.gif
fails 1 'nothing moves' ito density ou -q --stationary --animate x.png
[ ! -e x.png ] && [ ! -e x.gif ] && [ ! -e x.svg ]
verdict $? 'nothing is left of what failed'
finish
