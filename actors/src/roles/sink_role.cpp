#include "sink_role.hpp"

#include <sluice/operators/stage_task.hpp>

namespace sluice {

sink_role::sink_role(caf::event_based_actor* self, setup_ptr setup, std::size_t stage_index,
                     caf::actor driver)
    : self_{self},
      setup_{std::move(setup)},
      driver_{std::move(driver)},
      output_{*setup_->plan.stages[stage_index].output_index},
      who_{setup_->plan.stages[stage_index].nodes.front()->who},
      work_{setup_->plan.stages[stage_index].nodes.front()->output->make_output()},
      in_{self, setup_->epoch, setup_->link_window()} {
  auto const& s = setup_->plan.stages[stage_index];
  link_numbers const numbers{setup_->plan};
  for (auto sender : senders_to(s.ports.at(0), 0, 1))
    in_.add(0, numbers.of(stage_index, 0, sender, 0));
}

caf::behavior sink_role::behavior() {
  return {
      [this](msg::link_data& data) {
        in_.accept(data);
        prepare_ready();
      },
      [this](msg::output_commit const& request) { commit(request.batch); },
      [this](msg::link_open const& open) { in_.opened_by(open); },
  };
}

void sink_role::prepare_ready() {
  while (in_.has_batch()) {
    auto batch = in_.take();
    auto const ok = guarded(batch.now.batch,
                            [&] { work_->prepare(batch.now, std::move(batch.by_port.at(0))); });
    if (!ok) return;
    tell(self_, driver_, msg::batch_prepared{{setup_->epoch}, batch.now.batch.id, output_});
  }
}

void sink_role::commit(batch_ref const& batch) {
  if (!guarded(batch, [&] { work_->commit(batch); })) return;
  // Credit returns with the commit: a slow sink is felt up to the source.
  in_.settle();
  tell(self_, driver_, msg::output_committed{{setup_->epoch}, batch.id, output_});
}

template <class F>
bool sink_role::guarded(batch_ref const& batch, F&& work) {
  try {
    inside_stream marker;
    work();
    return true;
  } catch (operator_failure const& failed) {
    tell(self_, driver_,
         msg::role_failed{{setup_->epoch},
                          batch.id,
                          make_stream_failure(failed.who(), batch, 0, failed.cause())});
  } catch (...) {
    tell(self_, driver_,
         msg::role_failed{{setup_->epoch},
                          batch.id,
                          make_stream_failure(who_, batch, 0, std::current_exception())});
  }
  return false;
}

}  // namespace sluice
