"""The script people usually write: every layer of a Keras network for one picture, each as a grid of channels by matplotlib.

    python Benchmarks/Peers/activations_keras.py MODEL.h5 PHOTO FOLDER

One sub-model with all outputs, one `predict`, then a figure a layer with one axis a channel in a near-square grid, saved as
PNG at 100 dots an inch: the recipe of the Keras documentation's and the textbooks' examples. Layers with more than 64
channels show their first 64, as those examples do to stay usable; Fovea draws all of them.
"""

import math
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def main(model_path, photo, folder):
    model = keras.models.load_model(model_path, compile=False)
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    viewer = keras.Model(model.inputs, [layer.output for layer in layers])
    picture = keras.utils.load_img(photo, target_size=model.input_shape[1:3])
    x = np.expand_dims(keras.utils.img_to_array(picture), 0)
    x = x[..., ::-1] - np.array([103.939, 116.779, 123.68], np.float32)
    os.makedirs(folder, exist_ok=True)
    for number, (layer, output) in enumerate(zip(layers, viewer.predict(x, verbose=0)), 1):
        if output.ndim == 2:
            figure = plt.figure(figsize=(12, 2))
            plt.imshow(output, aspect="auto", cmap="viridis")
        else:
            channels = min(output.shape[-1], 64)
            side = math.ceil(math.sqrt(channels))
            figure, axes = plt.subplots(side, side, figsize=(side * 1.5, side * 1.5))
            for place, axis in enumerate(np.ravel(axes)):
                axis.axis("off")
                if place < channels:
                    axis.imshow(output[0, :, :, place], cmap="viridis")
        figure.savefig(f"{folder}/{number:03d}_{layer.name}.png", dpi=100)
        plt.close(figure)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
