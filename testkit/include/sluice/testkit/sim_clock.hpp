/// Virtual time.
///
/// Thread rule: one thread. Promise: time stands still until it is advanced; the monotonic clock
/// never goes back, the wall clock only by `jump`.
#pragma once

#include <chrono>
#include <sluice/supervision/world.hpp>

namespace sluice::testkit {

/// Wall and monotonic clock of a simulation. Both advance together.
class sim_clock final : public clock {
 public:
  /// The wall clock's first reading in every simulation: 2020-01-01 00:00:00 UTC.
  static constexpr batch_time epoch = std::chrono::sys_days{std::chrono::year{2020} / 1 / 1};

  batch_time now() const override;
  std::chrono::nanoseconds monotonic() const override { return monotonic_; }

  /// @throws usage_error if `by` is negative
  void advance(std::chrono::nanoseconds by);
  /// Moves both clocks to where the monotonic one reads `to`.
  /// @throws usage_error if that is in the past
  void set(std::chrono::nanoseconds to);
  /// Puts the wall clock alone forward or back, as an administrator or a time server does.
  void jump(duration by) { jumped_ += by; }

 private:
  std::chrono::nanoseconds monotonic_{0};
  duration jumped_{0};
};

}  // namespace sluice::testkit
