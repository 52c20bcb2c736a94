"""Writes the sample networks as full-model Keras `.h5` files: `python Scripts/samples/networks.py`.

Needs keras with tensorflow, h5py and numpy (Scripts/requirements.txt). The weights are formulas; files are written without
times, so the same versions write the same bytes.
"""

import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import h5py
import keras
import numpy as np
from keras import layers

NETWORKS = Path(__file__).resolve().parents[2] / "Samples" / "networks"


def gaussian(size, sigma):
    x = np.arange(size) - (size - 1) / 2
    g = np.exp(-(x[:, None] ** 2 + x[None, :] ** 2) / (2 * sigma**2))
    return g / g.sum()


def sobel():
    """Two filters that answer to brightness changes along the columns (x) and along the rows (y)."""
    model = keras.Sequential([
        keras.Input((512, 512, 1), name="grey"),
        layers.Conv2D(2, 3, name="sobel"),
    ], name="sobel_edges")
    x = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]], np.float32)
    y = np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]], np.float32)
    model.get_layer("sobel").set_weights([np.stack([x, y], -1)[:, :, None, :], np.zeros(2, np.float32)])
    assert model.count_params() == 20 and model.output_shape == (None, 510, 510, 2)
    return model


def colours():
    """Four blurred colour detectors: red, green, blue, and red and blue against green."""
    model = keras.Sequential([
        keras.Input((368, 487, 3), name="colour"),
        layers.Conv2D(4, 9, name="colours"),
    ], name="colour_detectors")
    weights = np.array([[1, -0.5, -0.5], [-0.5, 1, -0.5], [-0.5, -0.5, 1], [0.5, -1, 0.5]])
    kernel = gaussian(9, 2)[:, :, None, None] * weights.T[None, None]
    model.get_layer("colours").set_weights([kernel.astype(np.float32), np.zeros(4, np.float32)])
    assert model.count_params() == 976 and model.output_shape == (None, 360, 479, 4)
    return model


def gabor_kernels(count=96, size=11):
    """Gabor functions times a colour direction: 48 grey, 24 of two opponent colours, 24 colour blobs and slow edges.

    g(u, v) = exp(-(u^2 + (v / along)^2) / (2 sigma^2)) cos(2 pi u / wavelength + phase), u across the stripes (D. Gabor
    1946; J. G. Daugman 1985). Every kernel is without its mean and of unit length.
    """
    y, x = np.mgrid[0:size, 0:size] - (size - 1) / 2
    grey = np.array([1.0, 1.0, 1.0])
    opponents = [np.array(c, float) for c in ([1, -1, 0], [-0.5, -0.5, 1], [1, -0.3, -0.7], [-0.8, 0.2, 0.6])]

    def gabor(wavelength, angle, phase, sigma, along=1.5):
        u = x * np.cos(angle) + y * np.sin(angle)
        v = -x * np.sin(angle) + y * np.cos(angle)
        return np.exp(-(u**2 + (v / along) ** 2) / (2 * sigma**2)) * np.cos(2 * np.pi * u / wavelength + phase)

    kernels = []
    for wavelength, sigma in ((3.2, 1.9), (4.6, 2.3), (7.0, 2.8)):
        for k in range(8):
            for phase in (0, np.pi / 2):
                kernels.append(gabor(wavelength, np.pi * k / 8, phase, sigma)[..., None] * grey)
    for colour in opponents[:2]:
        for wavelength, sigma in ((6.0, 2.6), (10.0, 3.0)):
            for k in range(6):
                kernels.append(gabor(wavelength, np.pi * k / 6, np.pi / 2, sigma)[..., None] * colour)
    blobs = [*opponents, *(-c for c in opponents)]
    for colour in blobs:
        kernels.append(gabor(1e9, 0, 0, 2.6, 1.0)[..., None] * colour)
    for index, colour in enumerate(blobs):
        for k in range(2):
            kernels.append(gabor(16.0, np.pi * (2 * index + 5 * k) / 16, np.pi / 2, 3.4)[..., None] * colour)
    bank = np.stack(kernels, -1)
    assert bank.shape == (size, size, 3, count)
    bank -= bank.mean((0, 1, 2), keepdims=True)
    return bank / np.sqrt((bank**2).sum((0, 1, 2), keepdims=True))


def gabor_bank():
    """96 kernels of 11x11x3 in the shape of AlexNet's first layer. Formulas, not training: a synthetic Gabor bank."""
    model = keras.Sequential([
        keras.Input((227, 227, 3), name="picture"),
        layers.Conv2D(96, 11, strides=4, name="synthetic_gabor_bank"),
        layers.ReLU(name="relu"),
        layers.MaxPooling2D(3, 2, name="pool"),
    ], name="synthetic_gabor_bank")
    bias = np.full(96, -4.0)  # grey levels: what is nearly flat stays silent
    model.get_layer("synthetic_gabor_bank").set_weights([gabor_kernels().astype(np.float32), bias.astype(np.float32)])
    assert model.count_params() == 34944 and model.output_shape == (None, 27, 27, 96)
    return model


def save(model, name, note):
    """A legacy full-model `.h5` (model_config and model_weights), written in one order and without times."""
    path = NETWORKS / name
    with h5py.File(path, "w", track_order=False) as file:
        file.attrs["keras_version"] = np.bytes_(keras.__version__)
        file.attrs["backend"] = np.bytes_(keras.backend.backend())
        file.attrs["model_config"] = np.bytes_(json.dumps({"class_name": type(model).__name__, "config": model.get_config()}))
        file.attrs["description"] = np.bytes_(note)
        group = file.create_group("model_weights")
        group.attrs["keras_version"] = np.bytes_(keras.__version__)
        group.attrs["backend"] = np.bytes_(keras.backend.backend())
        group.attrs["layer_names"] = np.array([layer.name for layer in model.layers], "S")
        for layer in model.layers:
            inner = group.create_group(layer.name)
            names = [f"{layer.name}/{v.name}" for v in layer.weights]
            inner.attrs["weight_names"] = np.array(names, "S") if names else np.zeros(0, "S1")
            for weight_name, value in zip(names, layer.get_weights()):
                inner.create_dataset(weight_name, data=value, track_times=False)
        group.create_group("top_level_model_weights").attrs["weight_names"] = np.zeros(0, "S1")
    again = keras.models.load_model(path, compile=False)
    for ours, theirs in zip(model.get_weights(), again.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)
    x = np.random.default_rng(1).random((1, *model.input_shape[1:]), np.float32) * 255
    assert np.array_equal(np.asarray(model(x)), np.asarray(again(x)))
    print(f"{path.relative_to(NETWORKS.parents[1])}: {model.count_params()} parameters, output {model.output_shape}")


if __name__ == "__main__":
    NETWORKS.mkdir(parents=True, exist_ok=True)
    save(sobel(), "sobel.h5", "The lecture's Sobel network: two 3x3 filters set by hand.")
    save(colours(), "colours.h5", "The lecture's colour network: four 9x9 Gaussian colour filters set by hand.")
    save(gabor_bank(), "synthetic-gabor-bank.h5", "Synthetic Gabor bank: 96 kernels of 11x11x3 from formulas, not trained.")
