/// Two threads by hand: one gives blocks of records to the other, which counts them by key.
///
/// Thread rule: each function runs the sender on a thread of its own and counts in the caller's.
#pragma once

#include "open_loop.hpp"

namespace bench {

/// A run's latencies and what the sender said.
struct latency_run {
  histogram latencies;
  sender_report sender;
};

/// Counts what has come every `interval`.
latency_run hand_by_clock(load const& how, nanoseconds interval);

/// Counts as soon as something is there.
/// @param spin  how long to look for more before the thread sleeps
latency_run hand_on_demand(load const& how, nanoseconds spin);

}  // namespace bench
