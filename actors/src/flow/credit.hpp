/// Credit of one link, counted from the beginning of its epoch.
///
/// Thread rule: one thread at a time; knows no actors. Promise: totals never decrease, so a grant
/// that is lost, repeated or overtaken does no harm; sums saturate instead of wrapping.
#pragma once

#include "supervision/src/mutant.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace sluice::flow {

inline std::uint64_t add_saturated(std::uint64_t a, std::uint64_t b) {
  constexpr auto top = std::numeric_limits<std::uint64_t>::max();
  return a > top - b ? top : a + b;
}

/// Batches, records and bytes since the beginning of the epoch.
struct credit {
  std::uint64_t batches = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;

  friend bool operator==(credit const&, credit const&) = default;
  friend credit operator+(credit a, credit const& b) {
    return {add_saturated(a.batches, b.batches), add_saturated(a.records, b.records),
            add_saturated(a.bytes, b.bytes)};
  }
  /// The larger of each: what two grants allow together, in whatever order they came.
  friend credit max(credit const& a, credit const& b) {
    return {std::max(a.batches, b.batches), std::max(a.records, b.records),
            std::max(a.bytes, b.bytes)};
  }
};

/// The upstream end's view: may the next item leave?
class spending {
 public:
  void grant(credit const& total) { granted_ = max(granted_, total); }
  /// An item may leave while something is left in every dimension. So a link carries at most its
  /// window and the excess of one item: a partition is never split, and one that exceeds the window
  /// travels alone instead of never.
  bool may_send() const {
    if (is_mutant(mutant::unbounded_link)) return true;
    return sent_.batches < granted_.batches && sent_.records < granted_.records &&
           sent_.bytes < granted_.bytes;
  }
  void sent(std::uint64_t records, std::uint64_t bytes) {
    sent_ = sent_ + credit{1, records, bytes};
  }
  credit const& total_sent() const { return sent_; }
  /// What was sent and, as far as grants tell, not processed behind a link with this window.
  credit unprocessed(credit const& window) const {
    auto const left = [](std::uint64_t sent, std::uint64_t granted, std::uint64_t behind) {
      auto const processed = granted - std::min(granted, behind);
      return sent - std::min(sent, processed);
    };
    return {left(sent_.batches, granted_.batches, window.batches),
            left(sent_.records, granted_.records, window.records),
            left(sent_.bytes, granted_.bytes, window.bytes)};
  }
  credit const& total_granted() const { return granted_; }

 private:
  credit granted_;
  credit sent_;
};

/// The downstream end's view: when is it worth telling the sender?
class granting {
 public:
  explicit granting(credit const& window) : window_{window}, told_{window} {}

  credit const& total() const { return told_; }
  void processed(std::uint64_t records, std::uint64_t bytes) {
    done_ = done_ + credit{1, records, bytes};
  }
  /// True once half of the window has been processed since the last grant; then `total` is the new
  /// grant.
  bool renew() {
    auto const next = done_ + window_;
    auto const due = next.batches - told_.batches >= half(window_.batches) ||
                     next.records - told_.records >= half(window_.records) ||
                     next.bytes - told_.bytes >= half(window_.bytes);
    if (due && next != told_) {
      told_ = next;
      return true;
    }
    return false;
  }

 private:
  static std::uint64_t half(std::uint64_t n) { return std::max<std::uint64_t>(1, n / 2); }

  credit window_;
  credit done_;
  credit told_;
};

}  // namespace sluice::flow
