#include <doctest/doctest.h>
#include <map>
#include <sluice/testkit.hpp>

#include "database_sink.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;
using testkit::crash_loss;
using testkit::simulation;

namespace {

using totals = std::pair<std::string, long>;

/// Everything that outlives a process, and the program that it runs.
struct scene {
  explicit scene(std::uint64_t seed, testkit::schedule how = testkit::schedule::random)
      : sim{seed, how} {}

  simulation sim;
  database<totals> table;

  static options settings() {
    auto o = testkit::table_options();
    o.log_level = "off";
    o.checkpoint_dir = "state";
    o.checkpoints.interval = 0ms;
    o.on_batch_failure = {};
    return o;
  }

  void declare(streaming_context& ssc) {
    auto words =
        ssc.queue_stream<std::string>(
               {{"a b a", "c"}, {"b"}, {}, {"a c c"}, {"d"}, {"a", "b c"}, {"x y x"}, {"a"}})
            .flat_map(split_words)
            .map([](std::string_view w) {
              return std::pair{std::string{w}, 1L};
            });
    auto counts = words.reduce_by_key(std::plus<>{});
    counts
        .update_state_by_key([](std::span<long const> news, std::optional<long> old) {
          long sum = old.value_or(0);
          for (auto n : news) sum += n;
          return std::optional{sum};
        })
        .to(std::make_shared<database_sink<totals>>(table, sim));
    words.reduce_by_key_and_window(std::plus<>{}, std::minus<>{}, 3h, 1h)
        .save_as_text_files("out/window", "txt");
  }

  void run(options const& o = settings()) {
    streaming_context ssc{o, sim.where()};
    declare(ssc);
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
  }
  /// Runs until it has come to its end, each process from where the one before has ended.
  void run_through(options const& o = settings()) {
    for (int i = 0; i != 100; ++i) {
      if (run_until_its_end(o)) return;
    }
    FAIL("it comes to no end");
  }
  /// @return whether that was the end of the stream, not that of the process
  bool run_until_its_end(options const& o = settings()) {
    try {
      run(o);
    } catch (error const& e) {
      INFO(std::string{e.what()});
      REQUIRE(sim.process_has_ended());
    }
    if (!sim.process_has_ended()) return true;
    sim.start_process();
    return false;
  }
  std::map<std::string, std::string> files() {
    std::map<std::string, std::string> found;
    auto& storage = sim.outside().storage();
    auto const directories = storage.list("out");
    REQUIRE(directories.has_value());
    for (auto const& d : *directories) {
      auto const parts = storage.list("out/" + d.name);
      REQUIRE(parts.has_value());
      for (auto const& part : *parts)
        found[d.name + '/' + part.name] = *storage.contents("out/" + d.name + '/' + part.name);
    }
    return found;
  }
};

struct outcome {
  std::map<batch_id, std::vector<totals>> batches;
  std::map<std::string, std::string> files;
  std::uint64_t steps;
  std::uint64_t operations;
};

outcome undisturbed() {
  scene s{1, testkit::schedule::fifo};
  s.run();
  auto const operations = s.sim.outside().storage().operations();
  return {s.table.batches, s.files(), s.sim.trace().steps, operations};
}

}  // namespace

TEST_CASE("a stream goes on where the process before has stopped it") {
  auto const expected = undisturbed();
  REQUIRE(expected.batches.size() == 8);
  scene s{1, testkit::schedule::fifo};
  s.run();
  s.sim.start_process();
  s.run();
  CHECK(s.table.batches == expected.batches);
}

TEST_CASE("a process may end after any step: what is committed stays the same") {
  auto const expected = undisturbed();
  for (std::uint64_t step = 1; step < expected.steps; ++step) {
    CAPTURE(step);
    scene s{1, testkit::schedule::fifo};
    s.sim.end_process_after(step);
    s.run_through();
    REQUIRE(s.table.batches == expected.batches);
    REQUIRE(s.files() == expected.files);
  }
  MESSAGE(expected.steps, " steps");
}

TEST_CASE("a machine may stop before any operation of its disk: what is committed stays the same") {
  auto const expected = undisturbed();
  for (std::uint64_t operation = 1; operation < expected.operations; ++operation) {
    CAPTURE(operation);
    scene s{operation, testkit::schedule::fifo};
    s.sim.end_process_at_operation(operation, crash_loss::chosen);
    s.run_through();
    REQUIRE(s.table.batches == expected.batches);
    REQUIRE(s.files() == expected.files);
  }
  MESSAGE(expected.operations, " operations");
}

TEST_CASE("a process may end again and again, under any schedule") {
  auto const expected = undisturbed();
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    scene s{seed};
    auto chance = random_for(seed, "ends");
    for (int i = 0; i != 4; ++i) {
      s.sim.end_process_after(1 + chance.below(400), crash_loss::chosen);
      if (s.run_until_its_end()) break;
    }
    s.run_through();
    REQUIRE(s.table.batches == expected.batches);
    REQUIRE(s.files() == expected.files);
  }
}
