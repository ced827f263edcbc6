/// The cases of this program: what state per key costs, in time and in memory.
///
/// Thread rule: each is called by one thread. Promise: each checks what it computes.
#pragma once

#include "harness/bench.hpp"

namespace bench {

/// Both state operators as counters of keys against loops over hash maps.
void keyed_counter(report& results, std::uint64_t keys, double bar);
/// The same records with ever more keys.
void key_growth(report& results);
/// Memory per key, of numbers and of short text.
void state_bytes(report& results);

}  // namespace bench
