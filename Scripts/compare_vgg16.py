"""Compares every layer of the full-size VGG16 with Keras, and Fovea's peak memory with the size of the weight file.

    swift build -c release
    python Scripts/compare_vgg16.py                 writes about 640 MB into a temporary folder and removes it
    python Scripts/compare_vgg16.py --folder DIR    keeps the weights there and uses them again

Keras makes random weights (Scripts/scaled_keras.py), saves them weights-only, and runs one input; Fovea runs the same
`.npy` and dumps its layers. Exit status 1 when a layer differs by more than 1e-5 of its maximum, or memory is above 1.6x.
Needs keras with tensorflow, h5py and numpy (Scripts/requirements.txt).
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

TOLERANCE = 1e-5
MEMORY = 1.6


def prepare(folder):
    import keras

    import scaled_keras

    model = keras.applications.VGG16(weights=None)
    x = scaled_keras.sample_input(model)
    scaled_keras.scale(model, x)
    recorded = scaled_keras.record(model, x)
    np.save(folder / "input.npy", x)
    np.savez(folder / "keras.npz", **recorded)
    scaled_keras.save_legacy_weights(model, folder / "vgg16_weights.h5")
    (folder / "ready").write_text(f"keras {keras.__version__}\n")


def run_measured(command):
    """Runs a command; returns its exit status and the largest resident memory, in bytes, of it or its own children."""
    # A child starts with the peak of the process that forks it, so this process stays small until then.
    child = subprocess.Popen(command)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def compare(folder, fovea):
    output = folder / "fovea"
    weights = folder / "vgg16_weights.h5"
    status, memory = run_measured(
        [fovea, "activations", "vgg16", "--weights", weights, folder / "input.npy", "--layers", "all", "--dump", "npz",
         "--overwrite", "-o", output])
    if status != 0:
        sys.exit(f"{fovea} ended with status {status}")
    failed = False
    print(f"{'layer':<16} {'shape':<22} {'max|a-b| / max|b|':>18}")
    with np.load(folder / "keras.npz") as theirs, np.load(output / "input.npz") as ours:
        for name in theirs.files:
            b = theirs[name]
            a = ours[name] if name in ours.files else None
            if a is None or a.shape != b.shape or not np.isfinite(a).all():
                found = "missing" if a is None else "not finite" if a.shape == b.shape else f"shape {a.shape}"
                print(f"{name:<16} {str(b.shape):<22} {found:>18}")
                failed = True
                continue
            difference = float(np.abs(a - b).max() / np.abs(b).max())
            failed |= difference > TOLERANCE
            print(f"{name:<16} {str(b.shape):<22} {difference:>18.2e}{'  <- above ' + str(TOLERANCE) if difference > TOLERANCE else ''}")
    ratio = memory / weights.stat().st_size
    failed |= ratio > MEMORY
    print(f"peak memory {memory / 2**20:.0f} MiB = {ratio:.2f}x the weight file (at most {MEMORY}x)")
    print("FAILED" if failed else "every layer agrees")
    return 1 if failed else 0


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--fovea", default=str(Path(__file__).resolve().parents[1] / ".build/release/fovea"))
    arguments.add_argument("--folder", type=Path, help="keep weights and results here")
    arguments.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.prepare:
        prepare(given.folder)
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "ready").exists():
            subprocess.run([sys.executable, __file__, "--prepare", "--folder", folder], check=True)
        return compare(folder, given.fovea)


if __name__ == "__main__":
    sys.exit(main())
