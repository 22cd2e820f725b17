"""Writes the losses and gradient norms of 20 training steps that internal/train is tested with.

    python tools/train/trajectory.py

The whole network, losses, gradient clipping and AdamW, in float64; pictures and weights are from a formula
(tools/golden/formula.py). "float32" holds the same losses computed in float32, which tells how far rounding alone
carries a run away. Needs numpy and torch.
"""

import argparse
import json
import math
import pathlib
import sys

import numpy as np
import torch
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "golden"))
from formula import fill, noise, pictures  # noqa: E402
from network import Network  # noqa: E402

STEPS, SIDE, POOL, BATCH, DIM = 20, 96, 48, 16, 32
CASES = [  # head, contrast, (scale, m1, m2, m3) of the class head
    ("squeeze_lbn", True, None),
    ("squeeze_1", False, (16, 1, 0, 0.2)),
    ("gap_ln", False, (16, 1, 0.3, 0.1)),
    ("flat_bn", True, (16, 1, 0, 0)),
]


def contrast(x, scale=24, margin=0.15):
    u = F.normalize(x)
    n = len(u)
    cos = u @ u.T
    positive = (torch.arange(n) + n // 2) % n
    cos = cos - margin * F.one_hot(positive, n)
    cos = cos.masked_fill(torch.eye(n, dtype=torch.bool), -math.inf)
    return F.cross_entropy(scale * cos, positive)


def margin_softmax(x, centres, targets, scale, m1, m2, m3):
    cos = F.normalize(x) @ F.normalize(centres).T
    right = cos.gather(1, targets[:, None])
    theta = torch.acos(right.clamp(-1 + 1e-6, 1 - 1e-6))
    assert (m1 * theta + m2 <= math.pi).all()
    return F.cross_entropy(scale * cos.scatter(1, targets[:, None], torch.cos(m1 * theta + m2) - m3), targets)


def run(head, two_views, margin, dtype):
    torch.manual_seed(0)
    net = fill(Network(0.5, head, DIM)).to(dtype).train()
    data = torch.from_numpy(pictures(POOL, SIDE)).permute(0, 3, 1, 2).to(dtype) / 255
    centres = torch.nn.Parameter(torch.from_numpy(noise(POOL * DIM, 99)).to(dtype).reshape(POOL, DIM))
    opt = torch.optim.AdamW(net.parameters(), lr=1e-4, weight_decay=1e-2)
    rows = torch.optim.AdamW([centres], lr=1e-3, weight_decay=0)
    losses, norms = [], []
    for step in range(STEPS):
        index = (step * 7 + torch.arange(BATCH)) % POOL
        x = net(data[index])
        loss = 0
        if two_views:
            loss = loss + contrast(x)
        if margin:
            loss = loss + margin_softmax(x, centres, index, *margin)
        opt.zero_grad()
        rows.zero_grad()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(net.parameters(), 5).item())
        opt.step()
        rows.step()
        losses.append(loss.item())
    running = {k: v.double().sum().item() for k, v in net.state_dict().items() if k.endswith(("running_mean", "running_var"))}
    return losses, norms, running


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", default="internal/train/testdata/trajectory.json")
    args = ap.parse_args()
    torch.set_num_threads(1)
    golden = []
    for head, two_views, margin in CASES:
        losses, norms, running = run(head, two_views, margin, torch.float64)
        single = run(head, two_views, margin, torch.float32)[0]
        print(head, losses[0], losses[-1], "float32 off by", np.abs(np.array(losses) - single).max())
        golden.append({"head": head, "contrast": two_views, "margin": margin, "losses": losses, "norms": norms,
                       "float32": single, "running": running})
    out = pathlib.Path(args.out)
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
