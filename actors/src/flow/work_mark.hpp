/// What a task is at work on, for whoever asks while it is.
///
/// Thread rule: one thread sets it, any thread reads it. Promise: neither waits.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace sluice::flow {

class work_mark {
 public:
  struct work {
    std::uint64_t batch = 0;
    std::chrono::nanoseconds since{};
  };

  /// Until the result is destroyed the task is at work on `batch`.
  auto on(std::uint64_t batch, std::chrono::nanoseconds now) {
    since_.store(now.count(), std::memory_order_relaxed);
    batch_.store(batch, std::memory_order_relaxed);
    return scope{batch_};
  }
  /// The two may be of two batches if one follows the other just now.
  std::optional<work> now() const {
    auto const batch = batch_.load(std::memory_order_relaxed);
    if (batch == 0) return std::nullopt;
    return work{batch, std::chrono::nanoseconds{since_.load(std::memory_order_relaxed)}};
  }

 private:
  class scope {
   public:
    explicit scope(std::atomic<std::uint64_t>& batch) : batch_{batch} {}
    scope(scope const&) = delete;
    scope& operator=(scope const&) = delete;
    ~scope() { batch_.store(0, std::memory_order_relaxed); }

   private:
    std::atomic<std::uint64_t>& batch_;
  };

  std::atomic<std::uint64_t> batch_{0};  // 0: at rest
  std::atomic<std::int64_t> since_{0};
};

}  // namespace sluice::flow
