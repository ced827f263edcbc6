#include <algorithm>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/supervision_policy.hpp>
#include <string>

namespace sluice {
namespace {

std::string text(duration value) { return std::to_string(value.count()) + "us"; }

class checker {
 public:
  explicit checker(std::string_view subject) : subject_{subject} {}

  void require(bool holds, std::string const& field, std::string const& value,
               std::string const& rule) const {
    if (holds) return;
    throw usage_error{subject_ + "." + field + " is " + value + ": " + rule};
  }

 private:
  std::string subject_;
};

void check_backoff(checker const& check, backoff_policy const& backoff) {
  check.require(backoff.min.count() >= 0, "backoff.min", text(backoff.min),
                "it must not be negative");
  check.require(backoff.max >= backoff.min, "backoff.max", text(backoff.max),
                "it must be at least backoff.min, " + text(backoff.min));
  check.require(backoff.min.count() > 0 || backoff.max.count() == 0, "backoff.min",
                text(backoff.min),
                "doubling 0 never reaches backoff.max, " + text(backoff.max) +
                    "; set it above 0, or both to 0 for no wait");
}

// The shortest that a number of waits in a row can be together: what chance cannot undercut.
double shortest_wait(backoff_policy const& backoff, int restarts) {
  auto total = 0.0;
  auto base = static_cast<double>(backoff.min.count());
  auto const max = static_cast<double>(backoff.max.count());
  for (int i = 0; i < restarts && total < 1e18; ++i, base = std::min(base * 2, max)) {
    switch (backoff.jitter) {
      case backoff_jitter::none: total += base; break;
      case backoff_jitter::full: return 0;
      case backoff_jitter::equal: total += base / 2; break;
      case backoff_jitter::decorrelated: return static_cast<double>(backoff.min.count()) * restarts;
    }
  }
  return total;
}

void check_window(checker const& check, supervision_policy const& policy) {
  check.require(policy.max_restarts >= 0, "max_restarts", std::to_string(policy.max_restarts),
                "it must not be negative; 0 suspends at the first failure");
  check.require(policy.within.count() > 0, "within", text(policy.within), "it must be above 0");
  // A loop of crashes that can never fill the window would go on for ever.
  check.require(policy.lifetime_cap || shortest_wait(policy.backoff, policy.max_restarts) <
                                           static_cast<double>(policy.within.count()),
                "within", text(policy.within),
                "the waits before " + std::to_string(policy.max_restarts) +
                    " restarts (max_restarts) are longer, so that they can never happen within it; "
                    "make it longer, lower max_restarts or backoff, or set lifetime_cap");
}

}  // namespace

void validate(supervision_policy const& policy, std::string_view subject) {
  auto const check = checker{subject};
  check_backoff(check, policy.backoff);
  check_window(check, policy);
  if (auto const cap = policy.lifetime_cap) {
    check.require(*cap >= 0, "lifetime_cap", std::to_string(*cap),
                  "it must not be negative; std::nullopt is no limit");
    check.require(*cap >= policy.max_restarts, "lifetime_cap", std::to_string(*cap),
                  "it must be at least max_restarts, " + std::to_string(policy.max_restarts));
  }
  check.require(policy.max_restore_attempts >= 1, "max_restore_attempts",
                std::to_string(policy.max_restore_attempts),
                "it must be at least 1; to never restart, set max_restarts to 0");
  check.require(policy.healthy_after.count() >= 0, "healthy_after", text(policy.healthy_after),
                "it must not be negative");
}

char const* to_string(restart_strategy strategy) {
  switch (strategy) {
    case restart_strategy::one_for_one: return "one_for_one";
    case restart_strategy::all_for_one: return "all_for_one";
    case restart_strategy::rest_for_one: return "rest_for_one";
    case restart_strategy::region: return "region";
  }
  return "unknown";
}

char const* to_string(backoff_jitter jitter) {
  switch (jitter) {
    case backoff_jitter::none: return "none";
    case backoff_jitter::full: return "full";
    case backoff_jitter::equal: return "equal";
    case backoff_jitter::decorrelated: return "decorrelated";
  }
  return "unknown";
}

}  // namespace sluice
