#!/usr/bin/env bash
# Checks that doxygen reads every public header without a warning.
#
# usage: doxygen_test.sh <source directory>
# exit status: 77, skipped, if doxygen is not installed
set -euo pipefail

source_dir=$1
if ! command -v doxygen >/dev/null; then
  echo "SKIPPED: doxygen is not installed, nothing was checked; on Debian: apt-get install doxygen"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$source_dir"
output=$({ cat docs/Doxyfile; echo "OUTPUT_DIRECTORY = $work"; } | doxygen - 2>&1) || {
  echo "doxygen failed:"
  echo "$output"
  exit 1
}
if warnings=$(grep -iE 'warn|error:' <<<"$output"); then
  echo "$warnings"
  exit 1
fi
echo "doxygen $(doxygen --version) reads every public header without a warning"
