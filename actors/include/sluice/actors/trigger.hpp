/// When a batch is cut.
///
/// Thread rule: plain values. Promise: the meaning of every operator is the same under every
/// trigger; only where the stream is cut differs.
#pragma once

#include <cstdint>
#include <limits>
#include <sluice/operators/time.hpp>

namespace sluice {

/// Made by the functions below.
struct trigger {
  enum class kind { every, on_demand, size, available_now, once };
  kind what = kind::every;
  duration interval{std::chrono::seconds{1}};  ///< every: the grid; else unused
  std::uint64_t max_records = std::numeric_limits<std::uint64_t>::max();
  duration linger{0};  ///< on_demand: wait this long for more
  duration target{0};  ///< on_demand: process a batch in this time; 0: no matter
};

/// By the clock: batch times are the multiples of `interval`; a batch is cut at each, empty or not.
/// @throws usage_error if the interval is not positive
trigger every(duration interval);

/// How `on_demand` cuts.
struct demand {
  std::uint64_t max_batch_records = std::numeric_limits<std::uint64_t>::max();
  /// Wait so long for more records.
  duration linger{0};
  /// Process a batch within this time, from its beginning or the end of the one before to its
  /// commit: how many records fit is learned from the batches that were committed, and no batch
  /// takes more. 0: no matter.
  duration target{0};
};

/// As soon as a record is there and the pipeline has credit: one record when idle, large batches
/// under load.
/// @throws usage_error if `max_batch_records` is 0, or `linger` or `target` negative
trigger on_demand(demand how = {});
trigger on_demand(std::uint64_t max_batch_records, duration linger = duration{0});

/// When `records` records have arrived: every batch has exactly that many, but the last one of a
/// drain.
/// @throws usage_error if it is 0
trigger size(std::uint64_t records);

/// Everything that exists at the start, in as many batches as it takes; then the context stops.
trigger available_now();

/// Everything that exists at the start in one batch; then the context stops.
trigger once();

}  // namespace sluice
