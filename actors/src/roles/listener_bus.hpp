/// The actor that calls listeners, one event at a time, in order.
#pragma once

#include "role.hpp"
#include "setup.hpp"

#include <deque>

namespace sluice {

/// The way to the bus: bounded by `options.listener_queue`; what exceeds it is dropped and counted.
/// Shared by all roles, safe from any thread; events outlive the actor that delivers them.
class listener_bus {
 public:
  using event = std::function<void(streaming_listener&)>;

  explicit listener_bus(setup_ptr setup);
  /// Whether anybody listens. Ask before making an event, which copies what it tells.
  bool heard() const { return !setup_->listeners.empty(); }
  void post(event deliver) const;
  /// From now on `actor` delivers, also what the one before has left.
  void deliver_through(caf::actor const& actor) const;
  /// Takes out the oldest event; null if there is none.
  event next() const;

 private:
  struct queue {
    std::mutex mutex;
    std::deque<event> waiting;
    std::uint64_t dropped = 0;
    caf::actor actor;
  };
  void tell_of_drop(std::uint64_t dropped) const;

  setup_ptr setup_;
  std::shared_ptr<queue> queue_;
};

class listener_bus_role {
 public:
  static constexpr char const* role_name = "listener";
  listener_bus_role(caf::event_based_actor*, setup_ptr setup, listener_bus bus)
      : setup_{std::move(setup)}, bus_{std::move(bus)} {}
  caf::behavior behavior();

 private:
  setup_ptr setup_;
  listener_bus bus_;
};

}  // namespace sluice
