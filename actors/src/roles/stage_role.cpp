#include "stage_role.hpp"

namespace sluice {

stage_role::stage_role(caf::event_based_actor* self, incarnation const& now,
                       std::size_t stage_index, std::size_t partition_index,
                       std::vector<std::vector<caf::actor>> to, caf::actor driver)
    : self_{self},
      now_{now},
      driver_{std::move(driver)},
      place_{work_place::kind::stage, stage_index, partition_index},
      cell_{*now.kept->stages[stage_index][partition_index]},
      in_{self, now.epoch, now.setup->link_window()},
      out_{self, now} {
  auto const& s = now.setup->plan.stages[stage_index];
  link_numbers const numbers{now.setup->plan};
  if (s.input_index) in_.add(0, numbers.of_input(stage_index, partition_index));
  for (std::size_t p = 0; p != s.ports.size(); ++p)
    for (auto sender : senders_to(s.ports[p], partition_index, s.partitions))
      in_.add(p, numbers.of(stage_index, p, sender, partition_index));
  for (std::size_t o = 0; o != s.outs.size(); ++o) {
    auto& indexes = out_index_.emplace_back();
    auto const receivers = receivers_of(s.outs[o], partition_index);
    for (std::size_t r = 0; r != receivers.size(); ++r)
      indexes.push_back(
          out_.add(numbers.of(s.outs[o].to_stage, s.outs[o].to_port, partition_index, receivers[r]),
                   to[o][r]));
  }
}

caf::behavior stage_role::behavior() {
  out_.open_all();
  return {
      [this](msg::link_data& data) {
        in_.accept(data);
        run_next();
      },
      [this](msg::link_grant const& grant) {
        out_.granted(grant.epoch, grant.link, grant.total);
        run_next();
      },
      [this](msg::proceed const&) { run_next(); },
      [this](msg::link_opened const& opened) {
        out_.granted(opened.epoch, opened.link, opened.total);
        run_next();
      },
      [this](msg::link_open const& open) { in_.opened_by(open); },
  };
}

// One batch per message, so that a grant or a stop never waits for more than one.
void stage_role::run_next() {
  if (failed_ || !in_.has_batch() || !out_.all_idle()) return;
  run(in_.take());
  if (in_.has_batch() && out_.all_idle()) tell(self_, caf::actor{self_}, msg::proceed{});
}

void stage_role::run(flow::inbox::ready_batch& batch) {
  stage_cell::outcome done;
  try {
    inside_stream marker;
    fault_scope const faults{now_.setup->fault_source()};
    fault_point("stage: run");
    auto const at_work =
        cell_.mark().on(batch.now.batch.id, now_.setup->outside->clock().monotonic());
    done = cell_.run(batch.now, batch.by_port, batch.committed);
  } catch (...) {
    failed_ = true;
    tell(self_, driver_,
         msg::role_failed{{now_.epoch},
                          batch.now.batch.id,
                          std::current_exception(),
                          place_,
                          cell_.is_hopeless()});
    return;
  }
  for (auto& parts : batch.by_port) parts.clear();
  if (!done.diverted.empty())
    tell(self_, driver_,
         msg::records_diverted{{now_.epoch}, batch.now.batch.id, std::move(done.diverted)});
  auto& results = done.given;
  for (std::size_t o = 0; o != results.size(); ++o)
    for (std::size_t r = 0; r != results[o].size(); ++r)
      out_.offer(out_index_[o][r], {batch.now, std::move(results[o][r]), batch.committed});
  in_.settle();
  out_.pump();
}

}  // namespace sluice
