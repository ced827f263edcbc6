#include <doctest/doctest.h>
#include <sluice/testkit.hpp>

using namespace sluice;
using namespace std::chrono_literals;
using testkit::simulation;

namespace {

/// A clock-driven stream that is stopped, and goes on after a while.
struct scene {
  simulation sim{1, testkit::schedule::fifo};
  std::vector<batch_time> times;

  static options settings(missed_batches policy) {
    options o;
    o.trigger = every(1s);
    o.parallelism = 1;
    o.log_level = "off";
    o.checkpoint_dir = "state";
    o.missed_batches = policy;
    return o;
  }
  /// Runs for so long; batch times are collected.
  void run(options const& o, std::chrono::milliseconds how_long) {
    streaming_context ssc{o, sim.where()};
    ssc.queue_stream(std::make_shared<batch_queue<int>>())
        .foreach_rdd([&](rdd<int> const&, batch_time at) { times.push_back(at); });
    ssc.start();
    ssc.await_termination_for(how_long);
    ssc.stop(stop_mode::now);
  }
  void pass(std::chrono::milliseconds time) {
    sim.start_process();
    auto& clock = sim.outside().clock();
    clock.set(clock.monotonic() + time);
  }
  /// Batch times as whole seconds since the first.
  std::vector<long> seconds() const {
    std::vector<long> result;
    for (auto t : times)
      result.push_back(std::chrono::duration_cast<std::chrono::seconds>(t - times.front()).count());
    return result;
  }
  std::vector<long> around_an_outage(missed_batches policy) {
    auto const o = settings(policy);
    run(o, 3500ms);
    REQUIRE(seconds() == std::vector<long>{0, 1, 2});
    pass(4s);
    run(o, 2s);
    return seconds();
  }
};

}  // namespace

TEST_CASE("missed batches become one") {
  CHECK(scene{}.around_an_outage(missed_batches::coalesce) == std::vector<long>{0, 1, 2, 6, 7, 8});
}

TEST_CASE("missed batches are each cut, if that is asked for") {
  CHECK(scene{}.around_an_outage(missed_batches::replay) ==
        std::vector<long>{0, 1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("missed batches are left out, if that is asked for") {
  CHECK(scene{}.around_an_outage(missed_batches::skip) == std::vector<long>{0, 1, 2, 7, 8});
}

TEST_CASE("batch times rise although the clock was put back while no process ran") {
  scene s;
  auto const o = scene::settings(missed_batches::coalesce);
  s.run(o, 3500ms);
  s.sim.start_process();
  s.sim.outside().clock().jump(-10s);
  s.run(o, 12s);
  auto const seen = s.seconds();
  REQUIRE(seen.size() > 3);
  for (std::size_t i = 1; i != seen.size(); ++i) CHECK(seen[i] > seen[i - 1]);
}

TEST_CASE("a directory that cannot be written is refused at the start") {
  scene s;
  s.sim.outside().storage().inject(
      {testkit::storage_operation::create_directory, "*", std::errc::read_only_file_system, 1, 0});
  CHECK_THROWS_WITH_AS(s.run(scene::settings(missed_batches::skip), 1s),
                       doctest::Contains("checkpoint directory: cannot open it: state"),
                       runtime_failure);
}
