#include "listener_bus.hpp"

namespace sluice {

caf::behavior listener_bus_role::behavior() {
  return {[this](msg::listener_event const& event) {
    waiting_->fetch_sub(1);
    inside_stream marker;
    for (auto const& listener : setup_->listeners) {
      try {
        event.deliver(*listener);
      } catch (...) {
        setup_->core->log().write("listener", log_level::error,
                                  "a listener threw: " + describe(std::current_exception()));
      }
    }
  }};
}

listener_bus::listener_bus(caf::event_based_actor* parent, setup_ptr setup)
    : setup_{setup},
      waiting_{std::make_shared<std::atomic<std::size_t>>(0)},
      dropped_{std::make_shared<std::atomic<std::uint64_t>>(0)},
      actor_{spawn_role<listener_bus_role>(parent, setup, waiting_)} {}

void listener_bus::post(std::function<void(streaming_listener&)> deliver) const {
  if (setup_->listeners.empty()) return;
  if (waiting_->fetch_add(1) >= setup_->core->settings().listener_queue) {
    waiting_->fetch_sub(1);
    auto const n = dropped_->fetch_add(1) + 1;
    if ((n & (n - 1)) == 0)  // 1, 2, 4, 8, ...: a flood does not flood the log
      setup_->core->log().write(
          "listener", log_level::warn,
          std::to_string(n) + " listener events dropped: a listener is too slow");
    return;
  }
  tell_from_outside(actor_, msg::listener_event{{setup_->epoch}, std::move(deliver)});
}

}  // namespace sluice
