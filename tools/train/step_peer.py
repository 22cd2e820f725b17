"""Times PyTorch on one training step of the reference network: the peer of bench/train.

    python tools/train/step_peer.py [--batch 64] [--input 128] [--seconds 10]

Forward, backward and AdamW; batch statistics; one thread; channels-last and the fused AdamW, which are its fastest
here. Prints one JSON line with CPU milliseconds per image: the best of the rounds. Needs numpy and torch.
"""

import argparse
import json
import pathlib
import sys
import time

import torch
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "golden"))
from network import Network  # noqa: E402


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--batch", type=int, default=64)
    ap.add_argument("--input", type=int, default=128)
    ap.add_argument("--seconds", type=float, default=10)
    args = ap.parse_args()
    torch.set_num_threads(1)
    net = Network().train().to(memory_format=torch.channels_last)
    opt = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=1e-2, fused=True)
    x = torch.rand(args.batch, 3, args.input, args.input).to(memory_format=torch.channels_last)
    target = torch.arange(args.batch)
    best, begin = float("inf"), time.time()
    while time.time() - begin < args.seconds:
        start = time.process_time()
        u = F.normalize(net(x))
        loss = F.cross_entropy(24 * u @ u.detach().T, target)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        best = min(best, time.process_time() - start)
    print(json.dumps({"peer": "PyTorch " + torch.__version__, "ms_per_image": 1e3 * best / args.batch}))


if __name__ == "__main__":
    main()
