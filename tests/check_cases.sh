# Sourced by the tests of the project's own checks: a scratch directory `copy` to break a rule in, and
# an account of the cases.
# shellcheck shell=bash

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failures=0

# report ok|failed <case> [<what the check said>]
report() {
  if [[ $1 == ok ]]; then
    echo "ok      $2"
  else
    echo "FAILED  $2"
    echo "        the check said: $3"
    failures=$((failures + 1))
  fi
}

# Says how it went; the last call.
finish() {
  echo
  if ((failures)); then
    echo "$failures cases failed"
    exit 1
  fi
  echo "all cases passed"
}
