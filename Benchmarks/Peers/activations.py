"""Times the activation sheets of all VGG16 layers for one picture: `fovea activations` beside Keras with matplotlib.

    swift build -c release
    python Benchmarks/Peers/activations.py [--photo PHOTO] [--rounds 1]

Both start as a new process, read the same full Keras `.h5` (random weights) and the same picture,
and end with a PNG a layer: all 22 layers with all their channels for Fovea, the first 64 channels a layer for the script
(Benchmarks/Peers/activations_keras.py). They run alternately; the ratio of the medians is the
result. Needs the packages of Scripts/requirements.txt.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def timed(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photo", default=str(ROOT / "Samples/still-life.jpg"))
    parser.add_argument("--model", help="a full Keras .h5 of VGG16; made when it is not there")
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    fovea = str(ROOT / ".build/release/fovea")
    with tempfile.TemporaryDirectory() as folder:
        model = options.model or f"{folder}/vgg16.h5"
        if not Path(model).exists():
            make_model(model)
        ours, theirs = [], []
        command = [fovea, "activations", model, options.photo, "--preprocessing", "caffe", "--overwrite", "-o", f"{folder}/ours"]
        timed(command)  # the file is in the page cache for both
        for _ in range(options.rounds):
            ours.append(timed(command))
            theirs.append(
                timed([sys.executable, str(ROOT / "Benchmarks/Peers/activations_keras.py"), model, options.photo, f"{folder}/theirs"]))
        sheets = len(list(Path(folder, "ours").rglob("*.png")))
        assert sheets == 22, sheets
    a, b = statistics.median(ours), statistics.median(theirs)
    print(f"fovea {a:.2f} s (22 sheets), Keras + matplotlib {b:.2f} s: {b / a:.1f} times as fast")


def make_model(path):
    import keras

    keras.utils.set_random_seed(1)
    keras.applications.VGG16(weights=None).save(path)


if __name__ == "__main__":
    main()
