"""An ONNX graph of a convolutional network as a function over torch tensors, for timing: one call of torch a node."""

import numpy as np
import torch
import torch.nn.functional as F


def same(x, kernel, strides, dilations):
    """The padding of SAME_UPPER: left, right, top, bottom, as torch wants it."""
    pads = []
    for axis in (1, 0):
        n, k, s, d = x.shape[2 + axis], kernel[axis], strides[axis], dilations[axis]
        total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
        pads += [total // 2, total - total // 2]
    return pads


class Graph:
    def __init__(self, path, channels_last):
        import onnx
        from onnx import helper, numpy_helper

        model = onnx.load(str(path))
        self.layout = torch.channels_last if channels_last else torch.contiguous_format
        self.constants = {}
        for tensor in model.graph.initializer:
            value = torch.from_numpy(np.array(numpy_helper.to_array(tensor)))
            self.constants[tensor.name] = value.contiguous(memory_format=self.layout) if value.dim() == 4 else value
        self.input = [i.name for i in model.graph.input if i.name not in self.constants][0]
        self.output = model.graph.output[0].name
        self.nodes = [
            (n.op_type, list(n.input), n.output[0], {a.name: helper.get_attribute_value(a) for a in n.attribute})
            for n in model.graph.node]
        for kind, inputs, output, attributes in self.nodes:
            if kind == "Constant":
                self.constants[output] = torch.from_numpy(np.array(numpy_helper.to_array(attributes["value"])))
        self.nodes = [n for n in self.nodes if n[0] != "Constant"]

    def window(self, x, a, kernel):
        strides = a.get("strides", [1, 1])
        dilations = a.get("dilations", [1, 1])
        if a.get("auto_pad", b"NOTSET") == b"SAME_UPPER":
            pads = same(x, kernel, strides, dilations)
        else:
            top, left, bottom, right = a.get("pads", [0, 0, 0, 0])
            pads = [left, right, top, bottom]
        return strides, dilations, pads

    @torch.inference_mode()
    def __call__(self, x):
        values = dict(self.constants)
        values[self.input] = x
        for kind, names, output, a in self.nodes:
            v = [values[n] for n in names if n]
            values[output] = self.node(kind, v, a)
        return values[self.output]

    def node(self, kind, v, a):
        x = v[0]
        if kind == "Conv":
            strides, dilations, p = self.window(x, a, v[1].shape[2:])
            if p[0] == p[1] and p[2] == p[3]:
                pad = (p[2], p[0])
            else:
                x, pad = F.pad(x, p), 0
            return F.conv2d(x, v[1], v[2] if len(v) > 2 else None, strides, pad, dilations, a.get("group", 1))
        if kind in ("MaxPool", "AveragePool"):
            k = a["kernel_shape"]
            strides, _, p = self.window(x, a, k)
            even = p[0] == p[1] and p[2] == p[3]
            ceil = bool(a.get("ceil_mode", 0))
            if kind == "MaxPool":
                if not even:
                    x, p = F.pad(x, p, value=-float("inf")), [0, 0, 0, 0]
                return F.max_pool2d(x, k, strides, (p[2], p[0]), ceil_mode=ceil)
            return F.avg_pool2d(x, k, strides, (p[2], p[0]), ceil, bool(a.get("count_include_pad", 0)))
        if kind == "BatchNormalization":
            return F.batch_norm(x, v[3], v[4], v[1], v[2], False, eps=a.get("epsilon", 1e-5))
        if kind == "Relu":
            return F.relu(x)
        if kind == "Clip":
            return torch.clamp(x, float(v[1]), float(v[2]))
        if kind == "Add":
            return v[0] + v[1]
        if kind == "Mul":
            return v[0] * v[1]
        if kind == "Concat":
            return torch.cat(v, a["axis"])
        if kind == "GlobalAveragePool":
            return F.adaptive_avg_pool2d(x, 1)
        if kind == "ReduceMean":
            axes = a.get("axes") or [int(i) for i in v[1]]
            return x.mean(tuple(axes), keepdim=bool(a.get("keepdims", 1)))
        if kind == "Flatten":
            return torch.flatten(x, a.get("axis", 1))
        if kind == "Reshape":
            return x.reshape([int(i) for i in v[1]])
        if kind == "Gemm":
            return F.linear(x, v[1] if a.get("transB") else v[1].T, v[2])
        if kind == "Pad":
            top, left, bottom, right = [int(v[1][i]) for i in (2, 3, 6, 7)]
            return F.pad(x, (left, right, top, bottom))
        if kind == "LRN":
            return F.local_response_norm(x, a["size"], a["alpha"], a["beta"], a["bias"])
        if kind == "Softmax":
            return F.softmax(x, a.get("axis", -1))
        if kind in ("Dropout", "Identity"):
            return x
        raise SystemExit(f"{kind} has no row in onnx_torch.py")
