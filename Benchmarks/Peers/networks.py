"""Times a network's forward pass in onnxruntime and in Fovea, alternately, in one run, and prints the ratio.

    swift build -c release
    python Benchmarks/Peers/networks.py [vgg16] [--threads 2] [--batch 1] [--rounds 5] [--runs 5]

Both sides get the same random weights (Scripts/scaled_keras.py): Fovea as a weights-only Keras `.h5`, onnxruntime as a
graph written here with onnx.helper, whose output is checked against Keras first. onnxruntime runs with all its
optimisations. Needs keras with tensorflow, h5py, onnx, onnxruntime and numpy (Scripts/requirements.txt).
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Scripts"))


def onnx_model(model, batch):
    """The Keras network as an ONNX graph in [N, C, H, W]; convolution, max pooling, flatten and dense layers."""
    import keras
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    height, width, channels = model.input_shape[1:]
    nodes, constants = [], []
    value, shape = "input", None

    def constant(name, array):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array, np.float32), name))
        return name

    def add(kind, inputs, name, **attributes):
        nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    for layer in model.layers:
        name = layer.name
        if isinstance(layer, keras.layers.InputLayer):
            continue
        if isinstance(layer, keras.layers.Conv2D):
            kernel, bias = layer.get_weights()
            value = add(
                "Conv", [value, constant(name + ".kernel", kernel.transpose(3, 2, 0, 1)), constant(name + ".bias", bias)],
                name + ".linear", auto_pad="SAME_UPPER" if layer.padding == "same" else "VALID",
                kernel_shape=list(layer.kernel_size), strides=list(layer.strides))
        elif isinstance(layer, keras.layers.MaxPooling2D):
            value = add("MaxPool", [value], name, kernel_shape=list(layer.pool_size), strides=list(layer.strides))
        elif isinstance(layer, keras.layers.Flatten):
            shape = layer.input.shape[1:]
            value = add("Flatten", [value], name, axis=1)
        elif isinstance(layer, keras.layers.Dense):
            kernel, bias = layer.get_weights()
            if shape is not None:  # the first one after the flatten: its rows in the order channel, row, column
                kernel, shape = kernel.reshape(*shape, -1).transpose(2, 0, 1, 3).reshape(kernel.shape), None
            value = add(
                "Gemm", [value, constant(name + ".kernel", kernel), constant(name + ".bias", bias)], name + ".linear")
        else:
            raise SystemExit(f"{name}: a {type(layer).__name__} has no row in this script")
        activation = getattr(layer, "activation", None)
        if activation is keras.activations.relu:
            value = add("Relu", [value], name)
        elif activation is keras.activations.softmax:
            value = add("Softmax", [value], name, axis=1)

    graph = helper.make_graph(
        nodes, model.name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [batch, channels, height, width])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, [batch, *model.output_shape[1:]])], constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made)
    return made.SerializeToString()


def prepare(name, batch, folder):
    import keras

    import scaled_keras

    model = scaled_keras.build(name)
    x = scaled_keras.sample_input(model)
    expected = list(scaled_keras.scale(model, x).values())[-1]
    scaled_keras.save(model, folder / "weights.h5")
    (folder / "model.onnx").write_bytes(onnx_model(model, batch))
    np.save(folder / "input.npy", np.repeat(x, batch, 0))
    np.save(folder / "expected.npy", np.repeat(expected, batch, 0))
    keras.backend.clear_session()


class OnnxRuntime:
    def __init__(self, folder, threads):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, ["CPUExecutionProvider"])
        self.x = np.ascontiguousarray(np.load(folder / "input.npy").transpose(0, 3, 1, 2))
        self.name = f"onnxruntime {onnxruntime.__version__}"
        expected = np.load(folder / "expected.npy")
        found = self.session.run(None, {"input": self.x})[0]
        assert np.abs(found - expected).max() <= 1e-4 * np.abs(expected).max(), "the ONNX graph is not the Keras network"

    def milliseconds(self, runs):
        self.session.run(None, {"input": self.x})
        times = []
        for _ in range(runs):
            start = time.perf_counter()
            self.session.run(None, {"input": self.x})
            times.append((time.perf_counter() - start) * 1000)
        return statistics.median(times)


def fovea_milliseconds(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)["milliseconds"]["median"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("network", nargs="?", default="vgg16")
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--batch", type=int, default=1)
    arguments.add_argument("--rounds", type=int, default=5, help="how often the two take turns")
    arguments.add_argument("--runs", type=int, default=5, help="forward passes in a turn; its median counts")
    arguments.add_argument("--fovea", default=str(ROOT / ".build/release/fovea"))
    arguments.add_argument("--folder", type=Path, help="keep the weights here and use them again")
    arguments.add_argument("--limit", type=float, help="exit status 1 when Fovea / onnxruntime is above this")
    arguments.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.prepare:
        prepare(given.network, given.batch, given.folder)
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.folder or Path(temporary)) / f"{given.network}-b{given.batch}"
        if not (folder / "expected.npy").exists():
            folder.mkdir(parents=True, exist_ok=True)
            # in a process of its own: what TensorFlow keeps in memory and in threads must not disturb the timing
            subprocess.run(
                [sys.executable, __file__, given.network, "--batch", str(given.batch), "--prepare", "--folder", folder],
                check=True)
        peer = OnnxRuntime(folder, given.threads)
        command = [
            given.fovea, "benchmark", given.network, "--weights", str(folder / "weights.h5"), "--threads", str(given.threads),
            "--input", str(folder / "input.npy"), "--runs", str(given.runs), "--json"]
        theirs, ours = [], []
        print(f"{given.network}, batch {given.batch}, {given.threads} threads, milliseconds a pass (median of {given.runs})")
        print(f"{'round':>5} {peer.name:>20} {'fovea':>10} {'ratio':>7}")
        for turn in range(given.rounds):
            theirs.append(peer.milliseconds(given.runs))
            ours.append(fovea_milliseconds(command))
            print(f"{turn + 1:>5} {theirs[-1]:>20.1f} {ours[-1]:>10.1f} {ours[-1] / theirs[-1]:>7.2f}", flush=True)
        ratio = statistics.median(a / b for a, b in zip(ours, theirs))
        print(f"fovea takes {ratio:.2f}x the time of {peer.name} (median of {given.rounds} rounds)")
        return 1 if given.limit and ratio > given.limit else 0


if __name__ == "__main__":
    sys.exit(main())
