#!/usr/bin/env bash
# Runs a program and compares its standard output with a file; what matches the mask, an extended
# regular expression, is replaced by "..." on both sides.
#
# usage: compare_output.sh <expected file> <mask or ""> <program> [<argument>...]
set -euo pipefail

expected=$1 mask=$2
shift 2

masked() {
  if [[ -n $mask ]]; then
    sed -E "s$(printf '\001')$mask$(printf '\001')...$(printf '\001')g"
  else
    cat
  fi
}

output=$(mktemp)
trap 'rm -f "$output"' EXIT
status=0
"$@" >"$output" </dev/null || status=$?
if ((status)); then
  echo "$1 ended with status $status after writing:"
  cat "$output"
  exit 1
fi
diff --unified --label expected --label written <(masked <"$expected") <(masked <"$output")
