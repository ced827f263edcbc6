/// Records that are due at fixed times, whatever the stream does.
///
/// Thread rule: a sender runs on a thread of its own. Promise: a record's latency counts from when
/// it was due, so that a sender that was held up, by its stream or by the machine, counts too.
#pragma once

#include <sys/prctl.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "harness/histogram.hpp"

namespace bench {

using nanoseconds = std::chrono::nanoseconds;

inline std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(
      nanoseconds{std::chrono::steady_clock::now().time_since_epoch()}.count());
}

/// A key, and when the record was due.
using timed_record = std::pair<std::uint64_t, std::uint64_t>;

/// How many records come, and how.
struct load {
  double per_second = 1e6;
  nanoseconds period{};
  /// Sleeps for this long between two looks at the clock; 0: looks at it all the time.
  nanoseconds sleep{0};

  static constexpr std::uint64_t keys = 10'000;
  /// A block is sent when it has so many records, or is so old.
  static constexpr std::size_t most_in_block = 256;
  static constexpr std::uint64_t oldest_block = 10'000;  // ns

  std::uint64_t records() const {
    return static_cast<std::uint64_t>(per_second * static_cast<double>(period.count()) / 1e9);
  }
};

/// What a sender has to say about itself.
struct sender_report {
  std::uint64_t sent = 0;
  std::uint64_t late = 0;  ///< records that were sent more than a millisecond after they were due
};

/// Gives blocks of the records that are due to `send(std::vector<timed_record>)`.
template <class Send, class Stopped>
sender_report send_on_time(load const& how, Send&& send, Stopped&& stopped) {
  ::prctl(PR_SET_TIMERSLACK, 1);
  sender_report report;
  auto const begin = now_ns();
  auto const due_of = [&](std::uint64_t i) {
    return begin + static_cast<std::uint64_t>(static_cast<double>(i) * 1e9 / how.per_second);
  };
  auto const all = how.records();
  std::vector<timed_record> block;
  for (std::uint64_t made = 0; report.sent != all && !stopped();) {
    auto const now = now_ns();
    for (; made != all && block.size() != load::most_in_block && due_of(made) <= now; ++made) {
      if (now - due_of(made) > 1'000'000) ++report.late;
      block.emplace_back(made * 7919 % load::keys, due_of(made));
    }
    auto const full = block.size() == load::most_in_block || made == all;
    if (!block.empty() && (full || now - block.front().second >= load::oldest_block)) {
      report.sent = made;
      send(std::exchange(block, {}));
    } else if (how.sleep.count() != 0) {
      std::this_thread::sleep_for(how.sleep);
    }
  }
  return report;
}

/// Latencies of what was due after the first fifth of the time.
class latency_meter {
 public:
  explicit latency_meter(load const& how)
      : from_{now_ns() + static_cast<std::uint64_t>(how.period.count()) / 5} {}
  void seen(std::uint64_t due, std::uint64_t now) {
    ++all_;
    if (due >= from_) latencies_.add(now - due);
  }
  std::uint64_t all() const { return all_; }
  histogram const& latencies() const { return latencies_; }

 private:
  std::uint64_t from_;
  std::uint64_t all_ = 0;
  histogram latencies_;
};

}  // namespace bench
