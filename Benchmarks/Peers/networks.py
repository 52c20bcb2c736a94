"""Times forward passes in onnxruntime, PyTorch and Fovea, alternately, in one run, and prints the ratios.

    swift build -c release --product fovea
    python Benchmarks/Peers/networks.py [--networks vgg16,resnet50] [--threads 1,2] [--batches 1,8] [--rounds 21] [--quick]

The networks are those of keras.applications and torchvision with random weights, as ONNX files kept in --folder.
onnxruntime gets the file with all its optimisations and so many intra-op threads, PyTorch runs the same graph in
contiguous and in channels-last layout, the better of which counts, and Fovea its own architecture of that name with
random weights, or the ONNX file itself where it has none (`--others` are those, `--same-weights`: always). After 5 passes to warm
up the three take turns, one pass each, and the medians are compared. Peers run in this process, Fovea in one that lives
as long (`fovea benchmark --each-line`). Needs the packages of Scripts/requirements.txt.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

ROOT = Path(__file__).resolve().parents[2]

# name on Fovea's command line -> (where it comes from, its name there, its side, the goal at batch 1 on two threads)
NETWORKS = {
    "alexnet-torch": ("torchvision", "alexnet", 224, 1.1),
    "vgg16": ("keras", "VGG16", 224, 2.0),
    "vgg19": ("keras", "VGG19", 224, 2.0),
    "resnet50": ("keras", "ResNet50", 224, 1.25),
    "googlenet-torch": ("torchvision", "googlenet", 224, 1.25),
    "inceptionv3": ("keras", "InceptionV3", 299, 1.25),
    "inceptionresnetv2": ("keras", "InceptionResNetV2", 299, 1.25),
    "densenet121": ("keras", "DenseNet121", 224, 1.2),
    "squeezenet1.1": ("torchvision", "squeezenet1_1", 224, 1.2),
    "mobilenetv2": ("keras", "MobileNetV2", 224, 1.2),
    "mobilenet": ("keras", "MobileNet", 224, 1.05),
    "xception": ("keras", "Xception", 299, 1.05),
}
# Networks that Fovea has no architecture of: it reads the ONNX file. torchvision's name -> side
OTHERS = {
    "mobilenet_v3_large": 224, "mobilenet_v3_small": 224, "shufflenet_v2_x1_0": 224, "efficientnet_b0": 224,
    "efficientnet_v2_s": 224, "mnasnet1_0": 224, "regnet_y_400mf": 224, "resnext50_32x4d": 224, "convnext_tiny": 224,
}
NETWORKS |= {name: ("torchvision", name, side, 1.0) for name, side in OTHERS.items()}
QUICK = ["squeezenet1.1", "mobilenetv2", "resnet50", "densenet121"]


def imported_torchvision():
    """torchvision, also where its compiled operators do not load: none of them is in these networks."""
    import re

    import torch

    kept = torch.library.Library("torchvision", "FRAGMENT")
    for _ in range(20):
        try:
            import torchvision

            torchvision.operators_kept = kept
            return torchvision
        except RuntimeError as error:
            missing = re.search(r"operator torchvision::(\w+) does not exist", str(error))
            if not missing:
                raise
            kept.define(missing[1] + "(Tensor x) -> Tensor")
            for module in [m for m in sys.modules if m.startswith("torchvision")]:
                del sys.modules[module]
    raise SystemExit("torchvision does not load")


def prepare(name, path):
    source, theirs, side, _ = NETWORKS[name]
    if source == "torchvision":
        import torch

        torchvision = imported_torchvision()
        extra = {"aux_logits": False, "init_weights": True} if theirs == "googlenet" else {}
        torch.manual_seed(1)
        model = getattr(torchvision.models, theirs)(weights=None, **extra).eval()
        torch.onnx.export(
            model, torch.zeros(1, 3, side, side), str(path), input_names=["input"], output_names=["output"],
            dynamic_axes={"input": {0: "N"}, "output": {0: "N"}}, opset_version=17, dynamo=False)
    else:
        import keras

        import keras_onnx

        keras.utils.set_random_seed(1)
        path.write_bytes(keras_onnx.serialised(getattr(keras.applications, theirs)(weights=None)))


class OnnxRuntime:
    def __init__(self, path, threads, x):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        self.session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name
        self.x = x

    def run(self):
        return self.session.run(None, {self.input: self.x})[0]


class Torch:
    def __init__(self, path, threads, x, channels_last):
        import torch

        import onnx_torch

        torch.set_num_threads(threads)
        self.graph = onnx_torch.Graph(path, channels_last)
        self.x = torch.from_numpy(x).contiguous(memory_format=self.graph.layout)

    def run(self):
        return self.graph(self.x).numpy()


class Fovea:
    """A process that runs one pass for each line it is sent and answers with its milliseconds."""

    def __init__(self, tool, name, path, threads, batch, same_weights):
        command = [tool, "benchmark", str(path) if same_weights else name]
        self.process = subprocess.Popen(
            command + ["--threads", str(threads), "--batch", str(batch), "--each-line"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def milliseconds(run):
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def wait_until_idle():
    """Waits for the peers' threads to sleep: pools look out for more work after a pass, onnxruntime's for some 60 ms,
    and would take a core from the next to run."""
    for _ in range(50):
        before = time.process_time()
        # the clock of a thread that runs is brought up to date a few times in a hundredth of a second
        time.sleep(0.02)
        if time.process_time() - before < 0.002:
            return


def compare(name, path, threads, batch, given):
    side = NETWORKS[name][2]
    x = np.random.default_rng(5).normal(size=(batch, 3, side, side)).astype(np.float32)
    peers = {"onnxruntime": OnnxRuntime(path, threads, x)}
    if not given.no_torch:
        peers["torch"] = Torch(path, threads, x, False)
        peers["torch-last"] = Torch(path, threads, x, True)
        expected, found = peers["onnxruntime"].run(), peers["torch-last"].run()
        assert np.abs(expected - found).max() <= 1e-3 * np.abs(expected).max(), "the peers disagree"
    ours = Fovea(given.fovea, name, path, threads, batch, given.same_weights or name in OTHERS)
    times = {key: [] for key in [*peers, "fovea"]}
    for turn in range(5 + given.rounds):
        for key, peer in peers.items():
            taken = milliseconds(peer.run)
            if turn >= 5:
                times[key].append(taken)
            wait_until_idle()
        taken = ours.run()
        if turn >= 5:
            times["fovea"].append(taken)
    ours.close()
    median = {key: statistics.median(values) for key, values in times.items()}
    torch = min((median[key] for key in ("torch", "torch-last") if key in median), default=float("nan"))
    goal = NETWORKS[name][3] if threads == 2 and batch == 1 else 1.0
    return {
        "network": name, "threads": threads, "batch": batch, "onnxruntime": median["onnxruntime"], "torch": torch,
        "fovea": median["fovea"], "ratio": median["onnxruntime"] / median["fovea"], "torch_ratio": torch / median["fovea"],
        "goal": goal}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--networks", default=",".join(n for n in NETWORKS if n not in OTHERS), help="names, with commas between them")
    arguments.add_argument("--threads", default="1,2")
    arguments.add_argument("--batches", default="1,8")
    arguments.add_argument("--rounds", type=int, default=21, help="turns that count")
    arguments.add_argument("--quick", action="store_true", help="four small networks at batch 1 on two threads")
    arguments.add_argument("--others", action="store_true", help="the networks that Fovea reads from ONNX files")
    arguments.add_argument("--no-torch", action="store_true")
    arguments.add_argument("--same-weights", action="store_true", help="Fovea reads the ONNX file")
    arguments.add_argument("--prepare-only", action="store_true", help="write the ONNX files that are not there yet")
    arguments.add_argument("--folder", type=Path, default=Path("/tmp/fovea-bench-networks"), help="where the ONNX files are kept")
    arguments.add_argument("--fovea", default=str(ROOT / ".build/release/fovea"))
    arguments.add_argument("--json", type=Path, help="append each result to this file as a line of JSON")
    arguments.add_argument("--prepare", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.prepare:
        prepare(given.prepare, given.folder / f"{given.prepare}.onnx")
        return 0
    if given.quick:
        given.networks, given.threads, given.batches = ",".join(QUICK), "2", "1"
    if given.others:
        # the peers' graph runner does not know their operations
        given.networks, given.no_torch = ",".join(OTHERS), True
    names = given.networks.split(",")
    unknown = [name for name in names if name not in NETWORKS]
    if unknown:
        arguments.error(f"no network {', '.join(unknown)}; there are {', '.join(NETWORKS)}")
    given.folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if not (given.folder / f"{name}.onnx").exists():
            # in a process of its own: what TensorFlow keeps in memory and in threads must not disturb the timing
            subprocess.run([sys.executable, __file__, "--prepare", name, "--folder", str(given.folder)], check=True)
    if given.prepare_only:
        return 0
    print(f"{'network':<18} {'threads':>7} {'batch':>5} {'onnxruntime':>11} {'torch':>8} {'fovea':>8} {'ratio':>6} {'goal':>5} {'torch':>6}")
    short = 0
    for name in names:
        for batch in map(int, given.batches.split(",")):
            for threads in map(int, given.threads.split(",")):
                r = compare(name, given.folder / f"{name}.onnx", threads, batch, given)
                short += r["ratio"] < (r["goal"] if r["goal"] > 1 else 0.97)
                print(
                    f"{name:<18} {threads:>7} {batch:>5} {r['onnxruntime']:>11.2f} {r['torch']:>8.2f} {r['fovea']:>8.2f} "
                    f"{r['ratio']:>6.2f} {r['goal']:>5.2f} {r['torch_ratio']:>6.2f}", flush=True)
                if given.json:
                    with given.json.open("a") as lines:
                        lines.write(json.dumps(r) + "\n")
    print(f"milliseconds a pass; ratio = onnxruntime / fovea, then torch / fovea; {short} short of the goal")
    return 0


if __name__ == "__main__":
    sys.exit(main())
