#!/usr/bin/env bash
# The real ObjectStack command line and runtime, unmodified, against a registry; what they print is compared with golden texts.
#
#   tests/objectstack/run.sh SERVER CLI [SCENARIO…]      SCENARIO: a file of scenarios/ without `.sh`; by default all
#
# See README.md beside this file.
set -euo pipefail
shopt -s inherit_errexit

here=$(dirname "$(realpath "$0")")
server=$(realpath "${1:?the server program}")
plimsoll=$(realpath "${2:?the command line program}")
shift 2
samples=$here/../fixtures/objectstack
work=$(realpath "$(mktemp -d)")
scenario=

finish() {
  local status=$?
  set +e
  stop_runtime
  stop_site
  "$here/../server.sh" stop "$work/server"
  [ -z "$scenario" ] || { echo "the scenario $scenario stopped; until there it had printed:"; cat "$work/transcript"; } >&2
  rm -rf "$work"
  exit "$status"
}
# shellcheck source=tests/objectstack/lib.sh
. "$here/lib.sh"
trap finish EXIT
trap 'exit 130' INT TERM

install_clients
# Sources of Apps import from what is installed.
ln -s "$here/node_modules" "$work/node_modules"
[ $# -gt 0 ] || set -- $(cd "$here/scenarios" && printf '%s\n' *.sh | sed 's/\.sh$//')
failed=
for scenario; do
  begin_scenario
  # shellcheck source=/dev/null
  . "$here/scenarios/$scenario.sh"
  end_scenario || failed="$failed $scenario"
done
scenario=
[ -z "$failed" ] || { echo "printed otherwise than the golden texts say:$failed" >&2; exit 1; }
