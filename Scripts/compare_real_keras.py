"""The real Keras models of the shared data against Keras, layer by layer; run by compare_networks.py --real DATA."""
import subprocess
import tempfile
from pathlib import Path

import keras
import numpy as np
from keras_layers import flat_layers, load, waves

MODELS = [("mnist_cnn_h5/mnist_cnn.h5", (28, 28, 1)), ("cifar10_keras_v3/cifar10.keras", (32, 32, 3)),
          ("fer2013_mini_xception/fer2013_mini_XCEPTION.102-0.66.hdf5", (64, 64, 1)),
          ("mobilenet_v1_1.0_224_trunc/mobilenet_v1_1.0_224_trunc_conv_pw_12.h5", (224, 224, 3))]


def compare(data, fovea, differences, tolerance):
    failed = False
    for path, shape in MODELS:
        file = data / "models/keras" / path
        model, x = load(file), waves(1, *shape)
        layers = [(name, layer) for name, layer in flat_layers(model)
                  if "/" not in name and not isinstance(layer, keras.layers.InputLayer)]
        outputs = keras.Model(model.inputs, [layer.output for _, layer in layers]).predict(x, verbose=0)
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            np.save(folder / "input.npy", x)
            np.savez(folder / "peer.npz", **dict(zip([name for name, _ in layers], outputs)))
            subprocess.run([fovea, "activations", file, folder / "input.npy", "--layers", "all", "--dump", "npz",
                            "--overwrite", "-o", folder / "out"], check=True, stdout=subprocess.DEVNULL)
            with np.load(folder / "peer.npz") as theirs, np.load(next((folder / "out").rglob("input.npz"))) as ours:
                found = list(differences(theirs, ours))
        wrong = [pair for pair in found if not isinstance(pair[1], float) or pair[1] > tolerance]
        failed |= bool(wrong)
        worst = max(value for _, value in found if isinstance(value, float))
        print(f"{path}: {len(found)} layers, worst {worst:.1e}, {len(wrong)} beyond {tolerance:g}", *wrong[:5], flush=True)
    return 1 if failed else 0
