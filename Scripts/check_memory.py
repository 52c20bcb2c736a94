"""The largest resident memory of Fovea's commands on VGG16's weights, beside that on a file of 4 KB.

    python3 Scripts/compare_networks.py --prepare vgg16 --folder FOLDER       makes FOLDER/weights.h5, 528 MB, and an input
    python3 Scripts/check_memory.py FOLDER [--fovea .build/release/fovea]

Listing, summarising and drawing kernels may take 2 % of the weight file more than on the small one, since they read none of it but
its structure and the kernels drawn; a forward pass may take 1.6 times the file. Ends with status 1 where one takes more.
"""
import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def peak(*command):
    """Resident memory in bytes, and seconds of computing."""
    child = os.posix_spawn(command[0], [str(word) for word in command], os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit(f"{' '.join(map(str, command))}: status {status}")
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024), usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fovea", type=Path, default=ROOT / ".build/release/fovea")
    given = parser.parse_args()
    fovea, weights, x = given.fovea.resolve(), given.folder / "weights.h5", given.folder / "input.npy"
    size, small, good = weights.stat().st_size, ROOT / "Samples/networks/sobel.h5", True
    named = ["vgg16", "--weights", weights]
    print(f"| command | {size / 1e6:.0f} MB of weights | 4 KB of weights | |\n| --- | ---: | ---: | --- |")
    with tempfile.TemporaryDirectory() as temporary:
        out = ["--overwrite", "-o", Path(temporary) / "kernels.png"]
        for command, large, little in [("inspect", [weights], [small]), ("summary", named, [small]),
                                       ("filters", [*named, *out], [small, *out])]:
            (a, seconds), (b, other) = peak(fovea, command, *large), peak(fovea, command, *little)
            good &= a - b <= 0.02 * size
            print(f"| `{command}` | {a / 1e6:.1f} MB, {seconds:.2f} s of computing | {b / 1e6:.1f} MB, {other:.2f} s | |")
        for text, more in (("activations --layers predictions", ["--layers", "predictions"]),
                           ("activations --layers all", ["--layers", "all"])):
            a, seconds = peak(fovea, "activations", *named, x, *more, "--quiet", "--overwrite", "-o", temporary)
            good &= a <= 1.6 * size
            print(f"| `{text}` | {a / 1e6:.1f} MB, {seconds:.2f} s of computing | | {a / size:.2f} times the file |")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
