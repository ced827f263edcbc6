/// What happens when a supervised actor dies: an aggregate that programs fill.
///
/// Thread rule: plain values. Promise: `validate` refuses what contradicts itself, so that whoever
/// uses a policy afterwards need not ask again.
#pragma once

#include <chrono>
#include <optional>
#include <sluice/operators/time.hpp>
#include <string_view>

namespace sluice {

/// Which actors restart when one of them has failed.
enum class restart_strategy {
  one_for_one,   ///< the failed one; right only if both its neighbours' links can be replayed
  all_for_one,   ///< all of the supervisor's children
  rest_for_one,  ///< the failed one and all that were started after it: everything downstream
  region         ///< everything connected to it without a durable boundary, and all consumers
};

/// How chance spreads the delays, so that what failed together does not come back together.
enum class backoff_jitter {
  none,         ///< `min * 2^n`
  full,         ///< uniform between 0 and `min * 2^n`
  equal,        ///< half of `min * 2^n`, and uniform up to as much again
  decorrelated  ///< uniform between `min` and three times the delay before
};

/// How long to wait before the n-th restart in a row. No delay is longer than `max`, jitter
/// included. With `min` and `max` both 0 there is no wait.
struct backoff_policy {
  duration min = std::chrono::milliseconds{100};
  duration max = std::chrono::seconds{30};
  backoff_jitter jitter = backoff_jitter::full;
};

/// How a supervisor treats failures. An *incident* is one failure with all the deaths it causes
/// until everything it took down runs again; incidents are what is counted.
struct supervision_policy {
  /// Who restarts with the one that failed.
  restart_strategy strategy = restart_strategy::region;
  /// Incidents within any stretch of time `within` that lead to a restart; one more suspends. 0:
  /// the first failure suspends.
  int max_restarts = 5;
  /// Length of the sliding window in which `max_restarts` counts.
  duration within = std::chrono::minutes{1};
  /// Incidents over the whole life of the pipeline that lead to a restart; none: no such limit.
  std::optional<int> lifetime_cap = 1000;
  /// Attempts to restore within one incident; when the last of them fails, the pipeline suspends.
  int max_restore_attempts = 3;
  /// The waits before restarts, and before further attempts to restore.
  backoff_policy backoff{};
  /// For how long batches must have been committed again before the waits start over at
  /// `backoff.min`. Being alive is not enough: an actor that starts and stalls is not healthy.
  duration healthy_after = std::chrono::seconds{30};
};

/// Checks one policy.
/// @param subject  whose it is, for the message: `supervision of stage count_words`
/// @throws usage_error naming the field, its value and the rule it breaks
void validate(supervision_policy const& policy, std::string_view subject = "supervision_policy");

/// The enumerators as they are spelled above.
char const* to_string(restart_strategy strategy);
char const* to_string(backoff_jitter jitter);

}  // namespace sluice
