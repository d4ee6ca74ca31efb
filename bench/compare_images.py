#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run bench_images beside PyTorch, in turn, and print ratios.

    bench/compare_images.py BUILD [--python PYTHON] [--rounds 3]
        [--only unet|dit] [--what train|sample] [--pieces 5]

BUILD is the folder that holds bench_images, PYTHON an interpreter that can
import torch. The environment is handed on: choose the BLAS of Debian's PyTorch
by LD_LIBRARY_PATH (its OpenMP build). Rounds alternate ours and theirs; the
median of the rounds is compared, of the same precision, with each peer. MB is
the largest resident set of a process; a model of ours that is sampled was
written by another one."""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def run(command):
    """The last line of JSON, and the peak of memory in MB."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        return None
    row = json.loads(text.strip().splitlines()[-1])
    row["mb"] = usage.ru_maxrss / 1024
    return row


def contestants(args, net, what, model):
    ours = [str(args.build / "bench_images"), net, what, str(args.threads)]
    last = [model] if what == "sample" else []
    peer = [args.python, str(HERE / "peers" / "torch_images.py"), net, what,
            "--threads", str(args.threads), "--pieces", str(args.pieces)]
    found = []
    for precision in args.precision:
        found.append((f"ito {precision}", precision,
                      ours + [precision, str(args.pieces)] + last))
        low = ["--bf16"] if precision == "bf16" else []
        layouts = [[], ["--channels-last"]] if net == "unet" else [[]]
        for layout in layouts:
            name = " ".join(["torch", precision] + layout)
            found.append((name, precision, peer + low + layout))
    return found


def compare(args, net, what, folder):
    model = str(pathlib.Path(folder) / f"{net}.safetensors")
    if what == "sample":
        subprocess.run([str(args.build / "bench_images"), net, "model", model])
    all_of = contestants(args, net, what, model)
    rows = {name: [] for name, _, _ in all_of}
    for _ in range(args.rounds):
        for name, _, command in all_of:
            row = run(command)
            if row:
                rows[name].append(row)
    print(f"{net}, {what}, {args.threads} threads: images a second, median "
          f"of {args.rounds} rounds")
    base = {}
    for name, precision, _ in all_of:
        if not rows[name]:
            print(f"  {name:28} failed")
            continue
        rate = statistics.median(r["images_per_s"] for r in rows[name])
        best = max(r["best"] for r in rows[name])
        mb = statistics.median(r["mb"] for r in rows[name])
        line = f"  {name:28} {rate:8.2f}  best {best:8.2f}  {mb:6.0f} MB"
        if name.startswith("ito"):
            base[precision] = (rate, best, mb)
        elif precision in base:
            ours = base[precision]
            line += (f"  ito {ours[0] / rate:.2f}x, best {ours[1] / best:.2f}x,"
                     f" memory {ours[2] / mb:.2f}x")
        print(line, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pieces", type=int, default=5)
    parser.add_argument("--precision", nargs="*", default=["f32", "bf16"])
    parser.add_argument("--only", choices=["unet", "dit"])
    parser.add_argument("--what", choices=["train", "sample"])
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for net in [args.only] if args.only else ["unet", "dit"]:
            for what in [args.what] if args.what else ["train", "sample"]:
                compare(args, net, what, folder)


main()
