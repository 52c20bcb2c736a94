"""Draws a picture for classes of CIFAR-10 into Samples/classes: `python Scripts/samples/class_pictures.py`.

What the network `cifar10-filters` is shown by the demo. Needs numpy and Pillow (Scripts/requirements.txt); seeds are fixed.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

TARGET = Path(__file__).resolve().parents[2] / "Samples" / "classes"
SIDE, FINE = 128, 512


def ground(top, bottom, horizon=None, below=None, seed=0, rough=10):
    """A sky from `top` to `bottom`, from the horizon on (a share of the height) `below`, both a little uneven."""
    rows = np.linspace(0, 1, FINE)[:, None, None]
    picture = np.array(top) * (1 - rows) + np.array(bottom) * rows + np.zeros((FINE, FINE, 1))
    if horizon is not None:
        near, far = (np.array(below), np.array(below) * 1.15)
        picture = np.where(rows > horizon, far + (near - far) * (rows - horizon) / (1 - horizon), picture)
    generator = np.random.default_rng(seed)
    for size in (8, 32, 128):
        blots = Image.fromarray((generator.random((size, size)) * 255).astype(np.uint8)).resize((FINE, FINE), Image.Resampling.BICUBIC)
        picture = picture + (np.asarray(blots, float)[..., None] / 255 - 0.5) * rough
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def polygon(draw, points, colour):
    draw.polygon([(x * FINE / 100, y * FINE / 100) for x, y in points], fill=colour)


def ellipse(draw, box, colour):
    draw.ellipse([v * FINE / 100 for v in box], fill=colour)


def box(draw, corners, colour, radius=0):
    draw.rounded_rectangle([v * FINE / 100 for v in corners], radius * FINE / 100, fill=colour)


def line(draw, points, colour, width):
    draw.line([(x * FINE / 100, y * FINE / 100) for x, y in points], fill=colour, width=int(width * FINE / 100), joint="curve")


def airplane():
    picture = ground((88, 138, 205), (170, 200, 232), seed=1)
    draw = ImageDraw.Draw(picture)
    polygon(draw, [(48, 50), (62, 49), (40, 76), (30, 77)], (150, 156, 166))
    polygon(draw, [(52, 44), (66, 43), (56, 26), (49, 26)], (196, 201, 208))
    polygon(draw, [(8, 47), (16, 46), (12, 29), (5, 28)], (60, 84, 140))
    polygon(draw, [(5, 45), (30, 41), (76, 40), (90, 44), (95, 48), (88, 51), (70, 53), (30, 53)], (236, 238, 241))
    polygon(draw, [(30, 50), (88, 49), (88, 51), (70, 53), (30, 53)], (176, 180, 188))
    for x in range(30, 82, 5):
        ellipse(draw, (x, 44, x + 2, 46), (70, 80, 100))
    return picture


def ship():
    picture = ground((176, 204, 230), (214, 226, 236), 0.62, (38, 84, 124), seed=2)
    draw = ImageDraw.Draw(picture)
    polygon(draw, [(6, 56), (95, 54), (86, 74), (14, 74)], (34, 44, 66))
    polygon(draw, [(12, 70), (88, 69), (86, 74), (14, 74)], (142, 44, 40))
    box(draw, (20, 46, 74, 56), (238, 238, 234))
    box(draw, (26, 38, 62, 47), (226, 228, 226))
    box(draw, (32, 30, 44, 39), (236, 236, 232))
    box(draw, (48, 24, 56, 39), (186, 62, 48))
    line(draw, [(78, 54), (78, 24)], (80, 80, 84), 1)
    line(draw, [(78, 26), (64, 40)], (80, 80, 84), 0.6)
    for x in range(24, 72, 6):
        box(draw, (x, 50, x + 3, 53), (60, 78, 98))
    return picture


def automobile():
    picture = ground((190, 206, 220), (214, 220, 222), 0.55, (112, 112, 114), seed=3)
    draw = ImageDraw.Draw(picture)
    ellipse(draw, (6, 72, 96, 84), (62, 62, 64))
    polygon(draw, [(24, 48), (36, 32), (66, 32), (80, 48)], (150, 22, 26))
    polygon(draw, [(29, 47), (38, 35), (50, 35), (50, 47)], (60, 74, 88))
    polygon(draw, [(53, 35), (64, 35), (74, 47), (53, 47)], (60, 74, 88))
    box(draw, (6, 46, 95, 72), (198, 30, 34), 8)
    box(draw, (6, 62, 95, 72), (150, 20, 26), 5)
    for x in (14, 66):
        ellipse(draw, (x, 58, x + 20, 80), (24, 24, 26))
        ellipse(draw, (x + 5, 64, x + 15, 74), (176, 178, 182))
    box(draw, (88, 52, 94, 57), (250, 240, 190), 2)
    return picture


def truck():
    picture = ground((168, 196, 224), (206, 218, 226), 0.66, (118, 112, 104), seed=4)
    draw = ImageDraw.Draw(picture)
    ellipse(draw, (4, 78, 98, 88), (66, 64, 62))
    box(draw, (5, 22, 66, 70), (232, 232, 230))
    for x in range(10, 64, 8):
        line(draw, [(x, 24), (x, 68)], (206, 206, 206), 0.8)
    polygon(draw, [(68, 70), (68, 34), (84, 34), (94, 52), (94, 70)], (40, 78, 150))
    polygon(draw, [(74, 50), (74, 38), (83, 38), (90, 50)], (50, 62, 76))
    box(draw, (5, 69, 95, 75), (50, 50, 52))
    for x in (10, 27, 73):
        ellipse(draw, (x, 66, x + 16, 84), (22, 22, 24))
        ellipse(draw, (x + 5, 71, x + 11, 79), (150, 150, 154))
    return picture


def horse():
    picture = ground((180, 206, 228), (206, 218, 214), 0.5, (92, 138, 60), seed=5, rough=22)
    draw = ImageDraw.Draw(picture)
    brown, dark = (122, 72, 38), (70, 40, 24)
    for x, lean in ((28, -2), (36, 1), (60, 0), (68, 3)):
        polygon(draw, [(x, 56), (x + 7, 56), (x + 5 + lean, 88), (x + 1 + lean, 88)], dark if x in (36, 60) else brown)
    ellipse(draw, (22, 38, 76, 64), brown)
    polygon(draw, [(62, 46), (76, 18), (86, 22), (76, 56)], brown)
    polygon(draw, [(74, 18), (82, 13), (96, 28), (92, 33), (82, 27)], brown)
    line(draw, [(64, 44), (74, 18)], dark, 4)
    polygon(draw, [(77, 17), (80, 9), (83, 16)], brown)
    line(draw, [(24, 46), (16, 54), (15, 72)], dark, 4)
    return picture


def frog():
    picture = ground((120, 104, 70), (98, 84, 58), seed=6, rough=60)
    draw = ImageDraw.Draw(picture)
    green, dark = (98, 140, 52), (62, 96, 36)
    for left, right in ((10, 42), (58, 90)):
        ellipse(draw, (left, 52, right, 84), dark)
    ellipse(draw, (22, 34, 78, 82), green)
    ellipse(draw, (30, 60, 70, 84), (196, 200, 140))
    ellipse(draw, (24, 24, 76, 58), green)
    for x in (26, 60):
        ellipse(draw, (x, 18, x + 15, 34), green)
        ellipse(draw, (x + 3, 20, x + 12, 30), (214, 180, 60))
        ellipse(draw, (x + 5, 22, x + 10, 28), (16, 16, 16))
    line(draw, [(32, 48), (50, 53), (68, 48)], (48, 70, 28), 1.6)
    for x in (18, 66):
        ellipse(draw, (x, 78, x + 18, 88), green)
    return picture


def bird():
    picture = ground((206, 214, 212), (188, 200, 190), seed=7, rough=14)
    draw = ImageDraw.Draw(picture)
    line(draw, [(0, 82), (100, 76)], (88, 62, 40), 4)
    polygon(draw, [(8, 70), (34, 50), (40, 62), (12, 78)], (74, 58, 48))
    ellipse(draw, (26, 38, 70, 72), (150, 104, 66))
    ellipse(draw, (36, 48, 70, 72), (214, 150, 96))
    ellipse(draw, (54, 24, 80, 50), (130, 90, 58))
    polygon(draw, [(78, 34), (92, 38), (78, 42)], (60, 50, 40))
    ellipse(draw, (68, 32, 73, 37), (12, 12, 12))
    for x in (48, 56):
        line(draw, [(x, 70), (x + 1, 80)], (70, 52, 38), 1.6)
    polygon(draw, [(24, 52), (54, 46), (46, 66), (20, 70)], (98, 72, 52))
    return picture


def deer():
    picture = ground((110, 138, 84), (120, 146, 80), 0.55, (120, 140, 70), seed=8, rough=50)
    draw = ImageDraw.Draw(picture)
    coat, dark = (160, 112, 66), (96, 64, 38)
    for x in (30, 38, 58, 64):
        polygon(draw, [(x, 56), (x + 5, 56), (x + 3.6, 92), (x + 1, 92)], dark if x in (38, 58) else coat)
    ellipse(draw, (24, 42, 70, 64), coat)
    polygon(draw, [(58, 50), (68, 24), (76, 27), (70, 56)], coat)
    polygon(draw, [(66, 22), (76, 20), (88, 30), (86, 34), (74, 32)], coat)
    for points in ([(70, 22), (64, 12), (66, 4)], [(64, 12), (58, 8)], [(73, 21), (78, 12), (76, 4)], [(78, 12), (84, 8)]):
        line(draw, points, (84, 62, 44), 1.4)
    ellipse(draw, (22, 44, 28, 52), (226, 214, 196))
    return picture


def dog():
    picture = ground((150, 160, 140), (124, 132, 96), seed=9, rough=30)
    draw = ImageDraw.Draw(picture)
    coat, dark = (196, 150, 96), (120, 80, 46)
    ellipse(draw, (24, 56, 78, 104), coat)
    ellipse(draw, (26, 14, 74, 64), coat)
    polygon(draw, [(28, 20), (18, 28), (20, 54), (32, 44)], dark)
    polygon(draw, [(72, 20), (82, 28), (80, 54), (68, 44)], dark)
    ellipse(draw, (38, 38, 62, 62), (226, 198, 156))
    ellipse(draw, (45, 40, 55, 48), (20, 18, 18))
    for x in (36, 57):
        ellipse(draw, (x, 28, x + 7, 35), (24, 18, 14))
    line(draw, [(44, 54), (50, 57), (56, 54)], (70, 44, 32), 1.4)
    return picture


def cat():
    picture = ground((176, 160, 146), (150, 132, 118), seed=10, rough=20)
    draw = ImageDraw.Draw(picture)
    coat, dark = (118, 112, 108), (70, 66, 64)
    ellipse(draw, (24, 54, 76, 106), coat)
    polygon(draw, [(27, 34), (26, 8), (46, 22)], coat)
    polygon(draw, [(73, 34), (74, 8), (54, 22)], coat)
    ellipse(draw, (24, 18, 76, 64), coat)
    for x in (40, 50, 60):
        line(draw, [(x, 20), (x, 31)], dark, 2)
    ellipse(draw, (38, 44, 62, 62), (206, 200, 194))
    for x in (33, 57):
        ellipse(draw, (x, 33, x + 10, 43), (176, 190, 80))
        ellipse(draw, (x + 3.5, 33, x + 6.5, 43), (14, 14, 14))
    polygon(draw, [(47, 46), (53, 46), (50, 50)], (190, 110, 110))
    return picture


# The classes on which the network is right.
SHOWN = [airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck]

if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for drawn in SHOWN:
        soft = drawn().filter(ImageFilter.GaussianBlur(2)).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        soft.save(TARGET / f"{drawn.__name__}.png", optimize=True)
