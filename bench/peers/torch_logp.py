#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The counterpart of bench_logp.c in PyTorch: log densities of the points that
it left in FOLDER, under the network that it left there, by the algorithm of
torchdiffeq written plainly: dopri5 over the whole batch with one step size
for all, the root mean square of the error of all values below rtol = atol,
first step and controller as there, the divergence exact by one vector-Jacobian
product a coordinate. Prints one line of JSON: the median seconds of a solve,
its evaluations, and how far the values are from ours."""
import argparse
import json
import math
import os
import statistics
import struct
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("folder")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--rtol", type=float, default=1e-5)
parser.add_argument("--repeats", type=int, default=3)
parser.add_argument("--chunk", type=int, default=0,
                    help="points of a solve of its own (0: all at once)")
args = parser.parse_args()
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(args.threads)

import numpy  # noqa: E402  (after the environment)
import torch  # noqa: E402

torch.set_num_threads(args.threads)


def safetensors(path):
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        data = file.read()
    tensors = {}
    for name, about in header.items():
        if name != "__metadata__" and about["dtype"] == "F32":
            begin, end = about["data_offsets"]
            values = numpy.frombuffer(data[begin:end], dtype="<f4")
            tensors[name] = torch.tensor(values.reshape(about["shape"]))
    return tensors


def network(tensors):
    """Linear layers, in x out, with SiLU between them."""
    layers, count = [], len(tensors) // 2
    for i in range(count):
        w = tensors[f"weights.linear{i}.weight"]
        layers.append(torch.nn.Linear(*w.shape))
        layers[-1].weight.data.copy_(w.T)
        layers[-1].bias.data.copy_(tensors[f"weights.linear{i}.bias"])
        layers += [torch.nn.SiLU()] if i + 1 < count else []
    return torch.nn.Sequential(*layers)


class Field:
    """d/dt (x, l) = (u, div u), at time 1 - s as s runs from 0 to 1."""

    def __init__(self, net):
        self.net, self.calls = net, 0

    def __call__(self, s, x):
        self.calls += 1
        t = torch.full((len(x), 1), 1 - s)
        with torch.enable_grad():
            x = x.detach().requires_grad_(True)
            u = self.net(torch.cat([x, t], 1))
            div = 0
            for c in range(x.shape[1]):
                grad, = torch.autograd.grad(u[:, c].sum(), x,
                                            retain_graph=c + 1 < x.shape[1])
                div = div + grad[:, c]
        return -u.detach(), -div.detach()


A = [[1 / 5], [3 / 40, 9 / 40], [44 / 45, -56 / 15, 32 / 9],
     [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
     [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
     [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84]]
C = [1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1]
E = [35 / 384 - 1951 / 21600, 0, 500 / 1113 - 22642 / 50085,
     125 / 192 - 451 / 720, -2187 / 6784 + 12231 / 42400, 11 / 84 - 649 / 6300,
     -1 / 60]


def add(y, h, coefficients, k):
    return tuple(v + h * sum(c * part[i] for c, part in zip(coefficients, k)
                             if c)
                 for i, v in enumerate(y))


def rms(parts, scales):
    square = sum(((p / s) ** 2).sum() for p, s in zip(parts, scales))
    return math.sqrt(square / sum(p.numel() for p in parts))


def scales_of(y, other, tol):
    return [tol + tol * torch.maximum(a.abs(), b.abs())
            for a, b in zip(y, other)]


def first_step(f, y, k, tol):
    scale = scales_of(y, y, tol)
    d0, d1 = rms(y, scale), rms(k, scale)
    h0 = 1e-6 if d0 < 1e-5 or d1 < 1e-5 else 0.01 * d0 / d1
    k1 = f(h0, add(y, h0, [1], [k])[0])
    d2 = rms([b - a for a, b in zip(k, k1)], scale) / h0
    most = max(d1, d2)
    h1 = max(1e-6, h0 * 1e-3) if most <= 1e-15 else (0.01 / most) ** 0.2
    return min(100 * h0, h1)


def solve(f, x, tol):
    y = (x, torch.zeros(len(x)))
    k = f(0.0, y[0])
    s, h = 0.0, first_step(f, y, k, tol)
    while s < 1:
        h = min(h, 1 - s)
        stages, new = [k], y
        for row, c in zip(A, C):
            new = add(y, h, row, stages)
            stages.append(f(s + c * h, new[0]))
        error = add([torch.zeros_like(v) for v in y], h, E, stages)
        ratio = rms(error, scales_of(y, new, tol))
        if ratio <= 1:
            s, y, k = (1.0 if s + h >= 1 else s + h), new, stages[-1]
        factor = 10.0 if ratio == 0 else 0.9 * ratio ** -0.2
        h *= min(10.0, max(1.0 if ratio < 1 else 0.2, factor))
    return y


def log_density(f, x, tol):
    noise, integral = solve(f, x, tol)
    base = -0.5 * (noise ** 2).sum(1) - x.shape[1] / 2 * math.log(2 * math.pi)
    return base + integral


net = network(safetensors(f"{args.folder}/logp.safetensors"))
points = torch.tensor(numpy.load(f"{args.folder}/points.npy"),
                      dtype=torch.float32)
ours = numpy.load(f"{args.folder}/logp.npy").reshape(-1)
field = Field(net)
seconds, work = [], []
for _ in range(args.repeats):
    start, begin = time.perf_counter(), time.process_time()
    field.calls = 0
    parts = torch.split(points, args.chunk or len(points))
    values = torch.cat([log_density(field, x, args.rtol) for x in parts])
    seconds.append(time.perf_counter() - start)
    work.append(time.process_time() - begin)
apart = numpy.abs(values.numpy().astype(float) - ours)
print(json.dumps({"torch": torch.__version__, "points": len(points),
                  "threads": args.threads, "chunk": args.chunk,
                  "seconds": statistics.median(seconds),
                  "best": min(seconds), "cpu_seconds": statistics.median(work),
                  "evaluations": field.calls,
                  "apart_median": float(numpy.median(apart)),
                  "apart_worst": float(apart.max())}))
