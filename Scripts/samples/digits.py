"""Draws a form of handwritten-looking digits, white strokes on black, and the numbers that finding the 3s must give.

A digit is a few smooth strokes in a unit box (x right, y down). Every copy on the page is bent, slanted, scaled and
shifted a little by a seeded generator, and its pen is a little thicker or thinner, so no two are alike.
"""

import numpy as np

# Control points of the strokes; a curve passes through all of them (Catmull-Rom).
STROKES = {
    0: [[(0.52, 0.03), (0.24, 0.16), (0.12, 0.50), (0.24, 0.86), (0.50, 0.97), (0.78, 0.84), (0.88, 0.50), (0.78, 0.16), (0.52, 0.03), (0.40, 0.06)]],
    1: [[(0.30, 0.26), (0.44, 0.14), (0.56, 0.03), (0.55, 0.40), (0.53, 0.97)]],
    2: [[(0.16, 0.24), (0.26, 0.08), (0.50, 0.02), (0.74, 0.10), (0.80, 0.30), (0.62, 0.54), (0.36, 0.76), (0.12, 0.96), (0.50, 0.94), (0.90, 0.96)]],
    3: [[(0.16, 0.14), (0.34, 0.04), (0.58, 0.03), (0.78, 0.14), (0.76, 0.34), (0.58, 0.45), (0.40, 0.48), (0.62, 0.50), (0.82, 0.62), (0.84, 0.80), (0.66, 0.94), (0.40, 0.97), (0.14, 0.87)]],
    4: [[(0.54, 0.03), (0.34, 0.34), (0.10, 0.64), (0.50, 0.64), (0.92, 0.63)], [(0.68, 0.36), (0.67, 0.66), (0.65, 0.98)]],
    5: [[(0.24, 0.04), (0.22, 0.24), (0.19, 0.44), (0.44, 0.38), (0.70, 0.44), (0.85, 0.64), (0.76, 0.86), (0.50, 0.97), (0.14, 0.90)], [(0.24, 0.05), (0.54, 0.06), (0.84, 0.03)]],
    6: [[(0.70, 0.03), (0.42, 0.16), (0.20, 0.46), (0.16, 0.74), (0.32, 0.94), (0.58, 0.97), (0.80, 0.82), (0.78, 0.62), (0.56, 0.52), (0.32, 0.58), (0.18, 0.74)]],
    7: [[(0.12, 0.06), (0.48, 0.07), (0.86, 0.04), (0.66, 0.36), (0.48, 0.66), (0.38, 0.97)], [(0.34, 0.50), (0.54, 0.48), (0.74, 0.48)]],
    8: [[(0.56, 0.46), (0.28, 0.34), (0.24, 0.16), (0.48, 0.03), (0.74, 0.12), (0.74, 0.30), (0.52, 0.47), (0.24, 0.64), (0.18, 0.82), (0.44, 0.98), (0.76, 0.88), (0.80, 0.68), (0.56, 0.46)]],
    9: [[(0.80, 0.26), (0.64, 0.08), (0.38, 0.06), (0.20, 0.22), (0.24, 0.42), (0.46, 0.52), (0.70, 0.42), (0.81, 0.22), (0.80, 0.56), (0.70, 0.97)]],
}

CELL = 48  # pixels between neighbouring digits, both ways
GLYPH = (20, 30)  # width and height of a digit in pixels
ROWS = ["3141592653", "5897932384", "6264338327", "9502884197", "1693993751", "0582097494"]  # the digits of pi
MARGIN = 24


def curve(points, per_segment=24):
    points = np.asarray(points, float)
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    t = np.linspace(0, 1, per_segment, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:]):
        parts.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate([*parts, points[-1:]])


