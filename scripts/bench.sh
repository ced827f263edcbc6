#!/usr/bin/env bash
# Installs what is missing, builds the benchmarks in the release preset and runs them.
set -euo pipefail
called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/deps.sh
source scripts/deps.sh
# shellcheck source=scripts/build.sh
source scripts/build.sh

usage() {
  cat <<'END'
usage: scripts/bench.sh [--quick] [--case NAME]... [--rounds N] [--json FILE | --report DIR] | --list

  --quick       little data: shows that all works, the numbers mean little
  --case NAME   only this case; may be repeated
  --rounds N    measured turns of each contender
  --json FILE   append one line per result, raw numbers included
  --report DIR  add a run to DIR and write DIR/report.md and its plots, of all runs there
  --list        name the cases and their questions
END
}

refuse() {
  usage >&2
  sluice_fail "$1"
}

list=false
report=
cases=()
options=()
while (($#)); do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --list) list=true ;;
    --quick) options+=(--quick) ;;
    --case | --rounds | --json | --report)
      [[ $# -ge 2 ]] || refuse "$1 needs a value"
      case $1 in
        --case) cases+=("$2") ;;
        --rounds) options+=(--rounds "$2") ;;
        --json) options+=(--json "$(cd "$called_from" && realpath -m -- "$2")") ;;
        --report) report=$(cd "$called_from" && realpath -m -- "$2") ;;
      esac
      shift
      ;;
    *) refuse "unknown argument '$1'" ;;
  esac
  shift
done

[[ -z $report || " ${options[*]} " != *" --json "* ]] ||
  refuse "--report and --json do not go together: the lines of a run are in the report's directory"

sluice_install "${sluice_build_packages[@]}" "${sluice_test_packages[@]}"
sluice_configure release all
sluice_build release sluice_benchmarks
programs=(build/release/benchmarks/bench_*)

if $list; then
  for program in "${programs[@]}"; do "$program" --list; done
  exit 0
fi

if [[ -n $report ]]; then
  mkdir -p "$report"
  run=$report/run-$(date +%Y%m%d-%H%M%S)
  benchmarks/report.py --detect >"$run.about.json"
  options+=(--json "$run.jsonl")
fi

if ((${#cases[@]} == 0)); then
  for program in "${programs[@]}"; do "$program" "${options[@]}"; done
fi

for name in "${cases[@]}"; do
  found=
  for program in "${programs[@]}"; do
    [[ $'\n'$("$program" --list) != *$'\n'"$name: "* ]] || found=$program
  done
  [[ -n $found ]] || sluice_fail "there is no case '$name'; --list names them"
  "$found" "${options[@]}" --case "$name"
done

[[ -z $report ]] || benchmarks/report.py --out "$report" "$report"/run-*.jsonl
