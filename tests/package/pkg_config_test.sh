#!/usr/bin/env bash
# Compiles, links and runs the consumer's word count with what pkg-config says, once plain and once
# with --static.
#
# usage: pkg_config_test.sh <prefix> <libdir> <scratch directory> <compiler> [<flag>...]
set -euo pipefail

prefix=$1 libdir=$2 scratch=$3
shift 3
consumer=$(dirname "${BASH_SOURCE[0]}")/../consumer
export PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig
export LD_LIBRARY_PATH=$prefix/$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
mkdir -p "$scratch"

echo "version: $(pkg-config --modversion sluice)"
[[ $(pkg-config --variable=includedir sluice) -ef $prefix/include ]] ||
  { echo "the .pc file does not point to where it lies: $(pkg-config --cflags sluice)"; exit 1; }

read -ra cflags < <(pkg-config --cflags sluice)
"$@" "${cflags[@]}" -c "$consumer/word_count.cpp" -o "$scratch/word_count.o"
for static in "" --static; do
  read -ra libs < <(pkg-config $static --libs sluice)
  echo "pkg-config $static --libs: ${libs[*]}"
  "$@" "$scratch/word_count.o" "${libs[@]}" -o "$scratch/word_count"
  "$scratch/word_count" | diff - "$consumer/word_count.expected"
done
