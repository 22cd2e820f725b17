"""Checks exported ONNX networks: onnx's checker, and ONNX Runtime's embeddings against PyTorch's.

    mkdir networks; go test ./internal/embed -run TestONNXRoundTrip -onnx-out $PWD/networks
    python tools/golden/check_onnx.py networks

The folder holds NAME.onnx files, NAME being a case of networks.py ("0.5 gap_ln 64 128") or "reference".
Needs numpy, onnx, onnxruntime and safetensors.
"""

import argparse
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file

from formula import pictures


def check(path, want):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    side = model.graph.input[0].type.tensor_type.shape.dim[3].dim_value
    opset = model.opset_import[0].version
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    x = np.ascontiguousarray(pictures(len(want), side).transpose(0, 3, 1, 2)).astype(np.float32) / 255
    together = session.run(None, {"pixels": x})[0]
    alone = np.concatenate([session.run(None, {"pixels": x[i : i + 1]})[0] for i in range(len(x))])
    want = want / np.linalg.norm(want, axis=1, keepdims=True)
    apart = max(np.abs(together - want).max(), np.abs(alone - want).max())
    print(f"{path.stem}: opset {opset}, {len(model.graph.node)} nodes, apart by {apart:.1e}")
    return apart < 1e-5


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("folder")
    ap.add_argument("--golden", default="internal/embed/testdata/networks.safetensors")
    args = ap.parse_args()
    golden = load_file(args.golden)
    files = sorted(pathlib.Path(args.folder).glob("*.onnx"))
    ok = [check(f, golden[f.stem]) for f in files]
    sys.exit(0 if ok and all(ok) else 1)


if __name__ == "__main__":
    main()
