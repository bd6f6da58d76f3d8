#!/usr/bin/env bash
# A throw-away registry in its own process, on SQLite and local files unless PLIMSOLL_SERVER_… variables say otherwise.
#
#   tests/server.sh start DIR SERVER   starts the program SERVER below DIR, on a free port of 127.0.0.1, and writes DIR/env
#                                      with PLIMSOLL_REGISTRY (its address), PLIMSOLL_TOKEN (the first administrator's),
#                                      PLIMSOLL_FINGERPRINT (of its key) and SERVER_PID
#   tests/server.sh stop DIR           ends exactly that process
set -eEuo pipefail

action=${1:?start or stop}
dir=$(realpath -m "${2:?a directory}")

stop() {
  [ -f "$dir/pid" ] || return 0
  pid=$(cat "$dir/pid")
  # The id may have been given to another process since: look at what runs under it.
  if grep -qs "$dir/data" "/proc/$pid/cmdline"; then
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 300); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$pid" 2>/dev/null || true
  fi
  rm -f "$dir/pid"
}

start() {
  local server=${1:?the server program}
  mkdir -p "$dir"
  umask 077
  # The shell in the background opens it later than the loop below may look into it.
  : >"$dir/log"
  PLIMSOLL_SERVER_LOG__FORMAT=json setsid "$server" --data-dir "$dir/data" --listen 127.0.0.1:0 \
    >"$dir/out" 2>"$dir/log" </dev/null &
  local pid=$! url=
  echo "$pid" >"$dir/pid"
  for _ in $(seq 300); do
    kill -0 "$pid"
    url=$(sed -n 's/.*"listening".*"address":"\([^"]*\)".*/http:\/\/\1/p' "$dir/log")
    [ -n "$url" ] && curl -sf -o /dev/null --max-time 2 "$url/readyz" && break
    url=
    sleep 0.1
  done
  [ -n "$url" ]
  {
    echo "export PLIMSOLL_REGISTRY=$url"
    echo "export PLIMSOLL_TOKEN=$(sed -n 's/^admin-token: //p' "$dir/out")"
    echo "export PLIMSOLL_FINGERPRINT=$(curl -sf "$url/.well-known/plimsoll.json" |
      python3 -c 'import json, sys; print(json.load(sys.stdin)["keys"][0]["keyId"])')"
    echo "export SERVER_PID=$pid"
  } >"$dir/env"
}

case $action in
  start)
    trap 'echo "server.sh: could not start; the log is $dir/log" >&2; tail -n 5 "$dir/log" >&2; stop' ERR
    start "${3:-}"
    ;;
  stop) stop ;;
  *)
    echo "usage: tests/server.sh start DIR SERVER | stop DIR" >&2
    exit 2
    ;;
esac
