#!/usr/bin/env bash
# Checks that a misuse is refused by the compiler, in a sentence that helps.
#
# The file must compile as it is and must not with -DMISUSE; what the compiler then says must
# contain the text of each of its lines "// expect: text".
#
# usage: fail_test.sh <file> <compiler> <compiler flag>...
set -euo pipefail
export LC_ALL=C

file=$1
shift
if ! output=$("$@" -fsyntax-only "$file" 2>&1); then
  echo "$file does not compile without the misuse:"
  echo "$output"
  exit 1
fi
if output=$("$@" -fsyntax-only -DMISUSE "$file" 2>&1); then
  echo "$file compiles with the misuse"
  exit 1
fi

expected=$(sed -n 's|^// expect: ||p' "$file")
if [ -z "$expected" ]; then
  echo "$file has no line '// expect: text'"
  exit 1
fi
while IFS= read -r text; do
  if ! grep -qF -- "$text" <<<"$output"; then
    echo "the compiler does not say: $text"
    echo "it says:"
    echo "$output"
    exit 1
  fi
done <<<"$expected"
