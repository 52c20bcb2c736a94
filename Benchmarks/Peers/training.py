"""Times steps of training in PyTorch and in Fovea, alternately, in one run, and prints images a second and the ratios.

    swift build -c release --product fovea
    python Benchmarks/Peers/training.py [--networks cifar10-cnn-bn-dropout,resnet20] [--batches 32,128] [--threads 2]

A step is forwards, backwards and RMSprop on a batch of random pictures and labels. PyTorch computes the same network, in
contiguous and in channels-last layout, the better of which counts. Each side takes ten steps a turn; the median turn
counts. Memory is the peak resident size of a process that does nothing but train, its libraries included
(`--memory` runs one). Needs the packages of Scripts/requirements.txt.
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch
from torch import nn
import torch.nn.functional as F

ROOT = Path(__file__).resolve().parents[2]
STEPS = 10


class Lecture(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c2 = nn.Conv2d(3, 32, 3), nn.Conv2d(32, 32, 3)
        self.n1, self.n2, self.n3 = nn.BatchNorm2d(32, 1e-3, 0.01), nn.BatchNorm1d(1152, 1e-3, 0.01), nn.BatchNorm1d(512, 1e-3, 0.01)
        self.d1, self.d2 = nn.Linear(1152, 512), nn.Linear(512, 10)

    def forward(self, x):
        x = self.n1(F.max_pool2d(F.relu(self.c1(x)), 2))
        x = F.max_pool2d(F.relu(self.c2(x)), 2).flatten(1)
        x = F.relu(self.d1(F.dropout(self.n2(x), 0.5, self.training)))
        return self.d2(F.dropout(self.n3(x), 0.5, self.training))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.stride, self.new = stride, outputs - inputs
        self.c1, self.b1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.c2, self.b2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)

    def forward(self, x):
        y = self.b2(self.c2(F.relu(self.b1(self.c1(x)))))
        if self.stride == 2:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.new // 2, self.new - self.new // 2))
        return F.relu(y + x)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        layers, inputs = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()], 16
        for stage, filters in enumerate([16, 32, 64]):
            for index in range(3):
                layers.append(Block(inputs, filters, 2 if stage and index == 0 else 1))
                inputs = filters
        self.body, self.head = nn.Sequential(*layers), nn.Linear(64, 10)

    def forward(self, x):
        return self.head(self.body(x).mean((2, 3)))


NETWORKS = {"cifar10-cnn-bn-dropout": (Lecture, 2.0), "resnet20": (ResNet20, 1.2)}


class Peer:
    def __init__(self, name, batch, channels_last):
        torch.manual_seed(1)
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self.model = NETWORKS[name][0]().to(memory_format=layout).train()
        self.x = torch.rand(batch, 3, 32, 32).contiguous(memory_format=layout)
        self.y = torch.arange(batch) * 7 % 10
        self.optimizer = torch.optim.RMSprop(self.model.parameters(), lr=1e-3, alpha=0.9, eps=1e-7)

    def step(self):
        self.optimizer.zero_grad()
        F.cross_entropy(self.model(self.x), self.y).backward()
        self.optimizer.step()

    def turn(self):
        start = time.perf_counter()
        for _ in range(STEPS):
            self.step()
        return time.perf_counter() - start


class Fovea:
    def __init__(self, tool, name, batch, threads):
        self.process = subprocess.Popen(
            [tool, "benchmark", name, "--training", "--batch", str(batch), "--threads", str(threads), "--each-line"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def turn(self):
        total = 0
        for _ in range(STEPS):
            self.process.stdin.write("\n")
            self.process.stdin.flush()
            total += float(self.process.stdout.readline()) / 1000
        return total

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def peak(command):
    """The most resident memory in MB; what the kernel tells of a child that has ended includes its parent's before exec."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        with open(f"/proc/{process.pid}/status") as status:
            most = max([most] + [int(line.split()[1]) for line in status if line.startswith("VmHWM")])
        time.sleep(0.01)
    return most / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--networks", default=",".join(NETWORKS))
    parser.add_argument("--batches", default="32,128")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--tool", default=str(ROOT / ".build/release/fovea"))
    parser.add_argument("--memory", nargs=2, metavar=("NETWORK", "BATCH"), help="only train, for its memory")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.memory:
        Peer(options.memory[0], int(options.memory[1]), False).turn()
        return
    print(f"torch {torch.__version__}, {options.threads} threads, {STEPS} steps a turn, medians of {options.rounds} turns")
    print(f"{'network':24}{'batch':>6}{'torch':>9}{'Fovea':>9}{'ratio':>7}{'goal':>6}{'torch MB':>10}{'Fovea MB':>10}")
    for name in options.networks.split(","):
        for batch in map(int, options.batches.split(",")):
            peers = [Peer(name, batch, last) for last in (False, True)]
            fovea = Fovea(options.tool, name, batch, options.threads)
            for side in (*peers, fovea):
                side.turn()
            turns = [[], [], []]
            for _ in range(options.rounds):
                for place, side in enumerate((*peers, fovea)):
                    turns[place].append(side.turn())
            fovea.close()
            rates = [STEPS * batch / statistics.median(turn) for turn in turns]
            torch_rate = max(rates[:2])
            memory = [
                peak([sys.executable, __file__, "--memory", name, str(batch)]),
                peak([options.tool, "benchmark", name, "--training", "--batch", str(batch), "--runs", "10"]),
            ]
            print(
                f"{name:24}{batch:6}{torch_rate:9.0f}{rates[2]:9.0f}{rates[2] / torch_rate:7.2f}"
                f"{NETWORKS[name][1]:6.1f}{memory[0]:10.0f}{memory[1]:10.0f}", flush=True)


if __name__ == "__main__":
    main()
