# Signing in: with an e-mail address and a password, and with a code that is approved in a browser.

# `os cloud login` at a terminal, while somebody decides in a browser what it asks for.
login_with_browser() { # DECISION
  local code=0 login address
  printf '$ os cloud login --no-browser\n' >>"$work/transcript"
  : >"$work/terminal"
  script --quiet --return --flush --command 'os cloud login --no-browser' "$work/terminal.log" >"$work/terminal" </dev/null &
  login=$!
  for _ in $(seq 300); do
    address=$(grep -oE 'http://[^ ]+user_code=[A-Z0-9-]+' "$work/terminal" || true)
    [ -z "$address" ] || break
    sleep 0.1
  done
  decide "$address" "$1"
  wait "$login" || code=$?
  # Without colours, and of lines that were written over only what stayed.
  sed -E -e 's/\x1b\[[0-9;]*[A-Za-z]//g' -e 's/\r$//' -e 's/.*\r//' -e 's/\b[A-Z]{4}-[A-Z]{4}\b/<code>/' "$work/terminal" >>"$work/transcript"
  [ "$code" = 0 ] || echo "(exit code $code)" >>"$work/transcript"
  echo >>"$work/transcript"
}

# What a person does in a browser: signs in, reads what the device asks for, and decides.
decide() { # ADDRESS DECISION
  local site=${1%/device*} page form
  browser() { curl -sSf --location --cookie "$work/cookies" --cookie-jar "$work/cookies" --header "Origin: $site" "$@"; }
  page=$(browser "$1")
  if grep -q 'action="/device/sign-in"' <<<"$page"; then
    page=$(browser "$site/device/sign-in" --data-urlencode email=dana@acme.example --data-urlencode "password=$secret" \
      --data-urlencode "user_code=${1##*user_code=}")
  fi
  form=$(sed -n 's/.*name="form" value="\([^"]*\)".*/\1/p' <<<"$page" | head -n 1)
  browser --output /dev/null "$site/device" --data-urlencode "form=$form" --data-urlencode "user_code=${1##*user_code=}" \
    --data confirmed=yes --data "decision=$2"
}

secret=$(node -p 'require("crypto").randomUUID()')
PLIMSOLL_TOKEN=$administrator
quietly "$plimsoll" account create dana --email dana@acme.example
quietly "$plimsoll" account password dana <<<"$secret"
quietly "$plimsoll" publisher member acme dana --role maintainer

say 'With a password.'
show os cloud login --email dana@acme.example --password not-the-password
show os cloud login --email dana@acme.example --password "$secret"
show os cloud whoami
say 'Whoever is signed in publishes, with no other token.'
cp -r "$samples/sandbox-vat" vat-check
quietly os plugin build vat-check --out "$PWD/vat-check.osplugin"
quietly os plugin sign vat-check.osplugin --key acme.key --key-id acme-2026
show os plugin publish vat-check.osplugin
show os cloud logout
show os cloud whoami

say 'With a code, at a terminal.'
login_with_browser approve
show os cloud whoami
quietly os cloud logout
say 'A code that is denied.'
login_with_browser deny
