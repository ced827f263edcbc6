/// Faults in a stream that really runs, as in a rehearsal on a staging system.
///
/// Thread rule: any thread. Promise: nothing happens before `begin`, after `end`, after the expiry,
/// or beyond the number of faults that was allowed; each fault is told to the log.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <sluice/supervision/fault_decisions.hpp>
#include <sluice/supervision/fault_point.hpp>
#include <sluice/supervision/fault_script.hpp>
#include <sluice/supervision/world.hpp>
#include <string>

namespace sluice {

/// How far a rehearsal may go.
struct fault_limits {
  std::uint64_t faults = 100;                ///< then it is over
  std::chrono::milliseconds expiry{60'000};  ///< after the beginning it is over
  std::uint64_t seed = 1;                    ///< of the chances
};

class live_faults final : public fault_handler {
 public:
  /// @param kill  has an actor of a role die
  /// @param tell  what has happened, for the log
  live_faults(clock const& time, std::function<void(std::string role)> kill,
              std::function<void(std::string const& text)> tell);
  ~live_faults() override;

  /// Replaces what was begun before.
  /// @throws usage_error if the plan has an action that only a simulation can do, or a limit is 0
  void begin(fault_script plan, fault_limits limits);
  void end();
  /// Every fault so far, as a plan.
  fault_script happened() const;

  void reached(std::string_view point) override;

 private:
  std::optional<fault_action> decide(std::string_view point);

  clock const& time_;
  std::function<void(std::string)> kill_;
  std::function<void(std::string const&)> tell_;
  std::atomic<bool> active_{false};
  mutable std::mutex mutex_;
  std::optional<fault_decisions> decisions_;
  std::chrono::nanoseconds over_{};
};

}  // namespace sluice
