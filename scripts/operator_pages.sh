#!/usr/bin/env bash
# Writes docs/operators/: one page per operator and a table of all, from the comments in the headers.
#
# usage: scripts/operator_pages.sh [--check | --examples] [ROOT]
#
#   --check      writes nothing; names each page that is missing, stale or superfluous, and fails
#   --examples   prints a C++ file with every @example in a function of its own
#   ROOT         a tree laid out like this one, default: this one
#
# An operator is a public member of the classes below. Its comment says what it does and has the
# clauses @shape, @emits, @empty, @fails, @source and @example; a comment that follows one of the
# same name states only what is different. @internal keeps a member out. @source reads
# "Spark name; differs: ..." or "none in Spark".
set -euo pipefail
export LC_ALL=C

mode="write"
case "${1:-}" in
  --check | --examples) mode=${1#--}; shift ;;
  -*) echo "usage: scripts/operator_pages.sh [--check | --examples] [ROOT]" >&2; exit 2 ;;
esac
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "${1:-$here/..}" || exit 2

# Where operators are declared: header, family, what has them. The table follows this order.
ops=operators/include/sluice/operators
families=(
  "actors/include/sluice/actors/streaming_context.hpp|Inputs|context"
  "$ops/ops/core.hpp|Names|streams, rdds"
  "$ops/ops/narrow_ops.hpp|Records|streams, rdds"
  "$ops/ops/shape_ops.hpp|Partitions|streams, rdds"
  "$ops/ops/key_ops.hpp|Keys|streams, rdds"
  "$ops/ops/join_ops.hpp|Joins|streams, rdds"
  "$ops/ops/batch_ops.hpp|Batches|streams"
  "$ops/ops/window_ops.hpp|Windows|streams"
  "$ops/ops/state_ops.hpp|State|streams"
  "$ops/state.hpp|State|state"
  "$ops/ops/output_ops.hpp|Outputs|streams"
  "$ops/ops/rdd_ops.hpp|Transformations of rdds|rdds"
  "$ops/ops/rdd_control.hpp|Control of rdds|rdds"
  "$ops/ops/rdd_actions.hpp|Actions of rdds|rdds"
)
for family in "${families[@]}"; do
  [[ -r ${family%%|*} ]] || { echo "operator_pages: $PWD/${family%%|*} is not there" >&2; exit 2; }
done
headers=("${families[@]%%|*}")

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
printf '%s\n' "${families[@]}" >"$made/families"
mkdir "$made/pages"
awk -v families="$made/families" -v out="$made/pages" -v mode="$mode" \
  -f "$here/operator_comments.awk" -f "$here/operator_pages.awk" "${headers[@]}"

case $mode in
  examples) exit 0 ;;
  write)
    mkdir -p docs/operators
    rm -f docs/operators/*.md
    cp "$made"/pages/*.md docs/operators/
    echo "operator_pages: wrote $(find docs/operators -name '*.md' | wc -l) pages"
    exit 0
    ;;
esac

wrong=0
complain() {
  echo "docs/operators/$1: $2; run scripts/operator_pages.sh"
  wrong=$((wrong + 1))
}
for page in "$made"/pages/*.md; do
  name=$(basename "$page")
  if [[ ! -f docs/operators/$name ]]; then
    complain "$name" "missing"
  elif ! cmp -s "$page" "docs/operators/$name"; then
    complain "$name" "stale: a comment in the headers says something else"
  fi
done
for page in docs/operators/*.md; do
  name=$(basename "$page")
  [[ ! -e $page || -f $made/pages/$name ]] || complain "$name" "superfluous: no such operator"
done
if ((wrong)); then
  echo "operator_pages: $wrong pages differ from the headers"
  exit 1
fi
echo "operator_pages: $(find "$made/pages" -name '*.md' | wc -l) pages, all as the headers say"
