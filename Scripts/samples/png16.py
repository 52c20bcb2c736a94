"""Writes 16-bit PNGs, grey or RGB, which Pillow does not: signature, header, filtered rows, end."""

import struct
import zlib

import numpy as np


def write_png16(path, pixels):
    """pixels: uint16 [H, W] or [H, W, 3]."""
    pixels = np.asarray(pixels)
    assert pixels.dtype == np.uint16 and (pixels.ndim == 2 or pixels.shape[2] == 3)
    height, width = pixels.shape[:2]
    rows = pixels.astype(">u2").view(np.uint8).reshape(height, -1)
    # filter 2 ("up"): every row is stored as its difference to the row above
    above = np.concatenate([np.zeros_like(rows[:1]), rows[:-1]])
    filtered = np.concatenate([np.full((height, 1), 2, np.uint8), rows - above], 1)

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 16, 0 if pixels.ndim == 2 else 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header))
        file.write(chunk(b"IDAT", zlib.compress(filtered.tobytes(), 9)) + chunk(b"IEND", b""))
