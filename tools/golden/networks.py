"""Writes the embeddings that the networks of internal/embed are tested with.

    python tools/golden/networks.py --reference ../shared/data/reference

Pictures are from a formula, and so are the weights, except those of the case "reference".
Needs numpy, torch and safetensors.
"""

import argparse

import numpy as np
import torch
from safetensors.numpy import save_file

from formula import fill, pictures
from network import Network, load_reference

# (width, head, embedding, input)
CASES = [
    (0.5, "flat_bn", 64, 128),
    (0.5, "flat_ln", 64, 128),
    (0.5, "gap_ln", 64, 128),
    (0.5, "squeeze_ln", 64, 128),
    (0.5, "squeeze_lbn", 64, 128),
    (0.5, "squeeze_1", 64, 128),
    (0.35, "flat_ln", 32, 96),
    (0.75, "squeeze_1", 64, 160),
    (1.0, "squeeze_lbn", 256, 192),
    (1.5, "gap_ln", 32, 224),
    (0.25, "flat_bn", 16, 320),
]


def embed(net, side):
    x = torch.from_numpy(pictures(2, side)).permute(0, 3, 1, 2).double() / 255
    with torch.no_grad():
        return net.double().eval()(x).numpy().astype(np.float32)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--reference", default="../shared/data/reference")
    ap.add_argument("--out", default="internal/embed/testdata/networks.safetensors")
    args = ap.parse_args()
    golden = {"reference": embed(load_reference(args.reference), 128)}
    for width, head, embedding, side in CASES:
        golden[f"{width} {head} {embedding} {side}"] = embed(fill(Network(width, head, embedding)), side)
    for name, values in golden.items():
        print(name, values.std(), (values[0] * values[1]).sum() / np.linalg.norm(values[0]) / np.linalg.norm(values[1]))
    save_file(golden, args.out)


if __name__ == "__main__":
    main()
