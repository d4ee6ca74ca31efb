#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Check what clang-format and clang-tidy do not: lengths, documentation of
the public headers, licence lines, names, words that have no place here.

Prints FILE:LINE: what is wrong; exit code 1 if anything is."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE_LINES = 800
FUNCTION_LINES = 70
COLUMNS = 80
FOLDERS = ("include", "src", "tests", "examples", "bench", "tools", "cmake",
           "packaging", "man", "docs", ".ci")
LOOSE = ("CMakeLists.txt", "Makefile")
CODE = {".c", ".h", ".cpp", ".py", ".sh", ".cmake", ".in", ".3", ".1"}
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
# The library never prints, exits or asks the environment, and these string
# calls have safer ones beside them.
BANNED = re.compile(
    r"(?<![\w.>])(v?printf|puts|exit|_exit|abort|getenv|setlocale|signal|rand"
    r"|srand|strcpy|strcat|strncpy|sprintf|vsprintf|gets|strtok|alloca"
    r"|asctime|ctime|gmtime|localtime)\(")

bad = []


def say(path, number, text):
    bad.append(1)
    print(f"{path.relative_to(ROOT)}:{number}: {text}")


def files():
    """Every file that is looked at, as (path, text)."""
    paths = [ROOT / name for name in LOOSE]
    for folder in FOLDERS:
        paths += sorted((ROOT / folder).rglob("*"))
    for path in paths:
        if path.is_file() and path.suffix not in (".png", ".npy", ".gz",
                                                  ".pyc"):
            try:
                yield path, path.read_text()
            except UnicodeDecodeError:
                continue  # a sample for the tests, written by others


def is_code(path):
    return path.suffix in CODE or path.name in (*LOOSE, "run")


def check_text(path, text):
    """Rules for every text file."""
    lines = text.split("\n")
    if text and not text.endswith("\n"):
        say(path, len(lines), "no newline at the end")
    for number, line in enumerate(lines, 1):
        if line.endswith((" ", "\t", "\r")):
            say(path, number, "blank at the end of the line")
        if "\t" in line and path.name != "Makefile":
            say(path, number, "tab")
        if (is_code(path) and len(line) > COLUMNS
                and not line.startswith("#pragma")):
            say(path, number, f"{len(line)} columns, at most {COLUMNS}")
        if UNFINISHED.search(line):
            say(path, number, "unfinished work: finish it or say NEEDSWORK")


def check_code(path, text):
    """Rules for every source file."""
    lines = text.split("\n")
    if path.suffix != ".in" and not any(
            "SPDX-License-Identifier: MIT" in line for line in lines[:2]):
        say(path, 1, "no SPDX line")
    if len(lines) - 1 > FILE_LINES:
        say(path, len(lines), f"{len(lines) - 1} lines, at most {FILE_LINES}")


def check_functions(path, text):
    """Function length; bodies open and close in column 1."""
    start = None
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start:
            length = number - start + 1
            if length > FUNCTION_LINES and line == "}":
                say(path, start, f"function of {length} lines, at most "
                    f"{FUNCTION_LINES}")
            start = None


def without_comments(text):
    """The text with comments and strings blanked, lines kept."""
    pattern = re.compile(
        r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def check_library(path, text):
    for number, line in enumerate(without_comments(text).split("\n"), 1):
        match = BANNED.search(line)
        if match:
            say(path, number, f"{match[1]}() has no place in the library")


def check_documented(path, text):
    """Every function and type of a public header has a comment before it."""
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if not re.match(r"(ITO_API|typedef|struct)\b", line):
            continue
        forward = re.match(r"typedef struct (\w+) \1;", line)
        if forward and re.search(rf"(?m)^struct {forward[1]} \{{", text):
            continue  # the struct itself is checked
        j = i - 1
        if j < 0 or not lines[j].rstrip().endswith("*/"):
            say(path, i + 1, "no /** comment */ before this declaration")
            continue
        while j > 0 and "/*" not in lines[j]:
            j -= 1
        if "/**" not in lines[j]:
            say(path, i + 1, "the comment before this begins with /*, not /**")


def check_names(paths):
    """A file name says which file is meant."""
    for tree in (("include",), ("src", "tests", "examples", "bench")):
        seen = {}
        for path in paths:
            if path.relative_to(ROOT).parts[0] not in tree:
                continue
            if path.name in seen and path.suffix in (".c", ".h"):
                say(path, 1, "the name stands for "
                    f"{seen[path.name].relative_to(ROOT)} too")
            seen[path.name] = path


def check_umbrella():
    """ito.h includes every public header."""
    umbrella = ROOT / "include/ito.h"
    text = umbrella.read_text()
    for path in sorted((ROOT / "include/ito").glob("*.h")):
        if f"#include <ito/{path.name}>" not in text:
            say(umbrella, 1, f"does not include ito/{path.name}")


def main():
    paths = []
    for path, text in files():
        paths.append(path)
        top = path.relative_to(ROOT).parts[0]
        check_text(path, text)
        if is_code(path):
            check_code(path, text)
        if path.suffix in (".c", ".h"):
            check_functions(path, text)
        if top == "src" and path.suffix in (".c", ".h") and "cli" not in (
                path.relative_to(ROOT).parts):
            check_library(path, text)
        if top == "include" and path.suffix == ".h":
            check_documented(path, text)
    check_names(paths)
    check_umbrella()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
