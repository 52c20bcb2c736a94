#!/usr/bin/env python3
"""Compares every layer of networks in ONNX files with onnxruntime.

    swift build -c release
    ~/fovea-peers/bin/python Scripts/compare_onnx.py ../shared/data/models/onnx        every .onnx file in a folder, or files
    ~/fovea-peers/bin/python Scripts/compare_onnx.py --networks resnet50 mobilenet_v2  torchvision's, random weights, exported
    ~/fovea-peers/bin/python Scripts/compare_onnx.py ... --report agreement.md

Every node's output is made an output of the graph and computed by onnxruntime, unoptimised; Fovea runs the same tensor and
dumps its layers. A layer agrees when the largest difference is at most 1e-5 of the layer's largest magnitude, 5e-3 for
graphs in 16 bits; where it does not, both are compared with 64 bits (onnx_in_64_bits.py), and it agrees when Fovea's is the
nearer one in every such layer. Nodes that only compute shapes are no layers. Where `input_0.f32.bin` and `expected_output_0.f32.bin`
lie beside a file, they are run too. Ends with status 1 when a layer does not agree. Needs numpy, onnx, onnxruntime, and
torch and torchvision for --networks (Scripts/requirements.txt).
"""
import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "fixtures"))
TOLERANCE, HALF = 1e-5, 5e-3


