"""Compares every layer of Keras models, in full, with what `fovea activations --dump npz` gives for the same input.

    python3 Scripts/compare_keras.py .build/release/fovea DATA      the real models of DATA/models/keras
    python3 Scripts/compare_keras.py .build/release/fovea --vgg16   VGG16 with random weights written by Keras

Needs keras, tensorflow-cpu, h5py, numpy (Scripts/requirements.txt). Prints one line a layer that differs by more than
1e-5 of its maximum, one line a model, and ends with status 1 when any did. For VGG16 it also prints the peak memory of
the run against the size of the weight file (allowed: 1.6 times).
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "fixtures"))
import keras
import numpy as np
from keras_layers import flat_layers, load, waves

TOLERANCE = 1e-5


def expected_layers(model, x):
    """Each layer's output by name; of a layer called several times the first call's."""
    layers = [(name, layer) for name, layer in flat_layers(model)
              if "/" not in name and not isinstance(layer, keras.layers.InputLayer)]
    outputs = keras.Model(model.inputs, [layer.output for _, layer in layers]).predict(x, verbose=0)
    return dict(zip([name for name, _ in layers], outputs if isinstance(outputs, list) else [outputs]))


def dumped_layers(fovea, model_arguments, x, folder):
    np.save(folder / "input.npy", x)
    command = ["/usr/bin/time", "-v", fovea, "activations", *model_arguments, str(folder / "input.npy"),
               "--layers", "all", "--dump", "npz", "--overwrite", "-o", str(folder / "out")]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{' '.join(command)}\n{run.stderr}")
    peak = re.search(r"Maximum resident set size \(kbytes\): (\d+)", run.stderr)
    with np.load(next((folder / "out").rglob("input.npz"))) as file:
        return {name: file[name] for name in file.files}, int(peak.group(1)) * 1024 if peak else 0


def compare(title, fovea, model_arguments, model, x):
    with tempfile.TemporaryDirectory() as folder:
        found, peak = dumped_layers(fovea, model_arguments, x, pathlib.Path(folder))
    worst, failures = 0.0, 0
    expected = expected_layers(model, x)
    for name, value in expected.items():
        if name not in found or found[name].shape != value.shape:
            print(f"  {name}: {'missing' if name not in found else found[name].shape}, expected {value.shape}")
            failures += 1
            continue
        difference = float(np.abs(found[name] - value).max() / max(np.abs(value).max(), 1e-30))
        worst = max(worst, difference)
        if not difference <= TOLERANCE:
            print(f"  {name}: differs by {difference:.2e} of its maximum")
            failures += 1
    print(f"{title}: {len(expected)} layers, worst {worst:.2e}, {failures} beyond {TOLERANCE:g}")
    return failures, peak


def scaled_vgg16():
    """VGG16 with random weights, scaled layer by layer so that outputs keep a deviation within 0.1 to 10."""
    keras.utils.set_random_seed(5)
    model = keras.applications.VGG16(weights=None)
    random = np.random.default_rng(5)
    x = (waves(1, 224, 224, 3) * 255 - 115).astype("f4")
    value = x
    for layer in model.layers[1:]:
        if layer.weights:
            kernel, bias = layer.get_weights()
            layer.set_weights([kernel, random.normal(0, 0.05, bias.shape)])
            last = layer is model.layers[-1]
            linear = layer.activation
            layer.activation = keras.activations.linear
            spread = float(np.asarray(layer(value)).std())
            layer.activation = linear
            layer.set_weights([kernel * ((0.7 if last else 1.5) / spread), layer.get_weights()[1]])
        value = np.asarray(layer(value))
        assert layer is model.layers[-1] or 0.1 <= value.std() <= 10, (layer.name, value.std())
    assert value.max() < 0.9, value.max()
    return model, x


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("fovea")
    parser.add_argument("data", nargs="?", type=pathlib.Path)
    parser.add_argument("--vgg16", action="store_true")
    options = parser.parse_args()
    failures = 0
    if options.data:
        folder = options.data / "models/keras"
        for path, shape in [("mnist_cnn_h5/mnist_cnn.h5", (1, 28, 28, 1)),
                            ("fer2013_mini_xception/fer2013_mini_XCEPTION.102-0.66.hdf5", (1, 64, 64, 1)),
                            ("mobilenet_v1_1.0_224_trunc/mobilenet_v1_1.0_224_trunc_conv_pw_12.h5", (1, 224, 224, 3)),
                            ("cifar10_keras_v3/cifar10.keras", (1, 32, 32, 3))]:
            failures += compare(path, options.fovea, [str(folder / path)], load(folder / path), waves(*shape))[0]
    if options.vgg16:
        model, x = scaled_vgg16()
        with tempfile.TemporaryDirectory() as folder:
            weights = pathlib.Path(folder) / "vgg16_random.h5"
            # Keras 3 writes the older container, weights alone, only with the whole model around it.
            import h5py
            from keras.src.legacy.saving import legacy_h5_format
            with h5py.File(weights, "w") as file:
                legacy_h5_format.save_weights_to_hdf5_group(file, model)
            size = weights.stat().st_size
            wrong, peak = compare("vgg16", options.fovea, ["vgg16", "--weights", str(weights)], model, x)
        print(f"vgg16: weight file {size / 1e6:.0f} MB, peak memory {peak / 1e6:.0f} MB, {peak / size:.2f} times")
        failures += wrong + (peak > 1.6 * size)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
