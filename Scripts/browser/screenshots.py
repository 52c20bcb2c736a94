#!/usr/bin/env python3
"""Takes the pictures of Documentation/reports.md: a report on the project's own samples, in light and dark.

    Scripts/browser/screenshots.py [TOOL]     needs pillow, see Scripts/requirements.txt
"""
import pathlib
import subprocess
import sys
import tempfile

from PIL import Image

from webdriver import Browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build/release/fovea").resolve()
CLASSES = ["ship", "airplane", "automobile", "cat", "frog", "horse"]

with tempfile.TemporaryDirectory() as folder:
    subprocess.run(
        [TOOL, "report", ROOT / "Samples/networks/cifar10-filters.h5", *[ROOT / f"Samples/classes/{c}.png" for c in CLASSES],
         "--labels", ROOT / "Samples/networks/cifar10-filters.labels.txt", "--note", "Trained on CIFAR-10 by fovea",
         "-o", folder + "/report", "--quiet"],
        check=True)
    pages = pathlib.Path(folder, "report")
    for name, dark, address, height in (("report-page", False, "pictures/ship/index.html", 1400),
                                        ("report-page-dark", True, "pictures/ship/index.html", 1400),
                                        ("report-gallery", True, "index.html", 620)):
        with Browser(width=1240, height=height, dark=dark) as browser:
            browser.open((pages / address).as_uri())
            browser.wait("return Array.from(document.images).filter(i => i.checkVisibility()).every(i => i.complete)")
            browser.run("return Promise.all(Array.from(document.images).filter(i => i.checkVisibility()).map(i => i.decode())).then(() => 1)")
            target = ROOT / "Documentation/pictures" / (name + ".png")
            browser.screenshot(target)
        # All colours are kept: those of the maps stand for values.
        Image.open(target).convert("RGB").save(target, optimize=True)
        print(target, target.stat().st_size)
