#include <doctest/doctest.h>
#include <sluice/testkit.hpp>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

options quiet(trigger t) {
  auto o = testkit::table_options();
  o.trigger = t;
  o.parallelism = 1;
  o.log_level = "off";
  return o;
}

struct infos final : streaming_listener {
  std::vector<batch_info> seen;
  void on_batch_completed(batch_info const& info) override { seen.push_back(info); }
};

std::string lines(int n) {
  std::string text;
  for (int i = 0; i != n; ++i) text += "x\n";
  return text;
}

/// Runs a stream of lines whose output takes `per_record` for each. @return its batches
std::vector<batch_info> run(testkit::simulation& sim, options const& o, socket_options how,
                            int records, duration per_record, std::chrono::milliseconds time,
                            std::string* text = nullptr) {
  sim.outside().network().listen("feed", 9999).accept(testkit::sim_script{}.send(lines(records)));
  streaming_context ssc{o, sim.where()};
  auto const seen = std::make_shared<infos>();
  ssc.add_listener(seen);
  ssc.socket_text_stream("feed", 9999, how).named("feed").foreach_rdd([&](auto const& batch) {
    auto const n = static_cast<std::int64_t>(batch.count());
    auto& clock = sim.outside().clock();
    clock.set(clock.monotonic() + per_record * n);
  });
  ssc.start();
  if (text) *text = ssc.explain();
  ssc.await_termination_for(time);
  ssc.stop(stop_mode::now);
  return seen->seen;
}

}  // namespace

TEST_CASE("max_rate bounds what goes into each batch of a clock trigger, and nothing is lost") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    testkit::simulation sim{seed};
    auto const batches = run(sim, quiet(every(1s)), {.max_rate = 100}, 1'000, 0us, 30s);
    std::uint64_t all = 0;
    for (auto const& b : batches) {
      CHECK(b.records <= 100);
      all += b.records;
    }
    CHECK(all == 1'000);
  }
}

TEST_CASE("max_rate holds on demand, too, and under a size trigger batches stay whole") {
  for (auto const& t : {on_demand(), sluice::size(50)}) {
    testkit::simulation sim{3};
    auto const batches = run(sim, quiet(t), {.max_rate = 100}, 1'000, 0us, 5s);
    std::uint64_t all = 0;
    for (auto const& b : batches) {
      if (t.what == trigger::kind::size) CHECK(b.records == 50);
      all += b.records;
    }
    CHECK(all <= 600);
    CHECK(all >= 400);
  }
}

TEST_CASE("a learned rate follows what the stream can process") {
  testkit::simulation sim{5, testkit::schedule::fifo};
  auto o = quiet(every(1s));
  o.backpressure.enabled = true;
  o.backpressure.initial_rate = 300;
  // 2 ms for each: 500 records per second.
  auto const batches = run(sim, o, {}, 100'000, 2ms, 60s);
  REQUIRE(batches.size() > 30);
  CHECK(batches.at(1).records <= 300);
  for (std::size_t i = 20; i != batches.size(); ++i) {
    CHECK(batches[i].records >= 350);
    CHECK(batches[i].records <= 550);
  }
}

TEST_CASE("on_demand with a target cuts batches that are processed in that time, once learned") {
  testkit::simulation sim{6, testkit::schedule::fifo};
  auto o = quiet(on_demand({.target = 5ms}));
  o.max_in_flight_batches = 1;
  // 10 us for each: 500 records in 5 ms.
  auto const batches = run(sim, o, {}, 20'000, 10us, 10s);
  REQUIRE(batches.size() > 20);
  std::uint64_t all = 0;
  for (std::size_t i = 0; i != batches.size(); ++i) {
    if (i >= 2) CHECK(batches[i].records <= 500);
    all += batches[i].records;
  }
  CHECK(all == 20'000);
}

TEST_CASE("explain names the input that drops records, and what is left of the guarantee") {
  testkit::simulation sim{7};
  std::string text;
  run(sim, quiet(every(1s)), {.overflow = overflow::drop_head}, 1, 0us, 1s, &text);
  CHECK(text.find("at most once from input feed in any case: it drops records for which it has no "
                  "room (overflow::drop_head)") != std::string::npos);
  auto o = quiet(every(1s));
  o.checkpoint_dir = "progress";
  testkit::simulation kept{8};
  run(kept, o, {.overflow = overflow::drop_new}, 1, 0us, 1s, &text);
  CHECK(text.find("input feed: at most once, drops records for which it has no room "
                  "(overflow::drop_new)") != std::string::npos);
}

TEST_CASE("a learned rate is kept in the checkpoint") {
  testkit::simulation sim{9, testkit::schedule::fifo};
  auto o = quiet(every(1s));
  o.checkpoint_dir = "progress";
  o.checkpoints.interval = 1s;
  o.backpressure.enabled = true;
  o.backpressure.initial_rate = 300;
  run(sim, o, {}, 100'000, 2ms, 20s);
  sim.start_process();
  o.backpressure.initial_rate = 0;
  auto const batches = run(sim, o, {}, 100'000, 2ms, 5s);
  std::size_t new_ones = 0;
  for (auto const& b : batches) {
    CHECK(b.records <= 550);
    if (b.records != 0 && b.inputs.at(0).description != "from the log") ++new_ones;
  }
  CHECK(new_ones > 0);
}

TEST_CASE("options of rates that are out of range are named") {
  auto const refused = [](auto change) {
    auto o = quiet(every(1s));
    change(o.backpressure);
    try {
      streaming_context ssc{o};
      return std::string{};
    } catch (usage_error const& e) {
      return std::string{e.what()};
    }
  };
  CHECK(refused([](auto& b) { b.integral = -1; }).starts_with("backpressure.integral is -1"));
  CHECK(refused([](auto& b) { b.min_rate = 0; }).starts_with("backpressure.min_rate is 0"));
  CHECK(refused([](auto& b) {
          b.initial_rate = 5;
        }).starts_with("backpressure.initial_rate is 5, but no rate is learned"));
  CHECK_THROWS_AS(on_demand({.target = -1ms}), usage_error);
}
