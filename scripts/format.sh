#!/usr/bin/env bash
# Formats every C++ file of the project; with --check only names the ones that differ and fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case "${1:-}" in
  "") mode=(-i) ;;
  --check) mode=(--dry-run --Werror) ;;
  *) echo "usage: scripts/format.sh [--check]" >&2; exit 2 ;;
esac

# One release formats differently from the next: the project's is Debian 12's.
wanted=14
clang_format=$(command -v clang-format-$wanted || command -v clang-format || true)
if [[ -z $clang_format ]]; then
  echo "format: clang-format not found; on Debian 12 install the package clang-format" >&2
  exit 2
fi
if [[ ! $("$clang_format" --version) =~ version\ $wanted\. ]]; then
  echo "format: skipped: needs clang-format $wanted, found $("$clang_format" --version)" >&2
  exit 0
fi

find operators supervision receivers sinks actors testkit supervise tool examples tests benchmarks cmake \
  \( -name '*.hpp' -o -name '*.cpp' \) -print0 |
  xargs -0 -r -n 16 -P "$(nproc)" "$clang_format" --style=file "${mode[@]}" || {
    echo "format: the files above are not formatted; run scripts/format.sh" >&2
    exit 1
  }
[[ ${1:-} != --check ]] || echo "format: every file is formatted"
