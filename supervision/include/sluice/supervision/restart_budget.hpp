/// Restart or give up: counts incidents.
///
/// Thread rule: one thread at a time. Promise: a decision from times that are handed in; between a
/// failure and the end of its recovery nothing is counted twice.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <sluice/supervision/backoff.hpp>
#include <sluice/supervision/supervision_policy.hpp>
#include <string>

namespace sluice {

/// What to do after a failure.
enum class restart_action {
  restart,  ///< restart what is affected after `delay`
  joined,   ///< part of an incident whose restart is under way: widen what it restarts
  escalate  ///< suspend: keep all state, make `reason` readable
};

/// The answer of a `restart_budget`.
struct restart_verdict {
  restart_action action = restart_action::escalate;
  duration delay{};      ///< of a restart
  std::string reason{};  ///< of an escalation: the limit that is spent and its value
};

/// The restarts that one supervisor may still do.
///
/// Call `failed` for every death, `restore_failed` when a restart did not succeed, `recovered` when
/// all that it restarted runs again, `committed` for every committed batch. Times are those of a
/// monotonic clock.
class restart_budget {
 public:
  using time_point = backoff::time_point;

  /// @param used  incidents that this pipeline has had in earlier processes
  /// @throws usage_error if the policy contradicts itself
  restart_budget(supervision_policy const& policy, random_source random, std::uint64_t used = 0);

  /// A child died at `now`. The first death opens an incident; until `recovered` the others belong
  /// to it.
  restart_verdict failed(time_point now);
  /// An attempt to restore failed. Without an open incident it opens one, as `failed` does.
  restart_verdict restore_failed(time_point now);
  /// Everything that the incident took down runs again.
  void recovered();
  /// A batch was committed at `now`.
  void committed(time_point now);
  /// Lifts a suspension by hand: the window is empty again and the waits start over; the incidents
  /// of the whole life stay counted, and when their cap is what was spent, this changes nothing.
  void resume();

  /// Incidents that would still lead to a restart at `now`: 0 means that the next one suspends.
  std::uint64_t left(time_point now) const;
  /// Incidents so far, earlier processes included: what has to be stored.
  std::uint64_t used() const { return used_; }
  bool recovering() const { return recovering_; }
  bool suspended() const { return suspended_.has_value(); }

 private:
  restart_verdict escalate(std::string reason);
  std::uint64_t in_window(time_point now) const;
  bool lifetime_spent() const;

  supervision_policy policy_;
  backoff backoff_;
  std::uint64_t used_;
  std::deque<time_point> window_{};  // starts of the incidents that may still count, oldest first
  bool recovering_ = false;
  int failed_attempts_ = 0;
  std::optional<std::string> suspended_{};
};

}  // namespace sluice
