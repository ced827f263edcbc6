/// The actor that knows every batch between cut and commit, and commits them in order.
#pragma once

#include "listener_bus.hpp"
#include "role.hpp"
#include "setup.hpp"

#include <deque>

namespace sluice {

/// Sent before anything else, and again whenever a host was replaced: whom the driver talks to.
struct driver_peers : msg::on<lane::control> {
  std::vector<caf::actor> sinks;  // by output
  caf::actor generator;
  std::vector<caf::actor> hosts;
  caf::actor guardian;
};

class driver_role {
 public:
  static constexpr char const* role_name = "driver";
  driver_role(caf::event_based_actor* self, incarnation const& now, listener_bus bus);
  caf::behavior behavior();

 private:
  void learn_of_batches();
  void prepared(batch_id batch);
  void diverted(msg::records_diverted& told);
  batch_progress* find(batch_id batch);
  void output_done(batch_id batch);
  void commit_next();
  void write_down(batch_id batch);
  void replayed(batch_id batch);
  void finish(batch_progress& done);
  std::shared_ptr<batch_work const> measure(batch_info const& done);
  void doom(msg::role_failed const& failed);
  void give_up_if_nothing_is_left();
  bool is_doomed(batch_id batch) const { return doomed_ && doomed_->batch <= batch; }

  caf::event_based_actor* self_;
  incarnation now_;
  listener_bus bus_;
  driver_peers peers_;
  std::deque<batch_progress>& batches_;
  std::optional<batch_time> last_end_;
  std::optional<msg::role_failed> doomed_;  // the oldest batch that failed
};

}  // namespace sluice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::driver_peers)
