/// The times of batches.
///
/// Thread rule: one thread at a time; reads no clock. Promise: times strictly increase; under a
/// clock trigger they are multiples of the interval, whether cut by the clock or on request.
#pragma once

#include <algorithm>
#include <optional>
#include <sluice/actors/options.hpp>

namespace sluice {

class batch_grid {
 public:
  batch_grid(trigger const& t, batch_time now)
      : interval_{t.what == trigger::kind::every ? std::optional{t.interval} : std::nullopt} {
    zero_ = interval_ ? floor(now) : now;
    last_ = zero_;
  }

  /// Goes on where another has ended, be it with another interval.
  batch_grid(trigger const& t, batch_time zero, batch_time last) : batch_grid{t, zero} {
    zero_ = zero;
    last_ = last;
  }

  /// One interval before the first batch.
  batch_time zero() const { return zero_; }
  /// When the clock cuts next: the first grid time after `now` and after the last batch.
  batch_time next_tick(batch_time now) const {
    return std::max(floor(now) + *interval_, last_ + *interval_);
  }
  /// The time of a batch that is cut on request at `now`.
  batch_time on_request(batch_time now) {
    return take(interval_ ? std::max(last_ + *interval_, floor(now))
                          : std::max(last_ + duration{1}, now));
  }
  /// The time of the oldest tick that waits: ticks are caught up one by one.
  batch_time on_tick() { return take(last_ + *interval_); }
  /// Ticks that are due at `now` and have no batch yet.
  std::uint64_t due(batch_time now) const {
    auto const behind = floor(now) - last_;
    return behind <= duration{0} ? 0 : static_cast<std::uint64_t>(behind / *interval_);
  }
  /// Lets the ticks up to `now` pass without a batch, as a pause does.
  void skip_to(batch_time now) {
    if (interval_) last_ = std::max(last_, floor(now));
  }
  /// Goes on at `now` after a time without a process.
  void come_back(batch_time now, missed_batches policy) {
    if (!interval_ || policy == missed_batches::replay) return;
    auto const latest = policy == missed_batches::skip ? floor(now) : floor(now) - *interval_;
    last_ = std::max(last_, latest);
  }

 private:
  batch_time take(batch_time t) { return last_ = t; }
  batch_time floor(batch_time t) const {
    auto const since = t.time_since_epoch();
    return batch_time{since - since % *interval_};
  }

  std::optional<duration> interval_;
  batch_time zero_;
  batch_time last_;
};

}  // namespace sluice
