#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tidy.py [--deep] BUILD [FILE...] - run clang-tidy 14 over the sources, in
parallel; the slow analyzer with --deep alone.

The compiler flags come from BUILD/compile_commands.json.  A file that passed
is not looked at again until its preprocessed text or .clang-tidy changes:
BUILD/tidy holds one empty file for each text that passed."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("src", "examples", "bench")


def clang_tidy():
    """The program of version 14; None, with a word, for other versions."""
    for name in ("clang-tidy-14", "clang-tidy"):
        path = shutil.which(name)
        if path:
            text = subprocess.run([path, "--version"], capture_output=True,
                                  text=True, check=True).stdout
            version = int(re.search(r"version (\d+)", text)[1])
            if version == 14:
                return path
            print(f"clang-tidy {version} is not 14: nothing is checked")
            return None
    sys.exit("clang-tidy is not installed (tools/setup.sh check)")


def flags_of(build):
    """Include paths and definitions of each source file."""
    flags = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        words = entry["command"].split()
        keep = []
        for word, following in zip(words, words[1:] + [""]):
            if word.startswith(("-I", "-DITO_")):
                keep.append(word)
            elif word == "-isystem":
                keep += [word, following]
        flags.setdefault(path, ["-std=c11", *keep])
    return flags


def key_of(path, flags, config):
    """What decides the verdict on a file, as a hash."""
    text = subprocess.run(["cc", "-E", *flags, str(path)],
                          capture_output=True)
    if text.returncode != 0:
        return None
    own = re.sub(rb'(?m)^# \d+ .*\n', b"", text.stdout)
    return hashlib.sha256(config + path.read_bytes() + own).hexdigest()


def check(program, path, flags, passed, config, deep):
    """The complaints about one file; an empty text when there are none."""
    key = key_of(path, flags, config + (b"deep" if deep else b""))
    if key and (passed / key).exists():
        return ""
    fast = [] if deep else ["--checks=-clang-analyzer-*"]
    run = subprocess.run([program, "--quiet", *fast, str(path), "--", *flags],
                         cwd=ROOT, capture_output=True, text=True)
    if run.returncode == 0 and not run.stdout.strip():
        if key:
            (passed / key).touch()
        return ""
    faults = re.findall(r"(?m)^.*: (?:error|warning): .*$", run.stdout)
    return "\n".join(dict.fromkeys(faults)) or run.stdout + run.stderr


def main():
    deep = "--deep" in sys.argv
    words = [word for word in sys.argv[1:] if word and word != "--deep"]
    build = pathlib.Path(words[0]).resolve()
    program = clang_tidy()
    if not program:
        return 0
    flags = flags_of(build)
    files = ([pathlib.Path(name).resolve() for name in words[1:]]
             or [path for path in sorted(flags)
                 if path.is_relative_to(ROOT)
                 and path.relative_to(ROOT).parts[0] in FOLDERS])
    passed = build / "tidy"
    passed.mkdir(exist_ok=True)
    config = (ROOT / ".clang-tidy").read_bytes()
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(check, program, path, flags.get(
            path, ["-std=c11", "-Iinclude", "-Isrc"]), passed, config, deep)
                for path in files]
        for path, job in zip(files, jobs):
            if job.result():
                bad += 1
                print(job.result().replace(f"{ROOT}/", ""))
    print(f"clang-tidy: {len(files)} files, {bad} with complaints")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
