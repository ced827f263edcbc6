#include <sluice/testkit/conformance.hpp>

namespace sluice::testkit {

namespace {

void check_pipeline(int assertion, pipeline_builder const& build, experiment_options o,
                    char const* faults, conformance_options const& how) {
  o.faults = always(fault_script::parse(faults));
  try {
    for_seeds(how.schedules, build, std::move(o), how.first_seed);
  } catch (falsified const& found) {
    throw nonconforming{assertion, found.what()};
  }
}

}  // namespace

void check_operator(pipeline_builder build, experiment_options o, conformance_options how) {
  check_pipeline(19, build, o, "", how);
  try {
    for_all_schedules(build, o, {.max_runs = how.schedules});
  } catch (falsified const& found) {
    throw nonconforming{19, found.what()};
  }
  check_pipeline(9, build, o, "at \"*: link_grant\" chance 0.5: defer\n", how);
  check_pipeline(18, build, o, "at \"*: link_*\" chance 0.3: repeat\n", how);
  check_pipeline(
      45, build, o,
      "at \"stage *: *\" chance 0.02: kill\nat \"sink *: *\" chance 0.02: kill afterwards\n"
      "at \"generator: *\" chance 0.01: kill\nat \"driver: *\" chance 0.01: kill\n",
      how);
  if (!o.context.checkpoint_dir.empty())
    check_pipeline(44, build, o, "at \"*\" chance 0.01: end the process\n", how);
}

namespace detail {

schedule strategy_of(std::uint64_t seed) {
  constexpr schedule all[] = {schedule::fifo, schedule::random, schedule::priorities,
                              schedule::delays, schedule::starving};
  return all[seed % std::size(all)];
}

options conformance_context() {
  auto o = simulated_options();
  o.supervision.stages.max_restarts = 1'000'000;
  o.supervision.stages.lifetime_cap = std::nullopt;
  o.supervision.receivers = o.supervision.stages;
  return o;
}

void run_processes(simulation& sim, options const& o,
                   std::function<void(streaming_context&)> const& declare) {
  for (;;) {
    try {
      streaming_context ssc{o, sim.where()};
      declare(ssc);
      ssc.start();
      ssc.run_until_idle();
      ssc.stop();
      return;
    } catch (error const&) {
      if (!sim.process_has_ended()) throw;
    }
    sim.start_process();
  }
}

void for_conformance(int assertion, conformance_options const& how, char const* faults,
                     std::function<void(simulation&)> const& run) {
  constexpr std::uint64_t most_faults = 12;
  for (auto seed = how.first_seed; seed != how.first_seed + how.schedules; ++seed) {
    simulation sim{seed, strategy_of(seed), 1'000'000};
    sim.inject(fault_script::parse(faults), most_faults);
    sim.check_links();
    auto const where = " (seed " + std::to_string(seed) + ')';
    try {
      run(sim);
    } catch (nonconforming const& e) {
      throw nonconforming{e.assertion(), e.reason() + where};
    } catch (std::exception const& e) {
      throw nonconforming{assertion, e.what() + where};
    }
  }
}

}  // namespace detail
}  // namespace sluice::testkit
