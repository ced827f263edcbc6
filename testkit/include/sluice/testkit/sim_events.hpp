/// Pending completions and callbacks of the simulated world.
///
/// Thread rule: one thread. Promise: nothing runs inside the call that asked for it; what is due at
/// the same time runs in an order drawn from the caller's generator.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <sluice/supervision/world.hpp>
#include <string>
#include <utility>

namespace sluice::testkit {

/// A queue of functions with due times.
class sim_events {
 public:
  /// `time` decides what is due and must outlive the queue.
  explicit sim_events(clock const& time) : time_{time} {}
  sim_events(sim_events const&) = delete;
  sim_events& operator=(sim_events const&) = delete;
  ~sim_events();

  /// Runs `event` not before the monotonic clock is `after` further on. `name` is for traces.
  void post(std::string name, std::function<void()> event, std::chrono::nanoseconds after = {});
  /// True if `run_one` would run something.
  bool ready() const;
  /// Runs one of the due events, drawn from `choice`; false if none is due.
  bool run_one(random_stream& choice);
  /// How many are due, by due time and then in the order in which they were posted.
  std::size_t due() const;
  /// Name of one that is due.
  std::string const& name(std::size_t index) const;
  /// Runs one that is due.
  void run(std::size_t index);
  /// The earliest due time on the monotonic clock; in the past if something is due.
  std::optional<std::chrono::nanoseconds> next_due() const;
  /// Events that wait, due or not.
  std::size_t pending() const { return queue_.size(); }
  /// Name of the event that ran last; empty before the first.
  std::string const& last() const { return last_; }
  /// Forgets what waits, without running it.
  void clear();

 private:
  struct entry {
    std::string name;
    std::function<void()> event;
  };
  // Due time, then a running number: with it the order is the same in every run.
  using key = std::pair<std::chrono::nanoseconds, std::uint64_t>;

  std::map<key, entry>::const_iterator at(std::size_t index) const {
    return std::next(queue_.begin(), static_cast<std::ptrdiff_t>(index));
  }

  clock const& time_;
  std::map<key, entry> queue_;
  std::uint64_t posted_ = 0;
  std::string last_;
};

}  // namespace sluice::testkit
