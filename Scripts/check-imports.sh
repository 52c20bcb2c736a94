#!/usr/bin/env bash
# Imports go down only. For each room, the rooms and system libraries it may import; every room may import TensorCore.
# The table is the one of the plan of the house (CONTRIBUTING.md, "The rooms").
set -euo pipefail
cd "$(dirname "$0")/.."

allowed() {
  case $1 in
    TensorCore)    echo "CKernels COpenBLAS" ;;
    Convolution)   echo "CKernels" ;;
    Isolation)     echo "" ;;
    Imaging)       echo "CKernels CVips CVipsShim CDeflate CZlib Isolation" ;;
    Filtering)     echo "Imaging Convolution" ;;
    NeuralNetwork) echo "Convolution" ;;
    WeightFiles)   echo "Isolation CHDF5 CZip CZlib" ;;
    ModelFiles)    echo "WeightFiles Isolation NeuralNetwork Convolution" ;;
    Inference)     echo "ModelFiles Imaging NeuralNetwork Convolution" ;;
    Datasets)      echo "Imaging CZlib" ;;
    Training)      echo "NeuralNetwork Convolution Datasets ModelFiles" ;;
    Visualization) echo "Imaging NeuralNetwork" ;;
    Batch)         echo "CXattr" ;;
    Reports)       echo "Visualization Inference Batch Imaging NeuralNetwork" ;;
    Fovea | fovea-tool | fovea-lecture | fovea-worker) echo "*" ;;
    *) return 1 ;;
  esac
}

ours=$(find Sources -mindepth 1 -maxdepth 1 -type d -printf '%f\n' 2>/dev/null || ls Sources)
status=0
complain() { printf 'imports: %s\n' "$*" >&2; status=1; }

for folder in Sources/*/; do
  room=$(basename "$folder")
  case $room in C[A-Z]*) continue ;; esac # C targets import nothing
  rooms=$(allowed "$room") || { complain "the room $room is not in the table of Scripts/check-imports.sh"; continue; }
  [ "$rooms" = "*" ] && continue
  while IFS=: read -r file line imported; do
    [ -n "$imported" ] || continue
    case $imported in "$room" | TensorCore) [ "$room" != Batch ] && [ "$room" != Isolation ] && continue ;; esac
    printf '%s\n' "$ours" | grep -qx "$imported" || continue # not a room of ours
    case " $rooms " in *" $imported "*) ;; *) complain "$file:$line: $room may not import $imported" ;; esac
  done < <(grep -rnE '^ *(@[a-z_]+(\([a-z]+\))? +)?((public|package|internal|private|fileprivate) +)?import +' "$folder" --include='*.swift' \
    | sed -E 's/^([^:]+:[0-9]+):.*import +((struct|class|enum|func|protocol|typealias|let|var) +)?([A-Za-z0-9_]+).*/\1:\4/')
done

# A system library has one importer.
for pair in CVips:Imaging CHDF5:WeightFiles COpenBLAS:TensorCore; do
  library=${pair%%:*} owner=${pair##*:}
  while IFS= read -r file; do
    case $file in Sources/$owner/* | Sources/CVipsShim/*) ;; *) complain "$file: only $owner imports $library" ;; esac
  done < <(grep -rlE "import +$library\b" Sources Tests --include='*.swift' || true)
done
exit $status
