/// The actor that knows every batch between cut and commit, and commits them in order.
#pragma once

#include "listener_bus.hpp"
#include "role.hpp"
#include "setup.hpp"

#include <deque>

namespace sluice {

/// Sent once, before anything else: whom the driver talks to.
struct driver_peers : msg::on<lane::control> {
  std::vector<caf::actor> sinks;  // by output
  caf::actor generator;
  std::vector<caf::actor> hosts;
  caf::actor guardian;
};

class driver_role {
 public:
  static constexpr char const* role_name = "driver";
  driver_role(caf::event_based_actor* self, setup_ptr setup, listener_bus bus);
  caf::behavior behavior();

 private:
  struct in_flight {
    batch_info info;
    std::size_t prepared = 0;
    std::size_t committed = 0;
    bool committing = false;
  };
  void allocate(batch_info info);
  void prepared(batch_id batch);
  void output_done(batch_id batch);
  void commit_next();
  void finish(in_flight done);
  void doom(msg::role_failed const& failed);
  void give_up_if_nothing_is_left();
  bool is_doomed(batch_id batch) const { return doomed_ && doomed_->batch <= batch; }

  caf::event_based_actor* self_;
  setup_ptr setup_;
  listener_bus bus_;
  driver_peers peers_;
  std::deque<in_flight> batches_;
  std::optional<msg::role_failed> doomed_;  // the oldest batch that failed
};

}  // namespace sluice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::driver_peers)
