"""Computes every node of an ONNX graph in 64 bits by torch: which of two results in 32 bits is the nearer one?

    from onnx_in_64_bits import outputs      {name of an output: array}

onnxruntime itself computes no convolution in 64 bits. Known are the operations of style-transfer networks; another one raises
NotImplementedError with its name.
"""
import onnx
import torch
from onnx import numpy_helper

F = torch.nn.functional


def padded_by(node, x, settings):
    """Zeros around, as `pads` has them: beginnings of all axes, then ends."""
    if settings.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID"):
        raise NotImplementedError(f"{node.op_type} with auto_pad")
    top, left, bottom, right = settings.get("pads", [0] * 4)
    return F.pad(x, (left, right, top, bottom))


def transposed(node, x, kernel, settings):
    whole = F.conv_transpose2d(x, kernel, None, settings.get("strides", 1), 0, settings.get("output_padding", 0),
                               settings.get("group", 1), settings.get("dilations", 1))
    wanted = settings.get("output_shape")
    if wanted is None:
        top, left, bottom, right = settings.get("pads", [0] * 4)
        return whole[:, :, top:whole.shape[2] - bottom, left:whole.shape[3] - right]
    # What lacks is added at the end; nothing is cut off in the graphs known here.
    if any(size < found for size, found in zip(wanted, whole.shape[2:])):
        raise NotImplementedError("ConvTranspose that cuts off")
    return F.pad(whole, (0, wanted[1] - whole.shape[3], 0, wanted[0] - whole.shape[2]))


def compute(node, x, settings):
    kind = node.op_type
    simple = {"Relu": torch.relu, "Tanh": torch.tanh, "Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Div": torch.div,
              "Identity": lambda value: value}
    if kind in simple:
        return simple[kind](*x)
    if kind == "Conv":
        return F.conv2d(padded_by(node, x[0], settings), *x[1:], stride=settings.get("strides", 1),
                        dilation=settings.get("dilations", 1), groups=settings.get("group", 1))
    if kind == "ConvTranspose":
        result = transposed(node, x[0], x[1], settings)
        return result + x[2].view(1, -1, 1, 1) if len(x) > 2 else result
    if kind == "InstanceNormalization":
        return F.instance_norm(x[0], None, None, x[1], x[2], True, 0, settings.get("epsilon", 1e-5))
    if kind == "Pad":
        pads, mode = settings["pads"], settings.get("mode", b"constant").decode()
        return F.pad(x[0], (pads[3], pads[7], pads[2], pads[6]), {"edge": "replicate"}.get(mode, mode))
    if kind == "ImageScaler":
        return x[0] * settings["scale"] + torch.tensor(settings["bias"], dtype=torch.float64).view(1, -1, 1, 1)
    if kind == "Affine":
        return x[0] * settings["alpha"] + settings["beta"]
    if kind == "Crop":
        left, top, right, bottom = settings["border"]
        height, width = settings.get("scale") or (x[0].shape[2] - top - bottom, x[0].shape[3] - left - right)
        return x[0][:, :, top:top + height, left:left + width]
    raise NotImplementedError(kind)


def outputs(model, x):
    known = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in model.graph.initializer}
    entry = next(i.name for i in model.graph.input if i.name not in known)
    known[entry] = torch.from_numpy(x)
    known = {name: value.double() if value.is_floating_point() else value for name, value in known.items()}
    for node in model.graph.node:
        settings = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        known[node.output[0]] = compute(node, [known[name] for name in node.input], settings)
    return {name: value.numpy() for name, value in known.items()}
