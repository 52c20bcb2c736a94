"""Pictures a second of `fovea predict` and `fovea activations` over a folder, beside `fovea benchmark`, which decodes nothing.

    swift build -c release --product fovea
    python Benchmarks/Peers/folders.py PHOTOS [--network NAME[=WEIGHTS][@LAYER] ...] [--seconds 4] [--rounds 3]

PHOTOS is a folder of photographs, which are linked as often as it takes to work for about so many seconds. A network is what
`fovea` takes for one, with its weights after `=` and a layer for `activations` after `@`; without weights, the file is the
network. Each is run in turn with `benchmark` at batch 1 on all processors; medians count. A second column leaves out the
start of the process: a short list is timed too, and the difference counts. What a photograph takes besides its pass is the
processor time of `predict` for one less that of a pass on one thread; where that is all, two processors could do no more than
the bound says.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def measured(command, listed=None):
    """Seconds that a process takes, and processor seconds."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    process.stdin.write("".join(f"{path}\n" for path in listed or []).encode())
    process.stdin.close()
    said = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {command}: {said[-300:]}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime


def slope(runs, short, long):
    """Median seconds and processor seconds of one picture more."""
    return [
        statistics.median((b[i] - a[i]) / (long - short) for a, b in runs) for i in (0, 1)
    ]


def passes(fovea, model, threads, runs=21):
    """Median seconds of a pass."""
    command = [fovea, "benchmark", *model, "--threads", str(threads), "--runs", str(runs), "--json"]
    told = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return told["milliseconds"]["median"] / 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--network", action="append", help="default: SqueezeNet 1.1 and ResNet50 with random weights")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--fovea", default=str(ROOT / ".build/release/fovea"))
    options = parser.parse_args()
    photos = sorted(p for p in options.photos.iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
    if not photos:
        sys.exit(f"{options.photos}: no photographs")
    processors = len(os.sched_getaffinity(0))
    print(
        "| | `benchmark` a second | list | a second | without the start | its part of `benchmark` | a photograph besides its "
        "pass, ms | a pass on one thread, ms | bound | `activations` a second | its part |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        for network in options.network or ["squeezenet1.1", "resnet50"]:
            network, _, layer = network.partition("@")
            name, _, weights = network.partition("=")
            model = [name] + (["--weights", weights] if weights else [])
            if not weights and not Path(name).exists():
                made = f"{folder}/{name}.h5"
                subprocess.run(
                    [options.fovea, "convert", name, made], check=True, stdout=subprocess.DEVNULL)
                model = [made]
            guess = passes(options.fovea, model, processors)
            runs = max(21, round(0.7 / guess))
            short = len(photos)
            long = short + max(1, round(options.seconds / guess / 1.5 / short)) * short
            listed = (photos * (long // short + 1))[:long]
            predict = [options.fovea, "predict", *model, "-", "--quiet"]
            folders = []
            for count in (short, long) if layer else ():
                folders.append(Path(folder, f"{Path(name).name}-{count}"))
                folders[-1].mkdir()
                for number in range(count):
                    os.symlink(
                        photos[number % short].resolve(), folders[-1] / f"{number}{photos[number % short].suffix}")
            bench, alone, whole, drawn = [], [], [], []
            for turn in range(options.rounds):
                bench.append(passes(options.fovea, model, processors, runs))
                alone.append(passes(options.fovea, model, 1, max(11, runs // 2)))
                whole.append((measured(predict, listed[:short]), measured(predict, listed)))
                if layer:
                    drawn.append(
                        [
                            measured(
                                [
                                    options.fovea, "activations", *model, str(photos_folder), "--layers", layer, "--quiet",
                                    "--no-sheets", "--dump", "npz", "--overwrite", "-o", f"{folder}/out{turn % 2}"])
                            for photos_folder in folders
                        ])
            rate = 1 / statistics.median(bench)
            one, cpu = slope(whole, short, long)
            single = statistics.median(alone)
            seconds = statistics.median(b[0] for _, b in whole)
            row = [
                Path(name).stem, f"{rate:.1f}", f"{long}", f"{long / seconds:.1f}", f"{1 / one:.1f}",
                f"{1 / one / rate:.2f}", f"{(cpu - single) * 1e3:.2f}", f"{single * 1e3:.2f}",
                f"{processors / cpu / rate:.2f}",
            ]
            if layer:
                one = slope(drawn, short, long)[0]
                row += [f"{1 / one:.1f}", f"{1 / one / rate:.2f}"]
            else:
                row += ["", ""]
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
