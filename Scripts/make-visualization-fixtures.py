"""Writes the numbers that the tests of Visualization compare with; needs numpy and matplotlib as named in Scripts/requirements.txt.

Run from the top of the repository.

statistics.npy: for the tensor x below, one row a channel: min, max, mean, std, share of zeros, after numpy.
statistics-input.npy: x itself, 5 x 7 x 6, with a channel of zeros, a constant one and a rectified one.
orders.npy: one row an order (index, mean, max, std, sparsity): the channels of x, the largest first, equals by index.
colors.npy: x in colours, [scale, map, row, column, channel, RGB]: the scales tile, layer, model (from -20 to 30) and
symmetric with the maps of MAPS. Zero is in the middle of a diverging map and of the symmetric scale whatever the range.
"""

import matplotlib
import numpy as np

# The map "diverging" has 255 colours, so that one of them is its middle.
MAPS = [("viridis", 256), ("magma", 256), ("inferno", 256), ("cividis", 256), ("RdBu_r", 255)]

FOLDER = "Tests/VisualizationTests/Fixtures/"


def main():
    random = np.random.RandomState(20)
    x = random.normal(2, 3, (5, 7, 6)).astype(np.float32)
    x[..., 1] = 0
    x[..., 2] = -4.5
    x[..., 3] = np.maximum(x[..., 3], 0)
    x[..., 4] = np.maximum(x[..., 4] - 6, 0) * 1e-3
    wide = x.astype(np.float64).reshape(-1, 6)
    rows = [wide.min(0), wide.max(0), wide.mean(0), wide.std(0), (wide == 0).mean(0)]
    np.save(FOLDER + "statistics-input.npy", x)
    np.save(FOLDER + "statistics.npy", np.stack(rows, 1).astype(np.float32))

    measures = [-np.arange(6), rows[2], rows[1], rows[3], rows[4]]
    orders = [np.argsort(-measure, kind="stable") for measure in measures]
    np.save(FOLDER + "orders.npy", np.stack(orders).astype(np.float32))

    colors = [[colored(x.astype(np.float64), scale, *entry) for entry in MAPS] for scale in ("tile", "layer", "model", "symmetric")]
    np.save(FOLDER + "colors.npy", np.array(colors, np.uint8))


def colored(x, scale, name, count):
    low, high = {"tile": (x.min((0, 1)), x.max((0, 1))), "model": (-20.0, 30.0)}.get(scale, (x.min(), x.max()))
    if scale == "symmetric" or name == "RdBu_r":
        high = np.maximum(np.abs(low), np.abs(high))
        low = -high
    # What is constant has no place between the ends; its tile is marked and not compared.
    span = np.where(high > low, high - low, 1)
    return matplotlib.colormaps[name].resampled(count)((x - low) / span, bytes=True)[..., :3]


main()
