"""A Keras network as an ONNX graph in [N, C, H, W], weights as constants, batch norm as it stands.

Written for the architectures of keras.applications; a layer without a row here ends the program by its name.
"""

import numpy as np


class Writer:
    def __init__(self, model):
        import keras

        self.keras = keras
        self.model = model
        self.nodes, self.constants = [], []
        self.names = {}
        self.flattened = {}  # value -> the [H, W, C] it was flattened from

    def constant(self, name, array):
        from onnx import numpy_helper

        if not any(existing.name == name for existing in self.constants):
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, kind, inputs, name, **attributes):
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def activation(self, function, value, name):
        activations = self.keras.activations
        if function in (None, activations.linear):
            return value
        if function is activations.relu:
            return self.add("Relu", [value], name + ".relu")
        if function is activations.relu6:
            return self.relu6(value, name)
        if function is activations.softmax:
            return self.add("Softmax", [value], name + ".softmax", axis=1)
        raise SystemExit(f"{name}: the activation {function} has no row in this script")

    def relu6(self, value, name):
        low, high = self.constant("zero", np.float32(0)), self.constant("six", np.float32(6))
        return self.add("Clip", [value, low, high], name + ".relu6")

    def convolution(self, layer, value, kernel, bias, name, **extra):
        inputs = [value, self.constant(name + ".kernel", kernel)]
        if bias is not None:
            inputs.append(self.constant(name + ".bias", bias))
        return self.add(
            "Conv", inputs, name, kernel_shape=list(kernel.shape[2:]), strides=list(layer.strides),
            dilations=list(layer.dilation_rate), auto_pad=self.padding(layer), **extra)

    def padding(self, layer):
        return "SAME_UPPER" if layer.padding == "same" else "VALID"

    def layer(self, layer, values):
        kl, name, value = self.keras.layers, layer.name, values[0]
        weights = layer.get_weights()
        bias = weights[-1] if getattr(layer, "use_bias", False) else None
        if isinstance(layer, kl.SeparableConv2D):
            depthwise, pointwise = weights[0], weights[1]
            value = self.convolution(
                layer, value, depthwise.transpose(2, 3, 0, 1), None, name + ".depthwise", group=depthwise.shape[2])
            inputs = [value, self.constant(name + ".pointwise", pointwise.transpose(3, 2, 0, 1))]
            if bias is not None:
                inputs.append(self.constant(name + ".bias", bias))
            value = self.add("Conv", inputs, name, kernel_shape=[1, 1])
        elif isinstance(layer, kl.DepthwiseConv2D):
            value = self.convolution(
                layer, value, weights[0].transpose(2, 3, 0, 1), bias, name, group=weights[0].shape[2])
        elif isinstance(layer, kl.Conv2D):
            value = self.convolution(layer, value, weights[0].transpose(3, 2, 0, 1), bias, name, group=layer.groups)
        elif isinstance(layer, kl.Dense):
            kernel = weights[0]
            if value in self.flattened:  # rows in the order channel, row, column
                shape = self.flattened[value]
                kernel = kernel.reshape(*shape, -1).transpose(2, 0, 1, 3).reshape(kernel.shape)
            value = self.add(
                "Gemm", [value, self.constant(name + ".kernel", kernel), self.constant(name + ".bias", bias)], name)
        elif isinstance(layer, kl.BatchNormalization):
            mean, variance = weights[-2:]
            gamma = weights[0] if layer.scale else np.ones_like(mean)
            beta = weights[-3] if layer.center else np.zeros_like(mean)
            parts = [("gamma", gamma), ("beta", beta), ("mean", mean), ("variance", variance)]
            return self.add(
                "BatchNormalization", [value] + [self.constant(f"{name}.{part}", array) for part, array in parts], name,
                epsilon=layer.epsilon)
        elif isinstance(layer, kl.ReLU):
            return self.relu6(value, name) if layer.max_value == 6 else self.add("Relu", [value], name)
        elif isinstance(layer, kl.Activation):
            return self.activation(layer.activation, value, name)
        elif isinstance(layer, kl.Softmax):
            return self.add("Softmax", [value], name, axis=1)
        elif isinstance(layer, (kl.MaxPooling2D, kl.AveragePooling2D)):
            kind = "MaxPool" if isinstance(layer, kl.MaxPooling2D) else "AveragePool"
            return self.add(
                kind, [value], name, kernel_shape=list(layer.pool_size), strides=list(layer.strides),
                auto_pad=self.padding(layer))
        elif isinstance(layer, kl.GlobalAveragePooling2D):
            value = self.add("GlobalAveragePool", [value], name)
            return value if layer.keepdims else self.add("Flatten", [value], name + ".flat", axis=1)
        elif isinstance(layer, kl.ZeroPadding2D):
            (top, bottom), (left, right) = layer.padding
            pads = self.constant(name + ".pads", np.array([0, 0, top, left, 0, 0, bottom, right], np.int64))
            return self.add("Pad", [value, pads], name)
        elif isinstance(layer, kl.Add):
            while len(values) > 1:
                values = [self.add("Add", values[:2], f"{name}.{len(values)}")] + values[2:]
            return values[0]
        elif isinstance(layer, kl.Concatenate):
            return self.add("Concat", values, name, axis=1)
        elif isinstance(layer, kl.Flatten):
            value = self.add("Flatten", [value], name, axis=1)
            self.flattened[value] = layer.input.shape[1:]
            return value
        elif isinstance(layer, kl.Reshape):
            target = layer.output.shape[1:]
            if len(target) != 1:
                raise SystemExit(f"{name}: a reshape to {target} has no row in this script")
            return self.add("Flatten", [value], name, axis=1)
        elif isinstance(layer, kl.Dropout):
            return value
        elif type(layer).__name__ == "CustomScaleLayer":
            scaled = self.add("Mul", [values[1], self.constant(name + ".scale", np.float32(layer.scale))], name + ".scaled")
            return self.add("Add", [values[0], scaled], name)
        else:
            raise SystemExit(f"{name}: a {type(layer).__name__} has no row in this script")
        return self.activation(getattr(layer, "activation", None), value, name)

    def write(self):
        import onnx
        from onnx import TensorProto, helper

        height, width, channels = self.model.input_shape[1:]
        for layer in self.model.layers:
            if isinstance(layer, self.keras.layers.InputLayer):
                self.names[id(layer.output)] = "input"
                continue
            inputs = layer.input if isinstance(layer.input, (list, tuple)) else [layer.input]
            self.names[id(layer.output)] = self.layer(layer, [self.names[id(t)] for t in inputs])
        output = self.names[id(self.model.outputs[0])]
        graph = helper.make_graph(
            self.nodes, self.model.name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", channels, height, width])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["N", self.model.output_shape[-1]])], self.constants)
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(made)
        return made.SerializeToString()


def serialised(model):
    return Writer(model).write()
