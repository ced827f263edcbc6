/// How long an input waits before it tries again.
///
/// Thread rule: plain values. Promise: no wait is longer than `max`, chance included.
#pragma once

#include <chrono>

namespace sluice {

/// The n-th wait in a row is `min * factor^n`, moved by chance within `jitter`, and then cut to
/// `max`. What worked in between starts the count anew.
struct reconnect_backoff {
  std::chrono::milliseconds min{100};
  std::chrono::milliseconds max{10'000};
  double factor = 2.0;  ///< at least 1
  double jitter = 0.2;  ///< share of the wait, from 0 to 1; spreads inputs that failed together
};

}  // namespace sluice
