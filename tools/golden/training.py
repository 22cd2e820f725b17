"""Writes one training step of several networks: outputs, running statistics and gradients of every parameter.

    python tools/golden/training.py

Pictures, weights and the gradient by the outputs are from the formula. Of a gradient the file keeps its length and its
inner products with two vectors from the formula, so that it stays small. Needs numpy, torch and safetensors.
"""

import argparse
import zlib

import numpy as np
import torch
from safetensors.numpy import save_file

from formula import fill, noise, pictures
from network import Network

BATCH = 8

# (width, head, embedding, input)
CASES = [
    (0.5, "squeeze_lbn", 32, 128),
    (0.25, "flat_bn", 16, 96),
    (0.25, "flat_ln", 16, 96),
    (0.25, "gap_ln", 16, 128),
    (0.35, "squeeze_ln", 16, 160),
    (0.25, "squeeze_1", 16, 192),
]


def summary(name, t):
    """Length, and two projections."""
    g = t.detach().double().reshape(-1).numpy()
    seed = zlib.crc32(name.encode())
    return np.float32([np.linalg.norm(g), g @ noise(g.size, seed + 1), g @ noise(g.size, seed + 2)])


def step(width, head, embedding, side):
    net = fill(Network(width, head, embedding)).double().train()
    x = torch.from_numpy(pictures(BATCH, side)).permute(0, 3, 1, 2).double() / 255
    out = net(x)
    d = torch.from_numpy(noise(out.numel(), 5)).reshape(out.shape)
    (out * d).sum().backward()
    result = {"out": out.detach().numpy().astype(np.float32)}
    for name, p in net.named_parameters():
        result[name] = summary(name, p.grad)
    for name, b in net.named_buffers():
        if not name.endswith("num_batches_tracked"):
            result[name] = summary(name, b)
    return result


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", default="internal/embed/testdata/training.safetensors")
    golden = {}
    for case in CASES:
        prefix = " ".join(map(str, case))
        golden |= {f"{prefix}/{name}": values for name, values in step(*case).items()}
    save_file(golden, ap.parse_args().out)


if __name__ == "__main__":
    main()
