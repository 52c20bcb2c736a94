#!/usr/bin/env bash
# Makes a bare Debian or Ubuntu machine ready to build Fovea: checks the Swift toolchain, finds the C libraries
# that are missing and installs them with apt. On macOS, and where it may not install, it says what to do instead.
#
#   Scripts/setup.sh            check, and install what is missing
#   Scripts/setup.sh --check    check only; exit status 1 when something is missing
set -euo pipefail

required_swift="6.2"
# one row per library: its pkg-config name, its Debian package, its Homebrew formula
libraries="
vips        libvips-dev      vips
openblas    libopenblas-dev  openblas
hdf5        libhdf5-dev      hdf5
libzip      libzip-dev       libzip
libdeflate  libdeflate-dev   libdeflate
zlib        zlib1g-dev       zlib
"

fail() { printf 'fovea setup: %s\n' "$*" >&2; exit 1; }

check_swift() {
  command -v swift >/dev/null 2>&1 \
    || fail "Swift $required_swift or later is needed and no 'swift' was found. Get it from https://www.swift.org/install"
  local found
  found=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1)
  [ -n "$found" ] || fail "'swift --version' named no version. Reinstall Swift from https://www.swift.org/install"
  [ "$(printf '%s\n%s\n' "$required_swift" "$found" | sort -V | head -n 1)" = "$required_swift" ] \
    || fail "Swift $required_swift or later is needed; this is Swift $found. Get a newer one from https://www.swift.org/install"
}

# The names in column $1 (2: Debian, 3: Homebrew) of the libraries that pkg-config cannot find.
missing_packages() {
  local column=$1 pkg_config_name row
  if ! command -v pkg-config >/dev/null 2>&1; then
    echo pkg-config
    printf '%s\n' "$libraries" | awk -v c="$column" 'NF { print $c }'
    return
  fi
  printf '%s\n' "$libraries" | awk 'NF' | while read -r row; do
    pkg_config_name=$(printf '%s' "$row" | awk '{ print $1 }')
    pkg-config --exists "$pkg_config_name" 2>/dev/null || printf '%s\n' "$row" | awk -v c="$column" '{ print $c }'
  done
}

check_swift

if [ "$(uname -s)" = Darwin ]; then
  missing=$(missing_packages 3 | tr '\n' ' ')
  [ -z "${missing// /}" ] || fail "these are missing: $missing- install them with: brew install $missing"
  exit 0
fi

missing=$(missing_packages 2 | tr '\n' ' ')
[ -n "${missing// /}" ] || exit 0
[ "${1:-}" != --check ] || fail "these packages are missing: $missing"
command -v apt-get >/dev/null 2>&1 \
  || fail "these libraries are missing: $missing(Debian names). Install their development packages with your package manager, then run make again."

as_root=""
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null 2>&1 \
    || fail "these packages are missing: ${missing}- as root, run: apt-get install --no-install-recommends $missing"
  as_root="sudo"
fi
printf 'fovea setup: installing %s\n' "$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086  # $missing is a list of package names
install() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing; }
# An old package list is enough when it is there; refresh it only when it is not.
install >/tmp/fovea-setup.$$.log 2>&1 || {
  $as_root apt-get update -q >/dev/null && install >/tmp/fovea-setup.$$.log 2>&1
} || {
  tail -n 20 "/tmp/fovea-setup.$$.log" >&2
  rm -f "/tmp/fovea-setup.$$.log"
  fail "apt-get could not install: $missing"
}
rm -f "/tmp/fovea-setup.$$.log"
still=$(missing_packages 2 | tr '\n' ' ')
[ -z "${still// /}" ] || fail "still missing after the installation: $still"
