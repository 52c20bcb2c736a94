"""SqueezeNet's real weights on the 41 ImageNet pictures, from tensors that Pillow makes: the classes and values that were stored.

    swift build -c release
    python3 Scripts/check_squeezenet.py [--data ../shared/data] [--fovea .build/release/fovea]

Each picture goes to a short side of 256 (Pillow, bilinear), its middle 227 x 227 is cut out, its channels turned to BGR and
104, 117, 123 subtracted; the tensors are written to a temporary folder. v1.1 (Caffe, by itself and with its prototxt, and
safetensors) and v1.0 (Caffe) have to give the top class of EXPECTED_TOP5.csv on every picture, and its five values within 1e-3 of
the largest; v1.0's are scores before softmax. Ends with status 1 when one does not. Needs numpy and pillow.
"""
import argparse
import csv
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
V11, V10 = "models/caffe/squeezenet_v1.1", "models/caffe/squeezenet_v1.0_deepcompression"
# what is run, with which weights, the file of what is expected, the layer that gives it
RUNS = [
    ("v1.1, caffemodel by itself", [f"{V11}/squeezenet_v1.1.caffemodel"], V11, "prob"),
    ("v1.1, prototxt and caffemodel", [f"{V11}/deploy.prototxt", "--weights", f"{V11}/squeezenet_v1.1.caffemodel"], V11, "prob"),
    ("v1.1, named, caffemodel", ["squeezenet1.1", "--weights", f"{V11}/squeezenet_v1.1.caffemodel"], V11, "prob"),
    ("v1.1, named, safetensors",
     ["squeezenet1.1", "--weights", "models/safetensors/squeezenet_v1.1/squeezenet_v1.1.safetensors"], V11, "prob"),
    ("v1.0, caffemodel by itself", [f"{V10}/squeezenet_v1.0_deepcompression.caffemodel"], V10, "pool_final"),
    ("v1.0, prototxt and caffemodel",
     [f"{V10}/deploy.prototxt", "--weights", f"{V10}/squeezenet_v1.0_deepcompression.caffemodel"], V10, "pool_final"),
    ("v1.0, named, caffemodel",
     ["squeezenet1.0", "--weights", f"{V10}/squeezenet_v1.0_deepcompression.caffemodel"], V10, "pool10"),
]


def tensor(path):
    picture = Image.open(path).convert("RGB")
    width, height = picture.size
    short = min(width, height)
    picture = picture.resize((round(width * 256 / short), round(height * 256 / short)), Image.BILINEAR)
    left, top = (picture.width - 227) // 2, (picture.height - 227) // 2
    x = np.asarray(picture.crop((left, top, left + 227, top + 227)), np.float32)[..., ::-1]
    return (x - np.array([104, 117, 123], np.float32))[None]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--data", type=Path, default=ROOT.parent / "shared/data")
    arguments.add_argument("--fovea", type=Path, default=ROOT / ".build/release/fovea")
    given = arguments.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, model, expected, layer in RUNS:
            with open(given.data / expected / "EXPECTED_TOP5.csv", newline="") as file:
                rows = list(csv.reader(file))[1:]
            tensors = folder / "tensors"
            tensors.mkdir(exist_ok=True)
            for row in rows:
                if not (tensors / f"{row[0]}.npy").exists():
                    np.save(tensors / f"{row[0]}.npy", tensor(given.data / "images/imagenet_samples" / row[0]))
            out = folder / name.replace(" ", "_")
            paths = [str(given.data / part) if part.startswith("models/") else part for part in model]
            subprocess.run([given.fovea, "activations", *paths, tensors, "--layers", layer, "--dump", "npz", "--no-sheets",
                            "--quiet", "-o", out], check=True, stdout=subprocess.DEVNULL)
            dumps = {path.stem.removesuffix(".npy"): path for path in out.rglob("*.npz")}
            right, worst = 0, 0.0
            for row in rows:
                with np.load(dumps[row[0]]) as found:
                    output = found[layer].reshape(-1)
                classes = [int(cell) for cell in row[2::2][:5]]
                values = np.array([float(cell) for cell in row[3::2][:5]])
                right += int(output.argmax()) == classes[0]
                worst = max(worst, float(np.abs(output[classes] - values).max() / np.abs(values).max()))
            good = right == len(rows) == 41 and worst <= 1e-3
            failed |= not good
            print(f"{name}: {right} of {len(rows)}, values within {worst:.1e} of the largest{'' if good else '  NOT AS STORED'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
