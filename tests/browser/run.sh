#!/usr/bin/env bash
# The approval page in a real browser: Debian's chromium, driven by keyboard alone, looked at by axe-core.
#
#   tests/browser/run.sh SERVER CLI [SCREENSHOTS]
#
# Needs node, npm and chromium; the tools come, pinned, from the package registry that npm is set to. Writes pictures of the
# pages into the directory SCREENSHOTS, if one is named.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
server=$(realpath "${1:?the server program}")
cli=$(realpath "${2:?the command line program}")
screenshots=${3:-}
[ -z "$screenshots" ] || { mkdir -p "$screenshots" && screenshots=$(realpath "$screenshots"); }

work=$(mktemp -d)
cleanup() {
  "$here/../server.sh" stop "$work/server"
  rm -rf "$work"
}
trap cleanup EXIT

cd "$here"
npm ci --ignore-scripts --no-audit --no-fund
"$here/../server.sh" start "$work/server" "$server"
# shellcheck source=/dev/null
. "$work/server/env"
PASSWORD=$(head -c 18 /dev/urandom | base64)
"$cli" --home "$work/home" --json account create dana --email dana@example.org >/dev/null
printf '%s\n' "$PASSWORD" | "$cli" --home "$work/home" --json account password dana >/dev/null
export PASSWORD CHROMIUM SCREENSHOTS=$screenshots
CHROMIUM=$(command -v chromium)
timeout 300 node approve.mjs
