/// Learns from batches how many records per second the stream can take: a PID controller.
///
/// Thread rule: one at a time; no actor, no thread, no clock. Promise: the same batches give the
/// same rates.
#pragma once

#include <cstdint>
#include <optional>
#include <sluice/operators/time.hpp>

namespace sluice {

/// A batch of one input, for those who learn from it.
struct batch_measure {
  batch_time ended{};
  std::uint64_t records = 0;
  duration processing{};  ///< without what it has waited for batches before
  duration scheduling{};  ///< how long it has waited
};

class rate_estimator {
 public:
  struct gains {
    double proportional = 1.0;
    double integral = 0.2;
    double derivative = 0.0;
    double min_rate = 100.0;
  };

  /// @param interval  between two batches
  rate_estimator(gains how, duration interval) : how_{how}, interval_{interval} {}

  /// The new rate in records per second. None for a batch that teaches nothing (older than the one
  /// before, without records, done in no time), and for the first one that teaches.
  std::optional<double> learn(batch_measure const& batch);

 private:
  struct knowledge {
    batch_time time;
    double rate;
    double error;
  };

  gains const how_;
  duration const interval_;
  std::optional<knowledge> latest_;
};

}  // namespace sluice
