"""The picture that `fovea apply` makes by a style network beside onnxruntime's, from one picture of 720 x 720.

    python3 Scripts/check_style.py [--data ../shared/data] [--fovea .build/release/fovea]

Prints how many of the values differ after rounding, and by how much. Ends with status 1 where one differs by more than 1, or more
than one of a thousand do. Needs numpy, onnxruntime and pillow.
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data")
    parser.add_argument("--fovea", type=Path, default=ROOT / ".build/release/fovea")
    given = parser.parse_args()
    model = given.data / "models/onnx/fns_candy/candy.onnx"
    picture = Image.open(ROOT / "Samples/still-life.png").convert("RGB").resize((720, 720), Image.BILINEAR)
    # The network takes blue first, and gives it first.
    x = np.asarray(picture, np.float32)[..., ::-1].transpose(2, 0, 1)[None]
    run = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    expected = run.run(None, {run.get_inputs()[0].name: np.ascontiguousarray(x)})[0][0].transpose(1, 2, 0)[..., ::-1]
    expected = np.clip(np.rint(expected), 0, 255).astype(int)
    with tempfile.TemporaryDirectory() as temporary:
        source, target = Path(temporary) / "in.png", Path(temporary) / "out.png"
        picture.save(source)
        subprocess.run([given.fovea, "apply", model, source, "-o", target, "--quiet"], check=True)
        found = np.asarray(Image.open(target)).astype(int)
    assert found.shape == expected.shape == (720, 720, 3), found.shape
    apart = np.abs(found - expected)
    share = float((apart > 0).mean())
    print(f"candy.onnx, 720x720: {100 * share:.3f} % of the values differ, by {apart.max()} at most")
    return 1 if apart.max() > 1 or share > 1e-3 else 0


if __name__ == "__main__":
    sys.exit(main())
