#include <doctest/doctest.h>
#include <sluice/testkit.hpp>

#include "database_sink.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;
using testkit::crash_loss;
using testkit::simulation;

namespace {

constexpr std::uint64_t positions = 12;

/// Gives the same at each position, whenever it is asked.
struct numbers final : receiver<long> {
  void on_start(receiver_handle<long>& into) override {
    auto const last = into.last_position();
    for (auto at = last ? *last + 1 : 0; at != positions; ++at) {
      auto const number = static_cast<long>(at);
      if (at % 3 == 0) {
        into.store_at(at, {number, -number, number});
      } else {
        into.store_at(at, number);
      }
    }
  }
  void on_stop() override {}
};

std::vector<long> all_numbers() {
  std::vector<long> all;
  for (long at = 0; at != static_cast<long>(positions); ++at)
    for (auto n = 0; n != (at % 3 == 0 ? 3 : 1); ++n) all.push_back(n == 1 ? -at : at);
  return all;
}

/// Everything that outlives a process, and the program that it runs.
struct scene {
  explicit scene(std::uint64_t seed, testkit::schedule how = testkit::schedule::random)
      : sim{seed, how} {
    for (auto i = 0; i != 5; ++i) put_file();
  }

  // Names ascend, as the times of modification do.
  void put_file() {
    auto const number = std::to_string(100 + lines.size());
    auto text = std::string{};
    for (auto line = 0; line != 4; ++line) {
      lines.push_back(number + " line " + std::to_string(line));
      text += lines.back() + '\n';
    }
    sim.outside().storage().put("in/" + number, text);
  }

  options settings() const {
    auto o = testkit::table_options();
    o.log_level = "off";
    o.trigger = sluice::size(7);
    o.checkpoint_dir = "state";
    o.checkpoints.interval = checkpoint_interval;
    o.on_batch_failure = {};
    return o;
  }

  void run() {
    streaming_context ssc{settings(), sim.where()};
    ssc.text_file_stream("in", {.new_files_only = false})
        .map([](std::string_view line) { return std::string{line}; })
        .to(std::make_shared<database_sink<std::string>>(table_of_lines, sim));
    ssc.receiver_stream(std::make_unique<numbers>(), {.replayable = true})
        .to(std::make_shared<database_sink<long>>(table_of_numbers, sim));
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
  }
  /// @return whether that was the end of the stream, not that of the process
  bool run_until_its_end() {
    try {
      run();
    } catch (error const& e) {
      INFO(std::string{e.what()});
      REQUIRE(sim.process_has_ended());
    }
    if (!sim.process_has_ended()) return true;
    sim.start_process();
    return false;
  }
  /// Each process goes on from where the one before has ended; new files come between them.
  void run_through() {
    for (int i = 0; i != 100; ++i) {
      if (run_until_its_end()) return;
      put_file();
    }
    FAIL("it comes to no end");
  }
  void check() const {
    REQUIRE(table_of_lines.rows() == lines);
    REQUIRE(table_of_numbers.rows() == all_numbers());
  }

  simulation sim;
  std::chrono::milliseconds checkpoint_interval = 0ms;
  std::vector<std::string> lines;
  database<std::string> table_of_lines;
  database<long> table_of_numbers;
};

}  // namespace

TEST_CASE("files and replayable receivers go on where the process before has stopped") {
  scene s{1, testkit::schedule::fifo};
  s.run();
  s.check();
  CHECK(s.table_of_lines.batches.size() > 2);
  s.sim.start_process();
  s.put_file();
  s.run();
  s.check();
}

TEST_CASE("a process with files and a receiver may end after any step: each record is there once") {
  scene undisturbed{1, testkit::schedule::fifo};
  undisturbed.run();
  auto const steps = undisturbed.sim.trace().steps;
  for (auto const interval : {0ms, 1ms, 3'600'000ms}) {
    for (std::uint64_t step = 1; step < steps; ++step) {
      CAPTURE(interval.count());
      CAPTURE(step);
      scene s{1, testkit::schedule::fifo};
      s.checkpoint_interval = interval;
      s.sim.end_process_after(step);
      s.run_through();
      s.check();
    }
  }
  MESSAGE(steps, " steps");
}

TEST_CASE("a machine with files and a receiver may stop before any operation of its disk") {
  scene undisturbed{1, testkit::schedule::fifo};
  undisturbed.run();
  auto const operations = undisturbed.sim.outside().storage().operations();
  for (std::uint64_t operation = 1; operation < operations; ++operation) {
    CAPTURE(operation);
    scene s{operation, testkit::schedule::fifo};
    s.sim.end_process_at_operation(operation, crash_loss::chosen);
    s.run_through();
    s.check();
  }
  MESSAGE(operations, " operations");
}

TEST_CASE("a process with files and a receiver may end again and again, under any schedule") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    scene s{seed};
    auto chance = random_for(seed, "ends");
    s.checkpoint_interval = std::chrono::milliseconds{chance.below(3) * 1'000};
    for (int i = 0; i != 4; ++i) {
      s.sim.end_process_after(1 + chance.below(400), crash_loss::chosen);
      if (s.run_until_its_end()) break;
      s.put_file();
    }
    s.run_through();
    s.check();
  }
}
