"""Writes the numbers that the tests of Visualization compare with; needs numpy as named in Scripts/requirements.txt.

Run from the top of the repository.

statistics.npy: for the tensor x below, one row a channel: min, max, mean, std, share of zeros, after numpy.
statistics-input.npy: x itself, 5 x 7 x 6, with a channel of zeros, a constant one and a rectified one.
"""

import numpy as np

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


main()
