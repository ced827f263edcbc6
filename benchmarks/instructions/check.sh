#!/usr/bin/env bash
# Counts the instructions of a piece of work with valgrind, by the library and by hand, and compares
# their ratio with the allowed one of allowed.txt. Instructions do not depend on the machine's load.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
allowed=$here/allowed.txt
tolerance=0.10

usage() {
  cat <<'END'
usage: check.sh PROGRAM WORKLOAD | --renew PROGRAM

  PROGRAM WORKLOAD   fails if the ratio is more than 10 % above the one of allowed.txt
  --renew PROGRAM    measures every workload and writes this compiler's lines of allowed.txt anew
  PROGRAM            sluice_instructions, as built by the dev preset
END
}

skip() {
  echo "SKIPPED, nothing is compared: $1"
  exit 77
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# instructions_of LABEL RECORDS: per record, between start and stop.
instructions_of() {
  local dump
  dump=$(grep -lx "desc: Trigger: Client Request: $1" "$work/$workload".callgrind.*)
  awk -v records="$2" '$1 == "totals:" { n = $2 }
    END { if (!n) exit 1; printf "%.2f", n / records }' "$dump"
}

# Sets compiler, hand, product (instructions per record) and ratio.
measure() {
  local program=$1 workload=$2 status=0 records
  valgrind --tool=callgrind --instr-atstart=no --callgrind-out-file="$work/$workload.callgrind" \
    "$program" "$workload" >"$work/said" 2>"$work/log" || status=$?
  if ((status)); then
    ((status != 77)) || skip "$(grep compiled "$work/log")"
    cat "$work/said" "$work/log"
    echo "$workload: valgrind or the program has failed, see above"
    exit 1
  fi
  compiler=$(awk '$1 == "compiler" { print $2 }' "$work/said")
  records=$(awk '$1 == "records" { print $2 }' "$work/said")
  hand=$(instructions_of hand "$records")
  product=$(instructions_of product "$records")
  ratio=$(awk "BEGIN { printf \"%.2f\", $product / $hand }")
  echo "$workload: $product instructions per record by the library, $hand by hand, ratio $ratio"
}

renew() {
  local program=$1 workload
  for workload in $("$program" --list); do
    measure "$program" "$workload"
    echo "$compiler $workload $ratio" >>"$work/lines"
  done
  { grep -v "^$compiler " "$allowed"; cat "$work/lines"; } >"$work/allowed"
  cp "$work/allowed" "$allowed"
}

check() {
  local program=$1 workload=$2 limit
  measure "$program" "$workload"
  limit=$(awk -v c="$compiler" -v w="$workload" '$1 == c && $2 == w { print $3 }' "$allowed")
  [[ -n $limit ]] || skip "$allowed has no line for $compiler and $workload; check.sh --renew makes one"
  if awk "BEGIN { exit !($ratio > $limit * (1 + $tolerance)) }"; then
    echo "FAILED: the ratio is $ratio, allowed are $limit + 10 %."
    echo "If the library may do more work than before, renew the file and commit it with the reason:"
    echo "  $here/check.sh --renew $program"
    exit 1
  fi
  if awk "BEGIN { exit !($ratio < $limit * (1 - $tolerance)) }"; then
    echo "The allowed ratio is $limit: renew it with $here/check.sh --renew $program"
  fi
}

case ${1:-} in
  -h | --help) usage; exit 0 ;;
esac
[[ $# == 2 ]] || { usage >&2; exit 2; }
command -v valgrind >/dev/null || skip "valgrind is missing; on Debian install the package valgrind"
if [[ $1 == --renew ]]; then renew "$2"; else check "$1" "$2"; fi
