#!/bin/sh
# SPDX-License-Identifier: MIT
#
# headers.sh CC [CXX] - each public header compiles alone, as C11 and, where
# there is a C++ compiler, as C++11, without a warning.
set -u
cc=$1
cxx=${2:-}
include=$ITO_SOURCE/include
warnings='-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
-Wundef -Werror -fsyntax-only'
failed=0

case $cxx in
'' | *NOTFOUND) echo '# no C++ compiler: C alone is tested' && cxx= ;;
esac

for path in "$include"/ito.h "$include"/ito/*.h; do
    header=${path#"$include"/}
    # included twice: the guard works
    printf '#include <%s>\n#include <%s>\n' "$header" "$header" >one.c
    cp one.c one.cpp
    # shellcheck disable=SC2086  # a list of flags
    if ! $cc -std=c11 $warnings -Wstrict-prototypes -I"$include" one.c; then
        echo "not ok - $header as C11"
        failed=1
    fi
    # shellcheck disable=SC2086
    if [ -n "$cxx" ] && ! $cxx -std=c++11 $warnings -I"$include" one.cpp; then
        echo "not ok - $header as C++11"
        failed=1
    fi
done
exit $failed
