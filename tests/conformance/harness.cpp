#include "harness.hpp"

namespace sluice::tests::conformance {

namespace {

constexpr schedule strategies[] = {schedule::random, schedule::priorities, schedule::delays,
                                   schedule::starving};

void run_once(scenario const& run, std::uint64_t seed, schedule how) {
  simulation sim{seed, how};
  sim.check_links();
  try {
    run(sim);
  } catch (std::exception const& e) {
    std::string const where = "seed " + std::to_string(seed) + ", schedule " + to_string(how);
    FAIL(where, ": ", std::string{e.what()});
  }
}

// Every schedule of two choices aside is too many but for the beginning of a small run.
schedule_bounds two_choices() { return {.max_deviations = 2, .max_steps = 60, .max_runs = 400}; }

}  // namespace

void under_schedules(scenario const& run, schedule_bounds within) {
  run_once(run, 0, schedule::fifo);
  for (std::uint64_t seed = 1; seed <= drawn_schedules; ++seed)
    run_once(run, seed, strategies[seed % std::size(strategies)]);
  auto const near = for_all_schedules(run, within);
  MESSAGE("fifo, ", drawn_schedules, " drawn schedules, and all of ", near.runs,
          " that differ from the first at ", within.max_deviations, " of ", near.choices,
          " choices");
}

void on_every_kind(make_monitor const& rule, fault_plan const& faults, std::uint64_t schedules) {
  auto const& kinds = every_kind();
  auto const each = (schedules + kinds.size() - 1) / kinds.size();
  std::uint64_t steps = 0;
  std::uint64_t struck = 0;
  auto const judged = [&](kind const& k) {
    auto o = k.o;
    o.monitors.push_back(rule);
    o.faults = faults;
    return o;
  };
  for (auto const& k : kinds) {
    CAPTURE(k.name);
    auto const done = for_seeds(each, k.build, judged(k));
    steps += done.steps;
    struck += done.faults;
  }
  if (schedules < drawn_schedules) return;
  auto const one = for_all_schedules(shuffle().build, judged(shuffle()), {.max_runs = 600});
  auto const two = for_all_schedules(chain().build, judged(chain()), two_choices());
  MESSAGE(kinds.size(), " kinds of links and stages, ", each, " schedules each, ", steps,
          " steps, ", struck, " faults; exhaustively ", one.runs + two.runs, " schedules");
}

fault_plan script(std::string_view text) { return always(fault_script::parse(text)); }

options small_options() {
  auto o = probing_options();
  o.supervision.stages.backoff = {.min = 0ms, .max = 0ms};
  o.supervision.stages.max_restarts = 1000;
  o.supervision.stages.lifetime_cap = std::nullopt;
  return o;
}

std::vector<std::vector<int>> singles(int n) {
  std::vector<std::vector<int>> batches;
  for (int i = 1; i <= n; ++i) batches.push_back({i});
  return batches;
}

}  // namespace sluice::tests::conformance
