"""Pictures and weights from a formula, the same in Go (internal/embed/formula) and here.

Tests can then compare whole networks of any size without carrying their weights along.
"""

import zlib

import numpy as np
import torch


def noise(count, seed):
    """count values in [-0.5, 0.5) that depend on nothing but their index and the seed."""
    h = (np.arange(count, dtype=np.uint64) * 2654435761 + seed) & 0xFFFFFFFF
    h ^= h >> np.uint64(15)
    h = (h * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    h ^= h >> np.uint64(13)
    return h.astype(np.float64) / 2**32 - 0.5


def pictures(count, side):
    """uint8 [count, side, side, 3]: ramps and Moire patterns, and a little noise."""
    k, y, x, c = np.meshgrid(np.arange(count), np.arange(side), np.arange(side), np.arange(3), indexing="ij")
    pattern = (x * (k + 2) + y * (c + 1)) ^ ((x * y) >> (k + 2))
    return ((pattern + 40 * noise(pattern.size, 7).reshape(pattern.shape)).astype(np.int64) & 255).astype(np.uint8)


def fill(net):
    """Sets every tensor of the network: products to noise that keeps the scale, norms to something near neutral."""
    with torch.no_grad():
        for name, t in net.state_dict().items():
            if name.endswith("num_batches_tracked"):
                continue
            u = noise(t.numel(), zlib.crc32(name.encode()))
            if t.ndim > 1:
                u *= np.sqrt(36 / (t.numel() // t.shape[0]))
            elif name.endswith("running_var"):
                u = 1 + u
            elif name.endswith("weight"):
                u = 1 + 0.5 * u
            else:
                u *= 0.5
            t.copy_(torch.from_numpy(u.astype(np.float32)).reshape(t.shape))
    return net
