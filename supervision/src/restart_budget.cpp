#include <algorithm>
#include <sluice/supervision/restart_budget.hpp>
#include <utility>

namespace sluice {
namespace {

supervision_policy checked(supervision_policy const& policy) {
  validate(policy);
  return policy;
}

std::string text(duration value) { return std::to_string(value.count()) + "us"; }

}  // namespace

restart_budget::restart_budget(supervision_policy const& policy, random_source random,
                               std::uint64_t used)
    : policy_{checked(policy)},
      backoff_{policy_.backoff, policy_.healthy_after, std::move(random)},
      used_{used} {}

restart_verdict restart_budget::failed(time_point now) {
  if (suspended_) return {.action = restart_action::escalate, .reason = *suspended_};
  if (recovering_) return {.action = restart_action::joined};
  if (lifetime_spent())
    return escalate("lifetime_cap of " + std::to_string(*policy_.lifetime_cap) +
                    " restarts is spent");
  if (in_window(now) >= static_cast<std::uint64_t>(policy_.max_restarts))
    return escalate("max_restarts of " + std::to_string(policy_.max_restarts) + " within " +
                    text(policy_.within) + " is spent");
  while (!window_.empty() && now - window_.front() >= policy_.within) window_.pop_front();
  window_.push_back(now);
  ++used_;
  recovering_ = true;
  failed_attempts_ = 0;
  return {.action = restart_action::restart, .delay = backoff_.next()};
}

restart_verdict restart_budget::restore_failed(time_point now) {
  if (suspended_ || !recovering_) return failed(now);
  if (++failed_attempts_ >= policy_.max_restore_attempts)
    return escalate("max_restore_attempts of " + std::to_string(policy_.max_restore_attempts) +
                    " is spent");
  return {.action = restart_action::restart, .delay = backoff_.next()};
}

void restart_budget::recovered() {
  recovering_ = false;
  failed_attempts_ = 0;
}

void restart_budget::committed(time_point now) {
  if (!recovering_ && !suspended_) backoff_.progress(now);
}

void restart_budget::resume() {
  if (!suspended_ || lifetime_spent()) return;
  suspended_.reset();
  window_.clear();
  backoff_.start_over();
  recovered();
}

std::uint64_t restart_budget::left(time_point now) const {
  if (suspended_) return 0;
  auto const in_window_now = in_window(now);
  auto const allowed = static_cast<std::uint64_t>(policy_.max_restarts);
  auto const by_window = allowed - std::min(allowed, in_window_now);
  if (!policy_.lifetime_cap) return by_window;
  auto const cap = static_cast<std::uint64_t>(*policy_.lifetime_cap);
  return std::min(by_window, cap - std::min(cap, used_));
}

restart_verdict restart_budget::escalate(std::string reason) {
  recovering_ = false;
  suspended_ = reason;
  return {.action = restart_action::escalate, .reason = std::move(reason)};
}

std::uint64_t restart_budget::in_window(time_point now) const {
  return static_cast<std::uint64_t>(std::count_if(
      window_.begin(), window_.end(), [&](time_point at) { return now - at < policy_.within; }));
}

bool restart_budget::lifetime_spent() const {
  return policy_.lifetime_cap && used_ >= static_cast<std::uint64_t>(*policy_.lifetime_cap);
}

}  // namespace sluice
