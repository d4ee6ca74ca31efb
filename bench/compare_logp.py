#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run bench_logp beside its Python counterpart, in turn, and print ratios.

    bench/compare_logp.py BUILD FOLDER [--python PYTHON] [--rounds 3]

BUILD is the folder that holds bench_logp, FOLDER receives the network, the
points and their values. The environment is handed on: choose the BLAS of
Debian's PyTorch by LD_LIBRARY_PATH (its OpenMP build). Rounds alternate ours
and theirs; medians are compared. Ours holds every point to the tolerance,
theirs the root mean square over all: how far the values are apart is printed
too.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def run(command):
    done = subprocess.run([str(word) for word in command],
                          capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr.strip())
    return json.loads(done.stdout.strip().splitlines()[-1])


def median(rows, key):
    return statistics.median(row[key] for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    peer = [args.python, HERE / "peers" / "torch_logp.py", args.folder,
            "--threads", args.threads]
    ours = [args.build / "bench_logp", args.folder, args.threads]
    names = {"plain": [], "chunks of 1000": ["--chunk", 1000]}
    rows, theirs = [], {name: [] for name in names}
    for _ in range(args.rounds):
        rows.append(run(ours))
        for name, options in names.items():
            theirs[name].append(run(peer + options))
    once = median(rows, "seconds")
    both = median(rows, "seconds_with_error")
    print(f"ito {once:.2f} s, with the error of steps {both:.2f} s")
    for name, found in theirs.items():
        seconds = median(found, "seconds")
        print(f"  torch {found[0]['torch']} {name:16} {seconds:6.2f} s "
              f"({seconds / once:.2f}x, {seconds / both:.2f}x), apart "
              f"{found[0]['apart_median']:.1g}, at worst "
              f"{found[0]['apart_worst']:.1g}")


main()
