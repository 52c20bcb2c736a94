"""Times filters of planes: Fovea beside OpenCV, scipy and libvips, case by case in one run, with every ratio.

    swift build -c release --package-path Benchmarks
    python Benchmarks/Peers/filters.py [--quick] [--boundary edge]... [--bytes] [--peers opencv,scipy,...]
        [--sizes 512x512,6000x4000] [--table FILE]

needs numpy, opencv-python-headless, scipy, pyvips: Scripts/requirements.txt. Fovea and OpenCV write into memory that is
already there; all use all processors and are measured in turn; the best time of each counts. A ratio above 1 says that
Fovea is faster. Where OpenCV has no such boundary (wrap) the ratio is to Fovea's own time at an edge boundary, and where
it has no such filter (a float median above 5) there is none. --table adds the run to a file as Markdown.
"""

import argparse
import math
import pathlib
import platform
import subprocess
import time

import cv2
import numpy as np

BENCH = pathlib.Path(__file__).resolve().parents[1] / ".build/release/fovea-bench"
# Names in OpenCV, scipy.ndimage and scipy.signal.
BORDERS = {
    "constant": (cv2.BORDER_CONSTANT, "constant", "fill"),
    "edge": (cv2.BORDER_REPLICATE, "nearest", None),
    "reflect": (cv2.BORDER_REFLECT, "reflect", "symm"),
    "mirror": (cv2.BORDER_REFLECT_101, "mirror", None),
    "wrap": (None, "wrap", "wrap"),
}
PEERS = ["opencv", "ndimage", "correlate2d", "oaconvolve", "libvips"]
# Slower peers are measured where one run of theirs ends in seconds.
LONGEST = {"ndimage": 4e9, "correlate2d": 3e9, "oaconvolve": 1e12, "libvips": 6e9}


def cases(quick, on_bytes):
    for k in [3, 9, 31] if quick else [3, 5, 7, 9, 15, 31, 63]:
        yield "correlate", k
    for sigma in [2] if quick else [1, 2, 8, 32]:
        yield "gaussian", sigma
    for k in [9] if quick else [3, 9, 101]:
        yield "box", k
    yield "sobel", 3
    # OpenCV has larger medians for bytes only.
    for k in [3, 5, 9, 31] if on_bytes else [3, 5]:
        yield "median", k


def radius(sigma):
    """Of the taps that scipy and Fovea have at truncate 4."""
    return int(4 * sigma + 0.5)


def dense(k):
    return np.random.default_rng(1).uniform(-1, 1, (k, k)).astype(np.float32)


def peer_opencv(name, x, out, p, boundary):
    border = BORDERS[boundary][0]
    if border is None:
        return None
    if name == "correlate":
        k = dense(p)
        return lambda: cv2.filter2D(x, -1, k, dst=out, borderType=border)
    if name == "gaussian":
        size = 2 * radius(p) + 1
        return lambda: cv2.GaussianBlur(x, (size, size), p, dst=out, borderType=border)
    if name == "box":
        return lambda: cv2.blur(x, (p, p), dst=out, borderType=border)
    if name == "median":
        # Its boundary is always the edge's.
        return lambda: cv2.medianBlur(x, p, dst=out)
    dx, dy = np.empty(x.shape, np.float32), np.empty(x.shape, np.float32)
    length = out if x.dtype == np.float32 else np.empty_like(dx)

    def sobel():
        cv2.Sobel(x, cv2.CV_32F, 1, 0, dst=dx, borderType=border)
        cv2.Sobel(x, cv2.CV_32F, 0, 1, dst=dy, borderType=border)
        cv2.magnitude(dx, dy, magnitude=length)
        if length is not out:
            cv2.convertScaleAbs(length, dst=out)

    return sobel


def peer_ndimage(name, x, out, p, boundary):
    import scipy.ndimage as ndi

    mode = BORDERS[boundary][1]
    if name == "correlate":
        k = dense(p)
        return lambda: ndi.correlate(x, k, output=out, mode=mode)
    if name == "gaussian":
        return lambda: ndi.gaussian_filter(x, p, output=out, mode=mode)
    if name == "box":
        return lambda: ndi.uniform_filter(x, p, output=out, mode=mode)
    if name == "median":
        return lambda: ndi.median_filter(x, size=p, output=out, mode=mode)
    if x.dtype != np.float32:
        return None
    return lambda: np.hypot(ndi.sobel(x, 0, mode=mode), ndi.sobel(x, 1, mode=mode), out=out)


def peer_correlate2d(name, x, out, p, boundary):
    import scipy.signal

    named = BORDERS[boundary][2]
    if name != "correlate" or named is None or x.dtype != np.float32:
        return None
    k = dense(p)
    return lambda: scipy.signal.correlate2d(x, k, mode="same", boundary=named)


def peer_oaconvolve(name, x, out, p, boundary):
    import scipy.signal

    if name != "correlate" or boundary != "constant" or p > 15 or x.dtype != np.float32:
        return None
    k = dense(p)
    return lambda: scipy.signal.oaconvolve(x, k, mode="same")


