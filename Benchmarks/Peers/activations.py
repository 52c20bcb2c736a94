"""Times the activation sheets of all VGG16 layers for one picture: `fovea activations` beside Keras with matplotlib.

    swift build -c release --product fovea
    python Benchmarks/Peers/activations.py [--photo PHOTO] [--rounds 1] [--pictures 20]

Both start as a new process, read the same full Keras `.h5` (random weights) and the same picture,
and end with a PNG a layer: all 22 layers with all their channels for Fovea, the first 64 channels a layer for the script
(Benchmarks/Peers/activations_keras.py). They run alternately; the ratio of the medians is the
result. Then Fovea alone: the peak of its memory with sheets, with a report's pages, and without either; and a folder of
copies of the picture on one processor and on two (Linux; taskset), beside two processes that share the folder, one on
each: what the machine itself gives. Needs the packages of Scripts/requirements.txt.

Memory above the compiled network: what the process holds that is in no file (RssAnon; weights are mapped, and part of the
network), at most while it runs, less what it holds when gdb stops it in front of the first layer.
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


def anonymous(process):
    """Megabytes that a process holds and that are in no file; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("RssAnon"))


def most_anonymous(command):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        most = max(most, anonymous(process.pid))
        time.sleep(0.0005)
    return most


def anonymous_when_compiled(command):
    """What is held in front of the first layer; None where gdb is not installed."""
    if not shutil.which("gdb"):
        return None
    symbols = subprocess.run(["nm", command[0]], capture_output=True, text=True).stdout.split()
    runs = [symbol for symbol in symbols if symbol.startswith("$s13NeuralNetwork08CompiledB0V3run_4each")]
    tell = "python print([line for line in open('/proc/%d/status' % gdb.selected_inferior().pid) if line.startswith('RssAnon')][0])"
    steps = ["set pagination off", *[f"break '{run}'" for run in runs], "run", tell, "kill"]
    said = subprocess.run(
        ["gdb", "-batch", *[part for step in steps for part in ("-ex", step)], "--args", *command],
        capture_output=True, text=True).stdout
    found = [line for line in said.splitlines() if line.startswith("RssAnon")]
    return int(found[0].split()[1]) * 1024 / 1e6 if found else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photo", default=str(ROOT / "Samples/still-life.jpg"))
    parser.add_argument("--model", help="a full Keras .h5 of VGG16; made when it is not there")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--photos", help="a folder of pictures to use instead of copies")
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
        pages = [fovea, "report", model, options.photo, "--preprocessing", "caffe", "--overwrite", "-o", f"{folder}/pages"]
        print(
            f"peak memory: fovea {peak:.0f} MB with 22 sheets, {measured(pages)[1]:.0f} MB with a report, {bare:.0f} MB with "
            f"neither; Keras + matplotlib {max(m for _, m in theirs):.0f} MB")
        for name, run in (("sheets", command(options.photo, "ours")), ("a report", pages)):
            compiled = anonymous_when_compiled(run)
            if compiled is not None:
                print(f"above the compiled network: {most_anonymous(run) - compiled:.0f} MB with {name}")

        if options.pictures:
            photos = Path(folder, "photos")
            photos.mkdir()
            known = sorted(p for p in Path(options.photos).iterdir()) if options.photos else [Path(options.photo)]
            for number in range(options.pictures):
                source = known[number % len(known)]
                shutil.copy(source, photos / f"{number}{source.suffix}")
            one = measured(["taskset", "-c", "0", *command(str(photos), "one")])[0]
            two, peak = measured(["taskset", "-c", "0,1", *command(str(photos), "two")])
            halves = [Path(folder, f"half{number}") for number in (0, 1)]
            for number, photo in enumerate(sorted(photos.iterdir())):
                halves[number % 2].mkdir(exist_ok=True)
                os.link(photo, halves[number % 2] / photo.name)
            start = time.perf_counter()
            apart = [
                subprocess.Popen(
                    ["taskset", "-c", str(number), *command(str(half), f"apart{number}")], stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL) for number, half in enumerate(halves)
            ]
            if any([process.wait() for process in apart]):
                sys.exit("failed: two processes")
            limit = time.perf_counter() - start
            print(
                f"{options.pictures} pictures: {one:.1f} s on one processor, {two:.1f} s on two: {one / two:.2f} times as fast; "
                f"two processes: {limit:.1f} s, {one / limit:.2f}; peak {peak:.0f} MB")


def make_model(path):
    import keras

    keras.utils.set_random_seed(1)
    keras.applications.VGG16(weights=None).save(path)


if __name__ == "__main__":
    main()
