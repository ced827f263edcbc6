#include "hand.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <sluice/operators/hash.hpp>

#include "harness/bench.hpp"

namespace bench {

namespace {

class counter {
 public:
  explicit counter(load const& how) : meter_{how} {}
  void count(std::vector<timed_record> const& block) {
    for (auto const& [key, due] : block) ++counts_[key];
    auto const now = now_ns();
    for (auto const& [key, due] : block) meter_.seen(due, now);
  }
  latency_run finish(sender_report const& sender) {
    expect("the number of records", sender.sent, meter_.all());
    return {meter_.latencies(), sender};
  }

 private:
  boost::unordered_flat_map<std::uint64_t, std::uint64_t> counts_;
  latency_meter meter_;
};

/// Blocks on their way from one thread to another.
class hand_over {
 public:
  void send(std::vector<timed_record> block) {
    {
      std::lock_guard const guard{mutex_};
      blocks_.push_back(std::move(block));
      waiting_.store(true, std::memory_order_release);
    }
    arrived_.notify_one();
  }
  void end() {
    {
      std::lock_guard const guard{mutex_};
      ended_ = true;
      waiting_.store(true, std::memory_order_release);
    }
    arrived_.notify_one();
  }
  /// All blocks that are there; none: the end.
  std::deque<std::vector<timed_record>> receive(nanoseconds spin) {
    auto const until = now_ns() + static_cast<std::uint64_t>(spin.count());
    while (spin.count() != 0 && !waiting_.load(std::memory_order_acquire) && now_ns() < until)
      __builtin_ia32_pause();
    std::unique_lock lock{mutex_};
    arrived_.wait(lock, [&] { return ended_ || !blocks_.empty(); });
    waiting_.store(ended_, std::memory_order_release);
    return std::exchange(blocks_, {});
  }
  std::deque<std::vector<timed_record>> take() {
    std::lock_guard const guard{mutex_};
    return std::exchange(blocks_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::vector<timed_record>> blocks_;
  std::atomic<bool> waiting_ = false;
  bool ended_ = false;
};

}  // namespace

latency_run hand_by_clock(load const& how, nanoseconds interval) {
  hand_over between;
  counter counts{how};
  sender_report report;
  std::atomic<bool> ended = false;
  std::thread sender{[&] {
    report = send_on_time(
        how, [&](auto block) { between.send(std::move(block)); }, [] { return false; });
    ended = true;
  }};
  ::prctl(PR_SET_TIMERSLACK, 1);
  auto next = std::chrono::steady_clock::now();
  for (auto last = false; !last;) {
    last = ended;
    std::this_thread::sleep_until(next += interval);
    for (auto const& block : between.take()) counts.count(block);
  }
  ::prctl(PR_SET_TIMERSLACK, 0);
  sender.join();
  return counts.finish(report);
}

latency_run hand_on_demand(load const& how, nanoseconds spin) {
  hand_over between;
  counter counts{how};
  sender_report report;
  std::thread sender{[&] {
    report = send_on_time(
        how, [&](auto block) { between.send(std::move(block)); }, [] { return false; });
    between.end();
  }};
  for (auto blocks = between.receive(spin); !blocks.empty(); blocks = between.receive(spin))
    for (auto const& block : blocks) counts.count(block);
  sender.join();
  return counts.finish(report);
}

}  // namespace bench
