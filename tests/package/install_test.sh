#!/usr/bin/env bash
# Installs the build into a staging prefix and moves that to its place: nothing installed may know
# where it was installed first.
#
# usage: install_test.sh <cmake> <build directory> <scratch directory>
set -euo pipefail

cmake=$1 build=$2 scratch=$3
rm -rf "$scratch"
"$cmake" --install "$build" --prefix "$scratch/staging" >"$build/install_test.log"
mv "$scratch/staging" "$scratch/prefix"

if stale=$(grep -rlF -e "$scratch/staging" --include='*.cmake' --include='*.pc' "$scratch/prefix"); then
  echo "these files name the directory they were installed to:"
  echo "$stale"
  exit 1
fi
(cd "$scratch/prefix" && find . -type f | sort)
