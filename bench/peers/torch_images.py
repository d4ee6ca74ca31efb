#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The counterpart of bench_images.c in PyTorch: training steps of 64 images
and Euler steps of 32, with the networks of torch_nets.py, random images,
labels, Adam, the linear path. Prints one line of JSON: images a second."""
import argparse
import contextlib
import json
import os
import statistics
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("net", choices=["unet", "dit"])
parser.add_argument("what", choices=["train", "sample"])
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--pieces", type=int, default=9)
parser.add_argument("--channels-last", action="store_true")
parser.add_argument("--bf16", action="store_true", help="autocast")
args = parser.parse_args()
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(args.threads)

import torch  # noqa: E402  (after the environment)
import torch_nets  # noqa: E402

BATCH, STEPS, IMAGES, TIMED = 64, 2, 32, 4
NONE = 10
torch.set_num_threads(args.threads)
torch.manual_seed(0)
if args.net == "unet":
    net = torch_nets.UNet(1, [32, 64, 128], 2, 40, NONE + 1)
    side, scale, euler, guidance = 32, 1, 99, 3.0
else:
    net = torch_nets.DiT(1, (28, 28), 4, 256, 6, 4, NONE + 1, 256)
    side, scale, euler, guidance = 28, 1000, 50, None
if args.channels_last:
    net = net.to(memory_format=torch.channels_last)
optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
images = 2 * torch.rand(1024, 1, side, side) - 1
labels = torch.randint(NONE, (len(images),))


def field(x, t, y):
    if args.channels_last:
        x = x.contiguous(memory_format=torch.channels_last)
    low = (torch.autocast("cpu", dtype=torch.bfloat16) if args.bf16
           else contextlib.nullcontext())
    with low:
        return net(x, scale * t, y).float()


def train():
    net.train()
    for _ in range(STEPS):
        at = torch.randint(len(images), (BATCH,))
        z, y = images[at], labels[at].clone()
        y[torch.rand(BATCH) < 0.1] = NONE
        t, e = torch.rand(BATCH), torch.randn_like(z)
        s = t[:, None, None, None]
        loss = (field(s * z + (1 - s) * e, t, y) - (z - e)).square().mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()


@torch.no_grad()
def sample():
    net.eval()
    y = torch.arange(IMAGES) % NONE
    none = torch.full_like(y, NONE)
    x = torch.randn(IMAGES, 1, side, side)
    for k in range(TIMED):
        t = torch.full((IMAGES,), k / euler)
        u = field(x, t, y)
        if guidance is not None:
            u = (1 - guidance) * field(x, t, none) + guidance * u
        x = x + u / euler


# Of one thread its processor time, which other work on the machine disturbs
# less.
clock = time.process_time if args.threads == 1 else time.perf_counter
work, amount = ((train, BATCH * STEPS) if args.what == "train"
                else (sample, IMAGES * TIMED / euler))
work()
seconds = []
for _ in range(args.pieces):
    start = clock()
    work()
    seconds.append(clock() - start)
print(json.dumps({"torch": torch.__version__,
                  "images_per_s": amount / statistics.median(seconds),
                  "best": amount / min(seconds)}))
