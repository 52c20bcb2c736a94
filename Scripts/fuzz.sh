#!/usr/bin/env bash
# Damages files at random, longer than the tests do, and has libFuzzer look for input that ends a reader.
#
#   Scripts/fuzz.sh SECONDS [READER...]     so long for each reader (default: all); what ends one is kept in Fuzz/.build/found
#
# Runs at low priority. Exits with status 1 when a reader crashed, hung, or took more memory than a small file can need.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
shift || true

# In one flag: of two the compiler takes the last alone, and libFuzzer would see nothing of what its inputs reach.
swift build -c release --package-path Fuzz --product fovea-fuzz -Xswiftc -use-ld=lld -Xswiftc -sanitize=fuzzer,address
fuzzer=Fuzz/.build/release/fovea-fuzz
[ $# -gt 0 ] || set -- $("$fuzzer" 2>&1 | sed -n 's/^readers: //p' || true)
damage=Tests/WeightFilesTests/Fixtures
status=0

# Seeds: the fixtures of the tests; for HDF5 what a worker replies about them.
seeds() {
  case $1 in
    npy) cp $damage/*.npy $damage/torch/*.npy Samples/*.npy "$2" ;;
    npz) cp $damage/*.npz "$2" ;;
    safetensors) cp $damage/*.safetensors $damage/torch/*.safetensors "$2" ;;
    pytorch) cp $damage/torch/*.pth "$2" ;;
    pickle) cp $damage/torch/*legacy*.pth $damage/torch/layers*.npy "$2" ;;
    caffemodel) cp $damage/damage/*.caffemodel "$2" ;;
    onnx) cp $damage/damage/*.onnx Tests/ModelFilesTests/Fixtures/onnx/*.onnx "$2" ;;
    prototxt) cp $damage/damage/*.prototxt "$2" ;;
    binaryproto) cp $damage/damage/*.binaryproto "$2" ;;
    keras) cp $damage/damage/*.keras "$2" ;;
    tfjs) cp $damage/tfjs/*.json "$2" ;;
    hdf5)
      for file in $damage/*.h5 $damage/damage/*.h5; do
        # A worker may not write files, only to a pipe.
        .build/release/fovea --fovea-worker hdf5 10 1073741824 0 0 "$(wc -c < "$file")" 3< "$file" 4>&1 > /dev/null \
          | cat > "$2/$(basename "$file")" || true
      done ;;
    pictures) cp Samples/*.png Samples/*.jpg Tests/ImagingTests/Fixtures/*.{png,jpg,gif,webp,tiff} "$2" 2> /dev/null || true ;;
    cifar) head -c 6146 /dev/urandom > "$2/two.bin" ;;
    # One picture of 2x2 pixels.
    idx) printf '\0\0\10\3\0\0\0\1\0\0\0\2\0\0\0\2abcd' > "$2/one.idx" ;;
    *) echo "no seeds for $1" >&2; return 1 ;;
  esac
}

for reader; do
  corpus=Fuzz/.build/corpus/$reader found=Fuzz/.build/found/$reader
  mkdir -p "$corpus" "$found"
  seeds "$reader" "$corpus"
  [ -n "$(ls "$corpus")" ] || { echo "   no seeds"; status=1; }
  echo "== $reader"
  # A file of 16 KB deflated holds at most 17 MB.
  ASAN_OPTIONS=detect_leaks=0:handle_abort=1 OPENBLAS_NUM_THREADS=1 VIPS_CONCURRENCY=1 nice -n 19 "$fuzzer" "$reader" \
    -max_total_time="$seconds" -max_len=16384 -timeout=10 -malloc_limit_mb=512 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$found/" "$corpus" > "$found/log" 2>&1 \
    || { status=1; echo "   ended by $(ls -t "$found" | grep -v log | head -n 1)"; grep -m 3 -E 'ERROR|Fatal|SUMMARY' "$found/log" || true; }
  grep -q 'no interesting inputs' "$found/log" && { status=1; echo "   saw nothing of what its inputs reach"; }
  sed -nE 's/^stat::number_of_executed_units: */   inputs: /p; s/^stat::new_units_added: */   that reached something new: /p' \
    "$found/log"
done
rm -rf /dev/shm/fovea-fuzz-*
exit $status
