#include "driver_role.hpp"

#include "supervision/src/mutant.hpp"

#include <algorithm>

namespace sluice {

driver_role::driver_role(caf::event_based_actor* self, incarnation const& now, listener_bus bus)
    : self_{self}, now_{now}, bus_{std::move(bus)}, batches_{now.kept->progress} {
  // A driver may have died when the ledger had the commit, and before it forgot the batch itself.
  std::erase_if(batches_, [committed = now.kept->ledger.committed()](batch_progress const& b) {
    return b.info.batch.id <= committed;
  });
  // All are sent again, so all are prepared again; and an output that has committed one is asked
  // again, for it is with the commit that the credit of its new links returns.
  for (auto& b : batches_) {
    b.prepared = 0;
    b.committed = 0;
    b.committing = false;
    b.diverted = {};
  }
}

caf::behavior driver_role::behavior() {
  return {
      [this](msg::batch_prepared const& done) { prepared(done.batch); },
      [this](msg::output_committed const& done) { output_done(done.batch); },
      [this](msg::records_diverted& told) { diverted(told); },
      [this](msg::role_failed const& failed) { doom(failed); },
      [this](driver_peers& peers) { peers_ = std::move(peers); },
  };
}

// A batch is in the ledger before anybody works on it.
void driver_role::learn_of_batches() {
  auto const& ledger = now_.kept->ledger;
  auto known = batches_.empty() ? ledger.committed() : batches_.back().info.batch.id;
  while (auto const next = ledger.open_behind(known)) {
    known = next->info.batch.id;
    batches_.push_back({next->info, 0, 0, false, {}});
  }
}

batch_progress* driver_role::find(batch_id batch) {
  if (batches_.empty() || batches_.back().info.batch.id < batch) learn_of_batches();
  auto const found = std::find_if(batches_.begin(), batches_.end(), [&](batch_progress const& b) {
    return b.info.batch.id == batch;
  });
  return found == batches_.end() ? nullptr : &*found;
}

void driver_role::prepared(batch_id batch) {
  auto* found = find(batch);
  if (!found) return;
  ++found->prepared;
  commit_next();
}

void driver_role::diverted(msg::records_diverted& told) {
  if (auto* found = find(told.batch)) found->diverted.add(std::move(told.records));
}

// The oldest batch commits, one output after the other in the order of registration.
void driver_role::commit_next() {
  if (batches_.empty()) return;
  auto& oldest = batches_.front();
  auto const wanted = peers_.sinks.size() - (is_mutant(mutant::commit_before_prepare) ? 1 : 0);
  if (oldest.committing || oldest.prepared < wanted) return;
  if (is_doomed(oldest.info.batch.id)) return;
  oldest.committing = true;
  if (is_mutant(mutant::commit_logged_early) && now_.setup->journal && oldest.committed == 0)
    now_.setup->journal->committed(oldest.info.batch.id);
  auto& output = oldest.info.outputs[oldest.committed];
  auto const again = output.end.has_value();
  if (!again) output.start = now_.setup->now();
  if (!again && bus_.heard())
    bus_.post(
        [info = oldest.info, output](streaming_listener& l) { l.on_output_started(info, output); });
  tell(self_, peers_.sinks[oldest.committed], msg::output_commit{{now_.epoch}, oldest.info.batch});
}

void driver_role::output_done(batch_id batch) {
  if (!find(batch) || batches_.front().info.batch.id != batch) return;
  auto& oldest = batches_.front();
  auto& output = oldest.info.outputs[oldest.committed];
  auto const again = output.end.has_value();
  if (!again) output.end = now_.setup->now();
  if (!again && bus_.heard())
    bus_.post([info = oldest.info, output](streaming_listener& l) {
      l.on_output_completed(info, output);
    });
  oldest.committing = false;
  if (++oldest.committed != peers_.sinks.size()) return commit_next();
  finish(oldest);
  batches_.pop_front();
  commit_next();
  give_up_if_nothing_is_left();
}

// Tasks work in batch order, so what is older than the failed batch has passed the failed task and
// can still be committed. What is younger cannot.
void driver_role::doom(msg::role_failed const& failed) {
  learn_of_batches();
  if (!doomed_ || failed.batch < doomed_->batch) doomed_ = failed;
  give_up_if_nothing_is_left();
}

void driver_role::give_up_if_nothing_is_left() {
  if (!doomed_ || (!batches_.empty() && !is_doomed(batches_.front().info.batch.id))) return;
  tell(self_, peers_.guardian, *doomed_);
}

// The batch is still in the ledger, so it is the oldest one there.
void driver_role::write_down(batch_id batch) {
  auto const& journal = now_.setup->journal;
  if (!journal) return;
  journal->committed(batch);
  auto const cut = now_.kept->ledger.open().front();
  if (cut->checkpoint == 0) return;
  // Weakly, because it may come after the end of the actor system.
  auto const tell_guardian =
      [to = caf::actor_cast<caf::weak_actor_ptr>(peers_.guardian)](checkpoint_result result) {
        if (auto strong = caf::actor_cast<caf::strong_actor_ptr>(to))
          tell_from_outside(caf::actor_cast<caf::actor>(strong),
                            msg::checkpoint_ended{{}, std::move(result)});
      };
  journal->end_checkpoint(cut->checkpoint, cut->info.batch, cut->positions, tell_guardian);
}

// What a process before has committed was done for the state alone.
void driver_role::replayed(batch_id batch) {
  auto const last = now_.kept->committed_before;
  auto const first = now_.setup->recovered->checkpoint;
  auto const caught_up = batch == last;
  now_.setup->core->log().write("driver", caught_up ? log_level::info : log_level::debug,
                                "replayed " + std::to_string(batch - first) + " of " +
                                    std::to_string(last - first) + " batches" +
                                    (caught_up ? ": caught up" : ""));
  if (caught_up && bus_.heard())
    bus_.post([batch](streaming_listener& l) { l.on_caught_up(batch); });
}

// Batches overlap: the time of one begins when the one before has ended.
std::shared_ptr<batch_work const> driver_role::measure(batch_info const& done) {
  auto const before = std::exchange(last_end_, done.ended);
  auto const& o = now_.setup->core->settings();
  if (!o.backpressure.enabled && o.trigger.target == duration{0}) return nullptr;
  auto const begun = std::max(*done.started, before.value_or(*done.started));
  auto work = std::make_shared<batch_work>();
  work->all = {*done.ended, done.records, *done.ended - begun, begun - done.submitted};
  for (auto const& in : done.inputs) work->records.push_back(in.records);
  return work;
}

void driver_role::finish(batch_progress& done) {
  done.info.ended = now_.setup->now();
  done.info.skipped = done.diverted.skipped;
  done.info.dead_letters = done.diverted.letters.size();
  auto const batch = done.info.batch.id;
  now_.setup->pass("driver: commit");
  now_.setup->core->committed(done.info.batch.time);
  write_down(batch);
  now_.kept->ledger.commit(batch, now_.setup->outside->clock().monotonic());
  if (batch <= now_.kept->committed_before) replayed(batch);
  if (now_.setup->core->log().enabled("driver", log_level::debug))
    now_.setup->core->log().write("driver", log_level::debug,
                                  "batch " + std::to_string(batch) + " committed, " +
                                      std::to_string(done.info.records) + " records");
  for (std::size_t i = 0; i != peers_.hosts.size(); ++i)
    if (auto const& in = done.info.inputs.at(i); in.records != 0 || !in.description.empty())
      tell(self_, peers_.hosts[i], msg::batch_committed{{now_.epoch}, batch, nullptr});
  tell(self_, peers_.generator, msg::batch_committed{{now_.epoch}, batch, measure(done.info)});
  if (bus_.heard()) {
    for (auto const& letter : done.diverted.letters)
      bus_.post([letter](streaming_listener& l) { l.on_dead_letter(letter); });
    bus_.post([info = std::move(done.info)](streaming_listener& l) { l.on_batch_completed(info); });
  }
  if (!done.diverted.empty() && batch > now_.kept->committed_before)
    now_.setup->publish(std::move(done.diverted.letters), done.diverted.skipped);
}

}  // namespace sluice
