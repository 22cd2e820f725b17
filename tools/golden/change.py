"""Writes what a small network for changes makes of a pair of pictures: its input, logits, and which cells are judged.

    python tools/golden/change.py

Pictures and weights are from the formula. Needs numpy, torch and safetensors.
"""

import argparse

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import nn
from torch.nn import functional as F

from formula import fill, pictures


class Net(nn.Module):
    """The table of golden_test.go."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(2, 6, 8, 4, 2)
        self.b = nn.Conv2d(6, 8, 3, 2, 1)
        self.d = nn.Conv2d(8, 10, 3, 2, 1)
        self.d2 = nn.Conv2d(10, 7, 5, 2, 2)
        self.u = nn.Conv2d(10, 8, 1)
        self.v = nn.Conv2d(7, 8, 1)
        self.f = nn.Conv2d(8, 5, 3, 1, 1)
        self.e = nn.Conv2d(5, 1, 1)

    def forward(self, x):
        def up(t):
            return F.interpolate(t, size=x.shape[2:], mode="bilinear", align_corners=False)

        x = F.relu(self.b(F.relu(self.a(x))))
        y = F.relu(self.d(x))
        z = F.relu(self.d2(y))
        return self.e(F.relu(self.f(F.relu(x + up(self.u(y)) + up(self.v(z))))))


def normalise(x, softness):
    """Less the mean around, by the deviation around, both of 5x5 cells of 8 pixels."""

    def smooth(t):
        return F.avg_pool2d(F.pad(F.avg_pool2d(t, 8), (2, 2, 2, 2), mode="replicate"), 5, 1)

    def up(t):
        return F.interpolate(t, scale_factor=8, mode="bilinear", align_corners=False)

    mean = smooth(x)
    variance = smooth(x * x) - mean * mean
    return (x - up(mean)) * up(1 / torch.sqrt(variance + softness**2))


def judged(ref):
    """Where the 16x16 pixels about a cell deviate by more than 6."""
    h, w = ref.shape[2] // 8, ref.shape[3] // 8
    padded = F.pad(ref, (4, 4, 4, 4), mode="replicate")
    mean = F.avg_pool2d(padded, 16, 8)[..., :h, :w]
    variance = F.avg_pool2d(padded * padded, 16, 8)[..., :h, :w] - mean * mean
    return variance > 36


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", default="internal/changedetect/testdata/golden.safetensors")
    drawn = pictures(2, 168)
    ref, laid = drawn[0, :88, :, 0].copy(), drawn[1, :88, :, 0] // 2
    ref[:40, 100:] = 90  # blank
    laid[:60, 50:80] = ref[:60, 50:80] // 2
    ref, laid = (torch.from_numpy(x).double()[None, None] for x in (ref, laid))
    pair = torch.cat([normalise(ref / 2, 4), normalise(laid, 2)], 1)
    with torch.no_grad():
        logits = fill(Net()).double()(pair)[0, 0]
    print(logits.shape, logits.mean(), logits.std(), judged(ref).float().mean())
    save_file(
        {
            "pair": pair[0, :, ::5, ::3].numpy().astype(np.float32),
            "logits": logits.numpy().astype(np.float32),
            "judged": judged(ref)[0, 0].numpy().astype(np.float32),
        },
        ap.parse_args().out,
    )


if __name__ == "__main__":
    main()
