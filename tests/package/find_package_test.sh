#!/usr/bin/env bash
# Configures, builds and runs tests/consumer against an installed prefix, and asks for a component
# that does not exist.
#
# usage: find_package_test.sh <cmake> <prefix> <scratch directory> <compiler> <compiler flags>
set -euo pipefail

cmake=$1 prefix=$2 scratch=$3 compiler=$4 flags=$5
consumer=$(dirname "${BASH_SOURCE[0]}")/../consumer
rm -rf "$scratch"
mkdir -p "$scratch"

configure() {
  "$cmake" -G Ninja -S "$1" -B "$2" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS="$flags"
}

configure "$consumer" "$scratch/build"
"$cmake" --build "$scratch/build" --parallel 2
"$scratch/build/word_count" | diff - "$consumer/word_count.expected"
"$scratch/build/with_testkit"
"$scratch/build/broken_stage" | tee "$scratch/found"
grep -q '^at "' "$scratch/found"

# A component that is not there is refused with a sentence that names it.
mkdir -p "$scratch/unknown"
cat >"$scratch/unknown/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.24)
project(unknown_component LANGUAGES CXX)
find_package(sluice CONFIG REQUIRED COMPONENTS teleport)
END
if refusal=$(configure "$scratch/unknown" "$scratch/unknown_build" 2>&1); then
  echo "a missing component was not refused"
  exit 1
fi
[[ $(tr -s ' \n' ' ' <<<"$refusal") == *"has no component 'teleport'; it has: testkit"* ]] || {
  echo "the refusal of a missing component does not name it:"
  echo "$refusal"
  exit 1
}
