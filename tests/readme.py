#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""readme.py CC LIBITO.A [PKG-CONFIG-NAMES...] - compile and run every C
program in README.md and docs/*.md: what is shown must work."""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(os.environ["ITO_SOURCE"])


def programs():
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        blocks = re.findall(r"(?ms)^```c\n(.*?)^```", path.read_text())
        for i, text in enumerate(b for b in blocks if "int main(" in b):
            yield f"{path.stem}{i + 1}", text


def main():
    compiler, library, *packages = sys.argv[1:]
    libs = ["-lm", "-pthread"]
    packages = " ".join(packages).split()
    if packages:
        libs += subprocess.run(["pkg-config", "--libs", *packages], text=True,
                               capture_output=True, check=True).stdout.split()
    for name, text in programs():
        pathlib.Path(f"{name}.c").write_text(text)
        subprocess.run([compiler, "-std=c11", "-Wall", "-Wextra", "-Werror",
                        f"-I{ROOT / 'include'}", f"{name}.c", library, *libs,
                        "-o", name], check=True)
        subprocess.run([f"./{name}"], check=True)
        print(f"{name}: compiled and run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
