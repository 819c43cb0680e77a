#!/usr/bin/env bash
# What review runs besides the tests: forbidden words, imports that run the wrong way, and what each program links.
set -euo pipefail
cd "$(dirname "$0")/.."
status=0
complain() { echo "check: $*" >&2; status=1; }

code=$(git ls-files 'Sources/*.swift')
if grep -nE '\btry!|\bas!|\bfatalError\(|@unchecked Sendable|nonisolated\(unsafe\)' $code; then complain "a word that the style forbids"; fi
if grep -nE '^[^/]*[A-Za-z0-9_)\]]!([.,); \[]|$)' $code | grep -vE '!=|"[^"]*!' ; then complain "a force unwrap"; fi
if grep -nE 'import (Foundation|FoundationEssentials)' $code; then complain "Foundation is not for our processes"; fi

# Who may import whom: what is not in the list of dependencies does not build; these are the C libraries.
one_importer() {
  local module=$1 allowed=$2 found
  found=$(grep -lE "import $module\b" $code | cut -d/ -f2 | sort -u | tr '\n' ' ')
  [ "$found" = "$allowed " ] || complain "$module is imported by: $found(allowed: $allowed)"
}
one_importer CYAML Config
one_importer CCurl Upstream
one_importer CSystemd Supervisor
one_importer CVectorscan Patterns

# What each program links.
links() {
  local program=$1 forbidden=$2 found
  [ -x ".build/debug/$program" ] || return 0
  found=$(ldd ".build/debug/$program" | grep -oE "$forbidden" | sort -u | tr '\n' ' ' || true)
  [ -z "$found" ] || complain "$program links $found"
}
links kt-supervisor 'libcurl|libhs|libssl|libyaml'
links kt-worker 'libyaml|libsystemd\.'
links kt-compile 'libcurl|libsystemd\.'
links kt-console 'libcurl|libhs|libyaml|libsystemd\.'

git ls-files | grep -qE '(^|/)(\.build/|Package\.resolved$)' && complain "build products are tracked"
[ $status = 0 ] && echo "check: clean"
exit $status
