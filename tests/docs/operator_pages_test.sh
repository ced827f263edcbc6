#!/usr/bin/env bash
# Proves that scripts/operator_pages.sh --check accepts this tree and refuses one whose operators and
# pages differ: each case changes one thing in a copy and expects its name in the message.
#
# usage: operator_pages_test.sh <source directory>
set -euo pipefail

source_dir=$1
check=$source_dir/scripts/operator_pages.sh
# shellcheck source=tests/check_cases.sh
source "$source_dir/tests/check_cases.sh"
narrow=operators/include/sluice/operators/ops/narrow_ops.hpp

fresh_copy() {
  rm -rf "${copy:?}"/*
  mkdir "$copy/docs"
  (cd "$source_dir" && cp -r operators actors "$copy" && cp -r docs/operators "$copy/docs")
}

# Adds standard input in front of `map`, the first public member.
plant() {
  awk -v planted="$(cat)" '{ print } / public:/ && !done++ { print planted }' \
    "$copy/$narrow" >"$copy/planted"
  mv "$copy/planted" "$copy/$narrow"
}

# refuses <case> <part of the message>...: what has been done to the copy.
refuses() {
  local output part
  if output=$("$check" --check "$copy" 2>&1); then
    report failed "refuses $1" "$output"
    return
  fi
  for part in "${@:2}"; do
    if [[ $output != *"$part"* ]]; then
      report failed "refuses $1, saying: $part" "$output"
      return
    fi
  done
  report ok "refuses $1"
}

if output=$("$check" --check "$source_dir" 2>&1); then
  report ok "accepts the tree as it is"
else
  report failed "accepts the tree as it is" "$output"
fi

fresh_copy
plant <<'END'
  /// Adds one to every record.
  /// @shape   Stream<T> -> Stream<T>
  /// @emits   one record per record, in order
  /// @empty   empty stays empty
  /// @fails   never
  /// @source  none in Spark
  /// @example auto next = numbers.planted();
  auto planted() const {
    return 0;
  }
END
refuses "an operator without a page" "docs/operators/planted.md: missing" \
  "docs/operators/README.md: stale"

fresh_copy
plant <<<'  auto planted() const { return 0; }'
refuses "an operator without a comment" "planted has no comment" "narrow_ops.hpp"

fresh_copy
plant <<'END'
  /// Adds one to every record.
  /// @shape   Stream<T> -> Stream<T>
  auto planted() const { return 0; }
END
refuses "an operator whose comment lacks clauses" "planted lacks @emits" "planted lacks @empty" \
  "planted lacks @fails" "planted lacks @source" "planted lacks @example"

fresh_copy
plant <<'END'
  /// Adds one to every record.
  /// @shape   Stream<T> -> Stream<T>
  /// @emits   one record per record, in order
  /// @empty   empty stays empty
  /// @fails   never
  /// @source  as in Spark
  /// @example auto next = numbers.planted();
  auto planted() const { return 0; }
END
refuses "a source of another form" "planted lacks an @source of the form"

fresh_copy
sed -i 's/Applies .f. to every record/Applies it to all records/' "$copy/$narrow"
refuses "a page that says something else" "docs/operators/map.md: stale"

fresh_copy
sed -i 's/auto map(F f) const/auto map(F f, int n) const/' "$copy/$narrow"
refuses "a page with another signature" "docs/operators/map.md: stale"

fresh_copy
rm "$copy/docs/operators/map.md"
refuses "a page that is not there" "docs/operators/map.md: missing"

fresh_copy
echo "# planted" >"$copy/docs/operators/planted.md"
refuses "a page without an operator" "docs/operators/planted.md: superfluous"

fresh_copy
"$check" "$copy" >/dev/null
plant <<'END'
  /// @internal For the classes below.
  auto planted() const { return 0; }
END
if output=$("$check" --check "$copy" 2>&1); then
  report ok "accepts a member that is internal"
else
  report failed "accepts a member that is internal" "$output"
fi

finish
