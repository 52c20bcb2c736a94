"""Times a folder of photographs through a Gaussian: Fovea beside OpenCV and pyvips in two processes each, in turn.

    swift build -c release --product fovea
    python Benchmarks/Peers/batch.py [--data ../shared/data] [--rounds 5]

The folder: 41 photographs of ImageNet (JPEG) and 16 of Kodak (PNG), each four times; a Gaussian of sigma 2, then JPEG of
quality 85. Peers: OpenCV's imread, GaussianBlur of the same taps, imwrite; and decoding and encoding alone, by OpenCV and
by libvips, which is what Fovea decodes and encodes with. Memory is that of all processes, in a run of its own.
"""

import argparse
import multiprocessing
import pathlib
import shutil
import sys
import tempfile

import processes

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def with_opencv(job):
    import cv2

    source, target, filters = job
    cv2.setNumThreads(1)
    picture = cv2.imread(source)
    if filters:
        picture = cv2.GaussianBlur(picture, (17, 17), 2, borderType=cv2.BORDER_REFLECT)
    cv2.imwrite(target, picture, [cv2.IMWRITE_JPEG_QUALITY, 85])


def with_libvips(job):
    import pyvips

    source, target, _ = job
    pyvips.cache_set_max(0)
    pyvips.Image.new_from_file(source, access="sequential").jpegsave(target, Q=85)


def serve(peer, folder, out, filters):
    """What a process of this script does as a peer."""
    out = pathlib.Path(out)
    out.mkdir(exist_ok=True)
    jobs = [(str(p), str(out / f"{p.parent.name}-{p.stem}.jpg"), filters) for p in sorted(pathlib.Path(folder).rglob("*.*"))]
    with multiprocessing.Pool(2) as pool:
        pool.map({"opencv": with_opencv, "libvips": with_libvips}[peer], jobs, chunksize=4)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=str(REPOSITORY.parent / "shared/data"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--fovea", default=str(REPOSITORY / ".build/release/fovea"))
    parser.add_argument("--table", help="a file to add the table to")
    options = parser.parse_args()
    images = pathlib.Path(options.data) / "images"
    photographs = sorted(images.glob("imagenet_samples/*.JPEG")) + sorted(images.glob("kodak/*.png"))
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for copy in "1234":
            (scratch / "in" / copy).mkdir(parents=True)
            for photograph in photographs:
                shutil.copy(photograph, scratch / "in" / copy)
        folder = str(scratch / "in")

        def peer(name, filters):
            return [sys.executable, __file__, "--serve", name, folder, str(scratch / name), filters]

        commands = {
            "Fovea": [
                options.fovea, "filter", "gaussian", "--sigma", "2", folder, "-o", str(scratch / "fovea"),
                "--format", "jpg", "--quality", "85", "--overwrite", "--quiet",
            ],
            "OpenCV": peer("opencv", "1"),
            "OpenCV, decoding and encoding alone": peer("opencv", ""),
            "libvips, decoding and encoding alone": peer("libvips", ""),
        }
        seconds = {name: [] for name in commands}
        for _ in range(options.rounds):
            for name, command in commands.items():
                seconds[name].append(processes.run(command)[0])
        best = {name: min(times) for name, times in seconds.items()}
        lines = [f"| {4 * len(photographs)} photographs | seconds | Fovea's time to it | megabytes |", "|---|---|---|---|"]
        for name, command in commands.items():
            memory = processes.run(command, memory=True)[1] / 1e6
            lines.append(f"| {name} | {best[name]:.2f} | {best['Fovea'] / best[name]:.2f} | {memory:.0f} |")
        print("\n".join(lines))
        if options.table:
            with open(options.table, "a") as table:
                table.write("\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(*sys.argv[2:])
    else:
        main()
