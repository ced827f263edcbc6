/// What a simulation and the engine in it share.
///
/// Thread rule: one thread. Promise: outlives the engine; all chance is in here.
#pragma once

#include "fault_director.hpp"
#include "link_ledger.hpp"
#include "schedules.hpp"

#include <deque>
#include <optional>
#include <set>
#include <sluice/supervision/fault_point.hpp>
#include <sluice/testkit/simulation.hpp>

namespace sluice::testkit {

/// What the engine does for the simulation.
class sim_driver {
 public:
  virtual ~sim_driver() = default;
  virtual bool run_until(std::function<bool()> const& done, std::chrono::milliseconds timeout) = 0;
  /// The actor that runs now dies, once it has handled its message.
  virtual void kill_current() = 0;
};

struct simulation::impl final : fault_handler {
  impl(std::uint64_t seed, std::unique_ptr<turn_taking> how, std::uint64_t limit);

  sim_world outside;
  random_stream choice;
  std::unique_ptr<turn_taking> turns;
  fault_director director;
  std::uint64_t max_steps;
  trace_summary done;
  bool used = false;
  sim_driver* driver = nullptr;  // while there is a context
  std::set<std::string> blocked;

  std::optional<link_ledger> ledger;
  std::vector<std::shared_ptr<monitor>> monitors;
  std::optional<std::string> broke;  // at this step
  bool judged = false;               // something was found to be broken

  // The end of a process.
  std::optional<std::pair<std::uint64_t, crash_loss>> end_at;  // a step
  bool end_told = false;
  bool ended() { return outside.storage().stopped(); }
  void end_process(crash_loss loss) { outside.storage().stop(loss); }
  void end_if_due();

  // Deaths by role.
  struct planned_kill {
    std::string role;
    std::uint64_t skip;
  };
  std::vector<planned_kill> kills;
  std::size_t killed = 0;
  /// Whether the plan has it that an actor of this name dies now.
  bool dies(std::string_view name);

  // The record.
  void note(std::uint64_t what);
  std::size_t keep = 0;
  std::deque<run_step> kept;
  void keep_step(std::string lane, std::string what, std::string from,
                 std::optional<fault_action> const& action);

  // Faults that do not need an actor. @return whether it was one
  bool strike(fault_action const& action);
  /// A fault point in code.
  void reached(std::string_view point) override;
  std::optional<std::errc> disk_operation(storage_operation operation, std::string const& path);
};

/// The engine of one context.
std::shared_ptr<engine> make_sim_engine(std::shared_ptr<simulation::impl> sim);

}  // namespace sluice::testkit
