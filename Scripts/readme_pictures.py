"""Makes the pictures of the README from the samples with the real program.

    make build && python Scripts/readme_pictures.py [.build/release/fovea]

Needs Pillow (Scripts/requirements.txt), only to put three pictures side by side.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
FOVEA = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / ".build/release/fovea")
TARGET = ROOT / "Documentation/pictures"
LEARNED = ROOT / "Samples/networks/cifar10-filters.h5"
NOTE = ["--note", "trained on CIFAR-10 by fovea"]


def fovea(*arguments):
    subprocess.run([FOVEA, *map(str, arguments), "--overwrite", "--quiet"], check=True, stdout=subprocess.DEVNULL)


TARGET.mkdir(parents=True, exist_ok=True)
with tempfile.TemporaryDirectory() as temporary:
    folder = Path(temporary)
    still_life = ROOT / "Samples/still-life.png"
    fovea("filter", "gaussian", "--sigma", 6, still_life, "-o", folder / "blurred.png")
    fovea("filter", "sobel", still_life, "-o", folder / "edges.png")
    parts = [Image.open(path).convert("RGB") for path in (still_life, folder / "blurred.png", folder / "edges.png")]
    width, height, gap = 384, 256, 6
    row = Image.new("RGB", (3 * width + 2 * gap, height), "white")
    for index, part in enumerate(parts):
        row.paste(part.resize((width, height), Image.Resampling.LANCZOS), (index * (width + gap), 0))
    row.save(TARGET / "filters.png", optimize=True)
    fovea("filters", LEARNED, *NOTE, "-o", TARGET / "kernels.png")
    fovea("activations", LEARNED, ROOT / "Samples/classes/ship.png", "--layers", "activation", "--top", 24, "--sort", "max",
          "--scale", "tile", *NOTE, "-o", folder / "sheets")
    (TARGET / "activations.png").write_bytes(next((folder / "sheets").rglob("*activation.png")).read_bytes())
