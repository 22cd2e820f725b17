"""Writes a small network as PyTorch's two ONNX exporters have it, for the import's tests.

    python tools/golden/torch_onnx.py

Weights are few distinct values, so that the files compress. Needs numpy, torch, onnx and onnxscript.
"""

import argparse
import gzip
import pathlib
import tempfile

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional as F

from formula import fill, pictures
from network import Network


class Normalized(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return F.normalize(self.net(x))


def coarse(net):
    with torch.no_grad():
        for t in net.state_dict().values():
            if t.ndim > 1:
                t.copy_((t / t.abs().max() * 4).round() * t.abs().max() / 4)
    return net


EXPORTS = {
    # The TorchScript exporter, opset 17, folding what it can.
    "torchscript": dict(dynamo=False, opset_version=17, input_names=["x"], dynamic_axes={"x": {0: "n"}}),
    # The same with every batch normalisation as a node of its own.
    "unfolded": dict(dynamo=False, opset_version=18, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False),
    # The default since PyTorch 2.9.
    "dynamo": dict(dynamo=True, opset_version=18, external_data=False, dynamic_shapes=({0: "n"},)),
}


def strip(model):
    """Removes the traces of the machine that the exporters leave: stack traces and paths."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.initializer, *graph.input, *graph.output, *graph.value_info):
        part.ClearField("doc_string")
        part.ClearField("metadata_props")
    return model


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", default="internal/embed/testdata")
    out = pathlib.Path(ap.parse_args().out)
    raw = coarse(fill(Network(0.25, "squeeze_lbn", 16))).eval()
    x = torch.from_numpy(pictures(2, 128)).permute(0, 3, 1, 2).float() / 255
    with torch.no_grad():
        np.save(out / "torch_onnx.npy", raw.double()(x.double()).numpy().astype(np.float32))
    for name, options in EXPORTS.items():
        net = raw.float() if name == "unfolded" else Normalized(raw.float()).eval()
        with tempfile.TemporaryDirectory() as tmp:
            torch.onnx.export(net, (x,), f"{tmp}/x.onnx", **options)
            data = strip(onnx.load(f"{tmp}/x.onnx")).SerializeToString()
        packed = gzip.compress(data, 9, mtime=0)
        (out / f"{name}.onnx.gz").write_bytes(packed)
        print(name, len(data), len(packed))


if __name__ == "__main__":
    main()
