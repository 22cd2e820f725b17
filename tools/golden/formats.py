"""Writes the small files that the parsers of internal/tensorfile are tested with.

    python tools/golden/formats.py

Needs numpy, onnx and safetensors.
"""

import argparse
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file


def write_npy(folder):
    ramp = np.arange(6).reshape(2, 3)
    np.save(folder / "f4.npy", (ramp / 4).astype("<f4"))
    np.save(folder / "f8.npy", ramp / 3)
    np.save(folder / "u1.npy", ramp.astype("u1"))
    np.save(folder / "i8.npy", ramp - 3)
    np.save(folder / "vector.npy", np.float32([1.5, -2]))
    np.save(folder / "scalar.npy", np.float32(7))
    np.save(folder / "empty.npy", np.zeros((0, 256), np.float32))
    np.save(folder / "fortran.npy", np.asfortranarray(ramp))
    with open(folder / "version2.npy", "wb") as f:
        np.lib.format.write_array(f, (ramp / 4).astype("<f4"), version=(2, 0))


def write_safetensors(folder):
    values = np.arange(6, dtype=np.float32).reshape(2, 3) / 4
    save_file({"a.weight": values, "b": np.float32([-1]), "c": np.zeros((0, 2), np.float32)}, folder / "f32.safetensors", {"made": "by <script>"})
    halves = np.float16([0, -0.0, 1, 1.5, -2, 65504, 6e-8, np.inf])
    save_file({"f16": halves, "f64": halves.astype(float), "i64": np.int64([[1, -2]]), "u8": np.array(9, np.uint8)}, folder / "mixed.safetensors")


def write_onnx(folder):
    weight = numpy_helper.from_array(np.arange(6, dtype=np.float32).reshape(2, 3), "weight")
    bias = helper.make_tensor("bias", TensorProto.FLOAT, [2], [0.5, -0.5])  # in float_data
    shape = helper.make_tensor("shape", TensorProto.INT64, [2], [-1, 2])  # in int64_data
    flags = helper.make_tensor("flags", TensorProto.UINT8, [3], [1, 2, 255])  # in int32_data
    nodes = [
        helper.make_node("Gemm", ["x", "weight", "bias"], ["y"], "gemm", transB=1, alpha=1.5),
        helper.make_node("Reshape", ["y", "shape"], ["z"], "reshape", text="note", axes=[0, -1], scales=[0.5, 2.0]),
    ]
    graph = helper.make_graph(
        nodes, "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])],
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, ["n", 2])],
        [weight, bias, shape, flags],
    )
    model = helper.make_model(graph, producer_name="formats", opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid("other", 3)], ir_version=9)
    helper.set_model_props(model, {"key": "value"})
    onnx.save(model, folder / "tiny.onnx")
    onnx.save(model, folder / "external.onnx", save_as_external_data=True, location="external.bin", size_threshold=0, convert_attribute=False)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", default="internal/tensorfile/testdata")
    folder = pathlib.Path(ap.parse_args().out)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "external.bin").unlink(missing_ok=True)
    write_npy(folder)
    write_safetensors(folder)
    write_onnx(folder)


if __name__ == "__main__":
    main()
