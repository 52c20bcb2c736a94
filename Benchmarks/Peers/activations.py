"""Times the activation sheets of all VGG16 layers for one picture: `fovea activations` beside Keras with matplotlib.

    swift build -c release --product fovea
    python Benchmarks/Peers/activations.py [--photo PHOTO] [--rounds 1] [--pictures 20]

Both start as a new process, read the same full Keras `.h5` (random weights) and the same picture,
and end with a PNG a layer: all 22 layers with all their channels for Fovea, the first 64 channels a layer for the script
(Benchmarks/Peers/activations_keras.py). They run alternately; the ratio of the medians is the
result. Then Fovea alone: the peak of its memory with and without sheets, and a folder of copies of the picture on one
processor and on two (Linux; taskset). Needs the packages of Scripts/requirements.txt.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def measured(command):
    """Seconds and peak megabytes (10^6 bytes) of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {command}")
    return time.perf_counter() - start, usage.ru_maxrss * 1024 / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photo", default=str(ROOT / "Samples/still-life.jpg"))
    parser.add_argument("--model", help="a full Keras .h5 of VGG16; made when it is not there")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--pictures", type=int, default=20, help="in the folder; 0 leaves that part out")
    options = parser.parse_args()
    fovea = str(ROOT / ".build/release/fovea")
    with tempfile.TemporaryDirectory() as folder:
        model = options.model or f"{folder}/vgg16.h5"
        if not Path(model).exists():
            make_model(model)

        def command(photos, name, *more):
            return [fovea, "activations", model, photos, "--preprocessing", "caffe", "--overwrite", "-o", f"{folder}/{name}", *more]

        ours, theirs = [], []
        measured(command(options.photo, "ours"))  # the file is in the page cache for both
        for _ in range(options.rounds):
            ours.append(measured(command(options.photo, "ours")))
            theirs.append(
                measured([sys.executable, str(ROOT / "Benchmarks/Peers/activations_keras.py"), model, options.photo, f"{folder}/theirs"]))
        sheets = len(list(Path(folder, "ours").rglob("*.png")))
        assert sheets == 22, sheets
        a, b = (statistics.median(seconds for seconds, _ in runs) for runs in (ours, theirs))
        print(f"fovea {a:.2f} s (22 sheets), Keras + matplotlib {b:.2f} s: {b / a:.1f} times as fast")

        peak = max(megabytes for _, megabytes in ours)
        bare = measured(command(options.photo, "bare", "--layers", "predictions", "--no-sheets", "--dump", "npz"))[1]
        print(
            f"peak memory: fovea {peak:.0f} MB with 22 sheets, {bare:.0f} MB with none, recording the last layer: "
            f"{peak - bare:.0f} MB more; Keras + matplotlib {max(m for _, m in theirs):.0f} MB")

        if options.pictures:
            photos = Path(folder, "photos")
            photos.mkdir()
            for number in range(options.pictures):
                shutil.copy(options.photo, photos / f"{number}{Path(options.photo).suffix}")
            one = measured(["taskset", "-c", "0", *command(str(photos), "one")])[0]
            two, peak = measured(["taskset", "-c", "0,1", *command(str(photos), "two")])
            print(
                f"{options.pictures} pictures: {one:.1f} s on one processor, {two:.1f} s on two: {one / two:.2f} times as fast; "
                f"peak {peak:.0f} MB")


def make_model(path):
    import keras

    keras.utils.set_random_seed(1)
    keras.applications.VGG16(weights=None).save(path)


if __name__ == "__main__":
    main()
