#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The counterpart of bench_sim.c in PyTorch or NumPy: Euler-Maruyama on an
Ornstein-Uhlenbeck process, or Langevin dynamics on five modes in the plane.

    plain     what one writes first: temporaries, the score by broadcasting
    inplace   no temporaries where the library has a word for that
    matmul    the score by two matrix products (Langevin)

Prints one line of JSON: steps of a particle, all its components at once, a
second, median and best."""
import argparse
import json
import math
import os
import statistics
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--lib", choices=["torch", "numpy"], default="torch")
parser.add_argument("--sde", choices=["ou", "langevin"], default="ou")
parser.add_argument("--form", choices=["plain", "inplace", "matmul"],
                    default="inplace")
parser.add_argument("--particles", type=int, default=1000000)
parser.add_argument("--block", type=int, default=0,
                    help="particles at once; 0 is all")
parser.add_argument("--dim", type=int, default=1, help="components (ou)")
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--repeats", type=int, default=7)
args = parser.parse_args()
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(args.threads)

H, VARIANCE = 0.01, 0.25
MODES = [[-2.0, -1.0], [2.0, -1.0], [0.0, 2.0], [-1.0, 3.0], [3.0, 1.0]]
DIM = args.dim if args.sde == "ou" else 2
GAIN = math.sqrt(H if args.sde == "ou" else 2 * H)


def with_torch():
    import torch

    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    modes = torch.tensor(MODES)
    half = 0.5 * (modes * modes).sum(1)

    def drift(x):
        if args.sde == "ou":
            return -x
        if args.form == "plain":
            away = modes - x[:, None, :]
            terms = -(away * away).sum(2) / (2 * VARIANCE)
            weight = torch.softmax(terms, 1)
            return (weight[:, :, None] * away).sum(1) / VARIANCE
        weight = torch.softmax((x @ modes.T - half) / VARIANCE, 1)
        return (weight @ modes - x) / VARIANCE

    @torch.no_grad()
    def run(n):
        x = torch.zeros(n, DIM)
        noise = torch.empty_like(x)
        for _ in range(args.steps):
            if args.form == "plain":
                x = x + H * drift(x) + GAIN * torch.randn_like(x)
            elif args.sde == "ou":
                x.mul_(1 - H).add_(noise.normal_(), alpha=GAIN)
            else:
                x.add_(drift(x), alpha=H).add_(noise.normal_(), alpha=GAIN)

    return run, torch.__version__


def with_numpy():
    import numpy

    f32 = numpy.float32
    rng = numpy.random.Generator(numpy.random.SFC64(1))
    modes = numpy.array(MODES, f32)
    half = f32(0.5) * (modes * modes).sum(1)

    def drift(x):
        if args.sde == "ou":
            return -x
        if args.form == "plain":
            away = modes - x[:, None, :]
            terms = -(away * away).sum(2) / f32(2 * VARIANCE)
        else:
            terms = (x @ modes.T - half) / f32(VARIANCE)
        terms -= terms.max(1, keepdims=True)
        weight = numpy.exp(terms, out=terms)
        weight /= weight.sum(1, keepdims=True)
        if args.form == "plain":
            return (weight[:, :, None] * away).sum(1) / f32(VARIANCE)
        return (weight @ modes - x) / f32(VARIANCE)

    def run(n):
        x = numpy.zeros((n, DIM), f32)
        noise = numpy.empty_like(x)
        for _ in range(args.steps):
            if args.form == "plain":
                x = x + f32(H) * drift(x) + f32(GAIN) * rng.standard_normal(
                    x.shape, f32)
                continue
            rng.standard_normal(out=noise, dtype=f32)
            noise *= f32(GAIN)
            if args.sde == "ou":
                x *= f32(1 - H)
            else:
                x += f32(H) * drift(x)
            x += noise

    return run, numpy.__version__


def everything():
    block = args.block or args.particles
    for start in range(0, args.particles, block):
        run(min(block, args.particles - start))


run, version = with_torch() if args.lib == "torch" else with_numpy()
everything()
seconds = []
for _ in range(args.repeats):
    start = time.perf_counter()
    everything()
    seconds.append(time.perf_counter() - start)
work = args.particles * args.steps
print(json.dumps({
    "lib": args.lib, "version": version, "sde": args.sde, "form": args.form,
    "block": args.block, "threads": args.threads,
    "particle_steps_per_s": work / statistics.median(seconds),
    "best": work / min(seconds)}))
