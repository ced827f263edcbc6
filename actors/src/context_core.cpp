#include "context_core.hpp"

#include <sluice/operators/op.hpp>

namespace sluice {

thread_local bool inside_stream::active = false;

bool context_core::fail(std::exception_ptr cause) {
  {
    std::lock_guard guard{mutex_};
    if (failure_) return false;
    failure_ = cause;
  }
  log_.write("context", log_level::error, describe(cause));
  notify_();
  return true;
}

void context_core::suspend(std::exception_ptr cause) {
  log_.write("context", log_level::error, "suspended: " + describe(cause));
  {
    std::lock_guard guard{mutex_};
    failure_ = std::move(cause);
  }
  set_state(context_state::suspended);
}

void context_core::resume() {
  {
    std::lock_guard guard{mutex_};
    failure_ = nullptr;
  }
  set_state(context_state::active);
}

std::exception_ptr context_core::failure() const {
  std::lock_guard guard{mutex_};
  return failure_;
}

void context_core::rethrow_failure() const {
  if (auto cause = failure()) std::rethrow_exception(cause);
}

void context_core::committed(batch_time newest) {
  std::lock_guard guard{mutex_};
  committed_ = newest;
}

std::optional<batch_time> context_core::last_committed() const {
  std::lock_guard guard{mutex_};
  return committed_;
}

void context_core::idle_reached(std::uint64_t ticket) {
  idle_ticket_ = ticket;
  notify_();
}

}  // namespace sluice
