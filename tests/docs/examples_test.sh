#!/usr/bin/env bash
# Checks that the example of every operator compiles, and that one that does not would be found.
#
# usage: examples_test.sh <source directory> <compiler> <compiler flag>...
set -euo pipefail
export LC_ALL=C

source_dir=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$source_dir/scripts/operator_pages.sh" --examples "$source_dir" >"$work/examples.cpp"
examples=$(grep -c '^  void ' "$work/examples.cpp" || true)
if ((examples < 80)); then
  echo "only $examples examples were found"
  exit 1
fi
"$@" -fsyntax-only -I"$source_dir/tests/docs" "$work/examples.cpp"

# The context alone, with one example that is wrong.
cat >"$work/wrong.cpp" <<'END'
#include "example_context.hpp"
struct examples : example_context {
  void planted() { words.no_such_operator(); }
};
END
if output=$("$@" -fsyntax-only -I"$source_dir/tests/docs" "$work/wrong.cpp" 2>&1) ||
  [[ $output != *no_such_operator* ]]; then
  echo "a wrong example is not refused by its name; the compiler says:"
  echo "$output"
  exit 1
fi
echo "$examples examples compile"
