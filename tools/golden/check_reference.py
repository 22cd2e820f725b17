"""Recomputes the goldens of the reference network from its weights and prints how far they are apart.

    python tools/golden/check_reference.py --reference ../shared/data/reference

Needs numpy, torch, safetensors, pillow and opencv-python-headless.
"""

import argparse
import pathlib

import cv2
import numpy as np
import torch
from PIL import Image

from network import load_reference


def to_input(pixels):
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).double() / 255


def cosines(a, b):
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--reference", default="../shared/data/reference")
    folder = pathlib.Path(ap.parse_args().reference)
    net = load_reference(folder).double()
    load = lambda name: np.load(folder / name)
    with torch.no_grad():
        for pixels, wanted in ("inputs", "embeddings"), ("photos_inputs", "photos_embeddings"):
            got, want = net(to_input(load(pixels + ".npy"))).numpy(), load(wanted + ".npy")
            print(f"{wanted}: max abs {np.abs(got - want).max():.2e}, min cosine {cosines(got, want).min():.9f}, range {want.min():.2f}..{want.max():.2f}")
        got, want = net.last_map(to_input(load("inputs.npy"))).numpy(), load("last_map.npy")
        print(f"last_map: max abs {np.abs(got - want).max():.2e}")
    for i, path in enumerate(sorted((folder / "photos").glob("*.png"))):
        image = Image.open(path)
        small = cv2.resize(np.asarray(image.convert("RGB")), (128, 128), interpolation=cv2.INTER_AREA)
        apart = np.abs(small.astype(int) - load("photos_inputs.npy")[i]).max()
        print(f"{path.name} ({image.mode}): input apart by at most {apart} of 255")


if __name__ == "__main__":
    main()
