#!/usr/bin/env bash
# What `make demo` shows: the samples, or your own pictures, filtered, and networks looked into.
#
#   Scripts/demo.sh TOOL [FOLDER-OF-PICTURES]
set -euo pipefail
tool=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
photos=${2:-}
if [ -n "$photos" ]; then
  [ -d "$photos" ] || { echo "demo: PHOTOS=$photos: there is no such folder" >&2; exit 64; }
  photos=$(cd "$photos" && pwd)
fi
cd "$(dirname "$0")/.."
pictures=${photos:-Samples/still-life.jpg}
networks=Samples/networks
out=Output/demo
status=0

say() { # what is shown, then the arguments of fovea
  printf '\n%s\n  fovea' "$1"
  printf ' %q' "${@:2}"
  printf '\n'
}
draw() { # the same, for commands that write pictures
  say "$@"
  # One unreadable picture of the user's does not end the demo; the tool has named it.
  "$tool" "${@:2}" --overwrite --quiet || { status=$?; [ "$status" = 1 ] || exit "$status"; }
}
tell() { # the same, for commands that print
  say "$@"
  "$tool" "${@:2}"
}

draw 'A Gaussian blur' filter gaussian --sigma 3 "$pictures" -o "$out/gaussian"
draw 'Edges: the magnitude of the Sobel gradient' filter sobel "$pictures" -o "$out/sobel"
draw 'Edges along the columns, 0 drawn as mid-grey' filter sobel --component x "$pictures" -o "$out/sobel-x"
draw 'The direction of those edges as a hue' filter sobel --component direction "$pictures" -o "$out/direction"
draw 'Thin edges by the Canny detector' filter canny --sigma 2 "$pictures" -o "$out/canny"
draw 'Smooth within edges' filter bilateral --sigma-space 3 --sigma-range 30 "$pictures" -o "$out/bilateral"
draw 'Stripes of four directions' \
  filter gabor --wavelength 8 --angle 0,45,90,135 "$pictures" -o "$out/gabor-bank"
for mode in valid same full; do
  draw "A box blur in the mode '$mode', black beyond the border" \
    filter box --size 41x41 --mode "$mode" --boundary constant "$pictures" -o "$out/box-$mode"
done
draw 'The lecture'"'"'s kernel of 3x3 taps' \
  correlate --kernel '0 1 2; 2 2 0; 0 1 2' --normalise "$pictures" -o "$out/kernel"
draw 'The digit 3 found on a page of digits: bright where it is' \
  correlate --kernel Samples/digit-three-kernel.npy Samples/digits.png -o "$out/digits/threes.png"
draw 'Fitted into a square' resize --size 224x224 --fit contain "$pictures" -o "$out/resized"
tell 'The tensors of a weight file' inspect "$networks/synthetic-gabor-bank.h5"
tell 'A published network, layer by layer' summary vgg16
draw 'The first kernels of a network that Fovea trained on CIFAR-10: edges and blobs of colour' \
  filters "$networks/cifar10-filters.h5" --note 'trained on CIFAR-10' -o "$out/learned-filters"
draw 'What its first layers make of a drawn ship' \
  activations "$networks/cifar10-filters.h5" Samples/classes/ship.png --layers activation,activation_1 --top 24 \
  --sort max --note 'trained on CIFAR-10' -o "$out/learned-activations"
tell 'What it takes drawn pictures for' \
  predict "$networks/cifar10-filters.h5" Samples/classes --labels "$networks/cifar10-filters.labels.txt" --top 3 --quiet
draw 'The kernels of a synthetic Gabor bank (made by formulas, not trained)' \
  filters "$networks/synthetic-gabor-bank.h5" --note 'synthetic Gabor bank' -o "$out/filters"
draw 'What that bank makes of the pictures' \
  activations "$networks/synthetic-gabor-bank.h5" "$pictures" --note 'synthetic Gabor bank' -o "$out/gabor"
draw 'The same as pages: open index.html in a browser' \
  report "$networks/synthetic-gabor-bank.h5" "$pictures" --note 'synthetic Gabor bank' -o "$out/report"
draw 'How that bank answers over the pictures, layer by layer' \
  statistics "$networks/synthetic-gabor-bank.h5" "$pictures" --note 'synthetic Gabor bank' -o "$out/statistics"
draw 'Two pictures side by side on one scale' \
  compare "$networks/synthetic-gabor-bank.h5" Samples/still-life.png Samples/zone-plate.png \
  --layers pool --top 6 --note 'synthetic Gabor bank' -o "$out/compare"
draw 'Sobel as a convolutional layer' activations "$networks/sobel.h5" "$pictures" --scale symmetric -o "$out/sobel-layer"
draw 'Four colours as a convolutional layer' activations "$networks/colours.h5" "$pictures" --scale symmetric -o "$out/colours-layer"

printf '\nWritten under %s:\n' "$out"
find "$out" -type f | LC_ALL=C sort | awk 'NR <= 40 { print "  " $0 } END { if (NR > 40) print "  ... and " NR - 40 " more" }'
exit "$status"
