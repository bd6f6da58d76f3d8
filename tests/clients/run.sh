#!/usr/bin/env bash
# Clients that public tools generate from openapi/openapi.json, each doing one listing and one publish against a server.
#
#   tests/clients/run.sh SERVER CLI
#
# Needs node and npm, and python3 with venv; the tools come, pinned, from the package registries that npm and pip are set to.
# PLIMSOLL_TEST_VENV names a virtual environment to make or use again; by default a new one.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
server=$(realpath "${1:?the server program}")
cli=$(realpath "${2:?the command line program}")
samples=$here/../fixtures/objectstack
sample=$samples/com.acme.vat-check-1.0.0.osplugin

work=$(mktemp -d)
cleanup() {
  "$here/../server.sh" stop "$work/server"
  rm -rf "$work"
}
trap cleanup EXIT

# Runs a command against a new registry in which acme may publish the sample.
with_registry() {
  "$here/../server.sh" start "$work/server" "$server"
  # shellcheck source=/dev/null
  . "$work/server/env"
  "$cli" --home "$work/home" --json publisher create acme >/dev/null
  "$cli" --home "$work/home" --json key add "$samples/acme-2026.pub.pem" --publisher acme --key-id acme-2026 >/dev/null
  "$@" "$sample" "$sample.sig"
  "$here/../server.sh" stop "$work/server"
  rm -rf "$work/server"
}

cd "$here/typescript"
npm ci --ignore-scripts --no-audit --no-fund
node generate.mjs
npx --no-install tsc
with_registry node build/listing-and-publish.js

venv=${PLIMSOLL_TEST_VENV:-$work/venv}
. "$here/venv.sh"
make_venv "$venv"
cd "$here/python"
"$venv/bin/openapi-python-client" generate --path "$here/../../openapi/openapi.json" --meta none --config generator.yml \
  --output-path "$work/python/registry"
PYTHONPATH=$work/python with_registry "$venv/bin/python" listing_and_publish.py
