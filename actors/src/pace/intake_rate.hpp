/// How many records of one input may go into batches now.
///
/// Thread rule: one at a time; is told what time it is. Promise: over any time no more than the
/// rate allows, and one burst.
#pragma once

#include "rate_estimator.hpp"

#include <chrono>
#include <limits>

namespace sluice {

class intake_rate {
 public:
  static constexpr auto no_limit = std::numeric_limits<std::uint64_t>::max();

  struct rules {
    std::uint64_t max_rate = 0;                               ///< records per second; 0: no bound
    std::uint64_t initial_rate = 0;                           ///< until one is learned; 0: none
    std::chrono::nanoseconds burst{std::chrono::seconds{1}};  ///< that may be taken at once
    std::uint64_t least_burst = 1;                            ///< likewise, in records
  };

  /// @param now  from when on records are allowed
  intake_rate(rules how, std::chrono::nanoseconds now, std::optional<rate_estimator> estimator = {})
      : how_{how}, estimator_{std::move(estimator)}, filled_{now} {}

  void learn(batch_measure const& batch);
  /// What a process before has learned.
  void begin_with(std::uint64_t learned) { learned_ = learned; }
  /// Records per second; none if nothing was learned.
  std::optional<std::uint64_t> learned() const { return learned_; }
  /// Records per second that hold now; 0: no limit.
  std::uint64_t limit() const;

  /// How many records may be taken.
  std::uint64_t allowance(std::chrono::nanoseconds now);
  void took(std::uint64_t records);
  /// In what time `records` may be taken, or as many as ever at once.
  std::chrono::nanoseconds until(std::uint64_t records, std::chrono::nanoseconds now);

 private:
  void refill(std::chrono::nanoseconds now);
  double most() const;

  rules how_;
  std::optional<rate_estimator> estimator_;
  std::optional<std::uint64_t> learned_;
  double tokens_ = 0;  // below 0 after a batch that was cut whatever the rate
  std::chrono::nanoseconds filled_;
};

}  // namespace sluice
