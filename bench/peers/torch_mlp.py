#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The counterpart of bench_mlp.c in PyTorch: flow matching on two moons with
the perceptron 3 -> width x 3 -> 2, SiLU, Adam, the linear path. Prints one
line of JSON: training steps a second and sampled points a second through 100
Euler steps, plain (all points at once) and in chunks."""
import argparse
import json
import os
import statistics
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--width", type=int, default=256)
parser.add_argument("--batch", type=int, default=2048)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--points", type=int, default=20000)
parser.add_argument("--chunk", type=int, default=8192)
parser.add_argument("--repeats", type=int, default=7)
parser.add_argument("--compile", action="store_true",
                    help="torch.compile the network (PyTorch 2)")
args = parser.parse_args()
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(args.threads)

import torch  # noqa: E402  (after the environment)

torch.set_num_threads(args.threads)
torch.manual_seed(0)


def moons(n):
    angle = torch.pi * torch.rand(n)
    upper = torch.rand(n) < 0.5
    x = torch.where(upper, torch.cos(angle), 1 - torch.cos(angle))
    y = torch.where(upper, torch.sin(angle), 0.5 - torch.sin(angle))
    return torch.stack([x, y], 1) + 0.05 * torch.randn(n, 2)


layers, size = [], 3
for _ in range(3):
    layers += [torch.nn.Linear(size, args.width), torch.nn.SiLU()]
    size = args.width
net = torch.nn.Sequential(*layers, torch.nn.Linear(size, 2))
field = torch.compile(net) if args.compile else net
optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
pool = moons(65536)


def train(steps):
    for _ in range(steps):
        z = pool[torch.randint(len(pool), (args.batch,))]
        e = torch.randn_like(z)
        t = torch.rand(args.batch, 1)
        u = field(torch.cat([t * z + (1 - t) * e, t], 1))
        loss = ((u - (z - e)) ** 2).sum(1).mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()


@torch.no_grad()
def sample(points, chunk):
    for at in range(0, points, chunk):
        x = torch.randn(min(chunk, points - at), 2)
        for k in range(100):
            t = torch.full((len(x), 1), k / 100)
            x = x + field(torch.cat([x, t], 1)) / 100


def rate(work, amount):
    work()
    seconds = []
    for _ in range(args.repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return amount / statistics.median(seconds), amount / min(seconds)


steps = max(3, int(4e9 / (args.width ** 2 * args.batch)))
result = {"torch": torch.__version__, "width": args.width,
          "batch": args.batch, "threads": args.threads}
result["train_steps_per_s"], result["train_best"] = rate(
    lambda: train(steps), steps)
result["sample_plain_per_s"], _ = rate(
    lambda: sample(args.points, args.points), args.points)
result["sample_chunked_per_s"], _ = rate(
    lambda: sample(args.points, args.chunk), args.points)
print(json.dumps(result))
