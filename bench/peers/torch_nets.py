#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""References for `ito import`: the lab's U-Net and the standard DiT in plain
PyTorch, with the names of their tensors, written from the course's formulas
and arXiv:2212.09748.

    torch_nets.py unet FOLDER          the lab's: 32, 64, 128 channels
    torch_nets.py unet FOLDER --tiny   what tests/data holds
    torch_nets.py dit FOLDER [--tiny]

writes FOLDER/NET.safetensors (the weights, all of them random) and
FOLDER/NET.run.safetensors: x, t, y and the output u of the network in eval
mode. bench/torch_forward compares. Needs PyTorch alone."""
import argparse
import array
import json
import math
import pathlib

import torch
from torch import nn

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("net", choices=["unet", "dit"])
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--tiny", action="store_true")
parser.add_argument("--type", choices=["F32", "F16", "BF16"], default="F32",
                    help="of the weights in the file")
parser.add_argument("--rows", type=int, default=4)
parser.add_argument("--seed", type=int, default=1)
args = parser.parse_args() if __name__ == "__main__" else None

# ---- files ----

KINDS = {torch.float32: ("F32", torch.int32, "i"),
         torch.float16: ("F16", torch.int16, "h"),
         torch.bfloat16: ("BF16", torch.int16, "h"),
         torch.int64: ("I64", torch.int64, "q")}


def save(tensors, path):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    order = sorted(tensors, key=lambda n: (-tensors[n].element_size(), n))
    for name in order:
        x = tensors[name].detach().contiguous()
        kind, bits, code = KINDS[x.dtype]
        raw = array.array(code, x.view(bits).flatten().tolist()).tobytes()
        header[name] = {"dtype": kind, "shape": list(x.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


# ---- the lab's U-Net ----

class FourierEncoder(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.weights = nn.Parameter(torch.randn(1, dim // 2))

    def forward(self, t):
        angle = t.view(-1, 1) * self.weights * 2 * math.pi
        return torch.cat([angle.sin(), angle.cos()], -1) * math.sqrt(2)


def half(c):
    return nn.Sequential(nn.SiLU(), nn.BatchNorm2d(c),
                         nn.Conv2d(c, c, 3, padding=1))


def adapter(embed, c):
    return nn.Sequential(nn.Linear(embed, embed), nn.SiLU(),
                         nn.Linear(embed, c))


class Residual(nn.Module):
    def __init__(self, c, embed):
        super().__init__()
        self.block1, self.block2 = half(c), half(c)
        self.time_adapter = adapter(embed, c)
        self.y_adapter = adapter(embed, c)

    def forward(self, x, t, y):
        added = self.time_adapter(t) + self.y_adapter(y)
        return self.block2(self.block1(x) + added[:, :, None, None]) + x


class Stage(nn.Module):
    def __init__(self, c, blocks, embed):
        super().__init__()
        self.res_blocks = nn.ModuleList(
            Residual(c, embed) for _ in range(blocks))

    def forward(self, x, t, y):
        for block in self.res_blocks:
            x = block(x, t, y)
        return x


class Encoder(Stage):
    def __init__(self, c, after, blocks, embed):
        super().__init__(c, blocks, embed)
        self.downsample = nn.Conv2d(c, after, 3, stride=2, padding=1)

    def forward(self, x, t, y):
        return self.downsample(super().forward(x, t, y))


class Decoder(Stage):
    def __init__(self, before, c, blocks, embed):
        super().__init__(c, blocks, embed)
        self.upsample = nn.Sequential(
            nn.Upsample(scale_factor=2, mode="bilinear"),
            nn.Conv2d(before, c, 3, padding=1))

    def forward(self, x, t, y):
        return super().forward(self.upsample(x), t, y)


class UNet(nn.Module):
    def __init__(self, image, channels, blocks, embed, labels):
        super().__init__()
        pairs = list(zip(channels, channels[1:]))
        self.init_conv = nn.Sequential(
            nn.Conv2d(image, channels[0], 3, padding=1),
            nn.BatchNorm2d(channels[0]), nn.SiLU())
        self.time_embedder = FourierEncoder(embed)
        self.y_embedder = nn.Embedding(labels, embed)
        self.encoders = nn.ModuleList(
            Encoder(a, b, blocks, embed) for a, b in pairs)
        self.decoders = nn.ModuleList(
            Decoder(b, a, blocks, embed) for a, b in reversed(pairs))
        self.midcoder = Stage(channels[-1], blocks, embed)
        self.final_conv = nn.Conv2d(channels[0], image, 3, padding=1)

    def forward(self, x, t, y):
        t, y, kept = self.time_embedder(t), self.y_embedder(y), []
        x = self.init_conv(x)
        for encoder in self.encoders:
            x = encoder(x, t, y)
            kept.append(x)
        x = self.midcoder(x, t, y)
        for decoder in self.decoders:
            x = decoder(x + kept.pop(), t, y)
        return self.final_conv(x)


# ---- the standard DiT ----

class TimestepEmbedder(nn.Module):
    def __init__(self, width, features):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(features, width), nn.SiLU(),
                                 nn.Linear(width, width))
        self.half = features // 2

    def forward(self, t):
        w = torch.exp(-math.log(10000) * torch.arange(self.half).float()
                      / self.half)
        angle = t[:, None] * w[None]
        return self.mlp(torch.cat([angle.cos(), angle.sin()], -1))


class LabelEmbedder(nn.Module):
    def __init__(self, labels, width):
        super().__init__()
        self.embedding_table = nn.Embedding(labels, width)

    def forward(self, y):
        return self.embedding_table(y)


class PatchEmbed(nn.Module):
    def __init__(self, image, patch, width):
        super().__init__()
        self.proj = nn.Conv2d(image, width, patch, stride=patch)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        b, n, c = x.shape
        size = c // self.heads
        q, k, v = (self.qkv(x).reshape(b, n, 3, self.heads, size)
                   .permute(2, 0, 3, 1, 4))
        p = (q @ k.transpose(-2, -1) / math.sqrt(size)).softmax(-1)
        return self.proj((p @ v).transpose(1, 2).reshape(b, n, c))


class Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x):
        return self.fc2(nn.functional.gelu(self.fc1(x), approximate="tanh"))


def modulation(width, parts):
    return nn.Sequential(nn.SiLU(), nn.Linear(width, parts * width))


def modulate(x, shift, scale):
    x = nn.functional.layer_norm(x, x.shape[-1:], eps=1e-6)
    return x * (1 + scale[:, None]) + shift[:, None]


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attn = Attention(width, heads)
        self.mlp = Mlp(width)
        self.adaLN_modulation = modulation(width, 6)

    def forward(self, x, c):
        a, b, g, d, e, h = self.adaLN_modulation(c).chunk(6, 1)
        x = x + g[:, None] * self.attn(modulate(x, a, b))
        return x + h[:, None] * self.mlp(modulate(x, d, e))


class FinalLayer(nn.Module):
    def __init__(self, width, out):
        super().__init__()
        self.linear = nn.Linear(width, out)
        self.adaLN_modulation = modulation(width, 2)

    def forward(self, x, c):
        return self.linear(modulate(x, *self.adaLN_modulation(c).chunk(2, 1)))


class DiT(nn.Module):
    def __init__(self, image, size, patch, width, depth, heads, labels,
                 features):
        super().__init__()
        self.size, self.patch = size, patch
        tokens = size[0] // patch * (size[1] // patch)
        self.x_embedder = PatchEmbed(image, patch, width)
        self.t_embedder = TimestepEmbedder(width, features)
        self.y_embedder = LabelEmbedder(labels, width)
        self.pos_embed = nn.Parameter(torch.randn(1, tokens, width))
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.final_layer = FinalLayer(width, patch * patch * image)

    def forward(self, x, t, y):
        x = self.x_embedder(x) + self.pos_embed
        c = self.t_embedder(t) + self.y_embedder(y)
        for block in self.blocks:
            x = block(x, c)
        x = self.final_layer(x, c)
        h, w, p = self.size[0], self.size[1], self.patch
        x = x.reshape(len(x), h // p, w // p, p, p, -1)
        return torch.einsum("nhwpqc->nchpwq", x).reshape(len(x), -1, h, w)


def build():
    """The network, its images, and what its time is multiplied by."""
    if args.net == "unet" and args.tiny:
        return UNet(2, [16, 24], 1, 6, 4), (2, 8, 12), 4, 1
    if args.net == "unet":
        return UNet(1, [32, 64, 128], 2, 40, 11), (1, 32, 32), 11, 1
    if args.tiny:
        return (DiT(2, (4, 6), 2, 12, 2, 3, 4, 10), (2, 4, 6), 4, 1000)
    return DiT(1, (28, 28), 4, 256, 6, 4, 11, 256), (1, 28, 28), 11, 1000


def main():
    torch.manual_seed(args.seed)
    net, shape, labels, scale = build()
    # Statistics of the data, and nothing at its first value.
    with torch.no_grad():
        for name, p in net.named_parameters():
            if "adaLN" in name or (".1." in name and p.dim() == 1):
                p.add_(0.2 * torch.randn_like(p))
        for k in range(3):
            net(torch.randn(16, *shape), torch.rand(16),
                torch.arange(16) % labels)
    kind = {"F32": torch.float32, "F16": torch.float16,
            "BF16": torch.bfloat16}[args.type]
    weights = {k: v if v.dtype == torch.int64 else v.to(kind)
               for k, v in net.state_dict().items()}
    net.load_state_dict(weights)
    net.eval()
    x = torch.randn(args.rows, *shape)
    t = torch.arange(args.rows) / args.rows
    y = (3 * torch.arange(args.rows)) % labels
    with torch.no_grad():
        u = net(x, scale * t, y)
        exact = net.double()(x.double(), (scale * t).double(), y)
    error = (u - exact).abs().max() / exact.abs().max()
    args.folder.mkdir(parents=True, exist_ok=True)
    save(weights, args.folder / f"{args.net}.safetensors")
    save({"x": x, "t": t, "y": y.float(), "u": u},
         args.folder / f"{args.net}.run.safetensors")
    count = sum(p.numel() for p in net.parameters())
    print(f"{args.net}: {count} parameters, largest output "
          f"{exact.abs().max():.4g}; PyTorch in float32 is {error:.2e} of it "
          f"from PyTorch in float64")


if __name__ == "__main__":
    main()
