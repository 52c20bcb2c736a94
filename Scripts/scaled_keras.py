"""Keras networks with random weights that behave: every layer's output keeps a deviation of about one.

Plain random weights grow or fade from layer to layer until the softmax answers 0 and 1 and hides every error. Here each
layer is scaled by what it does to one input. Needs keras with tensorflow, and h5py.
"""
import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import keras
import numpy as np
from keras import layers as L

# Fovea's name -> Keras's
NETWORKS = {
    "vgg16": "VGG16", "vgg19": "VGG19", "resnet50": "ResNet50", "resnet101": "ResNet101", "resnet152": "ResNet152",
    "mobilenet": "MobileNet", "mobilenetv2": "MobileNetV2", "densenet121": "DenseNet121", "densenet169": "DenseNet169",
    "densenet201": "DenseNet201", "inceptionv3": "InceptionV3", "xception": "Xception",
    "inceptionresnetv2": "InceptionResNetV2",
}


def build(name):
    return getattr(keras.applications, NETWORKS[name])(weights=None)


def sample_input(model, seed=5):
    """One smooth picture of values within -2...2 in the model's input size."""
    height, width, channels = model.input_shape[1:]
    coarse = np.random.default_rng(seed).normal(size=(1, height // 8 + 2, width // 8 + 2, channels))
    smooth = numpy(keras.ops.image.resize(coarse, (height, width), interpolation="bicubic"))
    return np.clip(smooth, -2, 2).astype(np.float32)


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


def prepare(layer, x, random):
    """Random weights for one layer, scaled by its answer to `x`."""
    softmax = getattr(layer, "activation", None) is keras.activations.softmax
    activation = getattr(layer, "activation", None)
    if isinstance(layer, L.BatchNormalization):
        value = numpy(x).reshape(-1, x.shape[-1])
        channels = value.shape[1]
        weights = [random.uniform(0.15, 0.45, channels)] if layer.scale else []
        # Where there is no gamma, a larger variance does its work. A channel's mean far above its deviation would do
        # nothing but amplify rounding: its square counts. Scales near 1 let an error grow from layer to layer (see
        # scaled_torch.py).
        variance = (1 if layer.scale else 8) * (value.var(0) + 0.25 * value.mean(0) ** 2 + 0.25)
        weights += [random.normal(0, 0.5, channels), value.mean(0), variance]
        layer.set_weights([weight.astype(np.float32) for weight in weights])
        return
    if activation is not None:
        layer.activation = keras.activations.linear
    weights = layer.get_weights()
    kernels = len(weights) - bool(layer.use_bias)
    weights = [random.standard_normal(weight.shape, dtype=np.float32) / np.float32(np.sqrt(weight[..., 0].size))
               if index < kernels else np.zeros_like(weight) for index, weight in enumerate(weights)]
    layer.set_weights(weights)
    weights[kernels - 1] /= np.float32(numpy(layer(x)).std() / (2 if softmax else 1))
    if layer.use_bias:
        weights[-1] = random.normal(0, 0.3, weights[-1].shape).astype(np.float32)
    layer.set_weights(weights)
    if activation is not None:
        layer.activation = activation


def scale(model, x, seed=16):
    """Sets the weights, layer after layer, and returns every layer's output by name."""
    random = np.random.default_rng(seed)
    values, found = {}, {}
    for layer in model.layers:
        if isinstance(layer, L.InputLayer):
            values[id(layer.output)] = keras.ops.convert_to_tensor(x)
            continue
        inputs = keras.tree.map_structure(lambda tensor: values[id(tensor)], layer.input)
        if layer.weights:
            prepare(layer, inputs, random)
        values[id(layer.output)] = layer(inputs)
        found[layer.name] = numpy(values[id(layer.output)])
    return found


def save(model, path):
    """Weights alone, in the container of the published files: Keras 3 writes it only with a whole model around it."""
    from keras.src.legacy.saving import legacy_h5_format
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)
