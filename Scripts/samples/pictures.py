"""Draws every sample picture. Run from anywhere: `python Scripts/samples/pictures.py` (about four minutes).

Needs numpy and Pillow (Scripts/requirements.txt). Seeds are fixed: the same versions draw the same pixels.
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image

import digits
import still_life
from png16 import write_png16

SAMPLES = Path(__file__).resolve().parents[2] / "Samples"
EXIF_ORIENTATION = 0x0112


def bytes_of(values):
    """0...1 to 0...255, rounded."""
    return (np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)


def save_png(name, pixels):
    Image.fromarray(pixels).save(SAMPLES / name, optimize=True)


# How the upright picture is turned before it is stored, so that a reader that honours the tag shows it upright.
STORED = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
    8: lambda a: np.rot90(a, -1),
}


def save_jpeg(name, upright, orientation=None, quality=90):
    stored = Image.fromarray(np.ascontiguousarray(STORED[orientation or 1](upright)))
    options = {}
    if orientation is not None:
        exif = Image.Exif()
        exif[EXIF_ORIENTATION] = orientation
        options["exif"] = exif
    stored.save(SAMPLES / name, quality=quality, subsampling=0 if quality >= 90 else 2, optimize=True, **options)


def still_life_pictures():
    scene = still_life.render(768, 512, samples=3)
    pixels = bytes_of(scene)
    save_png("still-life.png", pixels)
    save_jpeg("still-life.jpg", pixels)
    save_jpeg("still-life-rotated.jpg", pixels, orientation=6)
    # the lecture's colour picture has 368 rows and 487 columns
    cut = Image.fromarray(pixels).crop((131, 0, 131 + 637, 481)).resize((487, 368), Image.Resampling.LANCZOS)
    cut.save(SAMPLES / "still-life-487x368.png", optimize=True)
    small = np.asarray(Image.fromarray(pixels).resize((192, 128), Image.Resampling.LANCZOS))
    for orientation in range(1, 9):
        save_jpeg(f"orientation/{orientation}.jpg", small, orientation, quality=85)

    # one object cut out with soft edges; the colour under transparent pixels is black
    covered = still_life.coverage(768, 512, [still_life.pear, still_life.pear_stem])
    rows, columns = np.flatnonzero(covered.max(1)), np.flatnonzero(covered.max(0))
    box = np.s_[rows[0] - 8 : rows[-1] + 9, columns[0] - 8 : columns[-1] + 9]
    alpha = bytes_of(covered[box])
    colour = np.where(alpha[..., None] > 0, pixels[box], 0)
    save_png("pear-alpha.png", np.dstack([colour, alpha]))


def zone_plate():
    """Rings that reach half a cycle a pixel at the middle of each edge: what a filter does to every frequency, at once."""
    y, x = np.mgrid[0:512, 0:512] - 255.5
    save_png("zone-plate.png", bytes_of(0.5 + 0.5 * np.cos(np.pi * (x * x + y * y) / 512)))


def white_rectangle():
    pixels = np.zeros((128, 128), np.uint8)
    pixels[32:96, 16:112] = 255
    save_png("white-rectangle.png", pixels)


def gradients():
    y, x = np.mgrid[0:256, 0:512] / np.array([255, 511]).reshape(2, 1, 1)
    grey = 0.75 * x + 0.25 * (0.5 - 0.5 * np.cos(np.pi * y))
    save_png("gradient.png", bytes_of(grey))
    write_png16(SAMPLES / "gradient-16bit.png", (grey * 65535 + 0.5).astype(np.uint16))
    corners = np.array([[[0.98, 0.55, 0.30], [0.96, 0.80, 0.45]], [[0.16, 0.14, 0.36], [0.10, 0.38, 0.55]]])
    s, t = (x * x * (3 - 2 * x))[:, :256, None], (y * y * (3 - 2 * y))[:, :256, None]
    x, y = s / s.max(), t
    dusk = (corners[0, 0] * (1 - x) + corners[0, 1] * x) * (1 - y) + (corners[1, 0] * (1 - x) + corners[1, 1] * x) * y
    write_png16(SAMPLES / "dusk-16bit.png", (dusk * 65535 + 0.5).astype(np.uint16))


def digits_page():
    page, template = bytes_of(digits.page()[0]), bytes_of(digits.template())
    where = digits.page()[1]
    save_png("digits.png", page)
    save_png("digit-three.png", template)

    # The kernel: the template without its mean, scaled so that an exact copy of the template answers 255.
    t = template / 255
    kernel = t - t.mean()
    kernel = (kernel / (kernel * t).sum()).astype(np.float32)
    np.save(SAMPLES / "digit-three-kernel.npy", kernel)

    answers = {
        "correlation": (digits.correlation(page.astype(float), kernel.astype(float)), 207.0),
        "normalised": (digits.normalised(page / 255, t), 0.78),
    }
    threes = [(i, j) for digit, i, j in where if digit == 3]
    described = {
        "page": "digits.png", "template": "digit-three.png", "kernel": "digit-three-kernel.npy",
        "output": "same", "boundary": "constant 0",
        "position": "row and column of the page under the middle of the template (row 18, column 13)",
    }
    for name, (response, threshold) in answers.items():
        peaks = digits.cell_peaks(response)
        found = {cell for cell, (value, _, _) in peaks.items() if value > threshold}
        assert found == set(threes), f"{name}: {threshold} does not tell the 3s from the others"
        for y, x in np.argwhere(response > threshold):
            assert any(abs(y - peaks[c][1]) <= 4 and abs(x - peaks[c][2]) <= 4 for c in threes), (name, y, x)
        described[name] = {
            "threshold": threshold,
            "best_other": round(max(v for c, (v, _, _) in peaks.items() if c not in threes), 3),
            "matches": [{"row": peaks[c][1], "column": peaks[c][2], "response": round(peaks[c][0], 3)} for c in threes],
        }
    lines = json.dumps(described, indent=2)
    (SAMPLES / "digits.json").write_text(lines + "\n")


if __name__ == "__main__":
    (SAMPLES / "orientation").mkdir(parents=True, exist_ok=True)
    zone_plate()
    white_rectangle()
    gradients()
    digits_page()
    still_life_pictures()
