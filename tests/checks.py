#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""checks.py - every test and every function that docs/design/checks.md names
exists: a page that is out of date is worse than none."""
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(os.environ["ITO_SOURCE"])


def rows(text):
    for line in text.splitlines():
        cells = [c.strip() for c in line.strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 3 and "---" not in line:
            if cells[2] != "tests":
                yield cells


def missing_tests(cell):
    for part in cell.split(";"):
        name, _, tests = part.strip().partition(": ")
        path = ROOT / "tests" / f"{name}.c"
        text = path.read_text() if path.exists() else ""
        for test in tests.split(", "):
            if f"RUN({test})" not in re.sub(r"\s", "", text):
                yield f"{name}: {test}"


def missing_homes(cell, headers, specs):
    for home in re.findall(r"`([^`]*)`", cell):
        if home.startswith("ito/"):
            found = (ROOT / "include" / home).exists()
        elif home.startswith("ito_"):
            found = re.search(rf"\b{home}\b", headers)
        else:
            found = f'"{home}"' in specs
        if not found:
            yield home


def main():
    page = (ROOT / "docs" / "design" / "checks.md").read_text()
    headers = "".join(p.read_text()
                      for p in sorted((ROOT / "include").rglob("*.h")))
    specs = "".join(p.read_text()
                    for p in sorted((ROOT / "src" / "dist").iterdir()))
    count, bad = 0, []
    for _, homes, tests in rows(page):
        count += 1
        bad += [*missing_homes(homes, headers, specs), *missing_tests(tests)]
    for name in bad:
        print(f"docs/design/checks.md: there is no {name}")
    print(f"{count} rows")
    return 1 if bad or count < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