def peer_libvips(name, x, out, p, boundary):
    import pyvips

    # It knows the edge's boundary alone, and cuts a Gaussian at 0.001 of its peak at the latest: fewer taps than the others have.
    if boundary != "edge":
        return None
    image = pyvips.Image.new_from_memory(x.data, x.shape[1], x.shape[0], 1, "float" if x.dtype == np.float32 else "uchar")
    if name == "correlate":
        mask = pyvips.Image.new_from_array(dense(p).astype(float).tolist())
        return lambda: image.conv(mask, precision="float").write_to_memory()
    if name == "gaussian":
        return lambda: image.gaussblur(p, min_ampl=0.001, precision="float").write_to_memory()
    if name == "box":
        mask = pyvips.Image.new_from_array([[1] * p], p)
        return lambda: image.convsep(mask, precision="float").write_to_memory()
    if name == "median":
        return lambda: image.rank(p, p, p * p // 2).write_to_memory()
    return lambda: image.sobel().write_to_memory()


def best(run, runs):
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times[1:]) * 1e3


def work(name, p, pixels):
    """Products of a plain method, to leave out what would take minutes."""
    return pixels * (p * p if name in ("correlate", "median") else 4 * radius(p) if name == "gaussian" else 8)


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor()


def mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer cases")
    parser.add_argument("--bytes", action="store_true", help="pictures of 8 bits, in and out")
    parser.add_argument("--boundary", choices=BORDERS, action="append")
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--sizes", default="512x512,6000x4000", help="width x height, separated by commas")
    parser.add_argument("--rounds", type=int, default=3, help="turns that Fovea and OpenCV take")
    parser.add_argument("--table", help="a file to add the table to")
    options = parser.parse_args()
    peers = [peer for peer in options.peers.split(",") if peer in PEERS]
    boundaries = options.boundary or ["constant", "edge"]
    element = np.uint8 if options.bytes else np.float32
    fovea = subprocess.Popen([BENCH, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(name, height, width, p, boundary):
        fovea.stdin.write(f"{name} {height} {width} {p} {boundary}{' bytes' if options.bytes else ''}\n")
        fovea.stdin.flush()
        return float(fovea.stdout.readline())

    import scipy

    versions = f"OpenCV {cv2.__version__}, scipy {scipy.__version__}"
    if "libvips" in peers:
        import pyvips

        versions += f", libvips {'.'.join(str(pyvips.version(i)) for i in range(3))}"
    title = (
        f"{processor()}, {cv2.getNumThreads()} threads; {versions}; "
        f"{'8-bit' if options.bytes else 'float'} planes, milliseconds and ratios"
    )
    print(title)
    lines = ["", title, "", "| case | Fovea | " + " | ".join(f"{p} | ratio" for p in peers) + " |"]
    lines.append("|---|---|" + "---|---|" * len(peers))
    ratios = {peer: [] for peer in peers}
    own_edge = []
    for size in options.sizes.split(","):
        width, height = map(int, size.split("x"))
        x = np.random.default_rng(2).uniform(0, 255, (height, width)).astype(element)
        out = np.zeros_like(x)
        runs = 3 if x.size > 1 << 22 else 15
        for boundary in boundaries:
            for name, p in cases(options.quick, options.bytes):
                if name == "median" and boundary not in ("edge", "wrap"):
                    continue
                ours, cells, said = math.inf, [], []
                first = peer_opencv(name, x, out, p, boundary) if "opencv" in peers else None
                theirs = math.inf
                for _ in range(options.rounds):
                    ours = min(ours, ask(name, height, width, p, boundary))
                    if first:
                        theirs = min(theirs, best(first, runs))
                    elif boundary == "wrap":
                        theirs = min(theirs, ask(name, height, width, p, "edge"))
                for peer in peers:
                    if peer == "opencv":
                        found = theirs if first else math.nan
                    else:
                        run = None
                        if work(name, p, x.size) <= LONGEST[peer]:
                            run = globals()[f"peer_{peer}"](name, x, out, p, boundary)
                        found = best(run, 1 if x.size > 1 << 22 else 3) if run else math.nan
                    ratio = found / ours
                    if not math.isnan(ratio):
                        ratios[peer].append(ratio)
                        said.append(f"{peer} {found:.2f} ({ratio:.2f})")
                    cells += ["-", "-"] if math.isnan(ratio) else [f"{found:.2f}", f"{ratio:.2f}"]
                case = f"{name} {p}, {size}, {boundary}"
                if boundary == "wrap":
                    own_edge.append(ours / theirs)
                    said.append(f"{own_edge[-1]:.2f} of the edge's time")
                print(f"{case:36} {ours:9.3f}  " + "  ".join(said), flush=True)
                lines.append(f"| {case} | {ours:.3f} | " + " | ".join(cells) + " |")
    lines.append("")
    for peer in peers:
        if ratios[peer]:
            text = f"{peer}: geometric mean of {len(ratios[peer])} ratios {mean(ratios[peer]):.2f}, least {min(ratios[peer]):.2f}"
            print(text)
            lines.append(f"- {text}")
    if own_edge:
        text = f"wrap beside the edge boundary: at most {max(own_edge):.2f} of its time"
        print(text)
        lines.append(f"- {text}")
    if options.table:
        with open(options.table, "a") as table:
            table.write("\n".join(lines) + "\n")
    fovea.stdin.close()
    fovea.wait()


if __name__ == "__main__":
    main()
