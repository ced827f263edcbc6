/// The waits between one restart and the next.
///
/// Thread rule: one thread at a time. Promise: no clock and no chance of its own: times and random
/// numbers are handed in, so that the same calls give the same waits.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <sluice/supervision/supervision_policy.hpp>

namespace sluice {

/// Gives 64 random bits per call; a `random_stream` is one.
using random_source = std::function<std::uint64_t()>;

/// Exponential waits with jitter, as `backoff_policy` says.
///
/// Times are those of a monotonic clock, as `clock::monotonic` gives them.
class backoff {
 public:
  using time_point = std::chrono::nanoseconds;

  /// @param healthy_after  how long progress must have held before the waits start over
  backoff(backoff_policy const& policy, duration healthy_after, random_source random);

  /// The wait before the next try, each longer than the one before but for the jitter. What there
  /// was of progress no longer counts.
  duration next();
  /// A batch was committed. The first one after a failure starts the time of health; one that comes
  /// `healthy_after` later or more proves it, and the next wait is a first one again.
  void progress(time_point now);
  /// Forgets all failures: the next wait is a first one.
  void start_over();
  /// Waits in a row since the last proof of health.
  std::uint64_t in_a_row() const { return in_a_row_; }

 private:
  duration base() const;
  duration uniform(duration from, duration to);

  backoff_policy policy_;
  duration healthy_after_;
  random_source random_;
  std::uint64_t in_a_row_ = 0;
  duration last_;
  std::optional<time_point> healthy_since_;
};

}  // namespace sluice
