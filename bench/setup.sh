#!/bin/sh
# Installs what `make bench` needs and is missing: nginx with its Lua module, wrk, a C compiler.
set -eu
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
missing=
for package in nginx-light libnginx-mod-http-lua lua-cjson wrk gcc libc6-dev util-linux; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
as_root apt-get update -q
# Not to be started as a service: the benchmark starts its own.
policy=/usr/sbin/policy-rc.d
made=
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    made=1
fi
as_root apt-get install -q -y --no-install-recommends $missing || { [ -n "$made" ] && as_root rm -f "$policy"; exit 1; }
[ -n "$made" ] && as_root rm -f "$policy"
exit 0
