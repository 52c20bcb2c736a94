#!/usr/bin/env bash
# Builds the reference of the library's public symbols as a DocC archive: .build/docs/Fovea.doccarchive
set -euo pipefail
cd "$(dirname "$0")/.."
docc=$(command -v docc || xcrun --find docc 2>/dev/null) || { echo "docs: the Swift toolchain here has no docc" >&2; exit 1; }
graphs=.build/docs/symbol-graphs
rm -rf .build/docs && mkdir -p "$graphs"
swift build -c release --product fovea -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$PWD/$graphs" \
  -Xswiftc -symbol-graph-minimum-access-level -Xswiftc public --scratch-path .build/docs/build
# Only our own rooms, not the packages we stand on.
for graph in "$graphs"/*.symbols.json; do
  room=$(basename "$graph" .symbols.json)
  [ -d "Sources/${room%%@*}" ] || rm "$graph"
done
"$docc" convert --additional-symbol-graph-dir "$graphs" --fallback-display-name Fovea \
  --fallback-bundle-identifier fovea --output-path .build/docs/Fovea.doccarchive
echo "docs: .build/docs/Fovea.doccarchive"
