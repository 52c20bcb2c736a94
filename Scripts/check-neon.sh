#!/usr/bin/env bash
# Cross-compiles the micro-kernels of filters and layers for 64-bit ARM and holds NEON to plain loops under an emulator.
# Needs a compiler for the target and an emulator: apt install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user,
# and clang (Swift's will do), for gcc has no ext_vector_type.
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in clang aarch64-linux-gnu-gcc qemu-aarch64; do
  command -v "$tool" > /dev/null || { echo "check-neon: $tool is not there; see the top of Scripts/check-neon.sh" >&2; exit 2; }
done
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
for source in Sources/CKernels/{planes,layers}_*.c Scripts/check-neon*.c; do
  clang --target=aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include -O2 -Wall -Wno-psabi -ISources/CKernels/include \
    -c "$source" -o "$build/$(basename "$source" .c).o"
done
aarch64-linux-gnu-gcc -static "$build"/*.o -lm -o "$build/check"
# 3 is fovea_neon.
qemu-aarch64 "$build/check" 3
