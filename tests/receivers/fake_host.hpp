// A host for one input, driven by the test: posted work runs when it is told to, time is virtual.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <sluice/operators/chunk.hpp>
#include <sluice/receivers/input.hpp>
#include <sluice/testkit/sim_world.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::tests {

class fake_host final : public input_host {
 public:
  explicit fake_host(world& outside, buffer_limits limits = {}, std::size_t partitions = 1)
      : outside_{outside}, limits_{limits}, partitions_{partitions} {}

  void post(std::function<void()> work) override {
    {
      auto const lock = std::scoped_lock{mutex_};
      posted_.push_back(std::move(work));
      ++posts_;
    }
    arrived_.notify_all();
  }
  void after(std::chrono::milliseconds delay, std::function<void()> work) override {
    delays.push_back(delay);
    timers_.emplace(outside_.clock().monotonic() + delay, std::move(work));
  }
  void changed() override { ++changes; }
  bool counts_records() const override { return counts; }
  void report(receiver_event event) override { events.push_back(std::move(event)); }
  world& outside() override { return outside_; }
  buffer_limits limits() const override { return limits_; }
  std::size_t partitions() const override { return partitions_; }
  std::chrono::milliseconds block_interval() const override { return interval; }

  /// Runs one piece of posted work; false if there is none.
  bool run_one() {
    auto work = std::function<void()>{};
    {
      auto const lock = std::scoped_lock{mutex_};
      if (posted_.empty()) return false;
      work = std::move(posted_.front());
      posted_.pop_front();
    }
    work();
    return true;
  }
  /// Runs what is posted, and what that posts. @return pieces of work
  std::size_t run() {
    auto count = std::size_t{0};
    while (run_one()) ++count;
    return count;
  }
  /// Runs what other threads post until `done`.
  template <class Done>
  void run_until(Done done) {
    while (!done()) {
      if (run_one()) continue;
      auto lock = std::unique_lock{mutex_};
      arrived_.wait(lock, [&] { return !posted_.empty(); });
    }
  }
  /// Time until the earliest timer; none is an error of the test.
  std::chrono::nanoseconds next_timer() const { return timers_.begin()->first; }
  bool has_timer() const { return !timers_.empty(); }
  void run_due_timers() {
    while (!timers_.empty() && timers_.begin()->first <= outside_.clock().monotonic()) {
      auto timer = timers_.extract(timers_.begin());
      timer.mapped()();
    }
  }

  std::size_t posts() const {
    auto const lock = std::scoped_lock{mutex_};
    return posts_;
  }
  std::size_t count(receiver_event::type what) const {
    return static_cast<std::size_t>(std::ranges::count(events, what, &receiver_event::what));
  }
  /// Reasons of all events of a type, in order.
  std::vector<std::string> reasons(receiver_event::type what) const {
    auto found = std::vector<std::string>{};
    for (auto const& each : events)
      if (each.what == what) found.push_back(each.reason);
    return found;
  }

  std::vector<receiver_event> events;
  std::vector<std::chrono::milliseconds> delays;
  std::size_t changes = 0;
  bool counts = false;
  std::chrono::milliseconds interval{200};

 private:
  world& outside_;
  buffer_limits const limits_;
  std::size_t const partitions_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> posted_;
  std::size_t posts_ = 0;
  std::multimap<std::chrono::nanoseconds, std::function<void()>> timers_;
};

/// A simulated world with one host in it.
struct simulation {
  explicit simulation(buffer_limits limits = {}, std::size_t partitions = 1, std::uint64_t seed = 1)
      : world{seed}, host{std::make_shared<fake_host>(world, limits, partitions)}, choice{seed} {}

  /// Runs everything that is due now.
  void settle() {
    for (;;) {
      host->run_due_timers();
      if (host->run() == 0 && !world.events().run_one(choice)) return;
    }
  }
  /// Lets time pass, timer by timer.
  void advance(std::chrono::nanoseconds by) {
    auto const end = world.clock().monotonic() + by;
    for (settle();; settle()) {
      auto next = end;
      if (host->has_timer()) next = std::min(next, host->next_timer());
      if (auto const due = world.events().next_due()) next = std::min(next, *due);
      if (next >= end) break;
      world.clock().set(std::max(next, world.clock().monotonic()));
    }
    world.clock().set(end);
    settle();
  }

  testkit::sim_world world;
  std::shared_ptr<fake_host> host;
  random_stream choice;
};

template <class T>
std::vector<T> records_of(std::vector<partition> const& parts) {
  auto all = std::vector<T>{};
  for (auto const& part : parts)
    for_each_record<T>(part, [&](T const& record) { all.push_back(record); });
  return all;
}

/// The records as strings, in the order of the partitions.
inline std::vector<std::string> lines_of(std::vector<partition> const& parts) {
  auto all = std::vector<std::string>{};
  for (auto const& part : parts)
    for_each_record<std::string_view>(part, [&](std::string_view line) { all.emplace_back(line); });
  return all;
}

constexpr auto everything = ~std::uint64_t{0};

/// Cuts and commits one batch.
inline std::vector<std::string> next_lines(input& from, batch_id batch,
                                           std::uint64_t most = everything) {
  auto const cut = from.cut({batch, {}}, most);
  from.committed(batch);
  return lines_of(cut.parts);
}

using text_list = std::vector<std::string>;

}  // namespace sluice::tests
