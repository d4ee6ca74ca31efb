#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""symbols.py LIBITO.SO LIBITO.A - what the finished library exports and uses.

The shared library exports public names alone and no data that can change.
Outside the pictures, nothing uses a libm function whose last bit may differ
between systems; the library does not print, exit or ask the environment."""
import subprocess
import sys

LIBM = set("""acos asin atan atan2 cos sin tan sincos cosh sinh tanh acosh
    asinh atanh exp exp2 exp10 expm1 log log2 log10 log1p pow cbrt hypot erf
    erfc tgamma lgamma""".split())
INEXACT = LIBM | {name + "f" for name in LIBM} | {
    f"__{name}_finite" for name in LIBM}
FORBIDDEN = set("""exit _exit abort getenv secure_getenv setlocale signal
    sigaction printf vprintf puts putchar perror rand srand random system
    __printf_chk __vprintf_chk""".split())
# Files that draw, whose last bit reaches a picture and no number.
PICTURES = ("layout", "figure", "pen", "layers", "report")


def nm(*arguments):
    return subprocess.run(["nm", *arguments], capture_output=True, text=True,
                          check=True).stdout.splitlines()


def check_exports(shared):
    for line in nm("-D", "--defined-only", shared):
        kind, name = line.split()[-2:]
        if not name.startswith("ito_") or name.startswith("ito__"):
            yield f"{name} is exported"
        elif kind in "BDCGS":
            yield f"{name} is exported data that can change"


def check_uses(archive):
    for line in nm("-A", "-u", archive):
        place, _, name = line.rpartition(" ")
        member = place.split(":")[1]
        name = name.split("@")[0]
        if name in INEXACT and not member.startswith(PICTURES):
            yield f"{member} uses {name} of the C library"
        if name in FORBIDDEN:
            yield f"{member} uses {name}"


def main():
    bad = [*check_exports(sys.argv[1]), *check_uses(sys.argv[2])]
    for text in bad:
        print(text)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
