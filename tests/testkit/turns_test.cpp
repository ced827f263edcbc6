#include <doctest/doctest.h>

#include "word_count_pipeline.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace sluice::testkit;

namespace {

trace_summary run_in(simulation& sim) {
  scene in{sim};
  auto o = simulated_options();
  o.checkpoint_dir.clear();
  o.supervision.stages.max_restarts = 1000;
  streaming_context ssc{o, sim.where()};
  declare_word_count(ssc, in);
  ssc.start();
  ssc.run_until_idle();
  ssc.stop();
  return sim.trace();
}

}  // namespace

TEST_CASE("what has happened, told to a run in order, gives the same run step by step") {
  auto const faults = fault_script::parse(
      "at \"*: link_data\" chance 0.05: repeat\nat \"stage *: *\" chance 0.01: kill\n"
      "at \"driver: *\" chance 0.01: kill\n");
  for (auto const how :
       {schedule::random, schedule::priorities, schedule::delays, schedule::starving})
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      CAPTURE(to_string(how));
      CAPTURE(seed);
      simulation drawn{seed, how};
      drawn.inject(faults, 12);
      drawn.record_turns();
      auto const once = run_in(drawn);
      simulation told{seed, schedule::fifo};
      told.inject(drawn.happened());
      auto const again = run_in(told);
      REQUIRE(once.steps == again.steps);
      REQUIRE(once.hash == again.hash);
    }
}
