#!/usr/bin/env bash
# Lists every header that <sluice/sluice.hpp> reaches and fails if one belongs to a library that
# must stay hidden.
#
# usage: umbrella_test.sh <compiler> <compiler flag>...
set -euo pipefail

headers=$(echo '#include <sluice/sluice.hpp>' | "$@" -x c++ -M - | tr -d '\134' | tr -s ' ' '\n')
echo "<sluice/sluice.hpp> reaches $(grep -c . <<<"$headers") files"
if leaked=$(grep -E '/(caf|spdlog|fmt)/|/boost/(asio|beast)(/|\.hpp)' <<<"$headers"); then
  echo "of them these must stay behind the wall:"
  head -n 20 <<<"$leaked"
  exit 1
fi
