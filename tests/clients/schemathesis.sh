#!/usr/bin/env bash
# Looks for requests that the registry answers otherwise than its OpenAPI document says: with a status, a media type or a body
# that is not documented there, or with 5xx. Once as nobody, once as the administrator.
#
#   tests/clients/schemathesis.sh SERVER CLI [SECONDS]      SECONDS: for each of the two runs, 90 by default
#
# Needs python3 with venv; PLIMSOLL_TEST_VENV as in run.sh.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
server=$(realpath "${1:?the server program}")
cli=$(realpath "${2:?the command line program}")
seconds=${3:-90}
samples=$here/../fixtures/objectstack

work=$(mktemp -d)
cleanup() {
  "$here/../server.sh" stop "$work/server"
  rm -rf "$work"
}
trap cleanup EXIT

venv=${PLIMSOLL_TEST_VENV:-$work/venv}
# shellcheck source=tests/clients/venv.sh
. "$here/venv.sh"
make_venv "$venv"

"$here/../server.sh" start "$work/server" "$server"
# shellcheck source=/dev/null
. "$work/server/env"

# Something to find: the examples of the document name this publisher.
export PLIMSOLL_HOME=$work/home
"$cli" --json publisher create acme >/dev/null
"$cli" --json key add "$samples/acme-2026.pub.pem" --publisher acme --key-id acme-2026 >/dev/null
"$cli" --json publish "$samples/com.acme.vat-check-1.0.0.osplugin" --publisher acme \
  --signature "$samples/com.acme.vat-check-1.0.0.osplugin.sig" >/dev/null

look() { # WHO OPTION…
  echo "schemathesis as $1"
  shift
  # The tool ends by itself when its time is over; this is for when it does not.
  timeout "$((seconds + 60))" "$venv/bin/schemathesis" --config-file "$here/schemathesis.toml" run \
    --url "$PLIMSOLL_REGISTRY" --max-time "$seconds" "$@" "$PLIMSOLL_REGISTRY/openapi.json"
}

cd "$work"
look nobody
look administrator --header "Authorization: Bearer $PLIMSOLL_TOKEN"
