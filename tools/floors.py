#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Check the floors of the source: a file includes only from its own folder
or from lower floors.  docs/design/floors.md says why.

A public header ito/NAME.h has the floor of the folder that implements it,
which is the folder that defines its ITO_API functions; this is found in the
source, so a new header needs no entry here."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLOORS = {
    "base": 0, "kern": 0,
    "os": 1,
    "ctx": 2,
    "rng": 2.5,  # below data, which spreads atoms with addressed noise
    "expr": 3, "data": 3,
    "dist": 4, "nn": 4, "solve": 4,
    "path": 5, "pde": 5, "metric": 5,
    "flow": 6, "sim": 6,
    "plot": 7,
    "cli": 8, "mpi": 8,
}
# Folders that see public headers alone, but for these.
PUBLIC_ONLY = {"cli": set(), "mpi": {"base"}}
DECLARED = re.compile(r"ITO_API[^;{}]*?\b(ito_\w+)\(", re.S)
DEFINED = re.compile(r"^[a-z][^;={}#]*?\b(ito_[a-z]\w*)\([^;{}]*\)\s*\{",
                     re.M | re.S)


def definitions():
    """Which folder defines each public function."""
    folder = {}
    for path in sorted((ROOT / "src").rglob("*.c")):
        for name in DEFINED.findall(path.read_text()):
            folder.setdefault(name, path.relative_to(ROOT).parts[1])
    return folder


def header_floors():
    """The floor of each public header: that of the highest folder that
    defines one of its functions, or of a header it includes."""
    folder = definitions()
    floors, includes = {}, {}
    for path in sorted((ROOT / "include/ito").glob("*.h")):
        text = path.read_text()
        name = f"ito/{path.name}"
        floors[name] = max((FLOORS[folder[f]] for f in DECLARED.findall(text)
                            if f in folder), default=0)
        includes[name] = re.findall(r"#include <(ito/\w+\.h)>", text)
    for _ in floors:  # to the fixed point
        for name, used in includes.items():
            floors[name] = max([floors[name]]
                               + [floors.get(h, 0) for h in used])
    return floors


def check_public(headers, say):
    """A public header may not include one of a higher folder."""
    folder = definitions()
    for path in sorted((ROOT / "include/ito").glob("*.h")):
        text = path.read_text()
        own = {folder[f] for f in DECLARED.findall(text) if f in folder}
        if not own:
            continue
        lowest = min(FLOORS[f] for f in own)
        if max(FLOORS[f] for f in own) != lowest:
            say(path, 1, "functions are defined on several floors: "
                + ", ".join(sorted(own)))
        for number, line in enumerate(text.splitlines(), 1):
            match = re.match(r"#include <(ito/\w+\.h)>", line)
            if match and headers.get(match[1], 0) > lowest:
                say(path, number, f"floor {lowest} may not include "
                    f"{match[1]} of floor {headers[match[1]]}")


def check_source(path, headers, say):
    here = path.relative_to(ROOT).parts[1]
    if here not in FLOORS:
        say(path, 1, f"folder {here} has no floor: add it to tools/floors.py")
        return
    for number, line in enumerate(path.read_text().splitlines(), 1):
        private = re.match(r'#\s*include "(\w+)/', line)
        public = re.match(r"#\s*include <(ito/\w+\.h)>", line)
        if private and private[1] != here:
            there = private[1]
            allowed = PUBLIC_ONLY.get(here)
            if (there not in allowed if allowed is not None
                    else FLOORS.get(there, 99) >= FLOORS[here]):
                say(path, number, f"{here} may not include {there}")
        elif re.match(r'#\s*include "[^/"]+"', line):
            say(path, number, 'write the folder: #include "folder/file.h"')
        elif public and headers.get(public[1], 0) > FLOORS[here]:
            say(path, number, f"{here} (floor {FLOORS[here]}) may not "
                f"include {public[1]} (floor {headers[public[1]]})")


def main():
    bad = []

    def say(path, number, text):
        bad.append(1)
        print(f"{path.relative_to(ROOT)}:{number}: {text}")

    headers = header_floors()
    check_public(headers, say)
    for path in sorted((ROOT / "src").rglob("*.[ch]")):
        check_source(path, headers, say)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
