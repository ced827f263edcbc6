/// A context under a simulated schedule: one thread, virtual time, every choice drawn from a seed.
///
/// Thread rule: one thread, which is the one that waits (`run_until_idle`, `stop`, ...). Promise:
/// the same seed and program give the same run, step by step; `trace()` proves it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sluice/actors/execution.hpp>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/fault_point.hpp>
#include <sluice/supervision/fault_script.hpp>
#include <sluice/testkit/monitor.hpp>
#include <sluice/testkit/sim_world.hpp>
#include <string>
#include <utility>
#include <vector>

namespace sluice::testkit {

/// Which of the actors that could go next goes next.
enum class schedule {
  fifo,        ///< the one that has waited longest; timers only when nothing can run
  random,      ///< any, and now and then a timer before its time has come for the others
  priorities,  ///< the one with the highest drawn priority, with a few drawn changes (PCT)
  delays,      ///< as fifo, but for a few steps at which another goes first
  starving     ///< any but one, which is passed over for a while; then another one
};

char const* to_string(schedule how);

/// Choices that are given instead of drawn, and how many there were at each step.
struct guided_choices {
  std::map<std::size_t, std::size_t> picks;  ///< by step; 0 where none is given
  std::vector<std::size_t> widths;           ///< by step: how many could go
};

/// What a simulated run did.
struct trace_summary {
  std::uint64_t steps = 0;  ///< messages handled, events and timers run
  std::uint64_t hash = 0;   ///< of every choice in order: equal for equal runs
};

/// One step of a run that was asked to keep them.
struct run_step {
  std::chrono::nanoseconds at{};  ///< since the beginning
  std::string lane;               ///< the actor, `disk`, `timer` or `world`
  std::string what;               ///< the message, the operation with its path, the event
  std::string from;               ///< the actor that sent the message, if one did
  std::string fault;              ///< what was injected there
};

/// The call that waited for the stream when its process ended.
class process_ended : public error {
 public:
  process_ended() : error{"simulation: the process has ended, as it was told to"} {}
};

/// Nothing can go on, although somebody waits.
class deadlock : public stream_failure {
 public:
  using stream_failure::stream_failure;
};

/// Make one, hand `where()` to a context, destroy the context first.
///
/// Points, as a `fault_script` names them: `<actor>: <message>` before a message is handled
/// (`driver: batch_prepared`, `stage 1/0: link_data`, `sink 0: output_commit`, `receiver_host 0:
/// cut_request`), `disk: <operation> <path>` with `#` for each number in the path, `timer`,
/// `world: <event>`, and the names given to `fault_point`.
class simulation {
 public:
  static constexpr std::uint64_t default_max_steps = 5'000'000;

  /// @param max_steps  a run that takes more is taken for a livelock and fails
  explicit simulation(std::uint64_t seed, schedule how = schedule::random,
                      std::uint64_t max_steps = default_max_steps);
  /// Turns as `choices` gives them.
  simulation(std::uint64_t seed, std::shared_ptr<guided_choices> choices,
             std::uint64_t max_steps = default_max_steps);
  ~simulation();
  simulation(simulation const&) = delete;
  simulation& operator=(simulation const&) = delete;

  /// Where to run a context: one at a time.
  execution where();
  sim_world& outside();
  trace_summary trace() const;

  // Faults.

  /// From here on, what the plan says; it replaces the one before.
  /// @param at_most  as many faults, then no more
  void inject(fault_script plan, std::uint64_t at_most = ~std::uint64_t{0});
  /// Notes who went before whom, which makes a run a little slower.
  void record_turns();
  /// Every fault so far, and with `record_turns` every turn that was not in order: with `fifo`,
  /// injected into a run of the same program and seed, it gives the same run.
  fault_script happened() const;
  /// How many faults have happened.
  std::uint64_t faults() const;
  /// Kills the next actor of a role (`driver`, `stage`, `sink`, `generator`, `receiver_host`,
  /// `guardian`, `listener`) that is about to handle a message, after `skip` such messages.
  void kill(std::string role, std::uint64_t skip = 0);
  /// How many of the kills have happened.
  std::size_t killed() const;
  /// Messages that fit `point` stay where they are until `unblock`.
  void block(std::string point);
  void unblock(std::string const& point);

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

  // Observation.

  /// Every point that was passed so far, and how often.
  std::vector<std::pair<std::string, std::uint64_t>> points() const;

  /// Checks at every message that links keep to the rules of credit, order and epochs.
  /// @throws broken, out of the call that waits, if one does not
  void check_links();
  /// @throws broken, out of the call that waits, as the monitor does
  void watch(std::shared_ptr<monitor> one);
  /// Keeps every step from here on; of a long run the newest `limit`.
  void keep_steps(std::size_t limit = 100'000);
  std::vector<run_step> steps() const;
  /// What each link of the running context waits for, for people; empty if links are not checked.
  std::string links() const;

  /// Runs until `done()` holds, or until `timeout` of virtual time is over or nothing can go on.
  /// @return whether `done()` holds
  /// @throws usage_error if no context runs here
  bool run_until(std::function<bool()> const& done, std::chrono::milliseconds timeout);

  struct impl;

 private:
  std::shared_ptr<impl> impl_;
};

}  // namespace sluice::testkit