def smooth(shape, deviation, seed=5):
    """Noise that is smooth along rows and columns, as pictures are."""
    random = np.random.default_rng(seed)
    if len(shape) != 4:
        return random.normal(size=shape).astype(np.float32) * deviation
    n, c, height, width = shape
    coarse = random.normal(size=(n, c, height // 8 + 3, width // 8 + 3))
    y, x = (np.linspace(0, size - 1.001, extent) for size, extent in zip(coarse.shape[2:], (height, width)))
    (i, v), (j, u) = ((axis.astype(int), axis % 1) for axis in (y, x))
    v, u = v[:, None], u[None]
    top = coarse[:, :, i][..., j] * (1 - u) + coarse[:, :, i][..., j + 1] * u
    bottom = coarse[:, :, i + 1][..., j] * (1 - u) + coarse[:, :, i + 1][..., j + 1] * u
    return ((top * (1 - v) + bottom * v) * deviation).astype(np.float32)


def layers(model):
    """(layer as Fovea names it, output) for every node that is one."""
    known = {i.name for i in model.graph.initializer}
    counts = Counter(n.name for n in model.graph.node)
    for node in model.graph.node:
        # What is worked out from shapes and constants before anything runs.
        if node.op_type in ("Shape", "Size") or all(i in known for i in node.input if i):
            known.update(node.output)
        elif node.op_type == "Split":
            yield from ((o, o) for o in node.output)
        else:
            own = node.name and counts[node.name] == 1
            yield (node.name if own else node.output[0]), node.output[0]


def peer(model, x):
    """Every layer's output by onnxruntime."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    del copy.graph.output[:]
    wanted = list(dict.fromkeys(layers(model)))
    copy.graph.output.extend(helper.make_empty_tensor_value_info(output) for _, output in wanted)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    options.intra_op_num_threads = 2
    run = onnxruntime.InferenceSession(copy.SerializeToString(), options, providers=["CPUExecutionProvider"])
    entry = run.get_inputs()[0]
    if "float16" in entry.type:
        x = x.astype(np.float16)
    return dict(zip((name for name, _ in wanted), run.run([o for _, o in wanted], {entry.name: x})))


def ours(fovea, path, x, folder, arguments=()):
    np.save(folder / "input.npy", x.transpose(0, 2, 3, 1) if x.ndim == 4 else x)
    subprocess.run(
        [fovea, "activations", path, folder / "input.npy", "--dump", "npz", "--no-sheets", "--quiet", "--overwrite", "-o",
         folder, *arguments], check=True, stdout=subprocess.DEVNULL)
    return np.load(folder / "input.npz")


def difference(a, b):
    """Relative to the largest magnitude; `b` as the file has it, or with its channels last."""
    b = np.asarray(b)
    turned = b.transpose(0, 2, 3, 1) if b.ndim == 4 else b
    best = None
    for form in (turned, b):
        if a.shape == form.shape and np.isfinite(a).all():
            largest = np.abs(form).max()
            found = float(np.abs(a - form).max() / largest) if largest else float(np.abs(a).max())
            best = found if best is None else min(best, found)
    return best


def compare(fovea, path, x=None, expected=None):
    """A row of the report, and whether all is well."""
    begun = time.time()
    model = onnx.load(str(path))
    stored = {i.name for i in model.graph.initializer}
    entry = next(i for i in model.graph.input if i.name not in stored)
    half = entry.type.tensor_type.elem_type == TensorProto.FLOAT16
    shape = [d.dim_value or (1 if axis == 0 else 224) for axis, d in enumerate(entry.type.tensor_type.shape.dim)]
    if x is None:
        x = smooth(shape, 60 if shape[-1] >= 224 else 1)
    tolerance = HALF if half else TOLERANCE
    theirs = peer(model, x)
    with tempfile.TemporaryDirectory() as temporary:
        mine = ours(fovea, path, x, Path(temporary))
        worst, where, wrong = 0.0, "", []
        for name, value in theirs.items():
            found = difference(mine[name], value) if name in mine.files else None
            if found is None or not found <= tolerance:
                wrong.append(f"{name}: " + ("missing" if name not in mine.files else
                                            f"{found:.2g}" if found is not None else
                                            f"shape {mine[name].shape} for {np.shape(value)}"))
            if found is not None and found > worst:
                worst, where = found, name
        vector_note = ""
        if expected is not None:
            found = float(np.abs(mine[mine.files[-1]].reshape(-1) - expected).max() / np.abs(expected).max())
            vector_note = f", stored output {found:.1e}"
            if not found <= tolerance:
                wrong.append(f"stored output: {found:.2g}")
        state = "all agree"
        if wrong:
            nearer, words = exactness(model, x, {name: mine[name] for name in mine.files}, theirs, tolerance)
            state = f"{len(wrong)} differ{words}"
    for line in wrong:
        print("  ", line)
    row = f"| {path.name} | {len(theirs)} | {worst:.1e} (`{where}`){vector_note} | {tolerance:g} | {state} |"
    print(row, f"{time.time() - begun:.1f} s", flush=True)
    return row, not wrong or nearer


def exactness(model, x, mine, theirs, tolerance):
    """Whether Fovea is nearer to 64 bits wherever the two differ, and how far both are from them."""
    import onnx_in_64_bits
    try:
        exact = onnx_in_64_bits.outputs(model, x)
    except NotImplementedError as unknown:
        return False, f" (not known in 64 bits: {unknown})"
    pairs = {name: (difference(mine[name], exact[output]),
                    difference(theirs[name].transpose(0, 2, 3, 1) if theirs[name].ndim == 4 else theirs[name], exact[output]))
             for name, output in dict.fromkeys(layers(model)) if name in mine}
    apart = [name for name in pairs if not difference(mine[name], theirs[name]) <= tolerance]
    ours, other = (max(pair[side] for pair in pairs.values()) for side in (0, 1))
    return (all(pairs[name][0] <= pairs[name][1] for name in apart),
            f", from `{apart[0]}` on; from 64 bits Fovea is at most {ours:.1e}, onnxruntime {other:.1e}")


def vector(path):
    """The stored input and output beside a file of 224x224 pictures."""
    x, y = path.parent / "input_0.f32.bin", path.parent / "expected_output_0.f32.bin"
    if not x.exists() or not y.exists():
        return None, None
    return np.fromfile(x, "<f4").reshape(1, 3, 224, 224), np.fromfile(y, "<f4")


def exported(name, folder, opset):
    """One of torchvision's networks with random weights that behave, as torch exports it."""
    import scaled_torch
    import torch
    import torch_networks
    torch.set_num_threads(2)
    model = torch_networks._vision(name, **({"aux_logits": False, "transform_input": False, "init_weights": False}
                                            if name in ("googlenet", "inception_v3") else {}))()
    module, names = torch_networks.traced(model)
    x = smooth((1, 3, 224, 224), 1)
    scaled_torch.scale(module, [p for p in names if not torch_networks.skipped(p[1])],
                       np.ascontiguousarray(x.transpose(0, 2, 3, 1)))
    path = folder / f"{name}.onnx"
    torch.onnx.export(model.eval(), torch.from_numpy(x), str(path), opset_version=opset, dynamo=False,
                      input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "N"}})
    return path, x


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--networks", nargs="*", default=[])
    parser.add_argument("--opset", type=int, default=17)
    parser.add_argument("--fovea", default=str(HERE.parent / ".build/release/fovea"))
    parser.add_argument("--report", type=Path)
    arguments = parser.parse_args()
    files = [f for p in arguments.paths for f in (sorted(p.rglob("*.onnx")) if p.is_dir() else [p])]
    rows, good = [], True
    for path in files:
        row, agrees = compare(arguments.fovea, path)
        rows, good = rows + [row], good and agrees
        x, expected = vector(path)
        if x is not None:
            row, agrees = compare(arguments.fovea, path, x, expected)
            rows, good = rows + [row.replace(" |", ", stored input |", 1)], good and agrees
    with tempfile.TemporaryDirectory() as temporary:
        for name in arguments.networks:
            path, x = exported(name, Path(temporary), arguments.opset)
            row, agrees = compare(arguments.fovea, path, x)
            rows, good = rows + [row], good and agrees
            path.unlink()
    if arguments.report:
        head = f"| file | layers | largest difference | allowed | onnxruntime {onnxruntime.__version__} |\n|---|---|---|---|---|\n"
        arguments.report.write_text(head + "\n".join(rows) + "\n")
    sys.exit(not good)


if __name__ == "__main__":
    main()
