#!/bin/sh
# stamp-version.sh FILE VERSION: replaces the build version in a finished program, which keeps its length.
set -eu

marker=KT-BUILD-VERSION:
room=46

[ $# = 2 ] || { echo "usage: $0 FILE VERSION" >&2; exit 2; }
file=$1
version=$2
case $version in
'' | *[!A-Za-z0-9.+~:_-]*) echo "$0: \"$version\" is no version: letters, digits and . + ~ : _ - only" >&2; exit 2 ;;
esac
[ ${#version} -le $room ] || { echo "$0: \"$version\" is longer than $room characters" >&2; exit 2; }

places=$(LC_ALL=C grep -abo "$marker" "$file" | cut -d: -f1) || true
[ "$(printf '%s' "$places" | wc -w)" = 1 ] || { echo "$0: $file does not have the marker exactly once" >&2; exit 1; }

# A copy takes its place, for a running program cannot be written.
copy=$file.stamp.$$
trap 'rm -f "$copy"' EXIT
cp -p "$file" "$copy"
{ printf '%s' "$version"; head -c $((room + 1 - ${#version})) /dev/zero; } |
    dd of="$copy" bs=1 seek=$((places + ${#marker})) conv=notrunc 2>/dev/null
mv -f "$copy" "$file"
