"""Keras networks with random weights that behave: every layer's output keeps a deviation of about one.

Plain random weights grow or fade from layer to layer until the softmax answers 0 and 1 and hides every error. Here each
layer is scaled by what it does to one input, and the result is asserted. Needs keras with tensorflow, and h5py.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import keras
import numpy as np


def architectures():
    """Name on Fovea's command line -> a function that builds the network without weights."""
    return {"vgg16": lambda: keras.applications.VGG16(weights=None), "vgg19": lambda: keras.applications.VGG19(weights=None)}


def sample_input(model, seed=5):
    """A batch of one in the range the network sees after its preprocessing: smooth, within -110...110."""
    height, width, channels = model.input_shape[1:]
    coarse = np.random.default_rng(seed).normal(size=(1, height // 8 + 2, width // 8 + 2, channels))
    smooth = keras.ops.convert_to_numpy(keras.ops.image.resize(coarse, (height, width), interpolation="bicubic"))
    return np.clip(45 * smooth, -110, 110).astype(np.float32)


def walk(model, x, visit):
    """Runs the network layer by layer; `visit(layer, inputs)` returns the layer's output."""
    values = {}
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            values[id(layer.output)] = keras.ops.convert_to_tensor(x)
            continue
        inputs = keras.tree.map_structure(lambda t: values[id(t)], layer.input)
        values[id(layer.output)] = visit(layer, inputs)


def scale(model, x, seed=16):
    """Sets random weights, layer after layer, so that every layer with weights has an output of deviation one."""
    generator = np.random.default_rng(seed)

    def visit(layer, inputs):
        if layer.weights:
            kernel, bias = layer.get_weights()
            kernel = generator.standard_normal(kernel.shape, dtype=np.float32) / np.float32(np.sqrt(kernel[..., 0].size))
            bias = generator.standard_normal(bias.shape, dtype=np.float32) * np.float32(0.1)
            bias *= np.float32(np.abs(keras.ops.convert_to_numpy(inputs)).mean())
            activation = layer.activation
            softmax = activation is keras.activations.softmax
            if softmax:
                layer.activation = keras.activations.linear
            layer.set_weights([kernel, bias])
            # relu(a x) = a relu(x): one division sets the output's deviation; logits spread a little wider
            deviation = np.float32(keras.ops.convert_to_numpy(layer(inputs)).std() / (2 if softmax else 1))
            layer.set_weights([kernel / deviation, bias / deviation])
            layer.activation = activation
        return layer(inputs)

    walk(model, x, visit)


def record(model, x):
    """Every layer's output by name, checked: deviation within 0.1...10, and the largest probability below 0.9."""
    recorded = {}

    def visit(layer, inputs):
        output = layer(inputs)
        value = keras.ops.convert_to_numpy(output)
        if getattr(layer, "activation", None) is keras.activations.softmax:
            assert value.max() < 0.9, f"{layer.name}: a probability of {value.max():.3f} hides errors"
        else:
            assert 0.1 <= value.std() <= 10, f"{layer.name}: deviation {value.std():.3g} is not within 0.1...10"
        recorded[layer.name] = value
        return output

    walk(model, x, visit)
    return recorded


def save_legacy_weights(model, path):
    """The layout of the published VGG16 file: a group per layer, `layer_names` and `weight_names` as attributes."""
    with h5py.File(path, "w") as file:
        file.attrs["backend"] = np.bytes_("tensorflow")
        file.attrs["keras_version"] = np.bytes_(keras.__version__)
        file.attrs["layer_names"] = np.array([layer.name for layer in model.layers], "S")
        for layer in model.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{variable.name}" for variable in layer.weights]
            group.attrs["weight_names"] = np.array(names, "S") if names else np.zeros(0, "S1")
            for name, value in zip(names, layer.get_weights()):
                group.create_dataset(name, data=value)
