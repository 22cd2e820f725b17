"""Makes a teacher's feature file for exemplar train: the features of an ONNX image network for every training image.

    python tools/train/teach.py --model sscd.onnx --out runs/teacher.safetensors ../shared/data/train

The network takes uint8 NHWC or float NCHW pictures ([0, 1], then --mean and --std), which the file's input type tells.
The images are listed as exemplar lists them (internal/dataset/pool.go): shards in sorted order, members in theirs.
Needs numpy, onnxruntime, pillow and safetensors.
"""

import argparse
import hashlib
import io
import pathlib
import tarfile
import zlib

import numpy as np
import onnxruntime as ort
from PIL import Image
from safetensors.numpy import save_file

EXTENSIONS = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif"}


def is_image(path):
    path = pathlib.PurePosixPath(path)
    return path.suffix.lower() in EXTENSIONS and not path.name.startswith(".")


def images(paths):
    """(name, bytes) of every image, in the order of exemplar."""
    for path in map(pathlib.Path, paths):
        shards = [path] if path.is_file() else sorted(path.glob("*.tar"))
        for shard in shards:
            with tarfile.open(shard) as tar:
                for member in tar:
                    if member.isfile() and is_image(member.name):
                        yield member.name, tar.extractfile(member).read()
        if not shards:
            files = (p for p in path.rglob("*") if p.is_file() and is_image(p))
            for name in sorted(p.relative_to(path).as_posix() for p in files if not any(x.startswith(".") for x in p.relative_to(path).parts)):
                yield name, (path / name).read_bytes()


class Network:
    def __init__(self, path, side, mean, std):
        opt = ort.SessionOptions()
        self.session = ort.InferenceSession(path, opt, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0]
        self.side, self.mean, self.std = side, np.array(mean, np.float32), np.array(std, np.float32)

    def features(self, pictures):
        x = np.stack([np.asarray(p.resize((self.side, self.side), Image.BOX)) for p in pictures])
        if self.input.type != "tensor(uint8)":
            x = ((x.astype(np.float32) / 255 - self.mean) / self.std).transpose(0, 3, 1, 2)
        return self.session.run(None, {self.input.name: x})[0].astype(np.float32)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("paths", nargs="+")
    ap.add_argument("--model", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--side", type=int, default=288)
    ap.add_argument("--mean", type=float, nargs=3, default=[0.485, 0.456, 0.406])
    ap.add_argument("--std", type=float, nargs=3, default=[0.229, 0.224, 0.225])
    ap.add_argument("--batch", type=int, default=16)
    ap.add_argument("--limit", type=int, help="stop after so many images: for timing only, the file then fits no data set")
    args = ap.parse_args()
    network = Network(args.model, args.side, args.mean, args.std)
    fingerprint, features, waiting, count = hashlib.sha256(), [], [], 0
    for name, data in images(args.paths):
        fingerprint.update(f"{name}\t{len(data)}\t{zlib.crc32(data):08x}\n".encode())
        waiting.append(Image.open(io.BytesIO(data)).convert("RGB"))
        count += 1
        if len(waiting) == args.batch or count == args.limit:
            features.append(network.features(waiting))
            waiting = []
            print(f"\r{count} images", end="", flush=True)
        if count == args.limit:
            break
    if waiting:
        features.append(network.features(waiting))
    print()
    save_file({"features": np.concatenate(features).astype(np.float16)}, args.out, metadata={
        "format": "exemplar-teacher/1", "dataset": fingerprint.hexdigest(), "forms": "1", "teacher": pathlib.Path(args.model).name})


if __name__ == "__main__":
    main()
