#!/usr/bin/env bash
# Trains the network whose filters the demo shows, from nothing, on CIFAR-10, and puts it into Samples/networks.
#
#   Scripts/samples/train.sh .build/release/fovea folder-of-cifar10 [epochs]
set -euo pipefail
tool=$1 data=${2:?the folder of CIFAR-10} epochs=${3:-8}
out=Output/samples-training
"$tool" train --network cifar10-filters --data "$data" --epochs "$epochs" --batch 64 --optimizer nesterov \
  --learning-rate 0.02 --decay 1e-4 --l2 5e-4 --augment --shift 0.08 --seed 7 --resume -o "$out"
cp "$out/model.h5" Samples/networks/cifar10-filters.h5
cp "$out/labels.txt" Samples/networks/cifar10-filters.labels.txt
cp "$out/history.csv" Samples/networks/cifar10-filters.history.csv
"$tool" evaluate Samples/networks/cifar10-filters.h5 --data "$data" -o "$out/evaluated"
