#!/usr/bin/env bash
# Words that have no place in the sources: traps on input, work left half done, flags that break users of the package.
set -euo pipefail
cd "$(dirname "$0")/.."
status=0
forbid() { # pattern, reason, folders...
  local pattern=$1 reason=$2
  shift 2
  local found
  found=$(grep -rnE "$pattern" "$@" --include='*.swift' --include='*.c' --include='*.h' || true)
  [ -z "$found" ] || { printf '%s\n^ %s\n' "$found" "$reason" >&2; status=1; }
}
forbid '\bfatalError\(|\btry!|\bas!' 'input must end in an error, never in a trap' Sources
forbid '\bTODO\b|\bFIXME\b|\bXXX\b' 'nothing is left half done: finish it or file it' Sources Tests
forbid '@testable|unsafeFlags' 'tests run in release; the package stays usable as a dependency' Sources Tests Package.swift
long=$(git ls-files 'Sources/*.swift' 'Sources/*.c' 'Tests/*.swift' | xargs -r wc -l | awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines" }')
[ -z "$long" ] || { printf '%s\n^ past 600 lines there is a second idea: split the file\n' "$long" >&2; status=1; }
exit $status
