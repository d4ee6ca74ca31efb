#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run bench_mlp beside its Python counterparts, in turn, and print ratios.

    bench/compare_mlp.py BUILD [--python PYTHON ...] [--rounds 3]

BUILD is the folder that holds bench_mlp. Each --python names an interpreter;
those that can import torch or jax are peers. The environment is handed on:
choose the BLAS of Debian's PyTorch by LD_LIBRARY_PATH (its OpenMP build).
Rounds alternate ours and theirs; the median of the rounds is compared with
the median of the best peer.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CASES = [(256, 2048), (64, 256)]


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stderr.strip().splitlines()[-1:], file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def peers(pythons):
    found = []
    for python in pythons:
        for module, options in (("torch", []), ("torch", ["--compile"]),
                                ("jax", [])):
            known = subprocess.run([python, "-c", f"import {module}"],
                                   capture_output=True).returncode == 0
            if known:
                script = str(HERE / "peers" / f"{module}_mlp.py")
                found.append([python, script] + options)
    return found


def median(rows, key):
    return statistics.median(row[key] for row in rows)


def compare(build, commands, width, batch, rounds):
    ours, theirs = [], [[] for _ in commands]
    for _ in range(rounds):
        ours.append(run([build / "bench_mlp", str(width), str(batch)]))
        for i, command in enumerate(commands):
            row = run(command + ["--width", str(width), "--batch",
                                 str(batch)])
            if row:
                theirs[i].append(row)
    steps = median(ours, "train_steps_per_s")
    points = median(ours, "sample_points_per_s")
    print(f"width {width}, batch {batch}: ito {steps:.0f} steps/s, "
          f"{points:.0f} points/s")
    for command, rows in zip(commands, theirs):
        if not rows:
            continue
        name = " ".join(f"{k} {rows[0][k]}" for k in ("torch", "jax")
                        if k in rows[0])
        name += " " + " ".join(command[2:])
        train = median(rows, "train_steps_per_s")
        plain = median(rows, "sample_plain_per_s")
        chunked = median(rows, "sample_chunked_per_s")
        print(f"  {name:28} {train:7.0f} steps/s ({steps / train:.2f}x)"
              f"  plain {plain:6.0f} points/s ({points / plain:.2f}x)"
              f"  chunked {chunked:6.0f} ({points / chunked:.2f}x)")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--python", action="append", default=[])
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    commands = peers(args.python or [sys.executable])
    for width, batch in CASES:
        compare(args.build, commands, width, batch, args.rounds)


main()
