/// Small fixed pieces of work, by hand and by the library, whose instructions are counted.
///
/// Thread rule: all of it is done by the calling thread. Promise: the same instructions with every
/// run; each run checks its result.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace bench {

/// One piece of work in both forms. State lives from run to run, so that the first run warms up.
struct workload {
  std::string name;
  std::uint64_t records;
  std::function<void()> hand;
  std::function<void()> product;
};

/// Words of text in memory, as in `word_count_memory`.
workload word_count();
/// Five narrow operators over numbers, as in `fused_chain`.
workload fused_chain();
/// Counters by `map_with_state`, a result per record, as in `keyed_counter_10k`.
workload keyed_counter();

}  // namespace bench