def ink(page, strokes, half_width):
    """Adds strokes (in pixels) to the page: full inside the pen's width, fading over one pixel at its edge."""
    for stroke in strokes:
        for (x0, y0), (x1, y1) in zip(stroke, stroke[1:]):
            reach = half_width + 1.5
            left, right = int(min(x0, x1) - reach), int(max(x0, x1) + reach) + 2
            top, bottom = int(min(y0, y1) - reach), int(max(y0, y1) + reach) + 2
            y, x = np.mgrid[top:bottom, left:right]
            dx, dy = x1 - x0, y1 - y0
            h = np.clip(((x - x0) * dx + (y - y0) * dy) / max(dx * dx + dy * dy, 1e-9), 0, 1)
            away = np.hypot(x - x0 - h * dx, y - y0 - h * dy)
            region = page[top:bottom, left:right]
            np.maximum(region, np.clip(half_width + 0.5 - away, 0, 1), out=region)


def place(digit, centre, generator=None):
    """The strokes of one digit in pixels around `centre` (x, y); varied when a generator is given."""
    width, height = GLYPH
    strokes = [curve(s) - 0.5 for s in STROKES[digit]]
    if generator is None:
        return [s * (width, height) + centre for s in strokes]
    scale = 1 + generator.normal(0, 0.025, 2)
    slant, turn = generator.normal(0, 0.035), generator.normal(0, 0.025)
    bend = generator.normal(0, 0.014, (2, 2))
    shift = generator.integers(-4, 5, 2)
    placed = []
    for s in strokes:
        s = s + np.stack([bend[0, 0] * np.sin(5 * s[:, 1]) + bend[0, 1] * np.cos(4 * s[:, 1]),
                          bend[1, 0] * np.sin(5 * s[:, 0]) + bend[1, 1] * np.cos(4 * s[:, 0])], 1)
        s = s * scale * (width, height)
        s = np.stack([s[:, 0] - slant * s[:, 1], s[:, 1]], 1)
        c, d = np.cos(turn), np.sin(turn)
        s = np.stack([c * s[:, 0] - d * s[:, 1], d * s[:, 0] + c * s[:, 1]], 1)
        placed.append(s + centre + shift)
    return placed


def page(seed=33):
    """The page [H, W] in 0...1 and, for every digit, (digit, row, column) of its centre's cell."""
    generator = np.random.default_rng(seed)
    height, width = MARGIN * 2 + CELL * len(ROWS), MARGIN * 2 + CELL * len(ROWS[0])
    sheet = np.zeros((height, width))
    where = []
    for i, row in enumerate(ROWS):
        for j, character in enumerate(row):
            centre = (MARGIN + CELL * (j + 0.5), MARGIN + CELL * (i + 0.5))
            ink(sheet, place(int(character), np.asarray(centre), generator), generator.uniform(1.35, 1.7))
            where.append((int(character), i, j))
    return sheet, where


def template():
    """The digit 3 as the model writes it: [37, 27] in 0...1, centre in the middle pixel."""
    sheet = np.zeros((37, 27))
    ink(sheet, place(3, np.asarray((13.0, 18.0))), 1.5)
    return sheet


def correlation(sheet, kernel):
    """Plain correlation, zeros outside, output of the page's size."""
    rows, columns = kernel.shape
    padded = np.pad(sheet, ((rows // 2,) * 2, (columns // 2,) * 2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel, optimize=True)


def normalised(sheet, kernel):
    """Normalised cross-correlation: both window and template without their mean and with unit length; 0 on flat windows."""
    rows, columns = kernel.shape
    padded = np.pad(sheet, ((rows // 2,) * 2, (columns // 2,) * 2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    k = kernel - kernel.mean()
    k /= np.sqrt((k * k).sum())
    mean = windows.mean((2, 3))
    spread = np.sqrt(np.maximum((windows**2).mean((2, 3)) - mean**2, 0) * kernel.size)
    top = np.einsum("ijkl,kl->ij", windows, k, optimize=True)
    return np.divide(top, spread, out=np.zeros_like(top), where=spread > 1e-6)


def cell_peaks(response):
    """The largest response in every cell of the form: (value, y, x) by row and column."""
    peaks = {}
    for i in range(len(ROWS)):
        for j in range(len(ROWS[0])):
            top, left = MARGIN + CELL * i, MARGIN + CELL * j
            cell = response[top : top + CELL, left : left + CELL]
            y, x = np.unravel_index(np.argmax(cell), cell.shape)
            peaks[i, j] = (float(cell[y, x]), int(top + y), int(left + x))
    return peaks
