/// A context under a simulated schedule: one thread, virtual time, every choice drawn from a seed.
///
/// Thread rule: one thread, which is the one that waits (`run_until_idle`, `stop`, ...). Promise:
/// the same seed and program give the same run, step by step; `trace()` proves it.
#pragma once

#include <cstdint>
#include <memory>
#include <sluice/actors/execution.hpp>
#include <sluice/operators/error.hpp>
#include <sluice/testkit/sim_world.hpp>
#include <string>

namespace sluice::testkit {

/// Which of the actors that could go next goes next.
enum class schedule {
  fifo,   ///< the one that has waited longest; timers only when nothing can run
  random  ///< any, and now and then a timer before its time has come for the others
};

/// What a simulated run did.
struct trace_summary {
  std::uint64_t steps = 0;  ///< messages handled, events and timers run
  std::uint64_t hash = 0;   ///< of every choice in order: equal for equal runs
};

/// The call that waited for the stream when its process ended.
class process_ended : public error {
 public:
  process_ended() : error{"simulation: the process has ended, as it was told to"} {}
};

/// Make one, hand `where()` to a context, destroy the context first.
class simulation {
 public:
  /// @param max_steps  a run that takes more is taken for a livelock and fails
  explicit simulation(std::uint64_t seed, schedule how = schedule::random,
                      std::uint64_t max_steps = 5'000'000);
  ~simulation();
  simulation(simulation const&) = delete;
  simulation& operator=(simulation const&) = delete;

  /// Where to run a context: one at a time.
  execution where();
  sim_world& outside();
  trace_summary trace() const;
  /// Kills the next actor of a role (`driver`, `stage`, `sink`, `generator`, `receiver_host`,
  /// `guardian`, `listener`) that is about to handle a message, after `skip` such messages.
  void kill(std::string role, std::uint64_t skip = 0);
  /// How many of the kills have happened.
  std::size_t killed() const;

  /// Ends the process after this many further steps, as `kill -9` does: the call that waits throws
  /// `process_ended`, and from then on nothing reaches the disk. Destroy the context, then
  /// `start_process`.
  void end_process_after(std::uint64_t steps, crash_loss loss = crash_loss::nothing);
  /// The same, before the storage operation with this number.
  void end_process_at_operation(std::uint64_t operation, crash_loss loss = crash_loss::nothing);
  /// Whether what still runs are remains, whose effects nobody sees.
  bool process_has_ended() const;
  /// The next context finds the files that were left, and no connection.
  void start_process();

  struct impl;

 private:
  std::shared_ptr<impl> impl_;
};

}  // namespace sluice::testkit
