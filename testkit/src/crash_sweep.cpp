#include <sluice/testkit/experiment.hpp>

namespace sluice::testkit {

namespace {

bool is_disk(std::string const& point) { return point.starts_with("disk: "); }
// Nobody but the context itself supervises the guardian.
bool is_actor(std::string const& point) {
  return !is_disk(point) && point != "timer" && !point.starts_with("world: ") &&
         !point.starts_with("guardian") && point.find(": ") != std::string::npos;
}

std::vector<fault> crashes(std::vector<std::pair<std::string, std::uint64_t>> const& points,
                           sweep_options const& sweep) {
  std::vector<fault> all;
  for (auto const& [point, passages] : points)
    for (std::uint64_t n = 1; n <= passages; ++n) {
      auto const add = [&](fault_kind what) {
        all.push_back({point, n, 1.0, {what, 0, std::errc::io_error}});
      };
      if (sweep.actors && is_actor(point)) add(fault_kind::kill);
      if (sweep.processes) add(fault_kind::end_process);
      if (sweep.machines && is_disk(point)) add(fault_kind::end_machine);
    }
  return all;
}

std::string text_of(std::vector<run_step> const& steps, std::size_t index) {
  if (index >= steps.size()) return "the end";
  auto const& s = steps[index];
  return "'" + s.lane + ": " + s.what + (s.fault.empty() ? "" : ", " + s.fault) + "'";
}

bool same(run_step const& a, run_step const& b) {
  return a.at == b.at && a.lane == b.lane && a.what == b.what && a.from == b.from &&
         a.fault == b.fault;
}

std::string first_difference(run_result const& a, run_result const& b) {
  std::size_t i = 0;
  while (i < a.steps.size() && i < b.steps.size() && same(a.steps[i], b.steps[i])) ++i;
  return "seed " + std::to_string(a.seed) + " gives different runs: step " + std::to_string(i + 1) +
         " is " + text_of(a.steps, i) + " once and " + text_of(b.steps, i) +
         " the other time; what the pipeline does depends on something outside of the simulation";
}

}  // namespace

void check_repeatable(std::uint64_t runs, pipeline_builder build, experiment_options o,
                      std::uint64_t first) {
  o.keep_steps = true;
  experiment once{build, o};
  experiment again{std::move(build), std::move(o)};
  for (auto seed = first; seed != first + runs; ++seed) {
    auto const a = once.run(seed);
    auto const b = again.run(seed);
    if (a.trace.hash != b.trace.hash || a.trace.steps != b.trace.steps)
      throw broken{first_difference(a, b)};
  }
}

seeds_summary crash_sweep(pipeline_builder build, experiment_options o, sweep_options sweep) {
  experiment e{std::move(build), std::move(o)};
  auto const all = crashes(e.points(), sweep);
  seeds_summary done;
  auto const one = [&](fault_script const& script) {
    auto const result = e.replay(script, done.runs + 1);
    if (result.failure) throw falsified{e.reduce(result)};
    done.add(result);
  };
  for (auto const& crash : all) one({{crash}});
  auto chance = random_for(all.size(), "pairs");
  for (std::size_t i = 0; i != sweep.pairs && !all.empty(); ++i)
    one({{all[chance.below(all.size())], all[chance.below(all.size())]}});
  return done;
}

}  // namespace sluice::testkit
