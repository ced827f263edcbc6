#!/usr/bin/env bash
# Proves that scripts/check_includes.sh accepts this tree and refuses one that breaks a rule: each
# case plants one include into a copy and expects its name, its place and its rule in the message.
#
# usage: check_includes_test.sh <source directory>
set -euo pipefail

source_dir=$1
check=$source_dir/scripts/check_includes.sh
# shellcheck source=tests/check_cases.sh
source "$source_dir/tests/check_cases.sh"

fresh_copy() {
  rm -rf "${copy:?}"/*
  (cd "$source_dir" && cp -r operators supervision receivers sinks actors testkit "$copy")
  mkdir "$copy/examples" "$copy/benchmarks"
}

# plant <file> <include line>: makes it the first line of the file.
plant() {
  mkdir -p "$copy/$(dirname "$1")"
  touch "$copy/$1"
  { echo "$2"; cat "$copy/$1"; } >"$copy/planted"
  mv "$copy/planted" "$copy/$1"
}

# refuses <file> <include line> <part of the rule>
refuses() {
  local output
  fresh_copy
  plant "$1" "$2"
  if output=$("$check" "$copy") || [[ $output != *"$1:1: $2: "*"$3"* ]]; then
    report failed "refuses $2 in $1" "$output"
  else
    report ok "refuses $2 in $1"
  fi
}

# accepts <file> <include line>
accepts() {
  local output
  fresh_copy
  plant "$1" "$2"
  output=$("$check" "$copy") || true
  if [[ $output == *"$1:1: "* ]]; then
    report failed "accepts $2 in $1" "$output"
  else
    report ok "accepts $2 in $1"
  fi
}

if output=$("$check" "$source_dir"); then
  report ok "accepts the tree as it is"
else
  report failed "accepts the tree as it is" "$output"
fi

# A real header of operators/, so that the case is the one a careless change would make.
mapfile -t operators_headers < <(cd "$source_dir" && find operators/include -name '*.hpp' | sort)
operators_header=${operators_headers[0]}

refuses "$operators_header" '#include <caf/all.hpp>' 'operators/ includes only'
refuses "$operators_header" '#include "caf/actor.hpp"' 'operators/ includes only'
refuses "$operators_header" '#include <spdlog/spdlog.h>' 'operators/ includes only'
refuses "$operators_header" '#include <thread>' 'no threads'
refuses "$operators_header" '#include <unistd.h>' 'operators/ includes only'
refuses "$operators_header" '#include <sluice/supervision/world.hpp>' 'includes go downwards'
refuses operators/src/planted.cpp '#include <caf/all.hpp>' 'operators/ includes only'
refuses operators/src/planted.cpp '#include <sluice/sluice.hpp>' 'includes go downwards'
refuses supervision/src/planted.cpp '#include <sluice/actors/runtime.hpp>' 'includes go downwards'
refuses receivers/src/planted.cpp '#include "sinks/src/planted.hpp"' 'includes go downwards'
refuses sinks/src/planted.cpp '#include <sluice/receivers/receiver.hpp>' 'includes go downwards'
refuses actors/src/planted.cpp '#include <sluice/testkit.hpp>' 'includes go downwards'
refuses actors/src/planted.cpp '#include <sluice/actor/runtime.hpp>' 'no component named actor'
refuses actors/src/planted.cpp '#include "../../sinks/src/planted.hpp"' 'only inside its own src/'
refuses actors/include/sluice/actors/planted.hpp '#include "../version.hpp"' 'only inside its own src/'
refuses actors/include/sluice/planted.hpp '#include <caf/fwd.hpp>' 'stay in .cpp files'
refuses receivers/include/sluice/receivers/planted.hpp '#include <boost/asio.hpp>' 'stay in .cpp files'
refuses testkit/include/sluice/planted.hpp '#include "actors/src/planted.hpp"' 'angle brackets'
refuses supervision/include/sluice/supervision/planted.hpp '#include <xxhash.h>' 'only the standard'
refuses examples/planted.cpp '#include "actors/src/planted.hpp"' 'public headers only'

accepts "$operators_header" '#include <boost/unordered/unordered_flat_map.hpp>'
accepts "$operators_header" '#include <boost/pfr.hpp>'
accepts "$operators_header" '// #include <caf/all.hpp>'
accepts actors/src/planted.cpp '#include <caf/all.hpp>'
accepts "$operators_header" '#include <immintrin.h>'
accepts actors/src/deeper/planted.cpp '#include "../version.cpp"'
accepts actors/src/planted.cpp '#include "receivers/src/planted.hpp"'
accepts actors/include/sluice/actors/interop.hpp '#include <caf/actor.hpp>'
accepts testkit/include/sluice/planted.hpp '#include <sluice/sluice.hpp>'
accepts benchmarks/planted.cpp '#include <caf/all.hpp>'

finish
