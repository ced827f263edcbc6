#include "plan_links.hpp"

#include <sluice/operators/plan_runner.hpp>

namespace sluice {

plan_progress::plan_progress(plan const& of) : plan_{of} {
  written_.reserve(of.stages.size());
  for (auto const& s : of.stages) written_.emplace_back(s.output_index ? 0 : s.partitions);
}

std::vector<std::vector<partition>> plan_progress::take_inputs(stage const& of,
                                                               std::size_t partition_index) {
  std::vector<std::vector<partition>> inputs;
  for (auto const& port : of.ports) {
    auto& parts = inputs.emplace_back();
    auto const& out = plan_.stages[port.from_stage].outs[port.from_out];
    for (std::size_t sender = 0; sender != port.upstream_partitions; ++sender) {
      if (!is_sender(port, sender, partition_index, of.partitions)) continue;
      auto& buckets = written_[port.from_stage][sender][port.from_out];
      parts.push_back(std::move(buckets[sends_to_all(out) ? partition_index : 0]));
    }
  }
  return inputs;
}

void plan_progress::finish(stage const& of, std::size_t partition_index,
                           std::vector<std::vector<partition>> outputs) {
  written_[of.id][partition_index] = std::move(outputs);
}

std::vector<std::vector<partition>> plan_progress::take_results() {
  std::vector<std::vector<partition>> results;
  for (auto s : plan_.output_stages)
    results.push_back(std::move(take_inputs(plan_.stages[s], 0).at(0)));
  return results;
}

plan_runner::plan_runner(plan const& of, record_error_rules const* rules) : plan_{of} {
  for (auto const& s : of.stages) {
    auto& tasks = tasks_.emplace_back();
    if (s.output_index) continue;
    tasks.reserve(s.partitions);
    for (std::size_t p = 0; p != s.partitions; ++p) tasks.emplace_back(s, p, rules);
  }
}

std::vector<named_state> plan_runner::states() {
  std::vector<named_state> all;
  for (auto& tasks : tasks_)
    for (auto& one : tasks)
      for (auto& state : one.states()) all.push_back(std::move(state));
  return all;
}

std::vector<std::vector<partition>> plan_runner::run(
    batch_context const& now, std::vector<std::vector<partition>> const& inputs) {
  plan_progress progress{plan_};
  diverted_ = {};
  for (auto const& s : plan_.stages) {
    if (s.output_index) continue;
    for (std::size_t p = 0; p != s.partitions; ++p) {
      auto in = progress.take_inputs(s, p);
      if (s.input_index) in.push_back({inputs.at(*s.input_index).at(p)});
      progress.finish(s, p, tasks_[s.id][p].run(now, in));
      diverted_.add(tasks_[s.id][p].take_diverted());
    }
  }
  return progress.take_results();
}

}  // namespace sluice
