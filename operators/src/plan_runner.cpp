#include <algorithm>
#include <sluice/operators/plan_runner.hpp>

namespace sluice {

plan_runner::plan_runner(plan const& of) : plan_{of} {
  for (auto const& s : of.stages) {
    auto& tasks = tasks_.emplace_back();
    if (s.output_index) continue;
    tasks.reserve(s.partitions);
    for (std::size_t p = 0; p != s.partitions; ++p) tasks.emplace_back(s, p);
  }
}

std::vector<std::vector<partition>> plan_runner::run(
    batch_context const& now, std::vector<std::vector<partition>> const& inputs) {
  // written[stage][partition][out][receiver]
  std::vector<std::vector<std::vector<std::vector<partition>>>> written(plan_.stages.size());
  std::vector<std::vector<partition>> results(plan_.output_stages.size());
  auto received = [&](stage_port const& port, std::size_t index, std::size_t partitions) {
    std::vector<partition> parts;
    for (auto sender : senders_to(port, index, partitions)) {
      auto const& out = plan_.stages[port.from_stage].outs[port.from_out];
      auto const to = receivers_of(out, sender);
      auto const slot = std::find(to.begin(), to.end(), index) - to.begin();
      parts.push_back(std::move(
          written[port.from_stage][sender][port.from_out][static_cast<std::size_t>(slot)]));
    }
    return parts;
  };
  for (auto const& s : plan_.stages) {
    for (std::size_t p = 0; p != s.partitions; ++p) {
      std::vector<std::vector<partition>> in;
      if (s.input_index) in.push_back({inputs.at(*s.input_index).at(p)});
      for (auto const& port : s.ports) in.push_back(received(port, p, s.partitions));
      if (s.output_index)
        results[*s.output_index] = std::move(in.at(0));
      else
        written[s.id].push_back(tasks_[s.id][p].run(now, in));
    }
  }
  return results;
}

std::vector<partition> run_job_inline(node_ptr const& output) {
  // A job's output has no kernel; lowering sees it as an output by its place.
  auto const lowered = make_plan({output});
  plan_runner runner{lowered};
  return std::move(runner.run({{1, {}}, {}}, {}).at(0));
}

}  // namespace sluice
