#include "region.hpp"

#include "actors/src/pace/input_rates.hpp"
#include "driver_role.hpp"
#include "generator_role.hpp"
#include "recovery.hpp"
#include "sink_role.hpp"
#include "stage_role.hpp"

namespace sluice {

// Downstream first: whoever is spawned knows where its results go.
region spawn_region(caf::event_based_actor* parent, incarnation const& now, listener_bus const& bus,
                    std::function<void(caf::actor const&, std::string)> const& adopt) {
  auto const& p = now.setup->plan;
  region made;
  made.driver = spawn_role<driver_role>(parent, now, bus);
  adopt(made.driver, "driver");
  std::vector<std::vector<caf::actor>> tasks(p.stages.size());
  for (auto s : p.output_stages) {
    made.sinks.push_back(spawn_role<sink_role>(parent, now, s, made.driver));
    tasks[s] = {made.sinks.back()};
    adopt(made.sinks.back(), "sink " + p.stages[s].nodes.front()->who->name());
  }
  for (auto s = p.stages.rbegin(); s != p.stages.rend(); ++s) {
    for (std::size_t index = 0; !s->output_index && index != s->partitions; ++index) {
      std::vector<std::vector<caf::actor>> to;
      for (auto const& out : s->outs) {
        auto& receivers = to.emplace_back();
        for (auto r : receivers_of(out, index)) receivers.push_back(tasks[out.to_stage][r]);
      }
      tasks[s->id].push_back(
          spawn_role<stage_role>(parent, now, s->id, index, std::move(to), made.driver));
      adopt(tasks[s->id].back(),
            "stage " + std::to_string(s->id) + " partition " + std::to_string(index));
    }
  }
  made.generator = spawn_role<generator_role>(parent, now, bus, std::move(tasks));
  adopt(made.generator, "batch generator");
  return made;
}

std::shared_ptr<cells> make_cells(setup& of) {
  auto made = std::make_shared<cells>(of.core->settings().backpressure.stall_after);
  for (auto const& s : of.plan.stages) {
    auto& partitions = made->stages.emplace_back();
    for (std::size_t p = 0; !s.output_index && p != s.partitions; ++p)
      partitions.push_back(std::make_unique<stage_cell>(s, p, of.record_rules));
  }
  for (auto s : of.plan.output_stages)
    made->sinks.push_back(std::make_unique<sink_cell>(of.plan.stages[s]));
  for (std::size_t i = 0; i != of.inputs.size(); ++i)
    made->inputs.push_back(std::make_unique<input_cell>(std::move(of.inputs[i].source), of.core,
                                                        *of.outside, of.parallelism,
                                                        wait_place{&made->waits, i}));
  made->cutting.emplace(batch_grid{of.core->settings().trigger, of.now()});
  for (auto const& in : made->inputs)
    made->cutting->rates.push_back(make_intake_rate(of.core->settings(), in->source().intake(),
                                                    of.outside->clock().monotonic()));
  if (auto const target = of.core->settings().trigger.target; target != duration{0})
    made->cutting->sizer.emplace(target);
  if (!of.core->settings().checkpoint_dir.empty()) open_journal(of, *made);
  return made;
}

}  // namespace sluice
