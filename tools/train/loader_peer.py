"""Trains by the reference recipe with PyTorch and OpenCV: the peer of bench/train pipeline.

    python tools/train/loader_peer.py --steps 16 [--threads 2] [--workers 2]

Worker processes decode the WebP members of the shards anew for every step and make two forms of each picture in two
views (capture_peer.py); the network (channels-last) takes them in 8 parts with batch statistics of their own, as
internal/train does; two-view contrast over the whole batch, clipping, the fused AdamW, a running mean of the weights.
Prints one JSON line with the images per second of the fastest window of steps; the first do not count, nor the last,
whose batches nobody loads beside them any more. Needs numpy, opencv and torch.
"""

import argparse
import json
import math
import os
import pathlib
import random
import sys
import tarfile
import time

import cv2
import numpy as np
import torch
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "golden"))
from capture_peer import BACKGROUND_SIDE, FULL, LIGHT, Capture, Source  # noqa: E402
from network import Network  # noqa: E402

IMAGES, FORMS, VIEWS, PARTS, SIDE, SHORT_SIDE = 128, 2, 2, 8, 128, 160
FIRST_STEPS, WINDOW_STEPS = 3, 10  # not counted; measured together
PREFETCH = 2  # batches ahead of each worker


class Pictures(torch.utils.data.Dataset):
    """An item is all samples of one picture: (VIEWS*FORMS, SIDE, SIDE, 3) bytes."""

    def __init__(self, shards, backgrounds):
        self.members, self.files = [], [os.open(s, os.O_RDONLY) for s in shards]
        for file, shard in zip(self.files, shards):
            with tarfile.open(shard) as tar:
                self.members += [(file, m.offset_data, m.size) for m in tar if m.isfile()]
        behind = [fit(cv2.imread(str(p))) for p in backgrounds]
        self.views = [Capture(LIGHT, behind, SIDE), Capture(FULL, behind, SIDE)]

    def __len__(self):
        return len(self.members)

    def __getitem__(self, i):
        file, offset, size = self.members[i]
        picture = cv2.imdecode(np.frombuffer(os.pread(file, size, offset), np.uint8), cv2.IMREAD_COLOR)
        h, w = picture.shape[:2]
        if min(h, w) > SHORT_SIDE:
            k = SHORT_SIDE / min(h, w)
            picture = cv2.resize(picture, (round(w * k), round(h * k)), interpolation=cv2.INTER_AREA)
        source, r = Source(picture), random.Random(i)
        forms = r.sample(range(8), FORMS)
        return np.stack([view.view(source, form, r) for view in self.views for form in forms])


def fit(m):
    k = BACKGROUND_SIDE / max(m.shape[:2])
    return m if k >= 1 else cv2.resize(m, None, fx=k, fy=k, interpolation=cv2.INTER_AREA)


def begin_worker(_):
    cv2.setNumThreads(0)


def contrast(u, scale=24, margin=0.15):
    n = len(u)
    positive = (torch.arange(n) + n // 2) % n
    cos = u @ u.T - margin * F.one_hot(positive, n)
    cos.fill_diagonal_(-math.inf)
    return F.cross_entropy(scale * cos, positive)


class Trainer:
    def __init__(self):
        torch.manual_seed(1)
        self.net = Network().train().to(memory_format=torch.channels_last)
        self.weights = list(self.net.parameters())
        self.optimizer = torch.optim.AdamW(self.weights, lr=1.5e-3, weight_decay=1e-2, fused=True)
        self.state = [v for v in self.net.state_dict().values() if v.is_floating_point()]
        self.mean = [v.clone() for v in self.state]
        # Part p holds view A of some pictures and view B of others.
        chunk = IMAGES // PARTS
        self.parts = [[range(p * chunk, (p + 1) * chunk), range((p + PARTS // 2) % PARTS * chunk, ((p + PARTS // 2) % PARTS + 1) * chunk)] for p in range(PARTS)]

    def step(self, batch):
        """batch (IMAGES, VIEWS*FORMS, SIDE, SIDE, 3) bytes."""
        out = torch.empty(VIEWS, IMAGES, FORMS, 256)
        for images in self.parts:
            x = torch.cat([batch[list(images[v]), v * FORMS : (v + 1) * FORMS].flatten(0, 1) for v in range(VIEWS)])
            x = x.permute(0, 3, 1, 2).float().div_(255)  # channels-last as it is
            for v, u in enumerate(self.net(x).view(VIEWS, len(images[0]), FORMS, -1)):
                out[v, images[v].start : images[v].stop] = u
        loss = contrast(F.normalize(out.flatten(0, 2)))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.weights, 5)
        self.optimizer.step()
        torch._foreach_lerp_(self.mean, self.state, 0.002)
        return loss.item()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", type=pathlib.Path, default=pathlib.Path("../shared/data"))
    ap.add_argument("--steps", type=int, default=16)
    ap.add_argument("--threads", type=int, default=2, help="of PyTorch")
    ap.add_argument("--workers", type=int, default=2)
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(0)
    pictures = Pictures(sorted((args.data / "train").glob("*.tar")), sorted(p for p in (args.data / "backgrounds").iterdir() if p.suffix in {".jpg", ".png", ".webp"}))
    order = random.Random(1).sample(range(len(pictures)), args.steps * IMAGES)
    loader = torch.utils.data.DataLoader(torch.utils.data.Subset(pictures, order), IMAGES, num_workers=args.workers, prefetch_factor=PREFETCH, worker_init_fn=begin_worker)
    trainer, times, loss = Trainer(), [], 0
    for batch in loader:
        loss = trainer.step(batch)
        times.append(time.perf_counter())
    times = times[FIRST_STEPS - 1 : args.steps - PREFETCH * args.workers]
    took = min((b - a for a, b in zip(times, times[WINDOW_STEPS:])), default=math.inf)
    speed = WINDOW_STEPS * IMAGES * FORMS * VIEWS / took
    print(json.dumps({"peer": f"PyTorch {torch.__version__}, OpenCV {cv2.__version__}", "images_per_second": speed, "loss": loss}))


if __name__ == "__main__":
    main()
