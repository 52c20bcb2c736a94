"""Compares every layer of the full-size networks with Keras and torch, on random weights that those saved.

    swift build -c release
    python3 Scripts/compare_networks.py                      every network; a few minutes and 1.3 GB of disk
    python3 Scripts/compare_networks.py resnet50 vgg16       those named
    python3 Scripts/compare_networks.py --report Documentation/agreement.md
    python3 Scripts/compare_networks.py --real DATA          the real Keras models of DATA/models/keras

The framework makes random weights, scaled so that every layer's output keeps a deviation within 0.1 to 10 and no
probability reaches 0.9 (asserted), saves them, and runs one input. Fovea runs the same tensor and dumps its layers. A layer
agrees when the largest difference is at most 1e-5 of the layer's largest magnitude. Ends with status 1 when one does not, or
when VGG16 takes more memory than 1.6 times its weight file. Needs what Scripts/requirements.txt lists.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "fixtures"))
TOLERANCE, MEMORY = 1e-5, 1.6
KERAS = ["vgg16", "vgg19", "resnet50", "resnet101", "resnet152", "mobilenet", "mobilenetv2", "densenet121", "densenet169",
         "densenet201", "inceptionv3", "xception", "inceptionresnetv2"]
TORCH = ["alexnet-torch", "googlenet-torch", "squeezenet1.0-torch", "squeezenet1.1-torch", "resnet50-torch",
         "densenet121-torch", "mobilenetv2-torch", "resnet20", "inceptionv4", "bninception"]


def sample(height, width, seed=5):
    """One smooth picture of values within -2...2."""
    coarse = np.random.default_rng(seed).normal(size=(height // 8 + 3, width // 8 + 3, 3))
    rows, columns = (np.linspace(0, n - 1.001, size) for n, size in zip(coarse.shape, (height, width)))
    (y, v), (x, u) = ((axis.astype(int), axis % 1) for axis in (rows, columns))
    v, u = v[:, None, None], u[None, :, None]
    top = coarse[y][:, x] * (1 - u) + coarse[y][:, x + 1] * u
    bottom = coarse[y + 1][:, x] * (1 - u) + coarse[y + 1][:, x + 1] * u
    return np.clip(top * (1 - v) + bottom * v, -2, 2)[None].astype(np.float32)


def check(name, layers):
    deviations = {layer: float(value.std()) for layer, value in layers.items()}
    output = list(layers.values())[-1].astype(np.float64).reshape(-1)
    if output.min() >= 0 and abs(output.sum() - 1) < 1e-3:
        deviations.popitem()
    else:
        output = np.exp(output - output.max())
        output /= output.sum()
    for layer, deviation in deviations.items():
        assert 0.1 <= deviation <= 10, f"{name}, {layer}: deviation {deviation:.3g} is not within 0.1...10"
    assert output.max() < 0.9, f"{name}: a probability of {output.max():.3f} hides errors"
    return min(deviations.values()), max(deviations.values()), output.max()


def prepare(name, folder):
    """In a process of its own, so that the frameworks' memory is gone when Fovea is measured."""
    if name in KERAS:
        import keras
        import scaled_keras
        model = scaled_keras.build(name)
        x = sample(*model.input_shape[1:3])
        layers = scaled_keras.scale(model, x)
        scaled_keras.save(model, folder / "weights.h5")
        peer = f"Keras {keras.__version__}"
    else:
        import torch
        import scaled_torch
        import torch_networks
        torch.set_num_threads(2)
        model = torch_networks.NETWORKS[name]()
        module, names = torch_networks.traced(model)
        x = sample(torch_networks.sides(name), torch_networks.sides(name))
        layers = scaled_torch.scale(module, [pair for pair in names if not torch_networks.skipped(pair[1])], x)
        torch.save(model.state_dict(), folder / "weights.pth")
        peer = f"torch {torch.__version__}"
    low, high, probability = check(name, layers)
    np.save(folder / "input.npy", x)
    np.savez(folder / "peer.npz", **layers)
    (folder / "peer.txt").write_text(f"{peer}|{low:.2f} to {high:.2f}|{probability:.3f}")


