#!/bin/sh
# Makes or refreshes a virtual environment: tools/setup-python.sh [FOLDER [REQUIREMENTS]], by default .venv for the integration tests.
# Does nothing when the requirements have not changed since the last time.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
venv=${1:-$root/.venv}
requirements=${2:-$root/Tests/Integration/requirements.txt}
stamp=$venv/requirements.stamp

if [ -f "$stamp" ] && cmp -s "$requirements" "$stamp"; then
    exit 0
fi
python=$(command -v python3 || true)
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
if [ -z "$python" ] || ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    as_root apt-get update -q
    as_root apt-get install -q -y --no-install-recommends python3 python3-venv
    python=/usr/bin/python3
fi
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade -r "$requirements"
cp "$requirements" "$stamp"
