"""Times filters of float planes: Fovea beside OpenCV (and scipy with --scipy), case by case in one run.

    swift build -c release --package-path Benchmarks
    python Benchmarks/Peers/filters.py [--quick] [--scipy] [--boundary reflect]

needs numpy, opencv-python-headless (and scipy): Scripts/requirements.txt. Both sides write into memory that is already
there, use all processors, and are measured in turn; the best time of each counts. A ratio above 1 says that Fovea is
faster.
"""

import argparse
import math
import pathlib
import subprocess
import time

import cv2
import numpy as np

BENCH = pathlib.Path(__file__).resolve().parents[1] / ".build/release/fovea-bench"
BORDERS = {
    "constant": (cv2.BORDER_CONSTANT, "constant"),
    "edge": (cv2.BORDER_REPLICATE, "nearest"),
    "reflect": (cv2.BORDER_REFLECT, "reflect"),
    "mirror": (cv2.BORDER_REFLECT_101, "mirror"),
}


def cases(quick):
    sizes = [(512, 512), (4000, 6000)]
    dense = [3, 9, 31] if quick else [3, 5, 7, 9, 15, 31, 63]
    sigmas = [2] if quick else [1, 2, 8, 32]
    boxes = [9] if quick else [3, 9, 101]
    for height, width in sizes:
        for k in dense:
            yield "correlate", height, width, k
        for sigma in sigmas:
            yield "gaussian", height, width, sigma
        for k in boxes:
            yield "box", height, width, k
        yield "sobel", height, width, 3


def opencv(name, x, out, parameter, border):
    if name == "correlate":
        k = np.random.default_rng(1).uniform(-1, 1, (parameter, parameter)).astype(np.float32)
        return lambda: cv2.filter2D(x, cv2.CV_32F, k, dst=out, borderType=border)
    if name == "gaussian":
        # The taps that scipy and Fovea have at truncate 4.
        size = 2 * int(4 * parameter + 0.5) + 1
        return lambda: cv2.GaussianBlur(x, (size, size), parameter, dst=out, borderType=border)
    if name == "box":
        return lambda: cv2.blur(x, (parameter, parameter), dst=out, borderType=border)
    dx, dy = np.empty_like(x), np.empty_like(x)

    def sobel():
        cv2.Sobel(x, cv2.CV_32F, 1, 0, dst=dx, borderType=border)
        cv2.Sobel(x, cv2.CV_32F, 0, 1, dst=dy, borderType=border)
        cv2.magnitude(dx, dy, magnitude=out)

    return sobel


def scipys(name, x, out, parameter, mode):
    import scipy.ndimage

    if name == "correlate":
        k = np.random.default_rng(1).uniform(-1, 1, (parameter, parameter)).astype(np.float32)
        return lambda: scipy.ndimage.correlate(x, k, output=out, mode=mode)
    if name == "gaussian":
        return lambda: scipy.ndimage.gaussian_filter(x, parameter, output=out, mode=mode)
    if name == "box":
        return lambda: scipy.ndimage.uniform_filter(x, parameter, output=out, mode=mode)
    return lambda: np.hypot(scipy.ndimage.sobel(x, 0, mode=mode), scipy.ndimage.sobel(x, 1, mode=mode), out=out)


def best(run, runs):
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times[1:]) * 1e3


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="fewer cases")
    parser.add_argument("--scipy", action="store_true", help="scipy.ndimage too, 512x512 only")
    parser.add_argument("--boundary", choices=BORDERS, default="reflect")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    border, mode = BORDERS[options.boundary]
    fovea = subprocess.Popen([BENCH, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(line):
        fovea.stdin.write(line + "\n")
        fovea.stdin.flush()
        return float(fovea.stdout.readline())

    print(f"opencv {cv2.__version__}, {cv2.getNumThreads()} threads, boundary {options.boundary}; milliseconds")
    print(f"{'case':28} {'Fovea':>9} {'OpenCV':>9} {'ratio':>6}" + (f" {'scipy':>9}" if options.scipy else ""))
    ratios = []
    for name, height, width, parameter in cases(options.quick):
        x = np.random.default_rng(2).uniform(0, 255, (height, width)).astype(np.float32)
        out = np.zeros_like(x)
        peer = opencv(name, x, out, parameter, border)
        runs = 3 if x.size > 1 << 22 else 15
        ours = theirs = math.inf
        for _ in range(options.rounds):
            ours = min(ours, ask(f"{name} {height} {width} {parameter} {options.boundary}"))
            theirs = min(theirs, best(peer, runs))
        ratios.append(theirs / ours)
        line = f"{name + f' {parameter}, {width}x{height}':28} {ours:9.2f} {theirs:9.2f} {ratios[-1]:6.2f}"
        if options.scipy and x.size <= 1 << 22:
            line += f" {best(scipys(name, x, out, parameter, mode), 2):9.2f}"
        print(line, flush=True)
    print(f"geometric mean of {len(ratios)}: {math.exp(sum(map(math.log, ratios)) / len(ratios)):.2f}")
    fovea.stdin.close()
    fovea.wait()


if __name__ == "__main__":
    main()
