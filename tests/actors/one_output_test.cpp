// A stream whose only output keeps nothing to prepare: the driver is not asked before it commits.

#include "deaths.hpp"

#include <doctest/doctest.h>
#include <sluice/testkit.hpp>

using namespace sluice;
using testkit::simulation;

namespace {

using totals = std::vector<std::pair<batch_time, std::pair<std::string, long>>>;

std::string const roles[] = {"driver", "stage", "sink", "generator", "receiver_host"};

/// Who decides that the only output commits.
enum class commits { by_itself, when_told };

/// Words counted over all batches; what the only output was called with.
/// @param failing  the call of the output that throws; 0: none
totals run(simulation& sim, commits how, int failing = 0) {
  totals seen;
  int calls = 0;
  auto o = tests::unbreakable();
  o.on_batch_failure.retries = 3;
  o.max_in_flight_batches = 3;
  streaming_context ssc{o, sim.where()};
  if (how == commits::when_told) ssc.add_listener(std::make_shared<streaming_listener>());
  ssc.queue_stream<std::string>({{"a b a", "c"}, {"b"}, {}, {"a c c"}, {"d"}})
      .flat_map(split_words)
      .map([](std::string_view w) {
        return std::pair{std::string{w}, 1L};
      })
      .reduce_by_key(std::plus<>{})
      .update_state_by_key(tests::add_up)
      .foreach_rdd([&](rdd<std::pair<std::string, long>> const& batch, batch_time at) {
        if (++calls == failing) throw std::runtime_error{"not now"};
        for (auto const& total : batch.collect()) seen.emplace_back(at, total);
      });
  ssc.start();
  ssc.run_until_idle();
  ssc.stop();
  return seen;
}

totals run_alone(simulation& sim) { return run(sim, commits::by_itself); }

totals undisturbed() {
  simulation sim{0, testkit::schedule::fifo};
  return run(sim, commits::when_told);
}

}  // namespace

TEST_CASE("an only output commits by itself what it commits when told") {
  auto const expected = undisturbed();
  REQUIRE(expected.size() > 10);
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    simulation sim{seed};
    REQUIRE(run_alone(sim) == expected);
  }
}

TEST_CASE("an only output gets each batch once whichever actor dies before any message") {
  tests::die_before_each_message(roles, undisturbed(), run_alone);
}

TEST_CASE("an only output gets each batch once after any mixture of deaths") {
  tests::die_in_any_mixture(roles, 500, undisturbed(), run_alone);
}

TEST_CASE("an only output that throws gets the batch again, and none twice") {
  auto const expected = undisturbed();
  for (int failing = 1; failing <= 5; ++failing) {
    CAPTURE(failing);
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      CAPTURE(seed);
      simulation sim{seed};
      REQUIRE(run(sim, commits::by_itself, failing) == expected);
    }
  }
}

TEST_CASE("a driver that dies while it records a commit leaves no batch behind") {
  auto const expected = undisturbed();
  for (auto how : {commits::by_itself, commits::when_told})
    for (std::uint64_t pass = 1; pass <= 5; ++pass) {
      CAPTURE(pass);
      simulation sim{pass};
      sim.inject(
          fault_script::parse("at \"driver: commit\" pass " + std::to_string(pass) + ": throw"));
      REQUIRE(run(sim, how) == expected);
    }
}
