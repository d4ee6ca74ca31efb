#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run bench_sim beside its Python counterparts, in turn, and print ratios.

    bench/compare_sim.py BUILD [--python PYTHON ...] [--threads 2] [--rounds 3]

BUILD is the folder that holds bench_sim. Each --python names an interpreter;
the peers are those of torch and numpy that it can import, each in every form
and blocking of the work that makes sense. The environment is handed on: choose
the BLAS of Debian's PyTorch by LD_LIBRARY_PATH (its OpenMP build). Rounds
alternate ours and theirs; the median of the rounds is compared with the
median of every peer.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PARTICLES, STEPS = 1000000, 100
FORMS = {
    "ou": [["inplace"], ["inplace", "--block", "16384"], ["plain"]],
    "langevin": [["matmul"], ["matmul", "--block", "16384"],
                 ["plain", "--block", "16384"]],
}
OURS = ["ou", "ou64", "callback", "formula", "langevin", "lorenz", "lorenz64"]


def run(command):
    done = subprocess.run([str(word) for word in command],
                          capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stderr.strip().splitlines()[-1:], file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def peers(pythons, sde, threads):
    found = []
    for python in pythons:
        for lib in ("torch", "numpy"):
            known = subprocess.run([python, "-c", f"import {lib}"],
                                   capture_output=True).returncode == 0
            for form in FORMS[sde] if known else []:
                found.append([python, HERE / "peers" / "sde_particles.py",
                              "--lib", lib, "--sde", sde, "--threads",
                              threads, "--particles", PARTICLES, "--form"]
                             + form)
    return found


def sim(build, case, threads):
    steps = 20 if case.startswith("lorenz") else STEPS
    return run([build / "bench_sim", case, PARTICLES, steps, threads])


def median(rows, key):
    return statistics.median(row[key] for row in rows)


def compare(build, pythons, sde, threads, rounds):
    commands = peers(pythons, sde, threads)
    ours, theirs = [], [[] for _ in commands]
    for _ in range(rounds):
        ours.append(sim(build, sde, threads))
        for i, command in enumerate(commands):
            row = run(command)
            if row:
                theirs[i].append(row)
    rate = median(ours, "particle_steps_per_s")
    print(f"{sde}, {threads} threads: ito {rate:.3g} particle-steps/s, hash "
          f"{ours[0]['hash']}")
    for rows in theirs:
        if rows:
            peer, first = median(rows, "particle_steps_per_s"), rows[0]
            name = f"{first['lib']} {first['version']} {first['form']}"
            if first["block"]:
                name += f", blocks of {first['block']}"
            print(f"  {name:40} {peer:9.3g}  ({rate / peer:.1f}x)")


def table(build, threads, rounds):
    print(f"{'case':10} {'threads':>7} {'ns':>8} {'best':>8}  hash")
    for case in OURS:
        for count in sorted({1, threads}):
            rows = [sim(build, case, count) for _ in range(rounds)]
            print(f"{case:10} {count:7} {median(rows, 'ns'):8.3f} "
                  f"{min(row['best_ns'] for row in rows):8.3f}  "
                  f"{rows[0]['hash']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--python", action="append", default=[])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    table(args.build, args.threads, args.rounds)
    for sde in FORMS:
        compare(args.build, args.python or [sys.executable], sde,
                args.threads, args.rounds)


main()
