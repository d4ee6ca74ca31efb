#!/bin/sh
# SPDX-License-Identifier: MIT
#
# install.sh BUILD CMAKE CC VERSION - install to a scratch folder, then build
# and run a program against it as a stranger would: through CMake and through
# pkg-config, shared and static, and after the tree was moved.
set -eu
build=$1
cmake=$2
cc=$3
version=$4
here=$ITO_SOURCE/tests/install

rm -rf first stage consumer
"$cmake" --install "$build" --prefix "$PWD/first" >install.log
mv first stage
stage=$PWD/stage

for file in bin/ito include/ito.h include/ito/ctx.h share/man/man1/ito.1 \
    share/man/man1/ito-data.1 share/man/man3/ito.3 \
    share/bash-completion/completions/ito \
    share/zsh/site-functions/_ito share/fish/vendor_completions.d/ito.fish; do
    [ -s "$stage/$file" ] || {
        echo "not installed: $file"
        exit 1
    }
done
"$stage/bin/ito" --version

# CMake, shared and static
"$cmake" -S "$here" -B consumer -DCMAKE_PREFIX_PATH="$stage" \
    -DCMAKE_C_COMPILER="$cc" >cmake.log
"$cmake" --build consumer >>cmake.log
./consumer/shared "$version"
./consumer/static "$version"

# pkg-config, shared and static
libdir=$(dirname "$(find "$stage" -name ito.pc)")
PKG_CONFIG_PATH=$libdir
export PKG_CONFIG_PATH
[ "$(pkg-config --modversion ito)" = "$version" ]
# shellcheck disable=SC2046  # words
$cc -std=c11 "$here/consumer.c" $(pkg-config --cflags --libs ito) -o shared
LD_LIBRARY_PATH=$(dirname "$libdir") ./shared "$version"
# shellcheck disable=SC2046
$cc -std=c11 "$here/consumer.c" $(pkg-config --cflags ito) \
    "$(dirname "$libdir")/libito.a" \
    $(pkg-config --static --libs-only-l --libs-only-other ito |
        sed 's/-lito //') -o static
./static "$version"
echo "installed and used"
