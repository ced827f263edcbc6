#include "listener_bus.hpp"

namespace sluice {

caf::behavior listener_bus_role::behavior() {
  return {[this](msg::listener_event const&) {
    auto const deliver = bus_.next();
    if (!deliver) return;
    inside_stream marker;
    for (auto const& listener : setup_->listeners) {
      try {
        deliver(*listener);
      } catch (...) {
        setup_->core->log().write("listener", log_level::error,
                                  "a listener threw: " + describe(std::current_exception()));
      }
    }
  }};
}

listener_bus::listener_bus(setup_ptr setup)
    : setup_{std::move(setup)}, queue_{std::make_shared<queue>()} {}

void listener_bus::post(event deliver) const {
  if (!heard()) return;
  std::unique_lock lock{queue_->mutex};
  if (queue_->waiting.size() >= setup_->core->settings().listener_queue) {
    auto const n = ++queue_->dropped;
    lock.unlock();
    return tell_of_drop(n);
  }
  queue_->waiting.push_back(std::move(deliver));
  tell_from_outside(queue_->actor, msg::listener_event{});
}

void listener_bus::tell_of_drop(std::uint64_t dropped) const {
  if ((dropped & (dropped - 1)) == 0)  // 1, 2, 4, 8, ...: a flood does not flood the log
    setup_->core->log().write(
        "listener", log_level::warn,
        std::to_string(dropped) + " listener events dropped: a listener is too slow");
}

void listener_bus::deliver_through(caf::actor const& actor) const {
  std::lock_guard guard{queue_->mutex};
  queue_->actor = actor;
  for (std::size_t i = 0; i != queue_->waiting.size(); ++i)
    tell_from_outside(actor, msg::listener_event{});
}

listener_bus::event listener_bus::next() const {
  std::lock_guard guard{queue_->mutex};
  if (queue_->waiting.empty()) return nullptr;
  auto result = std::move(queue_->waiting.front());
  queue_->waiting.pop_front();
  return result;
}

}  // namespace sluice