def measured(command):
    """The exit status, and the largest resident memory in bytes."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def differences(theirs, ours):
    """(layer, difference relative to its maximum, or what is wrong with it)."""
    for layer in theirs.files:
        b = theirs[layer]
        a = ours[layer] if layer in ours.files else None
        if a is not None and a.shape != b.shape and a.size == b.size:
            a = a.reshape(b.shape)
        if a is None or a.shape != b.shape or not np.isfinite(a).all():
            yield layer, "missing" if a is None else f"shape {a.shape}, expected {b.shape}"
        else:
            yield layer, float(np.abs(a - b).max() / np.abs(b).max())


def compare(name, fovea):
    """A row of the report, and whether all is well."""
    begun = time.time()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if subprocess.run([sys.executable, "-W", "ignore", __file__, "--prepare", name, "--folder", folder]).returncode:
            return f"| {name} | | | | could not be made | | |", False
        weights = next(folder.glob("weights.*"))
        status, memory = measured([fovea, "activations", name, "--weights", weights, folder / "input.npy", "--layers", "all",
                                   "--dump", "npz", "--overwrite", "-o", folder / "out"])
        peer, deviations, probability = (folder / "peer.txt").read_text().split("|")
        if status:
            return f"| {name} | {peer} | | {deviations} | fovea ended with status {status} | | |", False
        with np.load(folder / "peer.npz") as theirs, np.load(next((folder / "out").rglob("input.npz"))) as ours:
            found = list(differences(theirs, ours))
            last = found[-1][1]
        wrong = [(layer, text) for layer, text in found if not isinstance(text, float) or text > TOLERANCE]
        for layer, text in wrong:
            print(f"  {name}, {layer}: {text}", flush=True)
        worst, layer = max((value, layer) for layer, value in found if isinstance(value, float))
        ratio = memory / weights.stat().st_size
    good = not wrong and (name != "vgg16" or ratio <= MEMORY)
    print(f"  {name}: {time.time() - begun:.0f} s, peak memory {ratio:.2f} times the weight file", flush=True)
    return (f"| {name} | {peer} | {len(found)} | {deviations} | {worst:.1e} (`{layer}`) | {last:.1e} | "
            f"{'yes' if good else f'NO, {len(wrong)} layers'} |"), good


HEADER = """# How closely the networks agree with their frameworks

Written by `Scripts/compare_networks.py`. Each network in full size, random weights saved by its framework and read by Fovea, one
input. Differences are the largest of a layer relative to the layer's largest magnitude; allowed are 1e-5. Deviations are those of
the layers' outputs: within 0.1 to 10, and no probability reaches 0.9, so that nothing hides an error.

| network | peer | layers | deviations | worst layer | prediction | agrees |
| --- | --- | ---: | --- | --- | ---: | --- |
"""


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("networks", nargs="*", help="names; all by default")
    arguments.add_argument("--fovea", default=str(HERE.parent / ".build/release/fovea"))
    arguments.add_argument("--report", type=Path, help="write the table here")
    arguments.add_argument("--real", type=Path, metavar="DATA", help="compare the real Keras models of this folder instead")
    arguments.add_argument("--prepare", help=argparse.SUPPRESS)
    arguments.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.prepare:
        prepare(given.prepare, given.folder)
        return 0
    if given.real:
        import compare_real_keras
        return compare_real_keras.compare(given.real, given.fovea, differences, TOLERANCE)
    rows, failed = [], False
    for name in given.networks or KERAS + TORCH:
        row, good = compare(name, given.fovea)
        rows.append(row)
        failed |= not good
        print(row, flush=True)
        if given.report:
            given.report.write_text(HEADER + "\n".join(rows) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
