#!/usr/bin/env bash
# Finds or installs the browser that the reports are tested in: Debian's chromium with its driver, and a font.
set -euo pipefail
missing=""
command -v chromium >/dev/null 2>&1 || missing+=" chromium"
command -v chromedriver >/dev/null 2>&1 || missing+=" chromium-driver"
command -v python3 >/dev/null 2>&1 || missing+=" python3"
fc-list 2>/dev/null | grep -q . || missing+=" fonts-dejavu-core"
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
  echo "fovea browser tests: these are missing (Debian names):$missing" >&2
  exit 1
fi
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
printf 'fovea browser tests: installing%s\n' "$missing"
# shellcheck disable=SC2086  # $missing is a list of package names
install() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing; }
install >/dev/null 2>&1 || { "${as_root[@]}" apt-get update -q >/dev/null && install >/dev/null; }
