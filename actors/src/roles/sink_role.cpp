#include "sink_role.hpp"

#include <sluice/operators/stage_task.hpp>

namespace sluice {

namespace {

// No other output has to be ready, nothing is written down, nobody is told of its beginning.
bool nobody_else_is_asked(setup const& s) {
  return s.plan.output_stages.size() == 1 && !s.journal && s.listeners.empty();
}

}  // namespace

sink_role::sink_role(caf::event_based_actor* self, incarnation const& now, std::size_t stage_index,
                     caf::actor driver)
    : self_{self},
      now_{now},
      driver_{std::move(driver)},
      output_{*now.setup->plan.stages[stage_index].output_index},
      cell_{*now.kept->sinks[output_]},
      one_phase_{cell_.prepares_nothing() && nobody_else_is_asked(*now.setup)},
      in_{self, now.epoch, now.setup->link_window()} {
  auto const& s = now.setup->plan.stages[stage_index];
  link_numbers const numbers{now.setup->plan};
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
  while (!failed_ && in_.has_batch()) {
    auto& batch = in_.take();
    auto const ok = guarded("sink: prepare", batch.now.batch,
                            [&] { cell_.prepare(batch.now, std::move(batch.by_port.at(0))); });
    if (!ok) return;
    if (one_phase_)
      commit(batch.now.batch);
    else
      tell(self_, driver_, msg::batch_prepared{{now_.epoch}, batch.now.batch.id, output_});
  }
}

void sink_role::commit(batch_ref const& batch) {
  if (!guarded("sink: commit", batch, [&] { cell_.commit(batch); })) return;
  now_.setup->pass("sink: committed");
  // Credit returns with the commit: a slow sink is felt up to the source.
  in_.settle();
  tell(self_, driver_, msg::output_committed{{now_.epoch}, batch.id, output_});
}

template <class F>
bool sink_role::guarded(char const* point, batch_ref const& batch, F&& work) {
  try {
    inside_stream marker;
    fault_scope const faults{now_.setup->fault_source()};
    auto const at_work = cell_.mark().on(batch.id, now_.setup->outside->clock().monotonic());
    fault_point(point);
    work();
    return true;
  } catch (operator_failure const& failed) {
    tell(self_, driver_,
         msg::role_failed{{now_.epoch},
                          batch.id,
                          make_stream_failure(failed.who(), batch, 0, failed.cause()),
                          {work_place::kind::output, output_, 0}});
  } catch (...) {
    tell(self_, driver_,
         msg::role_failed{{now_.epoch},
                          batch.id,
                          make_stream_failure(cell_.who(), batch, 0, std::current_exception()),
                          {work_place::kind::output, output_, 0}});
  }
  failed_ = true;  // what comes after the failed batch must wait for it
  return false;
}

}  // namespace sluice
