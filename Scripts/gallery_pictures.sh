#!/usr/bin/env bash
# Makes the sheets of Documentation/gallery.md from the samples with the real program.
#   make build && Scripts/gallery_pictures.sh [.build/release/fovea]
set -euo pipefail
cd "$(dirname "$0")/.."
fovea=${1:-.build/release/fovea}
bank=Samples/networks/synthetic-gabor-bank.h5
target=Documentation/pictures/gallery
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$target" "$scratch/pictures"
cp Samples/still-life.png Samples/pear-alpha.png Samples/zone-plate.png Samples/digits.png "$scratch/pictures"
note=(--note "synthetic Gabor bank")
learned=Samples/networks/cifar10-filters.h5
learned_note=(--note "trained on CIFAR-10 by fovea")

"$fovea" filters $learned "${learned_note[@]}" --overwrite -o $target/learned-filters.png
"$fovea" activations $learned Samples/classes/ship.png --layers activation --sort max --top 24 "${learned_note[@]}" \
  -o "$scratch/learned"
cp "$scratch"/learned/ship/*activation.png $target/learned-activations.png

"$fovea" filters $bank --scale symmetric --top 24 "${note[@]}" --overwrite -o $target/filters-symmetric.png
"$fovea" activations $bank Samples/still-life.png --layers relu --sort max --top 12 --caption statistics \
  "${note[@]}" -o "$scratch/activations"
cp "$scratch"/activations/still-life/*relu.png $target/activations.png
"$fovea" activations $bank Samples/still-life.png --layers relu --sort std --top 6 --overlay \
  "${note[@]}" -o "$scratch/overlay"
cp "$scratch"/overlay/still-life/*relu.png $target/overlay.png
"$fovea" statistics $bank "$scratch/pictures" "${note[@]}" -o "$scratch/statistics"
cp "$scratch/statistics/statistics.png" $target/statistics.png
"$fovea" compare $bank Samples/still-life.png Samples/zone-plate.png --layers pool --top 6 "${note[@]}" -o "$scratch/compare"
cp "$scratch"/compare/*/*pool.png $target/compare.png
"$fovea" patches $bank "$scratch/pictures" --layers pool --channels 0-11 --top 4 "${note[@]}" -o "$scratch/patches"
cp "$scratch"/patches/*pool.png $target/patches.png
