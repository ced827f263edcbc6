/// Contenders that take turns and time a part of what they do.
///
/// Thread rule: one thread. Promise: as `report::interleave`: A B A B ..., each after one
/// unmeasured turn.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/bench.hpp"

namespace bench {

/// Like `contender`; what was timed is what it returns.
struct timed {
  std::string name;
  std::function<cost()> run;
};

/// The costs of each contender, by name.
using timed_turns = std::map<std::string, std::vector<cost>>;
timed_turns take_turns(report const& to, std::vector<timed> const& contenders);

/// Baseline / product, as `comparison`.
finding compared(timed_turns const& costs, comparison const& which);
/// Product / a time that is allowed.
finding against(timed_turns const& costs, std::string const& product, double allowed_seconds,
                std::string const& what);

}  // namespace bench
