"""Filters pictures larger than memory ought to hold, and says how long it takes and how much memory it holds.

    swift build -c release --product fovea
    python Benchmarks/Peers/large.py [--side 30000] [--cases edge,reflect:valid] [--keep FILE]

A square RGB TIFF is made by libvips (pyvips: Scripts/requirements.txt), a zone plate and gradients, and goes through a
Gaussian of sigma 8 in each case, a boundary and after a colon a mode (same). Then one JPEG of 100 million pixels, whose processor time shows how many processors
were at work.
"""

import argparse
import pathlib
import resource
import tempfile

import processes

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def make(path, side):
    import pyvips

    zone = pyvips.Image.zone(side, side, uchar=True)
    ramp = pyvips.Image.grey(side, side, uchar=True)
    zone.bandjoin([ramp, zone.invert()]).copy(interpretation="srgb").write_to_file(str(path))


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=30_000)
    parser.add_argument("--cases", default="constant,edge,reflect,mirror,wrap,constant:full,reflect:valid")
    parser.add_argument("--fovea", default=str(REPOSITORY / ".build/release/fovea"))
    parser.add_argument("--keep", help="use this TIFF, or leave it there")
    parser.add_argument("--table", help="a file to add the table to")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        tiff = pathlib.Path(options.keep) if options.keep else scratch / "large.tif"
        if not tiff.exists():
            make(tiff, options.side)
        photograph = scratch / "large.jpg"
        make(photograph, 10_000)
        lines = ["| picture, Gaussian of sigma 8 | seconds | processors | megabytes |", "|---|---|---|---|"]
        cases = [(tiff, case, "large-out.tif") for case in options.cases.split(",")] + [(photograph, "reflect", "out.jpg")]
        for source, case, target in cases:
            boundary, _, mode = case.partition(":")
            mode = mode or "same"
            before = processor_seconds()
            seconds, memory = processes.run(
                [
                    options.fovea, "filter", "gaussian", "--sigma", "8", "--boundary", boundary, "--mode", mode, "--max-pixels", "1000000000",
                    "--overwrite", "--quiet", str(source), "-o", str(scratch / target),
                ],
                memory=True,
            )
            busy = (processor_seconds() - before) / seconds
            lines.append(f"| {source.suffix[1:]}, {boundary}, {mode} | {seconds:.1f} | {busy:.2f} | {memory / 1e6:.0f} |")
            print(lines[-1], flush=True)
        if options.table:
            with open(options.table, "a") as table:
                table.write("\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
