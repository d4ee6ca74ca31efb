#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The counterpart of bench_mlp.c in JAX (CPU), everything inside jit: the
training step with its own Adam, the 100 Euler steps as one fori_loop. Prints
one line of JSON, as torch_mlp.py does."""
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
parser.add_argument("--chunk", type=int, default=4000)
parser.add_argument("--repeats", type=int, default=7)
args = parser.parse_args()
if args.threads == 1:
    os.environ["XLA_FLAGS"] = ("--xla_cpu_multi_thread_eigen=false "
                               "intra_op_parallelism_threads=1")

import jax  # noqa: E402  (after the environment)
import jax.numpy as jnp  # noqa: E402

key = jax.random.key(0)
sizes = [3, args.width, args.width, args.width, 2]
params = []
for n, m in zip(sizes, sizes[1:]):
    key, sub = jax.random.split(key)
    params.append((jax.random.uniform(sub, (n, m), minval=-1, maxval=1)
                   / n ** 0.5, jnp.zeros(m)))


def net(p, x):
    for w, b in p[:-1]:
        x = jax.nn.silu(x @ w + b)
    return x @ p[-1][0] + p[-1][1]


def moons(k, n):
    a, b, c = jax.random.split(k, 3)
    angle = jnp.pi * jax.random.uniform(a, (n,))
    upper = jax.random.bernoulli(b, 0.5, (n,))
    x = jnp.where(upper, jnp.cos(angle), 1 - jnp.cos(angle))
    y = jnp.where(upper, jnp.sin(angle), 0.5 - jnp.sin(angle))
    return jnp.stack([x, y], 1) + 0.05 * jax.random.normal(c, (n, 2))


pool = moons(key, 65536)
tree = jax.tree_util.tree_map


def loss(p, k):
    a, b, c = jax.random.split(k, 3)
    z = pool[jax.random.randint(a, (args.batch,), 0, len(pool))]
    e = jax.random.normal(b, z.shape)
    t = jax.random.uniform(c, (args.batch, 1))
    u = net(p, jnp.concatenate([t * z + (1 - t) * e, t], 1))
    return ((u - (z - e)) ** 2).sum(1).mean()


@jax.jit
def step(p, m, v, i, k):
    k, sub = jax.random.split(k)
    g = jax.grad(loss)(p, sub)
    m = tree(lambda m, g: 0.9 * m + 0.1 * g, m, g)
    v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
    a, b = 1 - 0.9 ** (i + 1), 1 - 0.999 ** (i + 1)
    p = tree(lambda p, m, v: p - 1e-3 * (m / a) / (jnp.sqrt(v / b) + 1e-8),
             p, m, v)
    return p, m, v, i + 1, k


@jax.jit
def solve(p, x):
    def euler(k, x):
        t = jnp.full((len(x), 1), k / 100)
        return x + net(p, jnp.concatenate([x, t], 1)) / 100

    return jax.lax.fori_loop(0, 100, euler, x)


state = (params, tree(jnp.zeros_like, params), tree(jnp.zeros_like, params),
         0.0, key)


def train(steps):
    global state
    for _ in range(steps):
        state = step(*state)
    jax.block_until_ready(state)


def sample(points, chunk):
    for at in range(0, points, chunk):
        x = jax.random.normal(key, (min(chunk, points - at), 2))
        jax.block_until_ready(solve(state[0], x))


def rate(work, amount):
    work()
    seconds = []
    for _ in range(args.repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return amount / statistics.median(seconds), amount / min(seconds)


steps = max(3, int(4e9 / (args.width ** 2 * args.batch)))
result = {"jax": jax.__version__, "width": args.width, "batch": args.batch,
          "threads": args.threads}
result["train_steps_per_s"], result["train_best"] = rate(
    lambda: train(steps), steps)
result["sample_plain_per_s"], _ = rate(
    lambda: sample(args.points, args.points), args.points)
result["sample_chunked_per_s"], _ = rate(
    lambda: sample(args.points, args.chunk), args.points)
print(json.dumps(result))
