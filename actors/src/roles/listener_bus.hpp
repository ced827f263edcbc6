/// The actor that calls listeners, one event at a time, in order.
#pragma once

#include "role.hpp"
#include "setup.hpp"

namespace sluice {

class listener_bus_role {
 public:
  static constexpr char const* role_name = "listener";
  listener_bus_role(caf::event_based_actor*, setup_ptr setup,
                    std::shared_ptr<std::atomic<std::size_t>> waiting)
      : setup_{std::move(setup)}, waiting_{std::move(waiting)} {}
  caf::behavior behavior();

 private:
  setup_ptr setup_;
  std::shared_ptr<std::atomic<std::size_t>> waiting_;
};

/// The way to the bus: bounded by `options.listener_queue`; what exceeds it is dropped and counted.
/// Shared by all roles, safe from any thread.
class listener_bus {
 public:
  listener_bus(caf::event_based_actor* parent, setup_ptr setup);
  caf::actor const& actor() const { return actor_; }
  /// Whether anybody listens. Ask before making an event, which copies what it tells.
  bool heard() const { return !setup_->listeners.empty(); }
  void post(std::function<void(streaming_listener&)> deliver) const;

 private:
  setup_ptr setup_;
  std::shared_ptr<std::atomic<std::size_t>> waiting_;
  std::shared_ptr<std::atomic<std::uint64_t>> dropped_;
  caf::actor actor_;
};

}  // namespace sluice
