# Sourced: the Python tools of these tests.

# Makes a virtual environment with python/requirements.txt at DIR, unless it is there already.
make_venv() { # DIR
  local requirements
  requirements=$(dirname "$(realpath "${BASH_SOURCE[0]}")")/python/requirements.txt
  cmp -s "$requirements" "$1/requirements.txt" && return
  rm -rf "$1"
  python3 -m venv "$1"
  "$1/bin/pip" install --quiet --disable-pip-version-check --no-input -r "$requirements"
  cp "$requirements" "$1/requirements.txt"
}
