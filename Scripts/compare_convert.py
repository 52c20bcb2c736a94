"""Converts networks with fovea and holds what Keras and safetensors load of them to fovea's own predictions.

    python3 Scripts/compare_convert.py FOVEA DATA > Scripts/compare_convert.txt

FOVEA is the program, DATA the folder of real models. Needs keras, tensorflow-cpu, safetensors, numpy (Scripts/requirements.txt).
Every network is written as .h5, .keras, .weights.h5, .safetensors and .npz; Keras predicts from the first three (the weights
go into the model of the .keras), the last two must hold the same numbers under the same names.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
from safetensors.numpy import load_file

fovea, data = sys.argv[1], pathlib.Path(sys.argv[2]) / "models"
here = pathlib.Path(__file__).resolve().parents[1] / "Tests"
NETWORKS = [
    ("everything", [str(here / "ModelFilesTests/Fixtures/everything.keras")], (16, 16, 3), 1),
    ("mnist_cnn", [str(data / "keras/mnist_cnn_h5/mnist_cnn.h5")], (28, 28, 1), 1),
    ("mini_xception", [str(data / "keras/fer2013_mini_xception/fer2013_mini_XCEPTION.102-0.66.hdf5")], (64, 64, 1), 1),
    ("tiny_vgg", [str(data / "tfjs/tiny_vgg/model.json")], (64, 64, 3), 1),
    ("squeezenet1.1", ["squeezenet1.1", "--weights", str(data / "safetensors/squeezenet_v1.1/squeezenet_v1.1.safetensors")], (227, 227, 3), 100),
]
if len(sys.argv) > 3:
    NETWORKS = [row for row in NETWORKS if row[0] in sys.argv[3:]]
worst = 0.0
for name, model, shape, scale in NETWORKS:
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        x = np.random.default_rng(1).normal(size=(1, *shape)).astype("f4") * scale
        np.save(folder / "x.npy", x)
        for suffix in ("h5", "keras", "weights.h5", "safetensors", "npz"):
            subprocess.run([fovea, "convert", model[0], str(folder / f"net.{suffix}"), *model[1:]], check=True, stderr=subprocess.DEVNULL)

        def own(path, *more):
            """The last layer as fovea computes it."""
            subprocess.run([fovea, "activations", str(path), *more, str(folder / "x.npy"), "--layers", "all", "--dump", "npz",
                            "-o", str(folder / "dump"), "--overwrite", "--quiet"], check=True, stderr=subprocess.DEVNULL)
            with np.load(next((folder / "dump").glob("*.npz"))) as dump:
                return dump[dump.files[-1]]
        expected = own(*model)
        found = {}
        full = keras.models.load_model(folder / "net.keras", compile=False)
        found[".keras in Keras"] = full.predict(x, verbose=0)
        found[".h5 in Keras"] = keras.models.load_model(folder / "net.h5", compile=False).predict(x, verbose=0)
        for weight in full.weights:
            weight.assign(np.zeros(weight.shape))
        full.load_weights(folder / "net.weights.h5")
        found[".weights.h5 in Keras"] = full.predict(x, verbose=0)
        for suffix in ("h5", "keras", "safetensors"):
            found[f".{suffix} in fovea"] = own(folder / f"net.{suffix}")
        for what, value in found.items():
            difference = float(np.abs(value.reshape(expected.shape) - expected).max() / np.abs(expected).max())
            worst = max(worst, difference)
            print(f"{name:16} {what:22} differs by {difference:.2e} of the maximum")
        tensors = load_file(folder / "net.safetensors")
        arrays = np.load(folder / "net.npz")
        assert set(tensors) == set(arrays.files) and all(np.array_equal(tensors[key], arrays[key]) for key in tensors), name
        held = sum(value.size for value in tensors.values())
        assert held == full.count_params(), (name, held, full.count_params())
        print(f"{name:16} {len(tensors)} tensors of .safetensors and .npz equal, {held:,} parameters as in Keras")
assert worst <= 1e-5, worst
print(f"keras {keras.__version__}: all agree to {worst:.1e}")
