#include "driver_role.hpp"

#include <algorithm>

namespace sluice {

driver_role::driver_role(caf::event_based_actor* self, setup_ptr setup, listener_bus bus)
    : self_{self}, setup_{std::move(setup)}, bus_{std::move(bus)} {}

caf::behavior driver_role::behavior() {
  return {
      [this](msg::batch_prepared const& done) { prepared(done.batch); },
      [this](msg::output_committed const& done) { output_done(done.batch); },
      [this](msg::batch_allocated& allocated) { allocate(std::move(allocated.info)); },
      [this](msg::role_failed const& failed) { doom(failed); },
      [this](driver_peers& peers) { peers_ = std::move(peers); },
  };
}

void driver_role::allocate(batch_info info) {
  if (bus_.heard()) bus_.post([info](streaming_listener& l) { l.on_batch_submitted(info); });
  info.started = setup_->now();
  for (std::size_t o = 0; o != setup_->plan.output_stages.size(); ++o) {
    auto const& s = setup_->plan.stages[setup_->plan.output_stages[o]];
    info.outputs.push_back({o, s.nodes.front()->who->name(), {}, {}});
  }
  if (bus_.heard()) bus_.post([info](streaming_listener& l) { l.on_batch_started(info); });
  batches_.push_back({std::move(info)});
}

void driver_role::prepared(batch_id batch) {
  auto found = std::find_if(batches_.begin(), batches_.end(),
                            [&](in_flight const& b) { return b.info.batch.id == batch; });
  if (found == batches_.end()) return;
  ++found->prepared;
  commit_next();
}

// The oldest batch commits, one output after the other in the order of registration.
void driver_role::commit_next() {
  if (batches_.empty()) return;
  auto& oldest = batches_.front();
  if (oldest.committing || oldest.prepared != peers_.sinks.size()) return;
  if (is_doomed(oldest.info.batch.id)) return;
  oldest.committing = true;
  auto& output = oldest.info.outputs[oldest.committed];
  output.start = setup_->now();
  if (bus_.heard())
    bus_.post(
        [info = oldest.info, output](streaming_listener& l) { l.on_output_started(info, output); });
  tell(self_, peers_.sinks[oldest.committed],
       msg::output_commit{{setup_->epoch}, oldest.info.batch});
}

void driver_role::output_done(batch_id batch) {
  if (batches_.empty() || batches_.front().info.batch.id != batch) return;
  auto& oldest = batches_.front();
  auto& output = oldest.info.outputs[oldest.committed];
  output.end = setup_->now();
  if (bus_.heard())
    bus_.post([info = oldest.info, output](streaming_listener& l) {
      l.on_output_completed(info, output);
    });
  oldest.committing = false;
  if (++oldest.committed != peers_.sinks.size()) return commit_next();
  auto done = std::move(oldest);
  batches_.pop_front();
  finish(std::move(done));
  commit_next();
  give_up_if_nothing_is_left();
}

// Tasks work in batch order, so what is older than the failed batch has passed the failed task and
// can still be committed. What is younger cannot.
void driver_role::doom(msg::role_failed const& failed) {
  if (!doomed_ || failed.batch < doomed_->batch) doomed_ = failed;
  tell(self_, peers_.generator, msg::pause_cutting{{setup_->epoch}});
  give_up_if_nothing_is_left();
}

void driver_role::give_up_if_nothing_is_left() {
  if (!doomed_ || (!batches_.empty() && !is_doomed(batches_.front().info.batch.id))) return;
  tell(self_, peers_.guardian, *doomed_);
}

void driver_role::finish(in_flight done) {
  done.info.ended = setup_->now();
  auto const batch = done.info.batch.id;
  if (setup_->core->log().enabled("driver", log_level::debug))
    setup_->core->log().write("driver", log_level::debug,
                              "batch " + std::to_string(batch) + " committed, " +
                                  std::to_string(done.info.records) + " records");
  for (std::size_t i = 0; i != peers_.hosts.size(); ++i)
    if (auto const& in = done.info.inputs.at(i); in.records != 0 || !in.description.empty())
      tell(self_, peers_.hosts[i], msg::batch_committed{{setup_->epoch}, batch});
  tell(self_, peers_.generator, msg::batch_committed{{setup_->epoch}, batch});
  if (bus_.heard())
    bus_.post([info = std::move(done.info)](streaming_listener& l) { l.on_batch_completed(info); });
}

}  // namespace sluice
