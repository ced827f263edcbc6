#include <doctest/doctest.h>

#include "word_count_pipeline.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace sluice::testkit;

TEST_CASE("for_seeds: word count lets out the same under every schedule") {
  auto const done = for_seeds(200, declare_word_count);
  CHECK(done.runs == 200);
  MESSAGE(done.steps, " steps, ", done.faults, " faults, ", done.processes, " processes");
}

TEST_CASE("for_seeds: word count keeps exactly once in a storm") {
  auto const done = for_seeds(400, declare_word_count, {.faults = storm()});
  CHECK(done.faults > 400);
  CHECK(done.processes > 400);
  MESSAGE(done.steps, " steps, ", done.faults, " faults, ", done.processes, " processes");
}

TEST_CASE("check_repeatable: the runs of word count depend on their seeds alone") {
  CHECK_NOTHROW(check_repeatable(50, declare_word_count, {.faults = storm()}));
}

TEST_CASE("check_repeatable: names the step that differs") {
  auto const builds = std::make_shared<std::size_t>(0);
  auto const other_each_time = [builds](streaming_context& ssc, scene& in) {
    in.input<int>(ssc, {{1}, {2}})
        .repartition(1 + ++*builds / 2 % 2)
        .to(in.output<int>("out", delivery::at_least_once));
  };
  CHECK_THROWS_WITH_AS(check_repeatable(1, other_each_time),
                       doctest::Contains("seed 1 gives different runs: step"), broken);
}

TEST_CASE("for_seeds: word count is drained to the end in a storm") {
  auto const drain = [](streaming_context& ssc, scene&) { ssc.stop(stop_mode::drain); };
  auto const done = for_seeds(300, declare_word_count, {.faults = storm(2), .drive = drain});
  CHECK(done.runs == 300);
}

TEST_CASE("for_seeds: word count does not mind links that are held up") {
  auto const done = for_seeds(100, declare_word_count, {.faults = swizzle()});
  CHECK(done.processes == 100);
}

TEST_CASE("crash_sweep: word count survives a crash at every boundary") {
  auto const done = crash_sweep(declare_word_count, {}, {.pairs = 100});
  CHECK(done.runs > 1000);
  MESSAGE(done.runs, " runs, ", done.steps, " steps, ", done.faults, " faults");
}
