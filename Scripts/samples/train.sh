#!/usr/bin/env bash
# Trains the networks that the demo shows, from nothing, on CIFAR-10, and puts them into Samples/networks.
#
#   Scripts/samples/train.sh .build/release/fovea folder-of-cifar10 [epochs of the classifier] [of the denoiser]
set -euo pipefail
tool=$1 data=${2:?the folder of CIFAR-10} epochs=${3:-12} denoising=${4:-4}
out=Output/samples-training
networks=Samples/networks

# A large rate, weight decay and moving pictures leave smooth kernels: what no picture asks for decays to nothing.
"$tool" train --network cifar10-filters --data "$data" --epochs "$epochs" --batch 64 --optimizer nesterov \
  --learning-rate 0.05 --cosine --l2 1e-3 --augment --seed 7 --resume -o "$out"
cp "$out/model.h5" $networks/cifar10-filters.h5
cp "$out/labels.txt" $networks/cifar10-filters.labels.txt
cp "$out/history.csv" $networks/cifar10-filters.history.csv
"$tool" evaluate $networks/cifar10-filters.h5 --data "$data" -o "$out/evaluated"

"$tool" denoise --data "$data" --epochs "$denoising" --resume -o "$out/denoiser"
cp "$out/denoiser/denoiser.h5" $networks/denoiser.h5
cp "$out/denoiser/denoising.csv" $networks/denoiser.csv
