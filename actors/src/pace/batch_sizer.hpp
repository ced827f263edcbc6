/// How large a batch may be that is to be processed within a budget of time.
///
/// Thread rule: one at a time; no actor, no thread, no clock. Promise: as long as processing costs
/// something per batch and something per record, no batch that it allows takes longer than the
/// budget once it has learned; a batch of one record is always allowed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <sluice/operators/time.hpp>

namespace sluice {

class batch_sizer {
 public:
  /// Before anything is known.
  static constexpr std::uint64_t first_limit = 1'000;

  explicit batch_sizer(duration target) : target_{target} {}

  std::uint64_t limit() const { return limit_; }
  /// A batch within the budget shows that as many more records fit as it had time left, were there
  /// no cost per batch; there is one, so even more do. One beyond the budget shows what is too
  /// many.
  void learn(std::uint64_t records, duration processing) {
    if (records == 0) return;
    auto const took = std::max(processing, duration{1});
    auto const fits = static_cast<double>(records) * static_cast<double>(target_.count()) /
                      static_cast<double>(took.count());
    auto const bounded = static_cast<std::uint64_t>(std::clamp(fits, 1.0, most));
    limit_ = took <= target_ ? std::max(limit_, bounded) : std::min(limit_, bounded);
  }

 private:
  static constexpr double most = 1e18;

  duration target_;
  std::uint64_t limit_ = first_limit;
};

}  // namespace sluice
