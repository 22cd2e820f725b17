"""The network in PyTorch: LCNet with timm's names, and the six heads.

The other scripts of this folder build on it. Nothing here is needed to build
or test exemplar; it is the independent witness that the Go code is compared with.
"""

import json
import pathlib

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

BN_EPS = 1e-5


def make_divisible(v, divisor=8, round_limit=0.9):
    """timm.layers.make_divisible."""
    new = max(divisor, int(v + divisor / 2) // divisor * divisor)
    return new + divisor if new < round_limit * v else new


class SqueezeExcite(nn.Module):
    def __init__(self, c):
        super().__init__()
        r = round(c * 0.25)
        self.conv_reduce = nn.Conv2d(c, r, 1)
        self.conv_expand = nn.Conv2d(r, c, 1)

    def forward(self, x):
        s = x.mean((2, 3), keepdim=True)
        return x * F.hardsigmoid(self.conv_expand(F.relu(self.conv_reduce(s))))


class Block(nn.Module):
    def __init__(self, c, out, k, stride, se):
        super().__init__()
        self.conv_dw = nn.Conv2d(c, c, k, stride, k // 2, groups=c, bias=False)
        self.bn1 = nn.BatchNorm2d(c, BN_EPS)
        self.se = SqueezeExcite(c) if se else nn.Identity()
        self.conv_pw = nn.Conv2d(c, out, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out, BN_EPS)

    def forward(self, x):
        x = self.se(F.hardswish(self.bn1(self.conv_dw(x))))
        return F.hardswish(self.bn2(self.conv_pw(x)))


# (repeats, kernel, stride of the first, channels at width 1, squeeze-and-excite)
STAGES = [
    [(1, 3, 1, 32, False)],
    [(2, 3, 2, 64, False)],
    [(2, 3, 2, 128, False)],
    [(1, 3, 2, 256, False), (1, 5, 1, 256, False)],
    [(4, 5, 1, 256, False)],
    [(2, 5, 2, 512, True)],
]


class LCNet(nn.Module):
    def __init__(self, width):
        super().__init__()
        c = make_divisible(16 * width)
        self.conv_stem = nn.Conv2d(3, c, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(c, BN_EPS)
        stages = []
        for stage in STAGES:
            blocks = []
            for repeats, k, stride, ch, se in stage:
                for i in range(repeats):
                    out = make_divisible(ch * width)
                    blocks.append(Block(c, out, k, stride if i == 0 else 1, se))
                    c = out
            stages.append(nn.Sequential(*blocks))
        self.blocks = nn.Sequential(*stages)
        self.channels = c

    def forward(self, x):
        return self.blocks(F.hardswish(self.bn1(self.conv_stem(x))))


def make_head(kind, c, dim):
    linear = lambda i, o: nn.Linear(i, o, bias=False)
    ln = lambda: nn.LayerNorm(dim, eps=1e-5)
    bn = lambda: nn.BatchNorm1d(dim, eps=BN_EPS)
    squeeze = lambda o: nn.Conv2d(c, o, 1, bias=False)
    q = c // 4
    layers = {
        "flat_bn": lambda: [nn.Flatten(), linear(16 * c, dim), bn(), linear(dim, dim), bn()],
        "flat_ln": lambda: [nn.Flatten(), linear(16 * c, dim), ln(), linear(dim, dim), ln()],
        "gap_ln": lambda: [nn.AdaptiveAvgPool2d(1), nn.Flatten(), linear(c, dim), ln(), linear(dim, dim), ln()],
        "squeeze_ln": lambda: [squeeze(q), nn.Flatten(), linear(16 * q, dim), ln(), linear(dim, dim), ln()],
        "squeeze_lbn": lambda: [squeeze(q), nn.Flatten(), linear(16 * q, dim), ln(), bn(), linear(dim, dim), ln(), bn()],
        "squeeze_1": lambda: [squeeze(64), nn.BatchNorm2d(64, BN_EPS), nn.Hardswish(), nn.Flatten(), linear(1024, dim), ln(), bn()],
    }
    return nn.Sequential(*layers[kind]())


class Network(nn.Module):
    """x: float RGB in [0, 1], NCHW. Returns the embedding before normalisation."""

    def __init__(self, width=0.5, head="squeeze_lbn", embedding=256):
        super().__init__()
        self.backbone = LCNet(width)
        self.head = make_head(head, self.backbone.channels, embedding)
        self.flattens = head != "gap_ln"

    def last_map(self, x):
        return self.backbone(x)

    def forward(self, x):
        m = self.backbone(x)
        if self.flattens and m.shape[2:] != (4, 4):
            m = F.adaptive_avg_pool2d(m, 4)
        return self.head(m)


def load_reference(folder):
    folder = pathlib.Path(folder)
    arch = json.loads((folder / "reference.json").read_text())["architecture"]
    net = Network(arch["width"], arch["head"], arch["embedding"])
    missing, unexpected = net.load_state_dict(load_file(folder / "reference.safetensors"), strict=False)
    assert not unexpected, unexpected
    assert all(m.endswith("num_batches_tracked") for m in missing), missing
    return net.eval()
