#!/bin/sh
# SPDX-License-Identifier: MIT
#
# labs.sh - run every command of docs/book/labs.md: train its models, make its
# pictures.
#
#   tools/labs.sh FOLDER         into this folder; models that are there stay
#   tools/labs.sh FOLDER small   the same in seconds, with tiny sizes: to try
#                                the commands, not to look at
#
# The program is $ITO, or build/release/ito.  The pictures that the page shows
# are in docs/pictures.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
: "${ITO:=$root/build/release/ito}"
folder=${1:?tools/labs.sh FOLDER [small]}
size=${2:-}
mkdir -p "$folder"

# The commands of the page: lines in sh blocks, joined where they go on.
awk '/^```sh$/ { on = 1; next } /^```/ { on = 0 }
     on && /\\$/ { sub(/\\$/, ""); printf "%s", $0; next } on' \
    "$root/docs/book/labs.md" >"$folder/labs.cmd"
cd "$folder"

# made ARGUMENTS...: whether the model of a training is there already
made() {
    while [ $# -gt 1 ]; do
        [ "$1" = -o ] && [ -e "$2" ] && return 0
        shift
    done
    return 1
}

# ito ARGUMENTS...: one command of the page
ito() {
    echo "ito $*"
    case $1,$size in
    train,small) set -- "$@" --steps 20 --batch 64 --width 16 -q ;;
    train,) if made "$@"; then return; fi ;;
    simulate,small) set -- "$@" -n 20 --keep 20 --dpi 30 -q ;;
    plot,small) set -- "$@" -n 60 --dpi 30 ;;
    simulate,) set -- "$@" -q ;;
    esac
    "$ITO" "$@" >>labs.out
}

# shellcheck disable=SC1091  # written above
. ./labs.cmd
