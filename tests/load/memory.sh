#!/usr/bin/env bash
# How much memory the server takes while eight clients publish, upload and download artifacts of 64 MiB at once.
#
#   tests/load/memory.sh SERVER CLI [LIMIT_MB]
#
# Prints the largest VmRSS of the server and fails above the limit (150 MB, of 1,000,000 bytes). Local files, and also S3
# where PLIMSOLL_TEST_S3_… (tests/rgw.sh) are set.
set -euo pipefail
shopt -s inherit_errexit

here=$(dirname "$(realpath "$0")")
server=$(realpath "${1:?the server program}")
cli=$(realpath "${2:?the command line program}")
limit_mb=${3:-150}
clients=8
rounds=2
artifact_mib=64

work=$(mktemp -d)
cleanup() {
  [ -z "${sampler:-}" ] || kill "$sampler" 2>/dev/null || true
  "$here/../server.sh" stop "$work/server"
  rm -rf "$work"
}
trap cleanup EXIT

# Artifacts that the gate approves at once: data that does not compress, and no code.
make_artifacts() {
  local n dir
  for n in $(seq "$clients"); do
    dir=$work/plugin-$n
    mkdir -p "$dir/assets"
    head -c "$((artifact_mib * 1024 * 1024))" /dev/urandom >"$dir/assets/photo.png"
    cat >"$dir/objectstack.plugin.json" <<JSON
{"id": "com.acme.photos-$n", "version": "1.0.0", "type": "plugin", "name": "Photos $n"}
JSON
    "$cli" --json pack "$dir" -o "$work/$n.osplugin" >/dev/null
    rm -r "$dir"
    sha256sum "$work/$n.osplugin" | cut -d' ' -f1 >"$work/$n.sha256"
  done
}

# Runs a function once for each client, all at the same time; fails if one of them fails.
at_once() {
  local pids=() pid n
  for n in $(seq "$clients"); do
    "$@" "$n" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid"; done
}

publish() {
  "$cli" --home "$work/home-$1" --json publish "$work/$1.osplugin" --publisher acme >"$work/$1.json"
  grep -q '"state": *"approved"' "$work/$1.json"
}

upload() {
  curl -sSf --max-time 300 -o /dev/null -T "$work/$1.osplugin" -K "$work/curl" "$PLIMSOLL_REGISTRY/v1/artifacts/$(cat "$work/$1.sha256")"
}

download() {
  local sha256
  sha256=$(cat "$work/$1.sha256")
  curl -sSf --max-time 300 -K "$work/curl" "$PLIMSOLL_REGISTRY/v1/artifacts/$sha256" | sha256sum | grep -q "^$sha256"
}

# One client that uploads while another one downloads.
both() {
  local uploading
  upload "$1" &
  uploading=$!
  download "$(($1 % clients + 1))"
  wait "$uploading"
}

# Every 50 ms: the resident kilobytes.
sample() {
  local kilobytes _
  while read -r _ kilobytes _ < <(grep VmRSS "/proc/$1/status" 2>/dev/null); do
    echo "$kilobytes"
    sleep 0.05
  done
}

measure() { # NAME
  "$here/../server.sh" start "$work/server" "$server"
  # shellcheck source=/dev/null
  . "$work/server/env"
  (umask 077 && echo "header = \"authorization: Bearer $PLIMSOLL_TOKEN\"" >"$work/curl")
  "$cli" --json publisher create acme >/dev/null
  sample "$SERVER_PID" >"$work/samples" &
  sampler=$!
  at_once publish
  for _ in $(seq "$rounds"); do
    at_once upload
    at_once download
    at_once both
  done
  "$here/../server.sh" stop "$work/server"
  wait "$sampler" || true
  sampler=
  rm -rf "$work/server"
  local largest
  largest=$(sort -n "$work/samples" | tail -n 1)
  awk -v kib="$largest" -v limit="$limit_mb" -v name="$1" -v count="$(wc -l <"$work/samples")" 'BEGIN {
    mb = kib * 1024 / 1e6
    printf "memory, %s: largest VmRSS %.1f MB of %d samples (limit %d MB)\n", name, mb, count, limit
    exit mb > limit
  }'
}

make_artifacts
measure "local files"
if [ -n "${PLIMSOLL_TEST_S3_ENDPOINT:-}" ]; then
  bucket=memory-$$
  (umask 077 && echo "user = \"$PLIMSOLL_TEST_S3_ACCESS_KEY:$PLIMSOLL_TEST_S3_SECRET_KEY\"" >"$work/s3")
  curl -sSf --max-time 300 -K "$work/s3" --aws-sigv4 aws:amz:us-east-1:s3 -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' -X PUT -d '' \
    "$PLIMSOLL_TEST_S3_ENDPOINT/$bucket"
  export PLIMSOLL_SERVER_BLOBS__URL=s3://$bucket
  export PLIMSOLL_SERVER_BLOBS__ENDPOINT=$PLIMSOLL_TEST_S3_ENDPOINT
  export PLIMSOLL_SERVER_BLOBS__REGION=us-east-1
  export PLIMSOLL_SERVER_BLOBS__ACCESS_KEY_ID=$PLIMSOLL_TEST_S3_ACCESS_KEY
  export PLIMSOLL_SERVER_BLOBS__SECRET_ACCESS_KEY=$PLIMSOLL_TEST_S3_SECRET_KEY
  export PLIMSOLL_SERVER_BLOBS__ALLOW_HTTP=true
  measure "S3"
fi
