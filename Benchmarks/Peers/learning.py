#!/usr/bin/env python3
"""Trains the lecture's CIFAR-10 network with Fovea and with Keras on the same pictures and settings, and compares the means.

Trained on data_batch_1 to 4, tested on the 10,000 pictures of data_batch_5; with --whole on all five, tested on test_batch. Both start from their own random weights (Keras's
defaults), so single runs differ; the means over the seeds are compared: at most `--within` points apart.

    python Benchmarks/Peers/learning.py --data cifar-10-batches-bin [--variants baseline batch-norm dropout]
        [--epochs 30] [--seeds 1 2 3] [--limit N] [--whole] [--who fovea keras] [--fovea .build/release/fovea] [--backend tensorflow]
"""
import argparse
import csv
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
RATE, DECAY, BATCH = 1e-3, 1e-4, 32
OPTIONS = {"baseline": [], "batch-norm": ["--batch-norm"], "dropout": ["--batch-norm", "--dropout"]}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the folder of CIFAR-10's binary version")
    parser.add_argument("--fovea", type=pathlib.Path, default=ROOT / ".build/release/fovea")
    parser.add_argument("--variants", nargs="+", choices=list(OPTIONS), default=["baseline", "batch-norm"])
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--limit", type=int, help="only the first so many pictures to train on")
    parser.add_argument("--whole", action="store_true", help="train on all five batches, test on test_batch")
    parser.add_argument("--who", nargs="+", choices=["fovea", "keras"], default=["fovea", "keras"], help="who trains")
    parser.add_argument("--within", type=float, default=1.5, help="percentage points the means may lie apart")
    parser.add_argument("--backend", default="tensorflow", help="Keras's: tensorflow, torch or jax")
    return parser.parse_args()


def link(files, folder):
    """A data set of its own: `files` to train on, the last of them to test on."""
    for number, file in enumerate(files[:-1], 1):
        (folder / f"data_batch_{number}.bin").symlink_to(file.resolve())
    (folder / "test_batch.bin").symlink_to(files[-1].resolve())


def records(path):
    raw = np.fromfile(path, np.uint8).reshape(-1, 3073)
    return raw[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).astype(np.float32) / 255, raw[:, 0].astype(np.int32)


def by_fovea(run, data, scratch, variant, seed):
    out = scratch / f"{variant}-{seed}"
    subprocess.run(
        [run.fovea, "train", "--network", "cifar10-cnn", "--data", data, "--limit", str(run.limit), "--epochs", str(run.epochs),
         "--batch", str(BATCH), "--optimizer", "rmsprop", "--learning-rate", str(RATE), "--decay", str(DECAY), "--seed", str(seed),
         "--quiet", "-o", out, *OPTIONS[variant]], check=True, stdout=subprocess.DEVNULL)
    with open(out / "history.csv") as file:
        return float(list(csv.DictReader(file))[-1]["test_accuracy"])


def by_keras(run, pictures, variant, seed):
    import keras
    keras.utils.set_random_seed(seed)
    L, normalises, drops = keras.layers, variant != "baseline", variant == "dropout"
    steps = [keras.Input((32, 32, 3)), L.Conv2D(32, 3, activation="relu"), L.MaxPooling2D()]
    steps += [L.BatchNormalization() for _ in range(normalises)] + [L.Conv2D(32, 3, activation="relu"), L.MaxPooling2D(), L.Flatten()]
    for units, activation in ((512, "relu"), (10, "softmax")):
        steps += [L.BatchNormalization() for _ in range(normalises)] + [L.Dropout(0.5) for _ in range(drops)]
        steps.append(L.Dense(units, activation=activation))
    model = keras.Sequential(steps)
    rate = keras.optimizers.schedules.InverseTimeDecay(RATE, decay_steps=1, decay_rate=DECAY)
    model.compile(keras.optimizers.RMSprop(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    (x, y), test = pictures
    x, y = x[:run.limit], y[:run.limit]
    # After set_random_seed, fit shuffles every epoch into the same order, which costs four points; here every epoch has its own.
    orders = np.random.default_rng(seed)
    for _ in range(run.epochs):
        order = orders.permutation(len(x))
        model.fit(x[order], y[order], batch_size=BATCH, epochs=1, shuffle=False, verbose=0)
    return model.evaluate(*test, batch_size=500, verbose=0)[1]


def main():
    run = arguments()
    os.environ.setdefault("KERAS_BACKEND", run.backend)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    files = [run.data / f"data_batch_{number}.bin" for number in range(1, 6)]
    if run.whole:
        files.append(run.data / "test_batch.bin")
    parts = [records(file) for file in files]
    pictures = [np.concatenate([part[i] for part in parts[:-1]]) for i in (0, 1)], parts[-1]
    run.limit = min(run.limit or len(pictures[0][0]), len(pictures[0][0]))
    print(f"{run.limit} pictures, {run.epochs} epochs, batches of {BATCH}, RMSprop {RATE}, decay {DECAY}; "
          f"tested on {len(parts[-1][1])}", flush=True)
    apart = []
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        data = scratch / "data"
        data.mkdir()
        link(files, data)
        for variant in run.variants:
            found = {who: [] for who in run.who}
            for seed in run.seeds:
                for who in run.who:
                    start = time.monotonic()
                    found[who].append(100 * (by_fovea(run, data, scratch, variant, seed) if who == "fovea"
                                             else by_keras(run, pictures, variant, seed)))
                    print(f"{variant}  seed {seed}  {who}  {found[who][-1]:.2f} %  {time.monotonic() - start:.0f} s", flush=True)
            means = {who: statistics.mean(values) for who, values in found.items()}
            apart.append(max(means.values()) - min(means.values()))
            print(f"{variant}: {', '.join(f'{who} {mean:.2f} %' for who, mean in means.items())}; {apart[-1]:.2f} points apart",
                  flush=True)
    return 0 if max(apart) <= run.within else 1


if __name__ == "__main__":
    sys.exit(main())
